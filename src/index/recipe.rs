//! What of an article goes into an index, and the fingerprint of how.
//!
//! The same words, shingles, sketches and features as in a scan: see [`crate::candidate`]. Hashes are kept in 32 bits:
//! postings are proposals, verified on texts, and counts of word runs are told from common ones by a margin.

use super::sampling::Sampling;
use crate::article::Article;
use crate::candidate::Banding;
use crate::candidate::features::{FeatureFinder, RARE_FEATURES};
use crate::candidate::identical::{IDENTITY, identity};
use crate::evidence::background::{GRAM_WORDS, fold};
use crate::normalise::words::{WordHash, word_hashes};
use crate::recipe::{Recipe, SEED, SketchRecipe};
use crate::shingle::{SHINGLE_WORDS, shingle_hashes};
use crate::sketch::MinHash;
use crate::sketch::sample::{is_kept, key32};
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

/// Room to work in.
#[derive(Debug, Default)]
pub struct Workspace {
    hashes: Vec<WordHash>,
    words: Vec<u64>,
    shingles: Vec<u64>,
    sketch: Vec<u32>,
    features: FeatureFinder,
    grams: Vec<u32>,
    slots: Vec<u32>,
}

impl Workspace {
    /// Keys of the word runs that are kept where one in `one_in` is, each once.
    fn distinct_grams(&mut self, one_in: u32) -> &[u32] {
        let runs = self.words.windows(GRAM_WORDS);
        self.grams.clear();
        self.grams.extend(runs.map(gram_key));
        keep(&mut self.grams, one_in);
        let slots = (self.grams.len() * 2).next_power_of_two().max(64);
        self.slots.clear();
        self.slots.resize(slots, 0);
        let (slots, shift) = (&mut self.slots[..], 32 - slots.trailing_zeros());
        let (mask, mut count) = (slots.len() - 1, 0);
        for at in 0..self.grams.len() {
            // an empty slot is 0, which is one key in 2^32
            let gram = self.grams[at];
            let mark = gram.max(1);
            let mut slot = (mark >> shift) as usize & mask;
            while slots[slot] != 0 && slots[slot] != mark {
                slot = (slot + 1) & mask;
            }
            self.grams[count] = gram;
            count += usize::from(slots[slot] != mark);
            slots[slot] = mark;
        }
        self.grams.truncate(count);
        &self.grams
    }
}

impl Analysis {
    /// Of an article that is to be filed.
    pub fn of(article: &Article, sampling: Sampling, room: &mut Workspace) -> Analysis {
        let mut analysis = Self::without_runs(article, sampling.features_one_in, room);
        if analysis.identity != 0 {
            analysis.grams = room.distinct_grams(sampling.grams_one_in).to_vec();
        }
        analysis
    }

    /// Of an article that is asked about: all features, no word runs.
    pub fn asked(article: &Article, room: &mut Workspace) -> Analysis {
        Self::without_runs(article, 1, room)
    }

    fn without_runs(article: &Article, features_one_in: u32, room: &mut Workspace) -> Analysis {
        room.hashes.clear();
        word_hashes(&article.text, |hash| room.hashes.push(hash));
        room.words.clear();
        room.words.extend(room.hashes.iter().map(|hash| hash.word));
        let mut analysis = Analysis { identity: identity(&room.words), ..Self::default() };
        if analysis.identity == 0 {
            return analysis;
        }
        room.shingles.clear();
        shingle_hashes(&room.words, SHINGLE_WORDS, &mut room.shingles);
        if MINHASH.sketch(&room.shingles, &mut room.sketch) {
            BANDING.keys(&room.sketch, &mut analysis.bands);
            for (band, key) in (0u64..).zip(&mut analysis.bands) {
                *key = key32(u64::from(*key) | band << 32);
            }
        }
        let is_wanted = |feature| is_kept(key32(feature), features_one_in);
        let features = room.features.find_wanted_among(&room.hashes, is_wanted);
        analysis.features = features.iter().map(|&feature| key32(feature)).collect();
        analysis
    }
}

impl Analysis {
    /// The identity alone, of a text.
    pub fn identity_of(text: &str, room: &mut Workspace) -> u128 {
        room.words.clear();
        word_hashes(text, |hash| room.words.push(hash.word));
        identity(&room.words)
    }

    /// The features alone, of a text, distinct and ascending.
    pub fn features_of(text: &str, room: &mut Workspace) -> Vec<u32> {
        distinct(room.features.find(text).iter().map(|&feature| key32(feature)).collect())
    }
}

/// Keeps one in `one_in` of the keys, without a branch: which are kept cannot be foreseen.
fn keep(keys: &mut Vec<u32>, one_in: u32) {
    let mut kept = 0;
    for at in 0..keys.len() {
        keys[kept] = keys[at];
        kept += usize::from(is_kept(keys[at], one_in));
    }
    keys.truncate(kept);
}

/// Keys of a text's word runs, distinct, ascending.
pub fn grams_of(words: &[u64]) -> Vec<u32> {
    distinct(words.windows(GRAM_WORDS).map(gram_key).collect())
}

fn gram_key(run: &[u64]) -> u32 {
    key32(run.iter().fold(0, |gram, &word| fold(gram, word)))
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
            "words=retold-word-1 unicode=17.0.0 shingles=retold-shingle-2 shingle_words=5 seed=5eed0f7e701d \
             sketch=retold-fss-minhash-2 values=78 texts=retold-identity-2 bands=13x6 features=retold-stem-bigram-1 runs=4 keys=32"
        );
    }
}
