//! The one who writes: files, replaces and removes articles, and makes it durable.
//!
//! What is added lies in segments in memory, which queries of this writer see at once, until [`Writer::commit`] writes them as
//! one file and then replaces the manifest: `segment written and synced → names synced → manifest written and synced →
//! renamed → names synced`. A crash before the rename leaves the index as it was, one after it leaves it as it became.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::block::Output;
use super::build::{Filed, write_segment};
use super::copies::{CopySearch, Found};
use super::error::IndexError;
use super::known::{KeyKind, Known};
use super::manifest::{MANIFEST, MANIFEST_PARTIAL, Manifest, SegmentEntry, segment_name, segment_number};
use super::merge::{MergeInput, merge};
use super::plain;
use super::recipe::{Analysis, Workspace, id_key, identity_key};
use super::sampling::Sampling;
use super::segment::Segment;
use super::snapshot::{self, Part, Place, Snapshot};
use super::storage::{FolderStorage, Storage};
use super::tiers;
use crate::article::Article;
use crate::progress::{NoProgress, Progress};
use crate::{Error, Result};

/// Adding this many articles at once pays for reading the keys of the whole index.
const MANY_ARTICLES: usize = 1000;

/// Keys of a document that are looked for when it is added.
const KEYS_A_DOCUMENT: u64 = 15;

/// A new segment, and its bytes where it is in memory.
type Built = (Part, Option<Arc<Vec<u8>>>);

/// What became of articles that were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Articles filed, those included that took an earlier one's place.
    pub added: u64,
    /// Earlier articles of the same ids, which are gone.
    pub replaced: u64,
}

/// The single writer of an index, as long as it lives.
#[derive(Debug)]
pub struct Writer {
    pub(super) storage: Arc<dyn Storage>,
    _lock: Box<dyn Any + Send + Sync>,
    /// What the manifest on disk says.
    pub(super) committed: Manifest,
    /// What it will say, and what queries see.
    pub(super) snapshot: Snapshot,
    /// Segments at the end of the snapshot that are in memory yet.
    pending: Vec<Arc<Vec<u8>>>,
    pub(super) next_number: u64,
    /// As many will be there soon.
    pub(super) expected_documents: u64,
    next_file: u64,
    known: Option<Known>,
    room: plain::Room,
    /// A failed write leaves it open what is on disk; only opening again tells.
    is_broken: bool,
}

