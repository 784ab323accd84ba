//! How much of what two texts have in common hardly any other document holds.

use crate::evidence::background::{GRAM_WORDS, PairBackground, gram_at};
use crate::evidence::coverage::{densest_window, share};
use crate::evidence::quoting::Quoting;
use crate::evidence::runs::{self, Run};
use crate::normalise::{Text, TokenFlags};

/// A gram is rare where at most this many other documents hold it.
pub(crate) const RARE_MAX_OTHERS: u32 = 3;

/// Words covered by shared grams that hardly any other document holds.
pub(super) struct Rarity {
    pub unquoted: usize,
    pub quoted: usize,
    pub longest: usize,
    pub window: usize,
    pub unquoted_share: f64,
}

/// Whether the grams of a text are rare, as far as it was asked for.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Unasked,
    Rare,
    Frequent,
}

impl Rarity {
    /// Of two texts and the runs that cover each: what stands in both is looked up once. `quoting` is the first's of the second.
    pub fn of_both(
        texts: [&Text; 2],
        runs: [&[Run]; 2],
        quoting: Quoting,
        background: PairBackground<'_>,
    ) -> [Rarity; 2] {
        let [first, second] = texts;
        let mut known = vec![Known::Unasked; first.tokens.len()];
        let mut is_rare = |at: usize| {
            if known[at] == Known::Unasked {
                let gram = gram_at(first, at).unwrap_or_default();
                let is_rare = background.others(gram) <= RARE_MAX_OTHERS;
                known[at] = if is_rare { Known::Rare } else { Known::Frequent };
            }
            known[at] == Known::Rare
        };
        let one = Rarity::of(first, second, runs[0], quoting, |run, offset| is_rare(run.here + offset));
        // a run has the same words in both texts
        let swapped = quoting.swapped();
        let other = Rarity::of(second, first, runs[1], swapped, |run, offset| is_rare(run.there + offset));
        [one, other]
    }

    fn of(
        here: &Text,
        there: &Text,
        runs: &[Run],
        quoting: Quoting,
        mut is_rare_gram: impl FnMut(&Run, usize) -> bool,
    ) -> Rarity {
        let mut rare = vec![false; here.tokens.len()];
        let mut quoted_rare = 0;
        let mut is_rare = Vec::new();
        for run in runs.iter().filter(|run| run.words >= GRAM_WORDS) {
            is_rare.clear();
            is_rare.resize(run.words, false);
            for offset in 0..=run.words - GRAM_WORDS {
                if is_rare_gram(run, offset) {
                    is_rare[offset..offset + GRAM_WORDS].fill(true);
                }
            }
            for (offset, is_rare) in is_rare.iter().enumerate() {
                if *is_rare && runs::is_story(run, offset, here, there) {
                    if quoting.is_speech(run, offset, here, there) {
                        quoted_rare += 1;
                    } else {
                        rare[run.here + offset] = true;
                    }
                }
            }
        }
        let unquoted = rare.iter().filter(|rare| **rare).count();
        let longest = rare
            .chunk_by(|one, other| one == other)
            .filter(|run| run[0])
            .map(<[bool]>::len)
            .max()
            .unwrap_or(0);
        let story = here.story_words();
        let quoted_all = here
            .tokens
            .iter()
            .zip(&rare)
            .filter(|(token, is_taken)| {
                token.flags.has(TokenFlags::QUOTED) && !token.flags.has(TokenFlags::FURNITURE) && !**is_taken
            })
            .count();
        Rarity {
            unquoted,
            quoted: quoted_rare,
            longest,
            window: densest_window(&rare),
            unquoted_share: share(unquoted as f64, story.saturating_sub(quoted_all) as f64),
        }
    }
}
