//! A segment: articles, what is known of each, and postings, in one file that never changes.
//!
//! `header, article blocks, document records, seven tables, footer`. Everything is found from the footer,
//! which is read and verified when the segment is opened, with the header; of all else what a query needs is
//! read when it needs it, and each block's checksum is verified then. Documents are in the order they were
//! added; each has a number that is its own throughout the index and never changes.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::articles::{article_at, articles, decompress};
use super::bits::{push_varint, take_varint};
use super::block::{CHECKSUM_BYTES, Directory, KINDS, Kind, Output, SegmentFile, seal, unseal};
use super::filter::KeyFilter;
use super::plain;
use super::recipe;
use super::sampling::Sampling;
use super::storage::StoredFile;
use super::table::{Posting, Table};
use crate::Result;
use crate::article::Article;
use crate::error::IndexError;

/// Of this and earlier versions' segments.
pub const FORMAT: u32 = 3;

/// From this version on the footer says how word runs were sampled; before, all of them were kept.
const SAMPLED_GRAMS_FORMAT: u32 = 3;

const MAGIC: &[u8; 8] = b"retoldsg";

pub const HEADER_BYTES: usize = 8 + 4 + 8 + 8 + CHECKSUM_BYTES;

/// Bytes at the very end: the footer's length and its checksum's own.
const TAIL_BYTES: u64 = 4;

/// Documents of a block of records.
pub const PAGE_DOCUMENTS: u32 = 128;

pub const RECORD_BYTES: usize = 22;

/// Stands for no date.
pub const UNDATED: i64 = i64::MIN;

/// What is held of a document beside its article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number in the index.
    pub number: u64,
    /// The document that its text copies; its own number where it copies none.
    pub representative: u64,
    pub unix_seconds: Option<i64>,
    /// Where its article lies.
    pub block: u32,
    pub slot: u16,
}

impl Record {
    pub fn is_copy(&self) -> bool {
        self.representative != self.number
    }

    pub fn write(&self, first_number: u64, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&((self.number - first_number) as u32).to_le_bytes());
        let back = u32::try_from(self.number - self.representative).unwrap_or(0);
        bytes.extend_from_slice(&back.to_le_bytes());
        bytes.extend_from_slice(&self.unix_seconds.unwrap_or(UNDATED).to_le_bytes());
        bytes.extend_from_slice(&self.block.to_le_bytes());
        bytes.extend_from_slice(&self.slot.to_le_bytes());
    }

    pub fn read(bytes: &[u8; RECORD_BYTES], first_number: u64) -> Record {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let number = first_number + u64::from(word(0));
        let seconds = (u64::from(word(8)) | u64::from(word(12)) << 32) as i64;
        Record {
            number,
            representative: number.saturating_sub(u64::from(word(4))),
            unix_seconds: Some(seconds).filter(|&seconds| seconds != UNDATED),
            block: word(16),
            slot: u16::from_le_bytes([bytes[20], bytes[21]]),
        }
    }
}

/// What the footer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub documents: u32,
    /// Documents that copy no other.
    pub representatives: u32,
    pub first_number: u64,
    pub last_number: u64,
    pub sampling: Sampling,
    /// Bytes of the articles before compression.
    pub text_bytes: u64,
    pub articles: Directory,
    pub records: Directory,
    pub ids: Table,
    pub texts: Table,
    pub copies: Table,
    pub bands: Table,
    pub features: Table,
    pub grams: Table,
}

impl Layout {
    pub fn tables(&self) -> [&Table; 6] {
        [&self.ids, &self.texts, &self.copies, &self.bands, &self.features, &self.grams]
    }
}

/// Tables of no more entries than this get a filter once they have been asked often: those of segments that
/// were filed lately, of which there are many to ask, and most hold nothing of what is asked.
const FILTERED_ENTRIES_MAX: u64 = 1 << 20;

/// A filter is made once a table was asked for a share of as many keys as it holds, and as often as this at
/// least.
const ENTRIES_A_QUESTION: u64 = 64;
const QUESTIONS_MIN: u64 = 16;

