//! Tier 4: translations, by names and figures in common, between representatives in different languages
//! alone.
//!
//! A collection in one language costs nothing here. In others the articles of all languages but the most
//! frequent one are read, some at a time, and their keys ([`crate::analysis::crossing`]) laid out; one pass
//! over the collection then asks for each article which of them have most of its keys. Of those that ask for it an
//! article that is laid out keeps the best: so the pairs are few wherever one language is nearly alone. A text
//! whose language is not known is in no other language.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::copies::CopyClusters;
use super::reach::Reach;
use super::table::DocumentTable;
use crate::Result;
use crate::analysis::crossing;
use crate::article::DocumentNumber;
use crate::barrier::{Stage, guarded};
use crate::collection::Collection;
use crate::progress::{Progress, Work, go_on};
use crate::shingle::count_in_both;

/// So many articles are laid out at once: 128 keys of 8 bytes each. What is found depends on it, and so it is
/// no setting.
const LAID_OUT: usize = 32_768;
/// They are read so many at a time.
const READ_AT_ONCE: usize = 1024;
/// A key that more of them hold is no sign of any.
pub const DOCUMENTS_MAX: usize = 64;
/// Keys that an article and its translation have in common at least, …
const SHARED_MIN: usize = 2;
/// … and as a share of those of the one that has fewer.
const SHARED_MIN_SHARE: f64 = 0.1;
/// Counterparts that an article asks for, and that are kept of each article laid out: the best.
pub const KEPT: usize = 3;

/// What a key weighs that so many of the articles laid out hold.
pub fn weight(laid_out: usize, holding: usize) -> f32 {
    1.0 + (laid_out.max(2) as f32 / holding.max(1) as f32).log2()
}

/// How much two articles have in common, by what the keys in common weigh, how many they are, and how many
/// keys each has; `None` where that is not enough.
pub fn likeness(weight: f32, shared: usize, [one, other]: [usize; 2]) -> Option<f32> {
    let fewer = one.min(other);
    let is_enough = shared >= SHARED_MIN && shared as f64 >= SHARED_MIN_SHARE * fewer as f64;
    is_enough.then(|| weight / (fewer.max(1) as f32).sqrt())
}

/// A counterpart and how much is in common: better ones first.
type Counterpart = (f32, DocumentNumber);

