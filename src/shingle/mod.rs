//! Shingles: runs of five words as 64-bit hashes, and the exact overlap of two texts.
//!
//! `word hashes → shingle hashes`, one for each place where a shingle begins. A text of fewer words than a
//! shingle is one shingle; an empty one has none and matches nothing. A shingle's hash is a polynomial over its
//! word hashes modulo 2^64, rolled along the text, and finished by a multiplication: word hashes are random
//! numbers, so that two different shingles collide with a probability of about 2^-60.

mod set;

pub use set::{Overlap, ShingleSet};

/// Words of a shingle wherever Jaccard and containment are spoken of.
pub const SHINGLE_WORDS: usize = 5;

/// Names this way of hashing shingles; another one is another recipe.
pub const SHINGLE_HASH: &str = "retold-shingle-1";

/// Odd, from the digits of e.
const BASE: u64 = 0xb7e1_5162_8aed_2a6b;
const FINISH: u64 = 0xbf71_5880_9cf4_f3c7;

/// Appends the hash of each shingle of `shingle_words` words, in order of place.
pub fn shingle_hashes(words: &[u64], shingle_words: usize, hashes: &mut Vec<u64>) {
    let first = shingle_words.clamp(1, words.len().max(1));
    let Some((head, tail)) = words.split_at_checked(first) else { return };
    let mut fold = head.iter().fold(0u64, |fold, &word| fold.wrapping_mul(BASE).wrapping_add(word));
    let base_to_length = (0..first).fold(1u64, |power, _| power.wrapping_mul(BASE));
    hashes.reserve(tail.len() + 1);
    hashes.push(finish(fold));
    hashes.extend(tail.iter().zip(words).map(|(&enters, &leaves)| {
        let step = enters.wrapping_sub(leaves.wrapping_mul(base_to_length));
        fold = fold.wrapping_mul(BASE).wrapping_add(step);
        finish(fold)
    }));
}

/// Spreads the high bits, which are the better ones, over all.
#[inline(always)]
fn finish(fold: u64) -> u64 {
    let mixed = (fold ^ (fold >> 32)).wrapping_mul(FINISH);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words::word_hashes;

    fn of(text: &str, shingle_words: usize) -> Vec<u64> {
        let (mut words, mut hashes) = (Vec::new(), Vec::new());
        word_hashes(text, |hash| words.push(hash.word));
        shingle_hashes(&words, shingle_words, &mut hashes);
        hashes
    }

    #[test]
    fn a_rolled_hash_is_the_hash_of_the_window_alone() {
        let text = "the quick brown fox jumps over the lazy dog near the quiet river bank today";
        let words: Vec<&str> = text.split(' ').collect();
        for shingle_words in [1, 2, 3, 5, 8] {
            let alone: Vec<u64> =
                words.windows(shingle_words).map(|window| of(&window.join(" "), shingle_words)[0]).collect();
            assert_eq!(of(text, shingle_words), alone);
        }
    }

    #[test]
    fn short_texts_are_one_shingle_and_empty_ones_none() {
        assert!(of("", 5).is_empty());
        assert!(of(" \u{200b} — ", 5).is_empty());
        assert_eq!(of("one", 5).len(), 1);
        assert_eq!(of("one two three four", 5).len(), 1);
        assert_eq!(of("one two three four five", 5).len(), 1);
        assert_ne!(of("one two", 5), of("two one", 5));
    }

    #[test]
    fn golden_shingles() {
        assert_eq!(of("The quick brown fox jumps over", 5), [15298950052490392239, 3462627283820531261]);
        assert_eq!(of("one", 5), [1222977579775218021]);
    }
}
