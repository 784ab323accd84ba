//! Where retold itself fails at an article or a pair, that one is told of, the rest is done, and the exit
//! status is 1.

use serde_json::{Value, json};

use crate::support::{Home, Ran, are_valid, article, rows, text};

/// Runs the program with a fault in a stage at the articles of an id.
fn run(home: &Home, fault: &str, args: &[&str], input: &str) -> Ran {
    let output = home.command().env("RETOLD_FAULT", fault).args(args).write_stdin(input).output().unwrap();
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What a text becomes at another outlet: most of it, with an own beginning.
fn retold(number: u64) -> String {
    let taken: Vec<String> = text(number).split(' ').skip(20).map(str::to_owned).collect();
    format!("{} {}", text(number + 10_000).split(' ').take(14).collect::<Vec<_>>().join(" "), taken.join(" "))
}

/// Two stories with what was made of them, a twin and a near copy, among others.
fn lines(others: u64) -> String {
    let mut lines = vec![
        article("bad", &text(1)),
        article("bad-retold", &retold(1)),
        article("bad-twin", &text(1)),
        article("bad-near", &format!("{} More.", text(1))),
        article("good", &text(2)),
        article("good-retold", &retold(2)),
        article("good-twin", &text(2)),
        article("good-near", &format!("{} More.", text(2))),
    ];
    lines.extend((0..others).map(|number| article(&format!("n{number}"), &text(100 + number))));
    lines.join("\n") + "\n"
}

fn pairs_with(rows: &[Value], id: &str) -> usize {
    rows.iter().filter(|row| row["source"] == id || row["derived"] == id).count()
}

#[track_caller]
fn is_told(ran: &Ran, stage: &str) {
    let told: Vec<&str> = ran.err.lines().filter(|line| line.contains("internal error of retold")).collect();
    assert!(!told.is_empty(), "{}", ran.err);
    for line in told {
        assert!(line.contains(&format!("stage {stage}, src/barrier.rs:")), "{line}");
        assert!(line.contains("please report this"), "{line}");
    }
}

#[test]
fn a_scan_goes_on_whatever_the_stage() {
    let home = Home::new();
    home.write("news.jsonl", lines(510));
    let args = ["scan", "news.jsonl", "--out", "out", "--quiet"];
    run(&home, "none:bad", &args, "").ends(0);
    let whole = rows(&home.read("out/pairs.jsonl"));
    assert!(pairs_with(&whole, "bad") >= 2 && pairs_with(&whole, "good") >= 2, "{whole:?}");
    for stage in ["read", "first_pass", "verify", "rarity", "prepare", "judge"] {
        let ran = run(&home, &format!("{stage}:bad"), &args, "").ends(1);
        is_told(&ran, stage);
        assert!(ran.err.contains("news.jsonl:1: "), "{}", ran.err);
        let found = rows(&home.read("out/pairs.jsonl"));
        let good = |rows: &[Value]| {
            let of_good = rows.iter().filter(|row| row["source"].as_str().unwrap().starts_with("good"));
            of_good.cloned().collect::<Vec<Value>>()
        };
        assert_eq!(good(&found).len(), good(&whole).len(), "{stage}");
        let rejected = rows(&home.read("out/rejected.jsonl"));
        are_valid("rejected.json", &rejected);
        assert!(rejected.iter().all(|rejection| rejection["kind"] == "internal_error"), "{rejected:?}");
        let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
        assert_eq!(summary["rejected"]["internal_error"], rejected.len(), "{stage}");
        are_valid("summary.json", &[summary]);
    }
}

#[test]
fn what_is_told_does_not_depend_on_the_threads() {
    let home = Home::new();
    home.write("news.jsonl", lines(40));
    let files = ["1", "4"].map(|threads| {
        let args = ["--threads", threads, "scan", "news.jsonl", "--out", "out", "--all-pairs"];
        run(&home, "judge:bad", &args, "").ends(1);
        home.files("out")
    });
    assert_eq!(files[0], files[1]);
}

#[test]
fn compare_answers_the_other_pairs() {
    let home = Home::new();
    home.write("news.jsonl", lines(2));
    let pair = |a: &str, b: &str| json!({"a": a, "b": b}).to_string();
    home.write("pairs.jsonl", [pair("bad", "bad-retold"), pair("good", "good-retold")].join("\n"));
    for stage in ["prepare", "judge"] {
        let args = ["compare", "--pairs", "pairs.jsonl", "news.jsonl", "--format", "jsonl"];
        let ran = run(&home, &format!("{stage}:bad"), &args, "").ends(1);
        is_told(&ran, stage);
        let rows = ran.rows();
        assert!(rows[0]["error"].is_string(), "{rows:?}");
        assert!(rows[1]["score"].as_f64().unwrap() > 0.5, "{rows:?}");
    }
}

#[test]
fn a_text_file_at_which_reading_fails_is_left_out() {
    let home = Home::new();
    for (name, text) in [("in/a.txt", text(1)), ("in/b.txt", text(2)), ("in/c.txt", text(2))] {
        home.write(name, text);
    }
    let ran = run(&home, "read:in/a.txt", &["scan", "in", "--format", "jsonl"], "").ends(1);
    is_told(&ran, "read");
    assert_eq!(ran.rows().len(), 1);
}

#[test]
fn an_index_stays_sound_and_holds_the_rest() {
    let home = Home::new();
    home.write("news.jsonl", lines(3));
    let ran = run(&home, "file:bad", &["index", "add", "archive", "news.jsonl"], "").ends(1);
    is_told(&ran, "file");
    assert!(ran.err.contains("news.jsonl:1: ") && ran.err.contains("10 articles filed"), "{}", ran.err);
    home.run(&["index", "check", "archive"]).ends(0).says("10 documents");
    // an earlier article of the id stays
    home.run(&["index", "add", "archive", "news.jsonl"]).ends(0);
    home.write("news.jsonl", lines(3).replacen("\"text\":", "\"title\":\"Once more\",\"text\":", 1));
    run(&home, "file:bad", &["index", "add", "archive", "news.jsonl"], "").ends(1);
    home.run(&["index", "check", "archive"]).ends(0).says("11 documents");
}

#[test]
fn flag_answers_the_next_line() {
    let home = Home::new();
    home.write("news.jsonl", lines(3));
    home.run(&["index", "add", "archive", "news.jsonl"]).ends(0);
    let incoming =
        [article("one", &text(1)), article("two", &retold(2)), article("three", &text(1))].join("\n");
    for (stage, add) in
        [("read", false), ("query", false), ("prepare", false), ("query", true), ("file", true)]
    {
        let mut args = vec!["flag", "archive", "-", "--format", "jsonl"];
        args.extend(add.then_some("--add"));
        let ran = run(&home, &format!("{stage}:two"), &args, &incoming).ends(1);
        is_told(&ran, stage);
        let answered: Vec<Value> = ran.rows().into_iter().map(|answer| answer["id"].clone()).collect();
        assert_eq!(answered, ["one", "three"], "{stage}");
    }
    // an article of the archive at which it fails is left out of the answers alone
    let ran = run(&home, "judge:good", &["flag", "archive", "-", "--format", "jsonl"], &incoming).ends(1);
    is_told(&ran, "judge");
    let answers = ran.rows();
    assert_eq!(answers.len(), 3);
    let matches = answers[1]["matches"].as_array().unwrap();
    assert!(!matches.is_empty() && pairs_with(matches, "good") == 0, "{matches:?}");
    home.run(&["index", "check", "archive"]).ends(0);
}
