//! Tier 3: rewrites, by rare features in common.
//!
//! Two passes over the representatives. The first counts in how many documents each feature stands (an array of counters
//! by hash: a collision makes a feature look less rare, nothing more). The second keeps of each document its rarest
//! features: those in at most `document_frequency_max` documents, and apart from them the rarest of those above.
//! What stands in one document alone, which is most of all, never leaves the worker.
//!
//! Sorted by feature, the kept features are postings. A document is a candidate of every other document in its rare
//! postings, and through a posting above the cap of its *leader*, the first document in it. So the editions of a story
//! printed three hundred times all meet its first edition, at one comparison each. Features in common are weighed by
//! rarity, and each document keeps the best few of its candidates; memory and time are linear in the documents.

use rayon::prelude::*;

use super::copies::CopyClusters;
use super::features::features;
use super::radix::sort_by_key;
use super::reach::Reach;
use super::settings::RareSettings;
use super::table::DocumentTable;
use super::{CandidatePair, HotGroup, HotKind};
use crate::Result;
use crate::article::DocumentNumber;
use crate::collection::{ArticleRef, Collection};
use crate::progress::{Progress, go_on};

/// Features that a rarer one outweighs: weights are in 256ths of a doubling of rarity.
const WEIGHT_UNIT: f64 = 256.0;
/// Postings above the cap that are reported.
const HOT_REPORTED_MAX: usize = 1000;

/// Candidates among the representatives, in order of pair, and the features above the cap.
pub(super) fn rewrite_candidates(
    collection: &impl Collection,
    documents: &DocumentTable,
    copies: &CopyClusters,
    settings: &RareSettings,
    reach: &Reach,
    progress: &dyn Progress,
) -> Result<(Vec<CandidatePair>, Vec<HotGroup>)> {
    let counts = count_features(collection, documents, copies, progress)?;
    let kept = keep_features(collection, documents, copies, settings, &counts, progress)?;
    drop(counts);
    let postings = Postings::new(kept, documents.len(), settings, reach);
    let hot = postings.hot();
    let pairs = postings.candidates(documents.len(), settings, reach, progress)?;
    Ok((pairs, hot))
}

/// In how many documents a feature stands, or more where features share a counter.
struct FeatureCounts {
    counters: Vec<u16>,
    shift: u32,
}

impl FeatureCounts {
    const PER_DOCUMENT: usize = 256;
    const BITS: std::ops::RangeInclusive<u32> = 16..=30;

    fn new(documents: usize) -> Self {
        let wanted = (documents.max(1) * Self::PER_DOCUMENT / 2 + 1).next_power_of_two().trailing_zeros();
        let bits = wanted.clamp(*Self::BITS.start(), *Self::BITS.end());
        FeatureCounts { counters: vec![0; 1 << bits], shift: 64 - bits }
    }

    fn add(&mut self, feature: u64) {
        let counter = &mut self.counters[(feature >> self.shift) as usize];
        *counter = counter.saturating_add(1);
    }

    fn of(&self, feature: u64) -> u16 {
        self.counters[(feature >> self.shift) as usize]
    }
}

fn count_features(
    collection: &impl Collection,
    documents: &DocumentTable,
    copies: &CopyClusters,
    progress: &dyn Progress,
) -> Result<FeatureCounts> {
    progress.stage("rewrites: counting", Some(documents.len() as u64));
    let representatives = copies.representatives().count();
    let mut counts = FeatureCounts::new(representatives);
    collection.pass(
        |articles| {
            let mut all = Vec::new();
            each_representative(articles, documents, copies, progress, |_, found| {
                all.extend_from_slice(found)
            });
            progress.advance(articles.len() as u64);
            all
        },
        |all| {
            go_on(progress)?;
            all.into_iter().for_each(|feature| counts.add(feature));
            Ok(())
        },
    )?;
    Ok(counts)
}

/// A feature kept of a document: 32 bits of the feature, then the document.
type Kept = (u32, DocumentNumber);

