//! Where articles come from: files, record batches, or anything that comes once.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::input::AnyRecordBatch;
use retold::collection::{ArticleRef, Collection, Location};
use retold::read::{Corpus, FieldNames, ReadOptions};
use retold::rejection::{Rejection, RejectionKind};
use retold::{Article, Result};

use crate::batches::Batches;
use crate::columns::Columns;
use crate::errors::{input, raised};
use crate::spool::{Spool, Spooling};

/// After so many rows of an iterable signals are looked for.
const ROWS_AT_ONCE: u64 = 1024;

/// The forms of a collection.
pub enum Source {
    Files(Box<Corpus>),
    Batches(Batches),
    Spool(Spool),
}

impl Collection for Source {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        match self {
            Source::Files(corpus) => corpus.pass(work, take),
            Source::Batches(batches) => batches.pass(work, take),
            Source::Spool(spool) => spool.pass(work, take),
        }
    }

    fn read(&self, location: Location) -> Result<Article> {
        match self {
            Source::Files(corpus) => corpus.read(location),
            Source::Batches(batches) => batches.read(location),
            Source::Spool(spool) => spool.read(location),
        }
    }

    fn input_name(&self, input: u32) -> String {
        match self {
            Source::Files(corpus) => corpus.input_name(input),
            Source::Batches(batches) => batches.input_name(input),
            Source::Spool(spool) => spool.input_name(input),
        }
    }

    fn line_number(&self, location: Location) -> Option<u64> {
        match self {
            Source::Files(corpus) => corpus.line_number(location),
            Source::Batches(_) | Source::Spool(_) => Some(location.offset + 1),
        }
    }

    fn total_bytes(&self) -> Option<u64> {
        match self {
            Source::Files(corpus) => corpus.total_bytes(),
            Source::Batches(batches) => batches.total_bytes(),
            Source::Spool(spool) => spool.total_bytes(),
        }
    }
}

/// Articles, and what of the input is none.
#[pyclass(frozen, module = "retold._retold")]
pub struct Data {
    pub source: Source,
    pub rejected: Arc<Mutex<Vec<Rejection>>>,
}

/// Names of the fields, in the order id, text, title, date, source, url, language.
fn field_names(names: [String; 7]) -> FieldNames {
    let [id, text, title, date, source, url, language] = names;
    FieldNames { id, text, title, date, source, url, language }
}

#[pymethods]
impl Data {
    /// Files and folders, as the command line reads them.
    #[staticmethod]
    fn files(paths: Vec<PathBuf>, names: [String; 7]) -> PyResult<Self> {
        let rejected: Arc<Mutex<Vec<Rejection>>> = Arc::default();
        let options = ReadOptions { field_names: field_names(names), ..ReadOptions::default() };
        let corpus = Corpus::open(&paths, options, rejected.clone()).map_err(raised)?;
        Ok(Data { source: Source::Files(Box::new(corpus)), rejected })
    }

    /// Anything with the Arrow stream interface. What streams is kept in a temporary file, what is in memory
    /// stays there.
    #[staticmethod]
    fn arrow(py: Python<'_>, stream: AnyRecordBatch, names: [String; 7], streams: bool) -> PyResult<Self> {
        let mut reader = stream.into_reader()?;
        let names = field_names(names);
        let mut found = Found::default();
        let mut keeping = match streams {
            true => Keeping::Spooling(Spooling::begin().map_err(input)?),
            false => Keeping::Held(Vec::new()),
        };
        loop {
            // a stream may be Python's own, and so it is asked on this thread
            let went_on = py.detach(|| keeping.next(&mut reader, &names, &mut found));
            py.check_signals()?;
            if !went_on.map_err(input)? {
                break;
            }
        }
        let source = keeping.finish().map_err(input)?;
        Ok(Data { source, rejected: Arc::new(Mutex::new(found.rejected)) })
    }

