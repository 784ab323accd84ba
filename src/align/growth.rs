//! Growing a passage: which sentences of one text are reused in a range of the other.
//!
//! Each word of a sentence is evidence, for or against ([`Rewards`]). A range grows from its best sentence
//! while the running score makes new maxima, and ends where the score has fallen by a fixed drop, as BLAST
//! extends a hit (Altschul et al. 1990). Each occurrence of a word in the other range can be claimed once, by
//! the sentence that it fits best.

use std::ops::Range;

use crate::align::clusters::Rectangle;
use crate::align::interned::{InternedPair, InternedText};
use crate::align::overlap::reset;
use crate::align::parameters::{Parameters, limits};
use crate::align::rewards::Rewards;

/// A range of sentences and the evidence that it is reused.
pub(super) struct Grown {
    pub sentences: Range<usize>,
    pub score: f64,
}

/// Grows a range from `core` to both sides, each to the best running sum of `score` that is reached before
/// the sum has fallen by `drop`. `core_score` is what the core earned.
pub(super) fn extend(
    core: Range<usize>,
    core_score: f64,
    bounds: Range<usize>,
    drop: f64,
    mut score: impl FnMut(usize) -> f64,
) -> Grown {
    let mut grown = Grown { sentences: core.clone(), score: core_score };
    let (mut total, mut best) = (0.0, 0.0);
    for sentence in (bounds.start..core.start).rev() {
        total += score(sentence);
        if total > best {
            best = total;
            grown.sentences.start = sentence;
        }
        if total < best - drop {
            break;
        }
    }
    grown.score += best;
    let (mut total, mut best) = (0.0, 0.0);
    for sentence in core.end..bounds.end {
        total += score(sentence);
        if total > best {
            best = total;
            grown.sentences.end = sentence + 1;
        }
        if total < best - drop {
            break;
        }
    }
    grown.score += best;
    grown
}

#[derive(Default)]
pub(super) struct Grower {
    /// By evidence number: occurrences in the (padded) other range, and how many of them are claimed. Zero
    /// between calls.
    window: Vec<u32>,
    claimed: Vec<u32>,
    /// Occurrences in both texts outside the rectangle; all occurrences between calls.
    elsewhere: Vec<u32>,
    /// Of the sentences in reach, from the first on.
    scores: Vec<f64>,
    strengths: Vec<f64>,
    order: Vec<u32>,
    /// Length in words to the power of the claim exponent.
    length_powers: Vec<f64>,
    /// What is left of the work allowed for this pair, in words.
    steps: usize,
}

impl Grower {
    pub fn start(&mut self, pair: &InternedPair<'_>, parameters: &Parameters) {
        reset(&mut self.window, pair.evidence_numbers(), 0);
        reset(&mut self.claimed, pair.evidence_numbers(), 0);
        self.elsewhere.clear();
        let [one, other] = pair.sides.map(|side| side.occurrences);
        self.elsewhere.extend(one.iter().zip(other).map(|(one, other)| one + other));
        if self.length_powers.is_empty() {
            let power = |words: i32| f64::from(words.max(1)).powf(parameters.claim_length_exponent);
            self.length_powers.extend((0..=64).map(power));
        }
        self.steps = limits::GROWTH_STEPS_PER_WORD * pair.total_words().max(1000);
    }

    /// Whether the work allowed for this pair is used up.
    pub fn is_exhausted(&self) -> bool {
        self.steps == 0
    }

