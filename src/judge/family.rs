//! What speaks for an edge or a root of a family's tree, weighed.
//!
//! `P(tree) ∝ exp(root + Σ edges)`: a log-linear model over all trees of a family, as in dependency parsing
//! (Koo et al. 2007, "Structured prediction models via the matrix-tree theorem"; McDonald and Satta 2007).
//! The weights are fitted on families whose trees are known, by [`crate::tune`].

use serde::{Deserialize, Serialize};

use crate::evidence::family::{EdgeCues, FamilyEvidence, RootCues};
use crate::judge::direction::Weight;

/// Log-odds per unit of each cue, and how far what follows from them is to be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyModel {
    /// Weights of [`EdgeCues`].
    pub edge: Vec<Weight>,
    /// Weights of [`RootCues`].
    pub root: Vec<Weight>,
    /// Probabilities of roots are raised to this power and scaled to sum to 1; below 1 the weights alone are
    /// too sure.
    pub root_sharpness: f64,
    /// The same for the parents of a member.
    pub parent_sharpness: f64,
}

/// A possible edge and its weight, by positions among the members.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeighedEdge {
    /// Position of the member that may be the source.
    pub from: u32,
    /// Position of the member that may have come from it.
    pub to: u32,
    /// Logarithm of its weight: what its cues add up to.
    pub weight: f64,
}

/// A family's evidence, weighed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeighedFamily {
    /// Of each member as the root: the logarithm of its weight.
    pub roots: Vec<f64>,
    /// Both ways of each pair that was compared.
    pub edges: Vec<WeighedEdge>,
}

impl FamilyModel {
    /// Adds up what speaks for each edge and each root.
    pub fn weigh(&self, evidence: &FamilyEvidence) -> WeighedFamily {
        let (edge, root) = (weights(EdgeCues::NAMES, &self.edge), weights(RootCues::NAMES, &self.root));
        WeighedFamily {
            roots: evidence.roots.iter().map(|cues| dot(&root, &cues.values())).collect(),
            edges: evidence
                .edges
                .iter()
                .map(|known| WeighedEdge {
                    from: known.from,
                    to: known.to,
                    weight: dot(&edge, &known.cues.values()),
                })
                .collect(),
        }
    }

    /// What is wrong with the model, if anything.
    pub fn fault(&self) -> Option<String> {
        for (section, names, weights) in
            [("edge", EdgeCues::NAMES, &self.edge), ("root", RootCues::NAMES, &self.root)]
        {
            for Weight { cue, weight } in weights {
                if !names.contains(&cue.as_str()) {
                    let known = names.join(", ");
                    return Some(format!("family.{section} has no cue {cue:?}; the cues are {known}"));
                }
                if !weight.is_finite() {
                    return Some(format!("family.{section} holds a number that is not finite"));
                }
            }
        }
        let is_sound = |sharpness: f64| sharpness.is_finite() && sharpness > 0.0;
        let sound = is_sound(self.root_sharpness) && is_sound(self.parent_sharpness);
        (!sound).then(|| "family's sharpness is to be above 0".to_owned())
    }
}

/// In the order of the names; 0 for cues without a weight.
fn weights(names: &[&str], given: &[Weight]) -> Vec<f64> {
    let of = |name: &&str| given.iter().filter(|given| given.cue == **name).map(|given| given.weight).sum();
    names.iter().map(of).collect()
}

fn dot(weights: &[f64], values: &[f64]) -> f64 {
    weights.iter().zip(values).map(|(weight, value)| weight * value).sum()
}
