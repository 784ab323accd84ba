//! The whole of tuning: labelled pairs with their signals in, a profile and everything a person wants to see of it out.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::signals::Signals;
use crate::judge::Profile;
use crate::judge::model::{Model, sigmoid};
use crate::tune::calibrate::{Tried, calibrate, halve_weights};
use crate::tune::direction::{DirectionPlan, DirectionResult, tune_direction};
use crate::tune::fit::fit;
use crate::tune::labelled::{BACKGROUND_SIGNALS, Labelled};
use crate::tune::metrics::banding::{Expected, bandings, expect};
use crate::tune::metrics::bootstrap::{Interval, auc_interval, calibration_interval};
use crate::tune::metrics::ranking::{Point, Ranking, Scored};
use crate::tune::metrics::reliability::{Bin, Stated, bins, calibration_error};
use crate::tune::plan::FitPlan;
use crate::tune::splits::{Split, mixed_splits, splits};

/// Bins of a reliability curve.
pub const BINS: usize = 10;

/// Where the cut of the profile is put.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CutRule {
    /// At this score.
    At(f64),
    /// At the lowest score from which the held-out pairs have at least this precision.
    Precision(f64),
    /// At the highest score that finds at least this share of the held-out derived pairs.
    Recall(f64),
    /// Where F1 on the held-out pairs is greatest.
    BestF1,
}

/// How much of the profile is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refit {
    /// Curves, calibration, direction and cut; from about 300 labelled pairs on.
    All,
    /// The base profile's curves, calibrated on the pairs, and a cut.
    Calibration,
    /// Nothing: the base profile as it is, measured on the pairs, and a cut.
    Cut,
}

/// A model is fitted anew from so many pairs on, and from so many of either kind.
const REFIT_MIN_PAIRS: usize = 300;
const REFIT_MIN_OF_KIND: usize = 60;

impl Refit {
    /// What so many pairs allow for.
    pub fn for_pairs(pairs: &[Labelled]) -> Refit {
        let derived = pairs.iter().filter(|pair| pair.is_derived).count();
        let fewer = derived.min(pairs.len() - derived);
        if pairs.len() >= REFIT_MIN_PAIRS && fewer >= REFIT_MIN_OF_KIND {
            Refit::All
        } else if fewer >= 20 {
            Refit::Calibration
        } else {
            Refit::Cut
        }
    }
}

/// Settings of a run.
#[derive(Clone, Debug)]
pub struct TuneSettings {
    /// Name of the profile, and a sentence on its pairs.
    pub name: String,
    pub made_from: String,
    /// The profile that gives what is not made anew.
    pub base: Profile,
    pub refit: Refit,
    pub cut: CutRule,
    pub without_background: FitPlan,
    pub with_background: FitPlan,
    pub direction: DirectionPlan,
    /// Pairs of independent coverage are tried in so many parts against each set that is left out.
    pub parts: usize,
    /// Sets with both kinds of pairs are cross-validated in so many folds.
    pub folds: usize,
    /// Bootstrap resamples, and their seed.
    pub resamples: usize,
    pub seed: u64,
    /// MinHash values of a sketch, for the banding table.
    pub hashes: u32,
    /// Pairs listed as most wrong.
    pub wrong_listed: usize,
}

impl TuneSettings {
    pub fn new(base: Profile) -> TuneSettings {
        TuneSettings {
            name: "own".to_owned(),
            made_from: String::new(),
            base,
            refit: Refit::All,
            cut: CutRule::At(0.5),
            without_background: FitPlan::without_background(),
            with_background: FitPlan::with_background(),
            direction: DirectionPlan::default(),
            parts: 2,
            folds: 8,
            resamples: 1000,
            seed: 1,
            hashes: 128,
            wrong_listed: 20,
        }
    }
}

/// A pair's score by a model that has not seen it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeldOut {
    /// Index of the pair.
    pub row: usize,
    pub is_derived: bool,
    pub score: f64,
}

