//! Documents that hold a text of the reference, or a passage of one, or lie within one: what of a test set
//! stands in a training set.
//!
//! `reference → index of word runs → documents that share enough of them → compared exactly`. One pass over
//! the reference, one over the inputs; the index holds 16 bytes for each word of the reference, and nothing
//! of the inputs is held.

mod compare;
mod index;
mod search;
#[cfg(test)]
mod tests;
mod tokens;

use serde::Serialize;

use crate::article::{DocumentNumber, Span};
use crate::json_lines::Line;
use crate::row::rounded;
pub(super) use search::{Held, find};

/// When a document counts as holding a text, or as held by one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HoldingRule {
    /// At least this share of the words of a passage stands in the document, in runs of five words that both
    /// have. The passage is any stretch of a reference text of at least so many words, or the whole text
    /// where it has fewer; a document that holds no such passage lies within a text where the share of its
    /// own words stands there.
    Share {
        /// Share of words, above 0 to 1.
        share: f64,
        /// Words of a passage; at least 1.
        passage_words: usize,
    },
    /// One run of so many words in common is enough, as in the decontamination of training sets after Brown
    /// et al. 2020 ("Language Models are Few-Shot Learners", appendix C, 13 words). Words are as there: in
    /// lower case, without ASCII punctuation, split at white space. Texts of fewer words are left out; no
    /// window is cut out of a document, and no run is exempt.
    Run {
        /// Words of the run; at least 1.
        words: usize,
    },
}

/// Which of the two holds the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holding {
    /// The document holds the reference text or a passage of it.
    Contains,
    /// The document lies within the reference text.
    Within,
}

/// A document and the reference text it has most of: a line of `contained.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HoldingRow {
    /// The document.
    pub id: String,
    /// The reference text.
    pub reference: String,
    /// Which of the two holds the other.
    pub holding: Holding,
    /// Words of the passage, or of the document that lies within.
    pub words: u64,
    /// Share of those words that stand in the other, in runs that both have.
    pub share: f64,
    /// Share of all words of the reference text that stand in the document, 0 to 1.
    pub reference_in_document: f64,
    /// Share of all words of the document that stand in the reference text, 0 to 1.
    pub document_in_reference: f64,
    /// Exact Jaccard index of 5-word shingles.
    pub jaccard: f64,
    /// Where the passage lies in the document, in code points: from the first to the last run in common.
    pub document_span: Span,
    /// Where it lies in the reference text, in code points.
    pub reference_span: Span,
}

/// How two texts hold one another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MutualContainment {
    pub reference: DocumentNumber,
    pub holding: Holding,
    pub words: u64,
    pub share: f64,
    pub reference_in_document: f64,
    pub document_in_reference: f64,
    pub jaccard: f64,
    pub document_span: Span,
    pub reference_span: Span,
}

impl MutualContainment {
    pub fn to_row(self, id: &str, reference: &str) -> HoldingRow {
        HoldingRow {
            id: id.to_owned(),
            reference: reference.to_owned(),
            holding: self.holding,
            words: self.words,
            share: rounded(self.share),
            reference_in_document: rounded(self.reference_in_document),
            document_in_reference: rounded(self.document_in_reference),
            jaccard: rounded(self.jaccard),
            document_span: self.document_span,
            reference_span: self.reference_span,
        }
    }
}

impl Line for HoldingRow {
    fn unwritable_number(&self) -> Option<&'static str> {
        // all are shares of counts
        None
    }
}
