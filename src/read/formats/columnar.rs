//! Tables by columns, read: which columns, and their rows as raw records.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReaderBuilder, StreamReader};
use arrow_schema::{ArrowError, DataType, FieldRef, Fields, Schema};
use parquet::arrow::ProjectionMask;
use parquet::schema::types::SchemaDescriptor;

use super::arrow_cells::Cells;
use super::parquet::{FEATHER_1_MAGIC, FILE_MAGIC};
use super::row_groups::RowGroups;
use super::table::{COLUMNS, Columns, TEXT, extract_cells};
use super::{Context, Extracted, FormatSource, Piece, Pieces, arrow_check};
use crate::barrier::{self, Stage};
use crate::read::RejectionKind;
use crate::read::field_map::FieldMap;
use crate::read::json_lines::FieldProblem;

pub(super) type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + 'a>;

/// Rows that are decoded at a time: of long articles, some megabytes.
pub(super) const BATCH_ROWS: usize = 256;

/// Between the texts of a list: of a text its paragraphs, of other fields the first one speaks for all.
const BETWEEN_PARAGRAPHS: Option<&str> = Some("\n\n");
const BETWEEN_NAMES: Option<&str> = None;

/// Names of the columns that hold the fields, in their order.
pub(super) type Paths = [Option<String>; COLUMNS];

/// Rows of a table, batch by batch.
pub(super) struct TableRows<'a> {
    batches: Batches<'a>,
    /// Names of the columns that hold the fields.
    paths: Arc<Paths>,
    /// What is left of the batch that was begun.
    batch: Option<RecordBatch>,
    numbered: u64,
}

pub(super) fn open_parquet<'a>(source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
    let map = source.map;
    let file = seekable(source)?;
    guarded(|| {
        let groups = RowGroups::open(file, |schema, columns| {
            let paths = paths(schema, map)?;
            let mask = mask(columns, &paths);
            Ok((paths, mask))
        })?;
        Ok(Box::new(groups) as Box<dyn Pieces + 'a>)
    })
}

pub(super) fn open_arrow<'a>(
    mut source: FormatSource<'a>,
) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
    let map = source.map;
    let mut magic = [0; 6];
    let (filled, _) = source.stream.fill(&mut magic);
    let is_file = magic[..filled] == *FILE_MAGIC;
    if magic.starts_with(FEATHER_1_MAGIC) {
        let reason = "it is Feather of version 1, which is not read; written again as version 2 it is";
        return Err(FieldProblem::new(RejectionKind::UnknownFormat, reason));
    }
    source.stream.put_back(&magic[..filled]);
    let bomb_limit_bytes = source.options.bomb_limit_bytes;
    let mut file = seekable(source)?;
    guarded(|| {
        let unreadable = |error: &dyn std::fmt::Display| damaged("Arrow", error);
        let sound =
            arrow_check::check(&mut file, is_file, bomb_limit_bytes).map_err(|error| unreadable(&error))?;
        let file = BufReader::new(file);
        let (schema, batches): (_, Batches<'a>) = if is_file {
            let reader = FileReaderBuilder::new().build(file).map_err(|error| unreadable(&error))?;
            (reader.schema(), Box::new(reader))
        } else {
            let reader = StreamReader::try_new(file.take(sound.bytes), None);
            let reader = reader.map_err(|error| unreadable(&error))?;
            let fault = sound.fault.map(|fault| Err(ArrowError::IpcError(fault.to_string())));
            (reader.schema(), Box::new(reader.chain(fault)))
        };
        let paths = paths(&schema, map)?;
        Ok(Box::new(TableRows::new(batches, Arc::new(paths), 0)) as Box<dyn Pieces + 'a>)
    })
}

pub(super) fn damaged(what: &str, error: &dyn std::fmt::Display) -> Box<FieldProblem> {
    let said = error.to_string().replace(['\n', '\r'], " ");
    let said: String = said.chars().take(200).collect();
    FieldProblem::new(RejectionKind::Unreadable, format!("it is no {what} file that can be read: {said}"))
}

