//! Marks as files of rows: JSON lines, CSV and Parquet.

use std::io::{self, Write};

use crate::columns::csv::CsvTable;
use crate::columns::{Column, ColumnKind};
use crate::dedup::marks::{Mark, Marked};
use crate::error::WriteError;

/// The form of a file of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarksFormat {
    /// One JSON object a line.
    JsonLines,
    /// As [`crate::columns::csv`] has it.
    Csv,
    /// As [`crate::columns::parquet`] has it.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl MarksFormat {
    /// By what a file's name ends in: `.csv`, `.parquet`, else JSON lines.
    pub fn of_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        #[cfg(feature = "parquet")]
        if name.ends_with(".parquet") {
            return MarksFormat::Parquet;
        }
        if name.ends_with(".csv") { MarksFormat::Csv } else { MarksFormat::JsonLines }
    }
}

/// The columns of [`Mark`].
pub fn mark_columns() -> Vec<Column> {
    let text = |name| Column::new(name, ColumnKind::Text);
    let number = |name| Column::new(name, ColumnKind::Number);
    let count = |name| Column::new(name, ColumnKind::Count);
    vec![
        text("id"),
        text("cluster"),
        count("size"),
        Column::new("keep", ColumnKind::Flag),
        text("representative"),
        text("relation"),
        number("score"),
        number("jaccard"),
        number("weakest"),
        count("links"),
        number("contained"),
        text("reason"),
    ]
}

/// After so many rows it is asked whether the run is to end.
const ROWS_AT_ONCE: usize = 4096;

/// Writes a row for each document, in input order. `check` is asked now and then whether to go on.
///
/// # Errors
/// The writer's, and what `check` returns.
pub fn write_marks(
    out: &mut dyn Write,
    marked: &Marked,
    format: MarksFormat,
    check: &dyn Fn() -> crate::Result<()>,
) -> Result<(), WriteError> {
    match format {
        MarksFormat::JsonLines => {
            let mut line = Vec::new();
            for_each_mark(marked, check, |mark| {
                line.clear();
                serde_json::to_writer(&mut line, mark).map_err(io::Error::from)?;
                line.push(b'\n');
                out.write_all(&line)
            })
        }
        MarksFormat::Csv => {
            let mut table = CsvTable::begin(out, mark_columns())?.bare();
            for_each_mark(marked, check, |mark| table.write(mark))
        }
        #[cfg(feature = "parquet")]
        MarksFormat::Parquet => {
            let mut table = crate::columns::parquet::ParquetTable::begin(out, mark_columns())?;
            for_each_mark(marked, check, |mark| table.write(mark))?;
            Ok(table.finish()?)
        }
    }
}

fn for_each_mark(
    marked: &Marked,
    check: &dyn Fn() -> crate::Result<()>,
    mut write: impl FnMut(&Mark<'_>) -> io::Result<()>,
) -> Result<(), WriteError> {
    for (at, mark) in marked.marks().enumerate() {
        if at % ROWS_AT_ONCE == 0 {
            check()?;
        }
        write(&mark)?;
    }
    Ok(())
}
