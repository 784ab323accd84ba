//! The model: small enough to read, and the same sums in the same order everywhere.
//!
//! Three lines of evidence lead to "derived": text was *copied*, the story was *retold*, or it was
//! *condensed*. Each line adds up points that its signals score on monotone curves (log-odds); any line
//! suffices:
//!
//! `p = 1 - (1 - p_copied) (1 - p_retold) (1 - p_condensed)` (a noisy-or, Pearl 1988, section 4.3.2), `p_line
//! = 1 / (1 + exp(-points))`.
//!
//! A copied block under a new lede then counts in full although no fact of the rest is shared, and a
//! retelling without one common run counts as well. Curves never turn: more of what speaks for reuse never
//! means a smaller score.

use serde::{Deserialize, Serialize};

use crate::evidence::signals::Signals;

/// A signal's points by its value: linear between knots, level outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Name of the signal, one of [`Signals::NAMES`].
    pub signal: String,
    /// Values of the signal, rising.
    pub knots: Vec<f64>,
    /// Log-odds at each knot.
    pub points: Vec<f64>,
    /// Points where the signal is missing.
    pub missing: f64,
}

impl Curve {
    /// Log-odds of a value: linear between knots, constant beyond them.
    pub fn points(&self, value: Option<f64>) -> f64 {
        let Some(value) = value else { return self.missing };
        let after = self.knots.partition_point(|knot| *knot <= value);
        if after == 0 {
            return self.points[0];
        }
        if after == self.knots.len() {
            return self.points[after - 1];
        }
        let (left, right) = (self.knots[after - 1], self.knots[after]);
        let share = (value - left) / (right - left);
        self.points[after - 1] + share * (self.points[after] - self.points[after - 1])
    }

    /// What is wrong with the curve, if anything.
    pub fn fault(&self) -> Option<String> {
        let name = &self.signal;
        if !Signals::NAMES.contains(&name.as_str()) {
            return Some(format!(
                "there is no signal {name:?}; the signals are {}",
                Signals::NAMES.join(", ")
            ));
        }
        if self.knots.is_empty() || self.knots.len() != self.points.len() {
            return Some(format!("{name} has {} knots and {} points", self.knots.len(), self.points.len()));
        }
        if !self.knots.windows(2).all(|pair| pair[0] < pair[1]) {
            return Some(format!("the knots of {name} do not rise"));
        }
        let finite =
            self.knots.iter().chain(&self.points).chain([&self.missing]).all(|number| number.is_finite());
        (!finite).then(|| format!("{name} holds a number that is not finite"))
    }
}

/// One line of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceLine {
    /// `copied`, `retold` or `condensed`.
    pub name: String,
    /// Log-odds before any signal.
    pub intercept: f64,
    /// One a signal.
    pub curves: Vec<Curve>,
}

impl EvidenceLine {
    /// Log-odds that this line alone would give.
    pub fn points(&self, signals: &Signals) -> f64 {
        self.curves.iter().fold(self.intercept, |sum, curve| sum + curve.points(signals.get(&curve.signal)))
    }
}

/// All lines, and how their joint probability is brought to what was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Lines of evidence, joined by a noisy-or.
    pub lines: Vec<EvidenceLine>,
    /// What makes the result a probability.
    pub calibration: Calibration,
}

/// Platt scaling (Platt 1999): `log-odds = slope · raw log-odds + shift`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Factor of the raw log-odds; above 0.
    pub slope: f64,
    /// Log-odds that are added.
    pub shift: f64,
}

impl Calibration {
    /// Leaves log-odds as they are.
    pub const NONE: Calibration = Calibration { slope: 1.0, shift: 0.0 };
}

impl Model {
    /// Probability that the pair is derived.
    pub fn score(&self, signals: &Signals) -> f64 {
        let raw = self.raw_log_odds(signals);
        sigmoid(self.calibration.slope * raw + self.calibration.shift)
    }

    /// Log-odds of the noisy-or before calibration.
    pub fn raw_log_odds(&self, signals: &Signals) -> f64 {
        let points: Vec<f64> = self.lines.iter().map(|line| line.points(signals)).collect();
        noisy_or_log_odds(&points)
    }

    /// Log-odds that one line alone gives; certainty against where there is no such line.
    pub fn line_points(&self, name: &str, signals: &Signals) -> f64 {
        self.lines
            .iter()
            .find(|line| line.name == name)
            .map_or(f64::NEG_INFINITY, |line| line.points(signals))
    }

    /// What is wrong with the numbers, in words; `None` where the model can be used.
    pub fn fault(&self) -> Option<String> {
        if self.lines.is_empty() {
            return Some("a model needs at least one line".to_owned());
        }
        if self.calibration.slope <= 0.0 {
            return Some("the slope of a calibration is positive".to_owned());
        }
        self.lines.iter().flat_map(|line| &line.curves).find_map(Curve::fault)
    }
}

/// Log-odds of `1 - Π (1 - sigmoid(points))`.
pub fn noisy_or_log_odds(points: &[f64]) -> f64 {
    // -ln(1 - p), a sum of softplus terms
    let loss: f64 = points.iter().map(|points| softplus(*points)).sum();
    if loss < 1e-12 {
        return (1e-12_f64).ln();
    }
    (-(-loss).exp_m1()).ln() + loss
}

/// Log-odds as a probability, 0 to 1.
pub fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// `ln(1 + exp(value))`, without running over.
pub fn softplus(value: f64) -> f64 {
    if value > 30.0 { value } else { value.exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_linear_between_knots_and_level_outside() {
        let curve = Curve {
            signal: "jaccard5".into(),
            knots: vec![0.0, 0.5, 1.0],
            points: vec![-1.0, 0.0, 4.0],
            missing: 0.25,
        };
        let points =
            [None, Some(-1.0), Some(0.25), Some(0.5), Some(0.75), Some(2.0)].map(|value| curve.points(value));
        assert_eq!(points, [0.25, -1.0, -0.5, 0.0, 2.0, 4.0]);
    }

    #[test]
    fn one_line_alone_is_itself_and_a_second_only_adds() {
        for points in [-20.0, -3.0, 0.0, 2.0, 25.0] {
            assert!((noisy_or_log_odds(&[points]) - points).abs() < 1e-6, "{points}");
        }
        assert!((sigmoid(noisy_or_log_odds(&[0.0, 0.0])) - 0.75).abs() < 1e-12);
        assert!(noisy_or_log_odds(&[2.0, -30.0]) >= 2.0 - 1e-9);
    }
}