/// Runs what reads bytes that anyone may have written: the decoders promise errors, and a panic of theirs
/// is one.
pub(super) fn guarded<R>(
    read: impl FnOnce() -> Result<R, Box<FieldProblem>>,
) -> Result<R, Box<FieldProblem>> {
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
            waiting.extend(inner.map(|field| (format!("{name}.{}", field.name()), field.clone(), depth + 1)));
        }
        names.push((name, field));
    }
    names
}

/// The fields of a struct, or of a list's structs.
fn within(field: &FieldRef) -> Option<&Fields> {
    match field.data_type() {
        DataType::Struct(inner) => Some(inner),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => within(item),
        _ => None,
    }
}

/// The names of the columns that hold the fields of an article.
fn paths(schema: &Schema, map: &FieldMap) -> Result<Paths, Box<FieldProblem>> {
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
fn mask(schema: &SchemaDescriptor, paths: &Paths) -> ProjectionMask {
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
        guarded(|| self.put_off(piece))
    }
}

impl<'a> TableRows<'a> {
    /// Rows behind those that are numbered so far.
    pub(super) fn new(batches: Batches<'a>, paths: Arc<Paths>, numbered: u64) -> Self {
        TableRows { batches, paths, batch: None, numbered }
    }

    /// Leaves as many rows as make a piece to who takes it; `false` where none follows.
    pub(super) fn put_off(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        let batch = loop {
            match self.batch.take() {
                Some(batch) if batch.num_rows() > 0 => break batch,
                _ => match self.batches.next() {
                    Some(batch) => self.batch = Some(batch.map_err(|error| damaged("table", &error))?),
                    None => return Ok(false),
                },
            }
        };
        let row_bytes = batch.get_array_memory_size() / batch.num_rows();
        let count = (piece.target_bytes() / row_bytes.max(1)).clamp(1, batch.num_rows());
        let (part, numbered) = (batch.slice(0, count), self.numbered);
        self.batch = Some(batch.slice(count, batch.num_rows() - count));
        self.numbered += count as u64;
        let paths = self.paths.clone();
        piece.put_off((row_bytes * count) as u64, move |context, out| {
            if let Err(problem) = guarded(|| extract(&part, &paths, numbered, context, out)) {
                out.problems.push((numbered + 1, problem));
            }
        });
        Ok(true)
    }
}

/// The articles of a batch, whose rows are numbered from the next number on.
pub(super) fn extract(
    batch: &RecordBatch,
    paths: &Paths,
    numbered: u64,
    context: &Context<'_>,
    out: &mut Extracted,
) -> Result<(), Box<FieldProblem>> {
    let limit_bytes = context.record_limit_bytes;
    let cells_of = |field: usize| {
        let between = if field == TEXT { BETWEEN_PARAGRAPHS } else { BETWEEN_NAMES };
        Cells::at(batch, paths[field].as_deref()?, between)
    };
    let columns: [Option<Cells>; COLUMNS] = std::array::from_fn(cells_of);
    for row in 0..batch.num_rows() {
        let number = numbered + row as u64 + 1;
        let cells: [_; COLUMNS] = std::array::from_fn(|field| columns[field].as_ref()?.text(row));
        if cells.iter().flatten().map(|cell| cell.len()).sum::<usize>() > limit_bytes {
            out.problems.push((number, crate::read::cutter::text_too_long(limit_bytes)));
            continue;
        }
        let cells = std::array::from_fn(|field| cells[field].as_deref());
        let holds = |wanted: &str| {
            cells.iter().flatten().any(|cell| memchr::memmem::find(cell, wanted.as_bytes()).is_some())
        };
        out.attempt(number, holds, |out| extract_cells(cells, &Context { number, ..*context }, out));
    }
    Ok(())
}
