//! What a scan leaves: a table or lines on standard output, or a folder of files.

use std::io::Write;
use std::path::Path;

use retold::json_lines;
use retold::pipeline::Scan;
use retold::report::html::{self, PageOptions};
use retold::report::table::{self, TableOptions};
use retold::report::{Lookup, OutputFolder, Summary, WriteError};
use retold::row::FamilyRow;
use retold::rows::Rows;
use retold::rules::RuledRows;
use retold::{Error, Result};

use super::args::Format;
use super::interrupt::Interrupt;
use super::rejections::{LISTED_IN, Rejections, grouped};
use super::session::Session;
use super::stop::Outcome;

/// After so many lines it is asked whether the run is to end.
const LINES_AT_ONCE: usize = 4096;

/// A scan's results, and where its articles are found again.
pub struct Found<'a> {
    pub scan: &'a Scan,
    /// Its rows as rules let them be seen, where there are rules.
    pub ruled: Option<&'a RuledRows<'a>>,
    pub summary: Summary,
    pub lookup: Lookup<'a>,
}

/// Writes results to standard output.
pub fn print(found: &Found<'_>, format: Format, session: &Session) -> Outcome {
    let mut out = session.printer.data();
    match format {
        Format::Jsonl => write_rows(&mut out, found, &session.interrupt)?,
        Format::Table => {
            let options = TableOptions::new(session.printer.width_columns(), session.printer.style());
            table::write_families(
                &mut out,
                &found.scan.families,
                found.ruled.map_or(&found.scan.rows() as &dyn Rows, |ruled| ruled),
                found.lookup,
                &options,
            )?;
            table::write_summary(&mut out, &found.summary, &options)?;
        }
    }
    Ok(out.flush()?)
}

fn write_rows(out: &mut dyn Write, found: &Found<'_>, interrupt: &Interrupt) -> Result<(), WriteError> {
    let rows = found.scan.rows();
    for at in 0..found.ruled.map_or(rows.len(), Rows::len) {
        if at % LINES_AT_ONCE == 0 {
            interrupt.check()?;
        }
        match found.ruled {
            Some(ruled) => json_lines::write_row(out, &*ruled.row(at)?)?,
            // lines are lines already
            None => rows.write_line(at, out)?,
        }
    }
    Ok(())
}

fn write_families(
    out: &mut dyn Write,
    families: &[FamilyRow],
    interrupt: &Interrupt,
) -> Result<(), WriteError> {
    for families in families.chunks(LINES_AT_ONCE) {
        interrupt.check()?;
        json_lines::write_rows(out, families)?;
    }
    Ok(())
}

/// Writes all files of the output folder that the session holds, and puts them in place together.
pub fn write_folder(
    found: Found<'_>,
    folder: &Path,
    rejections: &Rejections,
    report_families: usize,
    session: &Session,
) -> Outcome {
    let (scan, lookup, mut summary) = (found.scan, found.lookup, found.summary.clone());
    let all = scan.rows();
    let rows = found.ruled.map_or(&all as &dyn Rows, |ruled| ruled);
    let mut held = session.interrupt.output();
    let Some(output) = held.as_mut() else { return Err(Error::Interrupted.into()) };
    output.write("pairs.jsonl", |out| write_rows(out, &found, &session.interrupt))?;
    output.write("families.jsonl", |out| write_families(out, &scan.families, &session.interrupt))?;
    output.write(LISTED_IN, |out| rejections.write_all(out))?;
    let page = PageOptions { families: report_families, ..PageOptions::default() };
    let counts =
        output.write("report.html", |out| html::write(out, &summary, &scan.families, rows, lookup, &page))?;
    summary.report = Some(counts);
    output.write("summary.json", |out| summary.write(out))?;
    session.interrupt.check()?;
    if let Some(output) = held.take() {
        OutputFolder::commit(output)?;
    }
    drop(held);
    tell(&summary, session)?;
    session
        .printer
        .message(&format!("results are in {0}: open {0}/report.html in a browser", folder.display()));
    Ok(())
}

/// The counts of the run, for whoever waits for it.
fn tell(summary: &Summary, session: &Session) -> Outcome {
    let options = TableOptions::new(session.printer.width_columns(), session.printer.style());
    let mut words = Vec::new();
    table::write_summary(&mut words, summary, &options)?;
    for line in String::from_utf8_lossy(&words).lines() {
        session.printer.message(line);
    }
    let say = |count: u64, one: &str, many: &str| match count {
        0 => {}
        1 => session.printer.message(&format!("1 {one}")),
        _ => session.printer.message(&format!("{} {many}", grouped(count))),
    };
    say(
        summary.hot.len() as u64,
        "group was too large to try every pair of it; summary.json names it under \"hot\"",
        "groups were too large to try every pair of them; summary.json names them under \"hot\"",
    );
    Ok(())
}
