//! The stages of a distributed scan: record batches in, record batches out, whatever engine moves them.
//!
//! A stage that goes by groups takes rows that are sorted by the group's key; a group may lie across batches,
//! and no more than a group is held. What is decided is decided by the library; the engine joins, sorts and
//! counts. Documents are 64-bit numbers.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow_schema::{ArrowError, Field, Schema};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use rayon::prelude::*;
use retold::align::Scratch;
use retold::analysis::{Analyser, grams};
use retold::barrier::{Stage, guarded};
use retold::candidate::{CopyClusters, VerifiedLink};
use retold::evidence::Prepared;
use retold::evidence::background::{ALL_GRAMS, Background, PairBackground};
use retold::family::{self, Link};
use retold::pipeline::{Judgement, Judging};
use retold::read::FieldNames;
use retold::recipe::SEED;
use retold::row::{PairRow, Relation};
use retold::search::{BACKGROUND_MIN_DOCUMENTS, Common, RareSettings, Weights};
use retold::shingle::{Overlap, ShingleSet};
use retold::sketch::{Banding, MinHash};
use retold::{Article, Settings};
use serde::Serialize;

use crate::columns::{Columns, Texts};
use crate::errors::{input, raised};
use crate::{options, rows};

/// Documents of a bucket up to which all their pairs are told.
const BUCKET_DOCUMENTS_MAX: usize = 128;

type Made<T> = Result<T, ArrowError>;

fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Made<&'a Int64Array> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<Int64Array>());
    column.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?} of 64-bit numbers")))
}

fn lists<'a>(batch: &'a RecordBatch, name: &str) -> Made<&'a ListArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<ListArray>());
    column.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?} of lists")))
}

fn list_at(lists: &ListArray, row: usize) -> Vec<i64> {
    if lists.is_null(row) {
        return Vec::new();
    }
    let values = lists.value(row);
    values.as_any().downcast_ref::<Int64Array>().map(|values| values.values().to_vec()).unwrap_or_default()
}

fn texts(batch: &RecordBatch, name: &str) -> Made<Texts> {
    let column = batch.column_by_name(name);
    Texts::of(column.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?}")))?)
}

fn table(columns: Vec<(&str, ArrayRef)>) -> Made<RecordBatch> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns.into_iter().map(|(_, column)| column).collect(),
    )
}

fn column(values: Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

fn column_of_lists(lists: impl Iterator<Item = Vec<i64>>) -> ArrayRef {
    let mut builder = ListBuilder::new(Int64Builder::new());
    for list in lists {
        builder.values().append_slice(&list);
        builder.append(true);
    }
    Arc::new(builder.finish())
}

/// A stage that takes each batch by itself.
fn alone(
    py: Python<'_>,
    batch: PyRecordBatch,
    stage: impl FnOnce(&RecordBatch) -> Made<RecordBatch> + Send,
) -> PyResult<PyRecordBatch> {
    let batch = batch.into_inner();
    py.detach(|| stage(&batch)).map(PyRecordBatch::new).map_err(input)
}

/// A text that brings the engine down costs its own row, not the job.
fn unharmed<T>(stage: Stage, ids: &[&str], work: impl FnOnce() -> Option<T>) -> Option<T> {
    guarded(stage, |id| ids.contains(&id), work).ok().flatten()
}

/// Rows of one key, until the next key comes.
struct Group<T> {
    key: Option<i64>,
    rows: Vec<T>,
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Group { key: None, rows: Vec::new() }
    }
}

impl<T> Group<T> {
    /// The group before this row, where it is done.
    fn push(&mut self, key: i64, row: T) -> Option<(i64, Vec<T>)> {
        let before = match self.key {
            Some(before) if before != key => self.finish(),
            _ => None,
        };
        self.key = Some(key);
        self.rows.push(row);
        before
    }

    fn finish(&mut self) -> Option<(i64, Vec<T>)> {
        self.key.take().map(|key| (key, std::mem::take(&mut self.rows)))
    }
}

