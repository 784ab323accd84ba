//! What a model did on pairs that it had not seen: by set, by label, by signal, and where it was most wrong.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::signals::Signals;
use crate::judge::model::Model;
use crate::tune::held_out::{HeldOut, TriedOut, probability};
use crate::tune::labelled::Labelled;
use crate::tune::metrics::bootstrap::{
    Bands, CutIntervals, Interval, auc_interval, bands, calibration_interval, cut_intervals,
};
use crate::tune::metrics::ranking::{Point, Ranking, ScoredLabel};
use crate::tune::metrics::reliability::{Bin, Stated, bins, calibration_error};
use crate::tune::run::{BINS, TuneSettings, scored};

/// One set among the results.
#[derive(Clone, Debug, PartialEq)]
pub struct SetRow {
    /// Name of the set.
    pub set: String,
    /// Its derived pairs.
    pub derived: usize,
    /// Its other pairs.
    pub others: usize,
    /// The set's derived pairs against all other pairs.
    pub auc: Option<f64>,
    /// Share of them found when 1 % of all other pairs are.
    pub found_at_1_percent: Option<f64>,
    /// Share of the derived pairs called derived at the cut; `None` without such pairs.
    pub derived_called: Option<f64>,
    /// Share of the other pairs called derived at the cut; `None` without such pairs.
    pub others_called: Option<f64>,
}

/// One label among the results.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRow {
    /// The label as given.
    pub label: String,
    /// Whether it means derived.
    pub is_derived: bool,
    /// Pairs with this label.
    pub pairs: usize,
    /// Share of them called derived at the cut.
    pub called: f64,
    /// Their mean score, 0 to 1.
    pub mean_score: f64,
}

/// One signal alone.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalRow {
    /// Name of the signal.
    pub signal: String,
    /// Share of the pairs that lack it.
    pub missing: f64,
    /// Area under the ROC curve of the signal alone, over the pairs that have it.
    pub auc: Option<f64>,
    /// Mean over the derived pairs that have it; `None` without such pairs.
    pub mean_derived: Option<f64>,
    /// The same of the other pairs.
    pub mean_others: Option<f64>,
    /// Whether the model has a curve for it.
    pub in_model: bool,
}

/// Everything on one of the two models.
#[derive(Clone, Debug)]
pub struct ModelResult {
    /// `without background` or `with background`.
    pub name: &'static str,
    /// The model, fitted on all pairs.
    pub model: Model,
    /// The score of each pair by a model that had not seen it.
    pub held_out: Vec<HeldOut>,
    /// The same scores by rank.
    pub ranking: Ranking,
    /// Area under the ROC curve of these scores, 0 to 1; `None` where one kind of pairs is missing.
    pub auc: Option<f64>,
    /// 95 % interval of that area.
    pub auc_interval: Option<Interval>,
    /// Stated probability against the share that was derived.
    pub reliability: Vec<Bin>,
    /// Expected calibration error, 0 to 1.
    pub calibration_error: f64,
    /// 95 % interval of that error.
    pub calibration_interval: Option<Interval>,
    /// At the cut.
    pub at_cut: Point,
    /// 95 % intervals of precision, recall and F1 there.
    pub at_cut_intervals: Option<CutIntervals>,
    /// Around the ROC and the precision-recall curve.
    pub bands: Bands,
    /// By data set.
    pub sets: Vec<SetRow>,
    /// By label.
    pub labels: Vec<LabelRow>,
    /// Each signal alone.
    pub signals: Vec<SignalRow>,
    /// Rows of the pairs with the score farthest from the truth, worst first.
    pub most_wrong: Vec<HeldOut>,
}

/// Bands need no more.
const BAND_RESAMPLES: usize = 200;

pub(super) fn describe(
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
        at_cut_intervals: cut_intervals(&all, cut, settings.resamples, settings.seed),
        bands: bands(&all, settings.resamples.min(BAND_RESAMPLES), settings.seed),
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
            let against: Vec<ScoredLabel> = held_out
                .iter()
                .filter(|pair| !pair.is_derived)
                .chain(own(true))
                .map(|pair| ScoredLabel { score: pair.score, is_derived: pair.is_derived })
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
            let known: Vec<ScoredLabel> = pairs
                .iter()
                .filter_map(|pair| {
                    let score = pair.signals.get(name)?;
                    score.is_finite().then_some(ScoredLabel { score, is_derived: pair.is_derived })
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
