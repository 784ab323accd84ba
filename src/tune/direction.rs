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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedCue {
    /// Name of the cue, one of [`DirectionCues::NAMES`].
    pub cue: &'static str,
    /// What the cue is there for.
    pub why: &'static str,
    /// The least its weight may be, in log-odds of a cue of 1, by what is known before any pair is seen.
    pub least: f64,
    /// The most its weight may be.
    pub most: f64,
}

const fn cue(cue: &'static str, why: &'static str) -> PlannedCue {
    PlannedCue { cue, why, least: f64::NEG_INFINITY, most: f64::INFINITY }
}

/// What the direction model may use, and how strictly.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionPlan {
    /// Cues that the model may use.
    pub cues: Vec<PlannedCue>,
    /// Weight of the squared weights, each cue in units of its root mean square.
    pub l2: f64,
    /// Confidence stays under this without a date or a credit to back it.
    pub ceiling: f64,
}

impl Default for DirectionPlan {
    fn default() -> Self {
        DirectionPlan { cues: CUES.to_vec(), l2: 0.001, ceiling: 0.99 }
    }
}

/// No cue of one rewriter's manner (word length, variety, growth) is among them: those point the other way
/// for the next one.
const CUES: &[PlannedCue] = &[
    cue("facts", "a text whose facts all stand in the other adds nothing"),
    cue("facts_retold", "more so where the words differ; editions add facts instead"),
    cue("quotes_retold", "a retelling turns quotations into reported speech"),
    // outlets date the page, not the report: a date alone is right in some 93 of 100, and claims no more
    PlannedCue { most: 2.6, ..cue("dates", "the earlier date") },
    // an admission, which no date outweighs; labelled pairs hold too few to tell
    PlannedCue { least: 5.0, ..cue("credits", "the other's agency is credited") },
    PlannedCue { most: 4.0, ..cue("named", "the other's outlet is named") },
    // desks mark later versions, and hardly ever in error; the labelled sets hold few of them
    PlannedCue { least: 5.0, most: 5.0, ..cue("versions", "it calls itself a later version") },
    // an admission as well; labelled pairs hold a handful
    PlannedCue {
        least: 3.0,
        most: 5.0,
        ..cue("block_quotes", "the other's own words are quoted, its outlet named")
    },
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
    /// Name of the set.
    pub set: String,
    /// Derived pairs with a known direction.
    pub pairs: usize,
    /// Share whose likelier direction is the labelled one.
    pub right: f64,
    /// Share whose confidence is [`CLAIM`] or more.
    pub claimed: f64,
    /// Share of these that point the right way; `None` where there is none.
    pub claimed_right: Option<f64>,
}

/// The direction model, and what fellows of it said of pairs they had not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionResult {
    /// The model, fitted on all pairs with a known direction.
    pub model: DirectionModel,
    /// By data set.
    pub sets: Vec<DirectionRow>,
    /// Of the confidence, 0.5..1; sets weigh the same.
    pub reliability: Vec<Bin>,
    /// Expected calibration error of the confidence, 0 to 1.
    pub calibration_error: f64,
}

/// Probability that the second article of the cues came from the first, 0..1.
pub fn forward(model: &DirectionModel, cues: &DirectionCues) -> f64 {
    let log_odds = model.log_odds(cues);
    let confidence = model.confidence(log_odds);
    if log_odds >= 0.0 { confidence } else { 1.0 - confidence }
}

/// `known` are pairs whose direction is labelled. Fits the direction model (or keeps `base` where too few
/// directions are labelled) and cross-validates it by documents.
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
    // the confidence, and whether it was right; an exact half claims nothing, and counts as wrong in the
    // table
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
            let weight = 1.0 / own.len() as f64;
            for (confidence, is_right) in &own {
                let probability = *confidence;
                if probability > 0.5 {
                    stated.push(Stated { probability, is_true: *is_right, weight });
                } else {
                    // it says that either is as likely, and that is true whichever it is
                    let half = |is_true| Stated { probability, is_true, weight: 0.5 * weight };
                    stated.extend([half(true), half(false)]);
                }
            }
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

