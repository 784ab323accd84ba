//! Groups of links to families with trees: texts are read once more, compared, and what the trees lack is judged.

use std::cmp::Ordering;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::family::{EXACT_MEMBERS, Edge, FamilyEvidence};
use crate::evidence::portrait::Portrait;
use crate::family::{Candidate, Group, Link, Tree, likeliest_tree};
use crate::judge::Profile;
use crate::judge::relation::copy_score;
use crate::pipeline::pairs::Pair;
use crate::progress::{Progress, go_on};
use crate::row::Relation;

/// Families whose texts are held at once.
const FAMILIES_AT_ONCE: usize = 256;

/// What trees of families are made from.
pub(super) struct Nursery<'a, C> {
    pub collection: &'a C,
    pub documents: &'a DocumentTable,
    pub links: &'a [Link],
    pub profile: &'a Profile,
    /// What a near-duplicate has to score.
    pub cut: f64,
    /// Whether any two members may be parent and child, or only those that are known to be derived.
    pub is_open: bool,
    pub progress: &'a dyn Progress,
}

/// A family's tree by document numbers.
#[derive(Clone, Debug)]
pub(super) struct Planted {
    pub root: DocumentNumber,
    pub root_confidence: Option<f64>,
    pub root_candidates: Vec<Likely>,
    /// All members but the root.
    pub members: Vec<PlantedMember>,
}

/// A document and the probability that it is what it is named as.
pub(super) type Likely = (DocumentNumber, f64);

#[derive(Clone, Debug)]
pub(super) struct PlantedMember {
    pub document: DocumentNumber,
    pub parent: DocumentNumber,
    pub confidence: Option<f64>,
    pub alternatives: Vec<Likely>,
    /// What is known of it and its parent without the pair being judged.
    pub verdict: Option<(Relation, f64)>,
}

/// Of pairs of positions, what containment alone says of them.
type Verdicts = FxHashMap<(u32, u32), (Relation, f64)>;

/// Relations of near-duplicates, without judging them: a large family has too many edges for that.
fn verdicts(evidence: &FamilyEvidence) -> Verdicts {
    let verdict = |edge: &Edge| match edge.cues.same_words > 0.0 {
        true => (Relation::Identical, 1.0),
        false => (Relation::Copy, copy_score(edge.jaccard)),
    };
    evidence.edges.iter().map(|edge| ((edge.from, edge.to), verdict(edge))).collect()
}

/// Distinct texts of a family and the documents that print them again.
struct Texts {
    nodes: Vec<DocumentNumber>,
    /// With the node of the same text.
    repeats: Vec<(DocumentNumber, DocumentNumber)>,
}

