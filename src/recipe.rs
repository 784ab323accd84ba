//! How texts become hashes and sketches, named so that an index can refuse what was made another way.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

use crate::normalise::words::{UNICODE_VERSION, WORD_HASH};
use crate::shingle::{SHINGLE_HASH, SHINGLE_WORDS};
use crate::sketch::{MINHASH, SCALED, SIMHASH};

/// Seed of every recipe, unless it is set to another.
pub const SEED: u64 = 0x5eed_0f7e_701d;

/// The sketch of a recipe and what it is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SketchRecipe {
    /// See [`crate::sketch::MinHash`].
    MinHash {
        /// Values of a sketch.
        values: u32,
    },
    /// See [`crate::sketch::SimHash`].
    SimHash,
    /// See [`crate::sketch::ScaledSketch`].
    Scaled {
        /// Of so many shingles about one is kept.
        scale: u64,
    },
}

/// All that decides which hashes and sketches a text gives. Two recipes of one fingerprint give the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// How words are found and hashed.
    pub words: &'static str,
    /// Unicode version of the classes of characters.
    pub unicode: (u8, u8, u8),
    /// How shingles are hashed.
    pub shingles: &'static str,
    /// Words of a shingle.
    pub shingle_words: u32,
    /// Seed of all sketches.
    pub seed: u64,
    /// How shingles become a sketch.
    pub sketch: SketchRecipe,
}

impl Recipe {
    /// Today's recipe with the sketch given.
    pub fn new(sketch: SketchRecipe) -> Self {
        Recipe {
            words: WORD_HASH,
            unicode: UNICODE_VERSION,
            shingles: SHINGLE_HASH,
            shingle_words: SHINGLE_WORDS as u32,
            seed: SEED,
            sketch,
        }
    }

    /// A number that differs where the recipe does; stable across releases and platforms.
    pub fn fingerprint(&self) -> u64 {
        xxh3_64(self.to_string().as_bytes())
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.unicode;
        write!(f, "words={} unicode={major}.{minor}.{patch} ", self.words)?;
        write!(f, "shingles={} shingle_words={} ", self.shingles, self.shingle_words)?;
        write!(f, "seed={:x} sketch=", self.seed)?;
        match self.sketch {
            SketchRecipe::MinHash { values } => write!(f, "{MINHASH} values={values}"),
            SketchRecipe::SimHash => f.write_str(SIMHASH),
            SketchRecipe::Scaled { scale } => write!(f, "{SCALED} scale={scale}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_fingerprint() {
        let recipe = Recipe::new(SketchRecipe::MinHash { values: 128 });
        assert_eq!(
            recipe.to_string(),
            "words=retold-word-5 unicode=17.0.0 shingles=retold-shingle-2 shingle_words=5 seed=5eed0f7e701d \
             sketch=retold-fss-minhash-2 values=128"
        );
        assert_eq!(recipe.fingerprint(), 4580956070583667616);
    }

    #[test]
    fn another_sketch_is_another_recipe() {
        let sketches = [
            SketchRecipe::MinHash { values: 128 },
            SketchRecipe::MinHash { values: 64 },
            SketchRecipe::SimHash,
            SketchRecipe::Scaled { scale: 64 },
        ];
        let fingerprints: std::collections::BTreeSet<u64> =
            sketches.map(|sketch| Recipe::new(sketch).fingerprint()).into();
        assert_eq!(fingerprints.len(), sketches.len());
    }
}
