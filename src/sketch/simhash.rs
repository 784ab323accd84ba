//! SimHash: 64 bits a text, close in Hamming distance where texts are close in words.
//!
//! Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002. Features are runs of two
//! words: single words leave all English texts near each other, runs of five move too many bits at a light
//! edit. Two texts whose vectors of features stand at an angle of `t` differ in `64 · t / π` bits on average.
//!
//! The search rests on pigeons (Manku, Jain and Das Sarma, "Detecting Near-Duplicates for Web Crawling", WWW
//! 2007): cut into `blocks` parts, two fingerprints that differ in at most `distance` bits agree in at least
//! `blocks - distance` of the parts. So each choice of two parts, with `distance + 2` parts in all, is a
//! table sorted by those bits, within whose runs all pairs are compared. Nothing is missed. The price grows
//! with the square of the documents in a run: fine to some 10^6 documents; MinHash has no such limit.

use bitvec::field::BitField;
use bitvec::order::Lsb0;
use bitvec::vec::BitVec;

use super::minhash::split_mix;
use crate::shingle::shingle_hashes;

/// Names this way of sketching; another one is another recipe.
pub const SIMHASH: &str = "retold-simhash-1";

/// Words of a feature.
const FEATURE_WORDS: usize = 2;
const BITS: usize = 64;

/// Makes SimHash fingerprints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SimHash {
    seed: u64,
}

impl SimHash {
    /// Fingerprints of this seed; those of two seeds have nothing to do with one another.
    pub fn new(seed: u64) -> Self {
        SimHash { seed }
    }

    /// The fingerprint of a text by its word hashes; `features` is room to work in. `None` for an empty text.
    pub fn fingerprint(&self, words: &[u64], features: &mut Vec<u64>) -> Option<u64> {
        features.clear();
        shingle_hashes(words, FEATURE_WORDS, features);
        let mut ones = [0u32; BITS];
        for feature in features.iter().map(|&feature| split_mix(self.seed, feature)) {
            for (bit, ones) in ones.iter_mut().enumerate() {
                *ones += (feature >> bit & 1) as u32;
            }
        }
        let half = features.len() as u32 / 2;
        let bits = ones.iter().enumerate();
        (!features.is_empty()).then(|| bits.fold(0, |all, (bit, &ones)| all | u64::from(ones > half) << bit))
    }

    /// The largest distance at which two texts of the given Jaccard index (over five-word shingles) are
    /// still looked for: the mean distance, and two standard deviations.
    ///
    /// A share `s = 2j / (1 + j)` of five-word shingles survives; of two-word ones then `s^(2/5)`, which is
    /// the cosine. Distances above 12 would make every table a scan of all, so thresholds below about 0.7
    /// lose recall.
    pub fn distance_for(jaccard: f64) -> u32 {
        let survives = 2.0 * jaccard / (1.0 + jaccard);
        let differs = survives.powf(0.4).clamp(0.0, 1.0).acos() / std::f64::consts::PI;
        let bits = BITS as f64;
        let distance = bits * differs + 2.0 * (bits * differs * (1.0 - differs)).sqrt();
        (distance.round() as u32).clamp(1, 12)
    }
}

/// Fingerprints, bit-packed, and the search for all pairs within a Hamming distance.
#[derive(Clone, Debug, Default)]
pub struct HammingIndex {
    bits: BitVec<u64, Lsb0>,
}

impl HammingIndex {
    /// Empty, with room for so many fingerprints.
    pub fn with_capacity(fingerprints: usize) -> Self {
        HammingIndex { bits: BitVec::with_capacity(fingerprints * BITS) }
    }

    /// Adds a fingerprint under the next number, from 0.
    pub fn push(&mut self, fingerprint: u64) {
        let at = self.bits.len();
        self.bits.resize(at + BITS, false);
        self.bits[at..].store_le(fingerprint);
    }

    /// Fingerprints that were added.
    pub fn len(&self) -> usize {
        self.bits.len() / BITS
    }

    /// Whether none was added.
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// The fingerprint of a number below [`Self::len`].
    pub fn fingerprint(&self, number: u32) -> u64 {
        self.block(number, 0..BITS)
    }

