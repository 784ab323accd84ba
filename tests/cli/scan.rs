//! `retold scan` on sound input.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::Value;

use crate::support::{Home, are_valid, article, articles, corpus, corpus_lines, corpus_text, rows, text};

const FILES: [&str; 5] = ["families.jsonl", "pairs.jsonl", "rejected.jsonl", "report.html", "summary.json"];

fn pair(row: &Value) -> (String, String) {
    let id = |field: &str| row[field].as_str().unwrap().to_owned();
    (id("source"), id("derived"))
}

fn pairs(rows: &[Value]) -> BTreeSet<(String, String)> {
    rows.iter().map(pair).collect()
}

#[test]
fn a_table_for_people() {
    let home = Home::new();
    let lines = articles([("one", text(1)), ("two", text(1)), ("three", text(3))]);
    home.write("news.jsonl", lines);
    let ran = home.run(&["scan", "news.jsonl"]).ends(0).says("took ");
    insta::assert_snapshot!(ran.out);
    assert!(!ran.err.contains("retold:"), "{}", ran.err);
    let colored = home.run(&["scan", "news.jsonl", "--color", "always"]).ends(0).out;
    assert!(colored.contains("\u{1b}["));
    assert!(!ran.out.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn rows_and_files_are_as_the_schemas_say() {
    let home = Home::new();
    let printed = home.run(&["scan", &corpus(), "--format", "jsonl"]).ends(0);
    are_valid("pairs.json", &printed.rows());
    let found = printed.rows().len();
    assert!((30..200).contains(&found), "{found} pairs");

    let ran = home.run(&["scan", &corpus(), "--out", "report"]).ends(0).says("report/report.html");
    assert_eq!(ran.out, "", "with --out nothing is printed unless it is asked for");
    assert_eq!(home.files("report").keys().map(String::as_str).collect::<Vec<_>>(), FILES);
    assert_eq!(home.read("report/pairs.jsonl"), printed.out);
    are_valid("families.json", &rows(&home.read("report/families.jsonl")));
    let summary: Value = serde_json::from_str(&home.read("report/summary.json")).unwrap();
    are_valid("summary.json", std::slice::from_ref(&summary));
    assert_eq!(summary["documents"], corpus_lines().len());
    assert_eq!(summary["settings"]["threshold"], 0.8);
    assert_eq!(summary["profile"], "default");
    assert_eq!(home.read("report/rejected.jsonl"), "");
    let page = home.read("report/report.html");
    assert!(
        page.contains("flood-wire") && !page.replace("http://www.w3.org/2000/svg", "").contains("http://"),
        "a page without any address"
    );
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let home = Home::new();
    for threads in ["1", "2", "7"] {
        let args = ["scan", &corpus(), "--shared", "--all-pairs", "--threads", threads, "--out", threads];
        home.run(&args).ends(0);
    }
    let one = home.files("1");
    assert_eq!(one.len(), FILES.len());
    assert_eq!(one, home.files("2"));
    assert_eq!(one, home.files("7"));
}

#[test]
fn families_are_the_same_whatever_is_listed() {
    let home = Home::new();
    let families = |name: &str, options: &[&str]| {
        let input = corpus();
        let scan = [&["scan", &input, "--out", name], options].concat();
        home.run(&scan).ends(0);
        home.read(&format!("{name}/families.jsonl"))
    };
    let plain = families("plain", &[]);
    assert!(plain.contains("\"root_confidence\":0."));
    assert_eq!(families("all", &["--all-pairs"]), plain);
    assert_eq!(families("shared", &["--shared"]), plain);
    assert_eq!(families("both", &["--shared", "--all-pairs"]), plain);
}

#[test]
fn shuffled_input_gives_the_same_families() {
    let home = Home::new();
    let mut lines = corpus_lines();
    home.write("in_order.jsonl", lines.join("\n"));
    lines.sort_by_key(|line| line.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31) + u64::from(byte)));
    home.write("shuffled.jsonl", lines.join("\n"));
    home.run(&["scan", "in_order.jsonl", "--out", "in_order"]).ends(0);
    home.run(&["scan", "shuffled.jsonl", "--out", "shuffled"]).ends(0);
    assert!(!home.read("in_order/families.jsonl").is_empty());
    assert_eq!(home.read("in_order/families.jsonl"), home.read("shuffled/families.jsonl"));
}

