//! The reference's word runs: which texts hold each of them.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::HoldingRule;
use crate::Result;
use crate::collection::{Collection, Location};
use crate::shingle::shingle_hashes;

/// A run in more texts than this tells little, and proposes none; it counts where two texts are compared.
const TEXTS_OF_A_RUN_MAX: usize = 64;
/// Bits of the sieve for each run of the reference.
const SIEVE_BITS_A_RUN: usize = 16;

/// A text of the reference, and how many words it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReferenceText {
    pub location: Location,
    pub words: u32,
}

pub(super) struct ReferenceRuns {
    pub texts: Vec<ReferenceText>,
    /// For each run where its texts lie in `holders`.
    ranges: FxHashMap<u64, (u32, u32)>,
    holders: Vec<u32>,
    /// Most runs of the inputs are none of the reference: a bit says so without a look at the map.
    sieve: Vec<u64>,
}

impl ReferenceRuns {
    /// Of all texts that the reference has under these locations.
    pub fn new(
        reference: &impl Collection,
        is_known: impl Fn(Location) -> bool,
        rule: HoldingRule,
    ) -> Result<Self> {
        let mut texts = Vec::new();
        let mut runs: Vec<(u64, u32)> = Vec::new();
        reference.pass(
            |articles| {
                let mut words = Vec::new();
                let found = articles.iter().map(|article| {
                    rule.words(&article.text, &mut words);
                    let mut runs = Vec::new();
                    if words.len() >= rule.words_min() {
                        shingle_hashes(&words, rule.run_words(), &mut runs);
                        runs.sort_unstable();
                        runs.dedup();
                    }
                    (article.location, words.len() as u32, runs)
                });
                found.collect::<Vec<_>>()
            },
            |found| {
                for (location, words, of_text) in found.into_iter().filter(|found| is_known(found.0)) {
                    let number = texts.len() as u32;
                    texts.push(ReferenceText { location, words });
                    runs.extend(of_text.into_iter().map(|run| (run, number)));
                }
                Ok(())
            },
        )?;
        runs.par_sort_unstable();
        let (mut ranges, mut holders) = (FxHashMap::default(), Vec::with_capacity(runs.len()));
        let mut sieve = vec![0_u64; (runs.len() * SIEVE_BITS_A_RUN / 64).next_power_of_two().max(1)];
        for of_run in runs.chunk_by(|one, other| one.0 == other.0) {
            if of_run.len() > TEXTS_OF_A_RUN_MAX {
                continue;
            }
            let (run, start) = (of_run[0].0, holders.len() as u32);
            holders.extend(of_run.iter().map(|&(_, text)| text));
            ranges.insert(run, (start, holders.len() as u32));
            let (word, bit) = place(run, sieve.len());
            sieve[word] |= bit;
        }
        Ok(ReferenceRuns { texts, ranges, holders, sieve })
    }

    /// The texts that hold a run.
    pub fn holders(&self, run: u64) -> &[u32] {
        let (word, bit) = place(run, self.sieve.len());
        if self.sieve[word] & bit == 0 {
            return &[];
        }
        let Some(&(start, end)) = self.ranges.get(&run) else { return &[] };
        self.holders.get(start as usize..end as usize).unwrap_or_default()
    }
}

fn place(run: u64, words: usize) -> (usize, u64) {
    ((run >> 6) as usize & (words - 1), 1 << (run & 63))
}
