//! Which pairs of a collection are worth comparing: identical texts, near-duplicates, candidates for
//! rewrites.
//!
//! `collection → documents, copies (decided), rewrites (proposed)`. Four tiers, each on what the last left:
//!
//! 1. `identical`: one 128-bit hash of a text's words.
//! 2. Near-duplicates: MinHash in [`Banding`] bands, or SimHash; every pair verified exactly on the texts,
//!    read again. Copies collapse on a representative ([`CopyClusters`]).
//! 3. Rewrites: rare `features` in common among the representatives, for what no near-duplicate search
//!    reaches.
//! 4. Translations: names and figures in common, between languages alone (`translations`).
//!
//! Nothing here is quadratic: large groups (buckets, features above the cap) are tried against one of their
//! documents and reported as [`HotGroup`]s. No text is held. The result depends neither on the number of
//! threads nor on the order of the input: what decides between equals is the texts' identity, or their dates
//! and ids.

mod buckets;
mod common;
mod copies;
mod first_pass;
mod identical;
mod kept;
mod pairing;
mod postings;
mod printings;
mod radix;
mod rare;
mod reach;
mod settings;
mod spread;
pub mod table;
#[cfg(test)]
mod tests;
pub mod translations;
mod union;
mod verify;

pub use copies::{CopyClusters, CopyPair};
pub use settings::{CandidateSettings, NearDuplicateSketch};
pub use table::DocumentTable;
pub use union::UnionFind;
pub use verify::VerifiedLink;

use crate::article::DocumentNumber;
use crate::barrier::Fault;
use crate::collection::Collection;
use crate::faults;
use crate::progress::Progress;
use crate::rejection::RejectionSink;
use crate::sketch::{Banding, HammingIndex, SimHash};
use crate::work::Resources;
use crate::{Error, Result};
use buckets::{meet_in_bands, meet_in_hamming_distance};
use first_pass::{FirstPass, FirstPassPlan, SketchPlan, Sketches};
use kept::{FoundCopies, FoundRewrites};
use printings::Printings;
use rare::LeaderRanking;
use reach::Reach;

/// What the search found.
#[derive(Debug, Default)]
pub struct Candidates {
    /// All documents of the collection, by their numbers.
    pub documents: DocumentTable,
    /// Identical texts and near-duplicates: decided, not proposed.
    pub copies: CopyClusters,
    /// Pairs of texts that reach no threshold as they stand, in order: copies, if one of them was misread.
    /// Empty but for noisy texts.
    pub doubtful: Vec<VerifiedLink>,
    /// Pairs of representatives that may be rewrites, in order; empty with `copies_only`.
    pub rewrites: Vec<CandidatePair>,
    /// Pairs of representatives in two languages that may be translations, in order; empty with
    /// `copies_only`.
    pub translations: Vec<(DocumentNumber, DocumentNumber)>,
    /// Groups too large for all their pairs, largest first within a kind.
    pub hot: Vec<HotGroup>,
}

/// Two representatives with rare features in common; `a < b`.
///
/// A feature weighs `log2(documents / documents that hold it)` bits, of at least
/// [`crate::search::BACKGROUND_MIN_DOCUMENTS`] documents, and one bit at least. The score is the sum over the
/// features in common divided by the square root of the number of features in the shorter text. Unrelated news texts rarely reach 4;
/// rewrites begin there, and natural copying between outlets lies above 20.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CandidatePair {
    /// The representative with the smaller number.
    pub a: DocumentNumber,
    /// The other representative.
    pub b: DocumentNumber,
    /// Bits that the rare features in common weigh, by the root of the shorter text's number of features;
    /// above 0.
    pub score: f32,
    /// Features of the one that has fewer.
    pub fewer: u32,
    /// Features in common, frequent ones too; estimated where a text has so many that a part of them is kept.
    pub shared: u32,
}

/// Documents that have so much in common that each was tried against one of them alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HotGroup {
    /// What the documents have in common.
    pub kind: HotKind,
    /// The one that they were tried against.
    pub leader: DocumentNumber,
    /// How many they are.
    pub documents: u64,
}

/// What the documents of a [`HotGroup`] have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HotKind {
    /// A bucket of the near-duplicate search.
    Bucket,
    /// A feature above the cap.
    Feature,
}

impl HotGroup {
    fn new(kind: HotKind, leader: DocumentNumber, documents: usize) -> Self {
        HotGroup { kind, leader, documents: documents as u64 }
    }
}

