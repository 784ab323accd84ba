//! Sets of shingles, and how much two of them have in common, exactly.

use super::sorted::{count_in_both, sorted_by_hash};
use super::{SHINGLE_WORDS, shingle_hashes};
use crate::normalise::words::word_hashes;

/// The distinct shingles of a text, in order of hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShingleSet {
    hashes: Vec<u64>,
}

/// Sizes of two shingle sets and of what they share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Shingles that both sets hold.
    pub shared: u32,
    /// Shingles of the first set.
    pub a: u32,
    /// Shingles of the second set.
    pub b: u32,
}

impl ShingleSet {
    /// The shingles of `text`, of [`SHINGLE_WORDS`] words.
    pub fn of_text(text: &str) -> Self {
        let mut words = Vec::with_capacity(text.len() / 5);
        word_hashes(text, |hash| words.push(hash.word));
        Self::of_words(&words, SHINGLE_WORDS)
    }

    /// The shingles of a sequence of word hashes.
    pub fn of_words(words: &[u64], shingle_words: usize) -> Self {
        let mut hashes = Vec::new();
        shingle_hashes(words, shingle_words, &mut hashes);
        let mut hashes = sorted_by_hash(hashes, |&hash| hash);
        hashes.dedup();
        ShingleSet { hashes }
    }

    /// Distinct shingles.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the text has no shingle.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// In ascending order.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// What this set (`a`) and another (`b`) share.
    pub fn overlap(&self, other: &ShingleSet) -> Overlap {
        let (a, b) = (&self.hashes, &other.hashes);
        Overlap { shared: count_in_both(a, b) as u32, a: a.len() as u32, b: b.len() as u32 }
    }
}

impl Overlap {
    /// Shared shingles among all of both; 0 where either set is empty.
    pub fn jaccard(self) -> f64 {
        match self.shared {
            0 => 0.0,
            shared => f64::from(shared) / (f64::from(self.a) + f64::from(self.b) - f64::from(shared)),
        }
    }

    /// Share of a's shingles that stand in b.
    pub fn containment_of_a(self) -> f64 {
        if self.a == 0 { 0.0 } else { f64::from(self.shared) / f64::from(self.a) }
    }

    /// Share of b's shingles that stand in a.
    pub fn containment_of_b(self) -> f64 {
        if self.b == 0 { 0.0 } else { f64::from(self.shared) / f64::from(self.b) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::normalise::words::for_each_word;

    /// The definition in so many words: sets of strings.
    fn strings(text: &str) -> BTreeSet<String> {
        let mut words = Vec::new();
        for_each_word(text, |_, word| words.push(word.to_owned()));
        match words.len() {
            0 => BTreeSet::new(),
            1..SHINGLE_WORDS => [words.join(" ")].into(),
            _ => words.windows(SHINGLE_WORDS).map(|window| window.join(" ")).collect(),
        }
    }

    proptest! {
        #[test]
        fn overlaps_are_those_of_sets_of_strings(
            a in prop::collection::vec("[ab]|cé|，", 0..60),
            b in prop::collection::vec("[ab]|cé|，", 0..60),
        ) {
            let (a, b) = (a.join(" "), b.join(" "));
            let overlap = ShingleSet::of_text(&a).overlap(&ShingleSet::of_text(&b));
            let (a, b) = (strings(&a), strings(&b));
            let shared = a.intersection(&b).count();
            prop_assert_eq!(overlap.shared as usize, shared);
            prop_assert_eq!((overlap.a as usize, overlap.b as usize), (a.len(), b.len()));
            let union = a.union(&b).count();
            let jaccard = if shared == 0 { 0.0 } else { shared as f64 / union as f64 };
            prop_assert_eq!(overlap.jaccard(), jaccard);
            let containment = |part: usize| if part == 0 { 0.0 } else { shared as f64 / part as f64 };
            prop_assert_eq!(overlap.containment_of_a(), containment(a.len()));
            prop_assert_eq!(overlap.containment_of_b(), containment(b.len()));
        }
    }

    #[test]
    fn an_empty_text_matches_nothing_not_even_another() {
        let empty = ShingleSet::of_text(" … ");
        assert_eq!(empty.overlap(&empty).jaccard(), 0.0);
        assert_eq!(empty.overlap(&ShingleSet::of_text("word")).containment_of_b(), 0.0);
    }
}
