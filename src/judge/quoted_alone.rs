//! Two reports that have nobody's words but a third one's in common: the same statement, each in a story of its
//! own.

use serde::{Deserialize, Serialize};

use crate::evidence::Prepared;
use crate::evidence::measured::Measured;
use crate::normalise::TokenFlags;
use crate::row::Reuse;

/// When two reports share a statement and nothing else; set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotedAlone {
    /// They quote at least so many words alike, …
    pub words: f64,
    /// … have fewer in common outside quotations, in stretches of five, …
    pub unquoted_words: f64,
    /// … no more than this share of either's words tells the other's again in other words, …
    pub reworded: f64,
    /// … and each says so many words itself.
    pub own_words: f64,
    /// Where at least this share of either's words stands in the other in no form, …
    pub few_new: f64,
    /// … and no more than this share of the facts of the one that has fewer are in both, …
    pub few_facts: f64,
    /// … so many words that they quote alike are enough, …
    pub few_words: f64,
    /// … and this share may be told in other words.
    pub few_reworded: f64,
    /// Such a pair scores no more than this.
    pub score: f64,
}

/// For profiles that do not say it.
impl Default for QuotedAlone {
    fn default() -> Self {
        QuotedAlone {
            words: 25.0,
            unquoted_words: 8.0,
            reworded: 0.12,
            own_words: 30.0,
            few_new: 0.5,
            few_facts: 0.6,
            few_words: 12.0,
            few_reworded: 0.2,
            score: 0.4,
        }
    }
}

impl QuotedAlone {
    /// `reuses` is what became of the words of each.
    pub(super) fn holds(
        &self,
        [first, second]: [&Prepared; 2],
        measured: &Measured,
        reuses: &[Reuse; 2],
    ) -> bool {
        let signals = &measured.signals;
        let count = |signal: Option<f64>| signal.map_or(0.0, f64::exp_m1);
        let quote = |words: f64, reworded: f64| {
            count(signals.quoted_words) >= words && reuses.iter().all(|reuse| reuse.reworded <= reworded)
        };
        let fewer = first.facts.keys.len().min(second.facts.keys.len()) as f64;
        // who retells a report keeps its facts
        let are_new = reuses.iter().all(|reuse| reuse.new >= self.few_new)
            && first.facts.shared_with(&second.facts) as f64 <= self.few_facts * fewer;
        (quote(self.words, self.reworded) || (are_new && quote(self.few_words, self.few_reworded)))
            && count(signals.unquoted_words5) < self.unquoted_words
            // of words that one says itself the other's quotation is a copy
            && measured.quoting.named_here + measured.quoting.named_there == 0
            && [first, second].iter().all(|prepared| own_words(prepared) as f64 >= self.own_words)
    }
}

/// Words of the story that stand in no quotation.
fn own_words(prepared: &Prepared) -> usize {
    let is_own = |flags: TokenFlags| !flags.has(TokenFlags::QUOTED) && !flags.has(TokenFlags::BOILERPLATE);
    prepared.text.tokens.iter().filter(|token| is_own(token.flags)).count()
}
