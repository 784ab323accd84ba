//! How much of what two texts have in common hardly any other document holds, without the names in it.
//!
//! Of a large archive index a sample of grams is counted. What is not counted is judged by its neighbours in
//! the same stretch of common words: grams that overlap in three words are rare together, or common together,
//! but for a few.

use crate::analysis::grams::{GRAM_WORDS, gram_at};
use crate::evidence::Prepared;
use crate::evidence::background::PairBackground;
use crate::evidence::coverage::{densest_window, share};
use crate::evidence::quoting::Quoting;
use crate::evidence::runs::{self, Run};
use crate::normalise::TokenFlags;

/// A gram is rare where at most this many other documents hold it.
pub(crate) const RARE_MAX_OTHERS: u32 = 3;

/// Words covered by shared grams that hardly any other document holds; outside quotations without names.
pub(super) struct Rarity {
    pub unquoted: usize,
    pub quoted: usize,
    pub longest: usize,
    pub window: usize,
    pub unquoted_share: f64,
}

/// Whether a gram is rare.
#[derive(Clone, Copy, Debug, PartialEq)]
enum GramRarity {
    Unasked,
    Uncounted,
    Rare,
    Frequent,
}

impl GramRarity {
    fn of(gram: u64, background: PairBackground<'_>) -> Self {
        match background.others(gram) {
            None => GramRarity::Uncounted,
            Some(0..=RARE_MAX_OTHERS) => GramRarity::Rare,
            Some(_) => GramRarity::Frequent,
        }
    }
}

impl Rarity {
    /// Of two articles and the runs that cover each: what stands in both is looked up once. `quoting` is the
    /// first's of the second.
    pub fn of_both(
        articles: [&Prepared; 2],
        runs: [&[Run]; 2],
        quoting: Quoting,
        background: PairBackground<'_>,
    ) -> [Rarity; 2] {
        let [first, second] = articles;
        let mut known = vec![GramRarity::Unasked; first.text.tokens.len()];
        let mut look_up = |at: usize| {
            if known[at] == GramRarity::Unasked {
                known[at] = GramRarity::of(gram_at(&first.text, at).unwrap_or_default(), background);
            }
            known[at]
        };
        let one = Rarity::of(first, second, runs[0], quoting, |run, offset| look_up(run.here + offset));
        // a run has the same words in both texts
        let swapped = quoting.swapped();
        let other = Rarity::of(second, first, runs[1], swapped, |run, offset| look_up(run.there + offset));
        [one, other]
    }

    fn of(
        here: &Prepared,
        there: &Prepared,
        runs: &[Run],
        quoting: Quoting,
        mut look_up: impl FnMut(&Run, usize) -> GramRarity,
    ) -> Rarity {
        let tokens = &here.text.tokens;
        let mut rare = vec![false; tokens.len()];
        let mut quoted_rare = 0;
        let (mut known, mut is_rare) = (Vec::new(), Vec::new());
        for run in runs.iter().filter(|run| run.words >= GRAM_WORDS) {
            known.clear();
            known.extend((0..=run.words - GRAM_WORDS).map(|offset| look_up(run, offset)));
            is_rare.clear();
            is_rare.resize(run.words, false);
            for offset in (0..known.len()).filter(|&offset| is_gram_rare(&known, offset)) {
                is_rare[offset..offset + GRAM_WORDS].fill(true);
            }
            for (offset, is_rare) in is_rare.iter().enumerate() {
                if *is_rare && runs::is_story(run, offset, &here.text, &there.text) {
                    if quoting.is_speech(run, offset, &here.text, &there.text) {
                        quoted_rare += 1;
                    } else {
                        rare[run.here + offset] = true;
                    }
                }
            }
        }
        let is_wording: Vec<bool> = (0..tokens.len()).map(|at| !here.facts.is_name(&here.text, at)).collect();
        let is_own = |&at: &usize| {
            let flags = tokens[at].flags;
            is_wording[at]
                && !flags.has(TokenFlags::BOILERPLATE)
                && (rare[at] || !flags.has(TokenFlags::QUOTED))
        };
        let wording = (0..tokens.len()).filter(is_own).count();
        let (mut stretch, mut longest) = (0, 0);
        for (is_rare, &is_wording) in rare.iter_mut().zip(&is_wording) {
            // a name does not end what is rare, and does not add to it
            stretch = if *is_rare { stretch + usize::from(is_wording) } else { 0 };
            longest = longest.max(stretch);
            *is_rare &= is_wording;
        }
        let unquoted = rare.iter().filter(|rare| **rare).count();
        Rarity {
            unquoted,
            quoted: quoted_rare,
            longest,
            window: densest_window(&rare),
            unquoted_share: share(unquoted as f64, wording as f64),
        }
    }
}

/// Whether a gram of a stretch is rare. One that was not counted is so where the nearest one that was, the
/// rarer of two as near, is; one that overlaps with no counted one is taken to be common.
fn is_gram_rare(stretch: &[GramRarity], at: usize) -> bool {
    let told = |at: Option<usize>| stretch.get(at?).copied().filter(|&known| known != GramRarity::Uncounted);
    let near = (0..GRAM_WORDS).find_map(|distance| {
        let (before, after) = (told(at.checked_sub(distance)), told(at.checked_add(distance)));
        Some([before, after].contains(&Some(GramRarity::Rare))).filter(|_| before.or(after).is_some())
    });
    near.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_counted_is_as_rare_as_its_neighbours() {
        let rare = |stretch: &str| {
            let known = |letter| match letter {
                'r' => GramRarity::Rare,
                'f' => GramRarity::Frequent,
                _ => GramRarity::Uncounted,
            };
            let stretch: Vec<GramRarity> = stretch.chars().map(known).collect();
            let is_rare = (0..stretch.len()).map(|at| is_gram_rare(&stretch, at));
            is_rare.map(|is_rare| if is_rare { 'r' } else { 'f' }).collect::<String>()
        };
        assert_eq!(rare("rfrf"), "rfrf");
        assert_eq!(rare("r.f.."), "rrfff");
        assert_eq!(rare("r....f"), "rrrfff");
        assert_eq!(rare("....r...."), "frrrrrrrf");
        assert_eq!(rare("..."), "fff");
        assert_eq!(rare(""), "");
    }
}
