//! Rows of numbers, many of them in one blob: an engine that takes a microsecond to move a row moves
//! thousands of these as one.
//!
//! Rows are spread over buckets by a key, and a stage takes the blobs of a bucket together. What comes to a
//! bucket lies in a temporary file where a number that most documents have makes it large, and is gone through
//! as often as it takes to hold a part of it; what goes out is held until the batch of blobs is done.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use arrow_array::builder::BinaryBuilder;
use arrow_array::{ArrayRef, BinaryArray, RecordBatch};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use rustc_hash::FxHashMap;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::copies::Pairing;
use super::judging::{Counting, Gathering};
use super::rewrites::{Holding, Meeting};
use super::tables::{Made, column, in_order, locked, numbers, packed_lists, several, table};
use crate::errors::input;

/// Documents of which a bucket has the rows, about.
const BUCKET_DOCUMENTS: usize = 2048;
/// There are no more buckets than these.
const BUCKETS_MAX: usize = 1 << 16;
/// Blobs of a bucket that take more bytes lie in a file.
const HELD_BYTES_MAX: usize = 256 << 20;
/// Blobs of so many bytes make a batch.
const BATCH_BYTES: usize = 64 << 20;

/// Over how many buckets the rows of so many documents are spread.
#[pyfunction]
pub fn buckets(documents: usize) -> usize {
    documents.div_ceil(BUCKET_DOCUMENTS).clamp(1, BUCKETS_MAX)
}

/// Rows by buckets.
pub struct Spread {
    buckets: Vec<Vec<u8>>,
    bytes: usize,
    kind: i64,
    full: Vec<RecordBatch>,
}

impl Spread {
    pub fn over(buckets: usize, kind: i64) -> Self {
        Spread { buckets: vec![Vec::new(); buckets.clamp(1, BUCKETS_MAX)], bytes: 0, kind, full: Vec::new() }
    }

    /// A row, into the bucket that its key comes to.
    ///
    /// # Errors
    /// [`ArrowError`] where blobs are too long for a column.
    pub fn push(&mut self, key: i64, row: &(impl IntoBytes + Immutable)) -> Made<()> {
        self.push_with::<u8>(key, row, &[])
    }

    /// A row with others behind it.
    ///
    /// # Errors
    /// As [`Spread::push`].
    pub fn push_with<T: IntoBytes + Immutable>(
        &mut self,
        key: i64,
        row: &(impl IntoBytes + Immutable),
        others: &[T],
    ) -> Made<()> {
        // features are the smallest of their hashes: the upper bits alone say little
        let mixed = (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bucket = ((u128::from(mixed) * self.buckets.len() as u128) >> 64) as usize;
        let bytes = &mut self.buckets[bucket];
        bytes.extend_from_slice(row.as_bytes());
        bytes.extend_from_slice(others.as_bytes());
        self.bytes += size_of_val(row) + size_of_val(others);
        if self.bytes < BATCH_BYTES {
            return Ok(());
        }
        let full = self.batch()?;
        self.full.push(full);
        Ok(())
    }

    /// `bucket`, `kind`, `rows`: a blob of each bucket that has any.
    fn batch(&mut self) -> Made<RecordBatch> {
        let blobs =
            (0..).zip(self.buckets.iter_mut().map(std::mem::take)).filter(|(_, rows)| !rows.is_empty());
        let (buckets, blobs): (Vec<i64>, Vec<Vec<u8>>) = blobs.unzip();
        let kinds = vec![self.kind; buckets.len()];
        let mut rows = BinaryBuilder::with_capacity(blobs.len(), self.bytes);
        blobs.into_iter().for_each(|blob| rows.append_value(blob));
        self.bytes = 0;
        let rows: ArrayRef = Arc::new(rows.finish());
        table(vec![("bucket", column(buckets)), ("kind", column(kinds)), ("rows", rows)])
    }

    /// All that was pushed since, in batches.
    ///
    /// # Errors
    /// As [`Spread::push`].
    pub fn take(&mut self) -> Made<Vec<RecordBatch>> {
        let last = self.batch()?;
        let mut batches = std::mem::take(&mut self.full);
        batches.push(last);
        Ok(batches)
    }
}

/// The rows of a blob of rows of one size.
pub fn unpacked<R: FromBytes + Immutable + KnownLayout + Unaligned>(blob: &[u8]) -> &[R] {
    let rows = blob.len() / size_of::<R>().max(1);
    <[R]>::ref_from_prefix_with_elems(blob, rows).map_or(&[], |(rows, _)| rows)
}

enum Blob {
    /// A row of a column.
    Held(BinaryArray, usize),
    /// So many bytes of the file, behind those of the blob before.
    Filed(usize),
}

/// The blobs of a bucket, and the kind of each.
pub struct Blobs {
    blobs: Vec<(i64, Blob)>,
    bytes: usize,
    held_bytes: usize,
    held_bytes_max: usize,
    file: Option<File>,
}

impl Blobs {
    fn up_to(held_bytes_max: usize) -> Self {
        Blobs { blobs: Vec::new(), bytes: 0, held_bytes: 0, held_bytes_max, file: None }
    }

    /// In how many passes over them that take a part of their keys each a part is held.
    pub fn passes(&self) -> u64 {
        self.bytes.div_ceil(self.held_bytes_max.max(1)).max(1) as u64
    }

