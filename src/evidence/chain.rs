//! The heaviest chain of matching sentences that stand in one order in both texts, against the heaviest in
//! reverse order.
//!
//! What two texts on one topic have in common matches all over, and any order finds as much of it; a
//! retelling follows its source. Chains are heaviest increasing subsequences (Jacobson and Vo 1992, "Heaviest
//! increasing/common subsequence problems"), found with prefix maxima in a Fenwick tree.

/// Chains over the sentences of one text, each matched with places (sentences) of the other; fed sentence by
/// sentence.
#[derive(Clone, Debug)]
pub(super) struct SentenceChains {
    rising: Maxima,
    falling: Maxima,
    places: usize,
    found: Vec<(usize, f64, f64)>,
}

impl SentenceChains {
    /// For a text with so many sentences on the other side.
    pub fn over(places: usize) -> SentenceChains {
        SentenceChains { rising: Maxima::of(places), falling: Maxima::of(places), places, found: Vec::new() }
    }

    /// The next sentence, with the weights (above 0) of its matches by their places.
    pub fn follow(&mut self, matches: impl Iterator<Item = (usize, f64)>) {
        self.found.clear();
        for (place, weight) in matches {
            let mirrored = self.places - 1 - place;
            let rising = self.rising.below(place) + weight;
            self.found.push((place, rising, self.falling.below(mirrored) + weight));
        }
        // a sentence does not follow itself
        for &(place, rising, falling) in &self.found {
            self.rising.raise(place, rising);
            self.falling.raise(self.places - 1 - place, falling);
        }
    }

    /// Weight of the heaviest chain in the same order less that of the heaviest in reverse order.
    pub fn gain(&self) -> f64 {
        self.rising.below(self.places) - self.falling.below(self.places)
    }
}

/// Maxima of prefixes; values only grow.
#[derive(Clone, Debug)]
struct Maxima(Vec<f64>);

impl Maxima {
    fn of(count: usize) -> Maxima {
        Maxima(vec![0.0; count + 1])
    }

    /// The largest value at a place below this one; 0 where there is none.
    fn below(&self, place: usize) -> f64 {
        let (mut at, mut largest) = (place, 0.0_f64);
        while at > 0 {
            largest = largest.max(self.0[at]);
            at &= at - 1;
        }
        largest
    }

    fn raise(&mut self, place: usize, value: f64) {
        let mut at = place + 1;
        while at < self.0.len() {
            self.0[at] = self.0[at].max(value);
            at += at & at.wrapping_neg();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The heaviest strictly rising chain by trying each match as the last one.
    fn heaviest(sentences: &[Vec<(usize, u32)>], place_of: impl Fn(usize) -> usize) -> f64 {
        let mut ends: Vec<(usize, f64)> = Vec::new();
        for matches in sentences {
            let before = |place: usize| {
                let reached = ends.iter().filter(|(end, _)| *end < place).map(|(_, weight)| *weight);
                reached.fold(0.0, f64::max)
            };
            let next: Vec<(usize, f64)> = (matches.iter())
                .map(|&(place, weight)| (place_of(place), before(place_of(place)) + f64::from(weight)))
                .collect();
            ends.extend(next);
        }
        ends.into_iter().map(|(_, weight)| weight).fold(0.0, f64::max)
    }

    proptest! {
        #[test]
        fn chains_are_those_of_trying_all(
            sentences in prop::collection::vec(prop::collection::btree_map(0..9usize, 1..5u32, 0..5), 0..9),
        ) {
            let sentences: Vec<Vec<(usize, u32)>> =
                sentences.into_iter().map(|matches| matches.into_iter().collect()).collect();
            let mut chains = SentenceChains::over(9);
            for matches in &sentences {
                chains.follow(matches.iter().map(|&(place, weight)| (place, f64::from(weight))));
            }
            let wanted = heaviest(&sentences, |place| place) - heaviest(&sentences, |place| 8 - place);
            prop_assert_eq!(chains.gain(), wanted);
        }
    }
}
