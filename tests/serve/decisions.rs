//! What people say of matches, and what a model learns from it.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{Server, WIRE, print, wire};

fn say(server: &Server, id: &str, decision: &str, more: Value) -> crate::support::Answer {
    let mut said = json!({"decision": decision, "who": "ann"});
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.post(&format!("/v1/matches/{id}/decision"), &said)
}

fn with_a_match(home: &tempfile::TempDir) -> (Server, String) {
    let server = Server::start(home.path());
    server.file(&wire());
    server.file(&print("print"));
    let id = server.inbox()[0]["id"].as_str().unwrap().to_owned();
    (server, id)
}

#[test]
fn a_decision_is_kept_undone_and_survives_the_server() {
    let home = tempfile::tempdir().unwrap();
    let (server, id) = with_a_match(&home);
    say(&server, &id, "undo", json!({})).problem(409, "conflict");
    let event = say(&server, &id, "derived", json!({"note": "as agreed"})).is(200).json();
    assert_eq!(
        (&event["decision"], &event["who"], &event["note"]),
        (&json!("derived"), &json!("ann"), &json!("as agreed"))
    );
    server.stop();

    let server = Server::start(home.path());
    let decided = server.get("/v1/matches?decision=derived").is(200).json();
    assert_eq!(decided["items"][0]["decided_by"], event["number"]);
    assert!(
        server.get("/v1/matches?decision=undecided").is(200).json()["items"].as_array().unwrap().is_empty()
    );
    say(&server, &id, "undo", json!({"seen": event["number"]})).is(200);
    let shown = server.get(&format!("/v1/matches/{id}")).is(200).json();
    assert_eq!((&shown["decision"], shown["events"].as_array().unwrap().len()), (&Value::Null, 2));
}

#[test]
fn two_people_see_each_other() {
    let home = tempfile::tempdir().unwrap();
    let (server, id) = with_a_match(&home);
    let first = say(&server, &id, "derived", json!({})).is(200).json();
    let problem = say(&server, &id, "partial", json!({"who": "bob"})).problem(409, "conflict");
    assert_eq!(problem["events"], json!([first]));
    assert!(problem["detail"].as_str().unwrap().starts_with("ann was there first"));
    // sent again, the same words are the same event
    assert_eq!(say(&server, &id, "derived", json!({})).is(200).json(), first);
    say(&server, &id, "partial", json!({"who": "bob", "seen": first["number"]})).is(200);
}

#[test]
fn fields_in_a_row_are_no_body() {
    let home = tempfile::tempdir().unwrap();
    let (server, id) = with_a_match(&home);
    for (path, body, expected) in [
        (format!("/v1/matches/{id}/decision"), json!(["derived", null, "eve", null, null]), "a decision"),
        ("/v1/compare".to_owned(), json!([wire(), print("other")]), "two articles"),
        ("/v1/compare".to_owned(), json!({"a": ["a", WIRE], "b": print("other")}), "an article"),
        ("/v1/articles/a".to_owned(), json!(["a", WIRE]), "an article"),
        ("/v1/session".to_owned(), json!(["0123456789abcdef"]), "`token`"),
    ] {
        let method = if path.contains("/articles/") { "PUT" } else { "POST" };
        let headers = [("content-type", "application/json")];
        let problem = server.send(method, &path, &headers, body.to_string().as_bytes());
        let problem = problem.problem(422, "unusable-content");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains("expected") && told.contains(expected), "{path}: {told}");
    }
    let shown = server.get(&format!("/v1/matches/{id}")).is(200).json();
    assert_eq!((&shown["decision"], shown["events"].as_array().unwrap().len()), (&Value::Null, 0));
}

#[test]
fn an_exclusion_asks_for_a_reason() {
    let home = tempfile::tempdir().unwrap();
    let (server, id) = with_a_match(&home);
    let problem = say(&server, &id, "not_derived", json!({})).problem(422, "unusable-content");
    assert!(problem["detail"].as_str().unwrap().contains("press_release"));
    say(&server, &id, "derived", json!({"reason": "licensed"})).problem(422, "unusable-content");
    say(&server, &id, "certain", json!({})).problem(422, "unusable-content");
    say(&server, &id, "not_derived", json!({"reason": "licensed"})).is(200);
    say(&server, "0123", "derived", json!({})).problem(404, "not-found");
}

#[test]
fn a_text_that_is_filed_anew_keeps_what_was_said_and_says_that_it_changed() {
    let home = tempfile::tempdir().unwrap();
    let (server, id) = with_a_match(&home);
    let event = say(&server, &id, "derived", json!({})).is(200).json();
    let mut again = print("print");
    again["text"] = json!("The bakery of Hestbrook opens on Tuesday with three kinds of rye bread.");
    assert!(server.file(&again).is_empty());
    let shown = server.get(&format!("/v1/matches/{id}")).is(200).json();
    assert_eq!((&shown["is_current"], &shown["decided_by"]), (&json!(false), &event["number"]));
    server.get(&format!("/v1/matches/{id}/sheet")).problem(404, "not-found");
}

