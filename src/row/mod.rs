//! The output format's nouns: what a scored pair and a family look like to everyone outside.
//!
//! Field order here is the order in the files. Every field is always written, `null` where it was not
//! computed. The same shapes are described as JSON Schema in `schema/`.

mod answer;
mod family;

use serde::{Deserialize, Serialize, Serializer};

use crate::article::Span;
pub use answer::FlagAnswer;
pub use family::{AlsoFrom, Borrower, FamilyMember, FamilyRow, LikelyArticle, Placement, Role, UnseenSource};

/// How the derived article relates to its source. The first seven are *derived*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same text after normalisation.
    Identical,
    /// A near-duplicate: verbatim with light edits, house style, cuts of a paragraph or two.
    Copy,
    /// Retold at clearly greater length.
    Expanded,
    /// Retold at clearly smaller length.
    Condensed,
    /// Retold at about the same length.
    Rewrite,
    /// A substantial part is taken, beside own reporting.
    Partial,
    /// The whole is told in another language.
    Translation,
    /// The same event; quotes, facts or documents in common, but no narrative.
    SharedSource,
    /// Nothing in common but the subject, or less.
    Unrelated,
}

impl Relation {
    /// All relations, the closest first.
    pub const ALL: [Relation; 9] = [
        Relation::Identical,
        Relation::Copy,
        Relation::Expanded,
        Relation::Condensed,
        Relation::Rewrite,
        Relation::Partial,
        Relation::Translation,
        Relation::SharedSource,
        Relation::Unrelated,
    ];

    /// Whether one text came from the other, or both from one third text.
    pub fn is_derived(self) -> bool {
        !matches!(self, Relation::SharedSource | Relation::Unrelated)
    }

    /// The word used in output files and labels.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Identical => "identical",
            Relation::Copy => "copy",
            Relation::Expanded => "expanded",
            Relation::Condensed => "condensed",
            Relation::Rewrite => "rewrite",
            Relation::Partial => "partial",
            Relation::Translation => "translation",
            Relation::SharedSource => "shared_source",
            Relation::Unrelated => "unrelated",
        }
    }
}

/// Who printed whose text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// One article came from the other.
    Direct,
    /// Both print the same third text, agency copy for instance.
    Siblings,
    /// Both are versions of one item, as their sender says.
    Revision,
    /// The articles do not tell.
    Unknown,
}

/// How a derived pair stands by the rules of a house: who may print what, and whether credit was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Both articles are the house's own.
    Own,
    /// Printed by right, with credit where that is required.
    Licensed,
    /// Printed by right, without the credit that is required.
    LicensedUncredited,
    /// Without a licence, with credit.
    Credited,
    /// Without a licence and without credit.
    Unlicensed,
}

impl Standing {
    /// All of them.
    pub const ALL: [Standing; 5] = [
        Standing::Own,
        Standing::Licensed,
        Standing::LicensedUncredited,
        Standing::Credited,
        Standing::Unlicensed,
    ];

    /// The word used in output files and rules.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Own => "own",
            Standing::Licensed => "licensed",
            Standing::LicensedUncredited => "licensed_uncredited",
            Standing::Credited => "credited",
            Standing::Unlicensed => "unlicensed",
        }
    }
}

/// Shares of the derived article's words; they sum to 1 (METER's terms, Gaizauskas et al. 2001).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reuse {
    /// Words taken as they are.
    #[serde(serialize_with = "six_decimals")]
    pub verbatim: f64,
    /// Words in passages that retell in other words.
    #[serde(serialize_with = "six_decimals")]
    pub reworded: f64,
    /// All other words.
    #[serde(serialize_with = "six_decimals")]
    pub new: f64,
}

/// Exact containment over 5-word shingle sets, both ways.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Containment {
    /// Share of the derived article's shingles that stand in the source.
    #[serde(serialize_with = "six_decimals")]
    pub derived_in_source: f64,
    /// Share of the source's shingles that stand in the derived article.
    #[serde(serialize_with = "six_decimals")]
    pub source_in_derived: f64,
}

