//! Tier 1: documents of the same text.
//!
//! *The same text after normalisation* means: the same words in the same order, a word being what
//! [`crate::normalise::words`] says. Case, punctuation, white space, quotation marks and the Unicode form make no
//! difference; the title does not count. A text without words is identical to none.

use super::table::DocumentTable;
use crate::article::DocumentNumber;
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
/// The sum of the products of neighbouring words (Black et al. 1999, "UMAC", there named NH), each made a different
/// number by its place. Texts that differ in a single word never agree; others do with a probability of about 2^-120, word
/// hashes being random numbers.
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

/// The first document of each text, by identity: numbers in slots, open addressing; the identities lie in the table.
#[derive(Debug, Default)]
pub(super) struct FirstTexts {
    slots: Vec<DocumentNumber>,
    held: usize,
}

impl FirstTexts {
    const FREE: DocumentNumber = DocumentNumber::MAX;

    /// The first document of the text of `document`, which is the table's last: itself, where there is none before it.
    pub fn first_of(&mut self, documents: &DocumentTable, document: DocumentNumber) -> DocumentNumber {
        if documents.identity(document) == 0 {
            return document;
        }
        if self.held * 4 >= self.slots.len() * 3 {
            let slots = vec![Self::FREE; (self.slots.len() * 2).max(16)];
            let held = std::mem::replace(&mut self.slots, slots);
            for first in held.into_iter().filter(|&first| first != Self::FREE) {
                let slot = self.slot(documents, first);
                self.slots[slot] = first;
            }
        }
        let slot = self.slot(documents, document);
        if self.slots[slot] == Self::FREE {
            self.slots[slot] = document;
            self.held += 1;
        }
        self.slots[slot]
    }

    /// Where the document's text is, or is to be.
    fn slot(&self, documents: &DocumentTable, document: DocumentNumber) -> usize {
        let identity = documents.identity(document);
        let mask = self.slots.len() - 1;
        let mut slot = identity as usize & mask;
        while self.slots[slot] != Self::FREE && documents.identity(self.slots[slot]) != identity {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::table::DocumentEntry;
    use crate::normalise::words::word_hashes;

    fn of(text: &str) -> u128 {
        let mut words = Vec::new();
        word_hashes(text, |hash| words.push(hash.word));
        identity(&words)
    }

    fn entry(identity: u128) -> DocumentEntry {
        let location = Default::default();
        DocumentEntry { location, identity, words: 0, unix_seconds: None, source: None, language: None }
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

    #[test]
    fn the_first_of_each_text_leads_and_wordless_texts_stand_alone() {
        let mut table = DocumentTable::default();
        let (mut texts, mut firsts) = (FirstTexts::default(), Vec::new());
        for (number, identity) in [7, 0, 9, 7, 0, 7 | 1 << 100, 9, 7].into_iter().enumerate() {
            let document = table.push(&number.to_string(), entry(identity)).unwrap();
            firsts.push(texts.first_of(&table, document));
        }
        assert_eq!(firsts, [0, 1, 2, 0, 4, 5, 2, 0]);
        for number in 0..2000u32 {
            let identity = u128::from(number % 1000 + 10) << 3;
            let document = table.push(&format!("more {number}"), entry(identity)).unwrap();
            assert_eq!(texts.first_of(&table, document), 8 + number % 1000);
        }
    }
}
