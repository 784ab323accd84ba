//! Files of pairs: JSON lines `a`, `b`; what more a line holds is for other commands.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use retold::pipeline::Asked;
use retold::read::{Rejection, RejectionKind, RejectionSink, ShortLineFault, for_each_short_line};
use retold::{Error, Result};
use serde_json::{Map, Value};

use super::input::name_of;

/// Reads a file of pairs; `-` is standard input. Bad lines go to `rejections` and are left out.
///
/// # Errors
/// [`Error::File`] where it cannot be read.
pub fn read_pairs(path: &Path, rejections: &dyn RejectionSink) -> Result<Vec<Asked>> {
    let failed = |cause| Error::file("read", name_of(path), cause);
    let stream: Box<dyn Read> = match path {
        _ if path == Path::new("-") => Box::new(io::stdin()),
        _ => Box::new(File::open(path).map_err(failed)?),
    };
    let mut pairs = Vec::new();
    for_each_short_line(BufReader::new(stream), |number, line| {
        let parsed = match line {
            Ok(line) => parse(line),
            Err(ShortLineFault::TooLong { bytes_max }) => {
                Err((RejectionKind::LineTooLong, format!("the line is longer than {bytes_max} bytes")))
            }
            Err(ShortLineFault::NotUtf8) => {
                Err((RejectionKind::InvalidUtf8, "the line is not UTF-8".to_owned()))
            }
        };
        match parsed {
            Ok(pair) => pairs.push(pair),
            Err((kind, reason)) => rejections.reject(Rejection {
                input: name_of(path),
                line: Some(number),
                id: None,
                kind,
                reason,
            }),
        }
    })
    .map_err(failed)?;
    Ok(pairs)
}

type LineFault = (RejectionKind, String);

fn parse(line: &str) -> Result<Asked, LineFault> {
    let mut fields: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                (RejectionKind::WrongType, format!("{}; expected {EXPECTED}", said(&error)))
            }
            _ => (
                RejectionKind::BrokenJson,
                format!("broken JSON at byte {}: {}", error.column(), said(&error)),
            ),
        })?;
    Ok(Asked { a: id("a", fields.remove("a"))?, b: id("b", fields.remove("b"))? })
}

const EXPECTED: &str = r#"an object such as {"a": "id of one", "b": "id of the other"}"#;

/// What serde says without the place, which is of the line alone.
fn said(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.rsplit_once(" at line ").map_or(said.as_str(), |(before, _)| before).to_owned()
}

/// Ids may be numbers, as in articles.
fn id(field: &str, value: Option<Value>) -> Result<String, LineFault> {
    match value {
        Some(Value::String(id)) => Ok(id),
        Some(Value::Number(id)) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        Some(Value::Null) | None => {
            Err((RejectionKind::MissingField, format!("field `{field}` is missing; expected {EXPECTED}")))
        }
        Some(_) => {
            Err((RejectionKind::WrongType, format!("field `{field}` is not an id; expected {EXPECTED}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn good_lines_are_kept_in_order_and_bad_ones_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairs.jsonl");
        let long = "x".repeat((1 << 20) + 10);
        let lines = [
            "\u{feff}{\"a\": \"x\", \"b\": 7, \"label\": \"copy\", \"more\": []}",
            "",
            "{\"a\": \"x\"",
            "{\"a\": \"x\"}",
            "[1, 2]",
            &long,
            "{\"a\": \"x\", \"b\": {}}",
            "{\"a\": \"x\", \"b\": \"x\"}",
        ];
        std::fs::write(&path, lines.join("\n")).unwrap();
        let rejections = Mutex::new(Vec::new());
        let pairs = read_pairs(&path, &rejections).unwrap();
        let asked: Vec<(&str, &str)> =
            pairs.iter().map(|asked| (asked.a.as_str(), asked.b.as_str())).collect();
        assert_eq!(asked, [("x", "7"), ("x", "x")]);
        let rejected: Vec<(Option<u64>, RejectionKind)> =
            rejections.into_inner().unwrap().iter().map(|bad| (bad.line, bad.kind)).collect();
        let expected = [
            (3, RejectionKind::BrokenJson),
            (4, RejectionKind::MissingField),
            (5, RejectionKind::WrongType),
            (6, RejectionKind::LineTooLong),
            (7, RejectionKind::WrongType),
        ];
        assert_eq!(rejected, expected.map(|(line, kind)| (Some(line), kind)));
    }
}
