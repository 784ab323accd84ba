//! What a derived pair is called, and how much two underived ones have in common.

use serde::{Deserialize, Serialize};

use crate::evidence::signals::Signals;
use crate::row::{Relation, Reuse};

/// A near-duplicate's score where nothing but the exact Jaccard index is known: 0.96 at 0.8, 0.75 at 0.5.
pub fn copy_score(jaccard: f64) -> f64 {
    1.0 - (1.0 - jaccard).powi(2)
}

/// Where one relation ends and the next begins. All are shares of words but for the ratio and the counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationCuts {
    /// From this Jaccard index on a pair is a near-duplicate whatever its signals say: texts without names,
    /// lists, templates.
    pub near_duplicate_jaccard: f64,
    /// A copy has at least this share of the derived text verbatim …
    pub copy_verbatim: f64,
    /// … and at least this share of the source taken verbatim.
    pub copy_source_verbatim: f64,
    /// A text with at least this share of new words is partial, if the source is not retold as a whole.
    pub partial_new: f64,
    /// It is partial as well where at least this share of either text is new …
    pub partial_new_each: f64,
    /// … and either has at least this share of its facts for itself: each reports more than what they have in
    /// common.
    pub partial_own_facts: f64,
    /// … or has so many times as many words word for word as retold: a passage was taken over, and the rest is
    /// either's own.
    #[serde(default = "partial_verbatim")]
    pub partial_verbatim: f64,
    /// The source counts as retold as a whole from this taken share on.
    pub whole_source_taken: f64,
    /// Expanded and condensed differ at least by this ratio in words.
    pub length_ratio: f64,
    /// Two articles share a source from this share of facts on (the smaller side's), …
    pub shared_facts: f64,
    /// … or from this many quoted words in common …
    pub shared_quoted_words: f64,
    /// … or from this mean sentence match on.
    pub shared_sentences: f64,
    /// With fewer facts in common than this, facts alone say nothing.
    pub shared_facts_min: f64,
    /// Two pages of one outlet that print the same words and reword no more than this share of either text …
    pub boilerplate_reworded: f64,
    /// … or, where they lie further apart than `boilerplate_later_days`, this share: follow-up reports come
    /// soon, boxes recur, …
    pub boilerplate_reworded_later: f64,
    /// Days from which two dates lie far apart.
    pub boilerplate_later_days: f64,
    /// … while at least this share of each has no counterpart in the other, share a box of the site: no
    /// report came from the other.
    pub boilerplate_new: f64,
    /// So does a block that ends two pages of one outlet, holds at least this share of all that their
    /// passages hold …
    pub boilerplate_closing_share: f64,
    /// … and begins past this share of either page: a note on method, a roster, a list of prices.
    pub boilerplate_closing_start: f64,
    /// Such a pair scores no more than this: the share of derived pairs among them.
    pub boilerplate_score: f64,
    /// A pair scores no more than this where nothing of one text was found in the other: no passage or faint
    /// one, no run of words, no sentence told again, …
    pub nothing_taken_score: f64,
    /// … and fewer facts than this, …
    pub nothing_taken_facts: f64,
    /// … and the shorter text has fewer words than this, too few to judge by their style.
    pub nothing_taken_words: f64,
}

/// For profiles that do not say it.
fn partial_verbatim() -> f64 {
    2.0
}

impl RelationCuts {
    /// The least score of a near-duplicate by its Jaccard index, 0.96 at 0.8; 0 for what is none.
    pub fn near_duplicate_score(&self, jaccard: f64) -> f64 {
        if jaccard >= self.near_duplicate_jaccard { copy_score(jaccard) } else { 0.0 }
    }

    /// Whether so much of either text stands in the other word for word as in a copy.
    pub fn is_printed(&self, reuses: &[Reuse; 2]) -> bool {
        reuses.iter().any(|reuse| reuse.verbatim >= self.copy_source_verbatim)
    }

    /// The name of a derived pair, from what became of the derived article's words and of the source's, and
    /// the words of the source's story and of the derived one. `is_retold` says that the whole story is told
    /// again, whatever the words; `own_facts` is the share of facts that the other text lacks, of the text
    /// where it is less.
    pub fn derived(
        &self,
        [reuse, reuse_source]: [&Reuse; 2],
        is_retold: bool,
        own_facts: f64,
        [source_words, derived_words]: [usize; 2],
    ) -> Relation {
        let ratio = derived_words.max(1) as f64 / source_words.max(1) as f64;
        let source_taken = 1.0 - reuse_source.new;
        if reuse.verbatim >= self.copy_verbatim && reuse_source.verbatim >= self.copy_source_verbatim {
            return Relation::Copy;
        }
        let is_taken_over = |reuse: &Reuse| reuse.verbatim >= self.partial_verbatim * reuse.reworded;
        let has_passage = reuse.new.max(reuse_source.new) >= self.partial_new
            && is_taken_over(reuse)
            && is_taken_over(reuse_source);
        let is_part_of_both = reuse.new.min(reuse_source.new) >= self.partial_new_each
            && (own_facts >= self.partial_own_facts || has_passage);
        let is_part = !is_retold && reuse.new >= self.partial_new && source_taken < self.whole_source_taken;
        if is_part || is_part_of_both {
            return Relation::Partial;
        }
        if ratio >= self.length_ratio {
            Relation::Expanded
        } else if ratio * self.length_ratio <= 1.0 {
            Relation::Condensed
        } else {
            Relation::Rewrite
        }
    }

    /// The name of a pair that is not derived.
    pub fn underived(&self, signals: &Signals) -> Relation {
        let facts = signals.facts_shared.map_or(0.0, |shared| shared.exp() - 1.0);
        let quoted = signals.quoted_words.map_or(0.0, |words| words.exp() - 1.0);
        let shared = (facts >= self.shared_facts_min
            && signals.facts_most.unwrap_or(0.0) >= self.shared_facts)
            || quoted >= self.shared_quoted_words
            || signals.sentences_most.unwrap_or(0.0) >= self.shared_sentences;
        if shared { Relation::SharedSource } else { Relation::Unrelated }
    }
}