/// Names, numbers and quotations, counted as distinct facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactCounts {
    /// Facts that both articles hold.
    pub shared: u32,
    /// Facts that only the source holds.
    pub source_only: u32,
    /// Facts that only the derived article holds.
    pub derived_only: u32,
}

/// One reason for the verdict: a stable code, its value, and words that a journalist understands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Stable name of the reason, such as `verbatim_run`.
    pub code: String,
    /// Its value, in the unit that the words name.
    #[serde(serialize_with = "six_decimals")]
    pub value: f64,
    /// The reason in words.
    pub text: String,
}

/// How the words of a part went from one text into the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The same words.
    Verbatim,
    /// The same in other words.
    Reworded,
    /// Words that both texts print as somebody's speech.
    Quote,
}

/// A stretch inside a passage, of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it stands in the source.
    pub source: Span,
    /// Where it stands in the derived article.
    pub derived: Span,
    /// How its words were taken.
    pub kind: PartKind,
}

/// One connected stretch of reuse in both texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Where it stands in the source.
    pub source: Span,
    /// Where it stands in the derived article.
    pub derived: Span,
    /// In the derived text's order; they lie inside the passage and do not overlap in the derived text.
    pub parts: Vec<Part>,
}

/// A scored pair: one line of `pairs.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairRow {
    /// Id of the article that the other most likely came from; at a confidence of 0.5 the one of the earlier
    /// date, else of the smaller id.
    pub source: String,
    /// Id of the other article.
    pub derived: String,
    /// How the derived article relates to its source.
    pub relation: Relation,
    /// Whether one came from the other or both from a third text; `None` where that was not judged.
    pub tie: Option<Tie>,
    /// Calibrated probability, 0..1, that the pair is derived.
    #[serde(serialize_with = "six_decimals")]
    pub score: f64,
    /// 0.5..1 that `source` and `derived` are the right way round.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub direction_confidence: Option<f64>,
    /// Shares of the derived article's words; `None` for copies, which are listed without passages.
    pub reuse: Option<Reuse>,
    /// Shares of the source's words: taken verbatim, taken reworded, not taken.
    pub reuse_source: Option<Reuse>,
    /// Exact Jaccard index of the sets of 5-word shingles of both whole texts, 0 to 1.
    #[serde(serialize_with = "six_decimals")]
    pub jaccard: f64,
    /// Exact containment over the same sets.
    pub containment: Containment,
    /// Distinct names, numbers and quotations; `None` where they were not compared.
    pub facts: Option<FactCounts>,
    /// Documents behind the document frequencies; `null` without a background.
    pub background_documents: Option<u64>,
    /// Whether the scores of both articles' languages were measured, and hold.
    pub calibrated: Option<bool>,
    /// Share of misread words of the noisier text, 0 to 1, as estimated from its letters; `None` where it
    /// cannot be told.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub noise: Option<f64>,
    /// Share of words that the more disguised text spells with look-alikes of another script, 0 to 1; `None`
    /// where the pair was not judged.
    #[serde(serialize_with = "six_decimals_or_null")]
    pub disguised: Option<f64>,
    /// How the pair stands by the rules of a house; `None` without rules, and where they say nothing.
    #[serde(default)]
    pub standing: Option<Standing>,
    /// The words by which the derived article names the source's outlet; `None` without rules, and where it
    /// does not.
    #[serde(default)]
    pub credit: Option<String>,
    /// Reasons for the verdict, the most telling first; `None` where it was not judged.
    pub evidence: Option<Vec<Evidence>>,
    /// Passages in the derived text's order; `None` where texts were not aligned.
    pub passages: Option<Vec<Passage>>,
}

/// A value as it is written: at most six decimals.
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

pub(crate) fn six_decimals<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(rounded(*value))
}

pub(crate) fn six_decimals_or_null<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.map(rounded).serialize(serializer)
}

/// A bucket, a feature or copies that more documents share than the cap allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HotFeature {
    /// Which stage met it: `near_duplicate_bucket`, `rare_feature`, or `copies` of one text of which not all
    /// pairs were tried.
    pub kind: String,
    /// Documents that have it in common.
    pub documents: u64,
    /// The first few of them.
    pub example_ids: Vec<String>,
}
