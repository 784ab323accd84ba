//! The policy of a search by features in common, whoever holds the postings: what a feature weighs and whom it
//! ties, which pairs are of interest, which candidates a document keeps.
//!
//! A scan ([`crate::candidate`]), an index ([`crate::index`]) and a job that is spread over machines store and
//! walk their postings each in its own way, and ask here for everything else. So they propose the same pairs.

mod best;
mod limits;
mod settings;
mod weights;

pub use best::{Best, Common, Rank, candidate_score, keep_best};
pub use limits::{DateRange, PairLimits, is_near};
pub use settings::{FeatureTie, RareSettings};
pub use weights::{BACKGROUND_MIN_DOCUMENTS, Weights, feature_weight};
