//! Groups of links to families with trees: texts are read once more, compared, and what the trees lack is
//! judged.

use std::cmp::Ordering;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::family::{EXACT_MEMBERS, Edge, FamilyEvidence};
use crate::evidence::portrait::{Portrait, Sitting};
use crate::family::{
    Further, Group, Link, ParentCandidate, Tree, Unseen, further_sources, likeliest_tree, unseen_source,
};
use crate::judge::Profile;
use crate::judge::relation::copy_score;
use crate::pipeline::drawing::Links;
use crate::pipeline::pairs::{Pair, split_to_fit};
use crate::progress::{Progress, Work, go_on};
use crate::row::Relation;

/// Families whose texts are held at once: so many, of so many words, and at least one.
const FAMILIES_AT_ONCE: usize = 256;
const WORDS_AT_ONCE: usize = 4 << 20;

/// A family whose distinct texts hold more words than this is not compared: its tree is that of its links.
const FAMILY_WORDS_MAX: usize = 12 << 20;

/// What trees of families are made from.
pub(super) struct Nursery<'a, C, L> {
    pub collection: &'a C,
    pub documents: &'a DocumentTable,
    pub judged: &'a L,
    pub profile: &'a Profile,
    /// What a near-duplicate has to score.
    pub cut: f64,
    pub edges: Open,
    pub progress: &'a dyn Progress,
}

/// Which members may be parent and child, beside those that are known to be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// Any two that were compared.
    All,
    /// Near-duplicates of a large family.
    Near,
    /// No others.
    None,
}

/// A family's tree by document numbers.
#[derive(Clone, Debug)]
pub(crate) struct Planted {
    pub root: DocumentNumber,
    pub root_confidence: Option<f64>,
    pub root_candidates: Vec<Likely>,
    /// All members but the root.
    pub members: Vec<PlantedMember>,
    pub unseen: Option<PlantedUnseen>,
}

/// A common source that is not among the members, and those who say that they have their report from there.
#[derive(Clone, Debug)]
pub(crate) struct PlantedUnseen {
    pub name: String,
    pub clients: Vec<DocumentNumber>,
}

/// A document and the probability that it is what it is named as.
pub(crate) type Likely = (DocumentNumber, f64);

#[derive(Clone, Debug)]
pub(crate) struct PlantedMember {
    pub document: DocumentNumber,
    pub parent: DocumentNumber,
    pub confidence: Option<f64>,
    pub alternatives: Vec<Likely>,
    /// What is known of it and its parent without the pair being judged.
    pub verdict: Option<(Relation, f64)>,
    /// Further members that it was made of, and the share of its words that each gave.
    pub also_from: Vec<(DocumentNumber, f64)>,
}

/// Of pairs of positions, what is known of them without the pair being judged.
type Verdicts = FxHashMap<(u32, u32), (Relation, f64)>;

/// Distinct texts of a family and the documents that print them again.
struct Texts {
    nodes: Vec<DocumentNumber>,
    /// With the node of the same text.
    repeats: Vec<(DocumentNumber, DocumentNumber)>,
}

/// What is said beside a tree.
struct Beside {
    further: Vec<Further>,
    unseen: Option<Unseen>,
}

impl Texts {
    fn is_small(&self) -> bool {
        self.nodes.len() <= EXACT_MEMBERS
    }
}

