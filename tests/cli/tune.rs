//! `tune` and `sample`: from labels to figures and a profile.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use retold::judge::Profile;
use serde_json::{Value, json};

use crate::support::{Home, article, corpus, rows, text};

const FILES: [&str; 14] = [
    "banding.svg",
    "curves-condensed-without-background.svg",
    "curves-copied-without-background.svg",
    "curves-retold-without-background.svg",
    "direction-reliability.svg",
    "precision-recall-without-background.svg",
    "profile.json",
    "rejected.jsonl",
    "reliability-without-background.svg",
    "report.html",
    "report.txt",
    "roc-without-background.svg",
    "scores-without-background.svg",
    "signals.jsonl",
];

/// The labels of the invented corpus as lines; relations of which two are defensible count by the better one.
fn labelled() -> Vec<Value> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/labels.tsv");
    let lines = fs::read_to_string(place).unwrap();
    let line = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let label = fields[2].split('|').next().unwrap();
        json!({"a": fields[0], "b": fields[1], "label": label, "direction": fields[4]})
    };
    lines.lines().skip(1).map(line).collect()
}

fn write_lines(home: &Home, name: &str, lines: &[Value]) {
    home.write(
        name,
        lines.iter().fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "{line}");
            all
        }),
    );
}

#[test]
fn labels_give_figures_plots_and_a_profile_that_scan_takes() {
    let home = Home::new();
    write_lines(&home, "labelled.jsonl", &labelled());
    let args = ["tune", "--pairs", "labelled.jsonl", &corpus(), "--out", "tuned", "--resamples", "50"];
    let ran = home.run(&args).ends(0).says("tuned/profile.json is the profile");
    for words in ["the base profile's are kept and calibrated", "AUC ", "precision 0.95", "MinHash banding"] {
        assert!(ran.out.contains(words), "{words:?} is not in\n{}", ran.out);
    }
    let files = home.files("tuned");
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, FILES);
    assert_eq!(files["report.txt"], ran.out.as_bytes());
    assert_eq!(rows(&home.read("tuned/signals.jsonl")).len(), labelled().len());
    let page = home.read("tuned/report.html");
    assert!(page.contains("default-src 'none'") && page.contains("<svg"), "the page stands alone");
    for outside in ["<script", "http://", "https://", "<link", "src="] {
        let found = page.matches(outside).count();
        let of_svg = page.matches("http://www.w3.org/2000/svg").count();
        assert_eq!(found, if outside == "http://" { of_svg } else { 0 }, "{outside}");
    }
    let profile: Value = serde_json::from_str(&home.read("tuned/profile.json")).unwrap();
    assert_eq!(profile["name"], "own");
    assert!(profile["made_from"].as_str().unwrap().contains("labelled ("), "{profile}");
    home.run(&["scan", &corpus(), "--profile", "tuned/profile.json", "--format", "jsonl"]).ends(0);

    home.run(&[&args[..5], &["again", "--resamples", "50", "--threads", "1"]].concat()).ends(0);
    assert_eq!(files, home.files("again"), "the same bytes, however many threads");
}

#[test]
fn own_labels_are_mapped_and_the_cut_is_put_where_asked() {
    let home = Home::new();
    let line = |line: &Value| {
        let is_derived = !["shared_source", "unrelated"].contains(&line["label"].as_str().unwrap());
        json!({"a": line["a"], "b": line["b"], "label": if is_derived { "yes" } else { "no" }})
    };
    write_lines(&home, "own.jsonl", &labelled().iter().map(line).collect::<Vec<_>>());
    let corpus = corpus();
    let tune = |more: &[&str]| {
        let args =
            [&["tune", "--pairs", "own.jsonl", &corpus, "--out", "t", "--resamples", "20"], more].concat();
        home.run(&args).ends(0);
        serde_json::from_str::<Value>(&home.read("t/profile.json")).unwrap()["cut"].as_f64().unwrap()
    };
    let [low, high] = ["0.8", "0.99"].map(|precision| tune(&["--positive", "yes", "--precision", precision]));
    assert!(low <= high, "{low} {high}");
    assert_eq!(tune(&["--positive", "yes,certainly", "--cut", "0.7"]), 0.7);
    let refused = ["tune", "--pairs", "own.jsonl", &corpus, "--positive", "maybe"];
    home.run(&refused).ends(2).says("at least one of either kind");
    let both = ["tune", "--pairs", "own.jsonl", &corpus, "--cut", "0.5", "--recall", "0.9"];
    home.run(&both).ends(2).says("cannot be used with");
}

