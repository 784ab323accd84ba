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
use zerocopy::little_endian::I64;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::packed::{Blobs, BucketStage, Spread, groups, is_of_pass, unpacked};
use super::tables::{
    Group, Made, Pairs, alone, column, locked, numbers, packed_lists, several, table, texts, unharmed,
};
use crate::errors::input;

/// Documents of a bucket up to which all their pairs are told.
const BUCKET_DOCUMENTS_MAX: usize = 128;

/// Copies of one text that are paired with each other, and pairs of two texts' copies that are judged.
#[pyfunction]
pub fn copies_limits() -> (usize, usize) {
    (COPIES_PAIRED_MAX, ACROSS_PAIRED_MAX)
}

/// A document in a bucket of one of its bands.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct InBand {
    key: I64,
    /// Its text's identity.
    text: I64,
    doc: I64,
}

/// Texts (`doc`, `text`, `bands`) to rows of bands, in blobs.
#[pyfunction]
pub fn spread_bands(py: Python<'_>, batch: PyRecordBatch, buckets: usize) -> PyResult<Vec<PyRecordBatch>> {
    several(py, batch, |batch| {
        let (doc, text) = (numbers(batch, "doc")?, numbers(batch, "text")?);
        let bands = packed_lists(batch, "bands")?;
        let mut spread = Spread::over(buckets, 0);
        for row in 0..batch.num_rows() {
            let [doc, text] = [&doc, &text].map(|column| I64::new(column.value(row)));
            for &key in unpacked::<I64>(bands.value(row)) {
                spread.push(key.get(), &InBand { key, text, doc })?;
            }
        }
        spread.take()
    })
}

/// Rows of bands to pairs: all pairs of those that meet in a bucket, or with the one of the smallest identity
/// alone if they are many.
#[derive(Default)]
pub struct Pairing(Pairs);

impl BucketStage for Pairing {
    fn bucket(&mut self, blobs: &mut Blobs) -> Made<()> {
        let passes = blobs.passes();
        for pass in 0..passes {
            self.pass(blobs, |key| is_of_pass(key, pass, passes))?;
        }
        Ok(())
    }

    fn take(&mut self) -> Made<Vec<RecordBatch>> {
        let Pairs { a, b } = std::mem::take(&mut self.0);
        Ok(vec![table(vec![("a", column(a)), ("b", column(b))])?])
    }
}

impl Pairing {
    fn pass(&mut self, blobs: &mut Blobs, is_wanted: impl Fn(i64) -> bool) -> Made<()> {
        let key = |row: &InBand| row.key.get();
        let groups = groups(blobs, key, |row| (row.text.get(), row.doc.get()), is_wanted)?;
        let mut together: Vec<InBand> = Vec::new();
        blobs.each_row(|row: &InBand| {
            match groups.get(&row.key.get()) {
                None | Some((0 | 1, _)) => {}
                Some((2..=BUCKET_DOCUMENTS_MAX, _)) => together.push(*row),
                Some((_, first)) if first.doc == row.doc => {}
                Some((_, first)) => self.0.push(first.doc.get(), row.doc.get()),
            }
            Ok(())
        })?;
        together.sort_unstable_by_key(key);
        for met in together.chunk_by(|one, other| one.key == other.key) {
            for (at, one) in met.iter().enumerate() {
                met[at + 1..].iter().for_each(|other| self.0.push(one.doc.get(), other.doc.get()));
            }
        }
        Ok(())
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
