//! What goes into the page: which families, members and pairs, within its limits.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::super::visible::visible_label;
use super::super::words::retellings_first;
use super::super::{Lookup, WriteError};
use super::assets::script_json;
use super::beside::{Folded, ShownBorrower, borrowers, folded};
use super::excerpt::Excerpt;
use super::{PageCounts, PageOptions};
use crate::article::Span;
use crate::row::{FamilyMember, FamilyRow, LikelyArticle, PairRow, Relation, UnseenSource};
use crate::rows::{Families, Rows};

/// A pair with more parts than this keeps its longest passages only.
const PARTS_SHOWN: usize = 4_000;
/// After so many items in a row that did not fit, no further one is tried.
const MISSES: usize = 10;
/// Of so many members that are not listed the date is looked up, in the whole page.
const DATES_LOOKED_UP: usize = 20_000;
/// Commas and line ends between items.
const BETWEEN_BYTES: usize = 2;

/// The page's variable parts, each item as JSON.
pub(super) struct PageParts {
    pub families: Vec<Vec<u8>>,
    pub pairs: Vec<Vec<u8>>,
    pub articles: Vec<Vec<u8>>,
    pub counts: PageCounts,
}

/// A family as the page shows it.
#[derive(Serialize)]
struct ShownFamily<'a> {
    id: &'a str,
    root: &'a str,
    size: u64,
    weakest: f64,
    members: Vec<&'a FamilyMember>,
    /// Members that are not listed, by relation.
    hidden: BTreeMap<&'static str, u64>,
    root_confidence: Option<f64>,
    root_candidates: &'a [LikelyArticle],
    /// The same by the listed member that they hang below.
    folded: Vec<Folded<'a>>,
    borrowers: Vec<ShownBorrower<'a>>,
    unseen_source: Option<&'a UnseenSource>,
    /// Numbers of the pairs that are the links of the tree, and of further pairs between members.
    pairs: Vec<usize>,
    other_pairs: Vec<usize>,
}

impl<'a> ShownFamily<'a> {
    /// With its root alone.
    fn root_of(family: &'a FamilyRow, borrowers: Vec<ShownBorrower<'a>>) -> Self {
        ShownFamily {
            id: &family.id,
            root: &family.root,
            size: family.size,
            weakest: crate::row::rounded(family.weakest),
            members: family.members.iter().filter(|member| member.id == family.root).take(1).collect(),
            hidden: BTreeMap::new(),
            root_confidence: family.root_confidence.map(crate::row::rounded),
            root_candidates: &family.root_candidates,
            folded: Vec::new(),
            borrowers,
            unseen_source: family.unseen_source.as_ref(),
            pairs: Vec::new(),
            other_pairs: Vec::new(),
        }
    }
}

/// Chooses and writes as JSON what fits into `size_bytes`.
pub(super) fn plan(
    families: &dyn Families,
    rows: &dyn Rows,
    lookup: Lookup<'_>,
    options: &PageOptions,
    size_bytes: usize,
) -> Result<PageParts, WriteError> {
    let largest: Vec<Cow<'_, FamilyRow>> =
        families.families().take(options.families).collect::<Result<_, _>>()?;
    let choice = Choice::new(&largest, families.is_empty(), rows, options);
    let mut draft = Draft {
        rows,
        lookup,
        spans: choice.spans(rows)?,
        pairs: Vec::new(),
        articles: Vec::new(),
        embedded: HashSet::new(),
        texts_shortened: 0,
        left_bytes: size_bytes,
        dates_left: DATES_LOOKED_UP,
    };
    let mut counts = PageCounts::default();
    let mut written = Vec::new();
    let mut misses = 0;
    for (family, plan) in &choice.families {
        // A full page is not tried again with every family there is: each try reads articles.
        if misses >= MISSES {
            counts.families_left_out += 1;
            continue;
        }
        match draft.family(family, plan, size_bytes / 4)? {
            Some((json, members)) => {
                written.push(json);
                counts.families_shown += 1;
                misses = 0;
                counts.members_left_out += family.members.len() as u64 - members;
            }
            None => {
                counts.families_left_out += 1;
                misses += 1;
            }
        }
    }
    for &row in &choice.loose {
        draft.loose_pair(row)?;
    }
    counts.families_left_out += (families.len() - choice.families.len()) as u64;
    counts.pairs_shown = draft.pairs.len() as u64;
    counts.pairs_left_out = rows.len() as u64 - counts.pairs_shown;
    counts.texts_shortened = draft.texts_shortened;
    Ok(PageParts { families: written, pairs: draft.pairs, articles: draft.articles, counts })
}

/// What is to be shown as far as numbers go; bytes are counted later.
struct Choice<'a> {
    families: Vec<(&'a FamilyRow, FamilyChoice<'a>)>,
    /// Rows outside all families, by number.
    loose: Vec<usize>,
}

