//! A table read from its start to its end.

use super::{Entry, Table, entry, first_key, key_of};
use crate::Result;
use crate::index::block::{BlockCursor, SegmentFile};
use crate::index::plain;

impl Table {
    /// Visits the entries of each key, the keys in order.
    ///
    /// # Errors
    /// [`crate::index::IndexError::Corrupt`] and what reading returns.
    pub fn each_run(&self, input: &SegmentFile, mut visit: impl FnMut(&[Entry])) -> Result<()> {
        let mut cursor = TableCursor::new(self, input)?;
        while cursor.blocks.next_block().is_some() {
            cursor.read_bucket()?;
            cursor.entries.chunk_by(|a, b| key_of(*a) == key_of(*b)).for_each(&mut visit);
            cursor.taken = cursor.entries.len();
        }
        Ok(())
    }
}

/// Reads a table from its start to its end.
pub struct TableCursor<'a> {
    table: &'a Table,
    input: &'a SegmentFile,
    blocks: BlockCursor<'a>,
    entries: Vec<Entry>,
    taken: usize,
}

impl<'a> TableCursor<'a> {
    /// # Errors
    /// [`crate::index::IndexError::Corrupt`] and what reading returns.
    pub fn new(table: &'a Table, input: &'a SegmentFile) -> Result<Self> {
        let blocks = BlockCursor::new(&table.directory, input, table.kind)?;
        Ok(TableCursor { table, input, blocks, entries: Vec::new(), taken: 0 })
    }

    /// Reads a bucket, those of a plain table in order.
    fn read_bucket(&mut self) -> Result<()> {
        let Some(bucket) = self.blocks.next_block() else { return Ok(()) };
        let block = self.blocks.read()?;
        self.entries.drain(..self.taken);
        self.taken = 0;
        let entries = &mut self.entries;
        self.table.decode(self.input, block, bucket, |found| {
            entries.push(found);
            true
        })?;
        if self.table.is_plain() {
            entries.sort_unstable();
        }
        Ok(())
    }

    /// The first key that the next bucket may hold, if there is one.
    fn next_first_key(&self) -> Option<u64> {
        self.blocks.next_block().map(|bucket| first_key(bucket, self.table.bucket_bits))
    }

    /// Takes all entries with keys below `end`, by key but for those of plain tables: documents into
    /// `entries`, and of keys with more than are kept the rest of the number into `excess`. `document` gives
    /// the new number of a document, or that it goes.
    ///
    /// # Errors
    /// [`crate::index::IndexError::Corrupt`] and what reading returns.
    pub fn take_below(
        &mut self,
        end: u64,
        document: impl Fn(u32) -> Option<u32>,
        entries: &mut Vec<Entry>,
        excess: &mut Vec<(u32, u32)>,
    ) -> Result<()> {
        if self.table.is_plain() {
            return self.take_plain_below(end, document, entries);
        }
        while self.next_first_key().is_some_and(|key| key < end) {
            self.read_bucket()?;
        }
        let is_below = |&found: &Entry| u64::from(key_of(found)) < end;
        let upto = self.entries[self.taken..].partition_point(is_below);
        let taken = &self.entries[self.taken..self.taken + upto];
        if self.table.value_bits == 0 {
            entries.extend_from_slice(taken);
        } else {
            let keep = Table::keep(self.table.kind);
            for run in taken.chunk_by(|a, b| key_of(*a) == key_of(*b)) {
                let documents = &run[..run.len().min(keep)];
                let kept = documents
                    .iter()
                    .filter_map(|&found| document(found as u32).map(|number| entry(key_of(found), number)));
                entries.extend(kept);
                if let Some(&total) = run.get(keep) {
                    excess.push((key_of(total), (total as u32).saturating_sub(keep as u32)));
                }
            }
        }
        self.taken += upto;
        Ok(())
    }

    /// As [`Self::take_below`]: all documents of a key are there, and what is beyond is counted when it is
    /// written. Whole buckets, which lie within one stretch each.
    fn take_plain_below(
        &mut self,
        end: u64,
        document: impl Fn(u32) -> Option<u32>,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        let Table { bucket_bits, value_bits, kind, .. } = *self.table;
        while let Some(bucket) = self.blocks.next_block()
            && first_key(bucket, bucket_bits) < end
        {
            let first = first_key(bucket, bucket_bits) as u32;
            let block = self.blocks.read()?;
            let decoded = match value_bits {
                0 => plain::decode(block, first, 0, |found| entries.push(found)),
                _ => plain::decode(block, first, value_bits, |found| {
                    let number = document(found as u32);
                    entries.extend(number.map(|number| entry(key_of(found), number)));
                }),
            };
            decoded.ok_or_else(|| self.input.corrupt(kind, "entries"))?;
        }
        Ok(())
    }

    /// Verifies what has not been read yet, and how many entries there are in all.
    ///
    /// # Errors
    /// [`crate::index::IndexError::Corrupt`] and what reading returns.
    pub fn check(mut self) -> Result<()> {
        let mut found = 0;
        let mut last = 0;
        while self.blocks.next_block().is_some() {
            self.read_bucket()?;
            found += self.entries.len() as u64;
            let is_sorted = self.entries.is_sorted_by_key(|&found| key_of(found));
            if !is_sorted || self.entries.first().is_some_and(|&first| key_of(first) < last) {
                return Err(self.input.corrupt(self.table.kind, "entries are out of order"));
            }
            last = self.entries.last().map_or(last, |&entry| key_of(entry));
            self.taken = self.entries.len();
        }
        if found == self.table.entries {
            Ok(())
        } else {
            Err(self.input.corrupt(self.table.kind, "number of entries"))
        }
    }
}
