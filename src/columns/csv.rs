//! Tables for spreadsheets: comma-separated values with a line of names (RFC 4180, lines ending in LF),
//! `null` an empty cell.
//!
//! A struct's fields are columns of their own, `reuse.verbatim`. Of a list of reasons the texts stand in one
//! cell, of other lists the number of their items. What a spreadsheet would take for a formula is defused by
//! an apostrophe before it (OWASP, "CSV injection"), but in tables that are to be joined with others by their
//! ids: in these, in JSON lines and in Parquet such texts are as they were.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{Column, ColumnKind};

/// Between the texts of a list in one cell.
const BETWEEN: &str = " | ";

/// Writes rows of one kind.
pub struct CsvTable<'w> {
    out: &'w mut dyn Write,
    columns: Vec<Column>,
    line: Vec<u8>,
    /// Whether a text stays what it is where a spreadsheet would take it for a formula.
    is_bare: bool,
}

impl<'w> CsvTable<'w> {
    /// Begins a table with its line of names.
    ///
    /// # Errors
    /// The writer's.
    pub fn begin(out: &'w mut dyn Write, columns: Vec<Column>) -> io::Result<Self> {
        let mut names = Vec::new();
        columns.iter().for_each(|column| push_names("", column, &mut names));
        writeln!(out, "{}", names.join(","))?;
        Ok(CsvTable { out, columns, line: Vec::new(), is_bare: false })
    }

    /// Leaves formulas what they are, for tables whose ids are to be found again elsewhere.
    #[must_use]
    pub fn bare(self) -> Self {
        CsvTable { is_bare: true, ..self }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&mut self, row: &impl Serialize) -> io::Result<()> {
        let row = serde_json::to_value(row)?;
        self.line.clear();
        push_fields(&self.columns, &row, self.is_bare, &mut self.line);
        // behind the last cell
        self.line.pop();
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }
}

fn push_names(before: &str, column: &Column, names: &mut Vec<String>) {
    let name = format!("{before}{}", column.name);
    match &column.kind {
        ColumnKind::Struct(fields) => {
            fields.iter().for_each(|field| push_names(&format!("{name}."), field, names));
        }
        _ => names.push(name),
    }
}

/// Writes the cells of some columns, each with a comma behind it.
fn push_fields(columns: &[Column], row: &Value, is_bare: bool, line: &mut Vec<u8>) {
    for column in columns {
        let value = row.get(column.name).unwrap_or(&Value::Null);
        match (&column.kind, value) {
            (ColumnKind::Struct(fields), value) => {
                push_fields(fields, value, is_bare, line);
                continue;
            }
            (_, Value::Null) => {}
            (ColumnKind::List(item), Value::Array(items)) => push_list(item, items, line),
            (ColumnKind::Number, Value::Number(number)) => {
                let number = number.as_f64().unwrap_or_default();
                line.extend_from_slice(number.to_string().as_bytes());
            }
            (_, Value::String(text)) if is_bare => push_quoted(line, "", text),
            (_, Value::String(text)) => push_text(line, text),
            (_, value) => line.extend_from_slice(value.to_string().as_bytes()),
        }
        line.push(b',');
    }
}

fn push_list(item: &ColumnKind, items: &[Value], line: &mut Vec<u8>) {
    let texts: Vec<&str> = match item {
        ColumnKind::Text => items.iter().filter_map(Value::as_str).collect(),
        _ => items.iter().filter_map(|item| item.get("text")?.as_str()).collect(),
    };
    match texts.is_empty() {
        true => line.extend_from_slice(items.len().to_string().as_bytes()),
        false => push_text(line, &texts.join(BETWEEN)),
    }
}

/// Writes a cell of text: in quotation marks where it has to be, and never as a formula.
pub fn push_text(line: &mut Vec<u8>, text: &str) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    push_quoted(line, if is_formula { "'" } else { "" }, text);
}

fn push_quoted(line: &mut Vec<u8>, apostrophe: &str, text: &str) {
    let needs_quotes = text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.trim() != text;
    if !needs_quotes {
        line.extend_from_slice(apostrophe.as_bytes());
        return line.extend_from_slice(text.as_bytes());
    }
    line.push(b'"');
    line.extend_from_slice(apostrophe.as_bytes());
    line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut line = Vec::new();
        push_text(&mut line, text);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn texts_are_quoted_where_they_have_to_be() {
        assert_eq!([cell("a b"), cell("é"), cell("a,b")], ["a b", "é", "\"a,b\""]);
        assert_eq!(
            [cell("say \"so\""), cell("a\nb"), cell(" a"), cell("")],
            ["\"say \"\"so\"\"\"", "\"a\nb\"", "\" a\"", "\"\""]
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!([cell("=1+1"), cell("@a"), cell("-2")], ["'=1+1", "'@a", "'-2"]);
        assert_eq!([cell("+a,b"), cell("\tx"), cell("a=b")], ["\"'+a,b\"", "\"'\tx\"", "a=b"]);
    }

    #[test]
    fn structs_are_columns_and_lists_are_told_in_one_cell() {
        let reasons = Column::list("reasons", vec![Column::new("text", ColumnKind::Text)]);
        let spans = Column::new("spans", ColumnKind::List(Box::new(ColumnKind::Count)));
        let reuse = Column::group(
            "reuse",
            vec![Column::new("new", ColumnKind::Number), Column::new("is", ColumnKind::Flag)],
        );
        let mut out = Vec::new();
        let mut table = CsvTable::begin(&mut out, vec![reuse, reasons, spans]).unwrap();
        let row = serde_json::json!({"reuse": {"new": 0.5, "is": true}, "reasons": [{"text": "a"}, {"text": "b, c"}], "spans": [1, 2]});
        table.write(&row).unwrap();
        table.write(&serde_json::json!({"reuse": null, "reasons": null, "spans": []})).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "reuse.new,reuse.is,reasons,spans\n0.5,true,\"a | b, c\",2\n,,,0\n"
        );
    }
}
