//! The same kind of event at another place: the words of the trade are those of the other report, and whom, where,
//! when and how many it names are not.
//!
//! In scripts without capitals no names are read, and what is left of the facts are figures and days.

use serde::{Deserialize, Serialize};

use crate::evidence::Prepared;
use crate::normalise::{Script, TokenFlags};
use crate::row::Reuse;

/// When two texts tell of two events in much the same words; set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
    /// The same of characters, in scripts without blanks.
    pub run_characters: f64,
    /// Where each states so many facts of its own, …
    pub many_facts: f64,
    /// … this share of them may be shared, …
    pub many_shared: f64,
    /// … and this share of either's words may stand in the other in no form.
    pub many_new: f64,
    /// Where no names are read, so many facts of either that the other does not state are enough, …
    pub unnamed_own: f64,
    /// … if both have so many together, …
    pub unnamed_facts: f64,
    /// … and no more than this share of the facts of one of them, whose words the other tells, stands there.
    pub unnamed_shared: f64,
    /// No names are read in languages that do not tell them by capitals; in this rule those count of which no more
    /// than this share of the words has one: German has many.
    pub unnamed_capitals: f64,
    /// Such a pair scores no more than this.
    pub score: f64,
}

/// For profiles that do not say it.
impl Default for OtherFacts {
    fn default() -> Self {
        OtherFacts {
            own_facts: 5.0,
            shared: 0.15,
            new: 0.55,
            run_words: 20.0,
            run_characters: 45.0,
            many_facts: 8.0,
            many_shared: 0.25,
            many_new: 0.75,
            unnamed_own: 1.0,
            unnamed_facts: 3.0,
            unnamed_shared: 0.3,
            unnamed_capitals: 0.05,
            score: 0.2,
        }
    }
}

impl OtherFacts {
    /// `run_words` are those of the longest run in common, `reuses` is what became of the words of each.
    pub(super) fn holds(&self, [first, second]: [&Prepared; 2], run_words: f64, reuses: &[Reuse; 2]) -> bool {
        let shared = first.facts.shared_with(&second.facts);
        let facts = [first, second].map(|prepared| prepared.facts.keys.len());
        let fewer = facts[0].min(facts[1]);
        let are_other = |own: f64, most_shared: f64, most_new: f64| {
            (fewer - shared) as f64 >= own
                && shared as f64 <= most_shared * fewer as f64
                && reuses.iter().all(|reuse| reuse.new <= most_new)
        };
        let is_told_otherwise = |side: usize| {
            reuses[side].new <= self.new && shared as f64 <= self.unnamed_shared * facts[side] as f64
        };
        let are_other_figures = || {
            (fewer - shared) as f64 >= self.unnamed_own
                && (facts[0] + facts[1]) as f64 >= self.unnamed_facts
                && (is_told_otherwise(0) || is_told_otherwise(1))
                && [first, second]
                    .into_iter()
                    .all(|prepared| !prepared.facts.has_names && capitals(prepared) <= self.unnamed_capitals)
        };
        let is_unspaced =
            [first, second].iter().all(|prepared| prepared.text.language.script == Script::Unspaced);
        run_words < (if is_unspaced { self.run_characters } else { self.run_words })
            && (are_other(self.own_facts, self.shared, self.new)
                || are_other(self.many_facts, self.many_shared, self.many_new)
                || are_other_figures())
    }
}

/// The share of a text's words that have a capital.
fn capitals(prepared: &Prepared) -> f64 {
    let tokens = &prepared.text.tokens;
    let capitals = tokens.iter().filter(|token| token.flags.has(TokenFlags::CAPITAL)).count();
    capitals as f64 / tokens.len().max(1) as f64
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

    #[test]
    fn where_no_names_are_read_the_figures_tell() {
        let prepared = |text: &str| Prepared::new(&Article::new("a", text));
        let one = prepared("शहर के पास बस पलटने से 14 लोगों की मौत हो गई और ३२ घायल हुए।");
        let elsewhere = prepared("गांव के पास बस पलटने से 6 लोगों की मौत हो गई और 11 घायल हुए।");
        let again = prepared("बस के पलट जाने से शहर के निकट १४ लोग मारे गए और 32 घायल हैं।");
        let rule = OtherFacts::default();
        let reuses = [0.1, 0.3].map(|new| Reuse { verbatim: 0.3, reworded: 0.7 - new, new });
        assert!(rule.holds([&one, &elsewhere], 6.0, &reuses));
        assert!(!rule.holds([&one, &again], 6.0, &reuses), "digits of both scripts are the same figures");
        let named = prepared("A bus turned over near Vellin: 6 people died and 11 were hurt.");
        assert!(!rule.holds([&one, &named], 0.0, &reuses));
    }

    #[test]
    fn of_many_facts_a_few_may_be_shared() {
        let prepared = |text: &str| Prepared::new(&Article::new("a", text));
        let figures = |of: std::ops::Range<u32>| {
            let told: Vec<String> = of.map(|figure| format!("{figure} crowns")).collect();
            prepared(&format!("Wheat was sold at {}.", told.join(", at ")))
        };
        let [one, other] = [11..21, 19..29].map(figures);
        let rule = OtherFacts::default();
        let reuses = |new: f64| [new, new].map(|new| Reuse { verbatim: 0.1, reworded: 0.9 - new, new });
        assert!(rule.holds([&one, &other], 5.0, &reuses(0.7)), "two of ten");
        assert!(!rule.holds([&one, &other], 5.0, &reuses(0.8)), "most words are their own");
        assert!(!rule.holds([&one, &figures(17..27)], 5.0, &reuses(0.7)), "four of ten");
    }
}