impl<C: Collection, L: Links> Nursery<'_, C, L> {
    /// Trees of these groups, in their order. `known` says which pairs may be edges, where not all may.
    ///
    /// # Errors
    /// What the collection returns, and [`crate::Error::Interrupted`].
    pub fn plant(&self, groups: &[&Group], known: &(impl Fn(Pair) -> bool + Sync)) -> Result<Vec<Planted>> {
        let mut planted = Vec::with_capacity(groups.len());
        let places: Vec<usize> = (0..groups.len()).collect();
        let words = |at: usize| {
            let words = groups[at].members.iter().map(|&member| self.documents.words(member) as usize);
            words.sum::<usize>().min(FAMILY_WORDS_MAX)
        };
        let mut left = places.as_slice();
        while !left.is_empty() {
            go_on(self.progress)?;
            let (chunk, rest) = split_to_fit(left, FAMILIES_AT_ONCE, WORDS_AT_ONCE, words);
            left = rest;
            let some: Vec<Planted> =
                chunk.par_iter().map(|&at| self.plant_one(groups[at], known)).collect::<Result<_>>()?;
            planted.extend(some);
            self.progress.advance(chunk.len() as u64);
        }
        Ok(planted)
    }

    fn plant_one(&self, group: &Group, known: &(impl Fn(Pair) -> bool + Sync)) -> Result<Planted> {
        let texts = self.texts(group);
        let words = texts.nodes.iter().map(|&document| self.documents.words(document) as usize);
        if words.sum::<usize>() > FAMILY_WORDS_MAX {
            return Ok(by_links(group, self.judged.links(), self.documents));
        }
        let portraits = self.portraits(&texts.nodes)?;
        self.progress.count(Work::Tokenised, portraits.len() as u64);
        let among: Vec<&Portrait> = portraits.iter().collect();
        let tied = self.tied(group, &texts);
        let mut evidence = FamilyEvidence::of(&among, &tied.iter().map(|tied| tied.0).collect::<Vec<_>>());
        let is_large = !texts.is_small();
        let ties: FxHashSet<(u32, u32)> =
            tied.iter().map(|&((one, other), _)| ordered((one, other))).collect();
        evidence.edges.retain(|edge| {
            let pair = (texts.nodes[edge.from as usize], texts.nodes[edge.to as usize]);
            let is_open = match self.edges {
                Open::All => true,
                Open::Near => is_large && self.is_near(edge),
                Open::None => false,
            };
            is_open || known(ordered(pair)) || ties.contains(&ordered((edge.from, edge.to)))
        });
        let weighed = self.profile.family.weigh(&evidence);
        let Some(mut tree) = likeliest_tree(&weighed, &self.profile.family) else {
            return Ok(by_links(group, self.judged.links(), self.documents));
        };
        let verdicts = if is_large { self.verdicts(&evidence, &tied) } else { Verdicts::default() };
        let further = further_sources(&among, &mut tree, &weighed);
        let beside = Beside { further, unseen: unseen_source(&among, &tree) };
        Ok(self.named(&texts, &tree, &verdicts, beside))
    }

    /// Portraits of these documents, in their order.
    fn portraits(&self, nodes: &[DocumentNumber]) -> Result<Vec<Portrait>> {
        let mut by_text: Vec<usize> = (0..nodes.len()).collect();
        by_text.sort_by_key(|&at| self.documents.identity(nodes[at]));
        let may_be_same = |&one: &usize, &other: &usize| {
            self.documents.identity(nodes[one]) == self.documents.identity(nodes[other])
        };
        let of_texts: Vec<&[usize]> = by_text.chunk_by(may_be_same).collect();
        let portrayed = of_texts.par_iter().flat_map_iter(|places| {
            let mut sitting = Sitting::default();
            places.iter().map(move |&at| {
                if let Some(portrait) = self.judged.prepared(nodes[at]).and_then(Portrait::of_prepared) {
                    return Ok((at, portrait));
                }
                let article = self.documents.article(self.collection, nodes[at])?;
                let portrait = match places.len() {
                    1 => Portrait::new(&article),
                    _ => sitting.portrait(article),
                };
                Ok((at, portrait))
            })
        });
        let mut portraits: Vec<(usize, Portrait)> = portrayed.collect::<Result<_>>()?;
        portraits.sort_unstable_by_key(|&(at, _)| at);
        Ok(portraits.into_iter().map(|(_, portrait)| portrait).collect())
    }

    /// Whether two members are derived whatever else is known of them.
    fn is_near(&self, edge: &Edge) -> bool {
        let near = self.profile.relation.near_duplicate_jaccard;
        edge.cues.same_words > 0.0 || (edge.jaccard >= near && copy_score(edge.jaccard) >= self.cut)
    }

    /// Of a large family the links that hold it together, by the nodes of their source and their derived
    /// article.
    fn tied(&self, group: &Group, texts: &Texts) -> Vec<((u32, u32), Link)> {
        if texts.is_small() {
            return Vec::new();
        }
        let mut places: FxHashMap<DocumentNumber, u32> = texts.nodes.iter().copied().zip(0..).collect();
        for (document, node) in &texts.repeats {
            places.get(node).copied().map(|place| places.insert(*document, place));
        }
        let links = group.links.iter().filter_map(|&at| self.judged.links().get(at));
        let placed =
            links.filter_map(|link| Some(((*places.get(&link.source)?, *places.get(&link.derived)?), *link)));
        placed.filter(|((source, derived), _)| source != derived).collect()
    }

    /// Near-duplicates are told without being judged, since a large family has many; so are texts that other
    /// printings tie.
    fn verdicts(&self, evidence: &FamilyEvidence, tied: &[((u32, u32), Link)]) -> Verdicts {
        let mut verdicts = Verdicts::default();
        for &((source, derived), link) in tied {
            verdicts.insert((source, derived), (link.relation_of(link.derived), link.score));
            verdicts.insert((derived, source), (link.relation_of(link.source), link.score));
        }
        for edge in evidence.edges.iter().filter(|edge| self.is_near(edge)) {
            let verdict = match edge.cues.same_words > 0.0 {
                true => (Relation::Identical, 1.0),
                false => (Relation::Copy, copy_score(edge.jaccard)),
            };
            verdicts.insert((edge.from, edge.to), verdict);
        }
        verdicts
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

    fn named(&self, texts: &Texts, tree: &Tree, verdicts: &Verdicts, beside: Beside) -> Planted {
        let likely = |candidates: &[ParentCandidate]| -> Vec<Likely> {
            candidates.iter().map(|candidate| (texts.nodes[candidate.member], candidate.confidence)).collect()
        };
        let also_from = |at: usize| -> Vec<(DocumentNumber, f64)> {
            let further = beside.further.iter().filter(|further| further.member == at);
            further.map(|further| (texts.nodes[further.from], further.share)).collect()
        };
        let member = |(at, hanging): (usize, &Option<crate::family::Hanging>)| {
            let hanging = hanging.as_ref()?;
            Some(PlantedMember {
                document: texts.nodes[at],
                parent: texts.nodes[hanging.parent],
                confidence: Some(hanging.confidence),
                alternatives: likely(&hanging.alternatives),
                verdict: verdicts.get(&(hanging.parent as u32, at as u32)).copied(),
                also_from: also_from(at),
            })
        };
        let mut members: Vec<PlantedMember> = tree.parents.iter().enumerate().filter_map(member).collect();
        members.extend(self.repeats(texts));
        let first = self.first_chance(texts, texts.nodes[tree.root]);
        let mut root_candidates = likely(&tree.root_candidates);
        root_candidates.iter_mut().take(1).for_each(|root| root.1 *= first);
        Planted {
            root: texts.nodes[tree.root],
            root_confidence: Some(tree.root_confidence * first),
            root_candidates,
            members,
            unseen: beside.unseen.map(|Unseen { name, clients }| PlantedUnseen {
                name,
                clients: clients.into_iter().map(|client| texts.nodes[client]).collect(),
            }),
        }
    }

    /// That a text's node is the first of its printings: those that may be as early have the same chance.
    fn first_chance(&self, texts: &Texts, node: DocumentNumber) -> f64 {
        let printings = texts.repeats.iter().filter(|(_, of)| *of == node);
        let rivals = printings.filter(|&&(document, _)| self.by_date(node, document).is_ge());
        1.0 / (1 + rivals.count()) as f64
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
                also_from: Vec::new(),
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
                    also_from: Vec::new(),
                });
                waiting.push(document);
            }
        }
    }
    Planted { root, root_confidence: None, root_candidates: Vec::new(), members, unseen: None }
}

/// The smaller number first.
pub(super) fn ordered((a, b): Pair) -> Pair {
    (a.min(b), a.max(b))
}

/// Links by their pairs.
pub(crate) struct LinksByPair(Vec<(Pair, u32)>);

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
