//! Word hashes: the words of [`super::for_each_word`], found and hashed without writing them out.
//!
//! Text that is ASCII, with or without the punctuation of print (curly quotes, dashes, no-break spaces), goes
//! 64 bytes at a time: a vectorised classifier gives one bit a byte, the places where ones begin and end are
//! written down for some hundred words, and then each word of up to 16 bytes is lower-cased in two registers
//! and hashed by one wide multiplication. Two loops that know their length are faster than one that guesses
//! where each word ends. Letters beyond ASCII go character by character through the class table; what NFKC
//! would change goes through [`for_each_in`].

use std::hash::Hasher;

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

use super::blocks::{self, BlockBits};
use super::class::{CharacterClass, WordClass};
use super::look_alikes::TextAlphabets;
use super::run::WordRun;
use super::{Word, for_each_in};
use crate::normalise::view;

use crate::stretch::stretch;

/// Names this way of hashing words; another one is another recipe.
pub const WORD_HASH: &str = "retold-word-5";

/// Keys of the multiplication: digits of pi. The byte 0xff, which no UTF-8 holds, keeps a factor from zero.
const WORD_SEED: [u64; 2] = [0xff3f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345];
const STEM_SEED: [u64; 2] = [0xffa4_0938_2229_9f31, 0xd008_2efa_98ec_4e6d];
/// Letters of a word that its stem keeps.
const STEM_CHARACTERS: usize = 6;
/// A syllable of Hangul counts for so many of them: what stands behind two of them is mostly a particle or an
/// ending.
const HANGUL_LETTERS: usize = 3;
const STEM_MASK: u64 = (1 << (8 * STEM_CHARACTERS)) - 1;
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

/// A word as the stages compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordHash {
    /// Hash of the folded word.
    pub word: u64,
    /// Hash of the first six letters: inflected forms share it.
    pub stem: u64,
    /// Length of the folded word in bytes.
    pub length_bytes: u32,
    /// A character of a script without spaces.
    pub is_ideograph: bool,
}

/// Visits the hash of each word of `text`, in order: the words of [`super::for_each_word`].
pub fn word_hashes(text: &str, visit: impl FnMut(WordHash)) {
    let written = view::written(text);
    let text = written.as_deref().unwrap_or(text);
    let alphabets = TextAlphabets::of(text);
    if alphabets.disguises_in_latin() {
        return find_words(text, &alphabets, blocks::classify, |word| hash_foreign(word, &alphabets), visit);
    }
    #[cfg(target_arch = "x86_64")]
    if crate::processor::has_wide_registers() {
        // SAFETY: the processor has what the function is compiled for. Measured: in a sixth less time.
        return unsafe { word_hashes_in_wide_registers(text, &alphabets, visit) };
    }
    find_words(text, &alphabets, blocks::classify, hash_ascii, visit);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn word_hashes_in_wide_registers(text: &str, alphabets: &TextAlphabets<'_>, visit: impl FnMut(WordHash)) {
    find_words(text, alphabets, |block| blocks::classify_in_wide_registers(block), hash_ascii, visit);
}

/// Of an ASCII word in a text of another script, where it may be disguised.
fn hash_foreign(word: AsciiWord<'_>, alphabets: &TextAlphabets<'_>) -> WordHash {
    let mut hash = None;
    let letters = &word.area[usize::from(word.start)..usize::from(word.end)];
    if let Ok(letters) = std::str::from_utf8(letters) {
        for_each_in(letters, alphabets, |word| hash = Some(hash_word(word.folded)));
    }
    hash.unwrap_or_else(|| hash_ascii(word))
}

/// Bytes that are looked at together: their places fit in a byte.
const STRETCH: usize = 256;
/// With what may be read behind a word that begins at the very end.
const AREA: usize = STRETCH + 16;

/// A word of ASCII letters whose ends the classifier found.
#[derive(Clone, Copy)]
struct AsciiWord<'a> {
    area: &'a [u8; AREA],
    start: u8,
    end: u8,
}

