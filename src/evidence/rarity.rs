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

impl Rarity {
    pub fn of(
        here: &Text,
        there: &Text,
        runs: &[Run],
        quoting: Quoting,
        background: PairBackground<'_>,
    ) -> Rarity {
        let mut rare = vec![false; here.tokens.len()];
        let mut quoted_rare = 0;
        for run in runs.iter().filter(|run| run.words >= GRAM_WORDS) {
            let mut is_rare = vec![false; run.words];
            for offset in 0..=run.words - GRAM_WORDS {
                let gram = gram_at(here, run.here + offset).unwrap_or_default();
                if background.others(gram) <= RARE_MAX_OTHERS {
                    is_rare[offset..offset + GRAM_WORDS].fill(true);
                }
            }
            for (offset, is_rare) in is_rare.into_iter().enumerate() {
                if is_rare && runs::is_story(run, offset, here, there) {
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
