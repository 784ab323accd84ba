//! In how many documents of the archive the words stand that an article shares with others.
//!
//! Of a large index's runs of four words a sample is counted. What is not counted is judged by its neighbours in the same
//! stretch of common words: runs that overlap in three words are rare together, or common together, but for a few.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::block::Kind;
use super::recipe::key32;
use super::sampling::is_kept;
use super::snapshot::Snapshot;
use super::table::Table;
use crate::Result;
use crate::evidence::background::{Background, GRAM_WORDS, gram_at};
use crate::evidence::runs::Run;
use crate::normalise::Text;

/// Word runs are looked up so many to a task.
const GRAMS_A_TASK: usize = 32;

/// The runs of four words in stretches that two texts have in common, one stretch behind the other.
#[derive(Clone, Debug, Default)]
pub struct SharedGrams {
    grams: Vec<u64>,
    /// Where each stretch ends.
    ends: Vec<usize>,
}

impl SharedGrams {
    pub fn push(&mut self, text: &Text, stretches: &[Run]) {
        for run in stretches.iter().filter(|run| run.words >= GRAM_WORDS) {
            let grams = (0..=run.words - GRAM_WORDS).filter_map(|offset| gram_at(text, run.here + offset));
            self.grams.extend(grams);
            self.ends.push(self.grams.len());
        }
    }

    fn stretches(&self) -> impl Iterator<Item = &[u64]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.grams[start..end])
    }
}

impl Snapshot {
    /// Frequencies of all of these word runs.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub(super) fn background<'g>(
        &self,
        shared: impl Iterator<Item = &'g SharedGrams> + Clone,
    ) -> Result<Background> {
        let samplings = self.parts.iter().map(|part| part.segment.layout.sampling.grams_one_in);
        let one_in = samplings.fold(1, u32::max);
        let is_counted = |gram: u64| is_kept(key32(gram), one_in);
        let all = shared.clone().flat_map(|shared| &shared.grams).copied();
        let mut grams: Vec<u64> = all.filter(|&gram| is_counted(gram)).collect();
        grams.sort_unstable();
        grams.dedup();
        let counted: Vec<(u64, u32)> = grams
            .par_iter()
            .with_min_len(GRAMS_A_TASK)
            .map(|&gram| Ok((gram, self.frequency(gram)?)))
            .collect::<Result<_>>()?;
        let mut frequencies: FxHashMap<u64, u32> = counted.into_iter().collect();
        if one_in > 1 {
            let mut judged: FxHashMap<u64, u32> = FxHashMap::default();
            for stretch in shared.flat_map(SharedGrams::stretches) {
                judge_by_neighbours(stretch, is_counted, &frequencies, &mut judged);
            }
            frequencies.extend(judged);
        }
        Ok(Background::counted(self.representatives(), frequencies))
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

/// Gives the runs of a stretch that are not counted the frequency of the nearest one that is, the rarer of two as near. One
/// that overlaps with no counted run is taken to be common. In several stretches the rarest counts.
fn judge_by_neighbours(
    stretch: &[u64],
    is_counted: impl Fn(u64) -> bool,
    counted: &FxHashMap<u64, u32>,
    judged: &mut FxHashMap<u64, u32>,
) {
    let most = Table::keep(Kind::Grams) as u32;
    let at = |at: Option<usize>| {
        stretch.get(at?).filter(|&&gram| is_counted(gram)).and_then(|gram| counted.get(gram))
    };
    for (place, &gram) in stretch.iter().enumerate().filter(|(_, gram)| !is_counted(**gram)) {
        let near = (1..GRAM_WORDS).find_map(|distance| {
            let (before, after) = (at(place.checked_sub(distance)), at(place.checked_add(distance)));
            before.into_iter().chain(after).min()
        });
        let frequency = near.copied().unwrap_or(most);
        let held = judged.entry(gram).or_insert(frequency);
        *held = frequency.min(*held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_counted_is_as_rare_as_its_neighbours() {
        let is_counted = |gram: u64| gram.is_multiple_of(2);
        let counted: FxHashMap<u64, u32> = [(2, 1), (4, 6), (8, 3)].into_iter().collect();
        let judge = |stretch: &[u64]| {
            let mut judged = FxHashMap::default();
            judge_by_neighbours(stretch, is_counted, &counted, &mut judged);
            let mut judged: Vec<(u64, u32)> = judged.into_iter().collect();
            judged.sort_unstable();
            judged
        };
        assert_eq!(judge(&[2, 3, 4, 5, 7]), [(3, 1), (5, 6), (7, 6)]);
        assert_eq!(judge(&[8, 11, 13, 15, 17]), [(11, 3), (13, 3), (15, 3), (17, 6)]);
        assert_eq!(judge(&[3]), [(3, 6)]);
        assert_eq!(judge(&[]), []);
    }
}
