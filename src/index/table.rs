//! Postings: 32-bit keys with documents, in buckets that are found by the key's first bits.
//!
//! Keys are hashes, spread evenly: a bucket is one block of a [`Directory`], and a look-up reads one of them.
//! In it, entries are sorted: the gap to the key before in Rice's code, then the document in as many bits as
//! the segment's documents need. A key keeps at most [`Table::keep`] documents, the first ones; where there
//! are more, an entry behind them holds how many there are in all. So a word pair that half of an archive
//! prints costs some bytes a segment, and its leader is still known.
//!
//! A segment that will soon be merged need not be sorted: [`super::plain`] says how its buckets look.

use std::cell::RefCell;

use super::bits::{BitReader, BitWriter, push_varint, take_varint};
use super::block::{BlockCursor, Directory, DirectoryWriter, Kind, Output, SegmentFile};
use super::plain;
use crate::Result;
use crate::evidence::rarity::RARE_MAX_OTHERS;

/// Entries of a bucket, on average at most: a bucket takes nine bytes beside them, and a look-up decodes half
/// of them. Where buckets lie is held in memory once it was asked for.
const BUCKET_ENTRIES: u64 = 64;

thread_local! {
    /// The bucket that is looked into.
    static BUCKET: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A key in the upper half, a document in the lower.
pub type Entry = u64;

pub fn entry(key: u32, document: u32) -> Entry {
    u64::from(key) << 32 | u64::from(document)
}

pub fn key_of(entry: Entry) -> u32 {
    (entry >> 32) as u32
}

/// Where a table lies in its segment, and how it is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    pub kind: Kind,
    pub directory: Directory,
    /// The first bits of a key that name its bucket.
    pub bucket_bits: u32,
    /// The parameter of Rice's code, or [`plain::UNCODED`].
    pub rice: u32,
    /// Bits of a document; 0 where entries are counted alone.
    pub value_bits: u32,
    pub entries: u64,
}

/// Documents of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posting {
    /// Ascending; the first [`Table::keep`] of them.
    pub documents: Vec<u32>,
    /// How many there are in all.
    pub total: u32,
}

impl Table {
    /// Documents kept of a key, or how far entries are counted.
    pub fn keep(kind: Kind) -> usize {
        match kind {
            Kind::Features => 32,
            Kind::Bands | Kind::Texts => 128,
            // one more than tells rare from common for a pair that both hold it
            Kind::Grams => RARE_MAX_OTHERS as usize + 3,
            _ => usize::MAX,
        }
    }

    fn has_totals(&self) -> bool {
        self.value_bits > 0 && Self::keep(self.kind) < usize::MAX
    }

    pub fn is_plain(&self) -> bool {
        self.rice == plain::UNCODED
    }

    /// How many documents a key has, told from its entries.
    pub fn total(&self, run: &[Entry]) -> u32 {
        let keep = Self::keep(self.kind);
        match run.get(keep) {
            Some(&total) if self.has_totals() && !self.is_plain() => total as u32,
            _ => run.len() as u32,
        }
    }

    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn find(&self, input: &SegmentFile, key: u32) -> Result<Posting> {
        let mut posting = Posting::default();
        if self.entries == 0 {
            return Ok(posting);
        }
        let bucket = bucket_of(key, self.bucket_bits);
        BUCKET.with_borrow_mut(|buffer| {
            let block = self.directory.block_in(input, self.kind, bucket, buffer)?;
            self.decode(input, block, bucket, |found| {
                if key_of(found) == key {
                    posting.documents.push(found as u32);
                }
                key_of(found) <= key
            })
        })?;
        let keep = Self::keep(self.kind);
        posting.total = posting.documents.len() as u32;
        if self.has_totals() && posting.documents.len() > keep {
            if !self.is_plain() {
                posting.total = posting.documents[keep];
            }
            posting.documents.truncate(keep);
            posting.documents.dedup();
        }
        Ok(posting)
    }

    /// Visits the entries of each key, the keys in order.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn each_run(&self, input: &SegmentFile, mut visit: impl FnMut(&[Entry])) -> Result<()> {
        let mut cursor = TableCursor::new(self, input)?;
        while cursor.blocks.next_block().is_some() {
            cursor.read_bucket()?;
            cursor.entries.chunk_by(|a, b| key_of(*a) == key_of(*b)).for_each(&mut visit);
            cursor.taken = cursor.entries.len();
        }
        Ok(())
    }

    /// Visits the keys, in no order; one of several documents more than once.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn each_key(&self, input: &SegmentFile, mut visit: impl FnMut(u32)) -> Result<()> {
        let mut blocks = BlockCursor::new(&self.directory, input, self.kind)?;
        while let Some(bucket) = blocks.next_block() {
            let block = blocks.read()?;
            self.decode(input, block, bucket, |found| {
                visit(key_of(found));
                true
            })?;
        }
        Ok(())
    }

    /// Visits the entries of a bucket in order, as long as `visit` wants more.
    fn decode(
        &self,
        input: &SegmentFile,
        block: &[u8],
        bucket: u64,
        mut visit: impl FnMut(Entry) -> bool,
    ) -> Result<()> {
        let broken = || input.corrupt(self.kind, "entries");
        if self.is_plain() {
            let first = first_key(bucket, self.bucket_bits) as u32;
            // in no order: all of them are to be seen
            let visit = |found| {
                visit(found);
            };
            return plain::decode(block, first, self.value_bits, visit).ok_or_else(broken);
        }
        let mut bytes = block;
        let count = take_varint(&mut bytes).ok_or_else(broken)?;
        if count > 8 * bytes.len() as u64 {
            return Err(broken());
        }
        let mut bits = BitReader::new(bytes);
        let mut key = first_key(bucket, self.bucket_bits) as u32;
        for _ in 0..count {
            key = key.wrapping_add(bits.take_rice(self.rice));
            let value = bits.take(self.value_bits);
            if !visit(entry(key, value)) {
                break;
            }
        }
        if bits.is_overrun() { Err(broken()) } else { Ok(()) }
    }
}

