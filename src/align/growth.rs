//! Growing a passage: which sentences of one text are reused in a range of the other, by log-likelihood.
//!
//! A word of a sentence is evidence: if it stands in the other range, it earns the log-likelihood ratio of *reuse*
//! against *chance* (how common the word is in the rest of both texts); if not, it costs a little. A range grows from
//! its best sentence while the running score makes new maxima, and ends where the score has fallen by a fixed drop, as
//! BLAST extends a hit (Altschul et al. 1990). Each occurrence of a word in the other range can be claimed once, by the
//! sentence that it fits best.

use std::ops::Range;

use crate::align::clusters::Rectangle;
use crate::align::interned::{Pair, Side};
use crate::align::overlap::reset;
use crate::align::parameters::{Parameters, limits};

/// What a word that stands in the other range earns, by its occurrences elsewhere.
struct Rewards {
    /// Filled as asked for; NaN where not yet.
    table: [[f64; Rewards::TABLE]; 2],
    window_words: f64,
    outside_words: f64,
    reuse_share: f64,
    reward_max: f64,
    prior: [f64; 2],
}

impl Rewards {
    const TABLE: usize = 48;

    fn new(window_words: usize, outside_words: usize, parameters: &Parameters) -> Self {
        Rewards {
            table: [[f64::NAN; Self::TABLE]; 2],
            window_words: window_words as f64,
            outside_words: outside_words as f64 + parameters.prior_words,
            reuse_share: parameters.reuse_share,
            reward_max: parameters.reward_max,
            prior: [parameters.prior_occurrences, parameters.prior_function_occurrences],
        }
    }

    fn of(&mut self, occurrences_outside: u32, is_function_word: bool) -> f64 {
        let kind = usize::from(is_function_word);
        let at = occurrences_outside as usize;
        if at >= Self::TABLE {
            return self.compute(occurrences_outside, kind);
        }
        if self.table[kind][at].is_nan() {
            self.table[kind][at] = self.compute(occurrences_outside, kind);
        }
        self.table[kind][at]
    }

    fn compute(&self, occurrences_outside: u32, kind: usize) -> f64 {
        let frequency = (f64::from(occurrences_outside) + self.prior[kind]) / self.outside_words;
        reward(self.window_words * frequency, self.reuse_share).min(self.reward_max)
    }
}

/// ln(1 + ρ(1 − q)/q), q being the chance that a word expected so many times is there at least once.
pub(super) fn reward(expected: f64, reuse_share: f64) -> f64 {
    let chance = (1.0 - (-expected).exp()).max(1e-9);
    (1.0 + reuse_share * (1.0 - chance) / chance).ln()
}

/// A range of sentences and the evidence that it is reused.
struct Grown {
    sentences: Range<usize>,
    score: f64,
}

#[derive(Default)]
pub(super) struct Grower {
    /// By evidence number: occurrences in the (padded) other range, how many are claimed, occurrences in the other
    /// range and in the own one. All zero between calls.
    window: Vec<u32>,
    claimed: Vec<u32>,
    inside: [Vec<u32>; 2],
    /// Of the sentences in reach, from the first on.
    scores: Vec<f64>,
    claims: Vec<f64>,
    order: Vec<u32>,
    /// What is left of the work allowed for this pair, in words.
    steps: usize,
}

impl Grower {
    pub fn start(&mut self, pair: &Pair<'_>) {
        let numbers = pair.evidence_numbers();
        reset(&mut self.window, numbers, 0);
        reset(&mut self.claimed, numbers, 0);
        reset(&mut self.inside[0], numbers, 0);
        reset(&mut self.inside[1], numbers, 0);
        self.steps = limits::GROWTH_STEPS_PER_WORD * pair.total_words().max(1000);
    }

    /// Whether the work allowed for this pair is used up.
    pub fn is_exhausted(&self) -> bool {
        self.steps == 0
    }

    /// Fits a rectangle to its evidence: side 0's range given side 1's, then the reverse; first with the other range
    /// padded, then until nothing changes.
    pub fn refine(
        &mut self,
        pair: &Pair<'_>,
        mut at: Rectangle,
        parameters: &Parameters,
    ) -> (Rectangle, f64) {
        let mut score = 0.0;
        for round in 0..=parameters.rounds {
            let before = at.clone();
            let padding = if round == 0 { parameters.padding_words } else { 0 };
            for side in 0..2 {
                let grown = self.grow(pair, &at, side, padding, parameters);
                at[side] = grown.sentences;
                score = grown.score;
            }
            if round > 0 && at == before {
                break;
            }
        }
        (at, score)
    }

