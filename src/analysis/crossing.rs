//! Keys by which an article and its translation are found: names by their [`skeleton`]s, and figures,
//! whatever the language.
//!
//! A quick look at the text as it is: what it takes for a name need not be one (German nouns, titles), since
//! many keys are compared, and pairs are judged on the texts afterwards.

use xxhash_rust::xxh3::xxh3_64;

use super::skeleton::skeleton;
use crate::sketch::sample::key32;
use crate::stretch::stretch;

/// Keys kept of a text, those of the smallest hashes: both texts of a pair keep the same.
pub const KEYS_MAX: usize = 128;

/// A name has so many letters, a figure so many digits.
const LETTERS_MIN: usize = 3;
const DIGITS_MIN: usize = 2;
/// Longer numbers are no figures.
const DIGITS_MAX: usize = 18;

/// Keys of the names and figures of a text, distinct, ascending.
pub fn keys(text: &str) -> Vec<u32> {
    let mut keys = Vec::new();
    let words = LetterRuns { text, at: 0 };
    let mut gap_start = 0;
    let mut figure = String::new();
    for (start, end) in words {
        let (word, gap) = (stretch(text, start..end), stretch(text, gap_start..start));
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            // "1,250,000", "1.250.000" and "1 250 000" are one figure
            let is_group = word.len() == 3 && !figure.is_empty() && is_group_mark(gap);
            if !is_group {
                keys.extend(figure_key(&figure));
                figure.clear();
            }
            figure.push_str(word);
        } else {
            keys.extend(figure_key(&figure));
            figure.clear();
            if is_capital(word) && gap_start > 0 && !opens_sentence(gap) {
                keys.extend(skeleton(word).map(|packed| key32(xxh3_64(&packed.to_le_bytes()))));
            }
        }
        gap_start = end;
    }
    keys.extend(figure_key(&figure));
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(KEYS_MAX);
    keys
}

fn figure_key(digits: &str) -> Option<u32> {
    (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()).then(|| key32(xxh3_64(digits.as_bytes())))
}

fn is_group_mark(gap: &str) -> bool {
    matches!(gap, "," | "." | "'" | "\u{a0}" | "\u{202f}" | "’")
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase) && word.chars().nth(LETTERS_MIN - 1).is_some()
}

/// Whether what stands before a word lets any word have a capital.
fn opens_sentence(gap: &str) -> bool {
    gap.contains(['.', '!', '?', ':', '\n', '"', '“', '„', '«', '»', '‘'])
}

/// Letters and digits in a row, by their bytes.
struct LetterRuns<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for LetterRuns<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let rest = stretch(self.text, self.at..);
        let start = self.at + rest.find(char::is_alphanumeric)?;
        let word = stretch(self.text, start..);
        let end = start + word.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(word.len());
        self.at = end;
        Some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shingle::count_in_both;

    #[test]
    fn names_and_figures_cross() {
        let english = keys(
            "The mayor Ivan Kovalenko told Nordhavn on 14 March that 1,250,000 crowns were spent since 1998.",
        );
        let german = keys(
            "Der Bürgermeister Iwan Kowalenko sagte Nordhavn am 14. März, 1.250.000 Kronen seien seit 1998 weg.",
        );
        let russian = keys("Мэр Иван Коваленко сказал, что с 1998 года в Нордхавн ушло 1 250 000 крон.");
        assert!(count_in_both(&english, &german) >= 5, "{english:?} {german:?}");
        assert!(count_in_both(&english, &russian) >= 3, "{english:?} {russian:?}");
    }

    #[test]
    fn first_words_and_small_words_have_no_key() {
        assert!(keys("Nobody knew. Therefore they went. Yes: Perhaps later, at 7.").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_has_few_keys_in_order(text in "\\PC*") {
            let found = keys(&text);
            prop_assert!(found.len() <= KEYS_MAX && found.is_sorted_by(|one, other| one < other));
        }
    }
}