fn bucket_of(key: u32, bucket_bits: u32) -> u64 {
    (u64::from(key) << bucket_bits) >> 32
}

fn first_key(bucket: u64, bucket_bits: u32) -> u64 {
    (bucket << 32) >> bucket_bits
}

/// Writes a table from entries in order.
pub struct TableWriter {
    table: Table,
    directory: DirectoryWriter,
    /// Entries of the bucket being written, their codes, and the last one's key.
    entries: u64,
    codes: BitWriter,
    last_key: u32,
    block: Vec<u8>,
}

impl TableWriter {
    /// `entries_likely` decides how entries are coded; `documents` are numbered below that.
    pub fn new(output: &Output<'_>, kind: Kind, entries_likely: u64, documents: u32) -> Self {
        let buckets = entries_likely.div_ceil(BUCKET_ENTRIES).max(1).next_power_of_two();
        let gap = (1u64 << 32) / entries_likely.max(1);
        // the best parameter for gaps of a geometric distribution: 2^r near the mean times ln 2
        let rice = (gap as f64 * std::f64::consts::LN_2).max(1.0).log2().round() as u32;
        let value_bits = if kind == Kind::Grams { 0 } else { (32 - documents.leading_zeros()).max(1) };
        let table = Table {
            kind,
            directory: Directory::default(),
            bucket_bits: buckets.trailing_zeros().min(24),
            rice: rice.min(31),
            value_bits,
            entries: 0,
        };
        let directory = DirectoryWriter::new(output, kind);
        let (codes, block) = (BitWriter::default(), Vec::new());
        TableWriter { table, directory, entries: 0, codes, last_key: 0, block }
    }

    /// Appends entries that are in order and not before those appended; all entries of a key come in one
    /// call. `excess` holds keys, ascending, with documents that are not among the entries.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub fn extend(
        &mut self,
        output: &mut Output<'_>,
        entries: &[Entry],
        excess: &[(u32, u32)],
    ) -> Result<()> {
        let keep = Table::keep(self.table.kind);
        let mut excess = excess.iter().peekable();
        for run in entries.chunk_by(|a, b| key_of(*a) == key_of(*b)) {
            let key = key_of(run[0]);
            let bucket = bucket_of(key, self.table.bucket_bits);
            while self.directory.blocks() < bucket {
                self.flush(output)?;
            }
            let mut total = run.len() as u64;
            while let Some(more) = excess.next_if(|more| more.0 <= key) {
                total += if more.0 == key { u64::from(more.1) } else { 0 };
            }
            let kept = &run[..run.len().min(keep)];
            kept.iter().for_each(|&found| self.push(key, found as u32));
            if self.table.has_totals() && total > keep as u64 {
                // where some of the first documents are gone, the last one stands in for them
                let last = run[run.len() - 1] as u32;
                (run.len()..keep).for_each(|_| self.push(key, last));
                let most = (1u64 << self.table.value_bits) - 1;
                self.push(key, total.min(most) as u32);
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn push(&mut self, key: u32, value: u32) {
        self.codes.push_rice(key.wrapping_sub(self.last_key), self.table.rice);
        if self.table.value_bits > 0 {
            self.codes.push(value, self.table.value_bits);
        }
        self.last_key = key;
        self.entries += 1;
    }

    fn flush(&mut self, output: &mut Output<'_>) -> Result<()> {
        self.codes.finish();
        self.block.clear();
        push_varint(self.entries, &mut self.block);
        self.block.append(&mut self.codes.bytes);
        self.table.entries += self.entries;
        self.entries = 0;
        self.directory.push(output, &mut self.block)?;
        self.last_key = first_key(self.directory.blocks(), self.table.bucket_bits) as u32;
        Ok(())
    }

    /// # Errors
    /// As [`Output::write`].
    pub fn finish(mut self, output: &mut Output<'_>) -> Result<Table> {
        while self.directory.blocks() < 1 << self.table.bucket_bits {
            self.flush(output)?;
        }
        self.table.directory = self.directory.finish(output)?;
        Ok(self.table)
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
    /// [`super::IndexError::Corrupt`] and what reading returns.
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
    /// [`super::IndexError::Corrupt`] and what reading returns.
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
    /// [`super::IndexError::Corrupt`] and what reading returns.
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
