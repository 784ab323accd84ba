//! What a tree cannot say: articles that were made of several, and a common source that is not among them.

use rustc_hash::FxHashMap;

use crate::evidence::family::{EXACT_MEMBERS, Mosaic};
use crate::evidence::portrait::{Credited, Portrait};
use crate::family::tree::Tree;
use crate::judge::family::WeighedFamily;

/// A further source gave at least this share of the article's words, and the known ones alone as much.
const SHARE_MIN: f64 = 0.1;
/// So many words are a paragraph, and no accident.
const WORDS_MIN: f64 = 30.0;
/// So many further sources are named.
const SOURCES_MAX: usize = 3;
/// By so much the evidence has to speak for the article as the one that took, as log-odds.
const TOOK_MIN: f64 = 0.5;

/// A further article that a member was made of, by positions among the members.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Further {
    /// The one that was made of several.
    pub member: usize,
    /// The one that it took from.
    pub from: usize,
    /// Share of the member's words that stand there and in none of its other sources.
    pub share: f64,
}

/// Members that hold whole passages of another member which their parent has not, while their parent gave
/// them passages which that one has not. Of two that have a passage in common the weighed evidence says which
/// one took it; nobody takes from those that came from him. What was printed before the article that joins it
/// with another cannot hang below it, and is hung elsewhere in `tree`. In a family of more than
/// [`EXACT_MEMBERS`] nothing is looked for.
pub fn further_sources(portraits: &[&Portrait], tree: &mut Tree, family: &WeighedFamily) -> Vec<Further> {
    if !(3..=EXACT_MEMBERS).contains(&portraits.len()) {
        return Vec::new();
    }
    let weights = family.edges.iter().map(|edge| ((edge.from as usize, edge.to as usize), edge.weight));
    let mut search = SourceSearch { portraits, weights: weights.collect(), above: Vec::new() };
    search.above = tree.parents.iter().map(|hanging| hanging.iter().map(|it| it.parent).collect()).collect();
    (0..portraits.len()).for_each(|member| search.hang_elsewhere(member, tree));
    (0..portraits.len()).flat_map(|member| search.further(member)).collect()
}

struct SourceSearch<'a> {
    portraits: &'a [&'a Portrait],
    weights: FxHashMap<(usize, usize), f64>,
    /// Of each member those that it came from, its parent first.
    above: Vec<Vec<usize>>,
}

impl SourceSearch<'_> {
    fn weight(&self, from: usize, to: usize) -> Option<f64> {
        self.weights.get(&(from, to)).copied()
    }

    /// Of this share on a source is one.
    fn least(&self, member: usize) -> f64 {
        SHARE_MIN.max(WORDS_MIN / f64::from(self.portraits[member].words.max(1)))
    }

    /// Children of a member that were printed before it, and of which it holds what its own parent has not.
    fn hang_elsewhere(&mut self, member: usize, tree: &mut Tree) {
        let Some(&parent) = self.above[member].first() else { return };
        let mosaic = Mosaic::new(self.portraits[member], self.portraits[parent]);
        for child in 0..self.portraits.len() {
            if tree.parent_of(child) != Some(member) {
                continue;
            }
            if !self.is_earlier(child, member) {
                continue;
            }
            let (patch, least) = (mosaic.patch(self.portraits[child]), self.least(member));
            if patch.share < least || patch.known_share < least {
                continue;
            }
            let others = (0..self.portraits.len()).filter(|&other| {
                other != member && !comes_from(other, child, &self.above) && !self.is_earlier(child, other)
            });
            let weighed = others.filter_map(|other| Some((other, self.weight(other, child)?)));
            let best = weighed.max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)));
            if let Some((other, _)) = best {
                tree.hang(child, other);
                self.above[child] = vec![other];
            }
        }
    }

    /// As far as dates tell.
    fn is_earlier(&self, one: usize, other: usize) -> bool {
        match (self.portraits[one].printed, self.portraits[other].printed) {
            (Some(one), Some(other)) => one.1 <= other.0 && one.0 < other.0,
            _ => false,
        }
    }

    fn took(&self, member: usize, from: usize) -> bool {
        match (self.weight(from, member), self.weight(member, from)) {
            (Some(there), Some(back)) => there - back >= TOOK_MIN || self.is_earlier(from, member),
            _ => false,
        }
    }

    fn further(&mut self, member: usize) -> Vec<Further> {
        let Some(&parent) = self.above[member].first() else { return Vec::new() };
        let least = self.least(member);
        let mut mosaic = Mosaic::new(self.portraits[member], self.portraits[parent]);
        let mut further = Vec::new();
        while further.len() < SOURCES_MAX && mosaic.open_share() >= least {
            let others =
                (0..self.portraits.len()).filter(|&it| it != member && !self.above[member].contains(&it));
            let may_give = others.filter(|&other| {
                self.took(member, other)
                    && !self.is_earlier(member, other)
                    && !comes_from(other, member, &self.above)
            });
            let patches = may_give.map(|from| (from, mosaic.patch(self.portraits[from])));
            let whole = patches.filter(|(_, patch)| patch.share >= least && patch.known_share >= least);
            let best = whole.max_by(|(one, first), (other, second)| {
                let closeness = |from: usize| self.weight(from, member).unwrap_or(f64::NEG_INFINITY);
                let percent = |share: f64| (share * 100.0).round();
                let by_share = percent(first.share).total_cmp(&percent(second.share));
                by_share.then(closeness(*one).total_cmp(&closeness(*other))).then(other.cmp(one))
            });
            let Some((from, patch)) = best else { break };
            further.push(Further { member, from, share: patch.share });
            mosaic.add(self.portraits[from]);
            self.above[member].push(from);
        }
        further
    }
}

