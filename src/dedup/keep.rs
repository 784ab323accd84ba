//! Keep rules: which document of a cluster stays.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::dedup::contained::Held;
use crate::dedup::marks::KeepReason;
use crate::dedup::sides::is_reference;

/// What decides between two documents of a cluster. Rules only ever choose within a cluster; the smaller id
/// decides ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepRule {
    /// The earliest date; documents without one come after all others.
    Earliest,
    /// The latest date; documents without one come after all others.
    Latest,
    /// The most words.
    Longest,
    /// The one that was read first. The only rule that depends on the order of the input.
    First,
    /// The source that is named first, whatever its case; documents of other sources come after all named
    /// ones.
    Source(Vec<String>),
    /// The largest or smallest number in a field; documents without one come after all others.
    Field {
        /// Name of the field in the records of the input.
        name: String,
        /// Which end is kept.
        extreme: Extreme,
    },
}

/// Which number of a field is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl KeepRule {
    fn reason(&self) -> KeepReason {
        match self {
            KeepRule::Earliest => KeepReason::Earliest,
            KeepRule::Latest => KeepReason::Latest,
            KeepRule::Longest => KeepReason::Longest,
            KeepRule::First => KeepReason::First,
            KeepRule::Source(_) => KeepReason::Source,
            KeepRule::Field { .. } => KeepReason::Field,
        }
    }
}

/// As it is read by [`KeepRule::from_str`].
impl fmt::Display for KeepRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeepRule::Earliest => f.write_str("earliest"),
            KeepRule::Latest => f.write_str("latest"),
            KeepRule::Longest => f.write_str("longest"),
            KeepRule::First => f.write_str("first"),
            KeepRule::Source(names) => write!(f, "source:{}", names.join(",")),
            KeepRule::Field { name, extreme: Extreme::Max } => write!(f, "field:{name}:max"),
            KeepRule::Field { name, extreme: Extreme::Min } => write!(f, "field:{name}:min"),
        }
    }
}

impl FromStr for KeepRule {
    type Err = String;

    /// As on the command line: `earliest`, `source:A,B`, `field:NAME:max`.
    fn from_str(rule: &str) -> Result<Self, String> {
        let wrong = || {
            "one of earliest, latest, longest, first, source:A,B, field:NAME:max or field:NAME:min was expected"
                .to_owned()
        };
        let (kind, rest) = rule.split_once(':').map_or((rule, None), |(kind, rest)| (kind, Some(rest)));
        match (kind, rest) {
            ("earliest", None) => Ok(KeepRule::Earliest),
            ("latest", None) => Ok(KeepRule::Latest),
            ("longest", None) => Ok(KeepRule::Longest),
            ("first", None) => Ok(KeepRule::First),
            ("source", Some(names)) => {
                let names: Vec<String> = names.split(',').map(str::to_owned).collect();
                if names.iter().any(String::is_empty) { Err(wrong()) } else { Ok(KeepRule::Source(names)) }
            }
            ("field", Some(field)) => {
                let (name, extreme) = field.rsplit_once(':').ok_or_else(wrong)?;
                let extreme = match extreme {
                    "max" => Extreme::Max,
                    "min" => Extreme::Min,
                    _ => return Err(wrong()),
                };
                if name.is_empty() {
                    return Err(wrong());
                }
                Ok(KeepRule::Field { name: name.to_owned(), extreme })
            }
            _ => Err(wrong()),
        }
    }
}

/// Puts documents in the order in which they would be kept.
pub(super) struct Preference<'a> {
    documents: &'a DocumentTable,
    rules: &'a [KeepRule],
    /// For each rule on a field its numbers by document, NaN where there is none; empty for other rules.
    numbers: &'a [Vec<f64>],
    /// For each rule on sources their numbers, in its order; empty for other rules.
    sources: Vec<Vec<Option<u32>>>,
    /// Documents that hold something of the reference: none of them is kept.
    held: &'a Held,
}

