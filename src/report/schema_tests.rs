//! Everything that is written is what `schema/` says, and the schemas refuse what is not.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde::Serialize;
use serde_json::{Value, json};

use super::sample;
use crate::json_lines::UnscoredPair;
use crate::rejection::{Rejection, RejectionKind};
use crate::row::{FamilyRow, PairRow};

fn schema(name: &str) -> Value {
    let text = match name {
        "pairs" => include_str!("../../schema/pairs.json"),
        "families" => include_str!("../../schema/families.json"),
        "summary" => include_str!("../../schema/summary.json"),
        "rejected" => include_str!("../../schema/rejected.json"),
        "pairs_input" => include_str!("../../schema/pairs_input.json"),
        "unscored_pair" => include_str!("../../schema/unscored_pair.json"),
        _ => panic!("no schema {name}"),
    };
    serde_json::from_str(text).unwrap()
}

fn validator(name: &str) -> Validator {
    let schema = schema(name);
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn value(row: &impl Serialize) -> Value {
    // Through text, as it is written: numbers keep their written form.
    serde_json::from_str(&serde_json::to_string(row).unwrap()).unwrap()
}

#[track_caller]
fn accepts(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?} in {value}");
}

/// A row without any one of its fields, or with one more, is refused.
#[track_caller]
fn is_exact(validator: &Validator, value: &Value) {
    accepts(validator, value);
    for field in value.as_object().unwrap().keys() {
        let mut less = value.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&less), "without {field}");
    }
    let mut more = value.clone();
    more["more"] = json!(1);
    assert!(!validator.is_valid(&more));
}

#[test]
fn tables_have_the_columns_of_the_rows() {
    use crate::columns::{family_columns, fits, member_columns, member_rows, pair_columns};
    for row in sample::rows().iter().chain([&sample::copies_only_row()]) {
        assert!(fits(&pair_columns(), &value(row)));
    }
    for family in &sample::families() {
        assert!(fits(&family_columns(), &value(family)));
        assert!(member_rows(family).iter().all(|row| fits(&member_columns(), &value(row))));
    }
}

#[test]
fn pair_rows() {
    let validator = validator("pairs");
    for row in sample::rows() {
        is_exact(&validator, &value(&row));
    }
    is_exact(&validator, &value(&sample::copies_only_row()));
    let row = value(&sample::rows()[0]);
    for (place, wrong) in [
        ("/relation", json!("stolen")),
        ("/tie", json!("both")),
        ("/score", json!(1.2)),
        ("/score", json!(null)),
        ("/direction_confidence", json!(0.4)),
        ("/reuse/new", json!(-0.1)),
        ("/facts/shared", json!(1.5)),
        ("/passages/0/source", json!([1, 2, 3])),
        ("/passages/0/derived", json!([1])),
        ("/passages/0/parts/0/kind", json!("copied")),
        ("/evidence/0/code", json!("Facts in source")),
    ] {
        let mut row = row.clone();
        *row.pointer_mut(place).unwrap() = wrong;
        assert!(!validator.is_valid(&row), "{place}");
    }
}

#[test]
fn the_row_of_the_documentation() {
    let row = json!({
        "source": "000", "derived": "001", "relation": "expanded", "tie": "direct", "score": 0.98,
        "direction_confidence": 0.93, "reuse": {"verbatim": 0.21, "reworded": 0.44, "new": 0.35},
        "reuse_source": {"verbatim": 0.28, "reworded": 0.51, "new": 0.21}, "jaccard": 0.110123,
        "containment": {"derived_in_source": 0.174, "source_in_derived": 0.229},
        "facts": {"shared": 31, "source_only": 22, "derived_only": 3}, "background_documents": 12424,
        "calibrated": true, "noise": null, "disguised": 0.0, "standing": null, "credit": null,
        "evidence": [{"code": "facts_in_source", "value": 0.91, "text": "91 % of its facts"}],
        "passages": [{"source": [120, 980], "derived": [300, 1366],
                      "parts": [{"source": [120, 180], "derived": [300, 366], "kind": "verbatim"}]}]
    });
    accepts(&validator("pairs"), &row);
    let read: PairRow = serde_json::from_value(row.clone()).unwrap();
    assert_eq!(value(&read), row);
}

#[test]
fn family_rows() {
    let validator = validator("families");
    for family in sample::families() {
        let row = value(&family);
        is_exact(&validator, &row);
        assert_eq!(serde_json::from_value::<FamilyRow>(row).unwrap().members, family.members);
    }
}

#[test]
fn summaries() {
    let validator = validator("summary");
    let mut summary = sample::summary();
    is_exact(&validator, &value(&summary));
    summary.profile = None;
    summary.rejected = rejection_kinds().into_iter().map(|kind| (kind, 1)).collect();
    summary.report = Some(super::html::PageCounts { families_shown: 2, ..Default::default() });
    is_exact(&validator, &value(&summary));
}

/// Every kind; a new one has to be named here, and then in the schemas.
fn rejection_kinds() -> Vec<RejectionKind> {
    use RejectionKind::*;
    let next = |kind: RejectionKind| match kind {
        BrokenJson => Some(BrokenXml),
        BrokenXml => Some(UnknownFormat),
        UnknownFormat => Some(MissingField),
        MissingField => Some(WrongType),
        WrongType => Some(EmptyText),
        EmptyText => Some(DuplicateId),
        DuplicateId => Some(InvalidUtf8),
        InvalidUtf8 => Some(UnknownEncoding),
        UnknownEncoding => Some(LineTooLong),
        LineTooLong => Some(Truncated),
        Truncated => Some(BrokenCompression),
        BrokenCompression => Some(TooLarge),
        TooLarge => Some(EmptyFile),
        EmptyFile => Some(Unreadable),
        Unreadable => Some(LinkLoop),
        LinkLoop => Some(InternalError),
        InternalError => None,
    };
    std::iter::successors(Some(BrokenJson), |kind| next(*kind)).collect()
}

#[test]
fn rejections() {
    let validator = validator("rejected");
    let mut written = BTreeSet::new();
    for (line, kind) in rejection_kinds().into_iter().enumerate() {
        let line = (line > 0).then_some(line as u64);
        let id = line.map(|line| line.to_string());
        let rejection = Rejection { input: "a.jsonl".into(), line, id, kind, reason: "why".into() };
        is_exact(&validator, &value(&rejection));
        written.insert(value(&rejection)["kind"].as_str().unwrap().to_owned());
    }
    let listed = schema("rejected").pointer("/properties/kind/enum").unwrap().clone();
    assert_eq!(serde_json::from_value::<BTreeSet<String>>(listed).unwrap(), written);
}

#[test]
fn pairs_asked_for_and_not_scored() {
    let asked = validator("pairs_input");
    accepts(&asked, &json!({"a": "x", "b": "y"}));
    accepts(&asked, &json!({"a": "x", "b": "y", "label": 1, "direction": "a->b", "set": "dev"}));
    assert!(!asked.is_valid(&json!({"a": "x"})));
    assert!(!asked.is_valid(&json!({"a": 1, "b": "y"})));
    let pair = UnscoredPair { a: "x".into(), b: "y".into(), error: "no article with id y".into() };
    is_exact(&validator("unscored_pair"), &value(&pair));
}
