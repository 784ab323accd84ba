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
    use std::sync::{Mutex, PoisonError};

    use arrow_array::{RecordBatch, RecordBatchIterator};
    use pyo3::prelude::*;
    use pyo3_arrow::PyRecordBatchReader;
    use retold::Article;
    use retold::collection::{ArticleRef, Collection};

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
        Best, Cluster, Families, PairUp, Ties, all_grams, analyse, check_settings, judge, promising,
        shared_grams, verify,
    };
    #[pymodule_export]
    use crate::tune::tune;

    use crate::errors::{input, raised};
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
        let row = py.detach(|| match &background {
            None => Ok(retold::compare_with(a, b, &settings)),
            Some(background) => retold::compare_among(a, b, &background.get().source, &settings),
        });
        serde_json::to_string(&row.map_err(raised)?).map_err(input)
    }

    /// The articles of some data, as a stream of record batches.
    #[pyfunction]
    fn read(py: Python<'_>, data: Py<Data>) -> PyResult<PyRecordBatchReader> {
        let schema = rows::article_schema();
        let batches = Mutex::new(Vec::<RecordBatch>::new());
        let read = py.detach(|| {
            data.get().source.pass(
                |articles| {
                    let articles: Vec<Article> = articles.iter().map(ArticleRef::to_article).collect();
                    rows::batch(&schema, &articles)
                },
                |batch| {
                    let batch = batch.map_err(|error| retold::Error::Usage(error.to_string()))?;
                    batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
                    Ok(())
                },
            )
        });
        read.map_err(raised)?;
        let batches = batches.into_inner().unwrap_or_else(PoisonError::into_inner);
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