#[test]
fn bad_lines_and_unknown_articles_are_named_and_left_out() {
    let home = Home::new();
    let mut lines = labelled();
    lines.push(json!({"a": "flood-wire", "b": "nobody", "label": "rewrite"}));
    lines.push(json!({"a": "flood-wire", "b": "flood-post", "label": null}));
    lines.push(json!({"a": "flood-wire", "b": "flood-post"}));
    lines.push(json!({"a": "flood-wire", "b": "flood-wire", "label": "copy"}));
    write_lines(&home, "labelled.jsonl", &lines);
    let ran = home.run(&["tune", "--pairs", "labelled.jsonl", &corpus(), "--resamples", "20"]).ends(1);
    let count = lines.len();
    let ran = ran
        .says(&format!("labelled.jsonl:{}: there is no article \"nobody\"", count - 3))
        .says(&format!("labelled.jsonl:{}: \"label\" is missing", count - 1))
        .says(&format!("labelled.jsonl:{count}: \"flood-wire\" is paired with itself"))
        .says("1 line without a label yet is passed over");
    assert!(ran.out.starts_with(&format!("{} labelled pairs", count - 4)), "{}", ran.out);
    home.run(&["tune", "--pairs", "nowhere.jsonl", &corpus()]).ends(2).says("nowhere.jsonl");
}

