//! Which keys a writer need not look for.
//!
//! Filing ten thousand articles asks for some fifteen keys of each, nearly all of them new. A filter answers
//! most without touching a file; about 2 bytes a key of what the index holds.

use super::filter::KeyFilter;
use super::snapshot::Snapshot;
use super::table::{Table, TableCursor, key_of};
use crate::Result;

/// Keys that may be in the index.
#[derive(Debug)]
pub struct Known {
    filter: KeyFilter,
    keys: u64,
}

/// Words of the filter a key.
const WORDS_A_KEY: f64 = 0.25;

/// Keys taken from a table at once.
const STRETCH: u64 = 1 << 24;

#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub enum KeyKind {
    Id = 1,
    Text = 2,
    Band = 3,
}

impl Known {
    /// Reads the keys of a snapshot, with room for as many again and `more`.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn of(snapshot: &Snapshot, more: u64) -> Result<Known> {
        let tables = |part: &super::snapshot::SnapshotPart| {
            let layout = &part.segment.layout;
            [layout.ids.entries, layout.texts.entries, layout.bands.entries]
        };
        let held: u64 = snapshot.parts.iter().flat_map(tables).sum();
        let words = ((2 * held + more) as f64 * WORDS_A_KEY) as usize;
        let mut known = Known { filter: KeyFilter::new(words.max(1024)), keys: 0 };
        for part in &snapshot.parts {
            let layout = &part.segment.layout;
            for (kind, table) in
                [(KeyKind::Id, &layout.ids), (KeyKind::Text, &layout.texts), (KeyKind::Band, &layout.bands)]
            {
                known.take(kind, table, &part.segment.input)?;
            }
        }
        Ok(known)
    }

    fn take(&mut self, kind: KeyKind, table: &Table, input: &super::block::SegmentFile) -> Result<()> {
        let mut cursor = TableCursor::new(table, input)?;
        let mut entries = Vec::new();
        let mut excess = Vec::new();
        let mut end = 0;
        while end < 1 << 32 {
            end += STRETCH;
            entries.clear();
            excess.clear();
            cursor.take_below(end, Some, &mut entries, &mut excess)?;
            entries.iter().for_each(|&found| self.insert(kind, key_of(found)));
        }
        Ok(())
    }

    /// Whether so many keys more would make it answer badly.
    pub fn is_full(&self, more: u64) -> bool {
        (self.keys + more) as f64 * WORDS_A_KEY > self.filter.words() as f64 * 1.5
    }

    pub fn insert(&mut self, kind: KeyKind, key: u32) {
        self.filter.insert(key, kind as u32);
        self.keys += 1;
    }

    /// False where the key is certainly not in the index.
    pub fn may_hold(&self, kind: KeyKind, key: u32) -> bool {
        self.filter.may_hold(key, kind as u32)
    }
}
