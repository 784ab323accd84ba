//! Copies: documents that meet in a bucket, verified, and their clusters.

use std::sync::{Arc, Mutex};

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use rayon::prelude::*;
use retold::barrier::Stage;
use retold::candidate::{CopyClusters, VerifiedLink};
use retold::pipeline::{ACROSS_PAIRED_MAX, COPIES_PAIRED_MAX};
use retold::shingle::{Overlap, ShingleSet};

use super::tables::{Group, Made, Pairs, alone, column, locked, numbers, table, texts, unharmed};
use crate::errors::input;

/// Documents of a bucket up to which all their pairs are told.
const BUCKET_DOCUMENTS_MAX: usize = 128;

/// Copies of one text that are paired with each other, and pairs of two texts' copies that are judged.
#[pyfunction]
pub fn copies_limits() -> (usize, usize) {
    (COPIES_PAIRED_MAX, ACROSS_PAIRED_MAX)
}

/// Buckets to pairs: rows `bucket`, `doc`, sorted by bucket and identity. All pairs of a bucket, or with its
/// first document alone if it is large.
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

/// An end of a link: when it was printed (undated ones last), its id, its number.
type End = (i64, String, i64);

/// A verified link of two texts, and the shingles that both have, the one, and the other.
struct CopyLink {
    ends: [End; 2],
    counts: [u32; 3],
}

/// Links of copies (`component`, `a`, `b`, `shared`, `of_a`, `of_b`, and of both ends `seconds_a`, `id_a`,
/// …), sorted by component, to pairs `a`, `b`: each text and its representative, and, where `is_bridge` says so,
/// texts whose link joins two clusters.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Cluster(Mutex<Group<CopyLink>>);

#[derive(Default)]
struct Clustered {
    pairs: Pairs,
    are_bridges: Vec<bool>,
}

impl Clustered {
    fn push(&mut self, a: i64, b: i64, is_bridge: bool) {
        self.pairs.a.push(a);
        self.pairs.b.push(b);
        self.are_bridges.push(is_bridge);
    }

    /// Clusters of a component. Texts are numbered by date and id, so that the first of equals stands first.
    fn cluster(&mut self, links: &[CopyLink]) {
        let mut ends: Vec<&End> = links.iter().flat_map(|link| &link.ends).collect();
        ends.sort_unstable();
        ends.dedup();
        let number = |end: &End| ends.partition_point(|&other| other < end) as u32;
        let mut numbered: Vec<VerifiedLink> = links
            .iter()
            .map(|CopyLink { ends: [one, other], counts: [shared, of_one, of_other] }| {
                let (a, b) = (number(one), number(other));
                let (a, b, of_a, of_b) = match a < b {
                    true => (a, b, *of_one, *of_other),
                    false => (b, a, *of_other, *of_one),
                };
                VerifiedLink { a, b, overlap: Overlap { shared: *shared, a: of_a, b: of_b } }
            })
            .collect();
        numbered.sort_unstable_by_key(|link| (link.a, link.b));
        let clusters = CopyClusters::new((0..ends.len() as u32).collect(), numbered);
        let document = |number: u32| ends[number as usize].2;
        for (number, &of) in (0..).zip(&clusters.representative) {
            self.push(document(number), document(of), false);
        }
        for pair in clusters.bridges(|one, other| one.cmp(&other)) {
            self.push(document(pair.a), document(pair.b), true);
        }
    }

    fn table(self) -> Made<RecordBatch> {
        let are_bridges: ArrayRef = Arc::new(BooleanArray::from(self.are_bridges));
        table(vec![("a", column(self.pairs.a)), ("b", column(self.pairs.b)), ("is_bridge", are_bridges)])
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
            let documents = [numbers(batch, "a")?, numbers(batch, "b")?];
            let seconds = [numbers(batch, "seconds_a")?, numbers(batch, "seconds_b")?];
            let ids = [texts(batch, "id_a")?, texts(batch, "id_b")?];
            let counts = [numbers(batch, "shared")?, numbers(batch, "of_a")?, numbers(batch, "of_b")?];
            let (mut found, mut group) = (Clustered::default(), locked(&self.0));
            for row in 0..batch.num_rows() {
                let end = |side: usize| {
                    let date = seconds[side].is_valid(row).then(|| seconds[side].value(row));
                    let id = ids[side].get(row).unwrap_or("").to_owned();
                    (date.unwrap_or(i64::MAX), id, documents[side].value(row))
                };
                let counts = counts.map(|counts| u32::try_from(counts.value(row)).unwrap_or(0));
                let link = CopyLink { ends: [end(0), end(1)], counts };
                if let Some((_, links)) = group.push(component.value(row), link) {
                    found.cluster(&links);
                }
            }
            found.table()
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut found = Clustered::default();
        if let Some((_, links)) = locked(&self.0).finish() {
            found.cluster(&links);
        }
        found.table().map(PyRecordBatch::new).map_err(input)
    }
}
