//! Which facts two articles have in common, which they hold alone, and in which order they mention them.

use crate::evidence::Prepared;
use crate::evidence::blocks::{self, BlockStretches};
use crate::evidence::signals::{Signals, both, largest};

/// News goes from the main thing to the background, whoever tells it: that facts come in one order proves
/// nothing beyond this, while another order speaks against a retelling.
const FACT_ORDER_MAX: f64 = 0.5;

/// A text without a fact lacks none of the other's either: that says nothing.
const FACTS_MIN: f64 = 1.0;

/// Adds what facts say. Where capitals do not show names, numbers alone say little, and the signals are
/// missing.
pub(super) fn add_facts(first: &Prepared, second: &Prepared, left_out: &[BlockStretches], s: &mut Signals) {
    if !(first.facts.has_names && second.facts.has_names) {
        return;
    }
    let positions = first.facts.positions_in(&second.facts);
    let shared = positions.iter().flatten().count() as f64;
    let (n1, n2) = (first.facts.keys.len() as f64, second.facts.keys.len() as f64);
    s.facts_shared = Some((1.0 + shared).ln());
    s.facts_count_least = Some((1.0 + n1.min(n2)).ln());
    if n1.min(n2) < FACTS_MIN {
        return;
    }
    (s.facts_most, s.facts_least) = both(smoothed(shared, n1), smoothed(shared, n2));
    s.facts_alone_least = Some((1.0 + (n1 - shared).min(n2 - shared)).ln());
    s.facts_alone_most = Some((1.0 + (n1 - shared).max(n2 - shared)).ln());
    let in_second = |fact: &&u32| positions[**fact as usize].is_some();
    let mut is_shared = vec![false; second.facts.keys.len()];
    positions.iter().flatten().for_each(|&fact| is_shared[fact as usize] = true);
    let in_first = |fact: &&u32| is_shared[**fact as usize];
    let (unquoted1, unquoted2) = (&first.facts.unquoted, &second.facts.unquoted);
    (s.facts_unquoted_most, s.facts_unquoted_least) = both(
        smoothed(unquoted1.iter().filter(in_second).count() as f64, unquoted1.len() as f64),
        smoothed(unquoted2.iter().filter(in_first).count() as f64, unquoted2.len() as f64),
    );
    let place = |fact: &u32| {
        let own = first.facts.first_tokens[*fact as usize];
        Some((own, second.facts.first_tokens[positions[*fact as usize]? as usize]))
    };
    let places: Vec<(u32, u32)> = first.facts.in_order.iter().filter_map(place).collect();
    let order = largest(left_out, |blocks| {
        let is_outside = |(here, there): &&(u32, u32)| {
            !blocks::hold(&blocks.in_first, *here as usize)
                && !blocks::hold(&blocks.in_second, *there as usize)
        };
        fact_order(places.iter().filter(is_outside).map(|(_, there)| *there))
    });
    s.fact_order = order.map(|order| order.min(FACT_ORDER_MAX));
}

/// How far the first mentions of shared facts, in the order of one text, come in the same order in the other:
/// pairs in rising order less those in falling order, to all; of few facts the order says little.
fn fact_order(places: impl Iterator<Item = u32>) -> f64 {
    let mut places: Vec<u32> = places.collect();
    let all = places.len() * places.len().saturating_sub(1) / 2;
    let falling = falling_pairs(&mut places);
    (all as f64 - 2.0 * falling as f64) / (all as f64 + 3.0)
}

/// So few places are each compared with all before it, without a branch: faster than sorting them.
const FEW_PLACES: usize = 64;

/// How many pairs of distinct places fall: counted while sorting by merging, and, where they are few, one by
/// one.
fn falling_pairs(places: &mut [u32]) -> u64 {
    if places.len() <= FEW_PLACES {
        let before = |at: usize| places[..at].iter().map(|&earlier| u32::from(earlier >= places[at])).sum();
        return (1..places.len()).map(before).map(|falling: u32| u64::from(falling)).sum();
    }
    let (first, second) = places.split_at_mut(places.len() / 2);
    let falling = falling_pairs(first) + falling_pairs(second);
    first.sort_unstable();
    let earlier = |place: &u32| first.len() - first.partition_point(|earlier| earlier < place);
    falling + second.iter().map(earlier).map(|earlier| earlier as u64).sum::<u64>()
}

/// A share that few facts cannot drive to its ends.
pub(super) fn smoothed(part: f64, whole: f64) -> f64 {
    part / (whole + 1.5)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn falling_pairs_are_those_of_comparing_all(places in prop::collection::vec(0..2000_u32, 0..300)) {
            let pairs = (0..places.len()).flat_map(|at| (at + 1..places.len()).map(move |later| (at, later)));
            let expected = pairs.filter(|&(at, later)| places[at] >= places[later]).count();
            prop_assert_eq!(falling_pairs(&mut places.clone()), expected as u64);
        }
    }
}
