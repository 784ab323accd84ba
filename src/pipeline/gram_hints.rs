//! Which runs of words are certainly not among many: most runs of most documents are none that is counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// A bit for each gram, at a place that its middle bits say: a Bloom filter (Bloom 1970) of one hash, for all
/// threads at once.
pub(super) struct GramHints(Vec<AtomicU64>);

impl GramHints {
    /// Bytes that a gram takes.
    pub const GRAM_BYTES: usize = 1;

    /// For about so many distinct grams: one in eight that are none of them is taken for one.
    pub fn new(grams: usize) -> Self {
        GramHints((0..grams * Self::GRAM_BYTES / size_of::<u64>() + 1).map(|_| AtomicU64::new(0)).collect())
    }

    pub fn insert(&self, gram: u64) {
        let (word, bit) = self.place(gram);
        self.0[word].fetch_or(bit, Ordering::Relaxed);
    }

    /// Keeps those of `grams` that may have been inserted.
    pub fn sift(&self, grams: &mut Vec<u64>) {
        let mut kept = 0;
        for at in 0..grams.len() {
            let gram = grams[at];
            let (word, bit) = self.place(gram);
            grams[kept] = gram;
            // Without a branch, since nothing tells which way it would go.
            kept += usize::from(self.0[word].load(Ordering::Relaxed) & bit != 0);
        }
        grams.truncate(kept);
    }

    fn place(&self, gram: u64) -> (usize, u64) {
        let bits = 64 * self.0.len() as u128;
        let bit = ((u128::from(gram.rotate_left(24)) * bits) >> 64) as usize;
        (bit / 64, 1 << (bit % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_inserted_stays_and_most_else_does_not() {
        let gram = |number: u64| (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hints = GramHints::new(5000);
        (0..5000).for_each(|number| hints.insert(gram(number)));
        let mut grams: Vec<u64> = (0..55_000).map(gram).collect();
        hints.sift(&mut grams);
        assert!(grams[..5000].iter().copied().eq((0..5000).map(gram)));
        assert!(grams.len() < 5000 + 8000, "{}", grams.len());
    }
}
