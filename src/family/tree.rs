//! A weighed family to its likeliest tree, and how sure each part of it is.

use crate::evidence::family::EXACT_MEMBERS;
use crate::family::branching::branching;
use crate::family::marginals::marginals;
use crate::judge::family::{FamilyModel, WeighedEdge, WeighedFamily};

/// So many other roots and parents are named at most.
const ROOTS_NAMED: usize = 3;
const ALTERNATIVES_NAMED: usize = 2;

/// What is less likely is not named.
const LEAST_NAMED: f64 = 0.02;

/// A member that may be a root or a parent, and the probability that it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParentCandidate {
    /// Position among the members.
    pub member: usize,
    /// Probability, 0 to 1.
    pub confidence: f64,
}

/// A tree by positions among the members.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Position of the likeliest root.
    pub root: usize,
    /// Probability that it is the root, 0 to 1, over all trees.
    pub root_confidence: f64,
    /// The root and up to two others, the likeliest first.
    pub root_candidates: Vec<ParentCandidate>,
    /// Of each member; the root has none.
    pub parents: Vec<Option<Hanging>>,
}

/// How a member hangs in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Hanging {
    /// Position of the likeliest parent.
    pub parent: usize,
    /// Probability that it is the parent, 0 to 1, over all trees.
    pub confidence: f64,
    /// Up to two other parents, the likelier first.
    pub alternatives: Vec<ParentCandidate>,
}

impl Tree {
    /// The parent of a member; the root has none.
    pub fn parent_of(&self, member: usize) -> Option<usize> {
        self.parents.get(member)?.as_ref().map(|hanging| hanging.parent)
    }

    /// Hangs a member below another one, as likely as it is where the parent it had is none.
    pub(super) fn hang(&mut self, member: usize, parent: usize) {
        let Some(hanging) = self.parents.get_mut(member).and_then(Option::as_mut) else { return };
        let own = hanging.alternatives.iter().find(|other| other.member == parent);
        let chance = own.map_or(LEAST_NAMED, |other| other.confidence);
        let rest = (1.0 - hanging.confidence).max(chance);
        hanging.alternatives.retain(|other| other.member != parent);
        hanging.parent = parent;
        hanging.confidence = chance / rest;
        hanging.alternatives.iter_mut().for_each(|other| other.confidence /= rest);
    }
}

/// The tree. Equal chances go to the member named first. `None` where no tree holds all members.
///
/// Up to [`EXACT_MEMBERS`] the root is the likeliest one over all trees, and the tree below it has the most
/// edges that are right on average. Beyond, both come from the single best tree: the root's rivals are those
/// that it can be turned to, and a parent's are weighed by their edges alone.
pub fn likeliest_tree(family: &WeighedFamily, model: &FamilyModel) -> Option<Tree> {
    match family.roots.len() {
        0 => None,
        1..=EXACT_MEMBERS => over_all_trees(family, model),
        _ => by_best_tree(family, model),
    }
}

fn over_all_trees(family: &WeighedFamily, model: &FamilyModel) -> Option<Tree> {
    let all = marginals(family)?;
    let roots = sharpened(&all.roots, model.root_sharpness);
    let root = likeliest(&roots)?;
    let by_chance = |(edge, &weight): (&WeighedEdge, &f64)| WeighedEdge { weight, ..*edge };
    let chances: Vec<WeighedEdge> = family.edges.iter().zip(&all.edges).map(by_chance).collect();
    let chosen = branching(family.roots.len(), &chances, root)?;
    Some(assemble(&roots, root, &chances, &chosen, |member| Some(all.roots[member]), model))
}

fn by_best_tree(family: &WeighedFamily, model: &FamilyModel) -> Option<Tree> {
    let count = family.roots.len();
    // a node above all members, whose edges lead to the root: dearer than any other so that there is one
    let bounds = family.edges.iter().map(|edge| edge.weight).chain(family.roots.iter().copied());
    let span = bounds.fold((0.0_f64, 0.0_f64), |(low, high), weight| (low.min(weight), high.max(weight)));
    let dear = (span.1 - span.0 + 1.0) * (count as f64 + 1.0);
    let mut edges = family.edges.clone();
    edges.extend((0..).zip(&family.roots).map(|(to, weight)| WeighedEdge {
        from: count as u32,
        to,
        weight: weight - dear,
    }));
    let mut chosen = branching(count + 1, &edges, count)?;
    chosen.pop();
    let mut tops = (0..count).filter(|&member| chosen[member].is_some_and(|edge| edge >= family.edges.len()));
    // two tops are two trees: what was compared does not hold the family together
    let (root, None) = (tops.next()?, tops.next()) else { return None };
    chosen[root] = None;
    let roots = sharpened(&turned(family, &chosen, root), model.root_sharpness);
    // each member's edges, as if they were all there is
    let mut most = vec![f64::NEG_INFINITY; count];
    for edge in &family.edges {
        most[edge.to as usize] = most[edge.to as usize].max(edge.weight);
    }
    let chance =
        |edge: &WeighedEdge| WeighedEdge { weight: (edge.weight - most[edge.to as usize]).exp(), ..*edge };
    let chances: Vec<WeighedEdge> = family.edges.iter().map(chance).collect();
    Some(assemble(&roots, root, &chances, &chosen, |_| None, model))
}

