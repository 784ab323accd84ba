//! The same kind of event at another place: the words of the trade are those of the other report, and whom, where,
//! when and how many it names are not.

use serde::{Deserialize, Serialize};

use crate::evidence::Prepared;
use crate::row::Reuse;

/// When two texts tell of two events in much the same words; set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherFacts {
    /// Each states so many facts that the other does not, …
    pub own_facts: f64,
    /// … they share no more than this share of the facts of the one that has fewer, …
    pub shared: f64,
    /// … though no more than this share of either's words stands in the other in no form: who retells a story keeps
    /// its facts, …
    pub new: f64,
    /// … and no run of so many words outside quotations is common to both: who copies a passage need not.
    pub run_words: f64,
    /// Such a pair scores no more than this.
    pub score: f64,
}

/// For profiles that do not say it.
impl Default for OtherFacts {
    fn default() -> Self {
        OtherFacts { own_facts: 5.0, shared: 0.15, new: 0.55, run_words: 20.0, score: 0.2 }
    }
}

impl OtherFacts {
    /// `run_words` are those of the longest run in common, `reuses` is what became of the words of each.
    pub(super) fn holds(&self, [first, second]: [&Prepared; 2], run_words: f64, reuses: &[Reuse; 2]) -> bool {
        let shared = first.facts.shared_with(&second.facts);
        let fewer = first.facts.keys.len().min(second.facts.keys.len());
        (fewer - shared) as f64 >= self.own_facts
            && shared as f64 <= self.shared * fewer as f64
            && run_words < self.run_words
            && reuses.iter().all(|reuse| reuse.new <= self.new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;

    #[test]
    fn who_retells_a_story_keeps_its_facts() {
        let prepared = |text: &str| Prepared::new(&Article::new("a", text));
        let one = prepared(
            "A lorry hit a tram in Vellin on Monday; 14 people were hurt, said Anna Berg of the police. The road to Hestbrook \
             was closed for 3 hours.",
        );
        let elsewhere = prepared(
            "A lorry hit a bus in Dunmere on Friday; 6 people were hurt, said Tom Reed of the police. The road to Orrin was \
             closed for 5 hours.",
        );
        let again = prepared(
            "In Vellin 14 people came to harm on Monday as a tram and a lorry collided, Anna Berg said for the police, which \
             kept the Hestbrook road closed for 3 hours.",
        );
        let rule = OtherFacts::default();
        let reuses = [0.1, 0.3].map(|new| Reuse { verbatim: 0.3, reworded: 0.7 - new, new });
        assert!(rule.holds([&one, &elsewhere], 7.0, &reuses) && rule.holds([&elsewhere, &one], 7.0, &reuses));
        assert!(!rule.holds([&one, &again], 0.0, &reuses) && !rule.holds([&one, &elsewhere], 40.0, &reuses));
        let own = [0.8, 0.7].map(|new| Reuse { verbatim: 1.0 - new, reworded: 0.0, new });
        assert!(!rule.holds([&one, &elsewhere], 7.0, &own));
    }
}
