//! Counts runs of words of which there are more than a table in memory holds: those to be counted and those
//! that documents hold go into lanes by their hash, and each lane is counted by itself. So the corpus is gone
//! through once, however many there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::pipeline::gram_counts::GramCounts;
use crate::work::{Partitions, Resources, StoredLane};

/// A lane's grams are put away so many at a time.
const GRAMS_AT_ONCE: usize = 4096;

const WORDS_A_GRAM: usize = size_of::<u64>() / size_of::<u32>();

/// Grams on their way into lanes, from all threads.
pub(super) struct GramLanes {
    open: Vec<Mutex<Vec<u64>>>,
    partitions: Mutex<Partitions>,
    /// The first write that failed.
    failed: Mutex<Option<Error>>,
}

/// A lane that is complete.
pub(super) struct GramLane(StoredLane);

impl GramLanes {
    /// Lanes of about the same length, which hold `memory_bytes` in memory together.
    pub fn new(count: usize, work: &Resources, memory_bytes: usize) -> Self {
        GramLanes {
            open: (0..count).map(|_| Mutex::default()).collect(),
            partitions: Mutex::new(work.partitions(count, memory_bytes)),
            failed: Mutex::default(),
        }
    }

    /// A write that fails is told by [`Self::finish`].
    pub fn push(&self, gram: u64) {
        // grams are hashes, so that lanes are of one length
        let lane = ((u128::from(gram.rotate_left(44)) * self.open.len() as u128) >> 64) as usize;
        let mut open = unpoisoned(&self.open[lane]);
        open.push(gram);
        if open.len() == GRAMS_AT_ONCE {
            self.put_away(lane, &mut open);
        }
    }

    fn put_away(&self, lane: usize, open: &mut Vec<u64>) {
        let words: Vec<u32> = open.iter().flat_map(|&gram| [gram as u32, (gram >> 32) as u32]).collect();
        open.clear();
        if let Err(error) = unpoisoned(&self.partitions).append(lane, &words) {
            unpoisoned(&self.failed).get_or_insert(error);
        }
    }

    /// The lanes in their order, to be read.
    ///
    /// # Errors
    /// [`Error::File`] where one could not be written.
    pub fn finish(self) -> Result<Vec<GramLane>> {
        for (at, open) in self.open.iter().enumerate() {
            self.put_away(at, &mut unpoisoned(open));
        }
        if let Some(error) = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let lanes = self.partitions.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        Ok(lanes.into_iter().map(GramLane).collect())
    }
}

/// What a lock guards is whole between any two steps.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GramLane {
    /// A table of the lane's grams, of which `met` holds those that documents hold, each as often as documents
    /// do. Grams that thereby come to be held by more than `most` are told to `rise`.
    ///
    /// # Errors
    /// [`Error::File`] where what was put away cannot be read.
    pub fn counted(&self, met: &GramLane, most: u64, mut rise: impl FnMut(u64)) -> Result<GramCounts> {
        let counts = GramCounts::new(self.0.words() / WORDS_A_GRAM);
        self.for_each_block(|grams| grams.iter().for_each(|&gram| counts.insert(gram)))?;
        met.for_each_block(|grams| counts.add_document(grams, most, &mut rise))?;
        Ok(counts)
    }

    fn for_each_block(&self, mut visit: impl FnMut(&[u64])) -> Result<()> {
        let mut grams = Vec::new();
        self.0.for_each_block(|words| {
            let (words, _) = words.as_chunks::<WORDS_A_GRAM>();
            grams.clear();
            grams.extend(words.iter().map(|&[low, high]| u64::from(low) | u64::from(high) << 32));
            visit(&grams);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rayon::prelude::*;

    use super::*;

    #[test]
    fn lanes_count_as_one_table_does_whatever_the_memory() {
        let gram = |number: u64| (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut expected: BTreeMap<u64, u64> = (0..30_000).map(|number| (gram(number), 0)).collect();
        let met: Vec<u64> = (0..200_000).map(|number: u64| gram(number * number % 40_000)).collect();
        met.iter().filter_map(|gram| expected.get_mut(gram).map(|count| *count += 1)).for_each(drop);
        for (lanes, memory_bytes) in [(1, 0), (7, 0), (16, 1 << 30)] {
            let work = Resources::default();
            let lanes_of = || GramLanes::new(lanes, &work, memory_bytes);
            let (wanted, found) = (lanes_of(), lanes_of());
            (0..30_000_u64).into_par_iter().chain(0..500).for_each(|number| wanted.push(gram(number)));
            met.par_iter().for_each(|&gram| found.push(gram));
            let (mut risen, mut held) = (Vec::new(), 0);
            for (wanted, met) in wanted.finish().unwrap().iter().zip(&found.finish().unwrap()) {
                let mut of_lane = Vec::new();
                let counts = wanted.counted(met, 3, |gram| of_lane.push(gram)).unwrap();
                assert!(!counts.is_overfull() && of_lane.iter().all(|&gram| counts.count(gram) > 3));
                held += expected
                    .iter()
                    .filter(|&(&gram, &count)| count > 0 && counts.count(gram) == count.min(15))
                    .count();
                risen.append(&mut of_lane);
            }
            risen.sort_unstable();
            let frequent = expected.iter().filter(|&(_, &count)| count > 3).map(|(&gram, _)| gram);
            assert_eq!(risen, frequent.collect::<Vec<u64>>());
            assert_eq!(held, expected.values().filter(|&&count| count > 0).count());
        }
    }
}
