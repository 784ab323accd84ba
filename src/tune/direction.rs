//! Fitting which of two derived articles came first.

use crate::judge::direction::{DirectionModel, Weight};
use crate::judge::model::{sigmoid, softplus};
use crate::tune::labelled::Labelled;
use crate::tune::optimise::minimise;

/// What the direction model may use, and how strictly.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionPlan {
    pub cues: Vec<&'static str>,
    /// Weight of the squared standardised weights.
    pub l2: f64,
    pub ceiling: f64,
}

impl Default for DirectionPlan {
    fn default() -> Self {
        DirectionPlan {
            cues: crate::evidence::direction::DirectionCues::NAMES.to_vec(),
            l2: 0.003,
            ceiling: 0.99,
        }
    }
}

/// Weighted logistic regression without an intercept over cues in units of their root mean square, so that swapping the articles swaps the answer.
pub fn fit_direction(pairs: &[&Labelled], plan: &DirectionPlan) -> DirectionModel {
    let known: Vec<(&Labelled, f64)> = pairs
        .iter()
        .filter_map(|pair| pair.forward.map(|forward| (*pair, if forward { 1.0 } else { -1.0 })))
        .collect();
    let mut groups: std::collections::BTreeMap<&str, (f64, f64)> = Default::default();
    for (pair, _) in &known {
        let group = groups.entry(&pair.set).or_default();
        group.0 += 1.0;
        group.1 += pair.weight;
    }
    let all: f64 = groups.values().map(|group| group.0.sqrt()).sum();
    let weights: Vec<f64> = known
        .iter()
        .map(|(pair, _)| {
            let (count, weight) = groups[pair.set.as_str()];
            pair.weight / weight * count.sqrt() / all
        })
        .collect();
    // always first to second: the sign of what is true is in the cue
    let values = |pair: &Labelled, sign: f64| -> Vec<f64> {
        plan.cues.iter().map(|cue| sign * pair.cues.get(cue).unwrap_or(0.0)).collect()
    };
    let rows: Vec<Vec<f64>> = known.iter().map(|(pair, sign)| values(pair, *sign)).collect();
    let scales: Vec<f64> = (0..plan.cues.len())
        .map(|cue| {
            let square: f64 =
                rows.iter().zip(&weights).map(|(row, weight)| weight * row[cue] * row[cue]).sum();
            if square > 1e-12 { square.sqrt() } else { f64::INFINITY }
        })
        .collect();
    let found = minimise(
        vec![0.0; plan.cues.len()],
        &vec![f64::NEG_INFINITY; plan.cues.len()],
        1e-8,
        500,
        |at, gradient| {
            gradient.fill(0.0);
            let mut value = 0.0;
            for (row, weight) in rows.iter().zip(&weights) {
                let log_odds: f64 = (0..at.len()).map(|cue| at[cue] * row[cue] / scales[cue]).sum();
                value += weight * softplus(-log_odds);
                let pull = -weight * sigmoid(-log_odds);
                for cue in 0..at.len() {
                    gradient[cue] += pull * row[cue] / scales[cue];
                }
            }
            for cue in 0..at.len() {
                value += plan.l2 * at[cue] * at[cue];
                gradient[cue] += 2.0 * plan.l2 * at[cue];
            }
            value
        },
    );
    let weights = plan
        .cues
        .iter()
        .zip(found.at.iter().zip(&scales))
        .map(|(cue, (weight, scale))| Weight {
            cue: (*cue).to_owned(),
            weight: ((weight / scale) * 1e4).round() / 1e4,
        })
        .filter(|weight| weight.weight != 0.0)
        .collect();
    DirectionModel { weights, ceiling: plan.ceiling }
}
