//! Weights under which the known trees are likeliest among all trees of their families.
//!
//! The sum over all trees is a determinant and its gradient the marginals (Koo et al. 2007, section 4); a
//! member with several parents counts by all trees that give it one of them.

use rayon::prelude::*;

use crate::evidence::family::{EXACT_MEMBERS, EdgeCues, RootCues};
use crate::family::marginals;
use crate::judge::family::{WeighedEdge, WeighedFamily};
use crate::tune::families::KnownFamily;
use crate::tune::optimise::minimise;

const CUES: usize = EdgeCues::NAMES.len() + RootCues::NAMES.len();

/// Pulls weights of cues of usual size towards 0 (ridge), in families.
const RIDGE: f64 = 2.0;

/// Gradients below this, for each family, end the search; so do this many steps.
const TOLERANCE: f64 = 1e-3;
const STEPS_MAX: usize = 60;
/// From weights that were fitted with a part more or less.
const STEPS_AGAIN_MAX: usize = 20;

/// The weights of edges' cues, then of roots'. Families whose root is not among them, of a single member, or
/// too large for sums over all trees teach nothing. `near` are weights to begin with.
pub(super) fn fit(families: &[&KnownFamily], near: Option<&[f64]>) -> Vec<f64> {
    let usable: Vec<Lesson<'_>> = families.iter().filter_map(|family| Lesson::of(family)).collect();
    if usable.is_empty() {
        return vec![0.0; CUES];
    }
    let scales = scales(&usable);
    let lower = vec![f64::NEG_INFINITY; CUES];
    let families = usable.len() as f64;
    let loss = |at: &[f64], gradient: &mut [f64]| {
        let weights: Vec<f64> = at.iter().zip(&scales).map(|(weight, scale)| weight / scale).collect();
        let parts: Vec<(f64, Vec<f64>)> = usable.par_iter().map(|lesson| lesson.loss(&weights)).collect();
        gradient.iter_mut().zip(at).for_each(|(slope, weight)| *slope = RIDGE * weight / families);
        let mut sum = at.iter().map(|weight| RIDGE * weight * weight / 2.0).sum::<f64>();
        for (loss, slopes) in parts {
            sum += loss;
            for ((slope, part), scale) in gradient.iter_mut().zip(slopes).zip(&scales) {
                *slope += part / scale / families;
            }
        }
        sum / families
    };
    let start = match near {
        Some(near) => near.iter().zip(&scales).map(|(weight, scale)| weight * scale).collect(),
        None => vec![0.0; CUES],
    };
    let steps = if near.is_some() { STEPS_AGAIN_MAX } else { STEPS_MAX };
    let found = minimise(start, &lower, TOLERANCE, steps, loss);
    found.at.iter().zip(&scales).map(|(weight, scale)| weight / scale).collect()
}

/// A known tree and the values of all cues.
struct Lesson<'a> {
    family: &'a KnownFamily,
    root: usize,
    edges: Vec<[f64; EdgeCues::NAMES.len()]>,
    roots: Vec<[f64; RootCues::NAMES.len()]>,
    /// Of each member the edges that are right.
    right: Vec<Vec<usize>>,
}

impl<'a> Lesson<'a> {
    fn of(family: &'a KnownFamily) -> Option<Self> {
        let members = family.parents.len();
        let root = family.root().filter(|_| (2..=EXACT_MEMBERS).contains(&members))?;
        let mut right = vec![Vec::new(); members];
        for (at, edge) in family.evidence.edges.iter().enumerate() {
            if family.parents[edge.to as usize].contains(&(edge.from as usize)) {
                right[edge.to as usize].push(at);
            }
        }
        Some(Lesson {
            family,
            root,
            edges: family.evidence.edges.iter().map(|edge| edge.cues.values()).collect(),
            roots: family.evidence.roots.iter().map(RootCues::values).collect(),
            right,
        })
    }

    /// ln of the chance of the known tree, negative, and its gradient.
    fn loss(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let (of_edges, of_roots) = weights.split_at(EdgeCues::NAMES.len());
        let dot = |weights: &[f64], values: &[f64]| -> f64 {
            weights.iter().zip(values).map(|(weight, value)| weight * value).sum()
        };
        let edges = self.family.evidence.edges.iter().zip(&self.edges);
        let weighed = WeighedFamily {
            roots: self.roots.iter().map(|values| dot(of_roots, values)).collect(),
            edges: edges
                .map(|(edge, values)| WeighedEdge {
                    from: edge.from,
                    to: edge.to,
                    weight: dot(of_edges, values),
                })
                .collect(),
        };
        let mut slopes = vec![0.0; CUES];
        let Some(all) = marginals(&weighed) else { return (f64::INFINITY, slopes) };
        let (edge_slopes, root_slopes) = slopes.split_at_mut(EdgeCues::NAMES.len());
        let add = |slopes: &mut [f64], values: &[f64], by: f64| {
            slopes.iter_mut().zip(values).for_each(|(slope, value)| *slope += by * value);
        };
        self.edges.iter().zip(&all.edges).for_each(|(values, &chance)| add(edge_slopes, values, chance));
        self.roots.iter().zip(&all.roots).for_each(|(values, &chance)| add(root_slopes, values, chance));
        add(root_slopes, &self.roots[self.root], -1.0);
        let mut known = weighed.roots[self.root];
        for right in self.right.iter().filter(|right| !right.is_empty()) {
            let most = right.iter().map(|&at| weighed.edges[at].weight).fold(f64::NEG_INFINITY, f64::max);
            let chances: Vec<f64> = right.iter().map(|&at| (weighed.edges[at].weight - most).exp()).collect();
            let sum: f64 = chances.iter().sum();
            known += most + sum.ln();
            right
                .iter()
                .zip(chances)
                .for_each(|(&at, chance)| add(edge_slopes, &self.edges[at], -chance / sum));
        }
        (all.log_sum - known, slopes)
    }
}

/// The usual size of each cue.
fn scales(lessons: &[Lesson<'_>]) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0_f64); CUES];
    for lesson in lessons {
        let edges = lesson.edges.iter().map(|values| (0, &values[..]));
        let roots = lesson.roots.iter().map(|values| (EdgeCues::NAMES.len(), &values[..]));
        for (first, values) in edges.chain(roots) {
            for (sum, value) in sums[first..].iter_mut().zip(values) {
                sum.0 += value * value;
                sum.1 += 1.0;
            }
        }
    }
    sums.into_iter().map(|(squares, count): (f64, f64)| (squares / count.max(1.0)).sqrt().max(1e-3)).collect()
}
