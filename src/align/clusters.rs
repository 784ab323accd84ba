//! Where passages may be: sentence pairs that look alike, clustered by nearness in both texts.

use std::ops::Range;

use crate::align::interned::InternedPair;
use crate::align::overlap::{Overlaps, reset};
use crate::align::parameters::{Parameters, limits};
use crate::align::verbatim::Chain;
use crate::normalise::TokenFlags;

/// A range of sentences of each side; neither is empty.
pub(super) type Rectangle = [Range<usize>; 2];

/// A pair of sentences that look alike.
#[derive(Clone, Copy, Debug)]
struct Seed {
    strength: f32,
    sentence: [u32; 2],
}

#[derive(Default)]
pub(super) struct Clusterer {
    /// Sentences of each side that a verbatim chain touches.
    in_chain: [Vec<bool>; 2],
    seeds: Vec<Seed>,
    /// Seeds by sentence of side 0.
    order: Vec<u32>,
    /// Union-find over seeds: an earlier (stronger) seed is the parent.
    parents: Vec<u32>,
    /// Number of each root's cluster.
    numbers: Vec<u32>,
    /// Bounding rectangles of the clusters, that of the strongest seed first.
    pub rectangles: Vec<Rectangle>,
}

impl Clusterer {
    /// Finds the rectangles of sentences to look at closely, outside the verbatim chains.
    pub fn cluster(
        &mut self,
        pair: &InternedPair<'_>,
        chains: &[Chain],
        parameters: &Parameters,
        overlaps: &mut Overlaps,
    ) {
        self.find_seeds(pair, chains, parameters, overlaps);
        self.link(pair, parameters.cluster_gap_words);
        self.bound();
    }

    fn find_seeds(
        &mut self,
        pair: &InternedPair<'_>,
        chains: &[Chain],
        parameters: &Parameters,
        overlaps: &mut Overlaps,
    ) {
        let sentences = [pair.sides[0].sentences(), pair.sides[1].sentences()];
        for (side, in_chain) in self.in_chain.iter_mut().enumerate() {
            reset(in_chain, sentences[side].len(), false);
            for chain in chains {
                in_chain[pair.sides[side].sentences_of(&chain.tokens[side])].fill(true);
            }
        }
        let (seeds, in_chain) = (&mut self.seeds, &self.in_chain);
        seeds.clear();
        let mut sentence_start = 0;
        let is_boilerplate = |side: usize, sentence: u32| {
            let tokens = &pair.sides[side].text.tokens[sentences[side][sentence as usize].clone()];
            tokens.iter().all(|token| token.flags.has(TokenFlags::BOILERPLATE))
        };
        overlaps.visit(
            pair,
            sentences,
            |_, _| true,
            |overlap| {
                if overlap.cosine <= parameters.seed_min_cosine || overlap.dice <= parameters.seed_min_dice {
                    return;
                }
                let taken = (0..2).any(|side| in_chain[side][overlap.stretch[side] as usize]);
                // boilerplate of one text may be the other's story
                if taken || (0..2).all(|side| is_boilerplate(side, overlap.stretch[side])) {
                    return;
                }
                if seeds.get(sentence_start).is_some_and(|seed| seed.sentence[0] != overlap.stretch[0]) {
                    sentence_start = seeds.len();
                }
                seeds.push(Seed { strength: overlap.dot, sentence: overlap.stretch });
                if seeds.len() - sentence_start > 2 * limits::SEEDS_PER_SENTENCE {
                    keep_strongest(&mut seeds[sentence_start..], limits::SEEDS_PER_SENTENCE);
                    seeds.truncate(sentence_start + limits::SEEDS_PER_SENTENCE);
                }
            },
        );
        seeds.sort_unstable_by(by_strength);
        seeds.truncate(limits::SEEDS);
    }

    /// Single link: seeds at most `gap_words` apart in both texts are of one cluster.
    fn link(&mut self, pair: &InternedPair<'_>, gap_words: usize) {
        let count = self.seeds.len() as u32;
        self.parents.clear();
        self.parents.extend(0..count);
        self.order.clear();
        self.order.extend(0..count);
        self.order.sort_unstable_by_key(|seed| (self.seeds[*seed as usize].sentence, *seed));
        let gap = |side: usize, one: u32, other: u32| {
            let sentences = pair.sides[side].sentences();
            let (first, second) = (one.min(other) as usize, one.max(other) as usize);
            if first == second { 0 } else { sentences[second].start - sentences[first].end }
        };
        for (at, &seed) in self.order.iter().enumerate() {
            let here = self.seeds[seed as usize].sentence;
            for &other in &self.order[at + 1..] {
                let there = self.seeds[other as usize].sentence;
                if gap(0, here[0], there[0]) > gap_words {
                    break;
                }
                if gap(1, here[1], there[1]) <= gap_words {
                    let (one, other) = (root(&mut self.parents, seed), root(&mut self.parents, other));
                    self.parents[one.max(other) as usize] = one.min(other);
                }
            }
        }
    }

    fn bound(&mut self) {
        self.rectangles.clear();
        self.numbers.clear();
        self.numbers.resize(self.seeds.len(), 0);
        for seed in 0..self.seeds.len() as u32 {
            let [left, right] = self.seeds[seed as usize].sentence.map(|sentence| sentence as usize);
            let root = root(&mut self.parents, seed);
            if root == seed {
                self.numbers[seed as usize] = self.rectangles.len() as u32;
                self.rectangles.push([left..left + 1, right..right + 1]);
            } else {
                let [lefts, rights] = &mut self.rectangles[self.numbers[root as usize] as usize];
                *lefts = lefts.start.min(left)..lefts.end.max(left + 1);
                *rights = rights.start.min(right)..rights.end.max(right + 1);
            }
        }
    }
}

fn by_strength(one: &Seed, other: &Seed) -> std::cmp::Ordering {
    other.strength.total_cmp(&one.strength).then(one.sentence.cmp(&other.sentence))
}

fn keep_strongest(seeds: &mut [Seed], count: usize) {
    if count < seeds.len() {
        seeds.select_nth_unstable_by(count, by_strength);
    }
}

fn root(parents: &mut [u32], mut seed: u32) -> u32 {
    while parents[seed as usize] != seed {
        parents[seed as usize] = parents[parents[seed as usize] as usize];
        seed = parents[seed as usize];
    }
    seed
}
