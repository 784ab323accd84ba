//! Articles in, matches out: what each path does.

use std::io::{Read, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Server, WIRE, print, settings, wire};

#[test]
fn an_article_is_held_against_the_archive_and_filed_where_that_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let answer = server.post("/v1/flag", &wire()).is(200).json();
    assert_eq!(answer, json!({"id": "wire/1", "matches": [], "filed": false}));
    server.get("/v1/articles/wire%2F1").problem(404, "not-found");
    assert!(server.file(&wire()).is_empty());
    let stored = server.get("/v1/articles/wire%2F1").is(200).json();
    assert_eq!((&stored["text"], &stored["source"]), (&json!(WIRE), &json!("Meridian Wire")));

    let matches = server.file(&print("print"));
    assert_eq!((&matches[0]["source"], &matches[0]["derived"]), (&json!("wire/1"), &json!("print")));
    let inbox = server.inbox();
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0]["row"], matches[0]);
    assert_eq!((&inbox[0]["incoming"], &inbox[0]["decision"]), (&json!("print"), &Value::Null));

    let id = inbox[0]["id"].as_str().unwrap();
    let shown = server.get(&format!("/v1/matches/{id}")).is(200).json();
    assert_eq!(shown["articles"][0]["title"], "Orrin dam closed");
    assert_eq!((&shown["is_current"], &shown["events"]), (&json!(true), &json!([])));
    server.get("/v1/matches/0123456789abcdef0123456789abcdef").problem(404, "not-found");
}

#[test]
fn rows_are_those_of_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.file(&wire());
    let matches = server.post("/v1/flag", &print("print")).is(200).json()["matches"].clone();
    server.stop();
    std::fs::write(home.path().join("print.jsonl"), print("print").to_string()).unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_retold"))
        .current_dir(home.path())
        .args(["flag", "archive", "print.jsonl", "--format", "jsonl"])
        .output()
        .unwrap();
    let line: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(line["matches"], matches);
}

#[test]
fn a_request_that_is_sent_twice_is_done_once() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.file(&wire());
    let first = server.file(&print("print"));
    let before = std::fs::read_dir(home.path().join("archive")).unwrap().count();
    assert_eq!(server.file(&print("print")), first);
    assert_eq!(std::fs::read_dir(home.path().join("archive")).unwrap().count(), before);
    assert_eq!(server.inbox().len(), 1);
    assert_eq!(server.get("/v1/status").is(200).json()["documents"], 2);
}

#[test]
fn batches_are_answered_in_their_order_and_their_articles_find_each_other() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let articles = json!([wire(), print("a"), print("b")]);
    let answers = server.post("/v1/flag?add=true", &articles).is(200).json();
    let ids: Vec<&str> =
        answers.as_array().unwrap().iter().map(|answer| answer["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["wire/1", "a", "b"]);
    let found = |at: usize| answers[at]["matches"].as_array().unwrap().len();
    assert_eq!((found(0), found(1)), (0, 1));
    assert!(found(2) > 0);
    // the same as lines
    let lines = [wire(), print("c")].map(|article| article.to_string()).join("\n");
    let answer = server
        .send("POST", "/v1/flag", &[("content-type", "application/x-ndjson")], lines.as_bytes())
        .is(200);
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    assert_eq!(answer.text().lines().count(), 2);
    assert_eq!(server.post("/v1/flag", &json!([])).is(200).json(), json!([]));
}

#[test]
fn of_a_batch_with_a_wrong_item_nothing_is_filed_and_the_item_is_named() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let lines = format!("{}\n\n{{\"id\": \"x\"}}\nnothing\n", wire());
    let headers = [("content-type", "application/x-ndjson")];
    let problem =
        server.send("POST", "/v1/flag?add=true", &headers, lines.as_bytes()).problem(422, "unusable-content");
    let items: Vec<i64> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["item"].as_i64().unwrap()).collect();
    assert_eq!(items, [2, 3]);
    let articles = json!([wire(), {"id": "", "text": "A text."}]);
    server.post("/v1/flag?add=true", &articles).problem(422, "unusable-content");
    assert_eq!(server.get("/v1/status").is(200).json()["documents"], 0);
}

