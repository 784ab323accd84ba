//! Word hashes: the words of [`for_each_word`], found and hashed without writing them out.
//!
//! Text that is ASCII, with or without the punctuation of print (curly quotes, dashes, no-break spaces), goes
//! 64 bytes at a time: a vectorised classifier gives one bit a byte, words are the runs of ones, and a word of
//! up to 16 bytes is lower-cased in two registers and hashed by one wide multiplication. Letters beyond ASCII
//! go character by character through the class table; what NFKC would change goes through [`for_each_word`].

use std::hash::Hasher;

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

use super::class::{CharacterClass, WordClass};
use super::{fold, for_each_word};

/// Names this way of hashing words; another one is another recipe.
pub const WORD_HASH: &str = "retold-word-1";

/// Keys of the multiplication: digits of pi. The byte 0xff, which no UTF-8 holds, keeps a factor from zero.
const WORD_SEED: [u64; 2] = [0xff3f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345];
const STEM_SEED: [u64; 2] = [0xffa4_0938_2229_9f31, 0xd008_2efa_98ec_4e6d];
/// Letters of a word that its stem keeps.
const STEM_CHARACTERS: usize = 6;
const STEM_MASK: u64 = (1 << (8 * STEM_CHARACTERS)) - 1;
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

/// A word as the stages compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordHash {
    pub word: u64,
    /// Hash of the first six characters: inflected forms share it.
    pub stem: u64,
    /// Length of the folded word in bytes.
    pub length_bytes: u32,
    /// A character of a script without spaces.
    pub is_ideograph: bool,
}

/// Visits the hash of each word of `text`, in order: the words of [`for_each_word`].
pub fn word_hashes(text: &str, mut visit: impl FnMut(WordHash)) {
    let bytes = text.as_bytes();
    let mut scratch = String::new();
    let mut word_start = None;
    let mut at = 0;
    while at < bytes.len() {
        let (block, length) = block_at(bytes, at);
        let (word_bits, wide_bits) = classify(&block);
        let (count, is_mixed) = plain_prefix(text, at, length, wide_bits);
        let word_bits = word_bits & low_bits(count);
        let mut edges = (word_bits ^ (word_bits << 1 | u64::from(word_start.is_some()))) & low_bits(count);
        if let Some(start) = word_start
            && edges != 0
        {
            visit(hash_ascii(bytes, start, at + edges.trailing_zeros() as usize));
            edges &= edges - 1;
            word_start = None;
        }
        while edges != 0 {
            let start = at + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if edges == 0 {
                word_start = Some(start);
                break;
            }
            visit(hash_ascii(bytes, start, at + edges.trailing_zeros() as usize));
            edges &= edges - 1;
        }
        at += count;
        if is_mixed {
            at = mixed_words(text, word_start.take().unwrap_or(at), &mut scratch, &mut visit);
        }
    }
    if let Some(start) = word_start {
        visit(hash_ascii(bytes, start, bytes.len()));
    }
}

/// Hash of a word as folded by [`for_each_word`].
pub fn hash_word(folded: &str) -> WordHash {
    let stem_end = folded.char_indices().nth(STEM_CHARACTERS).map_or(folded.len(), |(at, _)| at);
    WordHash {
        word: hash_key(folded, WORD_SEED),
        stem: hash_key(&folded[..stem_end], STEM_SEED),
        length_bytes: folded.len() as u32,
        is_ideograph: folded
            .chars()
            .next()
            .is_some_and(|c| CharacterClass::of(c).word() == WordClass::Ideograph),
    }
}

fn hash_key(folded: &str, seed: [u64; 2]) -> u64 {
    // In registers the underscore is lower-cased with the letters; 0x7f is no word's byte otherwise.
    let key = folded.bytes().map(|byte| if byte == b'_' { 0x7f } else { byte });
    if folded.len() <= 16 {
        let mut short = [0; 16];
        short.iter_mut().zip(key).for_each(|(to, byte)| *to = byte);
        let whole = u128::from_le_bytes(short);
        hash_short(whole as u64, (whole >> 64) as u64, seed)
    } else if folded.len() <= 256 {
        let mut long = [0; 256];
        long.iter_mut().zip(key).for_each(|(to, byte)| *to = byte);
        xxh3_64_with_seed(&long[..folded.len()], seed[0])
    } else {
        let mut hasher = Xxh3::with_seed(seed[0]);
        let key: Vec<u8> = key.collect();
        hasher.write(&key);
        hasher.finish()
    }
}

/// Key of up to 16 bytes, filled with zeros, which no word holds.
#[inline(always)]
fn hash_short(low: u64, high: u64, seed: [u64; 2]) -> u64 {
    let product = u128::from(low ^ seed[0]) * u128::from(high ^ seed[1]);
    product as u64 ^ (product >> 64) as u64
}

