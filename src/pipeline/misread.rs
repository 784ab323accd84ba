//! Copies that a machine misread: pairs that are no near-duplicates as they stand, and are where misread
//! words are read as the other text has them.

use rayon::prelude::*;

use crate::barrier::{Stage, guarded};
use crate::candidate::{Candidates, VerifiedLink};
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::{Prepared, mending};
use crate::faults;
use crate::progress::{Progress, go_on};
use crate::rejection::RejectionSink;
use crate::shingle::{Overlap, SHINGLE_WORDS, ShingleSet};

/// From this share of misread words on a text is mended: all are known to have been scanned.
const NOISY: f64 = 0.02;

/// After so many pairs it is asked whether the run is to end.
const PAIRS_AT_ONCE: usize = 512;

/// Reads the doubtful pairs of a search again, and takes those for copies that reach the threshold once they
/// are mended.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub(super) fn add_copies<C: Collection>(
    collection: &C,
    found: &mut Candidates,
    threshold: f64,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<()> {
    let doubtful = std::mem::take(&mut found.doubtful);
    progress.stage("near-duplicates: misread ones", Some(doubtful.len() as u64));
    let documents = &found.documents;
    let mut copies = Vec::new();
    for pairs in doubtful.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        let looked: Vec<Option<VerifiedLink>> = pairs
            .par_iter()
            .map(|&VerifiedLink { a, b, .. }| {
                let one = documents.article(collection, a)?;
                let other = documents.article(collection, b)?;
                let is_subject = |wanted: &str| wanted == one.id || wanted == other.id;
                let overlap = guarded(Stage::Verify, is_subject, || {
                    mended_overlap(&Prepared::new(&one), &Prepared::new(&other))
                });
                let overlap = overlap.unwrap_or_else(|fault| {
                    let first = (documents.id(a), documents.location(a));
                    rejections.reject(faults::of_pair(collection, first, documents.id(b), &fault));
                    None
                });
                let is_copy = |overlap: &Overlap| overlap.jaccard() >= threshold;
                Ok(overlap.filter(is_copy).map(|overlap| VerifiedLink { a, b, overlap }))
            })
            .collect::<Result<_>>()?;
        copies.extend(looked.into_iter().flatten());
        progress.advance(pairs.len() as u64);
    }
    let known = std::mem::take(&mut found.copies);
    found.copies = known.with(copies, |one, other| documents.by_date(one, other));
    Ok(())
}

/// The overlap of two texts as they are mended; `None` where neither is noisy.
fn mended_overlap(first: &Prepared, second: &Prepared) -> Option<Overlap> {
    let mended = mending::mended_from(NOISY, first, second)?;
    let [one, other] = mended.pair(first, second).map(|prepared| {
        let words: Vec<u64> = prepared.text.tokens.iter().map(|token| token.word).collect();
        ShingleSet::of_words(&words, SHINGLE_WORDS)
    });
    Some(one.overlap(&other))
}
