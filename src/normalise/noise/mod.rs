//! How noisy a text is: how many of its words were misread by a machine.
//!
//! Misread words hold runs of letters that the language has not. Of the words of clean news 3 in 1,000 do, of
//! words with a letter or two exchanged about half: the share of such words tells the share of misread ones.

use std::sync::LazyLock;

use crate::normalise::text::{Text, TokenFlags};

/// Runs of three letters that English print has, `^` for a word's start and `$` for its end: two letters,
/// then all that may follow.
const ENGLISH: &str = include_str!("english.txt");

/// Letters and the two ends of a word.
const SYMBOLS: usize = 28;
const START: usize = 26;
const END: usize = 27;

/// Shorter words have no runs that tell.
const WORD_MIN_LETTERS: usize = 3;

/// Texts with fewer words that tell are not estimated.
const WORDS_MIN: usize = 40;

/// Share of words with a strange run in clean text.
const CLEAN_SHARE: f64 = 0.003;

/// Misread words to those of them that hold a strange run.
const MISREAD_TO_STRANGE: f64 = 1.9;

/// Of each two symbols those that may follow, a bit each.
static KNOWN: LazyLock<[u32; SYMBOLS * SYMBOLS]> = LazyLock::new(|| {
    let mut known = [0; SYMBOLS * SYMBOLS];
    for line in ENGLISH.lines() {
        let Some((first_two, thirds)) = line.split_once(' ') else { continue };
        let first_two: Vec<usize> = first_two.bytes().filter_map(symbol).collect();
        let [one, two] = first_two[..] else { continue };
        thirds.bytes().filter_map(symbol).for_each(|third| known[one * SYMBOLS + two] |= 1 << third);
    }
    known
});

fn symbol(byte: u8) -> Option<usize> {
    match byte {
        b'^' => Some(START),
        b'$' => Some(END),
        b'a'..=b'z' => Some(usize::from(byte - b'a')),
        _ => None,
    }
}

/// Whether a word of small Latin letters holds a run that English has not; `None` for other words.
pub fn is_strange(word: &str) -> Option<bool> {
    if word.len() < WORD_MIN_LETTERS {
        return None;
    }
    let known = &*KNOWN;
    let letter = |byte: &u8| byte.is_ascii_lowercase().then(|| usize::from(byte - b'a'));
    let (first, rest) = word.as_bytes().split_first()?;
    let (mut one, mut two) = (START, letter(first)?);
    let mut all_known = 1;
    for byte in rest {
        let three = letter(byte)?;
        all_known &= known[one * SYMBOLS + two] >> three;
        (one, two) = (two, three);
    }
    all_known &= known[one * SYMBOLS + two] >> END;
    Some(all_known & 1 == 0)
}

/// Whether a figure that looks like a letter stands between two letters.
fn holds_figure(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic();
    let mut around = word.as_bytes().windows(3);
    around
        .any(|near| is_letter(near[0]) && matches!(near[1], b'0' | b'1' | b'5' | b'8') && is_letter(near[2]))
}

/// The share of words that are misread, 0 to 1; `None` for short texts and languages without a table.
pub(super) fn estimate(text: &Text) -> Option<f64> {
    if !text.language.is_english() {
        return None;
    }
    let (mut of_words, mut strange) = (0_usize, 0_usize);
    for (at, token) in text.tokens.iter().enumerate() {
        let word = text.surface(at);
        let told = match token.flags.has(TokenFlags::ODD_CASE) {
            true => is_strange(&word.to_lowercase()),
            false => is_strange(word),
        };
        let is_strange = told.or_else(|| holds_figure(word).then_some(true));
        if let Some(is_strange) = is_strange {
            of_words += 1;
            strange += usize::from(is_strange);
        }
    }
    let share = strange as f64 / of_words.max(1) as f64;
    (of_words >= WORDS_MIN).then_some((MISREAD_TO_STRANGE * (share - CLEAN_SHARE)).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "The harbour master of Vellin closed both piers before noon, and the sailors slept on the deck in the rain \
        until the ferry company sent blankets and soup. Nobody knew when the storm would pass. Later in the morning the wind \
        turned, the water fell by a hand, and the first boats left for the islands with bread, letters and the doctor.";

    #[test]
    fn misread_words_are_estimated() {
        let noise = |raw: &str| Text::new(raw, Some("en")).noise;
        assert!(noise(CLEAN).is_some_and(|noise| noise < 0.03));
        let misread = CLEAN.replace("th", "tb").replace("rn", "m").replace("il", "jl").replace("ee", "ec");
        assert!(noise(&misread).is_some_and(|noise| noise > 0.15), "{:?}", noise(&misread));
    }

    #[test]
    fn short_texts_and_other_languages_are_not_estimated() {
        assert_eq!(Text::new("Tbe boats lcft.", Some("en")).noise, None);
        assert_eq!(Text::new(CLEAN, Some("de")).noise, None);
    }

    #[test]
    fn strange_words_are_told_from_plain_ones() {
        assert_eq!(
            ["harbour", "tbe", "Tbe", "é", "ab"].map(is_strange),
            [Some(false), Some(true), None, None, None]
        );
    }
}
