//! Every checksum and every reference, and what to do where one is wrong.
//!
//! A repair keeps what is sound: of a damaged segment every article whose block can be read is filed again,
//! from its text, so that nothing else of the segment is needed. What is lost is said.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::block::Kind;
use super::manifest::{MANIFEST, Manifest, SegmentEntry, segment_name, segment_number};
use super::recipe::{Analysis, id_key, identity_key};
use super::segment::Segment;
use super::snapshot::{ATTEMPTS, Snapshot, read_manifest};
use super::storage::{FolderStorage, Storage, StoredFile};
use super::table::TableCursor;
use super::writer::Writer;
use crate::analysis::Analyser;
use crate::article::Article;
use crate::error::IndexError;
use crate::progress::{Progress, go_on};
use crate::{Error, Result};

/// What a check found, and what a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Documents of sound segments, or that a repair saved.
    pub documents: u64,
    /// Segments that the manifest names.
    pub segments: usize,
    /// What is wrong, in words.
    pub damage: Vec<String>,
    /// Documents that could not be saved; `None` where their number is not known.
    pub lost_documents: Option<u64>,
    /// Whether the index was written anew, so that it is sound now.
    pub is_repaired: bool,
}

impl CheckReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty()
    }
}

/// Reads and verifies the whole index, as it is at one moment: others may write it meanwhile.
///
/// # Errors
/// What cannot be told as damage: [`IndexError::NotAnIndex`], another recipe, a later format, a file that
/// cannot be read; [`Error::Usage`] where a writer is faster every time.
pub fn check(folder: &Path, progress: &dyn Progress) -> Result<CheckReport> {
    check_in(&FolderStorage::new(folder), progress)
}

/// As [`check`], wherever the files lie.
///
/// # Errors
/// As [`check`].
pub fn check_in(storage: &dyn Storage, progress: &dyn Progress) -> Result<CheckReport> {
    let mut report = CheckReport { lost_documents: Some(0), ..CheckReport::default() };
    let HeldFiles { manifest, files } = match HeldFiles::open(storage) {
        Ok(held) => held,
        Err(error) => {
            report.damage.push(damage(error)?);
            return Ok(report);
        }
    };
    progress.stage("checking", Some(manifest.segments.iter().map(|entry| entry.length_bytes).sum()));
    let mut next_number = 0;
    for (entry, file) in manifest.segments.iter().zip(files) {
        report.segments += 1;
        match check_segment(storage, entry, file, &mut next_number, progress) {
            Ok(()) => report.documents += u64::from(entry.documents - entry.deleted.documents),
            Err(error) => report.damage.push(damage(error)?),
        }
        progress.advance(entry.length_bytes);
    }
    if next_number > manifest.next_number {
        report.damage.push(format!("{}: the next document's number", storage.describe(MANIFEST)));
    }
    Ok(report)
}

/// What is wrong in words, or the error itself where it is not about damage.
fn damage(error: Error) -> Result<String> {
    match error {
        Error::Index(IndexError::Corrupt { file, part }) => Ok(format!("{file}: {part}")),
        Error::File { cause, path, .. } if cause.kind() == io::ErrorKind::NotFound => {
            Ok(format!("{}: it is missing", path.display()))
        }
        error => Err(error),
    }
}

/// A manifest and the files that it names, open: a writer that removes one under a check takes it from
/// nobody who holds it.
struct HeldFiles {
    manifest: Manifest,
    /// One a segment.
    files: Vec<OpenedFile>,
}

type OpenedFile = io::Result<Box<dyn StoredFile>>;