    /// Evidence that two ranges of tokens are of one origin: the larger of the two sides' scores, each word of the
    /// other side claimed once.
    pub fn evidence(&mut self, pair: &Pair<'_>, tokens: &[Range<usize>; 2], parameters: &Parameters) -> f64 {
        let stems = [0, 1].map(|side| &pair.sides[side].stems[tokens[side].clone()]);
        add(&mut self.inside[0], stems[0]);
        add(&mut self.inside[1], stems[1]);
        let miss = (1.0 - parameters.reuse_share).ln();
        let outside_words = pair.total_words() - stems[0].len() - stems[1].len();
        let mut score = f64::NEG_INFINITY;
        for side in 0..2 {
            let mut rewards = Rewards::new(stems[1 - side].len(), outside_words, parameters);
            let mut total = 0.0;
            for &stem in stems[side] {
                let number = stem as usize;
                if self.inside[1 - side][number] == 0 {
                    total += miss;
                } else if self.claimed[number] < self.inside[1 - side][number] {
                    self.claimed[number] += 1;
                    let occurrences =
                        (0..2).map(|side| pair.sides[side].occurrences[number] - self.inside[side][number]);
                    total += rewards.of(occurrences.sum(), pair.function_words[number]);
                }
            }
            clear(&mut self.claimed, stems[side]);
            score = score.max(total);
        }
        clear(&mut self.inside[0], stems[0]);
        clear(&mut self.inside[1], stems[1]);
        score
    }

    /// The sentences of `side` that are reused in the other side's range of the rectangle.
    fn grow(
        &mut self,
        pair: &Pair<'_>,
        at: &Rectangle,
        side: usize,
        padding: usize,
        parameters: &Parameters,
    ) -> Grown {
        let (own, other) = (&pair.sides[side], &pair.sides[1 - side]);
        let own_tokens = own.tokens_of(&at[side]);
        let other_tokens = other.tokens_of(&at[1 - side]);
        let window =
            other_tokens.start.saturating_sub(padding)..(other_tokens.end + padding).min(other.stems.len());
        add(&mut self.window, &other.stems[window.clone()]);
        add(&mut self.inside[0], &own.stems[own_tokens.clone()]);
        add(&mut self.inside[1], &other.stems[other_tokens.clone()]);
        let outside_words = own.stems.len() - own_tokens.len() + other.stems.len() - other_tokens.len();
        let mut rewards = Rewards::new(window.len(), outside_words, parameters);

        let reach = self.reach(pair, own, other, &at[side], &mut rewards, parameters);
        self.claim(pair, own, other, &at[side], &reach, &mut rewards, parameters);
        let grown = self.best_range(&at[side], &reach, parameters.drop);

        let looked_at = own.tokens_of(&reach).len() * 2 + own_tokens.len() + window.len();
        self.steps = self.steps.saturating_sub(looked_at);
        clear(&mut self.window, &other.stems[window.clone()]);
        clear(&mut self.claimed, &other.stems[window]);
        clear(&mut self.inside[0], &own.stems[own_tokens]);
        clear(&mut self.inside[1], &other.stems[other_tokens]);
        grown
    }

