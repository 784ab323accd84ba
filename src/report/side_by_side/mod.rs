//! One pair on a terminal: the verdict in words, then both texts side by side.
//!
//! Passages that match stand at the same height as far as their order allows; each is numbered in the gutter
//! of both columns, so that one that moved is found again. Parts are coloured by kind, or bracketed without
//! colours.

mod header;
mod units;
mod wrap;

use std::io::Write;

use self::units::{ColumnUnit, aligned_units, units};
use self::wrap::{ColumnLine, MarkedText};
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
    /// Colours and characters.
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
        MarkedText::new(&source.text, passages, |source, _| source, bracketed),
        MarkedText::new(&derived.text, passages, |_, derived| derived, bracketed),
    ];
    let two_columns = width >= TWO_COLUMNS_FROM;
    let gutter = texts[0].gutter_columns();
    let divider = if two_columns { 3 } else { 0 };
    let label = if two_columns { 0 } else { 2 };
    let column = if two_columns { (width - divider) / 2 } else { width - label };
    let page = ColumnPage { style: options.style, two_columns, gutter, column, labels: header::labels(row) };
    page.titles(out, source, derived)?;

    let [left, right] = [units(texts[0].text()), units(texts[1].text())];
    let anchors = aligned_units(passages, &left, &right);
    let sheet = Sheet { texts: &texts, width: column - gutter };
    let mut blocks = Vec::new();
    let (mut at_left, mut at_right) = (0, 0);
    for (i, j) in anchors {
        blocks.extend(sheet.block(&left[at_left..i], &right[at_right..j]));
        blocks.extend(sheet.block(&left[i..=i], &right[j..=j]));
        (at_left, at_right) = (i + 1, j + 1);
    }
    blocks.extend(sheet.block(&left[at_left..], &right[at_right..]));
    if two_columns { page.columns(out, blocks, options.fold) } else { page.turns(out, blocks, options.fold) }
}

/// Units of both texts that begin at the same height.
struct AlignedUnits {
    begins_paragraph: bool,
    columns: [Vec<ColumnLine>; 2],
}

/// What stands at one height: a line of the one text, of the other, of both.
type Row = [Option<ColumnLine>; 2];

struct Sheet<'a> {
    texts: &'a [MarkedText; 2],
    width: usize,
}

impl Sheet<'_> {
    fn block(&self, left: &[ColumnUnit], right: &[ColumnUnit]) -> Option<AlignedUnits> {
        let columns = [self.lines(0, left), self.lines(1, right)];
        let begins = |units: &[ColumnUnit]| units.first().is_some_and(|unit| unit.begins_paragraph);
        let block = AlignedUnits { begins_paragraph: begins(left) || begins(right), columns };
        (!left.is_empty() || !right.is_empty()).then_some(block)
    }

    fn lines(&self, side: usize, units: &[ColumnUnit]) -> Vec<ColumnLine> {
        let mut lines = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            if at > 0 && unit.begins_paragraph {
                lines.push(ColumnLine::default());
            }
            lines.extend(self.texts[side].wrap(unit.span, self.width));
        }
        lines
    }
}

/// Rows to show, or how many with words in them are not shown.
enum Stretch<'a, T> {
    Shown(&'a [T]),
    Folded(usize),
}

/// Folds long runs of rows without any match.
fn fold<T>(rows: &[T], is_marked: impl Fn(&T) -> bool, is_blank: impl Fn(&T) -> bool) -> Vec<Stretch<'_, T>> {
    let mut stretches = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let marked = rows[at..].iter().take_while(|row| is_marked(row)).count();
        stretches.push(Stretch::Shown(&rows[at..at + marked]));
        at += marked;
        let plain = rows[at..].iter().take_while(|row| !is_marked(row)).count();
        let run = &rows[at..at + plain];
        at += plain;
        if plain <= FOLD_FROM_LINES {
            stretches.push(Stretch::Shown(run));
            continue;
        }
        let (head, rest) = run.split_at(FOLD_KEEP_LINES);
        // After the last match there is nothing to lead up to.
        let tail = if at == rows.len() { 0 } else { FOLD_KEEP_LINES };
        let (hidden, tail) = rest.split_at(rest.len() - tail);
        stretches.push(Stretch::Shown(head));
        stretches.push(Stretch::Folded(hidden.iter().filter(|row| !is_blank(row)).count()));
        stretches.push(Stretch::Shown(tail));
    }
    stretches
}

struct ColumnPage {
    style: Style,
    two_columns: bool,
    /// Columns for the passage's number and its bar.
    gutter: usize,
    /// Columns of one text with its gutter.
    column: usize,
    labels: [&'static str; 2],
}

impl ColumnPage {
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

    /// Both texts beside each other.
    fn columns(
        &self,
        out: &mut dyn Write,
        blocks: Vec<AlignedUnits>,
        folded: bool,
    ) -> Result<(), WriteError> {
        let mut rows: Vec<Row> = Vec::new();
        for block in blocks {
            if block.begins_paragraph && !rows.is_empty() {
                rows.push([None, None]);
            }
            let height = block.columns[0].len().max(block.columns[1].len());
            let [mut left, mut right] = block.columns.map(Vec::into_iter);
            rows.extend((0..height).map(|_| [left.next(), right.next()]));
        }
        let is_marked = |row: &Row| row.iter().flatten().any(ColumnLine::is_marked);
        let is_blank = |row: &Row| row.iter().flatten().all(ColumnLine::is_blank);
        let stretches =
            if folded { fold(&rows, is_marked, is_blank) } else { vec![Stretch::Shown(&rows[..])] };
        let divider = self.style.paint(DIM, self.style.glyphs().divider);
        for stretch in stretches {
            match stretch {
                Stretch::Folded(lines) => self.note(out, "", lines)?,
                Stretch::Shown(rows) => {
                    for [left, right] in rows {
                        let (left, taken) = self.cell(left.as_ref());
                        let fill = " ".repeat(self.column.saturating_sub(taken));
                        let line = format!("{left}{fill} {divider} {}", self.cell(right.as_ref()).0);
                        writeln!(out, "{}", line.trim_end())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The texts in turn: a block of the one, then what would stand beside it of the other.
    fn turns(&self, out: &mut dyn Write, blocks: Vec<AlignedUnits>, folded: bool) -> Result<(), WriteError> {
        for (at, block) in blocks.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            for (mark, lines) in ["A ", "B "].into_iter().zip(&block.columns) {
                let mark = self.style.paint(DIM, mark);
                let stretches = if folded {
                    fold(lines, ColumnLine::is_marked, ColumnLine::is_blank)
                } else {
                    vec![Stretch::Shown(&lines[..])]
                };
                for stretch in stretches {
                    match stretch {
                        Stretch::Folded(lines) => self.note(out, &mark, lines)?,
                        Stretch::Shown(lines) => {
                            for line in lines {
                                let line = format!("{mark}{}", self.cell(Some(line)).0);
                                writeln!(out, "{}", line.trim_end())?;
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn note(&self, out: &mut dyn Write, mark: &str, lines: usize) -> Result<(), WriteError> {
        let glyphs = self.style.glyphs();
        let indent = " ".repeat(self.gutter);
        let words = if lines == 1 { "line" } else { "lines" };
        let note = format!("{} {lines} {words} not shown", glyphs.ellipsis);
        writeln!(out, "{mark}{indent}{}", self.style.paint(DIM, &note))?;
        Ok(())
    }

    /// A line with its gutter, and the columns it takes.
    fn cell(&self, line: Option<&ColumnLine>) -> (String, usize) {
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
