//! How many documents of the archive hold a stretch of words.
//!
//! A quotation or a statement is printed by many outlets; copied narrative stands in two articles alone. Of
//! all single signals this one says most about reuse between news outlets.

use crate::analysis::gram_slots::{self, COUNT_BITS, COUNT_MAX};
use crate::sketch::sample::{is_kept, key32};

/// Every gram is counted, not a sample of them.
pub const ALL_GRAMS: u32 = 1;

/// Whether a gram is counted where one in `one_in` is.
#[inline(always)]
pub fn is_counted(gram: u64, one_in: u32) -> bool {
    is_kept(key32(gram), one_in)
}

/// Document frequencies of the grams that matter for the pairs at hand; copies count once.
#[derive(Clone, Debug, Default)]
pub struct Background {
    /// Documents that were counted, copies collapsed.
    pub documents: u64,
    /// Of so many grams one was counted, see [`is_counted`].
    one_in: u32,
    frequencies: FrequencyTable,
    /// By some bits of a gram, whether it may have a frequency: most grams of a pair have none.
    hints: Vec<u64>,
}

impl Background {
    /// Frequencies that were counted elsewhere, among so many documents, of one gram in `one_in`. A frequency
    /// above 15 counts as 15: it is frequent for every pair.
    pub fn counted(
        documents: u64,
        one_in: u32,
        frequencies: impl IntoIterator<Item = (u64, u32), IntoIter: ExactSizeIterator>,
    ) -> Background {
        let frequencies = frequencies.into_iter();
        let mut hints = vec![0; (frequencies.len() / 8 + 1).next_power_of_two()];
        let mut table = FrequencyTable::for_grams(frequencies.len());
        for (gram, frequency) in frequencies {
            let (word, bit) = hint(gram, &hints);
            hints[word] |= bit;
            table.insert(gram, frequency);
        }
        Background { documents, one_in, frequencies: table, hints }
    }

    /// Whether the gram is one of those that were counted.
    pub fn counts(&self, gram: u64) -> bool {
        is_counted(gram, self.one_in)
    }

    /// Documents that hold a gram that counts; 0 for one that was not of interest.
    pub fn frequency(&self, gram: u64) -> u32 {
        let (word, bit) = hint(gram, &self.hints);
        match self.hints.get(word) {
            Some(hints) if hints & bit != 0 => self.frequencies.get(gram),
            _ => 0,
        }
    }
}

/// Frequencies of grams, given by their hashes, in ten bytes each.
#[derive(Clone, Debug, Default)]
struct FrequencyTable {
    /// As [`gram_slots`] has it; 0 is free.
    slots: Vec<u64>,
}

impl FrequencyTable {
    fn for_grams(count: usize) -> Self {
        FrequencyTable { slots: vec![0; count / 4 * 5 + 8] }
    }

    fn insert(&mut self, gram: u64, frequency: u32) {
        let (key, frequency) = (gram_slots::key(gram), u64::from(frequency).min(COUNT_MAX));
        for at in gram_slots::places(key, self.slots.len()) {
            let held = self.slots[at];
            if held == 0 || held & !COUNT_BITS == key {
                self.slots[at] = key | frequency.max(held & COUNT_BITS);
                return;
            }
        }
    }

    fn get(&self, gram: u64) -> u32 {
        let key = gram_slots::key(gram);
        let held = gram_slots::places(key, self.slots.len()).map(|at| self.slots[at]);
        let mut held = held.take_while(|&held| held != 0);
        let found = held.find(|held| held & !COUNT_BITS == key);
        found.map_or(0, |held| (held & COUNT_BITS) as u32)
    }
}

fn hint(gram: u64, hints: &[u64]) -> (usize, u64) {
    let place = (gram >> 20) as usize;
    ((place / 64) & hints.len().saturating_sub(1), 1 << (place % 64))
}

/// The background as one pair sees it: the pair itself subtracted.
#[derive(Clone, Copy, Debug)]
pub struct PairBackground<'a> {
    /// What was counted in the collection.
    pub background: &'a Background,
    /// How many of the pair's two documents (copies collapsed) the background counts.
    pub own_documents: u32,
}

impl PairBackground<'_> {
    /// Documents other than the pair's own.
    pub fn documents(&self) -> u64 {
        self.background.documents.saturating_sub(u64::from(self.own_documents))
    }

    /// How many documents other than the pair's own hold a gram that both of them hold; `None` where it was
    /// not counted.
    pub fn others(&self, gram: u64) -> Option<u32> {
        let counts = self.background.counts(gram);
        counts.then(|| self.background.frequency(gram).saturating_sub(self.own_documents))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frequencies_are_those_of_a_map(
            counted in prop::collection::btree_map(0..400_u64, 0..40_u32, 0..200),
        ) {
            // as hashes are, and some that lie close to one another
            let gram = |number: u64| match number % 3 {
                0 => number << 4,
                _ => number.wrapping_mul(0x9E37_79B9_7F4A_7C15) & !15,
            };
            let expected: BTreeMap<u64, u32> =
                counted.iter().map(|(&number, &count)| (gram(number), count.min(COUNT_MAX as u32))).collect();
            let counted: Vec<(u64, u32)> = counted.iter().map(|(&number, &count)| (gram(number), count)).collect();
            let background = Background::counted(1000, ALL_GRAMS, counted);
            for number in 0..400 {
                let expected = expected.get(&gram(number)).copied().unwrap_or(0);
                // below the first 16 all are one
                if gram(number) > 15 {
                    prop_assert_eq!(background.frequency(gram(number)), expected);
                }
            }
        }
    }

    #[test]
    fn nothing_counted_holds_nothing() {
        assert_eq!(Background::default().frequency(7), 0);
        assert_eq!(Background::counted(10, ALL_GRAMS, []).frequency(7), 0);
    }
}
