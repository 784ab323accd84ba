//! How much the sentences (or smaller stretches) of two texts share: an inverted index over stems.

use std::ops::Range;

use crate::align::interned::InternedPair;
use crate::align::parameters::limits;

/// Two stretches with stems in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SharedStems {
    /// Index of the stretch in each side's list.
    pub stretch: [u32; 2],
    /// Σ over common stems of the product of their tf-isf weights.
    pub dot: f32,
    pub cosine: f32,
    /// 2 · common / sum of distinct stems.
    pub dice: f32,
    /// Distinct stems in common.
    pub common: u32,
}

/// Distinct stems of each stretch with their number of occurrences, one list after the other.
#[derive(Default)]
struct Terms {
    terms: Vec<(u32, u32)>,
    /// Where each stretch's terms begin, and the end.
    starts: Vec<u32>,
}

#[derive(Default)]
pub(super) struct Overlaps {
    sides: [Terms; 2],
    /// Stretches of each side that hold a stem.
    frequencies: [Vec<u32>; 2],
    /// Last stretch (+ 1) that held a stem, and where its term lies.
    seen: Vec<(u32, u32)>,
    posting_starts: Vec<u32>,
    /// Stretch of side 1 and the stem's weight there.
    postings: Vec<(u32, f32)>,
    /// Inverse frequency over the stretches of both sides, by evidence number.
    weights: Vec<f32>,
    norms: Vec<f32>,
    dots: Vec<f32>,
    commons: Vec<u32>,
    touched: Vec<u32>,
}

impl Terms {
    fn fill(
        &mut self,
        stems: &[u32],
        stretches: &[Range<usize>],
        is_used: impl Fn(usize) -> bool,
        seen: &mut [(u32, u32)],
        frequencies: &mut [u32],
    ) {
        self.terms.clear();
        self.starts.clear();
        for (number, stretch) in stretches.iter().enumerate() {
            self.starts.push(self.terms.len() as u32);
            let mark = number as u32 + 1;
            for token in stretch.clone().filter(|token| is_used(*token)) {
                let stem = stems[token];
                let (last, at) = &mut seen[stem as usize];
                if *last == mark {
                    self.terms[*at as usize].1 += 1;
                } else {
                    (*last, *at) = (mark, self.terms.len() as u32);
                    self.terms.push((stem, 1));
                    frequencies[stem as usize] += 1;
                }
            }
        }
        self.starts.push(self.terms.len() as u32);
    }

    fn of(&self, stretch: usize) -> &[(u32, u32)] {
        &self.terms[self.starts[stretch] as usize..self.starts[stretch + 1] as usize]
    }
}

impl Overlaps {
    /// Calls `visit` with every pair of stretches that has a stem in common, by stretch of side 0; the order
    /// within one is fixed. `is_used` says which tokens of a side count.
    pub fn visit(
        &mut self,
        pair: &InternedPair<'_>,
        stretches: [&[Range<usize>]; 2],
        is_used: impl Fn(usize, usize) -> bool,
        mut visit: impl FnMut(SharedStems),
    ) {
        let numbers = pair.evidence_numbers();
        for (side, stretches) in stretches.iter().enumerate() {
            reset(&mut self.seen, numbers, (0, 0));
            reset(&mut self.frequencies[side], numbers, 0);
            self.sides[side].fill(
                pair.sides[side].stems,
                stretches,
                |token| is_used(side, token),
                &mut self.seen,
                &mut self.frequencies[side],
            );
        }
        let frequency_max = self.frequency_cap();
        self.index(frequency_max, stretches[1].len());

        reset(&mut self.dots, stretches[1].len(), 0.0);
        reset(&mut self.commons, stretches[1].len(), 0);
        for from in 0..stretches[0].len() {
            let terms = self.sides[0].of(from);
            let mut norm = 0.0;
            for &(stem, count) in terms {
                let stem = stem as usize;
                let weight = count as f32 * self.weights[stem];
                norm += weight * weight;
                let places = self.posting_starts[stem] as usize..self.posting_starts[stem + 1] as usize;
                for &(to, other_weight) in &self.postings[places] {
                    let at = to as usize;
                    if self.commons[at] == 0 {
                        self.touched.push(to);
                    }
                    self.commons[at] += 1;
                    self.dots[at] += weight * other_weight;
                }
            }
            let norm = norm.sqrt();
            let distinct = terms.len();
            for to in self.touched.drain(..) {
                let at = to as usize;
                let dot = std::mem::take(&mut self.dots[at]);
                let common = std::mem::take(&mut self.commons[at]);
                let others = (self.sides[1].starts[at + 1] - self.sides[1].starts[at]) as usize;
                visit(SharedStems {
                    stretch: [from as u32, to],
                    dot,
                    cosine: dot / (norm * self.norms[at]).max(1e-9),
                    dice: 2.0 * common as f32 / (distinct + others) as f32,
                    common,
                });
            }
        }
    }

