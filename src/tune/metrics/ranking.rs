//! Ranking figures: area under the ROC curve, precision and recall, thresholds.

use std::cmp::Ordering;

/// A score with its truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    pub score: f64,
    pub is_derived: bool,
}

/// One threshold's counts: pairs that score at least so much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub threshold: f64,
    /// Derived pairs called derived.
    pub found: usize,
    /// Other pairs called derived.
    pub wrong: usize,
}

/// All thresholds at which something changes, from the highest; every point is one distinct score.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    pub derived: usize,
    pub others: usize,
    pub points: Vec<Point>,
}

impl Ranking {
    pub fn of(scored: &[Scored]) -> Ranking {
        let mut sorted: Vec<Scored> = scored.to_vec();
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

    /// Area under the ROC curve: how often a derived pair scores above another one, ties counting half. `None` where one
    /// kind is missing.
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

    pub fn precision(&self, point: &Point) -> f64 {
        point.found as f64 / (point.found + point.wrong).max(1) as f64
    }

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
