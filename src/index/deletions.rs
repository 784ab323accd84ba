//! Which documents of a segment are gone.

use super::bits::{push_varint, take_varint};

/// Documents removed from a segment since it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deletions {
    words: Vec<u64>,
    /// Documents removed.
    pub documents: u32,
    /// Those of them that copied no other.
    pub representatives: u32,
}

impl Deletions {
    pub fn is_deleted(&self, document: u32) -> bool {
        self.words.get(document as usize / 64).is_some_and(|word| word >> (document % 64) & 1 == 1)
    }

    /// False where it was removed before.
    pub fn delete(&mut self, document: u32, is_representative: bool) -> bool {
        if self.is_deleted(document) {
            return false;
        }
        let word = document as usize / 64;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (document % 64);
        self.documents += 1;
        self.representatives += u32::from(is_representative);
        true
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let bits = |(at, &word): (usize, &u64)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at as u32 * 64 + bit)
        };
        self.words.iter().enumerate().flat_map(bits)
    }

    pub fn write(&self, bytes: &mut Vec<u8>) {
        push_varint(self.documents.into(), bytes);
        push_varint(self.representatives.into(), bytes);
        let mut before = 0;
        for document in self.iter() {
            push_varint(u64::from(document - before), bytes);
            before = document;
        }
    }

    /// `None` where it is damaged, or names a document of `documents` or beyond.
    pub fn read(bytes: &mut &[u8], documents: u32) -> Option<Deletions> {
        let count = take_varint(bytes)?;
        let representatives = u32::try_from(take_varint(bytes)?).ok()?;
        let mut deletions = Deletions::default();
        let mut document = 0u32;
        for _ in 0..count {
            document = document.checked_add(u32::try_from(take_varint(bytes)?).ok()?)?;
            (document < documents).then_some(())?;
            deletions.delete(document, false);
        }
        deletions.representatives = representatives;
        (u64::from(deletions.documents) == count && representatives <= deletions.documents)
            .then_some(deletions)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_a_set_that_is_written_and_read(documents in prop::collection::vec(0..2000u32, 0..80)) {
            let mut deletions = Deletions::default();
            let mut expected = BTreeSet::new();
            for document in documents {
                prop_assert_eq!(deletions.delete(document, document % 3 == 0), expected.insert(document));
            }
            prop_assert_eq!(deletions.iter().collect::<Vec<_>>(), expected.iter().copied().collect::<Vec<_>>());
            let mut bytes = Vec::new();
            deletions.write(&mut bytes);
            let mut rest = bytes.as_slice();
            let read = Deletions::read(&mut rest, 2000).unwrap();
            prop_assert!(rest.is_empty());
            prop_assert_eq!(&read, &deletions);
            if let Some(&last) = expected.last() {
                prop_assert_eq!(Deletions::read(&mut bytes.as_slice(), last), None);
            }
        }
    }
}
