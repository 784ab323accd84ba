//! What a writer does to an index as a whole: removing, taking in another index, writing everything anew.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::adding::Added;
use super::manifest::aside_number;
use super::recipe;
use super::snapshot::{self, DocumentPlace, Snapshot};
use super::storage::{FolderStorage, Storage};
use super::writer::Writer;
use crate::article::Article;
use crate::error::IndexError;
use crate::progress::{Progress, go_on};
use crate::{Error, Result};

/// Articles of a commit where an index is taken in or written anew.
const COMMIT_ARTICLES: usize = 10_000;

/// What became of ids that were to be removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Documents that are gone from all answers.
    pub removed: u64,
    /// Ids that the index does not hold.
    pub unknown: Vec<String>,
}

impl Writer {
    /// Removes the articles of these ids. Their bytes stay in the files until segments are merged, or
    /// [`Self::compact`]; nothing is durable before [`Self::commit`].
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns; nothing is changed then.
    pub fn remove<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) -> Result<Removed> {
        self.check_usable()?;
        let mut places = FxHashSet::default();
        let mut unknown = Vec::new();
        for id in ids {
            match self.snapshot.place_of(id)? {
                Some(place) => {
                    places.insert(place);
                }
                None => unknown.push(id.to_owned()),
            }
        }
        let removed = places.len() as u64;
        self.change(Vec::new(), places)?;
        Ok(Removed { removed, unknown })
    }

    /// Removes all articles dated before a moment, in seconds since 1970; those without a date stay. How many
    /// there were.
    ///
    /// # Errors
    /// As [`Self::remove`].
    pub fn remove_before(&mut self, unix_seconds: i64) -> Result<u64> {
        self.check_usable()?;
        let mut places = FxHashSet::default();
        for (part, held) in (0..).zip(&self.snapshot.parts) {
            held.segment.each_record(|document, record| {
                let is_before = record.unix_seconds.is_some_and(|seconds| seconds < unix_seconds);
                if is_before && !held.deleted.is_deleted(document) {
                    places.insert(DocumentPlace { part, document });
                }
                Ok(())
            })?;
        }
        let removed = places.len() as u64;
        self.change(Vec::new(), places)?;
        Ok(removed)
    }

    /// Files all articles of another index, in commits; an id that both hold is replaced.
    ///
    /// # Errors
    /// As [`Self::add`] and [`Self::commit`]: what was committed before stays.
    pub fn take_in(&mut self, other: &Snapshot, progress: &dyn Progress) -> Result<Added> {
        let mut all = Added::default();
        each_batch(other, progress, |batch| {
            all += self.add(batch)?;
            self.commit()?;
            self.tidy(progress)
        })?;
        Ok(all)
    }

    /// Writes everything anew, in one commit: the bytes of what was removed are gone from the folder
    /// afterwards, and counts are exact again. Needs room for the index a second time.
    ///
    /// # Errors
    /// As [`Self::commit`]; the index is as it was then.
    pub fn compact(&mut self, progress: &dyn Progress) -> Result<()> {
        self.commit()?;
        self.write_anew(progress)
    }

    /// Damaged files that a repair put aside, as messages name them. They hold what nobody could read, and no
    /// writer removes or compacts them.
    ///
    /// # Errors
    /// [`Error::File`] where the folder cannot be read.
    pub fn damaged_files(&self) -> Result<Vec<String>> {
        let failed = |cause| Error::file("read", self.storage.describe(""), cause);
        let mut names = self.storage.list().map_err(failed)?;
        names.retain(|name| aside_number(name).is_some());
        names.sort();
        Ok(names.iter().map(|name| self.storage.describe(name)).collect())
    }

    /// Makes everything anew from the articles' texts, in one commit.
    fn write_anew(&mut self, progress: &dyn Progress) -> Result<()> {
        self.start_over()?;
        let old = std::mem::take(&mut self.snapshot);
        self.expected_documents = old.documents();
        each_batch(&old, progress, |batch| {
            self.add(batch)?;
            self.persist()?;
            self.merge_tiers(progress).map(|_| ())
        })
        .inspect_err(|_| self.give_up())?;
        self.commit().inspect_err(|_| self.give_up())?;
        self.expected_documents = 0;
        drop(old);
        self.remove_leftovers();
        Ok(())
    }
}

/// What became of an index that was to be of today's recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upgraded {
    /// Documents of the index.
    pub documents: u64,
    /// False where it was of today's recipe before.
    pub is_new: bool,
}

/// Makes an index of an earlier recipe anew from the texts it holds, in one commit: killed at any moment, it
/// is what it was, or wholly of today's recipe. Needs room for the index a second time. One of today's recipe
/// is left as it is.
///
/// # Errors
/// [`IndexError`] where there is none, where it is damaged, of a later format or being written;
/// [`Error::File`] where files cannot be read or written; [`Error::Interrupted`]. The index is as it was
/// then.
pub fn upgrade(folder: &Path, progress: &dyn Progress) -> Result<Upgraded> {
    upgrade_in(Arc::new(FolderStorage::new(folder)), progress)
}

/// As [`upgrade`], wherever the files lie.
///
/// # Errors
/// As [`upgrade`].
pub fn upgrade_in(storage: Arc<dyn Storage>, progress: &dyn Progress) -> Result<Upgraded> {
    // no lock file is left in a folder that is none of ours
    snapshot::read_manifest_of_any_recipe(&*storage)?;
    let lock = storage.lock().map_err(|cause| Error::file("open", storage.describe(""), cause))?;
    let lock = lock.ok_or_else(|| IndexError::Locked { folder: storage.describe("") })?;
    let (fingerprint, committed, snapshot) = snapshot::open_of_any_recipe(&*storage)?;
    let documents = snapshot.documents();
    if fingerprint == recipe::fingerprint() {
        return Ok(Upgraded { documents, is_new: false });
    }
    let mut writer = Writer::over(storage, lock, committed, snapshot);
    writer.remove_leftovers();
    writer.write_anew(progress)?;
    Ok(Upgraded { documents: writer.snapshot().documents(), is_new: true })
}

/// All articles of a snapshot, some thousands at a time.
fn each_batch(
    snapshot: &Snapshot,
    progress: &dyn Progress,
    mut visit: impl FnMut(Vec<Article>) -> Result<()>,
) -> Result<()> {
    progress.stage("filing", Some(snapshot.documents()));
    let mut batch = Vec::new();
    snapshot.each_article(|article| {
        batch.push(article);
        if batch.len() < COMMIT_ARTICLES {
            return Ok(());
        }
        go_on(progress)?;
        progress.advance(batch.len() as u64);
        visit(std::mem::take(&mut batch))
    })?;
    if batch.is_empty() { Ok(()) } else { visit(batch) }
}

/// Opens several indexes to be taken in, before anything is changed.
///
/// # Errors
/// What [`super::open`] returns for the first that cannot be taken in: damage, another recipe, a later
/// format.
pub fn open_all(folders: &[impl AsRef<Path>]) -> Result<Vec<Snapshot>> {
    folders.iter().map(|folder| super::open(folder.as_ref())).collect()
}
