//! Which documents of a collection are duplicates, which one of each cluster is kept, and why.
//!
//! `collection → clusters → marks`: one [`Mark`] for each document, in input order. Nothing is ever deleted:
//! [`rewrite`] makes new files with the marks in them, or without what is not kept.
//!
//! | file | makes |
//! | --- | --- |
//! | `sides` | two collections, each with ids of its own |
//! | `stars`, `chains` | clusters: of verified copies, of families |
//! | `keep` | the document of a cluster that is kept, and the rule that decided |
//! | `contained` | documents that hold a text of the other side, or a passage of one |
//! | `units` | paragraphs and lines that several documents hold |
//! | `agreement` | exact Jaccard indices between what goes and what is kept |
//! | `marks`, `write` | rows, and files of rows |
//! | `examples` | clusters to look at |
//! | `estimate` | what a run would remove, from a sample |
//! | `rewrite` | the inputs again, with marks |
//!
//! Clusters do not depend on the number of threads, the rule of keeping or the order of the input: ties break
//! by id.
//!
//! Repeated substrings of any length and place (Lee et al. 2022, "Deduplicating Training Data Makes Language
//! Models Better", section 4.1) are left to others: their suffix array takes eight bytes a byte of text on
//! disk and an order of all suffixes, which no bounded memory gives in few passes. Paragraphs and lines
//! (`units`) are had in one pass each, and passages of a reference set by `contained`.

mod agreement;
mod chains;
mod clusters;
mod contained;
mod estimate;
mod examples;
mod field;
mod keep;
mod marks;
pub mod rewrite;
mod run;
mod sides;
mod stars;
mod summary;
#[cfg(test)]
mod tests;
pub mod units;
pub mod write;

pub use contained::{Holding, HoldingRow, HoldingRule};
pub use estimate::{Estimate, estimate};
pub use examples::Example;
pub use field::number_of_field;
pub use keep::{Extreme, KeepRule};
pub use marks::{ClusterId, KeepReason, Mark, Marked};
pub use run::{By, DedupSettings, Inputs, dedup};
pub use summary::{DEDUP_SUMMARY_FORMAT, DedupSummary};