/// A segment open for reading.
#[derive(Debug)]
pub struct Segment {
    pub input: SegmentFile,
    pub layout: Layout,
    filters: [TableFilter; KINDS],
}

/// Which keys a table may hold, as far as that is known.
#[derive(Debug, Default)]
struct TableFilter {
    questions: AtomicU32,
    held: OnceLock<Option<KeyFilter>>,
}

impl Segment {
    /// Opens a segment: header and footer are read and verified.
    ///
    /// # Errors
    /// [`IndexError`] for damage, another recipe or a later format; [`crate::Error::File`] where it cannot be
    /// read.
    pub fn open(file: Box<dyn StoredFile>, name: String, salt: u64) -> Result<Segment> {
        let (fingerprint, segment) = Self::open_of_any_recipe(file, name, salt)?;
        recipe::check(fingerprint, &segment.input.name)?;
        Ok(segment)
    }

    /// As [`Self::open`], whatever the recipe: its fingerprint is returned. The articles are to be had then,
    /// and what postings say is another recipe's.
    ///
    /// # Errors
    /// As [`Self::open`], but for another recipe.
    pub fn open_of_any_recipe(file: Box<dyn StoredFile>, name: String, salt: u64) -> Result<(u64, Segment)> {
        let input = SegmentFile::new(file, name, salt)?;
        if input.length < HEADER_BYTES as u64 + TAIL_BYTES {
            return Err(input.corrupt(Kind::Header, "cut off"));
        }
        let mut header = [0; HEADER_BYTES];
        input.read(&mut header, 0, Kind::Header)?;
        let (format, fingerprint) = check_header(&input, &header)?;
        let mut tail = [0; TAIL_BYTES as usize];
        input.read(&mut tail, input.length - TAIL_BYTES, Kind::Footer)?;
        let footer_bytes = u64::from(u32::from_le_bytes(tail));
        let end = input.length - TAIL_BYTES;
        let start = end.checked_sub(footer_bytes).ok_or_else(|| input.corrupt(Kind::Footer, "cut off"))?;
        let sealed = input.read_between(start, end, Kind::Footer)?;
        let footer = input.unseal(&sealed, Kind::Footer, footer_bytes)?;
        let layout = parse_footer(footer, format).ok_or_else(|| input.corrupt(Kind::Footer, "contents"))?;
        let tables = layout.tables().map(|table| table.directory);
        let is_within = |directory: &Directory| {
            directory.ends_at <= start && directory.blocks <= start && directory.end() <= start
        };
        if !tables.iter().chain([&layout.articles, &layout.records]).all(is_within) {
            return Err(input.corrupt(Kind::Footer, "a reference leads out of the file"));
        }
        Ok((fingerprint, Segment { input, layout, filters: Default::default() }))
    }

    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn record(&self, document: u32) -> Result<Record> {
        if document >= self.layout.documents {
            return Err(self.input.corrupt(Kind::Documents, "a reference leads out of the segment"));
        }
        let page =
            self.layout.records.block(&self.input, Kind::Documents, u64::from(document / PAGE_DOCUMENTS))?;
        let (records, _) = page.as_chunks::<RECORD_BYTES>();
        let record = records.get((document % PAGE_DOCUMENTS) as usize);
        let record = record.ok_or_else(|| self.input.corrupt(Kind::Documents, "a record is missing"))?;
        Ok(Record::read(record, self.layout.first_number))
    }

