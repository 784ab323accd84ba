//! How many features two candidates have in common in all, so that nobody has to read their texts again to
//! count them.
//!
//! Pairing counts the rare ones. Those above the cap are written down with all their documents, by key, and
//! looked up here for the pairs that came of it: by document, for as many documents at a time as there is
//! memory for, to which the records are spread first. Of texts with more rare features than pairing goes
//! through, the rare ones are looked up as well.

use std::ops::Range;

use rayon::prelude::*;

use super::CandidatePair;
use super::pairing::TiedPair;
use super::postings::Postings;
use crate::Result;
use crate::article::DocumentNumber;
use crate::progress::{Progress, go_on};
use crate::shingle::count_in_both;
use crate::work::{Partitions, Resources, StoredLane};

/// Records are held in memory up to this size.
const MEMORY_BYTES: u64 = 96 << 20;
/// Lists under way take this memory at most.
const LIST_BYTES: u64 = 128 << 20;

/// Records of features above the cap: the number of documents, then these.
pub(super) struct CommonWriter(Partitions);

impl CommonWriter {
    pub fn new(work: &Resources) -> Self {
        CommonWriter(work.partitions(1, work.share_bytes(8, MEMORY_BYTES)))
    }

    /// Appends a record to some.
    pub fn push(documents: impl ExactSizeIterator<Item = DocumentNumber>, records: &mut Vec<u32>) {
        records.push(documents.len() as u32);
        records.extend(documents);
    }

    /// Adds records of [`Self::push`].
    pub fn add(&mut self, records: &[u32]) -> Result<()> {
        let mut rest = records;
        while let Some((record, others)) = split(rest) {
            self.0.append(0, &rest[..record.len() + 1])?;
            rest = others;
        }
        Ok(())
    }

    pub fn finish(self) -> Result<StoredLane> {
        Ok(self.0.finish()?.remove(0))
    }
}

/// The documents of the first record, and the other records.
fn split(records: &[u32]) -> Option<(&[DocumentNumber], &[u32])> {
    let (&count, rest) = records.split_first()?;
    rest.split_at_checked(count as usize)
}

/// Which of a document's features are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FeatureChoice {
    Nothing,
    Frequent,
    All,
}

/// Which documents hold which features.
pub(super) struct Held<'a> {
    /// Records of [`CommonWriter`].
    pub frequent: &'a StoredLane,
    pub rare: &'a Postings,
    /// Number of features of each document, those that are not kept as well.
    pub counts: &'a [u16],
    /// Features kept of a document at most.
    pub kept_max: usize,
}