/// One set among the results.
#[derive(Clone, Debug, PartialEq)]
pub struct SetRow {
    pub set: String,
    pub derived: usize,
    pub others: usize,
    /// The set's derived pairs against all other pairs.
    pub auc: Option<f64>,
    /// Share of them found when 1 % of all other pairs are.
    pub found_at_1_percent: Option<f64>,
    /// Shares called derived at the cut.
    pub derived_called: Option<f64>,
    pub others_called: Option<f64>,
}

/// One label among the results.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRow {
    pub label: String,
    pub is_derived: bool,
    pub pairs: usize,
    pub called: f64,
    pub mean_score: f64,
}

/// One signal alone.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalRow {
    pub signal: String,
    /// Share of the pairs that lack it.
    pub missing: f64,
    /// Area under the ROC curve of the signal alone, over the pairs that have it.
    pub auc: Option<f64>,
    pub mean_derived: Option<f64>,
    pub mean_others: Option<f64>,
    pub in_model: bool,
}

/// Everything on one of the two models.
#[derive(Clone, Debug)]
pub struct ModelResult {
    /// `without background` or `with background`.
    pub name: &'static str,
    pub model: Model,
    pub held_out: Vec<HeldOut>,
    pub ranking: Ranking,
    pub auc: Option<f64>,
    pub auc_interval: Option<Interval>,
    pub reliability: Vec<Bin>,
    pub calibration_error: f64,
    pub calibration_interval: Option<Interval>,
    /// At the cut.
    pub at_cut: Point,
    pub sets: Vec<SetRow>,
    pub labels: Vec<LabelRow>,
    pub signals: Vec<SignalRow>,
    /// Rows of the pairs with the score farthest from the truth, worst first.
    pub most_wrong: Vec<HeldOut>,
}

/// All results of a run.
#[derive(Clone, Debug)]
pub struct TuneResult {
    pub profile: Profile,
    pub refit: Refit,
    pub cut: f64,
    /// The model without a background, and where rarity was measured the one with.
    pub models: Vec<ModelResult>,
    pub direction: DirectionResult,
    pub bandings: Vec<Expected>,
    pub pairs: usize,
    pub derived: usize,
}

/// Fits, tries and measures. Needs at least one pair of either kind; results do not depend on the machine.
///
/// # Errors
/// What is missing, in words.
pub fn run(pairs: &[Labelled], settings: &TuneSettings) -> Result<TuneResult, String> {
    let derived = pairs.iter().filter(|pair| pair.is_derived).count();
    if derived == 0 || derived == pairs.len() {
        return Err(format!(
            "of {} labelled pairs {derived} are derived: at least one of either kind is needed (`--positive` names \
             the labels that mean derived)",
            pairs.len()
        ));
    }
    if let Some(pair) = pairs.iter().find(|pair| !(pair.weight > 0.0 && pair.weight.is_finite())) {
        return Err(format!("the pair {:?}, {:?} has a weight of {}", pair.a, pair.b, pair.weight));
    }
    let without: Vec<Labelled> = pairs.iter().map(without_background).collect();
    let has_background =
        |pair: &Labelled| BACKGROUND_SIGNALS.iter().any(|name| pair.signals.get(name).is_some());
    let mut profile = settings.base.clone();
    profile.name.clone_from(&settings.name);
    profile.made_from.clone_from(&settings.made_from);

    let mut tried_models = vec![(
        "without background",
        try_out(&without, &settings.without_background, &settings.base.without_background, settings),
    )];
    if pairs.iter().any(has_background) {
        let plan = &settings.with_background;
        tried_models
            .push(("with background", try_out(pairs, plan, &settings.base.with_background, settings)));
    }
    let last = tried_models.len() - 1;
    let main = &tried_models[last].1;
    let cut = find_cut(main, settings.cut);
    profile.cut = cut;
    profile.without_background = tried_models[0].1.model.clone();
    if last == 1 {
        profile.with_background = tried_models[1].1.model.clone();
    }

    let direction = tune_direction(pairs, &settings.direction, &settings.base.direction, settings.refit);
    profile.direction = direction.model.clone();

    let models = tried_models
        .into_iter()
        .map(|(name, tried)| {
            let measured = if name == "without background" { &without } else { pairs };
            describe(name, tried, measured, cut, settings)
        })
        .collect();
    let jaccards: Vec<(f64, bool)> = pairs
        .iter()
        .filter_map(|pair| pair.signals.jaccard5.map(|jaccard| (jaccard, pair.is_derived)))
        .collect();
    Ok(TuneResult {
        profile,
        refit: settings.refit,
        cut,
        models,
        direction,
        bandings: bandings(settings.hashes).into_iter().map(|b| expect(b, &jaccards)).collect(),
        pairs: pairs.len(),
        derived,
    })
}

