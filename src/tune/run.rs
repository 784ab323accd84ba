//! The whole of tuning: labelled pairs with their signals in, a profile and everything a person wants to see
//! of it out.

use crate::error::{Error, Result};
use crate::judge::Profile;
use crate::progress::Progress;
use crate::tune::describe::{ModelResult, describe};
use crate::tune::direction::{DirectionPlan, DirectionResult, tune_direction};
use crate::tune::held_out::{HeldOut, TriedOut};
use crate::tune::labelled::Labelled;
use crate::tune::languages;
use crate::tune::metrics::banding::{Expected, bandings, expect};
use crate::tune::metrics::ranking::{Ranking, ScoredLabel};
use crate::tune::models::{TriedModel, TriedModels, try_all};
use crate::tune::plan::FitPlan;

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
    /// Name of the profile.
    pub name: String,
    /// A sentence on the pairs it is made from.
    pub made_from: String,
    /// The profile that gives what is not made anew.
    pub base: Profile,
    /// Which parts of the profile are made anew.
    pub refit: Refit,
    /// How the cut is chosen.
    pub cut: CutRule,
    /// What the model without a background may use.
    pub without_background: FitPlan,
    /// What the model with a background may use.
    pub with_background: FitPlan,
    /// What the model of translations may use.
    pub translation: FitPlan,
    /// What the direction model may use.
    pub direction: DirectionPlan,
    /// Share of derived pairs among those that will be scored, above 0 and below 1: probabilities are
    /// calibrated for it.
    pub derived_share: f64,
    /// Pairs of independent coverage are tried in so many parts against each set that is left out.
    pub parts: usize,
    /// Sets with both kinds of pairs are cross-validated in so many folds.
    pub folds: usize,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Seed of the bootstrap; the same seed gives the same intervals.
    pub seed: u64,
    /// MinHash values of a sketch, for the banding table.
    pub hashes: u32,
    /// Pairs listed as most wrong.
    pub wrong_listed: usize,
}

impl TuneSettings {
    /// Makes all of the profile anew, with a cut at 0.5.
    pub fn new(base: Profile) -> TuneSettings {
        TuneSettings {
            name: "own".to_owned(),
            made_from: String::new(),
            base,
            refit: Refit::All,
            cut: CutRule::At(0.5),
            without_background: FitPlan::without_background(),
            with_background: FitPlan::with_background(),
            translation: FitPlan::translation(),
            direction: DirectionPlan::default(),
            derived_share: 0.5,
            parts: 2,
            folds: 8,
            resamples: 1000,
            seed: 1,
            hashes: 128,
            wrong_listed: 20,
        }
    }
}

/// All results of a run.
#[derive(Clone, Debug)]
pub struct TuneResult {
    /// The profile that was made.
    pub profile: Profile,
    /// Which parts of it were made anew.
    pub refit: Refit,
    /// A pair is called derived from this score on.
    pub cut: f64,
    /// The model without a background, and where rarity was measured the one with.
    pub models: Vec<ModelResult>,
    /// The direction model and how well it does.
    pub direction: DirectionResult,
    /// What bandings of a MinHash sketch would do on these pairs.
    pub bandings: Vec<Expected>,
    /// Labelled pairs that were used.
    pub pairs: usize,
    /// Of these, derived pairs.
    pub derived: usize,
}

