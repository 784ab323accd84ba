//! Where sentences and paragraphs end.

use std::ops::Range;

use crate::normalise::casing;
use crate::normalise::text::{Token, TokenFlags, gap_before};
use crate::stretch::stretch;

/// A sentence is cut after this many words, so that lists and texts without stops stay comparable.
const SENTENCE_MAX_WORDS: usize = 40;

/// A sentence has at least this many words; a shorter one is joined to what follows.
const SENTENCE_MIN_WORDS: usize = 2;

/// Cuts tokens into sentences: after `. ! ? … ؟` before white space where no lower-case letter follows (in a
/// text of small letters alone, where one does), after a full stop of a script without spaces, at a line
/// break, and after 40 words.
pub(super) fn split(raw: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut sentences = Vec::with_capacity(tokens.len() / 16 + 1);
    let is_small = casing::is_small(tokens);
    let mut start = 0;
    for at in 1..=tokens.len() {
        let words = at - start;
        let ends = at == tokens.len()
            || words >= SENTENCE_MAX_WORDS
            || (words >= SENTENCE_MIN_WORDS
                && (is_break(gap_before(raw, tokens, at), stretch(raw, tokens[at].byte_start as usize..))
                    || is_small && is_stop(gap_before(raw, tokens, at), &tokens[at - 1])));
        if ends {
            sentences.push(start..at);
            start = at;
        }
    }
    sentences
}

/// Index of the first sentence of each paragraph. An empty line ends a paragraph; in a text without empty
/// lines each line is one.
pub(super) fn paragraphs(raw: &str, tokens: &[Token], sentences: &[Range<usize>]) -> Vec<usize> {
    let line_breaks = |index: usize| {
        gap_before(raw, tokens, sentences[index].start).bytes().filter(|byte| *byte == b'\n').count()
    };
    let breaks: Vec<usize> = (0..sentences.len()).map(line_breaks).collect();
    let needed = if breaks.iter().skip(1).any(|breaks| *breaks >= 2) { 2 } else { 1 };
    (0..sentences.len()).filter(|&index| index == 0 || breaks[index] >= needed).collect()
}

/// Whether a sentence ends before a small letter, in a text that has no other: behind a stop that abbreviates
/// nothing short.
fn is_stop(gap: &str, before: &Token) -> bool {
    let is_short = before.end - before.start <= 2 && !before.flags.has(TokenFlags::FUNCTION_WORD);
    let mut rest = gap.trim_start_matches(['"', '”', '’', '\'', ')', '»']).chars();
    match rest.next() {
        Some('.') => !is_short && gap.contains(char::is_whitespace),
        Some('!' | '?' | '…' | '؟') => gap.contains(char::is_whitespace),
        _ => false,
    }
}

fn is_break(gap: &str, next: &str) -> bool {
    if gap.len() == 1 {
        return gap == "\n";
    }
    let mut stopped = false;
    for character in gap.chars() {
        match character {
            '\n' | '。' | '！' | '？' | '｡' => return true,
            '.' | '!' | '?' | '…' | '؟' => stopped = true,
            _ if stopped && character.is_whitespace() => {
                return !next.chars().next().is_some_and(char::is_lowercase);
            }
            _ => {}
        }
    }
    false
}
