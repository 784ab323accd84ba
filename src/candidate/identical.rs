//! Tier 1: the first document of each text, by the text's [`crate::analysis::identity`].

use super::table::DocumentTable;
use crate::article::DocumentNumber;

/// The first document of each text, by identity: numbers in slots, open addressing; the identities lie in the
/// table.
#[derive(Debug, Default)]
pub(super) struct FirstTexts {
    slots: Vec<DocumentNumber>,
    held: usize,
}

impl FirstTexts {
    const FREE: DocumentNumber = DocumentNumber::MAX;

    /// The first document of the text of `document`, which is the table's last: itself, where there is none
    /// before it.
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

    fn entry(identity: u128) -> DocumentEntry {
        let location = Default::default();
        DocumentEntry { location, identity, words: 0, unix_seconds: None, source: None, language: None }
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
