//! Runs of four words, whose rarity in an archive tells copied narrative from what everybody prints.

use crate::normalise::Text;

/// Rarity is counted over runs of this many words.
pub const GRAM_WORDS: usize = 4;

/// Hashes of all runs of words, in their order; none for a text of fewer words.
pub fn grams(words: &[u64]) -> impl Iterator<Item = u64> + '_ {
    words.windows(GRAM_WORDS).map(|run| run.iter().fold(0, |gram, &word| fold(gram, word)))
}

/// Hash of the run that starts at a token; `None` where the text ends before.
pub fn gram_at(text: &Text, at: usize) -> Option<u64> {
    let words = text.tokens.get(at..at + GRAM_WORDS)?;
    Some(words.iter().fold(0, |gram: u64, token| fold(gram, token.word)))
}

/// One more word of a run.
pub fn fold(gram: u64, word: u64) -> u64 {
    (gram.rotate_left(21) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_grams() {
        assert_eq!(grams(&[1, 2, 3]).count(), 0);
        let found: Vec<u64> = grams(&[1, 2, 3, 4, 5]).collect();
        assert_eq!(found, [2, 3].map(|first| (first - 1..first + 3).fold(0, fold)));
        assert_eq!(found.len(), 2);
        assert_eq!(fold(0, 1), 0x9E37_79B9_7F4A_7C15);
    }
}
