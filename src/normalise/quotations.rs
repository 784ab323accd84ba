//! Stretches that a text prints as somebody's speech.

use std::ops::Range;

use crate::normalise::text::{Token, gap_before};

/// A quotation has at least this many words; shorter ones are scare quotes and titles.
const QUOTATION_MIN_WORDS: usize = 3;

/// A mark that opens closes again within this many words, or it was a stray one.
const QUOTATION_MAX_WORDS: usize = 400;

/// Finds quotations by their marks: “ ” „ “ « » 「 」 and straight ones, singles where they stand like quotation marks.
///
/// A quotation that is not closed before its paragraph ends runs to that end, as newspapers print speech that
/// goes on in the next paragraph.
pub(super) fn find(raw: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Mark)> = None;
    for at in 0..=tokens.len() {
        let gap = gap_before(raw, tokens, at);
        if gap == " " {
            continue;
        }
        let gap_start = tokens.get(at).map_or(raw.len(), |token| token.byte_start as usize) - gap.len();
        for (offset, character) in gap.char_indices() {
            if character == '\n' {
                if let Some((start, mark)) = open {
                    if mark != Mark::Single {
                        push(&mut found, start..at);
                    }
                    open = None;
                }
                continue;
            }
            let Some(mark) = Mark::of(character) else { continue };
            let before = raw[..gap_start + offset].chars().next_back();
            let after = raw[gap_start + offset + character.len_utf8()..].chars().next();
            match open {
                Some((start, opened)) if opened == mark && closes(character, before, after) => {
                    push(&mut found, start..at);
                    open = None;
                }
                None if opens(character, before, after) => open = Some((at, mark)),
                _ => {}
            }
        }
        if open.is_some_and(|(start, _)| at - start > QUOTATION_MAX_WORDS) {
            open = None;
        }
    }
    found
}

fn push(found: &mut Vec<Range<usize>>, range: Range<usize>) {
    if range.len() >= QUOTATION_MIN_WORDS {
        found.push(range);
    }
}

/// Marks that close one another, whatever their shape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Double,
    Single,
    Guillemet,
    Corner,
}

impl Mark {
    fn of(character: char) -> Option<Mark> {
        match character {
            '"' | '“' | '”' | '„' | '‟' | '＂' => Some(Mark::Double),
            '\'' | '‘' | '’' | '‚' => Some(Mark::Single),
            '«' | '»' => Some(Mark::Guillemet),
            '「' | '」' | '『' | '』' => Some(Mark::Corner),
            _ => None,
        }
    }
}

fn opens(mark: char, before: Option<char>, after: Option<char>) -> bool {
    let after_blank = before.is_none_or(|before| before.is_whitespace() || "([—–-:".contains(before));
    let before_word = after.is_some_and(|after| !after.is_whitespace());
    match mark {
        '”' | '’' | '」' | '』' => false,
        '„' | '‚' | '「' | '『' | '«' | '»' => before_word,
        '\'' | '‘' => after_blank && after.is_some_and(|after| after.is_alphanumeric() || after == '…'),
        '“' => before_word,
        _ => before_word && (after_blank || !before.is_some_and(char::is_alphanumeric)),
    }
}

fn closes(mark: char, before: Option<char>, after: Option<char>) -> bool {
    match mark {
        '‘' | '„' | '‚' | '「' | '『' => false,
        '\'' | '’' => {
            before.is_some_and(|before| !before.is_whitespace())
                && after.is_none_or(|after| !after.is_alphanumeric())
        }
        _ => true,
    }
}
