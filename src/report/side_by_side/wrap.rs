//! A text with its parts marked, broken into lines of a column.

use super::super::terminal::char_columns;
use super::super::visible::visible_text;
use super::brackets;
use crate::article::Span;
use crate::row::{Part, PartKind, Passage};

/// A text by code points, each with the kind of the part it lies in.
pub(super) struct MarkedText {
    text: Vec<char>,
    kinds: Vec<Option<PartKind>>,
    in_passage: Vec<bool>,
    /// Where each passage begins and its number, from 1 in the derived text's order; by where it begins.
    begins: Vec<(u32, usize)>,
    /// Whether parts are bracketed, for terminals without colours.
    bracketed: bool,
}

/// One line of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnLine {
    cells: Vec<Cell>,
    /// The passage that begins on this line; the first where several do.
    pub begins_passage: Option<usize>,
    pub in_passage: bool,
}

/// A character as it is shown: one of the text, or of a bracket beside it.
#[derive(Clone, Copy, Debug)]
struct Cell {
    shown: char,
    kind: Option<PartKind>,
    /// The place in the text that it belongs to.
    at: usize,
}

impl Cell {
    fn columns(self) -> usize {
        char_columns(self.shown)
    }
}

impl MarkedText {
    /// `side` picks a passage's or part's span in this text.
    pub fn new(text: &str, passages: &[Passage], side: impl Fn(Span, Span) -> Span, bracketed: bool) -> Self {
        let text: Vec<char> = visible_text(text).chars().collect();
        let within =
            |span: Span| span.start.min(text.len() as u32) as usize..span.end.min(text.len() as u32) as usize;
        let mut kinds: Vec<Option<PartKind>> = vec![None; text.len()];
        let mut in_passage = vec![false; text.len()];
        let mut begins = Vec::new();
        for (number, passage) in passages.iter().enumerate() {
            let span = side(passage.source, passage.derived);
            begins.push((span.start, number + 1));
            in_passage[within(span)].fill(true);
            for part in &passage.parts {
                for kind in &mut kinds[within(part_span(part, &side))] {
                    // Parts may overlap in the source: a quote shows first, then what was taken verbatim.
                    if kind.is_none_or(|there| strength(part.kind) > strength(there)) {
                        *kind = Some(part.kind);
                    }
                }
            }
        }
        begins.sort_unstable();
        MarkedText { text, kinds, in_passage, begins, bracketed }
    }

    pub fn text(&self) -> &[char] {
        &self.text
    }

    /// Columns for the largest passage number, the bar and a space.
    pub fn gutter_columns(&self) -> usize {
        self.begins.len().max(1).to_string().len() + 2
    }

    /// The lines of a stretch of the text in `width` columns.
    ///
    /// Lines break after white space and beside wide characters, but not before a mark that closes nor after
    /// one that opens; a word longer than a line anywhere.
    pub fn wrap(&self, span: Span, width: usize) -> Vec<ColumnLine> {
        let width = width.max(2);
        let cells = self.cells(span);
        let is_space = |at: usize| cells[at].shown == ' ';
        let mut lines = Vec::new();
        let mut start = 0;
        while start < cells.len() {
            let (mut at, mut taken, mut break_at) = (start, 0, None);
            while at < cells.len() && taken + cells[at].columns() <= width {
                taken += cells[at].columns();
                at += 1;
                let beside_wide = |next: &Cell| {
                    let is_wide = next.columns() == 2 || (next.columns() > 0 && cells[at - 1].columns() == 2);
                    is_wide
                        && !ENDS_NO_LINE.contains(&cells[at - 1].shown)
                        && !BEGINS_NO_LINE.contains(&next.shown)
                };
                if is_space(at - 1) || cells.get(at).is_some_and(beside_wide) {
                    break_at = Some(at);
                }
            }
            if at < cells.len() && !is_space(at) {
                at = break_at.unwrap_or(at.max(start + 1));
            }
            lines.push(self.line(&cells[start..at]));
            start = (at..cells.len()).find(|&at| !is_space(at)).unwrap_or(cells.len());
        }
        lines
    }

    /// The stretch as it is shown, white space as plain spaces, with the brackets of its parts.
    fn cells(&self, span: Span) -> Vec<Cell> {
        let mut cells = Vec::new();
        let (start, end) = (span.start as usize, span.end as usize);
        let bracket = |cells: &mut Vec<Cell>, at: usize, opens: bool| {
            if let Some(kind) = self.kinds[at].filter(|_| self.bracketed) {
                let (open, close) = brackets(kind);
                let marks = if opens { open } else { close };
                cells.extend(marks.chars().map(|shown| Cell { shown, kind: Some(kind), at }));
            }
        };
        for at in start..end {
            if at == start || self.kinds[at - 1] != self.kinds[at] {
                bracket(&mut cells, at, true);
            }
            let shown = if self.text[at].is_whitespace() { ' ' } else { self.text[at] };
            cells.push(Cell { shown, kind: self.kinds[at], at });
            if at + 1 == end || self.kinds[at + 1] != self.kinds[at] {
                bracket(&mut cells, at, false);
            }
        }
        cells
    }

