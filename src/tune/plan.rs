//! Which signals a fit may use, in which direction, and why.

/// How points go with the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// More of it never lowers the score.
    Rises,
    /// More of it never raises the score.
    Falls,
}

/// A signal on one line of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedSignal {
    /// Name of the signal, one of [`Signals::NAMES`](crate::evidence::signals::Signals::NAMES).
    pub signal: &'static str,
    /// How points go with it.
    pub sign: Sign,
    /// What the signal is there for.
    pub why: &'static str,
}

const fn rises(signal: &'static str, why: &'static str) -> PlannedSignal {
    PlannedSignal { signal, sign: Sign::Rises, why }
}

const fn falls(signal: &'static str, why: &'static str) -> PlannedSignal {
    PlannedSignal { signal, sign: Sign::Falls, why }
}

/// A line of evidence as it is to be fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLine {
    /// Name of the line, such as `copied`.
    pub name: &'static str,
    /// Signals that it may use.
    pub signals: Vec<PlannedSignal>,
}

/// What is fitted, and how strictly.
#[derive(Clone, Debug, PartialEq)]
pub struct FitPlan {
    /// Lines of evidence.
    pub lines: Vec<PlannedLine>,
    /// A curve has so many straight pieces between quantiles of the signal.
    pub pieces: usize,
    /// Weight of the squared points that each piece rises.
    pub l2: f64,
    /// Share of labels that are taken to be wrong: a rewriter that wrote something else, an outlet that did
    /// copy. Without it a few such pairs bend every curve.
    pub label_noise: f64,
}

const NOISE: PlannedSignal = rises("noise_most", "what was misread is not in common, whatever was taken");

/// The same story told again, in whatever words: what is told, in which order, and how much there is that
/// could have told otherwise.
const RETOLD: &[PlannedSignal] = &[
    falls("facts_alone_least", "an independent report has many names and numbers of its own"),
    falls("facts_alone_most", "what a long report has beyond the short one's names may be another story"),
    rises("facts_shared", "where few facts are shared, that none differs says little"),
    rises("facts_most", "facts of one text that the other holds, for their number"),
    rises("facts_least", "and of the text with the smaller share"),
    rises("facts_unquoted_most", "a retelling adds hardly a name or number of its own, for the length"),
    rises("facts_unquoted_least", "nor does it leave many out"),
    falls("quotes_alone_least", "and quotations that the other does not print"),
    rises("quotes_shared_most", "a retelling keeps what was said"),
    rises("quotes_shared_least", "and all of it"),
    falls("quote_share_most", "a quoting article shares words and facts without retelling"),
    rises("fact_order", "facts are not first mentioned in another order"),
    rises("sentences_order", "sentences in the same order"),
    rises("sentences_distinct", "each sentence has its one counterpart, where common topics match all over"),
    rises("chain_most", "a chain of matching sentences in one order, where common topics match in any"),
    rises("chain_least", "in both directions"),
    rises("chained_words_most", "and however long the texts are: of a long text chance leaves no such share"),
    rises("chained_words_least", "in both directions"),
    rises("sentences_most", "sentence by sentence the same content words"),
    rises("sentences_least", "in both directions"),
    rises("small_runs_order", "scraps of wording in the same order, outside quotations"),
    rises("runs_unquoted_most", "common runs of words outside quotations, however short"),
    rises("runs_unquoted_least", "in both directions"),
    rises("runs_most", "and in all"),
    rises("stems_most", "the same content words"),
    rises("stems_least", "in both directions"),
    rises("bigrams_most", "the same neighbours among content words"),
    rises("bigrams_least", "in both directions"),
    rises("retold_most", "sentences that retell one of the other's, for the length"),
    rises("retold_least", "in both directions"),
    rises("aligned_most", "passages that align, outside quotations"),
    rises("aligned_least", "in both directions"),
    falls("length_least", "what short texts have in common is less, for the same derivation"),
    NOISE,
];

