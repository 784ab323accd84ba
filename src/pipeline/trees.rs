//! Links to families as they are written out, and which links are listed for them.

use std::cmp::Ordering;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::evidence::family::EXACT_MEMBERS;
use crate::family::{Group, Link};
use crate::pipeline::families::{Likely, LinksByPair, Planted, PlantedMember, PlantedUnseen, ordered};
use crate::pipeline::pairs::Pair;
use crate::row::{AlsoFrom, Borrower, FamilyMember, FamilyRow, LikelyArticle, Relation, UnseenSource};

/// Families, and what was made of each; in the same order.
#[derive(Default)]
pub(crate) struct Families {
    pub groups: Vec<Group>,
    pub planted: Vec<Planted>,
    /// Links that are listed though no family has them.
    pub apart: Vec<usize>,
}

impl Families {
    /// Adds families of other documents.
    pub fn add(&mut self, other: Families) {
        self.groups.extend(other.groups);
        self.planted.extend(other.planted);
        self.apart.extend(other.apart);
    }

    /// These groups with their trees, as far as their members are those of a family here; and the groups that
    /// have none yet.
    pub fn again(self, groups: Vec<Group>) -> (Families, Vec<Group>) {
        let mut known: FxHashMap<DocumentNumber, (Vec<DocumentNumber>, Planted)> = FxHashMap::default();
        for (group, planted) in self.groups.into_iter().zip(self.planted) {
            if let Some(&first) = group.members.first() {
                known.insert(first, (group.members, planted));
            }
        }
        let (mut families, mut new) = (Families::default(), Vec::new());
        for group in groups {
            match group.members.first().and_then(|first| known.remove(first)) {
                Some((members, planted)) if members == group.members => {
                    families.groups.push(group);
                    families.planted.push(planted);
                }
                _ => new.push(group),
            }
        }
        (families, new)
    }

    /// Pairs of parent and child that are neither judged nor told otherwise, in order.
    pub fn unjudged(&self, judged: &LinksByPair) -> Vec<Pair> {
        let edges = self.planted.iter().flat_map(|family| &family.members);
        let missing = edges.flat_map(|member| {
            let further = member.also_from.iter().map(|&(from, _)| ordered((from, member.document)));
            member.verdict.is_none().then(|| edge(member)).into_iter().chain(further)
        });
        let mut missing: Vec<Pair> = missing.filter(|&pair| judged.get(pair).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Positions of families with a parent that a verdict denies.
    pub fn denied(&self, links: &[Link], judged: &LinksByPair) -> Vec<usize> {
        let is_derived = |pair: Pair| judged.get(pair).is_some_and(|at| links[at].relation.is_derived());
        let is_denied = |member: &PlantedMember| member.verdict.is_none() && !is_derived(edge(member));
        (0..self.planted.len()).filter(|&at| self.planted[at].members.iter().any(is_denied)).collect()
    }

    /// Pairs that hold families together, and parents that a verdict confirms.
    pub fn allowed(&self, links: &[Link], judged: &LinksByPair) -> FxHashSet<Pair> {
        let is_derived = |pair: &Pair| judged.get(*pair).is_some_and(|at| links[at].relation.is_derived());
        let edges = self.planted.iter().flat_map(|family| &family.members).map(edge);
        edges.filter(is_derived).chain(Families::tying(&self.groups, links)).collect()
    }

    /// Pairs whose links hold families together.
    pub fn tying(groups: &[Group], links: &[Link]) -> FxHashSet<Pair> {
        let tying = groups.iter().flat_map(|group| &group.links);
        tying.map(|&at| ordered((links[at].source, links[at].derived))).collect()
    }

    /// Positions of the links that are listed for the families' sake: of each member one, and those of
    /// borrowers.
    pub fn listed(&self, links: &LinksByPair) -> Vec<usize> {
        let mut listed = self.apart.clone();
        for (group, planted) in self.groups.iter().zip(&self.planted) {
            listed.extend(group.borrowers.iter().map(|tied| tied.link));
            // of a large family not every parent was judged
            if group.members.len() > EXACT_MEMBERS {
                listed.extend(&group.links);
            }
            listed.extend(planted.members.iter().filter_map(|member| links.get(edge(member))));
            let further = planted.members.iter().flat_map(|member| {
                member.also_from.iter().filter_map(|&(from, _)| links.get((from, member.document)))
            });
            listed.extend(further);
        }
        listed
    }

    /// The families as they are written out, one after the other, the largest first.
    pub fn rows<'a>(
        &'a self,
        links: &'a [Link],
        judged: &'a LinksByPair,
        documents: &'a DocumentTable,
        order: impl Fn(DocumentNumber, DocumentNumber) -> Ordering,
    ) -> impl Iterator<Item = FamilyRow> + 'a {
        let of = |at: usize| (self.planted[at].members.len(), self.planted[at].root);
        let mut places: Vec<usize> = (0..self.planted.len()).collect();
        places.sort_by(|&one, &other| {
            let ((size, root), (other_size, other_root)) = (of(one), of(other));
            other_size.cmp(&size).then_with(|| order(root, other_root))
        });
        let named = Named { links, judged, documents };
        places.into_iter().map(move |at| row(&self.groups[at], &self.planted[at], &named))
    }
}