    fn push(&mut self, kind: i64, blobs: &BinaryArray, row: usize) -> io::Result<()> {
        let bytes = blobs.value(row);
        self.bytes += bytes.len();
        if self.held_bytes + bytes.len() <= self.held_bytes_max {
            self.held_bytes += bytes.len();
            self.blobs.push((kind, Blob::Held(blobs.clone(), row)));
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(bytes)?;
        self.blobs.push((kind, Blob::Filed(bytes.len())));
        Ok(())
    }

    /// Visits all blobs with their kinds.
    pub fn each(&mut self, mut visit: impl FnMut(i64, &[u8]) -> Made<()>) -> Made<()> {
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(0))?;
        }
        let mut room = Vec::new();
        for (kind, blob) in &self.blobs {
            match (blob, &mut self.file) {
                (Blob::Filed(bytes), Some(file)) => {
                    room.resize(*bytes, 0);
                    file.read_exact(&mut room)?;
                    visit(*kind, &room)?;
                }
                (Blob::Held(blobs, row), _) => visit(*kind, blobs.value(*row))?,
                (Blob::Filed(_), None) => {}
            }
        }
        Ok(())
    }

    /// Visits all rows, where all are of one size.
    pub fn each_row<R: FromBytes + Immutable + KnownLayout + Unaligned>(
        &mut self,
        mut visit: impl FnMut(&R) -> Made<()>,
    ) -> Made<()> {
        self.each(|_, blob| unpacked(blob).iter().try_for_each(&mut visit))
    }
}

/// Whether a key is of a pass.
pub fn is_of_pass(key: i64, pass: u64, passes: u64) -> bool {
    (key as u64) % passes == pass
}

/// The rows of a bucket by those keys that are wanted: how many have it, and the first of them.
pub fn groups<R, K>(
    blobs: &mut Blobs,
    key: impl Fn(&R) -> i64,
    order: impl Fn(&R) -> K,
    is_wanted: impl Fn(i64) -> bool,
) -> Made<FxHashMap<i64, (usize, R)>>
where
    R: FromBytes + Immutable + KnownLayout + Unaligned + Copy,
    K: Ord,
{
    let mut groups: FxHashMap<i64, (usize, R)> = FxHashMap::default();
    blobs.each_row(|row: &R| {
        if is_wanted(key(row)) {
            let (count, first) = groups.entry(key(row)).or_insert((0, *row));
            *count += 1;
            if order(row) < order(first) {
                *first = *row;
            }
        }
        Ok(())
    })?;
    Ok(groups)
}

/// What is made of the rows of buckets.
pub trait BucketStage: Send {
    /// # Errors
    /// [`ArrowError`] where blobs cannot be read again, or are too long.
    fn bucket(&mut self, blobs: &mut Blobs) -> Made<()>;

    /// What came of the buckets since it was last asked.
    ///
    /// # Errors
    /// [`ArrowError`] where columns do not fit together.
    fn take(&mut self) -> Made<Vec<RecordBatch>>;
}

/// A stage over rows `bucket`, `kind`, `rows` that are sorted by bucket. `stage` is one of `pair`
/// (see `copies.rs`), `hold`, `meet` (see `rewrites.rs`), `count`, `gather` (see `judging.rs`); `documents`
/// hold features at all, which `meet` asks for.
#[pyclass(frozen, module = "retold._retold")]
pub struct Packed(Mutex<Buckets>);

struct Buckets {
    stage: Box<dyn BucketStage>,
    key: Option<i64>,
    blobs: Blobs,
}

impl Buckets {
    fn end(&mut self) -> Made<()> {
        match self.key.take() {
            Some(_) => {
                let next = Blobs::up_to(self.blobs.held_bytes_max);
                self.stage.bucket(&mut std::mem::replace(&mut self.blobs, next))
            }
            None => Ok(()),
        }
    }

    fn push(&mut self, batch: &RecordBatch) -> Made<Vec<RecordBatch>> {
        let (buckets, kinds) = (numbers(batch, "bucket")?, numbers(batch, "kind")?);
        let blobs = &packed_lists(batch, "rows")?;
        for row in 0..batch.num_rows() {
            let key = buckets.value(row);
            if self.key != Some(key) {
                self.end()?;
                self.key = Some(key);
            }
            self.blobs.push(kinds.value(row), blobs, row)?;
        }
        self.stage.take()
    }
}

#[pymethods]
impl Packed {
    #[new]
    #[pyo3(signature = (stage, buckets, documents, held_bytes_max = HELD_BYTES_MAX))]
    fn new(stage: &str, buckets: usize, documents: usize, held_bytes_max: usize) -> PyResult<Self> {
        let stage: Box<dyn BucketStage> = match stage {
            "pair" => Box::new(Pairing::default()),
            "hold" => Box::new(Holding::over(buckets)),
            "meet" => Box::new(Meeting::among(documents)),
            "count" => Box::new(Counting::over(buckets)),
            "gather" => Box::new(Gathering::default()),
            other => return Err(input(format!("there is no stage {other:?}"))),
        };
        Ok(Packed(Mutex::new(Buckets { stage, key: None, blobs: Blobs::up_to(held_bytes_max) })))
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<Vec<PyRecordBatch>> {
        several(py, batch, |batch| locked(&self.0).push(batch))
    }

    fn finish(&self, py: Python<'_>) -> PyResult<Vec<PyRecordBatch>> {
        let made = py.detach(|| {
            let mut buckets = locked(&self.0);
            buckets.end()?;
            buckets.stage.take()
        });
        made.map(in_order).map_err(input)
    }
}
