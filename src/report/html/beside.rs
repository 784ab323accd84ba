//! What the page shows of a family beside the members that it lists: those folded away, and those that took a
//! part.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::super::visible::short_label;
use super::super::{Lookup, WriteError};
use crate::row::{FamilyMember, FamilyRow, Relation};

/// Of a family so many borrowers are shown, and so many groups of members that are not listed.
const BORROWERS_SHOWN: usize = 20;
const FOLDED_SHOWN: usize = 100;
/// Titles, outlets and dates longer than this are cut.
const LABEL_CHARS: usize = 300;

/// Members that are not listed, of one relation and below one listed member.
#[derive(Serialize)]
pub(super) struct Folded<'a> {
    parent: &'a str,
    relation: Option<Relation>,
    count: u64,
    /// Dates of the first and the last of them, where they were looked up.
    first: Option<String>,
    last: Option<String>,
}

/// An article that took a part, as far as it is shown beside the tree.
#[derive(Serialize)]
pub(super) struct ShownBorrower<'a> {
    id: &'a str,
    from: &'a str,
    relation: Relation,
    share: f64,
    title: Option<String>,
    source: Option<String>,
    date: Option<String>,
}

/// Articles that took a part, the first of them.
pub(super) fn borrowers<'a>(
    family: &'a FamilyRow,
    lookup: Lookup<'_>,
) -> Result<Vec<ShownBorrower<'a>>, WriteError> {
    let mut shown = Vec::new();
    for borrower in family.borrowers.iter().take(BORROWERS_SHOWN) {
        let article = lookup(&borrower.id)?;
        let label = |field: Option<&str>| field.map(|label| short_label(label, LABEL_CHARS));
        shown.push(ShownBorrower {
            id: &borrower.id,
            from: &borrower.from,
            relation: borrower.relation,
            share: crate::row::rounded(borrower.share),
            title: label(article.title.as_deref()),
            source: label(article.source.as_deref()),
            date: label(article.date.as_deref()),
        });
    }
    Ok(shown)
}

/// Members that are not listed, by the listed one that they hang below, over however many others.
pub(super) fn folded<'a>(
    family: &'a FamilyRow,
    listed: &HashSet<&str>,
    lookup: Lookup<'_>,
    dates_left: &mut usize,
) -> Result<Vec<Folded<'a>>, WriteError> {
    let members: HashMap<&str, &FamilyMember> =
        family.members.iter().map(|member| (member.id.as_str(), member)).collect();
    let mut above: HashMap<&str, &'a str> = HashMap::new();
    let mut folded: BTreeMap<(&str, Option<Relation>), Folded<'a>> = BTreeMap::new();
    for member in family.members.iter().filter(|member| !listed.contains(member.id.as_str())) {
        let parent = listed_above(family, member, &members, listed, &mut above);
        let date = match dates_left.checked_sub(1) {
            Some(left) => {
                *dates_left = left;
                lookup(&member.id)?.date
            }
            None => None,
        };
        let (relation, first, last) = (member.relation, None, None);
        let folded =
            folded.entry((parent, relation)).or_insert(Folded { parent, relation, count: 0, first, last });
        folded.count += 1;
        let date = date.filter(|date| crate::article::iso_seconds(date).is_some());
        if let Some(date) = date.map(|date| short_label(&date, LABEL_CHARS)) {
            let seconds = |date: &Option<String>| date.as_deref().and_then(crate::article::iso_seconds);
            let own = crate::article::iso_seconds(&date);
            if seconds(&folded.first).is_none_or(|first| own.is_some_and(|own| own < first)) {
                folded.first = Some(date.clone());
            }
            if seconds(&folded.last).is_none_or(|last| own.is_some_and(|own| own > last)) {
                folded.last = Some(date);
            }
        }
    }
    let mut folded: Vec<Folded<'a>> = folded.into_values().collect();
    folded.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.parent.cmp(other.parent)));
    folded.truncate(FOLDED_SHOWN);
    Ok(folded)
}

/// The nearest listed member above one that is not listed; what was found on the way is kept in `above`.
fn listed_above<'a>(
    family: &'a FamilyRow,
    member: &'a FamilyMember,
    members: &HashMap<&str, &'a FamilyMember>,
    listed: &HashSet<&str>,
    above: &mut HashMap<&'a str, &'a str>,
) -> &'a str {
    let (mut at, mut way) = (member, Vec::new());
    let found = loop {
        let parent = at.parent.as_deref().unwrap_or(&family.root);
        if listed.contains(parent) {
            break parent;
        }
        way.push(at.id.as_str());
        match (above.get(parent), members.get(parent)) {
            (Some(&found), _) => break found,
            // parents that form a ring lead nowhere
            (None, Some(next)) if way.len() <= family.members.len() => at = next,
            _ => break &family.root,
        }
    };
    above.extend(way.into_iter().map(|id| (id, found)));
    found
}
