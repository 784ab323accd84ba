//! How much of a text stands in runs of words that it has in common with another.
//!
//! Names are told as facts. As wording they do not count: every report of an event prints them, in runs that
//! many words are long ("with Russian President Vladimir Putin").

use crate::evidence::quoting::Quoting;
use crate::evidence::runs::{self, Run};
use crate::evidence::signals::{Signals, both};
use crate::evidence::{Prepared, quotations};
use crate::normalise::TokenFlags;

/// Copied blocks are looked for in windows of this many words.
pub(super) const WINDOW_WORDS: usize = 120;

/// How much of one text's story stands in common runs, in and out of quotations.
pub(super) struct Coverage {
    pub story: usize,
    /// Words of the story that are neither quoted nor names.
    pub wording: usize,
    pub quoted_all: usize,
    pub all: usize,
    pub quoted: usize,
    /// Words outside quotations in runs of at least three words, and of five, without names.
    pub unquoted3: usize,
    pub unquoted5: usize,
    /// Of one run, with names.
    pub longest_unquoted: usize,
    pub window3: usize,
    pub window5: usize,
}

impl Coverage {
    pub fn of(here: &Prepared, there: &Prepared, runs: &[Run], quoting: Quoting) -> Coverage {
        let tokens = &here.text.tokens;
        let is_name = |at: usize| here.facts.is_name(&here.text, at);
        let mut covered3 = vec![false; tokens.len()];
        let mut covered5 = vec![false; tokens.len()];
        // words that are somebody's speech: those with quotation marks, but for what is taken from the other
        // article, marks or not
        let mut is_taken = vec![false; tokens.len()];
        let (mut all, mut quoted, mut longest) = (0, 0, 0);
        for run in runs {
            let mut unquoted_here = 0;
            for offset in 0..run.words {
                if !runs::is_story(run, offset, &here.text, &there.text) {
                    continue;
                }
                all += 1;
                if quoting.is_speech(run, offset, &here.text, &there.text) {
                    quoted += 1;
                    continue;
                }
                let at = run.here + offset;
                is_taken[at] = true;
                unquoted_here += 1;
                covered3[at] = !is_name(at);
                covered5[at] = covered3[at] && run.words >= 5;
            }
            longest = longest.max(unquoted_here);
        }
        let (mut story, mut wording, mut quoted_all) = (0, 0, 0);
        for (at, token) in tokens.iter().enumerate() {
            let is_story = !token.flags.has(TokenFlags::BOILERPLATE);
            let is_speech = is_story && token.flags.has(TokenFlags::QUOTED) && !is_taken[at];
            story += usize::from(is_story);
            quoted_all += usize::from(is_speech);
            wording += usize::from(is_story && !is_speech && !is_name(at));
        }
        let count = |marked: &[bool]| marked.iter().filter(|marked| **marked).count();
        Coverage {
            story,
            wording,
            quoted_all,
            all,
            quoted,
            unquoted3: count(&covered3),
            unquoted5: count(&covered5),
            longest_unquoted: longest,
            window3: densest_window(&covered3),
            window5: densest_window(&covered5),
        }
    }

    pub fn unquoted3_share(&self) -> f64 {
        share(self.unquoted3 as f64, self.wording as f64)
    }

    pub fn unquoted5_share(&self) -> f64 {
        share(self.unquoted5 as f64, self.wording as f64)
    }

    pub fn all_share(&self) -> f64 {
        share(self.all as f64, self.story as f64)
    }
}

/// Adds what runs of words in common say, in quotations and out of them; `quoting` is the first's of the
/// second.
pub(super) fn add_coverage(
    [first, second]: [&Prepared; 2],
    [runs_of_first, runs_of_second]: [&[Run]; 2],
    quoting: Quoting,
    s: &mut Signals,
) {
    let one = Coverage::of(first, second, runs_of_first, quoting);
    let other = Coverage::of(second, first, runs_of_second, quoting.swapped());
    (s.runs_unquoted_most, s.runs_unquoted_least) = both(one.unquoted3_share(), other.unquoted3_share());
    (s.runs5_unquoted_most, s.runs5_unquoted_least) = both(one.unquoted5_share(), other.unquoted5_share());
    (s.runs_most, s.runs_least) = both(one.all_share(), other.all_share());
    s.unquoted_words = Some((1.0 + one.unquoted3.min(other.unquoted3) as f64).ln());
    s.unquoted_words5 = Some((1.0 + one.unquoted5.min(other.unquoted5) as f64).ln());
    s.longest_unquoted = Some((1.0 + one.longest_unquoted.min(other.longest_unquoted) as f64).ln());
    s.window_unquoted = Some((one.window3.min(other.window3)) as f64 / WINDOW_WORDS as f64);
    s.window5_unquoted = Some((one.window5.min(other.window5)) as f64 / WINDOW_WORDS as f64);
    s.quoted_words = Some((1.0 + one.quoted.min(other.quoted) as f64).ln());
    (s.quotes_shared_most, s.quotes_shared_least) = both(
        share(one.quoted as f64, one.quoted_all as f64),
        share(other.quoted as f64, other.quoted_all as f64),
    );
    s.quote_share_most = Some(f64::max(
        one.quoted_all as f64 / one.story.max(1) as f64,
        other.quoted_all as f64 / other.story.max(1) as f64,
    ));
    let quotes_alone = usize::min(
        quotations::printed_here_alone(&first.text, runs_of_first),
        quotations::printed_here_alone(&second.text, runs_of_second),
    );
    s.quotes_alone_least = Some((1.0 + quotes_alone as f64).ln());
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
