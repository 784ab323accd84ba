//! Cuts of the rules that overrule the model, all set by hand.

use serde::{Deserialize, Serialize};

/// What the rules go by; scores from 0 to 1, shares of words, and counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleCuts {
    /// A notice that withdraws a story is not derived from it and scores no more than this, …
    pub withdrawal_score: f64,
    /// … unless at least this share of the story's words stands in it.
    pub withdrawal_taken: f64,
}

impl RuleCuts {
    /// The name and value of a score that is none.
    pub(super) fn fault(&self) -> Option<(&'static str, f64)> {
        let scores = [("withdrawal_score", self.withdrawal_score)];
        scores.into_iter().find(|(_, score)| !(0.0..=1.0).contains(score))
    }
}
