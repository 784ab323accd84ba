//! Copies collapsed: identical texts and verified near-duplicates in clusters, each with a representative.
//!
//! Chaining through links alone would let texts drift apart along a cluster. Here every member's text is
//! linked, by a verified link, to the representative itself: texts are taken by the number of their links,
//! most first (then in an order that is given); each that is still free represents, and takes its free
//! neighbours along.

use std::cmp::Ordering;

use super::printings::Printings;
use super::union::UnionFind;
use super::verify::VerifiedLink;
use crate::article::DocumentNumber;

/// Documents by the text they copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CopyClusters {
    /// For each document the one that stands for all of the same words in the same order: the earliest.
    /// Itself, where it does.
    pub first_of_text: Vec<DocumentNumber>,
    /// For each document the one that represents its cluster; itself, where it stands alone.
    pub representative: Vec<DocumentNumber>,
    /// Verified pairs between such documents, in order: also pairs that lie across clusters.
    pub links: Vec<VerifiedLink>,
    /// Members of clusters of more than one, by representative, then number.
    members: Vec<(DocumentNumber, DocumentNumber)>,
}

/// Two copies and how much of them agrees; `a < b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CopyPair {
    /// The document with the smaller number.
    pub a: DocumentNumber,
    /// The other document.
    pub b: DocumentNumber,
    /// Whether both have the same words in the same order.
    pub is_identical: bool,
    /// Exact Jaccard index of the two sets of 5-word shingles, 0 to 1.
    pub jaccard: f64,
    /// Share of the shingles of `a` that stand in `b`, 0 to 1.
    pub containment_of_a: f64,
    /// Share of the shingles of `b` that stand in `a`, 0 to 1.
    pub containment_of_b: f64,
}

impl CopyClusters {
    /// For each document the first one of its text, and links that join such first documents, in order.
    pub fn new(first_of_text: Vec<DocumentNumber>, links: Vec<VerifiedLink>) -> Self {
        Self::in_order(first_of_text, links, |one, other| one.cmp(&other))
    }

