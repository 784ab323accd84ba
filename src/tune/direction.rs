//! Fitting which of two derived articles came first, and measuring how far its confidence can be trusted.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::direction::DirectionCues;
use crate::judge::direction::{DirectionModel, Weight};
use crate::judge::model::{sigmoid, softplus};
use crate::tune::labelled::Labelled;
use crate::tune::metrics::reliability::{Bin, Stated, bins, calibration_error};
use crate::tune::optimise::minimise;
use crate::tune::run::{BINS, Refit};
use crate::tune::splits::parts_by_document;

/// A cue and what it is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedCue {
    pub cue: &'static str,
    pub why: &'static str,
}

const fn cue(cue: &'static str, why: &'static str) -> PlannedCue {
    PlannedCue { cue, why }
}

/// What the direction model may use, and how strictly.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionPlan {
    pub cues: Vec<PlannedCue>,
    /// Weight of the squared weights, each cue in units of its root mean square.
    pub l2: f64,
    pub ceiling: f64,
}

impl Default for DirectionPlan {
    fn default() -> Self {
        DirectionPlan { cues: CUES.to_vec(), l2: 0.001, ceiling: 0.99 }
    }
}

/// No cue of one rewriter's manner (word length, variety) is among them: those point the other way for the next rewriter.
const CUES: &[PlannedCue] = &[
    cue("facts", "a text whose facts all stand in the other adds nothing"),
    cue("facts_retold", "more so where the words differ; editions add facts instead"),
    cue("own_facts_retold", "a retelling leaves facts out and finds none"),
    cue("length", "editions grow"),
    cue("length_retold", "retellings of long articles shrink"),
    cue("quotes", "the reporter has the quotations"),
    cue("quotes_retold", "a retelling turns them into reported speech"),
    cue("furniture", "clutter of the page that copied"),
    cue("dates", "the earlier date"),
    cue("credits", "the other's agency is credited"),
    cue("named", "the other's outlet is named"),
];

/// Confidence from which a direction counts as claimed in the tables.
pub const CLAIM: f64 = 0.95;

/// Folds of the cross-validation.
const FOLDS: usize = 4;

/// Directions are fitted anew from so many labelled ones on.
const REFIT_MIN_PAIRS: usize = 100;

/// Directions of one set.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionRow {
    pub set: String,
    pub pairs: usize,
    /// Share whose likelier direction is the labelled one.
    pub right: f64,
    /// Share claimed at [`CLAIM`], and of these right.
    pub claimed: f64,
    pub claimed_right: Option<f64>,
}

/// The direction model, and what fellows of it said of pairs they had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionResult {
    pub model: DirectionModel,
    pub sets: Vec<DirectionRow>,
    /// Of the confidence, 0.5..1; sets weigh the same.
    pub reliability: Vec<Bin>,
    pub calibration_error: f64,
}

/// Probability that the second article of the cues came from the first, 0..1.
pub fn forward(model: &DirectionModel, cues: &DirectionCues) -> f64 {
    let log_odds = model.log_odds(cues);
    let confidence = model.confidence(log_odds);
    if log_odds >= 0.0 { confidence } else { 1.0 - confidence }
}

/// `known` are pairs whose direction is labelled. Fits the direction model (or keeps `base` where too few directions are labelled) and cross-validates it by documents.
pub fn tune_direction(
    known: &[&Labelled],
    plan: &DirectionPlan,
    base: &DirectionModel,
    refit: Refit,
) -> DirectionResult {
    let is_fitted = refit == Refit::All && known.len() >= REFIT_MIN_PAIRS;
    let model = if is_fitted { fit_direction(known, plan) } else { base.clone() };
    let part_of = parts_by_document(known, FOLDS);
    let mut said: Vec<(usize, f64)> = Vec::new();
    for fold in 0..FOLDS {
        let part_of = &part_of;
        let rows = |wanted: bool| (0..known.len()).filter(move |row| (part_of[*row] == fold) == wanted);
        let fellow = if is_fitted {
            fit_direction(&rows(false).map(|row| known[row]).collect::<Vec<_>>(), plan)
        } else {
            model.clone()
        };
        said.extend(rows(true).map(|row| (row, forward(&fellow, &known[row].cues))));
    }
    said.sort_by_key(|said| said.0);
    // the confidence, and whether it was right; an exact half is half right, and counted as wrong
    let outcome = |(row, said): &(usize, f64)| {
        let is_forward = known[*row].forward == Some(true);
        (said.max(1.0 - said), if is_forward { *said > 0.5 } else { *said < 0.5 })
    };
    let names: BTreeSet<&str> = known.iter().map(|pair| pair.set.as_str()).collect();
    let mut stated = Vec::new();
    let sets = names
        .into_iter()
        .map(|set| {
            let own: Vec<(f64, bool)> =
                said.iter().filter(|said| known[said.0].set == set).map(outcome).collect();
            stated.extend(own.iter().map(|(confidence, is_right)| Stated {
                probability: *confidence,
                is_true: *is_right,
                weight: 1.0 / own.len() as f64,
            }));
            let count = |test: &dyn Fn(&(f64, bool)) -> bool| own.iter().filter(|one| test(one)).count();
            let claimed = count(&|one| one.0 >= CLAIM);
            DirectionRow {
                set: set.to_owned(),
                pairs: own.len(),
                right: count(&|one| one.1) as f64 / own.len() as f64,
                claimed: claimed as f64 / own.len() as f64,
                claimed_right: (claimed > 0)
                    .then(|| count(&|one| one.0 >= CLAIM && one.1) as f64 / claimed as f64),
            }
        })
        .collect();
    let reliability = bins(&stated, BINS);
    DirectionResult { model, sets, calibration_error: calibration_error(&reliability), reliability }
}

