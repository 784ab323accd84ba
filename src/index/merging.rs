//! Large merges go on beside the writer, which files meanwhile, and are taken in once they are done.
//!
//! Segments never change: those that are merged are asked, and named by the manifest, until the one that was
//! made of them takes their place, in a commit of its own. A crash before that leaves a file that nothing
//! names.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::commit::write_file;
use super::deletions::Deletions;
use super::manifest::segment_name;
use super::merge::{MergeInput, merge};
use super::snapshot::SnapshotPart;
use super::storage::Storage;
use super::tiers;
use super::writer::Writer;
use crate::barrier::{Stage, guarded};
use crate::progress::{Progress, go_on};
use crate::{Error, Result};

/// Merges of fewer documents take milliseconds, and are done at once.
pub(super) const BESIDE_FROM_DOCUMENTS: u64 = 4096;

/// How often it is looked whether a merge is done.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// When a merge that goes on beside is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenIn {
    /// By the first call after its end: nothing waits.
    WhenDone,
    /// By the call that would begin the next one, which waits for it: so the segments are the same however
    /// long merges take.
    WhenNextIsDue,
}

/// A merge that goes on.
#[derive(Debug)]
pub(super) struct Merging {
    /// What is merged, as it was when the merge began.
    parts: Vec<SnapshotPart>,
    /// Number of the file that is being written.
    pub file: u64,
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
}

/// Ends a merge that nobody waits for any more.
struct UntilStopped(Arc<AtomicBool>);

impl Progress for UntilStopped {
    fn stage(&self, _name: &'static str, _total: Option<u64>) {}

    fn advance(&self, _amount: u64) {}

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Merging {
    fn begin(storage: Arc<dyn Storage>, parts: Vec<SnapshotPart>, file: u64) -> Result<Merging> {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let (merged, progress) = (parts.clone(), UntilStopped(is_stopped.clone()));
        let work = move || {
            let inputs: Vec<MergeInput<'_>> = merged.iter().map(SnapshotPart::to_merge).collect();
            let write = || write_file(&*storage, file, |output| merge(&inputs, output, &progress));
            let written = guarded(Stage::File, |_| false, write).unwrap_or_else(|fault| Err(fault.into()));
            // what is half written would take room until somebody opens the index again
            written.inspect_err(|_| drop(storage.remove(&segment_name(file))))
        };
        let thread = thread::Builder::new().name("merging".to_owned()).spawn(work);
        let thread = thread.map_err(|cause| Error::file("start", "a thread", cause))?;
        Ok(Merging { parts, file, is_stopped, thread: Some(thread) })
    }

    pub fn is_done(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for its end.
    fn join(&mut self) -> Result<()> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// The storage is another's once the writer is gone: nothing is written after that.
impl Drop for Merging {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join);
    }
}

impl Writer {
    /// As [`Self::tidy`], but large merges are begun alone: they go on in a thread of their own while articles
    /// are filed, and a later call takes them in. Everything must be committed before, else nothing is done.
    /// A writer that is dropped stops its merge and waits for that; [`Self::tidy`] ends it.
    ///
    /// # Errors
    /// As [`Self::tidy`]; what a merge failed at is told when it would be taken in.
    pub fn tidy_beside(&mut self, taken_in: TakenIn, progress: &dyn Progress) -> Result<()> {
        self.check_usable()?;
        if !self.pending.is_empty() {
            return Ok(());
        }
        self.is_broken = true;
        let mut has_merged =
            taken_in == TakenIn::WhenDone && self.has_merged() && self.take_in_merged(progress)?;
        while let Some(range) = self.due() {
            let parts = &self.snapshot.parts[range.clone()];
            let documents: u64 = parts.iter().map(SnapshotPart::live_documents).sum();
            // of nothing no segment is made
            if documents < self.beside_from_documents.max(1) {
                self.merge_range(range, progress)?;
                has_merged = true;
            } else if self.merging.is_none() {
                let (parts, file) = (parts.to_vec(), self.take_file_number());
                self.merging = Some(Merging::begin(self.storage.clone(), parts, file)?);
            } else if taken_in == TakenIn::WhenNextIsDue {
                has_merged |= self.take_in_merged(progress)?;
            } else {
                break;
            }
        }
        if has_merged {
            self.write_manifest()?;
            self.remove_leftovers();
        }
        self.is_broken = false;
        Ok(())
    }

    /// Whether a merge goes on beside, or waits to be taken in.
    pub fn is_merging(&self) -> bool {
        self.merging.is_some()
    }

    /// Whether a merge waits to be taken in.
    pub fn has_merged(&self) -> bool {
        self.merging.as_ref().is_some_and(Merging::is_done)
    }

    /// The next segments to merge behind those that are being merged.
    fn due(&self) -> Option<Range<usize>> {
        let merged = self.merging.as_ref().and_then(|merging| self.place_of_parts(merging));
        let first = merged.map_or(0, |range| range.end);
        let due = tiers::to_merge(&self.snapshot.parts[first..])?;
        Some(due.start + first..due.end + first)
    }

    fn place_of_parts(&self, merging: &Merging) -> Option<Range<usize>> {
        let first = merging.parts.first()?;
        let is_first = |held: &SnapshotPart| Arc::ptr_eq(&held.segment, &first.segment);
        let at = self.snapshot.parts.iter().position(is_first)?;
        Some(at..at + merging.parts.len())
    }

    /// Waits for the merge that goes on and puts its segment in the place of those it was made of, without
    /// what was removed from them meanwhile. Whether there was one; everything must be committed before.
    pub(super) fn take_in_merged(&mut self, progress: &dyn Progress) -> Result<bool> {
        let Some(mut merging) = self.merging.take() else { return Ok(false) };
        while !merging.is_done() {
            go_on(progress)?;
            thread::sleep(LOOK_EVERY);
        }
        merging.join()?;
        let Some(range) = self.place_of_parts(&merging) else { return Ok(false) };
        let segment = Arc::new(self.open_file(merging.file)?);
        let deleted = deleted_since(&merging.parts, &self.snapshot.parts[range.clone()]);
        self.snapshot.parts.splice(range, [SnapshotPart { segment, deleted: Arc::new(deleted) }]);
        Ok(true)
    }
}

/// What was removed from segments since they were as `before`, by the places in the segment that was made of
/// them then.
fn deleted_since(before: &[SnapshotPart], now: &[SnapshotPart]) -> Deletions {
    let mut deleted = Deletions::default();
    let mut first = 0;
    for (before, now) in before.iter().zip(now) {
        let mut left_out = before.deleted.iter().peekable();
        let mut left_out_below = 0;
        for document in now.deleted.iter() {
            while left_out.next_if(|&other| other < document).is_some() {
                left_out_below += 1;
            }
            if !before.deleted.is_deleted(document) {
                deleted.delete(first + document - left_out_below, false);
            }
        }
        deleted.representatives += now.deleted.representatives - before.deleted.representatives;
        first += before.live_documents() as u32;
    }
    deleted
}
