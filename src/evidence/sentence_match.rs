//! Sentences of one text that retell a sentence of the other, by the content words they have in common.

use crate::evidence::blocks;
use crate::evidence::chain::SentenceChains;
use crate::evidence::content::ContentIndex;
use crate::normalise::{Text, TokenRange};

/// A sentence needs this many content words to be matched at all.
const SENTENCE_MIN_CONTENT_WORDS: usize = 4;

/// A sentence retells another from this share of its content words (weighed) on.
const RETOLD_MIN_SHARE: f64 = 0.3;

/// … and most of it from this one on.
const WELL_RETOLD_MIN_SHARE: f64 = 0.5;

/// A match counts in a chain by how far its share exceeds that of the other sentences' mean and this.
const CHAIN_FLOOR: f64 = 0.05;

/// Of texts with few content words a chain says little: so many are added to theirs.
const CHAIN_SMOOTHING_WORDS: f64 = 15.0;

/// How well one text's sentences are retold by the other's.
#[derive(Clone, Debug, Default)]
pub struct SentenceMatch {
    /// Mean over sentences of the best match, weighted by content words, 0..1.
    pub mean: f64,
    /// Mean over sentences of how much better the best match is than the next best away from it, weighted
    /// alike, 0..1. Two reports of one event share words all over; a retelling has its one sentence for each.
    pub distinct: f64,
    /// How much more of the content words' weight follows the other text's order than the reverse order,
    /// -1..1.
    pub chain: f64,
    /// Of each sentence that retells one of the other text's: the token in its middle, the other's sentence,
    /// and the share.
    matched: Vec<(usize, u32, f64)>,
    /// Words in sentences that retell one of the other text's, verbatim or not.
    pub retold_words: usize,
    /// The same of sentences most of which stands there.
    pub well_retold_words: usize,
}

/// Matches each sentence of `here` with the best one of `there`: the share of its content words that stand
/// there, each weighed by how rare it is in the two texts.
pub fn best_matches(text: &Text, here: &ContentIndex, there: &ContentIndex) -> SentenceMatch {
    let known = join(here, there);
    let mut matches = Matches { overlap: vec![0.0; there.sentences()], touched: Vec::new(), own: 0.0 };
    let mut chains = SentenceChains::over(there.sentences());
    let mut found = SentenceMatch::default();
    let mut words_all = 0.0;
    for sentence in 0..here.sentences() {
        let stems = here.stems_of(sentence);
        if stems.len() < SENTENCE_MIN_CONTENT_WORDS {
            continue;
        }
        matches.add(stems, &known, there);
        let (best_place, share) = matches.best();
        let words = stems.len() as f64;
        chains.follow(matches.beyond_chance(words));
        let lead = share - matches.drain_elsewhere(best_place);
        found.mean += share * words;
        found.distinct += lead * words;
        words_all += words;
        if share >= RETOLD_MIN_SHARE {
            let tokens = &text.sentences[sentence];
            found.matched.push((usize::midpoint(tokens.start, tokens.end), best_place, share));
            found.retold_words += tokens.len();
            found.well_retold_words += if share >= WELL_RETOLD_MIN_SHARE { tokens.len() } else { 0 };
        }
    }
    if words_all == 0.0 {
        return SentenceMatch::default();
    }
    found.mean /= words_all;
    found.distinct /= words_all;
    found.chain = chains.gain() / (words_all + CHAIN_SMOOTHING_WORDS);
    found
}

/// How much of one sentence stands in each sentence of the other text.
struct Matches {
    /// Weight of the stems in common, by the other text's sentences.
    overlap: Vec<f64>,
    /// Sentences with any in common.
    touched: Vec<u32>,
    /// Weight of all stems of the sentence.
    own: f64,
}

impl Matches {
    fn add(&mut self, stems: &[u32], known: &[StemMatch], there: &ContentIndex) {
        self.own = 0.0;
        for stem in stems {
            let StemMatch { weight, there: position } = known[*stem as usize];
            self.own += weight;
            let Some(position) = position else { continue };
            for place in there.places_of(position as usize) {
                if self.overlap[*place as usize] == 0.0 {
                    self.touched.push(*place);
                }
                self.overlap[*place as usize] += weight;
            }
        }
    }

    fn share(&self, value: f64) -> f64 {
        if self.own > 0.0 { value / self.own } else { 0.0 }
    }

    /// The first sentence of the largest share, and the share.
    fn best(&self) -> (u32, f64) {
        let (mut best, mut best_place) = (0.0, 0);
        for &place in &self.touched {
            let value = self.overlap[place as usize];
            if value > best || (value == best && place < best_place) {
                (best, best_place) = (value, place);
            }
        }
        (best_place, self.share(best))
    }

    /// Sentences whose share exceeds what the others' mean leads to expect, by how much, times the sentence's
    /// words.
    fn beyond_chance(&self, words: f64) -> impl Iterator<Item = (usize, f64)> {
        let all: f64 = self.touched.iter().map(|place| self.overlap[*place as usize]).sum();
        let floor = self.share(all) / self.overlap.len().max(1) as f64 + CHAIN_FLOOR;
        let touched = self.touched.iter().map(|place| *place as usize);
        let beyond = touched.map(move |place| (place, (self.share(self.overlap[place]) - floor) * words));
        beyond.filter(|(_, weight)| *weight > 0.0)
    }

    /// The largest share away from the best place, and all cleared.
    fn drain_elsewhere(&mut self, best_place: u32) -> f64 {
        let mut elsewhere = 0.0_f64;
        for place in self.touched.drain(..) {
            let value = std::mem::take(&mut self.overlap[place as usize]);
            // a sentence that was split in two is no rival of itself
            if place.abs_diff(best_place) > 1 {
                elsewhere = elsewhere.max(value);
            }
        }
        self.share(elsewhere)
    }
}

impl SentenceMatch {
    /// How far the best matches follow the other text's order: -1..1, over neighbours within reach; without
    /// sentences in `blocks`.
    pub(super) fn order(&self, blocks: &[TokenRange]) -> f64 {
        let outside = self.matched.iter().filter(|(middle, ..)| !blocks::hold(blocks, *middle));
        order(&outside.map(|&(_, place, share)| (place, share)).collect::<Vec<_>>())
    }
}

/// What is known of one stem of a text when a second text is at hand.
#[derive(Clone, Copy)]
struct StemMatch {
    /// Log of the words of both texts to the occurrences of the stem in both.
    weight: f64,
    /// Its position in the other text's stems.
    there: Option<u32>,
}

/// Most stems occur less often than this in two texts.
const FEW: usize = 16;

fn join(here: &ContentIndex, there: &ContentIndex) -> Vec<StemMatch> {
    let total = f64::from(here.words() + there.words());
    let weight = |occurrences: usize| (total / occurrences as f64).ln();
    let weights: [f64; FEW] = std::array::from_fn(weight);
    let mut at = 0;
    here.stems
        .iter()
        .zip(&here.counts)
        .map(|(stem, count)| {
            while at < there.stems.len() && there.stems[at] < *stem {
                at += 1;
            }
            let is_there = there.stems.get(at) == Some(stem);
            let occurrences = count + if is_there { there.counts[at] } else { 0 };
            let occurrences = occurrences as usize;
            let weight = weights.get(occurrences).copied().unwrap_or_else(|| weight(occurrences));
            StemMatch { weight, there: is_there.then_some(at as u32) }
        })
        .collect()
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
