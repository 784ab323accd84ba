//! A text cut into paragraphs or lines.

use std::ops::Range;

use crate::analysis::identity::identity;
use crate::article::Span;
use crate::normalise::words::word_hashes;

/// What a text is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// What stands between blank lines.
    Paragraph,
    /// What stands between line ends.
    Line,
}

/// A unit of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Equal for the same words in the same order, whatever their case and punctuation.
    pub hash: u64,
    pub words: usize,
    pub span: Span,
}

/// The units of at least so many words, in order.
pub(super) fn pieces(text: &str, unit: Unit, words_min: usize) -> Vec<Piece> {
    let mut words = Vec::new();
    let (mut counted_to, mut counted) = (0, 0);
    let mut count = |to: usize| {
        counted += text.get(counted_to..to).map_or(0, |between| between.chars().count() as u32);
        counted_to = to;
        counted
    };
    let mut found = Vec::new();
    for bytes in ranges(text, unit) {
        words.clear();
        let piece = text.get(bytes.clone()).unwrap_or_default();
        word_hashes(piece, |hash| words.push(hash.word));
        if words.len() < words_min.max(1) {
            continue;
        }
        let span = Span { start: count(bytes.start), end: count(bytes.end) };
        found.push(Piece { hash: identity(&words) as u64, words: words.len(), span });
    }
    found
}

/// Bytes of the units, without white space around them.
fn ranges(text: &str, unit: Unit) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let (mut start, mut is_open) = (0, false);
    for line in text.split_inclusive('\n') {
        let inside = line.trim();
        let first = start + (line.len() - line.trim_start().len());
        let bytes = first..first + inside.len();
        start += line.len();
        if inside.is_empty() {
            is_open = false;
            continue;
        }
        match found.last_mut().filter(|_| is_open && unit == Unit::Paragraph) {
            Some(paragraph) => paragraph.end = bytes.end,
            None => found.push(bytes),
        }
        is_open = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_line_ends_or_blank_lines() {
        let text = "\n One é.\nTwo\r\n \t\r\n\nThree four \n—\n";
        let cut = |unit| {
            pieces(text, unit, 1).iter().map(|piece| piece.span.cut(text).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(cut(Unit::Line), ["One é.", "Two", "Three four"]);
        assert_eq!(cut(Unit::Paragraph), ["One é.\nTwo", "Three four \n—"]);
        assert_eq!(pieces(text, Unit::Line, 2).len(), 2);
        let same = pieces("It's HERE\n\n“it’s here”", Unit::Paragraph, 1);
        assert_eq!((same[0].hash, same[0].words), (same[1].hash, 3));
    }
}