/// Weighted logistic regression without an intercept over cues in units of their root mean square, so that swapping the articles swaps the answer.
pub fn fit_direction(pairs: &[&Labelled], plan: &DirectionPlan) -> DirectionModel {
    let known: Vec<(&Labelled, f64)> = pairs
        .iter()
        .filter_map(|pair| pair.forward.map(|forward| (*pair, if forward { 1.0 } else { -1.0 })))
        .collect();
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for (pair, _) in &known {
        *counts.entry(&pair.set).or_default() += 1.0;
    }
    let share = |pair: &Labelled| pair.weight / counts[pair.set.as_str()].sqrt();
    let all: f64 = known.iter().map(|(pair, _)| share(pair)).sum();
    let weights: Vec<f64> = known.iter().map(|(pair, _)| share(pair) / all).collect();
    // always first to second: the sign of what is true is in the cue
    let values = |pair: &Labelled, sign: f64| -> Vec<f64> {
        plan.cues.iter().map(|cue| sign * pair.cues.get(cue.cue).unwrap_or(0.0)).collect()
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
            cue: cue.cue.to_owned(),
            weight: ((weight / scale) * 1e4).round() / 1e4,
        })
        .filter(|weight| weight.weight != 0.0)
        .collect();
    DirectionModel { weights, ceiling: plan.ceiling }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tune::metrics::bootstrap::Draws;

    /// Pairs whose direction follows `facts` with log-odds `4 · facts`; `quotes` is noise.
    fn planted(count: usize) -> Vec<Labelled> {
        let mut draws = Draws::new(11);
        let mut unit = || draws.below(1_000_000) as f64 / 1e6;
        (0..count)
            .map(|at| {
                let mut cues = DirectionCues { facts: 4.0 * unit() - 2.0, ..Default::default() };
                cues.quotes = unit() - 0.5;
                let is_forward = unit() < sigmoid(4.0 * cues.facts);
                Labelled {
                    a: format!("a{at}"),
                    b: format!("b{at}"),
                    set: "planted".into(),
                    is_derived: true,
                    weight: 1.0,
                    cues,
                    forward: Some(is_forward),
                    ..Labelled::default()
                }
            })
            .collect()
    }

    fn plan() -> DirectionPlan {
        let cues = vec![cue("facts", ""), cue("quotes", "")];
        DirectionPlan { cues, l2: 1e-4, ceiling: 1.0 }
    }

    #[test]
    fn a_planted_direction_is_recovered_and_swapping_swaps_it() {
        let pairs = planted(3000);
        let model = fit_direction(&pairs.iter().collect::<Vec<_>>(), &plan());
        let weight =
            |cue: &str| model.weights.iter().find(|weight| weight.cue == cue).map_or(0.0, |w| w.weight);
        assert!((weight("facts") - 4.0).abs() < 0.5, "{model:?}");
        assert!(weight("quotes").abs() < 0.5, "{model:?}");
        let cues = &pairs[0].cues;
        assert_eq!(forward(&model, cues), 1.0 - forward(&model, &cues.swapped()));
        assert_eq!(forward(&model, &DirectionCues::default()), 0.5);
    }

    #[test]
    fn its_confidence_holds_on_pairs_not_seen() {
        let base = DirectionModel { weights: vec![], ceiling: 0.9 };
        let result = tune_direction(&planted(1500).iter().collect::<Vec<_>>(), &plan(), &base, Refit::All);
        assert!(result.calibration_error < 0.04, "{}", result.calibration_error);
        assert_eq!(result.sets[0].pairs, 1500);
        assert!(result.sets[0].claimed_right.unwrap() > 0.96);
        let kept = tune_direction(&planted(50).iter().collect::<Vec<_>>(), &plan(), &base, Refit::All);
        assert_eq!(kept.model, base);
    }
}
