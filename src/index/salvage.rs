//! What can be read of a segment, whatever is wrong with it.
//!
//! Blocks of articles lie one behind the other behind the header, and each says how long it is: neither the
//! footer nor the list of their ends is needed to go through them. Behind a stretch that cannot be read the
//! next block is found by the bytes that all begin with, and told by its checksum, which its number goes into.

use memchr::memmem;
use rustc_hash::FxHashMap;

use super::articles::{articles, compressed_bytes, compressed_bytes_most, decompress};
use super::block::{CHECKSUM_BYTES, Directory, Kind, SegmentFile, unseal};
use super::deletions::Deletions;
use super::segment::{HEADER_BYTES, Layout, PAGE_DOCUMENTS, RECORD_BYTES, Record};
use crate::Result;
use crate::article::Article;

/// What a compressed block has behind its length, as the format of zstd says.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Bytes of a block's length before compression, at most.
const LENGTH_BYTES_MAX: u64 = 5;

/// Enough of a block to tell how long it may be.
const HEAD_BYTES: usize = 32;

/// No sealed block is shorter.
const SEALED_BYTES_MIN: u64 = 15;

/// Numbers that a block behind a gap is tried with, at most: as many blocks are gone in hundreds of megabytes.
const NUMBERS_TRIED_MAX: u64 = 1 << 20;

/// A block that was found and verified.
struct FoundBlock {
    number: u64,
    at: u64,
    sealed_bytes: usize,
    articles: u32,
}

impl FoundBlock {
    fn end(&self) -> u64 {
        self.at + self.sealed_bytes as u64
    }
}

/// A damaged segment, as far as its articles can be read.
pub struct Salvage {
    input: SegmentFile,
    blocks: Vec<FoundBlock>,
    /// Where the records may begin: each page's checksum tells.
    records_at: Vec<u64>,
    /// Whether every article that was ever written to it is there.
    pub is_whole: bool,
}

impl Salvage {
    /// Goes through the blocks. `layout` is what the footer says, where it can be read.
    ///
    /// # Errors
    /// [`crate::Error::File`] where the file cannot be read.
    pub fn of(input: SegmentFile, layout: Option<&Layout>) -> Result<Salvage> {
        let end = layout.map_or(input.length, |layout| layout.articles.ends_at.min(input.length));
        let mut walk = Walk { window: Window::of(&input), end };
        let (mut blocks, mut has_gap) = (Vec::new(), false);
        let (mut at, mut number) = (HEADER_BYTES as u64, 0);
        let ends_at = loop {
            if layout.is_some_and(|layout| layout.articles.ends_at == at) {
                break Some(at);
            }
            let next = match walk.block_at(at, number..=number)? {
                Some(next) => next,
                None if walk.is_over(at, number) => break Some(at),
                None => {
                    has_gap = true;
                    // bytes that are missing move the first block forward
                    let from = if number == 0 { 0 } else { at };
                    let Some(next) = walk.next_block(from, number)? else { break None };
                    next
                }
            };
            (at, number) = (next.end(), next.number + 1);
            blocks.push(next);
        };
        // where bytes are missing or too many, the footer's places are not those of what lies behind them
        let behind = blocks.last().map_or(0, FoundBlock::end);
        let mut records_at = vec![articles_directory(behind, number).end()];
        records_at.extend(layout.map(|layout| layout.records.start));
        let mut salvage = Salvage { input, blocks, records_at, is_whole: !has_gap && ends_at.is_some() };
        let documents = salvage.documents();
        salvage.is_whole &= layout.is_none_or(|layout| u64::from(layout.documents) == documents);
        Ok(salvage)
    }

    /// Documents whose articles can be read, those that were removed included.
    pub fn documents(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.articles)).sum()
    }

    /// Visits every article but those that are known to be removed. `documents` is how many were written to
    /// the segment. An article that may be a removed one is left out: that is rare, since it takes damage in
    /// front of it, no footer and no records.
    ///
    /// # Errors
    /// [`crate::Error::File`] where the file cannot be read, and what `visit` returns.
    pub fn each_article(
        &self,
        deleted: &Deletions,
        documents: u32,
        mut visit: impl FnMut(Article) -> Result<()>,
    ) -> Result<()> {
        let firsts = self.first_documents(documents)?;
        for (block, first) in self.blocks.iter().zip(firsts) {
            let sealed = self.input.read_between(block.at, block.end(), Kind::Articles)?;
            let compressed = self.input.unseal(&sealed, Kind::Articles, block.number)?;
            let articles = decompress(compressed).and_then(|bytes| articles(&bytes)).unwrap_or_default();
            for (slot, article) in (0..).zip(articles) {
                let is_gone = match first {
                    Some(first) => deleted.is_deleted(first.saturating_add(slot)),
                    None => deleted.documents > 0,
                };
                if !is_gone {
                    visit(article)?;
                }
            }
        }
        Ok(())
    }

    /// The first document of each block: by counting up to the first gap, behind it by what records say.
    fn first_documents(&self, documents: u32) -> Result<Vec<Option<u32>>> {
        let (mut next, mut number) = (Some(0u32), 0);
        let mut firsts = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            next = next.filter(|_| block.number == number);
            firsts.push(next);
            next = next.map(|first| first.saturating_add(block.articles));
            number = block.number + 1;
        }
        if firsts.iter().any(Option::is_none) {
            let recorded = self.recorded_firsts(documents)?;
            for (block, first) in self.blocks.iter().zip(&mut firsts) {
                *first = first.or_else(|| recorded.get(&block.number).copied());
            }
        }
        Ok(firsts)
    }

    /// The first document of each block that a readable record names. All pages but the last are of one
    /// length, so that their list of ends is not needed either.
    fn recorded_firsts(&self, documents: u32) -> Result<FxHashMap<u64, u32>> {
        let mut firsts = FxHashMap::default();
        for &records_at in &self.records_at {
            let mut at = records_at;
            for (page, first) in (0u64..).zip((0..documents).step_by(PAGE_DOCUMENTS as usize)) {
                let held = PAGE_DOCUMENTS.min(documents - first) as usize;
                let end = at + (held * RECORD_BYTES + CHECKSUM_BYTES) as u64;
                if end > self.input.length {
                    break;
                }
                let sealed = self.input.read_between(at, end, Kind::Documents)?;
                let records = unseal(&sealed, self.input.salt, Kind::Documents, page).unwrap_or_default();
                for (document, bytes) in (first..).zip(records.as_chunks::<RECORD_BYTES>().0) {
                    let record = Record::read(bytes, 0);
                    let first = document.saturating_sub(u32::from(record.slot));
                    firsts.entry(u64::from(record.block)).or_insert(first);
                }
                at = end;
            }
        }
        Ok(firsts)
    }
}

