//! The cheap look before full evidence: how many neighbouring content words two articles have in common.
//!
//! The search for candidates has counted them, but for long texts, of which it keeps a part: those are read again.

use crate::article::Article;
use crate::candidate::CandidatePair;
use crate::candidate::DocumentTable;
use crate::candidate::features::FeatureFinder;
use crate::collection::Collection;
use crate::error::Result;
use crate::judge::search::SearchCuts;
use crate::pipeline::pairs::Pair;
use crate::pipeline::workshop::{Made, Workshop};
use crate::progress::{Progress, go_on};
use crate::shingle::count_in_both;
use crate::work::Workplace;
use rayon::prelude::*;

/// Pairs that are looked at together.
const PAIRS_AT_ONCE: usize = 16_384;

/// The features of one article, sorted; 32 bits of each do for counting.
struct Digest(Box<[u32]>);

impl Made for Digest {
    fn make(article: &Article) -> Self {
        let mut finder = FeatureFinder::default();
        let mut features: Vec<u32> =
            finder.find(&article.text).iter().map(|feature| (feature >> 32) as u32).collect();
        features.sort_unstable();
        features.dedup();
        Digest(features.into_boxed_slice())
    }

    fn held_bytes(&self) -> usize {
        4 * self.0.len() + 64
    }
}

/// The candidates that may still be derived, in their order.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn promising<C: Collection>(
    work: &Workplace,
    collection: &C,
    documents: &DocumentTable,
    candidates: &[CandidatePair],
    cuts: &SearchCuts,
    progress: &dyn Progress,
) -> Result<Vec<Pair>> {
    progress.stage("looking at candidates", Some(candidates.len() as u64));
    let mut workshop: Workshop<'_, C, Digest> = Workshop::new(collection, documents, work);
    let mut kept = Vec::new();
    for chunk in candidates.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        let unknown = chunk.iter().filter(|pair| pair.shared.is_none());
        workshop.make_ready(unknown.flat_map(|pair| [pair.a, pair.b]).collect())?;
        let promising: Vec<bool> = chunk
            .par_iter()
            .map(|pair| {
                let (shared, fewer) = match pair.shared {
                    Some(shared) => (shared as usize, pair.fewer as usize),
                    None => {
                        let (one, other) = (&workshop.get(pair.a).0, &workshop.get(pair.b).0);
                        (count_in_both(one, other), one.len().min(other.len()))
                    }
                };
                cuts.is_promising(f64::from(pair.score), shared, fewer)
            })
            .collect();
        let pairs = chunk.iter().zip(promising).filter(|(_, promising)| *promising);
        kept.extend(pairs.map(|(pair, _)| (pair.a, pair.b)));
        progress.advance(chunk.len() as u64);
    }
    Ok(kept)
}
