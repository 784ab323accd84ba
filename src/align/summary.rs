//! A stretch that sums the whole other text up: its words come from everywhere in it.

use std::ops::Range;

use crate::align::growth::reward;
use crate::align::interned::Pair;
use crate::align::overlap::reset;
use crate::align::parameters::{Parameters, SummaryParameters, limits};

/// A stretch that is known to match, in tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub tokens: [Range<usize>; 2],
    pub score: f64,
}

/// A stretch of `side` and the hull of what it matches in the other text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summary {
    pub tokens: [Range<usize>; 2],
    pub score: f64,
}

#[derive(Default)]
pub(super) struct Summariser {
    /// Occurrences inside the candidate, by evidence number; all zero between calls.
    inside: Vec<u32>,
    /// Whether the number stands in the place that the candidate matches; all false between calls.
    in_place: Vec<bool>,
}

/// A candidate's sentences grown against the whole other text.
struct Extended {
    sentences: Range<usize>,
    score: f64,
}

impl Summariser {
    /// The strongest stretch of `side` that sums up the other text, if any. `candidates` come strongest first.
    pub fn find(
        &mut self,
        pair: &Pair<'_>,
        side: usize,
        candidates: &[Candidate],
        parameters: &Parameters,
    ) -> Option<Summary> {
        let parameters = &parameters.summary;
        let source_words = pair.sides[1 - side].words.len();
        if source_words < parameters.min_source_words {
            return None;
        }
        reset(&mut self.inside, pair.evidence_numbers(), 0);
        reset(&mut self.in_place, pair.evidence_numbers(), false);
        let mut best: Option<Summary> = None;
        for candidate in candidates.iter().take(limits::CANDIDATES) {
            let found = self.try_candidate(pair, side, candidate, candidates, parameters);
            if let Some(found) = found
                && best.as_ref().is_none_or(|best| found.score > best.score)
            {
                best = Some(found);
            }
        }
        best
    }

    fn try_candidate(
        &mut self,
        pair: &Pair<'_>,
        side: usize,
        candidate: &Candidate,
        candidates: &[Candidate],
        parameters: &SummaryParameters,
    ) -> Option<Summary> {
        let (own, other) = (&pair.sides[side], &pair.sides[1 - side]);
        let extended = self.extend(pair, side, candidate, parameters);
        let tokens = own.tokens_of(&extended.sentences);
        let long_enough = own.code_points(&tokens) >= parameters.min_code_points
            && other.words.len() as f64 >= parameters.min_length_ratio * tokens.len() as f64;
        if extended.score < parameters.min_score || !long_enough {
            return None;
        }
        if self.place_share(pair, side, candidate, &tokens, parameters) > parameters.max_place_share {
            return None;
        }
        let sentences = |candidate: &Candidate| own.sentences_of(&candidate.tokens[side]);
        let mut strongest: Option<&Candidate> = None;
        let mut places = 0;
        let mut hull = candidate.tokens[1 - side].clone();
        for other_candidate in candidates.iter().take(limits::CANDIDATES) {
            let at = sentences(other_candidate);
            if extended.sentences.start <= at.start && at.end <= extended.sentences.end {
                if strongest.is_none_or(|strongest| other_candidate.score > strongest.score) {
                    strongest = Some(other_candidate);
                }
                places += 1;
                hull = join(&hull, &other_candidate.tokens[1 - side]);
            } else if (at.start >= extended.sentences.end || at.end <= extended.sentences.start)
                && other_candidate.score > parameters.max_score_elsewhere
            {
                return None;
            }
        }
        let strongest = strongest?;
        let share = if places == 1 {
            parameters.min_share_of_only_candidate
        } else {
            parameters.min_share_of_candidate
        };
        if extended.score < share * strongest.score
            || extended.score < parameters.min_score_per_word * tokens.len() as f64
        {
            return None;
        }
        let covered = own.code_points(&own.tokens_of(&sentences(strongest)));
        if f64::from(covered) > parameters.max_candidate_share * f64::from(own.code_points(&tokens)) {
            return None;
        }
        if let Some(matched) = self.matched_hull(pair, side, &tokens, parameters) {
            hull = join(&hull, &matched);
        }
        let mut found = [tokens, hull];
        if side == 1 {
            found.swap(0, 1);
        }
        Some(Summary { tokens: found, score: extended.score })
    }

