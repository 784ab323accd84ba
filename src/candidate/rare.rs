//! Tier 3: rewrites, by rare features in common.
//!
//! Two passes over the representatives. The first counts in how many documents each feature stands (an array of counters
//! by hash: a collision makes a feature look less rare, nothing more). The second keeps of each document its rare
//! features, those in at most `document_frequency_max` documents, and apart from them a sample of those above: the few
//! with the smallest hashes, so that documents with many of them in common keep the same.
//! What stands in one document alone, which is three in four of all, never leaves the worker.
//!
//! Sorted by feature, the kept features are postings, and [`super::pairing`] makes pairs of them. Memory is 2 bytes a
//! counter (a counter for 2 to 4 words) while features are kept, 8 bytes a kept feature (about 100 a document of 450
//! words) while they are paired.

use super::copies::CopyClusters;
use super::features::FeatureFinder;
use super::pairing::best_pairs;
use super::postings::{Kept, Postings};
use super::reach::Reach;
use super::settings::RareSettings;
use super::table::DocumentTable;
use super::{CandidatePair, HotGroup};
use crate::Result;
use crate::article::DocumentNumber;
use crate::collection::{ArticleRef, Collection};
use crate::progress::{Progress, go_on};

/// Candidates among the representatives, in order of pair, and the features above the cap.
pub(super) fn rewrite_candidates(
    collection: &impl Collection,
    documents: &DocumentTable,
    copies: &CopyClusters,
    settings: &RareSettings,
    reach: &Reach,
    progress: &dyn Progress,
) -> Result<(Vec<CandidatePair>, Vec<HotGroup>)> {
    let texts = Representatives { collection, documents, copies, progress };
    let (counts, features_per_document) = count_features(&texts)?;
    let mut postings = Postings::new(settings.document_frequency_max);
    for keys in counts.parts(documents.len(), settings) {
        postings.extend(keep_features(&texts, settings, &counts, keys)?)?;
    }
    drop(counts);
    postings.finish(documents.len(), reach);
    let pairs = best_pairs(&postings, &features_per_document, settings, reach, progress)?;
    Ok((pairs, postings.hot()))
}

/// The texts of the tier, and how to pass over them.
struct Representatives<'a, C> {
    collection: &'a C,
    documents: &'a DocumentTable,
    copies: &'a CopyClusters,
    progress: &'a dyn Progress,
}

impl<C: Collection> Representatives<'_, C> {
    /// One pass: `work` gets each representative with its features, and something to put its results in.
    fn pass<R: Default + Send>(
        &self,
        work: impl Fn(&mut R, DocumentNumber, &[u64]) + Sync,
        mut take: impl FnMut(R),
    ) -> Result<()> {
        self.collection.pass(
            |articles| {
                let mut result = R::default();
                if !self.progress.is_cancelled() {
                    self.each(articles, |document, found| work(&mut result, document, found));
                }
                self.progress.advance(articles.len() as u64);
                result
            },
            |result| {
                go_on(self.progress)?;
                take(result);
                Ok(())
            },
        )
    }

    fn each(&self, articles: &[ArticleRef<'_>], mut visit: impl FnMut(DocumentNumber, &[u64])) {
        let Some(first) = articles.first() else { return };
        // Documents are numbered in reading order; articles without a number were refused for their id.
        let locations = self.documents.locations();
        let mut number = locations.partition_point(|location| *location < first.location);
        let mut finder = FeatureFinder::default();
        for article in articles {
            if locations.get(number) != Some(&article.location) {
                continue;
            }
            let document = number as DocumentNumber;
            number += 1;
            if self.copies.representative[document as usize] == document {
                visit(document, finder.find(&article.text));
            }
        }
    }
}

/// In how many documents a feature stands, or more where features share a counter.
struct FeatureCounts {
    counters: Vec<u16>,
    shift: u32,
}

fn count_features<C: Collection>(texts: &Representatives<'_, C>) -> Result<(FeatureCounts, Vec<u16>)> {
    texts.progress.stage("rewrites: counting", Some(texts.documents.len() as u64));
    let words = texts.copies.representatives().map(|document| u64::from(texts.documents.words(document)));
    let mut counts = FeatureCounts::new(words.sum());
    let mut per_document = vec![0; texts.documents.len()];
    texts.pass(
        |(counted, all): &mut (Vec<(DocumentNumber, u16)>, Vec<u64>), document, found| {
            counted.push((document, u16::try_from(found.len()).unwrap_or(u16::MAX)));
            all.extend_from_slice(found);
        },
        |(counted, all)| {
            counted.into_iter().for_each(|(document, count)| per_document[document as usize] = count);
            all.into_iter().for_each(|feature| counts.add(feature));
        },
    )?;
    Ok((counts, per_document))
}

