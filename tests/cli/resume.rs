//! Runs that are killed and begun again, and runs with little memory: the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Home, PROGRAM, article, text};

const ARTICLES: u64 = 1200;

/// Articles of their own, near-duplicates and rewrites of them, and a repeated id.
fn write_corpus(home: &Home) {
    let mut lines = String::new();
    for number in 0..ARTICLES {
        let own = text(number / 3 * 3);
        let words: Vec<&str> = own.split(' ').collect();
        let text = match number % 3 {
            0 => own,
            1 => own.replace(words[7], "instead"),
            _ => words.chunks(4).map(|four| four.join(" ") + " then").collect::<Vec<_>>().join(" "),
        };
        lines.push_str(&(article(&number.to_string(), &text) + "\n"));
    }
    lines.push_str(&(article("5", "again") + "\n{\n"));
    home.write("corpus.jsonl", lines);
}

/// The run's results; the page of review holds the same in another form.
fn results(home: &Home, out: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = home.files(out);
    files.retain(|name, _| !name.starts_with('.'));
    files
}

#[test]
fn a_run_that_is_killed_goes_on_to_the_same_bytes() {
    let home = Home::new();
    write_corpus(&home);
    fs::create_dir(home.path("work")).unwrap();
    let begun = Instant::now();
    home.run(&["scan", "corpus.jsonl", "--out", "whole"]).ends(1);
    let whole_run = begun.elapsed();
    let expected = results(&home, "whole");
    assert_eq!(expected.len(), 5);
    let mut went_on = 0;
    for round in 0..3 {
        for kill in 1..=4 {
            let mut child = Command::new(PROGRAM)
                .args(["scan", "corpus.jsonl", "--out", "out", "--work-dir", "work"])
                .current_dir(home.path("."))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            thread::sleep(whole_run.mul_f64(0.19 * f64::from(kill) + 0.07 * f64::from(round)));
            let _ = child.kill();
            child.wait().unwrap();
            // Otherwise it was killed too early, or had come to its end.
            went_on += usize::from(home.path("work/retold-stages/first_pass").exists());
        }
        home.run(&["scan", "corpus.jsonl", "--out", "out", "--work-dir", "work"]).ends(1);
        assert!(results(&home, "out") == expected);
        assert_eq!(fs::read_dir(home.path("work")).unwrap().count(), 0, "no stage is left");
        fs::remove_dir_all(home.path("out")).unwrap();
    }
    assert!(went_on > 0);
}

#[test]
fn stages_of_another_run_are_not_used() {
    let home = Home::new();
    write_corpus(&home);
    fs::create_dir(home.path("work")).unwrap();
    let end_early = |home: &Home| {
        let mut child = Command::new(PROGRAM)
            .args(["scan", "corpus.jsonl", "--out", "out", "--work-dir", "work", "--threads", "1"])
            .current_dir(home.path("."))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while !home.path("work/retold-stages/copies").exists() {
            assert!(begun.elapsed() < Duration::from_secs(60));
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was ended");
            thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    };
    end_early(&home);
    let scan = ["scan", "corpus.jsonl", "--out", "out", "--work-dir", "work"];
    home.run(&[&scan[..], &["--threshold", "0.7"]].concat()).ends(1).says("other inputs or settings");
    end_early(&home);
    let corpus = home.read("corpus.jsonl");
    home.write("corpus.jsonl", corpus + &article("new", &text(3)) + "\n");
    let ran = home.run(&scan).ends(1).says("other inputs or settings");
    assert!(!ran.err.contains("going on"));
    assert!(home.read("out/pairs.jsonl").contains("\"new\""));
    end_early(&home);
    home.run(&scan).ends(1).says("going on with a run that was ended");
}

#[test]
fn little_memory_gives_the_same_bytes() {
    let home = Home::new();
    write_corpus(&home);
    home.run(&["scan", "corpus.jsonl", "--out", "whole"]).ends(1);
    home.run(&["scan", "corpus.jsonl", "--out", "out", "--memory-limit", "64K", "--threads", "1"]).ends(1);
    assert!(results(&home, "out") == results(&home, "whole"));
}
