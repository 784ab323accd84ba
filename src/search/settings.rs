//! How rewrites are looked for.

/// Settings of the rewrite tier. Scores are those of [`crate::candidate::CandidatePair`].
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

/// Whom a feature ties to whom, by the number of documents that hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureTie {
    /// All that hold it to each other: it is rare.
    All,
    /// Those of few features to all, the others to the leaders.
    Short,
    /// Each to the leaders.
    Leader,
}

impl RareSettings {
    /// Whom a feature ties that so many documents hold; the number may be an estimate.
    pub fn tie(&self, holding: f64) -> FeatureTie {
        if holding <= f64::from(self.document_frequency_max) {
            FeatureTie::All
        } else if holding <= f64::from(self.short_document_frequency_max) {
            FeatureTie::Short
        } else {
            FeatureTie::Leader
        }
    }

    /// Whether a document of so many features has few of them.
    pub fn is_short(&self, features: usize) -> bool {
        features <= usize::from(self.short_features_max)
    }

    /// The least score of a candidate, with a rare feature in common or without.
    pub fn least_score(&self, has_rare: bool) -> f64 {
        if has_rare { self.score_min } else { self.leader_score_min }
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
