//! `retold compare`: two files side by side, and files of pairs.

use serde_json::{Value, json};

use crate::support::{Home, are_valid, article, articles, corpus, corpus_lines, text};

/// Two articles of the invented corpus as files of their own.
fn flood(home: &Home) {
    for line in corpus_lines() {
        let article: Value = serde_json::from_str(&line).unwrap();
        match article["id"].as_str().unwrap() {
            "flood-wire" => drop(home.write("wire.txt", article["text"].as_str().unwrap())),
            "flood-courier" => drop(home.write("courier.jsonl", &line)),
            _ => {}
        }
    }
}

#[test]
fn pairs_on_standard_input_are_called_so() {
    let home = Home::new();
    home.write("news.jsonl", article("a", &text(1)));
    home.run_with_input(&["compare", "--pairs", "-", "news.jsonl"], "{\"a\":1}\n")
        .ends(1)
        .says("standard input:1: field `b` is missing");
}

#[test]
fn two_files_side_by_side() {
    let home = Home::new();
    flood(&home);
    let shown = home.run(&["compare", "wire.txt", "courier.jsonl"]).ends(0).out;
    for words in ["likely derived", "wire.txt", "flood-courier", "│"] {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
    let narrow = home.command().env("COLUMNS", "60").args(["compare", "wire.txt", "courier.jsonl"]).output();
    let narrow = String::from_utf8(narrow.unwrap().stdout).unwrap();
    assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    let full = home.run(&["compare", "wire.txt", "courier.jsonl", "--full"]).ends(0).out;
    assert!(full.lines().count() >= shown.lines().count());

    let ran = home.run(&["compare", "wire.txt", "courier.jsonl", "--format", "jsonl"]).ends(0);
    are_valid("pairs.json", &ran.rows());
    let row = &ran.rows()[0];
    assert!(row["background_documents"].is_null());
    // spans are code points of the texts as they are
    let wire: Vec<char> = home.read("wire.txt").chars().collect();
    let side = if row["source"] == "wire.txt" { "source" } else { "derived" };
    for passage in row["passages"].as_array().unwrap() {
        let end = passage[side][1].as_u64().unwrap() as usize;
        assert!(end <= wire.len());
    }
}

#[test]
fn two_files_of_one_name_are_told_apart() {
    let home = Home::new();
    home.write("a/story.txt", text(1));
    home.write("b/story.txt", text(1));
    let ran = home.run(&["compare", "b/story.txt", "a/story.txt", "--format", "jsonl"]).ends(0);
    assert_eq!(
        (&ran.rows()[0]["source"], &ran.rows()[0]["derived"]),
        (&json!("a/story.txt"), &json!("b/story.txt"))
    );
    home.run(&["compare", "a/story.txt", "a/story.txt"]).ends(0);
    let ran = home.run_with_input(&["compare", "a/story.txt", "-", "--format", "jsonl"], text(1)).ends(0);
    assert_eq!(ran.rows()[0]["relation"], "identical");
}

#[test]
fn what_is_not_one_article_is_refused() {
    let home = Home::new();
    home.write("one.txt", text(1));
    home.write("two.jsonl", articles([("a", text(1)), ("b", text(2))]));
    home.write("empty.txt", "");
    home.write("folder/one.txt", text(1));
    home.run(&["compare", "one.txt", "two.jsonl"]).ends(2).says("two.jsonl holds 2 articles");
    home.run(&["compare", "one.txt", "empty.txt"]).ends(2).says("empty.txt");
    home.run(&["compare", "one.txt", "folder"]).ends(2).says("folder is a folder");
    home.run(&["compare", "one.txt", "nowhere.txt"]).ends(2).says("retold: nowhere.txt: No such file");
    home.run(&["compare", "one.txt"]).ends(2).says("two files were expected, 1 given");
}

#[test]
fn pairs_come_in_the_order_asked() {
    let home = Home::new();
    let lines = [
        json!({"a": "flood-post", "b": "flood-wire"}),
        json!({"a": "flood-wire", "b": "nobody"}),
        json!({"a": "flood-star", "b": "flood-wire", "label": "shared_source", "direction": "none"}),
        json!({"a": "flood-wire", "b": "flood-post"}),
        json!({"a": "flood-post", "b": "flood-wire"}),
    ];
    are_valid("pairs_input.json", &lines);
    home.write("pairs.jsonl", lines.map(|line| line.to_string()).join("\n"));
    let ran = home.run(&["compare", "--pairs", "pairs.jsonl", &corpus(), "--format", "jsonl"]).ends(1);
    let found = ran.rows();
    assert_eq!(found.len(), 5);
    are_valid("unscored_pair.json", &found[1..2]);
    assert_eq!((&found[1]["a"], &found[1]["b"]), (&json!("flood-wire"), &json!("nobody")));
    assert!(found[1]["error"].as_str().unwrap().contains("\"nobody\""));
    are_valid("pairs.json", &[&found[..1], &found[2..]].concat());
    assert_eq!(found[0], found[4], "a repeated pair has its row again");
    assert_eq!(found[0], found[3], "the order of the two ids does not matter");
    for at in [0, 2] {
        let ids = [&found[at]["source"], &found[at]["derived"]];
        assert!(ids.contains(&&json!("flood-wire")), "{ids:?}");
    }
    let table = home.run(&["compare", "--pairs", "pairs.jsonl", &corpus()]).ends(1).out;
    assert!(table.contains("not scored: flood-wire and nobody"), "{table}");
    assert!(table.contains("Dyke breach floods Hestbrook"), "{table}");
    let piped = ["compare", "--pairs", "-", &corpus(), "--format", "jsonl"];
    assert_eq!(home.run_with_input(&piped, home.read("pairs.jsonl")).ends(1).out, ran.out);
}

#[test]
fn bad_lines_of_pairs_are_named_and_left_out() {
    let home = Home::new();
    home.write("news.jsonl", articles([("1", text(1)), ("2", text(1))]));
    home.write("pairs.jsonl", "{\"a\": 1, \"b\": 2}\n{\"a\": 1}\nnonsense\n\n{\"a\": \"1\", \"b\": [2]}\n");
    let args = ["compare", "--pairs", "pairs.jsonl", "news.jsonl", "--format", "jsonl"];
    let ran = home
        .run(&args)
        .ends(1)
        .says("pairs.jsonl:2: field `b` is missing")
        .says("pairs.jsonl:3: broken JSON");
    assert!(ran.err.contains("pairs.jsonl:5: field `b` is not an id"), "{}", ran.err);
    assert_eq!(ran.rows().len(), 1);
    let args = ["compare", "--pairs", "nowhere.jsonl", "news.jsonl"];
    home.run(&args).ends(2).says("nowhere.jsonl: No such file or directory");
}

#[test]
fn a_background_counts_and_repeats_are_no_fault() {
    let home = Home::new();
    flood(&home);
    let archive = |articles: u64| -> String {
        (0..articles).map(|n| article(&format!("old-{n}"), &text(100 + n)) + "\n").collect()
    };
    // the pair itself is in the archive too
    home.write("archive.jsonl", archive(600) + &home.read("courier.jsonl") + "\n");
    let args = ["compare", "wire.txt", "courier.jsonl", "--background", "archive.jsonl", "--format", "jsonl"];
    let ran = home.run(&args).ends(0);
    assert!(ran.rows()[0]["background_documents"].as_u64().is_some_and(|count| count > 500), "{}", ran.out);
    assert_eq!(ran.err, "");

    // too few to tell what is rare: as without any
    home.write("archive.jsonl", archive(40));
    let ran =
        home.run(&args).ends(0).says("fewer than 500 different articles do not tell how rare words are");
    assert_eq!(ran.out, home.run(&["compare", "wire.txt", "courier.jsonl", "--format", "jsonl"]).ends(0).out);
}
