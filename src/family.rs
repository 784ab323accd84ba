//! Scored pairs to families: who came from whom, and from which root.
//!
//! A family is a tree, never the bare closure of all links: two stories must not become one family because a digest
//! takes a part of each. So links are taken from the best down, and a *partial* one may only hang an article that has no
//! better link onto a family; it never joins two families. The best links are those of identical texts; then the score
//! decides, and where it leaves no doubt, how much was taken.

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::row::{FamilyMember, FamilyRow, Relation};

/// A derived pair as families see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    pub source: DocumentNumber,
    pub derived: DocumentNumber,
    pub relation: Relation,
    pub score: f64,
    /// 0.5..1 that the link points the right way.
    pub direction_confidence: f64,
    /// Share of the derived article's words that are taken, in whichever way; 1 where it was not computed.
    pub taken: f64,
}

/// From this score on links count as equally certain, and the closer one is taken.
const CERTAIN_SCORE: f64 = 0.9;

impl Link {
    /// Of several sources that are all likely, an article hangs on the one it takes most from.
    fn closeness(&self) -> f64 {
        self.taken * self.direction_confidence
    }

    /// How `member` relates to the other document: where the link points from the member, lengths change sides.
    fn relation_of(&self, member: DocumentNumber) -> Relation {
        match self.relation {
            Relation::Expanded if member == self.source => Relation::Condensed,
            Relation::Condensed if member == self.source => Relation::Expanded,
            relation => relation,
        }
    }

    /// Links with smaller numbers go before those with larger ones, whatever their scores.
    fn rank(&self) -> u8 {
        match self.relation {
            Relation::Identical => 0,
            Relation::Partial => 2,
            _ => 1,
        }
    }
}

/// A family by document numbers.
#[derive(Clone, Debug)]
pub struct Family {
    pub root: DocumentNumber,
    /// The members but the root, each with the position of its link in the links given and its parent.
    pub branches: Vec<Branch>,
}

#[derive(Clone, Copy, Debug)]
pub struct Branch {
    pub member: DocumentNumber,
    pub parent: DocumentNumber,
    /// Position in the links.
    pub link: usize,
}

/// Groups links into families; those that are not derived are passed over. `order` breaks ties between documents.
///
/// Near-linear: every link is looked at a constant number of times after one sort.
pub fn group(
    links: &[Link],
    order: impl Fn(DocumentNumber, DocumentNumber) -> std::cmp::Ordering,
) -> Vec<Family> {
    let derived = || links.iter().filter(|link| link.relation.is_derived());
    let mut numbers: Vec<DocumentNumber> = derived().flat_map(|link| [link.source, link.derived]).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let place: FxHashMap<DocumentNumber, usize> = numbers.iter().copied().zip(0..).collect();
    let ends = |link: &Link| (place[&link.source], place[&link.derived]);

    let mut ranked: Vec<usize> = (0..links.len()).filter(|&at| links[at].relation.is_derived()).collect();
    ranked.sort_by(|&one, &other| {
        let certainty = |at: usize| links[at].score.min(CERTAIN_SCORE);
        links[one]
            .rank()
            .cmp(&links[other].rank())
            .then_with(|| certainty(other).total_cmp(&certainty(one)))
            .then_with(|| links[other].closeness().total_cmp(&links[one].closeness()))
            .then_with(|| order(links[one].source, links[other].source))
            .then_with(|| order(links[one].derived, links[other].derived))
    });

    let mut union = Union::new(numbers.len());
    let mut kept: Vec<Vec<(usize, usize)>> = vec![Vec::new(); numbers.len()];
    for &at in &ranked {
        let (source, derived) = ends(&links[at]);
        let (one, other) = (union.find(source), union.find(derived));
        if one == other {
            continue;
        }
        if links[at].relation == Relation::Partial {
            let is_joining = union.size[one] > 1 && union.size[other] > 1;
            // an article that hangs by a part of it carries no further links into the family
            if is_joining || union.is_leaf[source] || union.is_leaf[derived] {
                continue;
            }
            let leaf = if union.size[other] == 1 { derived } else { source };
            union.is_leaf[leaf] = true;
        }
        union.join(one, other);
        kept[source].push((derived, at));
        kept[derived].push((source, at));
    }

    let root_votes = votes(derived(), ends, numbers.len());
    let against = against(links, &kept, &numbers);
    let mut roots: FxHashMap<usize, usize> = FxHashMap::default();
    for end in 0..numbers.len() {
        let best = roots.entry(union.find(end)).or_insert(end);
        let better = against[*best]
            .cmp(&against[end])
            .then_with(|| root_votes[end].total_cmp(&root_votes[*best]))
            .then_with(|| order(numbers[*best], numbers[end]));
        if better.is_gt() {
            *best = end;
        }
    }
    let mut families: Vec<Family> = roots.into_values().map(|root| tree(root, &kept, &numbers)).collect();
    families.sort_by(|one, other| {
        other.branches.len().cmp(&one.branches.len()).then_with(|| order(one.root, other.root))
    });
    families
}

