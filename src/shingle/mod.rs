//! Shingles: runs of five words as 64-bit hashes, and the exact overlap of two texts.
//!
//! `word hashes → shingle hashes`, one for each place where a shingle begins. A text of fewer words than a
//! shingle is one shingle; an empty one has none and matches nothing. A shingle's hash is the sum of its word
//! hashes, each rotated by its place: word hashes are random numbers, so that two different shingles collide
//! with a probability of about 2^-60. No multiplication, and no place waits for another, so that it
//! vectorises.

mod set;
mod sorted;

pub use set::{Overlap, ShingleSet};
pub(crate) use sorted::{count_in_both, sorted_by_hash};

/// Words of a shingle wherever Jaccard and containment are spoken of.
pub const SHINGLE_WORDS: usize = 5;

/// Names this way of hashing shingles; another one is another recipe.
pub const SHINGLE_HASH: &str = "retold-shingle-2";

/// Rotation from word to word; odd, so that 64 words go by before one stands where the first did.
const ROTATION: u32 = 13;

/// Appends the hash of each shingle of `shingle_words` words, in order of place.
pub fn shingle_hashes(words: &[u64], shingle_words: usize, hashes: &mut Vec<u64>) {
    #[cfg(target_arch = "x86_64")]
    if crate::processor::has_wide_registers() {
        // SAFETY: the processor has what the function is compiled for. Measured: in two thirds of the time.
        return unsafe { add_up_in_wide_registers(words, shingle_words, hashes) };
    }
    add_up(words, shingle_words, hashes);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_up_in_wide_registers(words: &[u64], shingle_words: usize, hashes: &mut Vec<u64>) {
    add_up(words, shingle_words, hashes);
}

#[inline(always)]
fn add_up(words: &[u64], shingle_words: usize, hashes: &mut Vec<u64>) {
    let length = shingle_words.clamp(1, words.len().max(1));
    let Some(places) = words.len().checked_sub(length - 1) else { return };
    let start = hashes.len();
    if length == 1 {
        return hashes.extend_from_slice(words);
    }
    hashes.extend(words[..places].iter().zip(&words[1..]).map(|(&first, &second)| join(first, second)));
    for word in 2..length {
        for (hash, &word) in hashes[start..].iter_mut().zip(&words[word..]) {
            *hash = join(*hash, word);
        }
    }
}

#[inline(always)]
fn join(before: u64, word: u64) -> u64 {
    before.rotate_left(ROTATION).wrapping_add(word)
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
    fn a_hash_is_that_of_the_window_alone() {
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
    fn wide_registers_make_no_difference() {
        let words: Vec<u64> = (1..200u64).map(|word| word.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        for count in 0..words.len() {
            let (mut hashes, mut expected) = (vec![7], vec![7]);
            shingle_hashes(&words[..count], 5, &mut hashes);
            add_up(&words[..count], 5, &mut expected);
            assert_eq!(hashes, expected);
        }
    }

    #[test]
    fn golden_shingles() {
        assert_eq!(of("The quick brown fox jumps over", 5), [4686517519707942063, 14407801264825916972]);
        assert_eq!(of("one", 5), [7253497393208051517]);
    }
}
