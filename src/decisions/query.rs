//! Which matches are wanted, in which order, and where a page goes on.

use rusqlite::types::Value;
use serde::Serialize;

use crate::row::{Relation, Standing};

/// The order of matches. What arrived last comes first among equals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchOrder {
    /// As they arrived.
    #[default]
    Newest,
    /// The highest score first.
    Score,
    /// By the derived article's outlet, those without one first.
    Outlet,
    /// By the relation's name.
    Relation,
}

impl MatchOrder {
    /// All of them.
    pub const ALL: [MatchOrder; 4] =
        [MatchOrder::Newest, MatchOrder::Score, MatchOrder::Outlet, MatchOrder::Relation];

    /// The word used in requests.
    pub fn name(self) -> &'static str {
        match self {
            MatchOrder::Newest => "newest",
            MatchOrder::Score => "score",
            MatchOrder::Outlet => "outlet",
            MatchOrder::Relation => "relation",
        }
    }

    /// The column that decides before arrival, and whether it falls.
    pub(super) fn key(self) -> Option<(&'static str, bool)> {
        match self {
            MatchOrder::Newest => None,
            MatchOrder::Score => Some(("score", true)),
            MatchOrder::Outlet => Some(("ifnull(derived_outlet, '')", false)),
            MatchOrder::Relation => Some(("relation", false)),
        }
    }
}

/// Matches by the decision that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionFilter {
    /// None stands.
    Undecided,
    /// One stands, whichever.
    Decided,
    /// [`super::Decision::Derived`] stands.
    Derived,
    /// [`super::Decision::NotDerived`] stands.
    NotDerived,
    /// [`super::Decision::Partial`] stands.
    Partial,
}

impl DecisionFilter {
    /// All of them.
    pub const ALL: [DecisionFilter; 5] = [
        DecisionFilter::Undecided,
        DecisionFilter::Decided,
        DecisionFilter::Derived,
        DecisionFilter::NotDerived,
        DecisionFilter::Partial,
    ];

    /// The word used in requests.
    pub fn name(self) -> &'static str {
        match self {
            DecisionFilter::Undecided => "undecided",
            DecisionFilter::Decided => "decided",
            DecisionFilter::Derived => "derived",
            DecisionFilter::NotDerived => "not_derived",
            DecisionFilter::Partial => "partial",
        }
    }
}

/// Which matches are wanted; all where nothing is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatchFilter {
    /// Of these relations; of any where there is none.
    pub relations: Vec<Relation>,
    /// Of this score or more, 0 to 1.
    pub min_score: Option<f64>,
    /// Of this score or less, 0 to 1.
    pub max_score: Option<f64>,
    /// Outlet of either article.
    pub outlet: Option<String>,
    /// Id of either article.
    pub article: Option<String>,
    /// Derived articles dated from this moment on, in seconds since 1970.
    pub since: Option<i64>,
    /// Derived articles dated before this moment.
    pub before: Option<i64>,
    /// By the decision that stands.
    pub decision: Option<DecisionFilter>,
    /// How the pair stands by the rules of the house.
    pub standing: Option<Standing>,
    /// Also those that rules do not let be seen.
    pub hidden: bool,
    /// What comes first.
    pub order: MatchOrder,
}

/// A page of matches.
#[derive(Clone, Debug, Serialize)]
pub struct MatchPage<T> {
    /// In the order that was wanted.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

impl MatchFilter {
    /// Conditions and what they are filled with; `cursor` is a former page's [`MatchPage::next`], `shown` holds
    /// of matches that rules do not hide. `None` for a cursor that is none.
    pub(super) fn conditions(&self, cursor: Option<&str>, shown: &str) -> Option<(String, Vec<Value>)> {
        let mut terms: Vec<String> = (!self.hidden).then(|| shown.to_owned()).into_iter().collect();
        let mut values: Vec<Value> = Vec::new();
        let mut add = |term: &str, value: Value| {
            terms.push(term.to_owned());
            values.push(value);
        };
        if let Some(score) = self.min_score {
            add("score >= ?", score.into());
        }
        if let Some(score) = self.max_score {
            add("score <= ?", score.into());
        }
        if let Some(seconds) = self.since {
            add("derived_seconds >= ?", seconds.into());
        }
        if let Some(seconds) = self.before {
            add("derived_seconds < ?", seconds.into());
        }
        if let Some(standing) = self.standing {
            add("standing = ?", standing.name().to_owned().into());
        }
        for (value, either) in [
            (&self.outlet, "(source_outlet = ? OR derived_outlet = ?)"),
            (&self.article, "(source = ? OR derived = ?)"),
        ] {
            if let Some(value) = value {
                terms.push(either.to_owned());
                values.extend([value.clone().into(), value.clone().into()]);
            }
        }
        if !self.relations.is_empty() {
            let marks = vec!["?"; self.relations.len()].join(", ");
            terms.push(format!("relation IN ({marks})"));
            values.extend(self.relations.iter().map(|relation| Value::from(relation.name().to_owned())));
        }
        match self.decision {
            None => {}
            Some(DecisionFilter::Undecided) => terms.push("decision IS NULL".to_owned()),
            Some(DecisionFilter::Decided) => terms.push("decision IS NOT NULL".to_owned()),
            Some(stands) => {
                terms.push("decision = ?".to_owned());
                values.push(stands.name().to_owned().into());
            }
        }
        if let Some(cursor) = cursor {
            let (term, of_cursor) = self.beyond(cursor)?;
            terms.push(term);
            values.extend(of_cursor);
        }
        let all = if terms.is_empty() { String::new() } else { format!("WHERE {}", terms.join(" AND ")) };
        Some((all, values))
    }

    /// What stands behind a cursor in the order that is wanted; `None` for a cursor that is none.
    fn beyond(&self, cursor: &str) -> Option<(String, Vec<Value>)> {
        let (number, key) = cursor.split_once('~').map_or((cursor, None), |(n, key)| (n, Some(key)));
        let number: i64 = number.parse().ok()?;
        let (Some((column, falls)), Some(key)) = (self.order.key(), key) else {
            let is_by_number = self.order.key().is_none() && key.is_none();
            return is_by_number.then(|| ("number < ?".to_owned(), vec![number.into()]));
        };
        let beyond = if falls { "<" } else { ">" };
        let key = match self.order {
            MatchOrder::Score => Value::from(key.parse::<f64>().ok().filter(|key| key.is_finite())?),
            _ => Value::from(key.to_owned()),
        };
        let term = format!("({column} {beyond} ? OR ({column} = ? AND number < ?))");
        Some((term, vec![key.clone(), key, number.into()]))
    }

    pub(super) fn sorted_by(&self) -> String {
        match self.order.key() {
            None => "number DESC".to_owned(),
            Some((column, true)) => format!("{column} DESC, number DESC"),
            Some((column, false)) => format!("{column}, number DESC"),
        }
    }
}
