//! A profile from labelled pairs.

use std::sync::Mutex;

use pyo3::prelude::*;
use retold::pipeline::{self, Asked};
use retold::rejection::Rejection;
use retold::tune::labels::{DistinctPairs, LabelSettings, PairLabel, parse};
use retold::tune::{Labelled, Refit, TuneSettings, made_from, run};
use retold::{Error, Profile};

use crate::data::Data;
use crate::errors::{input, raised};
use crate::work::beside;

/// Fits a profile to labelled pairs, given as JSON lines; returns its text.
#[pyfunction]
#[pyo3(signature = (pairs, data, background, name, progress=None))]
pub fn tune(
    py: Python<'_>,
    pairs: Vec<String>,
    data: Py<Data>,
    background: Option<Py<Data>>,
    name: String,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<String> {
    let mut labels = DistinctPairs::default();
    for (line, pair) in (1..).zip(&pairs) {
        let label = parse(pair, &name, &LabelSettings::default());
        let label = label.map_err(|reason| input(format!("pair {line}: {reason}")))?;
        let Some(label) = label else { continue };
        if let Err(place) = labels.add(PairLabel { line, ..label }) {
            let first = labels.pairs().get(place).map_or(0, |first| first.line);
            return Err(input(format!("pair {line}: its label contradicts that of pair {first}")));
        }
    }
    let labels = labels.into_pairs();
    let rejected = Mutex::new(Vec::<Rejection>::new());
    let (source, background) = (&data.get().source, background.as_ref().map(|data| &data.get().source));
    let profile = beside(py, progress.as_ref(), |progress| {
        let asked: Vec<Asked> =
            labels.iter().map(|pair| Asked { a: pair.a.clone(), b: pair.b.clone() }).collect();
        let measured = pipeline::measure(source, background, &asked, &[], progress, &rejected)?;
        let pairs: Vec<Labelled> = (labels.into_iter().zip(measured.asked))
            .map(|(pair, measures)| {
                let measures = measures.map_err(Error::Usage)?;
                Ok(Labelled {
                    a: pair.a,
                    language: measures.language,
                    b: pair.b,
                    set: pair.set,
                    label: pair.label,
                    is_derived: pair.is_derived,
                    weight: pair.weight,
                    signals: measures.signals,
                    cues: measures.cues,
                    forward: pair.forward,
                    is_shortened: false,
                })
            })
            .collect::<retold::Result<_>>()?;
        let settings = TuneSettings {
            name,
            made_from: made_from(&pairs),
            refit: Refit::for_pairs(&pairs),
            ..TuneSettings::new(Profile::default())
        };
        run(&pairs, &[], &[], &settings, progress).map(|result| result.profile.to_json())
    })?;
    profile.map_err(raised)
}