impl Writer {
    /// Opens the index in a folder for writing, and makes one where there is none: in a new folder, or in an empty one.
    ///
    /// # Errors
    /// [`IndexError::Locked`] while another writes, [`IndexError::NotAnIndex`] for a folder that holds other files, and
    /// what reading returns.
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
            segment_number(name).is_some() || [MANIFEST, MANIFEST_PARTIAL, "LOCK"].contains(&name)
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
            _lock: lock,
            committed,
            snapshot,
            pending: Vec::new(),
            known: None,
            room: plain::Room::default(),
            is_broken: false,
        }
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
                    orphans.insert(Place { part, document });
                }
                Ok(())
            })?;
        }
        let mut places: Vec<Place> = orphans.iter().copied().collect();
        places.sort_unstable();
        let articles = places.into_iter().map(|place| self.snapshot.article_at(place));
        let articles = articles.collect::<Result<_>>()?;
        self.change(articles, orphans)
    }

    /// Commits, and removes every file that is not named then.
    pub(super) fn commit_anew(&mut self) -> Result<()> {
        self.persist()?;
        self.write_manifest()?;
        self.remove_leftovers();
        Ok(())
    }

    /// Forgets what is known of keys, since everything is written anew.
    pub(super) fn start_over(&mut self) -> Result<()> {
        self.check_usable()?;
        self.known = None;
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

    /// Files articles; of one id the last is kept, and takes the place of an earlier one in the index. Nothing is durable
    /// before [`Self::commit`].
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns; nothing is changed then.
    pub fn add(&mut self, articles: Vec<Article>) -> Result<Added> {
        self.check_usable()?;
        let given = articles.len() as u64;
        let mut last: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, article) in articles.iter().enumerate() {
            last.insert(&article.id, at);
        }
        let is_last: Vec<bool> =
            articles.iter().enumerate().map(|(at, article)| last[article.id.as_str()] == at).collect();
        let articles: Vec<Article> = articles
            .into_iter()
            .zip(is_last)
            .filter(|(_, is_last)| *is_last)
            .map(|(article, _)| article)
            .collect();
        let mut replaced = given - articles.len() as u64;
        if articles.len() >= MANY_ARTICLES {
            // what comes goes into a file at once
            self.is_broken = true;
            self.persist()?;
            self.is_broken = false;
        }
        self.know(articles.len())?;
        let mut removed = FxHashSet::default();
        for article in &articles {
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
        Ok(Added { added: given, replaced })
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

    /// Removes documents and files articles, at once. Copies of a removed document are filed again: one of them becomes the
    /// representative of the others.
    pub(super) fn change(&mut self, mut articles: Vec<Article>, mut removed: FxHashSet<Place>) -> Result<()> {
        let displaced = self.displaced(&removed)?;
        for place in displaced {
            articles.push(self.snapshot.article_at(place)?);
            removed.insert(place);
        }
        let records: Vec<(Place, bool)> = removed
            .iter()
            .map(|&place| Ok((place, !self.snapshot.record(place)?.is_copy())))
            .collect::<Result<_>>()?;
        let part = if articles.is_empty() { None } else { Some(self.build(articles, &removed)?) };
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
    fn displaced(&self, removed: &FxHashSet<Place>) -> Result<Vec<Place>> {
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
                        displaced.push(Place { part, document });
                    }
                    Ok(())
                })?;
            }
        }
        displaced.retain(|place| !removed.contains(place));
        displaced.sort_unstable();
        Ok(displaced)
    }

    /// A segment of articles, in memory: then its bytes are there too; or, of many of them, in a file that nothing refers to
    /// yet.
    fn build(&mut self, articles: Vec<Article>, removed: &FxHashSet<Place>) -> Result<Built> {
        let documents = (self.snapshot.documents() + articles.len() as u64).max(self.expected_documents);
        let sampling = Sampling::of(documents);
        let analyses: Vec<Analysis> = articles
            .par_iter()
            .map_init(Workspace::default, |room, article| Analysis::of(article, sampling, room))
            .collect();
        let first_number = self.next_number;
        let mut search =
            CopySearch::new(&self.snapshot, self.known.as_ref(), removed, first_number, articles.len());
        let mut filed: Vec<Filed> = Vec::with_capacity(articles.len());
        for ((article, analysis), number) in articles.into_iter().zip(analyses).zip(first_number..) {
            let found = search.next(&filed, &article, &analysis)?;
            let Found { representative, is_identical } =
                found.unwrap_or(Found { representative: number, is_identical: false });
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
        Ok((Part { segment: Arc::new(segment), deleted: Arc::default() }, bytes))
    }

    fn take_file_number(&mut self) -> u64 {
        self.next_file += 1;
        self.next_file - 1
    }

    /// Makes everything since the last commit durable, all or nothing.
    ///
    /// # Errors
    /// [`Error::File`] where writing fails. The writer cannot be used any more then; opened again, the index holds all
    /// of this commit or nothing of it.
    pub fn commit(&mut self) -> Result<()> {
        self.check_usable()?;
        self.is_broken = true;
        self.persist()?;
        self.write_manifest()?;
        self.is_broken = false;
        Ok(())
    }

    /// Writes the segments in memory as one file, which nothing refers to yet.
    pub(super) fn persist(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let first = self.snapshot.parts.len() - self.pending.len();
        let pending = self.snapshot.parts.split_off(first);
        let all = std::mem::take(&mut self.pending);
        let part = match (&all[..], &pending[..]) {
            ([bytes], [part]) => {
                let file = part.segment.input.salt;
                self.write_file(file, |mut output| {
                    output.write(bytes)?;
                    output.finish().map(|_| ())
                })?;
                Part { segment: Arc::new(self.open_file(file)?), deleted: part.deleted.clone() }
            }
            _ => {
                let Some(part) = self.merge_parts(&pending, &NoProgress)? else { return Ok(()) };
                part
            }
        };
        self.snapshot.parts.push(part);
        Ok(())
    }

    /// Writes parts as one segment in a file; `None` where nothing is left of them.
    pub(super) fn merge_parts(&mut self, parts: &[Part], progress: &dyn Progress) -> Result<Option<Part>> {
        let inputs: Vec<MergeInput<'_>> =
            parts.iter().map(|part| MergeInput { segment: &part.segment, deleted: &part.deleted }).collect();
        let live = |input: &MergeInput<'_>| input.segment.layout.documents - input.deleted.documents;
        if inputs.iter().all(|input| live(input) == 0) {
            return Ok(None);
        }
        let file = self.take_file_number();
        self.write_file(file, |output| merge(&inputs, output, progress))?;
        Ok(Some(Part { segment: Arc::new(self.open_file(file)?), deleted: Arc::default() }))
    }

    fn write_file(&self, file: u64, write: impl FnOnce(Output<'_>) -> Result<()>) -> Result<()> {
        let name = segment_name(file);
        let described = self.storage.describe(&name);
        let mut created =
            self.storage.create(&name).map_err(|cause| Error::file("create", &described, cause))?;
        write(Output::new(&mut *created, &described, file))
    }

    fn open_file(&self, file: u64) -> Result<Segment> {
        let name = segment_name(file);
        let described = self.storage.describe(&name);
        let opened = self.storage.open(&name).map_err(|cause| Error::file("open", &described, cause))?;
        Segment::open(opened, described, file)
    }

    /// The moment of a commit.
    pub(super) fn write_manifest(&mut self) -> Result<()> {
        let segments = self
            .snapshot
            .parts
            .iter()
            .map(|part| SegmentEntry {
                file: part.segment.input.salt,
                length_bytes: part.segment.input.length,
                documents: part.segment.layout.documents,
                deleted: part.deleted.clone(),
            })
            .collect();
        let manifest = Manifest {
            generation: self.committed.generation + 1,
            next_number: self.next_number,
            next_file: self.next_file,
            segments,
        };
        let described = self.storage.describe(MANIFEST);
        let failed = |cause| Error::file("write", &described, cause);
        self.storage.sync_names().map_err(failed)?;
        let mut file = self.storage.create(MANIFEST_PARTIAL).map_err(failed)?;
        file.write(&manifest.to_bytes()).map_err(failed)?;
        file.sync().map_err(failed)?;
        drop(file);
        self.storage.rename(MANIFEST_PARTIAL, MANIFEST).map_err(failed)?;
        self.storage.sync_names().map_err(failed)?;
        self.snapshot.generation = manifest.generation;
        self.committed = manifest;
        Ok(())
    }

    /// Merges segments until queries have few to ask; commits what it did. Everything must be committed before.
    ///
    /// # Errors
    /// As [`Self::commit`], and [`Error::Interrupted`].
    pub fn tidy(&mut self, progress: &dyn Progress) -> Result<()> {
        self.check_usable()?;
        self.is_broken = true;
        if self.merge_tiers(progress)? {
            self.persist()?;
            self.write_manifest()?;
            self.remove_leftovers();
        }
        self.is_broken = false;
        Ok(())
    }

    pub(super) fn merge_tiers(&mut self, progress: &dyn Progress) -> Result<bool> {
        let mut has_merged = false;
        while self.pending.is_empty()
            && let Some(range) = tiers::to_merge(&self.snapshot.parts)
        {
            let parts = self.snapshot.parts[range.clone()].to_vec();
            let merged = self.merge_parts(&parts, progress)?;
            self.snapshot.parts.splice(range, merged);
            has_merged = true;
        }
        Ok(has_merged)
    }

    /// Removes files that the manifest does not name. What cannot be removed now, a later writer will.
    pub(super) fn remove_leftovers(&self) {
        let named: FxHashSet<u64> = self.committed.segments.iter().map(|segment| segment.file).collect();
        for name in self.storage.list().unwrap_or_default() {
            let is_leftover = segment_number(&name).is_some_and(|number| !named.contains(&number));
            if is_leftover || name == MANIFEST_PARTIAL {
                let _ = self.storage.remove(&name);
            }
        }
    }
}
