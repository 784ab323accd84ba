//! A damaged index made sound again, with all that can be read of it.
//!
//! Sound segments stay as they are. Of a damaged one every article whose block can be read is filed again
//! (`salvage`), from its text, so that nothing else of the segment is needed. What is lost is said, and a file
//! that could not be read as a whole is put aside, since another program, or a copy of it, may do better. Of
//! one id the last article stays, where the list of what was replaced is lost.

use std::path::Path;
use std::sync::Arc;

use super::block::SegmentFile;
use super::check::{CheckReport, Examined};
use super::deletions::Deletions;
use super::manifest::{Manifest, SegmentEntry, aside_name, aside_number, segment_name, segment_number};
use super::salvage::Salvage;
use super::segment::Segment;
use super::snapshot::Snapshot;
use super::storage::{FolderStorage, Storage, StoredFile};
use super::writer::Writer;
use crate::article::Article;
use crate::error::IndexError;
use crate::progress::{Progress, go_on};
use crate::{Error, Result};

/// Articles that are filed again at a time.
const BATCH_ARTICLES: usize = 10_000;

/// Checks, and files the sound articles of damaged segments again. One writer at a time, as ever.
///
/// # Errors
/// As [`super::check`], and what writing returns.
pub fn repair(folder: &Path, progress: &dyn Progress) -> Result<CheckReport> {
    repair_in(Arc::new(FolderStorage::new(folder)), progress)
}

/// As [`repair`], wherever the files lie.
///
/// # Errors
/// As [`repair`].
pub fn repair_in(storage: Arc<dyn Storage>, progress: &dyn Progress) -> Result<CheckReport> {
    let lock = storage.lock().map_err(|cause| Error::file("open", storage.describe(""), cause))?;
    let Some(lock) = lock else {
        return Err(IndexError::Locked { folder: storage.describe("") }.into());
    };
    let Examined { mut report, manifest, are_sound } = Examined::of(&*storage, progress)?;
    if report.is_sound() {
        return Ok(report);
    }
    let has_manifest = manifest.is_some();
    let found = match manifest {
        Some(manifest) => FoundSegments::of(&*storage, manifest, &are_sound)?,
        None => FoundSegments::guessed(&*storage, progress)?,
    };
    if !has_manifest {
        report.damage.push("which articles were removed is not known: some may be back".to_owned());
    }
    let snapshot = Snapshot::of_entries(&*storage, &found.sound)?;
    let first_new = found.sound.next_number;
    let mut writer = Writer::over(storage.clone(), lock, found.sound, snapshot);
    writer.remove_outdated(progress)?;
    let (mut lost, mut unreadable) = (0, Vec::new());
    for segment in found.damaged {
        let refiling = Refiling { writer: &mut writer, first_new, after: segment.after, progress };
        let saved = refiling.refile(&*storage, &segment)?;
        lost += segment.live_documents().saturating_sub(saved.articles);
        if !saved.is_whole {
            unreadable.push(segment.file);
        }
    }
    writer.refile_orphans()?;
    writer.persist()?;
    // before the manifest that does not name them: leftovers are removed
    report.kept_files = put_aside(&*storage, &unreadable)?;
    writer.commit_anew()?;
    report.documents = writer.snapshot().documents();
    report.segments = writer.snapshot().parts.len();
    report.lost_documents = has_manifest.then_some(lost);
    report.is_repaired = true;
    Ok(report)
}

/// The segments of a damaged index.
struct FoundSegments {
    /// A manifest of the sound ones.
    sound: Manifest,
    damaged: Vec<DamagedSegment>,
}

struct DamagedSegment {
    file: u64,
    /// Written to it, where that is known.
    documents: Option<u32>,
    deleted: Arc<Deletions>,
    /// Documents with this number or a later one were filed after those of this segment.
    after: u64,
}

impl DamagedSegment {
    fn of(entry: SegmentEntry, after: u64) -> Self {
        DamagedSegment { file: entry.file, documents: Some(entry.documents), deleted: entry.deleted, after }
    }

    /// Documents in it that were not removed, as far as that is known.
    fn live_documents(&self) -> u64 {
        u64::from(self.documents.unwrap_or(0).saturating_sub(self.deleted.documents))
    }
}

impl FoundSegments {
    /// Those that a manifest names.
    fn of(storage: &dyn Storage, manifest: Manifest, are_sound: &[bool]) -> Result<FoundSegments> {
        let (mut sound, mut damaged, mut next_number) = (Vec::new(), Vec::new(), 0);
        for (entry, is_sound) in manifest.segments.into_iter().zip(are_sound) {
            if *is_sound {
                next_number = last_number(storage, &entry)? + 1;
                sound.push(entry);
            } else {
                damaged.push(DamagedSegment::of(entry, next_number));
            }
        }
        let next_number = next_number.max(manifest.next_number);
        Ok(FoundSegments { sound: Manifest { segments: sound, next_number, ..manifest }, damaged })
    }

    /// Those that lie in the folder; of those that hold the same documents the one written last. Of what has
    /// no readable footer it is not known when it was filed: it is taken for older than all that has one.
    fn guessed(storage: &dyn Storage, progress: &dyn Progress) -> Result<FoundSegments> {
        let (manifest, unopened) = guessed_manifest(storage)?;
        let Examined { manifest, are_sound, .. } = Examined::of_manifest(storage, manifest, progress)?;
        let mut found = Self::of(storage, manifest.unwrap_or_default(), &are_sound)?;
        let unopened = unopened.into_iter().map(|file| DamagedSegment {
            file,
            documents: None,
            deleted: Arc::default(),
            after: 0,
        });
        found.damaged.splice(0..0, unopened);
        Ok(found)
    }
}

