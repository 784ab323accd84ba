//! What MinHash banding would find of the labelled pairs, and what it would cost.

/// Bands of rows of a MinHash sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandShape {
    /// Bands; a pair that agrees in all values of any one of them is a candidate.
    pub bands: u32,
    /// Values of a band.
    pub rows: u32,
}

impl BandShape {
    /// How often a pair of this Jaccard index shares a band: `1 - (1 - j^rows)^bands` (Leskovec et al. 2014,
    /// section 3.4).
    pub fn meets(&self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.clamp(0.0, 1.0).powf(f64::from(self.rows))).powf(f64::from(self.bands))
    }

    /// The Jaccard index that is met half of the time.
    pub fn threshold(&self) -> f64 {
        (1.0 - 0.5_f64.powf(1.0 / f64::from(self.bands))).powf(1.0 / f64::from(self.rows))
    }
}

/// Ways to cut a sketch of `hashes` into bands, from the least to the most demanding; together they use
/// nearly all hashes.
pub fn bandings(hashes: u32) -> Vec<BandShape> {
    (1..=hashes.min(32))
        .map(|rows| BandShape { bands: hashes / rows, rows })
        .filter(|b| b.bands > 1)
        .collect()
}

/// What a banding is expected to do on pairs of known Jaccard indices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The banding that is looked at.
    pub banding: BandShape,
    /// Share of the derived pairs that become candidates.
    pub recall: f64,
    /// Share of the other pairs that become candidates and have to be verified.
    pub cost: f64,
}

/// `jaccards` of labelled pairs, with whether they are derived.
pub fn expect(banding: BandShape, jaccards: &[(f64, bool)]) -> Expected {
    let mean = |wanted: bool| {
        let mut sum = 0.0;
        let mut count = 0.0;
        for (jaccard, _) in jaccards.iter().filter(|pair| pair.1 == wanted) {
            sum += banding.meets(*jaccard);
            count += 1.0;
        }
        if count > 0.0 { sum / count } else { 0.0 }
    };
    Expected { banding, recall: mean(true), cost: mean(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_s_curve_is_the_share_of_simulated_sketches_that_meet() {
        use crate::tune::metrics::bootstrap::Draws;
        let banding = BandShape { bands: 8, rows: 4 };
        let mut draws = Draws::new(1);
        for jaccard in [0.3, 0.6, 0.8] {
            let trials = 4000;
            let met = (0..trials)
                .filter(|_| {
                    (0..banding.bands)
                        .map(|_| {
                            (0..banding.rows)
                                .filter(|_| draws.below(1_000_000) < (jaccard * 1e6) as usize)
                                .count()
                        })
                        .any(|agree| agree == banding.rows as usize)
                })
                .count();
            let share = met as f64 / f64::from(trials);
            assert!((share - banding.meets(jaccard)).abs() < 0.03, "{share} {}", banding.meets(jaccard));
        }
        assert!((banding.meets(banding.threshold()) - 0.5).abs() < 1e-9);
    }
}