#[test]
fn what_was_said_of_a_former_text_is_no_label_of_the_new_one() {
    let home = tempfile::tempdir().unwrap();
    let (server, id) = with_a_match(&home);
    say(&server, &id, "derived", json!({})).is(200);
    let is_of_these_texts =
        || server.get(&format!("/v1/matches/{id}")).is(200).json()["events"][0]["is_of_these_texts"].clone();
    let labels = || {
        let ran = retold(&home, &["decisions", "archive", "--format", "jsonl", "--articles", "said.jsonl"]);
        let said = std::fs::read_to_string(home.path().join("said.jsonl")).unwrap();
        (String::from_utf8(ran.stdout).unwrap().lines().count(), said.lines().count())
    };
    assert_eq!((is_of_these_texts(), labels()), (json!(true), (1, 2)));
    let mut again = print("print");
    again["text"] = json!("The bakery of Hestbrook opens on Tuesday with three kinds of rye bread.");
    server.put("/v1/articles/print", &again).is(204);
    assert_eq!((is_of_these_texts(), labels()), (json!(false), (0, 0)));
    server.put("/v1/articles/print", &print("print")).is(204);
    assert_eq!((is_of_these_texts(), labels()), (json!(true), (1, 2)));
}

fn retold(home: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let ran =
        Command::new(env!("CARGO_BIN_EXE_retold")).current_dir(home.path()).args(arguments).output().unwrap();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    ran
}

/// A text of some hundred words that no other number's resembles.
fn story(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let syllables = ["ka", "lo", "mi", "ren", "sta", "vor", "be", "dun", "gel", "ter"];
        (0..3).map(|at| syllables[(state >> (40 + 5 * at)) as usize % 10]).collect::<String>()
    };
    (0..8).map(|_| (0..12).map(|_| word()).collect::<Vec<_>>().join(" ") + ".").collect::<Vec<_>>().join(" ")
}

#[test]
fn a_profile_is_fitted_from_what_the_desk_said() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let mut articles = Vec::new();
    for at in 0..12 {
        articles.push(json!({"id": format!("wire{at}"), "text": story(at)}));
        articles.push(json!({"id": format!("print{at}"), "text": format!("{} {WIRE}", story(at))}));
    }
    server.post("/v1/flag?add=true", &json!(articles)).is(200);
    let mut said = 0;
    for kept in server.get("/v1/matches?limit=200").is(200).json()["items"].as_array().unwrap() {
        let number = |side: &str| {
            kept["row"][side].as_str().unwrap().trim_start_matches(char::is_alphabetic).to_owned()
        };
        let (id, is_pair) = (kept["id"].as_str().unwrap(), number("source") == number("derived"));
        match is_pair {
            true => say(&server, id, "derived", json!({})).is(200),
            false => say(&server, id, "not_derived", json!({"reason": "wrong"})).is(200),
        };
        said += 1;
    }
    assert!(said > 12, "{said}");
    // while the server runs: readers are never in its way
    let labels =
        retold(&home, &["decisions", "archive", "--format", "jsonl", "--articles", "said.jsonl"]).stdout;
    std::fs::write(home.path().join("labelled.jsonl"), &labels).unwrap();
    assert_eq!(String::from_utf8(labels).unwrap().lines().count(), said);
    // what was written so may be written again, and nothing else
    retold(&home, &["decisions", "archive", "--articles", "said.jsonl"]);
    std::fs::write(home.path().join("news.jsonl"), "{\"id\": \"own\", \"text\": \"A text.\"}\n").unwrap();
    for place in ["news.jsonl", "archive/said.jsonl", "-"] {
        let refused = Command::new(env!("CARGO_BIN_EXE_retold"))
            .current_dir(home.path())
            .args(["decisions", "archive", "--articles", place])
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2), "{place}");
    }
    assert!(std::fs::read_to_string(home.path().join("news.jsonl")).unwrap().contains("own"));
    retold(
        &home,
        &[
            "tune",
            "--pairs",
            "labelled.jsonl",
            "said.jsonl",
            "--out",
            "tuned",
            "--name",
            "desk",
            "--resamples",
            "20",
        ],
    );
    let profile: Value =
        serde_json::from_slice(&std::fs::read(home.path().join("tuned/profile.json")).unwrap()).unwrap();
    assert_eq!(profile["name"], "desk");
    // and a scan goes by it
    retold(&home, &["scan", "said.jsonl", "--profile", "tuned/profile.json", "--format", "jsonl"]);
}
