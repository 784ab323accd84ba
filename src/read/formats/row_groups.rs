//! The row groups of a Parquet file.
//!
//! Each can be decoded without the others. Short ones are, on the threads that go on with their rows; a long
//! one is decoded in order, batch by batch, since all of it would not fit into memory as often as there are
//! threads.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use arrow_schema::Schema;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Type as PhysicalType;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::schema::types::SchemaDescriptor;

use super::columnar::{self, BATCH_ROWS, Paths, TableRows, damaged, guarded};
use super::{Context, Extracted, Piece, Pieces};
use crate::read::json_lines::FieldProblem;
use crate::work::read_exact_at;

/// What is read of a row group is decoded at once up to this many bytes: libraries of data sets write a
/// thousand rows to a group.
const SHORT_BYTES: u64 = 4 << 20;

/// A file that many threads read at places of their own.
#[derive(Clone)]
struct Placed {
    file: Arc<File>,
    length: u64,
}

impl Length for Placed {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Placed {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(BufReader::new(From { placed: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        // before there is memory for what a damaged file only claims to hold
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} reach beyond its end")));
        }
        let mut bytes = vec![0; length];
        read_exact_at(&self.file, &mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// The file from a place on.
struct From {
    placed: Placed,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.placed.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        read_exact_at(&self.placed.file, &mut buffer[..count], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// What it takes to decode any of the groups.
#[derive(Clone)]
struct Decoder {
    file: Placed,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    paths: Arc<Paths>,
}

impl Decoder {
    fn rows(&self, group: &Group) -> Result<TableRows<'static>, Box<FieldProblem>> {
        let reader = self.batches(group.at).map_err(|error| damaged("Parquet", &error))?;
        Ok(TableRows::new(Box::new(reader), self.paths.clone(), group.rows_before))
    }

    /// All articles of a short group.
    fn extract(
        &self,
        group: &Group,
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        // a group says itself how long it is: one that is longer is damaged
        let most = out.bytes().len() + 4 * SHORT_BYTES as usize;
        let mut numbered = group.rows_before;
        for batch in self.batches(group.at).map_err(|error| damaged("Parquet", &error))? {
            let batch = batch.map_err(|error| damaged("table", &error))?;
            columnar::extract(&batch, &self.paths, numbered, context, out)?;
            numbered += batch.num_rows() as u64;
            if out.bytes().len() > most {
                return Err(damaged("Parquet", &"a row group is longer than it says"));
            }
        }
        Ok(())
    }

    fn batches(&self, group: usize) -> ParquetResult<ParquetRecordBatchReader> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.mask.clone())
            .with_batch_size(BATCH_ROWS)
            .build()
    }
}

struct Group {
    at: usize,
    rows: u64,
    rows_before: u64,
    /// What comes of the columns that are read.
    bytes: u64,
}

pub(super) struct RowGroups {
    decoder: Arc<Decoder>,
    left: VecDeque<Group>,
    /// A long group that is being read.
    begun: Option<TableRows<'static>>,
}

impl RowGroups {
    /// `wanted` tells the columns that are read.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or what `wanted` says.
    pub(super) fn open(
        file: File,
        wanted: impl FnOnce(&Schema, &SchemaDescriptor) -> Result<(Paths, ProjectionMask), Box<FieldProblem>>,
    ) -> Result<Self, Box<FieldProblem>> {
        let length = file.metadata().map_err(|error| damaged("Parquet", &error))?.len();
        let file = Placed { file: Arc::new(file), length };
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default());
        let metadata = metadata.map_err(|error| damaged("Parquet", &error))?;
        let (paths, mask) = wanted(metadata.schema(), metadata.parquet_schema())?;
        let mut rows_before = 0;
        let group = |(at, group): (usize, &RowGroupMetaData)| {
            let columns = group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf));
            let bytes = columns.map(|(_, column)| bytes_of(column)).fold(0, u64::saturating_add);
            let rows = u64::try_from(group.num_rows()).unwrap_or(0);
            let found = Group { at, rows, rows_before, bytes };
            rows_before = rows_before.saturating_add(rows);
            found
        };
        let groups = metadata.metadata().row_groups().iter().enumerate().map(group);
        let left = groups.filter(|group| group.rows > 0).collect();
        let decoder = Arc::new(Decoder { file, metadata, mask, paths: Arc::new(paths) });
        Ok(RowGroups { decoder, left, begun: None })
    }

    /// As many short groups as fill a piece, to be decoded by who takes the piece.
    fn put_off(&mut self, first: Group, piece: &mut Piece) {
        let mut bytes = first.bytes;
        let mut groups = vec![first];
        while let Some(next) = self.left.front()
            && bytes.saturating_add(next.bytes) <= piece.target_bytes() as u64
        {
            bytes += next.bytes;
            groups.extend(self.left.pop_front());
        }
        let decoder = self.decoder.clone();
        piece.put_off(bytes, move |context, out| {
            for group in groups {
                if let Err(problem) = guarded(|| decoder.extract(&group, context, out)) {
                    out.problems.push((group.rows_before + 1, problem));
                }
            }
        });
    }
}

/// What comes of a column of a group; the most that there is where the file does not tell. A text that is
/// written once, in a dictionary, may stand in every row.
fn bytes_of(column: &ColumnChunkMetaData) -> u64 {
    let stored = u64::try_from(column.uncompressed_size()).unwrap_or(u64::MAX);
    if column.column_type() != PhysicalType::BYTE_ARRAY {
        return stored
            .saturating_add(u64::try_from(column.num_values()).unwrap_or(u64::MAX).saturating_mul(8));
    }
    let said = column.unencoded_byte_array_data_bytes().and_then(|bytes| u64::try_from(bytes).ok());
    said.or(column.dictionary_page_offset().is_none().then_some(stored)).unwrap_or(u64::MAX)
}

impl Pieces for RowGroups {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        loop {
            if let Some(rows) = &mut self.begun {
                if guarded(|| rows.put_off(piece))? {
                    return Ok(true);
                }
                self.begun = None;
            }
            let Some(group) = self.left.pop_front() else { return Ok(false) };
            if group.bytes > SHORT_BYTES {
                self.begun = Some(guarded(|| self.decoder.rows(&group))?);
            } else {
                self.put_off(group, piece);
                return Ok(true);
            }
        }
    }
}
