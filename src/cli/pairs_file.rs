//! Files of pairs: JSON lines `a`, `b`, optionally `label` and `direction`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use retold::pipeline::Asked;
use retold::read::{Rejection, RejectionKind, RejectionSink};
use retold::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

/// A line may be so long.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// A line of a file of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct PairLine {
    pub asked: Asked,
    /// A relation, in labelled files.
    #[allow(dead_code, reason = "for commands that take labels")]
    pub label: Option<String>,
    #[allow(dead_code, reason = "for commands that take labels")]
    pub direction: Option<String>,
}

#[derive(Deserialize)]
struct Fields {
    a: Option<Value>,
    b: Option<Value>,
    label: Option<String>,
    direction: Option<String>,
}

/// Reads a file of pairs; `-` is standard input. Bad lines go to `rejections` and are left out.
///
/// # Errors
/// [`Error::File`] where it cannot be read.
pub fn read_pairs(path: &Path, rejections: &dyn RejectionSink) -> Result<Vec<PairLine>> {
    let failed = |cause| Error::file("read", path, cause);
    let stream: Box<dyn Read> = match path {
        _ if path == Path::new("-") => Box::new(io::stdin()),
        _ => Box::new(File::open(path).map_err(failed)?),
    };
    let mut reader = BufReader::new(stream);
    let mut pairs = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(failed)? == 0 {
            break;
        }
        let outcome = if line.len() as u64 == LINE_BYTES_MAX && line.last() != Some(&b'\n') {
            skip_line(&mut reader).map_err(failed)?;
            Err((RejectionKind::LineTooLong, format!("the line is longer than {LINE_BYTES_MAX} bytes")))
        } else {
            parse(if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line) } else { &line })
        };
        match outcome {
            Ok(pair) => pairs.extend(pair),
            Err((kind, reason)) => rejections.reject(Rejection {
                input: path.display().to_string(),
                line: Some(number),
                id: None,
                kind,
                reason,
            }),
        }
    }
    Ok(pairs)
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let held = reader.fill_buf()?;
        let (used, is_end) = match held.iter().position(|&byte| byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (held.len(), held.is_empty()),
        };
        reader.consume(used);
        if is_end {
            return Ok(());
        }
    }
}

type Fault = (RejectionKind, String);

/// `None` for a blank line.
fn parse(line: &[u8]) -> Result<Option<PairLine>, Fault> {
    let line = std::str::from_utf8(line)
        .map_err(|_| (RejectionKind::InvalidUtf8, "the line is not UTF-8".to_owned()))?;
    if line.trim().is_empty() {
        return Ok(None);
    }
    let fields: Fields = serde_json::from_str(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            (RejectionKind::WrongType, format!("{}; expected {EXPECTED}", said(&error)))
        }
        _ => (RejectionKind::BrokenJson, format!("broken JSON at byte {}: {}", error.column(), said(&error))),
    })?;
    let asked = Asked { a: id("a", fields.a)?, b: id("b", fields.b)? };
    Ok(Some(PairLine { asked, label: fields.label, direction: fields.direction }))
}

const EXPECTED: &str = r#"an object such as {"a": "id of one", "b": "id of the other"}"#;

/// What serde says without the place, which is of the line alone.
fn said(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.rfind(" at line ").map_or(said.as_str(), |end| &said[..end]).to_owned()
}

/// Ids may be numbers, as in articles.
fn id(field: &str, value: Option<Value>) -> Result<String, Fault> {
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
        let long = "x".repeat(LINE_BYTES_MAX as usize + 10);
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
            pairs.iter().map(|pair| (pair.asked.a.as_str(), pair.asked.b.as_str())).collect();
        assert_eq!(asked, [("x", "7"), ("x", "x")]);
        assert_eq!(pairs[0].label.as_deref(), Some("copy"));
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
