//! Files that are dropped into a folder.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use retold::serve::{Limits, ServeSettings};

use crate::support::{Server, print, settings, wire};

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// With little patience.
fn watching(home: &Path, drop: &Path) -> ServeSettings {
    let limits = Limits { rest_time: REST, ..Limits::default() };
    ServeSettings { watch: Some(drop.to_owned()), limits, ..settings(home.join("archive")) }
}

const REST: Duration = Duration::from_millis(600);

#[test]
fn each_file_is_taken_once_and_put_aside() {
    let home = tempfile::tempdir().unwrap();
    let drop = home.path().join("drop");
    std::fs::create_dir(&drop).unwrap();
    let server = Server::with(watching(home.path(), &drop));
    std::fs::write(drop.join("first.jsonl"), format!("{}\n{}\n", wire(), print("a"))).unwrap();
    until("the first file is done", || names(&drop.join("done")) == ["first.jsonl"]);
    assert_eq!(server.inbox().len(), 1);

    std::fs::write(drop.join("broken.jsonl"), format!("{}\nno JSON\n", print("b"))).unwrap();
    std::fs::write(drop.join("writing.jsonl.part"), "{").unwrap();
    std::fs::write(drop.join(".hidden"), "{").unwrap();
    until("the broken one is put aside", || names(&drop.join("failed")).len() == 2);
    assert_eq!(names(&drop.join("failed")), ["broken.jsonl", "broken.jsonl.reason.txt"]);
    let reason = std::fs::read_to_string(drop.join("failed/broken.jsonl.reason.txt")).unwrap();
    assert!(reason.starts_with("line 2: "), "{reason}");
    server.get("/v1/articles/b").is(200);

    // of the same name again
    std::fs::write(drop.join("first.jsonl"), format!("{}\n", print("c"))).unwrap();
    until("the name is taken", || names(&drop.join("done")) == ["2-first.jsonl", "first.jsonl"]);
    assert_eq!(names(&drop), [".hidden", "done", "failed", "writing.jsonl.part"]);
    let told = server.told.lock().unwrap().join("\n");
    assert!(told.contains("first.jsonl: 2 articles taken") && !told.contains("Orrin"), "{told}");
    assert!(told.contains("broken.jsonl: 1 article taken, 1 fault; "), "{told}");
}

#[test]
fn folders_in_the_folder_are_told_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let drop = home.path().join("drop");
    for name in ["done", "failed", "sub", "zone"] {
        std::fs::create_dir_all(drop.join(name)).unwrap();
    }
    std::fs::write(drop.join("sub/a.jsonl"), format!("{}\n", wire())).unwrap();
    std::fs::write(drop.join("b.jsonl"), format!("{}\n", print("b"))).unwrap();
    let server = Server::with(watching(home.path(), &drop));
    until("what lies in the folder is taken", || names(&drop.join("done")) == ["b.jsonl"]);
    assert_eq!(names(&drop.join("sub")), ["a.jsonl"]);
    let told = server.told.lock().unwrap().join("\n");
    assert!(told.contains("folders and links in it are not followed (sub and 1 more)"), "{told}");
}

#[test]
fn a_file_that_is_still_written_is_not_taken() {
    let home = tempfile::tempdir().unwrap();
    let drop = home.path().join("drop");
    std::fs::create_dir(&drop).unwrap();
    let server = Server::with(watching(home.path(), &drop));
    let mut slow = std::fs::File::create(drop.join("slow.jsonl")).unwrap();
    for number in 0..8 {
        writeln!(slow, "{}", print(&format!("a{number}"))).unwrap();
        std::thread::sleep(REST / 2);
        assert_eq!(names(&drop), ["slow.jsonl"]);
    }
    until("it is taken as a whole", || names(&drop.join("done")) == ["slow.jsonl"]);
    server.get("/v1/articles/a7").is(200);
    assert_eq!(server.told.lock().unwrap().as_slice(), ["slow.jsonl: 8 articles taken"]);
}

#[test]
fn a_file_that_grows_after_it_was_taken_is_read_again() {
    let home = tempfile::tempdir().unwrap();
    let drop = home.path().join("drop");
    std::fs::create_dir(&drop).unwrap();
    let server = Server::with(watching(home.path(), &drop));
    let mut slow = std::fs::File::create(drop.join("slow.jsonl")).unwrap();
    writeln!(slow, "{}", print("a")).unwrap();
    write!(slow, "{{\"id\": \"b\", ").unwrap();
    until("what is there is read", || names(&drop.join("failed")).len() == 2);
    // who writes has the file open, wherever it lies
    writeln!(slow, "\"text\": \"the rest of a line\"}}").unwrap();
    until("it is read again", || names(&drop.join("done")) == ["slow.jsonl"]);
    assert!(names(&drop.join("failed")).is_empty());
    server.get("/v1/articles/b").is(200);
}