/// Fits, tries and measures. Needs at least one pair of either kind; results do not depend on the machine.
///
/// `shortened` are pairs of these with one article cut ([`crate::tune::shorten`]): models are fitted on them
/// together with the pairs that they were, and never tried on them. `more_directions` are pairs that the
/// direction model alone is fitted and measured on, such as revisions of one text.
///
/// # Errors
/// [`Error::Usage`] where pairs are missing or weigh nothing, [`Error::Interrupted`].
pub fn run(
    pairs: &[Labelled],
    shortened: &[Labelled],
    more_directions: &[Labelled],
    settings: &TuneSettings,
    progress: &dyn Progress,
) -> Result<TuneResult> {
    let derived = pairs.iter().filter(|pair| pair.is_derived).count();
    if derived == 0 || derived == pairs.len() {
        return Err(Error::Usage(format!(
            "of {} labelled pairs {derived} are derived: at least one of either kind is needed (`--positive` names \
             the labels that mean derived)",
            pairs.len()
        )));
    }
    if let Some(pair) = (pairs.iter().chain(shortened).chain(more_directions))
        .find(|pair| !(pair.weight > 0.0 && pair.weight.is_finite()))
    {
        return Err(Error::Usage(format!(
            "the pair {:?}, {:?} has a weight of {}",
            pair.a, pair.b, pair.weight
        )));
    }
    let mut profile = settings.base.clone();
    profile.name.clone_from(&settings.name);
    profile.made_from.clone_from(&settings.made_from);
    let tried_models = try_all(pairs, shortened, settings, progress)?;
    let main = &tried_models.with_background.as_ref().unwrap_or(&tried_models.without_background).tried;
    let cut = find_cut(main, settings.cut);
    profile.cut = cut;
    let TriedModels { without_background: plain, with_background: rare, translation } = &tried_models;
    profile.without_background.clone_from(&plain.tried.model);
    let (held_out, share) = (&plain.tried.held_out, settings.derived_share);
    profile.calibrated = languages::calibrated(pairs, held_out, share, &profile.calibrated);
    if let Some(rare) = rare {
        profile.with_background.clone_from(&rare.tried.model);
    }
    if let Some(translation) = translation {
        profile.translation.clone_from(&translation.tried.model);
    }

    let directed: Vec<&Labelled> = (pairs.iter().filter(|pair| pair.is_derived))
        .chain(more_directions)
        .filter(|pair| pair.forward.is_some())
        .collect();
    let direction = tune_direction(&directed, &settings.direction, &settings.base.direction, settings.refit);
    profile.direction = direction.model.clone();

    let models = tried_models
        .into_iter()
        .map(|TriedModel { name, tried, measured }| describe(name, tried, &measured, cut, settings))
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

pub(super) fn scored(held_out: &[HeldOut]) -> Vec<ScoredLabel> {
    held_out.iter().map(|pair| ScoredLabel { score: pair.score, is_derived: pair.is_derived }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::signals::Signals;
    use crate::progress::NoProgress;
    use crate::tune::metrics::bootstrap::Draws;

    /// `sentences_distinct` tells kinds apart, with some overlap; sets `one` and `two` hold derived pairs
    /// only.
    fn planted() -> Vec<Labelled> {
        let mut draws = Draws::new(4);
        let mut pairs = Vec::new();
        for (set, count, kinds) in [("one", 90, 1), ("two", 90, 1), ("apart", 180, 0), ("own", 120, 2)] {
            for at in 0..count {
                let is_derived = if kinds == 2 { at % 2 == 0 } else { kinds == 1 };
                let mut unit = || draws.below(1_000_000) as f64 / 1e6;
                let facts = if is_derived { 0.35 + 0.65 * unit() } else { 0.65 * unit() };
                let signals = Signals {
                    sentences_distinct: Some(facts),
                    jaccard5: Some(0.1 * unit()),
                    rare_share_most: Some(unit()),
                    ..Signals::default()
                };
                pairs.push(Labelled {
                    a: format!("{set}-a{at}"),
                    b: format!("{set}-b{at}"),
                    set: set.into(),
                    label: if is_derived { "rewrite" } else { "unrelated" }.into(),
                    is_derived,
                    weight: 1.0,
                    signals,
                    ..Labelled::default()
                });
            }
        }
        pairs
    }

    fn settings() -> TuneSettings {
        TuneSettings { resamples: 50, ..TuneSettings::new(Profile::default()) }
    }

    #[test]
    fn planted_labels_are_learnt_and_every_pair_is_scored_unseen() {
        let pairs = planted();
        let result = run(&pairs, &[], &[], &settings(), &NoProgress).unwrap();
        assert_eq!(result.models.len(), 2);
        for model in &result.models {
            assert_eq!(model.held_out.len(), pairs.len(), "{}", model.name);
            // two uniform variables that overlap on 0.35..0.65 give 1 - 0.3² / (2 · 0.65²)
            let auc = model.auc.unwrap();
            assert!((auc - 0.8935).abs() < 0.03, "{auc}");
            assert!(model.calibration_error < 0.1, "{}", model.calibration_error);
            assert_eq!(model.signals[0].signal, "sentences_distinct");
            let sets: Vec<&str> = model.sets.iter().map(|row| row.set.as_str()).collect();
            assert_eq!(sets, ["apart", "one", "own", "two"]);
        }
        let reread: Profile = serde_json::from_str(&result.profile.to_json()).unwrap();
        assert_eq!(reread, result.profile);
    }

    #[test]
    fn shortened_pairs_are_learnt_from_and_never_tried() {
        let pairs = planted();
        let shortened: Vec<Labelled> = (pairs.iter().filter(|pair| !pair.is_derived))
            .map(|pair| Labelled {
                weight: 0.5,
                is_shortened: true,
                // short texts match each of their few sentences by chance
                signals: Signals { sentences_distinct: Some(0.95), ..pair.signals.clone() },
                ..pair.clone()
            })
            .collect();
        let plain = run(&pairs, &[], &[], &settings(), &NoProgress).unwrap();
        let wary = run(&pairs, &shortened, &[], &settings(), &NoProgress).unwrap();
        let sure = Signals { sentences_distinct: Some(0.95), jaccard5: Some(0.05), ..Signals::default() };
        let score = |result: &TuneResult| result.profile.without_background.score(&sure);
        assert!(score(&wary) < score(&plain) - 0.05, "{} {}", score(&wary), score(&plain));
        assert!(wary.models.iter().all(|model| model.held_out.len() == pairs.len()));
        assert_eq!(wary.pairs, pairs.len());
    }

    #[test]
    fn results_do_not_depend_on_threads() {
        let pairs = planted();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let result = pool.install(|| run(&pairs, &[], &[], &settings(), &NoProgress)).unwrap();
            crate::tune::report::files(&result, &pairs)
        };
        assert!(on(1) == on(3));
    }

    #[test]
    fn the_cut_follows_its_rule() {
        let pairs = planted();
        let cut = |rule: CutRule| {
            let settings = TuneSettings { cut: rule, ..settings() };
            let result = run(&pairs, &[], &[], &settings, &NoProgress).unwrap();
            let main = result.models.last().unwrap();
            (result.cut, main.ranking.precision(&main.at_cut), main.ranking.recall(&main.at_cut))
        };
        let (_, precision, _) = cut(CutRule::Precision(0.9));
        assert!((0.9..0.93).contains(&precision), "{precision}");
        let (_, _, recall) = cut(CutRule::Recall(0.9));
        assert!((0.9..0.92).contains(&recall), "{recall}");
        assert_eq!(cut(CutRule::At(0.3)).0, 0.3);
    }

    #[test]
    fn few_labels_keep_the_curves_and_one_kind_is_refused() {
        let pairs = planted();
        let few: Vec<Labelled> = pairs.iter().filter(|pair| pair.set == "own").cloned().collect();
        let base = Profile::default();
        let refit = Refit::for_pairs(&few);
        assert_eq!(refit, Refit::Calibration);
        let settings = TuneSettings { refit, ..settings() };
        let result = run(&few, &[], &[], &settings, &NoProgress).unwrap();
        assert_eq!(result.profile.without_background.lines, base.without_background.lines);
        assert_ne!(result.profile.without_background.calibration, base.without_background.calibration);
        assert_eq!(result.profile.direction, base.direction);
        let one_kind: Vec<Labelled> = pairs.iter().filter(|pair| pair.is_derived).cloned().collect();
        assert!(matches!(run(&one_kind, &[], &[], &settings, &NoProgress), Err(Error::Usage(_))));
    }
}
