//! Candidates for rewrites: features in common, weighed; the policy is the library's.
//!
//! `features → hold → place → tie → sum → best`: a text has some hundred features, so that until pairs are
//! summed rows go in blobs (`packed.rs`).

use std::io;
use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use retold::search::{Common, RareSettings, Weights};
use rustc_hash::FxHashMap;

use super::packed::{Blobs, BucketStage, Spread, unpacked};
use super::tables::{Group, Made, Pairs, alone, column, list_at, lists, locked, measures, numbers, table};
use crate::errors::input;
use crate::options;

/// Texts (`doc`, `text`, `count`, `features`) to rows of features: feature, document, the text's identity, how
/// many features the document has; in blobs.
#[pyfunction]
pub fn spread_features(py: Python<'_>, batch: PyRecordBatch, buckets: usize) -> PyResult<PyRecordBatch> {
    alone(py, batch, |batch| {
        let (doc, text) = (numbers(batch, "doc")?, numbers(batch, "text")?);
        let (count, features) = (numbers(batch, "count")?, lists(batch, "features")?);
        let mut spread = Spread::over(buckets);
        for row in 0..batch.num_rows() {
            for feature in list_at(features, row) {
                spread.push(&[feature, doc.value(row), text.value(row), count.value(row)]);
            }
        }
        spread.table(0)
    })
}

/// Rows of features to those of documents: document, feature, the feature's leader (the document whose text has
/// the smallest identity), how many hold it and how many features the document has. What one document alone
/// has is left out.
pub struct Holding(Spread);

impl Holding {
    pub fn over(buckets: usize) -> Self {
        Holding(Spread::over(buckets))
    }
}

impl BucketStage for Holding {
    fn bucket(&mut self, blobs: &mut Blobs) -> io::Result<()> {
        let mut held: FxHashMap<i64, (i64, (i64, i64))> = FxHashMap::default();
        blobs.each(|_, blob| {
            for [feature, document, text, _] in unpacked(blob) {
                let (held, leader) = held.entry(feature).or_insert((0, (text, document)));
                *held += 1;
                *leader = (*leader).min((text, document));
            }
        })?;
        blobs.each(|_, blob| {
            for [feature, document, _, count] in unpacked(blob) {
                if let Some(&(held, (_, leader))) = held.get(&feature).filter(|(held, _)| *held > 1) {
                    self.0.push(&[document, feature, leader, Counts { held, slot: 0, count }.packed()]);
                }
            }
        })
    }

    fn take(&mut self) -> Made<RecordBatch> {
        self.0.table(0)
    }
}

/// Counts of a feature and a document in one number.
#[derive(Clone, Copy)]
struct Counts {
    /// Documents that hold the feature.
    held: i64,
    /// Place of the feature among those of its kind that the document has.
    slot: i64,
    /// Features of the document.
    count: i64,
}

impl Counts {
    const SMALL_MAX: i64 = u16::MAX as i64;

    fn packed(self) -> i64 {
        let small = |count: i64| count.clamp(0, Self::SMALL_MAX);
        self.held.clamp(0, i64::from(i32::MAX)) << 32 | small(self.slot) << 16 | small(self.count)
    }

    fn of(packed: i64) -> Self {
        Counts { held: packed >> 32, slot: packed >> 16 & Self::SMALL_MAX, count: packed & Self::SMALL_MAX }
    }
}

/// Rows of documents to those of features again, with the place of each feature among the document's: the rarest
/// first of those that are rare, and of the frequent ones, of which few are kept, the smallest hash. What so
/// many hold that they need not meet is spread by its document.
pub struct Placing {
    settings: RareSettings,
    out: Spread,
}

impl Placing {
    pub fn over(buckets: usize) -> Self {
        Placing { settings: RareSettings::default(), out: Spread::over(buckets) }
    }

    /// Whether a feature ties a document to its leader alone.
    fn is_led(&self, Counts { held, count, .. }: Counts) -> bool {
        let are_together = held <= i64::from(self.settings.short_document_frequency_max)
            && count <= i64::from(self.settings.short_features_max);
        held > i64::from(self.settings.document_frequency_max) && !are_together
    }
}