    /// Dictionaries, one an article.
    #[staticmethod]
    fn rows(rows: &Bound<'_, PyAny>, names: [String; 7]) -> PyResult<Self> {
        let py = rows.py();
        let mut spooling = Spooling::begin().map_err(input)?;
        let mut found = Found::default();
        for (number, row) in (0..).zip(rows.try_iter()?) {
            if number % ROWS_AT_ONCE == 0 {
                py.check_signals()?;
            }
            let row = row?;
            let row =
                row.cast::<PyDict>().map_err(|_| input("rows are dictionaries with an id and a text"))?;
            let mut fields: [Option<String>; 7] = Default::default();
            for (field, name) in fields.iter_mut().zip(&names) {
                *field = match row.get_item(name)? {
                    Some(value) if !value.is_none() => Some(value.str()?.to_string_lossy().into_owned()),
                    _ => None,
                };
            }
            if let Some(article) = found.article(&fields, number) {
                spooling.add(&article).map_err(input)?;
            }
        }
        let spool = spooling.finish().map_err(input)?;
        Ok(Data { source: Source::Spool(spool), rejected: Arc::new(Mutex::new(found.rejected)) })
    }

    /// What was left out so far, as JSON lines.
    fn rejected(&self) -> Vec<String> {
        let rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        rejected.iter().filter_map(|rejection| serde_json::to_string(rejection).ok()).collect()
    }
}

/// Reads what comes, and keeps what is none.
#[derive(Default)]
struct Found {
    rejected: Vec<Rejection>,
    rows: u64,
}

impl Found {
    fn columns(&mut self, batch: &RecordBatch, names: &FieldNames) -> Result<Columns, ArrowError> {
        let columns = Columns::of(batch, names)?;
        let first = self.rows;
        self.rejected.extend((0..columns.rows).filter_map(|row| columns.fault(row, first + row as u64)));
        self.rows += columns.rows as u64;
        Ok(columns)
    }

    fn article<'a>(&mut self, fields: &'a [Option<String>; 7], number: u64) -> Option<ArticleRef<'a>> {
        let field = |at: usize| fields[at].as_deref().filter(|value| !value.is_empty()).map(Cow::Borrowed);
        let (id, text) = (field(0), field(1).filter(|text| !text.trim().is_empty()));
        let (kind, reason) = match (&id, &text, &fields[1]) {
            (None, ..) => (RejectionKind::MissingField, "the row has no id"),
            (_, None, None) => (RejectionKind::MissingField, "the row has no text"),
            (_, None, Some(_)) => (RejectionKind::EmptyText, "the text is empty"),
            (Some(_), Some(_), _) => {
                let location = Location { input: 0, offset: number, length: 0 };
                let [title, date, source, url, language] = [2, 3, 4, 5, 6].map(field);
                let (id, text, line) = (id?, text?, number + 1);
                let provenance = None;
                return Some(ArticleRef {
                    id,
                    text,
                    title,
                    date,
                    source,
                    url,
                    language,
                    location,
                    line,
                    provenance,
                });
            }
        };
        self.rejected.push(Rejection {
            input: "data".to_owned(),
            line: Some(number + 1),
            id: id.map(Cow::into_owned),
            kind,
            reason: reason.to_owned(),
        });
        None
    }
}

/// Batches as they come: those of a table are held where they are, those of a stream written down.
enum Keeping {
    Held(Vec<Columns>),
    Spooling(Spooling),
}

impl Keeping {
    /// Takes the next batch; `false` after the last one.
    fn next(
        &mut self,
        reader: &mut dyn RecordBatchReader,
        names: &FieldNames,
        found: &mut Found,
    ) -> Result<bool, ArrowError> {
        let Some(batch) = reader.next() else { return Ok(false) };
        let first = found.rows;
        let columns = found.columns(&batch?, names)?;
        match self {
            Keeping::Held(batches) => batches.push(columns),
            Keeping::Spooling(spooling) => {
                for row in 0..columns.rows {
                    if let Some(article) = columns.article(row, first + row as u64) {
                        spooling.add(&article).map_err(unwritten)?;
                    }
                }
            }
        }
        Ok(true)
    }

    fn finish(self) -> Result<Source, ArrowError> {
        Ok(match self {
            Keeping::Held(batches) => Source::Batches(Batches::new(batches)),
            Keeping::Spooling(spooling) => Source::Spool(spooling.finish().map_err(unwritten)?),
        })
    }
}

fn unwritten(cause: std::io::Error) -> ArrowError {
    ArrowError::IoError("cannot write a temporary file".to_owned(), cause)
}
