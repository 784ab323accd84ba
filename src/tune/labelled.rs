//! A labelled pair with everything that was measured on it.

use crate::evidence::direction::DirectionCues;
use crate::evidence::signals::Signals;

/// One pair that a person, or the way a data set was made, has judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labelled {
    /// Id of the first article; the cues are of `a` before `b`.
    pub a: String,
    /// Id of the second article.
    pub b: String,
    /// The data set, for leaving one out.
    pub set: String,
    /// The label as it was given.
    pub label: String,
    /// Whether the label means derived.
    pub is_derived: bool,
    /// How much the label is trusted, above 0; 1 is full trust.
    pub weight: f64,
    /// With the signals of a background where there is one; the model without a background is fitted on the
    /// rest.
    pub signals: Signals,
    /// Cues of the direction; they are of use where it is derived.
    pub cues: DirectionCues,
    /// Whether `b` came from `a`, where a label says so.
    pub forward: Option<bool>,
    /// Measured with one article cut short: fitted on together with the pair itself, never tried.
    pub is_shortened: bool,
    /// ISO 639-3 code, where both articles are known to be in one language.
    pub language: Option<&'static str>,
}

impl Labelled {
    /// Whether the articles are in two languages, which has a model of its own.
    pub fn is_across_languages(&self) -> bool {
        self.signals.carried_least.is_some()
    }
}

/// Names of the signals that only a background gives.
pub const BACKGROUND_SIGNALS: &[&str] =
    &["rare_unquoted", "rare_quoted", "rare_share_most", "rare_share_least", "rare_longest", "rare_window"];

/// What the pairs are, in one sentence.
pub fn made_from(pairs: &[Labelled]) -> String {
    let mut sets: std::collections::BTreeMap<&str, [usize; 2]> = Default::default();
    for pair in pairs {
        sets.entry(&pair.set).or_default()[usize::from(pair.is_derived)] += 1;
    }
    let counts: Vec<String> = sets
        .into_iter()
        .map(|(set, [others, derived])| format!("{set} ({derived} derived, {others} not)"))
        .collect();
    format!("{} labelled pairs: {}", pairs.len(), counts.join(", "))
}

/// How much each pair counts in a fit, summing to 1: half for derived and half for other pairs.
///
/// Within a half, a set of n pairs counts as the square root of n times their mean weight, so that a large
/// set does not drown a small one and a small one does not rule; within a set, pairs count by their own
/// weight. Shortened pairs add their weight, and count for no n.
pub fn fit_weights(pairs: &[&Labelled]) -> Vec<f64> {
    let mut counts: std::collections::BTreeMap<(bool, &str), f64> = Default::default();
    for pair in pairs {
        *counts.entry((pair.is_derived, &pair.set)).or_default() += f64::from(u8::from(!pair.is_shortened));
    }
    let share = |pair: &Labelled| pair.weight / counts[&(pair.is_derived, pair.set.as_str())].max(1.0).sqrt();
    let mut halves = [0.0, 0.0];
    for pair in pairs {
        halves[usize::from(pair.is_derived)] += share(pair);
    }
    let present = halves.iter().filter(|half| **half > 0.0).count().max(1) as f64;
    pairs.iter().map(|pair| share(pair) / halves[usize::from(pair.is_derived)] / present).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_weigh_the_same_and_large_sets_count_by_their_root() {
        let pair = |set: &str, is_derived, weight| Labelled {
            set: set.into(),
            is_derived,
            weight,
            ..Labelled::default()
        };
        let mut pairs = vec![pair("small", true, 1.0), pair("own", false, 0.5), pair("own", false, 1.5)];
        pairs.extend((0..4).map(|_| pair("large", true, 1.0)));
        let weights = fit_weights(&pairs.iter().collect::<Vec<_>>());
        let sum = |rows: std::ops::Range<usize>| weights[rows].iter().sum::<f64>();
        assert!((sum(1..3) - 0.5).abs() < 1e-12);
        assert!((weights[2] / weights[1] - 3.0).abs() < 1e-12);
        assert!((sum(3..7) / weights[0] - 2.0).abs() < 1e-12);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
