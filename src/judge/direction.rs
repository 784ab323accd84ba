//! Which of two derived articles came first.
//!
//! The model is antisymmetric: each cue is a difference between the two articles, there is no intercept, so
//! that swapping the articles swaps the answer exactly. Where nothing distinguishes them the answer is 0.5.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::article::{iso_seconds, printed_first};
use crate::evidence::Prepared;
use crate::evidence::direction::DirectionCues;
use crate::evidence::lineage::{Lineage, declared};
use crate::judge::Profile;
use crate::judge::model::sigmoid;
use crate::judge::verdict::PairEvidence;
use crate::row::Tie;

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
    /// Log-odds that the second article of the cues came from the first. Swapping the articles changes the
    /// sign and nothing else.
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

/// Which of the two came first.
pub(super) struct Direction {
    pub first_is_source: bool,
    /// 0.5 to 1.
    pub confidence: f64,
    /// `None` where the pair is not derived.
    pub tie: Option<Tie>,
}

impl Direction {
    pub fn of(evidence: &PairEvidence<'_>, profile: &Profile, is_derived: bool) -> Direction {
        let PairEvidence { first, second, .. } = evidence;
        let declared = declared(first, second).filter(|_| is_derived);
        let tie = is_derived.then(|| match declared.map(|declared| declared.lineage) {
            Some(Lineage::Revision) => Tie::Revision,
            Some(Lineage::Derived) => Tie::Direct,
            None => tie(evidence),
        });
        let log_odds = match tie {
            Some(Tie::Siblings) | None => 0.0,
            _ => profile.direction.log_odds(evidence.cues),
        };
        let by_cues = if log_odds == 0.0 { comes_first(first, second) } else { log_odds > 0.0 };
        // what its sender says of an item is surer than any cue
        let is_said = declared.and_then(|declared| declared.is_first_source);
        let first_is_source = is_said.unwrap_or(by_cues);
        let confidence = match is_said {
            Some(_) => profile.direction.confidence(f64::INFINITY),
            None => profile.direction.confidence(log_odds),
        };
        let sign = if first_is_source { 1.0 } else { -1.0 };
        let is_acknowledged = sign * (evidence.cues.credits + evidence.cues.named) > 0.0;
        let tie = tie.map(|tie| match tie {
            Tie::Unknown if is_acknowledged => Tie::Direct,
            tie => tie,
        });
        Direction { first_is_source, confidence, tie }
    }
}

/// Both print a third party's copy where both credit it and neither is it.
fn tie(evidence: &PairEvidence<'_>) -> Tie {
    let (first, second) = (evidence.first, evidence.second);
    let is_agency = |prepared: &Prepared| prepared.is_agency_itself();
    if first.credits.share_agency(&second.credits) {
        // of two versions that one outlet, or nobody, is known to have printed the later came from the other
        let are_versions =
            first.version.rank != second.version.rank && first.is_of_outlet_of(second) != Some(false);
        return match (is_agency(first), is_agency(second)) {
            (false, false) if are_versions => Tie::Direct,
            (false, false) => Tie::Siblings,
            (true, true) => Tie::Unknown,
            _ => Tie::Direct,
        };
    }
    Tie::Unknown
}

/// The earlier date, else what a crawler saw earlier, else the smaller id. The last two say who is named
/// first, and nothing of the direction.
fn comes_first(first: &Prepared, second: &Prepared) -> bool {
    let fetched = |prepared: &Prepared| {
        prepared.provenance.as_deref().and_then(|said| iso_seconds(said.fetched.as_deref()?))
    };
    match (printed_first(first.printed, second.printed), fetched(first), fetched(second)) {
        (Ordering::Equal, Some(one), Some(other)) if one != other => one < other,
        (Ordering::Equal, ..) => first.id <= second.id,
        (order, ..) => order.is_lt(),
    }
}
