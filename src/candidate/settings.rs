//! What the candidate search is asked for.

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

/// Settings of the rewrite tier. Scores are those of [`super::CandidatePair`].
#[derive(Clone, Debug, PartialEq)]
pub struct RareSettings {
    /// A feature in more documents than this ties its documents to one of them only, but for the short ones.
    pub document_frequency_max: u32,
    /// A document of few features is tied to all others by those that up to so many documents hold, too.
    pub short_document_frequency_max: u32,
    /// So many features are few.
    pub short_features_max: u16,
    /// Features that a pair must have in common, at least 1.
    pub shared_min: u32,
    /// Least score of a candidate.
    pub score_min: f64,
    /// Least score of a candidate to which features above the cap alone tie a document (a leader, or what a
    /// short one is tied to): they weigh little each.
    pub leader_score_min: f64,
    /// Score below which a document keeps only its best few candidates.
    pub weak_score: f64,
    /// How many of those it keeps.
    pub weak_per_document: usize,
    /// Candidates kept of each document at most, best first; a pair stays if either document keeps it.
    pub candidates_per_document: usize,
    /// Those among them to which a document is tied by features above the cap alone, best first.
    pub leaders_per_document: usize,
    /// Features kept of each document, smallest hash first, at most 65,535: only texts of some 10,000 words
    /// have more.
    pub features_per_document: usize,
    /// Rare features of each document by which candidates are sought, rarest first.
    pub rare_per_document: usize,
    /// Features above the cap kept of each document, smallest hash first.
    pub frequent_per_document: usize,
}

/// Which pairs of documents are of interest at all. Rewrite candidates keep to them; copies collapse
/// regardless, and a cluster counts for all its members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairLimits {
    /// Largest distance of the dates in days; a document without a date is near to all.
    pub within_days: Option<u32>,
    /// Only pairs whose sources differ; a document without a source differs from all.
    pub across_sources: bool,
    /// The first input that belongs to the other side: only pairs with one document on each side.
    pub first_input_against: Option<u32>,
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

impl Default for RareSettings {
    fn default() -> Self {
        RareSettings {
            document_frequency_max: 12,
            short_document_frequency_max: 24,
            short_features_max: 100,
            shared_min: 2,
            score_min: 2.0,
            leader_score_min: 0.75,
            weak_score: 6.0,
            weak_per_document: 3,
            candidates_per_document: 50,
            leaders_per_document: 4,
            features_per_document: 4096,
            rare_per_document: 512,
            frequent_per_document: 32,
        }
    }
}
