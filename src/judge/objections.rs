//! What speaks against a pair that its signals call derived.

use crate::align::WordCounts;
use crate::evidence::measured::Measured;
use crate::evidence::wall::WallKind;
use crate::judge::Profile;
use crate::judge::boilerplate::is_boilerplate;
use crate::judge::verdict::{PairEvidence, taken};

/// Why a pair is not derived although its signals say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// Two pages share a box of their site.
    Boilerplate,
    /// Nothing of one text was found in the other.
    NothingTaken,
    /// One of them withdraws a story.
    Withdrawal,
    /// One form was filled twice.
    Template,
    /// Each tells facts of its own in its own words.
    OwnFacts,
    /// They quote the same words, and have none of their own in common.
    QuotedAlone,
    /// They are tables below the same heading.
    Tables,
    /// Two people answer the same questions.
    Questions,
}

/// The objection to a pair of different words that its signals call derived, and the most that it may score.
pub(super) fn find(evidence: &PairEvidence<'_>, profile: &Profile) -> Option<(Objection, f64)> {
    let PairEvidence { first, second, alignment, measured, .. } = evidence;
    let (cuts, rules) = (&profile.relation, &profile.rules);
    if is_withdrawal(evidence, rules.withdrawal_taken) {
        return Some((Objection::Withdrawal, rules.withdrawal_score));
    }
    let shared = first.facts.shared_with(&second.facts);
    if rules.is_template(evidence.slots, shared) {
        return Some((Objection::Template, rules.template_score));
    }
    if is_nothing_taken(evidence, profile) {
        return Some((Objection::NothingTaken, cuts.nothing_taken_score));
    }
    let copied = profile.without_background.line_points("copied", &measured.signals);
    let facts = [first, second].map(|prepared| prepared.facts.keys.len());
    if rules.has_own_facts(facts, shared, evidence.slots, copied) {
        return Some((Objection::OwnFacts, rules.own_facts_score));
    }
    let reuses = taken(alignment.words, measured.retold_words);
    if alignment.passages.is_empty()
        && measured.section.is_none()
        && rules.brief.holds([first, second], &reuses)
    {
        return Some((Objection::OwnFacts, rules.brief.score));
    }
    let run_words = measured.signals.longest_unquoted.map_or(0.0, f64::exp_m1);
    if rules.other_facts.holds([first, second], run_words, &reuses) {
        return Some((Objection::OwnFacts, rules.other_facts.score));
    }
    if is_questionnaire(measured, rules.questionnaire_answers) {
        return Some((Objection::Questions, rules.template_score));
    }
    if rules.tables.holds([first, second], &reuses) {
        return Some((Objection::Tables, rules.tables.score));
    }
    if rules.quoted_alone.holds([first, second], measured, &reuses) {
        return Some((Objection::QuotedAlone, rules.quoted_alone.score));
    }
    is_boilerplate(cuts, [first, second], &measured.signals, alignment, &reuses)
        .then_some((Objection::Boilerplate, cuts.boilerplate_score))
}

/// Both put the same questions, and hardly a word of either's answers tells the other's again.
fn is_questionnaire(measured: &Measured, answers_max: f64) -> bool {
    let is_asked = measured.wall.as_ref().is_some_and(|wall| wall.kind == WallKind::Questions);
    is_asked && measured.signals.stems_most.unwrap_or(0.0) <= answers_max
}

/// One is a notice that withdraws a story, and does not print it.
fn is_withdrawal(evidence: &PairEvidence<'_>, taken_min: f64) -> bool {
    let PairEvidence { first, second, alignment, .. } = evidence;
    let share = |words: WordCounts| f64::from(words.verbatim) / f64::from(words.total.max(1));
    let story = match (first.version.is_withdrawal, second.version.is_withdrawal) {
        (true, false) => alignment.words[1],
        (false, true) => alignment.words[0],
        _ => return false,
    };
    share(story) < taken_min
}

fn is_nothing_taken(evidence: &PairEvidence<'_>, profile: &Profile) -> bool {
    let PairEvidence { first, second, alignment, measured, .. } = evidence;
    let cuts = &profile.relation;
    let fewest = first.text.story_words().min(second.text.story_words());
    let (_, shown) = alignment.of_derived();
    (fewest as f64) < cuts.nothing_taken_words
        // in a text of a line half of a sentence is a name and a phrase
        && taken(shown, measured.well_retold_words).iter().all(|reuse| reuse.new == 1.0)
        && (first.facts.shared_with(&second.facts) as f64) < cuts.nothing_taken_facts
}
