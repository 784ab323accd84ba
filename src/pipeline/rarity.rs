//! Document frequencies of the word runs that pairs have in common, counted in one more pass.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::article::{Article, DocumentNumber};
use crate::candidate::{CopyClusters, DocumentTable};
use crate::collection::{ArticleRef, Collection};
use crate::error::Result;
use crate::evidence::background::{Background, GRAM_WORDS, fold};
use crate::normalise::words::word_hashes;
use crate::pipeline::pairs::{Pair, Surroundings};
use crate::pipeline::workshop::{Made, Workshop};
use crate::progress::{Progress, go_on};
use crate::work::Workplace;

/// Pairs whose common runs are gathered together.
const PAIRS_AT_ONCE: usize = 8192;

/// The distinct grams of one article, sorted.
struct Grams(Box<[u64]>);

impl Made for Grams {
    fn make(article: &Article) -> Self {
        let mut grams = Vec::new();
        grams_of(&article.text, &mut Vec::new(), |gram| grams.push(gram));
        grams.sort_unstable();
        grams.dedup();
        Grams(grams.into_boxed_slice())
    }

    fn held_bytes(&self) -> usize {
        8 * self.0.len() + 64
    }
}

/// Counts in how many documents the runs of four words stand that both documents of any pair hold. Pairs are gone through
/// in the given order.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn of_shared<C: Collection>(
    around: &Surroundings<'_, C>,
    pairs: &[Pair],
    order: &[usize],
    progress: &dyn Progress,
) -> Result<Background> {
    let grams = shared_grams(around.collection, around.documents, around.work, pairs, order, progress)?;
    count(around.collection, around.documents, around.copies, grams, progress)
}

/// The runs of four words that both documents of any pair hold. Pairs are gone through in the given order.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn shared_grams<C: Collection>(
    collection: &C,
    documents: &DocumentTable,
    work: &Workplace,
    pairs: &[Pair],
    order: &[usize],
    progress: &dyn Progress,
) -> Result<FxHashSet<u64>> {
    progress.stage("finding common words", Some(pairs.len() as u64));
    let mut workshop: Workshop<'_, C, Grams> = Workshop::new(collection, documents, work);
    let mut grams = FxHashSet::default();
    for chunk in order.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        workshop.make_ready(chunk.iter().flat_map(|&at| [pairs[at].0, pairs[at].1]).collect())?;
        let shared: Vec<Vec<u64>> = chunk
            .par_iter()
            .map(|&at| shared(&workshop.get(pairs[at].0).0, &workshop.get(pairs[at].1).0))
            .collect();
        grams.extend(shared.into_iter().flatten());
        progress.advance(chunk.len() as u64);
    }
    Ok(grams)
}

fn shared(one: &[u64], other: &[u64]) -> Vec<u64> {
    let (mut at_one, mut at_other) = (0, 0);
    let mut shared = Vec::new();
    while at_one < one.len() && at_other < other.len() {
        let (left, right) = (one[at_one], other[at_other]);
        if left == right {
            shared.push(left);
        }
        at_one += usize::from(left <= right);
        at_other += usize::from(right <= left);
    }
    shared
}

/// Visits the hash of each run of four words.
fn grams_of(text: &str, words: &mut Vec<u64>, mut visit: impl FnMut(u64)) {
    words.clear();
    word_hashes(text, |hash| words.push(hash.word));
    for window in words.windows(GRAM_WORDS) {
        visit(window.iter().fold(0, |gram, word| fold(gram, *word)));
    }
}

/// Counts in how many documents each of `grams` stands; of a cluster of copies the representative alone counts.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
fn count(
    collection: &impl Collection,
    documents: &DocumentTable,
    copies: &CopyClusters,
    grams: FxHashSet<u64>,
    progress: &dyn Progress,
) -> Result<Background> {
    let mut representatives = vec![false; documents.len()];
    for document in copies.representatives() {
        representatives[document as usize] = true;
    }
    count_of(collection, documents, &representatives, grams, progress)
}

/// Counts in how many of the documents that count each of `grams` stands.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn count_of(
    collection: &impl Collection,
    documents: &DocumentTable,
    is_counted: &[bool],
    grams: FxHashSet<u64>,
    progress: &dyn Progress,
) -> Result<Background> {
    progress.stage("counting rare words", Some(documents.len() as u64));
    let mut background = Background::of_interest(grams.iter().copied());
    let work = |articles: &[ArticleRef<'_>]| {
        let mut words: Vec<u64> = Vec::new();
        let mut found: Vec<Vec<u64>> = Vec::new();
        for article in articles {
            let Some(document) = number_at(documents, article) else { continue };
            if !is_counted[document as usize] {
                continue;
            }
            let mut held: Vec<u64> = Vec::new();
            grams_of(&article.text, &mut words, |gram| {
                if grams.contains(&gram) {
                    held.push(gram);
                }
            });
            held.sort_unstable();
            held.dedup();
            found.push(held);
        }
        (articles.len() as u64, found)
    };
    collection.pass(work, |(articles, found)| {
        go_on(progress)?;
        progress.advance(articles);
        found.into_iter().for_each(|held| background.add_document(held));
        Ok(())
    })?;
    Ok(background)
}

/// The document of an article on a later pass; `None` for one that was refused on the first.
fn number_at(documents: &DocumentTable, article: &ArticleRef<'_>) -> Option<DocumentNumber> {
    documents.locations().binary_search(&article.location).ok().map(|number| number as DocumentNumber)
}
