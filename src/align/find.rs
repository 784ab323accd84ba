//! The steps from tiles to passages, in order.

use std::cmp::Reverse;
use std::ops::Range;

use crate::align::clusters::{Clusterer, Rectangle};
use crate::align::growth::Grower;
use crate::align::interned::InternedPair;
use crate::align::overlap::Overlaps;
use crate::align::parameters::Parameters;
use crate::align::resolve::{self, Basis, TokenPassage};
use crate::align::summary::{MatchedRanges, Summariser};
use crate::align::verbatim::{self, Chain, Tile};
use crate::normalise::TokenFlags;

#[derive(Default)]
pub(super) struct Finder {
    clusterer: Clusterer,
    grower: Grower,
    summariser: Summariser,
}

/// What was found of two texts.
#[derive(Default)]
pub(super) struct AlignmentSearch {
    pub passages: Vec<TokenPassage>,
    /// Where there is no passage: the best stretch that is none.
    pub faint: Option<TokenPassage>,
}

impl Finder {
    /// The passages of two texts, given their tiles.
    pub fn find(
        &mut self,
        pair: &InternedPair<'_>,
        tiles: &[Tile],
        parameters: &Parameters,
        overlaps: &mut Overlaps,
    ) -> AlignmentSearch {
        self.grower.start(pair, parameters);
        let min_score = parameters.min_score_of(pair.sides.each_ref().map(|side| side.words.len()));
        let chains = verbatim::chains(tiles, parameters, parameters.chain_min_words);
        self.clusterer.cluster(pair, &chains, parameters, overlaps);
        let mut candidates: Vec<MatchedRanges> = Vec::new();
        let mut grown: Vec<TokenPassage> = Vec::new();
        let mut faint: Option<TokenPassage> = None;
        let faint_min_score = (min_score - parameters.faint_shortfall).max(parameters.candidate_min_score);
        let mut seen: Vec<Rectangle> = Vec::new();
        for rectangle in &self.clusterer.rectangles {
            let is_inside = |outer: &Rectangle| {
                (0..2).all(|side| {
                    outer[side].start <= rectangle[side].start && rectangle[side].end <= outer[side].end
                })
            };
            if seen.iter().any(is_inside) || self.grower.is_exhausted() {
                continue;
            }
            let (rectangle, score) = self.grower.refine(pair, rectangle.clone(), parameters);
            let tokens = [0, 1].map(|side| pair.sides[side].tokens_of(&rectangle[side]));
            seen.push(rectangle);
            if score > parameters.candidate_min_score {
                candidates.push(MatchedRanges { tokens: tokens.clone(), score });
            }
            let is_long = (0..2).all(|side| {
                pair.sides[side].code_points(&tokens[side]) >= parameters.passage_min_code_points
            });
            if !is_long {
                continue;
            }
            let stretch = TokenPassage { tokens, score, basis: Basis::Reworded };
            if score >= min_score {
                grown.push(stretch);
            } else if score > faint.as_ref().map_or(faint_min_score, |faint| faint.score) {
                faint = Some(stretch);
            }
        }
        candidates.extend(chains.iter().map(|chain| MatchedRanges {
            tokens: chain.tokens.clone(),
            score: chain.tokens[0].len() as f64,
        }));
        candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
        let summary = self.summariser.find(pair, &candidates, parameters);
        let summary = summary.map(|summary| TokenPassage {
            tokens: summary.tokens,
            score: summary.score,
            basis: Basis::Summary,
        });
        let verbatim = chains.iter().map(|chain| whole_sentences(pair, chain)).collect();
        let mut found = resolve::resolve(pair, verbatim, summary, grown, parameters);
        found
            .iter_mut()
            .filter(|found| found.basis != Basis::Verbatim)
            .for_each(|found| trim_dateline(pair, found));
        add_short_copies(pair, tiles, parameters, &mut found);
        let mut faint = faint.filter(|_| found.is_empty());
        faint.iter_mut().for_each(|faint| trim_dateline(pair, faint));
        AlignmentSearch { passages: found, faint }
    }

