//! Features of all documents, spread over partitions by the highest bits of their keys as the documents are
//! read.
//!
//! A feature's *key* is the upper half of its hash. Its highest byte chooses the partition; the other three
//! stand, with the document's distance from the first one of its run, in one number of 32 bits: four bytes a
//! feature. (Among 10^6 documents of 450 words one feature in thirty shares its key with another, and a pair
//! needs two keys in common.)
//!
//! A run in a partition is `first document, count`, then so many numbers.

use crate::Result;
use crate::article::DocumentNumber;
use crate::work::{Partitions, StoredLane};

pub(super) const PARTITIONS: usize = 256;
/// Documents of a run at most: a distance has a byte.
const RUN_DOCUMENTS: usize = 256;
const ROW_BITS: u32 = 8;

/// Features of a batch of texts, in order of partition.
#[derive(Debug, Default)]
pub(super) struct PackedFeatures {
    packs: Vec<Pack>,
    /// Of the pack that is not full yet: each feature's key and its text's row.
    open: Vec<(u32, u8)>,
    open_rows: usize,
}

/// Of up to 256 neighbouring texts.
#[derive(Debug)]
struct Pack {
    rows: usize,
    /// Where each partition's entries end.
    ends: Box<[u32; PARTITIONS]>,
    entries: Vec<u32>,
}

impl PackedFeatures {
    /// The next text's features, of which no more than `most` are kept: those with the smallest hashes, so
    /// that texts that have many in common keep the same.
    pub fn push(&mut self, features: &[u64], most: usize) {
        let row = self.open_rows as u8;
        let key = |feature: u64| (feature >> 32) as u32;
        if features.len() <= most {
            self.open.extend(features.iter().map(|&feature| (key(feature), row)));
        } else {
            let mut smallest = features.to_vec();
            smallest.select_nth_unstable(most);
            self.open.extend(smallest[..most].iter().map(|&feature| (key(feature), row)));
        }
        self.open_rows += 1;
        if self.open_rows == RUN_DOCUMENTS {
            self.close();
        }
    }

    /// Puts the features of the last texts in order.
    pub fn close(&mut self) {
        if self.open_rows == 0 {
            return;
        }
        let mut ends = Box::new([0u32; PARTITIONS]);
        self.open.iter().for_each(|&(key, _)| ends[partition_of(key)] += 1);
        let mut before = 0;
        for end in ends.iter_mut() {
            before += std::mem::replace(end, before);
        }
        let mut entries = vec![0; self.open.len()];
        for &(key, row) in &self.open {
            let place = &mut ends[partition_of(key)];
            entries[*place as usize] = key << ROW_BITS | u32::from(row);
            *place += 1;
        }
        self.packs.push(Pack { rows: self.open_rows, ends, entries });
        self.open.clear();
        self.open_rows = 0;
    }

    /// Appends the features to the partitions. `documents` holds each text's number in ascending order, or
    /// `None` for one whose features are not wanted.
    pub fn spread(&self, documents: &[Option<DocumentNumber>], partitions: &mut Partitions) -> Result<()> {
        let mut run = Vec::new();
        let mut rest = documents;
        for pack in &self.packs {
            let rows;
            (rows, rest) = rest.split_at(pack.rows.min(rest.len()));
            let Some(first) = rows.iter().flatten().next().copied() else { continue };
            let distances: Vec<Option<u32>> =
                rows.iter().map(|row| row.map(|document| document - first)).collect();
            let is_straight = (0..).zip(&distances).all(|(row, &distance)| distance == Some(row));
            let mut start = 0;
            for (partition, &end) in pack.ends.iter().enumerate() {
                let entries = &pack.entries[start..end as usize];
                start = end as usize;
                run.clear();
                run.extend([first, 0]);
                if is_straight {
                    run.extend_from_slice(entries);
                } else {
                    let moved = entries.iter().filter_map(|entry| {
                        let row = entry & ((1 << ROW_BITS) - 1);
                        distances[row as usize].map(|distance| entry - row + distance)
                    });
                    run.extend(moved);
                }
                run[1] = run.len() as u32 - 2;
                if run.len() > 2 {
                    partitions.append(partition, &run)?;
                }
            }
        }
        Ok(())
    }
}

fn partition_of(key: u32) -> usize {
    (key >> 24) as usize
}

/// A partition's features: the lower three bytes of the key, and the document. Runs are in order of
/// documents.
pub(super) struct PartitionFeatures {
    blocks: Vec<Vec<u32>>,
}

impl PartitionFeatures {
    pub fn read(partition: &StoredLane) -> Result<Self> {
        let mut blocks = Vec::new();
        partition.for_each_block(|block| {
            blocks.push(block.to_vec());
            Ok(())
        })?;
        Ok(PartitionFeatures { blocks })
    }

    #[inline(always)]
    pub fn for_each(&self, mut visit: impl FnMut(u32, DocumentNumber)) {
        for block in &self.blocks {
            let mut rest = &block[..];
            while let [first, count, after @ ..] = rest {
                let (entries, others) = after.split_at((*count as usize).min(after.len()));
                for entry in entries {
                    visit(entry >> ROW_BITS, first + (entry & ((1 << ROW_BITS) - 1)));
                }
                rest = others;
            }
        }
    }

    /// Features at most.
    pub fn len(&self) -> usize {
        self.blocks.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::work::Resources;

    proptest! {
        #[test]
        fn what_is_spread_is_found_in_its_partition(
            texts in prop::collection::vec((prop::collection::vec(any::<u64>(), 0..9), any::<bool>()), 0..600),
            batch in 1..400usize,
        ) {
            let mut partitions = Resources::new(0, std::env::temp_dir()).partitions(PARTITIONS, 0);
            let mut expected = Vec::new();
            let mut document = 0;
            for batch in texts.chunks(batch) {
                let mut packed = PackedFeatures::default();
                let mut documents = Vec::new();
                for (features, is_wanted) in batch {
                    packed.push(features, 6);
                    documents.push(is_wanted.then_some(document));
                    if *is_wanted {
                        let mut smallest = features.clone();
                        smallest.sort_unstable();
                        expected.extend(smallest.iter().take(6).map(|feature| ((feature >> 32) as u32, document)));
                    }
                    // Articles with a repeated id have no number.
                    document += u32::from(*is_wanted || features.len() != 3);
                }
                packed.close();
                packed.spread(&documents, &mut partitions).unwrap();
            }
            let mut found = Vec::new();
            for (number, partition) in (0..).zip(partitions.finish().unwrap()) {
                let features = PartitionFeatures::read(&partition).unwrap();
                let mut last = 0;
                features.for_each(|key, document| {
                    assert!(document >= last);
                    last = document.saturating_sub(RUN_DOCUMENTS as u32);
                    found.push((number << 24 | key, document));
                });
            }
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
