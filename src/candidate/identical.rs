//! Tier 1: documents of the same text.
//!
//! *The same text after normalisation* means: the same words in the same order, a word being what
//! [`crate::normalise::words`] says. Case, punctuation, white space, quotation marks and the Unicode form make no
//! difference; the title does not count. A text without words is identical to none.

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::radix::sort_by_key;
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

/// For each document the first document of the same text: itself, where there is none before it.
pub fn first_of_each_text(documents: &DocumentTable) -> Vec<DocumentNumber> {
    let mut first: Vec<DocumentNumber> = (0..documents.len() as DocumentNumber).collect();
    let mut by_hash: Vec<(u64, DocumentNumber)> =
        first.iter().map(|&document| (documents.identity(document) as u64, document)).collect();
    sort_by_key(&mut by_hash);
    for group in by_hash.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        // Ascending within the group; texts that differ in the upper half alone are all but impossible.
        let mut heads: Vec<DocumentNumber> = Vec::new();
        for &(_, document) in group.iter().filter(|&&(_, document)| documents.identity(document) != 0) {
            let same = |&&head: &&DocumentNumber| documents.identity(head) == documents.identity(document);
            match heads.iter().find(same) {
                Some(&head) => first[document as usize] = head,
                None => heads.push(document),
            }
        }
    }
    first
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
        for (number, identity) in [7, 0, 9, 7, 0, 7 | 1 << 100, 9, 7].into_iter().enumerate() {
            let entry = DocumentEntry {
                location: Default::default(),
                identity,
                words: 0,
                unix_seconds: None,
                source: None,
                language: None,
            };
            table.push(&number.to_string(), entry).unwrap();
        }
        assert_eq!(first_of_each_text(&table), [0, 1, 2, 0, 4, 5, 2, 0]);
    }
}
