//! The columns of scored pairs.

use super::{Column, ColumnKind};

fn shares(name: &'static str) -> Column {
    let share = |name| Column::new(name, ColumnKind::Number);
    Column::group(name, vec![share("verbatim"), share("reworded"), share("new")])
}

fn span(name: &'static str) -> Column {
    Column::new(name, ColumnKind::List(Box::new(ColumnKind::Count)))
}

/// The columns of [`crate::row::PairRow`].
pub fn pair_columns() -> Vec<Column> {
    let text = |name| Column::new(name, ColumnKind::Text);
    let number = |name| Column::new(name, ColumnKind::Number);
    let count = |name| Column::new(name, ColumnKind::Count);
    let part = vec![span("source"), span("derived"), text("kind")];
    vec![
        text("source"),
        text("derived"),
        text("relation"),
        text("tie"),
        number("score"),
        number("direction_confidence"),
        shares("reuse"),
        shares("reuse_source"),
        number("jaccard"),
        Column::group("containment", vec![number("derived_in_source"), number("source_in_derived")]),
        Column::group("facts", vec![count("shared"), count("source_only"), count("derived_only")]),
        count("background_documents"),
        Column::new("calibrated", ColumnKind::Flag),
        number("noise"),
        number("disguised"),
        text("standing"),
        text("credit"),
        Column::list("evidence", vec![text("code"), number("value"), text("text")]),
        Column::list("passages", vec![span("source"), span("derived"), Column::list("parts", part)]),
    ]
}
