//! Letters that were set apart: `T h e  b r i d g e`, as some extractions leave spaced print.

use std::ops::Range;

use super::{Edits, Fill};
use crate::stretch::stretch;

/// A text is spaced where it has so many words of one letter, …
const LETTERS_MIN: usize = 40;
/// … and they are this share of its words.
const LETTERS_MIN_SHARE: f64 = 0.7;
/// No text has longer words than this on the average.
const WORD_LETTERS_MAX: usize = 12;
/// Of a text that is not, so many words at its beginning and in its middle tell.
const SAMPLE_WORDS: usize = 8;

/// The text with the letters of each word together: words stand further apart than letters.
pub(super) fn undone(text: &str) -> Option<String> {
    if !(is_sampled(text) || is_sampled(middle(text))) {
        return None;
    }
    let words: Vec<Range<usize>> = words(text).collect();
    let letters = words.iter().filter(|word| is_letter(stretch(text, (*word).clone()))).count();
    if letters < LETTERS_MIN || (letters as f64) < LETTERS_MIN_SHARE * words.len() as f64 {
        return None;
    }
    // a line that ends, ends a word
    let is_near = |one: &Range<usize>, next: &Range<usize>| stretch(text, one.end..next.start) == " ";
    let is_part = |word: &Range<usize>| {
        let word = stretch(text, word.clone());
        is_letter(word) || is_mark(word)
    };
    // where letters and words stand equally apart nobody can tell the words
    let ends = words.windows(2).filter(|pair| !is_near(&pair[0], &pair[1])).count();
    if ends * WORD_LETTERS_MAX < letters {
        return None;
    }
    let is_joined =
        |one: &Range<usize>, next: &Range<usize>| is_near(one, next) && is_part(one) && is_part(next);
    let mut edits = Edits::of(text);
    for word in words.chunk_by(is_joined).filter(|word| word.len() > 1) {
        let (Some(first), Some(last)) = (word.first(), word.last()) else { continue };
        let letters: String = word.iter().map(|letter| stretch(text, letter.clone())).collect();
        // what is invisible takes two bytes: of two letters one is a blank behind them
        let behind = usize::from(word.len() == 2 && stretch(text, last.end..).starts_with([' ', '\t']));
        edits.replace(first.start..last.end + behind, &letters, Fill::Nothing);
    }
    edits.done()
}

fn middle(text: &str) -> &str {
    let half = text.len() / 2;
    let start = (half..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    stretch(text, start..)
}

fn is_sampled(text: &str) -> bool {
    let sample = text.split_whitespace().take(SAMPLE_WORDS);
    sample.filter(|word| is_letter(word)).count() > SAMPLE_WORDS / 2
}

/// One letter or digit, whatever marks stand at it; characters of scripts without spaces are words already.
fn is_letter(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphanumeric());
    letters.next().is_some_and(|letter| letter < '\u{2e80}') && letters.next().is_none()
}

/// A mark of punctuation, which was set apart like a letter.
fn is_mark(word: &str) -> bool {
    let mut marks = word.chars();
    marks.next().is_some_and(|mark| !mark.is_alphanumeric()) && marks.next().is_none()
}

fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + stretch(text, rest..).find(|c: char| !c.is_whitespace())?;
        let behind = stretch(text, start..);
        rest = start + behind.find(char::is_whitespace).unwrap_or(behind.len());
        Some(start..rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spaced(text: &str, between: &str) -> String {
        let word = |word: &str| word.chars().map(String::from).collect::<Vec<_>>().join(" ");
        text.split(' ').map(word).collect::<Vec<_>>().join(between)
    }

    fn seen(view: Option<String>) -> String {
        let view: String =
            view.unwrap_or_default().chars().filter(|c| !['\u{ad}', '\u{200b}'].contains(c)).collect();
        view.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn letters_that_were_set_apart_come_together() {
        for text in [
            "The bridge of Vellin is to be closed for 14 weeks, said Anna Berg: no one can tell when it opens.",
            "Der Zähler der Brücke von Vellin steht bei 14, so Anna Berg „müde“ am Montag; der Bau ruht.",
            "Мост в Веллине закрыли до осени, сообщила в понедельник Анна Берг из мэрии города.",
        ] {
            for between in ["  ", "   ", "\n", " \n"] {
                let spaced = spaced(text, between);
                let view = undone(&spaced);
                assert_eq!(view.as_ref().map(String::len), Some(spaced.len()));
                // words of two letters have no room before the end of a line
                let least = if between == "\n" { 3 } else { 2 };
                let is_long = |word: &&str| word.chars().count() >= least;
                let seen = seen(view);
                let (seen, wanted) = (seen.split(' ').filter(is_long), text.split(' ').filter(is_long));
                assert!(seen.eq(wanted), "{spaced:?}");
            }
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        let alike =
            spaced("The bridge of Vellin is to be closed for 14 weeks, said Anna Berg on Monday.", " ");
        for text in [
            "A b c d e f g h: the alphabet of Vellin, as a child says it, and then it says nothing for a while.",
            "1 2 3 4 5 6 7 8 9 0  1 2 3",
            alike.as_str(),
            "今 天 的 桥 关 了  今 天 的 桥 关 了  今 天 的 桥 关 了  今 天 的 桥 关 了  今 天 的 桥 关 了  今 天 的 桥 关 了  今 天 的 桥 关 了",
        ] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
