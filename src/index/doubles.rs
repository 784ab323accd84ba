//! Articles that a later one of their id stands beside.
//!
//! An index that is sound has none: who files an article removes the earlier one of its id in the same commit.
//! Where the manifest was lost, and with it what was removed, they are told by their ids alone.

use rustc_hash::FxHashSet;

use super::snapshot::{DocumentPlace, Snapshot};
use super::table::{TableCursor, key_of};
use crate::Result;
use crate::progress::{Progress, go_on};

/// Keys of ids that are looked through at once.
const STRETCH: u64 = 1 << 24;

/// Documents that are outdated, in order: of each id all but the last.
///
/// # Errors
/// [`super::IndexError::Corrupt`] and what reading returns; [`crate::Error::Interrupted`].
pub fn outdated(snapshot: &Snapshot, progress: &dyn Progress) -> Result<Vec<DocumentPlace>> {
    let parts = &snapshot.parts;
    let cursors = parts.iter().map(|part| TableCursor::new(&part.segment.layout.ids, &part.segment.input));
    let mut cursors = cursors.collect::<Result<Vec<_>>>()?;
    let mut found = Vec::new();
    let (mut entries, mut excess) = (Vec::new(), Vec::new());
    let mut keyed: Vec<(u32, DocumentPlace)> = Vec::new();
    for end in (STRETCH..=1 << 32).step_by(STRETCH as usize) {
        go_on(progress)?;
        keyed.clear();
        for (part, (held, cursor)) in (0..).zip(parts.iter().zip(&mut cursors)) {
            entries.clear();
            let live = |document| (!held.deleted.is_deleted(document)).then_some(document);
            cursor.take_below(end, live, &mut entries, &mut excess)?;
            let place = |&entry: &u64| (key_of(entry), DocumentPlace { part, document: entry as u32 });
            keyed.extend(entries.iter().map(place));
        }
        keyed.sort_unstable();
        for of_a_key in keyed.chunk_by(|a, b| a.0 == b.0).filter(|of_a_key| of_a_key.len() > 1) {
            take_outdated(snapshot, of_a_key, &mut found)?;
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Of documents whose ids have one key, in order, those that are followed by one of their id.
fn take_outdated(
    snapshot: &Snapshot,
    of_a_key: &[(u32, DocumentPlace)],
    found: &mut Vec<DocumentPlace>,
) -> Result<()> {
    let mut ids = FxHashSet::default();
    for &(_, place) in of_a_key.iter().rev() {
        if !ids.insert(snapshot.article_at(place)?.id) {
            found.push(place);
        }
    }
    Ok(())
}