    /// Stems in more stretches of side 1 than this are not indexed: all of them unless the work would be too
    /// much.
    fn frequency_cap(&self) -> u32 {
        let cells = |cap: u32| -> u64 {
            let both = self.frequencies[0].iter().zip(&self.frequencies[1]);
            both.filter(|(_, other)| **other <= cap)
                .map(|(one, other)| u64::from(*one) * u64::from(*other))
                .sum()
        };
        let mut cap = u32::MAX;
        while cap > 0 && cells(cap) > limits::SENTENCE_CELLS {
            cap = if cap == u32::MAX { 1 << 16 } else { cap / 4 };
        }
        cap
    }

    fn index(&mut self, frequency_max: u32, stretches: usize) {
        let total = self.sides.iter().map(|side| side.starts.len() - 1).sum::<usize>() as f32;
        self.weights.clear();
        self.posting_starts.clear();
        let mut start = 0;
        // most stems are in few stretches: their logarithms are taken once
        let mut known = [f32::NAN; 64];
        for (one, other) in self.frequencies[0].iter().zip(&self.frequencies[1]) {
            let frequency = one + other;
            let compute = || (total / frequency.max(1) as f32).ln();
            self.weights.push(match known.get_mut(frequency as usize) {
                Some(weight) if weight.is_nan() => {
                    *weight = compute();
                    *weight
                }
                Some(weight) => *weight,
                None => compute(),
            });
            self.posting_starts.push(start);
            if *one > 0 && *other <= frequency_max {
                start += other;
            }
        }
        self.posting_starts.push(start);
        reset(&mut self.postings, start as usize, (0, 0.0));
        self.norms.clear();
        // `seen` now counts the postings written
        reset(&mut self.seen, self.frequencies[0].len(), (0, 0));
        for stretch in 0..stretches {
            let mut norm = 0.0;
            for &(stem, count) in self.sides[1].of(stretch) {
                let stem = stem as usize;
                let weight = count as f32 * self.weights[stem];
                norm += weight * weight;
                if self.posting_starts[stem] < self.posting_starts[stem + 1] {
                    let written = &mut self.seen[stem].0;
                    self.postings[(self.posting_starts[stem] + *written) as usize] = (stretch as u32, weight);
                    *written += 1;
                }
            }
            self.norms.push(norm.sqrt());
        }
    }
}

/// Makes a buffer hold `length` times a value without giving up its memory.
pub(super) fn reset<T: Clone>(buffer: &mut Vec<T>, length: usize, value: T) {
    buffer.clear();
    buffer.resize(length, value);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::align::interned::Interner;
    use crate::normalise::Text;

    fn text(sentences: &[Vec<u8>]) -> Text {
        let sentence =
            |words: &Vec<u8>| words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
        Text::new(sentences.iter().map(sentence).collect::<Vec<_>>().join("\n"), Some("en"))
    }

    /// Cosine, Dice and common stems of two sentences, straight from their definitions.
    fn by_definition(pair: &InternedPair<'_>, at: [usize; 2]) -> (f64, f64, u32) {
        let counts = |side: usize, sentence: usize| {
            let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
            for stem in pair.sides[side].sentence_stems(sentence) {
                *counts.entry(*stem).or_default() += 1.0;
            }
            counts
        };
        let all: Vec<_> = (0..2)
            .flat_map(|side| (0..pair.sides[side].sentences().len()).map(move |at| (side, at)))
            .map(|(side, at)| counts(side, at))
            .collect();
        let weighted = |side: usize| -> BTreeMap<u32, f64> {
            let weigh = |(stem, count): (u32, f64)| {
                let holding = all.iter().filter(|counts| counts.contains_key(&stem)).count();
                (stem, count * (all.len() as f64 / holding as f64).ln())
            };
            counts(side, at[side]).into_iter().map(weigh).collect()
        };
        let (one, other) = (weighted(0), weighted(1));
        let common: Vec<u32> = one.keys().copied().filter(|stem| other.contains_key(stem)).collect();
        let dot: f64 = common.iter().map(|stem| one[stem] * other[stem]).sum();
        let norm =
            |weights: &BTreeMap<u32, f64>| weights.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        let dice = 2.0 * common.len() as f64 / (one.len() + other.len()) as f64;
        (dot / (norm(&one) * norm(&other)).max(1e-9), dice, common.len() as u32)
    }

    proptest! {
        #[test]
        fn overlaps_are_those_of_the_definition(
            a in prop::collection::vec(prop::collection::vec(0u8..12, 2..8), 1..6),
            b in prop::collection::vec(prop::collection::vec(0u8..12, 2..8), 1..6),
        ) {
            let (a, b) = (text(&a), text(&b));
            let mut interner = Interner::default();
            let pair = interner.load([&a, &b]);
            let mut found = BTreeMap::new();
            Overlaps::default().visit(&pair, [&a.sentences, &b.sentences], |_, _| true, |overlap| {
                found.insert(overlap.stretch.map(|at| at as usize), overlap);
            });
            for left in 0..a.sentences.len() {
                for right in 0..b.sentences.len() {
                    let (cosine, dice, common) = by_definition(&pair, [left, right]);
                    match found.get(&[left, right]) {
                        None => prop_assert_eq!(common, 0),
                        Some(overlap) => {
                            prop_assert_eq!(overlap.common, common);
                            prop_assert!((f64::from(overlap.dice) - dice).abs() < 1e-4);
                            prop_assert!((f64::from(overlap.cosine) - cosine).abs() < 1e-3);
                        }
                    }
                }
            }
        }
    }
}
