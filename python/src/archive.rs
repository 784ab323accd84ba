//! The archive index.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use retold::collection::{ArticleRef, Collection};
use retold::index::FoundFamily;
use retold::{Article, Error};

use crate::data::Data;
use crate::errors::{input, raised};
use crate::options;
use crate::work::beside;

/// Articles filed between two commits.
const COMMIT_ARTICLES: usize = 10_000;

/// An archive on disk.
#[pyclass(frozen, module = "retold._retold")]
pub struct Archive(Mutex<retold::Index>);

impl Archive {
    fn index(&self) -> MutexGuard<'_, retold::Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Archive {
    /// Opens the index in a folder; makes one where there is none and `create` says so.
    #[new]
    fn new(py: Python<'_>, folder: PathBuf, create: bool) -> PyResult<Self> {
        let index = py.detach(|| match create && !folder.join("INDEX").exists() {
            true => retold::Index::create(&folder),
            false => retold::Index::open(&folder),
        });
        index.map(|index| Archive(Mutex::new(index))).map_err(raised)
    }

    /// Files articles; returns how many, and how many of their ids were held before.
    #[pyo3(signature = (data, progress=None))]
    fn add(&self, py: Python<'_>, data: &Data, progress: Option<Bound<'_, PyAny>>) -> PyResult<(u64, u64)> {
        let filed = beside(py, progress.as_ref(), |progress| {
            progress.stage("filing", None);
            let mut index = self.index();
            let (mut waiting, mut all) = (Vec::new(), (0, 0));
            let mut file = |waiting: &mut Vec<Article>| {
                let added = index.add(std::mem::take(waiting))?;
                progress.advance(added.added);
                all = (all.0 + added.added, all.1 + added.replaced);
                Ok::<(), Error>(())
            };
            data.source.pass(
                |articles| articles.iter().map(ArticleRef::to_article).collect::<Vec<Article>>(),
                |articles| {
                    if progress.is_cancelled() {
                        return Err(Error::Interrupted);
                    }
                    waiting.extend(articles);
                    if waiting.len() >= COMMIT_ARTICLES { file(&mut waiting) } else { Ok(()) }
                },
            )?;
            if !waiting.is_empty() {
                file(&mut waiting)?;
            }
            Ok(all)
        })?;
        filed.map_err(raised)
    }

    /// Removes articles; returns how many, and the ids that the index does not hold.
    fn remove(&self, py: Python<'_>, ids: Vec<String>) -> PyResult<(u64, Vec<String>)> {
        let removed = py.detach(|| self.index().remove(ids.iter().map(String::as_str)));
        removed.map(|removed| (removed.removed, removed.unknown)).map_err(raised)
    }

    /// The rows of each article held against the archive, as JSON lines; with `add` the article is filed
    /// after it was asked.
    #[pyo3(signature = (data, settings, add, progress=None))]
    fn flag(
        &self,
        py: Python<'_>,
        data: &Data,
        settings: &str,
        add: bool,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Vec<(String, Vec<String>)>> {
        let settings = options::settings(settings)?;
        let answers = beside(py, progress.as_ref(), |progress| {
            progress.stage("asking the archive", None);
            let mut index = self.index();
            let mut answers = Vec::new();
            data.source.pass(
                |articles| articles.iter().map(ArticleRef::to_article).collect::<Vec<Article>>(),
                |articles| {
                    for article in articles {
                        if progress.is_cancelled() {
                            return Err(Error::Interrupted);
                        }
                        let rows = index.flag(&article, &settings)?;
                        let rows = rows.iter().filter_map(|row| serde_json::to_string(row).ok());
                        answers.push((article.id.clone(), rows.collect()));
                        if add {
                            index.add(vec![article])?;
                        }
                        progress.advance(1);
                    }
                    Ok(())
                },
            )?;
            Ok(answers)
        })?;
        answers.map_err(raised)
    }

    /// The family of an article given as one JSON object, and the pairs in it: a line of `families.jsonl` and
    /// lines of `pairs.jsonl`. `None` where nothing is tied to it.
    fn family(
        &self,
        py: Python<'_>,
        article: &str,
        settings: &str,
    ) -> PyResult<Option<(String, Vec<String>)>> {
        let settings = options::settings(settings)?;
        let article: Article = serde_json::from_str(article).map_err(input)?;
        let found = beside(py, None, |_| self.index().family(&article, &settings))?;
        let Some(FoundFamily { family, rows, .. }) = found.map_err(raised)? else { return Ok(None) };
        let family = serde_json::to_string(&family).map_err(input)?;
        let rows: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
        Ok(Some((family, rows.map_err(input)?)))
    }

    /// The article of an id, as one JSON object.
    fn article(&self, py: Python<'_>, id: &str) -> PyResult<Option<String>> {
        let article = py.detach(|| self.index().article(id)).map_err(raised)?;
        article.map(|article| serde_json::to_string(&article).map_err(input)).transpose()
    }

    /// How much it holds, as one JSON object.
    fn stats(&self, py: Python<'_>) -> PyResult<String> {
        let stats = py.detach(|| self.index().stats()).map_err(raised)?;
        serde_json::to_string(&stats).map_err(input)
    }

    /// Writes everything anew, without what was removed.
    fn compact(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.index().compact()).map_err(raised)
    }

    /// Lets others write.
    fn release(&self) {
        self.index().release();
    }
}
