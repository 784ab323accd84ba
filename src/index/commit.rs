//! What makes the writer's work durable: segments in memory become one file, the manifest is replaced, and
//! segments are merged.
//!
//! `segment written and synced → names synced → manifest written and synced → renamed → names synced`. A
//! crash before the rename leaves the index as it was, one after it leaves it as it became.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::block::Output;
use super::manifest::{MANIFEST, MANIFEST_PARTIAL, Manifest, SegmentEntry, segment_name, segment_number};
use super::merge::{MergeInput, merge};
use super::segment::Segment;
use super::snapshot::SnapshotPart;
use super::storage::Storage;
use super::tiers;
use super::writer::Writer;
use crate::progress::{NoProgress, Progress};
use crate::{Error, Result};

impl Writer {
    /// Makes everything since the last commit durable, all or nothing.
    ///
    /// # Errors
    /// [`Error::File`] where writing fails. The writer cannot be used any more then; opened again, the index
    /// holds all of this commit or nothing of it.
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
                SnapshotPart { segment: Arc::new(self.open_file(file)?), deleted: part.deleted.clone() }
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
    pub(super) fn merge_parts(
        &mut self,
        parts: &[SnapshotPart],
        progress: &dyn Progress,
    ) -> Result<Option<SnapshotPart>> {
        let inputs: Vec<MergeInput<'_>> = parts.iter().map(SnapshotPart::to_merge).collect();
        if parts.iter().all(|part| part.live_documents() == 0) {
            return Ok(None);
        }
        let file = self.take_file_number();
        self.write_file(file, |output| merge(&inputs, output, progress))?;
        Ok(Some(SnapshotPart { segment: Arc::new(self.open_file(file)?), deleted: Arc::default() }))
    }

    pub(super) fn write_file(&self, file: u64, write: impl FnOnce(Output<'_>) -> Result<()>) -> Result<()> {
        write_file(&*self.storage, file, write)
    }

    pub(super) fn open_file(&self, file: u64) -> Result<Segment> {
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

    /// Merges segments until queries have few to ask, and waits for a merge that goes on; commits what it did.
    /// Everything must be committed before.
    ///
    /// # Errors
    /// As [`Self::commit`], and [`Error::Interrupted`].
    pub fn tidy(&mut self, progress: &dyn Progress) -> Result<()> {
        self.check_usable()?;
        if !self.pending.is_empty() {
            return Ok(());
        }
        self.is_broken = true;
        let has_taken_in = self.take_in_merged(progress)?;
        if self.merge_tiers(progress)? || has_taken_in {
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
            self.merge_range(range, progress)?;
            has_merged = true;
        }
        Ok(has_merged)
    }

    /// Merges these segments at once.
    pub(super) fn merge_range(&mut self, range: Range<usize>, progress: &dyn Progress) -> Result<()> {
        let parts = self.snapshot.parts[range.clone()].to_vec();
        let merged = self.merge_parts(&parts, progress)?;
        self.snapshot.parts.splice(range, merged);
        Ok(())
    }

    /// Removes files that the manifest does not name and no merge is writing. What cannot be removed now, a
    /// later writer will.
    pub(super) fn remove_leftovers(&self) {
        let written = self.merging.iter().map(|merging| merging.file);
        let committed = self.committed.segments.iter().map(|segment| segment.file);
        let named: FxHashSet<u64> = committed.chain(written).collect();
        for name in self.storage.list().unwrap_or_default() {
            let is_leftover = segment_number(&name).is_some_and(|number| !named.contains(&number));
            if is_leftover || name == MANIFEST_PARTIAL {
                let _ = self.storage.remove(&name);
            }
        }
    }
}

/// Writes a segment's file, which nothing refers to yet.
pub(super) fn write_file(
    storage: &dyn Storage,
    file: u64,
    write: impl FnOnce(Output<'_>) -> Result<()>,
) -> Result<()> {
    let name = segment_name(file);
    let described = storage.describe(&name);
    let mut created = storage.create(&name).map_err(|cause| Error::file("create", &described, cause))?;
    write(Output::new(&mut *created, &described, file))
}
