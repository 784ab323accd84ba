//! What a feature weighs by the number of documents that hold it.

/// A collection of fewer documents cannot tell what is rare in it: features weigh as in one of so many.
pub const BACKGROUND_MIN_DOCUMENTS: usize = 500;

/// A feature weighs no less: what most of a collection prints is one story, or one form, and no less in
/// common for that.
const FEATURE_BITS_MIN: f64 = 1.0;

/// Weights are in 256ths of a bit: whole numbers, so that sums do not depend on order.
pub(super) const WEIGHT_UNIT: f64 = 256.0;

/// What a feature weighs that so many of the documents hold, in 256ths of a bit: at least one bit. Either
/// number may be an estimate.
pub fn feature_weight(documents: f64, holding: f64) -> u32 {
    let bits = (documents.max(2.0) / holding.max(1.0)).log2().max(FEATURE_BITS_MIN);
    (bits * WEIGHT_UNIT) as u32
}

/// [`feature_weight`] among a number of documents, worked out beforehand.
#[derive(Clone, Debug)]
pub struct Weights {
    documents: usize,
    of_rare: Vec<u32>,
}

impl Weights {
    /// Among so many documents that hold features, or [`BACKGROUND_MIN_DOCUMENTS`] where they are fewer.
    pub fn new(documents: usize) -> Self {
        let documents = documents.max(BACKGROUND_MIN_DOCUMENTS);
        let of_rare = (0..256).map(|holding| feature_weight(documents as f64, holding as f64)).collect();
        Weights { documents, of_rare }
    }

    /// The weight of a feature that so many documents hold, in 256ths of a bit.
    pub fn of(&self, holding: usize) -> u32 {
        let beyond = || feature_weight(self.documents as f64, holding as f64);
        self.of_rare.get(holding).copied().unwrap_or_else(beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_features_weigh_more_and_none_less_than_a_bit() {
        let weights = Weights::new(1 << 16);
        assert_eq!([1, 2, 1 << 10].map(|holding| weights.of(holding)), [16 * 256, 15 * 256, 6 * 256]);
        assert_eq!([1 << 15, 1 << 16, 1 << 17].map(|holding| weights.of(holding)), [256; 3]);
        assert_eq!(weights.of(0), weights.of(1));
    }

    #[test]
    fn a_small_collection_weighs_as_a_larger_one() {
        assert_eq!(Weights::new(3).of(2), Weights::new(BACKGROUND_MIN_DOCUMENTS).of(2));
    }
}
