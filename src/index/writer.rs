//! The one who writes: files, replaces and removes articles.
//!
//! What is added lies in segments in memory, which queries of this writer see at once, until
//! [`Writer::commit`] makes it durable (`commit.rs`).

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::block::Output;
use super::build::{Filed, write_segment};
use super::copies::{CopyMatch, CopySearch};
use super::doubles::outdated;
use super::known::{KeyKind, Known};
use super::manifest::{MANIFEST, MANIFEST_PARTIAL, Manifest, aside_number, segment_name, segment_number};
use super::merging::{BESIDE_FROM_DOCUMENTS, Merging};
use super::plain;
use super::recipe::{Analysis, id_key, identity_key};
use super::sampling::Sampling;
use super::segment::Segment;
use super::snapshot::{self, DocumentPlace, Snapshot, SnapshotPart};
use super::storage::{FolderStorage, Storage};
use crate::article::Article;
use crate::barrier::{Stage, guarded};
use crate::error::IndexError;
use crate::progress::Progress;
use crate::{Error, Result};

/// Adding this many articles at once pays for reading the keys of the whole index.
pub(super) const MANY_ARTICLES: usize = 1000;

/// A new segment, and its bytes where it is in memory.
type Built = (SnapshotPart, Option<Arc<Vec<u8>>>);

/// An article, and what is kept of it.
pub(super) type Analysed = (Article, Analysis);

/// The single writer of an index, as long as it lives.
#[derive(Debug)]
pub struct Writer {
    pub(super) storage: Arc<dyn Storage>,
    /// Ends before the lock is given up.
    pub(super) merging: Option<Merging>,
    /// Merges of at least so many documents go on beside.
    pub(super) beside_from_documents: u64,
    _lock: Box<dyn Any + Send + Sync>,
    /// What the manifest on disk says.
    pub(super) committed: Manifest,
    /// What it will say, and what queries see.
    pub(super) snapshot: Snapshot,
    /// Segments at the end of the snapshot that are in memory yet.
    pub(super) pending: Vec<Arc<Vec<u8>>>,
    pub(super) next_number: u64,
    /// As many will be there soon.
    pub(super) expected_documents: u64,
    pub(super) next_file: u64,
    pub(super) known: Option<Known>,
    room: plain::Room,
    /// A failed write leaves it open what is on disk; only opening again tells.
    pub(super) is_broken: bool,
}

impl Writer {
    /// Opens the index in a folder for writing, and makes one where there is none: in a new folder, or in an
    /// empty one.
    ///
    /// # Errors
    /// [`IndexError::Locked`] while another writes, [`IndexError::NotAnIndex`] for a folder that holds other
    /// files, and what reading returns.
    pub fn open_or_create(folder: &Path) -> Result<Writer> {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        if !folder.exists() {
            std::fs::create_dir_all(folder).map_err(|cause| Error::file("create", folder, cause))?;
            let parent = FolderStorage::new(parent.unwrap_or(Path::new(".")));
            parent.sync_names().map_err(|cause| Error::file("create", folder, cause))?;
        }
        Self::with_storage(Arc::new(FolderStorage::new(folder)), true)
    }

    /// Opens the index in a folder for writing.
    ///
    /// # Errors
    /// As [`Self::open_or_create`].
    pub fn open(folder: &Path) -> Result<Writer> {
        let storage = FolderStorage::new(folder);
        // no lock file is left in a folder that is none of ours
        snapshot::read_manifest(&storage)?;
        Self::with_storage(Arc::new(storage), false)
    }

