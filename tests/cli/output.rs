//! Where results go: folders that exist, are in the way, cannot be written; closed and full pipes.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::support::{Home, PROGRAM, article, articles, corpus, text};

fn two_articles(home: &Home) {
    home.write("news.jsonl", articles([("a", text(1)), ("b", text(1))]));
}

#[test]
fn an_existing_folder_is_reused_and_other_files_stay() {
    let home = Home::new();
    two_articles(&home);
    home.write("out/pairs.jsonl", "old");
    home.write("out/notes.txt", "mine");
    home.run(&["scan", "news.jsonl", "--out", "out"]).ends(0);
    assert!(home.read("out/pairs.jsonl").starts_with("{\"source\":\"a\""));
    assert_eq!(home.read("out/notes.txt"), "mine");
    let once = home.files("out");
    assert_eq!(once.len(), 6);
    home.run(&["scan", "news.jsonl", "--out", "out"]).ends(0);
    assert_eq!(home.files("out"), once, "the same input gives the same bytes");
    home.run(&["scan", "news.jsonl", "--out", "made/for/it"]).ends(0);
    assert_eq!(home.read("made/for/it/pairs.jsonl"), home.read("out/pairs.jsonl"));
}

#[test]
fn what_is_in_the_way_is_said_before_the_work() {
    let home = Home::new();
    two_articles(&home);
    home.write("taken", "a file");
    home.run(&["scan", "news.jsonl", "--out", "taken"]).ends(2).says("a folder was expected");
    home.run(&["scan", "news.jsonl", "--out", "taken/below"]).ends(2).says("taken");
    fs::create_dir_all(home.path("out/report.html")).unwrap();
    home.run(&["scan", "news.jsonl", "--out", "out"]).ends(2).says("report.html").says("in the way");
    assert_eq!(fs::read_dir(home.path("out")).unwrap().count(), 1, "nothing is left behind");
    home.run(&["scan", "news.jsonl", "--work-dir", "nowhere/work"])
        .ends(2)
        .says("nowhere/work: No such file");
    home.run(&["scan", "news.jsonl", "--work-dir", "new"]).ends(0);
    assert_eq!(home.read("taken"), "a file");
}

#[cfg(target_os = "linux")]
#[test]
fn folders_that_nothing_can_be_written_into() {
    let home = Home::new();
    two_articles(&home);
    // read-only for everybody, whatever their rights
    home.run(&["scan", "news.jsonl", "--out", "/proc/retold"]).ends(2).says("/proc/retold");
    home.run(&["scan", "news.jsonl", "--out", "/proc/self"]).ends(2).says("/proc/self");
}

#[test]
fn a_run_that_fails_leaves_no_folder() {
    let home = Home::new();
    home.run(&["scan", "nowhere.jsonl", "--out", "a/b"]).ends(2);
    assert!(!home.path("a").exists());
}

#[test]
fn results_among_the_inputs_are_warned_of() {
    let home = Home::new();
    home.write("news/one.jsonl", articles([("a", text(1)), ("b", text(1))]));
    home.run(&["scan", "news", "--out", "news/out"]).ends(0).says("news/out lies inside the input news");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let home = Home::new();
    for format in ["table", "jsonl"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Command::new(PROGRAM)
            .args(["scan", &corpus(), "--format", format])
            .current_dir(home.path("."))
            .stdout(full)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(said, "retold: cannot write standard output: No space left on device\n");
    }
}

/// A limit on the size of files stands in for a full disk: writing fails in the middle either way.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_fills_up_keeps_the_old_files() {
    let home = Home::new();
    home.write("out/pairs.jsonl", "old");
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let output = Command::new("sh")
        .args(["-c", limited, "sh", PROGRAM, "scan", &corpus(), "--out", "out"])
        .current_dir(home.path("."))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("out") && said.contains("File too large"), "{said}");
    assert_eq!(home.files("out").into_iter().collect::<Vec<_>>(), [("pairs.jsonl".into(), b"old".to_vec())]);
}

/// The input has the same name, and nothing is wrong with it.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_again_is_named_by_its_own_place() {
    let home = Home::new();
    let lines: String = (0..200).map(|n| article(&format!("a-{n}"), &text(n)) + "\n").collect();
    home.write("in/news.jsonl", &lines);
    home.write("in/odd.jsonl", lines.replace("a-", "o-") + "not json\n");
    let limited = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    for input in ["in/news.jsonl", "in/odd.jsonl"] {
        for option in ["--annotate", "--remove"] {
            let output = Command::new("sh")
                .args(["-c", limited, "sh", PROGRAM, "dedup", input, option, "again"])
                .current_dir(home.path("."))
                .output()
                .unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{said}");
            let place = input.replace("in/", "again/");
            assert!(said.contains(&format!("cannot write {place}: File too large")), "{said}");
        }
    }
}

