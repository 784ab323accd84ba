//! Scaled sketches (FracMinHash): every shingle whose hash lies in the lowest part of the range.
//!
//! Irber et al. 2022, "Lightweight compositional analysis of metagenomes with FracMinHash". The size grows
//! with the text, so that containment of a short text in a long one can be estimated, which MinHash of a
//! fixed size cannot.

use super::minhash::split_mix;

/// Names this way of sketching; another one is another recipe.
pub const SCALED: &str = "retold-scaled-1";

/// About one in `scale` of a text's distinct shingles, in ascending order of draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScaledSketch {
    scale: u64,
    draws: Vec<u64>,
}

impl ScaledSketch {
    /// Keeps one in `scale` shingles, at least 1 (all of them), as the seed has it.
    pub fn new(shingles: &[u64], scale: u64, seed: u64) -> Self {
        let scale = scale.max(1);
        let mut draws: Vec<u64> = shingles
            .iter()
            .map(|&shingle| split_mix(seed, shingle))
            .filter(|&draw| draw <= u64::MAX / scale)
            .collect();
        draws.sort_unstable();
        draws.dedup();
        ScaledSketch { scale, draws }
    }

    /// Of so many shingles about one is kept.
    pub fn scale(&self) -> u64 {
        self.scale
    }

    /// Shingles that are kept.
    pub fn len(&self) -> usize {
        self.draws.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.draws.is_empty()
    }

    /// Estimated share of this text's shingles that stand in the other; `None` where the sketch is empty.
    ///
    /// Both must be of one seed; of two scales the coarser one is used.
    pub fn containment_in(&self, other: &ScaledSketch) -> Option<f64> {
        let limit = u64::MAX / self.scale.max(other.scale).max(1);
        let own = &self.draws[..self.draws.partition_point(|&draw| draw <= limit)];
        let shared = own.iter().filter(|draw| other.draws.binary_search(draw).is_ok()).count();
        (!own.is_empty()).then(|| shared as f64 / own.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containment_of_a_short_text_in_a_long_one_is_estimated() {
        let long: Vec<u64> = (0..40_000).collect();
        let short: Vec<u64> = (39_000..41_000).collect();
        let (a, b) = (ScaledSketch::new(&short, 8, 1), ScaledSketch::new(&long, 8, 1));
        let found = a.containment_in(&b).unwrap();
        assert!((found - 0.5).abs() < 0.1, "{found}");
        assert_eq!(
            ScaledSketch::new(&short, 1, 1).containment_in(&ScaledSketch::new(&long, 1, 1)),
            Some(0.5)
        );
        assert_eq!(ScaledSketch::default().containment_in(&b), None);
    }

    #[test]
    fn the_coarser_scale_counts() {
        let all: Vec<u64> = (0..10_000).collect();
        let (fine, coarse) = (ScaledSketch::new(&all, 2, 1), ScaledSketch::new(&all, 32, 1));
        assert_eq!(fine.containment_in(&coarse), Some(1.0));
        assert_eq!(coarse.containment_in(&fine), Some(1.0));
    }

    #[test]
    fn golden_sketch() {
        let sketch = ScaledSketch::new(&[1, 2, 3, 4, 5, 6, 7, 8], 4, 42);
        assert_eq!(sketch.draws, [701532786141963250, 2949826092126892291, 4028864712777624925]);
    }
}
