//! Columns of batches, and rows that come by groups.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::{Array, ArrayRef, BinaryArray, Float64Array, Int64Array, ListArray, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use retold::barrier::{Stage, guarded};
use zerocopy::IntoBytes;
use zerocopy::little_endian::I64;

use crate::columns::Texts;
use crate::errors::input;

pub type Made<T> = Result<T, ArrowError>;

pub fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Made<&'a Int64Array> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<Int64Array>());
    column.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?} of 64-bit numbers")))
}

pub fn lists<'a>(batch: &'a RecordBatch, name: &str) -> Made<&'a ListArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<ListArray>());
    column.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?} of lists")))
}

pub fn measures<'a>(batch: &'a RecordBatch, name: &str) -> Made<&'a Float64Array> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<Float64Array>());
    column.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?} of measures")))
}

pub fn list_at(lists: &ListArray, row: usize) -> Vec<i64> {
    if lists.is_null(row) {
        return Vec::new();
    }
    let values = lists.value(row);
    values.as_any().downcast_ref::<Int64Array>().map(|values| values.values().to_vec()).unwrap_or_default()
}

/// Lists of 64-bit numbers, each as one blob; also where the engine holds all blobs as large ones.
pub fn packed_lists(batch: &RecordBatch, name: &str) -> Made<BinaryArray> {
    let blobs = batch.column_by_name(name).and_then(|column| cast(column, &DataType::Binary).ok());
    let blobs = blobs.and_then(|column| column.as_any().downcast_ref::<BinaryArray>().cloned());
    blobs.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?} of blobs")))
}

pub fn column_of_packed_lists(lists: impl Iterator<Item = Vec<i64>>) -> ArrayRef {
    let bytes = |list: Vec<i64>| list.into_iter().map(I64::new).collect::<Vec<_>>();
    Arc::new(BinaryArray::from_iter_values(lists.map(|list| bytes(list).as_bytes().to_vec())))
}

pub fn texts(batch: &RecordBatch, name: &str) -> Made<Texts> {
    let column = batch.column_by_name(name);
    Texts::of(column.ok_or_else(|| ArrowError::SchemaError(format!("there is no column {name:?}")))?)
}

pub fn table(columns: Vec<(&str, ArrayRef)>) -> Made<RecordBatch> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns.into_iter().map(|(_, column)| column).collect(),
    )
}

pub fn column(values: Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

pub fn column_of_lists(lists: impl Iterator<Item = Vec<i64>>) -> ArrayRef {
    let mut builder = ListBuilder::new(Int64Builder::new());
    for list in lists {
        builder.values().append_slice(&list);
        builder.append(true);
    }
    Arc::new(builder.finish())
}

/// A stage that takes each batch by itself.
pub fn alone(
    py: Python<'_>,
    batch: PyRecordBatch,
    stage: impl FnOnce(&RecordBatch) -> Made<RecordBatch> + Send,
) -> PyResult<PyRecordBatch> {
    let batch = batch.into_inner();
    py.detach(|| stage(&batch)).map(PyRecordBatch::new).map_err(input)
}

/// As [`alone`], of which several batches come.
pub fn several(
    py: Python<'_>,
    batch: PyRecordBatch,
    stage: impl FnOnce(&RecordBatch) -> Made<Vec<RecordBatch>> + Send,
) -> PyResult<Vec<PyRecordBatch>> {
    let batch = batch.into_inner();
    py.detach(|| stage(&batch)).map(in_order).map_err(input)
}

pub fn in_order(batches: Vec<RecordBatch>) -> Vec<PyRecordBatch> {
    batches.into_iter().map(PyRecordBatch::new).collect()
}

/// A text that brings the engine down costs its own row, not the job.
pub fn unharmed<T>(stage: Stage, ids: &[&str], work: impl FnOnce() -> Option<T>) -> Option<T> {
    guarded(stage, |id| ids.contains(&id), work).ok().flatten()
}

/// Rows of one key, until the next key comes.
pub struct Group<T> {
    pub key: Option<i64>,
    rows: Vec<T>,
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Group { key: None, rows: Vec::new() }
    }
}

impl<T> Group<T> {
    /// The group before this row, where it is done.
    pub fn push(&mut self, key: i64, row: T) -> Option<(i64, Vec<T>)> {
        let before = match self.key {
            Some(before) if before != key => self.finish(),
            _ => None,
        };
        self.key = Some(key);
        self.rows.push(row);
        before
    }

    pub fn finish(&mut self) -> Option<(i64, Vec<T>)> {
        self.key.take().map(|key| (key, std::mem::take(&mut self.rows)))
    }
}

pub fn locked<T>(state: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pairs in columns `a` and `b`.
#[derive(Default)]
pub struct Pairs {
    pub a: Vec<i64>,
    pub b: Vec<i64>,
}

impl Pairs {
    pub fn push(&mut self, one: i64, other: i64) {
        self.a.push(one.min(other));
        self.b.push(one.max(other));
    }
}