    /// Evidence for a passage, as [`Grower::evidence`]; follows [`Finder::find`] of the same pair.
    pub fn evidence(
        &mut self,
        pair: &InternedPair<'_>,
        tokens: &[Range<usize>; 2],
        parameters: &Parameters,
    ) -> f64 {
        self.grower.evidence(pair, tokens, parameters)
    }

    /// The one passage of two texts that are equal word for word.
    pub fn find_identical(&mut self, pair: &InternedPair<'_>, parameters: &Parameters) -> AlignmentSearch {
        self.grower.start(pair, parameters);
        let tokens = pair.sides.map(|side| 0..side.words.len());
        let whole = TokenPassage { tokens, score: pair.sides[0].words.len() as f64, basis: Basis::Verbatim };
        AlignmentSearch { passages: vec![whole], faint: None }
    }
}

/// A dateline in front of the first sentence is no part of what was retold.
fn trim_dateline(pair: &InternedPair<'_>, found: &mut TokenPassage) {
    for (side, tokens) in pair.sides.iter().zip(&mut found.tokens) {
        let first_sentence = side.sentences_of(&(tokens.start..tokens.start + 1));
        let end = side.tokens_of(&first_sentence).end.min(tokens.end);
        let is_story = |at: &usize| !side.text.tokens[*at].flags.has(TokenFlags::BOILERPLATE);
        if let Some(story) = (tokens.start..end).find(is_story) {
            tokens.start = story;
        }
    }
}

/// Chains too short to be passages by themselves are shown where nothing else is, if they are no mere phrase.
fn add_short_copies(
    pair: &InternedPair<'_>,
    tiles: &[Tile],
    parameters: &Parameters,
    found: &mut Vec<TokenPassage>,
) {
    let mut chains = verbatim::chains(tiles, parameters, parameters.short_copy_min_words);
    chains.sort_by_key(|chain| Reverse(chain.common_words));
    let mut taken = pair.sides.map(|side| vec![false; if chains.is_empty() { 0 } else { side.words.len() }]);
    let take = |taken: &mut [Vec<bool>; 2], found: &TokenPassage| {
        taken.iter_mut().zip(&found.tokens).for_each(|(taken, tokens)| taken[tokens.clone()].fill(true));
    };
    if !chains.is_empty() {
        found.iter().for_each(|found| take(&mut taken, found));
    }
    for chain in chains {
        let copy = whole_sentences(pair, &chain);
        let content = |side: usize| {
            let tokens = &pair.sides[side].text.tokens[copy.tokens[side].clone()];
            tokens
                .iter()
                .filter(|token| {
                    !token.flags.has(TokenFlags::FUNCTION_WORD) && !token.flags.has(TokenFlags::BOILERPLATE)
                })
                .count()
        };
        let is_distinctive = (0..2).all(|side| content(side) >= parameters.short_copy_min_content_words);
        let is_free = (0..2).all(|side| !taken[side][copy.tokens[side].clone()].contains(&true));
        if is_distinctive && is_free {
            take(&mut taken, &copy);
            found.push(copy);
        }
    }
}

/// A chain as a passage. One stray word beyond a sentence's end or before its start is chance.
fn whole_sentences(pair: &InternedPair<'_>, chain: &Chain) -> TokenPassage {
    let mut tokens = chain.tokens.clone();
    let starts = |tokens: &[Range<usize>; 2], ahead: usize| {
        (0..2).any(|side| {
            let token = pair.sides[side].text.tokens.get(tokens[side].start + ahead);
            token.is_some_and(|token| token.flags.has(TokenFlags::SENTENCE_START))
        })
    };
    let ends = |tokens: &[Range<usize>; 2], back: usize| {
        (0..2).any(|side| {
            let token = pair.sides[side].text.tokens.get(tokens[side].end - back);
            token.is_none_or(|token| token.flags.has(TokenFlags::SENTENCE_START))
        })
    };
    if !starts(&tokens, 0) && starts(&tokens, 1) {
        tokens.iter_mut().for_each(|tokens| tokens.start += 1);
    }
    if !ends(&tokens, 0) && ends(&tokens, 1) {
        tokens.iter_mut().for_each(|tokens| tokens.end -= 1);
    }
    TokenPassage { tokens, score: chain.common_words as f64, basis: Basis::Verbatim }
}
