//! An order of pairs in which each document is needed within a short stretch, so that it is made ready once.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::pipeline::pairs::Pair;

/// Positions of `pairs`, all or some, by the breadth-first rank of their documents (Cuthill and McKee 1969,
/// without degrees): neighbours stand near each other, and the two documents of a pair no further apart than
/// their neighbourhoods are wide.
pub fn order(pairs: &[Pair], mut order: Vec<usize>) -> Vec<usize> {
    let ranks = ranks(order.iter().map(|&at| pairs[at]));
    order.sort_by_cached_key(|&at| {
        let (a, b) = (ranks[&pairs[at].0], ranks[&pairs[at].1]);
        (a.max(b), a.min(b), at)
    });
    order
}

fn ranks(pairs: impl Iterator<Item = Pair>) -> FxHashMap<DocumentNumber, u32> {
    let mut neighbours: Vec<Pair> = pairs.flat_map(|(a, b)| [(a, b), (b, a)]).collect();
    neighbours.sort_unstable();
    neighbours.dedup();
    let mut ranks = FxHashMap::default();
    let mut waiting = VecDeque::new();
    for group in neighbours.chunk_by(|one, other| one.0 == other.0) {
        waiting.push_back(group[0].0);
        while let Some(document) = waiting.pop_front() {
            let next = ranks.len() as u32;
            if ranks.contains_key(&document) {
                continue;
            }
            ranks.insert(document, next);
            let first = neighbours.partition_point(|pair| pair.0 < document);
            let own = neighbours[first..].iter().take_while(|pair| pair.0 == document);
            waiting.extend(own.map(|pair| pair.1).filter(|other| !ranks.contains_key(other)));
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_comes_once_and_families_stay_together() {
        let pairs = [(0, 9), (1, 5), (2, 9), (3, 5), (9, 2), (4, 4)];
        let order = order(&pairs, (0..pairs.len()).collect());
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5]);
        assert_eq!(order, [0, 2, 4, 1, 3, 5]);
    }
}