fn keep_features(
    collection: &impl Collection,
    documents: &DocumentTable,
    copies: &CopyClusters,
    settings: &RareSettings,
    counts: &FeatureCounts,
    progress: &dyn Progress,
) -> Result<Vec<Kept>> {
    progress.stage("rewrites: choosing features", Some(documents.len() as u64));
    let cap = settings.document_frequency_max.min(u32::from(u16::MAX) - 1) as u16;
    let mut kept: Vec<Kept> = Vec::new();
    collection.pass(
        |articles| {
            let mut kept: Vec<Kept> = Vec::new();
            let (mut rare, mut frequent) = (Vec::new(), Vec::new());
            each_representative(articles, documents, copies, progress, |document, found| {
                rare.clear();
                frequent.clear();
                for &feature in found {
                    match counts.of(feature) {
                        0..=1 => {}
                        count if count <= cap => rare.push((count, feature as u32)),
                        u16::MAX => {}
                        count => frequent.push((count, feature as u32)),
                    }
                }
                let mut keep = |all: &mut Vec<(u16, u32)>, most: usize| {
                    if all.len() > most && most > 0 {
                        all.select_nth_unstable(most - 1);
                    }
                    all.truncate(most);
                    kept.extend(all.iter().map(|&(_, feature)| (feature, document)));
                };
                keep(&mut rare, settings.rare_per_document);
                keep(&mut frequent, settings.frequent_per_document);
            });
            progress.advance(articles.len() as u64);
            kept
        },
        |part| {
            go_on(progress)?;
            kept.extend(part);
            Ok(())
        },
    )?;
    Ok(kept)
}

