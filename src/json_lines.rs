//! Rows as JSON lines: one object a line, `\n` at its end, every field there.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::rejection::Rejection;
use crate::row::{FamilyRow, PairRow};

/// Something that is a line of an output file.
pub trait Line: Serialize {
    /// The first number of the row that JSON cannot hold (NaN, an infinity), by its field's name.
    ///
    /// serde_json would write `null` for it, which means "not computed": a wrong row that looks right.
    fn unwritable_number(&self) -> Option<&'static str>;
}

/// A pair that `compare --pairs` could not score, in the place of its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnscoredPair {
    /// Id of the first article, as asked.
    pub a: String,
    /// Id of the second article, as asked.
    pub b: String,
    /// Why there is no score, in words.
    pub error: String,
}

/// Writes one row as a line.
///
/// # Errors
/// The writer's; [`io::ErrorKind::InvalidData`] for a number that JSON cannot hold.
pub fn write_row(out: &mut dyn Write, row: &impl Line) -> io::Result<()> {
    write_rows(out, [row])
}

/// Writes rows in the order given.
///
/// # Errors
/// As [`write_row`].
pub fn write_rows<'a, R: Line + 'a>(
    out: &mut dyn Write,
    rows: impl IntoIterator<Item = &'a R>,
) -> io::Result<()> {
    // Made in memory first: a row is dozens of small writes.
    let mut line = Vec::new();
    rows.into_iter().try_for_each(|row| {
        if let Some(field) = row.unwritable_number() {
            let what = format!("a row's {field} is not a finite number");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        line.clear();
        serde_json::to_writer(&mut line, row)?;
        line.push(b'\n');
        out.write_all(&line)
    })
}

fn first_unwritable(numbers: &[(&'static str, Option<f64>)]) -> Option<&'static str> {
    numbers
        .iter()
        .find(|(_, number)| number.is_some_and(|number| !number.is_finite()))
        .map(|(field, _)| *field)
}

impl Line for PairRow {
    fn unwritable_number(&self) -> Option<&'static str> {
        let evidence = self.evidence.iter().flatten().find(|evidence| !evidence.value.is_finite());
        first_unwritable(&[
            ("score", Some(self.score)),
            ("direction_confidence", self.direction_confidence),
            ("reuse", self.reuse.map(|reuse| reuse.verbatim + reuse.reworded + reuse.new)),
            ("reuse_source", self.reuse_source.map(|reuse| reuse.verbatim + reuse.reworded + reuse.new)),
            ("jaccard", Some(self.jaccard)),
            ("containment", Some(self.containment.derived_in_source + self.containment.source_in_derived)),
            ("evidence", evidence.map(|evidence| evidence.value)),
        ])
    }
}

impl Line for FamilyRow {
    fn unwritable_number(&self) -> Option<&'static str> {
        let bad = |score: &f64| !score.is_finite();
        let score = self.members.iter().filter_map(|member| member.score).find(bad);
        first_unwritable(&[("weakest", Some(self.weakest)), ("score", score)])
    }
}

impl Line for Rejection {
    fn unwritable_number(&self) -> Option<&'static str> {
        None
    }
}

impl Line for UnscoredPair {
    fn unwritable_number(&self) -> Option<&'static str> {
        None
    }
}

#[cfg(feature = "report")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn line(row: &impl Line) -> String {
        let mut out = Vec::new();
        write_row(&mut out, row).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_row_is_one_line_and_reads_back() {
        let mut row = sample::rows().remove(0);
        row.source = "two\nlines \u{2028}\"quoted\"".into();
        let written = line(&row);
        assert_eq!(written.matches('\n').count(), 1);
        let read: PairRow = serde_json::from_str(&written).unwrap();
        assert_eq!((read.source, read.passages), (row.source, row.passages));
    }

    #[test]
    fn fields_that_were_not_computed_are_null() {
        let written = line(&sample::copies_only_row());
        for field in ["tie", "direction_confidence", "reuse", "reuse_source", "facts", "evidence", "passages"]
        {
            assert!(written.contains(&format!("\"{field}\":null")), "{field} in {written}");
        }
    }

    #[test]
    fn no_nan_or_infinity_is_written_as_null() {
        let row = sample::rows().remove(0);
        let spoil: [fn(&mut PairRow); 6] = [
            |row| row.score = f64::NAN,
            |row| row.jaccard = f64::INFINITY,
            |row| row.direction_confidence = Some(f64::NAN),
            |row| row.containment.source_in_derived = f64::NAN,
            |row| row.reuse.as_mut().unwrap().new = f64::NEG_INFINITY,
            |row| row.evidence.as_mut().unwrap()[0].value = f64::NAN,
        ];
        for spoil in spoil {
            let mut row = row.clone();
            spoil(&mut row);
            let mut out = Vec::new();
            assert_eq!(write_row(&mut out, &row).unwrap_err().kind(), io::ErrorKind::InvalidData);
            assert!(out.is_empty());
        }
        let mut family = sample::families().remove(0);
        family.members[1].score = Some(f64::NAN);
        assert!(write_rows(&mut Vec::new(), [&family]).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let error = write_rows(&mut { full }, &sample::rows()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
