//! A text's content words by stem and by sentence, laid out for comparison with many others.

use std::ops::Range;

use crate::normalise::{Text, TokenFlags};
use crate::shingle::sorted_by_hash;

/// A stem that stands in more sentences than this tells nothing of any of them.
const PLACES_MAX: usize = 48;

/// Stems of the words that carry content and belong to the story.
#[derive(Clone, Debug, Default)]
pub struct ContentIndex {
    /// Distinct, sorted.
    pub stems: Vec<u64>,
    /// How often each stands in the text.
    pub counts: Vec<u32>,
    /// Sentences of each stem: `places[place_ends[i - 1]..place_ends[i]]`, ascending.
    place_ends: Vec<u32>,
    places: Vec<u32>,
    /// Distinct stems of each sentence, as positions in `stems`.
    sentence_ends: Vec<u32>,
    sentence_stems: Vec<u32>,
}

impl ContentIndex {
    pub fn of(text: &Text) -> ContentIndex {
        let mut found: Vec<(u64, u32)> = Vec::with_capacity(text.tokens.len());
        for (sentence, range) in text.sentences.iter().enumerate() {
            let tokens = text.tokens[range.clone()].iter().filter(|token| {
                let flags = token.flags;
                !flags.has(TokenFlags::FUNCTION_WORD)
                    && !flags.has(TokenFlags::BOILERPLATE)
                    && token.byte_end - token.byte_start > 2
            });
            found.extend(tokens.map(|token| (token.stem, sentence as u32)));
        }
        // sentences stay in order
        let found = sorted_by_hash(found, |found| found.0);
        let sentence_ends = vec![0; text.sentences.len()];
        let mut index = ContentIndex {
            stems: Vec::with_capacity(found.len()),
            counts: Vec::with_capacity(found.len()),
            place_ends: Vec::with_capacity(found.len()),
            places: Vec::with_capacity(found.len()),
            sentence_ends,
            sentence_stems: Vec::new(),
        };
        for group in found.chunk_by(|one, other| one.0 == other.0) {
            index.stems.push(group[0].0);
            index.counts.push(group.len() as u32);
            let start = index.places.len();
            for sentence in group.chunk_by(|one, other| one.1 == other.1).map(|same| same[0].1) {
                index.sentence_ends[sentence as usize] += 1;
                if index.places.len() - start < PLACES_MAX {
                    index.places.push(sentence);
                }
            }
            index.place_ends.push(index.places.len() as u32);
        }
        let mut end = 0;
        for place in &mut index.sentence_ends {
            // for now where the sentence's stems begin
            end += std::mem::replace(place, end);
        }
        index.sentence_stems = vec![0; end as usize];
        for (position, group) in (0..).zip(found.chunk_by(|one, other| one.0 == other.0)) {
            for sentence in group.chunk_by(|one, other| one.1 == other.1).map(|same| same[0].1) {
                let place = &mut index.sentence_ends[sentence as usize];
                index.sentence_stems[*place as usize] = position;
                *place += 1;
            }
        }
        index
    }

    pub fn sentences(&self) -> usize {
        self.sentence_ends.len()
    }

    /// Distinct stems of a sentence, as positions in [`ContentIndex::stems`].
    pub fn stems_of(&self, sentence: usize) -> &[u32] {
        &self.sentence_stems[piece(&self.sentence_ends, sentence)]
    }

    /// Sentences that hold a stem, the first [`PLACES_MAX`].
    pub fn places_of(&self, position: usize) -> &[u32] {
        &self.places[piece(&self.place_ends, position)]
    }

    /// Words of content in the whole text.
    pub fn words(&self) -> u32 {
        self.counts.iter().sum()
    }
}

fn piece(ends: &[u32], index: usize) -> Range<usize> {
    let start = if index == 0 { 0 } else { ends[index - 1] as usize };
    start..ends[index] as usize
}