fn last_number(storage: &dyn Storage, entry: &SegmentEntry) -> Result<u64> {
    let name = segment_name(entry.file);
    let file = storage.open(&name).map_err(|cause| Error::file("open", storage.describe(&name), cause))?;
    Ok(Segment::open(file, storage.describe(&name), entry.file)?.layout.last_number)
}

/// A manifest of all segments that can be opened, and the others, the earliest file first.
fn guessed_manifest(storage: &dyn Storage) -> Result<(Manifest, Vec<u64>)> {
    let failed = |cause| Error::file("read", storage.describe(""), cause);
    let names = storage.list().map_err(failed)?;
    let mut files: Vec<u64> = names.iter().filter_map(|name| segment_number(name)).collect();
    files.sort_unstable_by(|a, b| b.cmp(a));
    // no file is ever given a number that another had
    let last_file = names.iter().filter_map(|name| segment_number(name).or(aside_number(name))).max();
    let mut manifest = Manifest { next_file: last_file.map_or(1, |last| last + 1), ..Manifest::default() };
    let mut taken: Vec<(u64, u64, SegmentEntry)> = Vec::new();
    let mut unopened = Vec::new();
    for file in files {
        let name = segment_name(file);
        let Ok(stored) = storage.open(&name) else { continue };
        let segment = match Segment::open(stored, storage.describe(&name), file) {
            Ok(segment) => segment,
            // what another version wrote is not damaged, and not to be thrown away
            Err(
                error @ Error::Index(IndexError::RecipeMismatch { .. } | IndexError::FormatTooNew { .. }),
            ) => return Err(error),
            Err(_) => {
                unopened.push(file);
                continue;
            }
        };
        let (first, last) = (segment.layout.first_number, segment.layout.last_number);
        if segment.layout.documents == 0 || taken.iter().any(|held| first <= held.1 && held.0 <= last) {
            continue;
        }
        let entry = SegmentEntry {
            file,
            length_bytes: segment.input.length,
            documents: segment.layout.documents,
            deleted: Arc::default(),
        };
        taken.push((first, last, entry));
    }
    taken.sort_by_key(|held| held.0);
    manifest.next_number = taken.last().map_or(0, |held| held.1 + 1);
    manifest.segments = taken.into_iter().map(|held| held.2).collect();
    unopened.reverse();
    Ok((manifest, unopened))
}

/// A damaged segment's articles on their way back into the index.
struct Refiling<'a> {
    writer: &'a mut Writer,
    /// Documents from this number on were filed again by this repair.
    first_new: u64,
    /// See [`DamagedSegment::after`].
    after: u64,
    progress: &'a dyn Progress,
}

/// What was saved of a damaged segment.
#[derive(Default)]
struct SavedSegment {
    /// That are not known to be removed.
    articles: u64,
    /// Whether nothing of the file is left unread.
    is_whole: bool,
}

impl Refiling<'_> {
    fn refile(mut self, storage: &dyn Storage, segment: &DamagedSegment) -> Result<SavedSegment> {
        let Some(salvage) = opened(storage, segment.file)? else { return Ok(SavedSegment::default()) };
        let documents = segment.documents.unwrap_or(u32::MAX);
        let is_whole = match segment.documents {
            Some(documents) => salvage.documents() == u64::from(documents),
            None => salvage.is_whole,
        };
        let (mut saved, mut batch) = (0, Vec::new());
        salvage.each_article(&segment.deleted, documents, |article| {
            saved += 1;
            batch.push(article);
            if batch.len() < BATCH_ARTICLES {
                return Ok(());
            }
            self.file(std::mem::take(&mut batch))
        })?;
        self.file(batch)?;
        Ok(SavedSegment { articles: saved, is_whole })
    }

    fn file(&mut self, articles: Vec<Article>) -> Result<()> {
        go_on(self.progress)?;
        let mut again = Vec::with_capacity(articles.len());
        for article in articles {
            if !self.is_replaced(&article)? {
                again.push(article);
            }
        }
        if !again.is_empty() {
            self.writer.add(again)?;
            self.writer.persist()?;
        }
        Ok(())
    }

    /// Whether a sound segment holds a later article of its id.
    fn is_replaced(&self, article: &Article) -> Result<bool> {
        let snapshot = self.writer.snapshot();
        let Some(place) = snapshot.place_of(&article.id)? else { return Ok(false) };
        let number = snapshot.record(place)?.number;
        Ok((self.after..self.first_new).contains(&number))
    }
}

/// A damaged segment's file, gone through. One that a repair put aside, and then was killed, is found there.
fn opened(storage: &dyn Storage, file: u64) -> Result<Option<Salvage>> {
    for name in [segment_name(file), aside_name(file)] {
        let stored = match storage.open(&name) {
            Ok(stored) => stored,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(Error::file("open", storage.describe(&name), cause)),
        };
        let stored: Arc<dyn StoredFile> = Arc::from(stored);
        let described = storage.describe(&name);
        let segment = Segment::open(Box::new(stored.clone()), described.clone(), file).ok();
        let input = SegmentFile::new(Box::new(stored), described, file)?;
        return Salvage::of(input, segment.as_ref().map(|segment| &segment.layout)).map(Some);
    }
    Ok(None)
}

/// Names the files of these segments as what they are. How messages name them then.
fn put_aside(storage: &dyn Storage, files: &[u64]) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    for &file in files {
        let (from, to) = (segment_name(file), aside_name(file));
        match storage.rename(&from, &to) {
            Ok(()) => {}
            // it was missing, or was put aside by a repair that was killed
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(Error::file("rename", storage.describe(&from), cause)),
        }
        if storage.open(&to).is_ok() {
            kept.push(storage.describe(&to));
        }
    }
    Ok(kept)
}
