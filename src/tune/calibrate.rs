//! From raw log-odds to probabilities that hold.

use crate::judge::model::{Calibration, sigmoid, softplus};
use crate::tune::optimise::minimise;

/// Raw log-odds beyond these ends say no more: two parameters should not be drawn by a few extreme pairs.
const RAW_END: f64 = 12.0;

/// A pair that the model was not fitted on, scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tried {
    /// Index of the pair.
    pub row: usize,
    /// Whether its label says that it is derived.
    pub is_derived: bool,
    /// Before calibration, log-odds.
    pub raw: f64,
    /// Weights of derived pairs sum to the share that they are expected to be, the others' to the rest.
    pub weight: f64,
}

/// Platt scaling by weighted log-loss. The slope stays positive; a faint pull towards slope 1 and shift 0
/// keeps perfectly separated pairs from infinity.
pub fn calibrate(tried: &[Tried]) -> Calibration {
    const PULL: f64 = 1e-3;
    let found = minimise(vec![1.0, 0.0], &[0.05, f64::NEG_INFINITY], 1e-9, 500, |at, gradient| {
        gradient[0] = 2.0 * PULL * (at[0] - 1.0);
        gradient[1] = 2.0 * PULL * at[1];
        let mut value = PULL * ((at[0] - 1.0).powi(2) + at[1].powi(2));
        for pair in tried {
            let raw = pair.raw.clamp(-RAW_END, RAW_END);
            let log_odds = at[0] * raw + at[1];
            let target = f64::from(u8::from(pair.is_derived));
            value += pair.weight * (softplus(log_odds) - target * log_odds);
            let pull = pair.weight * (sigmoid(log_odds) - target);
            gradient[0] += pull * raw;
            gradient[1] += pull;
        }
        value
    });
    let rounded = |value: f64| (value * 1e4).round() / 1e4;
    Calibration { slope: rounded(found.at[0]), shift: rounded(found.at[1]) }
}

/// Gives derived pairs this share of the weight and the others the rest; equal weights within.
pub fn share_weights(tried: &mut [Tried], derived_share: f64) {
    let derived: f64 = tried.iter().filter(|pair| pair.is_derived).map(|pair| pair.weight).sum();
    let others: f64 = tried.iter().filter(|pair| !pair.is_derived).map(|pair| pair.weight).sum();
    for pair in tried {
        pair.weight *= match pair.is_derived {
            true => derived_share / derived,
            false => (1.0 - derived_share) / others,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planted_odds_are_recovered() {
        // of pairs with raw log-odds r, a share sigmoid(0.5 r - 1) is derived
        let mut tried = Vec::new();
        for step in -60..=60 {
            let raw = f64::from(step) / 10.0;
            let share = sigmoid(0.5 * raw - 1.0);
            tried.push(Tried { row: 0, is_derived: true, raw, weight: share / 121.0 });
            tried.push(Tried { row: 0, is_derived: false, raw, weight: (1.0 - share) / 121.0 });
        }
        let found = calibrate(&tried);
        assert!((found.slope - 0.5).abs() < 0.02 && (found.shift + 1.0).abs() < 0.03, "{found:?}");
    }

    #[test]
    fn separated_pairs_stay_finite() {
        let pair = |is_derived, raw| Tried { row: 0, is_derived, raw, weight: 0.5 };
        let found = calibrate(&[pair(true, 400.0), pair(false, -400.0)]);
        assert!(found.slope.is_finite() && found.slope > 0.0 && found.shift.abs() < 1e-3, "{found:?}");
    }
}
