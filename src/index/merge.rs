//! Several segments written as one, without what was removed from them.
//!
//! Documents keep their order and their numbers. Tables are merged a stretch of keys at a time, so that
//! memory does not grow with the segments but for the records of documents. Runs of words are counted without
//! the removed documents, whose texts are read once more for that; a count that had reached its limit stays
//! there until the index is compacted.

use super::articles::{BLOCK_BYTES, compress, decompress, push_article, raw_length};
use super::block::{BlockCursor, Directory, DirectoryWriter, Kind, Output};
use super::build::write_records;
use super::deletions::Deletions;
use super::recipe::{grams_of, words_of};
use super::sampling::Sampling;
use super::segment::{Layout, Record, Segment, write_footer, write_header};
use super::sort::sort_entries;
use super::table::{Entry, Table, TableCursor, TableWriter, key_of};
use crate::progress::{Progress, go_on};
use crate::sketch::sample::is_kept;
use crate::{Error, Result};

/// Entries merged at once, at most about: they fit a processor's own memory twice.
const STRETCH_ENTRIES: u64 = 1 << 15;

/// Stretches of keys are no finer than the buckets of plain tables.
const STRETCHES_MAX: u64 = 1 << super::plain::BUCKET_BITS;

/// Word runs of removed documents that are held at once; of what is beyond, counts stay until the index is
/// compacted.
const LOST_GRAMS_MAX: usize = 1 << 25;

/// A segment and what is gone of it.
#[derive(Clone, Copy)]
pub struct MergeInput<'a> {
    pub segment: &'a Segment,
    pub deleted: &'a Deletions,
}

/// New numbers of an input's documents within the merged segment.
enum Places {
    All(u32),
    Some(Vec<u32>),
}

const GONE: u32 = u32::MAX;

impl Places {
    fn of(&self, document: u32) -> Option<u32> {
        match self {
            Places::All(first) => Some(first + document),
            Places::Some(places) => places.get(document as usize).copied().filter(|&place| place != GONE),
        }
    }
}

