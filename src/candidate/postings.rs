//! Which documents hold a feature, as records of numbers: written once, by key, and read by a range of
//! documents at a time, so that pairing takes no more memory than it is granted.
//!
//! A record is, of a rare feature, `RARE | n` and the n documents that hold it; of one above the cap
//! `leaders, documents that hold it, keepers`, then the leaders and the keepers themselves: those that are
//! tried against the leaders through it. Where the feature is little above the cap, all that hold it are
//! leaders, to the short among them.

use std::ops::Range;

use super::{HotGroup, HotKind};
use crate::Result;
use crate::article::DocumentNumber;
use crate::work::{Partitions, Resources, StoredLane};

const RARE: u32 = 1 << 31;
/// Postings above the cap that are reported.
const HOT_REPORTED_MAX: usize = 1000;
/// Postings are held in memory up to this size.
const MEMORY_BYTES: u64 = 128 << 20;
/// Load is told for so many documents together.
const LOAD_DOCUMENTS: usize = 1024;

/// A feature above the cap.
#[derive(Debug)]
pub(super) struct Frequent {
    /// How many hold it.
    pub documents: u32,
    /// The one that leads them, or of two sides one each.
    pub leaders: [Option<DocumentNumber>; 2],
    /// Those that may still keep it; ascending.
    pub keepers: Vec<DocumentNumber>,
}

/// Postings as they are made.
pub(super) struct PostingsWriter {
    records: Partitions,
    /// Features above the cap that each document keeps so far.
    kept: Vec<u16>,
    kept_max: u16,
    /// Numbers that the records of [`LOAD_DOCUMENTS`] documents take while these are paired, at most.
    load: Vec<u64>,
    hot: Vec<HotGroup>,
    record: Vec<u32>,
}

impl PostingsWriter {
    pub fn new(document_count: usize, frequent_per_document: usize, work: &Resources) -> Self {
        PostingsWriter {
            records: work.partitions(1, work.share_bytes(12, MEMORY_BYTES)),
            kept: vec![0; document_count],
            kept_max: u16::try_from(frequent_per_document).unwrap_or(u16::MAX),
            load: vec![0; document_count.div_ceil(LOAD_DOCUMENTS)],
            hot: Vec::new(),
            record: Vec::new(),
        }
    }

    /// Whether a document keeps another feature above the cap. Once it does not, it never does.
    pub fn keeps_more(&self, document: DocumentNumber) -> bool {
        self.kept[document as usize] < self.kept_max
    }

    /// Room for the load of some records.
    pub fn no_load(&self) -> Vec<u32> {
        vec![0; self.load.len()]
    }

    /// Appends the record of a rare feature and adds to the load.
    pub fn push_rare(
        &self,
        documents: impl ExactSizeIterator<Item = DocumentNumber> + Clone,
        records: &mut Vec<u32>,
        load: &mut [u32],
    ) {
        let count = documents.len() as u32;
        documents.clone().for_each(|document| load[document as usize / LOAD_DOCUMENTS] += count + 2);
        records.push(RARE | count);
        records.extend(documents);
    }

    /// Appends the record of a feature little above the cap, by which those of few features are tied to all.
    pub fn push_for_short(
        &self,
        documents: impl ExactSizeIterator<Item = DocumentNumber> + Clone,
        short: impl Iterator<Item = DocumentNumber> + Clone,
        records: &mut Vec<u32>,
        load: &mut [u32],
    ) {
        let count = documents.len() as u32;
        short.clone().for_each(|document| load[document as usize / LOAD_DOCUMENTS] += count + 5);
        records.extend([count, count, short.clone().count() as u32]);
        records.extend(documents.chain(short));
    }

    /// Adds records of [`Self::push_rare`] and [`Self::push_for_short`].
    pub fn add_rare(&mut self, records: &[u32], load: &[u32]) -> Result<()> {
        self.load.iter_mut().zip(load).for_each(|(sum, &load)| *sum += u64::from(load));
        self.records.append(0, records)
    }

    /// Adds a feature above the cap. They come by key.
    pub fn add_frequent(&mut self, feature: &Frequent) -> Result<()> {
        let leaders = feature.leaders.iter().flatten();
        self.record.clear();
        self.record.extend([leaders.clone().count() as u32, feature.documents, 0]);
        self.record.extend(leaders);
        let before = self.record.len();
        for &document in &feature.keepers {
            let kept = &mut self.kept[document as usize];
            if *kept < self.kept_max {
                *kept += 1;
                self.record.push(document);
                self.load[document as usize / LOAD_DOCUMENTS] += 7;
            }
        }
        let keepers = self.record.len() - before;
        self.record[2] = keepers as u32;
        let Some(leader) = feature.leaders.iter().flatten().next().filter(|_| keepers > 0) else {
            return Ok(());
        };
        self.hot.push(HotGroup::new(HotKind::Feature, *leader, keepers));
        if self.hot.len() >= 4 * HOT_REPORTED_MAX {
            keep_hottest(&mut self.hot);
        }
        self.records.append(0, &self.record)
    }

    pub fn finish(mut self) -> Result<Postings> {
        keep_hottest(&mut self.hot);
        let records = self.records.finish()?.remove(0);
        Ok(Postings { records, document_count: self.kept.len(), load: self.load, hot: self.hot })
    }
}

fn keep_hottest(hot: &mut Vec<HotGroup>) {
    // among equals in the order of their keys, in which they came: that of the input decides nothing
    hot.sort_by_key(|group| std::cmp::Reverse(group.documents));
    hot.truncate(HOT_REPORTED_MAX);
}

/// Postings of at least two documents.
pub(super) struct Postings {
    records: StoredLane,
    document_count: usize,
    load: Vec<u64>,
    /// Postings above the cap, largest first.
    pub hot: Vec<HotGroup>,
}

