//! Which of two derived articles came first.
//!
//! The model is antisymmetric: each cue is a difference between the two articles, there is no intercept, so that swapping the
//! articles swaps the answer exactly. Where nothing distinguishes them the answer is 0.5.

use serde::{Deserialize, Serialize};

use crate::evidence::direction::DirectionCues;
use crate::judge::model::sigmoid;

/// Weight of one cue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Name of the cue.
    pub cue: String,
    /// Log-odds that a cue of 1 adds.
    pub weight: f64,
}

/// Log-odds that the second article came from the first: a weighted sum of cues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectionModel {
    /// Cues that count; others weigh nothing.
    pub weights: Vec<Weight>,
    /// Confidence stays under this without a date or a credit to back it.
    pub ceiling: f64,
}

impl DirectionModel {
    /// Log-odds that the second article of the cues came from the first. Swapping the articles changes the sign and
    /// nothing else.
    pub fn log_odds(&self, cues: &DirectionCues) -> f64 {
        self.weights
            .iter()
            .fold(0.0, |sum, weight| sum + weight.weight * cues.get(&weight.cue).unwrap_or(0.0))
    }

    /// 0.5 up to the ceiling, by the size of the log-odds alone.
    pub fn confidence(&self, log_odds: f64) -> f64 {
        sigmoid(log_odds.abs()).clamp(0.5, self.ceiling.clamp(0.5, 1.0))
    }
}
