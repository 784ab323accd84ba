//! The index as it was at one moment: segments that never change, and what is gone of them.
//!
//! A snapshot stays what it is whatever a writer does meanwhile: it holds the segments' files open, also
//! those that are merged away and removed under it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::deletions::Deletions;
use super::manifest::{MANIFEST, Manifest, segment_name};
use super::merge::MergeInput;
use super::recipe::{self, copies_key, id_key};
use super::segment::{Layout, Record, Segment};
use super::storage::{FolderStorage, Storage};
use super::table::{Posting, Table};
use crate::article::Article;
use crate::error::IndexError;
use crate::{Error, Result};

/// How often a reader begins again when a writer removes files under it.
pub(super) const ATTEMPTS: usize = 100;

#[derive(Clone, Debug)]
pub struct SnapshotPart {
    pub segment: Arc<Segment>,
    pub deleted: Arc<Deletions>,
}

impl SnapshotPart {
    /// Documents that are not gone.
    pub fn live_documents(&self) -> u64 {
        u64::from(self.segment.layout.documents - self.deleted.documents)
    }

    /// As it goes into a merge.
    pub fn to_merge(&self) -> MergeInput<'_> {
        MergeInput { segment: &self.segment, deleted: &self.deleted }
    }
}

/// A document of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentPlace {
    pub part: u32,
    pub document: u32,
}

/// A consistent state of an index, for reading.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub(super) parts: Vec<SnapshotPart>,
    pub(super) generation: u64,
}

