//! Rows of numbers, many of them in one blob: an engine that takes a microsecond to move a row moves
//! thousands of these as one.
//!
//! Rows are spread over buckets by a key, and a stage takes the blobs of a bucket together. What
//! comes to a bucket lies in a temporary file where a number that most documents have makes it large, and is
//! gone through twice; what goes out is held until the batch of blobs is done.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use arrow_array::builder::BinaryBuilder;
use arrow_array::{ArrayRef, BinaryArray, RecordBatch};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::copies::Pairing;
use super::judging::{Counting, Gathering};
use super::rewrites::{Holding, Meeting};
use super::tables::{Made, alone, column, locked, numbers, packed_lists, table};
use crate::errors::input;

/// Documents of which a bucket has the rows, about.
const BUCKET_DOCUMENTS: usize = 4096;
/// There are no more buckets than these.
const BUCKETS_MAX: usize = 1 << 16;
/// Blobs of a bucket that take more bytes lie in a file.
const HELD_BYTES_MAX: usize = 256 << 20;

/// Over how many buckets the rows of so many documents are spread.
#[pyfunction]
pub fn buckets(documents: usize) -> usize {
    documents.div_ceil(BUCKET_DOCUMENTS).clamp(1, BUCKETS_MAX)
}

/// Rows by buckets.
pub struct Spread(Vec<Vec<u8>>);

impl Spread {
    pub fn over(buckets: usize) -> Self {
        Spread(vec![Vec::new(); buckets.clamp(1, BUCKETS_MAX)])
    }

    /// A row, into the bucket that its key comes to.
    pub fn push(&mut self, key: i64, row: &(impl IntoBytes + Immutable)) {
        self.bucket(key).extend_from_slice(row.as_bytes());
    }

    /// A row with others behind it.
    pub fn push_with<T: IntoBytes + Immutable>(
        &mut self,
        key: i64,
        row: &(impl IntoBytes + Immutable),
        others: &[T],
    ) {
        let bucket = self.bucket(key);
        bucket.extend_from_slice(row.as_bytes());
        bucket.extend_from_slice(others.as_bytes());
    }

    fn bucket(&mut self, key: i64) -> &mut Vec<u8> {
        // features are the smallest of their hashes: the upper bits alone say little
        let mixed = (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bucket = ((u128::from(mixed) * self.0.len() as u128) >> 64) as usize;
        &mut self.0[bucket]
    }

    /// `bucket`, `kind`, `rows`: a blob of each bucket that has any.
    pub fn table(&mut self, kind: i64) -> Made<RecordBatch> {
        let blobs = (0..).zip(self.0.iter_mut().map(std::mem::take)).filter(|(_, rows)| !rows.is_empty());
        let (buckets, blobs): (Vec<i64>, Vec<Vec<u8>>) = blobs.unzip();
        let kinds = vec![kind; buckets.len()];
        let mut rows = BinaryBuilder::with_capacity(blobs.len(), blobs.iter().map(Vec::len).sum());
        blobs.into_iter().for_each(|blob| rows.append_value(blob));
        let rows: ArrayRef = Arc::new(rows.finish());
        table(vec![("bucket", column(buckets)), ("kind", column(kinds)), ("rows", rows)])
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
    held_bytes: usize,
    held_bytes_max: usize,
    file: Option<File>,
}

impl Blobs {
    fn up_to(held_bytes_max: usize) -> Self {
        Blobs { blobs: Vec::new(), held_bytes: 0, held_bytes_max, file: None }
    }

    /// Whether all of them lie in memory.
    pub fn are_held(&self) -> bool {
        self.file.is_none()
    }

    fn push(&mut self, kind: i64, blobs: &BinaryArray, row: usize) -> io::Result<()> {
        let bytes = blobs.value(row);
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
    pub fn each(&mut self, mut visit: impl FnMut(i64, &[u8])) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(0))?;
        }
        let mut room = Vec::new();
        for (kind, blob) in &self.blobs {
            match (blob, &mut self.file) {
                (Blob::Filed(bytes), Some(file)) => {
                    room.resize(*bytes, 0);
                    file.read_exact(&mut room)?;
                    visit(*kind, &room);
                }
                (Blob::Held(blobs, row), _) => visit(*kind, blobs.value(*row)),
                (Blob::Filed(_), None) => {}
            }
        }
        Ok(())
    }
}

/// What is made of the rows of buckets.
pub trait BucketStage: Send {
    fn bucket(&mut self, blobs: &mut Blobs) -> io::Result<()>;

    /// What came of the buckets since it was last asked.
    fn take(&mut self) -> Made<RecordBatch>;
}

/// A stage over rows `bucket`, `kind`, `rows` that are sorted by bucket. `stage` is one of `pair`
/// (see `copies.rs`), `hold`, `meet` (see `rewrites.rs`), `count`, `gather` (see `judging.rs`); `documents`
/// hold features at all.
#[pyclass(frozen, module = "retold._retold")]
pub struct Packed(Mutex<Buckets>);

struct Buckets {
    stage: Box<dyn BucketStage>,
    key: Option<i64>,
    blobs: Blobs,
}

impl Buckets {
    fn end(&mut self) -> io::Result<()> {
        match self.key.take() {
            Some(_) => {
                let next = Blobs::up_to(self.blobs.held_bytes_max);
                self.stage.bucket(&mut std::mem::replace(&mut self.blobs, next))
            }
            None => Ok(()),
        }
    }

    fn push(&mut self, batch: &RecordBatch) -> Made<RecordBatch> {
        let (buckets, kinds) = (numbers(batch, "bucket")?, numbers(batch, "kind")?);
        let blobs = packed_lists(batch, "rows")?;
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

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| locked(&self.0).push(batch))
    }

    fn finish(&self, py: Python<'_>) -> PyResult<PyRecordBatch> {
        let made = py.detach(|| {
            let mut buckets = locked(&self.0);
            buckets.end()?;
            buckets.stage.take()
        });
        made.map(PyRecordBatch::new).map_err(input)
    }
}