/// How far the directions of a tree's links speak against each document as its root, less what they speak against the
/// tree's first document: the log-odds, in millionths, of the links that lead towards it rather than away from it.
fn against(links: &[Link], kept: &[Vec<(usize, usize)>], numbers: &[DocumentNumber]) -> Vec<i64> {
    let mut against: Vec<Option<i64>> = vec![None; kept.len()];
    for first in 0..kept.len() {
        if against[first].is_some() {
            continue;
        }
        against[first] = Some(0);
        let mut stack = vec![(first, 0)];
        while let Some((end, sum)) = stack.pop() {
            for &(next, link) in &kept[end] {
                if against[next].is_none() {
                    let odds = (log_odds(&links[link]) * 1e6).round() as i64;
                    // a root further down the tree has this link against it if it leads there
                    let sum = if links[link].source == numbers[end] { sum + odds } else { sum - odds };
                    against[next] = Some(sum);
                    stack.push((next, sum));
                }
            }
        }
    }
    against.into_iter().map(Option::unwrap_or_default).collect()
}

fn log_odds(link: &Link) -> f64 {
    let confidence = link.direction_confidence.clamp(0.5, 0.999);
    (confidence / (1.0 - confidence)).ln()
}

/// How strongly each document's links speak for it as the source: the sum of log-odds of their directions, taken over the
/// links of a document and divided by their number, so that many links are no merit.
fn votes<'a>(
    links: impl Iterator<Item = &'a Link>,
    ends: impl Fn(&Link) -> (usize, usize),
    documents: usize,
) -> Vec<f64> {
    let mut sums = vec![(0.0, 0_u32); documents];
    for link in links {
        let vote = log_odds(link);
        let (source, derived) = ends(link);
        sums[source].0 += vote;
        sums[derived].0 -= vote;
        sums[source].1 += 1;
        sums[derived].1 += 1;
    }
    // being the source of several is a merit, of which the square root counts
    sums.into_iter().map(|(sum, count): (f64, u32)| sum / f64::from(count.max(1)).sqrt()).collect()
}

fn tree(root: usize, kept: &[Vec<(usize, usize)>], numbers: &[DocumentNumber]) -> Family {
    let mut branches = Vec::new();
    let mut stack = vec![(root, usize::MAX)];
    while let Some((end, from)) = stack.pop() {
        for &(next, link) in &kept[end] {
            if next != from {
                branches.push(Branch { member: numbers[next], parent: numbers[end], link });
                stack.push((next, end));
            }
        }
    }
    Family { root: numbers[root], branches }
}

impl Family {
    /// The family as it is written out.
    pub fn to_row(&self, links: &[Link], id_of: impl Fn(DocumentNumber) -> String) -> FamilyRow {
        let root = id_of(self.root);
        let mut members: Vec<FamilyMember> = self
            .branches
            .iter()
            .map(|branch| FamilyMember {
                id: id_of(branch.member),
                parent: Some(id_of(branch.parent)),
                relation: Some(links[branch.link].relation_of(branch.member)),
                score: Some(links[branch.link].score),
            })
            .collect();
        members.sort_by(|one, other| one.id.cmp(&other.id));
        members.insert(0, FamilyMember { id: root.clone(), parent: None, relation: None, score: None });
        let weakest = self.branches.iter().map(|branch| links[branch.link].score).fold(1.0, f64::min);
        FamilyRow { id: root.clone(), root, size: members.len() as u64, members, weakest }
    }
}

