//! Candidates for rewrites: features in common, weighed; the policy is the library's.

use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use retold::search::{Common, RareSettings, Weights};

use super::tables::{Group, Made, Pairs, alone, column, list_at, lists, locked, measures, numbers, table};
use crate::errors::input;
use crate::options;

/// Features to ties: rows `feature`, `doc`, `count` (features of the document), `held` (documents that hold
/// the feature), `leader` (the one of them whose text has the smallest identity), `slot` (place of the
/// feature among those of its kind that the document has), sorted by feature where no more than
/// [`Ties::together_max`] documents hold it. Out come `doc`, `other`, `weight`, `rare`: each document's ties
/// with others, to be summed.
#[pyclass(frozen, module = "retold._retold")]
pub struct Ties {
    weights: Weights,
    settings: RareSettings,
    state: Mutex<Group<Holder>>,
}

#[derive(Clone, Copy)]
struct Holder {
    document: i64,
    count: i64,
    held: i64,
    leader: i64,
    slot: i64,
}

#[derive(Default)]
struct Tied([Vec<i64>; 4]);

impl Tied {
    fn push(&mut self, document: i64, other: i64, weight: u32, rare: i64) {
        if document != other {
            let row = [document, other, i64::from(weight), rare];
            self.0.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }

    fn table(self) -> Made<RecordBatch> {
        let names = ["doc", "other", "weight", "rare"];
        table(names.into_iter().zip(self.0.map(column)).collect())
    }
}

impl Ties {
    /// A document that is tried against the leader alone.
    fn lead(&self, holder: &Holder, tied: &mut Tied) {
        if holder.slot < self.settings.frequent_per_document as i64 {
            tied.push(holder.document, holder.leader, self.weights.of(holder.held as usize), 0);
        }
    }

    /// A group of few documents, each with each other.
    fn tie(&self, holders: &[Holder], tied: &mut Tied) {
        let Some(&Holder { held, .. }) = holders.first() else { return };
        let weight = self.weights.of(held as usize);
        let is_rare = held <= i64::from(self.settings.document_frequency_max);
        for one in holders {
            let to_all = is_rare || one.count <= i64::from(self.settings.short_features_max);
            if is_rare && one.slot >= self.settings.rare_per_document as i64 {
                continue;
            }
            if to_all {
                for other in holders {
                    tied.push(one.document, other.document, weight, i64::from(is_rare));
                }
            } else {
                self.lead(one, tied);
            }
        }
    }
}

#[pymethods]
impl Ties {
    /// `documents` hold features at all.
    #[new]
    fn new(documents: usize) -> Self {
        Ties { weights: Weights::new(documents), settings: RareSettings::default(), state: Mutex::default() }
    }

    /// The most documents that a feature ties to each other: rows of more need not be together.
    #[staticmethod]
    fn together_max() -> u32 {
        RareSettings::default().short_document_frequency_max
    }

    /// Features of a document up to which it is tied to all.
    #[staticmethod]
    fn short_features_max() -> u16 {
        RareSettings::default().short_features_max
    }

    /// Features above the cap that are kept of a document.
    #[staticmethod]
    fn frequent_max() -> usize {
        RareSettings::default().frequent_per_document
    }

