//! Families and pairs as a table for a person at a terminal.
//!
//! A family is a tree: the likely root first, below it who took from whom. Each link has its relation, its
//! score, a bar of the words taken (verbatim, reworded, new), and the reason that tells most.

mod axis;
mod beside;
mod family;
mod tree;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;

pub use self::beside::placement_lines;
use super::summary::Summary;
use super::terminal::{
    BOLD, DIM, PLAIN, Style, columns, cut_to, pad_to, relation_ink, share_bar, wrap_words,
};
use super::visible::visible_label;
use super::words::{counted, counted_relation, direction_words, headline, imprint, percent, relation_words};
use super::{Lookup, WriteError};
use crate::error::Result;
use crate::json_lines::UnscoredPair;
use crate::row::{PairRow, Relation, Tie};
use crate::rows::{Families, Rows};

const BAR_COLUMNS: usize = 12;
const RELATION_COLUMNS: usize = 13;
const SCORE_COLUMNS: usize = 6;
/// Narrower than this nothing can be laid out; wider than [`WIDEST_COLUMNS`] nobody reads.
const NARROWEST_COLUMNS: usize = 40;
const WIDEST_COLUMNS: usize = 132;
/// Narrower than this the bar is left out.
const BAR_FROM_COLUMNS: usize = 72;

/// How much is shown, and how.
#[derive(Clone, Copy, Debug)]
pub struct TableOptions {
    /// Columns of the terminal.
    pub width_columns: usize,
    /// Colours and characters.
    pub style: Style,
    /// At most so many families; the rest is counted.
    pub families: usize,
    /// At most so many members of a family, the retellings first; the rest is counted.
    pub members: usize,
    /// At most so many pairs outside the families' trees; the rest is counted.
    pub other_pairs: usize,
}

impl TableOptions {
    /// Up to 50 families with 20 members each, and 50 other pairs.
    pub fn new(width_columns: usize, style: Style) -> Self {
        TableOptions { width_columns, style, families: 50, members: 20, other_pairs: 50 }
    }

    fn width(&self) -> usize {
        self.width_columns.clamp(NARROWEST_COLUMNS, WIDEST_COLUMNS)
    }
}

/// Writes families as trees, then the `shared_source` rows, then a legend.
///
/// Other rows serve the links of the trees; they are looked up by their two ids.
///
/// # Errors
/// The writer's, the lookup's and those of reading rows.
pub fn write_families(
    out: &mut dyn Write,
    families: &dyn Families,
    rows: &dyn Rows,
    lookup: Lookup<'_>,
    options: &TableOptions,
) -> Result<(), WriteError> {
    let mut by_ids: HashMap<(&str, &str), usize> = HashMap::new();
    for (at, head) in rows.heads().enumerate() {
        by_ids.entry((head.source, head.derived)).or_insert(at);
    }
    let row_of = |ids: (&str, &str)| by_ids.get(&ids).map(|&at| rows.row(at)).transpose();
    let table = RowTable { options, lookup, style: options.style, width: options.width() };
    for family in families.families().take(options.families) {
        table.family(out, &*family?, &row_of)?;
        writeln!(out)?;
    }
    if families.is_empty() {
        writeln!(out, "No derived pairs were found.\n")?;
    }
    let left_out = families.len().saturating_sub(options.families);
    if left_out > 0 {
        let more = counted(left_out as u64, "more family", "more families");
        table.note(out, "", &format!("{more} not shown"))?;
        writeln!(out)?;
    }
    let heads = rows.heads().enumerate();
    let shared: Vec<usize> =
        heads.filter(|(_, head)| head.relation == Relation::SharedSource).map(|(at, _)| at).collect();
    if !shared.is_empty() {
        writeln!(out, "{}", table.style.paint(BOLD, "Same event, no copying"))?;
        for &at in shared.iter().take(options.other_pairs) {
            table.pair(out, &*rows.row(at)?)?;
        }
        let left_out = shared.len().saturating_sub(options.other_pairs);
        if left_out > 0 {
            let more = counted(left_out as u64, "more pair", "more pairs");
            table.note(out, "", &format!("{more} not shown"))?;
        }
        writeln!(out)?;
    }
    if families.is_empty() && shared.is_empty() { Ok(()) } else { table.legend(out) }
}