#[test]
fn wrong_requests_are_told_what_was_expected() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    for (path, says) in [
        ("/v1/matches?relation=copied", "identical, copy"),
        ("/v1/matches?min_score=2", "from 0 to 1"),
        ("/v1/matches?min_score=NaN", "from 0 to 1"),
        ("/v1/matches?decison=derived", "known are"),
        ("/v1/matches?limit=5&limit=6", "twice"),
        ("/v1/matches?limit=0", "1 to 200"),
        ("/v1/matches?since=yesterday", "a date"),
        ("/v1/articles?cursor=-1", "next"),
        ("/v1/articles/%FF", "UTF-8"),
        ("/v1/status?x=1", "no parameter"),
    ] {
        let problem = server.get(path).problem(400, "bad-request");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{path}: {problem}");
    }
    server.get("/v2/flag").problem(404, "not-found");
    let answer = server.send("PATCH", "/v1/flag", &[], b"");
    assert_eq!(answer.headers["allow"], "POST");
    answer.problem(405, "method-not-allowed");
    for body in [
        json!(["id", "text"]),
        json!("text"),
        json!({"id": "a"}),
        json!({"id": 1.5, "text": "b"}),
        json!({"id": "a", "text": ""}),
        json!({"id": "a", "text": " \n\t\u{a0}"}),
    ] {
        server.post("/v1/flag", &body).problem(422, "unusable-content");
    }
    server
        .send("POST", "/v1/flag", &[("content-type", "application/json")], b"{\"id\":")
        .problem(400, "bad-request");
}

#[test]
fn an_article_is_read_as_a_line_of_input_is() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let send = |path: &str, kind: &str, body: &str| {
        server.send("POST", path, &[("content-type", kind)], body.as_bytes()).is(200)
    };
    let (json, lines) = ("application/json", "application/x-ndjson");
    for (number, more) in [
        (1, r#""date": 1704067200"#),
        (2, r#""title": 5"#),
        (3, r#""views": NaN"#),
        (4, r#""title": "half \ud800 surrogate""#),
    ] {
        let article = format!("{{\"id\": {number}, \"text\": \"a text of words\", {more}}}");
        assert_eq!(send("/v1/flag", json, &article).json()["id"], number.to_string());
        assert_eq!(
            send("/v1/flag", json, &format!("[{article}, {article}]")).json()[1]["id"],
            number.to_string()
        );
        assert_eq!(send("/v1/flag", lines, &article).json()["id"], number.to_string());
        let pair = format!("{{\"a\": {article}, \"b\": {}}}", wire());
        send("/v1/compare", json, &pair);
        let headers = [("content-type", json)];
        server.send("PUT", &format!("/v1/articles/{number}"), &headers, article.as_bytes()).is(201);
    }
    let held = server.get("/v1/articles/1").is(200).json();
    assert_eq!((&held["id"], &held["date"]), (&json!("1"), &json!("1704067200")));
}

#[test]
fn a_text_without_a_word_takes_no_articles_place() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.file(&wire());
    for text in ["", " ", "\n\t"] {
        let mut blank = wire();
        blank["text"] = json!(text);
        for problem in [
            server.put("/v1/articles/wire%2F1", &blank).problem(422, "unusable-content"),
            server.post("/v1/flag?add=true", &blank).problem(422, "unusable-content"),
            server
                .post("/v1/flag?add=true", &json!([print("print"), blank]))
                .problem(422, "unusable-content"),
        ] {
            assert!(problem.to_string().contains("holds no text"), "{problem}");
        }
    }
    assert_eq!(server.get("/v1/articles/wire%2F1").is(200).json()["text"], WIRE);
    server.get("/v1/articles/print").problem(404, "not-found");
}

#[test]
fn articles_are_put_read_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.put("/v1/articles/wire%2F1", &wire()).is(201);
    server.put("/v1/articles/wire%2F1", &wire()).is(204);
    server.put("/v1/articles/other", &wire()).problem(409, "conflict");
    server.file(&print("print"));
    assert_eq!(server.inbox().len(), 1);
    server.delete("/v1/articles/wire%2F1").is(204);
    server.delete("/v1/articles/wire%2F1").problem(404, "not-found");
    server.get("/v1/articles/wire%2F1").problem(404, "not-found");
    assert!(server.inbox().is_empty(), "its matches went with it");
}

const SECRET: &str = "Zibbeldonk";

/// An article that says a secret, a match of it and what somebody said of that.
fn with_a_secret(home: &Path) -> Server {
    let server = Server::start(home);
    server.file(&wire());
    let mut withdrawn = print("withdrawn");
    withdrawn["title"] = json!(format!("{SECRET} says"));
    withdrawn["text"] = json!(format!("{WIRE} {SECRET} said so."));
    server.file(&withdrawn);
    let id = server.inbox()[0]["id"].as_str().unwrap().to_owned();
    let said = json!({"decision": "derived", "who": "ann", "note": format!("call {SECRET}")});
    server.post(&format!("/v1/matches/{id}/decision"), &said).is(200);
    server
}

fn assert_no_secret(archive: &Path) {
    for entry in std::fs::read_dir(archive).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "{}", path.display());
    }
}