/// Visits the representatives among the articles of a pass, with their features.
fn each_representative(
    articles: &[ArticleRef<'_>],
    documents: &DocumentTable,
    copies: &CopyClusters,
    progress: &dyn Progress,
    mut visit: impl FnMut(DocumentNumber, &[u64]),
) {
    let Some(first) = articles.first() else { return };
    if progress.is_cancelled() {
        return;
    }
    // Documents are numbered in reading order; articles without a number were refused for their id.
    let mut number = documents.locations().partition_point(|location| *location < first.location);
    let mut found = Vec::new();
    for article in articles {
        if documents.locations().get(number) != Some(&article.location) {
            continue;
        }
        let document = number as DocumentNumber;
        number += 1;
        if copies.representative[document as usize] == document {
            features(&article.text, &mut found);
            visit(document, &found);
        }
    }
}

/// Documents by feature, and features by document.
struct Postings {
    /// Documents of all postings, one posting after the other, ascending in each.
    documents: Vec<DocumentNumber>,
    /// Where each posting begins, and where the last ends.
    starts: Vec<u32>,
    /// Postings of each document, one document after the other.
    of_document: Vec<u32>,
    document_starts: Vec<u32>,
    /// Where two sides are compared: for each posting above the cap, in order, its first document of each side.
    leaders_of_sides: Vec<(u32, [Option<DocumentNumber>; 2])>,
    /// Documents up to which a posting ties all of them to each other.
    rare_documents_max: usize,
}

impl Postings {
    fn new(mut kept: Vec<Kept>, document_count: usize, settings: &RareSettings, reach: &Reach) -> Self {
        sort_by_key(&mut kept);
        // A posting of one document ties nothing.
        let mut starts = vec![0u32];
        let mut documents = Vec::new();
        for posting in kept.chunk_by(|a, b| a.0 == b.0).filter(|posting| posting.len() > 1) {
            documents.extend(posting.iter().map(|&(_, document)| document));
            starts.push(documents.len() as u32);
        }
        drop(kept);
        let mut document_starts = vec![0u32; document_count + 1];
        documents.iter().for_each(|&document| document_starts[document as usize + 1] += 1);
        for document in 0..document_count {
            document_starts[document + 1] += document_starts[document];
        }
        let mut next = document_starts.clone();
        let mut of_document = vec![0; documents.len()];
        for (posting, bounds) in (0..).zip(starts.windows(2)) {
            for &document in &documents[bounds[0] as usize..bounds[1] as usize] {
                let place = &mut next[document as usize];
                of_document[*place as usize] = posting;
                *place += 1;
            }
        }
        let mut postings = Postings {
            documents,
            starts,
            of_document,
            document_starts,
            leaders_of_sides: Vec::new(),
            rare_documents_max: settings.document_frequency_max as usize,
        };
        if reach.is_two_sided() {
            let frequent = (0..postings.len()).filter(|&posting| !postings.is_rare(posting));
            let leaders = frequent.map(|posting| (posting, reach.first_of_sides(postings.posting(posting))));
            postings.leaders_of_sides = leaders.collect();
        }
        postings
    }

    fn len(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    fn is_rare(&self, posting: u32) -> bool {
        self.posting(posting).len() <= self.rare_documents_max
    }

    /// The documents that a posting ties its members to: all of a rare one, the first of a frequent one.
    fn tied(&self, posting: u32) -> impl Iterator<Item = DocumentNumber> + '_ {
        let leaders = self.leaders_of_sides.binary_search_by_key(&posting, |leaders| leaders.0);
        let leaders = leaders.map_or([None; 2], |at| self.leaders_of_sides[at].1);
        let tied = match self.posting(posting) {
            all if all.len() <= self.rare_documents_max => all,
            _ if !self.leaders_of_sides.is_empty() => &[],
            all => &all[..1],
        };
        tied.iter().copied().chain(leaders.into_iter().flatten())
    }

    fn posting(&self, posting: u32) -> &[DocumentNumber] {
        &self.documents[self.starts[posting as usize] as usize..self.starts[posting as usize + 1] as usize]
    }

    fn hot(&self) -> Vec<HotGroup> {
        let hot =
            (0..self.len()).filter(|&posting| !self.is_rare(posting)).map(|posting| self.posting(posting));
        let mut hot: Vec<HotGroup> =
            hot.map(|posting| HotGroup::new(HotKind::Feature, posting[0], posting.len())).collect();
        hot.sort_by_key(|group| (std::cmp::Reverse(group.documents), group.leader));
        hot.truncate(HOT_REPORTED_MAX);
        hot
    }

    fn candidates(
        &self,
        document_count: usize,
        settings: &RareSettings,
        reach: &Reach,
        progress: &dyn Progress,
    ) -> Result<Vec<CandidatePair>> {
        const DOCUMENTS_A_TASK: usize = 1024;
        progress.stage("rewrites: pairing", Some(document_count as u64));
        let tasks: Vec<Vec<CandidatePair>> = (0..document_count.div_ceil(DOCUMENTS_A_TASK))
            .into_par_iter()
            .map(|task| {
                go_on(progress)?;
                let first = task * DOCUMENTS_A_TASK;
                let last = (first + DOCUMENTS_A_TASK).min(document_count);
                let mut best = Vec::new();
                let mut scratch = Vec::new();
                for document in first as DocumentNumber..last as DocumentNumber {
                    self.best_of(document, document_count, settings, reach, &mut scratch, &mut best);
                }
                progress.advance((last - first) as u64);
                Ok(best)
            })
            .collect::<Result<_>>()?;
        let mut pairs = tasks.concat();
        pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
        pairs.dedup();
        Ok(pairs)
    }

    /// Appends the best candidates of a document.
    fn best_of(
        &self,
        document: DocumentNumber,
        document_count: usize,
        settings: &RareSettings,
        reach: &Reach,
        scratch: &mut Vec<Share>,
        best: &mut Vec<CandidatePair>,
    ) {
        scratch.clear();
        let bounds = (self.document_starts[document as usize], self.document_starts[document as usize + 1]);
        for &posting in &self.of_document[bounds.0 as usize..bounds.1 as usize] {
            let weight = weight(document_count, self.posting(posting).len());
            let is_rare = self.is_rare(posting);
            let others =
                self.tied(posting).filter(|&other| other != document && reach.allows(document, other));
            scratch.extend(others.map(|other| Share { other, weight, is_rare }));
        }
        scratch.sort_unstable_by_key(|share| share.other);
        let mut found: Vec<(u32, DocumentNumber, bool)> = Vec::new();
        for shares in scratch.chunk_by(|a, b| a.other == b.other) {
            if shares.len() >= settings.shared_min as usize {
                let weight = shares.iter().map(|share| share.weight).sum();
                found.push((weight, shares[0].other, shares.iter().any(|share| share.is_rare)));
            }
        }
        found.sort_unstable_by_key(|&(weight, other, _)| (std::cmp::Reverse(weight), other));
        let mut leaders = 0;
        found.retain(|&(_, _, is_rare)| {
            leaders += usize::from(!is_rare);
            is_rare || leaders <= settings.leaders_per_document
        });
        found.truncate(settings.candidates_per_document);
        best.extend(found.into_iter().map(|(weight, other, _)| CandidatePair {
            a: document.min(other),
            b: document.max(other),
            weight,
        }));
    }
}

/// One feature in common with another document.
struct Share {
    other: DocumentNumber,
    weight: u32,
    is_rare: bool,
}

/// How much a feature of a posting tells: the logarithm of its rarity, in whole numbers so that sums do not
/// depend on order.
fn weight(document_count: usize, in_documents: usize) -> u32 {
    let rarity = (document_count.max(2) as f64 / in_documents as f64).log2();
    (rarity.max(0.0) * WEIGHT_UNIT) as u32
}