struct FamilyChoice<'a> {
    /// The members to show below the root with the row of their link, the retellings first.
    members: Vec<(&'a FamilyMember, Option<usize>)>,
    /// Rows between members that are no link of the tree.
    other: Vec<usize>,
}

/// Where an article is shown: its family, and but for the root its place among the members and its parent.
struct Home<'a> {
    family: usize,
    link: Option<(usize, &'a str)>,
}

impl<'a> Choice<'a> {
    /// What is shown of the largest families and, where there is no family at all, of pairs.
    fn new(
        largest: &'a [Cow<'a, FamilyRow>],
        has_none: bool,
        rows: &dyn Rows,
        options: &PageOptions,
    ) -> Self {
        let mut homes: HashMap<&str, Home<'_>> = HashMap::new();
        let mut chosen: Vec<(&FamilyRow, FamilyChoice<'_>)> = Vec::new();
        for (number, family) in largest.iter().map(Cow::as_ref).enumerate() {
            let mut members: Vec<&FamilyMember> =
                family.members.iter().filter(|member| member.id != family.root).collect();
            members.sort_by(|a, b| retellings_first(a, b));
            members.truncate(options.members);
            homes.insert(&family.root, Home { family: number, link: None });
            for (place, member) in members.iter().enumerate() {
                let parent = member.parent.as_deref().unwrap_or(&family.root);
                homes.insert(&member.id, Home { family: number, link: Some((place, parent)) });
            }
            let members = members.into_iter().map(|member| (member, None)).collect();
            chosen.push((family, FamilyChoice { members, other: Vec::new() }));
        }
        let mut is_used = vec![false; rows.len()];
        for (at, row) in rows.heads().enumerate() {
            for (id, other) in [(row.derived, row.source), (row.source, row.derived)] {
                if let Some(Home { family, link: Some((place, parent)) }) = homes.get(id)
                    && *parent == other
                {
                    is_used[at] |= *chosen[*family].1.members[*place].1.get_or_insert(at) == at;
                }
            }
        }
        let mut loose = Vec::new();
        for (at, row) in rows.heads().enumerate().filter(|(at, _)| !is_used[*at]) {
            let of = |id: &str| homes.get(id).map(|home| home.family);
            let list = match (of(row.source), of(row.derived)) {
                (Some(a), Some(b)) if a == b => &mut chosen[a].1.other,
                // A derived pair outside the shown families belongs to one that is not shown.
                _ if row.relation == Relation::SharedSource || has_none => &mut loose,
                _ => continue,
            };
            if list.len() < options.other_pairs && row.relation != Relation::Unrelated {
                list.push(at);
            }
        }
        Choice { families: chosen, loose }
    }

    /// Where the passages of the chosen rows lie, by article: a long text is cut down to them.
    fn spans<'r>(&self, rows: &'r dyn Rows) -> Result<HashMap<&'r str, Vec<Span>>, WriteError> {
        let links =
            self.families.iter().flat_map(|(_, family)| family.members.iter().filter_map(|(_, row)| *row));
        let other = self.families.iter().flat_map(|(_, family)| family.other.iter().copied());
        let mut spans: HashMap<&str, Vec<Span>> = HashMap::new();
        for at in links.chain(other).chain(self.loose.iter().copied()) {
            let (head, row) = (rows.head(at), rows.row(at)?);
            for passage in row.passages.iter().flatten() {
                spans.entry(head.source).or_default().push(passage.source);
                spans.entry(head.derived).or_default().push(passage.derived);
            }
        }
        Ok(spans)
    }
}

/// The page as far as it is written.
struct Draft<'a> {
    rows: &'a dyn Rows,
    lookup: Lookup<'a>,
    spans: HashMap<&'a str, Vec<Span>>,
    pairs: Vec<Vec<u8>>,
    articles: Vec<Vec<u8>>,
    embedded: HashSet<String>,
    texts_shortened: u64,
    left_bytes: usize,
    dates_left: usize,
}

/// What one more pair would add.
struct Addition {
    ids: Vec<String>,
    articles: Vec<Vec<u8>>,
    shortened: u64,
    pair: Option<Vec<u8>>,
    bytes: usize,
}

