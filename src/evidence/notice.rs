//! Notices: what a site prints above or below whatever it publishes, in any language and any words: rights,
//! rules for comments, disclaimers, consent.
//!
//! It is told by where it stands and by what it lacks. It is printed by both texts at their beginning or their
//! end, states hardly a fact, reports nobody's words, and has no subject in common with the rest of either text.
//! What a text took from another one goes with what stands around it.

use rustc_hash::FxHashSet;

use crate::evidence::Prepared;
use crate::evidence::runs::Run;
use crate::evidence::wall::{is_printed_by_both, reports};
use crate::normalise::{Script, Text, TokenFlags, TokenRange};

/// A notice has so many words, …
const WORDS_MIN: usize = 25;
const WORDS_MAX: usize = 400;
/// … and no more than this share of either text.
const TEXT_MAX_SHARE: f64 = 0.7;
/// It stands behind or before no more words than this, which may be a headline, a credit, an address.
const EDGE_WORDS: usize = 12;
/// Facts, words of reporting and quoted words to a word, at most.
const FACTS_MAX_SHARE: f64 = 0.06;
const REPORTS_MAX_SHARE: f64 = 0.025;
const QUOTED_MAX_SHARE: f64 = 0.2;
/// Of its distinct content words no more than this share stands in the rest of a text as well.
const SUBJECT_MAX_SHARE: f64 = 0.25;

/// Notices that two texts print alike, `runs` of the first; where they stand in the first.
pub(super) fn find(first: &Prepared, second: &Prepared, runs: &[Run]) -> Vec<TokenRange> {
    let printed = is_printed_by_both(first, runs);
    let sentences = &first.text.sentences;
    let (mut low, mut high) = (0, sentences.len());
    let mut found = Vec::new();
    if let Some(at_head) = at_edge(&printed, sentences, 0..high) {
        low = at_head.end;
        found.push(at_head);
    }
    if let Some(at_end) = at_edge(&printed, sentences, (low..high).rev()) {
        high = at_end.start;
        found.push(at_end);
    }
    debug_assert!(low <= high);
    let tokens = found.into_iter().map(|found| sentences[found.start].start..sentences[found.end - 1].end);
    tokens.filter(|here| is_notice(first, second, runs, here)).collect()
}

/// The printed sentences in a row that come first, behind a few words.
fn at_edge(
    printed: &[bool],
    sentences: &[TokenRange],
    order: impl Iterator<Item = usize>,
) -> Option<std::ops::Range<usize>> {
    let mut passed = 0;
    let mut order = order.skip_while(|&at| {
        passed += sentences[at].len();
        !printed[at] && passed <= EDGE_WORDS
    });
    let first = order.next().filter(|&at| printed[at])?;
    let last = order.take_while(|&at| printed[at]).last().unwrap_or(first);
    Some(first.min(last)..first.max(last) + 1)
}

fn is_notice(first: &Prepared, second: &Prepared, runs: &[Run], here: &TokenRange) -> bool {
    let Some(there) = counterpart(runs, here) else { return false };
    let in_both = [(first, here.clone()), (second, there)];
    (WORDS_MIN..=WORDS_MAX).contains(&here.len())
        && in_both.iter().all(|(prepared, part)| {
            let all = prepared.text.tokens.len();
            let is_at_edge = part.start <= EDGE_WORDS || all - part.end <= EDGE_WORDS;
            is_at_edge && part.len() as f64 <= TEXT_MAX_SHARE * all as f64
        })
        && states_nothing(first, here)
        && in_both.iter().all(|(prepared, part)| is_beside_subject(&prepared.text, part))
}

/// Where the other text has a part, from its first common word to its last; `None` where that is much longer.
fn counterpart(runs: &[Run], here: &TokenRange) -> Option<TokenRange> {
    let common = runs.iter().filter_map(|run| {
        let (start, end) = (run.here.max(here.start), (run.here + run.words).min(here.end));
        (start < end).then(|| run.there + (start - run.here)..run.there + (end - run.here))
    });
    let there = common.reduce(|one, other| one.start.min(other.start)..one.end.max(other.end))?;
    (there.len() <= 2 * here.len()).then_some(there)
}

/// Hardly a name or figure, nobody's words.
fn states_nothing(prepared: &Prepared, part: &TokenRange) -> bool {
    let words = part.len() as f64;
    let facts = prepared.facts.mentions.iter().filter(|fact| part.contains(&fact.token)).count() as f64;
    let tokens = || prepared.text.tokens[part.clone()].iter();
    let reporting = tokens().filter(|token| reports(token.word)).count() as f64;
    let quoted = tokens().filter(|token| token.flags.has(TokenFlags::QUOTED)).count() as f64;
    facts <= FACTS_MAX_SHARE * words
        && reporting <= REPORTS_MAX_SHARE * words
        && quoted <= QUOTED_MAX_SHARE * words
}

/// Whether a part has hardly a content word in common with the rest of its text.
fn is_beside_subject(text: &Text, part: &TokenRange) -> bool {
    let inside = content_words(text, part.clone());
    let outside: FxHashSet<u64> = content_words(text, 0..part.start)
        .union(&content_words(text, part.end..text.tokens.len()))
        .copied()
        .collect();
    let shared = inside.intersection(&outside).count();
    shared as f64 <= SUBJECT_MAX_SHARE * inside.len() as f64
}

/// Stems of words that are no function words; in scripts without spaces, where a word is one character, pairs
/// of neighbours.
fn content_words(text: &Text, part: TokenRange) -> FxHashSet<u64> {
    let tokens = &text.tokens[part];
    match text.language.script {
        Script::Unspaced => {
            tokens.windows(2).map(|pair| pair[0].word.rotate_left(21) ^ pair[1].word).collect()
        }
        Script::Spaced => {
            let is_content = |flags: TokenFlags| !flags.has(TokenFlags::FUNCTION_WORD);
            tokens.iter().filter(|token| is_content(token.flags)).map(|token| token.stem).collect()
        }
    }
}
