//! Document frequencies of the word runs that candidate pairs share, counted in one more pass.

use rustc_hash::FxHashSet;

use crate::article::DocumentNumber;
use crate::candidate::{CopyClusters, DocumentTable};
use crate::collection::{ArticleRef, Collection};
use crate::error::Result;
use crate::evidence::background::{Background, GRAM_WORDS, fold};
use crate::normalise::words::word_hashes;
use crate::progress::{Progress, go_on};

/// Counts in how many documents each of `grams` stands; of a cluster of copies the representative alone counts.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn count(
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
            words.clear();
            word_hashes(&article.text, |hash| words.push(hash.word));
            let mut held: Vec<u64> = words
                .windows(GRAM_WORDS)
                .map(|window| window.iter().fold(0, |gram, word| fold(gram, *word)))
                .filter(|gram| grams.contains(gram))
                .collect();
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