fn locked<T>(state: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Articles to what they are found by: `id`, `identity`, `words`, `bands` (near-duplicates), `features`
/// (rewrites), how many.
#[pyfunction]
pub fn analyse(
    py: Python<'_>,
    batch: PyRecordBatch,
    names: [String; 7],
    threshold: f64,
) -> PyResult<PyRecordBatch> {
    let [id, text, title, date, source, url, language] = names;
    let names = FieldNames { id, text, title, date, source, url, language };
    let banding = Banding::for_threshold(threshold);
    let minhash = MinHash::new(banding.values(), SEED);
    let most = RareSettings::default().features_per_document;
    alone(py, batch, |batch| {
        let columns = Columns::of(batch, &names)?;
        let analysed: Vec<Analysed> = (0..columns.rows)
            .into_par_iter()
            .map_init(Analyser::default, |analyser, row| {
                let article = columns.article(row, row as u64)?;
                let id = article.id.clone();
                unharmed(Stage::FirstPass, &[&id], || {
                    analyser.read(&article.text);
                    let mut bands = Vec::new();
                    let words = analyser.words().len() as i64;
                    if words > 0 {
                        analyser.band_keys(&minhash, banding, &mut bands);
                    }
                    let bands = (0..).zip(bands).map(|(band, key)| band << 32 | i64::from(key)).collect();
                    let identity = format!("{:032x}", analyser.identity());
                    let mut features: Vec<i64> =
                        analyser.features().iter().map(|&feature| feature as i64).collect();
                    let count = features.len().min(usize::from(u16::MAX)) as i64;
                    features.sort_unstable();
                    features.truncate(most);
                    Some(Analysed { id: article.id.into_owned(), identity, words, bands, features, count })
                })
            })
            .flatten()
            .collect();
        let texts = |of: fn(&Analysed) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(analysed.iter().map(of)))
        };
        table(vec![
            ("id", texts(|article| &article.id)),
            ("identity", texts(|article| &article.identity)),
            ("words", column(analysed.iter().map(|article| article.words).collect())),
            ("bands", column_of_lists(analysed.iter().map(|article| article.bands.clone()))),
            ("features", column_of_lists(analysed.iter().map(|article| article.features.clone()))),
            ("count", column(analysed.iter().map(|article| article.count).collect())),
        ])
    })
}

struct Analysed {
    id: String,
    identity: String,
    words: i64,
    bands: Vec<i64>,
    features: Vec<i64>,
    count: i64,
}

/// Pairs in columns `a` and `b`.
#[derive(Default)]
struct Pairs {
    a: Vec<i64>,
    b: Vec<i64>,
}

impl Pairs {
    fn push(&mut self, one: i64, other: i64) {
        self.a.push(one.min(other));
        self.b.push(one.max(other));
    }
}

/// Buckets to pairs: rows `bucket`, `doc`, sorted by both. All pairs of a bucket, or with its first document
/// alone if it is large.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct PairUp(Mutex<Bucket>);

#[derive(Default)]
struct Bucket {
    key: Option<i64>,
    first: i64,
    /// Empty once there are too many.
    documents: Vec<i64>,
    is_hot: bool,
}

impl Bucket {
    fn push(&mut self, key: i64, document: i64, pairs: &mut Pairs) {
        if self.key != Some(key) {
            self.finish(pairs);
            *self = Bucket { key: Some(key), first: document, documents: Vec::new(), is_hot: false };
        }
        if self.is_hot {
            return pairs.push(self.first, document);
        }
        self.documents.push(document);
        if self.documents.len() > BUCKET_DOCUMENTS_MAX {
            self.is_hot = true;
            let others = self.documents.drain(..).skip(1);
            others.for_each(|document| pairs.push(self.first, document));
        }
    }

    fn finish(&mut self, pairs: &mut Pairs) {
        for (at, &one) in self.documents.iter().enumerate() {
            self.documents[at + 1..].iter().for_each(|&other| pairs.push(one, other));
        }
        self.documents.clear();
    }
}

#[pymethods]
impl PairUp {
    #[new]
    fn new() -> Self {
        PairUp::default()
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let (keys, documents) = (numbers(batch, "bucket")?, numbers(batch, "doc")?);
            let (mut pairs, mut bucket) = (Pairs::default(), locked(&self.0));
            for (&key, &document) in keys.values().iter().zip(documents.values()) {
                bucket.push(key, document, &mut pairs);
            }
            table(vec![("a", column(pairs.a)), ("b", column(pairs.b))])
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut pairs = Pairs::default();
        locked(&self.0).finish(&mut pairs);
        let made = table(vec![("a", column(pairs.a)), ("b", column(pairs.b))]);
        made.map(PyRecordBatch::new).map_err(input)
    }
}

