//! The stages in a row. The only room that knows all the others.
//!
//! `collection → candidates → evidence → verdicts → families`: [`scan`] searches, [`compare`] takes given
//! pairs, [`measure()`] stops at the evidence. Results hold rows, a scan's as the lines that
//! [`crate::report`] makes of them.

mod article_cache;
mod cascade;
mod chained;
mod clusters;
mod compare;
pub(crate) mod drawing;
mod families;
mod gram_counts;
mod gram_hints;
mod gram_lanes;
mod judged;
mod limits;
mod listed_families;
mod listing;
mod locality;
mod measure;
mod misread;
mod pairs;
mod portraits;
mod proposed;
mod rarity;
mod repeats;
mod round;
mod rows;
mod scan;
mod shared_grams;
mod trees;
mod twins;

pub use cascade::{Judgement, Judging, MeasuredPair, score_prepared};
pub use chained::{Chained, SECOND_INPUTS};
pub use compare::{Asked, CompareSettings, compare};
pub(crate) use families::LinksByPair;
pub use listed_families::ScanFamilies;
pub use measure::{Measures, PairMeasures, Shortened, measure, measure_pair};
pub(crate) use pairs::{Pair, Scored};
pub use portraits::portraits;
pub use proposed::{ACROSS_PAIRED_MAX, COPIES_PAIRED_MAX};
pub use rows::ScanRows;
pub use scan::{Scan, ScanSettings, scan, scan_in};
