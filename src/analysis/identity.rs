//! One hash for a text, by which documents of the same text are found.
//!
//! *The same text after normalisation* means: the same words in the same order, a word being what
//! [`crate::normalise::words`] says. Case, punctuation, white space, quotation marks and the Unicode form
//! make no difference; the title does not count. A text without words is identical to none.

use crate::recipe::SEED;
use crate::sketch::split_mix;

/// Names this way of hashing texts; another one is another recipe.
pub const IDENTITY: &str = "retold-identity-2";

/// What is added to the words of a pair, for the first pair and from pair to pair: numbers of no meaning.
const TERMS: [u64; 2] = [0x2437_f6f1_2d61_49a1, 0xb5d6_2b0c_4f2a_2d95];
const STEPS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f];
const LENGTH: u128 = 0xa076_1d64_78bd_642f_e703_7ed1_a0b4_28db;

/// 128-bit hash of a text's word hashes; 0 for a text without words.
///
/// The sum of the products of neighbouring words (Black et al. 1999, "UMAC", there named NH), each made a
/// different number by its place. Texts that differ in a single word never agree; others do with a
/// probability of about 2^-120, word hashes being random numbers.
pub fn identity(words: &[u64]) -> u128 {
    if words.is_empty() {
        return 0;
    }
    let (pairs, rest) = words.as_chunks::<2>();
    let last = rest.first().map(|&word| [word, 0]);
    let mut terms = TERMS;
    let mut sum = LENGTH.wrapping_mul(words.len() as u128);
    for pair in pairs.iter().chain(&last) {
        let [one, two] = [pair[0].wrapping_add(terms[0]), pair[1].wrapping_add(terms[1])];
        sum = sum.wrapping_add(u128::from(one) * u128::from(two));
        terms = [terms[0].wrapping_add(STEPS[0]), terms[1].wrapping_add(STEPS[1])];
    }
    // Either half is stirred by the other, which loses nothing.
    let (mut low, mut high) = (sum as u64, (sum >> 64) as u64);
    low ^= split_mix(SEED, high);
    high ^= split_mix(SEED, low);
    (u128::from(high) << 64 | u128::from(low)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::words::word_hashes;

    fn of(text: &str) -> u128 {
        let mut words = Vec::new();
        word_hashes(text, |hash| words.push(hash.word));
        identity(&words)
    }

    #[test]
    fn case_punctuation_and_spaces_make_no_difference() {
        assert_eq!(of("“It’s over,” she said."), of("IT'S OVER\n\nshe said"));
        assert_ne!(of("it is over"), of("over it is"));
        assert_ne!(of("a b"), of("ab"));
        assert_eq!(of("—"), 0);
    }

    #[test]
    fn golden_identity() {
        assert_eq!(of("The quick brown fox"), 190327642920505276443428165416080211078);
    }
}
