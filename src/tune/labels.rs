//! Reading labelled pairs: JSON lines with `a`, `b`, `label`, and optionally `direction`, `set`, `confidence`
//! or `weight`.

use std::collections::HashMap;
use std::io::{self, BufRead};

use serde_json::Value;

use crate::read::{ShortLineFault, for_each_short_line};

/// Labels that mean "derived" unless others are named.
pub const DERIVED_LABELS: &[&str] = &[
    "identical",
    "copy",
    "expanded",
    "condensed",
    "rewrite",
    "partial",
    "translation",
    "wholly",
    "true",
    "1",
];

/// A labelled pair, not measured yet.
#[derive(Clone, Debug, PartialEq)]
pub struct PairLabel {
    /// Id of the first article.
    pub a: String,
    /// Id of the second article.
    pub b: String,
    /// The label as the line has it.
    pub label: String,
    /// Whether it is one of [`LabelSettings::positive`].
    pub is_derived: bool,
    /// Whether `b` came from `a`, where the line says so.
    pub forward: Option<bool>,
    /// Name of its set.
    pub set: String,
    /// Above 0; 1 where the line says nothing.
    pub weight: f64,
    /// Line in the file, from 1.
    pub line: u64,
}

/// How labels are read.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelSettings {
    /// Labels that mean "derived".
    pub positive: Vec<String>,
    /// Where a derived pair has no `direction`, `a` is the source.
    pub first_is_source: bool,
}

impl LabelSettings {
    /// The label meaning "derived" that a pair's label differs from in case alone, which is hardly ever
    /// meant.
    pub fn near_miss(&self, pair: &PairLabel) -> Option<&str> {
        let label = pair.label.to_lowercase();
        let mut positive = self.positive.iter().filter(|_| !pair.is_derived);
        positive.find(|positive| positive.to_lowercase() == label).map(String::as_str)
    }
}

impl Default for LabelSettings {
    fn default() -> Self {
        LabelSettings {
            positive: DERIVED_LABELS.iter().map(|label| (*label).to_owned()).collect(),
            first_is_source: false,
        }
    }
}

/// A line that is no labelled pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelFault {
    /// From 1.
    pub line: u64,
    /// What is wrong, in words.
    pub reason: String,
}

/// What a file of labelled pairs holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelFile {
    /// Labelled pairs, in the order of the file.
    pub pairs: Vec<PairLabel>,
    /// Lines that were left out.
    pub faults: Vec<LabelFault>,
    /// Lines whose label is null or empty: drawn and not judged yet.
    pub unlabelled: u64,
}

/// Labelled pairs of which each counts once, in whatever order its two ids are given.
#[derive(Clone, Debug, Default)]
pub struct DistinctPairs {
    pairs: Vec<PairLabel>,
    places: HashMap<[String; 2], usize>,
}

impl DistinctPairs {
    /// Takes a pair; `false` where it was there already: only a direction that was missing is taken from it.
    ///
    /// # Errors
    /// Where the pair was given before with a label of the other class, the place of that one among
    /// [`pairs`](Self::pairs): both cannot be right.
    pub fn add(&mut self, pair: PairLabel) -> Result<bool, usize> {
        let mut ids = [pair.a.clone(), pair.b.clone()];
        ids.sort();
        let next = self.pairs.len();
        let place = *self.places.entry(ids).or_insert(next);
        let Some(first) = self.pairs.get_mut(place) else {
            self.pairs.push(pair);
            return Ok(true);
        };
        if first.is_derived != pair.is_derived {
            return Err(place);
        }
        let is_exchanged = first.a != pair.a;
        first.forward = first.forward.or(pair.forward.map(|forward| forward != is_exchanged));
        Ok(false)
    }

    /// The pairs, in the order in which each was given first.
    pub fn pairs(&self) -> &[PairLabel] {
        &self.pairs
    }

    /// The pairs, in the order in which each was given first.
    pub fn into_pairs(self) -> Vec<PairLabel> {
        self.pairs
    }
}

/// Reads all lines; blank ones are skipped, faulty ones are named and skipped. `set` is the name of a pair's
/// set where the line has none.
///
/// # Errors
/// What the reader returns.
pub fn read(input: impl BufRead, set: &str, settings: &LabelSettings) -> io::Result<LabelFile> {
    let LabelFile { mut pairs, mut faults, mut unlabelled } = LabelFile::default();
    for_each_short_line(input, |line, text| {
        let parsed = match text {
            Ok(text) => parse(text, set, settings),
            Err(ShortLineFault::TooLong { bytes_max }) => Err(format!("longer than {bytes_max} bytes")),
            Err(ShortLineFault::NotUtf8) => Err("not UTF-8".to_owned()),
        };
        match parsed {
            Ok(Some(pair)) => pairs.push(PairLabel { line, ..pair }),
            Ok(None) => unlabelled += 1,
            Err(reason) => faults.push(LabelFault { line, reason }),
        }
    })?;
    Ok(LabelFile { pairs, faults, unlabelled })
}

