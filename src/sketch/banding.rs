//! Tier 2, proposing: MinHash values in bands, and documents that agree in a band.
//!
//! Two texts of Jaccard index `j` agree in all `rows` values of a band with probability `j^rows`, and in at
//! least one of `bands` bands with probability `1 - (1 - j^rows)^bands`: an S-curve that is steepest near
//! `(1 / bands)^(1 / rows)`. [`Banding::for_threshold`] chooses both numbers so that pairs at the threshold
//! itself are found with a probability of 0.98 (and those above it more surely), at the least cost.
//!
//! | threshold | bands × rows | found at 0.1 | at 0.3 | at 0.5 | at 0.8 | at 0.9 |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | 0.8 | 13 × 6 | 0.000 | 0.009 | 0.185 | 0.981 | 1.000 |
//! | 0.5 | 61 × 4 | 0.006 | 0.391 | 0.980 | 1.000 | 1.000 |

/// Bands and rows of a MinHash sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Banding {
    /// Bands; a pair that agrees in all values of any one of them is a candidate.
    pub bands: usize,
    /// Values of a band.
    pub rows: usize,
}

impl Banding {
    /// Least probability with which a pair at the threshold meets in a band.
    pub const RECALL_AT_THRESHOLD: f64 = 0.98;
    /// Least threshold for which there is a banding: its 390 bands are near the largest sketch there is.
    pub const THRESHOLD_MIN: f64 = 0.01;
    const BANDS_MAX: usize = 100;
    const VALUES_MAX: usize = 320;

    /// The steepest banding that still finds pairs at `threshold` (from [`Self::THRESHOLD_MIN`] to 1), within
    /// the limits on its size. Below a threshold of about 0.3 the limits cost precision, never recall: below
    /// 0.04 they give way.
    pub fn for_threshold(threshold: f64) -> Self {
        let threshold = threshold.clamp(Self::THRESHOLD_MIN, 1.0);
        let enough = |rows: usize| {
            // A band in which hardly a pair agrees is missed by almost all; rounded to 1, by none.
            let missed = (-threshold.powi(rows as i32)).ln_1p();
            let bands = ((1.0 - Self::RECALL_AT_THRESHOLD).ln() / missed).ceil().max(1.0);
            Banding { bands: bands as usize, rows }
        };
        let is_small = |banding: &Banding| {
            banding.bands <= Self::BANDS_MAX && banding.bands * banding.rows <= Self::VALUES_MAX
        };
        let fitting = (2..=16).map(enough).filter(is_small);
        let least = fitting.min_by(|a, b| a.cost().total_cmp(&b.cost()));
        least.unwrap_or_else(|| Banding { bands: enough(1).bands.max(Self::BANDS_MAX), rows: 1 })
    }

    /// Work a document, in values sketched: the sketch, a sort of its band keys, and the false candidates, of
    /// which texts with a page boilerplate in common (taken as an index of 0.25 with 20 texts) are the most.
    fn cost(self) -> f64 {
        const VALUES_A_BAND: f64 = 4.0;
        const BOILERPLATE_TEXTS: f64 = 20.0;
        const VALUES_A_CANDIDATE: f64 = 400.0;
        let bands = self.bands as f64;
        bands * (self.rows as f64 + VALUES_A_BAND)
            + BOILERPLATE_TEXTS * VALUES_A_CANDIDATE * self.probability(0.25)
    }

    /// Probability that a pair of the given Jaccard index meets in a band.
    pub fn probability(self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.powi(self.rows as i32)).powi(self.bands as i32)
    }

    /// Values that a sketch needs.
    pub fn values(self) -> usize {
        self.bands * self.rows
    }

    /// Appends a key for each band of the sketch.
    ///
    /// 32 bits a key: among 10^6 documents chance brings together some 100 pairs a band, and verification
    /// parts them.
    pub fn keys(self, sketch: &[u32], keys: &mut Vec<u32>) {
        let bands = sketch.chunks_exact(self.rows).take(self.bands);
        keys.extend(bands.map(|band| {
            let key = band.iter().fold(BAND_SEED, |key, &value| {
                let product = u128::from(key ^ u64::from(value)) * u128::from(BAND_FACTOR);
                product as u64 ^ (product >> 64) as u64
            });
            key as u32
        }));
    }
}

/// Digits of the square root of 2 and of the golden ratio.
const BAND_SEED: u64 = 0x6a09_e667_f3bc_c908;
const BAND_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::MinHash;

    #[test]
    fn the_documented_choices_and_their_curves() {
        let at = |threshold: f64| Banding::for_threshold(threshold);
        assert_eq!(at(0.8), Banding { bands: 13, rows: 6 });
        assert_eq!(at(0.5), Banding { bands: 61, rows: 4 });
        for threshold in [0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0] {
            let banding = at(threshold);
            assert!(banding.probability(threshold) >= 0.98, "{threshold}: {banding:?}");
            assert!(banding.values() <= Banding::VALUES_MAX);
        }
    }

    #[test]
    fn pairs_at_any_threshold_are_found() {
        for thousandths in 10..=1000 {
            let threshold = f64::from(thousandths) / 1000.0;
            let banding = Banding::for_threshold(threshold);
            let found = banding.probability(threshold);
            assert!(found >= Banding::RECALL_AT_THRESHOLD - 1e-9, "{threshold}: {banding:?} finds {found}");
            assert!(banding.values() <= MinHash::SIZE_MAX, "{threshold}: {banding:?}");
        }
        assert_eq!(Banding::for_threshold(0.01), Banding { bands: 390, rows: 1 });
        assert_eq!(Banding::for_threshold(0.09), Banding { bands: 100, rows: 1 });
    }

    #[test]
    fn golden_keys() {
        let mut keys = Vec::new();
        Banding { bands: 2, rows: 2 }.keys(&[1, 2, 3, 4], &mut keys);
        assert_eq!(keys, [2403785389, 1625227662]);
    }
}