/// The list of ends of the article blocks, where it begins at `ends_at`.
fn articles_directory(ends_at: u64, blocks: u64) -> Directory {
    Directory { start: HEADER_BYTES as u64, ends_at, blocks }
}

/// A way through the blocks of a file.
struct Walk<'a> {
    window: Window<'a>,
    /// No block lies behind it.
    end: u64,
}

impl Walk<'_> {
    /// Whether the list of ends begins here, behind so many blocks.
    fn is_over(&self, at: u64, blocks: u64) -> bool {
        blocks > 0 && articles_directory(at, blocks).ends(self.window.input, Kind::Articles).is_ok()
    }

    /// The block that begins here, where it is one of these numbers.
    fn block_at(&mut self, at: u64, numbers: std::ops::RangeInclusive<u64>) -> Result<Option<FoundBlock>> {
        let Some(most) = compressed_bytes_most(self.window.bytes(at, HEAD_BYTES)?) else { return Ok(None) };
        let salt = self.window.input.salt;
        let bytes = self.window.bytes(at, most + CHECKSUM_BYTES)?;
        let Some(length) = compressed_bytes(bytes) else { return Ok(None) };
        let Some(sealed) = bytes.get(..length + CHECKSUM_BYTES) else { return Ok(None) };
        for number in numbers {
            let Some(compressed) = unseal(sealed, salt, Kind::Articles, number) else { continue };
            let held = decompress(compressed).and_then(|block| articles(&block));
            let found = |articles: Vec<Article>| FoundBlock {
                number,
                at,
                sealed_bytes: sealed.len(),
                articles: articles.len() as u32,
            };
            return Ok(held.map(found));
        }
        Ok(None)
    }

    /// The first block that begins at `from` or behind it, and is of this number or a later one.
    fn next_block(&mut self, from: u64, number: u64) -> Result<Option<FoundBlock>> {
        let mut at = from;
        while at < self.end {
            let bytes = self.window.bytes(at, Window::READ_BYTES)?;
            let Some(found) = memmem::find(bytes, &MAGIC) else {
                let passed = (bytes.len() + 1).saturating_sub(MAGIC.len()) as u64;
                if passed == 0 {
                    break;
                }
                at += passed;
                continue;
            };
            let magic_at = at + found as u64;
            for length_bytes in 1..=LENGTH_BYTES_MAX.min(magic_at - from) {
                let start = magic_at - length_bytes;
                let skipped = ((start - from) / SEALED_BYTES_MIN).min(NUMBERS_TRIED_MAX);
                if let Some(block) = self.block_at(start, number..=number + skipped)? {
                    return Ok(Some(block));
                }
            }
            at = magic_at + 1;
        }
        Ok(None)
    }
}

/// A part of a file that is held.
struct Window<'a> {
    input: &'a SegmentFile,
    held: Vec<u8>,
    from: u64,
}

impl<'a> Window<'a> {
    const READ_BYTES: usize = 256 << 10;

    fn of(input: &'a SegmentFile) -> Self {
        Window { input, held: Vec::new(), from: 0 }
    }

    /// The bytes from a place on: as many as asked for or more, fewer at the end of the file.
    fn bytes(&mut self, at: u64, wanted: usize) -> Result<&[u8]> {
        let at = at.min(self.input.length);
        let end = at.saturating_add(wanted as u64).min(self.input.length);
        if at < self.from || end > self.from + self.held.len() as u64 {
            let to = end.max(at + Self::READ_BYTES as u64).min(self.input.length);
            self.held = self.input.read_between(at, to, Kind::Articles)?;
            self.from = at;
        }
        Ok(self.held.get((at - self.from) as usize..).unwrap_or_default())
    }
}