impl FeatureCounts {
    const WORDS_A_COUNTER: u64 = 4;
    const BITS: std::ops::RangeInclusive<u32> = 16..=31;

    /// Counters for texts of so many words in all: half of them begin a feature, and half of the features are distinct.
    fn new(words: u64) -> Self {
        let wanted = (words / Self::WORDS_A_COUNTER).next_power_of_two().trailing_zeros();
        let bits = wanted.clamp(*Self::BITS.start(), *Self::BITS.end());
        FeatureCounts { counters: vec![0; 1 << bits], shift: 64 - bits }
    }

    #[inline(always)]
    fn add(&mut self, feature: u64) {
        let counter = &mut self.counters[(feature >> self.shift) as usize];
        *counter = counter.saturating_add(1);
    }

    #[inline(always)]
    fn of(&self, feature: u64) -> u16 {
        self.counters[(feature >> self.shift) as usize]
    }

    /// Ranges of keys (the upper halves of features) that can be sorted within the memory, one after the other.
    fn parts(&self, documents: usize, settings: &RareSettings) -> Vec<std::ops::Range<u64>> {
        let cap = settings.document_frequency_max;
        // Sorting takes as much room again.
        let most = (settings.sorting_memory_bytes / (2 * size_of::<Kept>() as u64)).max(1 << 16);
        let frequent = documents as u64 * settings.frequent_per_document as u64;
        let keys_a_counter = 1u64 << (32 - (64 - self.shift));
        let (mut parts, mut start, mut kept) = (Vec::new(), 0, 0);
        let blocks = self.counters.len() / COUNTERS_A_BLOCK;
        for (block, counters) in (1..).zip(self.counters.chunks_exact(COUNTERS_A_BLOCK)) {
            let rare = counters
                .iter()
                .map(|&count| u64::from(count))
                .filter(|&count| count <= u64::from(cap + cap / 2));
            kept += rare.filter(|&count| count > 1).sum::<u64>() + frequent / blocks as u64;
            if kept > most || block == blocks {
                let end = block as u64 * COUNTERS_A_BLOCK as u64 * keys_a_counter;
                parts.push(start..end);
                (start, kept) = (end, 0);
            }
        }
        parts
    }
}

const COUNTERS_A_BLOCK: usize = 1 << 10;

/// The features kept of each document whose keys lie in the range.
fn keep_features<C: Collection>(
    texts: &Representatives<'_, C>,
    settings: &RareSettings,
    counts: &FeatureCounts,
    keys: std::ops::Range<u64>,
) -> Result<Vec<Kept>> {
    texts.progress.stage("rewrites: choosing features", Some(texts.documents.len() as u64));
    // Shared counters exaggerate: what seems to lie a little above the cap is let through, and the postings, which
    // know better, decide.
    let cap = settings.document_frequency_max;
    let rare_count_max = (cap + cap / 2).min(u32::from(u16::MAX) - 1) as u16;
    let mut all: Vec<Kept> = Vec::new();
    texts.pass(
        |(kept, counted, rare, frequent): &mut Choice, document, found| {
            // First all counters, which lie far apart in memory, at once; then the branches on them.
            counted.clear();
            counted.extend(found.iter().map(|&feature| (counts.of(feature), (feature >> 32) as u32)));
            rare.clear();
            frequent.clear();
            for &(count, key) in counted.iter() {
                match count {
                    0..=1 => {}
                    count if count <= rare_count_max => rare.push((count, key)),
                    // Counters that ran over stand for what everybody says.
                    u16::MAX => {}
                    _ => frequent.push(key),
                }
            }
            let rare = smallest(rare, settings.rare_per_document).iter().map(|&(_, key)| key);
            let frequent = smallest(frequent, settings.frequent_per_document).iter().copied();
            let in_part = rare.chain(frequent).filter(|&key| keys.contains(&u64::from(key)));
            kept.extend(in_part.map(|key| (key, document)));
        },
        |(kept, ..)| all.extend(kept),
    )?;
    Ok(all)
}

/// The features kept, and room to work in.
type Choice = (Vec<Kept>, Vec<(u16, u32)>, Vec<(u16, u32)>, Vec<u32>);

/// The `most` smallest, in any order.
fn smallest<T: Ord>(all: &mut [T], most: usize) -> &[T] {
    if most > 0 && all.len() > most {
        all.select_nth_unstable(most - 1);
    }
    &all[..most.min(all.len())]
}
