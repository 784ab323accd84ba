//! Tier 1: documents of the same text.
//!
//! *The same text after normalisation* means: the same words in the same order, a word being what
//! [`crate::normalise::words`] says. Case, punctuation, white space, quotation marks and the Unicode form make no
//! difference; the title does not count. A text without words is identical to none.

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::table::DocumentTable;
use crate::article::DocumentNumber;
use crate::recipe::SEED;

/// 128-bit hash of a text's word hashes; 0 for a text without words. `bytes` is room to work in.
pub fn identity(words: &[u64], bytes: &mut Vec<u8>) -> u128 {
    if words.is_empty() {
        return 0;
    }
    bytes.resize(8 * words.len(), 0);
    for (to, word) in bytes.chunks_exact_mut(8).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    xxh3_128_with_seed(bytes, SEED).max(1)
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
        identity(&words, &mut Vec::new())
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
        assert_eq!(of("The quick brown fox"), 84597636155907023511893536587219727346);
    }

    #[test]
    fn the_first_of_each_text_leads_and_wordless_texts_stand_alone() {
        let mut table = DocumentTable::default();
        let (mut texts, mut firsts) = (FirstTexts::default(), Vec::new());
        for (number, identity) in [7, 0, 9, 7, 0, 7 | 1 << 100, 9, 7].into_iter().enumerate() {
            let entry = DocumentEntry {
                location: Default::default(),
                identity,
                words: 0,
                unix_seconds: None,
                source: None,
                language: None,
            };
            let document = table.push(&number.to_string(), entry).unwrap();
            firsts.push(texts.first_of(&table, document));
        }
        assert_eq!(firsts, [0, 1, 2, 0, 4, 5, 2, 0]);
        for number in 0..2000u32 {
            let identity = u128::from(number % 1000 + 10) << 3;
            let entry = DocumentEntry {
                location: Default::default(),
                identity,
                words: 0,
                unix_seconds: None,
                source: None,
                language: None,
            };
            let document = table.push(&format!("more {number}"), entry).unwrap();
            assert_eq!(texts.first_of(&table, document), 8 + number % 1000);
        }
    }
}
