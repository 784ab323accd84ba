//! `--all-pairs` lists what `compare` calls derived, through copies too, and nothing hangs on the order of
//! the input.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Home, article, rows, text};

/// Sentences of a text of its own.
fn sentences(number: u64) -> Vec<String> {
    text(number).split_inclusive(". ").map(|sentence| sentence.trim().to_owned()).collect()
}

/// Three editions of a story, each printed by several papers: as it is, under a new top, and with its end
/// cut.
fn editions() -> Vec<String> {
    let mut lines = Vec::new();
    for story in 0..3_u64 {
        let base = sentences(10 * story);
        for edition in 0..3 {
            let mut text = base.clone();
            text.extend(sentences(1_000 + 10 * story + edition).into_iter().take(4));
            text.rotate_right(2 * edition as usize);
            for print in 0..3_usize {
                let mut printed = text.clone();
                printed.truncate(text.len() - print);
                let id = format!("s{story}-e{edition}-p{}", 2 - print);
                let date = format!("2031-05-{:02}", 3 * edition + print as u64 / 2 + 1);
                lines.push(json!({"id": id, "date": date, "text": printed.join(" ")}).to_string());
            }
            lines.push(article(&format!("s{story}-e{edition}-again"), &text.join(" ")));
        }
    }
    lines
}

/// In another order, the same for each seed.
fn shuffled(lines: &[String], seed: u64) -> Vec<String> {
    let mut lines = lines.to_vec();
    lines.sort_by_key(|line| line.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31) + u64::from(byte)));
    lines
}

fn ends(row: &Value) -> (String, String) {
    let [one, other] = ["source", "derived"].map(|end| row[end].as_str().unwrap().to_owned());
    if one < other { (one, other) } else { (other, one) }
}

fn is_derived(row: &Value) -> bool {
    !matches!(row["relation"].as_str(), Some("unrelated" | "shared_source"))
}

#[test]
fn every_pair_that_compare_calls_derived_is_listed() {
    let home = Home::new();
    let lines = editions();
    home.write("in.jsonl", lines.join("\n"));
    let ids: Vec<String> =
        rows(&lines.join("\n")).iter().map(|article| article["id"].as_str().unwrap().to_owned()).collect();
    let asked = ids
        .iter()
        .enumerate()
        .flat_map(|(at, a)| ids[at + 1..].iter().map(move |b| json!({"a": a, "b": b}).to_string() + "\n"));
    home.write("pairs.jsonl", asked.collect::<String>());
    let compared = home.run(&["compare", "--pairs", "pairs.jsonl", "in.jsonl", "--format", "jsonl"]).ends(0);
    let expected: BTreeSet<_> = compared.rows().iter().filter(|row| is_derived(row)).map(ends).collect();
    assert!(expected.len() >= 3 * 66, "{}", expected.len());
    let listed = home.run(&["scan", "in.jsonl", "--all-pairs", "--format", "jsonl"]).ends(0);
    assert_eq!(listed.rows().iter().map(ends).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn rows_and_families_are_the_same_bytes_in_any_order() {
    let home = Home::new();
    let lines = editions();
    for options in [&[][..], &["--all-pairs"], &["--copies-only"], &["--within", "3"]] {
        let scanned = |seed: u64| {
            let name = format!("{seed}-{}", options.join(""));
            home.write("in.jsonl", shuffled(&lines, seed).join("\n"));
            home.run(&[&["scan", "in.jsonl", "--out", &name], options].concat()).ends(0);
            [home.read(&format!("{name}/pairs.jsonl")), home.read(&format!("{name}/families.jsonl"))]
        };
        let first = scanned(1);
        assert!(!first[0].is_empty());
        (2..5).for_each(|seed| assert_eq!(scanned(seed), first, "{options:?}, {seed}"));
    }
}

#[test]
fn a_chain_of_near_copies_is_one_family() {
    let home = Home::new();
    let (story, other) = (sentences(1), sentences(2));
    let link = |at: usize| [&other[..at], &story[at..]].concat().join(" ");
    let chain: Vec<String> = (0..=story.len()).map(|at| article(&format!("c{at:02}"), &link(at))).collect();
    home.write("in.jsonl", chain.join("\n"));
    for options in [&["--threshold", "0.7", "--copies-only"][..], &["--threshold", "0.7"]] {
        let args = [&["scan", "in.jsonl", "--out", "out"], options].concat();
        home.run(&args).ends(0);
        let families = rows(&home.read("out/families.jsonl"));
        assert_eq!(families.len(), 1, "{options:?}");
        assert_eq!(families[0]["size"], json!(chain.len()));
        std::fs::remove_dir_all(home.path("out")).unwrap();
    }
}

#[test]
fn what_is_printed_very_often_is_paired_in_part_and_named() {
    let home = Home::new();
    let story = text(1);
    let printed: Vec<String> = (0..300).map(|print| article(&format!("p{print:03}"), &story)).collect();
    home.write("in.jsonl", printed.join("\n"));
    let scan = ["scan", "in.jsonl", "--all-pairs", "--copies-only", "--out", "out"];
    home.run(&scan).ends(0).says("summary.json names it");
    // 256 with one another, and each one beyond with the first
    assert_eq!(rows(&home.read("out/pairs.jsonl")).len(), 256 * 255 / 2 + 44);
    let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    let hot = json!([{"kind": "copies", "documents": 300, "example_ids": ["p000"]}]);
    assert_eq!(summary["hot"], hot);
}
