//! What the candidate search is asked for.

use crate::search::{PairLimits, RareSettings};

/// How near-duplicates are proposed. Both are verified exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NearDuplicateSketch {
    /// MinHash in bands: recall at the threshold by design, cost linear in the documents.
    #[default]
    MinHash,
    /// SimHash and Hamming search: 8 bytes a document, for thresholds from 0.7 and some 10^6 documents.
    SimHash,
}

/// Settings of [`super::find`]; the defaults are those of the command line.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateSettings {
    /// Jaccard index from which a near-duplicate counts: [`crate::sketch::Banding::THRESHOLD_MIN`] to 1.
    pub threshold: f64,
    /// How near-duplicates are proposed.
    pub sketch: NearDuplicateSketch,
    /// Stop after near-duplicates: no rewrites are sought.
    pub copies_only: bool,
    /// Look for pairs that may be copies of which one was misread by a machine, too:
    /// [`super::Candidates::doubtful`].
    pub is_noisy: bool,
    /// Documents of a band's bucket up to which all pairs are verified; beyond, each against the one
    /// of the smallest identity.
    pub bucket_documents_max: usize,
    /// How rewrites are looked for.
    pub rare: RareSettings,
    /// Which pairs are left out whatever they have in common.
    pub limits: PairLimits,
}

/// Copies of which one letter in fifty was misread on either side have this Jaccard index: nine words in ten
/// are whole, and three runs of five in five.
const NOISY_JACCARD: f64 = 0.2;

impl CandidateSettings {
    /// The Jaccard index from which pairs are proposed: the threshold, or less in noisy texts.
    pub fn proposed_jaccard(&self) -> f64 {
        if self.is_noisy { self.threshold.min(NOISY_JACCARD) } else { self.threshold }
    }
}

impl Default for CandidateSettings {
    fn default() -> Self {
        CandidateSettings {
            threshold: 0.8,
            sketch: NearDuplicateSketch::default(),
            copies_only: false,
            is_noisy: false,
            bucket_documents_max: 128,
            rare: RareSettings::default(),
            limits: PairLimits::default(),
        }
    }
}