    /// As [`Self::new`]; of texts with as many links the first in `order` represents.
    pub(super) fn in_order(
        first_of_text: Vec<DocumentNumber>,
        links: Vec<VerifiedLink>,
        order: impl Fn(DocumentNumber, DocumentNumber) -> Ordering,
    ) -> Self {
        let mut ends: Vec<(DocumentNumber, DocumentNumber)> =
            links.iter().flat_map(|link| [(link.a, link.b), (link.b, link.a)]).collect();
        ends.sort_unstable();
        let mut hubs: Vec<&[(DocumentNumber, DocumentNumber)]> = ends.chunk_by(|a, b| a.0 == b.0).collect();
        hubs.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| order(one[0].0, other[0].0)));
        const FREE: DocumentNumber = DocumentNumber::MAX;
        let mut representative = vec![FREE; first_of_text.len()];
        for hub in hubs {
            let center = hub[0].0;
            if representative[center as usize] == FREE {
                representative[center as usize] = center;
                for &(_, neighbour) in hub {
                    let of = &mut representative[neighbour as usize];
                    *of = if *of == FREE { center } else { *of };
                }
            }
        }
        for (document, &first) in first_of_text.iter().enumerate() {
            // a text without links represents itself
            let of_first = representative[first as usize];
            representative[document] = if of_first == FREE { first } else { of_first };
        }
        let members = members(&representative);
        CopyClusters { first_of_text, representative, links, members }
    }

    /// The same with more verified links between texts.
    pub fn with(
        self,
        more: Vec<VerifiedLink>,
        order: impl Fn(DocumentNumber, DocumentNumber) -> Ordering,
    ) -> Self {
        if more.is_empty() {
            return self;
        }
        let mut links = self.links;
        links.extend(more);
        links.sort_unstable_by_key(|link| (link.a, link.b));
        Self::in_order(self.first_of_text, links, order)
    }

    /// The same with each text named by the printing that stands for it.
    pub(super) fn renamed(mut self, printings: &Printings) -> Self {
        if printings.is_empty() {
            return self;
        }
        self.first_of_text.iter_mut().for_each(|first| *first = printings.of(*first));
        self.representative.iter_mut().for_each(|of| *of = printings.of(*of));
        printings.rename_links(&mut self.links);
        self.members = members(&self.representative);
        self
    }

    /// Verified links between clusters, as few as join all that links join: the closest, then the first in
    /// `order`.
    pub fn bridges(&self, order: impl Fn(DocumentNumber, DocumentNumber) -> Ordering) -> Vec<CopyPair> {
        let of = |document: DocumentNumber| self.representative[document as usize];
        let mut across: Vec<&VerifiedLink> =
            self.links.iter().filter(|link| of(link.a) != of(link.b)).collect();
        if across.is_empty() {
            return Vec::new();
        }
        let ends = |link: &VerifiedLink| match order(link.a, link.b) {
            Ordering::Greater => (link.b, link.a),
            _ => (link.a, link.b),
        };
        across.sort_by(|one, other| {
            let ((a, b), (c, d)) = (ends(one), ends(other));
            let by_closeness = other.overlap.jaccard().total_cmp(&one.overlap.jaccard());
            by_closeness.then_with(|| order(a, c)).then_with(|| order(b, d))
        });
        let mut joined = UnionFind::new(self.representative.len());
        across.retain(|link| {
            let (a, b) = (joined.find(of(link.a)), joined.find(of(link.b)));
            joined.join(a, b);
            a != b
        });
        across.iter().map(|link| CopyPair::of_link(link, link.a, link.b, link.a)).collect()
    }

    /// Clusters of two documents and more: the representative and all members, itself included, ascending.
    pub fn clusters(
        &self,
    ) -> impl Iterator<Item = (DocumentNumber, impl ExactSizeIterator<Item = DocumentNumber> + '_)> {
        let groups = self.members.chunk_by(|a, b| a.0 == b.0);
        groups.map(|group| (group[0].0, group.iter().map(|&(_, member)| member)))
    }

    /// Members of the representative's cluster, itself included; empty for a document that stands alone.
    pub fn members(&self, representative: DocumentNumber) -> impl Iterator<Item = DocumentNumber> + '_ {
        let start = self.members.partition_point(|member| member.0 < representative);
        let of = self.members[start..].iter().take_while(move |member| member.0 == representative);
        of.map(|&(_, member)| member)
    }

    /// Documents that stand for a cluster or for themselves, ascending.
    pub fn representatives(&self) -> impl Iterator<Item = DocumentNumber> + '_ {
        (0..)
            .zip(&self.representative)
            .filter(|&(document, &of)| document == of)
            .map(|(document, _)| document)
    }

    /// The verified link of two documents, or that they are identical.
    pub fn pair(&self, a: DocumentNumber, b: DocumentNumber) -> Option<CopyPair> {
        let (a, b) = (a.min(b), a.max(b));
        let (first_a, first_b) = (self.first_of_text[a as usize], self.first_of_text[b as usize]);
        if first_a == first_b {
            return (a != b).then(|| CopyPair::identical(a, b));
        }
        let key = (first_a.min(first_b), first_a.max(first_b));
        let at = self.links.binary_search_by_key(&key, |link| (link.a, link.b)).ok()?;
        Some(CopyPair::of_link(&self.links[at], a, b, first_a))
    }

    /// Visits every pair of copies: of each text all pairs of its documents, and of each link all pairs of
    /// the two texts' documents. Quadratic in the number of documents of a text, as asked.
    pub fn for_each_pair<E>(&self, mut visit: impl FnMut(CopyPair) -> Result<(), E>) -> Result<(), E> {
        let mut texts: Vec<(DocumentNumber, DocumentNumber)> = (0..)
            .zip(&self.first_of_text)
            .filter(|&(document, &first)| document != first)
            .flat_map(|(document, &first)| [(first, first), (first, document)])
            .collect();
        texts.sort_unstable();
        texts.dedup();
        let of_text = |first: DocumentNumber| {
            let start = texts.partition_point(|text| text.0 < first);
            let end = start + texts[start..].partition_point(|text| text.0 == first);
            let same = texts[start..end].iter().map(|&(_, document)| document);
            same.chain((start == end).then_some(first))
        };
        for text in texts.chunk_by(|a, b| a.0 == b.0) {
            for (place, &(_, a)) in text.iter().enumerate() {
                text[place + 1..].iter().try_for_each(|&(_, b)| visit(CopyPair::identical(a, b)))?;
            }
        }
        for link in &self.links {
            for one in of_text(link.a) {
                for other in of_text(link.b) {
                    let (a, b) = (one.min(other), one.max(other));
                    visit(CopyPair::of_link(link, a, b, if a == one { link.a } else { link.b }))?;
                }
            }
        }
        Ok(())
    }
}

