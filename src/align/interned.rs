//! Two texts with their words as small numbers: what every step of the alignment reads.

use std::ops::Range;

use crate::normalise::{Script, Text, TokenFlags};

/// One text of the pair.
#[derive(Clone, Copy)]
pub(super) struct InternedText<'a> {
    pub text: &'a Text,
    /// Hash of each token's word: what verbatim runs compare.
    pub words: &'a [u64],
    /// Each token's evidence number: its stem, or in a script without spaces the pair of characters that
    /// begins here.
    pub stems: &'a [u32],
    /// Occurrences of each evidence number in this text.
    pub occurrences: &'a [u32],
}

/// Both texts. Steps that look from one to the other name the side they look from.
#[derive(Clone, Copy)]
pub(super) struct InternedPair<'a> {
    pub sides: [InternedText<'a>; 2],
    /// Whether an evidence number stands for a function word.
    pub function_words: &'a [bool],
}

impl<'a> InternedText<'a> {
    pub fn sentences(&self) -> &'a [Range<usize>] {
        &self.text.sentences
    }

    pub fn sentence_stems(&self, sentence: usize) -> &'a [u32] {
        &self.stems[self.text.sentences[sentence].clone()]
    }

    /// The tokens of a range of sentences, which must not be empty.
    pub fn tokens_of(&self, sentences: &Range<usize>) -> Range<usize> {
        self.text.sentences[sentences.start].start..self.text.sentences[sentences.end - 1].end
    }

    /// The sentences that a range of tokens touches.
    pub fn sentences_of(&self, tokens: &Range<usize>) -> Range<usize> {
        let start = self.text.sentences.partition_point(|sentence| sentence.end <= tokens.start);
        let end = self.text.sentences.partition_point(|sentence| sentence.start < tokens.end);
        start..end.max(start)
    }

    /// Length in code points from the first token of a range to the last.
    pub fn code_points(&self, tokens: &Range<usize>) -> u32 {
        self.text.span(tokens).len()
    }
}

impl InternedPair<'_> {
    pub fn evidence_numbers(&self) -> usize {
        self.function_words.len()
    }

    pub fn total_words(&self) -> usize {
        self.sides[0].words.len() + self.sides[1].words.len()
    }
}

/// Numbers stems from 0 in the order of their first occurrence, anew for each pair.
#[derive(Default)]
pub(super) struct Interner {
    /// Open addressing; only the first power of two that the pair needs is used and cleared.
    slots: Vec<(u64, u32)>,
    words: [Vec<u64>; 2],
    stems: [Vec<u32>; 2],
    occurrences: [Vec<u32>; 2],
    function_words: Vec<bool>,
}

const EMPTY: u32 = u32::MAX;

impl Interner {
    pub fn load<'a>(&'a mut self, texts: [&'a Text; 2]) -> InternedPair<'a> {
        let size = (2 * (texts[0].tokens.len() + texts[1].tokens.len())).next_power_of_two().max(16);
        self.slots.clear();
        self.slots.resize(size, (0, EMPTY));
        self.function_words.clear();
        let in_pairs = texts.iter().all(|text| text.language.script == Script::Unspaced);
        for (side, text) in texts.iter().enumerate() {
            let mut words = std::mem::take(&mut self.words[side]);
            words.clear();
            words.extend(text.tokens.iter().map(|token| token.word));
            let mut stems = std::mem::take(&mut self.stems[side]);
            stems.clear();
            for (at, token) in text.tokens.iter().enumerate() {
                let evidence = match words.get(at + 1) {
                    Some(next) if in_pairs => token.word.rotate_left(23) ^ next,
                    _ => token.stem,
                };
                stems.push(self.number(evidence, !in_pairs && token.flags.has(TokenFlags::FUNCTION_WORD)));
            }
            self.words[side] = words;
            self.stems[side] = stems;
        }
        for side in 0..2 {
            let occurrences = &mut self.occurrences[side];
            occurrences.clear();
            occurrences.resize(self.function_words.len(), 0);
            for stem in &self.stems[side] {
                occurrences[*stem as usize] += 1;
            }
        }
        let side = |side: usize| InternedText {
            text: texts[side],
            words: &self.words[side],
            stems: &self.stems[side],
            occurrences: &self.occurrences[side],
        };
        InternedPair { sides: [side(0), side(1)], function_words: &self.function_words }
    }

    fn number(&mut self, key: u64, is_function_word: bool) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        loop {
            match self.slots[at] {
                (_, EMPTY) => {
                    let number = self.function_words.len() as u32;
                    self.slots[at] = (key, number);
                    self.function_words.push(is_function_word);
                    return number;
                }
                (found, number) if found == key => return number,
                _ => at = (at + 1) & mask,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_stems_have_equal_numbers_across_the_sides() {
        let (a, b) = (Text::new("Closing the bridge", None), Text::new("the bridges closed", None));
        let mut interner = Interner::default();
        let pair = interner.load([&a, &b]);
        let [left, right] = pair.sides;
        assert_eq!(left.stems, [0, 1, 2]);
        assert_eq!(right.stems, [1, 2, 3]);
        assert_eq!(left.occurrences, [1, 1, 1, 0]);
        assert_eq!(right.occurrences, [0, 1, 1, 1]);
    }

    #[test]
    fn characters_of_unspaced_scripts_count_in_pairs() {
        let text = Text::new("大桥大桥关", None);
        let mut interner = Interner::default();
        let pair = interner.load([&text, &text]);
        assert_eq!(pair.sides[0].stems, [0, 1, 0, 2, 3]);
    }
}