#[test]
fn labels_that_are_hardly_meant_are_told() {
    let home = Home::new();
    let mut lines = labelled();
    let derived = lines.iter().position(|line| line["label"] == "rewrite").unwrap();
    lines[derived]["label"] = json!(" rewrite ");
    let args =
        |more: &[&'static str]| [&["tune", "--pairs", "labelled.jsonl", "--resamples", "5"], more].concat();
    let corpus = corpus();
    let tune = |more| home.run(&[&args(more)[..], &[&corpus]].concat());
    write_lines(&home, "labelled.jsonl", &lines);
    let trimmed = tune(&[]).ends(0);
    assert!(!trimmed.err.contains("in case alone"), "{}", trimmed.err);
    lines[derived]["label"] = json!("rewrite");
    write_lines(&home, "labelled.jsonl", &lines);
    assert_eq!(tune(&["--positive", "rewrite "]).ends(0).out, tune(&["--positive", "rewrite"]).ends(0).out);
    assert_eq!(tune(&[]).ends(0).out, trimmed.out);

    for line in lines.iter_mut().filter(|line| line["label"] == "rewrite") {
        line["label"] = json!("Rewrite");
    }
    write_lines(&home, "labelled.jsonl", &lines);
    let said = tune(&[]).ends(0).err;
    let warning = format!("labelled.jsonl:{}: the label \"Rewrite\" counts as not derived", derived + 1);
    assert!(said.contains(&warning) && said.matches("in case alone").count() == 1, "{said}");
}

#[test]
fn a_pair_that_is_given_again_counts_once() {
    let home = Home::new();
    let lines = labelled();
    let exchanged: Vec<Value> = lines
        .iter()
        .map(|line| json!({"a": line["b"], "b": line["a"], "label": line["label"], "direction": "unknown"}))
        .collect();
    write_lines(&home, "labelled.jsonl", &lines);
    write_lines(&home, "exchanged.jsonl", &exchanged);
    let corpus = corpus();
    let tune = |more: &[&str]| {
        let args = [&["tune", "--pairs", "labelled.jsonl", &corpus, "--resamples", "5"], more].concat();
        home.run(&args).ends(0)
    };
    let once = tune(&[]);
    assert!(!once.err.contains("given before"), "{}", once.err);
    let told =
        format!("{} lines give pairs again that were given before; each pair counts once", lines.len());
    for again in ["labelled.jsonl", "exchanged.jsonl"] {
        assert_eq!(tune(&["--pairs", again]).says(&told).out, once.out);
    }
}

#[test]
fn a_pair_of_two_minds_is_an_error() {
    let home = Home::new();
    write_lines(&home, "labelled.jsonl", &labelled());
    let again = |label| [json!({"a": "flood-post", "b": "flood-wire", "label": label})];
    let corpus = corpus();
    let args = ["tune", "--pairs", "labelled.jsonl", "--pairs", "more.jsonl", &corpus, "--resamples", "5"];
    let (a, b) = (json!("flood-post"), json!("flood-wire"));
    let of_pair = |line: &Value| (line["a"] == a && line["b"] == b) || (line["a"] == b && line["b"] == a);
    let line = labelled().iter().position(of_pair).unwrap() + 1;
    write_lines(&home, "more.jsonl", &again("rewrite"));
    home.run(&args).ends(0);
    write_lines(&home, "more.jsonl", &again("unrelated"));
    home.run(&args).ends(2).says(&format!(
        "(derived) in labelled.jsonl, line {line}, and \"unrelated\" (not derived) in more.jsonl, line 1"
    ));
}

#[test]
fn ids_and_labels_cannot_break_the_page() {
    let home = Home::new();
    let evil = "<img src=x onerror=alert(1)>\u{1b}[31m";
    let articles: String = (0..6).map(|n| article(&format!("{evil}{n}"), &text(n / 2)) + "\n").collect();
    home.write("news.jsonl", articles);
    let id = |n: usize| format!("{evil}{n}");
    // the labels contradict the texts, so that the pairs are listed as wrong
    let lines = [
        json!({"a": id(0), "b": id(1), "label": evil}),
        json!({"a": id(2), "b": id(4), "label": "copy", "set": evil}),
    ];
    write_lines(&home, "labelled.jsonl", &lines);
    let args =
        ["tune", "--pairs", "labelled.jsonl", "news.jsonl", "--out", "t", "--name", evil, "--resamples", "5"];
    let ran = home.run(&args).ends(0);
    let page = home.read("t/report.html");
    assert!(page.contains("&lt;img src=x") && !page.contains("<img"), "{page}");
    assert!(!ran.out.contains('\u{1b}') && !page.contains('\u{1b}'), "no control characters");
}

#[test]
fn drawn_pairs_are_ready_to_be_labelled() {
    let home = Home::new();
    let ran = home.run(&["sample", &corpus(), "--count", "12"]).ends(0).says("12 pairs drawn of");
    let drawn = ran.rows();
    assert_eq!(drawn.len(), 12);
    let known: Vec<String> = labelled().iter().map(|line| line["a"].as_str().unwrap().to_owned()).collect();
    assert!(known.iter().any(|id| drawn.iter().any(|line| line["a"] == json!(id))));
    for line in &drawn {
        assert_eq!(line["label"], Value::Null);
        assert!((0.0..=1.0).contains(&line["score"].as_f64().unwrap()), "{line}");
        let is_derived = !["shared_source", "unrelated"].contains(&line["relation"].as_str().unwrap());
        assert_eq!(is_derived, line["score"].as_f64().unwrap() >= Profile::default().cut, "{line}");
    }
    assert_eq!(home.run(&["sample", &corpus(), "--count", "12", "--threads", "1"]).ends(0).out, ran.out);
    home.run(&["sample", &corpus(), "--count", "12", "--out", "s"]).ends(0);
    assert_eq!(home.read("s/sample.jsonl"), ran.out);
    // half of them labelled
    let label = |(at, line): (usize, &Value)| {
        let mut line = line.clone();
        if at % 2 == 0 {
            line["label"] = json!(if at % 4 == 0 { "rewrite" } else { "shared_source" });
        }
        line
    };
    write_lines(&home, "labelled.jsonl", &drawn.iter().enumerate().map(label).collect::<Vec<_>>());
    let args = ["tune", "--pairs", "labelled.jsonl", &corpus(), "--resamples", "5"];
    home.run(&args).ends(0).says("6 lines without a label yet are passed over");
}

#[test]
fn pairs_that_were_labelled_are_not_drawn_over() {
    let home = Home::new();
    let corpus = corpus();
    let args = ["sample", &corpus, "--count", "5", "--out", "s"];
    home.run(&args).ends(0);
    // nobody labelled them yet
    home.run(&args).ends(0);
    let drawn = home.read("s/sample.jsonl");
    for (labelled, found) in [
        (drawn.replacen("\"label\":null", "\"label\":\"rewrite\"", 2), "holds 2 labels"),
        (drawn.replacen("\"label\":null", "\"label\":rewrite", 1), "holds line 1"),
    ] {
        home.write("s/sample.jsonl", &labelled);
        home.run(&args).ends(2).says(found).says("give --out another folder, or remove the file");
        assert_eq!(home.read("s/sample.jsonl"), labelled);
    }
}

#[test]
fn trees_that_are_none_and_articles_that_are_not_there_are_named() {
    let home = Home::new();
    let lines = |ids: &[&str]| ids.iter().map(|id| article(id, &text(1)) + "\n").collect::<String>();
    home.write("news.jsonl", lines(&["a", "b", "c", "d"]));
    write_lines(
        &home,
        "trees.jsonl",
        &[
            json!({"id": "a", "family": "f", "parent": null}),
            json!({"id": "b", "family": "f", "parent": "a"}),
            json!({"id": "nobody", "family": "f", "parent": "a"}),
            json!({"id": "c", "family": "g", "parent": "d"}),
            json!({"id": "d", "family": "g", "parent": "c"}),
        ],
    );
    let ran = home.run(&["tune", "news.jsonl", "--families", "trees.jsonl"]).ends(1);
    assert!(ran.err.contains("trees.jsonl:3: no article \"nobody\" is among the inputs"), "{}", ran.err);
    assert!(ran.err.contains("trees.jsonl:4: \"c\" comes from itself"), "{}", ran.err);
    let more = ["--out", "t", "--name", "ours", "--made-from", "trees of ours"];
    home.run(&[&["tune", "news.jsonl", "--families", "trees.jsonl"], &more[..]].concat()).ends(1);
    let profile: Value = serde_json::from_str(&home.read("t/profile.json")).unwrap();
    assert_eq!((&profile["name"], &profile["made_from"]), (&json!("ours"), &json!("trees of ours")));
}
