//! Files that are dropped into a folder.

use std::path::Path;
use std::time::{Duration, Instant};

use retold::serve::ServeSettings;

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

#[test]
fn each_file_is_taken_once_and_put_aside() {
    let home = tempfile::tempdir().unwrap();
    let drop = home.path().join("drop");
    std::fs::create_dir(&drop).unwrap();
    let watching = ServeSettings { watch: Some(drop.clone()), ..settings(home.path().join("archive")) };
    let server = Server::with(watching);
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
}
