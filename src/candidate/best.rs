//! What features in common weigh, and which candidates a document keeps: the policy of the rewrite tier,
//! whoever counts.

use super::feature_bits;
use super::settings::RareSettings;

/// Weights are in 256ths of a bit: whole numbers, so that sums do not depend on order.
const WEIGHT_UNIT: f64 = 256.0;

/// What a feature weighs by the number of documents that hold it.
#[derive(Clone, Debug)]
pub struct Weights {
    documents: usize,
    of_rare: Vec<u32>,
}

impl Weights {
    /// Among so many documents that hold features.
    pub fn new(documents: usize) -> Self {
        let of_rare = (0..256).map(|holding| Self::weigh(documents, holding)).collect();
        Weights { documents, of_rare }
    }

    fn weigh(documents: usize, holding: usize) -> u32 {
        (feature_bits(documents as f64, holding as f64) * WEIGHT_UNIT) as u32
    }

    /// The weight of a feature that so many documents hold, in 256ths of a bit.
    pub fn of(&self, holding: usize) -> u32 {
        self.of_rare.get(holding).copied().unwrap_or_else(|| Self::weigh(self.documents, holding))
    }
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
    /// As in [`super::CandidatePair`].
    pub score: f64,
    /// Rare features that both hold.
    pub shared_rare: u32,
}

impl<D: Copy + Ord> Common<D> {
    fn scored(self) -> Best<D> {
        let Common { other, weight, shared_rare, shorter, .. } = self;
        let score = f64::from(weight) / WEIGHT_UNIT / (shorter as f64).sqrt();
        Best { other, score, shared_rare }
    }

    /// Those of the documents met that are kept, the best first; equally good ones in their own order.
    pub fn best(met: impl IntoIterator<Item = Common<D>>, settings: &RareSettings) -> Vec<Best<D>> {
        let RareSettings { shared_min, score_min, leader_score_min, weak_score, .. } = *settings;
        let RareSettings { candidates_per_document, weak_per_document, leaders_per_document, .. } = *settings;
        let enough = met.into_iter().filter(|common| common.shared >= shared_min).map(Common::scored);
        let mut found: Vec<Best<D>> = enough
            .filter(|best| best.score >= if best.shared_rare > 0 { score_min } else { leader_score_min })
            .collect();
        found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.other.cmp(&b.other)));
        let (mut leaders, mut weak, mut kept) = (0, 0, 0);
        let within = found.into_iter().map_while(|best| {
            leaders += usize::from(best.shared_rare == 0);
            weak += usize::from(best.score < weak_score);
            kept += 1;
            let is_within = kept <= candidates_per_document && weak <= weak_per_document;
            is_within.then_some((best, best.shared_rare > 0 || leaders <= leaders_per_document))
        });
        within.filter_map(|(best, is_kept)| is_kept.then_some(best)).collect()
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
