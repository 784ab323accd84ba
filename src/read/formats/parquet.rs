//! Parquet, and Arrow's own files (IPC, also called Feather): tables by columns.
//!
//! Only the columns that hold fields of an article are read. A nested field is named with dots, an item of a
//! list by its number. All cells become text as they would stand in a CSV: dates as ISO 8601, a list of texts
//! as its paragraphs.

use super::table::extract_row;
use super::{Context, Extracted, FormatSource, InputFormat, Pieces};
use crate::read::json_lines::FieldProblem;

pub(super) struct Parquet;
pub(super) struct ArrowIpc;

const PARQUET_MAGIC: &[u8] = b"PAR1";
const FILE_MAGIC: &[u8] = b"ARROW1";
/// A stream begins with a schema: no length, then its length, which is even and short.
const STREAM_MAGIC: &[u8] = b"\xFF\xFF\xFF\xFF";

impl InputFormat for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        head.starts_with(PARQUET_MAGIC)
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("row")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        reading::open_parquet(source)
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        extract_row(record, context, out)
    }
}

impl InputFormat for ArrowIpc {
    fn name(&self) -> &'static str {
        "arrow"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["arrow", "arrows", "feather", "ipc"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        let is_stream = head.strip_prefix(STREAM_MAGIC).and_then(|rest| rest.first_chunk::<4>());
        let is_length = |length: &[u8; 4]| matches!(i32::from_le_bytes(*length), 8..=0x0100_0000);
        head.starts_with(FILE_MAGIC) || is_stream.is_some_and(is_length)
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("row")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        reading::open_arrow(source)
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        extract_row(record, context, out)
    }
}

#[cfg(not(feature = "parquet"))]
mod reading {
    use super::super::{FormatSource, Pieces};
    use crate::read::RejectionKind;
    use crate::read::json_lines::FieldProblem;

    pub(super) fn open_parquet<'a>(
        _source: FormatSource<'a>,
    ) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let reason = "Parquet is not read by this build of retold (its feature `parquet` is off)";
        Err(FieldProblem::new(RejectionKind::UnknownFormat, reason))
    }

    pub(super) fn open_arrow<'a>(
        _source: FormatSource<'a>,
    ) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let reason = "Arrow files are not read by this build of retold (its feature `parquet` is off)";
        Err(FieldProblem::new(RejectionKind::UnknownFormat, reason))
    }
}

#[cfg(feature = "parquet")]
mod reading {
    use std::fs::File;
    use std::io::{BufReader, Read, Seek, SeekFrom};

    use arrow_array::RecordBatch;
    use arrow_ipc::reader::{FileReaderBuilder, StreamReader};
    use arrow_schema::{ArrowError, DataType, FieldRef, Fields, Schema};
    use parquet::arrow::ProjectionMask;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::schema::types::SchemaDescriptor;

    use super::super::table::{COLUMNS, Columns, TEXT, push_cells};
    use super::super::{FormatSource, Piece, Pieces, arrow_cells::Cells, arrow_check};
    use super::FILE_MAGIC;
    use crate::barrier::{self, Stage};
    use crate::read::RejectionKind;
    use crate::read::json_lines::{FieldMap, FieldProblem};

    type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + 'a>;

    /// Rows that are decoded at a time: of long articles, some megabytes.
    const BATCH_ROWS: usize = 256;

    /// Between the texts of a list: of a text its paragraphs, of other fields the first one speaks for all.
    const BETWEEN_PARAGRAPHS: Option<&str> = Some("\n\n");
    const BETWEEN_NAMES: Option<&str> = None;

