//! Incoming articles held against an archive: what a stream sees of it, and what is refused.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::support::{Home, PROGRAM, article, articles, text};

/// A run that is asked line by line.
struct Asked {
    child: Child,
    input: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Asked {
    fn start(home: &Home) -> Asked {
        let mut child = Command::new(PROGRAM)
            .args(["flag", "archive", "-", "--format", "jsonl"])
            .current_dir(home.path("."))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Asked { child, input, answers: BufReader::new(out) }
    }

    fn ask(&mut self, id: &str, text: &str) {
        self.input.write_all((article(id, text) + "\n").as_bytes()).unwrap();
    }

    /// The id that is answered, and the ids of what was found.
    fn answer(&mut self) -> (String, Vec<String>) {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        let id = answer["id"].as_str().unwrap().to_owned();
        let matches = answer["matches"].as_array().unwrap().iter();
        let other = |row: &Value| {
            let side = if row["source"] == answer["id"] { "derived" } else { "source" };
            row[side].as_str().unwrap().to_owned()
        };
        (id, matches.map(other).collect())
    }
}

#[test]
fn a_stream_sees_what_others_file_and_remove_meanwhile() {
    let home = Home::new();
    home.write("first.jsonl", articles([("a", text(1))]));
    home.write("second.jsonl", articles([("b", text(2))]));
    home.write("gone.txt", "a\n");
    home.run(&["index", "add", "archive", "first.jsonl"]).ends(0);
    let mut asked = Asked::start(&home);
    asked.ask("x", &text(2));
    assert_eq!(asked.answer(), ("x".to_owned(), vec![]));
    home.run(&["index", "add", "archive", "second.jsonl"]).ends(0);
    asked.ask("y", &text(2));
    assert_eq!(asked.answer(), ("y".to_owned(), vec!["b".to_owned()]));
    home.run(&["index", "remove", "archive", "--ids", "gone.txt"]).ends(0);
    for (id, number) in [("p", 1), ("q", 2), ("r", 1)] {
        asked.ask(id, &text(number));
    }
    let answers = [asked.answer(), asked.answer(), asked.answer()];
    let found = |id: &str, all: &[&str]| (id.to_owned(), all.iter().map(|id| (*id).to_owned()).collect());
    assert_eq!(answers, [found("p", &[]), found("q", &["b"]), found("r", &[])]);

    // an archive that vanished holds nothing to be told apart from "nothing found"
    fs::remove_dir_all(home.path("archive")).unwrap();
    asked.ask("z", &text(2));
    drop(asked.input);
    let output = asked.child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("archive") && said.contains("INDEX"), "{said}");
}

#[test]
fn what_a_stream_cannot_be_read_as_is_refused_by_name() {
    let home = Home::new();
    home.write("first.jsonl", articles([("a", text(1))]));
    home.run(&["index", "add", "archive", "first.jsonl"]).ends(0);
    let rows = format!("id,text\nx,{}\n", text(1));
    let run = |format: &str, input: &str, bytes: &str| {
        home.run_with_input(&["flag", "archive", input, "--input-format", format, "--format", "jsonl"], bytes)
    };
    run("csv", "-", &rows).ends(2).says("not as --input-format csv");
    home.write("rows.txt", &rows);
    assert_eq!(run("csv", "rows.txt", "").ends(0).rows()[0]["matches"].as_array().unwrap().len(), 1);
    assert_eq!(run("jsonl", "-", &article("x", &text(1))).ends(0).rows().len(), 1);
}
