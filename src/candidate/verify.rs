//! Tier 2, deciding: the texts of proposed pairs are read again and their shingle sets compared, exactly.
//!
//! Pairs are put in order of neighbourhood (documents that pairs connect), and cut into tasks; a task reads each of
//! its documents once. A neighbourhood lies in one task unless it is very large.

use rayon::prelude::*;

use super::buckets::Pair;
use super::table::DocumentTable;
use super::union::UnionFind;
use crate::Result;
use crate::article::DocumentNumber;
use crate::collection::Collection;
use crate::progress::{Progress, go_on};
use crate::shingle::{Overlap, ShingleSet};

/// A pair of near-duplicates, compared exactly: `overlap.a` is of the first, the smaller number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedLink {
    pub a: DocumentNumber,
    pub b: DocumentNumber,
    pub overlap: Overlap,
}

/// Pairs of a task, unless a neighbourhood must be cut.
const TASK_PAIRS: usize = 512;
const TASK_PAIRS_MAX: usize = 8192;
/// Words of a task's documents, 8 bytes each while it runs.
const TASK_WORDS_MAX: u64 = 2_000_000;

/// The pairs whose Jaccard index is at least `threshold`, in order.
pub(super) fn verify(
    collection: &impl Collection,
    documents: &DocumentTable,
    mut pairs: Vec<Pair>,
    threshold: f64,
    progress: &dyn Progress,
) -> Result<Vec<VerifiedLink>> {
    progress.stage("near-duplicates: verifying", Some(pairs.len() as u64));
    let mut neighbourhoods = UnionFind::new(documents.len());
    pairs.iter().for_each(|&(a, b)| neighbourhoods.join(a, b));
    let mut of: Vec<(DocumentNumber, Pair)> =
        pairs.iter().map(|&pair| (neighbourhoods.find(pair.0), pair)).collect();
    drop(neighbourhoods);
    of.par_sort_unstable();
    pairs.clear();
    pairs.extend(of.iter().map(|&(_, pair)| pair));
    let tasks = cut_into_tasks(documents, &of);
    drop(of);
    let links: Vec<Vec<VerifiedLink>> = tasks
        .into_par_iter()
        .map(|range| {
            go_on(progress)?;
            let links = verify_task(collection, documents, &pairs[range.clone()], threshold)?;
            progress.advance(range.len() as u64);
            Ok(links)
        })
        .collect::<Result<_>>()?;
    let mut links = links.concat();
    links.par_sort_unstable_by_key(|link| (link.a, link.b));
    Ok(links)
}

fn cut_into_tasks(documents: &DocumentTable, of: &[(DocumentNumber, Pair)]) -> Vec<std::ops::Range<usize>> {
    let mut tasks = Vec::new();
    let (mut start, mut words) = (0, 0u64);
    for (end, &(neighbourhood, (a, b))) in of.iter().enumerate() {
        let pairs = end - start;
        let is_boundary = end == 0 || of[end - 1].0 != neighbourhood;
        let is_full = words > TASK_WORDS_MAX || pairs >= TASK_PAIRS_MAX;
        if pairs > 0 && (is_full || is_boundary && pairs >= TASK_PAIRS) {
            tasks.push(start..end);
            (start, words) = (end, 0);
        }
        // The first document of a run of pairs is held for all of them; pairs go by their first document.
        let is_new = words == 0 || of[end - 1].1.0 != a;
        words += u64::from(documents.words(b)) + if is_new { u64::from(documents.words(a)) } else { 0 };
    }
    if start < of.len() {
        tasks.push(start..of.len());
    }
    tasks
}

fn verify_task(
    collection: &impl Collection,
    documents: &DocumentTable,
    pairs: &[Pair],
    threshold: f64,
) -> Result<Vec<VerifiedLink>> {
    let mut needed: Vec<DocumentNumber> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    needed.sort_unstable();
    needed.dedup();
    let sets: Vec<ShingleSet> = needed
        .iter()
        .map(|&document| Ok(ShingleSet::of_text(&collection.read(documents.location(document))?.text)))
        .collect::<Result<_>>()?;
    let set = |document: DocumentNumber| needed.binary_search(&document).ok().map(|at| &sets[at]);
    let compare = |&(a, b): &Pair| {
        let overlap = set(a)?.overlap(set(b)?);
        (overlap.jaccard() >= threshold).then_some(VerifiedLink { a, b, overlap })
    };
    Ok(pairs.iter().filter_map(compare).collect())
}
