//! The numbers of the alignment, in one place.

use crate::normalise::Script;

/// What decides where a passage begins and ends and whether it is reported.
///
/// The defaults were fitted on the training corpus of PAN 2013 (Potthast et al. 2013); each change was looked
/// at on both halves of its pairs. Lengths in words hold for scripts with spaces; [`Parameters::for_script`]
/// scales them.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// A common run of fewer words is no verbatim part.
    pub tile_min_words: usize,
    /// Runs of so many words link into a verbatim chain.
    pub link_min_words: usize,
    /// Links of a chain lie at most so many words apart in both texts.
    pub chain_gap_words: usize,
    /// A chain of so many common words is a passage by itself.
    pub chain_min_words: usize,
    /// A shorter chain outside all passages is still shown from so many common words on.
    pub short_copy_min_words: usize,
    /// ... of which so many are neither function words nor boilerplate.
    pub short_copy_min_content_words: usize,
    /// Outside passages, a run of so many words ...
    pub loose_run_min_words: usize,
    /// ... of which so many are no function words counts as verbatim.
    pub loose_run_min_content_words: usize,

    /// Two sentences are a seed above this tf-isf cosine (isf: inverse frequency over the sentences of both
    /// texts) ...
    pub seed_min_cosine: f32,
    /// ... and above this Dice coefficient of their sets of stems.
    pub seed_min_dice: f32,
    /// Seeds at most so many words apart in both texts are of one cluster (single link).
    pub cluster_gap_words: usize,

    /// ρ: share of a reused sentence's words that stand in the other range. A word that does earns
    /// ln(1 + ρ(1 − q)/q), where q is the chance that it would anyway; a word that does not costs ln(1 − ρ).
    pub reuse_share: f64,
    /// What one word earns at most.
    pub reward_max: f64,
    /// Occurrences that every word is taken to have had in `prior_words` words of other text.
    pub prior_occurrences: f64,
    /// Words of other text behind `prior_occurrences`.
    pub prior_words: f64,
    /// A range stops growing where the running score has fallen by this much below its best (as BLAST extends
    /// a hit: Altschul et al. 1990, X-drop).
    pub drop: f64,
    /// In the first round the other range is taken with so many words more at both ends.
    pub padding_words: usize,
    /// Sentences claim words of the other range in the order of their score, divided by their length to this
    /// power ...
    pub claim_length_exponent: f64,
    /// ... with a bonus for those that are already in the range.
    pub claim_inside_bonus: f64,
    /// Rounds of growth after the padded one.
    pub rounds: usize,
    /// A range with at least this score may support a summary.
    pub candidate_min_score: f64,
    /// A passage has at least this score, in nats, where the two texts are so long that the product of their
    /// lengths is `passage_min_score_area` or more ...
    pub passage_min_score: f64,
    /// Product of two lengths, in words², from which `passage_min_score` is asked in full.
    pub passage_min_score_area: f64,
    /// ... and so much less for each natural logarithm that they fall short of it: the more stretches there
    /// are, the better is the best that chance finds (Karlin and Altschul 1990). Stretches are as many as the
    /// area squared.
    pub passage_score_per_log_area: f64,
    /// A stretch whose score falls short by no more than this is faint: it shows where to look if other
    /// signals say that one text retells the other.
    pub faint_shortfall: f64,
    /// ... and at least this length in both texts.
    pub passage_min_code_points: u32,
    /// The score asked of a passage beside verbatim ones.
    pub beside_verbatim_min_score: f64,
    /// A passage that overlaps a stronger one in one text is cut by at most this share, else dropped.
    pub trim_max_share: f64,

    /// What is asked of a summary.
    pub summary: SummaryParameters,
}

