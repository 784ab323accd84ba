//! A stretch that sums the other text up: its words come from all over it.
//!
//! Such a stretch has no counterpart of its own length. It is grown against the whole other text, and
//! accepted where that explains more than any one place does. Its passage in the other text is the hull of
//! what its words point to.

use std::ops::Range;

use crate::align::growth::{Grown, extend};
use crate::align::interned::InternedPair;
use crate::align::overlap::reset;
use crate::align::parameters::{Parameters, SummaryParameters, limits};
use crate::align::rewards::Rewards;

/// Two ranges of tokens that are known to match.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MatchedRanges {
    pub tokens: [Range<usize>; 2],
    pub score: f64,
}

#[derive(Default)]
pub(super) struct Summariser {
    /// Occurrences inside a range, by evidence number; all zero between calls.
    inside: Vec<u32>,
    /// Whether the number stands in the place that the candidate matches; all false between calls.
    in_place: Vec<bool>,
    /// What is left of the work allowed for this pair, in words.
    steps: usize,
}

impl Summariser {
    /// The strongest stretch of either text that sums up the other, if any. `candidates` come strongest
    /// first.
    pub fn find(
        &mut self,
        pair: &InternedPair<'_>,
        candidates: &[MatchedRanges],
        parameters: &Parameters,
    ) -> Option<MatchedRanges> {
        let candidates = &candidates[..candidates.len().min(limits::CANDIDATES)];
        reset(&mut self.inside, pair.evidence_numbers(), 0);
        reset(&mut self.in_place, pair.evidence_numbers(), false);
        self.steps = limits::SUMMARY_STEPS_PER_WORD * pair.total_words().max(1000);
        let mut best: Option<MatchedRanges> = None;
        for side in 0..2 {
            if pair.sides[1 - side].words.len() < parameters.summary.min_source_words {
                continue;
            }
            let mut search = SummarySearch { pair, side, candidates, parameters, buffers: self };
            for candidate in candidates {
                let found = search.try_candidate(candidate);
                if let Some(found) = found
                    && best.as_ref().is_none_or(|best| found.score > best.score)
                {
                    best = Some(found);
                }
            }
        }
        best
    }
}

/// The search for summaries in one side.
struct SummarySearch<'a, 'p> {
    pair: &'a InternedPair<'p>,
    side: usize,
    candidates: &'a [MatchedRanges],
    parameters: &'a Parameters,
    buffers: &'a mut Summariser,
}