/// Weighted logistic regression without an intercept over cues in units of their root mean square, so that
/// swapping the articles swaps the answer. A weight outside its planned bounds is put on the bound, and the
/// others are fitted beside it.
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
    // always first to second: the sign of what is true is in the cue
    let rows: Vec<(Vec<f64>, f64)> = known
        .iter()
        .map(|(pair, sign)| {
            let cues = plan.cues.iter().map(|cue| sign * pair.cues.get(cue.cue).unwrap_or(0.0)).collect();
            (cues, share(pair) / all)
        })
        .collect();
    let mut fixed: Vec<Option<f64>> = vec![None; plan.cues.len()];
    let found = loop {
        let found = fit_free(&rows, &fixed, plan.l2);
        let bounded: Vec<f64> =
            found.iter().zip(&plan.cues).map(|(weight, cue)| weight.max(cue.least).min(cue.most)).collect();
        if bounded == found {
            break found;
        }
        for (at, weight) in bounded.iter().enumerate() {
            if *weight != found[at] {
                fixed[at] = Some(*weight);
            }
        }
    };
    let weights = plan
        .cues
        .iter()
        .zip(found)
        .map(|(cue, weight)| Weight { cue: cue.cue.to_owned(), weight: (weight * 1e4).round() / 1e4 })
        .filter(|weight| weight.weight != 0.0)
        .collect();
    DirectionModel { weights, ceiling: plan.ceiling }
}

/// The best weights beside those that are fixed. Rows are cues with the row's weight.
fn fit_free(rows: &[(Vec<f64>, f64)], fixed: &[Option<f64>], l2: f64) -> Vec<f64> {
    let free: Vec<usize> = (0..fixed.len()).filter(|cue| fixed[*cue].is_none()).collect();
    let scales: Vec<f64> = free
        .iter()
        .map(|&cue| {
            let square: f64 = rows.iter().map(|(row, weight)| weight * row[cue] * row[cue]).sum();
            if square > 1e-12 { square.sqrt() } else { f64::INFINITY }
        })
        .collect();
    let given: Vec<f64> = rows
        .iter()
        .map(|(row, _)| fixed.iter().zip(row).map(|(weight, cue)| weight.unwrap_or(0.0) * cue).sum())
        .collect();
    let unbounded = vec![f64::NEG_INFINITY; free.len()];
    let found = minimise(vec![0.0; free.len()], &unbounded, 1e-8, 500, |at, gradient| {
        gradient.fill(0.0);
        let mut value = 0.0;
        for ((row, weight), given) in rows.iter().zip(&given) {
            let scaled = |index: usize| row[free[index]] / scales[index];
            let log_odds: f64 = given + (0..at.len()).map(|index| at[index] * scaled(index)).sum::<f64>();
            value += weight * softplus(-log_odds);
            let pull = -weight * sigmoid(-log_odds);
            for (index, gradient) in gradient.iter_mut().enumerate() {
                *gradient += pull * scaled(index);
            }
        }
        for (at, gradient) in at.iter().zip(gradient) {
            value += l2 * at * at;
            *gradient += 2.0 * l2 * at;
        }
        value
    });
    let mut weights: Vec<f64> = fixed.iter().map(|weight| weight.unwrap_or(0.0)).collect();
    for ((cue, at), scale) in free.iter().zip(&found.at).zip(&scales) {
        weights[*cue] = at / scale;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tune::metrics::bootstrap::Draws;

    /// Pairs whose direction follows `facts` with log-odds `4 · facts`; `quotes_retold` is noise.
    fn planted(count: usize) -> Vec<Labelled> {
        let mut draws = Draws::new(11);
        let mut unit = || draws.below(1_000_000) as f64 / 1e6;
        (0..count)
            .map(|at| {
                let mut cues = DirectionCues { facts: 4.0 * unit() - 2.0, ..Default::default() };
                cues.quotes_retold = unit() - 0.5;
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
        let cues = vec![cue("facts", ""), cue("quotes_retold", "")];
        DirectionPlan { cues, l2: 1e-4, ceiling: 1.0 }
    }

    #[test]
    fn a_planted_direction_is_recovered_and_swapping_swaps_it() {
        let pairs = planted(3000);
        let model = fit_direction(&pairs.iter().collect::<Vec<_>>(), &plan());
        let weight =
            |cue: &str| model.weights.iter().find(|weight| weight.cue == cue).map_or(0.0, |w| w.weight);
        assert!((weight("facts") - 4.0).abs() < 0.5, "{model:?}");
        assert!(weight("quotes_retold").abs() < 0.5, "{model:?}");
        let cues = &pairs[0].cues;
        assert_eq!(forward(&model, cues), 1.0 - forward(&model, &cues.swapped()));
        assert_eq!(forward(&model, &DirectionCues::default()), 0.5);
    }

    #[test]
    fn what_is_known_of_a_cue_bounds_its_weight() {
        let pairs = planted(3000);
        let mut plan = plan();
        plan.cues[0].most = 2.5;
        plan.cues[1].least = 1.0;
        let model = fit_direction(&pairs.iter().collect::<Vec<_>>(), &plan);
        let weights: Vec<f64> = model.weights.iter().map(|weight| weight.weight).collect();
        assert_eq!(weights, [2.5, 1.0]);
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