#[inline(always)]
fn find_words(
    text: &str,
    alphabets: &TextAlphabets<'_>,
    classify: impl Fn(&[u8; 64]) -> BlockBits,
    hash: impl Fn(AsciiWord<'_>) -> WordHash,
    mut visit: impl FnMut(WordHash),
) {
    let bytes = text.as_bytes();
    let mut mixed = MixedWords::default();
    // blanks, which are not looked at
    let mut padded = [b' '; AREA];
    let mut edges = Edges::default();
    let mut at = 0;
    // No word is under way at the beginning of a stretch.
    while at < bytes.len() {
        let rest = &bytes[at..];
        let area = rest.first_chunk().unwrap_or_else(|| {
            padded = [b' '; AREA];
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        let (mut length, mut is_mixed) = (0, false);
        edges.clear();
        while length <= STRETCH - 64 && length < rest.len() && !is_mixed {
            let Some(block) = area[length..].first_chunk() else { break };
            let bits = classify(block);
            let count;
            (count, is_mixed) = plain_prefix(text, at + length, bits.special);
            edges.push(length, bits.words, count);
            length += count;
        }
        edges.for_each_word(|start, end| visit(hash(AsciiWord { area, start, end })));
        let open = edges.open_word();
        if !is_mixed && open != Some(0) {
            at += open.unwrap_or(length);
            continue;
        }
        // A character that has to be looked at, or a word of hundreds of letters.
        at = mixed.find(text, at + open.unwrap_or(length), alphabets);
        // Not visited in there: a closure that is nowhere handed on keeps its state in registers.
        mixed.found.drain(..).for_each(&mut visit);
    }
}

/// Where words begin and end by turns, in a stretch.
struct Edges {
    places: [u8; STRETCH + 8],
    count: usize,
}

impl Default for Edges {
    fn default() -> Self {
        Edges { places: [0; STRETCH + 8], count: 0 }
    }
}

impl Edges {
    fn clear(&mut self) {
        self.count = 0;
    }

    /// Takes the first `count` bits of a block that lies at `at` in the stretch.
    ///
    /// Eight places at a time from a table, without a branch: what is written too much is written over.
    #[inline(always)]
    fn push(&mut self, at: usize, words: u64, count: usize) {
        let words = words & low_bits(count);
        let edges = (words ^ (words << 1 | (self.count & 1) as u64)) & low_bits(count);
        let mut base = at as u64 * EACH_BYTE;
        for eighth in 0..8 {
            let bits = (edges >> (8 * eighth)) as u8;
            let places = PLACES[usize::from(bits)] + base;
            if let Some(room) = self.places[self.count & (STRETCH - 1)..].first_chunk_mut() {
                *room = places.to_le_bytes();
            }
            self.count += bits.count_ones() as usize;
            base = base.wrapping_add(8 * EACH_BYTE);
        }
    }

    #[inline(always)]
    fn for_each_word(&self, mut visit: impl FnMut(u8, u8)) {
        self.places[..self.count.min(STRETCH)].chunks_exact(2).for_each(|word| visit(word[0], word[1]));
    }

    /// The beginning of a word that does not end in the stretch.
    fn open_word(&self) -> Option<usize> {
        (self.count % 2 == 1).then(|| usize::from(self.places[(self.count - 1) & (STRETCH - 1)]))
    }
}

const EACH_BYTE: u64 = 0x0101_0101_0101_0101;

/// Of each byte the numbers of its ones, a byte each, the first the lowest.
const PLACES: [u64; 256] = {
    let mut places = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                places[byte] |= bit << (8 * count);
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    places
};

/// Hash of a word as folded by [`super::for_each_word`].
pub fn hash_word(folded: &str) -> WordHash {
    let stem_end = stem_end(folded);
    WordHash {
        word: hash_key(folded, WORD_SEED),
        stem: hash_key(stretch(folded, ..stem_end), STEM_SEED),
        length_bytes: folded.len() as u32,
        is_ideograph: folded
            .chars()
            .next()
            .is_some_and(|c| CharacterClass::of(c).word() == WordClass::Ideograph),
    }
}

/// Where the stem of a folded word ends: a syllable of Hangul is a block of three letters or two.
fn stem_end(folded: &str) -> usize {
    let mut letters = 0;
    let mut places = folded.char_indices();
    let end = places.find(|&(_, c)| {
        let is_beyond = letters >= STEM_CHARACTERS;
        letters += if is_hangul(c) { HANGUL_LETTERS } else { 1 };
        is_beyond
    });
    end.map_or(folded.len(), |(at, _)| at)
}

fn is_hangul(c: char) -> bool {
    matches!(c, '가'..='힣')
}

fn hash_key(folded: &str, seed: [u64; 2]) -> u64 {
    // In registers the underscore is lower-cased with the letters; 0x7f is no word's byte otherwise.
    hash_bytes(folded.len(), folded.bytes().map(|byte| if byte == b'_' { 0x7f } else { byte }), seed)
}

fn hash_bytes(length: usize, key: impl Iterator<Item = u8>, seed: [u64; 2]) -> u64 {
    if length <= 16 {
        let mut short = [0; 16];
        short.iter_mut().zip(key).for_each(|(to, byte)| *to = byte);
        let whole = u128::from_le_bytes(short);
        hash_short(whole as u64, (whole >> 64) as u64, seed)
    } else if length <= 256 {
        let mut long = [0; 256];
        long.iter_mut().zip(key).for_each(|(to, byte)| *to = byte);
        xxh3_64_with_seed(&long[..length], seed[0])
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
fn hash_ascii(AsciiWord { area, start, end }: AsciiWord<'_>) -> WordHash {
    let length = usize::from(end.wrapping_sub(start));
    match area[usize::from(start)..].first_chunk::<16>() {
        Some(window) if length <= 16 => hash_window(window, length),
        _ => hash_long_ascii(&area[usize::from(start)..usize::from(end)]),
    }
}

/// Hash of the word of ASCII letters, digits and underscores that stands at `start..end` of a text, folded or
/// not: that of [`hash_word`] of the folded word.
pub fn hash_ascii_word(text: &[u8], start: usize, end: usize) -> WordHash {
    let length = end - start;
    match text[start..].first_chunk::<16>() {
        Some(window) if length <= 16 => hash_window(window, length),
        _ if length <= 16 => {
            let mut window = [0; 16];
            window[..length].copy_from_slice(&text[start..end]);
            hash_window(&window, length)
        }
        _ => hash_long_ascii(&text[start..end]),
    }
}

/// Of a word of up to 16 bytes and what stands behind it.
#[inline(always)]
fn hash_window(window: &[u8; 16], length: usize) -> WordHash {
    let (low, high) = window.split_at(8);
    let low = (little_endian(low) | LOWER_CASE) & LOW_MASKS[length];
    let high = (little_endian(high) | LOWER_CASE) & HIGH_MASKS[length];
    WordHash {
        word: hash_short(low, high, WORD_SEED),
        stem: hash_short(low & STEM_MASK, 0, STEM_SEED),
        length_bytes: length as u32,
        is_ideograph: false,
    }
}

#[cold]
#[inline(never)]
fn hash_long_ascii(word: &[u8]) -> WordHash {
    // As in registers.
    let key =
        || word.iter().map(|byte| byte | 0x20).map(|byte| if byte == b'_' | 0x20 { 0x7f } else { byte });
    WordHash {
        word: hash_bytes(word.len(), key(), WORD_SEED),
        stem: hash_bytes(STEM_CHARACTERS.min(word.len()), key().take(STEM_CHARACTERS), STEM_SEED),
        length_bytes: word.len() as u32,
        is_ideograph: false,
    }
}

#[inline(always)]
fn little_endian(eight: &[u8]) -> u64 {
    eight.try_into().map_or(0, u64::from_le_bytes)
}

/// Which of the first eight bytes belong to a word of each length, and which of the next eight.
///
/// Two tables: from one of pairs the compiler makes a vector of them, which has to be taken apart again.
const LOW_MASKS: [u64; 17] = masks(0);
const HIGH_MASKS: [u64; 17] = masks(64);

const fn masks(shift: u32) -> [u64; 17] {
    let mut masks = [0; 17];
    let mut length = 0;
    while length <= 16 {
        let whole: u128 = if length == 16 { u128::MAX } else { (1 << (8 * length)) - 1 };
        masks[length] = (whole >> shift) as u64;
        length += 1;
    }
    masks
}

/// The lowest `count` bits, `count` up to 64.
fn low_bits(count: usize) -> u64 {
    if count == 64 { u64::MAX } else { (1 << count) - 1 }
}

/// How much of the block at `at` can be taken by its bits: ASCII, and characters that only separate. Ends on
/// a character boundary; true where a character follows that has to be looked at.
#[inline(always)]
fn plain_prefix(text: &str, at: usize, mut special_bits: u64) -> (usize, bool) {
    while special_bits != 0 {
        let first = special_bits.trailing_zeros() as usize;
        if text.as_bytes()[at + first] == b'_' && is_inside_word(text.as_bytes(), at + first) {
            special_bits &= special_bits - 1;
            continue;
        }
        let Some(end) = plain_separator_end(text, at + first).map(|end| end - at) else {
            return (first, true);
        };
        if end >= 64 {
            // A character that lies across the block's end belongs to the next block, unless it ends here.
            return (if end == 64 { 64 } else { first }, false);
        }
        special_bits &= !low_bits(end);
    }
    (64, false)
}

/// Whether ASCII letters or digits stand on both sides.
fn is_inside_word(bytes: &[u8], at: usize) -> bool {
    let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    is_letter(at.wrapping_sub(1)) && is_letter(at + 1)
}

/// Where the character there ends, if it only separates.
#[inline(always)]
fn plain_separator_end(text: &str, at: usize) -> Option<usize> {
    // Quotes and dashes of print (U+2010 to U+2027), without decoding.
    if let Some([0xe2, 0x80, 0x90..=0xa7]) = text.as_bytes().get(at..at + 3) {
        return Some(at + 3);
    }
    let c = stretch(text, at..).chars().next()?;
    is_plain_separator(c).then(|| at + c.len_utf8())
}

/// Whether a character beyond ASCII only separates words, whatever stands around it.
#[inline(always)]
pub(in crate::normalise) fn is_plain_separator(c: char) -> bool {
    // Quotes and dashes of print, without touching the table.
    matches!(c, '\u{2010}'..='\u{2027}') || CharacterClass::of(c).is_plain_separator()
}

/// Words that are found character by character.
#[derive(Default)]
struct MixedWords {
    found: Vec<WordHash>,
    run: WordRun,
}

impl MixedWords {
    /// Finds words from `start`, where a word begins, until ASCII follows a separator. Returns where it
    /// stopped, on a boundary between words.
    #[inline(never)]
    fn find(&mut self, text: &str, start: usize, alphabets: &TextAlphabets<'_>) -> usize {
        let MixedWords { found, run } = self;
        let mut visit = |word: Word<'_>| found.push(hash_word(word.folded));
        let mut word_start = start;
        let mut follows_mark = false;
        for (offset, c) in stretch(text, start..).char_indices() {
            let class = CharacterClass::of(c);
            let (at, is_reordered) = (start + offset, class.is_reordered());
            if class.is_complex() || is_reordered && follows_mark {
                let end = end_of_run(text, at);
                run.abandon();
                for_each_in(stretch(text, word_start..end), alphabets, visit);
                return end;
            }
            follows_mark = is_reordered;
            let (after, was_in_word) = (at + c.len_utf8(), run.start().is_some());
            run.take(c, at..after, alphabets, &mut visit);
            match run.start() {
                Some(start) => word_start = start,
                // a mark without a letter may be joined to what follows
                None if class.word() == WordClass::Continuation && !was_in_word => {}
                None => word_start = after,
            }
            let is_separator = class.word() == WordClass::Separator;
            if is_separator && text.as_bytes().get(after).is_none_or(u8::is_ascii) {
                return after;
            }
        }
        run.end(alphabets, &mut visit);
        text.len()
    }
}

/// The next character from `at` on that separates whatever stands around it.
fn end_of_run(text: &str, at: usize) -> usize {
    let mut places = stretch(text, at..).char_indices();
    places.find(|&(_, c)| CharacterClass::of(c).is_plain_separator()).map_or(text.len(), |(i, _)| at + i)
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
        super::super::for_each_word(text, |_, word| hashes.push(hash_word(word)));
        hashes
    }

    /// Text of the kinds that change between the paths, in runs long enough to lie across blocks.
    fn texts() -> impl Strategy<Value = String> {
        let run = prop_oneof![
            "[a-zA-Z0-9_]{0,20}",
            "[ .,;'\"-]{1,3}",
            "[“”‘’—–… \u{a0}\u{200b}]{1,2}",
            "[éÉßΣςσжЖəİŉ]{1,4}",
            "[_а-яοαһᎪɑaocpe]{1,6}",
            "[\u{ad}\u{200b}\u{feff}\u{336}\u{20e3}\u{640}\u{64b}אּ]{1,2}",
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
    fn words_of_hangul_share_a_stem_whatever_particle_is_on_them() {
        let stem = |word: &str| hash_word(word).stem;
        assert!(["정부", "정부는", "정부가", "정부에서도"].iter().all(|word| stem(word) == stem("정부")));
        assert_ne!(stem("정부는"), stem("정치는"));
        assert_ne!(stem("정"), stem("정부"));
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
            ("정부는", 0x6699db6996a079c7, 0x39243d5978226c3b),
        ];
        for (word, hash, stem) in golden {
            let found = hash_word(word);
            assert_eq!((found.word, found.stem), (hash, stem), "{word}: {found:#x?}");
        }
    }
}
