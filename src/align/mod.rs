//! What one text took from another: aligned passages and their parts.
//!
//! Two [`Text`]s go in, an [`Alignment`] comes out: passages, each one connected stretch in both texts, with verbatim,
//! quoted and reworded parts inside it. The steps, a file each:
//!
//! 1. [`interned`]: words and stems as small numbers.
//! 2. [`verbatim`]: common word runs become tiles; long chains of tiles are passages by themselves.
//! 3. [`clusters`]: sentences that look alike are seeds; seeds near one another are clusters.
//! 4. [`growth`]: each cluster's ranges are fitted to the evidence, word by word.
//! 5. [`summary`]: does a stretch sum up the other text as a whole?
//! 6. [`resolve`]: one set of passages without overlap.
//! 7. [`parts`] and [`spans`]: what the passages are made of, and where that stands in the input.
//!
//! Nothing here knows which text came from which. The texts are put into an order of their own first, so that swapping
//! the inputs swaps the result and changes nothing else; the one step that has a direction, the summary, is tried both
//! ways. Nothing looks at a third text.

mod clusters;
mod growth;
mod interned;
mod overlap;
mod parameters;
mod parts;
mod resolve;
mod rewards;
mod shares;
mod spans;
mod summary;
mod verbatim;

use std::ops::Range;

use crate::article::Span;
use crate::normalise::{Script, Text, TokenFlags, TokenRange};
use crate::row::PartKind;

pub use parameters::{Parameters, SummaryParameters};
pub use resolve::Basis;
pub use shares::WordCounts;

use clusters::Clusterer;
use growth::Grower;
use interned::{Interner, Pair};
use overlap::Overlaps;
use parts::{Cutter, FoundPart};
use resolve::Found;
use summary::{Candidate, Summariser};
use verbatim::{Chain, Tile, Tiler};

/// How two texts align.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alignment {
    /// In the order of the first text. They do not overlap in either text.
    pub passages: Vec<AlignedPassage>,
    /// Words of each text by what became of them.
    pub words: [WordCounts; 2],
}

/// One connected stretch of reuse in both texts.
#[derive(Clone, Debug, PartialEq)]
pub struct AlignedPassage {
    /// In each text, in code points: on word boundaries, with the punctuation that both texts print there.
    pub spans: [Span; 2],
    pub tokens: [TokenRange; 2],
    /// Log-likelihood ratio of reuse against chance for the side that it holds better for, in nats.
    pub score: f64,
    pub basis: Basis,
    /// In the order of the first text. They do not overlap in either text.
    pub parts: Vec<AlignedPart>,
}

/// A stretch of a passage, of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedPart {
    pub spans: [Span; 2],
    pub tokens: [TokenRange; 2],
    pub kind: PartKind,
}

/// Working memory and parameters of the alignment. One a thread; reusing it saves the allocations.
#[derive(Default)]
pub struct Scratch {
    parameters: Parameters,
    interner: Interner,
    tiler: Tiler,
    overlaps: Overlaps,
    clusterer: Clusterer,
    grower: Grower,
    summariser: Summariser,
    cutter: Cutter,
    marked: [Vec<bool>; 2],
}

impl Scratch {
    pub fn with_parameters(parameters: Parameters) -> Self {
        Scratch { parameters, ..Scratch::default() }
    }
}

/// Aligns two texts. Symmetric: swapping the inputs swaps the sides of the result.
///
/// Work is bounded for any input; texts with millions of equal words or sentences may lose passages to the bounds.
pub fn passages(a: &Text, b: &Text, scratch: &mut Scratch) -> Alignment {
    let is_swapped = own_order(a, b).is_gt();
    let texts = if is_swapped { [b, a] } else { [a, b] };
    let mut alignment = align(texts, scratch);
    if is_swapped {
        alignment.swap();
    }
    alignment.passages.sort_by_key(|passage| (passage.spans[0], passage.spans[1]));
    alignment
}

/// An order of texts by what they hold, so that the result does not depend on the order given.
fn own_order(a: &Text, b: &Text) -> std::cmp::Ordering {
    let words = |text: &Text| text.tokens.len();
    words(b).cmp(&words(a)).then_with(|| a.raw().cmp(b.raw()))
}

fn align(texts: [&Text; 2], scratch: &mut Scratch) -> Alignment {
    let Scratch { parameters, interner, tiler, overlaps, clusterer, grower, summariser, cutter, marked } =
        scratch;
    let is_unspaced = texts.iter().all(|text| text.language.script == Script::Unspaced);
    let parameters = &parameters.for_script(if is_unspaced { Script::Unspaced } else { Script::Spaced });
    let total = |side: usize| WordCounts { total: texts[side].tokens.len() as u32, ..WordCounts::default() };
    let mut alignment = Alignment { passages: Vec::new(), words: [total(0), total(1)] };
    let pair = &interner.load(texts);
    if pair.sides.iter().any(|side| side.words.is_empty()) {
        return alignment;
    }
    let is_identical = pair.sides[0].words == pair.sides[1].words;
    if is_identical {
        tiler.tiles = vec![Tile { start: [0, 0], words: pair.sides[0].words.len() }];
    } else {
        tiler.tile(pair, parameters.tile_min_words);
    }
    grower.start(pair, parameters);
    let found = if is_identical {
        vec![Found {
            tokens: [0..texts[0].tokens.len(), 0..texts[1].tokens.len()],
            score: 0.0,
            basis: Basis::Verbatim,
        }]
    } else {
        find(pair, &tiler.tiles, parameters, overlaps, clusterer, grower, summariser)
    };
    let parts = cutter.cut(
        pair,
        &found,
        &tiler.tiles,
        parameters.tile_min_words.min(tiler.tiles.first().map_or(1, |tile| tile.words)),
        overlaps,
    );
    for (found, parts) in found.into_iter().zip(parts) {
        let score = grower.evidence(pair, &found.tokens, parameters);
        if let Some(passage) = finish(texts, found, parts, score) {
            alignment.passages.push(passage);
        }
    }
    alignment.words = shares::count(pair, &alignment.passages, &tiler.tiles, parameters, marked);
    alignment
}

