//! Marks of duplicates.

use std::sync::Mutex;

use arrow_array::{RecordBatch, RecordBatchIterator};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatchReader;
use retold::dedup::{By, DedupSettings, Inputs, KeepRule, Mark, dedup};
use retold::rejection::Rejection;

use crate::data::Data;
use crate::errors::{SettingsError, input, raised};
use crate::options;
use crate::rows;
use crate::work::beside;

/// Marks of a batch that is handed over.
const ROWS_AT_ONCE: usize = 4096;

/// Marks the duplicates among articles: one row an article, in the order of the data.
#[pyfunction]
#[pyo3(signature = (data, against, by, keep, settings, progress=None))]
pub fn marks(
    data: &Bound<'_, Data>,
    against: Option<Py<Data>>,
    by: &str,
    keep: Vec<String>,
    settings: &str,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<PyRecordBatchReader> {
    let settings = options::settings(settings)?;
    let by = match by {
        "identical" => By::Identical,
        "copies" => By::Copies,
        "derived" => By::Derived,
        _ => return Err(SettingsError::new_err("by is one of identical, copies, derived")),
    };
    let keep = keep.iter().map(|rule| keep_rule(rule)).collect::<PyResult<_>>()?;
    let sought = DedupSettings { by, scan: settings.for_scan(), keep, links_max: None, contained: None };
    let inputs = Inputs {
        collection: &data.get().source,
        reference: against.as_ref().map(|against| &against.get().source),
        number_of: &|_, _| Ok(None),
    };
    let rejected = Mutex::new(Vec::<Rejection>::new());
    let schema = rows::mark_schema();
    let batches = beside(data.py(), progress.as_ref(), |progress| {
        let marked = dedup(&settings.resources(), &inputs, &sought, progress, &rejected).map_err(raised)?;
        let marks: Vec<Mark<'_>> = marked.marks().collect();
        let batches: Result<Vec<RecordBatch>, _> =
            marks.chunks(ROWS_AT_ONCE).map(|marks| rows::batch(&schema, marks)).collect();
        batches.map_err(input)
    })??;
    let batches = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
    Ok(PyRecordBatchReader::new(Box::new(batches)))
}

fn keep_rule(name: &str) -> PyResult<KeepRule> {
    Ok(match name {
        "earliest" => KeepRule::Earliest,
        "latest" => KeepRule::Latest,
        "longest" => KeepRule::Longest,
        "first" => KeepRule::First,
        _ => return Err(SettingsError::new_err("keep is of earliest, latest, longest, first")),
    })
}
