//! Pairs worth labelling: those the model is unsure of, and unlike one another.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::evidence::signals::Signals;

/// A scored pair that could be labelled.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleCandidate {
    /// Id of one article.
    pub a: String,
    /// Id of the other article.
    pub b: String,
    /// Calibrated probability that the pair is derived, 0 to 1.
    pub score: f64,
    /// As the rows name it.
    pub relation: String,
    /// What was measured of the pair.
    pub signals: Signals,
}

/// How pairs are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleSettings {
    /// Pairs that are wanted.
    pub count: usize,
    /// The score at which a pair is called derived.
    pub cut: f64,
    /// At most so many pairs of one document.
    pub each_document: usize,
    /// At most so many pairs with a document of one family: those that pairs above the cut tie together.
    pub each_family: usize,
}

impl Default for SampleSettings {
    fn default() -> Self {
        SampleSettings { count: 100, cut: 0.5, each_document: 2, each_family: 3 }
    }
}

/// A drawn pair, as it is written; `label` is for a person to fill in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampledPair {
    /// Id of one article.
    pub a: String,
    /// Id of the other article.
    pub b: String,
    /// Always `None`: a person fills it in.
    pub label: Option<String>,
    /// Calibrated probability that the pair is derived, 0 to 1.
    pub score: f64,
    /// As the rows name it.
    pub relation: String,
    /// Why the pair is worth a label, in words.
    pub why: String,
}

/// Signals that tell kinds of pairs apart; a pair's place in this space says how much it is like another.
const SPACE: &[&str] = &[
    "jaccard5",
    "facts_most",
    "facts_least",
    "fact_order",
    "runs5_unquoted_most",
    "longest_unquoted",
    "sentences_distinct",
    "sentences_most",
    "quote_share_most",
    "quoted_words",
    "length_ratio",
    "length_least",
];

/// A pair certain to come out one way counts this much of one that is on the edge.
const CERTAIN_WORTH: f64 = 0.1;

/// Draws pairs one after the other: each time the pair for which uncertainty times distance to the pairs
/// already drawn is greatest (farthest-point, Gonzalez 1985, weighed by closeness to the cut). Deterministic:
/// ties break by ids, and the order of the candidates does not matter.
pub fn sample(candidates: &[SampleCandidate], settings: &SampleSettings) -> Vec<SampledPair> {
    let mut order: Vec<&SampleCandidate> =
        candidates.iter().filter(|candidate| candidate.a != candidate.b).collect();
    order.sort_by(|one, other| (&one.a, &one.b).cmp(&(&other.a, &other.b)));
    order.dedup_by(|one, other| (&one.a, &one.b) == (&other.a, &other.b));
    let places = standardised(&order);
    let worth: Vec<f64> = order.iter().map(|candidate| worth(candidate.score, settings.cut)).collect();
    let mut nearest = vec![f64::INFINITY; order.len()];
    let mut is_open = vec![true; order.len()];
    let mut of_document: BTreeMap<&str, usize> = BTreeMap::new();
    let families = families(&order, settings.cut);
    let mut of_family: BTreeMap<&str, usize> = BTreeMap::new();
    let mut drawn = Vec::new();
    while drawn.len() < settings.count {
        let mut best: Option<(f64, usize)> = None;
        for at in (0..order.len()).filter(|at| is_open[*at]) {
            let distance = if nearest[at].is_finite() { nearest[at].sqrt() } else { 1.0 };
            let value = worth[at] * distance;
            if best.is_none_or(|best| value > best.0) {
                best = Some((value, at));
            }
        }
        let Some((_, at)) = best else { break };
        is_open[at] = false;
        let candidate = order[at];
        let full = [&candidate.a, &candidate.b]
            .iter()
            .any(|id| of_document.get(id.as_str()).is_some_and(|held| *held >= settings.each_document))
            || families_of(candidate, &families)
                .any(|family| of_family.get(family).is_some_and(|held| *held >= settings.each_family));
        if full {
            continue;
        }
        for id in [&candidate.a, &candidate.b] {
            *of_document.entry(id).or_default() += 1;
        }
        for family in families_of(candidate, &families) {
            *of_family.entry(family).or_default() += 1;
        }
        drawn.push(SampledPair {
            a: candidate.a.clone(),
            b: candidate.b.clone(),
            label: None,
            score: (candidate.score * 1e6).round() / 1e6,
            relation: candidate.relation.clone(),
            why: why(candidate.score, settings.cut, nearest[at]),
        });
        for other in 0..order.len() {
            let distance: f64 =
                places[at].iter().zip(&places[other]).map(|(one, other)| (one - other).powi(2)).sum();
            nearest[other] = nearest[other].min(distance);
        }
    }
    drawn
}

