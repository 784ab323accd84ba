//! How many features two candidates have in common in all, so that nobody has to read their texts again to count them.
//!
//! Pairing counts the rare ones. Those above the cap are written down with all their documents, by key, and looked up
//! here for the pairs that came of it: by document, for as many documents at a time as there is memory for.

use std::ops::Range;

use rayon::prelude::*;

use super::CandidatePair;
use crate::Result;
use crate::article::DocumentNumber;
use crate::progress::{Progress, go_on};
use crate::shingle::count_in_both;
use crate::work::{Lanes, StoredLane, Workplace};

/// Records are held in memory up to this size.
const MEMORY_BYTES: u64 = 96 << 20;
/// Lists under way take this memory at most.
const LIST_BYTES: u64 = 256 << 20;

/// Records of features above the cap: the number of documents, then these.
pub(super) struct CommonWriter(Lanes);

impl CommonWriter {
    pub fn new(work: &Workplace) -> Self {
        CommonWriter(work.lanes(1, work.share_bytes(8, MEMORY_BYTES)))
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

/// Adds to what each pair is known to share the features above the cap. Pairs are in order.
pub(super) fn add_common(
    records: &StoredLane,
    document_count: usize,
    pairs: &mut [CandidatePair],
    work: &Workplace,
    progress: &dyn Progress,
) -> Result<()> {
    let mut counts = vec![0u32; document_count];
    pairs.iter().for_each(|pair| [pair.a, pair.b].iter().for_each(|&at| counts[at as usize] = 1));
    // Lists of documents of no pair are not wanted; those of the others have a place more than features.
    for_each_record(records, |documents| {
        for &document in documents {
            let count = &mut counts[document as usize];
            *count += (*count).min(1);
        }
    })?;
    // Two ranges at a time.
    let most = (work.share_bytes(20, LIST_BYTES) / size_of::<u32>() / 2) as u64;
    let ranges = ranges(&counts, most);
    for (at, range) in ranges.iter().enumerate() {
        let lists = Lists::read(records, &counts, range.clone())?;
        let start = pairs.partition_point(|pair| pair.a < range.start);
        let end = pairs.partition_point(|pair| pair.a < range.end);
        for others in &ranges[at..] {
            go_on(progress)?;
            let read =
                (others != range).then(|| Lists::read(records, &counts, others.clone())).transpose()?;
            let other_lists = read.as_ref().unwrap_or(&lists);
            pairs[start..end].par_iter_mut().filter(|pair| others.contains(&pair.b)).for_each(|pair| {
                if let Some(shared) = &mut pair.shared {
                    *shared += count_in_both(lists.of(pair.a), other_lists.of(pair.b)) as u32;
                }
            });
        }
    }
    Ok(())
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
fn ranges(counts: &[u32], most: u64) -> Vec<Range<DocumentNumber>> {
    let (mut ranges, mut start, mut taken) = (Vec::new(), 0, 0);
    for (document, &count) in (0..).zip(counts) {
        if taken + u64::from(count) > most && document > start {
            ranges.push(start..document);
            (start, taken) = (document, 0);
        }
        taken += u64::from(count);
    }
    ranges.push(start..counts.len() as DocumentNumber);
    ranges
}

/// Of some neighbouring documents the features above the cap that each holds, by their order.
struct Lists {
    first: DocumentNumber,
    starts: Vec<u32>,
    features: Vec<u32>,
}

impl Lists {
    fn read(records: &StoredLane, counts: &[u32], range: Range<DocumentNumber>) -> Result<Self> {
        let own = &counts[range.start as usize..range.end as usize];
        let mut end = 0;
        let mut ends: Vec<u32> = Vec::with_capacity(own.len() + 1);
        // For now where each list begins.
        for count in own {
            ends.push(end);
            end += count.saturating_sub(1);
        }
        let mut features = vec![0; end as usize];
        let mut feature = 0;
        for_each_record(records, |documents| {
            for document in documents.iter().filter(|document| range.contains(document)) {
                let at = (document - range.start) as usize;
                if own[at] > 0 {
                    features[ends[at] as usize] = feature;
                    ends[at] += 1;
                }
            }
            feature += 1;
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
    use crate::progress::NoProgress;

    proptest! {
        #[test]
        fn what_is_added_is_what_both_hold(
            features in prop::collection::vec(prop::collection::btree_set(0..40u32, 0..20), 0..60),
            chosen in prop::collection::btree_set((0..40u32, 0..40u32), 0..50),
            memory_bytes in prop::sample::select(vec![400u64, 4000, 1 << 20]),
        ) {
            let work = Workplace::new(memory_bytes, std::env::temp_dir());
            let mut writer = CommonWriter::new(&work);
            let mut records = Vec::new();
            features.iter().for_each(|held| {
                CommonWriter::push(held.iter().copied().collect::<Vec<_>>().into_iter(), &mut records);
            });
            writer.add(&records).unwrap();
            let shared = |number: usize| if number.is_multiple_of(5) { None } else { Some(number as u32) };
            let pair = |(number, (a, b)): (usize, (u32, u32))| {
                CandidatePair { a, b, score: 1.0, fewer: 9, shared: shared(number) }
            };
            let chosen: BTreeSet<(u32, u32)> = chosen.into_iter().filter(|(a, b)| a < b).collect();
            let mut pairs: Vec<CandidatePair> = chosen.iter().copied().enumerate().map(pair).collect();
            add_common(&writer.finish().unwrap(), 40, &mut pairs, &work, &NoProgress).unwrap();
            for (number, pair) in pairs.iter().enumerate() {
                let both = features.iter().filter(|held| held.contains(&pair.a) && held.contains(&pair.b));
                prop_assert_eq!(pair.shared, shared(number).map(|shared| shared + both.count() as u32));
            }
        }
    }
}
