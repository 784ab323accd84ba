//! How much of a text stands in runs of words that it has in common with another.

use crate::evidence::quoting::Quoting;
use crate::evidence::runs::{self, Run};
use crate::normalise::{Text, TokenFlags};

/// Copied blocks are looked for in windows of this many words.
pub(super) const WINDOW_WORDS: usize = 120;

/// How much of one text's story stands in common runs, in and out of quotations.
pub(super) struct Coverage {
    pub story: usize,
    pub story_unquoted: usize,
    pub quoted_all: usize,
    pub all: usize,
    pub quoted: usize,
    pub unquoted3: usize,
    pub unquoted5: usize,
    pub longest_unquoted: usize,
    pub window3: usize,
    pub window5: usize,
}

impl Coverage {
    pub fn of(here: &Text, there: &Text, runs: &[Run], quoting: Quoting) -> Coverage {
        let is_story = |flags: TokenFlags| !flags.has(TokenFlags::FURNITURE);
        let story = here.tokens.iter().filter(|token| is_story(token.flags)).count();
        let mut quoted_all = here
            .tokens
            .iter()
            .filter(|token| is_story(token.flags) && token.flags.has(TokenFlags::QUOTED))
            .count();
        let mut covered3 = vec![false; here.tokens.len()];
        let mut covered5 = vec![false; here.tokens.len()];
        let (mut all, mut quoted, mut unquoted3, mut unquoted5, mut longest) = (0, 0, 0, 0, 0);
        for run in runs {
            let mut unquoted_here = 0;
            for offset in 0..run.words {
                if !runs::is_story(run, offset, here, there) {
                    continue;
                }
                all += 1;
                if quoting.is_speech(run, offset, here, there) {
                    quoted += 1;
                    continue;
                }
                // taken from the other article, marks or not
                quoted_all -= usize::from(here.tokens[run.here + offset].flags.has(TokenFlags::QUOTED));
                unquoted_here += 1;
                covered3[run.here + offset] = true;
                unquoted3 += 1;
                if run.words >= 5 {
                    covered5[run.here + offset] = true;
                    unquoted5 += 1;
                }
            }
            longest = longest.max(unquoted_here);
        }
        Coverage {
            story,
            story_unquoted: story - quoted_all,
            quoted_all,
            all,
            quoted,
            unquoted3,
            unquoted5,
            longest_unquoted: longest,
            window3: densest_window(&covered3),
            window5: densest_window(&covered5),
        }
    }

    pub fn unquoted3_share(&self) -> f64 {
        share(self.unquoted3 as f64, self.story_unquoted as f64)
    }

    pub fn unquoted5_share(&self) -> f64 {
        share(self.unquoted5 as f64, self.story_unquoted as f64)
    }

    pub fn all_share(&self) -> f64 {
        share(self.all as f64, self.story as f64)
    }
}

/// A share; 0 of nothing.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// The most covered words in a window of [`WINDOW_WORDS`].
pub(super) fn densest_window(covered: &[bool]) -> usize {
    let mut count = 0;
    let mut best = 0;
    for at in 0..covered.len() {
        count += usize::from(covered[at]);
        if at >= WINDOW_WORDS {
            count -= usize::from(covered[at - WINDOW_WORDS]);
        }
        best = best.max(count);
    }
    best
}
