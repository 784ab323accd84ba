//! The verdict on one pair, as a row of the output.

use crate::align::Alignment;
use crate::article::Span;
use crate::evidence::Prepared;
use crate::evidence::direction::DirectionCues;
use crate::evidence::facts::Facts;
use crate::evidence::signals::Measured;
use crate::judge::{Profile, words};
use crate::row::{Containment, FactCounts, PairRow, Part, Passage, Relation, Tie};

/// All that was measured of one pair.
pub struct PairEvidence<'a> {
    pub first: &'a Prepared,
    pub second: &'a Prepared,
    pub alignment: &'a Alignment,
    pub measured: &'a Measured,
    /// Cues of the pair in the order first, second.
    pub cues: &'a DirectionCues,
    /// Documents behind the rarity signals, where there is a background.
    pub background_documents: Option<u64>,
}

/// Above this direction confidence a derived pair without a common agency counts as one from the other.
const DIRECT_MIN_CONFIDENCE: f64 = 0.8;

/// A score is kept this far from certainty.
const SCORE_MAX: f64 = 0.999_999;

/// Judges a pair. The result does not depend on the order of the two.
///
/// `cut` overrides the profile's score from which a pair is called derived.
pub fn judge(evidence: &PairEvidence<'_>, profile: &Profile, cut: Option<f64>) -> PairRow {
    let PairEvidence { first, second, alignment, measured, .. } = evidence;
    let is_identical = first.has_same_words(second);
    let model = if evidence.background_documents.is_some() {
        &profile.with_background
    } else {
        &profile.without_background
    };
    let score = if is_identical { 1.0 } else { model.score(&measured.signals).min(SCORE_MAX) };
    let is_derived = score >= cut.unwrap_or(profile.cut);

    let tie = is_derived.then(|| tie(evidence));
    let forward = match tie {
        Some(Tie::Siblings) | None => 0.5,
        _ => profile.direction.forward(evidence.cues),
    };
    let first_is_source = if forward == 0.5 { comes_first(first, second) } else { forward > 0.5 };
    let confidence = forward.max(1.0 - forward);
    let tie = tie.map(|tie| match tie {
        Tie::Unknown if confidence >= DIRECT_MIN_CONFIDENCE => Tie::Direct,
        tie => tie,
    });

    let (s, d) = if first_is_source { (0, 1) } else { (1, 0) };
    let [source, derived] = if first_is_source { [first, second] } else { [second, first] };
    let (reuse, reuse_source) = (alignment.words[d].reuse(), alignment.words[s].reuse());
    let relation = if is_identical {
        Relation::Identical
    } else if is_derived {
        let words = |prepared: &Prepared| prepared.text.story_words();
        profile.relation.derived(&reuse, &reuse_source, words(source), words(derived))
    } else {
        profile.relation.underived(&measured.signals)
    };

    let passages: Vec<Passage> = passages(alignment, s, d);
    let [facts_of_source, facts_of_derived] = Facts::told_together(&source.facts, &derived.facts);
    let shared = facts_of_source.shared_with(&facts_of_derived) as u32;
    let facts = FactCounts {
        shared,
        source_only: facts_of_source.keys.len() as u32 - shared,
        derived_only: facts_of_derived.keys.len() as u32 - shared,
    };
    let overlap = measured.overlap;
    let contained = [overlap.containment_of_a(), overlap.containment_of_b()];
    let mut row = PairRow {
        source: source.id.clone(),
        derived: derived.id.clone(),
        relation,
        tie,
        score,
        direction_confidence: Some(confidence),
        reuse: Some(reuse),
        reuse_source: Some(reuse_source),
        jaccard: overlap.jaccard(),
        containment: Containment { derived_in_source: contained[d], source_in_derived: contained[s] },
        facts: Some(facts),
        background_documents: evidence.background_documents,
        calibrated: Some(first.text.language.is_calibrated() && second.text.language.is_calibrated()),
        evidence: None,
        passages: Some(passages),
    };
    row.evidence = Some(words::reasons(&row, source, derived, &measured.signals));
    row
}

/// Both print a third party's copy where both credit it and neither is it.
fn tie(evidence: &PairEvidence<'_>) -> Tie {
    let (first, second) = (evidence.first, evidence.second);
    let is_agency = |prepared: &Prepared| prepared.is_agency_itself();
    if first.credits.share_agency(&second.credits) {
        return match (is_agency(first), is_agency(second)) {
            (false, false) => Tie::Siblings,
            (true, true) => Tie::Unknown,
            _ => Tie::Direct,
        };
    }
    Tie::Unknown
}

/// The earlier date, else the smaller id.
fn comes_first(first: &Prepared, second: &Prepared) -> bool {
    match (first.unix_seconds, second.unix_seconds) {
        (Some(one), Some(other)) if one != other => one < other,
        _ => first.id <= second.id,
    }
}

fn passages(alignment: &Alignment, s: usize, d: usize) -> Vec<Passage> {
    let mut passages: Vec<Passage> = alignment
        .passages
        .iter()
        .map(|passage| {
            let mut parts: Vec<Part> = passage
                .parts
                .iter()
                .map(|part| Part { source: part.spans[s], derived: part.spans[d], kind: part.kind })
                .collect();
            parts.sort_by_key(|part| (part.derived, part.source));
            Passage { source: passage.spans[s], derived: passage.spans[d], parts }
        })
        .collect();
    passages.sort_by_key(|passage: &Passage| -> (Span, Span) { (passage.derived, passage.source) });
    passages
}