impl<'a> SummarySearch<'a, '_> {
    fn try_candidate(&mut self, candidate: &MatchedRanges) -> Option<MatchedRanges> {
        let (own, other) = (&self.pair.sides[self.side], &self.pair.sides[1 - self.side]);
        let parameters = self.limits();
        if self.buffers.steps == 0 {
            return None;
        }
        let extended = self.extend(candidate);
        let tokens = own.tokens_of(&extended.sentences);
        let is_long = own.code_points(&tokens) >= parameters.min_code_points
            && other.words.len() as f64 >= parameters.min_length_ratio * tokens.len() as f64;
        if extended.score < parameters.min_score || !is_long {
            return None;
        }
        let hull = self.judge(&extended)?;
        if self.place_share(candidate, &tokens) > parameters.max_place_share {
            return None;
        }
        let hull = match self.pointed_at(&tokens) {
            Some(pointed_at) => join(&hull, &pointed_at),
            None => hull,
        };
        let tokens = if self.side == 0 { [tokens, hull] } else { [hull, tokens] };
        Some(MatchedRanges { tokens, score: extended.score })
    }

    fn limits(&self) -> &'a SummaryParameters {
        &self.parameters.summary
    }

    /// Weighs the stretch against the candidates: those inside must not explain it as well, those outside
    /// must be weak. The hull of what the ones inside match.
    fn judge(&self, extended: &Grown) -> Option<Range<usize>> {
        let (own, parameters) = (&self.pair.sides[self.side], self.limits());
        let mut inside: Option<(&MatchedRanges, Range<usize>, usize)> = None;
        for candidate in self.candidates {
            let at = own.sentences_of(&candidate.tokens[self.side]);
            let matched = &candidate.tokens[1 - self.side];
            if extended.sentences.start <= at.start && at.end <= extended.sentences.end {
                inside = Some(match inside {
                    // the candidates come strongest first
                    Some((strongest, hull, places)) => (strongest, join(&hull, matched), places + 1),
                    None => (candidate, matched.clone(), 1),
                });
            } else if (at.start >= extended.sentences.end || at.end <= extended.sentences.start)
                && candidate.score > parameters.max_score_elsewhere
            {
                return None;
            }
        }
        let (strongest, hull, places) = inside?;
        let share = match places {
            1 => parameters.min_share_of_only_candidate,
            _ => parameters.min_share_of_candidate,
        };
        let covered = own.code_points(&own.tokens_of(&own.sentences_of(&strongest.tokens[self.side])));
        let length = own.code_points(&own.tokens_of(&extended.sentences));
        let is_more = extended.score >= share * strongest.score
            && f64::from(covered) <= parameters.max_candidate_share * f64::from(length);
        is_more.then_some(hull)
    }

    /// Grows the candidate's sentences while their words are found anywhere in the other text more often than
    /// chance would have it.
    fn extend(&mut self, candidate: &MatchedRanges) -> Grown {
        let (own, other) = (&self.pair.sides[self.side], &self.pair.sides[1 - self.side]);
        let core = own.sentences_of(&candidate.tokens[self.side]);
        let core_stems = &own.stems[own.tokens_of(&core)];
        let mut rewards = self.rewards(own.stems.len() - core_stems.len());
        let miss = rewards.miss();
        let buffers = &mut *self.buffers;
        core_stems.iter().for_each(|stem| buffers.inside[*stem as usize] += 1);
        let (inside, steps) = (&buffers.inside, &mut buffers.steps);
        let mut score = |sentence: usize| -> f64 {
            let stems = own.sentence_stems(sentence);
            *steps = steps.saturating_sub(stems.len());
            let word = |stem: &u32| match other.occurrences[*stem as usize] {
                0 => miss,
                _ => rewards.hit(own.occurrences[*stem as usize] - inside[*stem as usize]),
            };
            stems.iter().map(word).sum()
        };
        let core_score = core.clone().map(&mut score).sum();
        let grown = extend(core, core_score, 0..own.sentences().len(), self.parameters.summary.drop, score);
        core_stems.iter().for_each(|stem| buffers.inside[*stem as usize] = 0);
        grown
    }

    /// Share of what the stretch's words earn that the place matched by the candidate explains alone.
    fn place_share(&mut self, candidate: &MatchedRanges, tokens: &Range<usize>) -> f64 {
        let (own, other) = (&self.pair.sides[self.side], &self.pair.sides[1 - self.side]);
        let place = &other.stems[candidate.tokens[1 - self.side].clone()];
        let core = own.tokens_of(&own.sentences_of(&candidate.tokens[self.side]));
        let mut rewards = self.rewards(own.stems.len() - core.len());
        let in_place = &mut self.buffers.in_place;
        place.iter().for_each(|stem| in_place[*stem as usize] = true);
        let (mut explained, mut all) = (0.0, 0.0);
        for stem in &own.stems[tokens.clone()] {
            let number = *stem as usize;
            if other.occurrences[number] > 0 {
                let earned = rewards.hit(own.occurrences[number] - 1);
                all += earned;
                explained += if in_place[number] { earned } else { 0.0 };
            }
        }
        place.iter().for_each(|stem| in_place[*stem as usize] = false);
        explained / f64::max(all, 1e-9)
    }

    /// The sentences of the other text from the first to the last that the stretch's words point to, the
    /// outermost [`HULL_TAIL`] of the evidence left out at both ends. A word that stands in many places
    /// points to none.
    fn pointed_at(&mut self, tokens: &Range<usize>) -> Option<Range<usize>> {
        let (own, other) = (&self.pair.sides[self.side], &self.pair.sides[1 - self.side]);
        let own_stems = &own.stems[tokens.clone()];
        let mut rewards = self.rewards(own.stems.len() - own_stems.len());
        let inside = &mut self.buffers.inside;
        own_stems.iter().for_each(|stem| inside[*stem as usize] += 1);
        let weights = other.stems.iter().map(|stem| {
            let number = *stem as usize;
            if inside[number] == 0 {
                return 0.0;
            }
            let places = f64::from(other.occurrences[number]);
            rewards.hit(own.occurrences[number] - inside[number]) / (places * places)
        });
        let weights: Vec<f64> = weights.collect();
        own_stems.iter().for_each(|stem| inside[*stem as usize] = 0);
        let tail = HULL_TAIL * weights.iter().sum::<f64>();
        let passes = |passed: &mut f64, weight: &f64| {
            *passed += weight;
            *passed > tail
        };
        let (mut before, mut after) = (0.0, 0.0);
        let start = weights.iter().position(|weight| passes(&mut before, weight))?;
        let back = weights.iter().rev().position(|weight| passes(&mut after, weight))?;
        let end = weights.len() - back;
        (start < end).then(|| other.tokens_of(&other.sentences_of(&(start..end))))
    }

    /// Against the whole other text.
    fn rewards(&self, outside_words: usize) -> Rewards {
        let parameters = self.limits();
        Rewards::new(
            self.pair.sides[1 - self.side].stems.len() as f64,
            outside_words as f64 + self.parameters.prior_words,
            parameters.prior_occurrences,
            parameters.reuse_share,
            f64::INFINITY,
        )
    }
}

fn join(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}

/// Share of the evidence that lies before the hull of a summary's source, and after it.
const HULL_TAIL: f64 = 0.02;
