//! Cuts of the rules that overrule the model, all set by hand.

use serde::{Deserialize, Serialize};

use crate::evidence::signals::Signals;
use crate::evidence::slots::Slots;
use crate::judge::brief::Brief;
use crate::judge::other_facts::OtherFacts;
use crate::judge::quoted_alone::QuotedAlone;
use crate::judge::tables::Tables;

/// What the rules go by; scores from 0 to 1, shares of words, and counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleCuts {
    /// A notice that withdraws a story is not derived from it and scores no more than this, …
    pub withdrawal_score: f64,
    /// … unless at least this share of the story's words stands in it.
    pub withdrawal_taken: f64,
    /// Two texts of which the shorter one agrees from this share of its words on are one form filled twice …
    pub template_frame: f64,
    /// … where at least so many names, days and figures contradict each other, names or days among them, …
    pub template_slots: f64,
    /// … as they do in at least this share of all places where the texts differ, …
    pub template_share: f64,
    /// … and either no more than this share of them are the names that both hold, …
    pub template_shared: f64,
    /// … or at least so many names contradict each other, …
    pub template_names: f64,
    /// … which is at least this share of the names that both hold, …
    pub template_names_share: f64,
    /// … or where at least this share of all places where the texts differ contradicts, …
    #[serde(default = "template_clear_share")]
    pub template_clear_share: f64,
    /// … no more than this share of the contradictions are the names that both hold: those of the form.
    #[serde(default = "template_clear_shared")]
    pub template_clear_shared: f64,
    /// … or where so many figures contradict each other, …
    #[serde(default = "template_figures")]
    pub template_figures: f64,
    /// … and at least this share of the number of facts that both state: two price lists, two weather reports; …
    #[serde(default = "template_figures_share")]
    pub template_figures_share: f64,
    /// … but where more than this share of the words agrees, a report was brought up to date.
    #[serde(default = "template_figures_frame")]
    pub template_figures_frame: f64,
    /// Of texts of no more words than these so many contradictions are enough, figures alone too, …
    pub template_short_words: f64,
    /// Contradictions that are enough for short texts.
    pub template_short_slots: f64,
    /// Such a pair scores no more than this.
    pub template_score: f64,
    /// Two texts that each have at least so many facts of their own, …
    pub own_facts: f64,
    /// … and share no more than this share of either's, …
    pub own_facts_shared: f64,
    /// … that name hardly anybody, no more words of names than this, …
    pub own_facts_names: f64,
    /// … and of which no words are copied to speak of (log-odds of the line of copies no more than this),
    /// retell nothing of one another: two recipes, two lists on one subject.
    pub own_facts_copied: f64,
    /// Such a pair scores no more than this.
    pub own_facts_score: f64,
    /// A section of a column of several stories counts for the whole from this score on: there are many
    /// sections, and chance has many choices.
    pub section_score: f64,
    /// What stands in a window of common words outside quotations, of so many to the window's words, is a
    /// story that was printed, though many others print it: the rarity of its words says nothing, …
    pub printing_window: f64,
    /// … if it states at least so many facts.
    pub printing_facts: f64,
    /// The same questions make a form where no more than this share of the stems of either's answers stands in
    /// the other's.
    #[serde(default = "questionnaire_answers")]
    pub questionnaire_answers: f64,
    /// When two reports share a statement and nothing else.
    #[serde(default)]
    pub quoted_alone: QuotedAlone,
    /// When a brief shares an event with another report.
    #[serde(default)]
    pub brief: Brief,
    /// When two texts tell of two events in much the same words.
    #[serde(default)]
    pub other_facts: OtherFacts,
    /// When two texts are tables below the same heading.
    #[serde(default)]
    pub tables: Tables,
}

/// For profiles that do not say it.
fn template_clear_share() -> f64 {
    0.6
}

/// For profiles that do not say it.
fn template_clear_shared() -> f64 {
    1.0
}

/// For profiles that do not say it.
fn template_figures() -> f64 {
    4.0
}

/// For profiles that do not say it.
fn template_figures_share() -> f64 {
    0.7
}

/// For profiles that do not say it.
fn template_figures_frame() -> f64 {
    0.75
}

/// For profiles that do not say it.
fn questionnaire_answers() -> f64 {
    0.35
}

impl RuleCuts {
    /// The name and value of a score that is none.
    pub(super) fn fault(&self) -> Option<(&'static str, f64)> {
        let scores = [
            ("withdrawal_score", self.withdrawal_score),
            ("template_score", self.template_score),
            ("own_facts_score", self.own_facts_score),
            ("quoted_alone.score", self.quoted_alone.score),
            ("brief.score", self.brief.score),
            ("other_facts.score", self.other_facts.score),
            ("tables.score", self.tables.score),
        ];
        scores.into_iter().find(|(_, score)| !(0.0..=1.0).contains(score))
    }

    /// Whether two texts that share so many facts differ as one form does that was filled twice.
    pub(super) fn is_template(&self, slots: &Slots, shared_facts: usize) -> bool {
        let [names, all, shared] = [slots.names, slots.all(), slots.shared_names].map(|count| count as f64);
        if slots.frame < self.template_frame {
            return false;
        }
        if slots.words as f64 <= self.template_short_words {
            // of a headline that names somebody else nothing is left
            let is_of_another = names > 0.0 && shared == 0.0;
            return is_of_another || (all >= self.template_short_slots && all >= shared);
        }
        let figures = slots.figures as f64;
        if figures >= self.template_figures
            && figures >= self.template_figures_share * shared_facts as f64
            && slots.frame <= self.template_figures_frame
        {
            return true;
        }
        let is_contradicted = names + slots.dates as f64 > 0.0
            && all >= self.template_slots
            && slots.share >= self.template_share;
        let has_other_names = names >= self.template_names && names >= self.template_names_share * shared;
        let is_clear = slots.share >= self.template_clear_share && shared <= self.template_clear_shared * all;
        is_contradicted && (shared <= self.template_shared * all || has_other_names || is_clear)
    }

    /// Whether either of two texts, of so many facts each of which `shared` are the same, tells its own.
    /// `copied` is what the model's line of copies says.
    pub(super) fn has_own_facts(&self, facts: [usize; 2], shared: usize, slots: &Slots, copied: f64) -> bool {
        let (fewer, shared) = (facts[0].min(facts[1]) as f64, shared as f64);
        slots.most_names as f64 <= self.own_facts_names
            && fewer - shared >= self.own_facts
            && shared <= self.own_facts_shared * fewer
            && copied <= self.own_facts_copied
    }

    /// Whether a section of a column that scores so tells the other article's story.
    pub(super) fn is_section(&self, score: f64) -> bool {
        score >= self.section_score
    }

    /// Whether a stretch of words outside quotations is so long, and states so much, that it is a story which
    /// both print: that many others print it as well does not make it common speech.
    pub(super) fn is_printing(&self, signals: &Signals) -> bool {
        let facts = signals.facts_shared.map(f64::exp_m1);
        signals.window5_unquoted.is_some_and(|window| window >= self.printing_window)
            && facts.is_none_or(|facts| facts >= self.printing_facts)
    }
}
