//! What one text took from another: aligned passages and their parts.
//!
//! Two [`Text`]s go in, an [`Alignment`] comes out: passages, each one connected stretch in both texts, with
//! verbatim, quoted and reworded parts inside it. The steps, a file each:
//!
//! 1. `interned`: words and stems as small numbers.
//! 2. `verbatim`: common word runs become tiles; long chains of tiles are passages by themselves.
//! 3. `clusters`: sentences that look alike are seeds; seeds near one another are clusters.
//! 4. `growth`: each cluster's ranges are fitted to the evidence, word by word.
//! 5. `summary`: does a stretch sum up the other text as a whole?
//! 6. `resolve`: one set of passages without overlap.
//! 7. `parts` and `spans`: what the passages are made of, and where that stands in the input.
//!
//! `find` runs steps 2 to 6. Nothing here knows which text came from which. The texts are put into an order
//! of their own first, so that swapping the inputs swaps the result and changes nothing else; the one step
//! that has a direction, the summary, is tried both ways. Nothing looks at a third text.

mod clusters;
mod find;
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

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::article::Span;
use crate::normalise::{Script, Text, TokenRange};
use crate::row::PartKind;

pub use parameters::{Parameters, SummaryParameters};
pub use resolve::Basis;
pub use shares::WordCounts;

use find::{AlignmentSearch, Finder};
use interned::Interner;
use overlap::Overlaps;
use parts::{Cutter, FoundPart};
use resolve::TokenPassage;
use verbatim::Tiler;

/// How two texts align.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alignment {
    /// In the order of the first text. They do not overlap in either text.
    pub passages: Vec<AlignedPassage>,
    /// Words of each text by what became of them.
    pub words: [WordCounts; 2],
    /// Where there is no passage: the stretch that comes nearest to one.
    pub faint: Option<Box<FaintPassage>>,
}

/// A stretch that chance might find as well. It shows where to look if other signals say that one text
/// retells the other.
#[derive(Clone, Debug, PartialEq)]
pub struct FaintPassage {
    /// The stretch as the passage that it would be.
    pub passage: AlignedPassage,
    /// Words of each text if it counts as a passage.
    pub words: [WordCounts; 2],
}

/// One connected stretch of reuse in both texts.
#[derive(Clone, Debug, PartialEq)]
pub struct AlignedPassage {
    /// In each text, in code points: on word boundaries, with the punctuation that both texts print there or
    /// that belongs to a part.
    pub spans: [Span; 2],
    /// The same in words: ranges of each text's tokens.
    pub tokens: [TokenRange; 2],
    /// Log-likelihood ratio of reuse against chance for the side that it holds better for, in nats.
    pub score: f64,
    /// What the passage rests on.
    pub basis: Basis,
    /// In the order of the first text. They do not overlap in either text.
    pub parts: Vec<AlignedPart>,
}

/// A stretch of a passage, of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedPart {
    /// As of a passage.
    pub spans: [Span; 2],
    /// The same in words: ranges of each text's tokens.
    pub tokens: [TokenRange; 2],
    /// Whether its words are the same in both texts, reworded, or quoted by both.
    pub kind: PartKind,
}

/// Working memory and parameters of the alignment. One a thread; reusing it saves the allocations.
#[derive(Default)]
pub struct Scratch {
    parameters: Parameters,
    interner: Interner,
    tiler: Tiler,
    overlaps: Overlaps,
    finder: Finder,
    cutter: Cutter,
    marked: [Vec<bool>; 2],
}

impl Scratch {
    /// Working memory for an alignment with other parameters than the defaults.
    pub fn with_parameters(parameters: Parameters) -> Self {
        Scratch { parameters, ..Scratch::default() }
    }
}