impl Postings {
    pub fn document_count(&self) -> usize {
        self.document_count
    }

    /// Visits the documents of each rare feature.
    pub fn for_each_rare(&self, mut visit: impl FnMut(&[DocumentNumber])) -> Result<()> {
        self.records.for_each_block(|block| {
            let mut rest = block;
            while let Some((record, others)) = PostingRecord::split(rest) {
                rest = others;
                if record.is_rare {
                    visit(record.holders);
                }
            }
            Ok(())
        })
    }

    /// Ranges of documents, in order, of no more than `documents_max` each (if not [`LOAD_DOCUMENTS`]), whose
    /// postings take about `memory_bytes` each at most.
    pub fn ranges(&self, documents_max: usize, memory_bytes: usize) -> Vec<Range<DocumentNumber>> {
        // The load counts a record for each of its documents, and some of these meet in a range.
        let words_max = (memory_bytes / size_of::<u32>()) as u64 / 3 * 4;
        let documents = |blocks: usize| (blocks * LOAD_DOCUMENTS).min(self.document_count) as DocumentNumber;
        let (mut ranges, mut start, mut words) = (Vec::new(), 0, 0);
        for (block, load) in self.load.iter().enumerate() {
            let is_full = words + load > words_max || (block - start + 1) * LOAD_DOCUMENTS > documents_max;
            if block > start && is_full {
                ranges.push(documents(start)..documents(block));
                (start, words) = (block, 0);
            }
            words += load;
        }
        if start < self.load.len() {
            ranges.push(documents(start)..documents(self.load.len()));
        }
        ranges
    }

    /// The postings of a range's documents.
    pub fn of_range(&self, range: Range<DocumentNumber>) -> Result<RangePostings> {
        let mut records: Vec<u32> = Vec::new();
        let mut starts = vec![0u32; range.len() + 1];
        let place = |document: DocumentNumber| (document - range.start) as usize;
        self.records.for_each_block(|block| {
            let mut rest = block;
            while let Some((record, others)) = PostingRecord::split(rest) {
                rest = others;
                let documents = range.len() as u32;
                // Without branches: whether the next holder is one of them, nothing tells.
                let is_inside = |holder: &DocumentNumber| holder.wrapping_sub(range.start) < documents;
                let count: u32 = record.holders.iter().map(|holder| u32::from(is_inside(holder))).sum();
                if count == 0 {
                    continue;
                }
                let inside = || record.holders.iter().filter(|holder| is_inside(holder));
                inside().for_each(|&holder| starts[place(holder) + 1] += 1);
                records.extend_from_slice(record.head);
                match record.is_rare {
                    true => records.extend_from_slice(record.holders),
                    false => {
                        let keepers = records.len() - record.head.len() + 2;
                        records[keepers] = count;
                        records.extend(inside());
                    }
                }
            }
            Ok(())
        })?;
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut of_document = vec![0u32; starts.last().map_or(0, |&all| all as usize)];
        let mut at = 0;
        while let Some((record, _)) = PostingRecord::split(&records[at..]) {
            for holder in record.holders.iter().filter(|holder| range.contains(holder)) {
                let next = &mut next[place(*holder)];
                of_document[*next as usize] = at as u32;
                *next += 1;
            }
            at += record.head.len() + record.holders.len();
        }
        Ok(RangePostings { range, records, starts, of_document })
    }
}

/// A record in its parts.
struct PostingRecord<'a> {
    is_rare: bool,
    /// All but the holders: `RARE | n`, or three numbers and the leaders.
    head: &'a [u32],
    /// The documents of a rare feature; the keepers of one above the cap.
    holders: &'a [DocumentNumber],
}

impl<'a> PostingRecord<'a> {
    /// The first record, and those behind it.
    #[inline(always)]
    fn split(records: &'a [u32]) -> Option<(Self, &'a [u32])> {
        let first = *records.first()?;
        let is_rare = first & RARE != 0;
        let (head_words, holder_words) = match is_rare {
            true => (1, (first & !RARE) as usize),
            false => (3 + first as usize, *records.get(2)? as usize),
        };
        let (record, rest) = records.split_at_checked(head_words + holder_words)?;
        let (head, holders) = record.split_at(head_words);
        Some((PostingRecord { is_rare, head, holders }, rest))
    }
}

/// Postings of some neighbouring documents.
pub(super) struct RangePostings {
    pub range: Range<DocumentNumber>,
    records: Vec<u32>,
    /// Where the records of each document begin, one document after the other.
    of_document: Vec<u32>,
    starts: Vec<u32>,
}

/// The documents that a posting ties its holder to.
#[derive(Clone, Copy, Debug)]
pub(super) struct PostingPartners {
    start: u32,
    count: u32,
    /// All documents that hold the feature.
    pub documents: u32,
    pub is_rare: bool,
}

impl RangePostings {
    /// Postings of a document of the range.
    pub fn of(&self, document: DocumentNumber) -> impl Iterator<Item = PostingPartners> + '_ {
        let at = (document - self.range.start) as usize;
        let records = &self.of_document[self.starts[at] as usize..self.starts[at + 1] as usize];
        records.iter().map(|&start| {
            let first = self.records[start as usize];
            match first & RARE != 0 {
                true => {
                    let count = first & !RARE;
                    PostingPartners { start: start + 1, count, documents: count, is_rare: true }
                }
                false => {
                    let documents = self.records[start as usize + 1];
                    PostingPartners { start: start + 3, count: first, documents, is_rare: false }
                }
            }
        })
    }

    #[inline(always)]
    pub fn others(&self, tied: PostingPartners) -> &[DocumentNumber] {
        &self.records[tied.start as usize..(tied.start + tied.count) as usize]
    }
}
