//! Tier 3: rewrites, by rare features in common.
//!
//! The first pass has spread all features over partitions ([`super::spread`]). Here each partition is sorted
//! by key: features that at most `document_frequency_max` representatives hold are *rare* and tie all of
//! these to each other; of those above each document keeps the few with the smallest keys, so that documents
//! with many of them in common keep the same, and is tied to the feature's leaders alone. Short documents
//! have few features, and go by some above the cap as well. What stands in one document alone, which is three
//! in four of all, goes first. [`super::postings`] holds the rest, and [`super::pairing`] makes pairs of it.

use rayon::prelude::*;

use super::common::{CommonWriter, Held};
use super::copies::CopyClusters;
use super::first_pass::Features;
use super::kept::FoundRewrites;
use super::pairing::{Pairing, best_pairs};
use super::postings::{Frequent, PostingsWriter};
use super::radix::sort_by_key;
use super::reach::Reach;
use super::spread::PartitionFeatures;
use super::table::DocumentTable;
use crate::Result;
use crate::article::DocumentNumber;
use crate::progress::{Progress, Work, go_on};
use crate::search::{FeatureTie, RareSettings};
use crate::work::{Resources, StoredLane};

/// Candidates among the representatives, in order of pair, and the features above the cap.
pub(super) fn rewrite_candidates(
    features: Features,
    ranking: &LeaderRanking<'_>,
    settings: &RareSettings,
    work: &Resources,
    progress: &dyn Progress,
) -> Result<FoundRewrites> {
    let Features { partitions, counts } = features;
    let LeaderRanking { documents, copies, reach } = *ranking;
    progress.stage("rewrites: sorting features", Some(partitions.len() as u64));
    let mut postings = PostingsWriter::new(copies.representative.len(), settings.frequent_per_document, work);
    let mut common = CommonWriter::new(work);
    // A few partitions at a time: what a partition is sorted in is given back.
    let at_once = rayon::current_num_threads();
    let mut partitions = partitions.into_iter();
    loop {
        let some: Vec<StoredLane> = partitions.by_ref().take(at_once).collect();
        if some.is_empty() {
            break;
        }
        let grouped: Vec<Grouped> = some
            .into_par_iter()
            .map(|partition| {
                go_on(progress)?;
                let features = PartitionFeatures::read(&partition)?;
                drop(partition);
                let grouped = group(&features, &counts, ranking, settings, &postings);
                progress.advance(1);
                Ok(grouped)
            })
            .collect::<Result<_>>()?;
        for Grouped { rare, load, frequent, common: records } in grouped {
            postings.add_rare(&rare, &load)?;
            common.add(&records)?;
            frequent.iter().try_for_each(|feature| postings.add_frequent(feature))?;
        }
    }
    let postings = postings.finish()?;
    let holding = copies.representatives().filter(|&document| counts[document as usize] > 0).count();
    let pairing = Pairing { postings: &postings, documents, features: &counts, holding, settings, reach };
    let tied = best_pairs(&pairing, work, progress)?;
    progress.count(Work::Candidate, tied.len() as u64);
    let frequent = common.finish()?;
    let held = Held {
        frequent: &frequent,
        rare: &postings,
        counts: &counts,
        kept_max: settings.features_per_document,
    };
    let pairs = held.count_in_pairs(&tied, work, progress)?;
    Ok(FoundRewrites { pairs, hot: postings.hot })
}

/// What tells documents apart that hold the same feature.
pub(super) struct LeaderRanking<'a> {
    pub documents: &'a DocumentTable,
    pub copies: &'a CopyClusters,
    pub reach: &'a Reach,
}

impl LeaderRanking<'_> {
    /// Copies have no candidates of their own.
    fn is_wanted(&self, document: DocumentNumber) -> bool {
        self.copies.representative[document as usize] == document
    }

    /// The one that leads a group, or of two sides the one that leads each: whose text has the smallest
    /// identity.
    fn leaders(&self, group: impl Iterator<Item = DocumentNumber> + Clone) -> [Option<DocumentNumber>; 2] {
        let least = |group: &mut dyn Iterator<Item = DocumentNumber>| {
            group.min_by_key(|&document| self.documents.identity(document))
        };
        if !self.reach.is_two_sided() {
            return [least(&mut group.clone()), None];
        }
        let on_side = |side| {
            let mut members = group.clone().filter(move |&document| self.reach.is_on(side, document));
            least(&mut members)
        };
        let [one, other] = [on_side(0), on_side(1)];
        [one, other.filter(|_| one != other)]
    }
}

/// What a partition comes to.
#[derive(Default)]
struct Grouped {
    /// Postings of rare features, and of those little above the cap, as they are stored.
    rare: Vec<u32>,
    /// What they take of the memory for pairing; see [`PostingsWriter::add_rare`].
    load: Vec<u32>,
    /// By key.
    frequent: Vec<Frequent>,
    /// Of those, records with all their documents.
    common: Vec<u32>,
}

fn group(
    features: &PartitionFeatures,
    counts: &[u16],
    ranking: &LeaderRanking<'_>,
    settings: &RareSettings,
    postings: &PostingsWriter,
) -> Grouped {
    let mut held = repeated(features, |document| ranking.is_wanted(document));
    sort_by_key(&mut held);
    // A document may have two features of one key.
    held.dedup();
    let mut grouped = Grouped { load: postings.no_load(), ..Grouped::default() };
    for group in held.chunk_by(|a, b| a.0 == b.0) {
        let documents = group.iter().map(|&(_, document)| document);
        if group.len() == 1 {
            continue;
        }
        let tie = settings.tie(group.len() as f64);
        if tie == FeatureTie::All {
            postings.push_rare(documents, &mut grouped.rare, &mut grouped.load);
            continue;
        }
        CommonWriter::push(documents.clone(), &mut grouped.common);
        let is_tied_to_all = |&document: &DocumentNumber| {
            tie == FeatureTie::Short && settings.is_short(usize::from(counts[document as usize]))
        };
        if documents.clone().any(|document| is_tied_to_all(&document)) {
            let short = documents.clone().filter(is_tied_to_all);
            postings.push_for_short(documents.clone(), short, &mut grouped.rare, &mut grouped.load);
        }
        // who is tied to all is tied to the leaders
        let others = documents.clone().filter(|document| !is_tied_to_all(document));
        let keepers: Vec<DocumentNumber> = others.filter(|&document| postings.keeps_more(document)).collect();
        if !keepers.is_empty() {
            let leaders = ranking.leaders(documents);
            grouped.frequent.push(Frequent { documents: group.len() as u32, leaders, keepers });
        }
    }
    grouped
}

/// Features of documents that are wanted, without most of those that stand in one of them alone.
fn repeated(
    features: &PartitionFeatures,
    is_wanted: impl Fn(DocumentNumber) -> bool,
) -> Vec<(u32, DocumentNumber)> {
    // Two bits a slot, one for a first feature and one for more: most features stand alone and need no
    // sorting.
    let slots = (features.len() * 6).next_power_of_two().max(64);
    let slot = |key: u32| {
        let slot = key as usize & (slots - 1);
        (slot / 32, 2 * (slot % 32))
    };
    let mut seen = vec![0u64; slots / 32];
    features.for_each(|key, document| {
        let (word, shift) = slot(key);
        let first = u64::from(is_wanted(document));
        seen[word] |= (first | (seen[word] >> shift & first) << 1) << shift;
    });
    let mut held = Vec::new();
    features.for_each(|key, document| {
        let (word, shift) = slot(key);
        if seen[word] >> shift & 2 != 0 && is_wanted(document) {
            held.push((key, document));
        }
    });
    held
}
