//! CSV and TSV again: rows copied byte for byte, marks being cells behind the last one of each.

use serde_json::Value;

use super::encoder::Encoder;
use super::{RewriteFolder, TableFile, TableRows};
use crate::dedup::write::mark_columns;
use crate::error::Result;
use crate::read::RawTable;

pub(super) fn rewrite(
    table: &TableFile<'_>,
    mut raw: RawTable,
    rows: &TableRows<'_>,
    folder: &mut RewriteFolder<'_>,
) -> Result<()> {
    let (reading, writing) = (table.unread(), folder.unwritten(table.name));
    let names: Vec<&str> =
        mark_columns().iter().map(|column| column.name).filter(|name| *name != "id").collect();
    let headed: Vec<String> = rows
        .field()
        .map_or_else(Vec::new, |field| names.iter().map(|name| format!("{field}.{name}")).collect());
    if let Some(name) = headed.iter().find(|name| raw.has_column(name)) {
        return Err(table.has_field(name));
    }
    let mut out = Encoder::new(folder.begin(table.name)?, table.packing).map_err(&writing)?;
    let delimiter = raw.delimiter();
    let mut line = raw.before().to_vec();
    push_row(&mut line, raw.header(), headed.iter().map(String::as_str), delimiter, true);
    out.write(&line).map_err(&writing)?;
    // line ends that stand before a row belong to the one before it
    let mut is_last_written = true;
    while let Some(row) = raw.next_row().map_err(&reading)? {
        line.clear();
        let is_written = rows.is_written(row.number);
        match is_written {
            false => {
                line.extend_from_slice(line_ends(row.bytes).filter(|_| is_last_written).unwrap_or_default())
            }
            // a row of other cells than the header's would get the marks under other names
            true if rows.field().is_some() && !row.is_whole => line.extend_from_slice(row.bytes),
            true => {
                let mark = rows.field().map(|_| rows.mark(row.number));
                let cells: Vec<String> =
                    mark.iter().flat_map(|mark| names.iter().map(|name| cell(&mark[*name]))).collect();
                push_row(&mut line, row.bytes, cells.iter().map(String::as_str), delimiter, is_last_written);
            }
        }
        is_last_written = is_written;
        out.write(&line).map_err(&writing)?;
    }
    if is_last_written {
        out.write(raw.rest()).map_err(&writing)?;
    }
    out.finish().map_err(&writing)
}

/// The line ends that a row begins with.
fn line_ends(row: &[u8]) -> Option<&[u8]> {
    let count = row.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    row.get(..count)
}

/// Writes a row with more cells behind its last.
fn push_row<'c>(
    line: &mut Vec<u8>,
    row: &[u8],
    cells: impl Iterator<Item = &'c str>,
    delimiter: u8,
    with_line_ends: bool,
) {
    let before = line_ends(row).unwrap_or_default();
    let own = row.get(before.len()..).unwrap_or_default();
    let end = own.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let (content, after) = own.split_at(end);
    if with_line_ends {
        line.extend_from_slice(before);
    }
    line.extend_from_slice(content);
    for cell in cells {
        line.push(delimiter);
        push_cell(line, cell, delimiter);
    }
    line.extend_from_slice(after);
}

fn push_cell(line: &mut Vec<u8>, cell: &str, delimiter: u8) {
    let needs_quotes = cell.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'));
    match needs_quotes {
        true => line.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes()),
        false => line.extend_from_slice(cell.as_bytes()),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_u64() {
            Some(count) => count.to_string(),
            None => number.as_f64().unwrap_or_default().to_string(),
        },
        other => other.to_string(),
    }
}
