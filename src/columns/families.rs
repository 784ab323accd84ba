//! The columns of families: nested as they are, or flat with a row for each article of a family.

use serde::Serialize;

use super::{Column, ColumnKind};
use crate::row::{FamilyRow, Relation, six_decimals, six_decimals_or_null};

/// The columns of [`FamilyRow`].
pub fn family_columns() -> Vec<Column> {
    let text = |name| Column::new(name, ColumnKind::Text);
    let number = |name| Column::new(name, ColumnKind::Number);
    let likely = |name| Column::list(name, vec![text("id"), number("confidence")]);
    let also_from = vec![text("id"), text("relation"), number("share")];
    let member = vec![
        text("id"),
        text("parent"),
        text("relation"),
        number("score"),
        number("parent_confidence"),
        likely("alternatives"),
        Column::list("also_from", also_from),
    ];
    let borrower = vec![text("id"), text("from"), text("relation"), number("score"), number("share")];
    let clients = Column::new("clients", ColumnKind::List(Box::new(ColumnKind::Text)));
    vec![
        text("id"),
        text("root"),
        number("root_confidence"),
        likely("root_candidates"),
        Column::new("size", ColumnKind::Count),
        Column::list("members", member),
        Column::list("borrowers", borrower),
        Column::group("unseen_source", vec![text("name"), clients]),
        number("weakest"),
    ]
}

/// An article of a family in a flat table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberRow<'a> {
    /// Id of the family.
    pub family: &'a str,
    /// Members of the family.
    pub size: u64,
    /// Score of the weakest link that holds the family together.
    #[serde(serialize_with = "six_decimals")]
    pub weakest: f64,
    /// Probability that the root is the member all others came from.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub root_confidence: Option<f64>,
    /// `root`, `member` or `borrower`.
    pub role: &'static str,
    /// Id of the article.
    pub id: &'a str,
    /// What it came from, or took a part from.
    pub parent: Option<&'a str>,
    /// How it relates to that.
    pub relation: Option<Relation>,
    /// Score of the link to it.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub score: Option<f64>,
    /// Probability that it came from there.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub parent_confidence: Option<f64>,
    /// Of a borrower the share of its words that are taken.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub share: Option<f64>,
}

/// The columns of `MemberRow`.
pub fn member_columns() -> Vec<Column> {
    let text = |name| Column::new(name, ColumnKind::Text);
    let number = |name| Column::new(name, ColumnKind::Number);
    vec![
        text("family"),
        Column::new("size", ColumnKind::Count),
        number("weakest"),
        number("root_confidence"),
        text("role"),
        text("id"),
        text("parent"),
        text("relation"),
        number("score"),
        number("parent_confidence"),
        number("share"),
    ]
}

/// The rows of a family in a flat table: its members, the root first, then its borrowers.
pub fn member_rows(family: &FamilyRow) -> Vec<MemberRow<'_>> {
    let row = |id, role| MemberRow {
        family: &family.id,
        size: family.size,
        weakest: family.weakest,
        root_confidence: family.root_confidence,
        role,
        id,
        parent: None,
        relation: None,
        score: None,
        parent_confidence: None,
        share: None,
    };
    let members = family.members.iter().map(|member| MemberRow {
        parent: member.parent.as_deref(),
        relation: member.relation,
        score: member.score,
        parent_confidence: member.parent_confidence,
        ..row(&member.id, if member.parent.is_some() { "member" } else { "root" })
    });
    let borrowers = family.borrowers.iter().map(|borrower| MemberRow {
        parent: Some(&borrower.from),
        relation: Some(borrower.relation),
        score: Some(borrower.score),
        share: Some(borrower.share),
        ..row(&borrower.id, "borrower")
    });
    members.chain(borrowers).collect()
}
