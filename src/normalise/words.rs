//! The definition of a word, on which shingles, Jaccard and containment rest.
//!
//! A word is a maximal run of word characters (Unicode `\w`, UTS #18 annex C: Alphabetic, Mark, Decimal_Number,
//! Connector_Punctuation, Join_Control; and the other numbers) in the text after NFKC, quote folding and lower
//! case, with these edges made explicit:
//!
//! - A run begins with a letter, a digit or connector punctuation. Marks and joiners only continue one: the
//!   variation selector after an emoji and a lone zero-width joiner are no words.
//! - In scripts written without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar) each character,
//!   with the marks on it, is a word of its own.
//! - The modifier letters that are used as quotation marks (U+02BC in "donʼt") separate, as `'` and `’` do.
//! - Lower case is taken character by character; final sigma is folded to sigma, so that case never tells two
//!   words apart.

mod blocks;
mod class;
mod hash;
mod table;

use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

pub use class::UNICODE_VERSION;
use class::{CharacterClass, WordClass};

use crate::stretch::stretch;
pub(super) use hash::is_plain_separator;
pub use hash::{WORD_HASH, WordHash, hash_ascii_word, hash_word, word_hashes};

/// Visits the words of `text` in order: the bytes of `text` that the word came from, and the word as folded.
///
/// Ranges are non-empty, in order, and lie on character boundaries. Two words may share bytes where one
/// character stands for several words (`½` is "1" and "2").
pub fn for_each_word(text: &str, mut visit: impl FnMut(Range<usize>, &str)) {
    let mut run = Run::default();
    let mut at = 0;
    while at < text.len() {
        let end = segment_end(text, at);
        let segment = stretch(text, at..end);
        match segment.as_bytes() {
            [byte] => run.push(byte.to_ascii_lowercase() as char, at..end, &mut visit),
            _ => {
                for normal in segment.nfkc() {
                    fold(normal, |folded| run.push(folded, at..end, &mut visit));
                }
            }
        }
        at = end;
    }
    run.end(&mut visit);
}

/// The word under way.
#[derive(Default)]
struct Run {
    folded: String,
    bytes: Range<usize>,
    is_ideograph: bool,
}

impl Run {
    fn push(&mut self, folded: char, bytes: Range<usize>, visit: &mut impl FnMut(Range<usize>, &str)) {
        let class = CharacterClass::of(folded).word();
        match class {
            WordClass::Separator => return self.end(visit),
            WordClass::Continuation if self.folded.is_empty() => return,
            WordClass::Continuation => {}
            WordClass::Letter if !self.is_ideograph => {}
            WordClass::Letter | WordClass::Ideograph => self.end(visit),
        }
        if self.folded.is_empty() {
            self.bytes.start = bytes.start;
            self.is_ideograph = class == WordClass::Ideograph;
        }
        self.bytes.end = bytes.end;
        self.folded.push(folded);
    }

    fn end(&mut self, visit: &mut impl FnMut(Range<usize>, &str)) {
        if !self.folded.is_empty() {
            visit(self.bytes.clone(), &self.folded);
            self.folded.clear();
        }
        self.is_ideograph = false;
    }
}

/// Where the normalisation segment that begins at `at` ends: NFKC never looks across such a place.
fn segment_end(text: &str, at: usize) -> usize {
    let mut places = stretch(text, at..).char_indices().skip(1);
    places.find(|&(_, c)| begins_segment(c)).map_or(text.len(), |(offset, _)| at + offset)
}

/// Whether `c` neither joins nor reorders with what stands before it (UAX #15, section 9).
fn begins_segment(c: char) -> bool {
    if c < '\u{300}' {
        return true;
    }
    let mut first = None;
    decompose_compatible(c, |part| {
        first.get_or_insert(part);
    });
    let first = first.unwrap_or(c);
    canonical_combining_class(first) == 0 && is_nfkc_quick(std::iter::once(first)) == IsNormalized::Yes
}

/// Folds one character of NFKC text: quotes, then lower case.
fn fold(c: char, mut push: impl FnMut(char)) {
    match c {
        '\u{2b9}'..='\u{2bd}' | '\u{2c8}' | '\u{2ee}' => push('\''),
        'Σ' | 'ς' => push('σ'),
        _ => c.to_lowercase().for_each(push),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(Range<usize>, String)> {
        let mut words = Vec::new();
        for_each_word(text, |bytes, word| words.push((bytes, word.to_owned())));
        words
    }

    /// Each word with the text it came from.
    fn cut(text: &str) -> Vec<(String, String)> {
        words(text).into_iter().map(|(bytes, word)| (text[bytes].to_owned(), word)).collect()
    }

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn ascii_words_are_runs_of_letters_digits_and_underscores() {
        assert_eq!(
            folded("The U.S. won't pay $1,200 for snake_case."),
            ["the", "u", "s", "won", "t", "pay", "1", "200", "for", "snake_case"]
        );
        assert!(folded("").is_empty());
        assert!(folded(" -- ... \u{200b}\u{feff}\u{200d}\u{fe0f}").is_empty());
    }

    #[test]
    fn quotes_and_modifier_apostrophes_separate_alike() {
        for text in ["don't", "don’t", "don\u{2bc}t", "don\u{ff07}t"] {
            assert_eq!(folded(text), ["don", "t"], "{text}");
        }
    }

    #[test]
    fn ranges_name_the_bytes_before_normalisation() {
        assert_eq!(
            cut("x ﬁnal ＡＢ１ Brand™ e\u{301}te\u{301}, ½ ok"),
            [
                ("x".into(), "x".into()),
                ("ﬁnal".into(), "final".into()),
                ("ＡＢ１".into(), "ab1".into()),
                ("Brand™".into(), "brandtm".into()),
                ("e\u{301}te\u{301}".into(), "été".into()),
                ("½".into(), "1".into()),
                ("½".into(), "2".into()),
                ("ok".into(), "ok".into()),
            ]
        );
    }

    #[test]
    fn scripts_without_spaces_give_a_word_a_character() {
        assert_eq!(folded("AI技術のテーマ"), ["ai", "技", "術", "の", "テ", "ー", "マ"]);
        assert_eq!(folded("ที่นี่"), ["ที\u{e48}", "นี\u{e48}"]);
        assert_eq!(cut("ｶﾞ"), [("ｶﾞ".into(), "ガ".into())]);
    }

    #[test]
    fn case_never_tells_words_apart() {
        assert_eq!(folded("ΛΟΓΟΣ"), folded("λογος"));
        assert_eq!(folded("STRASSE ÉCOLE"), ["strasse", "école"]);
        assert_eq!(folded("İzmir"), ["i\u{307}zmir"]);
    }

    #[test]
    fn hangul_jamo_compose_across_characters() {
        assert_eq!(cut("\u{1112}\u{1161}\u{11ab}글"), [("\u{1112}\u{1161}\u{11ab}글".into(), "한글".into())]);
    }

    #[test]
    fn an_emoji_is_no_word_and_neither_is_what_hangs_on_it() {
        assert_eq!(folded("I ❤️ it 👨\u{200d}👩"), ["i", "it"]);
    }
}