    /// Visits all records in order.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn each_record(&self, mut visit: impl FnMut(u32, Record) -> Result<()>) -> Result<()> {
        let mut document = 0;
        for page in 0..self.layout.records.blocks {
            let page = self.layout.records.block(&self.input, Kind::Documents, page)?;
            for record in page.as_chunks::<RECORD_BYTES>().0 {
                visit(document, Record::read(record, self.layout.first_number))?;
                document += 1;
            }
        }
        if document == self.layout.documents {
            Ok(())
        } else {
            Err(self.input.corrupt(Kind::Documents, "number of records"))
        }
    }

    /// The document of a number, if it is here.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn document_of(&self, number: u64) -> Result<Option<u32>> {
        let layout = &self.layout;
        if layout.documents == 0 || number < layout.first_number || number > layout.last_number {
            return Ok(None);
        }
        // numbers rise by one but for documents that are gone: the last place it can be at
        let (mut low, mut high) = (0, layout.documents);
        let mut guess = (number - layout.first_number).min(u64::from(layout.documents) - 1) as u32;
        while low < high {
            let found = self.record(guess)?.number;
            match found.cmp(&number) {
                std::cmp::Ordering::Equal => return Ok(Some(guess)),
                std::cmp::Ordering::Less => low = guess + 1,
                std::cmp::Ordering::Greater => high = guess,
            }
            guess = low + (high - low) / 2;
        }
        Ok(None)
    }

    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn article(&self, record: &Record) -> Result<Article> {
        let block = self.article_block(u64::from(record.block))?;
        article_at(&block, usize::from(record.slot))
            .ok_or_else(|| self.input.corrupt(Kind::Articles, "an article cannot be read"))
    }

    /// The articles of a block.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn articles(&self, block: u64) -> Result<Vec<Article>> {
        let bytes = self.article_block(block)?;
        articles(&bytes).ok_or_else(|| self.input.corrupt(Kind::Articles, "an article cannot be read"))
    }

    fn article_block(&self, block: u64) -> Result<Vec<u8>> {
        let compressed = self.layout.articles.block(&self.input, Kind::Articles, block)?;
        decompress(&compressed).ok_or_else(|| self.input.corrupt(Kind::Articles, "compression"))
    }

    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn find(&self, table: &Table, key: u32) -> Result<Posting> {
        if table.entries == 0 || self.filter(table).is_some_and(|filter| !filter.may_hold(key, 0)) {
            return Ok(Posting::default());
        }
        let posting = table.find(&self.input, key)?;
        if table.value_bits > 0 && posting.documents.iter().any(|&found| found >= self.layout.documents) {
            return Err(self.input.corrupt(table.kind, "a reference leads out of the segment"));
        }
        Ok(posting)
    }
}

impl Segment {
    /// The filter of a table that is asked often; `None` where there is none, or the table cannot be read:
    /// who looks for the key itself will be told.
    fn filter(&self, table: &Table) -> Option<&KeyFilter> {
        let TableFilter { questions, held } = &self.filters[table.kind as usize];
        if table.entries > FILTERED_ENTRIES_MAX {
            return None;
        }
        if let Some(held) = held.get() {
            return held.as_ref();
        }
        let asked = u64::from(questions.fetch_add(1, Ordering::Relaxed));
        if asked * ENTRIES_A_QUESTION < table.entries || asked < QUESTIONS_MIN {
            return None;
        }
        let make = || {
            let mut filter = KeyFilter::new(table.entries.div_ceil(8) as usize);
            table.each_key(&self.input, |key| filter.insert(key, 0)).ok().map(|()| filter)
        };
        held.get_or_init(make).as_ref()
    }
}

/// Writes the header of a segment.
///
/// # Errors
/// [`crate::Error::File`] where it cannot be written.
pub fn write_header(output: &mut Output<'_>) -> Result<()> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&FORMAT.to_le_bytes());
    header.extend_from_slice(&recipe::fingerprint().to_le_bytes());
    header.extend_from_slice(&output.salt.to_le_bytes());
    seal(&mut header, 0, 0, Kind::Header, 0);
    output.write(&header)
}

