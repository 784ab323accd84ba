//! What a scan leaves: a table or lines on standard output, or a folder of files.

use std::io::{IsTerminal, Write};
use std::path::Path;

use retold::columns::csv::CsvTable;
#[cfg(feature = "parquet")]
use retold::columns::parquet::ParquetTable;
use retold::columns::{member_columns, member_rows, pair_columns};
use retold::json_lines;
use retold::pipeline::{Scan, ScanFamilies};
use retold::report::html::{self, PageOptions};
use retold::report::table::{self, TableOptions};
use retold::report::{Lookup, OutputFolder, Summary, WriteError, graphml};
use retold::row::PairRow;
use retold::rows::{Families, Rows};
use retold::rules::RuledRows;
use retold::{Error, Result};

use super::args::RowsFormat;
use super::interrupt::Interrupt;
use super::rejections::{LISTED_IN, Rejections, grouped};
use super::session::Session;
use super::stop::{Outcome, usage};

/// After so many lines it is asked whether the run is to end.
const LINES_AT_ONCE: usize = 4096;

const PAIRS: &str = "pairs.jsonl";
const FAMILIES: &str = "families.jsonl";
const REPORT: &str = "report.html";
const SUMMARY: &str = "summary.json";
const GRAPH: &str = "families.graphml";

/// The names of pairs and families in another form.
fn names_beside(format: RowsFormat) -> Vec<&'static str> {
    match format {
        RowsFormat::Table | RowsFormat::Jsonl => Vec::new(),
        RowsFormat::Csv => vec!["pairs.csv", "families.csv"],
        #[cfg(feature = "parquet")]
        RowsFormat::Parquet => vec!["pairs.parquet", "families.parquet"],
    }
}

/// A scan's results, and where its articles are found again.
pub struct ScanFindings<'a> {
    pub scan: &'a Scan,
    /// Its rows as rules let them be seen, where there are rules.
    pub ruled: Option<&'a RuledRows<'a>>,
    pub summary: Summary,
    pub lookup: Lookup<'a>,
}

/// What goes where.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// To standard output.
    pub printed: Option<RowsFormat>,
    /// Into the folder, beside what is always there.
    pub beside: Option<RowsFormat>,
    pub graphml: bool,
    /// Families on the page.
    pub families: usize,
}

impl Written {
    pub fn of(folder: Option<&Path>, format: Option<RowsFormat>, graphml: bool) -> Self {
        let is_for_people = matches!(format, Some(RowsFormat::Table | RowsFormat::Jsonl));
        let (printed, beside) = match folder {
            Some(_) if is_for_people => (format, None),
            Some(_) => (None, format),
            None => (format.or(Some(RowsFormat::Table)), None),
        };
        Written { printed, beside, graphml, families: 0 }
    }

    /// The files of the folder.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = vec![PAIRS, FAMILIES, LISTED_IN, REPORT, SUMMARY];
        names.extend(self.graphml.then_some(GRAPH));
        names.extend(self.beside.into_iter().flat_map(names_beside));
        names
    }
}

/// Bytes that no person can read do not go to a terminal.
pub fn check_terminal(format: Option<RowsFormat>) -> Outcome {
    let is_readable = matches!(format, None | Some(RowsFormat::Table | RowsFormat::Jsonl | RowsFormat::Csv));
    match is_readable || !std::io::stdout().is_terminal() {
        true => Ok(()),
        false => Err(usage(
            "Parquet is not written to a terminal: give a folder (--out) or a file (> pairs.parquet)",
        )),
    }
}

