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
pub enum Kind {
    /// Unicode.
    Text,
    /// With a fraction.
    Number,
    /// 0 and more.
    Count,
    /// Yes or no.
    Flag,
    /// Any number of these.
    List(Box<Kind>),
    /// These together.
    Struct(Vec<Column>),
}

/// A column of a table, or a field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As in the JSON lines.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

impl Column {
    /// A column of a kind.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Column { name, kind }
    }

    /// A list of what has these fields.
    pub fn list(name: &'static str, fields: Vec<Column>) -> Self {
        Column { name, kind: Kind::List(Box::new(Kind::Struct(fields))) }
    }

    /// What has these fields.
    pub fn group(name: &'static str, fields: Vec<Column>) -> Self {
        Column { name, kind: Kind::Struct(fields) }
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

fn fits_kind(kind: &Kind, value: &serde_json::Value) -> bool {
    value.is_null()
        || match kind {
            Kind::Text => value.is_string(),
            Kind::Number => value.is_number(),
            Kind::Count => value.is_u64(),
            Kind::Flag => value.is_boolean(),
            Kind::List(item) => {
                value.as_array().is_some_and(|all| all.iter().all(|value| fits_kind(item, value)))
            }
            Kind::Struct(fields) => fits(fields, value),
        }
}
