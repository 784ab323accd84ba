//! Postings: 32-bit keys with documents, in buckets that are found by the key's first bits.
//!
//! Keys are hashes, spread evenly: a bucket is one block of a [`Directory`], and a look-up reads one of them.
//! In it, entries are sorted: the gap to the key before in Rice's code, then the document in as many bits as
//! the segment's documents need. A key keeps at most [`Table::keep`] documents, the first ones; where there
//! are more, an entry behind them holds how many there are in all. So a word pair that half of an archive
//! prints costs some bytes a segment, and its leader is still known.
//!
//! A segment that will soon be merged need not be sorted: [`super::plain`] says how its buckets look.

mod cursor;
mod writer;

use std::cell::RefCell;

use super::bits::{BitReader, take_varint};
use super::block::{BlockCursor, Directory, Kind, SegmentFile};
use super::plain;
use crate::Result;
use crate::evidence::rarity::RARE_MAX_OTHERS;
pub use cursor::TableCursor;
pub use writer::TableWriter;

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
