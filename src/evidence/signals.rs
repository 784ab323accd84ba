//! The numbers that the verdict is drawn from.
//!
//! Each has a name that profiles and tables use, and a value that is the same whichever article comes first.
//! A signal that a pair cannot have (names in German, rarity without a background) is missing, which is not
//! zero.

use crate::evidence::blocks::BlockStretches;

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The signals of one pair; `None` is missing.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Signals { $($(#[$doc])* pub $name: Option<f64>,)* }

        impl Signals {
            /// Names in the order of [`Signals::values`].
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// All signals, in the order of [`Signals::NAMES`].
            pub fn values(&self) -> Vec<Option<f64>> {
                vec![$(self.$name,)*]
            }

            /// A signal by its name; `None` where it is missing or there is none of that name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name { $(stringify!($name) => self.$name,)* _ => None }
            }

            /// Sets a signal by its name; `false` where there is none of that name.
            pub fn set(&mut self, name: &str, value: Option<f64>) -> bool {
                match name { $(stringify!($name) => self.$name = value,)* _ => return false }
                true
            }
        }
    };
}

signals! {
    /// Exact Jaccard index of the two sets of 5-word shingles, 0 to 1.
    jaccard5,
    /// Share of a text's 5-word shingles that stand in the other, 0 to 1: the larger of the two.
    containment5_most,
    /// The smaller of the two.
    containment5_least,
    /// Share of a text's distinct facts (names, numbers, dates) that the other holds, 0 to 1, less where they
    /// are few: the larger of the two. Facts are missing where capitals do not show names.
    facts_most,
    /// The smaller of the two.
    facts_least,
    /// ln(1 + facts that both hold).
    facts_shared,
    /// ln(1 + facts of the text with fewer).
    facts_count_least,
    /// ln(1 + facts that only one text holds): of the text with fewer such facts.
    facts_alone_least,
    /// The same of the text with more such facts.
    facts_alone_most,
    /// As `facts_most`, of facts that a text mentions outside quotations.
    facts_unquoted_most,
    /// The smaller of the two.
    facts_unquoted_least,
    /// Share of a story's words, outside quotations and without names, in runs of three words and more that
    /// both have, 0 to 1: the larger of the two.
    runs_unquoted_most,
    /// The smaller of the two.
    runs_unquoted_least,
    /// Share of a story's words in such runs, in and out of quotations, 0 to 1: the larger of the two.
    runs_most,
    /// The smaller of the two.
    runs_least,
    /// As `runs_unquoted_most`, of runs of five words and more.
    runs5_unquoted_most,
    /// The smaller of the two.
    runs5_unquoted_least,
    /// ln(1 + words in common runs of three words and more outside quotations, without names): of the text
    /// with fewer.
    unquoted_words,
    /// The same of runs of five words and more.
    unquoted_words5,
    /// ln(1 + words of the longest common run outside quotations): of the text where it is shorter.
    longest_unquoted,
    /// Share of the densest window of a story that lies in common runs of three words and more outside
    /// quotations, 0 to 1: the smaller of the two.
    window_unquoted,
    /// The same of runs of five words and more.
    window5_unquoted,
    /// ln(1 + words in common runs inside quotations): of the text with fewer.
    quoted_words,
    /// Share of a text's quoted words that stand in the other's quotations, 0 to 1: the larger of the two.
    quotes_shared_most,
    /// The smaller of the two.
    quotes_shared_least,
    /// Share of a story that is quoted, from 0 on: the larger of the two.
    quote_share_most,
    /// ln(1 + quotations that only one text prints): of the text with fewer of them.
    quotes_alone_least,
    /// Mean over a text's sentences of the share of their content words that the best sentence of the other
    /// holds, 0 to 1: the larger of the two.
    sentences_most,
    /// The smaller of the two.
    sentences_least,
    /// Mean lead of the best sentence over the next best away from it, 0 to 1: the larger of the two.
    sentences_distinct,
    /// How far matched sentences come in one order, -1 to 1.
    sentences_order,
    /// How much heavier the heaviest chain of matching sentences in the other text's order is than the
    /// heaviest in reverse order, for the content words, -1 to 1: the larger of the two.
    chain_most,
    /// The smaller of the two.
    chain_least,
    /// ln(1 + words of the shorter story that `chain_most` is of): a share of a long text is more than one of
    /// a short text.
    chained_words_most,
    /// The same of `chain_least`.
    chained_words_least,
    /// Share of a text's content words (by stems) that the other holds, 0 to 1: the larger of the two.
    stems_most,
    /// The smaller of the two.
    stems_least,
    /// The same of pairs of neighbouring content words.
    bigrams_most,
    /// The smaller of the two.
    bigrams_least,
    /// Share of a text's words outside quotations that lie in passages, 0 to 1: the larger of the two.
    /// Missing until passages have been looked for.
    aligned_most,
    /// The smaller of the two.
    aligned_least,
    /// Share of a story's words in sentences that retell one of the other's, 0 to 1: the larger of the two.
    retold_most,
    /// The smaller of the two.
    retold_least,
    /// Distance of the two lengths in words, as logarithms: ln(longer / shorter).
    length_ratio,
    /// ln(words of the shorter story).
    length_least,
    /// 1 where both credit one agency, else 0.
    common_agency,
    /// ln(1 + times that one names the other's outlet); missing within one outlet, and where an outlet is not
    /// known.
    names_outlet,
    /// 1 where both are of one outlet, else 0; missing where an outlet is not known.
    same_source,
    /// ln(1 + days between the dates); missing without two dates.
    days_apart,
    /// Share of misread words of the noisier text, 0 to 1.
    noise_most,
    /// How far shared facts are first mentioned in one order, -1 to 1.
    fact_order,
    /// How far common runs of up to nine words outside quotations come in one order, -1 to 1.
    small_runs_order,
    /// ln(1 + words in common that hardly any other document prints, outside quotations and without names):
    /// of the text with fewer. This and the other signals of rarity are missing without a background.
    rare_unquoted,
    /// The same inside quotations.
    rare_quoted,
    /// Share of a story's own wording that such words are, 0 to 1: the larger of the two.
    rare_share_most,
    /// The smaller of the two.
    rare_share_least,
    /// ln(1 + words of the longest stretch of them): of the text where it is shorter.
    rare_longest,
    /// Share of the densest window that they fill, 0 to 1: the smaller of the two.
    rare_window,
    /// Share of the names, figures and kindred words of a text that stand at about the same place of the
    /// other, beyond what chance finds: the larger of the two. This and what follows are missing but for two
    /// languages.
    carried_most,
    /// The smaller of the two.
    carried_least,
    /// ln(1 + how many there are beyond chance): of the text with fewer.
    carried_count,
    /// By how many standard deviations there are more than chance finds, up to ten: of the text with fewer.
    carried_surprise,
    /// As `carried_most`, of names and figures alone.
    carried_facts_most,
    /// Share of the names and figures of the text with fewer that both hold, wherever they stand, 0 to 1,
    /// less where they are few.
    carried_facts_shared,
    /// How far shared names and figures are first mentioned in one order, -1 to 1.
    carried_order,
}

/// The order that is told best, whatever is left out.
pub(super) fn largest(left_out: &[BlockStretches], order: impl Fn(&BlockStretches) -> f64) -> Option<f64> {
    left_out.iter().map(order).reduce(f64::max)
}

pub(super) fn both(one: f64, other: f64) -> (Option<f64>, Option<f64>) {
    (Some(one.max(other)), Some(one.min(other)))
}
