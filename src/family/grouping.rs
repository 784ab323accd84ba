//! Scored pairs to families: which articles belong together.
//!
//! Never the bare transitive closure of all links: two stories must not become one family because a digest
//! takes a part of each. So links are taken from the best down; a *partial* one never joins two families, and
//! what it alone ties is a borrower, unless most of it comes from there.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::row::Relation;

/// A derived pair as families see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The article that the other came from.
    pub source: DocumentNumber,
    /// The article that came from it.
    pub derived: DocumentNumber,
    /// How the derived article relates to its source.
    pub relation: Relation,
    /// Calibrated probability that the pair is derived, 0 to 1.
    pub score: f64,
    /// 0.5..1 that the link points the right way.
    pub direction_confidence: f64,
    /// Share of the derived article's words that are taken, in whichever way; 1 where it was not computed.
    pub taken: f64,
    /// The same of the source's words.
    pub taken_of_source: f64,
}

/// From this share of its words on, what took a part of a family's text is a member and no borrower.
const MEMBER_TAKEN: f64 = 0.6;

/// From this score on links count as equally certain, and the closer one is taken.
const CERTAIN_SCORE: f64 = 0.9;

impl Link {
    /// Of several sources that are all likely, an article hangs on the one it takes most from.
    fn closeness(&self) -> f64 {
        self.taken * self.direction_confidence
    }

    /// How `member` relates to the other document: where the link points from the member, lengths change
    /// sides.
    pub fn relation_of(&self, member: DocumentNumber) -> Relation {
        match self.relation {
            Relation::Expanded if member == self.source => Relation::Condensed,
            Relation::Condensed if member == self.source => Relation::Expanded,
            relation => relation,
        }
    }

    /// Share of its words that one of the two has from the other.
    pub fn taken_of(&self, document: DocumentNumber) -> f64 {
        if document == self.source { self.taken_of_source } else { self.taken }
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

/// A document that a link ties to a member of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tied {
    /// The document that is tied.
    pub document: DocumentNumber,
    /// The member that it is tied to.
    pub to: DocumentNumber,
    /// Position in the links.
    pub link: usize,
}

/// The articles of a family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// In the order given; two at least, or one that others borrowed from.
    pub members: Vec<DocumentNumber>,
    /// The best links that hold the members together, one fewer than there are members.
    pub links: Vec<usize>,
    /// Documents that a partial link alone ties to a member.
    pub borrowers: Vec<Tied>,
}

/// Links to families, the largest first, and the positions of partial links that have no family. What is not
/// derived is passed over, and links that may not tie. `order` breaks ties between documents.
///
/// Near-linear: every link is looked at a constant number of times after one sort.
pub fn group(
    links: &[Link],
    may_tie: impl Fn(usize) -> bool,
    order: impl Fn(DocumentNumber, DocumentNumber) -> Ordering,
) -> (Vec<Group>, Vec<usize>) {
    let tying = (0..links.len()).filter(|&at| links[at].relation.is_derived() && may_tie(at));
    let ranked = ranked(links, tying.collect(), &order);
    let mut numbers: Vec<DocumentNumber> =
        ranked.iter().flat_map(|&at| [links[at].source, links[at].derived]).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let place: FxHashMap<DocumentNumber, usize> = numbers.iter().copied().zip(0..).collect();
    let mut union = Union::new(numbers.len());
    let (mut whole, mut partial) = (Vec::new(), Vec::new());
    for &at in &ranked {
        let (source, derived) = (place[&links[at].source], place[&links[at].derived]);
        if links[at].relation == Relation::Partial {
            partial.push((at, source, derived));
        } else if union.join(source, derived) {
            whole.push((at, source));
        }
    }
    let (borrowed, apart) = hang_parts(links, &numbers, &mut union, &partial, &mut whole);
    let mut of_root: FxHashMap<usize, Group> = FxHashMap::default();
    for (at, end) in whole {
        of_root.entry(union.find(end)).or_default().links.push(at);
    }
    for (at, borrower, lender) in borrowed {
        let tied = Tied { document: numbers[borrower], to: numbers[lender], link: at };
        of_root.entry(union.find(lender)).or_default().borrowers.push(tied);
    }
    for (end, &number) in numbers.iter().enumerate() {
        if let Some(group) = of_root.get_mut(&union.find(end)) {
            group.members.push(number);
        }
    }
    let mut groups: Vec<Group> = of_root.into_values().collect();
    for group in &mut groups {
        group.members.sort_by(|&one, &other| order(one, other));
        group.borrowers.sort_by(|one, other| order(one.document, other.document));
    }
    groups.sort_by(|one, other| {
        let by_size = other.members.len().cmp(&one.members.len());
        by_size.then_with(|| order(one.members[0], other.members[0]))
    });
    (groups, apart)
}

