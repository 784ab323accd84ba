//! The one who writes: files, replaces and removes articles.
//!
//! What is added lies in segments in memory, which queries of this writer see at once, until
//! [`Writer::commit`] makes it durable (`commit.rs`).

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

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
use crate::analysis::Analyser;
use crate::article::Article;
use crate::barrier::{Fault, Stage, guarded};
use crate::error::IndexError;
use crate::progress::Progress;
use crate::{Error, Result};

/// Adding this many articles at once pays for reading the keys of the whole index.
const MANY_ARTICLES: usize = 1000;

/// Keys of a document that are looked for when it is added.
const KEYS_A_DOCUMENT: u64 = 15;

/// A new segment, and its bytes where it is in memory.
type Built = (SnapshotPart, Option<Arc<Vec<u8>>>);

/// What became of articles that were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Articles filed, those included that took an earlier one's place.
    pub added: u64,
    /// Earlier articles of the same ids, which are gone.
    pub replaced: u64,
}

/// An article that was to be added, and at which retold failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFiled {
    /// Its place among those given.
    pub at: usize,
    /// Id of the article.
    pub id: String,
    /// What went wrong inside retold.
    pub fault: Fault,
}

/// An article, and what is kept of it.
type Analysed = (Article, Analysis);

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
    known: Option<Known>,
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
        let mut writer = Writer {
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
        };
        if writer.committed.generation == 0 {
            writer.write_manifest()?;
        }
        writer.remove_leftovers();
        Ok(writer)
    }

    /// A writer over what could be opened of a damaged index.
    pub(super) fn over(
        storage: Arc<dyn Storage>,
        lock: Box<dyn Any + Send + Sync>,
        committed: Manifest,
        snapshot: Snapshot,
    ) -> Writer {
        Writer {
            next_number: committed.next_number,
            next_file: committed.next_file,
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

    /// Files articles; of one id the last is kept, and takes the place of an earlier one in the index.
    /// Nothing is durable before [`Self::commit`].
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns; [`Error::Internal`] where retold itself fails;
    /// nothing is changed then.
    pub fn add(&mut self, articles: Vec<Article>) -> Result<Added> {
        self.add_those(articles, |failed| match failed.into_iter().next() {
            Some(NotFiled { fault, .. }) => Err(fault.into()),
            None => Ok(()),
        })
    }

    /// As [`Self::add`]; articles at which retold fails are left out, and put into `failed`.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_in_part(&mut self, articles: Vec<Article>, failed: &mut Vec<NotFiled>) -> Result<Added> {
        self.add_those(articles, |more| {
            failed.extend(more);
            Ok(())
        })
    }

    fn add_those(
        &mut self,
        articles: Vec<Article>,
        take_failed: impl FnOnce(Vec<NotFiled>) -> Result<()>,
    ) -> Result<Added> {
        self.check_usable()?;
        let given = articles.len() as u64;
        let mut last: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, article) in articles.iter().enumerate() {
            last.insert(&article.id, at);
        }
        let is_last: Vec<bool> =
            articles.iter().enumerate().map(|(at, article)| last[article.id.as_str()] == at).collect();
        let (places, articles): (Vec<usize>, Vec<Article>) = articles
            .into_iter()
            .enumerate()
            .zip(is_last)
            .filter(|(_, is_last)| *is_last)
            .map(|(article, _)| article)
            .unzip();
        let mut replaced = given - articles.len() as u64;
        if articles.len() >= MANY_ARTICLES {
            // what comes goes into a file at once
            self.is_broken = true;
            self.persist()?;
            self.is_broken = false;
        }
        self.know(articles.len())?;
        let (articles, failed) = self.analysed(articles);
        let added = given - failed.len() as u64;
        let not_filed = |(at, id, fault): (usize, _, _)| NotFiled { at: places[at], id, fault };
        take_failed(failed.into_iter().map(not_filed).collect())?;
        let mut removed = FxHashSet::default();
        for (article, _) in &articles {
            let key = id_key(&article.id);
            if self.known.as_ref().is_some_and(|known| !known.may_hold(KeyKind::Id, key)) {
                continue;
            }
            if let Some(place) = self.snapshot.place_of(&article.id)? {
                removed.insert(place);
                replaced += 1;
            }
        }
        self.change(articles, removed)?;
        Ok(Added { added, replaced })
    }

    /// What is kept of articles; of those at which retold fails, the place among them, the id and the fault.
    fn analysed(&self, articles: Vec<Article>) -> (Vec<Analysed>, Vec<(usize, String, Fault)>) {
        let documents = (self.snapshot.documents() + articles.len() as u64).max(self.expected_documents);
        let sampling = Sampling::of(documents);
        let analyses: Vec<std::result::Result<Analysis, Fault>> = articles
            .par_iter()
            .map_init(Analyser::default, |analyser, article| {
                let analysis = || Analysis::of(article, sampling, analyser);
                let analysis = guarded(Stage::File, |wanted| wanted == article.id, analysis);
                if analysis.is_err() {
                    *analyser = Analyser::default();
                }
                analysis
            })
            .collect();
        let (mut analysed, mut failed) = (Vec::with_capacity(articles.len()), Vec::new());
        for (at, (article, analysis)) in articles.into_iter().zip(analyses).enumerate() {
            match analysis {
                Ok(analysis) => analysed.push((article, analysis)),
                Err(fault) => failed.push((at, article.id, fault)),
            }
        }
        (analysed, failed)
    }

    /// As [`Self::analysed`], of articles that the index holds already.
    ///
    /// # Errors
    /// [`Error::Internal`] where retold fails at one.
    fn analysed_again(&self, articles: Vec<Article>) -> Result<Vec<Analysed>> {
        let (analysed, failed) = self.analysed(articles);
        failed.into_iter().next().map_or(Ok(analysed), |(.., fault)| Err(fault.into()))
    }

    /// Reads the keys of the index, where so many articles are to be added that it pays.
    fn know(&mut self, articles: usize) -> Result<()> {
        let more = articles as u64 * KEYS_A_DOCUMENT;
        if self.known.as_ref().is_some_and(|known| known.is_full(more)) {
            self.known = None;
        }
        if self.known.is_none() && articles >= MANY_ARTICLES {
            self.known = Some(Known::of(&self.snapshot, 8 * more)?);
        }
        Ok(())
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
