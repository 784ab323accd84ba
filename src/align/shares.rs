//! A text's words by what became of them: taken verbatim, taken reworded, new (METER's terms, Gaizauskas et
//! al. 2001).

use std::ops::Range;

use crate::align::AlignedPassage;
use crate::align::interned::InternedPair;
use crate::align::overlap::reset;
use crate::align::parameters::Parameters;
use crate::align::verbatim::Tile;
use crate::normalise::TokenFlags;
use crate::row::{PartKind, Reuse};

/// A text's words by what became of them in the other text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordCounts {
    /// In common runs: all parts of passages, and runs elsewhere that are long enough and not only function
    /// words.
    pub verbatim: u32,
    /// Of these, words that one of the texts prints as a quotation.
    pub quoted: u32,
    /// In reworded parts.
    pub reworded: u32,
    /// All words of the text.
    pub total: u32,
}

impl WordCounts {
    /// Shares of the words; of a text without words nothing is reused.
    pub fn reuse(&self) -> Reuse {
        if self.total == 0 {
            return Reuse { verbatim: 0.0, reworded: 0.0, new: 1.0 };
        }
        let share = |words: u32| f64::from(words) / f64::from(self.total);
        let new = self.total - self.verbatim - self.reworded;
        Reuse { verbatim: share(self.verbatim), reworded: share(self.reworded), new: share(new) }
    }
}

/// Counts both texts' words. `marked` is working memory.
pub(super) fn count(
    pair: &InternedPair<'_>,
    passages: &[AlignedPassage],
    tiles: &[Tile],
    parameters: &Parameters,
    marked: &mut [Vec<bool>; 2],
) -> [WordCounts; 2] {
    let mut counts =
        [0, 1].map(|side| WordCounts { total: pair.sides[side].words.len() as u32, ..WordCounts::default() });
    for (marked, side) in marked.iter_mut().zip(&pair.sides) {
        reset(marked, side.words.len(), false);
    }
    for part in passages.iter().flat_map(|passage| &passage.parts) {
        for side in 0..2 {
            let tokens = part.tokens[side].clone();
            counts[side].add(part.kind, tokens.len() as u32);
            marked[side][tokens].fill(true);
        }
    }
    let is_free = |tile: &Tile, offset: usize| (0..2).all(|side| !marked[side][tile.start[side] + offset]);
    for tile in tiles {
        let mut offset = 0;
        while offset < tile.words {
            let start = offset;
            while offset < tile.words && is_free(tile, offset) {
                offset += 1;
            }
            let run = [0, 1].map(|side| tile.start[side] + start..tile.start[side] + offset);
            if offset - start >= parameters.loose_run_min_words && says_something(pair, &run[0], parameters) {
                let is_quoted = |at: &usize| {
                    (0..2).any(|side| {
                        let token = &pair.sides[side].text.tokens[run[side].start + at];
                        token.flags.has(TokenFlags::QUOTED)
                    })
                };
                let quoted = (0..run[0].len()).filter(is_quoted).count() as u32;
                for counts in &mut counts {
                    counts.add(PartKind::Verbatim, run[0].len() as u32);
                    counts.quoted += quoted;
                }
            }
            offset += 1;
        }
    }
    counts
}

/// Whether a run holds enough content words to be no mere phrase of the language.
fn says_something(pair: &InternedPair<'_>, tokens: &Range<usize>, parameters: &Parameters) -> bool {
    let tokens = &pair.sides[0].text.tokens[tokens.clone()];
    let content = tokens.iter().filter(|token| !token.flags.has(TokenFlags::FUNCTION_WORD)).count();
    content >= parameters.loose_run_min_content_words
}

impl WordCounts {
    fn add(&mut self, kind: PartKind, words: u32) {
        match kind {
            PartKind::Verbatim => self.verbatim += words,
            PartKind::Quote => {
                self.verbatim += words;
                self.quoted += words;
            }
            PartKind::Reworded => self.reworded += words,
        }
    }
}
