//! Rules of the house, and matches that were filed before there were any.

use std::path::Path;

use retold::rules::Rules;
use retold::serve::ServeSettings;
use serde_json::{Value, json};

use crate::support::{Server, WIRE, print, settings, wire};

fn with_rules(home: &Path, rules: &str) -> Server {
    let rules = Some(Rules::parse(rules, "rules.toml").unwrap());
    Server::with(ServeSettings { rules, ..settings(home.join("archive")) })
}

/// An archive whose matches were filed without rules, and its inbox.
fn filed_without_rules(home: &Path) -> Vec<Value> {
    let server = Server::start(home);
    server.file(&wire());
    let mut feed = print("feed");
    feed["source"] = json!("Test Feed");
    server.file(&feed);
    let mut named = print("named");
    named["text"] = json!(format!("{WIRE} So the Meridian Wire told."));
    server.file(&named);
    server.file(&print("silent"));
    for kept in server.inbox() {
        let id = kept["id"].as_str().unwrap();
        let said = json!({"decision": "derived", "who": "ann"});
        server.post(&format!("/v1/matches/{id}/decision"), &said).is(200);
    }
    let inbox = server.inbox();
    assert!(inbox.len() >= 3 && inbox.iter().all(|kept| kept["row"]["standing"].is_null()), "{inbox:?}");
    server.stop();
    inbox
}

fn is_of_the_feed(kept: &Value) -> bool {
    ["source", "derived"].iter().any(|side| kept["row"][side] == "feed")
}

/// How the match of the wire's article with another stands.
fn standing(inbox: &[Value], derived: &str) -> Value {
    let is_it = |kept: &&Value| kept["row"]["source"] == "wire/1" && kept["row"]["derived"] == derived;
    inbox.iter().find(is_it).map_or_else(|| json!("not there"), |kept| kept["row"]["standing"].clone())
}

fn told_of_rules(server: &Server) -> usize {
    server.told.lock().unwrap().iter().filter(|line| line.starts_with("rules: ")).count()
}

#[test]
fn rules_hold_for_matches_that_were_filed_before() {
    let home = tempfile::tempdir().unwrap();
    let before = filed_without_rules(home.path());
    let hidden = before.iter().filter(|kept| is_of_the_feed(kept)).count();
    assert!(hidden > 0);
    let rules = "never_shown = [\"Test Feed\"]\n[[licences]]\nsource = \"Meridian Wire\"\n";
    for (start, told) in [("the first one", 1), ("one with the same rules", 0)] {
        let server = with_rules(home.path(), rules);
        assert_eq!(told_of_rules(&server), told, "{start}");
        let inbox = server.inbox();
        assert_eq!(inbox.len(), before.len() - hidden, "{start}");
        assert!(!inbox.iter().any(is_of_the_feed), "{start}");
        assert_eq!(standing(&inbox, "named"), "licensed", "{start}");
        assert_eq!(standing(&inbox, "silent"), "licensed_uncredited", "{start}");
        assert!(inbox.iter().all(|kept| kept["decision"] == "derived"), "{start}");
        let licensed = server.get("/v1/matches?standing=licensed").is(200).json();
        assert_eq!(standing(licensed["items"].as_array().unwrap(), "named"), "licensed", "{start}");
        let status = server.get("/v1/status").is(200).json();
        assert_eq!(
            (&status["hidden"]["outlet"], &status["counts"]["matches"]),
            (&json!(hidden), &json!(inbox.len()))
        );
        assert_eq!(server.get("/v1/export.jsonl").is(200).text().lines().count(), inbox.len(), "{start}");
        let id = before.iter().find(|kept| is_of_the_feed(kept)).unwrap()["id"].as_str().unwrap();
        server.get(&format!("/v1/matches/{id}")).problem(404, "not-found");
        let said = json!({"decision": "partial", "who": "bob"});
        server.post(&format!("/v1/matches/{id}/decision"), &said).problem(404, "not-found");
        server.stop();
    }
    let server = Server::start(home.path());
    assert_eq!(server.inbox(), before);
    assert_eq!(server.get("/v1/status").is(200).json()["hidden"], json!({}));
}

#[test]
fn a_licence_that_is_signed_later_is_seen_in_the_inbox() {
    let home = tempfile::tempdir().unwrap();
    filed_without_rules(home.path());
    let stands = |rules: &str| standing(&with_rules(home.path(), rules).inbox(), "silent");
    assert_eq!(stands(""), "unlicensed");
    let licence = "[[licences]]\nsource = \"Meridian Wire\"\ncredit_required = false\n";
    assert_eq!(stands(licence), "licensed");
    // it is the derived article's day that counts
    assert_eq!(stands(&format!("{licence}until = 2031-03-09\n")), "unlicensed");
    assert_eq!(stands(&format!("hide = [\"licensed\"]\n{licence}")), "not there");
    assert_eq!(stands(licence), "licensed");
}
