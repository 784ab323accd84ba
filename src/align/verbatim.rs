//! What both texts print word for word: tiles, and chains of tiles.
//!
//! Tiles are those of greedy string tiling (Wise 1993): the longest common run is taken, its words are used
//! up in both texts, and so on down to a minimal length. Equal runs go to the first place.

use std::collections::BinaryHeap;
use std::ops::Range;

use crate::align::interned::InternedPair;
use crate::align::parameters::{Parameters, limits};

/// A run of words that both texts print, one-to-one: no other tile covers any of its words in either text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tile {
    /// First token of each side.
    pub start: [usize; 2],
    pub words: usize,
}

impl Tile {
    pub fn range(&self, side: usize) -> Range<usize> {
        self.start[side]..self.start[side] + self.words
    }
}

/// Tiles that follow one another closely in both texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub tokens: [Range<usize>; 2],
    /// Words of its tiles.
    pub common_words: usize,
}

/// A common run that waits for its turn: the longest first, then by place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    words: usize,
    start: std::cmp::Reverse<[usize; 2]>,
}

const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Tiler {
    /// First place in side 1 of each bucket of word runs, and the next place of the same bucket.
    heads: Vec<u32>,
    next: Vec<u32>,
    /// Where the last run ended in side 0, by diagonal.
    covered: Vec<u32>,
    waiting: BinaryHeap<Waiting>,
    used: [Vec<bool>; 2],
    /// By place in side 0.
    pub tiles: Vec<Tile>,
}

impl Tiler {
    /// Finds the tiles of at least `min_words` words.
    pub fn tile(&mut self, pair: &InternedPair<'_>, min_words: usize) {
        self.tiles.clear();
        let words = [pair.sides[0].words, pair.sides[1].words];
        if min_words == 0 || words.iter().any(|words| words.len() < min_words) {
            return;
        }
        self.find_runs(words, min_words);
        for (used, words) in self.used.iter_mut().zip(words) {
            used.clear();
            used.resize(words.len(), false);
        }
        while let Some(Waiting { words, start: std::cmp::Reverse(start) }) = self.waiting.pop() {
            self.take(Tile { start, words }, min_words);
        }
        self.tiles.sort_unstable();
    }

    /// Makes one tile of two texts that are equal word for word.
    pub fn take_whole(&mut self, pair: &InternedPair<'_>) {
        self.tiles.clear();
        self.tiles.push(Tile { start: [0, 0], words: pair.sides[0].words.len() });
    }

    /// All maximal common runs, onto the heap.
    fn find_runs(&mut self, words: [&[u64]; 2], min_words: usize) {
        let [left, right] = words;
        let buckets = (2 * right.len()).next_power_of_two();
        self.heads.clear();
        self.heads.resize(buckets, NONE);
        self.next.clear();
        self.next.resize(right.len(), NONE);
        let bucket = |run: &[u64]| {
            let mixed = run.iter().fold(0u64, |hash, word| (hash.rotate_left(5) ^ word).wrapping_mul(MIX));
            (mixed >> 32) as usize & (buckets - 1)
        };
        // backwards, so that a bucket lists its places in order
        for at in (0..=right.len() - min_words).rev() {
            let head = &mut self.heads[bucket(&right[at..at + min_words])];
            self.next[at] = std::mem::replace(head, at as u32);
        }
        self.covered.clear();
        self.covered.resize(left.len() + right.len(), 0);
        let mut steps = limits::RUN_STEPS_PER_WORD * (left.len() + right.len()).max(1000);
        for at in 0..=left.len() - min_words {
            let run = &left[at..at + min_words];
            let mut place = self.heads[bucket(run)];
            for _ in 0..limits::PLACES_PER_RUN {
                if place == NONE {
                    break;
                }
                let other = place as usize;
                place = self.next[other];
                let covered = &mut self.covered[left.len() + other - at];
                if (at as u32) < *covered || right[other..other + min_words] != *run {
                    continue;
                }
                // an earlier word run of the same stretch may have had too many places to be tried: look back
                // too
                let before = left[..at].iter().rev().zip(right[..other].iter().rev());
                let back = before.take_while(|(a, b)| a == b).count();
                let after = left[at..].iter().zip(&right[other..]);
                let forward = after.take_while(|(a, b)| a == b).count();
                *covered = (at + forward) as u32;
                self.waiting.push(Waiting {
                    words: back + forward,
                    start: std::cmp::Reverse([at - back, other - back]),
                });
                steps = steps.saturating_sub(back + forward);
                if steps == 0 {
                    return;
                }
            }
        }
    }