/// What makes a stretch of one text a summary of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryParameters {
    /// As in [`Parameters`], against the whole other text.
    pub reuse_share: f64,
    /// As in [`Parameters`].
    pub prior_occurrences: f64,
    /// As in [`Parameters`], in nats.
    pub drop: f64,
    /// A summary has at least this score, in nats.
    pub min_score: f64,
    /// The score is at least this share of the strongest candidate's inside: what one place explains as well
    /// is no summary.
    pub min_share_of_candidate: f64,
    /// The same where there is only one candidate inside.
    pub min_share_of_only_candidate: f64,
    /// A summary has at least this length, in code points.
    pub min_code_points: u32,
    /// The other text has at least so many times the words.
    pub min_length_ratio: f64,
    /// The text that is summed up has at least so many words.
    pub min_source_words: usize,
    /// The strongest candidate inside covers at most this share of the summary.
    pub max_candidate_share: f64,
    /// One place of the other text explains at most this share of the score.
    pub max_place_share: f64,
    /// No candidate elsewhere has a higher score.
    pub max_score_elsewhere: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            tile_min_words: 4,
            link_min_words: 8,
            chain_gap_words: 5,
            chain_min_words: 40,
            short_copy_min_words: 14,
            short_copy_min_content_words: 8,
            loose_run_min_words: 5,
            loose_run_min_content_words: 2,
            seed_min_cosine: 0.30,
            seed_min_dice: 0.32,
            cluster_gap_words: 60,
            reuse_share: 0.45,
            reward_max: 4.4,
            prior_occurrences: 0.5,
            prior_words: 300.0,
            drop: 11.0,
            padding_words: 30,
            claim_length_exponent: 0.3,
            claim_inside_bonus: 5.0,
            rounds: 2,
            candidate_min_score: 14.0,
            passage_min_score: 27.0,
            passage_min_score_area: 160_000.0,
            passage_score_per_log_area: 2.0,
            faint_shortfall: 8.0,
            passage_min_code_points: 90,
            beside_verbatim_min_score: 40.0,
            trim_max_share: 0.3,
            summary: SummaryParameters {
                reuse_share: 0.30,
                prior_occurrences: 0.04,
                drop: 6.0,
                min_score: 20.0,
                min_share_of_candidate: 0.4,
                min_share_of_only_candidate: 0.8,
                min_code_points: 150,
                min_length_ratio: 3.75,
                min_source_words: 350,
                max_candidate_share: 0.85,
                max_place_share: 0.70,
                max_score_elsewhere: 30.0,
            },
        }
    }
}

impl Parameters {
    /// The score asked of a passage between texts of these lengths, in words.
    pub(super) fn min_score_of(&self, words: [usize; 2]) -> f64 {
        let area = words[0].max(1) as f64 * words[1].max(1) as f64;
        let less = self.passage_score_per_log_area * (self.passage_min_score_area / area).ln().max(0.0);
        (self.passage_min_score - less).max(self.candidate_min_score)
    }

    /// Lengths for texts in this script. A character of a script without spaces says less than a word (about
    /// 1.6 characters make a word) and more than a letter (about three letters make a character).
    pub fn for_script(&self, script: Script) -> Parameters {
        let words = |words: usize| words * 8 / 5;
        match script {
            Script::Spaced => self.clone(),
            Script::Unspaced => Parameters {
                tile_min_words: words(self.tile_min_words),
                link_min_words: words(self.link_min_words),
                chain_gap_words: words(self.chain_gap_words),
                chain_min_words: words(self.chain_min_words),
                short_copy_min_words: words(self.short_copy_min_words),
                short_copy_min_content_words: words(self.short_copy_min_content_words),
                loose_run_min_words: words(self.loose_run_min_words),
                loose_run_min_content_words: words(self.loose_run_min_content_words),
                cluster_gap_words: words(self.cluster_gap_words),
                passage_min_score_area: self.passage_min_score_area * 1.6 * 1.6,
                padding_words: words(self.padding_words),
                passage_min_code_points: self.passage_min_code_points / 3,
                summary: SummaryParameters {
                    min_code_points: self.summary.min_code_points / 3,
                    min_source_words: words(self.summary.min_source_words),
                    ..self.summary.clone()
                },
                ..self.clone()
            },
        }
    }
}

/// Bounds on the work for one pair, so that hostile texts end. Ordinary pairs stay far below them.
pub(super) mod limits {
    /// Places of one word run that are tried.
    pub const PLACES_PER_RUN: usize = 16;
    /// Word comparisons to extend runs, per word of both texts (and at least as for 1,000 words).
    pub const RUN_STEPS_PER_WORD: usize = 64;
    /// Cells added up for sentence pairs: above, the commonest stems are left out.
    pub const SENTENCE_CELLS: u64 = 4_000_000;
    /// Seeds kept of a sentence, the strongest first.
    pub const SEEDS_PER_SENTENCE: usize = 24;
    /// Seeds kept of a pair, the strongest first.
    pub const SEEDS: usize = 16_384;
    /// Words looked at while ranges grow, per word of both texts (and at least as for 1,000 words).
    pub const GROWTH_STEPS_PER_WORD: usize = 200;
    /// Words looked at while summaries are sought, per word of both texts (and at least as for 1,000 words).
    pub const SUMMARY_STEPS_PER_WORD: usize = 50;
    /// Stretches whose supports are compared for summaries, the strongest first.
    pub const CANDIDATES: usize = 256;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_is_asked_of_shorter_texts_and_never_less_than_of_a_candidate() {
        let parameters = Parameters::default();
        let asked = [1, 20, 100, 150, 300, 400, 1_000, 1_000_000]
            .map(|words| parameters.min_score_of([words, words]));
        assert!(asked.is_sorted());
        assert_eq!((asked[0], asked[5], asked[7]), (14.0, 27.0, 27.0));
        // 100 by 100 words are a sixteenth of 400 by 400
        assert!((asked[2] - (27.0 - 2.0 * 16_f64.ln())).abs() < 1e-9);
    }
}
