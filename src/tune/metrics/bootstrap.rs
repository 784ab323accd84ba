//! How far a figure could have come out otherwise: percentile bootstrap (Efron & Tibshirani 1993, chapter
//! 13).

use crate::tune::metrics::ranking::ScoredLabel;
use crate::tune::metrics::reliability::{Stated, bins, calibration_error};

/// Ends of an interval that holds the figure 95 times in a hundred.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// The middle 95 % of the values; `None` of no values.
    pub fn of(mut values: Vec<f64>) -> Option<Interval> {
        if values.is_empty() {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
        Some(Interval { low: at(0.025), high: at(0.975) })
    }
}

/// Draws with replacement, the same for the same seed on every machine (SplitMix64, Steele et al. 2014).
#[derive(Clone, Debug)]
pub struct Draws(u64);

impl Draws {
    /// Draws of one seed are always the same.
    pub fn new(seed: u64) -> Draws {
        Draws(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is above 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.draw()) * bound as u128) >> 64) as usize
    }

    /// How often each of `count` is drawn in `count` draws.
    fn counts(&mut self, count: usize) -> Vec<u32> {
        let mut counts = vec![0; count];
        for _ in 0..count {
            counts[self.below(count)] += 1;
        }
        counts
    }
}

/// The interval of the area under the ROC curve; derived pairs and others are drawn apart.
pub fn auc_interval(scored: &[ScoredLabel], resamples: usize, seed: u64) -> Option<Interval> {
    let mut sorted: Vec<ScoredLabel> = scored.to_vec();
    sorted.sort_by(|one, other| one.score.total_cmp(&other.score));
    let derived = sorted.iter().filter(|pair| pair.is_derived).count();
    let others = sorted.len() - derived;
    if derived == 0 || others == 0 {
        return None;
    }
    let mut draws = Draws::new(seed);
    let values = (0..resamples).map(|_| {
        let (of_derived, of_others) = (draws.counts(derived), draws.counts(others));
        let (mut next_derived, mut next_other) = (0, 0);
        let (mut below, mut won) = (0.0, 0.0);
        for ties in sorted.chunk_by(|one, other| one.score == other.score) {
            let (mut up, mut down) = (0.0, 0.0);
            for pair in ties {
                if pair.is_derived {
                    up += f64::from(of_derived[next_derived]);
                    next_derived += 1;
                } else {
                    down += f64::from(of_others[next_other]);
                    next_other += 1;
                }
            }
            won += up * (below + 0.5 * down);
            below += down;
        }
        won / (derived as f64 * others as f64)
    });
    Interval::of(values.collect())
}

/// Pairs in falling order of their scores, equal scores together: derived ones and others.
fn steps(scored: &[ScoredLabel]) -> Vec<Vec<bool>> {
    let mut sorted: Vec<ScoredLabel> = scored.to_vec();
    sorted.sort_by(|one, other| other.score.total_cmp(&one.score));
    let same = |one: &ScoredLabel, other: &ScoredLabel| one.score == other.score;
    sorted.chunk_by(same).map(|ties| ties.iter().map(|pair| pair.is_derived).collect()).collect()
}

/// Intervals of precision, recall and F1 at a cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutIntervals {
    /// Of the pairs called derived, the share that is.
    pub precision: Interval,
    /// Of the derived pairs, the share called derived.
    pub recall: Interval,
    /// Harmonic mean of the two.
    pub f1: Interval,
}

/// How precision, recall and F1 at a cut could have come out; derived pairs and others are drawn apart.
pub fn cut_intervals(scored: &[ScoredLabel], cut: f64, resamples: usize, seed: u64) -> Option<CutIntervals> {
    let called = |is_derived: bool| -> Vec<bool> {
        scored.iter().filter(|pair| pair.is_derived == is_derived).map(|pair| pair.score >= cut).collect()
    };
    let (derived, others) = (called(true), called(false));
    let mut draws = Draws::new(seed);
    let mut count = |called: &[bool]| (0..called.len()).filter(|_| called[draws.below(called.len())]).count();
    let mut values = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..resamples {
        let (found, wrong) = (count(&derived) as f64, count(&others) as f64);
        let all = derived.len() as f64;
        values[0].push(found / (found + wrong).max(1.0));
        values[1].push(found / all.max(1.0));
        values[2].push(2.0 * found / (found + wrong + all).max(1.0));
    }
    let [precision, recall, f1] = values.map(Interval::of);
    Some(CutIntervals { precision: precision?, recall: recall?, f1: f1? })
}

/// Bands around the two curves: at each of `BAND_POINTS` + 1 even shares the interval of what was found at
/// that share of false alarms, and of the precision at that share found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bands {
    /// Share of false alarms, and the interval of the share found there.
    pub roc: Vec<(f64, Interval)>,
    /// Share found, and the interval of the precision there.
    pub precision_recall: Vec<(f64, Interval)>,
}

const BAND_POINTS: usize = 40;