    /// The sentences of the other text from the first to the last that the stretch's words point to, the outermost
    /// [`HULL_TAIL`] of the evidence left out at both ends.
    fn matched_hull(
        &mut self,
        pair: &Pair<'_>,
        side: usize,
        tokens: &Range<usize>,
        parameters: &SummaryParameters,
    ) -> Option<Range<usize>> {
        let (own, other) = (&pair.sides[side], &pair.sides[1 - side]);
        for stem in &own.stems[tokens.clone()] {
            self.inside[*stem as usize] += 1;
        }
        let outside_words = (own.stems.len() - tokens.len()) as f64 + PRIOR_WORDS;
        let gain = |stem: u32| {
            let number = stem as usize;
            if self.inside[number] == 0 {
                return 0.0;
            }
            let occurrences = f64::from(other.occurrences[number]);
            let outside =
                f64::from(own.occurrences[number] - self.inside[number]) + parameters.prior_occurrences;
            let earned = reward(other.stems.len() as f64 * outside / outside_words, parameters.reuse_share);
            // a word that stands in many places points to none
            earned / (occurrences * occurrences)
        };
        let all: f64 = other.stems.iter().map(|stem| gain(*stem)).sum();
        let tail = all * HULL_TAIL;
        let passes = |passed: &mut f64, stem: &u32| {
            *passed += gain(*stem);
            *passed > tail
        };
        let (mut front, mut rear) = (0.0, 0.0);
        let start = other.stems.iter().position(|stem| passes(&mut front, stem));
        let back = other.stems.iter().rev().position(|stem| passes(&mut rear, stem));
        for stem in &own.stems[tokens.clone()] {
            self.inside[*stem as usize] = 0;
        }
        let matched = start?..other.stems.len() - back?;
        (!matched.is_empty()).then(|| other.tokens_of(&other.sentences_of(&matched)))
    }

    /// Grows the candidate's sentences while their words are found anywhere in the other text more often than chance
    /// would have it.
    fn extend(
        &mut self,
        pair: &Pair<'_>,
        side: usize,
        candidate: &Candidate,
        parameters: &SummaryParameters,
    ) -> Extended {
        let (own, other) = (&pair.sides[side], &pair.sides[1 - side]);
        let core = own.sentences_of(&candidate.tokens[side]);
        let core_tokens = own.tokens_of(&core);
        for stem in &own.stems[core_tokens.clone()] {
            self.inside[*stem as usize] += 1;
        }
        let outside_words = (own.stems.len() - core_tokens.len()) as f64 + PRIOR_WORDS;
        let source_words = other.stems.len() as f64;
        let miss = (1.0 - parameters.reuse_share).ln();
        let score = |sentence: usize| -> f64 {
            let word = |&stem: &u32| {
                let number = stem as usize;
                if other.occurrences[number] == 0 {
                    return miss;
                }
                let outside = own.occurrences[number].saturating_sub(self.inside[number]);
                let frequency = (f64::from(outside) + parameters.prior_occurrences) / outside_words;
                reward(source_words * frequency, parameters.reuse_share)
            };
            own.sentence_stems(sentence).iter().map(word).sum()
        };
        let mut extended = Extended { sentences: core.clone(), score: core.clone().map(score).sum() };
        let (mut total, mut top) = (0.0, 0.0);
        for sentence in (0..core.start).rev() {
            total += score(sentence);
            if total > top {
                top = total;
                extended.sentences.start = sentence;
            }
            if total < top - parameters.drop {
                break;
            }
        }
        extended.score += top;
        let (mut total, mut top) = (0.0, 0.0);
        for sentence in core.end..own.sentences().len() {
            total += score(sentence);
            if total > top {
                top = total;
                extended.sentences.end = sentence + 1;
            }
            if total < top - parameters.drop {
                break;
            }
        }
        extended.score += top;
        for stem in &own.stems[core_tokens] {
            self.inside[*stem as usize] = 0;
        }
        extended
    }

    /// Share of what the stretch's words earn that the place matched by the candidate explains alone.
    fn place_share(
        &mut self,
        pair: &Pair<'_>,
        side: usize,
        candidate: &Candidate,
        tokens: &Range<usize>,
        parameters: &SummaryParameters,
    ) -> f64 {
        let (own, other) = (&pair.sides[side], &pair.sides[1 - side]);
        let place = &other.stems[candidate.tokens[1 - side].clone()];
        for stem in place {
            self.in_place[*stem as usize] = true;
        }
        let core = own.tokens_of(&own.sentences_of(&candidate.tokens[side]));
        let outside_words = (own.stems.len() - core.len()) as f64 + PRIOR_WORDS;
        let (mut explained, mut all) = (0.0, 0.0);
        for stem in &own.stems[tokens.clone()] {
            let number = *stem as usize;
            if other.occurrences[number] == 0 {
                continue;
            }
            let outside = f64::from(own.occurrences[number]) - 1.0 + parameters.prior_occurrences;
            let gain = reward(other.stems.len() as f64 * outside / outside_words, parameters.reuse_share);
            all += gain;
            if self.in_place[number] {
                explained += gain;
            }
        }
        for stem in place {
            self.in_place[*stem as usize] = false;
        }
        explained / f64::max(all, 1e-9)
    }
}

fn join(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}

/// Share of the evidence that lies before the hull of a summary's source, and after it.
const HULL_TAIL: f64 = 0.02;

/// Words of other text in which every word is taken to have had its prior occurrences.
const PRIOR_WORDS: f64 = 300.0;
