//! A signal as ramps between quantile knots: with weights of one sign, a monotone curve.

use crate::evidence::signals::Signals;
use crate::judge::model::Curve;
use crate::tune::plan::{PlannedSignal, Sign};

/// Outermost quantiles of the knots, so that single outliers do not stretch a curve.
const QUANTILE_ENDS: f64 = 0.01;

/// One signal's ramps: the i-th rises from 0 at knot i to 1 at knot i+1. Each is centred on its mean over the
/// pairs fitted on, so that a missing signal (0) says as much as the average one.
#[derive(Clone, Debug)]
pub(super) struct Ramps {
    signal: PlannedSignal,
    knots: Vec<f64>,
    means: Vec<f64>,
}

impl Ramps {
    /// Knots at even quantiles of the weighted values; none where the signal does not vary.
    pub fn of(signal: PlannedSignal, pieces: usize, values: &[Option<f64>], weights: &[f64]) -> Ramps {
        let mut known: Vec<(f64, f64)> = values
            .iter()
            .zip(weights)
            .filter_map(|(value, weight)| {
                value.filter(|value| value.is_finite()).map(|value| (value, *weight))
            })
            .collect();
        known.sort_by(|one, other| one.0.total_cmp(&other.0));
        let total: f64 = known.iter().map(|known| known.1).sum();
        let mut knots: Vec<f64> = Vec::new();
        for index in 0..=pieces {
            let share = QUANTILE_ENDS + (1.0 - 2.0 * QUANTILE_ENDS) * index as f64 / pieces as f64;
            let mut seen = 0.0;
            let value = known.iter().find(|(_, weight)| {
                seen += weight;
                seen >= share * total
            });
            // rounded so that the profile can be read
            if let Some((value, _)) = value.or(known.last()) {
                let value = (value * 1e4).round() / 1e4;
                if knots.last().is_none_or(|last| *last < value) {
                    knots.push(value);
                }
            }
        }
        if knots.len() < 2 {
            knots.clear();
        }
        let mut ramps = Ramps { signal, means: vec![0.0; knots.len().saturating_sub(1)], knots };
        let mut means = vec![0.0; ramps.count()];
        for (value, weight) in &known {
            for (piece, mean) in means.iter_mut().enumerate() {
                *mean += weight * ramps.height(piece, *value) / total;
            }
        }
        ramps.means = means;
        ramps
    }

    pub fn count(&self) -> usize {
        self.knots.len().saturating_sub(1)
    }

    fn height(&self, piece: usize, value: f64) -> f64 {
        let (left, right) = (self.knots[piece], self.knots[piece + 1]);
        ((value - left) / (right - left)).clamp(0.0, 1.0)
    }

    fn direction(&self) -> f64 {
        match self.signal.sign {
            Sign::Rises => 1.0,
            Sign::Falls => -1.0,
        }
    }

    /// Writes the centred ramps of one pair.
    pub fn write(&self, signals: &Signals, row: &mut Vec<f64>) {
        let value = signals.get(self.signal.signal).filter(|value| value.is_finite());
        for piece in 0..self.count() {
            row.push(
                value.map_or(0.0, |value| self.direction() * (self.height(piece, value) - self.means[piece])),
            );
        }
    }

    /// The curve that these weights draw, and the constant that goes to the intercept; `None` where it is
    /// level.
    pub fn curve(&self, weights: &[f64]) -> Option<Curve> {
        let centre: f64 = weights.iter().zip(&self.means).map(|(weight, mean)| weight * mean).sum();
        let mut points = vec![-self.direction() * centre];
        for weight in weights {
            points.push(points[points.len() - 1] + self.direction() * weight);
        }
        let points: Vec<f64> = points.into_iter().map(|points| (points * 1e3).round() / 1e3).collect();
        let (lowest, highest) = points
            .iter()
            .fold((f64::MAX, f64::MIN), |(low, high), point| (low.min(*point), high.max(*point)));
        (highest - lowest >= LEVEL_POINTS).then(|| Curve {
            signal: self.signal.signal.to_owned(),
            knots: self.knots.clone(),
            points,
            missing: 0.0,
        })
    }
}

/// A curve that rises less than this (log-odds) is left out: it would tell a reader nothing.
const LEVEL_POINTS: f64 = 0.02;