/// Reads the manifest and opens the segments it names; begins again where a writer removed one meanwhile.
pub(super) fn open(storage: &dyn Storage) -> Result<(Manifest, Snapshot)> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let manifest = read_manifest(storage)?;
        match open_parts(storage, &manifest, recipe::fingerprint()) {
            Ok(parts) => {
                let generation = manifest.generation;
                return Ok((manifest, Snapshot { parts, generation }));
            }
            Err(Error::File { cause, .. })
                if cause.kind() == std::io::ErrorKind::NotFound && attempt < ATTEMPTS =>
            {
                if read_manifest(storage)?.generation == manifest.generation {
                    let missing = format!("a segment that {MANIFEST} names is missing");
                    return Err(IndexError::corrupt(storage.describe(""), missing));
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// As [`open`], whatever the recipe: its fingerprint is returned. For who holds the lock: no writer removes
/// files meanwhile.
pub(super) fn open_of_any_recipe(storage: &dyn Storage) -> Result<(u64, Manifest, Snapshot)> {
    let (fingerprint, manifest) = read_manifest_of_any_recipe(storage)?;
    let parts = open_parts(storage, &manifest, fingerprint)?;
    let generation = manifest.generation;
    Ok((fingerprint, manifest, Snapshot { parts, generation }))
}

/// # Errors
/// [`IndexError::NotAnIndex`] where there is none; what [`Manifest::parse_of_any_recipe`] returns.
pub(super) fn read_manifest(storage: &dyn Storage) -> Result<Manifest> {
    let (fingerprint, manifest) = read_manifest_of_any_recipe(storage)?;
    recipe::check(fingerprint, &storage.describe(MANIFEST))?;
    Ok(manifest)
}

/// # Errors
/// As [`read_manifest`], but for another recipe.
pub(super) fn read_manifest_of_any_recipe(storage: &dyn Storage) -> Result<(u64, Manifest)> {
    let name = storage.describe(MANIFEST);
    let failed = |cause| Error::file("read", &name, cause);
    let file = match storage.open(MANIFEST) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let has_segments = storage
                .list()
                .is_ok_and(|names| names.iter().any(|name| super::manifest::segment_number(name).is_some()));
            return Err(match has_segments {
                true => IndexError::corrupt(name, "it is missing"),
                false => {
                    let reason = format!("it holds no file {MANIFEST}");
                    IndexError::NotAnIndex { folder: storage.describe(""), reason }.into()
                }
            });
        }
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = vec![0; file.length().map_err(failed)? as usize];
    file.read_at(&mut bytes, 0).map_err(failed)?;
    Manifest::parse_of_any_recipe(&bytes, &name)
}

fn open_parts(storage: &dyn Storage, manifest: &Manifest, fingerprint: u64) -> Result<Vec<SnapshotPart>> {
    let open = |entry: &super::manifest::SegmentEntry| {
        let name = segment_name(entry.file);
        let file =
            storage.open(&name).map_err(|cause| Error::file("open", storage.describe(&name), cause))?;
        let (made_by, segment) = Segment::open_of_any_recipe(file, storage.describe(&name), entry.file)?;
        if made_by != fingerprint {
            return Err(IndexError::corrupt(
                &segment.input.name,
                format!("not of the recipe that {MANIFEST} names"),
            ));
        }
        if segment.input.length != entry.length_bytes || segment.layout.documents != entry.documents {
            return Err(IndexError::corrupt(&segment.input.name, format!("not what {MANIFEST} names")));
        }
        Ok(SnapshotPart { segment: Arc::new(segment), deleted: entry.deleted.clone() })
    };
    manifest.segments.iter().map(open).collect()
}

impl Snapshot {
    pub(super) fn of_entries(storage: &dyn Storage, manifest: &Manifest) -> Result<Snapshot> {
        Ok(Snapshot {
            parts: open_parts(storage, manifest, recipe::fingerprint())?,
            generation: manifest.generation,
        })
    }

    /// Documents in it.
    pub fn documents(&self) -> u64 {
        self.parts.iter().map(SnapshotPart::live_documents).sum()
    }

    /// Documents in it that copy no other: those that frequencies count.
    pub fn representatives(&self) -> u64 {
        let live = |part: &SnapshotPart| {
            u64::from(part.segment.layout.representatives.saturating_sub(part.deleted.representatives))
        };
        self.parts.iter().map(live).sum()
    }

    pub(super) fn part(&self, place: DocumentPlace) -> &SnapshotPart {
        &self.parts[place.part as usize]
    }

    pub(super) fn record(&self, place: DocumentPlace) -> Result<Record> {
        self.part(place).segment.record(place.document)
    }

    pub(super) fn article_at(&self, place: DocumentPlace) -> Result<Article> {
        self.part(place).segment.article(&self.record(place)?)
    }

    /// Documents of a key that are not gone, in order of their numbers, and how many the tables count.
    pub(super) fn find(&self, of: impl Fn(&Layout) -> &Table, key: u32) -> Result<(Vec<DocumentPlace>, u64)> {
        let mut places = Vec::new();
        let mut total = 0;
        for (part, held) in (0..).zip(&self.parts) {
            let Posting { documents, total: found } = held.segment.find(of(&held.segment.layout), key)?;
            let live = documents.into_iter().filter(|&document| !held.deleted.is_deleted(document));
            places.extend(live.map(|document| DocumentPlace { part, document }));
            total += u64::from(found);
        }
        Ok((places, total))
    }

    pub(super) fn place_of(&self, id: &str) -> Result<Option<DocumentPlace>> {
        for place in self.find(|layout| &layout.ids, id_key(id))?.0 {
            if self.article_at(place)?.id == id {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// The document of a number, unless it is gone.
    pub(super) fn place_of_number(&self, number: u64) -> Result<Option<DocumentPlace>> {
        let after = self.parts.partition_point(|part| part.segment.layout.first_number <= number);
        let Some(part) = after.checked_sub(1) else { return Ok(None) };
        let held = &self.parts[part];
        let found = held.segment.document_of(number)?;
        let live = found.filter(|&document| !held.deleted.is_deleted(document));
        Ok(live.map(|document| DocumentPlace { part: part as u32, document }))
    }

    /// Documents that copy the document of a number.
    pub(super) fn copies_of(&self, number: u64) -> Result<Vec<DocumentPlace>> {
        let mut copies = self.find(|layout| &layout.copies, copies_key(number))?.0;
        let mut error = None;
        copies.retain(|&place| match self.record(place) {
            Ok(record) => record.is_copy() && record.representative == number,
            Err(failed) => {
                error = Some(failed);
                false
            }
        });
        error.map_or(Ok(copies), Err)
    }

    /// The article of an id.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn article(&self, id: &str) -> Result<Option<Article>> {
        self.place_of(id)?.map(|place| self.article_at(place)).transpose()
    }

    /// Visits all articles in the order they were added.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`], what reading returns, and what `visit` returns.
    pub fn each_article(&self, mut visit: impl FnMut(Article) -> Result<()>) -> Result<()> {
        (0..self.parts.len() as u32).try_for_each(|part| self.each_article_of(part, &mut visit))
    }

    pub(super) fn each_article_of(
        &self,
        part: u32,
        mut visit: impl FnMut(Article) -> Result<()>,
    ) -> Result<()> {
        let SnapshotPart { segment, deleted } = &self.parts[part as usize];
        let mut document = 0;
        for block in 0..segment.layout.articles.blocks {
            for article in segment.articles(block)? {
                if !deleted.is_deleted(document) {
                    visit(article)?;
                }
                document += 1;
            }
        }
        Ok(())
    }
}

/// How often a reader that is kept looks for a new state.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Reads an index while others write it.
#[derive(Debug)]
pub struct Reader {
    storage: Arc<dyn Storage>,
    snapshot: Snapshot,
    looked: Instant,
}

impl Reader {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn open(folder: &Path) -> Result<Reader> {
        Self::with_storage(Arc::new(FolderStorage::new(folder)))
    }

    /// As [`Self::open`], wherever the files lie.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn with_storage(storage: Arc<dyn Storage>) -> Result<Reader> {
        let (_, snapshot) = open(&*storage)?;
        Ok(Reader { storage, snapshot, looked: Instant::now() })
    }

    /// The state that is held.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The state of a moment ago.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn fresh(&mut self) -> Result<&Snapshot> {
        if self.looked.elapsed() >= LOOK_AGAIN {
            self.refresh()?;
        }
        Ok(&self.snapshot)
    }

    /// Takes up the last commit.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn refresh(&mut self) -> Result<&Snapshot> {
        self.looked = Instant::now();
        if read_manifest(&*self.storage)?.generation != self.snapshot.generation {
            self.snapshot = open(&*self.storage)?.1;
        }
        Ok(&self.snapshot)
    }
}
