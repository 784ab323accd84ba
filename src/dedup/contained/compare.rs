//! Two texts compared word by word: how much of each stands in the other, in runs that both have.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::{Holding, HoldingRule, MutualContainment};
use crate::article::{DocumentNumber, Span};
use crate::shingle::{ShingleSet, shingle_hashes};

/// A text ready to be compared.
pub(super) struct ComparedText<'a> {
    text: &'a str,
    places: Vec<Range<usize>>,
    runs: Vec<u64>,
    run_words: usize,
}

impl<'a> ComparedText<'a> {
    pub fn new(text: &'a str, rule: HoldingRule) -> Self {
        let (words, places) = rule.placed_words(text);
        let mut runs = Vec::new();
        if words.len() >= rule.words_min() {
            shingle_hashes(&words, rule.run_words(), &mut runs);
        }
        ComparedText { text, places, runs, run_words: rule.run_words().min(words.len().max(1)) }
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    /// For each word whether it stands in a run that the other has.
    fn covered(&self, others: &FxHashMap<u64, usize>) -> Vec<bool> {
        let mut covered = vec![false; self.len()];
        for (at, run) in self.runs.iter().enumerate() {
            if others.contains_key(run) {
                covered[at..at + self.run_words].fill(true);
            }
        }
        covered
    }

    fn first_places(&self) -> FxHashMap<u64, usize> {
        self.runs.iter().copied().enumerate().rev().map(|(at, run)| (run, at)).collect()
    }

    /// The span of some words, in code points.
    fn span(&self, words: Range<usize>) -> Span {
        let bytes = self.places.get(words.clone()).and_then(|places| Some((places.first()?, places.last()?)));
        let Some((first, last)) = bytes else { return Span::default() };
        let count = |end: usize| self.text.get(..end).map_or(0, |before| before.chars().count() as u32);
        Span { start: count(first.start), end: count(last.end) }
    }
}

/// What a document and a reference text have of one another, if it is enough.
pub(super) fn compare(
    document: &ComparedText<'_>,
    reference: (DocumentNumber, &ComparedText<'_>),
    rule: HoldingRule,
) -> Option<MutualContainment> {
    let (number, reference) = reference;
    let (of_document, of_reference) = (document.first_places(), reference.first_places());
    let in_document = reference.covered(&of_document);
    let in_reference = document.covered(&of_reference);
    let share_of = |covered: &[bool]| {
        covered.iter().filter(|&&covered| covered).count() as f64 / covered.len().max(1) as f64
    };
    let (reference_in_document, document_in_reference) = (share_of(&in_document), share_of(&in_reference));
    let (holding, passage) = match rule {
        HoldingRule::Share { share, passage_words } => {
            let least = passage_words.min(reference.len());
            match longest_held(&in_document, share, least) {
                Some(passage) => (Holding::Contains, passage),
                None if document_in_reference >= share && document.len() > 0 => {
                    (Holding::Within, held_places(&document.runs, document.run_words, &of_reference)?)
                }
                None => return None,
            }
        }
        HoldingRule::Run { words } => {
            (Holding::Contains, longest_held(&in_document, 1.0, words.min(reference.len()))?)
        }
    };
    let document_words = match holding {
        Holding::Contains => {
            let starts = passage.start..(passage.end + 1).saturating_sub(reference.run_words);
            let runs = reference.runs.get(starts).unwrap_or_default();
            held_places(runs, document.run_words, &of_document)?
        }
        Holding::Within => 0..document.len(),
    };
    let share = match holding {
        Holding::Contains => share_of(in_document.get(passage.clone()).unwrap_or_default()),
        Holding::Within => document_in_reference,
    };
    let words = if holding == Holding::Contains { passage.len() } else { document.len() };
    Some(MutualContainment {
        reference: number,
        holding,
        words: words as u64,
        share,
        reference_in_document,
        document_in_reference,
        jaccard: ShingleSet::of_text(document.text).overlap(&ShingleSet::of_text(reference.text)).jaccard(),
        document_span: document.span(document_words),
        reference_span: reference.span(passage),
    })
}

/// From the first to the last place at which the other has one of these runs.
fn held_places(runs: &[u64], run_words: usize, others: &FxHashMap<u64, usize>) -> Option<Range<usize>> {
    let places = || runs.iter().filter_map(|run| others.get(run).copied());
    Some(places().min()?..places().max()? + run_words)
}

/// The longest stretch of at least `least` words of which the share is covered, of equally long ones the
/// first; without what is not covered at its ends.
fn longest_held(covered: &[bool], share: f64, least: usize) -> Option<Range<usize>> {
    // a stretch is held where what it has beyond the share does not fall below zero
    let mut beyond = vec![0.0];
    for &covered in covered {
        beyond.push(beyond.last().copied().unwrap_or(0.0) + f64::from(u8::from(covered)) - share);
    }
    const SLACK: f64 = 1e-9;
    // places that are lower than all before them: a longest stretch begins at one of them
    let mut lows: Vec<usize> = Vec::new();
    for (at, value) in beyond.iter().enumerate() {
        if lows.last().is_none_or(|&low| *value < beyond[low]) {
            lows.push(at);
        }
    }
    let mut best: Option<Range<usize>> = None;
    for end in (0..beyond.len()).rev() {
        while let Some(&low) = lows.last().filter(|&&low| low < end && beyond[end] - beyond[low] >= -SLACK) {
            if best.as_ref().is_none_or(|best| (end - low, best.start) >= (best.len(), low)) {
                best = Some(low..end);
            }
            lows.pop();
        }
        while lows.last().is_some_and(|&low| low >= end) {
            lows.pop();
        }
    }
    let mut best = best.filter(|best| best.len() >= least)?;
    while best.start < best.end && !covered[best.start] {
        best.start += 1;
    }
    while best.end > best.start && !covered[best.end - 1] {
        best.end -= 1;
    }
    (!best.is_empty()).then_some(best)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(covered: &[bool], share: f64) -> usize {
        let mut longest = 0;
        for start in 0..covered.len() {
            for end in start + 1..=covered.len() {
                let held = covered[start..end].iter().filter(|&&covered| covered).count();
                if held as f64 >= share * (end - start) as f64 - 1e-9 {
                    longest = longest.max(end - start);
                }
            }
        }
        longest
    }

    proptest! {
        #[test]
        fn the_longest_stretch_is_found(covered in prop::collection::vec(any::<bool>(), 0..40), tenths in 1..=10u8) {
            let share = f64::from(tenths) / 10.0;
            let longest = naive(&covered, share);
            match longest_held(&covered, share, 1) {
                None => prop_assert!(longest == 0),
                Some(found) => {
                    let held = covered[found.clone()].iter().filter(|&&covered| covered).count();
                    prop_assert!(held as f64 >= share * found.len() as f64 - 1e-9);
                    prop_assert!(covered[found.start] && covered[found.end - 1]);
                    // what is not covered at either end is no part of it
                    prop_assert!(found.len() <= longest && held as f64 >= share * longest as f64 - 1e-9);
                }
            }
        }
    }
}
