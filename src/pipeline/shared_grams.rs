//! The runs of four words that documents have in common: those whose frequency is asked for.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::analysis::grams::grams;
use crate::article::{Article, DocumentNumber};
use crate::barrier::{Stage, guarded};
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::faults;
use crate::normalise::words::word_hashes;
use crate::pipeline::article_cache::{ArticleCache, Made};
use crate::pipeline::pairs::Pair;
use crate::pipeline::twins;
use crate::progress::{Progress, Quiet, Work, go_on};
use crate::rejection::RejectionSink;
use crate::shingle::sorted_by_hash;
use crate::work::Resources;

/// Pairs whose common runs are gathered together.
const PAIRS_AT_ONCE: usize = 8192;
/// … and groups.
const GROUPS_AT_ONCE: usize = 1024;
/// Of so many groups one tells how many runs there will be, …
const SAMPLE_ONE_IN: usize = 32;
/// … with so much to spare, …
const SAMPLE_MARGIN: f64 = 1.15;
/// … and so many runs, since a few groups tell little.
const SAMPLE_SPARE: usize = 1 << 15;

/// Documents whose common runs of words are counted.
#[derive(Clone, Copy, Default)]
pub struct Sharing<'a> {
    /// What both documents of a pair hold.
    pub pairs: &'a [Pair],
    /// The positions of these pairs, or of some of them, as they are visited.
    pub order: &'a [usize],
    /// What any two of one group hold. No document is in two of them.
    pub groups: &'a [&'a [DocumentNumber]],
}

/// The documents among which is counted.
pub struct Counted<'a, C> {
    pub collection: &'a C,
    pub documents: &'a DocumentTable,
    /// By document, whether it counts: of a cluster of copies one.
    pub is_counted: &'a [bool],
    /// Where an article goes at which retold fails.
    pub rejections: &'a dyn RejectionSink,
}

/// The distinct grams of one article, sorted.
pub(super) struct Grams(pub Box<[u64]>);

impl Made for Grams {
    const STAGE: Stage = Stage::Rarity;

    fn make(article: &Article) -> Self {
        let mut grams = Vec::new();
        grams_of(&article.text, &mut Vec::new(), &mut grams);
        let mut grams = sorted_by_hash(grams, |&gram| gram);
        grams.dedup();
        Grams(grams.into_boxed_slice())
    }

    fn held_bytes(&self) -> usize {
        8 * self.0.len() + 64
    }
}

/// Where the grams to be counted are found.
pub(super) struct WantedGrams<'a> {
    /// Documents that hold, next to nothing else, what they have in common with a copy of theirs.
    whole: Vec<DocumentNumber>,
    /// Of these both documents are looked into.
    pairs: Vec<Pair>,
    /// Of these all documents are, each text once.
    groups: &'a [&'a [DocumentNumber]],
}

impl<'a> WantedGrams<'a> {
    pub fn of<C>(corpus: &Counted<'_, C>, sharing: Sharing<'a>) -> Self {
        let Sharing { pairs, order, groups } = sharing;
        let mut wanted = WantedGrams { whole: Vec::new(), pairs: Vec::new(), groups };
        let is_counted = |document: DocumentNumber| corpus.is_counted[document as usize];
        for &(a, b) in order.iter().map(|&at| &pairs[at]) {
            // A copy does not count beside the one that represents it.
            match (is_counted(a), is_counted(b), twins::may_be_twins(corpus.documents, (a, b))) {
                (true, false, _) | (true, true, true) | (false, false, true) => wanted.whole.push(a),
                (false, true, _) => wanted.whole.push(b),
                _ => wanted.pairs.push((a, b)),
            }
        }
        wanted.whole.sort_unstable();
        wanted.whole.dedup();
        wanted
    }

    /// There are about so many distinct grams: of many groups some are gone through for it.
    pub fn grams_expected<C: Collection>(
        &self,
        corpus: &Counted<'_, C>,
        progress: &dyn Progress,
    ) -> Result<usize> {
        let WantedGrams { whole, pairs, groups } = self;
        let apart = WantedGrams { whole: whole.clone(), pairs: pairs.clone(), groups: &[] };
        let words = |groups: &mut dyn Iterator<Item = &&[DocumentNumber]>| -> usize {
            groups.copied().flatten().map(|&document| corpus.documents.words(document) as usize).sum()
        };
        let sample: Vec<&[DocumentNumber]> = groups.iter().copied().step_by(SAMPLE_ONE_IN).collect();
        let visited = AtomicUsize::new(0);
        let visit = |_| {
            visited.fetch_add(1, Ordering::Relaxed);
        };
        gather_in_groups(corpus, &sample, &visit, &Quiet(progress))?;
        let share = visited.into_inner() as f64 / words(&mut sample.iter()).max(1) as f64;
        let in_groups = words(&mut groups.iter()) as f64 * share * SAMPLE_MARGIN;
        Ok(apart.grams_max(corpus.documents) + in_groups as usize + SAMPLE_SPARE)
    }

    /// There are no more distinct grams than this.
    pub fn grams_max(&self, documents: &DocumentTable) -> usize {
        let words = |document: DocumentNumber| documents.words(document) as usize;
        let whole: usize = self.whole.iter().map(|&document| words(document)).sum();
        let by_pairs: usize = self.pairs.iter().map(|&(a, b)| words(a).min(words(b))).sum();
        let mut held: Vec<DocumentNumber> = self.pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        held.sort_unstable();
        held.dedup();
        let in_groups: usize = self.groups.iter().copied().flatten().map(|&document| words(document)).sum();
        // Each stands in two documents at least.
        whole + by_pairs.min(held.into_iter().map(words).sum::<usize>() / 2) + in_groups / 2
    }
}