/// Writes one pair as a block of the table, for pairs in the order they were asked for.
///
/// # Errors
/// The writer's and the lookup's.
pub fn write_pair(
    out: &mut dyn Write,
    row: &PairRow,
    lookup: Lookup<'_>,
    options: &TableOptions,
) -> Result<(), WriteError> {
    RowTable { options, lookup, style: options.style, width: options.width() }.pair(out, row)
}

/// Writes a pair that could not be scored, in the place of its block.
///
/// # Errors
/// The writer's.
pub fn write_unscored(
    out: &mut dyn Write,
    pair: &UnscoredPair,
    options: &TableOptions,
) -> Result<(), WriteError> {
    let line = format!(
        "not scored: {} and {}: {}",
        visible_label(&pair.a),
        visible_label(&pair.b),
        visible_label(&pair.error)
    );
    for line in wrap_words(&line, options.width()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Writes the counts of a run in one or two lines.
///
/// # Errors
/// The writer's.
pub fn write_summary(
    out: &mut dyn Write,
    summary: &Summary,
    options: &TableOptions,
) -> Result<(), WriteError> {
    let found: Vec<String> = Relation::ALL
        .into_iter()
        .filter_map(|relation| Some((relation, *summary.pairs.get(relation.name())?)))
        .filter(|(relation, count)| *count > 0 && relation.is_derived())
        .map(|(relation, count)| counted_relation(count, relation))
        .collect();
    let found = if found.is_empty() { String::new() } else { format!(" ({})", found.join(", ")) };
    let mut sentence = format!(
        "{} read, {}{found} in {}",
        counted(summary.documents, "article", "articles"),
        counted(summary.derived_pairs(), "derived pair", "derived pairs"),
        counted(summary.families.families, "family", "families"),
    );
    let shared = summary.pairs.get(Relation::SharedSource.name()).copied().unwrap_or_default();
    if shared > 0 {
        sentence.push_str(&format!("; {}", counted(shared, "pair shares a source", "pairs share a source")));
    }
    if summary.rejected_total() > 0 {
        sentence.push_str(&format!("; {} left out", counted(summary.rejected_total(), "input", "inputs")));
    }
    for line in wrap_words(&sentence, options.width()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Finds a row by the ids of its source and its derived article.
type RowOf<'a> = &'a dyn Fn((&str, &str)) -> Result<Option<Cow<'a, PairRow>>>;

struct RowTable<'a> {
    options: &'a TableOptions,
    lookup: Lookup<'a>,
    style: Style,
    width: usize,
}

impl RowTable<'_> {
    /// A pair that stands by itself: the source, and the derived article below it.
    fn pair(&self, out: &mut dyn Write, row: &PairRow) -> Result<(), WriteError> {
        let glyphs = self.style.glyphs();
        let source = (self.lookup)(&row.source)?;
        let title = cut_to(&headline(&source), self.width - 2, glyphs);
        writeln!(out, "{} {}", self.style.paint(BOLD, glyphs.root), self.style.paint(BOLD, &title))?;
        self.note(out, glyphs.trunk, &imprint(&source).join(glyphs.dot))?;
        let link = TableLink {
            relation: Some(row.relation),
            score: Some(row.score),
            row: Some(row),
            doubt: None,
            also_from: None,
            before: glyphs.last_branch.to_owned(),
            below: "   ".to_owned(),
            indent: 3,
        };
        self.link(out, &link, &row.derived)
    }

    fn link(&self, out: &mut dyn Write, link: &TableLink<'_>, id: &str) -> Result<(), WriteError> {
        let glyphs = self.style.glyphs();
        let article = (self.lookup)(id)?;
        // a tree may lead along a link against its direction
        let is_reversed = link.row.is_some_and(|row| row.source == id && row.tie != Some(Tie::Siblings));
        let relation = link.row.map(|row| row.relation).or(link.relation).unwrap_or(Relation::Unrelated);
        let arrow = match link.row.and_then(|row| row.tie) {
            _ if !relation.is_derived() => "",
            Some(Tie::Siblings) => glyphs.siblings,
            _ if is_reversed => glyphs.reversed,
            Some(Tie::Direct | Tie::Revision) => glyphs.direct,
            Some(Tie::Unknown) | None => glyphs.unknown,
        };
        let before = pad_to(&format!("{}{arrow}", link.before), link.indent);
        let word = pad_to(relation_words(relation), RELATION_COLUMNS);
        let score = link.score.map_or(String::new(), percent);
        let score = format!("{}{score}", " ".repeat(SCORE_COLUMNS.saturating_sub(columns(&score))));
        let mut line = format!(
            "{} {}{}  ",
            self.style.paint(DIM, &before),
            self.style.paint(relation_ink(relation), &word),
            self.style.paint(BOLD, &score)
        );
        let mut taken = link.indent + 1 + RELATION_COLUMNS + SCORE_COLUMNS + 2;
        let reuse =
            link.row.and_then(|row| if row.source == id { &row.reuse_source } else { &row.reuse }.as_ref());
        if self.width >= BAR_FROM_COLUMNS {
            match reuse {
                Some(reuse) => line.push_str(&share_bar(self.style, reuse, BAR_COLUMNS)),
                None => line.push_str(&" ".repeat(BAR_COLUMNS)),
            }
            line.push_str("  ");
            taken += BAR_COLUMNS + 2;
        }
        line.push_str(&cut_to(&headline(&article), self.width.saturating_sub(taken), glyphs));
        writeln!(out, "{line}")?;

        let below = pad_to(&link.below, link.indent + 1);
        let mut known = imprint(&article);
        known.extend(link.doubt.clone().or_else(|| link.row.and_then(direction_words)));
        known.extend(link.also_from.clone());
        self.note(out, &below, &known.join(glyphs.dot))?;
        if matches!(relation, Relation::Identical) {
            return Ok(());
        }
        let mut reasons = Vec::new();
        if let Some(reuse) = reuse {
            let (verbatim, reworded) = (percent(reuse.verbatim), percent(reuse.reworded));
            let rest = if is_reversed { "not taken" } else { "new" };
            reasons.push(format!("{verbatim} verbatim, {reworded} reworded, {} {rest}", percent(reuse.new)));
        }
        if !is_reversed && let Some(evidence) = link.row.and_then(|row| row.evidence.as_ref()?.first()) {
            reasons.push(visible_label(&evidence.text).into_owned());
        }
        let together = reasons.join(glyphs.dot);
        if columns(&below) + columns(&together) <= self.width {
            reasons = vec![together];
        }
        reasons
            .iter()
            .filter(|reason| !reason.is_empty())
            .try_for_each(|reason| self.text(out, &below, PLAIN, reason))
    }

    /// A dimmed line, wrapped behind `before`.
    fn note(&self, out: &mut dyn Write, before: &str, words: &str) -> Result<(), WriteError> {
        self.text(out, before, DIM, words)
    }

    fn text(
        &self,
        out: &mut dyn Write,
        before: &str,
        ink: anstyle::Style,
        words: &str,
    ) -> Result<(), WriteError> {
        for line in wrap_words(words, self.width.saturating_sub(columns(before)).max(8)) {
            writeln!(out, "{}{}", self.style.paint(DIM, before), self.style.paint(ink, &line))?;
        }
        Ok(())
    }

    fn legend(&self, out: &mut dyn Write) -> Result<(), WriteError> {
        let glyphs = self.style.glyphs();
        let mut words = Vec::new();
        if self.width >= BAR_FROM_COLUMNS {
            let (verbatim, reworded, new) = (glyphs.verbatim, glyphs.reworded, glyphs.new);
            words.push(format!("words taken: {verbatim} verbatim {reworded} reworded {new} new"));
        }
        words.push(format!("{} taken from the article above it", glyphs.direct));
        words.push(format!("{} the other way", glyphs.reversed));
        words.push(format!("{} both print a third text", glyphs.siblings));
        words.push(format!("{} {} or {}", glyphs.unknown, glyphs.direct, glyphs.siblings));
        self.note(out, "", &words.join("; "))
    }
}

struct TableLink<'a> {
    relation: Option<Relation>,
    score: Option<f64>,
    row: Option<&'a PairRow>,
    /// What else it may have come from, in words.
    doubt: Option<String>,
    /// Further articles that it was made of, in words.
    also_from: Option<String>,
    /// Tree lines before the arrow, and before the lines below it.
    before: String,
    below: String,
    /// Columns up to and with the arrow.
    indent: usize,
}

#[cfg(test)]
mod tests;
