//! What two texts tell in the same order: content words, and facts next to one another.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::evidence::facts::Facts;
use crate::normalise::{Text, TokenFlags};

/// Content words beyond so many of a text are not looked at.
const WORDS_MAX: usize = 4096;

/// Facts are neighbours within this many mentions.
const NEIGHBOUR_MENTIONS: usize = 3;

/// Length of the longest common subsequence of content-word stems, and the content words of either text.
///
/// Bit-parallel (Hyyrö 2004, "Bit-parallel LCS-length computation revisited"): `|one| · |other| / 64` steps.
pub fn common_subsequence(one: &Text, other: &Text) -> (usize, [usize; 2]) {
    let (rows, columns) = (content(one), content(other));
    let blocks = columns.len().div_ceil(64);
    let mut places: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (at, stem) in columns.iter().enumerate() {
        places.entry(*stem).or_default().push(at as u32);
    }
    // a 0 bit in column j: the subsequence grows there
    let mut state = vec![u64::MAX; blocks];
    let mut mask = vec![0_u64; blocks];
    for stem in &rows {
        let Some(places) = places.get(stem) else { continue };
        for place in places {
            mask[*place as usize / 64] |= 1 << (place % 64);
        }
        let mut carry = false;
        for (state, mask) in state.iter_mut().zip(&mask) {
            let matched = *state & mask;
            let (sum, over1) = state.overflowing_add(matched);
            let (sum, over2) = sum.overflowing_add(u64::from(carry));
            carry = over1 || over2;
            *state = sum | (*state & !mask);
        }
        for place in places {
            mask[*place as usize / 64] = 0;
        }
    }
    let mut grown = 0;
    for (block, state) in state.iter().enumerate() {
        let used = (columns.len() - block * 64).min(64);
        let used = if used == 64 { u64::MAX } else { (1 << used) - 1 };
        grown += (!state & used).count_ones() as usize;
    }
    (grown, [rows.len(), columns.len()])
}

/// Neighbouring facts of `here`, and how many of them are neighbours in `there`, in the same order. The words of one name are no
/// neighbours.
pub fn shared_neighbours(here: &Facts, there: &Facts) -> (usize, usize) {
    let near: FxHashSet<(u64, u64)> = pairs(there, NEIGHBOUR_MENTIONS).collect();
    let own: FxHashSet<(u64, u64)> = pairs(here, 1).collect();
    (own.iter().filter(|pair| near.contains(*pair)).count(), own.len())
}

fn pairs(facts: &Facts, reach: usize) -> impl Iterator<Item = (u64, u64)> + '_ {
    // the words of one name stand side by side: its last one speaks for it in one direction, its first in the other
    facts.mentions.iter().enumerate().flat_map(move |(at, fact)| {
        let mut passed = 0;
        let mut last = fact.token;
        facts.mentions[at + 1..]
            .iter()
            .take_while(move |later| {
                passed += usize::from(later.token > last + 1);
                last = later.token;
                passed <= reach
            })
            .filter(move |later| later.token > fact.token + 1 && later.key != fact.key)
            .map(move |later| (fact.key, later.key))
    })
}

fn content(text: &Text) -> Vec<u64> {
    text.tokens
        .iter()
        .filter(|token| {
            !token.flags.has(TokenFlags::FUNCTION_WORD) && !token.flags.has(TokenFlags::FURNITURE)
        })
        .map(|token| token.stem)
        .take(WORDS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(one: &[u64], other: &[u64]) -> usize {
        let mut best = vec![vec![0; other.len() + 1]; one.len() + 1];
        for (i, x) in one.iter().enumerate() {
            for (j, y) in other.iter().enumerate() {
                best[i + 1][j + 1] = if x == y { best[i][j] + 1 } else { best[i][j + 1].max(best[i + 1][j]) };
            }
        }
        best[one.len()][other.len()]
    }

    proptest! {
        #[test]
        fn the_bit_parallel_length_is_the_tables(
            one in proptest::collection::vec(0..30u8, 0..150),
            other in proptest::collection::vec(0..30u8, 0..150),
        ) {
            let text = |words: &[u8]| {
                Text::new(words.iter().map(|word| format!("stamm{word}")).collect::<Vec<_>>().join(" "), Some("en"))
            };
            let (one, other) = (text(&one), text(&other));
            let (length, words) = common_subsequence(&one, &other);
            prop_assert_eq!(length, naive(&content(&one), &content(&other)));
            prop_assert_eq!(words, [content(&one).len(), content(&other).len()]);
        }
    }

    #[test]
    fn words_of_one_name_are_no_neighbours() {
        let facts = |text: &str| Facts::of(&Text::new(text, Some("en")));
        let one = facts("the mayor Ines Orlick met the envoy Tam Brandt on the pier");
        let (shared, all) = shared_neighbours(&one, &one);
        assert_eq!(shared, all);
        let apart =
            facts("the mayor Ines Orlick slept; some time later in the day the envoy Tam Brandt woke");
        assert!(shared_neighbours(&one, &apart).0 > 0);
        let turned = facts("the envoy Tam Brandt met the mayor Ines Orlick on the pier");
        assert_eq!(shared_neighbours(&one, &turned).0, 0);
    }
}
