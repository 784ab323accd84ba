//! Rules of the house: how pairs stand, and what is not shown.

use serde_json::{Value, json};

use crate::support::{Home, rows};

const TEXT: &str = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";

fn line(id: &str, outlet: &str, date: &str, more: &str) -> String {
    json!({"id": id, "text": format!("{TEXT} {more}"), "source": outlet, "date": date}).to_string()
}

fn home() -> Home {
    let home = Home::new();
    let articles = [
        line("wire", "Meridian Wire", "2031-03-09T06:00:00Z", ""),
        line("named", "Arrel Post", "2031-03-10", "So the Meridian Wire told."),
        line("silent", "Hestbrook Echo", "2031-03-11", "It was said."),
        line("feed", "Test Feed", "2031-03-12", "It was said again."),
    ];
    home.write("news.jsonl", articles.join("\n"));
    home.write(
        "rules.toml",
        "never_shown = [\"Test Feed\"]\n[[licences]]\nsource = \"Meridian Wire\"\nuntil = 2031-12-31\n",
    );
    home
}

fn standings(rows: &[Value]) -> Vec<(String, Value)> {
    let of_wire = rows.iter().filter(|row| row["source"] == "wire");
    let mut of: Vec<(String, Value)> =
        of_wire.map(|row| (row["derived"].as_str().unwrap().to_owned(), row["standing"].clone())).collect();
    of.sort_by(|one, other| one.0.cmp(&other.0));
    of
}

#[test]
fn a_scan_says_how_pairs_stand_and_counts_what_it_hides() {
    let home = home();
    let ran = home
        .run(&["scan", "news.jsonl", "--all-pairs", "--rules", "rules.toml", "--format", "jsonl"])
        .ends(0);
    assert_eq!(
        standings(&ran.rows()),
        [("named".to_owned(), json!("licensed")), ("silent".to_owned(), json!("licensed_uncredited"))]
    );
    let named = ran.rows().into_iter().find(|row| row["derived"] == "named").unwrap();
    assert!(named["credit"].as_str().unwrap().ends_with("So the Meridian Wire told."), "{named}");
    ran.says("3 pairs are hidden by the rules: 3 of outlets that are never shown");

    home.run(&["scan", "news.jsonl", "--all-pairs", "--rules", "rules.toml", "--out", "out"]).ends(0);
    assert_eq!(rows(&home.read("out/pairs.jsonl")).len(), 3);
    let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert_eq!(summary["hidden"], json!({"outlet": 3}));
    // without rules nothing is said
    let plain = home.run(&["scan", "news.jsonl", "--all-pairs", "--format", "jsonl"]).ends(0).rows();
    assert_eq!(plain.len(), 6);
    assert!(plain.iter().all(|row| row["standing"].is_null() && row["credit"].is_null()));
}

#[test]
fn outlets_of_the_rules_that_no_article_has_are_told() {
    let home = home();
    home.write(
        "typos.toml",
        "own = [\"arrel post\", \"Hestbrok Echo\"]\n[[licences]]\nsource = \"Meridian Wires\"\n",
    );
    home.run(&["scan", "news.jsonl", "--rules", "typos.toml"])
        .ends(0)
        .says("note: no article is of these outlets of the rules: \"Hestbrok Echo\", \"Meridian Wires\"");
    let right = home.run(&["scan", "news.jsonl", "--rules", "rules.toml"]).ends(0);
    assert!(!right.err.contains("no article is of"), "{}", right.err);
}

#[test]
fn flag_goes_by_the_same_rules() {
    let home = home();
    home.run(&["index", "add", "archive", "news.jsonl"]).ends(0);
    home.write("late.jsonl", line("late", "Arrel Post", "2031-03-13", ""));
    let ran =
        home.run(&["flag", "archive", "late.jsonl", "--rules", "rules.toml", "--format", "jsonl"]).ends(0);
    let answer = &ran.rows()[0];
    let matches = answer["matches"].as_array().unwrap();
    assert!(matches.iter().all(|row| row["source"] != "feed" && row["derived"] != "feed"), "{answer}");
    let wire = matches.iter().find(|row| row["source"] == "wire").unwrap();
    assert_eq!(wire["standing"], "licensed_uncredited");
    ran.says("hidden by the rules");
}

#[test]
fn bad_rules_are_named_with_file_and_line() {
    let home = home();
    home.write("bad.toml", "own = []\nlicenses = []\n");
    let ran = home.run(&["scan", "news.jsonl", "--rules", "bad.toml"]).ends(2);
    ran.says("bad.toml:2: ");
}
