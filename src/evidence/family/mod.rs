//! The evidence of a whole family: the cues of each edge that is weighed, and of each member as the root.

mod cues;
mod mosaic;
mod nearest;

pub use cues::{EdgeCues, RootCues};
pub use mosaic::{Mosaic, Patch};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::evidence::portrait::Portrait;
use cues::{MemberOverlap, Placed, hours};

/// Up to so many members all pairs are compared, and what follows from them is taken over all trees.
pub const EXACT_MEMBERS: usize = 64;

/// Pairs are compared so many to a task.
const PAIRS_A_TASK: usize = 64;

/// A possible edge, by positions among the members: `to` may have come from `from`.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Position of the member that may be the source.
    pub from: u32,
    /// Position of the member that may have come from it.
    pub to: u32,
    /// Jaccard index of the two members' shingles, 0 to 1.
    pub jaccard: f64,
    /// What speaks for the edge, in this direction.
    pub cues: EdgeCues,
}

/// All that is known of a family's tree before anything is weighed.
#[derive(Clone, Debug, Default)]
pub struct FamilyEvidence {
    /// Of each member.
    pub roots: Vec<RootCues>,
    /// Both ways of each pair that was compared.
    pub edges: Vec<Edge>,
}

impl FamilyEvidence {
    /// Compares members: all pairs up to [`EXACT_MEMBERS`], beyond each member with its nearest, with a few
    /// that all are compared with, and those that are `tied`. Each pair counts both ways and all hang
    /// together, so that any member can be the root.
    pub fn of(portraits: &[&Portrait], tied: &[(u32, u32)]) -> FamilyEvidence {
        FamilyEvidence::with_exact(portraits, tied, EXACT_MEMBERS)
    }

    fn with_exact(portraits: &[&Portrait], tied: &[(u32, u32)], exact_members: usize) -> FamilyEvidence {
        let counts = count_runs(portraits);
        let placed = place(portraits, &counts);
        let cover: Vec<f64> =
            portraits.iter().map(|portrait| cover(portrait, portraits.len(), &counts)).collect();
        let most = cover.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let placed: Vec<Placed<'_>> = placed
            .into_iter()
            .zip(&cover)
            .map(|(placed, cover)| Placed { hub: cover / most, ..placed })
            .collect();
        let is_small = portraits.len() <= exact_members;
        let references = match is_small {
            true => (0..portraits.len() as u32).collect(),
            false => nearest::references(portraits, &cover),
        };
        let pairs = match is_small {
            true => nearest::all(portraits.len()),
            false => nearest::pairs(portraits, &references, tied),
        };
        let compare = |scratch: &mut _, &(a, b): &(u32, u32)| {
            let (one, other) = (&placed[a as usize], &placed[b as usize]);
            let common = MemberOverlap::of(one, other, scratch);
            let ([there, back], jaccard) = (common.edges(one, other), common.jaccard);
            [Edge { from: a, to: b, jaccard, cues: there }, Edge { from: b, to: a, jaccard, cues: back }]
        };
        let edges = pairs.par_iter().with_min_len(PAIRS_A_TASK).map_init(Default::default, compare);
        let edges: Vec<Edge> = edges.flatten_iter().collect();
        let mut roots = roots(&placed, &cover, &counts);
        add_means(&mut roots, &edges, |member| references.binary_search(&member).is_ok());
        FamilyEvidence { roots, edges }
    }
}

/// How many members hold a run, and the sum of 1 / runs of those.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    members: u32,
    shares: f64,
}

fn count_runs(portraits: &[&Portrait]) -> FxHashMap<u64, Count> {
    let mut counts: FxHashMap<u64, Count> = FxHashMap::default();
    for portrait in portraits {
        let share = 1.0 / portrait.runs.len().max(1) as f64;
        for run in &portrait.runs {
            let count = counts.entry(run.run).or_default();
            count.members += 1;
            count.shares += share;
        }
    }
    counts
}