fn edge(member: &PlantedMember) -> Pair {
    ordered((member.parent, member.document))
}

/// What numbers stand for.
struct Named<'a> {
    links: &'a [Link],
    judged: &'a LinksByPair,
    documents: &'a DocumentTable,
}

impl Named<'_> {
    fn id(&self, document: DocumentNumber) -> String {
        self.documents.id(document).to_owned()
    }

    fn likely(&self, candidates: &[Likely]) -> Vec<LikelyArticle> {
        let named = |&(document, confidence): &Likely| LikelyArticle { id: self.id(document), confidence };
        candidates.iter().map(named).collect()
    }

    fn member(&self, member: &PlantedMember) -> FamilyMember {
        let judged = self.judged.get(edge(member)).and_then(|at| self.links.get(at));
        let verdict = judged.map(|link| (link.relation_of(member.document), link.score)).or(member.verdict);
        FamilyMember {
            id: self.id(member.document),
            parent: Some(self.id(member.parent)),
            relation: verdict.map(|(relation, _)| relation),
            score: verdict.map(|(_, score)| score),
            parent_confidence: member.confidence,
            alternatives: self.likely(&member.alternatives),
            also_from: member
                .also_from
                .iter()
                .filter_map(|&(from, share)| self.also_from(member, from, share))
                .collect(),
        }
    }

    /// `None` where the pair turned out not to be derived.
    fn also_from(&self, member: &PlantedMember, from: DocumentNumber, share: f64) -> Option<AlsoFrom> {
        let link = self.links.get(self.judged.get((from, member.document))?)?;
        let relation = link.relation_of(member.document);
        relation.is_derived().then(|| AlsoFrom { id: self.id(from), relation, share })
    }
}

fn row(group: &Group, planted: &Planted, named: &Named<'_>) -> FamilyRow {
    let root = named.id(planted.root);
    let mut members: Vec<FamilyMember> = planted.members.iter().map(|member| named.member(member)).collect();
    members.sort_by(|one, other| one.id.cmp(&other.id));
    members.insert(0, FamilyMember { id: root.clone(), ..FamilyMember::default() });
    let borrowers = group.borrowers.iter().filter_map(|tied| {
        let link = named.links.get(tied.link)?;
        Some(Borrower {
            id: named.id(tied.document),
            from: named.id(tied.to),
            relation: Relation::Partial,
            score: link.score,
            share: link.taken_of(tied.document),
        })
    });
    FamilyRow {
        id: root.clone(),
        root,
        root_confidence: planted.root_confidence,
        root_candidates: named.likely(&planted.root_candidates),
        size: members.len() as u64,
        weakest: members.iter().filter_map(|member| member.score).fold(1.0, f64::min),
        borrowers: borrowers.collect(),
        members,
        unseen_source: planted.unseen.as_ref().map(|unseen| unseen_source(unseen, named)),
    }
}

fn unseen_source(unseen: &PlantedUnseen, named: &Named<'_>) -> UnseenSource {
    let mut clients: Vec<String> = unseen.clients.iter().map(|&client| named.id(client)).collect();
    clients.sort();
    UnseenSource { name: Some(unseen.name.clone()), clients }
}