/// For each document that a pair at or above the cut ties to another: the first document that it is tied to,
/// directly or not.
fn families<'a>(candidates: &[&'a SampleCandidate], cut: f64) -> BTreeMap<&'a str, &'a str> {
    let mut leader: BTreeMap<&str, &str> = BTreeMap::new();
    fn find<'a>(leader: &BTreeMap<&'a str, &'a str>, mut id: &'a str) -> &'a str {
        while let Some(above) = leader.get(id).filter(|above| **above != id) {
            id = above;
        }
        id
    }
    for candidate in candidates.iter().filter(|candidate| candidate.score >= cut) {
        let (one, other) = (find(&leader, &candidate.a), find(&leader, &candidate.b));
        let first = one.min(other);
        for id in [one, other, &candidate.a, &candidate.b] {
            leader.insert(id, first);
        }
    }
    leader.keys().map(|id| (*id, find(&leader, id))).collect()
}

/// The families of a pair's documents, each once.
fn families_of<'a>(
    candidate: &SampleCandidate,
    families: &BTreeMap<&'a str, &'a str>,
) -> impl Iterator<Item = &'a str> {
    let one = families.get(candidate.a.as_str()).copied();
    let other = families.get(candidate.b.as_str()).copied().filter(|other| Some(*other) != one);
    one.into_iter().chain(other)
}

/// 1 at the cut, falling to [`CERTAIN_WORTH`] at 0 and 1.
fn worth(score: f64, cut: f64) -> f64 {
    let score = score.clamp(0.0, 1.0);
    let room = if score < cut { cut } else { 1.0 - cut };
    let certainty = if room > 0.0 { ((score - cut).abs() / room).min(1.0) } else { 1.0 };
    CERTAIN_WORTH + (1.0 - CERTAIN_WORTH) * (1.0 - certainty)
}

fn why(score: f64, cut: f64, nearest: f64) -> String {
    let edge = if (score - cut).abs() <= 0.15 {
        "near the cut"
    } else if score >= cut {
        "called derived"
    } else {
        "called not derived"
    };
    if nearest.is_infinite() || nearest.sqrt() >= 2.0 {
        format!("{edge}, unlike the pairs above")
    } else {
        edge.to_owned()
    }
}

/// Each signal to mean 0 and deviation 1 over the candidates; a missing one to 0.
fn standardised(candidates: &[&SampleCandidate]) -> Vec<Vec<f64>> {
    let mut places = vec![Vec::with_capacity(SPACE.len()); candidates.len()];
    for name in SPACE {
        let values: Vec<Option<f64>> = candidates
            .iter()
            .map(|candidate| candidate.signals.get(name).filter(|value| value.is_finite()))
            .collect();
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        let count = known.len().max(1) as f64;
        let mean = known.iter().sum::<f64>() / count;
        let deviation = (known.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        for (place, value) in places.iter_mut().zip(values) {
            place.push(match value {
                Some(value) if deviation > 1e-9 => (value - mean) / deviation,
                _ => 0.0,
            });
        }
    }
    places
}

/// The drawn pairs as JSON lines, for a person to fill in the labels.
pub fn to_json_lines(drawn: &[SampledPair]) -> String {
    let mut lines = String::new();
    for pair in drawn {
        lines.push_str(&serde_json::to_string(pair).unwrap_or_default());
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(a: &str, b: &str, score: f64, facts: f64) -> SampleCandidate {
        SampleCandidate {
            a: a.into(),
            b: b.into(),
            score,
            relation: "partial".into(),
            signals: Signals { facts_most: Some(facts), ..Signals::default() },
        }
    }

    #[test]
    fn the_uncertain_and_the_unlike_come_first() {
        let pairs = vec![
            candidate("a", "b", 0.99, 0.9),
            candidate("c", "d", 0.52, 0.5),
            candidate("e", "f", 0.51, 0.5),
            candidate("g", "h", 0.55, 0.1),
        ];
        let settings = SampleSettings { count: 2, ..SampleSettings::default() };
        let ids = |pairs: &[SampleCandidate]| -> Vec<String> {
            sample(pairs, &settings).into_iter().map(|drawn| drawn.a).collect()
        };
        assert_eq!(ids(&pairs), ["e", "g"]);
        let mut turned = pairs.clone();
        turned.reverse();
        assert_eq!(ids(&turned), ["e", "g"]);
    }

    #[test]
    fn one_document_does_not_fill_the_sample() {
        let pairs: Vec<SampleCandidate> =
            (0..10).map(|at| candidate("wire", &format!("copy{at}"), 0.5, f64::from(at))).collect();
        assert_eq!(sample(&pairs, &SampleSettings::default()).len(), 2);
        let settings = SampleSettings { each_document: 100, each_family: 3, ..SampleSettings::default() };
        assert_eq!(sample(&pairs, &settings).len(), 3);
        let above = SampleSettings { cut: 0.6, ..settings };
        assert_eq!(sample(&pairs, &above).len(), 10, "below the cut there is no family");
    }

    #[test]
    fn a_line_has_an_empty_label() {
        let drawn = sample(&[candidate("a", "b", 0.5, 0.5)], &SampleSettings::default());
        assert_eq!(
            to_json_lines(&drawn),
            "{\"a\":\"a\",\"b\":\"b\",\"label\":null,\"score\":0.5,\"relation\":\"partial\",\
             \"why\":\"near the cut, unlike the pairs above\"}\n"
        );
    }
}