/// Pointwise bands; derived pairs and others are drawn apart.
pub fn bands(scored: &[ScoredLabel], resamples: usize, seed: u64) -> Bands {
    let steps = steps(scored);
    let derived = scored.iter().filter(|pair| pair.is_derived).count();
    let others = scored.len() - derived;
    if derived == 0 || others == 0 {
        return Bands::default();
    }
    let mut draws = Draws::new(seed);
    let mut found_at = vec![Vec::new(); BAND_POINTS + 1];
    let mut precise_at = vec![Vec::new(); BAND_POINTS + 1];
    for _ in 0..resamples {
        let (of_derived, of_others) = (draws.counts(derived), draws.counts(others));
        let (mut next_derived, mut next_other, mut found, mut wrong) = (0, 0, 0, 0);
        let mut best_at = [0.0_f64; BAND_POINTS + 1];
        let mut precision_at = [0.0_f64; BAND_POINTS + 1];
        for step in &steps {
            for is_derived in step {
                if *is_derived {
                    found += of_derived[next_derived];
                    next_derived += 1;
                } else {
                    wrong += of_others[next_other];
                    next_other += 1;
                }
            }
            let recall = f64::from(found) / derived as f64;
            let from = (f64::from(wrong) / others as f64 * BAND_POINTS as f64).ceil() as usize;
            if let Some(best) = best_at.get_mut(from) {
                *best = best.max(recall);
            }
            let precision = f64::from(found) / f64::from((found + wrong).max(1));
            let to = ((recall * BAND_POINTS as f64) as usize).min(BAND_POINTS);
            precision_at[to] = precision_at[to].max(precision);
        }
        // more false alarms never find less, less found is never less precise at best
        for at in 1..=BAND_POINTS {
            best_at[at] = best_at[at].max(best_at[at - 1]);
        }
        for at in (0..BAND_POINTS).rev() {
            precision_at[at] = precision_at[at].max(precision_at[at + 1]);
        }
        for at in 0..=BAND_POINTS {
            found_at[at].push(best_at[at]);
            precise_at[at].push(precision_at[at]);
        }
    }
    let intervals = |values: Vec<Vec<f64>>| {
        let share = |at: usize| at as f64 / BAND_POINTS as f64;
        let interval = |(at, values)| Some((share(at), Interval::of(values)?));
        values.into_iter().enumerate().filter_map(interval).collect()
    };
    Bands { roc: intervals(found_at), precision_recall: intervals(precise_at) }
}

/// The interval of the expected calibration error over `count` bins. It leans upwards, as noise only adds
/// distance.
pub fn calibration_interval(
    stated: &[Stated],
    count: usize,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    if stated.is_empty() {
        return None;
    }
    let mut draws = Draws::new(seed);
    let values = (0..resamples).map(|_| {
        let counts = draws.counts(stated.len());
        let drawn: Vec<Stated> = stated
            .iter()
            .zip(counts)
            .map(|(pair, count)| Stated { weight: pair.weight * f64::from(count), ..*pair })
            .collect();
        calibration_error(&bins(&drawn, count))
    });
    Interval::of(values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tune::metrics::ranking::Ranking;

    #[test]
    fn the_interval_holds_the_area_and_is_the_same_each_time() {
        let mut draws = Draws::new(3);
        let scored: Vec<ScoredLabel> = (0..400)
            .map(|at| ScoredLabel {
                score: draws.below(1000) as f64 + if at % 2 == 0 { 400.0 } else { 0.0 },
                is_derived: at % 2 == 0,
            })
            .collect();
        let auc = Ranking::of(&scored).auc().unwrap();
        let interval = auc_interval(&scored, 500, 7).unwrap();
        assert!(interval.low < auc && auc < interval.high, "{auc} {interval:?}");
        // Hanley & McNeil (1982) give a standard error of about 0.019 here
        let width = interval.high - interval.low;
        assert!((0.05..0.1).contains(&width), "{width}");
        assert_eq!(auc_interval(&scored, 500, 7), Some(interval));
    }

    #[test]
    fn bands_and_intervals_hold_the_figures_themselves() {
        let mut draws = Draws::new(5);
        let scored: Vec<ScoredLabel> = (0..600)
            .map(|at| ScoredLabel {
                score: draws.below(1000) as f64 + if at % 3 == 0 { 500.0 } else { 0.0 },
                is_derived: at % 3 == 0,
            })
            .collect();
        let ranking = Ranking::of(&scored);
        let bands = bands(&scored, 300, 2);
        for (rate, band) in &bands.roc {
            let found = ranking.found_at_false(*rate);
            assert!(band.low - 0.03 <= found && found <= band.high + 0.03, "{rate} {found} {band:?}");
        }
        assert!(bands.precision_recall.windows(2).all(|two| two[0].1.high >= two[1].1.high));
        let point = ranking.at(700.0);
        let at = cut_intervals(&scored, 700.0, 500, 3).unwrap();
        let inside = |interval: Interval, value: f64| interval.low < value && value < interval.high;
        assert!(inside(at.precision, ranking.precision(&point)) && inside(at.recall, ranking.recall(&point)));
        assert!(inside(at.f1, ranking.f1(&point)));
    }

    #[test]
    fn the_draws_are_pinned() {
        let mut draws = Draws::new(0);
        assert_eq!([draws.draw(), draws.draw()], [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
    }
}