impl BucketStage for Placing {
    fn bucket(&mut self, blobs: &mut Blobs) -> io::Result<()> {
        let mut found: Vec<[i64; 4]> = Vec::new();
        blobs.each(|_, blob| found.extend(unpacked::<4>(blob)))?;
        found.sort_unstable_by_key(|&[document, feature, _, counts]| {
            let counts = Counts::of(counts);
            let is_led = self.is_led(counts);
            (document, is_led, if is_led { 0 } else { counts.held }, feature)
        });
        for of_document in found.chunk_by(|one, other| one[0] == other[0]) {
            let (mut others, mut led) = (0, 0);
            for &[document, feature, leader, counts] in of_document {
                let counts = Counts::of(counts);
                let slot = if self.is_led(counts) { &mut led } else { &mut others };
                let counts = Counts { slot: *slot, ..counts };
                *slot += 1;
                if self.is_led(counts) && counts.slot >= self.settings.frequent_per_document as i64 {
                    continue;
                }
                let are_together = counts.held <= i64::from(self.settings.short_document_frequency_max);
                let place = if are_together { feature } else { document };
                self.out.push(&[place, document, leader, counts.packed()]);
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Made<RecordBatch> {
        self.out.table(0)
    }
}

/// Rows of placed features to ties: document, other, and the weight with a bit whether the feature is rare.
pub struct Tying {
    weights: Weights,
    settings: RareSettings,
    out: Spread,
}

#[derive(Clone, Copy)]
struct Holder {
    document: i64,
    leader: i64,
    counts: Counts,
}

impl Tying {
    /// `documents` hold features at all.
    pub fn over(buckets: usize, documents: usize) -> Self {
        let (weights, settings) = (Weights::new(documents), RareSettings::default());
        Tying { weights, settings, out: Spread::over(buckets) }
    }

    fn push(&mut self, document: i64, other: i64, weight: u32, is_rare: bool) {
        if document != other {
            self.out.push(&[document, other, i64::from(weight) << 1 | i64::from(is_rare)]);
        }
    }

    /// A document that is tried against the leader alone.
    fn lead(&mut self, holder: &Holder) {
        if holder.counts.slot < self.settings.frequent_per_document as i64 {
            let weight = self.weights.of(holder.counts.held as usize);
            self.push(holder.document, holder.leader, weight, false);
        }
    }

    /// A group of few documents, each with each other.
    fn tie(&mut self, holders: &[(i64, Holder)]) {
        let Some(held) = holders.first().map(|(_, first)| first.counts.held) else { return };
        let weight = self.weights.of(held as usize);
        let is_rare = held <= i64::from(self.settings.document_frequency_max);
        for (_, one) in holders {
            let to_all = is_rare || one.counts.count <= i64::from(self.settings.short_features_max);
            if is_rare && one.counts.slot >= self.settings.rare_per_document as i64 {
                continue;
            }
            if to_all {
                for (_, other) in holders {
                    self.push(one.document, other.document, weight, is_rare);
                }
            } else {
                self.lead(one);
            }
        }
    }
}

impl BucketStage for Tying {
    fn bucket(&mut self, blobs: &mut Blobs) -> io::Result<()> {
        let together_max = i64::from(self.settings.short_document_frequency_max);
        let mut together: Vec<(i64, Holder)> = Vec::new();
        blobs.each(|_, blob| {
            for [place, document, leader, counts] in unpacked(blob) {
                let holder = Holder { document, leader, counts: Counts::of(counts) };
                // of a large group nothing is held
                if holder.counts.held > together_max {
                    self.lead(&holder);
                } else {
                    together.push((place, holder));
                }
            }
        })?;
        together.sort_unstable_by_key(|(feature, _)| *feature);
        together.chunk_by(|one, other| one.0 == other.0).for_each(|holders| self.tie(holders));
        Ok(())
    }

    fn take(&mut self) -> Made<RecordBatch> {
        self.out.table(0)
    }
}

/// Ties to their sums: `doc`, `other`, `weight`, `shared` (features), `rare` (those of them that are rare); one
/// feature in common is none.
#[derive(Default)]
pub struct Summing([Vec<i64>; 5]);

impl BucketStage for Summing {
    fn bucket(&mut self, blobs: &mut Blobs) -> io::Result<()> {
        let mut ties: Vec<[i64; 3]> = Vec::new();
        blobs.each(|_, blob| ties.extend(unpacked::<3>(blob)))?;
        ties.sort_unstable();
        for of_pair in ties.chunk_by(|one, other| one[..2] == other[..2]).filter(|ties| ties.len() > 1) {
            let sum = |of: fn(i64) -> i64| of_pair.iter().map(|tie| of(tie[2])).sum::<i64>();
            let [document, other, _] = of_pair[0];
            let row = [document, other, sum(|it| it >> 1), of_pair.len() as i64, sum(|it| it & 1)];
            self.0.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
        }
        Ok(())
    }

    fn take(&mut self) -> Made<RecordBatch> {
        let names = ["doc", "other", "weight", "shared", "rare"];
        table(names.into_iter().zip(std::mem::take(&mut self.0).map(column)).collect())
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
/// to those that deserve a closer look where all pairs are asked for; `is_best` are those that always do.
#[pyfunction]
pub fn promising(py: Python<'_>, batch: PyRecordBatch, settings: &str) -> PyResult<PyRecordBatch> {
    let settings = options::settings(settings)?;
    let kept_max = RareSettings::default().features_per_document as f64;
    alone(py, batch, |batch| {
        let (a, b) = (numbers(batch, "a")?, numbers(batch, "b")?);
        let (count_a, count_b) = (numbers(batch, "count_a")?, numbers(batch, "count_b")?);
        let (of_a, of_b) = (lists(batch, "features_a")?, lists(batch, "features_b")?);
        let score = measures(batch, "score")?;
        let cuts = &settings.profile.search;
        let (mut pairs, mut is_best) = (Pairs::default(), Vec::new());
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
            if cuts.is_promising_of_all(score, shared, fewer) {
                pairs.push(a.value(row), b.value(row));
                is_best.push(cuts.is_promising(score, shared, fewer));
            }
        }
        let is_best: ArrayRef = Arc::new(BooleanArray::from(is_best));
        table(vec![("a", column(pairs.a)), ("b", column(pairs.b)), ("is_best", is_best)])
    })
}