/// Pairs with their texts (`a`, `b`, `text_a`, `text_b`) to those that are near-duplicates, and how much they
/// share.
#[pyfunction]
pub fn verify(py: Python<'_>, batch: PyRecordBatch, threshold: f64) -> PyResult<PyRecordBatch> {
    alone(py, batch, |batch| {
        let (a, b) = (numbers(batch, "a")?, numbers(batch, "b")?);
        let (text_a, text_b) = (texts(batch, "text_a")?, texts(batch, "text_b")?);
        let links: Vec<[i64; 5]> = (0..batch.num_rows())
            .into_par_iter()
            .filter_map(|row| {
                unharmed(Stage::Verify, &[], || {
                    let sets = [&text_a, &text_b].map(|texts| texts.get(row).map(ShingleSet::of_text));
                    let [Some(one), Some(other)] = sets else { return None };
                    let overlap = one.overlap(&other);
                    let counts = [overlap.shared, overlap.a, overlap.b].map(i64::from);
                    (overlap.jaccard() >= threshold)
                        .then(|| [a.value(row), b.value(row), counts[0], counts[1], counts[2]])
                })
            })
            .collect();
        let names = ["a", "b", "shared", "of_a", "of_b"];
        let columns = (0..5).map(|at| (names[at], column(links.iter().map(|link| link[at]).collect())));
        table(columns.collect())
    })
}

/// Links of copies (`component`, `a`, `b`, `shared`, `of_a`, `of_b`), sorted by component, to `doc` and its
/// `representative`.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Cluster(Mutex<Group<[i64; 5]>>);

fn clustered(links: &[[i64; 5]], found: &mut Pairs) {
    let mut documents: Vec<i64> = links.iter().flat_map(|link| [link[0], link[1]]).collect();
    documents.sort_unstable();
    documents.dedup();
    let number = |document: i64| documents.partition_point(|&other| other < document) as u32;
    let mut numbered: Vec<VerifiedLink> = links
        .iter()
        .map(|&[a, b, shared, of_a, of_b]| {
            let [shared, of_a, of_b] = [shared, of_a, of_b].map(|count| u32::try_from(count).unwrap_or(0));
            VerifiedLink { a: number(a), b: number(b), overlap: Overlap { shared, a: of_a, b: of_b } }
        })
        .collect();
    numbered.sort_unstable_by_key(|link| (link.a, link.b));
    let clusters = CopyClusters::new((0..documents.len() as u32).collect(), numbered);
    for (&document, &of) in documents.iter().zip(&clusters.representative) {
        found.a.push(document);
        found.b.push(documents[of as usize]);
    }
}

#[pymethods]
impl Cluster {
    #[new]
    fn new() -> Self {
        Cluster::default()
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let component = numbers(batch, "component")?;
            let columns = ["a", "b", "shared", "of_a", "of_b"].map(|name| numbers(batch, name));
            let [a, b, shared, of_a, of_b] = columns;
            let columns = [a?, b?, shared?, of_a?, of_b?];
            let (mut found, mut group) = (Pairs::default(), locked(&self.0));
            for row in 0..batch.num_rows() {
                let link = columns.map(|column| column.value(row));
                if let Some((_, links)) = group.push(component.value(row), link) {
                    clustered(&links, &mut found);
                }
            }
            table(vec![("doc", column(found.a)), ("representative", column(found.b))])
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut found = Pairs::default();
        if let Some((_, links)) = locked(&self.0).finish() {
            clustered(&links, &mut found);
        }
        let made = table(vec![("doc", column(found.a)), ("representative", column(found.b))]);
        made.map(PyRecordBatch::new).map_err(input)
    }
}

/// Features to ties: rows `feature`, `doc`, `count` (features of the document), `held` (documents that hold
/// the feature), `slot` (place of the feature among the document's frequent ones), sorted by feature and
/// document. Out come `doc`, `other`, `weight`, `rare`: each document's ties with others, to be summed.
#[pyclass(frozen, module = "retold._retold")]
pub struct Ties {
    weights: Weights,
    settings: RareSettings,
    state: Mutex<(Group<Holder>, i64)>,
}

