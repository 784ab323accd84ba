//! Common runs: stretches of words that two texts print alike.

use crate::normalise::{Text, TokenFlags};

/// A common run has at least this many words.
pub const RUN_MIN_WORDS: usize = 3;

/// So many places of the other text are tried for one position; more are repetitions.
const PLACES_MAX: usize = 16;

/// The same words in both texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First token in the text that is covered.
    pub here: usize,
    /// First token in the other text.
    pub there: usize,
    pub words: usize,
}

/// Covers `here` with runs that stand in `there`, of which `index` is made: from the left, each time the longest run, without overlap.
///
/// A run that goes on where the last one stopped in the other text is preferred among equals. Linear in both
/// texts but for repetitions, of which [`PLACES_MAX`] are tried.
pub fn cover(here: &Text, there: &Text, index: &RunIndex) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    let mut expected = 0;
    while at + RUN_MIN_WORDS <= here.tokens.len() {
        let mut best: Option<Run> = None;
        for place in index.places(there, gram(here, at)) {
            let words = here.tokens[at..]
                .iter()
                .zip(&there.tokens[place..])
                .take_while(|(one, other)| one.word == other.word)
                .count();
            if words < RUN_MIN_WORDS {
                continue;
            }
            let distance = place.abs_diff(expected);
            if best.is_none_or(|best| (words, best.there.abs_diff(expected)) > (best.words, distance)) {
                best = Some(Run { here: at, there: place, words });
            }
        }
        match best {
            Some(run) => {
                at += run.words;
                expected = run.there + run.words;
                runs.push(run);
            }
            None => at += 1,
        }
    }
    runs
}

/// Whether both texts print this word of a run as part of the story, neither as furniture.
pub fn is_story(run: &Run, offset: usize, here: &Text, there: &Text) -> bool {
    !here.tokens[run.here + offset].flags.has(TokenFlags::FURNITURE)
        && !there.tokens[run.there + offset].flags.has(TokenFlags::FURNITURE)
}

fn gram(text: &Text, at: usize) -> u64 {
    let [one, two, three] = [text.tokens[at].word, text.tokens[at + 1].word, text.tokens[at + 2].word];
    one.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
        ^ two.wrapping_mul(0xC2B2_AE3D_27D4_EB4F).rotate_left(41)
        ^ three
}

/// Where each run of three words stands: chains of places that share some bits of the run's hash, nearest first.
#[derive(Clone, Debug)]
pub struct RunIndex {
    first: Vec<u32>,
    next: Vec<u32>,
    shift: u32,
}

const NONE: u32 = u32::MAX;

impl Default for RunIndex {
    fn default() -> Self {
        RunIndex { first: vec![NONE; 2], next: Vec::new(), shift: 63 }
    }
}

impl RunIndex {
    pub fn of(text: &Text) -> RunIndex {
        let places = (text.tokens.len() + 1).saturating_sub(RUN_MIN_WORDS);
        let chains = (2 * places).next_power_of_two().max(2);
        let shift = 64 - chains.trailing_zeros();
        let (mut first, mut next) = (vec![NONE; chains], vec![NONE; places]);
        for place in (0..places).rev() {
            let chain = &mut first[chain(gram(text, place), shift)];
            next[place] = std::mem::replace(chain, place as u32);
        }
        RunIndex { first, next, shift }
    }

    /// Places of a run in the text that the index was made of.
    fn places(&self, text: &Text, run: u64) -> impl Iterator<Item = usize> {
        let known = |place: u32| Some(place).filter(|&place| place != NONE);
        let first = known(self.first[chain(run, self.shift)]);
        std::iter::successors(first, move |&place| known(self.next[place as usize]))
            .map(|place| place as usize)
            .filter(move |&place| gram(text, place) == run)
            .take(PLACES_MAX)
    }
}

fn chain(run: u64, shift: u32) -> usize {
    (run.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) as usize
}
