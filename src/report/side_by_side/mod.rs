//! One pair on a terminal: the verdict in words, then both texts side by side.
//!
//! Passages that match stand at the same height as far as their order allows; each is numbered in the gutter of
//! both columns, so that one that moved is found again. Parts are coloured by kind, or bracketed without colours.

mod header;
mod units;
mod wrap;

use std::io::Write;

use self::units::{Unit, aligned_units, units};
use self::wrap::{Line, Marked};
use super::WriteError;
use super::terminal::{BOLD, DIM, Style, columns, cut_to, pad_to, part_ink};
use super::words::{headline, imprint};
use crate::article::Article;
use crate::row::{PairRow, PartKind};

/// From this width on there are two columns; below, the texts take turns.
const TWO_COLUMNS_FROM: usize = 90;
const NARROWEST_COLUMNS: usize = 40;
/// Wider columns are hard to read.
const WIDEST_COLUMNS: usize = 180;
/// A stretch without any match longer than this is folded, and this much of both its ends is kept.
const FOLD_FROM_LINES: usize = 12;
const FOLD_KEEP_LINES: usize = 4;

/// How one pair is drawn.
#[derive(Clone, Copy, Debug)]
pub struct SideBySideOptions {
    /// Columns of the terminal.
    pub width_columns: usize,
    pub style: Style,
    /// Whether long stretches without any match are left out, saying how many lines.
    pub fold: bool,
}

/// Writes the verdict and both texts.
///
/// Passages of `row` that reach past a text are cut to it; a row without passages shows the texts unmarked.
///
/// # Errors
/// The writer's.
pub fn write(
    out: &mut dyn Write,
    row: &PairRow,
    source: &Article,
    derived: &Article,
    options: &SideBySideOptions,
) -> Result<(), WriteError> {
    let width = options.width_columns.clamp(NARROWEST_COLUMNS, WIDEST_COLUMNS);
    header::write(out, row, source, derived, options.style, width)?;
    let passages = row.passages.as_deref().unwrap_or_default();
    let bracketed = !options.style.color;
    let texts = [
        Marked::new(&source.text, passages, |source, _| source, bracketed),
        Marked::new(&derived.text, passages, |_, derived| derived, bracketed),
    ];
    let two_columns = width >= TWO_COLUMNS_FROM;
    let gutter = texts[0].gutter_columns();
    let divider = if two_columns { 3 } else { 0 };
    let label = if two_columns { 0 } else { 2 };
    let column = if two_columns { (width - divider) / 2 } else { width - label };
    let page = Page { style: options.style, two_columns, gutter, column, labels: header::labels(row) };
    page.titles(out, source, derived)?;

    let [left, right] = [units(texts[0].text()), units(texts[1].text())];
    let anchors = aligned_units(passages, &left, &right);
    let mut sheet = Sheet { texts: &texts, width: column - gutter, rows: Vec::new() };
    let (mut at_left, mut at_right) = (0, 0);
    for (i, j) in anchors {
        sheet.add(&left[at_left..i], &right[at_right..j]);
        sheet.add(&left[i..=i], &right[j..=j]);
        (at_left, at_right) = (i + 1, j + 1);
    }
    sheet.add(&left[at_left..], &right[at_right..]);
    page.body(out, &sheet.rows, options.fold)?;
    Ok(())
}

/// The lines of both columns, top to bottom.
struct Sheet<'a> {
    texts: &'a [Marked; 2],
    width: usize,
    rows: Vec<Row>,
}

/// What stands at one height.
struct Row {
    cells: [Option<Line>; 2],
}

impl Row {
    fn is_marked(&self) -> bool {
        self.cells.iter().flatten().any(Line::is_marked)
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().flatten().all(Line::is_blank)
    }
}

impl Sheet<'_> {
    /// Lays units of both texts beside each other, both beginning at the same height.
    fn add(&mut self, left: &[Unit], right: &[Unit]) {
        let gap = [left, right].iter().any(|units| units.first().is_some_and(|unit| unit.begins_paragraph));
        if gap && !self.rows.is_empty() {
            self.rows.push(Row { cells: [None, None] });
        }
        let columns = [self.lines(0, left), self.lines(1, right)];
        let height = columns[0].len().max(columns[1].len());
        let [mut left, mut right] = columns.map(Vec::into_iter);
        self.rows.extend((0..height).map(|_| Row { cells: [left.next(), right.next()] }));
    }

    fn lines(&self, side: usize, units: &[Unit]) -> Vec<Line> {
        let mut lines = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            if at > 0 && unit.begins_paragraph {
                lines.push(Line::default());
            }
            lines.extend(self.texts[side].wrap(unit.span, self.width));
        }
        lines
    }
}

