//! The definition of a word, on which shingles, Jaccard and containment rest.
//!
//! A word is a maximal run of word characters (Unicode `\w`, UTS #18 annex C: Alphabetic, Mark,
//! Decimal_Number, Connector_Punctuation, Join_Control; and the other numbers) in the text after removal of
//! what is invisible or only decorates (see `invisible.rs`), NFKC, folding of look-alikes (see
//! `look_alikes.rs`), quote folding and lower case, with these edges made explicit:
//!
//! - A run begins with a letter or a digit. Marks only continue one: a lone one is no word.
//! - Connector punctuation is a word's only between two of its letters, one at a time: `snake_case` is a
//!   word, and underscores around one are emphasis.
//! - In scripts written without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar) each character,
//!   with the marks on it, is a word of its own; their digits are not.
//! - The modifier letters that are used as quotation marks (U+02BC in "donʼt") separate, as `'` and `’` do.
//! - Lower case is taken character by character; final sigma is folded to sigma, so that case never tells two
//!   words apart.
//! - Of a text that was left as a mail or a program carried it, was read in a wrong encoding, or has its letters
//!   set apart (see [`super::view`]), the words are those that were written.
//! - Points, vowel marks and variant letters of Hebrew and Arabic are folded (see `crate::fold`): print mostly
//!   leaves them out.
//! - Digits of other scripts are those of ASCII: a figure is one word in all of them.

mod blocks;
mod class;
mod hash;
mod invisible;
mod look_alike_table;
mod look_alikes;
mod run;
mod table;

use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

pub use class::UNICODE_VERSION;
pub(super) use hash::is_plain_separator;
pub use hash::{WORD_HASH, WordHash, hash_ascii_word, hash_word, word_hashes};
use invisible::is_invisible;
pub(super) use invisible::is_unseen_byte;
pub(super) use look_alikes::TextAlphabets;
pub(super) use run::Word;
use run::WordRun;

use super::view;
use crate::stretch::stretch;

/// Visits the words of `text` in order: the bytes of `text` that the word came from, and the word as folded.
///
/// Ranges are non-empty, in order, and lie on character boundaries. Two words may share bytes where one
/// character stands for several words (`½` is "1" and "2").
pub fn for_each_word(text: &str, mut visit: impl FnMut(Range<usize>, &str)) {
    let written = view::written(text);
    let text = written.as_deref().unwrap_or(text);
    for_each_in(text, &TextAlphabets::of(text), |word| visit(word.bytes, word.folded));
}

/// Visits the words of a part of the text that `alphabets` are of, as [`for_each_word`].
pub(super) fn for_each_in(text: &str, alphabets: &TextAlphabets<'_>, mut visit: impl FnMut(Word<'_>)) {
    let mut run = WordRun::default();
    let mut at = 0;
    while at < text.len() {
        let end = segment_end(text, at);
        let segment = stretch(text, at..end);
        match segment.as_bytes() {
            [byte] if is_unseen_byte(*byte) => {}
            [byte] => run.take(*byte as char, at..end, alphabets, &mut visit),
            _ => {
                let bytes = at..at + segment.trim_end_matches(is_invisible).len();
                for normal in segment.chars().filter(|c| !is_invisible(*c)).nfkc() {
                    run.take(normal, bytes.clone(), alphabets, &mut visit);
                }
            }
        }
        at = end;
    }
    run.end(alphabets, &mut visit);
}

/// Where the normalisation segment that begins at `at` ends: NFKC never looks across such a place.
fn segment_end(text: &str, at: usize) -> usize {
    let mut places = stretch(text, at..).char_indices().skip(1);
    places.find(|&(_, c)| begins_segment(c)).map_or(text.len(), |(offset, _)| at + offset)
}

/// Whether `c` neither joins nor reorders with what stands before it (UAX #15, section 9), and is seen.
fn begins_segment(c: char) -> bool {
    if is_invisible(c) {
        return false;
    }
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
    fn what_is_invisible_or_decorates_is_no_part_of_a_word() {
        for text in [
            "bri\u{ad}dge",
            "b\u{200b}r\u{200c}i\u{200d}d\u{feff}g\u{200e}e",
            "\u{202e}bridge\u{202c}",
            "b\u{336}r\u{336}idge\u{20dd}",
            "bridge\u{fe0f}",
            "bri\u{e0064}dge",
            "\u{0}b\u{0}ri\u{2}dg\u{7f}e\u{1b}",
            "b\u{9f}r\u{fffc}idge\u{fffb}\u{80}",
        ] {
            assert_eq!(folded(text), ["bridge"], "{text:?}");
        }
        assert_eq!(folded("e\u{200b}\u{301}te\u{ad}\u{301}"), ["été"]);
        assert_eq!(
            cut("a\u{ad}b\u{200b} c\u{336}"),
            [("a\u{ad}b".into(), "ab".into()), ("c".into(), "c".into())]
        );
        assert_eq!(folded("می\u{200c}خواهم क्\u{200d}ष"), folded("میخواهم क्ष"));
    }

    #[test]
    fn underscores_around_a_word_are_emphasis() {
        assert_eq!(
            folded("_so_ __very__ snake_case a__b _ _1_ é_"),
            ["so", "very", "snake_case", "a", "b", "1", "é"]
        );
        assert_eq!(cut("(_so_)"), [("so".into(), "so".into())]);
    }

    #[test]
    fn points_and_variant_letters_are_folded() {
        assert_eq!(folded("قَالَ الرَّئيسُ"), folded("قال الرئيس"));
        assert_eq!(folded("الـــرئيس أن إلى مدينة"), folded("الرئيس ان الي مدينه"));
        assert_eq!(folded("שָׁלוֹם"), folded("שלום"));
        assert_eq!(cut("قَا")[0].0, "قَا");
    }

    fn disguised(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        for_each_in(text, &TextAlphabets::of(text), |word| {
            if word.is_disguised {
                words.push(word.folded.to_owned());
            }
        });
        words
    }

    #[test]
    fn look_alikes_are_read_in_the_script_of_their_text() {
        let english = "The mayor closed the bridge on Sunday, and everybody had to take a ferry.";
        let with = |text: &str| text.replace('o', "о").replace('a', "а").replace('T', "Т").replace('e', "е");
        assert_eq!(folded(&with(english)), folded(english));
        assert!(disguised(&with(english)).contains(&"a".to_owned()));
        let russian = "Мэр города закрыл мост, а паромы ходят с утра.";
        assert_eq!(folded(&russian.replace('о', "o").replace('а', "a").replace('с', "c")), folded(russian));
        let greek = "Ο δήμαρχος έκλεισε τη γέφυρα την Κυριακή.";
        assert_eq!(folded(&greek.replace('ο', "o").replace('Κ', "K")), folded(greek));
        let cherokee = "TᎻe bridge ᏟLOSED on Sunday";
        assert_eq!(folded(cherokee), ["the", "bridge", "closed", "on", "sunday"]);
    }

    #[test]
    fn words_of_one_script_stay_in_a_text_that_is_written_in_it() {
        for text in [
            "Мэр города закрыл мост, а паромы ходят с утра.",
            "She wrote: «рост а не сор», which means growth and not litter, and «мост».",
            "Ο δήμαρχος του Πειραιά είπε όχι στην BBC και στη CNN.",
            "Мост закрыт, сообщает BBC News, а паромы ходят.",
            "The α variant was named after the β and γ ones: δέλτα. 10 μm, Δt.",
        ] {
            assert!(disguised(text).is_empty(), "{text}: {:?}", disguised(text));
        }
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
