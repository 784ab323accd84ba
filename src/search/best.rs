//! Which candidates a document keeps, by what it has in common with others.

use super::settings::RareSettings;
use super::weights::WEIGHT_UNIT;

/// The score of a candidate ([`crate::candidate::CandidatePair`]): what is in common, in 256ths of a bit, by
/// the root of the number of features of the one that has fewer.
pub fn candidate_score(weight: u64, fewer: usize) -> f64 {
    weight as f64 / WEIGHT_UNIT / (fewer.max(1) as f64).sqrt()
}

/// What decides whether a candidate is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rank {
    /// As in [`crate::candidate::CandidatePair`].
    pub score: f64,
    /// Whether a rare feature is in common: else a leader was met, or one of few features.
    pub has_rare: bool,
}

/// Leaves of candidates, best first, those that are kept. A pair stays if either of its documents keeps it;
/// where one speaks for several, `sides` says for how many.
pub fn keep_best<C>(found: &mut Vec<C>, rank: impl Fn(&C) -> Rank, settings: &RareSettings, sides: usize) {
    let (mut leaders, mut weak, mut kept) = (0, 0, 0);
    found.retain(|candidate| {
        let Rank { score, has_rare } = rank(candidate);
        leaders += usize::from(!has_rare);
        weak += usize::from(score < settings.weak_score);
        kept += 1;
        kept <= settings.candidates_per_document
            && weak <= settings.weak_per_document.saturating_mul(sides)
            && (has_rare || leaders <= settings.leaders_per_document.saturating_mul(sides))
    });
}

/// What a document has in common with another one, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Common<D> {
    /// The other document.
    pub other: D,
    /// Sum of the weights of what both hold, in 256ths of a bit.
    pub weight: u32,
    /// Features that both hold.
    pub shared: u32,
    /// Rare ones among them.
    pub shared_rare: u32,
    /// Features kept of the one that has fewer, at least 1.
    pub shorter: usize,
}

/// A candidate that a document keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best<D> {
    /// The other document.
    pub other: D,
    /// As in [`crate::candidate::CandidatePair`].
    pub score: f64,
    /// Rare features that both hold.
    pub shared_rare: u32,
}

impl<D: Copy + Ord> Common<D> {
    fn scored(self) -> Best<D> {
        let Common { other, weight, shared_rare, shorter, .. } = self;
        Best { other, score: candidate_score(u64::from(weight), shorter), shared_rare }
    }

    /// Those of the documents met that are kept, the best first; equally good ones in their own order.
    pub fn best(met: impl IntoIterator<Item = Common<D>>, settings: &RareSettings) -> Vec<Best<D>> {
        let enough = met.into_iter().filter(|common| common.shared >= settings.shared_min);
        let mut found: Vec<Best<D>> = enough
            .map(Common::scored)
            .filter(|best| best.score >= settings.least_score(best.shared_rare > 0))
            .collect();
        found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.other.cmp(&b.other)));
        let rank = |best: &Best<D>| Rank { score: best.score, has_rare: best.shared_rare > 0 };
        keep_best(&mut found, rank, settings, 1);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(other: u32, bits: u32, shared_rare: u32) -> Common<u32> {
        Common { other, weight: bits * 256, shared: 2, shared_rare, shorter: 1 }
    }

    fn kept(met: &[Common<u32>]) -> Vec<u32> {
        Common::best(met.iter().copied(), &RareSettings::default()).iter().map(|best| best.other).collect()
    }

    #[test]
    fn the_best_come_first_and_equals_by_number() {
        assert_eq!(kept(&[common(3, 8, 1), common(2, 9, 1), common(1, 8, 1)]), [2, 1, 3]);
        let alone = Common { shared: 1, ..common(1, 20, 1) };
        assert_eq!(kept(&[alone, common(2, 1, 1), common(3, 1, 0)]), [3]);
    }

    #[test]
    fn weak_ones_and_leaders_are_few() {
        let weak: Vec<Common<u32>> = (0..9).map(|other| common(other, 5, 1)).collect();
        assert_eq!(kept(&weak), [0, 1, 2]);
        let leaders: Vec<Common<u32>> = (0..9).map(|other| common(other, 7, 0)).collect();
        assert_eq!(kept(&leaders), [0, 1, 2, 3]);
        let strong: Vec<Common<u32>> = (0..90).map(|other| common(other, 9, 1)).collect();
        assert_eq!(kept(&strong).len(), 50);
    }
}