#[test]
fn compressed_input_and_standard_input_give_what_plain_files_give() {
    let home = Home::new();
    let lines = corpus_lines().join("\n");
    home.write("plain.jsonl", &lines);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(lines.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    home.write("packed.jsonl.gz", &gzip);
    home.write("packed.jsonl.zst", zstd::bulk::compress(lines.as_bytes(), 1).unwrap());
    let plain = home.run(&["scan", "plain.jsonl", "--format", "jsonl"]).ends(0).out;
    assert!(!plain.is_empty());
    for packed in ["packed.jsonl.gz", "packed.jsonl.zst"] {
        assert_eq!(home.run(&["scan", packed, "--format", "jsonl", "--work-dir", "."]).ends(0).out, plain);
    }
    for input in [lines.clone().into_bytes(), gzip] {
        assert_eq!(home.run_with_input(&["scan", "-", "--format", "jsonl"], input).ends(0).out, plain);
    }
    let files: Vec<String> = home.files(".").into_keys().collect();
    assert_eq!(files, ["packed.jsonl.gz", "packed.jsonl.zst", "plain.jsonl"], "temporary files are gone");
}

#[test]
fn a_folder_of_texts_has_paths_as_ids() {
    let home = Home::new();
    home.write("news/a/one.txt", text(1));
    home.write("news/b/two.txt", text(1));
    home.write("news/notes.pdf", "not read");
    home.write("news/.hidden.txt", text(1));
    let ran = home.run(&["scan", "news", "--format", "jsonl"]).ends(0);
    assert_eq!(pairs(&ran.rows()), [("news/a/one.txt".into(), "news/b/two.txt".into())].into());
    home.run(&["scan", "news", "--out", "out"]).ends(0).says("1 file of another kind was passed over");
}

#[test]
fn between_two_sets_only_pairs_across_are_found() {
    let home = Home::new();
    home.write("today.jsonl", articles([("t1", text(1)), ("t2", text(1)), ("t3", text(2)), ("t4", text(9))]));
    home.write(
        "archive/old.jsonl",
        articles([("a1", text(1)), ("a2", text(2)), ("a3", text(3)), ("a4", text(3))]),
    );
    let args = ["scan", "today.jsonl", "--against", "archive", "--format", "jsonl", "--all-pairs"];
    let found = pairs(&home.run(&args).ends(0).rows());
    let expected = [("a1", "t1"), ("a1", "t2"), ("a2", "t3")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
}

#[test]
fn pairs_can_be_limited_by_date_and_outlet() {
    let home = Home::new();
    let dated = |id: &str, date: &str, source: &str| {
        let line = serde_json::json!({"id": id, "text": text(5), "date": date, "source": source});
        line.to_string() + "\n"
    };
    let lines = [
        dated("a", "2031-01-01", "Post"),
        dated("b", "2031-01-03", "Post"),
        dated("c", "2031-03-01", "Star"),
    ];
    home.write("news.jsonl", lines.concat());
    let found = |more: &[&str]| {
        let args = [&["scan", "news.jsonl", "--format", "jsonl", "--all-pairs"], more].concat();
        pairs(&home.run(&args).ends(0).rows())
    };
    let named = |pairs: &[(&str, &str)]| -> BTreeSet<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(found(&[]), named(&[("a", "b"), ("a", "c"), ("b", "c")]));
    assert_eq!(found(&["--within", "7"]), named(&[("a", "b")]));
    assert_eq!(found(&["--across", "source"]), named(&[("a", "c"), ("b", "c")]));
    assert_eq!(found(&["--across", "source", "--within", "58"]), named(&[("b", "c")]));
}

#[test]
fn two_articles_alone_are_enough_to_find_a_rewrite() {
    let home = Home::new();
    home.write(
        "two.jsonl",
        articles([("wire", corpus_text("kettle-wire")), ("regional", corpus_text("kettle-regional"))]),
    );
    let found = pairs(&home.run(&["scan", "two.jsonl", "--format", "jsonl"]).ends(0).rows());
    assert_eq!(found, [("regional".to_owned(), "wire".to_owned())].into());
}

#[test]
fn dates_in_seconds_are_shown_as_days() {
    let home = Home::new();
    let line =
        |id: &str, date: u64| serde_json::json!({"id": id, "text": text(1), "date": date}).to_string() + "\n";
    home.write("news.jsonl", line("a", 1_704_067_200) + &line("b", 1_704_153_600));
    let table = home.run(&["scan", "news.jsonl"]).ends(0).out;
    assert!(table.contains("2024-01-01") && table.contains("2024-01-02"), "{table}");
    assert!(!table.contains("1704"), "{table}");
}

#[test]
fn an_id_that_stands_on_both_sides_is_told_with_both_files() {
    let home = Home::new();
    home.write("ours.jsonl", articles([("1", text(1)), ("2", text(2))]));
    home.write("theirs.jsonl", articles([("1", text(2)), ("1", text(3))]));
    let ran = home.run(&["scan", "ours.jsonl", "--against", "theirs.jsonl"]).ends(1);
    let shared = "the inputs and what they are held against share one space of ids";
    let ran = ran.says(&format!("theirs.jsonl:1: the id \"1\" was given before (ours.jsonl:1): {shared}"));
    assert_eq!(ran.err.matches(shared).count(), 2, "{}", ran.err);
    let within = home.run(&["scan", "theirs.jsonl"]).ends(1);
    assert!(!within.err.contains(shared), "{}", within.err);
}

#[test]
fn a_limited_scan_lists_the_copy_that_is_within_the_limits() {
    let home = Home::new();
    let (wire, regional) = (corpus_text("kettle-wire"), corpus_text("kettle-regional"));
    home.write(
        "in.jsonl",
        articles([("copy-1", wire.clone()), ("copy-2", wire.clone()), ("rewrite", regional.clone())]),
    );
    home.write("archive.jsonl", articles([("wire", wire.clone())]));
    let args = ["scan", "in.jsonl", "--against", "archive.jsonl", "--format", "jsonl", "--all-pairs"];
    let found = pairs(&home.run(&args).ends(0).rows());
    let expected = [("copy-1", "wire"), ("copy-2", "wire"), ("rewrite", "wire")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());

    let dated = |id: &str, text: &str, date: &str| {
        serde_json::json!({"id": id, "text": text, "date": date}).to_string() + "\n"
    };
    let lines = [
        dated("old", &wire, "2031-01-01"),
        dated("reprint", &wire, "2031-03-08"),
        dated("rewrite", &regional, "2031-03-09"),
    ];
    home.write("dated.jsonl", lines.concat());
    let args = ["scan", "dated.jsonl", "--within", "2", "--format", "jsonl"];
    let found = pairs(&home.run(&args).ends(0).rows());
    assert_eq!(found, [("reprint".to_owned(), "rewrite".to_owned())].into());
}

#[test]
fn copies_only_computes_nothing_more() {
    let home = Home::new();
    for sketch in ["minhash", "simhash"] {
        let args = ["scan", &corpus(), "--copies-only", "--threshold", "0.5", "--sketch", sketch];
        let ran = home.run(&[&args[..], &["--format", "jsonl"]].concat()).ends(0);
        let found = ran.rows();
        are_valid("pairs.json", &found);
        assert!(!found.is_empty());
        for row in &found {
            assert!(row["jaccard"].as_f64().unwrap() >= 0.5, "{row}");
            for field in ["tie", "direction_confidence", "reuse", "facts", "evidence", "passages"] {
                assert!(row[field].is_null(), "{field} in {row}");
            }
        }
    }
    home.run(&["scan", &corpus(), "--copies-only", "--out", "out"]).ends(0);
    let summary: Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert!(summary["profile"].is_null());
}

#[test]
fn more_pairs_are_listed_where_they_are_asked_for() {
    let home = Home::new();
    let found =
        |more: &[&str]| home.run(&[&["scan", &corpus(), "--format", "jsonl"], more].concat()).ends(0).rows();
    let best = found(&[]);
    let all = found(&["--all-pairs"]);
    assert!(pairs(&best).is_subset(&pairs(&all)) && best.len() < all.len());
    let shared = found(&["--shared"]);
    assert!(pairs(&best).is_subset(&pairs(&shared)));
    assert!(shared.iter().any(|row| row["relation"] == "shared_source"));
    assert!(best.iter().all(|row| row["relation"] != "shared_source"));
    let strict = found(&["--min-score", "0.99"]);
    assert!(strict.len() < best.len());
    assert!(strict.iter().all(|row| row["score"].as_f64().unwrap() >= 0.99));
}

#[test]
fn fields_can_have_other_names() {
    let home = Home::new();
    let line = |url: &str| serde_json::json!({"url": url, "body": text(4)}).to_string() + "\n";
    let input = line("u/1") + &line("u/2");
    let args = ["scan", "-", "--id-field", "url", "--text-field", "body", "--format", "jsonl"];
    let ran = home.run_with_input(&args, input).ends(0);
    assert_eq!(pairs(&ran.rows()), [("u/1".into(), "u/2".into())].into());
}

#[test]
fn a_profile_can_be_given_and_must_fit() {
    let home = Home::new();
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/default.json");
    let with = |profile: &str| home.run(&["scan", &corpus(), "--format", "jsonl", "--profile", profile]);
    let plain = home.run(&["scan", &corpus(), "--format", "jsonl"]).ends(0).out;
    assert_eq!(with(built_in).ends(0).out, plain);
    with("nowhere.json").ends(2).says("nowhere.json: No such file or directory");
    home.write("wrong.json", "{\"format\": 1}");
    with("wrong.json").ends(2).says("profile wrong.json: format 1 where 3 is expected");
}

#[test]
fn quiet_leaves_errors() {
    let home = Home::new();
    home.write("news.jsonl", article("a", &text(1)) + "\n{\n");
    let ran = home.run(&["scan", "news.jsonl", "--quiet", "--out", "out"]).ends(1);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.err.starts_with("retold: news.jsonl:2: broken JSON"), "{}", ran.err);
}

#[test]
fn simhash_finds_near_duplicates_too() {
    let home = Home::new();
    let edited = |number: u64| text(number).replacen(' ', " inserted ", 1);
    let mut all: Vec<String> =
        (0..40).map(|number| article(&format!("a-{number:02}"), &text(number))).collect();
    all.extend((0..20).map(|number| article(&format!("b-{number:02}"), &edited(number))));
    home.write("news.jsonl", all.join("\n"));
    let found = |sketch: &str| {
        let args = ["scan", "news.jsonl", "--copies-only", "--format", "jsonl", "--sketch", sketch];
        pairs(&home.run(&args).ends(0).rows())
    };
    let by_simhash = found("simhash");
    assert_eq!(by_simhash.len(), 20);
    assert_eq!(by_simhash, found("minhash"));
    let whole = home.run(&["scan", "news.jsonl", "--sketch", "simhash", "--out", "out"]).ends(0);
    assert!(whole.err.contains("20 derived pairs"), "{}", whole.err);
}

#[test]
fn a_member_of_the_same_text_as_another_is_listed_as_identical() {
    let home = Home::new();
    let edited = text(1).replacen(' ', " inserted ", 1);
    home.write(
        "news.jsonl",
        articles([("a", text(1)), ("b", edited.clone()), ("c", edited.to_uppercase()), ("d", edited)]),
    );
    for more in [&[][..], &["--copies-only"]] {
        let rows = home.run(&[&["scan", "news.jsonl", "--format", "jsonl"], more].concat()).ends(0).rows();
        let mut relations: Vec<&str> = rows.iter().map(|row| row["relation"].as_str().unwrap()).collect();
        relations.sort();
        assert_eq!(relations, ["copy", "identical", "identical"], "{more:?}");
    }
}

#[test]
fn very_many_identical_articles_make_as_many_rows() {
    let home = Home::new();
    let lines: String = (0..6000).map(|number| article(&format!("{number:04}"), &text(1)) + "\n").collect();
    home.write("news.jsonl", lines);
    let ran = home.run(&["scan", "news.jsonl", "--out", "out"]).ends(0);
    assert!(ran.err.contains("5,999 derived pairs (5,999 identical) in 1 family"), "{}", ran.err);
    assert_eq!(home.read("out/pairs.jsonl").lines().count(), 5999);
}