impl<'a> Preference<'a> {
    pub fn new(
        documents: &'a DocumentTable,
        rules: &'a [KeepRule],
        numbers: &'a [Vec<f64>],
        held: &'a Held,
    ) -> Self {
        let sources = |rule: &KeepRule| match rule {
            KeepRule::Source(names) => names.iter().map(|name| documents.number_of_source(name)).collect(),
            _ => Vec::new(),
        };
        Preference { documents, rules, numbers, sources: rules.iter().map(sources).collect(), held }
    }

    /// Which of two documents is rather kept (`Less`: the first), and what decided.
    pub fn compare(&self, one: DocumentNumber, other: DocumentNumber) -> (Ordering, KeepReason) {
        let side = |document| !is_reference(self.documents.location(document));
        let by_side = side(one).cmp(&side(other));
        if by_side.is_ne() {
            return (by_side, KeepReason::Reference);
        }
        let is_held = |document| self.held.contains_key(&document);
        let by_holding = is_held(one).cmp(&is_held(other));
        if by_holding.is_ne() {
            return (by_holding, KeepReason::Contains);
        }
        for (at, rule) in self.rules.iter().enumerate() {
            let order = self.by_rule(at, rule, one, other);
            if order.is_ne() {
                return (order, rule.reason());
            }
        }
        (self.documents.id(one).cmp(self.documents.id(other)), KeepReason::Id)
    }

    fn by_rule(&self, at: usize, rule: &KeepRule, one: DocumentNumber, other: DocumentNumber) -> Ordering {
        let documents = self.documents;
        let dates = || (documents.unix_seconds(one), documents.unix_seconds(other));
        match rule {
            KeepRule::Earliest => {
                let (one, other) = dates();
                present_first(one, other, |a, b| a.cmp(&b))
            }
            KeepRule::Latest => {
                let (one, other) = dates();
                present_first(one, other, |a, b| b.cmp(&a))
            }
            KeepRule::Longest => documents.words(other).cmp(&documents.words(one)),
            KeepRule::First => one.cmp(&other),
            KeepRule::Source(names) => {
                let named = self.sources.get(at).map(Vec::as_slice).unwrap_or_default();
                let rank = |document| {
                    let source = Some(documents.source_number(document));
                    named.iter().position(|name| *name == source).unwrap_or(names.len())
                };
                rank(one).cmp(&rank(other))
            }
            KeepRule::Field { extreme, .. } => {
                let number = |document: DocumentNumber| {
                    let numbers = self.numbers.get(at)?;
                    numbers.get(document as usize).copied().filter(|number| !number.is_nan())
                };
                present_first(number(one), number(other), |a, b| match extreme {
                    Extreme::Max => b.total_cmp(&a),
                    Extreme::Min => a.total_cmp(&b),
                })
            }
        }
    }
}

fn present_first<T>(one: Option<T>, other: Option<T>, compare: impl FnOnce(T, T) -> Ordering) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => compare(one, other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        let sources = KeepRule::Source(vec!["Wire".into(), "City Desk".into()]);
        assert_eq!("source:Wire,City Desk".parse(), Ok(sources));
        let field = KeepRule::Field { name: "meta:score".into(), extreme: Extreme::Max };
        assert_eq!("field:meta:score:max".parse(), Ok(field));
        for rule in ["longest", "first", "source:Wire,City Desk", "field:a.b:min"] {
            assert_eq!(rule.parse::<KeepRule>().unwrap().to_string(), rule);
        }
        for wrong in [
            "",
            "oldest",
            "earliest:x",
            "source",
            "source:",
            "source:a,,b",
            "field:x",
            "field::max",
            "field:x:top",
        ] {
            assert!(wrong.parse::<KeepRule>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_missing_comes_last() {
        let by = |one: Option<i64>, other: Option<i64>| present_first(one, other, |a, b| a.cmp(&b));
        assert_eq!(by(Some(9), None), Ordering::Less);
        assert_eq!(by(None, Some(9)), Ordering::Greater);
        assert_eq!(by(None, None), Ordering::Equal);
        assert_eq!(by(Some(1), Some(2)), Ordering::Less);
    }
}
