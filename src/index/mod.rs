//! The archive on disk: articles against years of wire copy, and nothing is ever lost.
//!
//! An index is a folder of segments that never change and one small manifest that names them. [`Writer`]
//! adds, replaces and removes; [`Snapshot`] reads: it is a consistent state, is never blocked and blocks
//! nobody. [`Snapshot::query`] gives the rows that a scan of the archive with the article would give.
//!
//! **Why no database.** What changes is small: which segments there are, and what is gone of each. A file
//! that is replaced by a rename does that, lets any number of processes read while one writes (an embedded
//! database locks its file), and is put to the test operation by operation through [`storage::Storage`].
//! Articles lie in the segments too, several to a compressed block: no B-tree page is half empty, and a
//! commit of ten thousand documents is one file written in order.
//!
//! **Postings** (see `table`) are 32-bit keys in buckets, found by the key's first bits; each block has its
//! checksum, salted with its place. Kept of a document: its bands (near-duplicates), a key of its words
//! (identical texts), its rare features (rewrites), and counts of its runs of four words (rarity in the
//! archive); a large index samples the last two, see `sampling`.
//!
//! **Rarity.** An index cannot pass over the archive for each query as a scan does. What judgement asks is
//! whether at most three other documents hold a run of words that both articles hold. So each segment keeps
//! the sorted multiset of its documents' runs as 32-bit hashes, up to six of a kind, as gaps in Rice's code:
//! some 6 bits a run, and no document numbers. Two runs of one hash make a run look more common than it is:
//! of a million articles, a quarter of whose runs are counted, a fortieth of all hashes is in use, which is
//! the chance that a run looks one document more common than it is.

mod adding;
mod articles;
mod bits;
mod block;
mod browse;
mod build;
mod candidates;
mod check;
mod commit;
mod copies;
mod deletions;
mod doubles;
mod family;
mod filter;
mod known;
mod manifest;
mod merge;
mod merging;
mod plain;
mod query;
mod rarity;
mod recipe;
mod repair;
mod salvage;
mod sampling;
mod segment;
mod snapshot;
mod sort;
mod stats;
mod storage;
mod table;
#[cfg(test)]
mod tests;
mod tiers;
mod upkeep;
mod writer;

use std::path::Path;

pub use crate::error::IndexError;
pub use adding::{Added, NotFiled};
pub use check::{CheckReport, check, check_in};
pub use family::FoundFamily;
pub use merging::TakenIn;
pub use query::{Failures, QuerySettings};
/// What hashes and sketches of this version are made by, as one line.
pub use recipe::name as recipe_name;
pub use repair::{repair, repair_in};
pub use snapshot::{Reader, Snapshot};
pub use stats::{FrequentFeature, SegmentStats, Stats};
pub use storage::{FolderStorage, NewFile, Storage, StoredFile};
pub use upkeep::{Removed, Upgraded, open_all, upgrade, upgrade_in};
pub use writer::Writer;

use crate::Result;

/// What the fuzzers try by itself. No part of the library: it may change at any time.
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals {
    pub use super::articles::{article_at, articles, compress, decompress, push_article};
    pub use super::bits::{BitReader, push_varint, take_varint};
    pub use super::deletions::Deletions;
    pub use super::manifest::Manifest;
    pub use super::plain::decode;
}

/// Opens the index in a folder for reading, as the last commit left it.
///
/// # Errors
/// [`IndexError`] where it is none, is damaged, or was made in another way; [`crate::Error::File`] where it
/// cannot be read.
pub fn open(folder: &Path) -> Result<Snapshot> {
    open_in(&FolderStorage::new(folder))
}

/// As [`open`], wherever the files lie.
///
/// # Errors
/// As [`open`].
pub fn open_in(storage: &dyn Storage) -> Result<Snapshot> {
    Ok(snapshot::open(storage)?.1)
}