/// Chances of each member as the root of the same tree, its edges turned where they lead to another.
fn turned(family: &WeighedFamily, chosen: &[Option<usize>], root: usize) -> Vec<f64> {
    let back: rustc_hash::FxHashMap<(u32, u32), f64> =
        family.edges.iter().map(|edge| ((edge.from, edge.to), edge.weight)).collect();
    let mut children = vec![Vec::new(); chosen.len()];
    for edge in chosen.iter().flatten().filter_map(|&edge| family.edges.get(edge)) {
        children[edge.from as usize].push(edge);
    }
    let mut gains = vec![f64::NEG_INFINITY; chosen.len()];
    gains[root] = 0.0;
    let mut waiting = vec![root];
    while let Some(member) = waiting.pop() {
        for edge in &children[member] {
            let to = edge.to as usize;
            let turned = back.get(&(edge.to, edge.from)).copied().unwrap_or(f64::NEG_INFINITY);
            gains[to] = gains[member] + turned - edge.weight + family.roots[to] - family.roots[member];
            waiting.push(to);
        }
    }
    let most = gains.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    gains.iter().map(|gain| (gain - most).exp()).collect()
}

fn assemble(
    roots: &[f64],
    root: usize,
    chances: &[WeighedEdge],
    chosen: &[Option<usize>],
    root_chance: impl Fn(usize) -> Option<f64>,
    model: &FamilyModel,
) -> Tree {
    let mut into: Vec<Vec<ParentCandidate>> = vec![Vec::new(); chosen.len()];
    for edge in chances {
        let candidate = ParentCandidate { member: edge.from as usize, confidence: edge.weight };
        into[edge.to as usize].push(candidate);
    }
    let hanging = |(member, edge): (usize, &Option<usize>)| {
        let parent = chances.get((*edge)?)?.from as usize;
        let mut candidates = std::mem::take(&mut into[member]);
        // that it is the root itself is a chance that its parents do not have
        candidates.extend(root_chance(member).map(|confidence| ParentCandidate { member, confidence }));
        let all: Vec<f64> = candidates.iter().map(|candidate| candidate.confidence).collect();
        for (candidate, confidence) in candidates.iter_mut().zip(sharpened(&all, model.parent_sharpness)) {
            candidate.confidence = confidence;
        }
        let own = candidates.iter().find(|candidate| candidate.member == parent);
        let confidence = own.map_or(0.0, |candidate| candidate.confidence);
        candidates.retain(|candidate| candidate.member != parent && candidate.member != member);
        Some(Hanging { parent, confidence, alternatives: named(candidates, ALTERNATIVES_NAMED) })
    };
    let parents = chosen.iter().enumerate().map(hanging).collect();
    let others = (0..roots.len()).filter(|&member| member != root);
    let others = others.map(|member| ParentCandidate { member, confidence: roots[member] }).collect();
    let mut root_candidates = vec![ParentCandidate { member: root, confidence: roots[root] }];
    root_candidates.extend(named(others, ROOTS_NAMED - 1));
    Tree { root, root_confidence: roots[root], root_candidates, parents }
}

/// The likeliest, of equal ones those named first.
fn named(mut candidates: Vec<ParentCandidate>, most: usize) -> Vec<ParentCandidate> {
    candidates.retain(|candidate| candidate.confidence >= LEAST_NAMED);
    candidates.sort_by(|one, other| {
        other.confidence.total_cmp(&one.confidence).then(one.member.cmp(&other.member))
    });
    candidates.truncate(most);
    candidates
}

/// Raised to a power and scaled to sum to 1.
fn sharpened(chances: &[f64], sharpness: f64) -> Vec<f64> {
    let raised: Vec<f64> = chances.iter().map(|chance| chance.max(0.0).powf(sharpness)).collect();
    let sum: f64 = raised.iter().sum();
    raised.iter().map(|chance| if sum > 0.0 { chance / sum } else { 0.0 }).collect()
}

/// Chances that are equal but for the last bits are equal.
fn likeliest(chances: &[f64]) -> Option<usize> {
    let rounded = |chance: f64| (chance * 1e9).round();
    let better =
        |best: usize, at: usize| if rounded(chances[at]) > rounded(chances[best]) { at } else { best };
    (0..chances.len()).reduce(better)
}