#[test]
fn what_is_deleted_is_gone_from_every_byte_after_compaction() {
    let home = tempfile::tempdir().unwrap();
    let server = with_a_secret(home.path());
    server.delete("/v1/articles/withdrawn").is(204);
    server.post("/v1/compact", &json!(null)).is(204);
    for path in ["/v1/export.jsonl", "/v1/export.csv", "/v1/articles", "/metrics"] {
        assert!(!server.get(path).is(200).text().contains(SECRET), "{path}");
    }
    assert!(!server.told.lock().unwrap().iter().any(|line| line.contains(SECRET)));
    server.stop();
    assert_no_secret(&home.path().join("archive"));
}

#[test]
fn what_the_command_line_removes_is_gone_from_the_inbox_too() {
    let home = tempfile::tempdir().unwrap();
    with_a_secret(home.path()).stop();
    let archive = home.path().join("archive");
    let retold = |command: &str, more: &[&str]| {
        let mut ran = std::process::Command::new(env!("CARGO_BIN_EXE_retold"));
        assert!(ran.args(["index", command]).arg(&archive).args(more).status().unwrap().success());
    };
    retold("remove", &["withdrawn"]);
    let server = Server::start(home.path());
    assert!(server.inbox().is_empty());
    server.stop();
    retold("compact", &[]);
    assert_no_secret(&archive);
}

#[test]
fn a_compaction_forgets_what_names_articles_that_are_gone() {
    for by_server in [true, false] {
        let home = tempfile::tempdir().unwrap();
        with_a_secret(home.path()).stop();
        let archive = home.path().join("archive");
        // who removes an article and knows nothing of the desk
        let mut writer = retold::index::Writer::open(&archive).unwrap();
        writer.remove(["withdrawn"]).unwrap();
        writer.commit().unwrap();
        drop(writer);
        if by_server {
            let server = Server::start(home.path());
            server.post("/v1/compact", &json!(null)).is(204);
            assert!(server.inbox().is_empty());
        } else {
            let mut ran = std::process::Command::new(env!("CARGO_BIN_EXE_retold"));
            assert!(ran.args(["index", "compact"]).arg(&archive).status().unwrap().success());
        }
        assert_no_secret(&archive);
    }
}

#[test]
fn two_texts_are_compared() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let row = server.post("/v1/compare", &json!({"a": wire(), "b": print("print")})).is(200).json();
    assert_eq!(row["source"], "wire/1");
    assert!(row["score"].as_f64().unwrap() > 0.9);
    server.post("/v1/compare", &json!({"a": wire(), "b": wire()})).problem(409, "conflict");
    server.post("/v1/compare", &json!({"a": wire()})).problem(422, "unusable-content");
}

#[test]
fn the_archive_is_searched_page_by_page() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    for at in 0..7 {
        let article = json!({"id": format!("a{at}"), "text": format!("The Überbrück mill, part {at}."),
            "source": "Post", "date": "2031-01-02"});
        server.put(&format!("/v1/articles/a{at}"), &article).is(201);
    }
    server.put("/v1/articles/b", &json!({"id": "b", "text": "Rain."})).is(201);
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server
            .get(&format!("/v1/articles?query=%C3%BCBERBR%C3%BCCK%20MILL&limit=3{cursor}"))
            .is(200)
            .json();
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(ids, ["a6", "a5", "a4", "a3", "a2", "a1", "a0"]);
    let count = |query: &str| {
        server.get(&format!("/v1/articles?{query}")).is(200).json()["items"].as_array().unwrap().len()
    };
    assert_eq!(
        (count("query=rain"), count("outlet=Post"), count("since=2031-01-03"), count("")),
        (1, 7, 0, 8)
    );
}

#[test]
fn the_family_of_an_article_is_drawn() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.post("/v1/flag?add=true", &json!([wire(), print("a"), print("b")])).is(200);
    server
        .put("/v1/articles/alone", &json!({"id": "alone", "text": "Rain is expected in the hills of Arrel."}))
        .is(201);
    let found = server.get("/v1/families/b").is(200).json();
    assert_eq!((&found["family"]["size"], &found["family"]["root"]), (&json!(3), &json!("wire/1")));
    assert_eq!(found["articles"].as_array().unwrap().len(), 3);
    assert_eq!(server.get("/v1/families/alone").is(200).json()["family"], Value::Null);
    server.get("/v1/families/none").problem(404, "not-found");
}

