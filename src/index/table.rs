//! Postings: 32-bit keys with documents, sorted, in buckets that are found by the key's first bits.
//!
//! Keys are hashes, spread evenly: a bucket is one block of a [`Directory`], and a look-up reads one of them. In it, entries
//! are the gap to the key before in Rice's code, then the document in as many bits as the segment's documents need.
//! A key keeps at most [`Table::keep`] documents, the first ones; where there are more, an entry behind them holds how many
//! there are in all. So a word pair that half of an archive prints costs some bytes a segment, and its leader is still known.

use super::bits::{BitReader, BitWriter, push_varint, take_varint};
use super::block::{Directory, DirectoryWriter, Input, Kind, Output};
use crate::Result;

/// Entries of a bucket, on average at most.
const BUCKET_ENTRIES: u64 = 256;

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
            // one more than tells rare from common, see `evidence::signals`
            Kind::Grams => 6,
            _ => usize::MAX,
        }
    }

    fn has_totals(&self) -> bool {
        self.value_bits > 0 && Self::keep(self.kind) < usize::MAX
    }

    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn find(&self, input: &Input, key: u32) -> Result<Posting> {
        let mut posting = Posting::default();
        if self.entries == 0 {
            return Ok(posting);
        }
        let bucket = bucket_of(key, self.bucket_bits);
        let block = self.directory.block(input, self.kind, bucket)?;
        self.decode(input, &block, bucket, |found| {
            if key_of(found) == key {
                posting.documents.push(found as u32);
            }
            key_of(found) <= key
        })?;
        let keep = Self::keep(self.kind);
        posting.total = posting.documents.len() as u32;
        if self.has_totals() && posting.documents.len() > keep {
            posting.total = posting.documents[keep];
            posting.documents.truncate(keep);
            posting.documents.dedup();
        }
        Ok(posting)
    }

    /// Visits the entries of each key, the keys in order.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn each_run(&self, input: &Input, mut visit: impl FnMut(&[Entry])) -> Result<()> {
        let mut cursor = TableCursor::new(self, input)?;
        while cursor.next_bucket < cursor.ends.len() {
            cursor.read_bucket()?;
            cursor.entries.chunk_by(|a, b| key_of(*a) == key_of(*b)).for_each(&mut visit);
            cursor.taken = cursor.entries.len();
        }
        Ok(())
    }

    /// Visits the entries of a bucket in order, as long as `visit` wants more.
    fn decode(
        &self,
        input: &Input,
        block: &[u8],
        bucket: u64,
        mut visit: impl FnMut(Entry) -> bool,
    ) -> Result<()> {
        let mut bytes = block;
        let broken = || input.corrupt(self.kind, "entries");
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
    bucket: Vec<Entry>,
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
        TableWriter { table, directory: DirectoryWriter::new(output, kind), bucket: Vec::new() }
    }

    /// Appends entries that are in order and not before those appended; all entries of a key come in one call.
    /// `excess` holds keys, ascending, with documents that are not among the entries.
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
            self.bucket.extend_from_slice(&run[..run.len().min(keep)]);
            if self.table.has_totals() && total > keep as u64 {
                // where some of the first documents are gone, the last one stands in for them
                let padding = keep.saturating_sub(run.len());
                self.bucket.extend(run.last().iter().cycle().take(padding).map(|&&last| last));
                let most = (1u64 << self.table.value_bits) - 1;
                self.bucket.push(entry(key, total.min(most) as u32));
            }
        }
        Ok(())
    }

    fn flush(&mut self, output: &mut Output<'_>) -> Result<()> {
        let mut writer = BitWriter::default();
        push_varint(self.bucket.len() as u64, &mut writer.bytes);
        let mut before = first_key(self.directory.blocks(), self.table.bucket_bits) as u32;
        for &found in &self.bucket {
            writer.push_rice(key_of(found) - before, self.table.rice);
            if self.table.value_bits > 0 {
                writer.push(found as u32, self.table.value_bits);
            }
            before = key_of(found);
        }
        writer.finish();
        self.table.entries += self.bucket.len() as u64;
        self.bucket.clear();
        self.directory.push(output, &mut writer.bytes)
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
    input: &'a Input,
    ends: Vec<u64>,
    next_bucket: usize,
    /// Buckets read together, and the first of them.
    held: Vec<u8>,
    held_from: u64,
    entries: Vec<Entry>,
    taken: usize,
}

/// Buckets are read this many bytes at a time.
const READ_BYTES: u64 = 256 << 10;

impl<'a> TableCursor<'a> {
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn new(table: &'a Table, input: &'a Input) -> Result<Self> {
        let ends = table.directory.ends(input, table.kind)?;
        let (held, entries) = (Vec::new(), Vec::new());
        Ok(TableCursor { table, input, ends, next_bucket: 0, held, held_from: 0, entries, taken: 0 })
    }

    fn read_bucket(&mut self) -> Result<()> {
        let start = if self.next_bucket == 0 { 0 } else { self.ends[self.next_bucket - 1] };
        let end = self.ends[self.next_bucket];
        if end > self.held_from + self.held.len() as u64 || start < self.held_from {
            let enough = self.ends[self.next_bucket..].partition_point(|&end| end <= start + READ_BYTES);
            let to = self.ends[self.next_bucket + enough.saturating_sub(1)].max(end);
            let section = self.table.directory.start;
            self.held = self.input.read_between(section + start, section + to, self.table.kind)?;
            self.held_from = start;
        }
        let sealed = &self.held[(start - self.held_from) as usize..(end - self.held_from) as usize];
        let bucket = self.next_bucket as u64;
        let block = self.input.unseal(sealed, self.table.kind, bucket)?;
        self.entries.drain(..self.taken);
        self.taken = 0;
        let entries = &mut self.entries;
        self.table.decode(self.input, block, bucket, |found| {
            entries.push(found);
            true
        })?;
        self.next_bucket += 1;
        Ok(())
    }

    /// Takes all entries with keys below `end`: documents into `entries`, and of keys with more than are kept the rest of
    /// the number into `excess`. `document` gives the new number of a document, or that it goes.
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
        let bits = self.table.bucket_bits;
        while self.next_bucket < self.ends.len() && first_key(self.next_bucket as u64, bits) < end {
            self.read_bucket()?;
        }
        let upto = self.entries[self.taken..].partition_point(|&found| u64::from(key_of(found)) < end);
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

    /// Verifies what has not been read yet, and how many entries there are in all.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn check(mut self) -> Result<()> {
        let mut found = 0;
        let mut last = 0;
        while self.next_bucket < self.ends.len() {
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
