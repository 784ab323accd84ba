//! Tier 2, deciding: the texts of proposed pairs are read again and their shingle sets compared, exactly.
//!
//! Pairs are put in order of neighbourhood (documents that pairs connect), and cut into tasks; a task reads
//! each of its documents once. A neighbourhood lies in one task unless it is very large.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::buckets::DocumentPair;
use super::radix::sort_by_key;
use super::table::DocumentTable;
use super::union::UnionFind;
use crate::Result;
use crate::article::DocumentNumber;
use crate::barrier::{Fault, Stage, guarded};
use crate::collection::Collection;
use crate::progress::{Progress, Work, go_on};
use crate::shingle::{Overlap, ShingleSet};

/// A pair of near-duplicates, compared exactly: `overlap.a` is of the first, the smaller number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedLink {
    /// The document with the smaller number.
    pub a: DocumentNumber,
    /// The other document.
    pub b: DocumentNumber,
    /// Sizes of the two sets of 5-word shingles, and of what they share.
    pub overlap: Overlap,
}

/// Pairs of a task, unless a neighbourhood must be cut.
const TASK_PAIRS: usize = 512;
const TASK_PAIRS_MAX: usize = 65_536;
/// Words of a task's documents, 8 bytes each while it runs, and four times that in a dense one.
const TASK_WORDS_MAX: u64 = 1_000_000;
/// A task of so many pairs a document is dense: templates and much-printed texts, in which each meets many
/// others.
const DENSE_PAIRS: usize = 8;

/// Links between documents, and the documents at which retold failed.
pub(super) type VerifiedLinks = (Vec<VerifiedLink>, Vec<(DocumentNumber, Fault)>);

/// The pairs whose Jaccard index is at least `threshold`, in order as `pairs` are.
pub(super) fn verify(
    collection: &impl Collection,
    documents: &DocumentTable,
    mut pairs: Vec<DocumentPair>,
    threshold: f64,
    progress: &dyn Progress,
) -> Result<VerifiedLinks> {
    progress.stage("near-duplicates: verifying", Some(pairs.len() as u64));
    let mut neighbourhoods = UnionFind::new(documents.len());
    pairs.iter().for_each(|&(a, b)| neighbourhoods.join(a, b));
    let mut of: Vec<(DocumentNumber, DocumentPair)> =
        pairs.iter().map(|&pair| (neighbourhoods.find(pair.0), pair)).collect();
    drop(neighbourhoods);
    // By neighbourhood: within one, pairs are in order as they came.
    sort_by_key(&mut of);
    pairs.clear();
    pairs.extend(of.iter().map(|&(_, pair)| pair));
    let tasks = cut_into_tasks(documents, &of);
    drop(of);
    let verified: Vec<VerifiedLinks> = tasks
        .into_par_iter()
        .map(|range| {
            go_on(progress)?;
            let verified = verify_task(collection, documents, &pairs[range.clone()], threshold, progress)?;
            progress.advance(range.len() as u64);
            Ok(verified)
        })
        .collect::<Result<_>>()?;
    let (links, failed): (Vec<_>, Vec<_>) = verified.into_iter().unzip();
    let (mut links, failed) = (links.concat(), failed.concat());
    links.par_sort_unstable_by_key(|link| (link.a, link.b));
    Ok((links, failed))
}

fn cut_into_tasks(documents: &DocumentTable, of: &[(DocumentNumber, DocumentPair)]) -> Vec<Range<usize>> {
    let mut tasks = Vec::new();
    let (mut start, mut words) = (0, 0u64);
    // For each document the last task that needs it.
    let mut needed_in = vec![u32::MAX; documents.len()];
    for (end, &(neighbourhood, (a, b))) in of.iter().enumerate() {
        let pairs = end - start;
        let is_boundary = end == 0 || of[end - 1].0 != neighbourhood;
        let is_full = words > TASK_WORDS_MAX || pairs >= TASK_PAIRS_MAX;
        if pairs > 0 && (is_full || is_boundary && pairs >= TASK_PAIRS) {
            tasks.push(start..end);
            (start, words) = (end, 0);
        }
        let task = tasks.len() as u32;
        for document in [a, b] {
            if std::mem::replace(&mut needed_in[document as usize], task) != task {
                words += u64::from(documents.words(document));
            }
        }
    }
    if start < of.len() {
        tasks.push(start..of.len());
    }
    tasks
}