/// Runs weigh by how few members hold them, and those of one member nothing.
fn place<'a>(portraits: &[&'a Portrait], counts: &FxHashMap<u64, Count>) -> Vec<Placed<'a>> {
    let members = portraits.len() as f64;
    let weight = |run: u64| match counts.get(&run).map_or(0, |count| count.members) {
        0 | 1 => 0.0,
        holders => ((members + 1.0) / f64::from(holders)).ln() as f32,
    };
    let placed = |portrait: &&'a Portrait| {
        let weights: Vec<f32> = portrait.runs.iter().map(|place| weight(place.run)).collect();
        let sum = weights.iter().map(|&weight| f64::from(weight)).sum();
        Placed { portrait, weights, weight: sum, hub: 0.0 }
    };
    portraits.iter().map(placed).collect()
}

/// Mean share of the other members' runs that one holds.
fn cover(portrait: &Portrait, members: usize, counts: &FxHashMap<u64, Count>) -> f64 {
    let all: f64 =
        portrait.runs.iter().filter_map(|place| counts.get(&place.run)).map(|count| count.shares).sum();
    // its own share of itself is 1
    let own = if portrait.runs.is_empty() { 0.0 } else { 1.0 };
    ((all - own) / members.saturating_sub(1).max(1) as f64).max(0.0)
}

fn roots(placed: &[Placed<'_>], cover: &[f64], counts: &FxHashMap<u64, Count>) -> Vec<RootCues> {
    let first = placed.iter().filter_map(|placed| placed.portrait.printed).min();
    let roots: Vec<RootCues> = placed
        .iter()
        .zip(cover)
        .map(|(placed, &cover)| {
            let Placed { portrait, hub, .. } = placed;
            let alone = |run: u64| counts.get(&run).is_some_and(|count| count.members == 1);
            let own = portrait.runs.iter().filter(|place| alone(place.run)).count();
            let (is_first, later) = match (portrait.printed, first) {
                (Some(printed), Some(first)) => (printed.0 < first.1, hours(first.0, printed.0)),
                _ => (false, 0.0),
            };
            RootCues {
                hub: *hub,
                cover,
                own: own as f64 / portrait.runs.len().max(1) as f64,
                first: f64::from(u8::from(is_first)),
                later,
                wire: f64::from(u8::from(portrait.imprint.is_wire)),
                undated: f64::from(u8::from(portrait.printed.is_none())),
                ..RootCues::default()
            }
        })
        .collect();
    roots
}

/// Adds means over the edges from each member to those that all are compared with.
fn add_means(roots: &mut [RootCues], edges: &[Edge], is_reference: impl Fn(u32) -> bool) {
    let mut compared = vec![0.0_f64; roots.len()];
    for Edge { from, cues, .. } in edges.iter().filter(|edge| is_reference(edge.to)) {
        compared[*from as usize] += 1.0;
        add(&mut roots[*from as usize], cues);
    }
    roots.iter_mut().zip(compared).for_each(|(root, compared)| divide(root, compared.max(1.0)));
}

fn add(root: &mut RootCues, cues: &EdgeCues) {
    root.dates += cues.dates;
    root.facts_retold += cues.facts_retold;
    root.quotes_retold += cues.quotes_retold;
    root.hanging += cues.hanging;
    root.edition += cues.edition;
    root.reprint += cues.reprint;
    root.tail += cues.tail;
    root.head += cues.head;
    root.inserted += cues.inserted;
    root.figures += cues.figures;
    root.longer += cues.longer;
    root.credited += cues.credits.max(0.0);
    root.crediting = root.crediting.max(-cues.credits);
}

fn divide(root: &mut RootCues, compared: f64) {
    let means = [
        &mut root.dates,
        &mut root.facts_retold,
        &mut root.quotes_retold,
        &mut root.hanging,
        &mut root.edition,
        &mut root.reprint,
        &mut root.tail,
        &mut root.head,
        &mut root.inserted,
        &mut root.figures,
        &mut root.longer,
        &mut root.credited,
    ];
    means.into_iter().for_each(|mean| *mean /= compared);
}
