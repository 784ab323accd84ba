//! What the program prints outside a scan is what `schema/` says.

use jsonschema::{Registry, Validator};
use serde_json::Value;

use crate::support::{Home, corpus, rows};

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn validator(text: &str) -> Validator {
    let pairs = schema(include_str!("../../schema/pairs.json"));
    let pairs_id = pairs["$id"].as_str().unwrap().to_owned();
    let registry = Registry::new().add(pairs_id, pairs).unwrap().prepare().unwrap();
    jsonschema::options().with_registry(&registry).build(&schema(text)).unwrap()
}

#[track_caller]
fn all_are_valid(validator: &Validator, values: &[Value]) {
    assert!(!values.is_empty());
    for value in values {
        let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {value}");
    }
}

#[test]
fn answers_of_flag_and_figures_of_an_index() {
    let home = Home::new();
    home.run(&["index", "add", "archive", &corpus(), "-q"]).ends(0);
    let first = format!("{}/03-orlick-mine.jsonl", corpus());
    let ran = home.run(&["flag", "archive", &first, "--format", "jsonl", "-q"]).ends(0);
    let answers = rows(&ran.out);
    assert!(answers.iter().any(|answer| !answer["matches"].as_array().unwrap().is_empty()));
    let flag = validator(include_str!("../../schema/flag.json"));
    all_are_valid(&flag, &answers);
    let mut wrong = answers[0].clone();
    wrong["filed"] = "yes".into();
    assert!(!flag.is_valid(&wrong));

    let ran = home.run(&["flag", "archive", &first, "--family", "--format", "jsonl", "-q"]).ends(0);
    let placed = rows(&ran.out);
    assert!(placed.iter().any(|answer| answer["family"]["role"] == "member"));
    all_are_valid(&flag, &placed);
    let family =
        home.run(&["family", "archive", placed[0]["id"].as_str().unwrap(), "--format", "jsonl", "-q"]);
    let families = validator(include_str!("../../schema/families.json"));
    all_are_valid(&families, &rows(&family.ends(0).out));

    let ran = home.run(&["index", "stats", "archive", "--format", "json"]).ends(0);
    let stats = validator(include_str!("../../schema/index_stats.json"));
    all_are_valid(&stats, &rows(&ran.out));
    assert!(!stats.is_valid(&serde_json::json!({"documents": 1})));
}

#[test]
fn pairs_worth_labelling() {
    let home = Home::new();
    let ran = home.run(&["sample", &corpus(), "--count", "5", "-q"]).ends(0);
    let sample = validator(include_str!("../../schema/sample.json"));
    all_are_valid(&sample, &rows(&ran.out));
    assert!(!sample.is_valid(&serde_json::json!({"a": "x", "b": "y"})));
}

#[test]
fn timings_of_a_scan() {
    let home = Home::new();
    home.run(&["scan", &corpus(), "--out", "out", "--timings", "new/timings.json", "-q"]).ends(0);
    let timings: Value = serde_json::from_str(&home.read("new/timings.json")).unwrap();
    let validator = validator(include_str!("../../schema/timings.json"));
    all_are_valid(&validator, std::slice::from_ref(&timings));
    let pairs = &timings["pairs"];
    assert_eq!(pairs["listed"].as_u64(), Some(home.read("out/pairs.jsonl").lines().count() as u64));
    for (more, fewer) in [("candidates", "listed"), ("measured", "plausible"), ("plausible", "aligned")] {
        assert!(pairs[more].as_u64() >= pairs[fewer].as_u64() && pairs[fewer].as_u64() > Some(0), "{pairs}");
    }
    let stages = timings["stages"].as_array().unwrap();
    assert_eq!(stages.first().unwrap()["name"], "opening");
    assert_eq!(stages.last().unwrap()["name"], "writing");
    for field in timings.as_object().unwrap().keys() {
        let mut less = timings.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&less), "without {field}");
    }
}

#[test]
fn timings_do_not_change_results_and_their_file_is_tried_first() {
    let home = Home::new();
    let plain = home.run(&["scan", &corpus(), "--format", "jsonl", "-q"]).ends(0).out;
    let timed =
        home.run(&["scan", &corpus(), "--format", "jsonl", "-q", "--timings", "timings.json"]).ends(0).out;
    assert_eq!(plain, timed);
    std::fs::create_dir(home.path("taken")).unwrap();
    home.run(&["scan", "nothing.jsonl", "--timings", "taken"]).ends(2).says("a file was expected");
    home.run(&["scan", "nothing.jsonl", "--timings", "timings.json/below"]).ends(2).says("timings.json");
}