    /// Fits a rectangle to its evidence: side 0's range given side 1's, then the reverse; first with the
    /// other range padded, then until nothing changes.
    pub fn refine(
        &mut self,
        pair: &InternedPair<'_>,
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

    /// Evidence that two ranges of tokens are of one origin: the larger of the two sides' scores, each word
    /// of the other side claimed once.
    pub fn evidence(
        &mut self,
        pair: &InternedPair<'_>,
        tokens: &[Range<usize>; 2],
        parameters: &Parameters,
    ) -> f64 {
        let stems = [0, 1].map(|side| &pair.sides[side].stems[tokens[side].clone()]);
        stems.iter().for_each(|stems| subtract(&mut self.elsewhere, stems));
        let outside_words = pair.total_words() - stems[0].len() - stems[1].len();
        let mut best = f64::NEG_INFINITY;
        for side in 0..2 {
            add(&mut self.window, stems[1 - side]);
            let mut rewards = rewards(stems[1 - side].len(), outside_words, parameters);
            best = best.max(self.claim_sentence(stems[side], 0, &mut rewards));
            clear(&mut self.window, stems[1 - side]);
            clear(&mut self.claimed, stems[side]);
        }
        stems.iter().for_each(|stems| add(&mut self.elsewhere, stems));
        best
    }

    /// The sentences of `side` that are reused in the other side's range of the rectangle.
    fn grow(
        &mut self,
        pair: &InternedPair<'_>,
        at: &Rectangle,
        side: usize,
        padding: usize,
        parameters: &Parameters,
    ) -> Grown {
        let (own, other) = (&pair.sides[side], &pair.sides[1 - side]);
        let own_stems = &own.stems[own.tokens_of(&at[side])];
        let other_tokens = other.tokens_of(&at[1 - side]);
        let other_stems = &other.stems[other_tokens.clone()];
        let padded =
            other_tokens.start.saturating_sub(padding)..(other_tokens.end + padding).min(other.stems.len());
        let window = &other.stems[padded];
        add(&mut self.window, window);
        subtract(&mut self.elsewhere, own_stems);
        subtract(&mut self.elsewhere, other_stems);
        let outside_words = pair.total_words() - own_stems.len() - other_stems.len();
        let mut rewards = rewards(window.len(), outside_words, parameters);

        let reach = self.reach(own, &at[side], &mut rewards, parameters.drop);
        self.claim(own, &at[side], &reach, &mut rewards, parameters);
        let inside = at[side].start.max(reach.start)..at[side].end.min(reach.end);
        let claimed = |sentence: usize| self.scores[sentence - reach.start];
        let middle = best_of(inside, claimed);
        let grown = extend(middle..middle + 1, claimed(middle), reach.clone(), parameters.drop, claimed);

        let looked_at = 2 * own.tokens_of(&reach).len() + own_stems.len() + window.len();
        self.steps = self.steps.saturating_sub(looked_at);
        clear(&mut self.window, window);
        clear(&mut self.claimed, window);
        add(&mut self.elsewhere, own_stems);
        add(&mut self.elsewhere, other_stems);
        grown
    }

    /// The sentences worth scoring closely: from the best of the range to both sides while the running score
    /// stays within the drop of its best. Leaves their scores.
    fn reach(
        &mut self,
        own: &InternedText<'_>,
        range: &Range<usize>,
        rewards: &mut Rewards,
        drop: f64,
    ) -> Range<usize> {
        let mut inside = std::mem::take(&mut self.strengths);
        inside.clear();
        inside.extend(
            range.clone().map(|sentence| self.score_sentence(own.sentence_stems(sentence), 0, rewards)),
        );
        let middle = best_of(range.clone(), |sentence| inside[sentence - range.start]);
        let mut scores = std::mem::take(&mut self.scores);
        let mut score = |sentence: usize| match sentence.checked_sub(range.start) {
            Some(at) if at < inside.len() => inside[at],
            _ => self.score_sentence(own.sentence_stems(sentence), 1, rewards),
        };
        scores.clear();
        let (mut total, mut best, mut start) = (0.0f64, 0.0f64, middle);
        while start > 0 && total >= best - drop {
            start -= 1;
            scores.push(score(start));
            total += scores[scores.len() - 1];
            best = best.max(total);
        }
        scores.reverse();
        scores.push(score(middle));
        let (mut total, mut best, mut end) = (0.0f64, 0.0f64, middle + 1);
        while end < own.sentences().len() && total >= best - drop {
            scores.push(score(end));
            total += scores[scores.len() - 1];
            best = best.max(total);
            end += 1;
        }
        self.scores = scores;
        self.strengths = inside;
        start..end
    }

    /// Scores the sentences in reach again, each word of the other range counting once: those already in the
    /// range first, then by their score.
    fn claim(
        &mut self,
        own: &InternedText<'_>,
        range: &Range<usize>,
        reach: &Range<usize>,
        rewards: &mut Rewards,
        parameters: &Parameters,
    ) {
        self.strengths.clear();
        self.strengths.extend(reach.clone().zip(&self.scores).map(|(sentence, score)| {
            let words = own.sentences()[sentence].len();
            let bonus = if range.contains(&sentence) { parameters.claim_inside_bonus } else { 0.0 };
            score / self.length_powers[words.min(self.length_powers.len() - 1)] + bonus
        }));
        let strengths = &self.strengths;
        self.order.clear();
        self.order.extend(0..reach.len() as u32);
        self.order.sort_unstable_by(|one, other| {
            strengths[*other as usize].total_cmp(&strengths[*one as usize]).then(one.cmp(other))
        });
        for at in 0..self.order.len() {
            let at = self.order[at] as usize;
            let sentence = reach.start + at;
            let self_occurrence = u32::from(!range.contains(&sentence));
            self.scores[at] = self.claim_sentence(own.sentence_stems(sentence), self_occurrence, rewards);
        }
    }

    /// `self_occurrence` is 1 for a sentence outside the rectangle: its own words are no evidence of how
    /// common they are.
    fn score_sentence(&self, stems: &[u32], self_occurrence: u32, rewards: &mut Rewards) -> f64 {
        let miss = rewards.miss();
        let word = |stem: &u32| match self.window[*stem as usize] {
            0 => miss,
            _ => rewards.hit(self.elsewhere[*stem as usize] - self_occurrence),
        };
        stems.iter().map(word).sum()
    }

    /// The same with claims: a word that is used up counts nothing.
    fn claim_sentence(&mut self, stems: &[u32], self_occurrence: u32, rewards: &mut Rewards) -> f64 {
        let miss = rewards.miss();
        let mut score = 0.0;
        for stem in stems {
            let number = *stem as usize;
            if self.window[number] == 0 {
                score += miss;
            } else if self.claimed[number] < self.window[number] {
                self.claimed[number] += 1;
                score += rewards.hit(self.elsewhere[number] - self_occurrence);
            }
        }
        score
    }
}

fn rewards(range_words: usize, outside_words: usize, parameters: &Parameters) -> Rewards {
    Rewards::new(
        range_words as f64,
        outside_words as f64 + parameters.prior_words,
        parameters.prior_occurrences,
        parameters.reuse_share,
        parameters.reward_max,
    )
}

/// The sentence with the highest score, the first of equals. The range must not be empty.
fn best_of(sentences: Range<usize>, score: impl Fn(usize) -> f64) -> usize {
    let mut best = sentences.start;
    for sentence in sentences {
        if score(sentence) > score(best) {
            best = sentence;
        }
    }
    best
}

fn add(counts: &mut [u32], stems: &[u32]) {
    stems.iter().for_each(|stem| counts[*stem as usize] += 1);
}

fn subtract(counts: &mut [u32], stems: &[u32]) {
    stems.iter().for_each(|stem| counts[*stem as usize] -= 1);
}

fn clear(counts: &mut [u32], stems: &[u32]) {
    stems.iter().for_each(|stem| counts[*stem as usize] = 0);
}