fn is_missing(file: &OpenedFile) -> bool {
    file.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

impl HeldFiles {
    /// Begins again where a writer removed a file meanwhile: what the manifest of now names is missing, and
    /// nothing else.
    fn open(storage: &dyn Storage) -> Result<HeldFiles> {
        let mut manifest = read_manifest(storage)?;
        for _ in 0..ATTEMPTS {
            let files: Vec<OpenedFile> =
                manifest.segments.iter().map(|entry| storage.open(&segment_name(entry.file))).collect();
            if !files.iter().any(is_missing) {
                return Ok(HeldFiles { manifest, files });
            }
            let now = read_manifest(storage)?;
            if now.generation == manifest.generation {
                return Ok(HeldFiles { manifest, files });
            }
            manifest = now;
        }
        Err(Error::Usage(format!(
            "{} is being written anew all the time: check it later",
            storage.describe("")
        )))
    }
}

fn open_entry(storage: &dyn Storage, entry: &SegmentEntry, file: OpenedFile) -> Result<Segment> {
    let name = segment_name(entry.file);
    let file = file.map_err(|cause| Error::file("open", storage.describe(&name), cause))?;
    let segment = Segment::open(file, storage.describe(&name), entry.file)?;
    if segment.input.length != entry.length_bytes || segment.layout.documents != entry.documents {
        return Err(IndexError::corrupt(&segment.input.name, format!("not what {MANIFEST} names")));
    }
    Ok(segment)
}

fn check_segment(
    storage: &dyn Storage,
    entry: &SegmentEntry,
    file: OpenedFile,
    next_number: &mut u64,
    progress: &dyn Progress,
) -> Result<()> {
    let segment = open_entry(storage, entry, file)?;
    let layout = &segment.layout;
    let wrong = |what: &str| segment.input.corrupt(Kind::Documents, what);
    if layout.first_number < *next_number {
        return Err(wrong("numbers of documents overlap another segment's"));
    }
    for table in layout.tables() {
        go_on(progress)?;
        TableCursor::new(table, &segment.input)?.check()?;
    }
    layout.articles.ends(&segment.input, Kind::Articles)?;
    layout.records.ends(&segment.input, Kind::Documents)?;
    let mut records = Vec::new();
    segment.each_record(|_, record| {
        records.push(record);
        Ok(())
    })?;
    let is_rising = records.is_sorted_by(|a, b| a.number < b.number);
    let ends = (records.first(), records.last());
    let is_within = ends.0.is_none_or(|first| first.number == layout.first_number)
        && ends.1.is_none_or(|last| last.number == layout.last_number);
    let representatives = records.iter().filter(|record| !record.is_copy()).count();
    if !is_rising || !is_within || representatives != layout.representatives as usize {
        return Err(wrong("numbers of documents"));
    }
    let mut document = 0;
    let mut analyser = Analyser::default();
    for block in 0..layout.articles.blocks {
        go_on(progress)?;
        for (slot, article) in segment.articles(block)?.into_iter().enumerate() {
            let record = records.get(document as usize).ok_or_else(|| wrong("number of documents"))?;
            let is_here = u64::from(record.block) == block && usize::from(record.slot) == slot;
            if !is_here || record.unix_seconds != article.unix_seconds() {
                return Err(wrong("a record is not of its article"));
            }
            check_references(&segment, document, &article, &mut analyser)?;
            document += 1;
        }
    }
    if document != layout.documents {
        return Err(wrong("number of documents"));
    }
    *next_number = layout.last_number + 1;
    Ok(())
}

/// Whether a document is found by its id and its words.
fn check_references(
    segment: &Segment,
    document: u32,
    article: &Article,
    analyser: &mut Analyser,
) -> Result<()> {
    let layout = &segment.layout;
    let ids = segment.find(&layout.ids, id_key(&article.id))?;
    if !ids.documents.contains(&document) {
        return Err(segment.input.corrupt(Kind::Ids, "an article is not found by its id"));
    }
    let identity = Analysis::identity_of(&article.text, analyser);
    if identity != 0 {
        let texts = segment.find(&layout.texts, identity_key(identity))?;
        let is_beyond = texts.total as usize > texts.documents.len();
        if !is_beyond && !texts.documents.contains(&document) {
            return Err(segment.input.corrupt(Kind::Texts, "an article is not found by its words"));
        }
    }
    Ok(())
}

/// Checks, and files the sound articles of damaged segments again. One writer at a time, as ever.
///
/// # Errors
/// As [`check`], and what writing returns.
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
    let mut report = check_in(&*storage, progress)?;
    if report.is_sound() {
        return Ok(report);
    }
    let (manifest, has_manifest) = match read_manifest(&*storage) {
        Ok(manifest) => (manifest, true),
        Err(_) => (guessed_manifest(&*storage)?, false),
    };
    if !has_manifest {
        report.damage.push("which articles were removed is not known: some may be back".to_owned());
    }
    let mut sound = Vec::new();
    let mut saved: Vec<Article> = Vec::new();
    let mut lost = if has_manifest { Some(0) } else { None };
    let mut numbers = 0;
    for entry in manifest.segments {
        let file = storage.open(&segment_name(entry.file));
        if check_segment(&*storage, &entry, file, &mut numbers, progress).is_ok() {
            sound.push(entry);
            continue;
        }
        let found = salvage(&*storage, &entry);
        let wanted = u64::from(entry.documents - entry.deleted.documents);
        lost = lost.map(|lost: u64| lost + wanted.saturating_sub(found.len() as u64));
        saved.extend(found);
    }
    let manifest = Manifest { segments: sound, ..manifest };
    let snapshot = Snapshot::of_entries(&*storage, &manifest)?;
    let mut writer = Writer::over(storage, lock, manifest, snapshot);
    // an article that is sound elsewhere is newer
    let mut again = Vec::new();
    for article in saved {
        if writer.snapshot().article(&article.id)?.is_none() || has_manifest {
            again.push(article);
        }
    }
    while !again.is_empty() {
        go_on(progress)?;
        let rest = again.split_off(again.len().min(10_000));
        writer.add(std::mem::replace(&mut again, rest))?;
        writer.persist()?;
    }
    writer.refile_orphans()?;
    writer.commit_anew()?;
    report.documents = writer.snapshot().documents();
    report.segments = writer.snapshot().parts.len();
    report.lost_documents = lost;
    report.is_repaired = true;
    Ok(report)
}

