//! Parquet again. Where all rows of a group stay its columns are copied as they lie there, compressed; else
//! each column's values are copied by their physical type. Either way nothing depends on what a column means,
//! and types that nobody here knows stay what they are. Marks are one more group of columns.

use std::fs::File;
use std::io;
use std::sync::Arc;

use arrow_schema::{Field, Schema};
use parquet::arrow::{ArrowSchemaConverter, encode_arrow_schema, parquet_to_arrow_schema};
use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type, Int96Type,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{KeyValue, ParquetMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use serde_json::Value;

use super::{RewriteFolder, TableFile, TableRows};
use crate::columns::parquet::fields;
use crate::columns::{Column, ColumnKind};
use crate::dedup::write::mark_columns;
use crate::error::Result;

/// Under this key files keep their schema as Arrow has it.
const ARROW_SCHEMA_KEY: &str = "ARROW:schema";
/// Rows whose values are held at a time.
const ROWS_AT_ONCE: usize = 1024;

pub(super) fn rewrite(
    table: &TableFile<'_>,
    rows: &TableRows<'_>,
    folder: &mut RewriteFolder<'_>,
) -> Result<()> {
    let (reading, writing) = (table.unread(), folder.unwritten(table.name));
    let unread = |error: ParquetError| reading(io::Error::other(error));
    let failed = |error: ParquetError| writing(io::Error::other(error));
    let file = File::open(table.path).map_err(&reading)?;
    let reader = SerializedFileReader::new(file.try_clone().map_err(&reading)?).map_err(unread)?;
    let metadata = reader.metadata();
    let marks: Vec<Column> = match rows.field() {
        Some(_) => mark_columns().into_iter().filter(|column| column.name != "id").collect(),
        None => Vec::new(),
    };
    let root = metadata.file_metadata().schema_descr().root_schema();
    if let Some(field) = rows.field()
        && root.get_fields().iter().any(|known| known.name() == field)
    {
        return Err(table.has_field(field));
    }
    let (schema, properties) = plan(metadata, rows.field(), &marks).map_err(failed)?;
    let mut writer =
        SerializedFileWriter::new(folder.begin(table.name)?, schema, Arc::new(properties)).map_err(failed)?;
    let mut number = 0;
    for group in 0..metadata.num_row_groups() {
        let group = reader.get_row_group(group).map_err(unread)?;
        let count = group.metadata().num_rows().max(0) as u64;
        let numbers = number + 1..=number + count;
        number += count;
        let kept: Vec<bool> = numbers.clone().map(|number| rows.is_written(number)).collect();
        let mut out = writer.next_row_group().map_err(failed)?;
        copy_columns(&file, &*group, &kept, &mut out).map_err(failed)?;
        let of_rows: Vec<Value> = match marks.is_empty() {
            true => Vec::new(),
            false => numbers.map(|number| rows.mark(number)).collect(),
        };
        marks.iter().try_for_each(|column| write_marks(column, &of_rows, &mut out)).map_err(failed)?;
        out.close().map_err(failed)?;
    }
    let file = writer.into_inner().map_err(failed)?;
    file.sync_all().map_err(&writing)
}

/// The schema and settings of the new file: those of the old one, and the marks' columns.
fn plan(
    metadata: &ParquetMetaData,
    field: Option<&str>,
    marks: &[Column],
) -> ParquetResult<(TypePtr, WriterProperties)> {
    let about = metadata.file_metadata();
    let root = about.schema_descr().root_schema();
    let mut columns = root.get_fields().to_vec();
    let mut told: Option<Vec<KeyValue>> = about.key_value_metadata().cloned();
    if let Some(field) = field {
        let group = Field::new(field, arrow_schema::DataType::Struct(fields(marks)), false);
        let converted = ArrowSchemaConverter::new().convert(&Schema::new(vec![group.clone()]))?;
        columns.extend(converted.root_schema().get_fields().iter().cloned());
        let is_schema = |entry: &&mut KeyValue| entry.key == ARROW_SCHEMA_KEY;
        if let Some(entry) = told.iter_mut().flatten().find(is_schema) {
            let known = parquet_to_arrow_schema(about.schema_descr(), about.key_value_metadata())?;
            let all = known.fields().iter().cloned().chain([Arc::new(group)]);
            let whole = Schema::new_with_metadata(all.collect::<Vec<_>>(), known.metadata().clone());
            entry.value = Some(encode_arrow_schema(&whole));
        }
    }
    let schema = Type::group_type_builder(root.name()).with_fields(columns).build()?;
    // columns that are copied as they lie there bring no index of their pages, and a file has all indexes or
    // none
    let mut properties = WriterProperties::builder()
        .set_key_value_metadata(told)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    let first = metadata.row_groups().first().map_or(&[][..], |group| group.columns());
    for column in first {
        let codec = match column.compression() {
            // read, and no longer written
            Compression::LZO | Compression::LZ4 => Compression::LZ4_RAW,
            codec => codec,
        };
        properties = properties.set_column_compression(column.column_path().clone(), codec);
    }
    if let Some(first) = first.first() {
        let codec = first.compression();
        properties = properties.set_compression(match codec {
            Compression::LZO | Compression::LZ4 => Compression::LZ4_RAW,
            codec => codec,
        });
    }
    Ok((Arc::new(schema), properties.build()))
}

/// Copies the rows of a group that stay.
fn copy_columns(
    file: &File,
    group: &dyn RowGroupReader,
    kept: &[bool],
    out: &mut SerializedRowGroupWriter<'_, File>,
) -> ParquetResult<()> {
    let is_whole = kept.iter().all(|kept| *kept);
    for (at, column) in group.metadata().columns().iter().enumerate() {
        if is_whole {
            let close = ColumnCloseResult {
                bytes_written: column.compressed_size().max(0) as u64,
                rows_written: kept.len() as u64,
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            out.append_column(file, close)?;
            continue;
        }
        let Some(mut writer) = out.next_column()? else { break };
        match group.get_column_reader(at)? {
            ColumnReader::BoolColumnReader(reader) => copy::<BoolType>(reader, &mut writer, kept),
            ColumnReader::Int32ColumnReader(reader) => copy::<Int32Type>(reader, &mut writer, kept),
            ColumnReader::Int64ColumnReader(reader) => copy::<Int64Type>(reader, &mut writer, kept),
            ColumnReader::Int96ColumnReader(reader) => copy::<Int96Type>(reader, &mut writer, kept),
            ColumnReader::FloatColumnReader(reader) => copy::<FloatType>(reader, &mut writer, kept),
            ColumnReader::DoubleColumnReader(reader) => copy::<DoubleType>(reader, &mut writer, kept),
            ColumnReader::ByteArrayColumnReader(reader) => copy::<ByteArrayType>(reader, &mut writer, kept),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                copy::<FixedLenByteArrayType>(reader, &mut writer, kept)
            }
        }?;
        writer.close()?;
    }
    Ok(())
}

/// Copies a column's values of the rows that stay, with their levels.
fn copy<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    writer: &mut SerializedColumnWriter<'_>,
    kept: &[bool],
) -> ParquetResult<()> {
    let writer = writer.typed::<T>();
    let descriptor = writer.get_descriptor().clone();
    let (deepest, repeated) = (descriptor.max_def_level(), descriptor.max_rep_level());
    let mut kept = kept.iter();
    let (mut definitions, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        definitions.clear();
        repetitions.clear();
        values.clear();
        let (records, _, levels) =
            reader.read_records(ROWS_AT_ONCE, Some(&mut definitions), Some(&mut repetitions), &mut values)?;
        if records == 0 {
            return Ok(());
        }
        let (mut staying, mut is_kept) = ((Vec::new(), Vec::new(), Vec::new()), false);
        let mut next_value = values.drain(..);
        for level in 0..levels {
            if repeated == 0 || repetitions[level] == 0 {
                is_kept = kept.next().copied().unwrap_or(false);
            }
            let definition = if deepest == 0 { 0 } else { definitions[level] };
            let value = if definition == deepest { next_value.next() } else { None };
            if is_kept {
                staying.0.extend(value);
                staying.1.push(definition);
                staying.2.push(if repeated == 0 { 0 } else { repetitions[level] });
            }
        }
        drop(next_value);
        if !staying.1.is_empty() {
            let definitions = (deepest > 0).then_some(&staying.1[..]);
            let repetitions = (repeated > 0).then_some(&staying.2[..]);
            writer.write_batch(&staying.0, definitions, repetitions)?;
        }
    }
}