impl<C: Collection> Nursery<'_, C> {
    /// Trees of these groups, in their order. `known` says which pairs may be edges, where not all may.
    ///
    /// # Errors
    /// What the collection returns, and [`crate::Error::Interrupted`].
    pub fn plant(&self, groups: &[&Group], known: &(impl Fn(Pair) -> bool + Sync)) -> Result<Vec<Planted>> {
        let mut planted = Vec::with_capacity(groups.len());
        for groups in groups.chunks(FAMILIES_AT_ONCE) {
            go_on(self.progress)?;
            let some: Vec<Planted> =
                groups.par_iter().map(|group| self.plant_one(group, known)).collect::<Result<_>>()?;
            planted.extend(some);
            self.progress.advance(groups.len() as u64);
        }
        Ok(planted)
    }

    fn plant_one(&self, group: &Group, known: &(impl Fn(Pair) -> bool + Sync)) -> Result<Planted> {
        let texts = self.texts(group);
        let portraits: Vec<Portrait> = texts
            .nodes
            .par_iter()
            .map(|&document| Ok(Portrait::new(&self.collection.read(self.documents.location(document))?)))
            .collect::<Result<_>>()?;
        let among: Vec<&Portrait> = portraits.iter().collect();
        let mut evidence = FamilyEvidence::of(&among);
        drop(portraits);
        let is_small = texts.nodes.len() <= EXACT_MEMBERS;
        let near = self.profile.relation.near_duplicate_jaccard;
        evidence.edges.retain(|edge| {
            let pair = (texts.nodes[edge.from as usize], texts.nodes[edge.to as usize]);
            let is_near = || edge.jaccard >= near && copy_score(edge.jaccard) >= self.cut;
            known(ordered(pair)) || (self.is_open && (is_small || is_near()))
        });
        let weighed = self.profile.family.weigh(&evidence);
        let Some(tree) = likeliest_tree(&weighed, &self.profile.family) else {
            return Ok(by_links(group, self.links, self.documents));
        };
        let verdicts = if is_small { Verdicts::default() } else { verdicts(&evidence) };
        Ok(self.named(&texts, &tree, &verdicts))
    }

    /// A small family's members as they are; of a large one each text once, by its first printing.
    fn texts(&self, group: &Group) -> Texts {
        if group.members.len() <= EXACT_MEMBERS {
            return Texts { nodes: group.members.clone(), repeats: Vec::new() };
        }
        let mut first: FxHashMap<u128, DocumentNumber> = FxHashMap::default();
        let mut by_date = group.members.clone();
        by_date.sort_by(|&one, &other| self.by_date(one, other));
        for &member in &by_date {
            first.entry(self.documents.identity(member)).or_insert(member);
        }
        let node = |member: DocumentNumber| match self.documents.identity(member) {
            0 => member,
            identity => first.get(&identity).copied().unwrap_or(member),
        };
        let (nodes, repeats): (Vec<DocumentNumber>, Vec<DocumentNumber>) =
            group.members.iter().partition(|&&member| node(member) == member);
        Texts { nodes, repeats: repeats.into_iter().map(|member| (member, node(member))).collect() }
    }

    /// Dated ones first, the earliest before all.
    fn by_date(&self, one: DocumentNumber, other: DocumentNumber) -> Ordering {
        let date = |document| self.documents.unix_seconds(document).unwrap_or(i64::MAX);
        date(one).cmp(&date(other))
    }

    fn named(&self, texts: &Texts, tree: &Tree, verdicts: &Verdicts) -> Planted {
        let likely = |candidates: &[Candidate]| -> Vec<Likely> {
            candidates.iter().map(|candidate| (texts.nodes[candidate.member], candidate.confidence)).collect()
        };
        let member = |(at, hanging): (usize, &Option<crate::family::Hanging>)| {
            let hanging = hanging.as_ref()?;
            Some(PlantedMember {
                document: texts.nodes[at],
                parent: texts.nodes[hanging.parent],
                confidence: Some(hanging.confidence),
                alternatives: likely(&hanging.alternatives),
                verdict: verdicts.get(&(hanging.parent as u32, at as u32)).copied(),
            })
        };
        let mut members: Vec<PlantedMember> = tree.parents.iter().enumerate().filter_map(member).collect();
        members.extend(self.repeats(texts));
        Planted {
            root: texts.nodes[tree.root],
            root_confidence: Some(tree.root_confidence),
            root_candidates: likely(&tree.root_candidates),
            members,
        }
    }

    /// Printings of a text that another member printed before: by its date, as far as dates tell.
    fn repeats(&self, texts: &Texts) -> Vec<PlantedMember> {
        let mut printings: FxHashMap<DocumentNumber, u32> = FxHashMap::default();
        texts.repeats.iter().for_each(|&(_, node)| *printings.entry(node).or_insert(1) += 1);
        let repeat = |&(document, parent): &(DocumentNumber, DocumentNumber)| {
            let is_later = self.by_date(parent, document).is_lt();
            let by_chance = 1.0 / f64::from(printings.get(&parent).copied().unwrap_or(2));
            PlantedMember {
                document,
                parent,
                confidence: Some(if is_later { by_chance.max(0.5) } else { by_chance }),
                alternatives: Vec::new(),
                verdict: Some((Relation::Identical, 1.0)),
            }
        };
        texts.repeats.iter().map(repeat).collect()
    }
}

/// The tree that a group's own links make, below its first member by date.
pub(super) fn by_links(group: &Group, links: &[Link], documents: &DocumentTable) -> Planted {
    let mut near: FxHashMap<DocumentNumber, Vec<DocumentNumber>> = FxHashMap::default();
    for Link { source, derived, .. } in group.links.iter().filter_map(|&at| links.get(at)) {
        near.entry(*source).or_default().push(*derived);
        near.entry(*derived).or_default().push(*source);
    }
    let date = |&document: &DocumentNumber| documents.unix_seconds(document).unwrap_or(i64::MAX);
    let root = group.members.iter().copied().min_by_key(date).unwrap_or_default();
    let mut members = Vec::with_capacity(group.links.len());
    let mut seen: FxHashSet<DocumentNumber> = [root].into_iter().collect();
    let mut waiting = vec![root];
    while let Some(parent) = waiting.pop() {
        for &document in near.get(&parent).map_or(&[][..], Vec::as_slice) {
            if seen.insert(document) {
                let (confidence, verdict) = (None, None);
                members.push(PlantedMember {
                    document,
                    parent,
                    confidence,
                    alternatives: Vec::new(),
                    verdict,
                });
                waiting.push(document);
            }
        }
    }
    Planted { root, root_confidence: None, root_candidates: Vec::new(), members }
}

/// The smaller number first.
pub(super) fn ordered((a, b): Pair) -> Pair {
    (a.min(b), a.max(b))
}

/// Links by their pairs.
pub(super) struct LinksByPair(Vec<(Pair, u32)>);

impl LinksByPair {
    pub fn new(links: &[Link]) -> Self {
        let pairs = links.iter().map(|link| ordered((link.source, link.derived)));
        let mut by_pair: Vec<(Pair, u32)> = pairs.zip(0..).collect();
        // mostly in order already
        by_pair.sort();
        LinksByPair(by_pair)
    }

    /// The position of the pair's link.
    pub fn get(&self, pair: Pair) -> Option<usize> {
        let pair = ordered(pair);
        let at = self.0.binary_search_by_key(&pair, |&(pair, _)| pair).ok()?;
        Some(self.0[at].1 as usize)
    }
}
