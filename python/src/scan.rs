//! Scans, and what they found.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatchReader;
use retold::collection::Collection;
use retold::pipeline::{self, Chained};
use retold::recipe::{Recipe, SketchRecipe};
use retold::rejection::Rejection;
use retold::report::Summary;
use retold::report::html::{self, PageOptions};
use retold::rows::{Families, Rows};
use retold::sketch::Banding;
use retold::{Article, Error, Settings};
use serde::Serialize;

use crate::data::Data;
use crate::errors::{input, raised};
use crate::options;
use crate::rows;
use crate::work::beside;

/// Rows of a batch that is handed over.
const ROWS_AT_ONCE: usize = 4096;

/// What a scan found, and where its articles are read again.
#[pyclass(frozen, module = "retold._retold")]
pub struct Scan {
    found: Arc<pipeline::Scan>,
    data: Py<Data>,
    against: Option<Py<Data>>,
    rejected: Vec<Rejection>,
    settings: Settings,
}

/// Scans articles.
#[pyfunction]
#[pyo3(signature = (data, against, settings, progress=None))]
pub fn scan(
    py: Python<'_>,
    data: Py<Data>,
    against: Option<Py<Data>>,
    settings: &str,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Scan> {
    let mut settings = options::settings(settings)?;
    settings.against = against.is_some();
    let rejected = Mutex::new(Vec::<Rejection>::new());
    let (first, second) = (&data.get().source, against.as_ref().map(|against| &against.get().source));
    let found = beside(py, progress.as_ref(), |progress| {
        let collection = Chained { first, second };
        pipeline::scan_in(&settings.resources(), &collection, &settings.for_scan(), progress, &rejected)
    })?;
    let found = Arc::new(found.map_err(raised)?);
    let rejected = rejected.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Scan { found, data, against, rejected, settings })
}

#[pymethods]
impl Scan {
    /// The pairs, as a stream of record batches.
    fn pairs(&self) -> PyRecordBatchReader {
        let found = self.found.clone();
        Batches::stream(self.pair_count(), rows::pair_schema(), move |at| {
            Ok(found.rows().row(at)?.into_owned())
        })
    }

    /// The pair at a place, as one JSON object.
    fn pair(&self, at: usize) -> PyResult<Option<String>> {
        let found = self.found.rows();
        if at >= found.len() {
            return Ok(None);
        }
        let row = found.row(at).map_err(raised)?;
        serde_json::to_string(&*row).map(Some).map_err(input)
    }

    fn pair_count(&self) -> usize {
        self.found.rows().len()
    }

    /// The families, as a stream of record batches.
    fn families(&self) -> PyRecordBatchReader {
        let found = self.found.clone();
        let read = move |at| Ok(found.families.family(at)?.into_owned());
        Batches::stream(self.family_count(), rows::family_schema(), read)
    }

    fn family_count(&self) -> usize {
        self.found.families.len()
    }

    /// The family at a place, the largest first, as one JSON object.
    fn family(&self, at: usize) -> PyResult<Option<String>> {
        if at >= self.found.families.len() {
            return Ok(None);
        }
        let family = self.found.families.family(at).map_err(raised)?;
        serde_json::to_string(&*family).map(Some).map_err(input)
    }

    /// The counts, as one JSON object.
    fn summary(&self) -> PyResult<String> {
        serde_json::to_string(&self.summed()).map_err(input)
    }

    /// What was left out, as JSON lines.
    fn rejected(&self) -> Vec<String> {
        let sides = [Some(&self.data), self.against.as_ref()].into_iter().flatten();
        let unread =
            sides.flat_map(|data| data.get().rejected.lock().unwrap_or_else(PoisonError::into_inner).clone());
        let all = unread.chain(self.rejected.iter().cloned());
        all.filter_map(|rejection| serde_json::to_string(&rejection).ok()).collect()
    }

    /// The article of an id, as one JSON object; `None` where there is none.
    fn article(&self, py: Python<'_>, id: &str) -> PyResult<Option<String>> {
        if self.found.documents.number(id).is_none() {
            return Ok(None);
        }
        let article = py.detach(|| self.look_up(id)).map_err(raised)?;
        serde_json::to_string(&article).map(Some).map_err(input)
    }