/// Whether a member has anything from another, over whichever way.
fn comes_from(member: usize, from: usize, above: &[Vec<usize>]) -> bool {
    let (mut waiting, mut seen) = (vec![member], vec![false; above.len()]);
    while let Some(at) = waiting.pop() {
        if at == from {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            waiting.extend(&above[at]);
        }
    }
    false
}

/// A common source that is not among a family's members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// As it is credited.
    pub name: String,
    /// Positions of the members that say that they have their report from there.
    pub clients: Vec<usize>,
}

/// So many outlets have to say so, each by itself.
const CLIENTS_MIN: usize = 2;

/// An outlet that members of several other outlets credit, each in words or in a place that its parent has
/// not, and of which no member is. Where a member's outlet is not known, it may be that one, and nothing is
/// claimed.
pub fn unseen_source(portraits: &[&Portrait], tree: &Tree) -> Option<Unseen> {
    let imprint = |member: usize| &portraits[member].imprint;
    if (0..portraits.len()).any(|member| imprint(member).outlet.is_empty()) {
        return None;
    }
    // what the parent prints in the same place, or anywhere at its head, may have come with its text
    let says = |member: usize, name: &Credited| {
        let parent = tree.parents[member].as_ref().map(|hanging| imprint(hanging.parent));
        let is_own =
            |own: &&Credited| own.is_same_as(name) && !parent.is_some_and(|parent| parent.prints(own));
        imprint(member).credited.iter().any(|own| is_own(&own))
    };
    let is_member = |name: &Credited| (0..portraits.len()).any(|member| imprint(member).is_named_by(name));
    let names = (0..portraits.len()).flat_map(|member| &imprint(member).credited);
    let unseen = names.filter(|name| name.is_certain && !is_member(name)).map(|name| {
        let clients: Vec<usize> = (0..portraits.len()).filter(|&member| says(member, name)).collect();
        (name, clients)
    });
    let mut unseen: Vec<(&Credited, Vec<usize>)> = unseen
        .filter(|(_, clients)| {
            let mut outlets: Vec<&[u64]> =
                clients.iter().map(|&client| imprint(client).outlet.as_slice()).collect();
            outlets.sort_unstable();
            outlets.dedup();
            outlets.len() >= CLIENTS_MIN
        })
        .collect();
    // of its names the longest
    unseen.sort_by(|(one, clients), (other, others)| {
        let by_clients = others.len().cmp(&clients.len());
        let by_length = other.name.chars().count().cmp(&one.name.chars().count());
        by_clients.then(by_length).then_with(|| one.name.cmp(&other.name))
    });
    unseen.into_iter().next().map(|(name, clients)| Unseen { name: name.name.clone(), clients })
}