#[test]
fn matches_are_exported_as_lines_and_as_a_table() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.file(&wire());
    let mut hostile = print("=cmd|' /C calc'!A0");
    hostile["title"] = json!("a \"quoted\", title\nof two lines");
    server.file(&hostile);
    server.file(&print("b"));
    let lines = server.get("/v1/export.jsonl").is(200);
    assert_eq!(lines.text().lines().count(), server.inbox().len());
    let table = server.get("/v1/export.csv?article=wire%2F1").is(200);
    assert!(table.headers["content-disposition"].starts_with("attachment"));
    let mut rows = csv::Reader::from_reader(table.body.as_slice());
    let derived: Vec<String> = rows.records().map(|row| row.unwrap()[2].to_owned()).collect();
    assert_eq!(derived, ["b", "'=cmd|' /C calc'!A0"]);
}

#[test]
fn figures_are_there_for_prometheus() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.file(&wire());
    server.send("BREW", "/v1/flag", &[], b"").is(405);
    let text = server.get("/metrics").is(200).text();
    for line in [
        "retold_requests_total{route=\"/v1/flag\",method=\"POST\",status=\"200\"} 1",
        "retold_requests_total{route=\"/v1/flag\",method=\"other\",status=\"405\"} 1",
        "retold_index_documents 1",
        "retold_filing_queue 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let health = server.get("/healthz").is(200).json();
    assert_eq!(health["status"], "ok");
}

#[test]
fn news_reach_who_listens() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.file(&wire());
    let mut stream = server.connect();
    write!(stream, "GET /v1/events HTTP/1.1\r\nhost: {}\r\n\r\n", server.address).unwrap();
    let mut heard = Vec::new();
    let mut until = |words: &str| {
        let mut piece = [0; 1024];
        while !String::from_utf8_lossy(&heard).contains(words) {
            let read = stream.read(&mut piece).unwrap();
            assert!(read > 0, "it ended before {words:?}");
            heard.extend_from_slice(&piece[..read]);
        }
    };
    until("text/event-stream");
    server.file(&print("a"));
    let id = server.inbox()[0]["id"].as_str().unwrap().to_owned();
    until(&format!("data: {{\"kind\":\"matches\",\"ids\":[\"{id}\"]}}"));
    server.post(&format!("/v1/matches/{id}/decision"), &json!({"decision": "partial", "who": "ann"})).is(200);
    until("\"kind\":\"decision\"");
    server.delete("/v1/articles/a").is(204);
    until("\"kind\":\"removed\"");
    // who listens does not keep the server from ending
    server.stop();
}

#[test]
fn there_is_one_writer_and_readers_beside_it() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    server.file(&wire());
    let archive = home.path().join("archive");
    assert_eq!(retold::index::open(&archive).unwrap().documents(), 1);
    let other = retold::serve::serve(settings(archive), |_| {}, |_| panic!("it must not start"), || true);
    assert!(matches!(other, Err(retold::Error::Index(retold::error::IndexError::Locked { .. }))));
}

#[test]
fn where_the_address_is_taken_nothing_is_made() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let other = home.path().join("other");
    let taken = retold::serve::ServeSettings { listen: server.address, ..settings(other.clone()) };
    let refused = retold::serve::serve(taken, |_| {}, |_| panic!("it must not start"), || true);
    assert!(refused.unwrap_err().to_string().contains("listen at"));
    assert!(!other.exists());
}

#[test]
fn rules_say_how_matches_stand_and_what_they_hide_is_counted() {
    let home = tempfile::tempdir().unwrap();
    let rules = "never_shown = [\"Test Feed\"]\n[[licences]]\nsource = \"Meridian Wire\"\n";
    let rules = retold::rules::Rules::parse(rules, "rules.toml").unwrap();
    let server = Server::with(retold::serve::ServeSettings {
        rules: Some(rules),
        ..settings(home.path().join("archive"))
    });
    server.file(&wire());
    let mut hidden = print("hidden");
    hidden["source"] = json!("Test Feed");
    assert!(server.file(&hidden).is_empty());
    let mut named = print("named");
    named["text"] = json!(format!("{WIRE} So the Meridian Wire told."));
    assert_eq!(server.file(&named)[0]["standing"], "licensed");
    assert_eq!(
        server.file(&print("silent")).iter().find(|row| row["source"] == "wire/1").unwrap()["standing"],
        "licensed_uncredited"
    );
    let listed = server.get("/v1/matches?standing=licensed").is(200).json();
    assert_eq!(listed["items"][0]["incoming"], "named");
    let status = server.get("/v1/status").is(200).json();
    assert!(status["hidden"]["outlet"].as_u64().unwrap() >= 1, "{status}");
    assert!(server.get("/metrics").is(200).text().contains("retold_matches_hidden_total{reason=\"outlet\"}"));
}
