//! From ranges of tokens to spans of the input: on word boundaries, with the punctuation that both texts
//! print there.

use std::ops::Range;

use crate::article::Span;
use crate::normalise::Text;
use crate::stretch::stretch;

/// The spans of two ranges of tokens, which must not be empty.
pub(super) fn spans(texts: [&Text; 2], tokens: &[Range<usize>; 2]) -> [Span; 2] {
    let after = [0, 1].map(|side| {
        let (text, end) = (texts[side], tokens[side].end);
        let seen = seen_first(text.printed_before(end), text.gap_before(end));
        split(seen).0
    });
    let before = [0, 1].map(|side| {
        let (text, start) = (texts[side], tokens[side].start);
        let seen = seen_last(text.printed_before(start), text.gap_before(start));
        if start == 0 { last_word(seen) } else { split(seen).1 }
    });
    let after = alike(after[0].chars(), after[1].chars());
    let before = alike(before[0].chars().rev(), before[1].chars().rev());
    [0, 1].map(|side| {
        let words = texts[side].span(&tokens[side]);
        Span::new(words.start - before, words.end + after)
    })
}

/// What a gap begins with, up to where it is not seen as it is printed: markup, marks in odd spellings.
fn seen_first<'a>(printed: &'a str, view: &str) -> &'a str {
    let seen = printed.char_indices().zip(view.char_indices()).find(|(one, other)| one != other);
    seen.map_or(printed, |((at, _), _)| stretch(printed, ..at))
}

/// What a gap ends with, from where on it is seen as it is printed.
fn seen_last<'a>(printed: &'a str, view: &str) -> &'a str {
    let alike = printed.chars().rev().zip(view.chars().rev()).take_while(|(one, other)| one == other);
    let bytes: usize = alike.map(|(mark, _)| mark.len_utf8()).sum();
    stretch(printed, printed.len() - bytes..)
}

/// Cuts what stands between two words into what belongs to the one before and what belongs to the one after:
/// at white space, else before an opening mark. So no mark is of both.
fn split(gap: &str) -> (&str, &str) {
    match gap.find(char::is_whitespace) {
        Some(blank) => (stretch(gap, ..blank), last_word(gap)),
        None => gap.split_at(gap.find(OPENING).unwrap_or(gap.len())),
    }
}

/// What follows the last white space.
fn last_word(gap: &str) -> &str {
    gap.rsplit(char::is_whitespace).next().unwrap_or_default()
}

const OPENING: [char; 15] = ['“', '‘', '„', '‚', '«', '‹', '(', '[', '{', '「', '『', '（', '《', '〈', '【'];

/// Length of what both begin with.
fn alike(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> u32 {
    one.zip(other).take_while(|(a, b)| a == b).count() as u32
}

/// Shrinks a range so that it does not end inside a character that folds to several tokens.
pub(super) fn whole_characters(text: &Text, mut tokens: Range<usize>) -> Range<usize> {
    while tokens.start < tokens.end && is_inside(text, tokens.start) {
        tokens.start += 1;
    }
    while tokens.start < tokens.end && is_inside(text, tokens.end) {
        tokens.end -= 1;
    }
    tokens
}

/// As [`whole_characters`], of ranges of the same words: what one of them loses the other loses too.
pub(super) fn whole_characters_of_both(
    texts: [&Text; 2],
    mut tokens: [Range<usize>; 2],
) -> [Range<usize>; 2] {
    let is_any_inside = |places: [usize; 2]| (0..2).any(|side| is_inside(texts[side], places[side]));
    let is_left = |tokens: &[Range<usize>; 2]| tokens.iter().all(|tokens| tokens.start < tokens.end);
    while is_left(&tokens) && is_any_inside([tokens[0].start, tokens[1].start]) {
        tokens.iter_mut().for_each(|tokens| tokens.start += 1);
    }
    while is_left(&tokens) && is_any_inside([tokens[0].end, tokens[1].end]) {
        tokens.iter_mut().for_each(|tokens| tokens.end -= 1);
    }
    tokens
}

/// Whether a token begins inside a character.
fn is_inside(text: &Text, at: usize) -> bool {
    at > 0 && at < text.tokens.len() && text.tokens[at].byte_start < text.tokens[at - 1].byte_end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_punctuation_belongs_to_the_span() {
        let a = Text::new("He said: “We will rebuild.” Then he left.", None);
        let b = Text::new("“We will rebuild.”, he said.", None);
        let [left, right] = spans([&a, &b], &[2..5, 0..3]);
        assert_eq!(left.cut(a.raw()), "“We will rebuild.”");
        assert_eq!(right.cut(b.raw()), "“We will rebuild.”");
    }

    #[test]
    fn markup_is_no_punctuation() {
        let a = Text::new("Later <b>we will rebuild</b> it, he said.", None);
        let b = Text::new("Now <b>we will rebuild</b> it all.", None);
        let [left, right] = spans([&a, &b], &[1..4, 1..4]);
        assert_eq!([left.cut(a.raw()), right.cut(b.raw())], ["we will rebuild"; 2]);
    }

    #[test]
    fn a_character_of_several_words_is_not_cut() {
        let text = Text::new("a ㍿ b", None);
        let words = text.tokens.len();
        assert_eq!(words, 6);
        assert_eq!(whole_characters(&text, 0..3), 0..1);
        assert_eq!(whole_characters(&text, 2..6), 5..6);
        assert_eq!(whole_characters(&text, 0..6), 0..6);
    }

    #[test]
    fn of_two_a_character_is_cut_in_neither() {
        let (a, b) = (Text::new("1 two 1 3", None), Text::new("1 two ¼", None));
        assert_eq!(b.tokens.len(), 4);
        assert_eq!(whole_characters_of_both([&a, &b], [0..3, 0..3]), [0..2, 0..2]);
        assert_eq!(whole_characters_of_both([&b, &a], [0..3, 0..3]), [0..2, 0..2]);
        assert_eq!(whole_characters_of_both([&a, &b], [3..4, 3..4]), [4..4, 4..4]);
    }
}
