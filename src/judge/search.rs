//! Which candidates of a search are worth full evidence: two cheap looks, each of which only leaves out.

use serde::{Deserialize, Serialize};

/// Added to the share, so that a pair with nothing in common has a logarithm.
const SHARE_FLOOR: f64 = 0.01;

/// More features in common count as so many: the looks were fitted on news, and no book is less of a copy for
/// its length.
const SHARED_MAX: usize = 1000;

/// Numbers of the two looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchCuts {
    /// First look, at features alone: ln(share of the smaller side's features) …
    /// … plus this times ln(the candidate's score, rarity over the root of the length), …
    pub look_candidate_score: f64,
    /// … plus this times ln(1 + features in common): in long texts few in common are chance. …
    pub look_shared_features: f64,
    /// … reaches this, or the pair is left out.
    pub look_cut: f64,
    /// The same where all pairs are asked for, so that hardly one is lost; [`SearchCuts::look_cut`] where it
    /// is not given or greater.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_cut_of_all: Option<f64>,
    /// Second look: the score without rarity reaches this share of the cut. Rarity lifts scores, up from a
    /// twentieth.
    pub plausible_share_of_cut: f64,
    /// Third look: before passages are looked for the score reaches this share of the cut. Passages lift
    /// scores.
    pub unaligned_share_of_cut: f64,
}

impl SearchCuts {
    /// Whether two documents of so many features (the smaller side's, and in common) may be derived from one
    /// another.
    pub fn is_promising(&self, candidate_score: f64, shared: usize, smaller: usize) -> bool {
        self.look(candidate_score, shared, smaller) >= self.look_cut
    }

    /// As [`SearchCuts::is_promising`], where every derived pair is wanted and not each article's best: so are
    /// all that are promising, and more.
    pub fn is_promising_of_all(&self, candidate_score: f64, shared: usize, smaller: usize) -> bool {
        let cut = self.look_cut_of_all.map_or(self.look_cut, |of_all| of_all.min(self.look_cut));
        self.look(candidate_score, shared, smaller) >= cut
    }

    fn look(&self, candidate_score: f64, shared: usize, smaller: usize) -> f64 {
        let share = shared as f64 / smaller.max(1) as f64;
        (share + SHARE_FLOOR).ln()
            + self.look_candidate_score * candidate_score.max(SHARE_FLOOR).ln()
            + self.look_shared_features * (1.0 + shared.min(SHARED_MAX) as f64).ln()
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::Profile;

    #[test]
    fn more_in_common_is_always_more_promising() {
        let cuts = Profile::default().search;
        for smaller in [10, 60, 300, 3000, 60_000] {
            let promising: Vec<bool> =
                (0..=smaller).map(|shared| cuts.is_promising(5.0, shared, smaller)).collect();
            assert!(promising.is_sorted(), "{smaller}");
            assert!(!promising[0] && promising[smaller]);
        }
    }

    #[test]
    fn of_all_pairs_more_are_looked_at() {
        let cuts = Profile::default().search;
        let looks = (1..40)
            .map(|shared| [cuts.is_promising(5.0, shared, 300), cuts.is_promising_of_all(5.0, shared, 300)]);
        let looks: Vec<[bool; 2]> = looks.collect();
        assert!(looks.iter().all(|[best, all]| *all || !best));
        assert!(looks.iter().any(|[best, all]| *all && !best));
        let older = super::SearchCuts { look_cut_of_all: None, ..cuts };
        assert!((1..40).all(|shared| {
            older.is_promising(5.0, shared, 300) == older.is_promising_of_all(5.0, shared, 300)
        }));
    }

    #[test]
    fn half_of_a_book_is_looked_at() {
        let cuts = Profile::default().search;
        assert!([1_000, 10_000, 65_535].iter().all(|&smaller| cuts.is_promising(20.0, smaller / 2, smaller)));
    }

    #[test]
    fn a_paragraph_in_a_long_text_is_looked_at() {
        assert!(Profile::default().search.is_promising(12.0, 40, 400));
    }
}