    /// Bits in which two fingerprints differ, 0 to 64.
    pub fn distance(&self, a: u32, b: u32) -> u32 {
        (self.fingerprint(a) ^ self.fingerprint(b)).count_ones()
    }

    fn block(&self, number: u32, bits: std::ops::Range<usize>) -> u64 {
        let at = number as usize * BITS;
        self.bits[at + bits.start..at + bits.end].load_le()
    }

    /// How many tables find all pairs within `distance`.
    pub fn tables(distance: u32) -> usize {
        let blocks = distance as usize + 2;
        blocks * (blocks - 1) / 2
    }

    /// One of the tables: `(key, number)` of the numbers given, to be sorted by key; equal keys are to be
    /// compared. A pair may meet in several tables.
    pub fn table_keys<'a>(
        &'a self,
        table: usize,
        distance: u32,
        numbers: impl Iterator<Item = u32> + 'a,
    ) -> impl Iterator<Item = (u32, u32)> + 'a {
        let blocks = Self::blocks(distance);
        let (first, second) = Self::choices(distance).nth(table).unwrap_or((0, 1));
        numbers.map(move |number| {
            let (low, high) = (blocks[first].clone(), blocks[second].clone());
            let shift = low.len();
            ((self.block(number, low) | self.block(number, high) << shift) as u32, number)
        })
    }

    /// `distance + 2` blocks, at least three, whose lengths differ by one at most.
    fn blocks(distance: u32) -> Vec<std::ops::Range<usize>> {
        let count = distance as usize + 2;
        (0..count).map(|block| block * BITS / count..(block + 1) * BITS / count).collect()
    }

    fn choices(distance: u32) -> impl Iterator<Item = (usize, usize)> {
        let count = distance as usize + 2;
        (0..count).flat_map(move |first| (first + 1..count).map(move |second| (first, second)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn tables_find_every_pair_within_the_distance(
            seeds in prop::collection::vec((0..6u64, prop::collection::vec(0..64u32, 0..9)), 2..40),
            distance in 1..=12u32,
        ) {
            let mut index = HammingIndex::default();
            for (seed, flips) in &seeds {
                index.push(flips.iter().fold(split_mix(9, *seed), |bits, flip| bits ^ 1 << flip));
            }
            let mut found = Vec::new();
            for table in 0..HammingIndex::tables(distance) {
                let keys: Vec<(u32, u32)> =
                    index.table_keys(table, distance, 0..index.len() as u32).collect();
                for (i, &(key, a)) in keys.iter().enumerate() {
                    for &(_, b) in keys[i + 1..].iter().filter(|other| other.0 == key) {
                        if index.distance(a, b) <= distance {
                            found.push((a, b));
                        }
                    }
                }
            }
            found.sort_unstable();
            found.dedup();
            let numbers = 0..index.len() as u32;
            let all: Vec<(u32, u32)> = numbers
                .clone()
                .flat_map(|a| (a + 1..index.len() as u32).map(move |b| (a, b)))
                .filter(|&(a, b)| index.distance(a, b) <= distance)
                .collect();
            prop_assert_eq!(found, all);
        }
    }

    #[test]
    fn light_edits_move_few_bits_and_other_texts_about_half() {
        let simhash = SimHash::new(1);
        let words: Vec<u64> = (0..450).map(|i| split_mix(3, i)).collect();
        let fingerprint = |words: &[u64]| simhash.fingerprint(words, &mut Vec::new()).unwrap();
        let mut edited = words.clone();
        (0..450).step_by(60).for_each(|at| edited[at] = split_mix(4, at as u64));
        let other: Vec<u64> = (0..450).map(|i| split_mix(5, i)).collect();
        let distance = |a: &[u64], b: &[u64]| (fingerprint(a) ^ fingerprint(b)).count_ones();
        assert!(distance(&words, &edited) <= SimHash::distance_for(0.8));
        assert!(distance(&words, &other) > 20);
        assert_eq!(simhash.fingerprint(&[], &mut Vec::new()), None);
    }

    #[test]
    fn golden_fingerprints() {
        let simhash = SimHash::new(42);
        assert_eq!(simhash.fingerprint(&[1], &mut Vec::new()), Some(2949826092126892291));
        assert_eq!(simhash.fingerprint(&[1, 2, 3, 4, 5], &mut Vec::new()), Some(2424907045457647632));
    }
}