/// Visits the runs of four words that both documents of any pair hold, or two of any group, and some that one
/// of two copies holds.
pub(super) fn gather<C: Collection>(
    corpus: &Counted<'_, C>,
    work: &Resources,
    wanted: &WantedGrams<'_>,
    visit: impl Fn(u64) + Sync,
    progress: &dyn Progress,
) -> Result<()> {
    let grouped: usize = wanted.groups.iter().map(|group| group.len()).sum();
    let total = wanted.whole.len() + wanted.pairs.len() + grouped;
    progress.stage("finding common words", Some(total as u64));
    gather_in_groups(corpus, wanted.groups, &visit, progress)?;
    for chunk in wanted.whole.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        let done = chunk.par_iter().map_init(<(Vec<u64>, Vec<u64>)>::default, |(words, grams), &document| {
            let location = corpus.documents.location(document);
            let article = corpus.collection.read(location)?;
            let done = guarded(
                Stage::Rarity,
                |wanted| wanted == article.id,
                || {
                    grams.clear();
                    grams_of(&article.text, words, grams);
                    grams.iter().for_each(|&gram| visit(gram));
                },
            );
            let told = |fault| faults::of_article(corpus.collection, (&article.id, location, None), &fault);
            Ok::<_, Error>(done.err().map(told))
        });
        let failed: Vec<_> = done.collect::<Result<_>>()?;
        failed.into_iter().flatten().for_each(|rejection| corpus.rejections.reject(rejection));
        progress.count(Work::Tokenised, chunk.len() as u64);
        progress.advance(chunk.len() as u64);
    }
    let mut cache: ArticleCache<'_, C, Grams> =
        ArticleCache::new(corpus.collection, corpus.documents, work, corpus.rejections);
    for chunk in wanted.pairs.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        let read = cache.make_ready(chunk.iter().flat_map(|&(a, b)| [a, b]).collect())?;
        progress.count(Work::Tokenised, read);
        let both = chunk.par_iter().filter_map(|&pair| cache.get_both(pair));
        both.for_each(|(one, other)| shared(&one.0, &other.0, &visit));
        progress.advance(chunk.len() as u64);
    }
    Ok(())
}

/// Visits the runs of words that two documents of a group hold.
fn gather_in_groups<C: Collection>(
    corpus: &Counted<'_, C>,
    groups: &[&[DocumentNumber]],
    visit: &(impl Fn(u64) + Sync),
    progress: &dyn Progress,
) -> Result<()> {
    for chunk in groups.chunks(GROUPS_AT_ONCE) {
        go_on(progress)?;
        let done = chunk.par_iter().map_init(<(Vec<u64>, Vec<u64>)>::default, |(words, grams), group| {
            let mut texts: Vec<(u128, DocumentNumber)> =
                group.iter().map(|&document| (corpus.documents.identity(document), document)).collect();
            texts.sort_unstable();
            let (mut held, mut failed) = (Vec::new(), Vec::new());
            let of_texts = texts.chunk_by(|one, other| one.0 != 0 && one.0 == other.0);
            for (printings, text) in of_texts.zip(0_u32..) {
                let location = corpus.documents.location(printings[0].1);
                let article = corpus.collection.read(location)?;
                let is_subject = |wanted: &str| wanted == article.id;
                grams.clear();
                let done = guarded(Stage::Rarity, is_subject, || grams_of(&article.text, words, grams));
                if let Err(fault) = done {
                    let of = (article.id.as_str(), location, None);
                    failed.push(faults::of_article(corpus.collection, of, &fault));
                    continue;
                }
                // its printings have all of them in common
                if printings.len() > 1 {
                    grams.iter().for_each(|&gram| visit(gram));
                }
                held.extend(grams.iter().map(|&gram| (gram, text)));
            }
            let held = sorted_by_hash(held, |&(gram, _)| gram);
            let of_grams = held.chunk_by(|one, other| one.0 == other.0);
            of_grams.filter(|held| held[0].1 != held[held.len() - 1].1).for_each(|held| visit(held[0].0));
            Ok::<_, Error>(failed)
        });
        let failed: Vec<_> = done.collect::<Result<_>>()?;
        failed.into_iter().flatten().for_each(|rejection| corpus.rejections.reject(rejection));
        let documents: usize = chunk.iter().map(|group| group.len()).sum();
        progress.count(Work::Tokenised, documents as u64);
        progress.advance(documents as u64);
    }
    Ok(())
}

fn shared(one: &[u64], other: &[u64], visit: impl Fn(u64)) {
    let (mut at_one, mut at_other) = (0, 0);
    while at_one < one.len() && at_other < other.len() {
        let (left, right) = (one[at_one], other[at_other]);
        if left == right {
            visit(left);
        }
        at_one += usize::from(left <= right);
        at_other += usize::from(right <= left);
    }
}

/// Appends the hash of each run of four words.
pub(super) fn grams_of(text: &str, words: &mut Vec<u64>, found: &mut Vec<u64>) {
    words.clear();
    word_hashes(text, |hash| words.push(hash.word));
    found.extend(grams(words));
}
