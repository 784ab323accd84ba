//! Families with known trees to the weights of trees, and to how sure one may be of them.
//!
//! [`read()`] reads who came from whom; the families' evidence is gathered elsewhere and comes back as
//! [`KnownFamily`]; [`tune()`] fits the log-linear model of [`crate::judge::family`] by the likelihood of the
//! known trees among all trees, measures it on sets it has not seen, and sets the sharpness of its
//! probabilities by what held-out families say.

mod likelihood;
mod measures;
mod report;
mod truth;

pub use measures::{FamilyMeasures, Reliability};
pub use report::report;
pub use truth::{KnownMember, KnownTree, TreeFault, TreeFile, read};

use crate::error::Result;
use crate::evidence::family::{EdgeCues, FamilyEvidence, RootCues};
use crate::family::{Tree, likeliest_tree, marginals};
use crate::judge::direction::Weight;
use crate::judge::family::FamilyModel;
use crate::progress::{Progress, go_on};
use crate::tune::families::likelihood::fit;

/// One set is tried in so many parts.
const FOLDS: usize = 5;

/// A family whose tree is known, with its evidence.
#[derive(Clone, Debug)]
pub struct KnownFamily {
    /// Families of one set are left out together.
    pub set: String,
    /// Of each member, by positions, the articles that it came from; several for one that was merged.
    pub parents: Vec<Vec<usize>>,
    /// What was measured of its members.
    pub evidence: FamilyEvidence,
}

impl KnownFamily {
    /// The member all others came from; `None` where that one is not among them.
    pub fn root(&self) -> Option<usize> {
        let mut roots = (0..self.parents.len()).filter(|&member| self.parents[member].is_empty());
        roots.next().filter(|_| roots.next().is_none())
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct FamilyResult {
    /// Fitted on all families.
    pub model: FamilyModel,
    /// On each set, by models that have not seen it.
    pub sets: Vec<(String, FamilyMeasures)>,
    /// On all sets together.
    pub all: FamilyMeasures,
}

/// Fits and measures. The same families give the same numbers.
///
/// # Errors
/// [`crate::Error::Interrupted`].
pub fn tune(families: &[KnownFamily], progress: &dyn Progress) -> Result<FamilyResult> {
    let mut sets: Vec<&str> = families.iter().map(|family| family.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    // of one set alone, its families in turn
    let part = |at: usize| match sets.len() {
        1 => at % FOLDS,
        _ => sets.binary_search(&families[at].set.as_str()).unwrap_or(0),
    };
    let parts = if sets.len() == 1 { FOLDS.min(families.len()) } else { sets.len() };
    progress.stage("fitting trees", Some(parts as u64 + 1));
    let all = fit(&families.iter().collect::<Vec<_>>(), None);
    progress.advance(1);
    let mut held_out: Vec<FamilyModel> = Vec::new();
    for left_out in 0..parts {
        go_on(progress)?;
        let others = (0..families.len()).filter(|&at| part(at) != left_out).map(|at| &families[at]);
        held_out.push(named(&fit(&others.collect::<Vec<_>>(), Some(&all))));
        progress.advance(1);
    }
    let seen: Vec<(&KnownFamily, &FamilyModel)> = families
        .iter()
        .enumerate()
        .filter_map(|(at, family)| Some((family, held_out.get(part(at))?)))
        .collect();
    let sharpness = sharpness(&seen);
    let sharp = |model: &FamilyModel| FamilyModel {
        root_sharpness: sharpness.0,
        parent_sharpness: sharpness.1,
        ..model.clone()
    };
    let trees: Vec<(&KnownFamily, Option<Tree>)> = seen
        .iter()
        .map(|(family, model)| {
            let model = sharp(model);
            (*family, likeliest_tree(&model.weigh(&family.evidence), &model))
        })
        .collect();
    let of_set = |set: &str| {
        let own = trees.iter().filter(|(family, _)| family.set == set);
        FamilyMeasures::of(own.map(|(family, tree)| (*family, tree.as_ref())))
    };
    Ok(FamilyResult {
        model: sharp(&named(&all)),
        sets: sets.iter().map(|set| ((*set).to_owned(), of_set(set))).collect(),
        all: FamilyMeasures::of(trees.iter().map(|(family, tree)| (*family, tree.as_ref()))),
    })
}

/// Measures a model on families as it is.
pub fn measure(families: &[KnownFamily], model: &FamilyModel) -> FamilyMeasures {
    let trees: Vec<Option<Tree>> =
        families.iter().map(|family| likeliest_tree(&model.weigh(&family.evidence), model)).collect();
    FamilyMeasures::of(families.iter().zip(trees.iter().map(Option::as_ref)))
}

/// Four digits are more than the data tell.
const DIGITS: f64 = 1e3;

/// Weights by the names of their cues.
fn named(weights: &[f64]) -> FamilyModel {
    let (edge, root) = weights.split_at(EdgeCues::NAMES.len());
    let of = |names: &[&str], weights: &[f64]| -> Vec<Weight> {
        let rounded = weights.iter().map(|weight| (weight * DIGITS).round() / DIGITS);
        let named = names.iter().zip(rounded).map(|(cue, weight)| Weight { cue: (*cue).to_owned(), weight });
        named.filter(|weight| weight.weight != 0.0).collect()
    };
    FamilyModel {
        edge: of(EdgeCues::NAMES, edge),
        root: of(RootCues::NAMES, root),
        root_sharpness: 1.0,
        parent_sharpness: 1.0,
    }
}

/// The powers under which the true roots and parents of families that were not seen are likeliest.
fn sharpness(families: &[(&KnownFamily, &FamilyModel)]) -> (f64, f64) {
    let (mut roots, mut parents) = (Vec::new(), Vec::new());
    for (family, model) in families {
        let weighed = model.weigh(&family.evidence);
        let (Some(all), Some(root)) = (marginals(&weighed), family.root()) else { continue };
        roots.push((all.roots[root], all.roots.clone()));
        let mut into = vec![Vec::new(); family.parents.len()];
        for (edge, &chance) in weighed.edges.iter().zip(&all.edges) {
            into[edge.to as usize].push((edge.from as usize, chance));
        }
        for (member, candidates) in into.into_iter().enumerate().filter(|(member, _)| *member != root) {
            let right = candidates.iter().filter(|(from, _)| family.parents[member].contains(from));
            let right = right.map(|(_, chance)| *chance).fold(0.0, f64::max);
            let chances = candidates.iter().map(|(_, chance)| *chance).chain([all.roots[member]]);
            parents.push((right, chances.collect()));
        }
    }
    (best_power(&roots), best_power(&parents))
}

fn best_power(cases: &[(f64, Vec<f64>)]) -> f64 {
    const LEAST: f64 = 1e-6;
    let loss = |power: f64| -> f64 {
        let one = |(right, all): &(f64, Vec<f64>)| {
            let sum: f64 = all.iter().map(|chance| chance.max(LEAST).powf(power)).sum();
            sum.ln() - power * right.max(LEAST).ln()
        };
        cases.iter().map(one).sum()
    };
    let powers = (5..=40).map(|step| f64::from(step) * 0.05);
    powers.min_by(|one, other| loss(*one).total_cmp(&loss(*other))).unwrap_or(1.0)
}