#[derive(Clone, Copy)]
struct Holder {
    document: i64,
    count: i64,
    held: i64,
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
    /// A group of few documents, each with each other.
    fn tie(&self, holders: &[Holder], tied: &mut Tied) {
        let Some(&Holder { held, document: first, .. }) = holders.first() else { return };
        let weight = self.weights.of(held as usize);
        let is_rare = held <= i64::from(self.settings.document_frequency_max);
        for one in holders {
            let to_all = is_rare || one.count <= i64::from(self.settings.short_features_max);
            if to_all {
                for other in holders {
                    tied.push(one.document, other.document, weight, i64::from(is_rare));
                }
            } else if one.slot < self.settings.frequent_per_document as i64 {
                tied.push(one.document, first, weight, 0);
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

    /// Documents up to which a feature is rare.
    #[staticmethod]
    fn rare_max() -> u32 {
        RareSettings::default().document_frequency_max
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let columns = ["feature", "doc", "count", "held", "slot"].map(|name| numbers(batch, name));
            let [feature, doc, count, held, slot] = columns;
            let (feature, doc, count, held, slot) = (feature?, doc?, count?, held?, slot?);
            let (mut tied, mut state) = (Tied::default(), locked(&self.state));
            let (group, leader) = &mut *state;
            let together = i64::from(self.settings.short_document_frequency_max);
            for row in 0..batch.num_rows() {
                let holder = Holder {
                    document: doc.value(row),
                    count: count.value(row),
                    held: held.value(row),
                    slot: slot.value(row),
                };
                let is_new = group.key != Some(feature.value(row));
                if is_new {
                    *leader = holder.document;
                }
                let is_large = holder.held > together;
                // of a large group nothing is held but its key
                let done = match is_large {
                    true if is_new => {
                        let done = group.finish();
                        group.key = Some(feature.value(row));
                        done
                    }
                    true => None,
                    false => group.push(feature.value(row), holder),
                };
                if let Some((_, holders)) = done {
                    self.tie(&holders, &mut tied);
                }
                if is_large && holder.slot < self.settings.frequent_per_document as i64 {
                    let weight = self.weights.of(holder.held as usize);
                    tied.push(holder.document, *leader, weight, 0);
                }
            }
            tied.table()
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut tied = Tied::default();
        if let Some((_, holders)) = locked(&self.state).0.finish() {
            self.tie(&holders, &mut tied);
        }
        tied.table().map(PyRecordBatch::new).map_err(input)
    }
}

/// Summed ties to candidates: rows `doc`, `other`, `weight`, `shared`, `rare`, `count`, `other_count`, sorted
/// by document. Out come pairs `a`, `b`: each document's best.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Best(Mutex<Group<Common<i64>>>);

fn keep_best(document: i64, met: Vec<Common<i64>>, scored: &mut (Pairs, Vec<f64>)) {
    for found in Common::best(met, &RareSettings::default()) {
        scored.0.push(document, found.other);
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
            let names = ["doc", "other", "weight", "shared", "rare", "count", "other_count"];
            let [doc, other, weight, shared, rare, count, other_count] =
                names.map(|name| numbers(batch, name));
            let (doc, other, weight, shared) = (doc?, other?, weight?, shared?);
            let (rare, count, other_count) = (rare?, count?, other_count?);
            let (mut scored, mut group) = (Default::default(), locked(&self.0));
            let most = RareSettings::default().features_per_document as i64;
            for row in 0..batch.num_rows() {
                let small = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
                let common = Common {
                    other: other.value(row),
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
        let score =
            batch.column_by_name("score").and_then(|column| column.as_any().downcast_ref::<Float64Array>());
        let score =
            score.ok_or_else(|| ArrowError::SchemaError("there is no column \"score\"".to_owned()))?;
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

fn grams_of(text: &str, analyser: &mut Analyser) -> Vec<i64> {
    analyser.read_words(text);
    let mut found: Vec<i64> = grams::grams(analyser.words()).map(|gram| gram as i64).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Pairs with their texts to the runs of four words that both hold: `a`, `b`, `grams`.
#[pyfunction]
pub fn shared_grams(py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
    alone(py, batch, |batch| {
        let (text_a, text_b) = (texts(batch, "text_a")?, texts(batch, "text_b")?);
        let shared: Vec<Vec<i64>> = (0..batch.num_rows())
            .into_par_iter()
            .map_init(Analyser::default, |analyser, row| {
                let [Some(one), Some(other)] = [text_a.get(row), text_b.get(row)] else { return Vec::new() };
                let (mut one, other) = (grams_of(one, analyser), grams_of(other, analyser));
                one.retain(|gram| other.binary_search(gram).is_ok());
                one
            })
            .collect();
        table(vec![
            ("a", column(numbers(batch, "a")?.values().to_vec())),
            ("b", column(numbers(batch, "b")?.values().to_vec())),
            ("grams", column_of_lists(shared.into_iter())),
        ])
    })
}

/// Texts (`text`) to the distinct runs of four words of each: `grams`.
#[pyfunction]
pub fn all_grams(py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
    alone(py, batch, |batch| {
        let column = texts(batch, "text")?;
        let all: Vec<Vec<i64>> = (0..batch.num_rows())
            .into_par_iter()
            .map_init(Analyser::default, |analyser, row| grams_of(column.get(row).unwrap_or(""), analyser))
            .collect();
        table(vec![("grams", column_of_lists(all.into_iter()))])
    })
}

/// A judged pair: the row, and how much of the derived article is taken, for families.
#[derive(Serialize)]
struct Judged {
    #[serde(flatten)]
    row: PairRow,
    taken: f64,
    taken_of_source: f64,
    full_score: f64,
    full_confidence: f64,
}

/// Pairs with both articles and the documents of what they share to rows. Fields of the articles are `id_a`,
/// `text_a`, …; `grams` and `counts` say in how many documents what they share stands, `own` how many of
/// these are their own.
#[pyfunction]
pub fn judge(
    py: Python<'_>,
    batch: PyRecordBatch,
    documents: u64,
    settings: &str,
) -> PyResult<PyRecordBatch> {
    let settings = options::settings(settings)?;
    alone(py, batch, |batch| {
        let side = |side: &str| {
            let name = |field: &str| format!("{field}_{side}");
            let names = FieldNames {
                id: name("id"),
                text: name("text"),
                title: name("title"),
                date: name("date"),
                source: name("source"),
                url: name("url"),
                language: name("language"),
            };
            Columns::of(batch, &names)
        };
        let (a, b) = (side("a")?, side("b")?);
        let (grams, counts) = (lists(batch, "grams")?, lists(batch, "counts")?);
        let own = numbers(batch, "own")?;
        let judged: Vec<Judged> = (0..batch.num_rows())
            .into_par_iter()
            .map_init(Scratch::default, |scratch, row| {
                let articles = [&a, &b].map(|side| Some(side.article(row, row as u64)?.to_article()));
                let [Some(first), Some(second)] = articles else { return None };
                unharmed(Stage::Judge, &[&first.id, &second.id], || {
                    let frequencies = list_at(grams, row).into_iter().zip(list_at(counts, row));
                    let frequencies = frequencies
                        .map(|(gram, count)| (gram as u64, u32::try_from(count).unwrap_or(u32::MAX)));
                    let background = Background::counted(documents, ALL_GRAMS, frequencies);
                    let own_documents = u32::try_from(own.value(row)).unwrap_or(2);
                    let background = (documents >= BACKGROUND_MIN_DOCUMENTS as u64)
                        .then_some(PairBackground { background: &background, own_documents });
                    judge_one(&first, &second, background, &settings, scratch)
                })
            })
            .flatten()
            .collect();
        rows::batch(&rows::judged_schema(), &judged)
    })
}

/// The row of two articles, where it is wanted.
fn judge_one(
    first: &Article,
    second: &Article,
    background: Option<PairBackground<'_>>,
    settings: &Settings,
    scratch: &mut Scratch,
) -> Option<Judged> {
    let judgement = Judgement { profile: &settings.profile, cut: settings.min_score };
    let judging = Judging::of_scan(judgement, settings.shared);
    let row = judging.row(&Prepared::new(first), &Prepared::new(second), background, scratch)?;
    let share =
        |reuse: Option<retold::row::Reuse>| reuse.map_or(1.0, |reuse| reuse.verbatim + reuse.reworded);
    let (taken, taken_of_source) = (share(row.reuse), share(row.reuse_source));
    let (full_score, full_confidence) = (row.score, row.direction_confidence.unwrap_or(0.5));
    Some(Judged { row, taken, taken_of_source, full_score, full_confidence })
}

/// Links that may tie (`component`, `source`, `derived`, `relation`, `score`, `confidence`, `taken`,
/// `taken_of_source`), sorted by component, to the articles of each family.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Families(Mutex<Group<NamedLink>>);

/// Source, derived, relation, and the measures of a link.
type NamedLink = (String, String, Relation, [f64; 4]);

/// The articles of a family, without its tree.
#[derive(Serialize)]
struct Articles {
    id: String,
    size: i64,
    members: Vec<String>,
    borrowers: Vec<String>,
    weakest: f64,
}

fn grouped(links: &[NamedLink], found: &mut Vec<Articles>) {
    let mut ids: Vec<&str> = links.iter().flat_map(|link| [link.0.as_str(), link.1.as_str()]).collect();
    ids.sort_unstable();
    ids.dedup();
    let number = |id: &str| ids.partition_point(|&other| other < id) as u32;
    let numbered: Vec<Link> = links
        .iter()
        .map(|(source, derived, relation, [score, direction_confidence, taken, taken_of_source])| Link {
            source: number(source),
            derived: number(derived),
            relation: *relation,
            score: *score,
            direction_confidence: *direction_confidence,
            taken: *taken,
            taken_of_source: *taken_of_source,
        })
        .collect();
    let name = |number: u32| ids[number as usize].to_owned();
    let (groups, _) = family::group(&numbered, |_| true, |one, other| one.cmp(&other));
    found.extend(groups.into_iter().filter_map(|group| {
        let first = *group.members.first()?;
        let scores = group.links.iter().map(|&at| numbered[at].score);
        Some(Articles {
            id: name(first),
            size: group.members.len() as i64,
            weakest: retold::row::rounded(scores.fold(1.0, f64::min)),
            members: group.members.iter().map(|&member| name(member)).collect(),
            borrowers: group.borrowers.iter().map(|tied| name(tied.document)).collect(),
        })
    }));
}

#[pymethods]
impl Families {
    #[new]
    fn new() -> Self {
        Families::default()
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let component = numbers(batch, "component")?;
            let [source, derived, relation] =
                ["source", "derived", "relation"].map(|name| texts(batch, name));
            let (source, derived, relation) = (source?, derived?, relation?);
            let number = |name: &str| {
                let column = batch.column_by_name(name);
                column
                    .and_then(|column| column.as_any().downcast_ref::<Float64Array>())
                    .ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?} of numbers")))
            };
            let measures =
                [number("score")?, number("confidence")?, number("taken")?, number("taken_of_source")?];
            let (mut found, mut group) = (Vec::new(), locked(&self.0));
            for row in 0..batch.num_rows() {
                let named =
                    [&source, &derived, &relation].map(|texts| texts.get(row).unwrap_or("").to_owned());
                let [source, derived, relation] = named;
                let known = Relation::ALL.into_iter().find(|known| known.name() == relation);
                let known = known.ok_or_else(|| {
                    ArrowError::InvalidArgumentError(format!("{relation:?} is no relation"))
                })?;
                let link = (source, derived, known, measures.map(|column| column.value(row)));
                if let Some((_, links)) = group.push(component.value(row), link) {
                    grouped(&links, &mut found);
                }
            }
            rows::batch(&rows::articles_schema(), &found)
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut found = Vec::new();
        if let Some((_, links)) = locked(&self.0).finish() {
            grouped(&links, &mut found);
        }
        rows::batch(&rows::articles_schema(), &found).map(PyRecordBatch::new).map_err(input)
    }
}

/// Checks settings before a job begins.
#[pyfunction]
pub fn check_settings(settings: &str) -> PyResult<()> {
    let settings = options::settings(settings)?;
    match (Banding::THRESHOLD_MIN..=1.0).contains(&settings.threshold) {
        true => Ok(()),
        false => Err(raised(retold::Error::Usage(format!(
            "threshold {}: a Jaccard index from {} to 1 was expected",
            settings.threshold,
            Banding::THRESHOLD_MIN
        )))),
    }
}