    fn line(&self, cells: &[Cell]) -> ColumnLine {
        let end = cells.iter().rposition(|cell| cell.shown != ' ').map_or(0, |last| last + 1);
        let cells = cells[..end].to_vec();
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return ColumnLine::default() };
        let from = self.begins.partition_point(|(start, _)| (*start as usize) < first.at);
        let begins = self.begins.get(from).filter(|(start, _)| *start as usize <= last.at);
        ColumnLine {
            begins_passage: begins.map(|(_, number)| *number),
            in_passage: self.in_passage[first.at..=last.at].contains(&true),
            cells,
        }
    }
}

/// Marks that stay with what is before them, and with what follows them, where lines may break anywhere else.
const BEGINS_NO_LINE: [char; 22] = [
    '。', '，', '、', '．', '；', '：', '？', '！', '）', '」', '』', '》', '】', '〉', '”', '’', '…', 'ー',
    ',', '.', ';', ')',
];
const ENDS_NO_LINE: [char; 9] = ['（', '「', '『', '《', '【', '〈', '“', '‘', '('];

fn part_span(part: &Part, side: &impl Fn(Span, Span) -> Span) -> Span {
    side(part.source, part.derived)
}

fn strength(kind: PartKind) -> u8 {
    match kind {
        PartKind::Reworded => 0,
        PartKind::Verbatim => 1,
        PartKind::Quote => 2,
    }
}

impl ColumnLine {
    pub fn is_marked(&self) -> bool {
        self.in_passage || self.cells.iter().any(|cell| cell.kind.is_some())
    }

    pub fn is_blank(&self) -> bool {
        self.cells.is_empty()
    }

    /// The line as runs of one kind.
    pub fn runs(&self) -> Vec<(Option<PartKind>, String)> {
        let mut runs: Vec<(Option<PartKind>, String)> = Vec::new();
        for cell in &self.cells {
            match runs.last_mut() {
                Some((last, words)) if *last == cell.kind => words.push(cell.shown),
                _ => runs.push((cell.kind, String::from(cell.shown))),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::terminal::columns;

    fn marked(text: &str, parts: &[(u32, u32, PartKind)], bracketed: bool) -> MarkedText {
        let parts: Vec<Part> = parts
            .iter()
            .map(|&(start, end, kind)| Part { source: Span::default(), derived: Span::new(start, end), kind })
            .collect();
        let whole = parts.iter().map(|part| part.derived).reduce(Span::hull).unwrap_or_default();
        let passages = [Passage { source: Span::default(), derived: whole, parts }];
        MarkedText::new(text, &passages, |_, derived| derived, bracketed)
    }

    fn drawn(marked: &MarkedText, width: usize) -> Vec<String> {
        let lines = marked.wrap(Span::new(0, marked.text.len() as u32), width);
        lines.iter().map(|line| line.runs().into_iter().map(|(_, words)| words).collect()).collect()
    }

    #[test]
    fn brackets_count_towards_the_width() {
        let text = marked("one two three four", &[(4, 13, PartKind::Verbatim)], true);
        assert_eq!(drawn(&text, 40), ["one [=two three=] four"]);
        assert_eq!(drawn(&text, 12), ["one [=two", "three=] four"]);
    }

    #[test]
    fn scripts_without_spaces_break_anywhere() {
        assert_eq!(drawn(&marked("日本語の文章です", &[], false), 7), ["日本語", "の文章", "です"]);
        assert_eq!(drawn(&marked("日本語の文章。「です」", &[], false), 12), ["日本語の文", "章。「です」"]);
        assert_eq!(drawn(&marked("abcdefghij", &[], false), 4), ["abcd", "efgh", "ij"]);
    }

    #[test]
    fn a_line_knows_the_passage_that_begins_on_it() {
        let text = marked("one two three four", &[(4, 7, PartKind::Quote)], false);
        let lines = text.wrap(Span::new(0, 18), 5);
        let begins: Vec<_> = lines.iter().map(|line| (line.begins_passage, line.in_passage)).collect();
        assert_eq!(begins, [(None, false), (Some(1), true), (None, false), (None, false)]);
    }

    proptest! {
        #[test]
        fn every_word_is_there_and_fits(text in "[a-z日 ]{0,60}", from in 0u32..30, length in 0u32..30, width in 6usize..30) {
            let end = text.chars().count() as u32;
            let part = (from.min(end), (from + length).min(end), PartKind::Reworded);
            for bracketed in [false, true] {
                let lines = drawn(&marked(&text, &[part], bracketed), width);
                prop_assert!(lines.iter().all(|line| columns(line) <= width), "{:?}", lines);
                let shown: String = lines.concat().chars().filter(|c| !"[~] ".contains(*c)).collect();
                prop_assert_eq!(shown, text.replace(' ', ""));
            }
        }
    }
}