    /// As [`Self::open_or_create`], wherever the files lie.
    ///
    /// # Errors
    /// As [`Self::open_or_create`].
    pub fn with_storage(storage: Arc<dyn Storage>, may_create: bool) -> Result<Writer> {
        let failed = |cause| Error::file("open", storage.describe(""), cause);
        let names = storage.list().map_err(failed)?;
        let is_new = !names.iter().any(|name| name == MANIFEST);
        let is_ours = |name: &str| {
            segment_number(name).or_else(|| aside_number(name)).is_some()
                || [MANIFEST, MANIFEST_PARTIAL, "LOCK"].contains(&name)
        };
        if is_new && may_create && !names.iter().all(|name| is_ours(name)) {
            let reason = "it holds other files".to_owned();
            return Err(IndexError::NotAnIndex { folder: storage.describe(""), reason }.into());
        }
        let lock = storage.lock().map_err(failed)?;
        let lock = lock.ok_or_else(|| IndexError::Locked { folder: storage.describe("") })?;
        // a manifest may have come while the lock was not ours
        let (committed, snapshot) = match snapshot::open(&*storage) {
            Err(Error::Index(IndexError::NotAnIndex { .. })) if may_create => Default::default(),
            found => found?,
        };
        let mut writer = Self::over(storage, lock, committed, snapshot);
        if writer.committed.generation == 0 {
            writer.write_manifest()?;
        }
        writer.remove_leftovers();
        Ok(writer)
    }

    /// A writer over what was opened, which may be a part of a damaged index.
    pub(super) fn over(
        storage: Arc<dyn Storage>,
        lock: Box<dyn Any + Send + Sync>,
        committed: Manifest,
        snapshot: Snapshot,
    ) -> Writer {
        Writer {
            next_number: committed.next_number,
            next_file: committed.next_file.max(1),
            expected_documents: 0,
            storage,
            merging: None,
            beside_from_documents: BESIDE_FROM_DOCUMENTS,
            _lock: lock,
            committed,
            snapshot,
            pending: Vec::new(),
            known: None,
            room: plain::Room::default(),
            is_broken: false,
        }
    }

    /// Removes articles that a later one of their id stands beside.
    pub(super) fn remove_outdated(&mut self, progress: &dyn Progress) -> Result<()> {
        let places = outdated(&self.snapshot, progress)?;
        self.change(Vec::new(), places.into_iter().collect())
    }

    /// Files copies again whose representative is no more.
    pub(super) fn refile_orphans(&mut self) -> Result<()> {
        let mut orphans = FxHashSet::default();
        for (part, held) in (0..).zip(&self.snapshot.parts) {
            held.segment.each_record(|document, record| {
                let is_live = !held.deleted.is_deleted(document);
                if is_live
                    && record.is_copy()
                    && self.snapshot.place_of_number(record.representative)?.is_none()
                {
                    orphans.insert(DocumentPlace { part, document });
                }
                Ok(())
            })?;
        }
        let mut places: Vec<DocumentPlace> = orphans.iter().copied().collect();
        places.sort_unstable();
        let articles = places.into_iter().map(|place| self.snapshot.article_at(place));
        let articles = articles.collect::<Result<_>>()?;
        self.change(self.analysed_again(articles)?, orphans)
    }

    /// Commits, and removes every file that is not named then.
    pub(super) fn commit_anew(&mut self) -> Result<()> {
        self.persist()?;
        self.write_manifest()?;
        self.remove_leftovers();
        Ok(())
    }

    /// Forgets what is known of keys and ends the merge that goes on, since everything is written anew.
    pub(super) fn start_over(&mut self) -> Result<()> {
        self.check_usable()?;
        self.known = None;
        self.merging = None;
        Ok(())
    }

    /// What is on disk is sound, what is in memory is half done.
    pub(super) fn give_up(&mut self) {
        self.is_broken = true;
    }

