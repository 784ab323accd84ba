//! Models tried on pairs that they have not seen: sets left out one by one, sets of both kinds
//! cross-validated.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::error::Result;
use crate::judge::model::{Model, sigmoid};
use crate::progress::{Progress, go_on};
use crate::tune::calibrate::{Tried, calibrate, share_weights};
use crate::tune::fit::fit;
use crate::tune::labelled::Labelled;
use crate::tune::plan::FitPlan;
use crate::tune::run::{Refit, TuneSettings};
use crate::tune::splits::{Split, mixed_splits, splits};

/// A pair's score by a model that has not seen it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldOut {
    /// Index of the pair.
    pub row: usize,
    /// Whether its label says that it is derived.
    pub is_derived: bool,
    /// Calibrated probability that it is derived, 0 to 1.
    pub score: f64,
}

/// A calibrated model, and what it (or rather its fellows that had not seen them) said of the pairs.
pub(super) struct TriedOut {
    pub model: Model,
    pub tried: Vec<Tried>,
    pub held_out: Vec<HeldOut>,
}

pub(super) fn try_out(
    pairs: &[Labelled],
    shortened: &[Labelled],
    plan: &FitPlan,
    base: &Model,
    settings: &TuneSettings,
    progress: &dyn Progress,
) -> Result<TriedOut> {
    let try_on = |model: &Model, rows: &[usize]| -> Vec<Tried> {
        let try_one = |row: &usize| Tried {
            row: *row,
            is_derived: pairs[*row].is_derived,
            raw: model.raw_log_odds(&pairs[*row].signals),
            weight: pairs[*row].weight,
        };
        rows.iter().map(try_one).collect()
    };
    let mut tried = Vec::new();
    let mut model = base.clone();
    if settings.refit == Refit::All {
        let all: Vec<Labelled> = [pairs, shortened].concat();
        let mut splits = trials(&all, settings);
        splits.iter_mut().for_each(|split| split.tried.retain(|row| *row < pairs.len()));
        // the model itself, tried on nothing
        splits.push(Split { left_out: String::new(), fitted: (0..all.len()).collect(), tried: Vec::new() });
        progress.stage("fitting models", Some(splits.len() as u64));
        let fits: Vec<(Model, Vec<Tried>)> = splits
            .par_iter()
            .map(|split| {
                go_on(progress)?;
                let fitted: Vec<&Labelled> = split.fitted.iter().map(|row| &all[*row]).collect();
                let model = fit(&fitted, plan);
                progress.advance(1);
                let tried = try_on(&model, &split.tried);
                Ok((model, tried))
            })
            .collect::<Result<_>>()?;
        for (fellow, tried_on) in fits {
            model = fellow;
            tried.extend(tried_on);
        }
    } else {
        tried = try_on(&model, &(0..pairs.len()).collect::<Vec<_>>());
    }
    // a pair that is tried several times counts once
    let mut times = vec![0.0; pairs.len()];
    tried.iter().for_each(|pair| times[pair.row] += 1.0);
    tried.iter_mut().for_each(|pair| pair.weight /= times[pair.row]);
    share_weights(&mut tried, settings.derived_share);
    if settings.refit != Refit::Cut {
        model.calibration = calibrate(&tried);
    }
    let mut sums = vec![0.0; pairs.len()];
    tried.iter().for_each(|pair| sums[pair.row] += pair.raw);
    let held_out = (0..pairs.len())
        .filter(|row| times[*row] > 0.0)
        .map(|row| HeldOut {
            row,
            is_derived: pairs[row].is_derived,
            score: probability(&model, sums[row] / times[row]),
        })
        .collect();
    Ok(TriedOut { model, tried, held_out })
}

pub(super) fn probability(model: &Model, raw: f64) -> f64 {
    sigmoid(model.calibration.slope * raw + model.calibration.shift)
}

/// Leave-one-set-out for sets of one kind, cross-validation for sets of both.
fn trials(pairs: &[Labelled], settings: &TuneSettings) -> Vec<Split> {
    let mixed: BTreeSet<&str> = mixed_sets(pairs);
    let mut trials = splits(pairs, settings.parts.max(2));
    if trials.iter().any(|split| !split.left_out.is_empty()) {
        for split in &mut trials {
            split.tried.retain(|row| !mixed.contains(pairs[*row].set.as_str()));
        }
        trials.extend(mixed_splits(pairs, settings.folds.max(2)));
    } else {
        trials = splits(pairs, settings.folds.max(2));
    }
    trials
}

fn mixed_sets(pairs: &[Labelled]) -> BTreeSet<&str> {
    let sets = |wanted: bool| -> BTreeSet<&str> {
        pairs.iter().filter(|pair| pair.is_derived == wanted).map(|pair| pair.set.as_str()).collect()
    };
    sets(true).intersection(&sets(false)).copied().collect()
}