/// Every article of a damaged segment that can be read and is not known to be removed.
fn salvage(storage: &dyn Storage, entry: &SegmentEntry) -> Vec<Article> {
    let file = storage.open(&segment_name(entry.file));
    let Ok(segment) = open_entry(storage, entry, file) else { return Vec::new() };
    let mut records = vec![None; segment.layout.documents as usize];
    let mut document = 0;
    let mut blocks: Vec<Option<u32>> = vec![None; segment.layout.articles.blocks.min(1 << 32) as usize];
    // the first document of each block, as far as records can be read
    for (page, found) in records.chunks_mut(super::segment::PAGE_DOCUMENTS as usize).enumerate() {
        for slot in found.iter_mut() {
            if let Ok(record) = segment.record(document) {
                *slot = Some(record);
                if let Some(first) = blocks.get_mut(record.block as usize) {
                    first.get_or_insert(document.saturating_sub(u32::from(record.slot)));
                }
            }
            document += 1;
        }
        debug_assert!(page < u32::MAX as usize);
    }
    let mut saved = Vec::new();
    let mut next = 0;
    for (block, first) in blocks.into_iter().enumerate() {
        let Ok(articles) = segment.articles(block as u64) else { continue };
        let first = first.unwrap_or(next);
        next = first + articles.len() as u32;
        for (document, article) in (first..).zip(articles) {
            if !entry.deleted.is_deleted(document) {
                saved.push(article);
            }
        }
    }
    saved
}

/// A manifest of all segments that can be opened; of those that hold the same documents the one written last.
fn guessed_manifest(storage: &dyn Storage) -> Result<Manifest> {
    let failed = |cause| Error::file("read", storage.describe(""), cause);
    let mut files: Vec<u64> =
        storage.list().map_err(failed)?.iter().filter_map(|name| segment_number(name)).collect();
    files.sort_unstable_by(|a, b| b.cmp(a));
    let mut manifest =
        Manifest { next_file: files.first().map_or(1, |last| last + 1), ..Manifest::default() };
    let mut taken: Vec<(u64, u64, SegmentEntry)> = Vec::new();
    for file in files {
        let name = segment_name(file);
        let Ok(stored) = storage.open(&name) else { continue };
        let segment = match Segment::open(stored, storage.describe(&name), file) {
            Ok(segment) => segment,
            // what another version wrote is not damaged, and not to be thrown away
            Err(
                error @ Error::Index(IndexError::RecipeMismatch { .. } | IndexError::FormatTooNew { .. }),
            ) => return Err(error),
            Err(_) => continue,
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
    Ok(manifest)
}