/// Pairs of representatives that may be translations of one another, in order.
pub(super) fn find(
    collection: &impl Collection,
    documents: &DocumentTable,
    copies: &CopyClusters,
    reach: &Reach,
    progress: &dyn Progress,
) -> Result<Vec<(DocumentNumber, DocumentNumber)>> {
    let fewer = of_fewer_languages(documents, copies);
    let mut pairs = Vec::new();
    for some in fewer.chunks(LAID_OUT) {
        let layout = KeyPostings::of(collection, documents, some, progress)?;
        progress.stage("translations", collection.total_bytes());
        let mut best_of: BTreeMap<DocumentNumber, Vec<Counterpart>> = BTreeMap::new();
        collection.pass(
            |articles| {
                progress.advance(articles.iter().map(|article| u64::from(article.location.length)).sum());
                progress.count(Work::Tokenised, articles.len() as u64);
                let mut found = Vec::new();
                for article in articles {
                    let Ok(number) = documents.locations().binary_search(&article.location) else { continue };
                    let document = number as DocumentNumber;
                    let language = documents.language(document);
                    let is_copy = copies.representative[number] != document;
                    if is_copy || documents.words(document) == 0 || language.is_none() {
                        continue;
                    }
                    let is_allowed = |other: DocumentNumber| {
                        documents.language(other) != language && reach.allows(document, other)
                    };
                    let keys = || layout.best(&crossing::keys(&article.text), documents, is_allowed);
                    // the article itself was told of where the first pass failed at it
                    let best = guarded(Stage::FirstPass, |wanted| wanted == article.id, keys);
                    found.push((document, best.unwrap_or_default()));
                }
                found
            },
            |found: Vec<(DocumentNumber, Vec<Counterpart>)>| {
                go_on(progress)?;
                for (document, best) in found {
                    for (score, other) in best {
                        best_of.entry(other).or_default().push((score, document));
                    }
                }
                Ok(())
            },
        )?;
        for (other, mut found) in best_of {
            sort(&mut found, documents);
            pairs.extend(
                found.iter().take(KEPT).map(|&(_, document)| (document.min(other), document.max(other))),
            );
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    progress.count(Work::Candidate, pairs.len() as u64);
    Ok(pairs)
}

/// Representatives in all known languages but the most frequent one.
fn of_fewer_languages(documents: &DocumentTable, copies: &CopyClusters) -> Vec<DocumentNumber> {
    let known = || {
        let with_words = copies.representatives().filter(|&document| documents.words(document) > 0);
        with_words.filter_map(|document| Some((document, documents.language(document)?)))
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    known().for_each(|(_, language)| *counts.entry(language).or_default() += 1);
    let most = counts.iter().max_by_key(|(_, count)| **count).map(|(language, _)| *language);
    known().filter(|&(_, language)| Some(language) != most).map(|(document, _)| document).collect()
}

fn sort(found: &mut [Counterpart], documents: &DocumentTable) {
    let by_date = |one: &Counterpart, other: &Counterpart| documents.by_date(one.1, other.1);
    found.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then_with(|| by_date(one, other)));
}

/// Articles by their keys.
struct KeyPostings {
    /// Ascending.
    postings: Vec<(u32, u32)>,
    documents: Vec<DocumentNumber>,
    keys: Vec<Vec<u32>>,
}

impl KeyPostings {
    fn of(
        collection: &impl Collection,
        documents: &DocumentTable,
        some: &[DocumentNumber],
        progress: &dyn Progress,
    ) -> Result<KeyPostings> {
        let mut keys: Vec<Vec<u32>> = Vec::with_capacity(some.len());
        for documents_read in some.chunks(READ_AT_ONCE) {
            go_on(progress)?;
            progress.count(Work::Tokenised, documents_read.len() as u64);
            let read = documents_read.par_iter().map(|&document| {
                let article = collection.read(documents.location(document))?;
                let keys = || crossing::keys(&article.text);
                Ok(guarded(Stage::FirstPass, |wanted| wanted == article.id, keys).unwrap_or_default())
            });
            keys.extend(read.collect::<Result<Vec<_>>>()?);
        }
        let mut postings: Vec<(u32, u32)> =
            (0..).zip(&keys).flat_map(|(at, keys)| keys.iter().map(move |&key| (key, at))).collect();
        postings.sort_unstable();
        Ok(KeyPostings { postings, documents: some.to_vec(), keys })
    }

    /// The articles with most of these keys, best first.
    fn best(
        &self,
        keys: &[u32],
        documents: &DocumentTable,
        is_allowed: impl Fn(DocumentNumber) -> bool,
    ) -> Vec<Counterpart> {
        let mut weights: FxHashMap<u32, f32> = FxHashMap::default();
        for &key in keys {
            let start = self.postings.partition_point(|posting| posting.0 < key);
            let holding = self.postings[start..].partition_point(|posting| posting.0 == key);
            if holding <= DOCUMENTS_MAX {
                let weight = weight(self.documents.len(), holding);
                for &(_, at) in &self.postings[start..start + holding] {
                    *weights.entry(at).or_default() += weight;
                }
            }
        }
        let mut found: Vec<Counterpart> = weights
            .into_iter()
            .filter(|&(at, _)| is_allowed(self.documents[at as usize]))
            .filter_map(|(at, weight)| {
                let own = &self.keys[at as usize];
                let likeness = likeness(weight, count_in_both(keys, own), [keys.len(), own.len()])?;
                Some((likeness, self.documents[at as usize]))
            })
            .collect();
        sort(&mut found, documents);
        found.truncate(KEPT);
        found
    }
}