struct Page {
    style: Style,
    two_columns: bool,
    /// Columns for the passage's number and its bar.
    gutter: usize,
    /// Columns of one text with its gutter.
    column: usize,
    labels: [&'static str; 2],
}

impl Page {
    fn titles(&self, out: &mut dyn Write, source: &Article, derived: &Article) -> Result<(), WriteError> {
        let glyphs = self.style.glyphs();
        let room = self.column - self.gutter;
        let title = |side: usize, article: &Article| {
            [
                (BOLD, cut_to(self.labels[side], room, glyphs)),
                (BOLD, cut_to(&headline(article), room, glyphs)),
                (DIM, cut_to(&imprint(article).join(glyphs.dot), room, glyphs)),
            ]
        };
        let [left, right] = [title(0, source), title(1, derived)];
        let rule: String = std::iter::repeat_n(glyphs.rule, self.column).collect();
        let indent = " ".repeat(self.gutter);
        if self.two_columns {
            for ((ink, left), (_, right)) in left.into_iter().zip(right) {
                let left = self.style.paint(ink, &pad_to(&left, room));
                let divider = self.style.paint(DIM, glyphs.divider);
                writeln!(out, "{indent}{left} {divider} {indent}{}", self.style.paint(ink, &right))?;
            }
            let crossing = if self.style.unicode { "─┼─" } else { "-+-" };
            writeln!(out, "{}", self.style.paint(DIM, &format!("{rule}{crossing}{rule}")))?;
            return Ok(());
        }
        for (side, lines) in [left, right].into_iter().enumerate() {
            for (at, (ink, words)) in lines.into_iter().enumerate() {
                let mark = if at == 0 { ["A ", "B "][side] } else { "  " };
                writeln!(out, "{mark}{}", self.style.paint(ink, &words))?;
            }
        }
        writeln!(out, "{}", self.style.paint(DIM, &rule))?;
        Ok(())
    }

    fn body(&self, out: &mut dyn Write, rows: &[Row], fold: bool) -> Result<(), WriteError> {
        let mut at = 0;
        while at < rows.len() {
            let plain = rows[at..].iter().take_while(|row| !row.is_marked()).count();
            if fold && plain > FOLD_FROM_LINES {
                // Nothing was matched before the first lines or after the last ones: there is no context to keep.
                let head = if at == 0 { 0 } else { FOLD_KEEP_LINES };
                let tail = if at + plain == rows.len() { 0 } else { FOLD_KEEP_LINES };
                let head = if head + tail == 0 { FOLD_KEEP_LINES } else { head };
                self.rows(out, &rows[at..at + head])?;
                let hidden = &rows[at + head..at + plain - tail];
                let count = hidden.iter().filter(|row| !row.is_blank()).count();
                let glyphs = self.style.glyphs();
                let words = if count == 1 { "line" } else { "lines" };
                let note = format!("{} {count} {words} not shown", glyphs.ellipsis);
                let indent = " ".repeat(self.gutter);
                writeln!(out, "\n{indent}{}\n", self.style.paint(DIM, &note))?;
                self.rows(out, &rows[at + plain - tail..at + plain])?;
                at += plain;
                continue;
            }
            let next = plain.max(1);
            self.rows(out, &rows[at..at + next])?;
            at += next;
        }
        Ok(())
    }

    fn rows(&self, out: &mut dyn Write, rows: &[Row]) -> Result<(), WriteError> {
        if self.two_columns {
            for row in rows {
                let [left, right] = row.cells.each_ref().map(|cell| self.cell(cell.as_ref()));
                let fill = " ".repeat(self.column.saturating_sub(left.1));
                let divider = self.style.paint(DIM, self.style.glyphs().divider);
                let line = format!("{}{fill} {divider} {}", left.0, right.0);
                writeln!(out, "{}", line.trim_end())?;
            }
            return Ok(());
        }
        // The texts take turns: a block of the one, then what stands beside it of the other.
        for block in rows.split(Row::is_blank) {
            for side in 0..2 {
                for line in block.iter().filter_map(|row| row.cells[side].as_ref()) {
                    let mark = self.style.paint(DIM, ["A ", "B "][side]);
                    writeln!(out, "{}", format!("{mark}{}", self.cell(Some(line)).0).trim_end())?;
                }
            }
            if !block.is_empty() {
                writeln!(out)?;
            }
        }
        Ok(())
    }

    /// A line with its gutter, and the columns it takes.
    fn cell(&self, line: Option<&Line>) -> (String, usize) {
        let Some(line) = line else { return (String::new(), 0) };
        let number = line.begins_passage.map_or(String::new(), |passage| passage.to_string());
        let bar = if line.in_passage { self.style.glyphs().passage } else { " " };
        let gutter = format!("{}{number}{bar}", " ".repeat(self.gutter.saturating_sub(number.len() + 2)));
        let mut drawn = self.style.paint(DIM, &format!("{gutter} "));
        let mut taken = self.gutter;
        for (kind, words) in line.runs() {
            taken += columns(&words);
            drawn.push_str(
                &kind.map_or_else(|| words.clone(), |kind| self.style.paint(part_ink(kind), &words)),
            );
        }
        (drawn, taken)
    }
}

/// The brackets of a kind, for terminals without colours.
fn brackets(kind: PartKind) -> (&'static str, &'static str) {
    match kind {
        PartKind::Verbatim => ("[=", "=]"),
        PartKind::Reworded => ("[~", "~]"),
        PartKind::Quote => ("[\"", "\"]"),
    }
}

#[cfg(test)]
mod tests;