impl<'a> Draft<'a> {
    /// Adds a family member by member while it fits; its JSON and how many members it lists with the root.
    ///
    /// `None` where not even the root and one member fit.
    fn family(
        &mut self,
        family: &'a FamilyRow,
        choice: &FamilyChoice<'a>,
        most_bytes: usize,
    ) -> Result<Option<(Vec<u8>, u64)>, WriteError> {
        let mut budget = self.left_bytes.min(most_bytes);
        let mut shown = ShownFamily::root_of(family, borrowers(family, self.lookup)?);
        // The frame of the family: its ids and the counts of hidden members.
        let mut frame = script_json(&shown)?.len() + 256;
        if frame > budget {
            shown.borrowers.clear();
            frame = script_json(&shown)?.len() + 256;
        }
        let Some(left) = budget.checked_sub(frame) else { return Ok(None) };
        budget = left;
        let mut misses = 0;
        for (member, row) in &choice.members {
            if misses >= MISSES {
                break;
            }
            let ids = [family.root.as_str(), member.parent.as_deref().unwrap_or(&family.root), &member.id];
            let addition = self.addition(&ids, *row)?;
            let bytes = addition.bytes + script_json(member)?.len() + 12;
            let Some(left) = budget.checked_sub(bytes) else {
                misses += 1;
                continue;
            };
            misses = 0;
            budget = left;
            if addition.pair.is_some() {
                shown.pairs.push(self.pairs.len());
            }
            self.take(addition);
            shown.members.push(member);
        }
        if shown.members.iter().all(|member| member.id == family.root) {
            return Ok(None);
        }
        let listed: HashSet<&str> = shown.members.iter().map(|member| member.id.as_str()).collect();
        for &row in &choice.other {
            let head = self.rows.head(row);
            if !listed.contains(head.source) || !listed.contains(head.derived) {
                continue;
            }
            let addition = self.addition(&[], Some(row))?;
            let Some(left) = budget.checked_sub(addition.bytes + 12) else { continue };
            budget = left;
            shown.other_pairs.push(self.pairs.len());
            self.take(addition);
        }
        for member in family.members.iter().filter(|member| !listed.contains(member.id.as_str())) {
            *shown.hidden.entry(member.relation.map_or("unrelated", Relation::name)).or_default() += 1;
        }
        let mut json = script_json(&shown)?;
        shown.folded = folded(family, &listed, self.lookup, &mut self.dates_left)?;
        let folded = script_json(&shown)?;
        if folded.len() - json.len() <= budget {
            json = folded;
        }
        self.left_bytes = self.left_bytes.saturating_sub(json.len() + BETWEEN_BYTES);
        Ok(Some((json, shown.members.len() as u64)))
    }

    fn loose_pair(&mut self, row: usize) -> Result<(), WriteError> {
        let head = self.rows.head(row);
        let addition = self.addition(&[head.source, head.derived], Some(row))?;
        if addition.bytes <= self.left_bytes {
            self.take(addition);
        }
        Ok(())
    }

    /// The row and those articles of `ids` that are not embedded yet.
    fn addition(&self, ids: &[&str], row: Option<usize>) -> Result<Addition, WriteError> {
        let mut addition =
            Addition { ids: Vec::new(), articles: Vec::new(), shortened: 0, pair: None, bytes: 0 };
        for &id in ids {
            if self.embedded.contains(id) || addition.ids.iter().any(|added| added == id) {
                continue;
            }
            let article = (self.lookup)(id)?;
            let spans = self.spans.get(id).map(Vec::as_slice).unwrap_or_default();
            let excerpt = Excerpt::new(id, &article, spans);
            addition.shortened += u64::from(excerpt.is_shortened());
            addition.articles.push(script_json(&excerpt)?);
            addition.ids.push(id.to_owned());
        }
        if let Some(row) = row {
            addition.pair = Some(script_json(&shown_row(self.rows.row(row)?.into_owned()))?);
        }
        let items = addition.articles.iter().chain(&addition.pair);
        addition.bytes = items.map(|item| item.len() + BETWEEN_BYTES).sum();
        Ok(addition)
    }

    fn take(&mut self, addition: Addition) {
        self.left_bytes = self.left_bytes.saturating_sub(addition.bytes);
        self.embedded.extend(addition.ids);
        self.articles.extend(addition.articles);
        self.pairs.extend(addition.pair);
        self.texts_shortened += addition.shortened;
    }
}

/// A row with labels made visible and, of very many passages, the longest.
fn shown_row(mut row: PairRow) -> PairRow {
    for evidence in row.evidence.iter_mut().flatten() {
        evidence.text = visible_label(&evidence.text).into_owned();
    }
    if let Some(passages) = &mut row.passages {
        let parts: usize = passages.iter().map(|passage| passage.parts.len().max(1)).sum();
        if parts > PARTS_SHOWN {
            passages.sort_by_key(|passage| (std::cmp::Reverse(passage.derived.len()), passage.derived.start));
            let mut left = PARTS_SHOWN;
            passages.retain_mut(|passage| {
                let fits = left > 0;
                passage.parts.truncate(left);
                left = left.saturating_sub(passage.parts.len().max(1));
                fits
            });
            passages.sort_by_key(|passage| (passage.derived, passage.source));
        }
    }
    row
}
