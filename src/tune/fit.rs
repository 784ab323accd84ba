//! Fitting the noisy-or of lines of monotone curves.

use crate::judge::model::{Calibration, EvidenceLine, Model, sigmoid, softplus};
use crate::tune::basis::Ramps;
use crate::tune::labelled::{Labelled, fit_weights};
use crate::tune::optimise::minimise;
use crate::tune::plan::FitPlan;

/// Where the search starts: a line says no, and each piece rises a little.
const START_INTERCEPT: f64 = -2.0;
const START_WEIGHT: f64 = 0.3;

const ITERATIONS_MAX: usize = 400;
const TOLERANCE: f64 = 1e-6;

/// One line's ramps and, row by row, their heights.
struct Design {
    ramps: Vec<Ramps>,
    columns: usize,
    rows: Vec<f64>,
}

impl Design {
    fn row(&self, pair: usize) -> &[f64] {
        &self.rows[pair * self.columns..(pair + 1) * self.columns]
    }
}

/// Fits all lines jointly: minimal weighted log-loss plus `l2` times the squared rises, each curve in its
/// planned direction. Weights are those of [`fit_weights`]. The model is not calibrated yet. Deterministic.
pub fn fit(pairs: &[&Labelled], plan: &FitPlan) -> Model {
    let weights = fit_weights(pairs);
    let designs: Vec<Design> = plan
        .lines
        .iter()
        .map(|line| {
            let ramps: Vec<Ramps> = line
                .signals
                .iter()
                .map(|signal| {
                    let values: Vec<Option<f64>> =
                        pairs.iter().map(|pair| pair.signals.get(signal.signal)).collect();
                    Ramps::of(*signal, plan.pieces, &values, &weights)
                })
                .collect();
            let columns = ramps.iter().map(Ramps::count).sum();
            let mut rows = Vec::with_capacity(columns * pairs.len());
            for pair in pairs {
                ramps.iter().for_each(|ramps| ramps.write(&pair.signals, &mut rows));
            }
            Design { ramps, columns, rows }
        })
        .collect();

    let mut start = Vec::new();
    let mut lower = Vec::new();
    for design in &designs {
        start.push(START_INTERCEPT);
        lower.push(f64::NEG_INFINITY);
        start.extend(std::iter::repeat_n(START_WEIGHT, design.columns));
        lower.extend(std::iter::repeat_n(0.0, design.columns));
    }
    let found = minimise(start, &lower, TOLERANCE, ITERATIONS_MAX, |at, gradient| {
        loss(pairs, &weights, &designs, plan, at, gradient)
    });

    let mut rest = &found.at[..];
    let mut lines = Vec::new();
    for (design, planned) in designs.iter().zip(&plan.lines) {
        let intercept = (rest[0] * 1e3).round() / 1e3;
        rest = &rest[1..];
        let mut curves = Vec::new();
        for ramps in &design.ramps {
            curves.extend(ramps.curve(&rest[..ramps.count()]));
            rest = &rest[ramps.count()..];
        }
        lines.push(EvidenceLine { name: planned.name.to_owned(), intercept, curves });
    }
    Model { lines, calibration: Calibration::NONE }
}

/// Weighted log-loss of `p = 1 - exp(-L)`, `L = Σ softplus(points of a line)`, and its gradient.
fn loss(
    pairs: &[&Labelled],
    weights: &[f64],
    designs: &[Design],
    plan: &FitPlan,
    at: &[f64],
    gradient: &mut [f64],
) -> f64 {
    gradient.fill(0.0);
    let mut value = 0.0;
    let mut points = vec![0.0; designs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        let mut first = 0;
        for (points, design) in points.iter_mut().zip(designs) {
            let own = &at[first + 1..first + 1 + design.columns];
            *points = at[first] + design.row(index).iter().zip(own).map(|(x, w)| x * w).sum::<f64>();
            first += 1 + design.columns;
        }
        let total = points.iter().map(|points| softplus(*points)).sum::<f64>().max(1e-12);
        // 1 - exp(-L), exact for small L
        let probability = -(-total).exp_m1();
        // the label is the other way round with probability `noise`
        let (noise, kept) = (plan.label_noise, 1.0 - 2.0 * plan.label_noise);
        let (loss, slope) = if pair.is_derived {
            let seen = noise + kept * probability;
            (-seen.ln(), -kept * (-total).exp() / seen)
        } else {
            let seen = noise + kept * (-total).exp();
            (-seen.ln(), kept * (-total).exp() / seen)
        };
        value += weights[index] * loss;
        let mut first = 0;
        for (points, design) in points.iter().zip(designs) {
            let pull = weights[index] * slope * sigmoid(*points);
            gradient[first] += pull;
            for (gradient, x) in gradient[first + 1..].iter_mut().zip(design.row(index)) {
                *gradient += pull * x;
            }
            first += 1 + design.columns;
        }
    }
    let mut first = 0;
    for design in designs {
        for index in first + 1..first + 1 + design.columns {
            value += plan.l2 * at[index] * at[index];
            gradient[index] += 2.0 * plan.l2 * at[index];
        }
        first += 1 + design.columns;
    }
    value
}
