//! Keys by which an article and its translation are found: names by their [`skeleton`]s, and figures,
//! whatever the language.
//!
//! A quick look at the text as it is: what it takes for a name need not be one (German nouns, titles), since
//! many keys are compared, and pairs are judged on the texts afterwards.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use super::skeleton::skeleton;
use crate::fold::latin_digit;
use crate::normalise::written;
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
    let text = &*written(text);
    let mut keys = Vec::new();
    let (mut figure, mut figure_end) = (String::new(), 0);
    for LetterRun { gap_start, start, end } in (LetterRuns { text, at: 0 }) {
        let (word, gap) = (stretch(text, start..end), stretch(text, gap_start..start));
        if let Some(digits) = digits(word) {
            // "1,250,000", "1.250.000" and "1 250 000" are one figure
            let is_group =
                digits.len() == 3 && !figure.is_empty() && figure_end == gap_start && is_group_mark(gap);
            if !is_group {
                keys.extend(figure_key(&figure));
                figure.clear();
            }
            figure.push_str(&digits);
            figure_end = end;
        } else if is_capital(word) && gap_start > 0 && !opens_sentence(gap) {
            keys.extend(skeleton(word).map(|packed| key32(xxh3_64(&packed.to_le_bytes()))));
        }
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

/// A word of nothing but digits, in those of ASCII.
fn digits(word: &str) -> Option<Cow<'_, str>> {
    if word.is_ascii() {
        return word.bytes().all(|byte| byte.is_ascii_digit()).then_some(Cow::Borrowed(word));
    }
    word.chars()
        .map(|c| latin_digit(c).or(c.is_ascii_digit().then_some(c)))
        .collect::<Option<_>>()
        .map(Cow::Owned)
}

fn is_group_mark(gap: &str) -> bool {
    matches!(gap, "," | "." | "'" | "\u{a0}" | "\u{202f}" | "\u{66c}" | "’")
}

fn is_capital(word: &str) -> bool {
    if word.is_ascii() {
        return word.len() >= LETTERS_MIN && word.starts_with(|first: char| first.is_ascii_uppercase());
    }
    word.chars().next().is_some_and(char::is_uppercase) && word.chars().nth(LETTERS_MIN - 1).is_some()
}

/// Whether what stands before a word lets any word have a capital.
fn opens_sentence(gap: &str) -> bool {
    gap != " " && gap.contains(['.', '!', '?', ':', '\n', '"', '“', '„', '«', '»', '‘'])
}

/// Letters and digits in a row, by their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LetterRun {
    /// Where the run before it ends; 0 where there is none.
    gap_start: usize,
    start: usize,
    end: usize,
}

/// The runs of a text that may be names or figures: all but those that begin with a small letter of ASCII.
struct LetterRuns<'a> {
    text: &'a str,
    at: usize,
}

/// Small letters of ASCII, and what separates; most bytes are.
const PASSED_OVER: [bool; 256] = {
    let mut passed_over = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        passed_over[byte as usize] = !byte.is_ascii_uppercase() && !byte.is_ascii_digit();
        byte += 1;
    }
    passed_over
};

impl Iterator for LetterRuns<'_> {
    type Item = LetterRun;

    fn next(&mut self) -> Option<LetterRun> {
        let bytes = self.text.as_bytes();
        loop {
            let passed_over = |byte: &&u8| PASSED_OVER[**byte as usize];
            let start = self.at + bytes.get(self.at..)?.iter().take_while(passed_over).count();
            let letter = stretch(self.text, start..).chars().next()?;
            self.at = start + letter.len_utf8();
            if !letter.is_alphanumeric() {
                continue;
            }
            let gap_start = self.last_end(start);
            if gap_start == start && start > 0 {
                continue;
            }
            let end = self.end(start);
            self.at = end;
            return Some(LetterRun { gap_start, start, end });
        }
    }
}

impl LetterRuns<'_> {
    /// Where the last run before a place ends; 0 where there is none.
    fn last_end(&self, place: usize) -> usize {
        let before = self.text.as_bytes().get(..place).unwrap_or_default();
        let gap = before.iter().rev().take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
        let end = place - gap.count();
        match before.get(..end).and_then(<[u8]>::last) {
            None => 0,
            Some(last) if last.is_ascii() => end,
            Some(_) => {
                let before = stretch(self.text, ..end);
                let last = before.rfind(char::is_alphanumeric);
                last.map_or(0, |last| last + stretch(before, last..).chars().next().map_or(1, char::len_utf8))
            }
        }
    }

    /// Where the run that begins or goes on at a place ends.
    fn end(&self, place: usize) -> usize {
        let from = self.text.as_bytes().get(place..).unwrap_or_default();
        let plain = place + from.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        match self.text.as_bytes().get(plain) {
            Some(next) if !next.is_ascii() => {
                let rest = stretch(self.text, plain..);
                plain + rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len())
            }
            _ => plain,
        }
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
        let in_digits_of = |zero: u32| {
            let digit = |c: char| c.to_digit(10).and_then(|value| char::from_u32(zero + value)).unwrap_or(c);
            keys(&"14 1,250,000 1998".chars().map(digit).collect::<String>())
        };
        assert_eq!(in_digits_of(0x660), in_digits_of('0' as u32));
        assert_eq!(in_digits_of(0x966), in_digits_of('0' as u32));
    }

    #[test]
    fn first_words_and_small_words_have_no_key() {
        assert!(keys("Nobody knew. Therefore they went. Yes: Perhaps later, at 7.").is_empty());
    }

    proptest! {
        #[test]
        fn runs_are_letters_and_digits_in_a_row(text in "([a-zA-Z0-9_ .éÉ—’市\u{301}½]|\\PC){0,40}") {
            let (mut expected, mut gap_start, mut at) = (Vec::new(), 0, 0);
            while let Some(start) = text[at..].find(char::is_alphanumeric).map(|place| at + place) {
                let rest = &text[start..];
                let end = start + rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
                if !rest.starts_with(|letter: char| letter.is_ascii_lowercase()) {
                    expected.push(LetterRun { gap_start, start, end });
                }
                (gap_start, at) = (end, end);
            }
            prop_assert_eq!(LetterRuns { text: &text, at: 0 }.collect::<Vec<_>>(), expected);
        }

        #[test]
        fn any_text_has_few_keys_in_order(text in "\\PC*") {
            let found = keys(&text);
            prop_assert!(found.len() <= KEYS_MAX && found.is_sorted_by(|one, other| one < other));
        }
    }
}
