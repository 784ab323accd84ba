//! Rows as tables: CSV for spreadsheets, Parquet for programs. Their columns are the fields of the JSON
//! lines, by the same names and in the same order.

pub mod csv;
mod families;
mod pairs;
#[cfg(feature = "parquet")]
pub mod parquet;

pub use families::{family_columns, member_columns, member_rows};
pub use pairs::pair_columns;

/// What a column holds. Every cell may be empty: `null` in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Unicode.
    Text,
    /// With a fraction.
    Number,
    /// 0 and more.
    Count,
    /// Yes or no.
    Flag,
    /// Any number of these.
    List(Box<ColumnKind>),
    /// These together.
    Struct(Vec<Column>),
}

/// A column of a table, or a field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As in the JSON lines.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
}

impl Column {
    /// A column of a kind.
    pub const fn new(name: &'static str, kind: ColumnKind) -> Self {
        Column { name, kind }
    }

    /// A list of what has these fields.
    pub fn list(name: &'static str, fields: Vec<Column>) -> Self {
        Column { name, kind: ColumnKind::List(Box::new(ColumnKind::Struct(fields))) }
    }

    /// What has these fields.
    pub fn group(name: &'static str, fields: Vec<Column>) -> Self {
        Column { name, kind: ColumnKind::Struct(fields) }
    }
}

/// Whether a row, as JSON has it, consists of these columns and no others. For tests of what writes rows.
pub fn fits(columns: &[Column], row: &serde_json::Value) -> bool {
    let Some(fields) = row.as_object() else { return false };
    fields.len() == columns.len()
        && columns
            .iter()
            .all(|column| fields.get(column.name).is_some_and(|value| fits_kind(&column.kind, value)))
}

fn fits_kind(kind: &ColumnKind, value: &serde_json::Value) -> bool {
    value.is_null()
        || match kind {
            ColumnKind::Text => value.is_string(),
            ColumnKind::Number => value.is_number(),
            ColumnKind::Count => value.is_u64(),
            ColumnKind::Flag => value.is_boolean(),
            ColumnKind::List(item) => {
                value.as_array().is_some_and(|all| all.iter().all(|value| fits_kind(item, value)))
            }
            ColumnKind::Struct(fields) => fits(fields, value),
        }
}
