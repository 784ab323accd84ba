//! Words of a text as the two rules have them: as numbers, and with where they lie.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::HoldingRule;
use crate::normalise::words::{for_each_word, hash_word, word_hashes};
use crate::shingle::SHINGLE_WORDS;

impl HoldingRule {
    /// Words of a run.
    pub(super) fn run_words(self) -> usize {
        match self {
            HoldingRule::Share { .. } => SHINGLE_WORDS,
            HoldingRule::Run { words } => words.max(1),
        }
    }

    /// Fewer words than this are looked at by no means.
    pub(super) fn words_min(self) -> usize {
        match self {
            HoldingRule::Share { .. } => 1,
            HoldingRule::Run { words } => words.max(1),
        }
    }

    /// The words of a text as numbers.
    pub(super) fn words(self, text: &str, words: &mut Vec<u64>) {
        words.clear();
        match self {
            HoldingRule::Share { .. } => word_hashes(text, |hash| words.push(hash.word)),
            HoldingRule::Run { .. } => {
                for_each_plain_word(text, |_, word| words.push(xxh3_64(word.as_bytes())))
            }
        }
    }

    /// The same, with the bytes of the text that each came from.
    pub(super) fn placed_words(self, text: &str) -> (Vec<u64>, Vec<Range<usize>>) {
        let (mut words, mut places) = (Vec::new(), Vec::new());
        let mut take = |place: Range<usize>, word: u64| {
            words.push(word);
            places.push(place);
        };
        match self {
            HoldingRule::Share { .. } => for_each_word(text, |place, word| take(place, hash_word(word).word)),
            HoldingRule::Run { .. } => {
                for_each_plain_word(text, |place, word| take(place, xxh3_64(word.as_bytes())));
            }
        }
        (words, places)
    }
}

/// Words between white space, in lower case and without ASCII punctuation; what is punctuation alone is none.
fn for_each_plain_word(text: &str, mut visit: impl FnMut(Range<usize>, &str)) {
    let mut plain = String::new();
    let mut start = 0;
    let ends = text.char_indices().filter(|(_, letter)| letter.is_whitespace());
    let ends = ends.map(|(at, letter)| (at, at + letter.len_utf8())).chain([(text.len(), text.len())]);
    for (end, next) in ends {
        plain.clear();
        let word = text.get(start..end).unwrap_or_default();
        let letters = word.chars().filter(|letter| !letter.is_ascii_punctuation());
        plain.extend(letters.flat_map(char::to_lowercase));
        if !plain.is_empty() {
            visit(start..end, &plain);
        }
        start = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_as_published() {
        let mut found = Vec::new();
        for_each_plain_word("The U.S. — “don't” -- ÉCOLE,\n x", |place, word| {
            found.push((place, word.to_owned()))
        });
        let words: Vec<&str> = found.iter().map(|(_, word)| word.as_str()).collect();
        assert_eq!(words, ["the", "us", "—", "“dont”", "école", "x"]);
        assert_eq!(found[1].0, 4..8);
    }

    #[test]
    fn words_with_places_are_the_same_words() {
        let text = "It’s “over”, she said; 東京 and ½ of HANOI were dark.";
        for rule in [HoldingRule::Share { share: 0.8, passage_words: 20 }, HoldingRule::Run { words: 13 }] {
            let mut words = Vec::new();
            rule.words(text, &mut words);
            assert_eq!(rule.placed_words(text).0, words);
        }
    }
}
