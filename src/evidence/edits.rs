//! How the words of one text become those of another: along the runs of words that both print in one order,
//! and between two of those by the shortest edit (Myers 1986, "An O(ND) difference algorithm and its
//! variations").
//!
//! A shortest edit of two whole texts costs the square of what differs. Between runs little is left.

use std::ops::Range;

use similar::DiffOp;
use similar::algorithms::{Capture, DiffHook, Replace, myers};

use crate::evidence::runs::Run;

/// What stands between two runs is laid side by side where it has no more words than this, both texts' words
/// together; in longer stretches without a run single words agree by chance.
const BETWEEN_WORDS_MAX: usize = 80;

/// The heaviest chain of runs (of the text `here`, by their first words) that stand in one order in both
/// texts and share no words.
pub(super) fn heaviest_chain(runs: &[Run]) -> Vec<Run> {
    let mut chains: Vec<(usize, Option<usize>)> = Vec::with_capacity(runs.len());
    for (at, run) in runs.iter().enumerate() {
        let before = (0..at).filter(|&earlier| follows(&runs[earlier], run));
        // of several as heavy the nearest
        let best = before.max_by_key(|&earlier| chains[earlier].0);
        chains.push((run.words + best.map_or(0, |best| chains[best].0), best));
    }
    let mut last = (0..runs.len()).max_by_key(|&at| chains[at].0);
    let mut chain = Vec::new();
    while let Some(at) = last {
        chain.push(runs[at]);
        last = chains[at].1;
    }
    chain.reverse();
    chain
}

fn follows(earlier: &Run, run: &Run) -> bool {
    earlier.here + earlier.words <= run.here && earlier.there + earlier.words <= run.there
}

/// What is to be done with the words of `old`, in order, to make them those of `new`; `chain` holds runs of
/// `old` in `new`, in order.
pub(super) fn operations(old: &[u64], new: &[u64], chain: &[Run]) -> Vec<DiffOp> {
    let mut told = Replace::new(Capture::new());
    let (mut old_at, mut new_at) = (0, 0);
    let end = Run { here: old.len(), there: new.len(), words: 0 };
    for run in chain.iter().chain([&end]) {
        let Ok(()) = between(&mut told, (old, old_at..run.here), (new, new_at..run.there));
        if run.words > 0 {
            let Ok(()) = told.equal(run.here, run.there, run.words);
        }
        (old_at, new_at) = (run.here + run.words, run.there + run.words);
    }
    let Ok(()) = told.finish();
    told.into_inner().into_ops()
}

fn between<H: DiffHook>(
    told: &mut H,
    (old, here): (&[u64], Range<usize>),
    (new, there): (&[u64], Range<usize>),
) -> Result<(), H::Error> {
    if here.len() + there.len() <= BETWEEN_WORDS_MAX {
        return myers::diff(told, old, here, new, there);
    }
    if !here.is_empty() {
        told.delete(here.start, here.len(), there.start)?;
    }
    if !there.is_empty() {
        told.insert(here.end, there.start, there.len())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::runs::{RunIndex, cover};
    use crate::normalise::Text;

    /// The heaviest by trying all chains.
    fn heaviest_of_all(runs: &[Run], last: Option<&Run>) -> usize {
        let Some((run, rest)) = runs.split_first() else { return 0 };
        let without = heaviest_of_all(rest, last);
        match last.is_none_or(|last| follows(last, run)) {
            true => without.max(run.words + heaviest_of_all(rest, Some(run))),
            false => without,
        }
    }

    /// What the operations make of `old`, and whether they go through both lists from end to end.
    fn done(old: &[u64], new: &[u64], operations: &[DiffOp]) -> Vec<u64> {
        let (mut made, mut old_at) = (Vec::new(), 0);
        for operation in operations {
            let (here, there) = (operation.old_range(), operation.new_range());
            assert_eq!((here.start, there.start), (old_at, made.len()), "{operation:?}");
            if let DiffOp::Equal { .. } = operation {
                assert_eq!(old[here.clone()], new[there.clone()]);
            }
            old_at = here.end;
            made.extend_from_slice(&new[there]);
        }
        assert_eq!(old_at, old.len());
        made
    }

    proptest! {
        #[test]
        fn the_heaviest_chain_is_that_of_trying_all(
            places in prop::collection::vec((0..40_usize, 1..6_usize), 0..10),
        ) {
            let mut here = 0;
            let runs: Vec<Run> = places.into_iter().map(|(there, words)| {
                here += words;
                Run { here: here - words, there, words }
            }).collect();
            let chain = heaviest_chain(&runs);
            prop_assert!(chain.windows(2).all(|pair| follows(&pair[0], &pair[1])));
            let weight: usize = chain.iter().map(|run| run.words).sum();
            prop_assert_eq!(weight, heaviest_of_all(&runs, None));
        }

        #[test]
        fn operations_make_the_one_text_of_the_other(one in "([a-e] ){0,300}", other in "([a-e] ){0,300}") {
            let words = [&one, &other].map(|text| {
                Text::new(text.as_str(), None).tokens.iter().map(|token| token.word).collect::<Vec<_>>()
            });
            let texts = [&one, &other].map(|text| Text::new(text.as_str(), None));
            let indexes = [RunIndex::of(&words[0]), RunIndex::of(&words[1])];
            let runs = cover((&texts[0], &indexes[0]), (&texts[1], &indexes[1]));
            for chain in [heaviest_chain(&runs), Vec::new()] {
                let operations = operations(&words[0], &words[1], &chain);
                prop_assert_eq!(done(&words[0], &words[1], &operations), words[1].clone());
            }
        }
    }

    #[test]
    fn long_stretches_without_a_run_are_not_laid_side_by_side() {
        let words = |count: u64| -> [Vec<u64>; 2] {
            let other = |word: u64| if word.is_multiple_of(2) { word } else { word + 1000 };
            [(0..count).collect(), (0..count).map(other).collect()]
        };
        let [old, new] = words(50);
        assert_eq!(operations(&old, &new, &[]).len(), 1);
        let [old, new] = words(40);
        assert_eq!(operations(&old, &new, &[]).len(), 40);
    }
}