struct Union {
    parent: Vec<usize>,
    size: Vec<usize>,
    is_leaf: Vec<bool>,
}

impl Union {
    fn new(count: usize) -> Self {
        Union { parent: (0..count).collect(), size: vec![1; count], is_leaf: vec![false; count] }
    }

    fn find(&mut self, mut end: usize) -> usize {
        while self.parent[end] != end {
            self.parent[end] = self.parent[self.parent[end]];
            end = self.parent[end];
        }
        end
    }

    fn join(&mut self, one: usize, other: usize) {
        let (large, small) = if self.size[one] >= self.size[other] { (one, other) } else { (other, one) };
        self.parent[small] = large;
        self.size[large] += self.size[small];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(source: u32, derived: u32, relation: Relation, score: f64) -> Link {
        Link { source, derived, relation, score, direction_confidence: 0.9, taken: 0.5 }
    }

    #[test]
    fn of_certain_links_the_closest_counts_and_the_same_text_first() {
        let links = [
            Link { taken: 0.3, ..link(0, 2, Relation::Condensed, 0.999) },
            Link { taken: 0.9, ..link(1, 2, Relation::Condensed, 0.95) },
            Link { taken: 1.0, ..link(0, 1, Relation::Copy, 0.99) },
            Link { taken: 1.0, ..link(1, 3, Relation::Copy, 0.99) },
            Link { direction_confidence: 0.5, ..link(2, 3, Relation::Identical, 1.0) },
        ];
        let families = group(&links, |one, other| one.cmp(&other));
        let row = families[0].to_row(&links, |number| number.to_string());
        let found: Vec<_> =
            row.members[1..].iter().map(|member| (member.id.as_str(), member.relation)).collect();
        let of =
            |id: &str| found.iter().find(|(member, _)| *member == id).and_then(|(_, relation)| *relation);
        assert_eq!((row.size, of("1"), of("2")), (4, Some(Relation::Copy), Some(Relation::Identical)));
        assert_eq!(row.members.iter().find(|member| member.id == "3").unwrap().parent.as_deref(), Some("1"));
    }

    #[test]
    fn a_chain_hangs_on_its_best_links() {
        let links = [
            link(0, 1, Relation::Rewrite, 0.95),
            link(1, 2, Relation::Condensed, 0.9),
            link(0, 2, Relation::Condensed, 0.6),
        ];
        let families = group(&links, |one, other| one.cmp(&other));
        assert_eq!(families.len(), 1);
        let row = families[0].to_row(&links, |number| number.to_string());
        assert_eq!((row.root.as_str(), row.size), ("0", 3));
        let parents: Vec<_> = row.members.iter().map(|member| member.parent.as_deref()).collect();
        assert_eq!(parents, [None, Some("0"), Some("1")]);
        assert_eq!(row.weakest, 0.9);
    }

    #[test]
    fn the_root_is_where_most_links_lead_away_from() {
        // 2 has the most links away from it, but took from 1, and 1 from 0
        let links = [
            link(0, 1, Relation::Expanded, 0.99),
            link(1, 2, Relation::Condensed, 0.99),
            link(2, 3, Relation::Copy, 0.99),
            link(2, 4, Relation::Copy, 0.99),
            Link { direction_confidence: 0.6, ..link(5, 4, Relation::Expanded, 0.99) },
        ];
        let families = group(&links, |one, other| one.cmp(&other));
        let row = families[0].to_row(&links, |number| number.to_string());
        assert_eq!((row.root.as_str(), row.size), ("0", 6));
        let last = &row.members[5];
        assert_eq!(
            (last.id.as_str(), last.parent.as_deref(), last.relation),
            ("5", Some("4"), Some(Relation::Condensed))
        );
    }

    #[test]
    fn a_digest_does_not_join_two_stories() {
        let links = [
            link(0, 1, Relation::Copy, 0.99),
            link(2, 3, Relation::Copy, 0.99),
            link(0, 4, Relation::Partial, 0.8),
            link(2, 4, Relation::Partial, 0.7),
            link(1, 3, Relation::Partial, 0.6),
        ];
        let families = group(&links, |one, other| one.cmp(&other));
        let mut sizes: Vec<usize> = families.iter().map(|family| family.branches.len() + 1).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [2, 3]);
    }
}
