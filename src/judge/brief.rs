//! A brief and another outlet's own report: both name whom and what the event has, and each adds facts that the
//! other lacks, in words of its own.

use serde::{Deserialize, Serialize};

use crate::evidence::Prepared;
use crate::row::Reuse;

/// When a short text shares an event's facts with another one, and nothing else; set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brief {
    /// The shorter of the two has fewer words than this, …
    pub words: f64,
    /// … each states so many facts that the other does not, …
    pub own_facts: f64,
    /// … they share no more than so many times as many: who retells a brief keeps most of its facts, …
    pub shared: f64,
    /// … and at least this share of either's words stands in the other in no form.
    pub new: f64,
    /// Such a pair scores no more than this.
    pub score: f64,
}

/// For profiles that do not say it.
impl Default for Brief {
    fn default() -> Self {
        Brief { words: 100.0, own_facts: 3.0, shared: 2.0, new: 0.45, score: 0.4 }
    }
}

impl Brief {
    /// Of two texts of which no passage shows that one was taken from the other; `reuses` is what became of the
    /// words of each.
    pub(super) fn holds(&self, [first, second]: [&Prepared; 2], reuses: &[Reuse; 2]) -> bool {
        let words = first.text.story_words().min(second.text.story_words());
        let shared = first.facts.shared_with(&second.facts);
        let own = first.facts.keys.len().min(second.facts.keys.len()) - shared;
        first.facts.has_names
            && second.facts.has_names
            && (words as f64) < self.words
            && own as f64 >= self.own_facts
            && shared as f64 <= self.shared * own as f64
            && reuses.iter().all(|reuse| reuse.new >= self.new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;

    #[test]
    fn each_has_facts_of_its_own() {
        let prepared = |text: &str| Prepared::new(&Article::new("a", text));
        let brief = prepared(
            "A bus of Lowmark Coaches left the road near Hestbrook on Monday at a speed of 83 km/h. Police of Vellin said that 14 people were hurt. Anna Berg, \
            its driver, was taken to the clinic of Dunmere.",
        );
        let report = prepared(
            "For Olga Smirnova the day began with a bang. She keeps the inn near Hestbrook, and saw the bus of \
            Anna Berg lie in the brook on Monday. With Ivan Kovalenko and Tom Reed she carried out 14 people; the Aurora \
            Brigade came from Orrin at noon.",
        );
        let summary = prepared(
            "Olga Smirnova and Ivan Kovalenko carried 14 people out of the bus of Anna Berg near Hestbrook.",
        );
        let rule = Brief::default();
        let reuses = [0.6, 0.8].map(|new| Reuse { verbatim: 0.0, reworded: 1.0 - new, new });
        assert!(rule.holds([&brief, &report], &reuses) && rule.holds([&report, &brief], &reuses));
        assert!(!rule.holds([&summary, &report], &reuses));
        let retold = [0.3, 0.6].map(|new| Reuse { verbatim: 0.0, reworded: 1.0 - new, new });
        assert!(!rule.holds([&brief, &report], &retold));
        assert!(!Brief { words: 20.0, ..rule }.holds([&brief, &report], &reuses));
    }
}