    /// The sentences worth scoring closely: from the best of the range to both sides while the running score stays
    /// within the drop of its best. Leaves their scores.
    fn reach(
        &mut self,
        pair: &Pair<'_>,
        own: &Side<'_>,
        other: &Side<'_>,
        range: &Range<usize>,
        rewards: &mut Rewards,
        parameters: &Parameters,
    ) -> Range<usize> {
        let miss = (1.0 - parameters.reuse_share).ln();
        let mut score = |sentence: usize| -> f64 {
            let self_occurrence = u32::from(!range.contains(&sentence));
            let word = |&stem: &u32| {
                let number = stem as usize;
                if self.window[number] == 0 {
                    return miss;
                }
                let outside = (own.occurrences[number]
                    .saturating_sub(self.inside[0][number] + self_occurrence))
                    + other.occurrences[number].saturating_sub(self.inside[1][number]);
                rewards.of(outside, pair.function_words[number])
            };
            own.sentence_stems(sentence).iter().map(word).sum()
        };
        let mut best = (f64::NEG_INFINITY, range.start);
        for sentence in range.clone() {
            let value = score(sentence);
            if value > best.0 {
                best = (value, sentence);
            }
        }
        let (value, middle) = best;
        self.scores.clear();
        let (mut total, mut top, mut start) = (0.0f64, 0.0f64, middle);
        while start > 0 && total >= top - parameters.drop {
            start -= 1;
            self.scores.push(score(start));
            total += self.scores[self.scores.len() - 1];
            top = top.max(total);
        }
        self.scores.reverse();
        self.scores.push(value);
        let (mut total, mut top, mut end) = (0.0f64, 0.0f64, middle + 1);
        while end < own.sentences().len() && total >= top - parameters.drop {
            self.scores.push(score(end));
            total += self.scores[self.scores.len() - 1];
            top = top.max(total);
            end += 1;
        }
        start..end
    }

    /// Scores the sentences in reach again, each word of the other range counting once: a word still free earns, one
    /// used up counts nothing, an absent one costs.
    #[allow(clippy::too_many_arguments)]
    fn claim(
        &mut self,
        pair: &Pair<'_>,
        own: &Side<'_>,
        other: &Side<'_>,
        range: &Range<usize>,
        reach: &Range<usize>,
        rewards: &mut Rewards,
        parameters: &Parameters,
    ) {
        let miss = (1.0 - parameters.reuse_share).ln();
        let claim_strength = |sentence: usize| {
            let bonus = if range.contains(&sentence) { parameters.claim_inside_bonus } else { 0.0 };
            let words = own.sentences()[sentence].len() as f64;
            self.scores[sentence - reach.start] / words.powf(parameters.claim_length_exponent) + bonus
        };
        self.claims.clear();
        self.claims.extend(reach.clone().map(claim_strength));
        self.order.clear();
        self.order.extend(0..reach.len() as u32);
        let strengths = &self.claims;
        self.order.sort_unstable_by(|one, other| {
            strengths[*other as usize].total_cmp(&strengths[*one as usize]).then(one.cmp(other))
        });
        for &at in &self.order {
            let sentence = reach.start + at as usize;
            let self_occurrence = u32::from(!range.contains(&sentence));
            let mut score = 0.0;
            for &stem in own.sentence_stems(sentence) {
                let number = stem as usize;
                if self.window[number] == 0 {
                    score += miss;
                } else if self.claimed[number] < self.window[number] {
                    self.claimed[number] += 1;
                    let outside = (own.occurrences[number]
                        .saturating_sub(self.inside[0][number] + self_occurrence))
                        + other.occurrences[number].saturating_sub(self.inside[1][number]);
                    score += rewards.of(outside, pair.function_words[number]);
                }
            }
            self.claims[at as usize] = score;
        }
    }

    /// The best prefix maxima left and right of the range's best sentence.
    fn best_range(&self, range: &Range<usize>, reach: &Range<usize>, drop: f64) -> Grown {
        let claim = |sentence: usize| self.claims[sentence - reach.start];
        let inside = range.start.max(reach.start)..range.end.min(reach.end);
        let mut middle = inside.start;
        for sentence in inside {
            if claim(sentence) > claim(middle) {
                middle = sentence;
            }
        }
        let mut grown = Grown { sentences: middle..middle + 1, score: claim(middle) };
        let (mut total, mut top) = (0.0, 0.0);
        for sentence in (reach.start..middle).rev() {
            total += claim(sentence);
            if total > top {
                top = total;
                grown.sentences.start = sentence;
            }
            if total < top - drop {
                break;
            }
        }
        grown.score += top;
        let (mut total, mut top) = (0.0, 0.0);
        for sentence in middle + 1..reach.end {
            total += claim(sentence);
            if total > top {
                top = total;
                grown.sentences.end = sentence + 1;
            }
            if total < top - drop {
                break;
            }
        }
        grown.score += top;
        grown
    }
}

fn add(counts: &mut [u32], stems: &[u32]) {
    for stem in stems {
        counts[*stem as usize] += 1;
    }
}

fn clear(counts: &mut [u32], stems: &[u32]) {
    for stem in stems {
        counts[*stem as usize] = 0;
    }
}
