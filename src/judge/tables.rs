//! Two pages of tables or lists below the same few words: what they have in common is the heading.

use serde::{Deserialize, Serialize};

use crate::evidence::Prepared;
use crate::row::Reuse;

/// When two texts are tables below the same heading; set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// No more than this share of either text's words is told in sentences, …
    pub told: f64,
    /// … and no more words than this: a heading …
    pub words: f64,
    /// … and at least this share of either text stands in the other in no form.
    pub new: f64,
    /// Such a pair scores no more than this.
    pub score: f64,
}

/// For profiles that do not say it.
impl Default for Tables {
    fn default() -> Self {
        Tables { told: 0.35, words: 40.0, new: 0.5, score: 0.1 }
    }
}

impl Tables {
    /// `reuses` is what became of the words of each.
    pub(super) fn holds(&self, both: [&Prepared; 2], reuses: &[Reuse; 2]) -> bool {
        let is_heading = |prepared: &Prepared| {
            let (told, all) = (prepared.text.story_words() as f64, prepared.text.tokens.len() as f64);
            told <= self.words && told <= self.told * all
        };
        both.iter().all(|prepared| is_heading(prepared)) && reuses.iter().all(|reuse| reuse.new >= self.new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;

    #[test]
    fn the_same_heading_stands_over_other_tables() {
        let table = |places: [&str; 6]| {
            let rows: Vec<String> =
                (1..).zip(places).map(|(n, place)| format!("{n} {place} {n}0 {} 3{n} 21", n + 7)).collect();
            let text = format!(
                "Standings of the Arrel Valley league after the games of the weekend.\n\n{}",
                rows.join("\n")
            );
            Prepared::new(&Article::new("a", text))
        };
        let one = table(["Hestbrook", "Vellin", "Dunmere", "Orrin", "Nordhavn", "Lowmark"]);
        let other = table(["Ambry", "Hask", "Fennimore", "Tarn", "Brack", "Sill"]);
        let reuse = |new| Reuse { verbatim: 1.0 - new, reworded: 0.0, new };
        let rule = Tables::default();
        assert!(rule.holds([&one, &other], &[reuse(0.7), reuse(0.6)]));
        // the same table, printed twice
        assert!(!rule.holds([&one, &one], &[reuse(0.0), reuse(0.0)]));
        let told = Prepared::new(&Article::new(
            "b",
            "The council of Vellin met on Monday. It voted for the bridge.",
        ));
        assert!(!rule.holds([&one, &told], &[reuse(0.7), reuse(0.6)]));
    }
}
