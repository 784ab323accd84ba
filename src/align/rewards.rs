//! What a word earns as evidence of reuse.

/// Occurrences up to which rewards are remembered.
const TABLE: usize = 64;

/// Rewards of words found in one range of the other text.
///
/// A word that stands there earns ln(1 + ρ(1 − q)/q), the log-likelihood ratio of reuse against chance: q is
/// the chance that it would stand there anyway, by how common it is elsewhere in both texts. A word that does
/// not costs ln(1 − ρ).
pub(super) struct Rewards {
    /// By occurrences elsewhere; NaN where not yet asked for.
    table: [f64; TABLE],
    /// Words of the range, and words elsewhere.
    pub range_words: f64,
    pub outside_words: f64,
    /// What every word is taken to have had elsewhere besides.
    pub prior_occurrences: f64,
    /// ρ: share of a reused text's words that stand in the range.
    pub reuse_share: f64,
    pub reward_max: f64,
}

impl Rewards {
    pub fn new(
        range_words: f64,
        outside_words: f64,
        prior_occurrences: f64,
        reuse_share: f64,
        reward_max: f64,
    ) -> Self {
        Rewards {
            table: [f64::NAN; TABLE],
            range_words,
            outside_words,
            prior_occurrences,
            reuse_share,
            reward_max,
        }
    }

    /// Of a word with so many occurrences elsewhere.
    pub fn hit(&mut self, occurrences: u32) -> f64 {
        match self.table.get(occurrences as usize) {
            Some(known) if !known.is_nan() => *known,
            Some(_) => {
                let reward = self.compute(occurrences);
                self.table[occurrences as usize] = reward;
                reward
            }
            None => self.compute(occurrences),
        }
    }

    /// Of a word that is not there: below zero.
    pub fn miss(&self) -> f64 {
        (1.0 - self.reuse_share).ln()
    }

    fn compute(&self, occurrences: u32) -> f64 {
        let frequency = (f64::from(occurrences) + self.prior_occurrences) / self.outside_words;
        let chance = (1.0 - (-self.range_words * frequency).exp()).max(1e-9);
        (1.0 + self.reuse_share * (1.0 - chance) / chance).ln().min(self.reward_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_earn_more_and_none_loses_by_being_there() {
        let mut rewards = Rewards::new(100.0, 1000.0, 0.5, 0.45, 4.4);
        let earned: Vec<f64> = (0..200).map(|occurrences| rewards.hit(occurrences)).collect();
        assert!(earned.is_sorted_by(|rarer, commoner| rarer > commoner || *commoner == 0.0));
        assert!(earned.iter().all(|reward| *reward >= 0.0));
        assert_eq!(rewards.hit(3), earned[3]);
        assert!(rewards.miss() < 0.0);
    }

    #[test]
    fn rewards_are_those_of_the_formula() {
        // q = 1 - exp(-100 · 0.5/1000) = 0.048771; ln(1 + 0.45 · 0.951229/0.048771) = ln 9.7769
        let mut rewards = Rewards::new(100.0, 1000.0, 0.5, 0.45, 4.4);
        assert!((rewards.hit(0) - 2.280_020).abs() < 1e-5, "{}", rewards.hit(0));
    }
}
