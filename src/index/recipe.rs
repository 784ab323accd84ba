//! What of an article goes into an index, and the fingerprint of how.
//!
//! The same words, shingles, sketches and features as in a scan: see [`crate::candidate`]. Hashes are kept in
//! 32 bits: postings are proposals, verified on texts, and counts of word runs are told from common ones by a
//! margin.

use super::sampling::Sampling;
use crate::Result;
use crate::analysis::Analyser;
use crate::analysis::features::RARE_FEATURES;
use crate::analysis::grams::{GRAM_WORDS, grams};
use crate::analysis::identity::IDENTITY;
use crate::article::Article;
use crate::error::IndexError;
use crate::normalise::words::word_hashes;
use crate::recipe::{Recipe, SEED, SketchRecipe};
use crate::sketch::sample::{is_kept, key32};
use crate::sketch::{Banding, MinHash};
use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_64;

/// Near-duplicates are found from this Jaccard index on.
pub const THRESHOLD: f64 = 0.8;

pub static BANDING: LazyLock<Banding> = LazyLock::new(|| Banding::for_threshold(THRESHOLD));
static MINHASH: LazyLock<MinHash> = LazyLock::new(|| MinHash::new(BANDING.values(), SEED));
static NAME: LazyLock<String> = LazyLock::new(|| {
    let banding = *BANDING;
    let recipe = Recipe::new(SketchRecipe::MinHash { values: banding.values() as u32 });
    format!(
        "{recipe} texts={IDENTITY} bands={}x{} features={RARE_FEATURES} runs={GRAM_WORDS} keys=32",
        banding.bands, banding.rows
    )
});
static FINGERPRINT: LazyLock<u64> = LazyLock::new(|| xxh3_64(NAME.as_bytes()));

/// All that decides which hashes a text gives.
pub fn name() -> &'static str {
    &NAME
}

/// Of [`name`].
pub fn fingerprint() -> u64 {
    *FINGERPRINT
}

/// What [`name`] was in earlier versions; the first is the oldest.
const EARLIER: [&str; 2] = [
    "words=retold-word-1 unicode=17.0.0 shingles=retold-shingle-2 shingle_words=5 seed=5eed0f7e701d \
     sketch=retold-fss-minhash-2 values=78 texts=retold-identity-2 bands=13x6 features=retold-stem-bigram-1 runs=4 keys=32",
    "words=retold-word-2 unicode=17.0.0 shingles=retold-shingle-2 shingle_words=5 seed=5eed0f7e701d \
     sketch=retold-fss-minhash-2 values=78 texts=retold-identity-2 bands=13x6 features=retold-stem-bigram-1 runs=4 keys=32",
];

/// # Errors
/// [`IndexError::RecipeMismatch`] where `found` is not today's fingerprint. `file` is the one that names it.
pub fn check(found: u64, file: &str) -> Result<()> {
    if found == fingerprint() {
        return Ok(());
    }
    let known = EARLIER.iter().find(|name| xxh3_64(name.as_bytes()) == found);
    let known = known.map_or_else(|| "not known to this version".to_owned(), |name| (*name).to_owned());
    Err(IndexError::RecipeMismatch {
        file: file.to_owned(),
        found: format!("{found:016x}, {known}"),
        expected: format!("{:016x}, {}", fingerprint(), name()),
    }
    .into())
}

/// What of an article goes into postings.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// 0 for a text without words, which matches nothing.
    pub identity: u128,
    /// Keys of the bands, the band worked in; empty for a text without words.
    pub bands: Vec<u32>,
    /// Distinct but for what 32 bits cannot tell apart, in no order.
    pub features: Vec<u32>,
    /// Distinct, in no order.
    pub grams: Vec<u32>,
}

impl Analysis {
    /// Of an article that is to be filed.
    pub fn of(article: &Article, sampling: Sampling, analyser: &mut Analyser) -> Analysis {
        let mut analysis = Self::without_runs(article, sampling.features_one_in, analyser);
        if analysis.identity != 0 {
            analysis.grams = analyser.gram_keys(sampling.grams_one_in).to_vec();
        }
        analysis
    }

    /// Of an article that is asked about: all features, no word runs.
    pub fn asked(article: &Article, analyser: &mut Analyser) -> Analysis {
        Self::without_runs(article, 1, analyser)
    }

    fn without_runs(article: &Article, features_one_in: u32, analyser: &mut Analyser) -> Analysis {
        analyser.read(&article.text);
        let mut analysis = Analysis { identity: analyser.identity(), ..Self::default() };
        if analysis.identity == 0 {
            return analysis;
        }
        analyser.band_keys(&MINHASH, *BANDING, &mut analysis.bands);
        for (band, key) in (0u64..).zip(&mut analysis.bands) {
            *key = key32(u64::from(*key) | band << 32);
        }
        let is_wanted = |feature| is_kept(key32(feature), features_one_in);
        analysis.features =
            analyser.features_where(is_wanted).iter().map(|&feature| key32(feature)).collect();
        analysis
    }

    /// The identity alone, of a text.
    pub fn identity_of(text: &str, analyser: &mut Analyser) -> u128 {
        analyser.read_words(text);
        analyser.identity()
    }

    /// The features alone, of a text, distinct and ascending.
    pub fn features_of(text: &str, analyser: &mut Analyser) -> Vec<u32> {
        analyser.read(text);
        distinct(analyser.features().iter().map(|&feature| key32(feature)).collect())
    }
}

/// Keys of a text's word runs, distinct, ascending.
pub fn grams_of(words: &[u64]) -> Vec<u32> {
    distinct(grams(words).map(key32).collect())
}

/// Words of a text, as [`grams_of`] takes them.
pub fn words_of(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    word_hashes(text, |hash| words.push(hash.word));
    words
}

pub fn distinct(mut keys: Vec<u32>) -> Vec<u32> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

pub fn id_key(id: &str) -> u32 {
    key32(xxh3_64(id.as_bytes()))
}

pub fn identity_key(identity: u128) -> u32 {
    key32(identity as u64 ^ (identity >> 64) as u64)
}

/// Key under which the copies of a document are found.
pub fn copies_key(number: u64) -> u32 {
    key32(number.wrapping_mul(0xd6e8_feb8_6659_fd93))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipe_is_pinned() {
        assert_eq!(
            name(),
            "words=retold-word-5 unicode=17.0.0 shingles=retold-shingle-2 shingle_words=5 seed=5eed0f7e701d \
             sketch=retold-fss-minhash-2 values=78 texts=retold-identity-2 bands=13x6 features=retold-stem-bigram-1 runs=4 keys=32"
        );
    }
}
