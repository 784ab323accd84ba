//! The verdict in words, above the texts.

use std::io::Write;

use super::super::WriteError;
use super::super::terminal::{
    BOLD, DIM, PLAIN, Style, columns, part_ink, relation_ink, share_bar, wrap_words,
};
use super::super::visible::visible_label;
use super::super::words::{
    direction_words, headline, percent, relation_sentence, relation_words, reservation,
};
use super::brackets;
use crate::article::Article;
use crate::row::{PairRow, PartKind, Reuse, Tie};

const LABEL_COLUMNS: usize = 11;
const BAR_COLUMNS: usize = 24;
const BAR_FROM_COLUMNS: usize = 72;

/// What the two columns are called: source and derived only where the one came from the other.
pub(super) fn labels(row: &PairRow) -> [&'static str; 2] {
    if row.relation.is_derived() && row.tie != Some(Tie::Siblings) {
        ["SOURCE", "DERIVED"]
    } else {
        ["FIRST", "SECOND"]
    }
}

pub(super) fn write(
    out: &mut dyn Write,
    row: &PairRow,
    source: &Article,
    derived: &Article,
    style: Style,
    width: usize,
) -> Result<(), WriteError> {
    let mut sheet = HeaderLines { out, style, width };
    let verdict = relation_words(row.relation).to_uppercase();
    let probability = format!("{} likely derived", percent(row.score));
    let dot = style.glyphs().dot;
    writeln!(
        sheet.out,
        "{}{dot}{}",
        style.paint(relation_ink(row.relation), &verdict),
        style.paint(BOLD, &probability)
    )?;
    let sentence = format!(
        "“{}” {} “{}”{}.",
        headline(derived),
        relation_sentence(row.relation),
        headline(source),
        reservation(row)
    );
    let sentence = if style.unicode { sentence } else { sentence.replace(['“', '”'], "\"") };
    for line in wrap_words(&sentence, width) {
        writeln!(sheet.out, "{line}")?;
    }
    writeln!(sheet.out)?;
    if row.relation.is_derived() {
        let words = direction_words(row).unwrap_or_else(|| "unknown".to_owned());
        sheet.field("direction", words.trim_start_matches("direction "))?;
    }
    if let Some(reuse) = &row.reuse {
        sheet.shares("second", reuse, ["verbatim", "reworded", "new"], row)?;
    }
    if let Some(reuse) = &row.reuse_source {
        sheet.shares("first", reuse, ["taken verbatim", "taken reworded", "not taken"], row)?;
    }
    if let Some(facts) = row.facts {
        let (shared, only_source, only_derived) = (facts.shared, facts.source_only, facts.derived_only);
        let [first, second] = labels(row).map(str::to_lowercase);
        sheet.field(
            "facts",
            &format!(
                "{shared} shared, {only_source} only in the {first} article, {only_derived} only in the {second} one"
            ),
        )?;
    }
    let shares = [row.containment.derived_in_source, row.containment.source_in_derived].map(percent);
    let [first, second] = labels(row).map(str::to_lowercase);
    let overlap = format!(
        "5-word runs: Jaccard index {:.3}; {} of the {second} article's stand in the {first} one, {} the other way",
        row.jaccard, shares[0], shares[1]
    );
    sheet.field("overlap", &overlap)?;
    for (at, evidence) in row.evidence.iter().flatten().enumerate() {
        let label = if at == 0 { "because" } else { "" };
        let bullet = style.glyphs().bullet;
        sheet.field(label, &format!("{bullet} {}", visible_label(&evidence.text)))?;
    }
    if row.calibrated == Some(false) {
        sheet.field("note", "the score is not calibrated for this language")?;
    }
    writeln!(sheet.out)?;
    legend(sheet.out, row, style, width)
}

fn legend(out: &mut dyn Write, row: &PairRow, style: Style, width: usize) -> Result<(), WriteError> {
    if row.passages.as_ref().is_none_or(Vec::is_empty) {
        writeln!(out, "{}\n", style.paint(DIM, "No passages to show."))?;
        return Ok(());
    }
    let kinds = [
        (PartKind::Verbatim, "verbatim"),
        (PartKind::Reworded, "reworded"),
        (PartKind::Quote, "quoted speech"),
    ];
    let mut items: Vec<(anstyle::Style, String)> = Vec::new();
    for (kind, words) in kinds {
        let (open, close) = if style.color { ("", "") } else { brackets(kind) };
        items.push((part_ink(kind), format!("{open}{words}{close}")));
    }
    let bar = style.glyphs().passage;
    items.push((DIM, format!("1{bar} passage, same number on both sides")));
    let mut taken = 0;
    for (at, (ink, words)) in items.into_iter().enumerate() {
        let fits = taken + 3 + columns(&words) <= width;
        let before = if at == 0 {
            ""
        } else if fits {
            "   "
        } else {
            "\n"
        };
        taken = if at > 0 && fits { taken + 3 } else { 0 } + columns(&words);
        write!(out, "{before}{}", style.paint(ink, &words))?;
    }
    writeln!(out, "\n")?;
    Ok(())
}

struct HeaderLines<'a> {
    out: &'a mut dyn Write,
    style: Style,
    width: usize,
}

impl HeaderLines<'_> {
    fn field(&mut self, label: &str, words: &str) -> Result<(), WriteError> {
        self.lines(label, "", words)
    }

    fn lines(&mut self, label: &str, before: &str, words: &str) -> Result<(), WriteError> {
        let taken = if before.is_empty() { 0 } else { BAR_COLUMNS + 2 };
        for (at, line) in wrap_words(words, self.width - LABEL_COLUMNS - taken).into_iter().enumerate() {
            let label = format!("{:LABEL_COLUMNS$}", if at == 0 { label } else { "" });
            let before = if at == 0 { before.to_owned() } else { " ".repeat(taken) };
            writeln!(
                self.out,
                "{}{before}{}",
                self.style.paint(DIM, &label),
                self.style.paint(PLAIN, &line)
            )?;
        }
        Ok(())
    }

    fn shares(
        &mut self,
        which: &str,
        reuse: &Reuse,
        names: [&str; 3],
        row: &PairRow,
    ) -> Result<(), WriteError> {
        let side = usize::from(which == "second");
        let label = labels(row)[side].to_lowercase();
        let shares = [reuse.verbatim, reuse.reworded, reuse.new].map(percent);
        let named: Vec<String> =
            shares.iter().zip(names).map(|(share, name)| format!("{share} {name}")).collect();
        let bar = share_bar(self.style, reuse, BAR_COLUMNS);
        let before = if self.width >= BAR_FROM_COLUMNS { format!("{bar}  ") } else { String::new() };
        self.lines(&label, &before, &named.join(", "))
    }
}