    /// Writes the review page.
    fn report(&self, py: Python<'_>, path: PathBuf, families: usize) -> PyResult<()> {
        py.detach(|| {
            let failed = |cause| Error::file("write", &path, cause);
            let mut out = BufWriter::new(File::create(&path).map_err(failed)?);
            let options = PageOptions { families, ..PageOptions::default() };
            let (summary, rows) = (self.summed(), self.found.rows());
            let lookup = |id: &str| self.look_up(id);
            html::write(&mut out, &summary, &self.found.families, &rows, &lookup, &options).map_err(
                |error| match error {
                    retold::error::WriteError::Writer(cause) => failed(cause),
                    retold::error::WriteError::Run(error) => error,
                },
            )?;
            out.flush().map_err(failed)
        })
        .map_err(raised)
    }
}

impl Scan {
    fn look_up(&self, id: &str) -> retold::Result<Article> {
        let second = self.against.as_ref().map(|against| &against.get().source);
        let collection = Chained { first: &self.data.get().source, second };
        let number = self.found.documents.number(id);
        let number = number.ok_or_else(|| Error::Usage(format!("there is no article {id:?}")))?;
        collection.read(self.found.documents.location(number))
    }

    fn summed(&self) -> Summary {
        let Settings { threshold, copies_only, all_pairs, shared, within_days, .. } = self.settings;
        let values = Banding::for_threshold(threshold).values() as u32;
        let cut = self.settings.min_score.unwrap_or(self.settings.profile.cut);
        let settings: [(&str, serde_json::Value); 6] = [
            ("copies-only", copies_only.into()),
            ("threshold", threshold.into()),
            ("all-pairs", all_pairs.into()),
            ("shared", shared.into()),
            ("within", within_days.into()),
            ("min-score", (!copies_only).then_some(cut).into()),
        ];
        let mut rejected = BTreeMap::new();
        for rejection in &self.rejected {
            *rejected.entry(rejection.kind).or_default() += 1;
        }
        for data in [Some(&self.data), self.against.as_ref()].into_iter().flatten() {
            let unread = data.get().rejected.lock().unwrap_or_else(PoisonError::into_inner);
            unread.iter().for_each(|rejection| *rejected.entry(rejection.kind).or_default() += 1);
        }
        Summary {
            recipe: Recipe::new(SketchRecipe::MinHash { values }).to_string(),
            profile: (!copies_only).then(|| self.settings.profile.name.clone()),
            documents: self.found.documents.len() as u64,
            hot: self.found.hot.clone(),
            rejected,
            settings: settings.map(|(name, value)| (name.to_owned(), value)).into(),
            ..Summary::of(&self.found.rows(), &self.found.families)
        }
    }
}

/// Rows of a kind, batch by batch, each read when it is asked for.
struct Batches<R> {
    read: R,
    next: usize,
    end: usize,
    schema: SchemaRef,
}

impl<R> Batches<R> {
    /// A stream of the first `end` rows that `read` gives by their places.
    fn stream<T: Serialize>(end: usize, schema: SchemaRef, read: R) -> PyRecordBatchReader
    where
        R: Fn(usize) -> retold::Result<T> + Send + 'static,
    {
        PyRecordBatchReader::new(Box::new(Batches { read, next: 0, end, schema }))
    }
}

impl<R: Fn(usize) -> retold::Result<T>, T: Serialize> Iterator for Batches<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let places = self.next..(self.next + ROWS_AT_ONCE).min(self.end);
        if places.is_empty() {
            return None;
        }
        self.next = places.end;
        let rows: retold::Result<Vec<T>> = places.map(&self.read).collect();
        let rows = rows.map_err(|error| ArrowError::ExternalError(Box::new(error)));
        Some(rows.and_then(|rows| rows::batch(&self.schema, &rows)))
    }
}

impl<R: Fn(usize) -> retold::Result<T>, T: Serialize> RecordBatchReader for Batches<R> {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
