//! Marks as files of rows: JSON lines and CSV.

use std::io::{self, Write};

use crate::dedup::marks::{Mark, Marked};
use crate::error::WriteError;

/// The form of a file of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarksFormat {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values with a line of names (RFC 4180, lines ending in LF); null is an empty field.
    Csv,
}

/// After so many rows it is asked whether the run is to end.
const ROWS_AT_ONCE: usize = 4096;

const COLUMNS: &str =
    "id,cluster,size,keep,representative,relation,score,jaccard,weakest,links,contained,reason";

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
    if format == MarksFormat::Csv {
        writeln!(out, "{COLUMNS}")?;
    }
    let mut line = Vec::new();
    for (at, mark) in marked.marks().enumerate() {
        if at % ROWS_AT_ONCE == 0 {
            check()?;
        }
        line.clear();
        match format {
            MarksFormat::JsonLines => serde_json::to_writer(&mut line, &mark).map_err(io::Error::from)?,
            MarksFormat::Csv => csv_row(&mut line, &mark)?,
        }
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

fn csv_row(line: &mut Vec<u8>, mark: &Mark<'_>) -> io::Result<()> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    csv_text(line, mark.id);
    write!(line, ",{},{},{},", mark.cluster, mark.size, mark.keep)?;
    csv_text(line, mark.representative);
    let relation = mark.relation.map_or("", |relation| relation.name());
    let (score, jaccard, weakest) = (number(mark.score), number(mark.jaccard), number(mark.weakest));
    write!(line, ",{relation},{score},{jaccard},{weakest},{},", mark.links)?;
    write!(line, "{},{}", number(mark.contained), mark.reason.name())
}

fn csv_text(line: &mut Vec<u8>, text: &str) {
    let needs_quotes = text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.trim() != text;
    if !needs_quotes {
        return line.extend_from_slice(text.as_bytes());
    }
    line.push(b'"');
    line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_they_have_to_be() {
        let of = |text: &str| {
            let mut line = Vec::new();
            csv_text(&mut line, text);
            String::from_utf8(line).unwrap()
        };
        assert_eq!([of("a b"), of("é"), of("a,b")], ["a b", "é", "\"a,b\""]);
        assert_eq!(
            [of("say \"so\""), of("a\nb"), of(" a"), of("")],
            ["\"say \"\"so\"\"\"", "\"a\nb\"", "\" a\"", "\"\""]
        );
    }
}