    /// Takes a run if it is still free, else puts what is left of it back.
    fn take(&mut self, run: Tile, min_words: usize) {
        let is_free = |tiler: &Tiler, offset: usize| {
            !tiler.used[0][run.start[0] + offset] && !tiler.used[1][run.start[1] + offset]
        };
        let mut offset = 0;
        while offset < run.words {
            if !is_free(self, offset) {
                offset += 1;
                continue;
            }
            let start = offset;
            while offset < run.words && is_free(self, offset) {
                offset += 1;
            }
            let words = offset - start;
            let start = [run.start[0] + start, run.start[1] + start];
            if words == run.words {
                for (used, start) in self.used.iter_mut().zip(start) {
                    used[start..start + words].fill(true);
                }
                self.tiles.push(Tile { start, words });
            } else if words >= min_words {
                self.waiting.push(Waiting { words, start: std::cmp::Reverse(start) });
            }
        }
    }
}

const MIX: u64 = 0x517c_c1b7_2722_0a95;

/// Links tiles of at least `link_min_words` words that lie at most `chain_gap_words` apart in both texts, in
/// the same order. Chains of at least `min_words` common words, by place in side 0. They do not overlap: no
/// link fits a gap.
pub(super) fn chains(tiles: &[Tile], parameters: &Parameters, min_words: usize) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for tile in tiles.iter().filter(|tile| tile.words >= parameters.link_min_words) {
        let follows = |chain: &&mut Chain| {
            (0..2).all(|side| {
                let end = chain.tokens[side].end;
                (end..=end + parameters.chain_gap_words).contains(&tile.start[side])
            })
        };
        match chains.last_mut().filter(follows) {
            Some(chain) => {
                for side in 0..2 {
                    chain.tokens[side].end = tile.range(side).end;
                }
                chain.common_words += tile.words;
            }
            None => {
                chains.push(Chain { tokens: [tile.range(0), tile.range(1)], common_words: tile.words });
            }
        }
    }
    chains.retain(|chain| chain.common_words >= min_words);
    chains
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::align::interned::Interner;
    use crate::normalise::Text;

    fn text(words: &[u8]) -> Text {
        let words: Vec<String> = words.iter().map(|word| format!("w{word}")).collect();
        Text::new(words.join(" "), Some("en"))
    }

    fn tiles(a: &Text, b: &Text, min_words: usize) -> Vec<Tile> {
        let mut tiler = Tiler::default();
        tiler.tile(&Interner::default().load([a, b]), min_words);
        tiler.tiles
    }

    /// Greedy string tiling by its definition: over and over, the longest run of words that are free in both
    /// texts.
    fn tiles_by_definition(a: &[u8], b: &[u8], min_words: usize) -> Vec<Tile> {
        let (mut free_a, mut free_b) = (vec![true; a.len()], vec![true; b.len()]);
        let mut tiles = Vec::new();
        loop {
            let mut best = Tile { start: [0, 0], words: 0 };
            for i in 0..a.len() {
                for j in 0..b.len() {
                    let pairs = (i..a.len()).zip(j..b.len());
                    let words = pairs.take_while(|&(i, j)| a[i] == b[j] && free_a[i] && free_b[j]).count();
                    if words > best.words {
                        best = Tile { start: [i, j], words };
                    }
                }
            }
            if best.words < min_words {
                break;
            }
            free_a[best.range(0)].fill(false);
            free_b[best.range(1)].fill(false);
            tiles.push(best);
        }
        tiles.sort_unstable();
        tiles
    }

    proptest! {
        #[test]
        fn tiles_are_those_of_the_definition(
            a in prop::collection::vec(0u8..4, 0..40),
            // no run has more places than are tried
            b in prop::collection::vec(0u8..4, 0..limits::PLACES_PER_RUN),
            min_words in 1usize..5,
        ) {
            prop_assert_eq!(tiles(&text(&a), &text(&b), min_words), tiles_by_definition(&a, &b, min_words));
        }
    }

    #[test]
    fn a_long_run_is_found_though_it_begins_with_a_common_phrase() {
        // the phrase 1 2 3 4 has more places than are tried, and the copy lies behind them
        let mut b: Vec<u8> = [1, 2, 3, 4, 5].repeat(limits::PLACES_PER_RUN + 4);
        b.extend([1, 2, 3, 4, 9, 8, 7, 6, 10, 11]);
        let a = [20, 1, 2, 3, 4, 9, 8, 7, 6, 10, 11, 21];
        let start = b.len() - 10;
        assert_eq!(tiles(&text(&a), &text(&b), 4), [Tile { start: [1, start], words: 10 }]);
    }

    #[test]
    fn chains_bridge_small_gaps_in_both_texts_only() {
        let parameters = Parameters { link_min_words: 2, chain_gap_words: 2, ..Parameters::default() };
        let tile = |left, right, words| Tile { start: [left, right], words };
        let tiles = [tile(0, 0, 4), tile(5, 6, 3), tile(9, 20, 5), tile(14, 25, 1)];
        let found = chains(&tiles, &parameters, 5);
        assert_eq!(
            found,
            [
                Chain { tokens: [0..8, 0..9], common_words: 7 },
                Chain { tokens: [9..14, 20..25], common_words: 5 }
            ]
        );
    }
}