/// Hash of an ASCII word, whose ends the classifier found.
#[inline(always)]
fn hash_ascii(bytes: &[u8], start: usize, end: usize) -> WordHash {
    let length = end - start;
    match bytes.get(start..start + 16) {
        Some(window) if length <= 16 => {
            let (low, high) = window.split_at(8);
            let (low_mask, high_mask) = SHORT_MASKS[length];
            let low = (little_endian(low) | LOWER_CASE) & low_mask;
            let high = (little_endian(high) | LOWER_CASE) & high_mask;
            WordHash {
                word: hash_short(low, high, WORD_SEED),
                stem: hash_short(low & STEM_MASK, 0, STEM_SEED),
                length_bytes: length as u32,
                is_ideograph: false,
            }
        }
        _ => hash_ascii_slowly(&bytes[start..end]),
    }
}

/// A long word, or one at the very end of a text.
#[cold]
fn hash_ascii_slowly(word: &[u8]) -> WordHash {
    let folded: String = word.iter().map(|byte| byte.to_ascii_lowercase() as char).collect();
    hash_word(&folded)
}

#[inline(always)]
fn little_endian(eight: &[u8]) -> u64 {
    eight.try_into().map_or(0, u64::from_le_bytes)
}

/// Which bytes of 16 belong to a word of each length.
const SHORT_MASKS: [(u64, u64); 17] = {
    let mut masks = [(0, 0); 17];
    let mut length = 0;
    while length <= 16 {
        let whole = if length == 16 { u128::MAX } else { (1 << (8 * length)) - 1 };
        masks[length] = (whole as u64, (whole >> 64) as u64);
        length += 1;
    }
    masks
};

/// The lowest `count` bits, `count` up to 64.
fn low_bits(count: usize) -> u64 {
    if count == 64 { u64::MAX } else { (1 << count) - 1 }
}

/// The next 64 bytes, filled with zeros at the end of the text, and how many of them are text.
#[inline(always)]
fn block_at(bytes: &[u8], at: usize) -> ([u8; 64], usize) {
    match bytes[at..].first_chunk::<64>() {
        Some(block) => (*block, 64),
        None => {
            let mut block = [0; 64];
            let rest = &bytes[at..];
            block[..rest.len()].copy_from_slice(rest);
            (block, rest.len())
        }
    }
}

/// How much of the block at `at` can be taken by its bits: ASCII, and characters that only separate. Ends on
/// a character boundary; true where a character follows that has to be looked at.
#[inline(always)]
fn plain_prefix(text: &str, at: usize, length: usize, mut wide_bits: u64) -> (usize, bool) {
    while wide_bits != 0 {
        let first = wide_bits.trailing_zeros() as usize;
        let Some(c) = text[at + first..].chars().next() else { break };
        if !is_plain_separator(c) {
            return (first, true);
        }
        let end = first + c.len_utf8();
        if end >= 64 {
            // A character that lies across the block's end belongs to the next block, unless it ends here.
            return (if end == 64 { 64 } else { first }, false);
        }
        wide_bits &= !low_bits(end);
    }
    (length, false)
}

#[inline(always)]
fn is_plain_separator(c: char) -> bool {
    // Quotes and dashes of print, without touching the table.
    matches!(c, '\u{2010}'..='\u{2027}') || CharacterClass::of(c).is_plain_separator()
}

/// Visits words from `start`, where a word begins, character by character, until ASCII follows a separator.
/// Returns where it stopped, on a boundary between words.
#[inline(never)]
fn mixed_words(text: &str, start: usize, scratch: &mut String, visit: &mut impl FnMut(WordHash)) -> usize {
    scratch.clear();
    let mut word_start = start;
    let mut is_ideograph = false;
    let mut follows_mark = false;
    let mut end_word = |word: &mut String| {
        if !word.is_empty() {
            visit(hash_word(word));
            word.clear();
        }
    };
    for (offset, c) in text[start..].char_indices() {
        let class = CharacterClass::of(c);
        let is_reordered = class.is_reordered();
        if class.is_complex() || is_reordered && follows_mark {
            scratch.clear();
            let end = end_of_run(text, start + offset);
            for_each_word(&text[word_start..end], |_, folded| {
                scratch.push_str(folded);
                end_word(scratch);
            });
            return end;
        }
        follows_mark = is_reordered;
        match class.word() {
            WordClass::Separator => {
                end_word(scratch);
                let after = start + offset + c.len_utf8();
                if text.as_bytes().get(after).is_none_or(u8::is_ascii) {
                    return after;
                }
                is_ideograph = false;
                word_start = after;
                continue;
            }
            WordClass::Continuation if scratch.is_empty() => continue,
            WordClass::Continuation => {}
            WordClass::Letter if !is_ideograph => {}
            WordClass::Letter | WordClass::Ideograph => {
                end_word(scratch);
                is_ideograph = class.word() == WordClass::Ideograph;
                word_start = start + offset;
            }
        }
        match class.is_cased() {
            true => fold(c, |folded| scratch.push(folded)),
            false => scratch.push(c),
        }
    }
    end_word(scratch);
    text.len()
}