/// Positions of links, the best first: those of identical texts; then the score decides, and where it leaves
/// no doubt, how much was taken.
fn ranked(
    links: &[Link],
    mut ranked: Vec<usize>,
    order: &impl Fn(DocumentNumber, DocumentNumber) -> Ordering,
) -> Vec<usize> {
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
    ranked
}

/// What a document that no whole link ties is to others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MemberRole {
    None,
    Lender,
    Borrower,
    /// It hangs by a part of it, and carries no others.
    Leaf,
}

/// A link with its borrower and its lender.
type Borrowed = (usize, usize, usize);

/// Who took a part from whom, by partial links from the best down: those that took most of their text become
/// members by links that are added to `whole`, the others borrowers, once of each family that they took from.
/// Of the links that come to nothing those are named that have an end without a family; links between two
/// families are passed over.
fn hang_parts(
    links: &[Link],
    numbers: &[DocumentNumber],
    union: &mut Union,
    partial: &[(usize, usize, usize)],
    whole: &mut Vec<(usize, usize)>,
) -> (Vec<Borrowed>, Vec<usize>) {
    let mut roles = vec![MemberRole::None; numbers.len()];
    let mut lenders: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    let (mut borrowed, mut apart) = (Vec::new(), Vec::new());
    for &(at, source, derived) in partial {
        let is_free = [source, derived].map(|end| union.is_alone(end) && roles[end] == MemberRole::None);
        let borrows = [source, derived].map(|end| union.is_alone(end) && roles[end] == MemberRole::Borrower);
        let may_lend =
            [source, derived].map(|end| !matches!(roles[end], MemberRole::Borrower | MemberRole::Leaf));
        // of two that stand alone the derived one took
        let taker = match is_free {
            _ if borrows[1] && may_lend[0] => Some((derived, source)),
            _ if borrows[0] && may_lend[1] && !union.is_alone(derived) => Some((source, derived)),
            [_, true] if may_lend[0] => Some((derived, source)),
            [true, false] if may_lend[1] && !union.is_alone(derived) => Some((source, derived)),
            _ => None,
        };
        match taker {
            Some((taker, lender)) if roles[taker] == MemberRole::Borrower => {
                let family = union.find(lender);
                let lenders = lenders.entry(taker).or_default();
                if !lenders.iter().any(|&before| union.find(before) == family) {
                    lenders.push(lender);
                    borrowed.push((at, taker, lender));
                    roles[lender] = MemberRole::Lender;
                }
            }
            Some((taker, lender)) if links[at].taken_of(numbers[taker]) >= MEMBER_TAKEN => {
                union.join(taker, lender);
                roles[taker] = MemberRole::Leaf;
                whole.push((at, lender));
            }
            Some((taker, lender)) => {
                borrowed.push((at, taker, lender));
                lenders.entry(taker).or_default().push(lender);
                roles[taker] = MemberRole::Borrower;
                roles[lender] = MemberRole::Lender;
            }
            None if is_free.contains(&true) => apart.push(at),
            None => {}
        }
    }
    (borrowed, apart)
}

struct Union {
    parent: Vec<usize>,
    size: Vec<usize>,
}

impl Union {
    fn new(count: usize) -> Self {
        Union { parent: (0..count).collect(), size: vec![1; count] }
    }

    fn find(&mut self, mut end: usize) -> usize {
        while self.parent[end] != end {
            self.parent[end] = self.parent[self.parent[end]];
            end = self.parent[end];
        }
        end
    }

    fn is_alone(&mut self, end: usize) -> bool {
        let root = self.find(end);
        self.size[root] == 1
    }

