//! Words to shingle hashes.

/// Hash of a folded word.
pub fn word_hash(folded: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(folded.as_bytes())
}