/// The same story told shorter: all that the short text tells stands in the long one, which has much beside
/// it.
const CONDENSED: &[PlannedSignal] = &[
    rises("length_ratio", "the shorter, the less a summary can keep of what is told"),
    falls("facts_alone_least", "a summary has no names and numbers of its own"),
    rises("facts_shared", "and enough of them to be known by"),
    rises("facts_most", "facts of the short text that the long one holds, for their number"),
    rises("facts_unquoted_most", "outside quotations"),
    rises("quotes_shared_most", "a summary quotes what the long text quotes"),
    falls("quote_share_most", "a quoting article shares words and facts without retelling"),
    rises("fact_order", "facts are not first mentioned in another order"),
    rises("sentences_order", "sentences in the same order"),
    rises("sentences_distinct", "each sentence has its one counterpart, where common topics match all over"),
    rises("chain_most", "a chain of matching sentences in one order, where common topics match in any"),
    rises("chain_least", "from end to end of the long text"),
    rises("chained_words_most", "and however long the texts are: of a long text chance leaves no such share"),
    rises("chained_words_least", "in both directions"),
    rises("sentences_most", "sentence by sentence the same content words"),
    rises("small_runs_order", "scraps of wording in the same order, outside quotations"),
    rises("runs_unquoted_most", "common runs of words outside quotations, however short"),
    rises("stems_most", "the same content words"),
    rises("bigrams_most", "the same neighbours among content words"),
    rises("retold_most", "sentences that retell one of the other's, for the length"),
    rises("aligned_most", "passages that align, outside quotations"),
    NOISE,
];

/// The whole in another language.
const TRANSLATED: &[PlannedSignal] = &[
    rises("carried_least", "names, figures and kindred words at their places, more than by chance"),
    rises("carried_most", "in the text with more of them"),
    rises("carried_count", "and however long the texts are"),
    rises("carried_surprise", "kindred languages share words at any place"),
    rises("carried_facts_most", "names and figures alone at their places"),
    rises("carried_facts_shared", "names and figures, wherever they stand"),
    rises("carried_order", "and in their order"),
    falls("length_ratio", "a translation is about as long"),
];

/// With a background, of the retold and the condensed.
const RETOLD_RARE: &[PlannedSignal] =
    &[rises("rare_share_most", "common words that hardly any other document prints, for the length")];

/// The same words, whatever the story around them.
const COPIED: &[PlannedSignal] = &[
    rises("runs5_unquoted_most", "common runs outside quotations, for the length"),
    rises("unquoted_words5", "and however long the rest is"),
    rises("longest_unquoted", "one long run outside quotations"),
    rises("window_unquoted", "many runs in one place"),
    rises("containment5_most", "five-word runs of one text that the other holds"),
    rises("runs_unquoted_most", "shorter runs outside quotations"),
    rises("bigrams_most", "the same neighbours among content words"),
    rises("aligned_most", "passages that align, outside quotations"),
    rises("aligned_least", "in both directions"),
    rises("length_least", "in a long text chance leaves no such share"),
    NOISE,
];

/// With a background: the same words, and in hardly any other document. Rarity is a matter of real archives,
/// where stories of one beat share much wording: there more signals earn their place.
const COPIED_RARE: &[PlannedSignal] = &[
    rises("rare_share_most", "common words that hardly any other document prints, for the length"),
    rises("rare_unquoted", "and however long the rest is"),
    rises("rare_window", "in one place"),
    rises("rare_longest", "one long run of them"),
    rises("sentences_most", "sentence by sentence the same content words"),
    rises("stems_most", "the same content words"),
];

impl FitPlan {
    /// The plan of the model for pairs without a background.
    pub fn without_background() -> FitPlan {
        FitPlan::of([RETOLD.to_vec(), COPIED.to_vec(), CONDENSED.to_vec()])
    }

    /// The plan of the model that knows how rare wording is in an archive.
    pub fn with_background() -> FitPlan {
        let told = [RETOLD, CONDENSED].map(|signals| [signals, RETOLD_RARE].concat());
        let [retold, condensed] = told;
        FitPlan::of([retold, [COPIED, COPIED_RARE].concat(), condensed])
    }

    /// The plan of the model for pairs in two languages.
    pub fn translation() -> FitPlan {
        let lines = vec![PlannedLine { name: "translated", signals: TRANSLATED.to_vec() }];
        FitPlan { lines, ..FitPlan::without_background() }
    }

    fn of([retold, copied, condensed]: [Vec<PlannedSignal>; 3]) -> FitPlan {
        let lines = vec![
            PlannedLine { name: "retold", signals: retold },
            PlannedLine { name: "copied", signals: copied },
            PlannedLine { name: "condensed", signals: condensed },
        ];
        FitPlan { lines, pieces: 8, l2: 0.0001, label_noise: 0.005 }
    }
}
