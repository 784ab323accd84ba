//! Candidates for translations: names and figures in common, weighed.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use retold::candidate::translations::{DOCUMENTS_MAX, KEPT, likeness, weight};

use super::tables::{alone, column, list_at, lists, numbers, table};

/// Documents up to which a key is a sign, and counterparts kept of each document.
#[pyfunction]
pub fn crossing_limits() -> (usize, usize) {
    (DOCUMENTS_MAX, KEPT)
}

/// Pairs in two languages (`doc`, `other`, `held`: of each key in common that is a sign, in order, how many of
/// the `laid_out` documents hold it, `shared`: how many keys are in common, `keys`, `other_keys`: how many
/// each has) to those that have enough in common: `doc`, `other`, `score`.
#[pyfunction]
pub fn crossing(py: Python<'_>, batch: PyRecordBatch, laid_out: usize) -> PyResult<PyRecordBatch> {
    alone(py, batch, |batch| {
        let (doc, other) = (numbers(batch, "doc")?, numbers(batch, "other")?);
        let (held, shared) = (lists(batch, "held")?, numbers(batch, "shared")?);
        let (keys, other_keys) = (numbers(batch, "keys")?, numbers(batch, "other_keys")?);
        let small = |value: i64| usize::try_from(value).unwrap_or(0);
        let mut found: (Vec<i64>, Vec<i64>, Vec<f64>) = Default::default();
        for row in 0..batch.num_rows() {
            let weights = list_at(held, row).into_iter().map(|holding| weight(laid_out, small(holding)));
            // in the order of the keys, as sums of such numbers hang on it
            let sum = weights.fold(0.0, |sum, weight| sum + weight);
            let counts = [keys.value(row), other_keys.value(row)].map(small);
            if let Some(score) = likeness(sum, small(shared.value(row)), counts) {
                found.0.push(doc.value(row));
                found.1.push(other.value(row));
                found.2.push(f64::from(score));
            }
        }
        let scores: ArrayRef = Arc::new(Float64Array::from(found.2));
        table(vec![("doc", column(found.0)), ("other", column(found.1)), ("score", scores)])
    })
}