#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    let home = Home::new();
    let lines: String = (0..3000).map(|n| article(&format!("copy-{n}"), &text(1)) + "\n").collect();
    home.write("news.jsonl", lines);
    let mut child = Command::new(PROGRAM)
        .args(["scan", "news.jsonl", "--format", "jsonl", "--copies-only"])
        .current_dir(home.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    assert_eq!(&start, b"{\"source\":");
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Runs a command whose standard output nobody reads, not even the first byte.
fn run_unread(home: &Home, args: &[&str], input: &str) -> (Option<i32>, String) {
    let mut child = Command::new(PROGRAM)
        .args(args)
        .current_dir(home.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    // a program that ended does not read on
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn files_are_written_where_what_is_printed_is_not_read() {
    let home = Home::new();
    let lines: String = (0..4).map(|n| article(&format!("copy-{n}"), &text(1)) + "\n").collect();
    home.write("news.jsonl", lines + &article("other", &text(2)));
    let pair = |b: &str, label: &str| format!("{{\"a\":\"copy-0\",\"b\":\"{b}\",\"label\":\"{label}\"}}\n");
    home.write("pairs.jsonl", pair("copy-1", "copy") + &pair("other", "unrelated"));
    for (command, written) in [
        ("scan news.jsonl --format jsonl --out s1", "s1/pairs.jsonl"),
        ("scan news.jsonl --format table --out s2", "s2/summary.json"),
        ("scan news.jsonl --timings times.json", "times.json"),
        ("dedup news.jsonl --out d1 --annotate d2 --examples 5", "d1/marks.jsonl"),
        ("dedup news.jsonl --marks - --out d3 --remove d4", "d4/news.jsonl"),
        ("tune news.jsonl --pairs pairs.jsonl --out t1", "t1/profile.json"),
    ] {
        let args: Vec<&str> = command.split(' ').collect();
        let (status, said) = run_unread(&home, &args, "");
        assert_eq!(status, Some(0), "{command}: {said}");
        assert!(home.path(written).is_file(), "{command}: {said}");
    }
}

#[test]
fn what_is_to_be_filed_is_filed_where_the_answers_are_not_read() {
    let home = Home::new();
    let lines: Vec<String> = (0..300).map(|n| article(&format!("a-{n}"), &text(n)) + "\n").collect();
    home.write("news.jsonl", lines.concat());
    let (status, said) = run_unread(&home, &["flag", "files", "news.jsonl", "--add"], "");
    assert_eq!(status, Some(0), "{said}");
    let stats = home.run(&["index", "stats", "files"]).ends(0);
    assert!(stats.out.contains("300"), "{}", stats.out);
    // a stream may never end
    let (status, said) = run_unread(&home, &["flag", "stream", "-", "--add"], &lines.concat());
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("standard output was closed"), "{said}");
    assert_eq!(run_unread(&home, &["flag", "files", "-"], &lines.concat()).0, Some(0));
}

#[test]
fn timings_go_into_a_file() {
    let home = Home::new();
    home.write("news.jsonl", articles([("a", text(1)), ("b", text(1))]));
    home.run(&["scan", "news.jsonl", "--timings", "-"]).ends(2).says("--timings takes a file");
    assert!(!home.path("-").exists());
}

#[test]
fn nothing_is_written_over_an_input_or_another_output() {
    let home = Home::new();
    let lines = articles([("a", text(1)), ("b", text(1))]);
    let pair = "{\"a\":\"a\",\"b\":\"b\",\"label\":\"copy\"}\n";
    let tree =
        "{\"id\":\"a\",\"family\":\"f\",\"parent\":null}\n{\"id\":\"b\",\"family\":\"f\",\"parent\":\"a\"}\n";
    home.write("news.jsonl", &lines);
    for name in ["pairs.jsonl", "rejected.jsonl", "sample.jsonl", "units.jsonl", "in/marks.jsonl"] {
        home.write(name, &lines);
    }
    home.write("labels/rejected.jsonl", pair);
    home.write("trees/profile.json", tree);
    let state = || {
        let names = ["news.jsonl", "pairs.jsonl", "rejected.jsonl", "sample.jsonl", "units.jsonl"];
        (names.map(|name| home.read(name)), ["in", "labels", "trees"].map(|folder| home.files(folder)))
    };
    let before = state();
    for command in [
        "scan pairs.jsonl --out .",
        "scan news.jsonl --against rejected.jsonl --out .",
        "scan news.jsonl --timings news.jsonl",
        "sample sample.jsonl --out .",
        "sample rejected.jsonl --out .",
        "tune news.jsonl --pairs labels/rejected.jsonl --out labels",
        "tune rejected.jsonl --pairs labels/rejected.jsonl --out .",
        "tune news.jsonl --families trees/profile.json --out trees",
        "dedup units.jsonl --unit line --out .",
        "dedup in/marks.jsonl --out in",
    ] {
        let args: Vec<&str> = command.split(' ').collect();
        home.run(&args).ends(2).says("is an input: nothing is written over it");
    }
    for command in [
        "dedup in/marks.jsonl --out o --annotate o",
        "dedup news.jsonl --out o --marks o/summary.json",
        "scan news.jsonl --out o --timings o/summary.json",
        "dedup news.jsonl --annotate o --remove ./o",
    ] {
        let args: Vec<&str> = command.split(' ').collect();
        home.run(&args).ends(2).says("two outputs would be written to");
    }
    assert_eq!(state(), before);
    assert!(!home.path("o").exists() && !home.path("summary.json").exists());
}