impl Held<'_> {
    /// The pairs, in the given order by their first documents, with all that they have in common.
    pub fn count_in_pairs(
        &self,
        tied: &[TiedPair],
        work: &Resources,
        progress: &dyn Progress,
    ) -> Result<Vec<CandidatePair>> {
        let mut wanted = vec![FeatureChoice::Nothing; self.counts.len()];
        for pair in tied {
            for document in [pair.a, pair.b] {
                let wanted = &mut wanted[document as usize];
                *wanted = match pair.shared_rare {
                    None => FeatureChoice::All,
                    Some(_) if *wanted == FeatureChoice::Nothing => FeatureChoice::Frequent,
                    Some(_) => *wanted,
                };
            }
        }
        let mut lengths = vec![0u32; wanted.len()];
        self.for_each(&wanted, &mut |_, document| lengths[document as usize] += 1)?;
        // Two ranges at a time.
        let most = (work.share_bytes(20, LIST_BYTES) / size_of::<u32>() / 2) as u64;
        let ranges = ranges(&lengths, most);
        let mut pairs: Vec<CandidatePair> = tied.iter().map(|pair| self.without_common(pair)).collect();
        let spread = match ranges.len() {
            1 => None,
            _ => Some(self.spread(&wanted, &ranges, work)?),
        };
        let read = |at: usize| {
            Lists::read(&lengths, ranges[at].clone(), |visit| match &spread {
                None => self.for_each(&wanted, visit),
                Some(partitions) => for_each_held(&partitions[at], visit),
            })
        };
        for (at, range) in ranges.iter().enumerate() {
            let lists = read(at)?;
            let start = tied.partition_point(|pair| pair.a < range.start);
            let end = tied.partition_point(|pair| pair.a < range.end);
            for (other_at, others) in ranges.iter().enumerate().skip(at) {
                go_on(progress)?;
                if !tied[start..end].iter().any(|pair| others.contains(&pair.b)) {
                    continue;
                }
                let of_others = (other_at != at).then(|| read(other_at)).transpose()?;
                let other_lists = of_others.as_ref().unwrap_or(&lists);
                let of_ranges = pairs[start..end].par_iter_mut().zip(&tied[start..end]);
                of_ranges.filter(|(pair, _)| others.contains(&pair.b)).for_each(|(pair, tied)| {
                    let both = count_in_both(lists.of(pair.a), other_lists.of(pair.b)) as u32;
                    let lists_are_whole = [pair.a, pair.b]
                        .iter()
                        .all(|&document| wanted[document as usize] == FeatureChoice::All);
                    let rare = if lists_are_whole { 0 } else { tied.shared_rare.unwrap_or(0) };
                    pair.shared = self.in_whole_texts(pair.a, pair.b, both + rare);
                });
            }
        }
        Ok(pairs)
    }

    fn without_common(&self, &TiedPair { a, b, score, .. }: &TiedPair) -> CandidatePair {
        let fewer = self.counts[a as usize].min(self.counts[b as usize]);
        CandidatePair { a, b, score, fewer: u32::from(fewer), shared: 0 }
    }

    /// What two texts have in common, by what they have among the features that are kept. Kept are the
    /// smallest hashes, so that the text of which the smaller part is kept decides what both could show.
    fn in_whole_texts(&self, a: DocumentNumber, b: DocumentNumber, shared: u32) -> u32 {
        let more = usize::from(self.counts[a as usize].max(self.counts[b as usize]));
        (f64::from(shared) * (more as f64 / self.kept_max as f64).max(1.0)).round() as u32
    }

    /// Which documents hold which features, a partition for each range of documents.
    fn spread(
        &self,
        wanted: &[FeatureChoice],
        ranges: &[Range<DocumentNumber>],
        work: &Resources,
    ) -> Result<Vec<StoredLane>> {
        let mut partitions = work.partitions(ranges.len(), work.share_bytes(8, MEMORY_BYTES));
        let mut all = Ok(());
        self.for_each(wanted, &mut |feature, document| {
            let partition = ranges.partition_point(|range| range.end <= document);
            if all.is_ok() {
                all = partitions.append(partition, &[feature, document]);
            }
        })?;
        all?;
        partitions.finish()
    }

    /// Visits the features, numbered in order, with each document of which they are wanted.
    fn for_each(&self, wanted: &[FeatureChoice], visit: Visit<'_>) -> Result<()> {
        let mut feature = 0;
        let is = |document: &DocumentNumber| wanted[*document as usize];
        for_each_record(self.frequent, |documents| {
            let asked = documents.iter().filter(|document| is(document) != FeatureChoice::Nothing);
            asked.for_each(|&document| visit(feature, document));
            feature += 1;
        })?;
        if !wanted.contains(&FeatureChoice::All) {
            return Ok(());
        }
        self.rare.for_each_rare(|documents| {
            let asked = documents.iter().filter(|document| is(document) == FeatureChoice::All);
            asked.for_each(|&document| visit(feature, document));
            feature += 1;
        })
    }
}

/// Is told a feature and a document that holds it.
type Visit<'a> = &'a mut dyn FnMut(u32, DocumentNumber);

/// Visits what [`Held::spread`] has put into a partition.
fn for_each_held(partition: &StoredLane, visit: Visit<'_>) -> Result<()> {
    partition.for_each_block(|block| {
        let (held, _) = block.as_chunks::<2>();
        held.iter().for_each(|&[feature, document]| visit(feature, document));
        Ok(())
    })
}

fn for_each_record(records: &StoredLane, mut visit: impl FnMut(&[DocumentNumber])) -> Result<()> {
    records.for_each_block(|block| {
        let mut rest = block;
        while let Some((documents, others)) = split(rest) {
            visit(documents);
            rest = others;
        }
        Ok(())
    })
}

/// Documents whose lists take no more than `most` together, in order.
fn ranges(lengths: &[u32], most: u64) -> Vec<Range<DocumentNumber>> {
    let (mut ranges, mut start, mut taken) = (Vec::new(), 0, 0);
    for (document, &length) in (0..).zip(lengths) {
        let length = u64::from(length) + 1;
        if taken + length > most && document > start {
            ranges.push(start..document);
            (start, taken) = (document, 0);
        }
        taken += length;
    }
    ranges.push(start..lengths.len() as DocumentNumber);
    ranges
}