fn without_background(pair: &Labelled) -> Labelled {
    let mut pair = pair.clone();
    for name in BACKGROUND_SIGNALS {
        pair.signals.set(name, None);
    }
    pair
}

/// A calibrated model, and what it (or rather its fellows that had not seen them) said of the pairs.
struct TriedOut {
    model: Model,
    tried: Vec<Tried>,
    held_out: Vec<HeldOut>,
}

fn try_out(pairs: &[Labelled], plan: &FitPlan, base: &Model, settings: &TuneSettings) -> TriedOut {
    let try_on = |model: &Model, rows: &[usize], tried: &mut Vec<Tried>| {
        tried.extend(rows.iter().map(|row| Tried {
            row: *row,
            is_derived: pairs[*row].is_derived,
            raw: model.raw_log_odds(&pairs[*row].signals),
            weight: pairs[*row].weight,
        }));
    };
    let mut tried = Vec::new();
    let mut model = base.clone();
    if settings.refit == Refit::All {
        let all: Vec<&Labelled> = pairs.iter().collect();
        model = fit(&all, plan);
        for Split { fitted, tried: rows, .. } in trials(pairs, settings) {
            let fitted: Vec<&Labelled> = fitted.iter().map(|row| &pairs[*row]).collect();
            try_on(&fit(&fitted, plan), &rows, &mut tried);
        }
    } else {
        try_on(&model, &(0..pairs.len()).collect::<Vec<_>>(), &mut tried);
    }
    // a pair that is tried several times counts once
    let mut times = vec![0.0; pairs.len()];
    tried.iter().for_each(|pair| times[pair.row] += 1.0);
    tried.iter_mut().for_each(|pair| pair.weight /= times[pair.row]);
    halve_weights(&mut tried);
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
    TriedOut { model, tried, held_out }
}

fn probability(model: &Model, raw: f64) -> f64 {
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

fn find_cut(tried: &TriedOut, rule: CutRule) -> f64 {
    let ranking = Ranking::of(&scored(&tried.held_out));
    let found = match rule {
        CutRule::At(cut) => return cut.clamp(0.0, 1.0),
        CutRule::Precision(wanted) => ranking.for_precision(wanted),
        CutRule::Recall(wanted) => ranking.for_recall(wanted),
        CutRule::BestF1 => ranking.best_f1(),
    };
    // rounded down, so that the pair at the threshold stays above
    found.map_or(0.5, |point| (point.threshold * 1e6).floor() / 1e6)
}

fn scored(held_out: &[HeldOut]) -> Vec<Scored> {
    held_out.iter().map(|pair| Scored { score: pair.score, is_derived: pair.is_derived }).collect()
}

fn describe(
    name: &'static str,
    out: TriedOut,
    pairs: &[Labelled],
    cut: f64,
    settings: &TuneSettings,
) -> ModelResult {
    let TriedOut { model, tried, held_out } = out;
    let all = scored(&held_out);
    let ranking = Ranking::of(&all);
    let stated: Vec<Stated> = tried
        .iter()
        .map(|pair| Stated {
            probability: probability(&model, pair.raw),
            is_true: pair.is_derived,
            weight: pair.weight,
        })
        .collect();
    let reliability = bins(&stated, BINS);
    let mut most_wrong = held_out.clone();
    let miss = |pair: &HeldOut| (pair.score - f64::from(u8::from(pair.is_derived))).abs();
    most_wrong.sort_by(|one, other| miss(other).total_cmp(&miss(one)).then(one.row.cmp(&other.row)));
    most_wrong.retain(|pair| (pair.score >= cut) != pair.is_derived);
    most_wrong.truncate(settings.wrong_listed);
    ModelResult {
        name,
        auc: ranking.auc(),
        auc_interval: auc_interval(&all, settings.resamples, settings.seed),
        calibration_error: calibration_error(&reliability),
        calibration_interval: calibration_interval(&stated, BINS, settings.resamples, settings.seed),
        at_cut: ranking.at(cut),
        sets: set_rows(&held_out, pairs, cut),
        labels: label_rows(&held_out, pairs, cut),
        signals: signal_rows(pairs, &model),
        reliability,
        most_wrong,
        ranking,
        held_out,
        model,
    }
}

fn share(count: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| count as f64 / all as f64)
}

