//! How many documents of the archive hold a stretch of words.
//!
//! A quotation or a statement is printed by many outlets; copied narrative stands in two articles alone. Of
//! all single signals this one says most about reuse between news outlets.

use rustc_hash::FxHashMap;

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
    frequencies: FxHashMap<u64, u32>,
    /// By some bits of a gram, whether it may have a frequency: most grams of a pair have none.
    hints: Vec<u64>,
}

impl Background {
    /// Frequencies that were counted elsewhere, among so many documents, of one gram in `one_in`.
    pub fn counted(
        documents: u64,
        one_in: u32,
        frequencies: impl IntoIterator<Item = (u64, u32)>,
    ) -> Background {
        let frequencies: FxHashMap<u64, u32> = frequencies.into_iter().collect();
        let mut hints = vec![0; (frequencies.len() / 8 + 1).next_power_of_two()];
        for &gram in frequencies.keys() {
            let (word, bit) = hint(gram, &hints);
            hints[word] |= bit;
        }
        Background { documents, one_in, frequencies, hints }
    }

    /// Whether the gram is one of those that were counted.
    pub fn counts(&self, gram: u64) -> bool {
        is_counted(gram, self.one_in)
    }

    /// Documents that hold a gram that counts; 0 for one that was not of interest.
    pub fn frequency(&self, gram: u64) -> u32 {
        let (word, bit) = hint(gram, &self.hints);
        match self.hints.get(word) {
            Some(hints) if hints & bit != 0 => self.frequencies.get(&gram).copied().unwrap_or(0),
            _ => 0,
        }
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