    /// Whether they were apart.
    fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.find(one), self.find(other));
        if one == other {
            return false;
        }
        let (large, small) = if self.size[one] >= self.size[other] { (one, other) } else { (other, one) };
        self.parent[small] = large;
        self.size[large] += self.size[small];
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(source: u32, derived: u32, relation: Relation, score: f64) -> Link {
        Link { source, derived, relation, score, direction_confidence: 0.9, taken: 0.5, taken_of_source: 0.5 }
    }

    fn grouped(links: &[Link]) -> Vec<Group> {
        group(links, |_| true, |one, other| one.cmp(&other)).0
    }

    #[test]
    fn of_certain_links_the_closest_counts_and_the_same_text_first() {
        let links = [
            Link { taken: 0.3, ..link(0, 2, Relation::Condensed, 0.999) },
            Link { taken: 0.9, ..link(1, 2, Relation::Condensed, 0.95) },
            Link { taken: 1.0, ..link(0, 1, Relation::Copy, 0.99) },
            Link { direction_confidence: 0.5, ..link(2, 3, Relation::Identical, 1.0) },
        ];
        let groups = grouped(&links);
        assert_eq!(groups[0].members, [0, 1, 2, 3]);
        assert_eq!(groups[0].links, [3, 2, 1]);
    }

    #[test]
    fn a_digest_borrows_from_the_best_source_of_each_story_and_joins_no_two() {
        let links = [
            link(0, 1, Relation::Copy, 0.99),
            link(2, 3, Relation::Copy, 0.99),
            link(0, 4, Relation::Partial, 0.7),
            link(2, 4, Relation::Partial, 0.8),
            link(3, 4, Relation::Partial, 0.75),
            link(1, 3, Relation::Partial, 0.6),
        ];
        let groups = grouped(&links);
        let members: Vec<&[u32]> = groups.iter().map(|group| group.members.as_slice()).collect();
        assert_eq!(members, [[0, 1], [2, 3]]);
        assert_eq!(groups[0].borrowers, [Tied { document: 4, to: 0, link: 2 }]);
        assert_eq!(groups[1].borrowers, [Tied { document: 4, to: 2, link: 3 }]);
    }

    #[test]
    fn of_two_that_stand_alone_the_derived_one_borrowed() {
        let groups = grouped(&[link(0, 1, Relation::Partial, 0.8), link(0, 2, Relation::Partial, 0.7)]);
        assert_eq!((groups.len(), groups[0].members.as_slice()), (1, &[0][..]));
        assert_eq!(groups[0].borrowers.iter().map(|tied| tied.document).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn what_took_most_of_its_text_is_a_member_that_carries_no_others() {
        let links = [
            Link { taken: 0.7, ..link(0, 1, Relation::Partial, 0.9) },
            Link { taken: 0.8, ..link(1, 2, Relation::Partial, 0.8) },
            link(0, 3, Relation::Partial, 0.7),
        ];
        let (groups, apart) = group(&links, |_| true, |one, other| one.cmp(&other));
        assert_eq!((groups[0].members.as_slice(), groups[0].links.as_slice()), (&[0, 1][..], &[0][..]));
        assert_eq!(groups[0].borrowers, [Tied { document: 3, to: 0, link: 2 }]);
        assert_eq!(apart, [1]);
    }

    #[test]
    fn who_borrowed_lends_to_nobody() {
        let links = [link(0, 1, Relation::Partial, 0.9), link(1, 2, Relation::Partial, 0.8)];
        let (groups, apart) = group(&links, |_| true, |one, other| one.cmp(&other));
        assert_eq!((groups.len(), apart), (1, vec![1]));
    }

    #[test]
    fn of_two_lone_lenders_a_borrower_stands_beside_each() {
        let links = [link(0, 1, Relation::Partial, 0.9), link(2, 1, Relation::Partial, 0.8)];
        let groups = grouped(&links);
        let members: Vec<&[u32]> = groups.iter().map(|group| group.members.as_slice()).collect();
        assert_eq!(members, [[0], [2]]);
        assert!(groups.iter().all(|group| group.borrowers.iter().map(|tied| tied.document).eq([1])));
    }
}
