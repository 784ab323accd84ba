//! A text to what searches go by, made once for scan, index and every other search: words, the identity of
//! the text, band keys or a fingerprint, rare features, runs of four words.
//!
//! | what | finds | room |
//! | --- | --- | --- |
//! | [`identity::identity`] | the same text | 16 bytes a document |
//! | [`Banding`] keys, or a [`SimHash`] fingerprint | near-duplicates | 4 bytes a band, or 8 bytes |
//! | [`features`] | rewrites | about one a word, the rarest of which are kept |
//! | [`crossing`] | translations | held while they are sought, of the fewer languages alone |
//! | [`grams`] | how rare what two texts share is | counted for shared ones alone |

pub mod crossing;
mod distinct;
pub mod features;
pub(crate) mod gram_slots;
pub mod grams;
pub mod identity;
pub mod skeleton;

use crate::normalise::words::{WordHash, word_hashes};
use crate::shingle::{SHINGLE_WORDS, shingle_hashes};
use crate::sketch::sample::is_kept;
use crate::sketch::{Banding, MinHash, SimHash};
use distinct::Distinct;
use features::FeatureFinder;

/// Reads texts one after the other; what it tells is of the last one. It keeps its room from text to text.
#[derive(Debug, Default)]
pub struct Analyser {
    hashes: Vec<WordHash>,
    words: Vec<u64>,
    shingles: Vec<u64>,
    sketch: Vec<u32>,
    finder: FeatureFinder,
    keys: Vec<u32>,
    distinct_keys: Distinct<u32>,
}

impl Analyser {
    /// Reads a text whose features will be asked for.
    pub fn read(&mut self, text: &str) {
        self.hashes.clear();
        word_hashes(text, |hash| self.hashes.push(hash));
        self.words.clear();
        self.words.extend(self.hashes.iter().map(|hash| hash.word));
    }

    /// Reads a text whose features will not be asked for, which takes less time.
    pub fn read_words(&mut self, text: &str) {
        self.hashes.clear();
        self.words.clear();
        word_hashes(text, |hash| self.words.push(hash.word));
    }

    /// Hashes of the words, in their order.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// 128 bits that are the same for the same words; 0 for a text without words, which is the same as none.
    pub fn identity(&self) -> u128 {
        identity::identity(&self.words)
    }

    /// Appends a key for each band; those of a text without words mean nothing.
    pub fn band_keys(&mut self, minhash: &MinHash, banding: Banding, keys: &mut Vec<u32>) {
        self.shingles.clear();
        shingle_hashes(&self.words, SHINGLE_WORDS, &mut self.shingles);
        minhash.sketch(&self.shingles, &mut self.sketch);
        banding.keys(&self.sketch, keys);
    }

    /// The SimHash fingerprint; `None` for a text without words.
    pub fn fingerprint(&mut self, simhash: &SimHash) -> Option<u64> {
        simhash.fingerprint(&self.words, &mut self.shingles)
    }

    /// The features of a text that [`Self::read`] read, each once, in no order to rely on.
    pub fn features(&mut self) -> &[u64] {
        self.finder.find_among(&self.hashes)
    }

    /// As [`Self::features`], those that are wanted alone.
    pub fn features_where(&mut self, is_wanted: impl Fn(u64) -> bool) -> &[u64] {
        self.finder.find_wanted_among(&self.hashes, is_wanted)
    }

    /// Keys of 32 bits of the runs of four words, each once: of those that are kept where one in `one_in` is.
    pub fn gram_keys(&mut self, one_in: u32) -> &[u32] {
        self.keys.clear();
        self.keys.extend(grams::grams(&self.words).map(crate::sketch::sample::key32));
        // without a branch: which are kept cannot be foreseen
        let mut kept = 0;
        for at in 0..self.keys.len() {
            self.keys[kept] = self.keys[at];
            kept += usize::from(is_kept(self.keys[at], one_in));
        }
        self.keys.truncate(kept);
        self.distinct_keys.keep(&mut self.keys);
        &self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::SEED;

    const TEXT: &str =
        "The council closed the Orrin bridge on Monday after engineers found cracks in three of its piers.";

    #[test]
    fn both_ways_of_reading_tell_the_same_of_the_words() {
        let (mut whole, mut words_alone) = (Analyser::default(), Analyser::default());
        whole.read(TEXT);
        words_alone.read_words(TEXT);
        assert_eq!(whole.words(), words_alone.words());
        assert_eq!(whole.identity(), words_alone.identity());
        let banding = Banding::for_threshold(0.8);
        let minhash = MinHash::new(banding.values(), SEED);
        let (mut one, mut other) = (Vec::new(), Vec::new());
        whole.band_keys(&minhash, banding, &mut one);
        words_alone.band_keys(&minhash, banding, &mut other);
        assert_eq!((one.len(), &one), (banding.bands, &other));
    }

    #[test]
    fn a_text_leaves_nothing_behind_for_the_next() {
        let (mut used, mut fresh) = (Analyser::default(), Analyser::default());
        used.read("Other words stood here before, and many more of them than in the next text, so that all room is used.");
        let _ = (used.features().len(), used.gram_keys(1).len());
        used.read(TEXT);
        fresh.read(TEXT);
        assert_eq!(used.features(), fresh.features());
        assert_eq!(used.gram_keys(2), fresh.gram_keys(2));
        used.read("—");
        assert_eq!((used.identity(), used.features().len(), used.gram_keys(1).len()), (0, 0, 0));
    }
}
