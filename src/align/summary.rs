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
        let mut hull: Option<Range<usize>> = None;
        for other_candidate in candidates.iter().take(limits::CANDIDATES) {
            let at = sentences(other_candidate);
            if extended.sentences.start <= at.start && at.end <= extended.sentences.end {
                if strongest.is_none_or(|strongest| other_candidate.score > strongest.score) {
                    strongest = Some(other_candidate);
                }
                let matched = &other_candidate.tokens[1 - side];
                let hull = hull.get_or_insert_with(|| matched.clone());
                *hull = hull.start.min(matched.start)..hull.end.max(matched.end);
            } else if (at.start >= extended.sentences.end || at.end <= extended.sentences.start)
                && other_candidate.score > parameters.max_score_elsewhere
            {
                return None;
            }
        }
        let strongest = strongest?;
        if extended.score < parameters.min_share_of_candidate * strongest.score
            || extended.score < parameters.min_score_per_word * tokens.len() as f64
        {
            return None;
        }
        let covered = own.code_points(&own.tokens_of(&sentences(strongest)));
        if f64::from(covered) > parameters.max_candidate_share * f64::from(own.code_points(&tokens)) {
            return None;
        }
        let mut found = [tokens, hull?];
        if side == 1 {
            found.swap(0, 1);
        }
        Some(Summary { tokens: found, score: extended.score })
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

/// Words of other text in which every word is taken to have had its prior occurrences.
const PRIOR_WORDS: f64 = 300.0;