#[allow(clippy::too_many_arguments)]
fn find(
    pair: &Pair<'_>,
    tiles: &[Tile],
    parameters: &Parameters,
    overlaps: &mut Overlaps,
    clusterer: &mut Clusterer,
    grower: &mut Grower,
    summariser: &mut Summariser,
) -> Vec<Found> {
    let chains = verbatim::chains(tiles, parameters, parameters.chain_min_words);
    clusterer.cluster(pair, &chains, parameters, overlaps);
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut grown: Vec<Found> = Vec::new();
    let mut seen: Vec<clusters::Rectangle> = Vec::new();
    for rectangle in &clusterer.rectangles {
        let is_inside = |outer: &clusters::Rectangle| {
            (0..2).all(|side| {
                outer[side].start <= rectangle[side].start && rectangle[side].end <= outer[side].end
            })
        };
        if seen.iter().any(is_inside) || grower.is_exhausted() {
            continue;
        }
        let (rectangle, score) = grower.refine(pair, rectangle.clone(), parameters);
        let tokens = [0, 1].map(|side| pair.sides[side].tokens_of(&rectangle[side]));
        seen.push(rectangle);
        if score > parameters.candidate_min_score {
            candidates.push(Candidate { tokens: tokens.clone(), score });
        }
        let is_long = (0..2)
            .all(|side| pair.sides[side].code_points(&tokens[side]) >= parameters.passage_min_code_points);
        if score >= parameters.passage_min_score && is_long {
            grown.push(Found { tokens, score, basis: Basis::Reworded });
        }
    }
    candidates.extend(
        chains
            .iter()
            .map(|chain| Candidate { tokens: chain.tokens.clone(), score: chain.tokens[0].len() as f64 }),
    );
    candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
    let summary = summariser.find(pair, &candidates, parameters);
    let summary =
        summary.map(|summary| Found { tokens: summary.tokens, score: summary.score, basis: Basis::Summary });
    let verbatim = chains.iter().map(|chain| whole_sentences(pair, chain)).collect();
    let mut found = resolve::resolve(pair, verbatim, summary, grown, parameters);
    add_short_copies(pair, tiles, parameters, &mut found);
    found
}

/// Chains too short to be passages by themselves are shown where nothing else is, if they are no mere phrase.
fn add_short_copies(pair: &Pair<'_>, tiles: &[Tile], parameters: &Parameters, found: &mut Vec<Found>) {
    let mut chains = verbatim::chains(tiles, parameters, parameters.short_copy_min_words);
    chains.sort_by(|one, other| other.common_words.cmp(&one.common_words));
    for chain in chains {
        let copy = whole_sentences(pair, &chain);
        let content = |side: usize| {
            let tokens = &pair.sides[side].text.tokens[copy.tokens[side].clone()];
            tokens
                .iter()
                .filter(|token| {
                    !token.flags.has(TokenFlags::FUNCTION_WORD) && !token.flags.has(TokenFlags::FURNITURE)
                })
                .count()
        };
        let is_distinctive = (0..2).all(|side| content(side) >= parameters.short_copy_min_content_words);
        if is_distinctive && !found.iter().any(|other| copy.touches(other)) {
            found.push(copy);
        }
    }
}

/// A chain as a passage. One stray word beyond a sentence's end or before its start is chance.
fn whole_sentences(pair: &Pair<'_>, chain: &Chain) -> Found {
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
    Found { tokens, score: chain.common_words as f64, basis: Basis::Verbatim }
}

fn finish(texts: [&Text; 2], found: Found, parts: Vec<FoundPart>, score: f64) -> Option<AlignedPassage> {
    let place = |tokens: [Range<usize>; 2]| {
        let tokens = [0, 1].map(|side| spans::whole_characters(texts[side], tokens[side].clone()));
        let is_empty = tokens.iter().any(|tokens| tokens.is_empty());
        (!is_empty).then(|| (spans::spans(texts, &tokens), tokens))
    };
    let part = |part: FoundPart| {
        let (spans, tokens) = place(part.tokens)?;
        Some(AlignedPart { spans, tokens, kind: part.kind })
    };
    let (spans, tokens) = place(found.tokens)?;
    let parts = parts.into_iter().filter_map(part).collect();
    Some(AlignedPassage { spans, tokens, score, basis: found.basis, parts })
}

impl Alignment {
    fn swap(&mut self) {
        self.words.swap(0, 1);
        for passage in &mut self.passages {
            passage.spans.swap(0, 1);
            passage.tokens.swap(0, 1);
            for part in &mut passage.parts {
                part.spans.swap(0, 1);
                part.tokens.swap(0, 1);
            }
            passage.parts.sort_by_key(|part| part.tokens[0].start);
        }
    }
}