fn set_rows(held_out: &[HeldOut], pairs: &[Labelled], cut: f64) -> Vec<SetRow> {
    let sets: BTreeSet<&str> = held_out.iter().map(|pair| pairs[pair.row].set.as_str()).collect();
    sets.into_iter()
        .map(|set| {
            let own = |is_derived: bool| {
                held_out
                    .iter()
                    .filter(move |pair| pairs[pair.row].set == set && pair.is_derived == is_derived)
            };
            let against: Vec<Scored> = held_out
                .iter()
                .filter(|pair| !pair.is_derived)
                .chain(own(true))
                .map(|pair| Scored { score: pair.score, is_derived: pair.is_derived })
                .collect();
            let ranking = Ranking::of(&against);
            let called = |is_derived: bool| own(is_derived).filter(|pair| pair.score >= cut).count();
            let (derived, others) = (own(true).count(), own(false).count());
            SetRow {
                set: set.to_owned(),
                derived,
                others,
                auc: ranking.auc(),
                found_at_1_percent: (derived > 0).then(|| ranking.found_at_false(0.01)),
                derived_called: share(called(true), derived),
                others_called: share(called(false), others),
            }
        })
        .collect()
}

fn label_rows(held_out: &[HeldOut], pairs: &[Labelled], cut: f64) -> Vec<LabelRow> {
    let mut labels: BTreeMap<(bool, &str), (usize, usize, f64)> = BTreeMap::new();
    for pair in held_out {
        let label = labels.entry((!pair.is_derived, &pairs[pair.row].label)).or_default();
        label.0 += 1;
        label.1 += usize::from(pair.score >= cut);
        label.2 += pair.score;
    }
    labels
        .into_iter()
        .map(|((is_other, label), (count, called, sum))| LabelRow {
            label: label.to_owned(),
            is_derived: !is_other,
            pairs: count,
            called: called as f64 / count as f64,
            mean_score: sum / count as f64,
        })
        .collect()
}

fn signal_rows(pairs: &[Labelled], model: &Model) -> Vec<SignalRow> {
    let used: BTreeSet<&str> =
        model.lines.iter().flat_map(|line| &line.curves).map(|curve| curve.signal.as_str()).collect();
    let mut rows: Vec<SignalRow> = Signals::NAMES
        .iter()
        .map(|name| {
            let known: Vec<Scored> = pairs
                .iter()
                .filter_map(|pair| {
                    let score = pair.signals.get(name)?;
                    score.is_finite().then_some(Scored { score, is_derived: pair.is_derived })
                })
                .collect();
            let mean = |wanted: bool| {
                let values: Vec<f64> =
                    known.iter().filter(|pair| pair.is_derived == wanted).map(|pair| pair.score).collect();
                (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
            };
            SignalRow {
                signal: (*name).to_owned(),
                missing: 1.0 - known.len() as f64 / pairs.len().max(1) as f64,
                auc: Ranking::of(&known).auc(),
                mean_derived: mean(true),
                mean_others: mean(false),
                in_model: used.contains(name),
            }
        })
        .filter(|row| row.missing < 1.0)
        .collect();
    let strength = |row: &SignalRow| row.auc.map_or(0.0, |auc| (auc - 0.5).abs());
    rows.sort_by(|one, other| strength(other).total_cmp(&strength(one)).then(one.signal.cmp(&other.signal)));
    rows
}