/// Searches a collection. Documents whose id was given before are refused and told to `rejections`.
///
/// # Errors
/// [`Error::Usage`] for a threshold that is not from [`Banding::THRESHOLD_MIN`] to 1, [`Error::Interrupted`]
/// for a cancelled run, and what the collection returns.
pub fn find(
    collection: &impl Collection,
    settings: &CandidateSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Candidates> {
    find_in(&Resources::default(), collection, settings, progress, rejections)
}

/// As [`find`], within the memory that `work` grants.
///
/// # Errors
/// As [`find`], and [`Error::File`] where what is beyond the memory cannot be written.
pub fn find_in(
    work: &Resources,
    collection: &impl Collection,
    settings: &CandidateSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Candidates> {
    if !(Banding::THRESHOLD_MIN..=1.0).contains(&settings.threshold) {
        return Err(Error::Usage(format!(
            "threshold {}: a Jaccard index from {} to 1 was expected",
            settings.threshold,
            Banding::THRESHOLD_MIN
        )));
    }
    let finished: Option<FoundRewrites> = match settings.copies_only {
        true => Some(FoundRewrites::default()),
        false => work.finished(kept::REWRITES),
    };
    let features_per_document = finished.is_none().then_some(settings.rare.features_per_document);
    let plan = FirstPassPlan { sketch: sketch_plan(settings), features_per_document };
    let FirstPass { documents, first_of_text, sketches, features, .. } =
        kept::surveyed(work, collection, plan, progress, rejections)?;
    let FoundCopies { mut links, mut hot } = match work.finished(kept::COPIES) {
        Some(copies) => copies,
        None => {
            let (found, failed) =
                near_duplicates(collection, &documents, &first_of_text, sketches, settings, progress)?;
            for (document, fault) in failed {
                let (id, location) = (documents.id(document), documents.location(document));
                rejections.reject(faults::of_article(collection, (id, location, None), &fault));
            }
            work.keep(kept::COPIES, &found)?;
            found
        }
    };
    let is_copy = |link: &VerifiedLink| link.overlap.jaccard() >= settings.threshold;
    let mut doubtful: Vec<VerifiedLink> = links.iter().filter(|link| !is_copy(link)).copied().collect();
    links.retain(is_copy);
    let printings = Printings::new(&documents, &first_of_text);
    let by_date = |one, other| printings.order(&documents, one, other);
    let copies = CopyClusters::in_order(first_of_text, links, by_date);
    let mut rewrites = match (finished, features) {
        (None, Some(features)) => {
            let reach = Reach::new(&documents, &copies, &settings.limits);
            let ranking = LeaderRanking { documents: &documents, copies: &copies, reach: &reach };
            let found = rare::rewrite_candidates(features, &ranking, &settings.rare, work, progress)?;
            work.keep(kept::REWRITES, &found)?;
            kept::forget_features(work)?;
            found
        }
        (finished, _) => finished.unwrap_or_default(),
    };
    hot.extend(rewrites.hot);
    let copies = copies.renamed(&printings);
    printings.rename_links(&mut doubtful);
    printings.rename_pairs(&mut rewrites.pairs);
    printings.rename_hot(&mut hot);
    let translations = match settings.copies_only {
        true => Vec::new(),
        false => {
            let reach = Reach::new(&documents, &copies, &settings.limits);
            translations::find(collection, &documents, &copies, &reach, progress)?
        }
    };
    Ok(Candidates { documents, copies, doubtful, rewrites: rewrites.pairs, translations, hot })
}

fn sketch_plan(settings: &CandidateSettings) -> SketchPlan {
    match settings.sketch {
        NearDuplicateSketch::MinHash => {
            SketchPlan::Bands(Banding::for_threshold(settings.proposed_jaccard()))
        }
        NearDuplicateSketch::SimHash => SketchPlan::Fingerprints,
    }
}

fn near_duplicates(
    collection: &impl Collection,
    documents: &DocumentTable,
    first_of_text: &[DocumentNumber],
    sketches: Sketches,
    settings: &CandidateSettings,
    progress: &dyn Progress,
) -> Result<(FoundCopies, Vec<(DocumentNumber, Fault)>)> {
    let distinct: Vec<DocumentNumber> = (0..)
        .zip(first_of_text)
        .filter(|&(document, &first)| document == first && documents.words(document) > 0)
        .map(|(document, _)| document)
        .collect();
    let identity = |document| documents.identity(document);
    let most = settings.bucket_documents_max.max(2);
    let met = match sketches {
        Sketches::Bands(keys) => meet_in_bands(&keys, &distinct, most, identity, progress)?,
        Sketches::Fingerprints(prints) => {
            let mut index = HammingIndex::with_capacity(distinct.len());
            distinct.iter().for_each(|&document| index.push(prints[document as usize]));
            let distance = SimHash::distance_for(settings.proposed_jaccard());
            meet_in_hamming_distance(&index, &distinct, (distance, most), identity, progress)?
        }
    };
    let (links, failed) =
        verify::verify(collection, documents, met.pairs, settings.proposed_jaccard(), progress)?;
    Ok((FoundCopies { links, hot: met.hot }, failed))
}
