//! Fits a profile to labelled pairs of the invented corpus, and judges a pair by it.
//!
//! `cargo run --release --example tune_profile`

use std::fs::read_to_string;
use std::sync::{Arc, Mutex};

use retold::pipeline::{Asked, measure};
use retold::progress::NoProgress;
use retold::read::{Corpus, ReadOptions};
use retold::rejection::Rejection;
use retold::tune::labels::{LabelSettings, PairLabel, parse};
use retold::tune::{Labelled, Refit, TuneSettings, made_from, run};
use retold::{Error, Profile, Result};
use serde_json::json;

const LABELS: &str = "corpus/labels.tsv";

/// The corpus's labels: two ids and a relation a line, behind a line of names.
fn labels() -> Result<Vec<PairLabel>> {
    let text = read_to_string(LABELS).map_err(|cause| Error::file("read", LABELS, cause))?;
    let lines = text.lines().skip(1).filter_map(|line| {
        let mut fields = line.split('\t');
        let (a, b, label) = (fields.next()?, fields.next()?, fields.next()?);
        Some(json!({"a": a, "b": b, "label": label}).to_string())
    });
    let parsed = lines.filter_map(|line| parse(&line, "corpus", &LabelSettings::default()).transpose());
    parsed.collect::<std::result::Result<_, String>>().map_err(Error::Usage)
}

fn main() -> Result<()> {
    let labels = labels()?;
    let rejections = Arc::new(Mutex::new(Vec::<Rejection>::new()));
    let corpus = Corpus::open(&["corpus/articles".into()], ReadOptions::default(), rejections.clone())?;
    let asked: Vec<Asked> =
        labels.iter().map(|pair| Asked { a: pair.a.clone(), b: pair.b.clone() }).collect();
    let measured = measure(&corpus, None::<&Corpus>, &asked, &[], &NoProgress, &*rejections)?;
    let pairs: Vec<Labelled> = (labels.into_iter().zip(measured.asked))
        .filter_map(|(pair, measures)| {
            let measures = measures.ok()?;
            Some(Labelled {
                a: pair.a,
                b: pair.b,
                set: pair.set,
                label: pair.label,
                is_derived: pair.is_derived,
                weight: pair.weight,
                signals: measures.signals,
                cues: measures.cues,
                forward: pair.forward,
                is_shortened: false,
                language: measures.language,
            })
        })
        .collect();
    let settings = TuneSettings {
        name: "corpus".to_owned(),
        made_from: made_from(&pairs),
        refit: Refit::Cut,
        ..TuneSettings::new(Profile::default())
    };
    let result = run(&pairs, &[], &[], &settings, &NoProgress)?;
    println!("{} pairs, {} derived; cut {:.3}", result.pairs, result.derived, result.profile.cut);
    Ok(())
}