/// Writes the inputs, in the order of their documents' numbers, as one segment.
///
/// # Errors
/// [`super::IndexError::Corrupt`] for a damaged input, [`Error::File`] where files cannot be read or written,
/// [`Error::Interrupted`].
pub fn merge(inputs: &[MergeInput<'_>], mut output: Output<'_>, progress: &dyn Progress) -> Result<()> {
    write_header(&mut output)?;
    let mut blocks = Blocks::new(&output);
    let mut places = Vec::new();
    let mut lost_grams = Vec::new();
    for input in inputs {
        places.push(places_of(input, blocks.records.len() as u32));
        blocks.append(&mut output, input, &mut lost_grams, progress)?;
    }
    let (articles, records, text_bytes) = blocks.finish(&mut output)?;
    lost_grams.sort_unstable();
    let first_number = records.first().map_or(0, |record| record.number);
    let last_number = records.last().map_or(0, |record| record.number);
    let documents = records.len() as u32;
    let representatives = records.iter().filter(|record| !record.is_copy()).count() as u32;
    let records = write_records(&mut output, &records, first_number)?;
    let samplings = inputs.iter().map(|input| input.segment.layout.sampling);
    let sampling = samplings.fold(Sampling::of(u64::from(documents)), Sampling::and);
    lost_grams.retain(|&gram| is_kept(gram, sampling.grams_one_in));
    let mut table = |of: fn(&Layout) -> &Table| {
        merge_table(inputs, &places, &mut output, of, sampling, documents, &lost_grams, progress)
    };
    let layout = Layout {
        documents,
        representatives,
        first_number,
        last_number,
        sampling,
        text_bytes,
        articles,
        records,
        ids: table(|layout| &layout.ids)?,
        texts: table(|layout| &layout.texts)?,
        copies: table(|layout| &layout.copies)?,
        bands: table(|layout| &layout.bands)?,
        features: table(|layout| &layout.features)?,
        grams: table(|layout| &layout.grams)?,
    };
    write_footer(&mut output, &layout)?;
    output.finish().map(|_| ())
}

fn places_of(input: &MergeInput<'_>, first: u32) -> Places {
    if input.deleted.documents == 0 {
        return Places::All(first);
    }
    let mut next = first;
    let place = |document| {
        if input.deleted.is_deleted(document) {
            return GONE;
        }
        next += 1;
        next - 1
    };
    Places::Some((0..input.segment.layout.documents).map(place).collect())
}

/// Article blocks of the merged segment, and its documents' records.
struct Blocks {
    writer: DirectoryWriter,
    records: Vec<Record>,
    /// Articles of the block that is being filled, uncompressed.
    filling: Vec<u8>,
    slots: u16,
    /// A block that is taken over as it is.
    whole: Vec<u8>,
    text_bytes: u64,
}

impl Blocks {
    fn new(output: &Output<'_>) -> Self {
        let writer = DirectoryWriter::new(output, Kind::Articles);
        Blocks {
            writer,
            records: Vec::new(),
            filling: Vec::new(),
            slots: 0,
            whole: Vec::new(),
            text_bytes: 0,
        }
    }

    fn append(
        &mut self,
        output: &mut Output<'_>,
        input: &MergeInput<'_>,
        lost_grams: &mut Vec<u32>,
        progress: &dyn Progress,
    ) -> Result<()> {
        let MergeInput { segment, deleted } = input;
        let mut records = Vec::with_capacity(segment.layout.documents as usize);
        segment.each_record(|_, record| {
            records.push(record);
            Ok(())
        })?;
        let corrupt = |what| segment.input.corrupt(Kind::Articles, what);
        let mut document = 0;
        let mut blocks = BlockCursor::new(&segment.layout.articles, &segment.input, Kind::Articles)?;
        for group in records.chunk_by(|a, b| a.block == b.block) {
            go_on(progress)?;
            let first = document;
            document += group.len() as u32;
            if blocks.next_block() != Some(group[0].block.into()) {
                return Err(corrupt("blocks and documents are in different orders"));
            }
            let compressed = blocks.read()?;
            let is_whole = !(first..document).any(|document| deleted.is_deleted(document));
            let is_large = raw_length(compressed).is_some_and(|bytes| bytes >= BLOCK_BYTES as u64 / 2);
            if is_whole && is_large {
                self.flush(output)?;
                let block = self.writer.blocks() as u32;
                self.records.extend(group.iter().map(|&record| Record { block, ..record }));
                self.whole.extend_from_slice(compressed);
                self.writer.push(output, &mut self.whole)?;
                continue;
            }
            let raw = decompress(compressed).ok_or_else(|| corrupt("compression"))?;
            let articles =
                super::articles::articles(&raw).ok_or_else(|| corrupt("an article cannot be read"))?;
            for (document, record) in (first..document).zip(group) {
                let article = articles.get(usize::from(record.slot));
                let article = article.ok_or_else(|| corrupt("an article is missing"))?;
                if deleted.is_deleted(document) {
                    if !record.is_copy() && lost_grams.len() < LOST_GRAMS_MAX {
                        lost_grams.extend(grams_of(&words_of(&article.text)));
                    }
                    continue;
                }
                let block = self.writer.blocks() as u32;
                self.records.push(Record { block, slot: self.slots, ..*record });
                push_article(article, &mut self.filling);
                self.slots += 1;
                if self.filling.len() >= BLOCK_BYTES || self.slots == u16::MAX {
                    self.flush(output)?;
                }
            }
        }
        let share = f64::from(segment.layout.documents - deleted.documents)
            / f64::from(segment.layout.documents.max(1));
        self.text_bytes += (segment.layout.text_bytes as f64 * share) as u64;
        Ok(())
    }

    fn flush(&mut self, output: &mut Output<'_>) -> Result<()> {
        if self.slots == 0 {
            return Ok(());
        }
        let mut compressed = Vec::new();
        compress(&self.filling, &mut compressed)
            .map_err(|error| Error::file("compress", "articles", error))?;
        self.filling.clear();
        self.slots = 0;
        self.writer.push(output, &mut compressed)
    }

    fn finish(mut self, output: &mut Output<'_>) -> Result<(Directory, Vec<Record>, u64)> {
        self.flush(output)?;
        Ok((self.writer.finish(output)?, self.records, self.text_bytes))
    }
}

#[expect(clippy::too_many_arguments, reason = "one caller, which has each by its own name")]
fn merge_table(
    inputs: &[MergeInput<'_>],
    places: &[Places],
    output: &mut Output<'_>,
    of: fn(&Layout) -> &Table,
    sampling: Sampling,
    documents: u32,
    lost_grams: &[u32],
    progress: &dyn Progress,
) -> Result<Table> {
    let kind = inputs.first().map_or(Kind::Ids, |input| of(&input.segment.layout).kind);
    let one_in_of = |sampling: Sampling| match kind {
        Kind::Features => sampling.features_one_in,
        Kind::Grams => sampling.grams_one_in,
        _ => 1,
    };
    let one_in = one_in_of(sampling);
    let is_finer = inputs.iter().any(|input| one_in_of(input.segment.layout.sampling) < one_in);
    let mut all = 0;
    let mut cursors = Vec::with_capacity(inputs.len());
    for input in inputs {
        let layout = &input.segment.layout;
        let table = of(layout);
        all += table.entries * u64::from(one_in_of(layout.sampling)) / u64::from(one_in);
        cursors.push(TableCursor::new(table, &input.segment.input)?);
    }
    let mut writer = TableWriter::new(output, kind, all, documents);
    let stretches = all.div_ceil(STRETCH_ENTRIES).max(1).next_power_of_two().min(STRETCHES_MAX);
    let key_bits = 32 - stretches.trailing_zeros();
    let (mut entries, mut excess): (Vec<Entry>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
    let mut room = Vec::new();
    let mut lost = lost_grams.iter().copied();
    let mut next_lost = lost.next();
    for stretch in 1..=stretches {
        go_on(progress)?;
        entries.clear();
        excess.clear();
        let end = (stretch << 32) / stretches;
        for (cursor, places) in cursors.iter_mut().zip(places) {
            cursor.take_below(end, |document| places.of(document), &mut entries, &mut excess)?;
        }
        if is_finer {
            entries.retain(|&found| is_kept(key_of(found), one_in));
        }
        // documents of a key come in their order, and stay in it
        sort_entries(&mut entries, key_bits, &mut room);
        excess.sort_unstable();
        if kind == Kind::Grams && !lost_grams.is_empty() {
            next_lost = take_out(&mut entries, &mut lost, next_lost);
        }
        if kind != Kind::Grams {
            entries.dedup();
        }
        writer.extend(output, &entries, &excess)?;
    }
    writer.finish(output)
}

/// Takes away the counts of removed documents, both in order; a count that had reached the limit stays.
fn take_out(
    entries: &mut Vec<Entry>,
    lost: &mut impl Iterator<Item = u32>,
    mut next: Option<u32>,
) -> Option<u32> {
    let keep = Table::keep(Kind::Grams);
    let mut kept = Vec::with_capacity(entries.len());
    for run in entries.chunk_by(|a, b| a == b) {
        let gram = key_of(run[0]);
        let mut gone = 0;
        while next.is_some_and(|next| next <= gram) {
            gone += usize::from(next == Some(gram));
            next = lost.next();
        }
        let left = if run.len() >= keep { run.len() } else { run.len().saturating_sub(gone) };
        kept.extend_from_slice(&run[..left]);
    }
    *entries = kept;
    next
}
