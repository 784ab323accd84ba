//! Sketches: a text's shingles in a few numbers, from which similarity is estimated.
//!
//! `shingle hashes → sketch`. Which one?
//!
//! | sketch | estimates | for | cost a text of 450 words |
//! | --- | --- | --- | --- |
//! | [`MinHash`] | Jaccard | near-duplicates by banding; the default | about 1 µs for 128 values |
//! | [`SimHash`] | cosine, as Hamming distance of 64 bits | near-duplicates in least memory (8 bytes) | about 2 µs |
//! | [`ScaledSketch`] | containment, also of a short text in a long one | sampling long texts | next to nothing |
//!
//! A sketch never decides: what it proposes is verified on the texts.

mod banding;
mod minhash;
pub(crate) mod sample;
mod scaled;
mod simhash;

pub use banding::Banding;
pub(crate) use minhash::split_mix;
pub use minhash::{MINHASH, MinHash};
pub use scaled::{SCALED, ScaledSketch};
pub use simhash::{HammingIndex, SIMHASH, SimHash};
