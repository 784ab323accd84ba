//! Ctrl-C: exit status 130, and nothing half-written.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Home, PROGRAM, article, rows, text};

/// A scan of standard input with output in folders yet to be made, and of an earlier run.
fn start(home: &Home, out: &str) -> (Child, ChildStdin) {
    let mut child = Command::new(PROGRAM)
        .args(["scan", "-", "--out", out, "--work-dir", "work"])
        .current_dir(home.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // more than a pipe holds: once it is through, the run is under way
    for number in 0..500 {
        input.write_all((article(&number.to_string(), &text(number)) + "\n").as_bytes()).unwrap();
    }
    (child, input)
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[track_caller]
fn ended(child: Child) {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert_eq!(said, "retold: interrupted; no output file was changed\n");
}

#[test]
fn a_run_that_is_busy_stops_and_leaves_nothing() {
    let home = Home::new();
    fs::create_dir(home.path("work")).unwrap();
    let (child, mut input) = start(&home, "made/out");
    interrupt(&child);
    // it hears while it works: input goes on until nobody reads it
    let begun = Instant::now();
    for number in 500.. {
        if input.write_all((article(&number.to_string(), &text(number)) + "\n").as_bytes()).is_err() {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not stop");
    }
    ended(child);
    assert!(!home.path("made").exists());
    assert_eq!(fs::read_dir(home.path("work")).unwrap().count(), 0);
}

#[test]
fn a_run_that_waits_for_input_stops_too_and_the_old_files_stay() {
    let home = Home::new();
    fs::create_dir(home.path("work")).unwrap();
    home.write("out/pairs.jsonl", "old");
    let (child, input) = start(&home, "out");
    interrupt(&child);
    ended(child);
    drop(input);
    assert_eq!(home.files("out").into_iter().collect::<Vec<_>>(), [("pairs.jsonl".into(), b"old".to_vec())]);
}

#[test]
fn a_second_one_stops_at_once() {
    let home = Home::new();
    fs::create_dir(home.path("work")).unwrap();
    let (child, input) = start(&home, "out");
    let begun = Instant::now();
    interrupt(&child);
    thread::sleep(Duration::from_millis(200));
    interrupt(&child);
    ended(child);
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    drop(input);
    assert!(!home.path("out").exists());
}

/// A command that files what comes from standard input.
fn start_filing(home: &Home, args: &[&str]) -> Child {
    Command::new(PROGRAM)
        .args(args)
        .current_dir(home.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn documents(home: &Home) -> u64 {
    let stats = home.run(&["index", "stats", "archive", "--format", "json"]).ends(0).out;
    rows(&stats)[0]["documents"].as_u64().unwrap()
}

const FILED: &str = "retold: interrupted; what was acknowledged is filed, nothing else\n";

#[test]
fn an_index_that_is_being_filled_keeps_what_was_acknowledged() {
    let home = Home::new();
    let mut child = start_filing(&home, &["index", "add", "archive", "-", "--commit-every", "100"]);
    let mut input = child.stdin.take().unwrap();
    for number in 0..700 {
        input.write_all((article(&number.to_string(), &text(number)) + "\n").as_bytes()).unwrap();
    }
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    said.read_line(&mut first).unwrap();
    assert_eq!(first, "filed 100 articles\n");
    interrupt(&child);
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    let acknowledged = 100 + 100 * rest.matches("filed ").count() as u64;
    assert!(rest.ends_with(FILED), "{rest}");
    assert_eq!(documents(&home), acknowledged, "{rest}");
    drop(input);
}

#[test]
fn articles_that_were_answered_as_filed_stay_filed() {
    let home = Home::new();
    let mut child = start_filing(&home, &["flag", "archive", "-", "--add", "--format", "jsonl"]);
    let mut input = child.stdin.take().unwrap();
    input.write_all((article("a", &text(1)) + "\n").as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut answer).unwrap();
    assert_eq!(rows(&answer)[0]["filed"], true, "{answer}");
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), FILED);
    assert_eq!(documents(&home), 1);
    drop(input);
}
