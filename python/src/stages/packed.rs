//! Rows of numbers, many of them in one blob: an engine that takes a microsecond to move a row moves
//! thousands of these as one.
//!
//! Rows are spread over buckets by their first number, and a stage takes the blobs of a bucket together. What
//! comes to a bucket lies in a temporary file where a number that most documents have makes it large, and is
//! gone through twice; what goes out is held until the batch of blobs is done.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch};
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;

use super::judging::{Counting, Gathering};
use super::rewrites::{Holding, Placing, Summing, Tying};
use super::tables::{Made, alone, column, locked, numbers, table};
use crate::errors::input;

/// Documents of which a bucket has the rows, about.
const BUCKET_DOCUMENTS: usize = 2048;
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

    pub fn push(&mut self, row: &[i64]) {
        let Some(&first) = row.first() else { return };
        // features are the smallest of their hashes: the upper bits alone say little
        let mixed = (first as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let bucket = ((u128::from(mixed) * self.0.len() as u128) >> 64) as usize;
        row.iter().for_each(|number| self.0[bucket].extend_from_slice(&number.to_le_bytes()));
    }

    /// `bucket`, `kind`, `rows`: a blob of each bucket that has any.
    pub fn table(&mut self, kind: i64) -> Made<RecordBatch> {
        let blobs = (0..).zip(self.0.iter_mut().map(std::mem::take)).filter(|(_, rows)| !rows.is_empty());
        let (buckets, blobs): (Vec<i64>, Vec<Vec<u8>>) = blobs.unzip();
        let kinds = vec![kind; buckets.len()];
        let rows: ArrayRef = Arc::new(BinaryArray::from_iter_values(blobs));
        table(vec![("bucket", column(buckets)), ("kind", column(kinds)), ("rows", rows)])
    }
}

/// The rows of a blob, of so many numbers each.
pub fn unpacked<const NUMBERS: usize>(blob: &[u8]) -> impl Iterator<Item = [i64; NUMBERS]> + '_ {
    let (numbers, _) = blob.as_chunks::<8>();
    let (rows, _) = numbers.as_chunks::<NUMBERS>();
    rows.iter().map(|row| row.map(i64::from_le_bytes))
}

enum Blob {
    Held(Vec<u8>),
    /// So many bytes of the file, behind those of the blob before.
    Filed(usize),
}

/// The blobs of a bucket, and the kind of each.
#[derive(Default)]
pub struct Blobs {
    blobs: Vec<(i64, Blob)>,
    held_bytes: usize,
    file: Option<File>,
}

impl Blobs {
    fn push(&mut self, kind: i64, bytes: &[u8]) -> io::Result<()> {
        if self.held_bytes + bytes.len() <= HELD_BYTES_MAX {
            self.held_bytes += bytes.len();
            self.blobs.push((kind, Blob::Held(bytes.to_vec())));
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
                (Blob::Held(bytes), _) => visit(*kind, bytes),
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

/// A stage over rows `bucket`, `kind`, `rows` that are sorted by bucket. `stage` is one of `hold`, `place`, `tie`,
/// `sum` (see `rewrites.rs`), `count`, `gather` (see `judging.rs`); `documents` hold features at all.
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
            Some(_) => self.stage.bucket(&mut std::mem::take(&mut self.blobs)),
            None => Ok(()),
        }
    }

    fn push(&mut self, batch: &RecordBatch) -> Made<RecordBatch> {
        let (buckets, kinds) = (numbers(batch, "bucket")?, numbers(batch, "kind")?);
        let blobs = batch.column_by_name("rows").and_then(|rows| rows.as_any().downcast_ref::<BinaryArray>());
        let blobs = blobs.ok_or_else(|| ArrowError::SchemaError("there is no column of blobs".to_owned()))?;
        for row in 0..batch.num_rows() {
            let key = buckets.value(row);
            if self.key != Some(key) {
                self.end()?;
                self.key = Some(key);
            }
            self.blobs.push(kinds.value(row), blobs.value(row))?;
        }
        self.stage.take()
    }
}

#[pymethods]
impl Packed {
    #[new]
    fn new(stage: &str, buckets: usize, documents: usize) -> PyResult<Self> {
        let stage: Box<dyn BucketStage> = match stage {
            "hold" => Box::new(Holding::over(buckets)),
            "place" => Box::new(Placing::over(buckets)),
            "tie" => Box::new(Tying::over(buckets, documents)),
            "sum" => Box::new(Summing::default()),
            "count" => Box::new(Counting::over(buckets)),
            "gather" => Box::new(Gathering::default()),
            other => return Err(input(format!("there is no stage {other:?}"))),
        };
        Ok(Packed(Mutex::new(Buckets { stage, key: None, blobs: Blobs::default() })))
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
