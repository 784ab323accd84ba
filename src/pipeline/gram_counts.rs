//! In how many documents each of many runs of words stands, in eleven bytes a run and for all threads at
//! once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::analysis::gram_slots::{COUNT_BITS, COUNT_MAX, first_place, key, places};
use crate::pipeline::gram_hints::GramHints;

/// A table of grams, given by their hashes, of which it is known how many there can be.
pub(super) struct GramCounts {
    /// Open addressing; 0 is free.
    slots: Vec<AtomicU64>,
    hints: GramHints,
    is_overfull: AtomicBool,
}

/// A gram is tried in so many places. More come about only where hardly any is free.
const PLACES_TRIED: usize = 2048;

impl GramCounts {
    /// Bytes that a gram takes.
    pub const GRAM_BYTES: usize = 11;

    /// A table for so many distinct grams.
    pub fn new(grams: usize) -> Self {
        GramCounts {
            slots: (0..grams / 4 * 5 + 64).map(|_| AtomicU64::new(0)).collect(),
            hints: GramHints::new(grams),
            is_overfull: AtomicBool::new(false),
        }
    }

    /// Makes a gram one that is counted. Beyond the number that the table was made for, grams may be left
    /// out, see [`Self::is_overfull`].
    pub fn insert(&self, gram: u64) {
        let key = key(gram);
        for at in self.probe(key).take(PLACES_TRIED) {
            let held = match self.slots[at].load(Ordering::Relaxed) {
                0 => self.slots[at].compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed),
                held => Err(held),
            };
            match held {
                Ok(_) => {
                    self.hints.insert(gram);
                    return;
                }
                Err(held) if held & !COUNT_BITS == key => return,
                Err(_) => {}
            }
        }
        self.is_overfull.store(true, Ordering::Relaxed);
    }

    /// Whether grams were left out.
    pub fn is_overfull(&self) -> bool {
        self.is_overfull.load(Ordering::Relaxed)
    }

    /// Adds a document by its distinct grams. Those that thereby come to be held by more than `most` are told
    /// to `rise`.
    pub fn add_document(&self, grams: &[u64], most: u64, mut rise: impl FnMut(u64)) {
        // Each place is far away in memory: these loads wait for one another no more than they must.
        const AHEAD: usize = 16;
        for grams in grams.chunks(AHEAD) {
            let touched = grams.iter().fold(0, |sum: u64, &gram| {
                let first = first_place(key(gram), self.slots.len());
                sum.wrapping_add(self.slots[first].load(Ordering::Relaxed))
            });
            std::hint::black_box(touched);
            grams.iter().filter(|&&gram| self.add(gram) == Some(most + 1)).for_each(|&gram| rise(gram));
        }
    }

    /// One more document for a gram: how many it now is. `None` for a gram that is not in the table, or at
    /// the end of counting.
    fn add(&self, gram: u64) -> Option<u64> {
        let slot = self.find(gram)?;
        let more = |held: u64| (held & COUNT_BITS < COUNT_MAX).then_some(held + 1);
        let before = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some((before & COUNT_BITS) + 1)
    }

    /// Documents that hold the gram, no more than [`COUNT_MAX`].
    pub fn count(&self, gram: u64) -> u64 {
        self.find(gram).map_or(0, |slot| slot.load(Ordering::Relaxed) & COUNT_BITS)
    }

    /// Keeps those of `grams` that may be in the table.
    pub fn sift(&self, grams: &mut Vec<u64>) {
        self.hints.sift(grams);
    }

    fn find(&self, gram: u64) -> Option<&AtomicU64> {
        let key = key(gram);
        for at in self.probe(key) {
            match self.slots[at].load(Ordering::Relaxed) {
                0 => return None,
                held if held & !COUNT_BITS == key => return Some(&self.slots[at]),
                _ => {}
            }
        }
        None
    }

    fn probe(&self, key: u64) -> impl Iterator<Item = usize> + use<> {
        places(key, self.slots.len())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use rayon::prelude::*;

    use super::*;

    fn gram(number: u32) -> u64 {
        (u64::from(number) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    proptest! {
        #[test]
        fn counts_are_those_of_a_map(
            wanted in prop::collection::btree_set(0..300u32, 0..200),
            documents in prop::collection::vec(prop::collection::btree_set(0..400u32, 0..60), 0..40),
        ) {
            let counts = GramCounts::new(wanted.len());
            wanted.iter().chain(&wanted).for_each(|&number| counts.insert(gram(number)));
            prop_assert!(!counts.is_overfull());
            let risen: Vec<Vec<u64>> = documents
                .par_iter()
                .map(|document| {
                    let (mut grams, mut risen) = (document.iter().map(|&number| gram(number)).collect(), Vec::new());
                    counts.sift(&mut grams);
                    counts.add_document(&grams, 3, |gram| risen.push(gram));
                    risen
                })
                .collect();
            let mut expected: BTreeMap<u64, u64> = BTreeMap::new();
            for number in documents.iter().flatten().filter(|number| wanted.contains(number)) {
                *expected.entry(gram(*number)).or_default() += 1;
            }
            for number in 0..400 {
                let expected = expected.get(&gram(number)).copied().unwrap_or(0);
                prop_assert_eq!(counts.count(gram(number)), expected.min(COUNT_MAX));
            }
            let mut risen = risen.concat();
            risen.sort_unstable();
            let frequent = expected.into_iter().filter(|&(_, count)| count > 3).map(|(gram, _)| gram);
            prop_assert_eq!(risen, frequent.collect::<Vec<u64>>());
        }
    }

    #[test]
    fn a_full_table_leaves_out_and_does_not_hang() {
        let counts = GramCounts::new(0);
        (0..1000).for_each(|number| counts.insert(gram(number)));
        counts.add_document(&[gram(999)], 3, |_| {});
        assert!(counts.is_overfull() && counts.count(gram(0)) <= 1);
    }
}
