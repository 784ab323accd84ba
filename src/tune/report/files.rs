//! The files of a run, as names and bytes; whoever calls writes them.

use serde_json::{Map, Value};

use crate::evidence::direction::DirectionCues;
use crate::evidence::signals::Signals;
use crate::tune::Labelled;
use crate::tune::report::{html, plots, text};
use crate::tune::run::TuneResult;

/// One file of the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Without any folder; letters, digits, `.`, `-` and `_`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// `profile.json`, `signals.jsonl`, `report.txt`, `report.html` and each plot as SVG.
pub fn files(result: &TuneResult, pairs: &[Labelled]) -> Vec<OutputFile> {
    let file = |name: &str, bytes: Vec<u8>| OutputFile { name: name.to_owned(), bytes };
    let mut files = vec![
        file("profile.json", result.profile.to_json().into_bytes()),
        file("signals.jsonl", signals_json_lines(pairs, result).into_bytes()),
        file("report.txt", text(result, pairs).into_bytes()),
        file("report.html", html(result, pairs).into_bytes()),
    ];
    for named in plots(result) {
        files.push(file(&format!("{}.svg", named.file), named.plot.to_svg().into_bytes()));
    }
    files
}

/// A line a pair: ids, set, label, held-out scores, signals and direction cues, for other programs.
pub fn signals_json_lines(pairs: &[Labelled], result: &TuneResult) -> String {
    let scores: Vec<Vec<Option<f64>>> = result
        .models
        .iter()
        .map(|model| {
            let mut scores = vec![None; pairs.len()];
            for pair in &model.held_out {
                if let Some(score) = scores.get_mut(pair.row) {
                    *score = Some(pair.score);
                }
            }
            scores
        })
        .collect();
    let number = |value: Option<f64>| match value {
        Some(value) if value.is_finite() => Value::from((value * 1e6).round() / 1e6),
        _ => Value::Null,
    };
    let mut lines = String::new();
    for (row, pair) in pairs.iter().enumerate() {
        let mut line = Map::new();
        for (name, text) in [("a", &pair.a), ("b", &pair.b), ("set", &pair.set), ("label", &pair.label)] {
            line.insert(name.to_owned(), Value::from(text.as_str()));
        }
        line.insert("is_derived".to_owned(), Value::from(pair.is_derived));
        line.insert("weight".to_owned(), number(Some(pair.weight)));
        for (model, scores) in result.models.iter().zip(&scores) {
            line.insert(format!("score_{}", model.name.replace(' ', "_")), number(scores[row]));
        }
        let signals =
            Signals::NAMES.iter().map(|name| ((*name).to_owned(), number(pair.signals.get(name)))).collect();
        line.insert("signals".to_owned(), Value::Object(signals));
        let cues = DirectionCues::NAMES
            .iter()
            .map(|name| ((*name).to_owned(), number(pair.cues.get(name))))
            .collect();
        line.insert("cues".to_owned(), Value::Object(cues));
        lines.push_str(&Value::Object(line).to_string());
        lines.push('\n');
    }
    lines
}