/// Members of clusters of more than one, by representative, then number.
fn members(representative: &[DocumentNumber]) -> Vec<(DocumentNumber, DocumentNumber)> {
    let mut members: Vec<(DocumentNumber, DocumentNumber)> = representative
        .iter()
        .zip(0..)
        .filter(|&(&representative, document)| representative != document)
        .flat_map(|(&representative, document)| {
            [(representative, representative), (representative, document)]
        })
        .collect();
    members.sort_unstable();
    members.dedup();
    members
}

impl CopyPair {
    fn identical(a: DocumentNumber, b: DocumentNumber) -> Self {
        CopyPair { a, b, is_identical: true, jaccard: 1.0, containment_of_a: 1.0, containment_of_b: 1.0 }
    }

    /// `first_of_a` is the end of the link whose text `a` has.
    fn of_link(
        link: &VerifiedLink,
        a: DocumentNumber,
        b: DocumentNumber,
        first_of_a: DocumentNumber,
    ) -> Self {
        let (of_first, of_second) = (link.overlap.containment_of_a(), link.overlap.containment_of_b());
        let is_straight = first_of_a == link.a;
        CopyPair {
            a,
            b,
            is_identical: false,
            jaccard: link.overlap.jaccard(),
            containment_of_a: if is_straight { of_first } else { of_second },
            containment_of_b: if is_straight { of_second } else { of_first },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::Overlap;

    fn link(a: u32, b: u32) -> VerifiedLink {
        VerifiedLink { a, b, overlap: Overlap { shared: 8, a: 8, b: 10 } }
    }

    #[test]
    fn members_are_linked_to_their_representative_and_never_by_a_chain() {
        // 0-1-2-3 is a chain, 5 has the text of 3; 4 stands alone.
        let clusters = CopyClusters::new(vec![0, 1, 2, 3, 4, 3], vec![link(0, 1), link(1, 2), link(2, 3)]);
        assert_eq!(clusters.representative, [1, 1, 1, 3, 4, 3]);
        let found: Vec<(u32, Vec<u32>)> =
            clusters.clusters().map(|(of, members)| (of, members.collect())).collect();
        assert_eq!(found, [(1, vec![0, 1, 2]), (3, vec![3, 5])]);
        assert_eq!(clusters.representatives().collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(clusters.members(3).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(clusters.members(4).count(), 0);
    }

    #[test]
    fn a_chain_is_bridged_once_and_by_its_closest_link() {
        let ring = [link(0, 1), link(1, 2), link(2, 3), link(3, 4), link(4, 5), link(0, 5)];
        let mut links = ring.to_vec();
        links.sort_unstable_by_key(|link| (link.a, link.b));
        let clusters = CopyClusters::new((0..6).collect(), links);
        let bridges = clusters.bridges(|one, other| one.cmp(&other));
        assert_eq!(clusters.representatives().count() - bridges.len(), 1);
        assert!(bridges.iter().all(|pair| clusters.pair(pair.a, pair.b) == Some(*pair)));
    }

    #[test]
    fn every_pair_of_copies_is_visited_once_the_right_way_round() {
        // 0 and 3 are one text, 1 and 2 another.
        let clusters = CopyClusters::new(vec![0, 1, 1, 0], vec![link(0, 1)]);
        let mut pairs = Vec::new();
        let visit = |pair| {
            pairs.push(pair);
            Ok::<(), ()>(())
        };
        clusters.for_each_pair(visit).unwrap();
        let mut numbers: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]);
        for pair in pairs {
            assert_eq!(clusters.pair(pair.b, pair.a), Some(pair));
            let text_0_first = pair.a == 0 && !pair.is_identical;
            assert!(pair.is_identical || (pair.containment_of_a == 1.0) == text_0_first);
        }
        assert_eq!(CopyClusters::new(vec![0, 1], vec![]).pair(0, 1), None);
    }
}