fn verify_task(
    collection: &impl Collection,
    documents: &DocumentTable,
    pairs: &[DocumentPair],
    threshold: f64,
    progress: &dyn Progress,
) -> Result<VerifiedLinks> {
    let mut needed: Vec<DocumentNumber> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    needed.sort_unstable();
    needed.dedup();
    progress.count(Work::Tokenised, needed.len() as u64);
    let mut failed = Vec::new();
    let mut sets = Vec::with_capacity(needed.len());
    for &document in &needed {
        let article = collection.read(documents.location(document))?;
        let set =
            guarded(Stage::Verify, |wanted| wanted == article.id, || ShingleSet::of_text(&article.text));
        sets.push(set.unwrap_or_else(|fault| {
            failed.push((document, fault));
            ShingleSet::default()
        }));
    }
    let place = |document: DocumentNumber| needed.partition_point(|&other| other < document);
    let mut links = Vec::new();
    let mut take = |a, b, overlap: Overlap| {
        if overlap.jaccard() >= threshold {
            links.push(VerifiedLink { a, b, overlap });
        }
    };
    if pairs.len() < DENSE_PAIRS * needed.len() {
        pairs.iter().for_each(|&(a, b)| take(a, b, sets[place(a)].overlap(&sets[place(b)])));
        return Ok((links, failed));
    }
    let mut sets = NumberedSets::new(sets);
    for of_one in pairs.chunk_by(|one, other| one.0 == other.0) {
        let a = of_one[0].0;
        sets.mark(place(a));
        of_one.iter().for_each(|&(_, b)| take(a, b, sets.overlap_with_marked(place(b))));
    }
    Ok((links, failed))
}

/// Sets of which one is compared with many: shingles are numbered, those of the one are marked, and those of
/// each other looked up. A tenth of the time of going through two sorted sets, once the numbers are there.
struct NumberedSets {
    sets: Vec<Vec<u32>>,
    /// For each shingle the last set marked that holds it.
    marks: Vec<u32>,
    marked: u32,
}

impl NumberedSets {
    fn new(sets: Vec<ShingleSet>) -> Self {
        const NONE: u32 = u32::MAX;
        let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
        let mut number = |shingle: &u64| {
            let next = numbers.len() as u32;
            *numbers.entry(*shingle).or_insert(next)
        };
        let sets = sets.into_iter().map(|set| set.hashes().iter().map(&mut number).collect()).collect();
        NumberedSets { sets, marks: vec![NONE; numbers.len()], marked: NONE }
    }

    fn mark(&mut self, set: usize) {
        self.marked = set as u32;
        self.sets[set].iter().for_each(|&shingle| self.marks[shingle as usize] = self.marked);
    }

    fn overlap_with_marked(&self, set: usize) -> Overlap {
        let others = &self.sets[set];
        let shared = others.iter().map(|&shingle| u32::from(self.marks[shingle as usize] == self.marked));
        let a = self.sets[self.marked as usize].len() as u32;
        Overlap { shared: shared.sum(), a, b: others.len() as u32 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::candidate::table::DocumentEntry;

    proptest! {
        #[test]
        fn marked_sets_overlap_as_sorted_ones(
            texts in prop::collection::vec(prop::collection::vec(0..4u8, 0..40), 1..8),
        ) {
            let set = |words: &Vec<u8>| {
                ShingleSet::of_words(&words.iter().map(|&word| u64::from(word) << 40).collect::<Vec<_>>(), 2)
            };
            let sets: Vec<ShingleSet> = texts.iter().map(set).collect();
            let mut numbered = NumberedSets::new(sets.clone());
            for a in 0..sets.len() {
                numbered.mark(a);
                for b in 0..sets.len() {
                    prop_assert_eq!(numbered.overlap_with_marked(b), sets[a].overlap(&sets[b]));
                }
            }
        }
    }

    #[test]
    fn tasks_hold_whole_neighbourhoods_and_no_more_words_than_stated() {
        let mut documents = DocumentTable::default();
        for number in 0..3000u32 {
            let words = if number < 2000 { 10 } else { 3000 };
            let (location, identity) = Default::default();
            let entry =
                DocumentEntry { location, identity, words, unix_seconds: None, source: None, language: None };
            documents.push(&number.to_string(), entry).unwrap();
        }
        // Eight hundred neighbourhoods of one pair, one of all pairs of forty documents, one of long
        // documents.
        let mut of: Vec<(u32, DocumentPair)> =
            (0..800).map(|first| (2 * first, (2 * first, 2 * first + 1))).collect();
        of.extend((1600..1640).flat_map(|a| (a + 1..1640).map(move |b| (1600, (a, b)))));
        of.extend((2001..3000).map(|b| (2000, (2000, b))));
        let tasks = cut_into_tasks(&documents, &of);
        assert_eq!(tasks[0], 0..512);
        assert_eq!(tasks[1], 512..800 + 780);
        assert!(tasks.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(tasks.last().unwrap().end, of.len());
        assert_eq!(tasks.len(), 2 + 999 * 3000 / 1_000_000 + 1);
    }
}