/// Writes a column of the marks, of which every cell may be empty.
fn write_marks(
    column: &Column,
    marks: &[Value],
    out: &mut SerializedRowGroupWriter<'_, File>,
) -> ParquetResult<()> {
    let Some(mut writer) = out.next_column()? else { return Ok(()) };
    let cells = || marks.iter().map(|mark| &mark[column.name]);
    let definitions: Vec<i16> = cells().map(|cell| i16::from(!cell.is_null())).collect();
    let definitions = Some(&definitions[..]);
    match column.kind {
        ColumnKind::Text => {
            let values: Vec<ByteArray> = cells().filter_map(Value::as_str).map(ByteArray::from).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, definitions, None)
        }
        ColumnKind::Number => {
            let values: Vec<f64> = cells().filter_map(Value::as_f64).collect();
            writer.typed::<DoubleType>().write_batch(&values, definitions, None)
        }
        ColumnKind::Count => {
            let values: Vec<i64> = cells().filter_map(Value::as_i64).collect();
            writer.typed::<Int64Type>().write_batch(&values, definitions, None)
        }
        ColumnKind::Flag => {
            let values: Vec<bool> = cells().filter_map(Value::as_bool).collect();
            writer.typed::<BoolType>().write_batch(&values, definitions, None)
        }
        ColumnKind::List(_) | ColumnKind::Struct(_) => {
            Err(ParquetError::General("a mark is a single cell".into()))
        }
    }?;
    writer.close()
}