    /// Documents up to which a feature is rare.
    #[staticmethod]
    fn rare_max() -> u32 {
        RareSettings::default().document_frequency_max
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let names = ["feature", "doc", "count", "held", "leader", "slot"];
            let [feature, doc, count, held, leader, slot] = names.map(|name| numbers(batch, name));
            let (feature, doc, count) = (feature?, doc?, count?);
            let (held, leader, slot) = (held?, leader?, slot?);
            let (mut tied, mut group) = (Tied::default(), locked(&self.state));
            for row in 0..batch.num_rows() {
                let holder = Holder {
                    document: doc.value(row),
                    count: count.value(row),
                    held: held.value(row),
                    leader: leader.value(row),
                    slot: slot.value(row),
                };
                // of a large group nothing is held
                if holder.held > i64::from(self.settings.short_document_frequency_max) {
                    self.lead(&holder, &mut tied);
                } else if let Some((_, holders)) = group.push(feature.value(row), holder) {
                    self.tie(&holders, &mut tied);
                }
            }
            tied.table()
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut tied = Tied::default();
        if let Some((_, holders)) = locked(&self.state).finish() {
            self.tie(&holders, &mut tied);
        }
        tied.table().map(PyRecordBatch::new).map_err(input)
    }
}

/// Summed ties to candidates: rows `doc`, `other`, `weight`, `shared`, `rare`, `count`, `other_count`,
/// `other_tie` (what decides between equals), sorted by document. Out come pairs `a`, `b`, `score`: each
/// document's best.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Best(Mutex<Group<Common<Ranked>>>);

/// What decides between equals, and the document.
type Ranked = (i64, i64);

fn keep_best(document: i64, met: Vec<Common<Ranked>>, scored: &mut (Pairs, Vec<f64>)) {
    for found in Common::best(met, &RareSettings::default()) {
        scored.0.push(document, found.other.1);
        scored.1.push(found.score);
    }
}

fn scored_pairs((pairs, scores): (Pairs, Vec<f64>)) -> Made<RecordBatch> {
    let scores: ArrayRef = Arc::new(Float64Array::from(scores));
    table(vec![("a", column(pairs.a)), ("b", column(pairs.b)), ("score", scores)])
}

#[pymethods]
impl Best {
    #[new]
    fn new() -> Self {
        Best::default()
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let names = ["doc", "other", "weight", "shared", "rare", "count", "other_count", "other_tie"];
            let [doc, other, weight, shared, rare, count, other_count, other_tie] =
                names.map(|name| numbers(batch, name));
            let (doc, other, weight, shared) = (doc?, other?, weight?, shared?);
            let (rare, count, other_count, other_tie) = (rare?, count?, other_count?, other_tie?);
            let (mut scored, mut group) = (Default::default(), locked(&self.0));
            let most = RareSettings::default().features_per_document as i64;
            for row in 0..batch.num_rows() {
                let small = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
                let common = Common {
                    other: (other_tie.value(row), other.value(row)),
                    weight: small(weight.value(row)),
                    shared: small(shared.value(row)),
                    shared_rare: small(rare.value(row)),
                    shorter: count.value(row).min(other_count.value(row)).clamp(1, most) as usize,
                };
                if let Some((document, met)) = group.push(doc.value(row), common) {
                    keep_best(document, met, &mut scored);
                }
            }
            scored_pairs(scored)
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut scored = Default::default();
        if let Some((document, met)) = locked(&self.0).finish() {
            keep_best(document, met, &mut scored);
        }
        scored_pairs(scored).map(PyRecordBatch::new).map_err(input)
    }
}

/// Candidates with the features of both (`a`, `b`, `score`, `features_a`, `features_b`, `count_a`, `count_b`)
/// to those that deserve a closer look.
#[pyfunction]
pub fn promising(py: Python<'_>, batch: PyRecordBatch, settings: &str) -> PyResult<PyRecordBatch> {
    let settings = options::settings(settings)?;
    let kept_max = RareSettings::default().features_per_document as f64;
    alone(py, batch, |batch| {
        let (a, b) = (numbers(batch, "a")?, numbers(batch, "b")?);
        let (count_a, count_b) = (numbers(batch, "count_a")?, numbers(batch, "count_b")?);
        let (of_a, of_b) = (lists(batch, "features_a")?, lists(batch, "features_b")?);
        let score = measures(batch, "score")?;
        let mut pairs = Pairs::default();
        for row in 0..batch.num_rows() {
            let (one, other) = (list_at(of_a, row), list_at(of_b, row));
            let (counts, mut at) = ([count_a.value(row), count_b.value(row)], 0);
            let shared = one.iter().filter(|&feature| {
                at += other[at..].partition_point(|of_other| of_other < feature);
                other.get(at) == Some(feature)
            });
            let more = counts[0].max(counts[1]) as f64;
            let shared = (shared.count() as f64 * (more / kept_max).max(1.0)).round() as usize;
            let fewer = counts[0].min(counts[1]).max(0) as usize;
            // the search holds scores in 32 bits
            let score = f64::from(score.value(row) as f32);
            if settings.profile.search.is_promising(score, shared, fewer) {
                pairs.push(a.value(row), b.value(row));
            }
        }
        table(vec![("a", column(pairs.a)), ("b", column(pairs.b))])
    })
}
