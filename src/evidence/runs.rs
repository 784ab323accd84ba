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

impl Run {
    /// The run as the other text has it.
    pub fn swapped(self) -> Run {
        Run { here: self.there, there: self.here, words: self.words }
    }
}

/// Covers `here` with runs that stand in `there`: from the left, each time the longest run, without overlap.
///
/// A run that goes on where the last one stopped in the other text is preferred among equals. Linear in both
/// texts but for repetitions, of which [`PLACES_MAX`] are tried.
pub fn cover((here, own): (&Text, &RunIndex), (there, index): (&Text, &RunIndex)) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut next = 0;
    let mut expected = 0;
    for at in index.sift(&own.grams) {
        let at = at as usize;
        if at < next {
            continue;
        }
        let mut best: Option<Run> = None;
        for place in index.places(own.grams[at]) {
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
        if let Some(run) = best {
            next = at + run.words;
            expected = run.there + run.words;
            runs.push(run);
        }
    }
    runs
}

/// Whether both texts print this word of a run as part of the story, neither as boilerplate.
pub fn is_story(run: &Run, offset: usize, here: &Text, there: &Text) -> bool {
    !here.tokens[run.here + offset].flags.has(TokenFlags::BOILERPLATE)
        && !there.tokens[run.there + offset].flags.has(TokenFlags::BOILERPLATE)
}

/// Of the hash of a run of three words, the upper half.
fn gram([one, two, three]: [u64; RUN_MIN_WORDS]) -> u32 {
    let gram = one.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
        ^ two.wrapping_mul(0xC2B2_AE3D_27D4_EB4F).rotate_left(41)
        ^ three;
    (gram.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// Where each run of three words stands: chains of places that share the highest bits of the run's hash,
/// nearest first.
#[derive(Clone, Debug)]
pub struct RunIndex {
    /// The run that begins at each place.
    grams: Vec<u32>,
    first: Vec<u32>,
    next: Vec<u32>,
    /// A bit for each value of the bits that tell a chain and [`HINT_BITS`] more, set where a run has it.
    hints: Vec<u64>,
    shift: u32,
}

const NONE: u32 = u32::MAX;
/// Most runs of another text stand nowhere in this one; so many more bits tell most of those.
const HINT_BITS: u32 = 2;
const CHAINS_MIN: usize = 64;
const CHAINS_MAX: usize = 1 << (u32::BITS - HINT_BITS);

impl Default for RunIndex {
    fn default() -> Self {
        RunIndex::of(&[])
    }
}

impl RunIndex {
    /// The index of a text's words, by their hashes.
    pub fn of(words: &[u64]) -> RunIndex {
        let runs = words.windows(RUN_MIN_WORDS);
        let grams: Vec<u32> = runs.map(|run| gram([run[0], run[1], run[2]])).collect();
        let chains = (2 * grams.len()).next_power_of_two().clamp(CHAINS_MIN, CHAINS_MAX);
        let shift = u32::BITS - chains.trailing_zeros();
        let (mut first, mut next) = (vec![NONE; chains], vec![NONE; grams.len()]);
        let mut hints = vec![0; (chains << HINT_BITS) / 64];
        for (place, &gram) in grams.iter().enumerate().rev() {
            next[place] = std::mem::replace(&mut first[(gram >> shift) as usize], place as u32);
            let hint = gram >> (shift - HINT_BITS);
            hints[hint as usize / 64] |= 1_u64 << (hint % 64);
        }
        RunIndex { grams, first, next, hints, shift }
    }

    /// Places of `runs` that may stand in the text, ascending: all that do, and few others.
    fn sift(&self, runs: &[u32]) -> Vec<u32> {
        let (mut places, mut kept) = (vec![0; runs.len()], 0);
        for (place, run) in (0..).zip(runs) {
            let hint = run >> (self.shift - HINT_BITS);
            // without a branch, since nothing tells which way it would go
            places[kept] = place;
            kept += (self.hints[hint as usize / 64] >> (hint % 64) & 1) as usize;
        }
        places.truncate(kept);
        places
    }

    /// Places of a run in the text that the index was made of.
    fn places(&self, run: u32) -> impl Iterator<Item = usize> {
        let known = |place: u32| Some(place).filter(|&place| place != NONE);
        let first = known(self.first[(run >> self.shift) as usize]);
        std::iter::successors(first, move |&place| known(self.next[place as usize]))
            .map(|place| place as usize)
            .filter(move |&place| self.grams[place] == run)
            .take(PLACES_MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: of all places, those that go on longest, then nearest to where the last run stopped.
    fn exact(here: &Text, there: &Text) -> Vec<Run> {
        let (mut runs, mut at, mut expected) = (Vec::new(), 0, 0);
        while at < here.tokens.len() {
            let run = |place: usize| {
                let both = here.tokens[at..].iter().zip(&there.tokens[place..]);
                let words = both.take_while(|(one, other)| one.word == other.word).count();
                Run { here: at, there: place, words }
            };
            let runs_here = (0..there.tokens.len()).map(run).filter(|run| run.words >= RUN_MIN_WORDS);
            let best = runs_here.take(PLACES_MAX).reduce(|best, run| {
                let nearer = run.there.abs_diff(expected) < best.there.abs_diff(expected);
                if run.words > best.words || (run.words == best.words && nearer) { run } else { best }
            });
            at += best.map_or(1, |run| run.words);
            expected = best.map_or(expected, |run| run.there + run.words);
            runs.extend(best);
        }
        runs
    }

    proptest! {
        #[test]
        fn runs_are_those_of_trying_every_place(one in "([abc] ){0,60}", other in "([a-d] ){0,60}") {
            let texts = [one, other].map(|text| Text::new(text, None));
            let [here, there] = [&texts[0], &texts[1]];
            let index = |text: &Text| RunIndex::of(&text.tokens.iter().map(|token| token.word).collect::<Vec<_>>());
            prop_assert_eq!(cover((here, &index(here)), (there, &index(there))), exact(here, there));
        }
    }
}
