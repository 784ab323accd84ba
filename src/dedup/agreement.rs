//! Exact Jaccard indices between what goes and what is kept, where the search did not come by them.

use rayon::prelude::*;

use crate::Result;
use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::progress::{Progress, go_on};
use crate::shingle::ShingleSet;

/// Pairs of one kept document that one thread takes in a row.
const PAIRS_IN_A_ROW: usize = 256;

/// The Jaccard indices of pairs of a member and the one that is kept, in their order; pairs of the same kept
/// document are neighbours. Texts are read again.
pub(super) fn jaccards(
    collection: &impl Collection,
    documents: &DocumentTable,
    pairs: &[(DocumentNumber, DocumentNumber)],
    progress: &dyn Progress,
) -> Result<Vec<f64>> {
    progress.stage("comparing with what is kept", Some(pairs.len() as u64));
    let set = |document| -> Result<ShingleSet> {
        Ok(ShingleSet::of_text(&collection.read(documents.location(document))?.text))
    };
    let compared: Vec<Vec<f64>> = pairs
        .par_chunks(PAIRS_IN_A_ROW)
        .map(|pairs| {
            go_on(progress)?;
            let mut last: Option<(DocumentNumber, ShingleSet)> = None;
            let mut jaccard = |&(member, kept): &(DocumentNumber, DocumentNumber)| {
                let (_, of_kept) = match last.take() {
                    Some(known) if known.0 == kept => last.insert(known),
                    _ => last.insert((kept, set(kept)?)),
                };
                if documents.identity(member) != 0 && documents.identity(member) == documents.identity(kept) {
                    return Ok(1.0);
                }
                Ok(set(member)?.overlap(of_kept).jaccard())
            };
            let found = pairs.iter().map(&mut jaccard).collect::<Result<Vec<f64>>>()?;
            progress.advance(pairs.len() as u64);
            Ok(found)
        })
        .collect::<Result<_>>()?;
    Ok(compared.concat())
}
