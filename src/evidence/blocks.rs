//! Blocks: stretches that both texts print word for word.
//!
//! A block may stand anywhere. Beside a retelling it is one more thing that was taken, and the order of what
//! is told is that of the rest: where a block was moved, the order without it counts, or the order without
//! all of them.

use std::cmp::Reverse;

use crate::evidence::runs::Run;
use crate::normalise::{Text, TokenFlags, TokenRange};

/// A common run of so many words is a block: a sentence.
const BLOCK_MIN_WORDS: usize = 14;
/// Of more blocks than this either fewer are left out, or all.
const LEFT_OUT_MAX: usize = 6;

/// Some blocks in either text: a stretch of tokens each.
#[derive(Clone, Debug, Default)]
pub(super) struct BlockStretches {
    pub in_first: Vec<TokenRange>,
    pub in_second: Vec<TokenRange>,
}

/// What can be left out of two texts by the runs that cover each: nothing, the longest block, the two longest
/// …, all blocks. What is said in quotation marks is no block.
pub(super) fn left_out(
    [first, second]: [&Text; 2],
    [of_first, of_second]: [&[Run]; 2],
) -> Vec<BlockStretches> {
    let runs = of_first.iter().copied().chain(of_second.iter().map(|run| run.swapped()));
    let is_speech = |text: &Text, token: usize| text.tokens[token].flags.has(TokenFlags::QUOTED);
    let is_block = |run: &Run| {
        let middle = run.words / 2;
        run.words >= BLOCK_MIN_WORDS
            && !is_speech(first, run.here + middle)
            && !is_speech(second, run.there + middle)
    };
    let mut longest: Vec<Run> = runs.filter(is_block).collect();
    longest.sort_unstable_by_key(|run| (Reverse(run.words), run.here, run.there));
    longest.dedup();
    let counts = (0..longest.len().min(LEFT_OUT_MAX)).chain([longest.len()]);
    counts.map(|count| BlockStretches::of(&longest[..count])).collect()
}

impl BlockStretches {
    fn of(runs: &[Run]) -> Self {
        BlockStretches {
            in_first: joined(runs.iter().map(|run| run.here..run.here + run.words).collect()),
            in_second: joined(runs.iter().map(|run| run.there..run.there + run.words).collect()),
        }
    }
}

/// The same tokens in ranges that are apart, in order.
fn joined(mut ranges: Vec<TokenRange>) -> Vec<TokenRange> {
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|next, range| {
        let meets = next.start <= range.end;
        if meets {
            range.end = range.end.max(next.end);
        }
        meets
    });
    ranges
}

/// Whether a token stands in one of the blocks.
pub(super) fn hold(blocks: &[TokenRange], token: usize) -> bool {
    let before = blocks.partition_point(|block| block.start <= token);
    before > 0 && token < blocks[before - 1].end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn joined_ranges_hold_the_same_tokens(
            ranges in prop::collection::vec((0..60_usize, 1..9_usize), 0..12),
        ) {
            let ranges: Vec<TokenRange> = ranges.into_iter().map(|(start, words)| start..start + words).collect();
            let all = joined(ranges.clone());
            for token in 0..80 {
                prop_assert_eq!(hold(&all, token), ranges.iter().any(|range| range.contains(&token)));
            }
        }
    }
}
