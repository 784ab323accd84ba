//! Every checksum and every reference. What to do where one is wrong, `repair` knows.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::block::Kind;
use super::doubles::outdated;
use super::manifest::{MANIFEST, Manifest, SegmentEntry, segment_name};
use super::recipe::{Analysis, id_key, identity_key};
use super::segment::Segment;
use super::snapshot::{ATTEMPTS, Snapshot, SnapshotPart, read_manifest};
use super::storage::{FolderStorage, Storage, StoredFile};
use super::table::TableCursor;
use crate::analysis::Analyser;
use crate::article::Article;
use crate::error::IndexError;
use crate::progress::{Progress, go_on};
use crate::{Error, Result};

/// What a check found, and what a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Documents of sound segments that were not removed, or that a repair saved.
    pub documents: u64,
    /// Segments that the manifest names.
    pub segments: usize,
    /// What is wrong, in words.
    pub damage: Vec<String>,
    /// Documents that could not be saved; `None` where their number is not known.
    pub lost_documents: Option<u64>,
    /// Damaged files that a repair put aside, since not all of them could be read. No part of the index any
    /// more, and nobody else's to remove.
    pub kept_files: Vec<String>,
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
    Ok(Examined::of(storage, progress)?.report)
}

/// What a check found, and what it looked at.
pub(super) struct Examined {
    pub report: CheckReport,
    /// `None` where it cannot be read.
    pub manifest: Option<Manifest>,
    /// Whether each segment that the manifest names is sound.
    pub are_sound: Vec<bool>,
}

impl Examined {
    pub fn of(storage: &dyn Storage, progress: &dyn Progress) -> Result<Examined> {
        match HeldFiles::open(storage) {
            Ok(held) => Self::of_files(storage, held, progress),
            Err(error) => {
                let damage = vec![damage(error)?];
                let report = CheckReport { damage, lost_documents: Some(0), ..CheckReport::default() };
                Ok(Examined { report, manifest: None, are_sound: Vec::new() })
            }
        }
    }

    /// As [`Self::of`], of the segments of a manifest that is not on disk.
    pub fn of_manifest(
        storage: &dyn Storage,
        manifest: Manifest,
        progress: &dyn Progress,
    ) -> Result<Examined> {
        Self::of_files(storage, HeldFiles::of(storage, manifest), progress)
    }

    fn of_files(storage: &dyn Storage, held: HeldFiles, progress: &dyn Progress) -> Result<Examined> {
        let HeldFiles { manifest, files } = held;
        let mut report = CheckReport { lost_documents: Some(0), ..CheckReport::default() };
        progress.stage("checking", Some(manifest.segments.iter().map(|entry| entry.length_bytes).sum()));
        let mut next_number = 0;
        let (mut are_sound, mut sound) = (Vec::new(), Snapshot::default());
        for (entry, file) in manifest.segments.iter().zip(files) {
            report.segments += 1;
            let checked = check_segment(storage, entry, file, &mut next_number, progress);
            are_sound.push(checked.is_ok());
            match checked {
                Ok(segment) => {
                    let segment = Arc::new(segment);
                    sound.parts.push(SnapshotPart { segment, deleted: entry.deleted.clone() });
                }
                Err(error) => report.damage.push(damage(error)?),
            }
            progress.advance(entry.length_bytes);
        }
        report.documents = sound.documents();
        if let Some(what) = doubles(&sound, progress)? {
            report.damage.push(format!("{}: {what}", storage.describe(MANIFEST)));
        }
        if next_number > manifest.next_number {
            report.damage.push(format!("{}: the next document's number", storage.describe(MANIFEST)));
        }
        Ok(Examined { report, manifest: Some(manifest), are_sound })
    }
}

/// What is wrong with the ids of sound segments, in words.
fn doubles(sound: &Snapshot, progress: &dyn Progress) -> Result<Option<String>> {
    let outdated = outdated(sound, progress)?;
    let Some(&first) = outdated.first() else { return Ok(None) };
    let id = sound.article_at(first)?.id;
    Ok(Some(format!("{} articles beside later ones of the same id, such as {id:?}", outdated.len())))
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
            let held = Self::of(storage, manifest);
            if !held.files.iter().any(is_missing) {
                return Ok(held);
            }
            manifest = read_manifest(storage)?;
            if manifest.generation == held.manifest.generation {
                return Ok(held);
            }
        }
        let folder = storage.describe("");
        Err(Error::Usage(format!("{folder} is being written anew all the time: check it later")))
    }

    fn of(storage: &dyn Storage, manifest: Manifest) -> HeldFiles {
        let files = manifest.segments.iter().map(|entry| storage.open(&segment_name(entry.file))).collect();
        HeldFiles { manifest, files }
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
) -> Result<Segment> {
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
    Ok(segment)
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
