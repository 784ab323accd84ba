//! Sentences of one text that retell a sentence of the other, by the content words they have in common.

use rustc_hash::FxHashMap;

use crate::normalise::{Text, TokenFlags};

/// A sentence needs this many content words to be matched at all.
const SENTENCE_MIN_CONTENT_WORDS: usize = 4;

/// A stem that stands in more sentences of the other text than this tells nothing of the sentence.
const PLACES_MAX: usize = 48;

/// A sentence retells another from this share of its content words (weighed) on.
const RETOLD_MIN_SHARE: f64 = 0.3;

/// How well one text's sentences are retold by the other's.
#[derive(Clone, Copy, Debug, Default)]
pub struct SentenceMatch {
    /// Mean over sentences of the best match, weighted by content words, 0..1.
    pub mean: f64,
    /// Share of the sentences, by content words, whose best match reaches one half.
    pub half_matched: f64,
    /// How far the best matches follow the other text's order: -1..1, Kendall's tau over neighbours within reach.
    pub order: f64,
    /// Words in sentences that retell one of the other text's, verbatim or not.
    pub retold_words: usize,
}

/// Matches each sentence of `here` with the best one of `there`.
pub fn best_matches(here: &Text, there: &Text) -> SentenceMatch {
    let mut frequency: FxHashMap<u64, u32> = FxHashMap::default();
    for text in [here, there] {
        for token in content(text, 0..text.tokens.len()) {
            *frequency.entry(token).or_default() += 1;
        }
    }
    let total = f64::from(frequency.values().sum::<u32>());
    let weight = |stem: u64| (total / f64::from(frequency[&stem])).ln();

    let mut places: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (index, sentence) in there.sentences.iter().enumerate() {
        for stem in content(there, sentence.clone()) {
            let places = places.entry(stem).or_default();
            if places.last() != Some(&(index as u32)) && places.len() < PLACES_MAX {
                places.push(index as u32);
            }
        }
    }

    let mut overlap = vec![0.0_f64; there.sentences.len()];
    let mut touched: Vec<u32> = Vec::new();
    let mut stems: Vec<u64> = Vec::new();
    let mut matched_places: Vec<(u32, f64)> = Vec::new();
    let (mut sum, mut half, mut weight_sum, mut retold_words) = (0.0, 0.0, 0.0, 0);
    for sentence in &here.sentences {
        stems.clear();
        stems.extend(content(here, sentence.clone()));
        stems.sort_unstable();
        stems.dedup();
        if stems.len() < SENTENCE_MIN_CONTENT_WORDS {
            continue;
        }
        let mut own = 0.0;
        for stem in &stems {
            let weight = weight(*stem);
            own += weight;
            for place in places.get(stem).into_iter().flatten() {
                if overlap[*place as usize] == 0.0 {
                    touched.push(*place);
                }
                overlap[*place as usize] += weight;
            }
        }
        let (mut best, mut best_place) = (0.0, 0);
        for place in touched.drain(..) {
            let value = overlap[place as usize];
            overlap[place as usize] = 0.0;
            if value > best || (value == best && place < best_place) {
                (best, best_place) = (value, place);
            }
        }
        let share = if own > 0.0 { best / own } else { 0.0 };
        let words = stems.len() as f64;
        sum += share * words;
        half += f64::from(u8::from(share >= 0.5)) * words;
        weight_sum += words;
        if share >= RETOLD_MIN_SHARE {
            matched_places.push((best_place, share));
            retold_words += sentence.len();
        }
    }
    if weight_sum == 0.0 {
        return SentenceMatch::default();
    }
    SentenceMatch {
        mean: sum / weight_sum,
        half_matched: half / weight_sum,
        order: order(&matched_places),
        retold_words,
    }
}

/// Weighted share of neighbours (up to four apart) in rising order, less that in falling order.
fn order(places: &[(u32, f64)]) -> f64 {
    let (mut rising, mut all) = (0.0, 0.0);
    for (at, (place, share)) in places.iter().enumerate() {
        for (later_place, later_share) in places[at + 1..].iter().take(4) {
            let weight = share * later_share;
            all += weight;
            rising += weight * f64::from(later_place.cmp(place) as i8);
        }
    }
    if all > 0.0 { rising / all } else { 0.0 }
}

/// Stems of the words that carry content and belong to the story.
fn content(text: &Text, range: std::ops::Range<usize>) -> impl Iterator<Item = u64> {
    text.tokens[range]
        .iter()
        .filter(|token| {
            !token.flags.has(TokenFlags::FUNCTION_WORD) && !token.flags.has(TokenFlags::FURNITURE)
        })
        .filter(|token| {
            token.end - token.start > 2
                || !token.flags.has(TokenFlags::CAPITAL) && token.byte_end - token.byte_start > 2
        })
        .map(|token| token.stem)
}
