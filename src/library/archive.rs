//! An archive on disk behind one handle.

use std::path::{Path, PathBuf};

use super::Settings;
use crate::article::Article;
use crate::error::Result;
use crate::index::{Added, FoundFamily, Reader, Removed, Snapshot, Stats, Writer};
use crate::progress::NoProgress;
use crate::row::PairRow;

/// An archive of articles in a folder: it is added to, and incoming articles are held against it.
///
/// Each change is committed before its call returns, and survives a crash from then on. Readers are never
/// blocked; there is one writer at a time, from the first change on until [`Self::release`], or until the
/// handle is dropped.
///
/// ```
/// use retold::{Article, Index, Settings};
///
/// let home = tempfile::tempdir().unwrap();
/// let text = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";
/// let mut index = Index::create(home.path().join("archive"))?;
/// index.add(vec![Article::new("wire", text)])?;
/// let rows = index.flag(&Article::new("print", format!("{text} Nobody was hurt.")), &Settings::default())?;
/// assert!(rows.len() == 1 && rows[0].relation.is_derived());
/// # Ok::<(), retold::Error>(())
/// ```
#[derive(Debug)]
pub struct Index {
    folder: PathBuf,
    /// Opened with the first question, while there is no writer.
    reader: Option<Reader>,
    /// Opened with the first change.
    writer: Option<Box<Writer>>,
}

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// [`crate::index::IndexError`] where it is none or is damaged, [`crate::Error::File`] where it cannot be
    /// read.
    pub fn open(folder: impl AsRef<Path>) -> Result<Index> {
        let folder = folder.as_ref().to_owned();
        let reader = Reader::open(&folder)?;
        Ok(Index { folder, reader: Some(reader), writer: None })
    }

    /// Opens the index in a folder, and makes one where there is none: in a new folder, or in an empty one.
    ///
    /// # Errors
    /// As [`Self::open`], and [`crate::index::IndexError::Locked`] while another writes.
    pub fn create(folder: impl AsRef<Path>) -> Result<Index> {
        let folder = folder.as_ref().to_owned();
        let writer = Writer::open_or_create(&folder)?;
        Ok(Index { folder, reader: None, writer: Some(Box::new(writer)) })
    }

    /// Files articles and commits them; of one id the last is kept, and takes the place of an earlier one.
    ///
    /// # Errors
    /// [`crate::index::IndexError::Locked`] while another writes, and what reading and writing return.
    pub fn add(&mut self, articles: Vec<Article>) -> Result<Added> {
        let writer = self.writer()?;
        let added = writer.add(articles)?;
        commit(writer)?;
        Ok(added)
    }

    /// Removes articles by their ids, and commits. Their bytes go with the next [`Self::compact`].
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn remove<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) -> Result<Removed> {
        let writer = self.writer()?;
        let removed = writer.remove(ids)?;
        commit(writer)?;
        Ok(removed)
    }

    /// Writes everything anew, without what was removed.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn compact(&mut self) -> Result<()> {
        self.writer()?.compact(&NoProgress)
    }

    /// Holds an article against the archive: the rows that a scan of the archive with it would give, the best
    /// first.
    ///
    /// # Errors
    /// What reading the index returns.
    pub fn flag(&mut self, article: &Article, settings: &Settings) -> Result<Vec<PairRow>> {
        self.snapshot()?.query(article, &settings.for_query())
    }

    /// The family of an article, archived or not, as a scan of the archive with it would draw it; `None`
    /// where nothing is tied to it. Of the settings the profile and the cut count.
    ///
    /// ```
    /// use retold::{Article, Index, Settings};
    ///
    /// let home = tempfile::tempdir().unwrap();
    /// let text = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";
    /// let print = Article::new("print", format!("{text} Nobody was hurt."));
    /// let mut index = Index::create(home.path().join("archive"))?;
    /// index.add(vec![Article::new("wire", text), print.clone()])?;
    /// let found = index.family(&print, &Settings::default())?;
    /// assert_eq!(found.map(|found| found.family.size), Some(2));
    /// let other = Article::new("other", "A bakery opens in Quarrel Point next week.");
    /// assert_eq!(index.family(&other, &Settings::default())?, None);
    /// # Ok::<(), retold::Error>(())
    /// ```
    ///
    /// # Errors
    /// What reading the index returns.
    pub fn family(&mut self, article: &Article, settings: &Settings) -> Result<Option<FoundFamily>> {
        self.snapshot()?.family_of(article, &settings.for_query())
    }

    /// The article of an id.
    ///
    /// # Errors
    /// What reading the index returns.
    pub fn article(&mut self, id: &str) -> Result<Option<Article>> {
        self.snapshot()?.article(id)
    }

    /// How much the index holds.
    ///
    /// # Errors
    /// What reading the index returns.
    pub fn stats(&mut self) -> Result<Stats> {
        self.snapshot()?.stats()
    }

    /// The newest state, as one that does not change.
    ///
    /// # Errors
    /// What reading the index returns.
    pub fn snapshot(&mut self) -> Result<&Snapshot> {
        if let Some(writer) = &self.writer {
            return Ok(writer.snapshot());
        }
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => Reader::open(&self.folder)?,
        };
        self.reader.insert(reader).fresh()
    }

    /// Lets others write; the next change opens the index for writing again.
    pub fn release(&mut self) {
        self.writer = None;
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn writer(&mut self) -> Result<&mut Writer> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => Box::new(Writer::open(&self.folder)?),
        };
        Ok(self.writer.insert(writer))
    }
}

fn commit(writer: &mut Writer) -> Result<()> {
    writer.commit()?;
    writer.tidy(&NoProgress)
}
