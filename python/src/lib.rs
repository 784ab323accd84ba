//! retold for Python: what the package `retold` calls. Rows go over as Arrow batches or, one by one, as JSON.

mod archive;
mod batches;
mod columns;
mod data;
mod dedup;
mod errors;
mod options;
mod rows;
mod scan;
mod spool;
mod stages;
mod tune;
mod work;

use pyo3::prelude::*;

/// What the package is made of; it is not meant to be called by others.
#[pymodule(gil_used = false)]
mod _retold {
    use std::sync::Mutex;

    use arrow_array::{RecordBatch, RecordBatchIterator};
    use pyo3::prelude::*;
    use pyo3_arrow::PyRecordBatchReader;
    use retold::Article;
    use retold::collection::{ArticleRef, Collection};
    use retold::pipeline::{self, Asked, CompareSettings};
    use retold::rejection::Rejection;

    #[pymodule_export]
    use crate::archive::Archive;
    #[pymodule_export]
    use crate::data::Data;
    #[pymodule_export]
    use crate::dedup::marks;
    #[pymodule_export]
    use crate::errors::{IndexError, InputError, ProfileError, RetoldError, SettingsError};
    #[pymodule_export]
    use crate::scan::{Scan, scan};
    #[pymodule_export]
    use crate::stages::{
        Cluster, Components, Families, Packed, analyse, background_min_documents, buckets, check_settings,
        copies_limits, crossing, crossing_keys, crossing_limits, judge, promising, spread_all_grams,
        spread_bands, spread_features, spread_shared_grams, verify,
    };
    #[pymodule_export]
    use crate::tune::tune;

    use crate::errors::{input, raised};
    use crate::work::beside;
    use crate::{options, rows};

    /// Judges two articles, given as JSON objects; returns a row as one.
    #[pyfunction]
    #[pyo3(signature = (a, b, background, settings))]
    fn compare(
        py: Python<'_>,
        a: &str,
        b: &str,
        background: Option<Py<Data>>,
        settings: &str,
    ) -> PyResult<String> {
        let settings = options::settings(settings)?;
        let a: Article = serde_json::from_str(a).map_err(input)?;
        let b: Article = serde_json::from_str(b).map_err(input)?;
        if a.id == b.id {
            return Err(input(format!("both articles have the id {:?}", a.id)));
        }
        let row = match &background {
            None => py.detach(|| retold::compare_with(a, b, &settings)),
            Some(background) => beside(py, None, |progress| {
                let asked = [Asked { a: a.id.clone(), b: b.id.clone() }];
                let compared = CompareSettings { profile: settings.profile, min_score: settings.min_score };
                let (articles, background) = (vec![a, b], &background.get().source);
                let rejections = Mutex::new(Vec::<Rejection>::new());
                let rows =
                    pipeline::compare(&articles, Some(background), &asked, &compared, progress, &rejections)?;
                let row = rows.into_iter().next().unwrap_or_else(|| Err("it was not scored".to_owned()));
                row.map_err(retold::Error::Usage)
            })?
            .map_err(raised)?,
        };
        serde_json::to_string(&row).map_err(input)
    }

    /// The articles of some data, as a stream of record batches.
    #[pyfunction]
    fn read(py: Python<'_>, data: Py<Data>) -> PyResult<PyRecordBatchReader> {
        let schema = rows::article_schema();
        let batches = beside(py, None, |progress| {
            let mut batches = Vec::<RecordBatch>::new();
            data.get().source.pass(
                |articles| {
                    let articles: Vec<Article> = articles.iter().map(ArticleRef::to_article).collect();
                    rows::batch(&schema, &articles)
                },
                |batch| {
                    if progress.is_cancelled() {
                        return Err(retold::Error::Interrupted);
                    }
                    batches.push(batch.map_err(|error| retold::Error::Usage(error.to_string()))?);
                    Ok(())
                },
            )?;
            Ok::<_, retold::Error>(batches)
        })?
        .map_err(raised)?;
        let batches = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
        Ok(PyRecordBatchReader::new(Box::new(batches)))
    }

    /// The command line: its exit status.
    #[pyfunction]
    fn main(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
        py.detach(|| retold::cli::run(arguments))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