    /// Rows of a table, batch by batch.
    struct TableRows<'a> {
        batches: Batches<'a>,
        /// Names of the columns that hold the fields.
        paths: [Option<String>; COLUMNS],
        batch: Option<(RecordBatch, usize)>,
        number: u64,
        limit_bytes: usize,
    }

    pub(super) fn open_parquet<'a>(
        source: FormatSource<'a>,
    ) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let (limit_bytes, map) = (source.options.record_limit_bytes, source.map);
        let file = seekable(source)?;
        guarded(|| {
            let builder =
                ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged("Parquet", &error))?;
            let paths = paths(builder.schema(), map)?;
            let mask = mask(builder.parquet_schema(), &paths);
            let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
            let reader = reader.map_err(|error| damaged("Parquet", &error))?;
            Ok(rows(Box::new(reader), paths, limit_bytes))
        })
    }

    pub(super) fn open_arrow<'a>(
        mut source: FormatSource<'a>,
    ) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let (limit_bytes, map) = (source.options.record_limit_bytes, source.map);
        let mut magic = [0; 6];
        let (filled, _) = source.stream.fill(&mut magic);
        let is_file = magic[..filled] == *FILE_MAGIC;
        source.stream.put_back(&magic[..filled]);
        let bomb_limit_bytes = source.options.bomb_limit_bytes;
        let mut file = seekable(source)?;
        guarded(|| {
            arrow_check::check(&mut file, is_file, bomb_limit_bytes)
                .map_err(|error| damaged("Arrow", &error))?;
            let file = BufReader::new(file);
            let (schema, batches): (_, Batches<'a>) = if is_file {
                let reader =
                    FileReaderBuilder::new().build(file).map_err(|error| damaged("Arrow", &error))?;
                (reader.schema(), Box::new(reader))
            } else {
                let reader = StreamReader::try_new(file, None).map_err(|error| damaged("Arrow", &error))?;
                (reader.schema(), Box::new(reader))
            };
            let paths = paths(&schema, map)?;
            Ok(rows(batches, paths, limit_bytes))
        })
    }

    fn rows<'a>(
        batches: Batches<'a>,
        paths: [Option<String>; COLUMNS],
        limit_bytes: usize,
    ) -> Box<dyn Pieces + 'a> {
        Box::new(TableRows { batches, paths, batch: None, number: 0, limit_bytes })
    }

    fn damaged(what: &str, error: &dyn std::fmt::Display) -> Box<FieldProblem> {
        let said = error.to_string().replace(['\n', '\r'], " ");
        let said: String = said.chars().take(200).collect();
        FieldProblem::new(RejectionKind::Unreadable, format!("it is no {what} file that can be read: {said}"))
    }

    /// Runs what reads bytes that anyone may have written: the decoders promise errors, and a panic of theirs
    /// is one.
    fn guarded<R>(read: impl FnOnce() -> Result<R, Box<FieldProblem>>) -> Result<R, Box<FieldProblem>> {
        barrier::guarded(Stage::Read, |_| false, read).unwrap_or_else(|_| {
            Err(FieldProblem::new(RejectionKind::Unreadable, "its data are damaged; the rest was left out"))
        })
    }

    /// The file itself, or a copy of a stream, which has no middle that could be entered.
    fn seekable(mut source: FormatSource<'_>) -> Result<File, Box<FieldProblem>> {
        if let Some(file) = source.file {
            return Ok(file);
        }
        let failed = |error: std::io::Error| {
            FieldProblem::new(
                RejectionKind::Unreadable,
                format!("it could not be copied to a temporary file: {error}"),
            )
        };
        let folder = source.options.work_dir.clone().unwrap_or_else(std::env::temp_dir);
        let mut copy = tempfile::tempfile_in(folder).map_err(failed)?;
        let limit = source.options.bomb_limit_bytes;
        let copied = std::io::copy(&mut (&mut source.stream).take(limit), &mut copy).map_err(failed)?;
        if copied == limit {
            return Err(crate::read::cutter::bomb(limit));
        }
        copy.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(copy)
    }

    /// Dotted names of all fields, each before those within it, and of its type.
    fn names(schema: &Schema) -> Vec<(String, FieldRef)> {
        /// Fields within fields, and all of them: hostile schemas nest.
        const DEPTH_MAX: usize = 16;
        const FIELDS_MAX: usize = 10_000;
        let mut names = Vec::new();
        let mut waiting: Vec<(String, FieldRef, usize)> =
            schema.fields().iter().rev().map(|field| (field.name().clone(), field.clone(), 0)).collect();
        while let Some((name, field, depth)) = waiting.pop() {
            if names.len() >= FIELDS_MAX {
                break;
            }
            if depth < DEPTH_MAX
                && let Some(inner) = within(&field)
            {
                let inner = inner.iter().rev();
                waiting.extend(
                    inner.map(|field| (format!("{name}.{}", field.name()), field.clone(), depth + 1)),
                );
            }
            names.push((name, field));
        }
        names
    }

    /// The fields of a struct, or of a list's structs.
    fn within(field: &FieldRef) -> Option<&Fields> {
        match field.data_type() {
            DataType::Struct(inner) => Some(inner),
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                within(item)
            }
            _ => None,
        }
    }

    /// The names of the columns that hold the fields of an article.
    fn paths(schema: &Schema, map: &FieldMap) -> Result<[Option<String>; COLUMNS], Box<FieldProblem>> {
        let all = names(schema);
        let is_value = |(_, field): &&(String, FieldRef)| !matches!(field.data_type(), DataType::Struct(_));
        let mut known: Vec<String> = all.iter().filter(is_value).map(|(name, _)| name.clone()).collect();
        // an item of a list is named by its number, which no column has in its name
        for wanted in (0..COLUMNS).map(|field| map.name(field)) {
            let bare: Vec<&str> = wanted.split('.').filter(|part| part.parse::<u32>().is_err()).collect();
            if bare.join(".") != wanted && known.contains(&bare.join(".")) {
                known.push(wanted.to_owned());
            }
        }
        let columns = Columns::find(known.iter().map(String::as_str), map)?;
        Ok(columns.0.map(|column| column.and_then(|column| known.get(column).cloned())))
    }

    /// The leaves that are read: those of the names, and where a name goes into a list, all of its column.
    fn mask(schema: &SchemaDescriptor, paths: &[Option<String>; COLUMNS]) -> ProjectionMask {
        let leaves: Vec<String> = schema.columns().iter().map(|leaf| leaf.path().parts().join(".")).collect();
        let lies_in = |leaf: &str, path: &str| {
            leaf.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut wanted = Vec::new();
        for path in paths.iter().flatten() {
            let is_there = leaves.iter().any(|leaf| lies_in(leaf, path));
            let root = path.split('.').next().unwrap_or_default();
            let name = if is_there { path.as_str() } else { root };
            wanted.extend((0..leaves.len()).filter(|leaf| lies_in(&leaves[*leaf], name)));
        }
        ProjectionMask::leaves(schema, wanted)
    }

    impl Pieces for TableRows<'_> {
        fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
            guarded(|| self.fill(piece))
        }
    }

    impl TableRows<'_> {
        fn fill(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
            while !piece.is_full() {
                let (batch, mut row) = match self.batch.take() {
                    Some(begun) => begun,
                    None => match self.batches.next() {
                        Some(batch) => (batch.map_err(|error| damaged("table", &error))?, 0),
                        None => return Ok(false),
                    },
                };
                let cells_of = |field: usize| {
                    let between = if field == TEXT { BETWEEN_PARAGRAPHS } else { BETWEEN_NAMES };
                    Cells::at(&batch, self.paths[field].as_deref()?, between)
                };
                let columns: [Option<Cells>; COLUMNS] = std::array::from_fn(cells_of);
                while row < batch.num_rows() && !piece.is_full() {
                    self.number += 1;
                    let cells: [_; COLUMNS] = std::array::from_fn(|field| columns[field].as_ref()?.text(row));
                    row += 1;
                    let bytes: usize = cells.iter().flatten().map(|cell| cell.len()).sum();
                    if bytes > self.limit_bytes {
                        piece.reject(self.number, crate::read::cutter::text_too_long(self.limit_bytes));
                        continue;
                    }
                    let cells = std::array::from_fn(|field| cells[field].as_deref());
                    piece.push_with(self.number, |record| push_cells(cells, record));
                }
                if row < batch.num_rows() {
                    self.batch = Some((batch, row));
                }
            }
            Ok(true)
        }
    }
}
