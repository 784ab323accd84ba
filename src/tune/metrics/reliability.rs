//! Whether a score of 0.8 is right eight times in ten.

/// A stated probability, what came of it, and how much the pair counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stated {
    /// What was stated, 0 to 1.
    pub probability: f64,
    /// What came of it.
    pub is_true: bool,
    /// How much the pair counts; above 0.
    pub weight: f64,
}

/// One bin of a reliability curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Smallest probability stated in the bin.
    pub lowest: f64,
    /// Greatest probability stated in the bin.
    pub highest: f64,
    /// Weighted mean of what was stated.
    pub stated: f64,
    /// Weighted share of what came true.
    pub seen: f64,
    /// Weight of the bin as a share of all.
    pub weight: f64,
}

/// Bins of equal weight (equal count where the weights are equal), by rising probability.
pub fn bins(stated: &[Stated], count: usize) -> Vec<Bin> {
    let mut sorted: Vec<Stated> = stated.iter().filter(|pair| pair.weight > 0.0).copied().collect();
    sorted.sort_by(|one, other| one.probability.total_cmp(&other.probability));
    let total: f64 = sorted.iter().map(|pair| pair.weight).sum();
    let mut bins: Vec<Bin> = Vec::new();
    let mut before = 0.0;
    let mut current: Option<(usize, Bin)> = None;
    for pair in &sorted {
        let index =
            (((before + 0.5 * pair.weight) / total * count as f64) as usize).min(count.saturating_sub(1));
        before += pair.weight;
        if current.is_none_or(|(open, _)| open != index) {
            bins.extend(current.map(|(_, bin)| bin));
            let empty = Bin {
                lowest: pair.probability,
                highest: pair.probability,
                stated: 0.0,
                seen: 0.0,
                weight: 0.0,
            };
            current = Some((index, empty));
        }
        if let Some((_, bin)) = &mut current {
            bin.highest = pair.probability;
            bin.weight += pair.weight;
            bin.stated += pair.weight * pair.probability;
            bin.seen += pair.weight * f64::from(u8::from(pair.is_true));
        }
    }
    bins.extend(current.map(|(_, bin)| bin));
    for bin in &mut bins {
        bin.stated /= bin.weight;
        bin.seen /= bin.weight;
        bin.weight /= total;
    }
    bins
}

/// Expected calibration error (Naeini et al. 2015, with bins of equal count): mean distance between what is
/// stated and what is seen, over the bins by weight.
pub fn calibration_error(bins: &[Bin]) -> f64 {
    // a sum of nothing is negative zero
    bins.iter().map(|bin| bin.weight * (bin.stated - bin.seen).abs()).sum::<f64>() + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(pairs: &[(f64, bool)]) -> Vec<Stated> {
        pairs
            .iter()
            .map(|(probability, is_true)| Stated {
                probability: *probability,
                is_true: *is_true,
                weight: 1.0,
            })
            .collect()
    }

    #[test]
    fn bins_hold_equal_counts_and_the_error_is_their_mean_distance() {
        let pairs: Vec<(f64, bool)> = (0..100).map(|at| (f64::from(at) / 100.0, at % 4 == 0)).collect();
        let bins = bins(&stated(&pairs), 10);
        assert_eq!(bins.len(), 10);
        assert!(bins.iter().all(|bin| (bin.weight - 0.1).abs() < 1e-12));
        let mut error = 0.0;
        for ten in pairs.chunks(10) {
            let said: f64 = ten.iter().map(|pair| pair.0).sum::<f64>() / 10.0;
            let seen = ten.iter().filter(|pair| pair.1).count() as f64 / 10.0;
            error += (said - seen).abs() / 10.0;
        }
        assert!((calibration_error(&bins) - error).abs() < 1e-12);
    }

    #[test]
    fn a_weight_of_two_is_two_pairs() {
        let mut weighted = stated(&[(0.2, true), (0.6, false), (0.9, true), (0.4, false)]);
        let mut doubled = weighted.clone();
        weighted[1].weight = 2.0;
        doubled.push(doubled[1]);
        let sums = |stated: &[Stated]| {
            let bins = bins(stated, 1);
            (bins[0].stated, bins[0].seen)
        };
        let (one, other) = (sums(&weighted), sums(&doubled));
        assert!((one.0 - other.0).abs() < 1e-12 && (one.1 - other.1).abs() < 1e-12);
    }

    #[test]
    fn nothing_stated_has_no_error() {
        assert_eq!(format!("{:.3}", calibration_error(&bins(&[], 10))), "0.000");
    }
}