    /// What a query of this writer sees: also what is not yet committed.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(super) fn check_usable(&self) -> Result<()> {
        if !self.is_broken {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "writing to {} failed before: open it again to see what it holds",
            self.storage.describe("")
        )))
    }

    /// Removes documents and files articles, at once. Copies of a removed document are filed again: one of
    /// them becomes the representative of the others.
    pub(super) fn change(
        &mut self,
        mut articles: Vec<Analysed>,
        mut removed: FxHashSet<DocumentPlace>,
    ) -> Result<()> {
        let displaced = self.displaced(&removed)?;
        let again = displaced.iter().map(|&place| self.snapshot.article_at(place)).collect::<Result<_>>()?;
        articles.extend(self.analysed_again(again)?);
        removed.extend(displaced);
        let records: Vec<(DocumentPlace, bool)> = removed
            .iter()
            .map(|&place| Ok((place, !self.snapshot.record(place)?.is_copy())))
            .collect::<Result<_>>()?;
        let part = match articles.is_empty() {
            true => None,
            // nothing refers to what a broken-off build has made
            false => Some(guarded(Stage::File, |_| false, || self.build(articles, &removed))??),
        };
        for (place, is_representative) in records {
            let deleted = Arc::make_mut(&mut self.snapshot.parts[place.part as usize].deleted);
            deleted.delete(place.document, is_representative);
        }
        if let Some((part, bytes)) = part {
            self.snapshot.parts.push(part);
            self.pending.extend(bytes);
        }
        Ok(())
    }

    /// Documents that copy a removed one and are not removed themselves, in order.
    fn displaced(&self, removed: &FxHashSet<DocumentPlace>) -> Result<Vec<DocumentPlace>> {
        const FEW: usize = 64;
        let mut displaced = Vec::new();
        let mut numbers = FxHashSet::default();
        for &place in removed {
            let record = self.snapshot.record(place)?;
            if !record.is_copy() {
                numbers.insert(record.number);
            }
        }
        if numbers.len() <= FEW {
            for &number in &numbers {
                displaced.extend(self.snapshot.copies_of(number)?);
            }
        } else {
            for (part, held) in (0..).zip(&self.snapshot.parts) {
                held.segment.each_record(|document, record| {
                    let is_displaced = record.is_copy()
                        && numbers.contains(&record.representative)
                        && !held.deleted.is_deleted(document);
                    if is_displaced {
                        displaced.push(DocumentPlace { part, document });
                    }
                    Ok(())
                })?;
            }
        }
        displaced.retain(|place| !removed.contains(place));
        displaced.sort_unstable();
        Ok(displaced)
    }

    /// A segment of articles, in memory: then its bytes are there too; or, of many of them, in a file that
    /// nothing refers to yet.
    fn build(&mut self, articles: Vec<Analysed>, removed: &FxHashSet<DocumentPlace>) -> Result<Built> {
        let documents = (self.snapshot.documents() + articles.len() as u64).max(self.expected_documents);
        let sampling = Sampling::of(documents);
        let first_number = self.next_number;
        let mut search =
            CopySearch::new(&self.snapshot, self.known.as_ref(), removed, first_number, articles.len());
        let mut filed: Vec<Filed> = Vec::with_capacity(articles.len());
        for ((article, analysis), number) in articles.into_iter().zip(first_number..) {
            let found = search.next(&filed, &article, &analysis)?;
            let CopyMatch { representative, is_identical } =
                found.unwrap_or(CopyMatch { representative: number, is_identical: false });
            filed.push(Filed { article, analysis, number, representative, is_identical });
        }
        if let Some(known) = &mut self.known {
            for filed in &filed {
                known.insert(KeyKind::Id, id_key(&filed.article.id));
                known.insert(KeyKind::Text, identity_key(filed.analysis.identity));
                filed.analysis.bands.iter().for_each(|&band| known.insert(KeyKind::Band, band));
            }
        }
        let file = self.take_file_number();
        let (segment, bytes) = if filed.len() >= MANY_ARTICLES && self.pending.is_empty() {
            let mut room = std::mem::take(&mut self.room);
            self.write_file(file, |output| write_segment(output, &filed, sampling, &mut room))?;
            self.room = room;
            (self.open_file(file)?, None)
        } else {
            let name = self.storage.describe(&segment_name(file));
            let mut bytes: Vec<u8> = Vec::new();
            write_segment(Output::new(&mut bytes, &name, file), &filed, sampling, &mut self.room)?;
            let bytes = Arc::new(bytes);
            (Segment::open(Box::new(bytes.clone()), name, file)?, Some(bytes))
        };
        self.next_number += filed.len() as u64;
        Ok((SnapshotPart { segment: Arc::new(segment), deleted: Arc::default() }, bytes))
    }

    pub(super) fn take_file_number(&mut self) -> u64 {
        self.next_file += 1;
        self.next_file - 1
    }
}
