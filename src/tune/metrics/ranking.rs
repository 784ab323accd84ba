//! Ranking figures: area under the ROC curve, precision and recall, thresholds.

use std::cmp::Ordering;

/// A score with its truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredLabel {
    /// The score; only its rank counts.
    pub score: f64,
    /// Whether the pair is derived.
    pub is_derived: bool,
}

/// One threshold's counts: pairs that score at least so much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Pairs of this score and more are called derived.
    pub threshold: f64,
    /// Derived pairs called derived.
    pub found: usize,
    /// Other pairs called derived.
    pub wrong: usize,
}

/// All thresholds at which something changes, from the highest; every point is one distinct score.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// All derived pairs.
    pub derived: usize,
    /// All other pairs.
    pub others: usize,
    /// One a distinct score, the highest first.
    pub points: Vec<Point>,
}

impl Ranking {
    /// Ranks pairs; their order does not matter.
    pub fn of(scored: &[ScoredLabel]) -> Ranking {
        let mut sorted: Vec<ScoredLabel> = scored.to_vec();
        sorted.sort_by(|one, other| other.score.total_cmp(&one.score));
        let mut points: Vec<Point> = Vec::new();
        let (mut found, mut wrong) = (0, 0);
        for pair in &sorted {
            if pair.is_derived {
                found += 1;
            } else {
                wrong += 1;
            }
            let point = Point { threshold: pair.score, found, wrong };
            match points.last_mut() {
                Some(last) if last.threshold.total_cmp(&pair.score) == Ordering::Equal => *last = point,
                _ => points.push(point),
            }
        }
        Ranking { derived: found, others: wrong, points }
    }

    /// Area under the ROC curve: how often a derived pair scores above another one, ties counting half.
    /// `None` where one kind is missing.
    pub fn auc(&self) -> Option<f64> {
        if self.derived == 0 || self.others == 0 {
            return None;
        }
        let (mut area, mut found, mut wrong) = (0.0, 0, 0);
        for point in &self.points {
            area += (point.wrong - wrong) as f64 * (point.found + found) as f64 / 2.0;
            (found, wrong) = (point.found, point.wrong);
        }
        Some(area / (self.derived as f64 * self.others as f64))
    }

    /// Of the pairs called derived at a point, the share that is; 0 where none is called.
    pub fn precision(&self, point: &Point) -> f64 {
        point.found as f64 / (point.found + point.wrong).max(1) as f64
    }

    /// Of the derived pairs, the share called derived at a point; 0 where there is none.
    pub fn recall(&self, point: &Point) -> f64 {
        point.found as f64 / self.derived.max(1) as f64
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self, point: &Point) -> f64 {
        2.0 * point.found as f64 / (point.found + point.wrong + self.derived).max(1) as f64
    }

    /// Counts at a cut: pairs that score at least so much.
    pub fn at(&self, cut: f64) -> Point {
        let after = self.points.partition_point(|point| point.threshold >= cut);
        match after.checked_sub(1) {
            Some(last) => Point { threshold: cut, ..self.points[last] },
            None => Point { threshold: cut, found: 0, wrong: 0 },
        }
    }

    /// The lowest threshold (so, most pairs found) from which on precision is at least `wanted`.
    pub fn for_precision(&self, wanted: f64) -> Option<Point> {
        self.points.iter().rev().find(|point| self.precision(point) >= wanted).copied()
    }

    /// The highest threshold that finds at least the share `wanted` of the derived pairs.
    pub fn for_recall(&self, wanted: f64) -> Option<Point> {
        self.points.iter().find(|point| self.recall(point) >= wanted).copied()
    }

    /// Share of derived pairs that score above the highest score that `rate` of the other pairs exceed.
    pub fn found_at_false(&self, rate: f64) -> f64 {
        let allowed = (rate * self.others as f64) as usize;
        let within = self.points.iter().take_while(|point| point.wrong <= allowed).last();
        within.map_or(0.0, |point| self.recall(point))
    }

    /// The point of the greatest F1; of equals the highest threshold.
    pub fn best_f1(&self) -> Option<Point> {
        let mut best: Option<&Point> = None;
        for point in &self.points {
            if best.is_none_or(|best| self.f1(point) > self.f1(best)) {
                best = Some(point);
            }
        }
        best.copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scored() -> impl Strategy<Value = Vec<ScoredLabel>> {
        let pair = (0..12u8, any::<bool>())
            .prop_map(|(score, is_derived)| ScoredLabel { score: f64::from(score) / 11.0, is_derived });
        proptest::collection::vec(pair, 1..60)
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_ordered_pairs_won(scored in scored()) {
            let (mut won, mut all) = (0.0, 0.0);
            for derived in scored.iter().filter(|pair| pair.is_derived) {
                for other in scored.iter().filter(|pair| !pair.is_derived) {
                    all += 1.0;
                    won += match derived.score.total_cmp(&other.score) {
                        Ordering::Greater => 1.0,
                        Ordering::Equal => 0.5,
                        Ordering::Less => 0.0,
                    };
                }
            }
            match Ranking::of(&scored).auc() {
                Some(auc) => prop_assert!((auc - won / all).abs() < 1e-12),
                None => prop_assert_eq!(all, 0.0),
            }
        }

        #[test]
        fn counts_at_a_cut_are_counted(scored in scored(), cut in 0.0..1.1f64) {
            let point = Ranking::of(&scored).at(cut);
            let count = |is_derived| {
                scored.iter().filter(|pair| pair.is_derived == is_derived && pair.score >= cut).count()
            };
            prop_assert_eq!((point.found, point.wrong), (count(true), count(false)));
        }

        #[test]
        fn a_threshold_for_a_precision_has_it_and_no_lower_one_has(
            scored in scored(),
            wanted in 0.0..1.0f64,
        ) {
            let ranking = Ranking::of(&scored);
            let precision = |cut: f64| ranking.precision(&ranking.at(cut));
            let lowest = scored.iter().map(|pair| pair.score).filter(|cut| precision(*cut) >= wanted);
            let lowest = lowest.min_by(f64::total_cmp);
            prop_assert_eq!(ranking.for_precision(wanted).map(|point| point.threshold), lowest);
        }

        #[test]
        fn a_threshold_for_a_recall_has_it_and_no_higher_one_has(
            scored in scored(),
            wanted in 0.01..1.0f64,
        ) {
            let ranking = Ranking::of(&scored);
            let recall = |cut: f64| ranking.recall(&ranking.at(cut));
            let highest = scored.iter().map(|pair| pair.score).filter(|cut| recall(*cut) >= wanted);
            let highest = highest.max_by(f64::total_cmp);
            prop_assert_eq!(ranking.for_recall(wanted).map(|point| point.threshold), highest);
        }

        #[test]
        fn found_at_a_rate_counts_derived_pairs_above_the_score_that_the_rate_exceeds(
            scored in scored(),
            rate in 0.0..0.5f64,
        ) {
            let ranking = Ranking::of(&scored);
            let mut others: Vec<f64> =
                scored.iter().filter(|pair| !pair.is_derived).map(|pair| pair.score).collect();
            others.sort_by(|one, other| other.total_cmp(one));
            if let Some(threshold) = others.get((rate * others.len() as f64) as usize)
                && ranking.derived > 0
            {
                let above =
                    scored.iter().filter(|pair| pair.is_derived && pair.score > *threshold).count();
                let found = ranking.found_at_false(rate);
                prop_assert!((found - above as f64 / ranking.derived as f64).abs() < 1e-12);
            }
        }
    }
}