/// The format's version and the recipe's fingerprint.
fn check_header(input: &SegmentFile, header: &[u8; HEADER_BYTES]) -> Result<(u32, u64)> {
    if &header[..8] != MAGIC || unseal(header, 0, Kind::Header, 0).is_none() {
        return Err(input.corrupt(Kind::Header, "contents"));
    }
    let mut fields = &header[8..];
    let mut take = |bytes: usize| {
        let (field, rest) = fields.split_at(bytes);
        fields = rest;
        field.iter().rev().fold(0u64, |whole, &byte| whole << 8 | u64::from(byte))
    };
    let (format, fingerprint, salt) = (take(4) as u32, take(8), take(8));
    if format > FORMAT {
        return Err(
            IndexError::FormatTooNew { file: input.name.clone(), found: format, known: FORMAT }.into()
        );
    }
    if salt != input.salt {
        return Err(input.corrupt(Kind::Header, "the file is another one's"));
    }
    Ok((format, fingerprint))
}

/// Writes the footer, the last bytes of a segment.
///
/// # Errors
/// [`crate::Error::File`] where it cannot be written.
pub fn write_footer(output: &mut Output<'_>, layout: &Layout) -> Result<()> {
    let mut footer = Vec::new();
    let mut put = |number: u64| push_varint(number, &mut footer);
    put(layout.documents.into());
    put(layout.representatives.into());
    put(layout.first_number);
    put(layout.last_number);
    put(layout.sampling.features_one_in.into());
    put(layout.sampling.grams_one_in.into());
    put(layout.text_bytes);
    let tables = layout.tables();
    let sections = [&layout.articles, &layout.records];
    for directory in sections.into_iter().chain(tables.map(|table| &table.directory)) {
        put(directory.start);
        put(directory.ends_at);
        put(directory.blocks);
    }
    for table in tables {
        put(table.bucket_bits.into());
        put(table.rice.into());
        put(table.value_bits.into());
        put(table.entries);
    }
    let bytes = (footer.len() + CHECKSUM_BYTES) as u32;
    seal(&mut footer, 0, output.salt, Kind::Footer, bytes.into());
    footer.extend_from_slice(&bytes.to_le_bytes());
    output.write(&footer)
}

fn parse_footer(mut footer: &[u8], format: u32) -> Option<Layout> {
    let mut take = || take_varint(&mut footer);
    let documents = u32::try_from(take()?).ok()?;
    let representatives = u32::try_from(take()?).ok()?;
    let (first_number, last_number) = (take()?, take()?);
    let features_one_in = u32::try_from(take()?).ok().filter(|&one_in| one_in > 0)?;
    let grams_one_in = match format {
        SAMPLED_GRAMS_FORMAT.. => u32::try_from(take()?).ok().filter(|&one_in| one_in > 0)?,
        _ => 1,
    };
    let text_bytes = take()?;
    let mut directories = [Directory::default(); 8];
    for directory in &mut directories {
        *directory = Directory { start: take()?, ends_at: take()?, blocks: take()? };
        let is_sound = directory.start <= directory.ends_at && directory.blocks < 1 << 40;
        is_sound.then_some(())?;
    }
    let kinds = [Kind::Ids, Kind::Texts, Kind::Copies, Kind::Bands, Kind::Features, Kind::Grams];
    let mut tables = kinds.iter().zip(&directories[2..]).map(|(&kind, &directory)| {
        let mut bits = |most: u64| take().filter(|&bits| bits <= most).map(|bits| bits as u32);
        let (bucket_bits, rice, value_bits) = (bits(31)?, bits(plain::UNCODED.into())?, bits(32)?);
        let table = Table { kind, directory, bucket_bits, rice, value_bits, entries: take()? };
        let is_plain_sound = bucket_bits == plain::BUCKET_BITS && [0, 16].contains(&value_bits);
        (directory.blocks == 1 << bucket_bits && (!table.is_plain() || is_plain_sound)).then_some(table)
    });
    let mut table = || tables.next().flatten();
    let (ids, texts, copies, bands, features, grams) =
        (table()?, table()?, table()?, table()?, table()?, table()?);
    let [articles, records, ..] = directories;
    let layout = Layout {
        documents,
        representatives,
        first_number,
        last_number,
        sampling: Sampling { features_one_in, grams_one_in },
        text_bytes,
        articles,
        records,
        ids,
        texts,
        copies,
        bands,
        features,
        grams,
    };
    Some(layout)
}