/// Reads one line; `None` where its label is null or empty.
///
/// # Errors
/// What is wrong with it.
pub fn parse(line: &str, set: &str, settings: &LabelSettings) -> Result<Option<PairLabel>, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let Value::Object(fields) = value else { return Err("not a JSON object".to_owned()) };
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Bool(truth)) if name == "label" => Ok(Some(truth.to_string())),
        Some(Value::Number(number)) if name != "set" => Ok(Some(number.to_string())),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(format!("{name:?} is not a string")),
    };
    let needed = |name: &str| text(name)?.ok_or_else(|| format!("{name:?} is missing"));
    let (a, b) = (needed("a")?, needed("b")?);
    if !fields.contains_key("label") {
        return Err("\"label\" is missing".to_owned());
    }
    let label = text("label")?.map(|label| label.trim().to_owned());
    let Some(label) = label.filter(|label| !label.is_empty()) else { return Ok(None) };
    if a == b {
        return Err(format!("{a:?} is paired with itself"));
    }
    let is_derived = settings.positive.contains(&label);
    let direction = text("direction")?;
    let forward = match direction.as_deref() {
        Some("a->b") => Some(true),
        Some("b->a") => Some(false),
        Some(_) => None,
        None => (settings.first_is_source && is_derived).then_some(true),
    };
    let weight = match (fields.get("weight"), fields.get("confidence")) {
        (Some(Value::Number(weight)), _) | (_, Some(Value::Number(weight))) => {
            weight.as_f64().unwrap_or(f64::NAN)
        }
        (_, Some(Value::String(word))) => match word.as_str() {
            "high" => 1.0,
            "medium" => 0.7,
            "low" => 0.4,
            other => return Err(format!("confidence {other:?}: high, medium, low or a number is expected")),
        },
        (None | Some(Value::Null), None | Some(Value::Null)) => 1.0,
        _ => return Err("\"weight\" is not a number".to_owned()),
    };
    if !(weight > 0.0 && weight <= 1000.0) {
        return Err(format!("a weight of {weight}: a number above 0, at most 1000, is expected"));
    }
    Ok(Some(PairLabel {
        set: text("set")?.unwrap_or_else(|| set.to_owned()),
        a,
        b,
        label,
        is_derived,
        forward,
        weight,
        line: 0,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_faults_are_named() {
        let text = "\u{feff}{\"a\": \"x\", \"b\": \"y\", \"label\": \"rewrite\", \"direction\": \"b->a\"}\n\
            \n\
            {\"a\": \"x\", \"b\": \"z\", \"label\": 0, \"confidence\": \"low\", \"set\": \"own\"}\n\
            {\"a\": \"x\", \"b\": \"x\", \"label\": true}\n\
            {\"a\": \"x\", \"label\": true}\n\
            nonsense\n\
            [1]\n\
            {\"a\": [3], \"b\": \"y\", \"label\": \"rewrite\"}\n\
            {\"a\": \"x\", \"b\": \"y\", \"label\": null}\n\
            {\"a\": \"x\", \"b\": \"y\", \"label\": true, \"weight\": -1}";
        let LabelFile { pairs, faults, unlabelled } =
            read(text.as_bytes(), "file", &LabelSettings::default()).unwrap();
        assert_eq!(unlabelled, 1);
        let short: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.line, pair.is_derived, pair.forward, pair.set.as_str(), pair.weight))
            .collect();
        assert_eq!(short, [(1, true, Some(false), "file", 1.0), (3, false, None, "own", 0.4)]);
        let lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [4, 5, 6, 7, 8, 10]);
        assert_eq!(faults[1].reason, "\"b\" is missing");
    }

    #[test]
    fn own_labels_are_mapped() {
        let settings = LabelSettings { positive: vec!["kopiert".into()], first_is_source: true };
        let read = |line: &str| {
            parse(line, "s", &settings).map(|pair| pair.map(|pair| (pair.is_derived, pair.forward)))
        };
        assert_eq!(read("{\"a\":\"x\",\"b\":\"y\",\"label\":\"kopiert\"}"), Ok(Some((true, Some(true)))));
        assert_eq!(read("{\"a\":\"x\",\"b\":\"y\",\"label\":\"rewrite\"}"), Ok(Some((false, None))));
        let common = "{\"a\":\"x\",\"b\":\"y\",\"label\":\"kopiert\",\"direction\":\"common\"}";
        assert_eq!(read(common), Ok(Some((true, None))));
        let spaced = "{\"a\":\"x\",\"b\":\"y\",\"label\":\" kopiert\\n\"}";
        assert_eq!(read(spaced), Ok(Some((true, Some(true)))));
        assert_eq!(read("{\"a\":\"x\",\"b\":\"y\",\"label\":\" \"}"), Ok(None));
    }

    #[test]
    fn a_line_without_end_is_a_fault_and_the_next_line_is_read() {
        let mut text = vec![b'x'; (1 << 20) + 100];
        text.extend(b"\n{\"a\":\"x\",\"b\":\"y\",\"label\":1}\n");
        let LabelFile { pairs, faults, .. } = read(&text[..], "s", &LabelSettings::default()).unwrap();
        assert_eq!((pairs.len(), faults.len()), (1, 1));
        assert_eq!(pairs[0].line, 2);
    }

    #[test]
    fn a_pair_counts_once_in_whatever_order_it_is_given() {
        let settings = LabelSettings::default();
        let mut distinct = DistinctPairs::default();
        let mut add = |a: &str, b: &str, more: &str| {
            let line = format!("{{\"a\":\"{a}\",\"b\":\"{b}\",{more}}}");
            distinct.add(parse(&line, "s", &settings).unwrap().unwrap())
        };
        assert_eq!(add("x", "y", "\"label\":\"copy\""), Ok(true));
        assert_eq!(add("x", "z", "\"label\":\"unrelated\""), Ok(true));
        assert_eq!(add("y", "x", "\"label\":\"rewrite\",\"direction\":\"a->b\""), Ok(false));
        assert_eq!(add("x", "y", "\"label\":\"copy\",\"direction\":\"a->b\""), Ok(false));
        assert_eq!(add("z", "x", "\"label\":\"copy\""), Err(1));
        let kept: Vec<_> = distinct.pairs().iter().map(|pair| (pair.label.as_str(), pair.forward)).collect();
        assert_eq!(
            kept,
            [("copy", Some(false)), ("unrelated", None)],
            "x came from y, as the third line says"
        );
    }
}