/// Aligns two texts. Symmetric: swapping the inputs swaps the sides of the result.
///
/// Work is bounded for any input; texts with millions of equal words or sentences may lose passages to the
/// bounds.
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
    let Scratch { parameters, interner, tiler, overlaps, finder, cutter, marked } = scratch;
    let is_unspaced = texts.iter().all(|text| text.language.script == Script::Unspaced);
    let parameters = &parameters.for_script(if is_unspaced { Script::Unspaced } else { Script::Spaced });
    let total = |side: usize| WordCounts { total: texts[side].tokens.len() as u32, ..WordCounts::default() };
    let mut alignment = Alignment { words: [total(0), total(1)], ..Alignment::default() };
    let pair = &interner.load(texts);
    if pair.sides.iter().any(|side| side.words.is_empty()) {
        return alignment;
    }
    let is_identical = pair.sides[0].words == pair.sides[1].words;
    let part_min_words = if is_identical { 1 } else { parameters.tile_min_words };
    let AlignmentSearch { passages: mut found, faint } = if is_identical {
        tiler.take_whole(pair);
        finder.find_identical(pair, parameters)
    } else {
        tiler.tile(pair, parameters.tile_min_words);
        finder.find(pair, &tiler.tiles, parameters, overlaps)
    };
    found.sort_by_key(|found| found.tokens[0].start);
    let mut finished = |found: Vec<TokenPassage>| -> Vec<AlignedPassage> {
        let parts = cutter.cut(pair, &found, &tiler.tiles, part_min_words, overlaps);
        let scored = found.into_iter().zip(parts);
        scored
            .filter_map(|(found, parts)| {
                let score = finder.evidence(pair, &found.tokens, parameters);
                finish(texts, found, parts, score)
            })
            .collect()
    };
    alignment.passages = finished(found);
    let faint = faint.and_then(|faint| finished(vec![faint]).pop());
    let mut count =
        |passages: &[AlignedPassage]| shares::count(pair, passages, &tiler.tiles, parameters, marked);
    alignment.words = count(&alignment.passages);
    alignment.faint = faint.map(|passage| {
        let words = count(std::slice::from_ref(&passage));
        Box::new(FaintPassage { passage, words })
    });
    alignment
}

fn finish(
    texts: [&Text; 2],
    found: TokenPassage,
    parts: Vec<FoundPart>,
    score: f64,
) -> Option<AlignedPassage> {
    let place = |tokens: [Range<usize>; 2]| {
        let is_empty = tokens.iter().any(|tokens| tokens.is_empty());
        (!is_empty).then(|| (spans::spans(texts, &tokens), tokens))
    };
    let each = |tokens: [Range<usize>; 2]| {
        [0, 1].map(|side| spans::whole_characters(texts[side], tokens[side].clone()))
    };
    let part = |part: FoundPart| {
        let tokens = match part.kind {
            PartKind::Reworded => each(part.tokens),
            PartKind::Verbatim | PartKind::Quote => spans::whole_characters_of_both(texts, part.tokens),
        };
        let (spans, tokens) = place(tokens)?;
        Some(AlignedPart { spans, tokens, kind: part.kind })
    };
    let (mut spans, tokens) = place(each(found.tokens))?;
    let parts: Vec<AlignedPart> = parts.into_iter().filter_map(part).collect();
    for part in &parts {
        // a part may end with marks that both texts print where the passages end apart
        spans = [0, 1].map(|side| spans[side].hull(part.spans[side]));
    }
    Some(AlignedPassage { spans, tokens, score, basis: found.basis, parts })
}

impl Alignment {
    /// Passages and words of texts of which one is known to retell the other: a faint stretch counts.
    pub fn of_derived(&self) -> (&[AlignedPassage], [WordCounts; 2]) {
        match &self.faint {
            Some(faint) => (std::slice::from_ref(&faint.passage), faint.words),
            None => (&self.passages, self.words),
        }
    }

    fn swap(&mut self) {
        self.words.swap(0, 1);
        self.passages.iter_mut().for_each(AlignedPassage::swap);
        if let Some(faint) = &mut self.faint {
            faint.words.swap(0, 1);
            faint.passage.swap();
        }
    }
}

impl AlignedPassage {
    fn swap(&mut self) {
        self.spans.swap(0, 1);
        self.tokens.swap(0, 1);
        for part in &mut self.parts {
            part.spans.swap(0, 1);
            part.tokens.swap(0, 1);
        }
        self.parts.sort_by_key(|part| part.tokens[0].start);
    }
}