/// Writes results to standard output.
pub fn print(found: &ScanFindings<'_>, format: RowsFormat, session: &Session) -> Outcome {
    let mut out = session.printer.data();
    match format {
        RowsFormat::Jsonl => write_rows(&mut out, found, &session.interrupt)?,
        RowsFormat::Csv => write_csv(&mut out, found, &session.interrupt)?,
        #[cfg(feature = "parquet")]
        RowsFormat::Parquet => write_parquet(&mut out, found, &session.interrupt)?,
        RowsFormat::Table => {
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

fn write_rows(
    out: &mut dyn Write,
    found: &ScanFindings<'_>,
    interrupt: &Interrupt,
) -> Result<(), WriteError> {
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

fn write_csv(out: &mut dyn Write, found: &ScanFindings<'_>, interrupt: &Interrupt) -> Result<(), WriteError> {
    let mut table = CsvTable::begin(out, pair_columns())?;
    for_each_row(found, interrupt, |row| Ok(table.write(row)?))
}

#[cfg(feature = "parquet")]
fn write_parquet(
    out: &mut dyn Write,
    found: &ScanFindings<'_>,
    interrupt: &Interrupt,
) -> Result<(), WriteError> {
    let mut table = ParquetTable::begin(out, pair_columns())?;
    for_each_row(found, interrupt, |row| Ok(table.write(row)?))?;
    Ok(table.finish()?)
}

fn for_each_row(
    found: &ScanFindings<'_>,
    interrupt: &Interrupt,
    mut write: impl FnMut(&PairRow) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let all = found.scan.rows();
    let rows = found.ruled.map_or(&all as &dyn Rows, |ruled| ruled);
    for at in 0..rows.len() {
        if at % LINES_AT_ONCE == 0 {
            interrupt.check()?;
        }
        write(&*rows.row(at)?)?;
    }
    Ok(())
}

/// The rows of the folder in another form: `pairs.csv` and `families.csv`, for instance.
fn write_beside(
    output: &mut OutputFolder,
    found: &ScanFindings<'_>,
    format: RowsFormat,
    interrupt: &Interrupt,
) -> Result<()> {
    match format {
        RowsFormat::Table | RowsFormat::Jsonl => Ok(()),
        RowsFormat::Csv => {
            output.write("pairs.csv", |out| write_csv(out, found, interrupt))?;
            output.write("families.csv", |out| {
                let mut table = CsvTable::begin(out, member_columns())?;
                for family in found.scan.families.families() {
                    member_rows(&*family?).iter().try_for_each(|row| table.write(row))?;
                }
                Ok::<(), WriteError>(())
            })
        }
        #[cfg(feature = "parquet")]
        RowsFormat::Parquet => {
            output.write("pairs.parquet", |out| write_parquet(out, found, interrupt))?;
            output.write("families.parquet", |out| {
                let mut table = ParquetTable::begin(out, retold::columns::family_columns())?;
                for family in found.scan.families.families() {
                    table.write(&*family?)?;
                }
                Ok::<(), WriteError>(table.finish()?)
            })
        }
    }
}

fn write_families(
    out: &mut dyn Write,
    families: &ScanFamilies,
    interrupt: &Interrupt,
) -> Result<(), WriteError> {
    for at in 0..families.len() {
        if at % LINES_AT_ONCE == 0 {
            interrupt.check()?;
        }
        families.write_line(at, out)?;
    }
    Ok(())
}

/// Writes all files of the output folder that the session holds, and puts them in place together.
pub fn write_folder(
    found: ScanFindings<'_>,
    folder: &Path,
    rejections: &Rejections,
    written: &Written,
    session: &Session,
) -> Outcome {
    let (scan, lookup, mut summary) = (found.scan, found.lookup, found.summary.clone());
    let all = scan.rows();
    let rows = found.ruled.map_or(&all as &dyn Rows, |ruled| ruled);
    let mut held = session.interrupt.output();
    let Some(output) = held.as_mut() else { return Err(Error::Interrupted.into()) };
    output.write(PAIRS, |out| write_rows(out, &found, &session.interrupt))?;
    output.write(FAMILIES, |out| write_families(out, &scan.families, &session.interrupt))?;
    output.write(LISTED_IN, |out| rejections.write_all(out))?;
    if let Some(format) = written.beside {
        write_beside(output, &found, format, &session.interrupt)?;
    }
    if written.graphml {
        output.write(GRAPH, |out| graphml::write(out, &scan.families))?;
    }
    let page = PageOptions { families: written.families, ..PageOptions::default() };
    let counts =
        output.write(REPORT, |out| html::write(out, &summary, &scan.families, rows, lookup, &page))?;
    summary.report = Some(counts);
    output.write(SUMMARY, |out| summary.write(out))?;
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