/// Of some neighbouring documents the wanted features that each holds, by their order.
struct Lists {
    first: DocumentNumber,
    starts: Vec<u32>,
    features: Vec<u32>,
}

impl Lists {
    /// Of the documents of a range, by what `for_each` visits.
    fn read(
        lengths: &[u32],
        range: Range<DocumentNumber>,
        for_each: impl FnOnce(Visit<'_>) -> Result<()>,
    ) -> Result<Self> {
        let mut end = 0;
        let mut ends: Vec<u32> = Vec::with_capacity(range.len() + 1);
        // For now where each list begins.
        for length in &lengths[range.start as usize..range.end as usize] {
            ends.push(end);
            end += length;
        }
        let mut features = vec![0; end as usize];
        for_each(&mut |feature, document| {
            if range.contains(&document) {
                let end = &mut ends[(document - range.start) as usize];
                features[*end as usize] = feature;
                *end += 1;
            }
        })?;
        let starts = std::iter::once(0).chain(ends).collect();
        Ok(Lists { first: range.start, starts, features })
    }

    fn of(&self, document: DocumentNumber) -> &[u32] {
        let at = (document - self.first) as usize;
        &self.features[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::candidate::postings::PostingsWriter;
    use crate::progress::NoProgress;

    const DOCUMENTS: usize = 40;
    const KEPT_MAX: usize = 300;

    fn postings(features: &[BTreeSet<u32>], work: &Resources) -> Postings {
        let mut writer = PostingsWriter::new(DOCUMENTS, 9, work);
        let (mut records, mut load) = (Vec::new(), writer.no_load());
        for held in features {
            let held: Vec<u32> = held.iter().copied().collect();
            writer.push_rare(held.into_iter(), &mut records, &mut load);
        }
        writer.add_rare(&records, &load).unwrap();
        writer.finish().unwrap()
    }

    fn shared(features: &[BTreeSet<u32>], a: u32, b: u32) -> u32 {
        features.iter().filter(|held| held.contains(&a) && held.contains(&b)).count() as u32
    }

    proptest! {
        #[test]
        fn what_is_counted_is_what_both_hold(
            frequent in prop::collection::vec(prop::collection::btree_set(0..40u32, 0..20), 0..60),
            rare in prop::collection::vec(prop::collection::btree_set(0..40u32, 0..4), 0..60),
            chosen in prop::collection::btree_map((0..40u32, 0..40u32), any::<bool>(), 0..50),
            memory_bytes in prop::sample::select(vec![400u64, 4000, 1 << 20]),
        ) {
            let work = Resources::new(memory_bytes, std::env::temp_dir());
            let mut writer = CommonWriter::new(&work);
            let mut records = Vec::new();
            frequent.iter().for_each(|held| {
                CommonWriter::push(held.iter().copied().collect::<Vec<_>>().into_iter(), &mut records);
            });
            writer.add(&records).unwrap();
            let counts: Vec<u16> = (0..DOCUMENTS as u16).map(|document| 100 * document).collect();
            let tied: Vec<TiedPair> = chosen
                .iter()
                .filter(|((a, b), _)| a < b)
                .map(|(&(a, b), &is_whole)| {
                    TiedPair { a, b, score: 1.0, shared_rare: is_whole.then(|| shared(&rare, a, b)) }
                })
                .collect();
            let (partition, postings) = (writer.finish().unwrap(), postings(&rare, &work));
            let held = Held { frequent: &partition, rare: &postings, counts: &counts, kept_max: KEPT_MAX };
            let pairs = held.count_in_pairs(&tied, &work, &NoProgress).unwrap();
            prop_assert_eq!(pairs.len(), tied.len());
            for pair in pairs {
                let (a, b) = (pair.a, pair.b);
                let in_both = shared(&frequent, a, b) + shared(&rare, a, b);
                let part_kept = (KEPT_MAX as f64 / f64::from(counts[b as usize])).min(1.0);
                prop_assert_eq!(pair.shared, (f64::from(in_both) / part_kept).round() as u32);
                prop_assert_eq!(pair.fewer, u32::from(counts[a as usize]));
            }
        }
    }
}
