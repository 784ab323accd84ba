//! The report as text.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::tune::Labelled;
use crate::tune::report::tables::{self, FigureTable};
use crate::tune::run::{Refit, TuneResult};

/// Signals listed on the terminal.
const SIGNALS_LISTED: usize = 20;

/// Longest cell printed; ids and labels may be of any length.
const CELL_WIDTH: usize = 48;

/// The report of a run on `pairs`, as plain text.
pub fn text(result: &TuneResult, pairs: &[Labelled]) -> String {
    let mut text = String::new();
    // writing to a string cannot fail
    let _ = writeln!(
        text,
        "{} labelled pairs, {} of them derived; {}\n",
        result.pairs,
        result.derived,
        what_was_made(result.refit)
    );
    for model in &result.models {
        let _ = writeln!(text, "Model {}: {}\n", model.name, tables::headline(model));
        for table in tables::of_model(model, pairs, SIGNALS_LISTED) {
            write_table(&mut text, &table);
        }
    }
    if !result.direction.sets.is_empty() {
        write_table(&mut text, &tables::direction(result));
    }
    write_table(&mut text, &tables::banding(result));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// What a run made anew, as half a sentence.
pub(super) fn what_was_made(refit: Refit) -> &'static str {
    match refit {
        Refit::All => "curves, calibration and direction fitted anew, figures from pairs held out",
        Refit::Calibration => {
            "too few for new curves: the base profile's are kept and calibrated, figures from the same pairs"
        }
        Refit::Cut => "the base profile is kept and measured",
    }
}

fn write_table(text: &mut String, table: &FigureTable) {
    if table.rows.is_empty() {
        return;
    }
    let cells: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect()).collect();
    let widths: Vec<usize> = (0..table.header.len())
        .map(|column| {
            let widest = cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
            widest.unwrap_or(0).max(table.header[column].width())
        })
        .collect();
    let _ = writeln!(text, "{}", table.title);
    let header: Vec<String> = table.header.iter().map(|cell| (*cell).to_owned()).collect();
    for row in std::iter::once(&header).chain(&cells) {
        let mut line = String::from(" ");
        for (column, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[column].saturating_sub(cell.width()));
            let is_text = column == 0 || column + table.text_columns >= table.header.len();
            line.push_str(if column == 0 { " " } else { "  " });
            if is_text {
                line.push_str(cell);
                line.push_str(&pad);
            } else {
                line.push_str(&pad);
                line.push_str(cell);
            }
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
}

/// A cell without characters that move the cursor, cut to a width.
fn printable(cell: &str) -> String {
    let mut kept = String::new();
    for character in cell.chars() {
        let character = if character.is_control() { '\u{fffd}' } else { character };
        kept.push(character);
        if kept.width() > CELL_WIDTH {
            kept.pop();
            while kept.width() >= CELL_WIDTH {
                kept.pop();
            }
            kept.push('…');
            break;
        }
    }
    kept
}
