//! Tables for programs: Parquet, with lists and structs nested as they are in JSON.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, ListArray, RecordBatch, StringArray, StructArray, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde::Serialize;
use serde_json::Value;

use super::{Column, ColumnKind};

/// Rows that are made columns at a time.
const BATCH_ROWS: usize = 1024;
/// Rows that are held until they are compressed and written.
const GROUP_ROWS: usize = 1 << 16;

/// Writes rows of one kind.
pub struct ParquetTable<'w> {
    out: &'w mut dyn Write,
    columns: Vec<Column>,
    schema: Arc<Schema>,
    writer: ArrowWriter<Vec<u8>>,
    waiting: Vec<Value>,
}

impl<'w> ParquetTable<'w> {
    /// Begins a table.
    ///
    /// # Errors
    /// Where its columns are none that Parquet has.
    pub fn begin(out: &'w mut dyn Write, columns: Vec<Column>) -> io::Result<Self> {
        let schema = Arc::new(Schema::new(fields(&columns)));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties)).map_err(failed)?;
        Ok(ParquetTable { out, columns, schema, writer, waiting: Vec::new() })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&mut self, row: &impl Serialize) -> io::Result<()> {
        self.waiting.push(serde_json::to_value(row)?);
        if self.waiting.len() >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the table: without it, the file is none.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.out.write_all(&self.writer.into_inner().map_err(failed)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let batch = batch(&self.columns, &self.schema, &self.waiting).map_err(io::Error::other)?;
        self.waiting.clear();
        self.writer.write(&batch).map_err(failed)?;
        // what is complete is handed on, so that a table of any length takes the memory of a group of rows
        let ready = std::mem::take(self.writer.inner_mut());
        self.out.write_all(&ready)
    }
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => io::Error::other(cause),
        error => io::Error::other(error),
    }
}

/// The columns as Arrow's fields.
pub fn fields(columns: &[Column]) -> Fields {
    columns.iter().map(|column| Field::new(column.name, data_type(&column.kind), true)).collect()
}

fn data_type(kind: &ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text => DataType::Utf8,
        ColumnKind::Number => DataType::Float64,
        ColumnKind::Count => DataType::UInt64,
        ColumnKind::Flag => DataType::Boolean,
        ColumnKind::List(item) => DataType::List(Arc::new(Field::new("item", data_type(item), true))),
        ColumnKind::Struct(columns) => DataType::Struct(fields(columns)),
    }
}

fn batch(columns: &[Column], schema: &Arc<Schema>, rows: &[Value]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<Option<&Value>> = rows.iter().map(Some).collect();
    RecordBatch::try_new(schema.clone(), arrays(columns, &rows)?)
}

/// Rows as Arrow's columns.
///
/// # Errors
/// Where they do not fit together, which is a fault of this code.
pub fn arrays(columns: &[Column], rows: &[Option<&Value>]) -> Result<Vec<ArrayRef>, ArrowError> {
    let array = |column: &Column| {
        let values: Vec<Option<&Value>> =
            rows.iter().map(|row| row.and_then(|row| row.get(column.name))).collect();
        array(&column.kind, &values)
    };
    columns.iter().map(array).collect()
}

fn array(kind: &ColumnKind, values: &[Option<&Value>]) -> Result<ArrayRef, ArrowError> {
    let nulls =
        || NullBuffer::from_iter(values.iter().map(|value| value.is_some_and(|value| !value.is_null())));
    Ok(match kind {
        ColumnKind::Text => {
            Arc::new(StringArray::from_iter(values.iter().map(|value| value.and_then(Value::as_str))))
        }
        ColumnKind::Number => {
            Arc::new(Float64Array::from_iter(values.iter().map(|value| value.and_then(Value::as_f64))))
        }
        ColumnKind::Count => {
            Arc::new(UInt64Array::from_iter(values.iter().map(|value| value.and_then(Value::as_u64))))
        }
        ColumnKind::Flag => {
            Arc::new(BooleanArray::from_iter(values.iter().map(|value| value.and_then(Value::as_bool))))
        }
        ColumnKind::List(item) => {
            let lists =
                values.iter().map(|value| value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice));
            let offsets = OffsetBuffer::from_lengths(lists.clone().map(<[Value]>::len));
            let items: Vec<Option<&Value>> = lists.flatten().map(Some).collect();
            let field = Arc::new(Field::new("item", data_type(item), true));
            Arc::new(ListArray::try_new(field, offsets, array(item, &items)?, Some(nulls()))?)
        }
        ColumnKind::Struct(columns) => {
            let made = arrays(columns, values)?;
            Arc::new(StructArray::try_new(fields(columns), made, Some(nulls()))?)
        }
    })
}
