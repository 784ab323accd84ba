//! In how many documents of the archive the words stand that an article shares with others.

use rayon::prelude::*;

use super::block::Kind;
use super::snapshot::Snapshot;
use super::table::Table;
use crate::Result;
use crate::analysis::grams::{GRAM_WORDS, gram_at};
use crate::evidence::background::{Background, is_counted};
use crate::evidence::runs::Run;
use crate::normalise::Text;
use crate::sketch::sample::key32;

/// Word runs are looked up so many to a task.
const GRAMS_A_TASK: usize = 32;

/// The runs of four words in stretches that two texts have in common.
#[derive(Clone, Debug, Default)]
pub struct SharedGrams(Vec<u64>);

impl SharedGrams {
    pub fn push(&mut self, text: &Text, stretches: &[Run]) {
        for run in stretches.iter().filter(|run| run.words >= GRAM_WORDS) {
            let grams = (0..=run.words - GRAM_WORDS).filter_map(|offset| gram_at(text, run.here + offset));
            self.0.extend(grams);
        }
    }
}

impl Snapshot {
    /// Frequencies of those of these word runs that all segments count.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub(super) fn background(&self, shared: SharedGrams) -> Result<Background> {
        let samplings = self.parts.iter().map(|part| part.segment.layout.sampling.grams_one_in);
        let one_in = samplings.fold(1, u32::max);
        let mut grams = shared.0;
        grams.retain(|&gram| is_counted(gram, one_in));
        grams.sort_unstable();
        grams.dedup();
        let frequencies: Vec<(u64, u32)> = grams
            .par_iter()
            .with_min_len(GRAMS_A_TASK)
            .map(|&gram| Ok((gram, self.frequency(gram)?)))
            .collect::<Result<_>>()?;
        Ok(Background::counted(self.representatives(), one_in, frequencies))
    }

    /// In how many documents a run stands, up to what is counted.
    fn frequency(&self, gram: u64) -> Result<u32> {
        let most = Table::keep(Kind::Grams) as u32;
        let mut frequency = 0;
        for part in &self.parts {
            frequency += part.segment.find(&part.segment.layout.grams, key32(gram))?.total;
            if frequency >= most {
                break;
            }
        }
        Ok(frequency)
    }
}