/// The next character from `at` on that separates whatever stands around it.
fn end_of_run(text: &str, at: usize) -> usize {
    let mut places = text[at..].char_indices();
    places.find(|&(_, c)| CharacterClass::of(c).is_plain_separator()).map_or(text.len(), |(i, _)| at + i)
}

/// A bit a byte: what belongs to an ASCII word, and what is not ASCII.
///
/// The loop over bytes becomes vector instructions of whatever machine it is compiled for.
#[inline(always)]
fn classify(block: &[u8; 64]) -> (u64, u64) {
    let mut words = [0; 64];
    for (word, &byte) in words.iter_mut().zip(block) {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        *word = u8::from(is_letter | is_digit | (byte == b'_'));
    }
    let is_wide = block.iter().fold(0, |all, &byte| all | byte) >= 0x80;
    let wide_bits = if is_wide { bit_a_byte(&block.map(|byte| byte >> 7)) } else { 0 };
    (bit_a_byte(&words), wide_bits)
}

/// Gathers the lowest bits of 64 bytes that are 0 or 1.
#[inline(always)]
fn bit_a_byte(bytes: &[u8; 64]) -> u64 {
    let eighths = bytes.chunks_exact(8).enumerate();
    eighths.fold(0, |bits, (eighth, eight)| {
        // Each byte's bit is moved to its own place in the highest byte.
        bits | (little_endian(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * eighth)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fast(text: &str) -> Vec<WordHash> {
        let mut hashes = Vec::new();
        word_hashes(text, |hash| hashes.push(hash));
        hashes
    }

    fn exact(text: &str) -> Vec<WordHash> {
        let mut hashes = Vec::new();
        for_each_word(text, |_, word| hashes.push(hash_word(word)));
        hashes
    }

    /// Text of the kinds that change between the paths, in runs long enough to lie across blocks.
    fn texts() -> impl Strategy<Value = String> {
        let run = prop_oneof![
            "[a-zA-Z0-9_]{0,20}",
            "[ .,;'\"-]{1,3}",
            "[“”‘’—–… \u{a0}\u{200b}]{1,2}",
            "[éÉßΣςσжЖəİŉ]{1,4}",
            "[ﬁ™½ＡＢ\u{2bc}´]{1,2}",
            "[\u{300}\u{301}\u{323}\u{345}\u{fe0f}\u{200d}]{1,3}",
            "[中文のテーｶﾞที่นี่မြန်]{1,4}",
            "[가각\u{1100}\u{1161}\u{11a8}हिंदीعربית]{1,4}",
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(run, 0..60).prop_map(|runs| runs.concat())
    }

    proptest! {
        #[test]
        fn the_fast_path_finds_the_words_of_the_exact_one(text in texts()) {
            prop_assert_eq!(fast(&text), exact(&text));
        }

        #[test]
        fn the_fast_path_finds_them_in_any_text(text in "\\PC{0,200}") {
            prop_assert_eq!(fast(&text), exact(&text));
        }

        #[test]
        fn the_classifier_agrees_byte_by_byte(block: [u8; 32], other: [u8; 32]) {
            let block: [u8; 64] = [block, other].concat().try_into().unwrap();
            let (words, wide) = classify(&block);
            for (at, &byte) in block.iter().enumerate() {
                prop_assert_eq!(words >> at & 1 == 1, byte.is_ascii_alphanumeric() || byte == b'_');
                prop_assert_eq!(wide >> at & 1 == 1, !byte.is_ascii());
            }
        }
    }

    #[test]
    fn every_character_alone_and_between_letters() {
        for c in (0..0x4_0000).chain(0xe_0000..0xe_0200).filter_map(char::from_u32) {
            for text in [format!("a{c}b"), format!("é{c}é")] {
                assert_eq!(fast(&text), exact(&text), "U+{:04X}", c as u32);
            }
        }
    }

    #[test]
    fn degenerate_texts_are_read_to_the_end() {
        for text in ["x".repeat(1 << 20), "\u{301}".repeat(1 << 18), "a\u{301}\u{327}".repeat(1 << 16)] {
            assert_eq!(fast(&text), exact(&text));
        }
    }

    #[test]
    fn golden_word_hashes() {
        let golden = [
            ("a", 0x6090c4e1bc398df5, 0xb6c843e206126da5),
            ("the", 0x5e46630df070711e, 0xa394b0767965f2c),
            ("snake_case", 0x40c4ddad30a03998, 0x8282eac74d635ddd),
            ("internationalisation", 0x7cdb5726d01dc193, 0x2e9011cce188cfef),
            ("été", 0xee42883379f25248, 0xbf39b7793ecf94b1),
            ("中", 0x8f37972eaa5b9d62, 0xa5790f6fb8993137),
        ];
        for (word, hash, stem) in golden {
            let found = hash_word(word);
            assert_eq!((found.word, found.stem), (hash, stem), "{word}: {found:#x?}");
        }
    }
}
