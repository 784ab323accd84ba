//! Document frequencies of the word runs that pairs have in common, counted in one more pass.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use crate::analysis::grams::grams;
use crate::article::{Article, DocumentNumber};
use crate::barrier::{Stage, guarded};
use crate::candidate::DocumentTable;
use crate::collection::{ArticleRef, Collection};
use crate::error::{Error, Result};
use crate::evidence::background::{ALL_GRAMS, Background};
use crate::evidence::rarity::RARE_MAX_OTHERS;
use crate::faults;
use crate::normalise::words::word_hashes;
use crate::pipeline::article_cache::{ArticleCache, Made};
use crate::pipeline::gram_counts::{COUNT_BITS, COUNT_MAX, GramCounts};
use crate::pipeline::pairs::Pair;
use crate::pipeline::twins;
use crate::progress::{Progress, Quiet, Work, go_on};
use crate::rejection::RejectionSink;
use crate::shingle::sorted_by_hash;
use crate::work::{Resources, StageReader, StageWriter, Stored};

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
/// Runs are counted in a table of up to this share of the memory and this size; if there are more, in several
/// passes.
const TABLE_PERCENT: u64 = 30;
const TABLE_BYTES: u64 = 1 << 30;
/// Runs in this many documents are rare for every pair, whichever of its own documents are among them: they
/// need not be told from those that are in none.
const RARE_FOR_ALL: u64 = RARE_MAX_OTHERS as u64;
/// What the count ends with is frequent for every pair.
const _: () = assert!(COUNT_MAX > RARE_MAX_OTHERS as u64 + 2);

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

impl Sharing<'_> {
    /// Name of the stage that counts for these. A run counts for those that its search proposes, and again
    /// for parents in families that nobody judged: what was counted for others says nothing of theirs.
    fn stage(&self) -> String {
        let mut hash = Xxh3::new();
        let mut add = |number: u32| hash.update(&number.to_le_bytes());
        add(self.pairs.len() as u32);
        self.pairs.iter().flat_map(|&(a, b)| [a, b]).for_each(&mut add);
        for group in self.groups {
            add(group.len() as u32);
            group.iter().copied().for_each(&mut add);
        }
        format!("rarity-{:016x}", hash.digest())
    }
}

/// What was counted: grams and, in their low bits, the number of documents that hold them.
#[derive(Default)]
struct Frequencies(Vec<u64>);

impl Frequencies {
    fn add(&mut self, grams: &[u64], counts: &GramCounts) {
        self.0.reserve_exact(grams.len());
        self.0.extend(grams.iter().map(|&gram| gram & !COUNT_BITS | counts.count(gram).min(COUNT_MAX)));
    }

    fn background(self, documents: u64) -> Background {
        let frequencies =
            self.0.into_iter().map(|packed| (packed & !COUNT_BITS, (packed & COUNT_BITS) as u32));
        Background::counted(documents, ALL_GRAMS, frequencies)
    }
}

impl Stored for Frequencies {
    fn write(&self, out: &mut StageWriter) -> io::Result<()> {
        out.numbers(&self.0)
    }

    fn read(from: &mut StageReader) -> io::Result<Self> {
        from.numbers().map(Frequencies)
    }
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
struct Grams(Box<[u64]>);

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

/// Counts how many documents hold each run of four words that both documents of some pair hold, or two of
/// some group.
///
/// Only runs that more than a few documents hold are returned, and counted no further than the number from
/// which a run is frequent for every pair. A resumable run counts once, for its own pairs.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn of_shared<C: Collection>(
    corpus: &Counted<'_, C>,
    work: &Resources,
    sharing: Sharing<'_>,
    progress: &dyn Progress,
) -> Result<Background> {
    let documents = corpus.is_counted.iter().filter(|&&is_counted| is_counted).count() as u64;
    let stage = sharing.stage();
    if let Some(frequencies) = work.finished::<Frequencies>(&stage) {
        return Ok(frequencies.background(documents));
    }
    let wanted = WantedGrams::of(corpus, sharing);
    let grams_most = wanted.grams_max(corpus.documents);
    let mut grams = wanted.grams_expected(corpus, progress)?.min(grams_most);
    let mut frequencies = loop {
        match counted(corpus, work, &wanted, grams, progress)? {
            Some(frequencies) => break frequencies,
            None if grams < grams_most => grams = (2 * grams).min(grams_most),
            // cannot be: the table was made for all of them
            None => break Frequencies::default(),
        }
    };
    // what threads found in any order
    frequencies.0.sort_unstable();
    work.keep(&stage, &frequencies)?;
    Ok(frequencies.background(documents))
}

/// Counts about so many grams, in as many passes as the memory asks for; `None` where they were more.
fn counted<C: Collection>(
    corpus: &Counted<'_, C>,
    work: &Resources,
    wanted: &WantedGrams<'_>,
    grams: usize,
    progress: &dyn Progress,
) -> Result<Option<Frequencies>> {
    let table_grams = (work.share_bytes(TABLE_PERCENT, TABLE_BYTES) / GramCounts::GRAM_BYTES).max(1);
    let parts = grams.div_ceil(table_grams).max(1);
    let mut frequencies = Frequencies::default();
    for part in 0..parts {
        // Parts are of about one size, since grams are hashes.
        let is_in_part = |gram: u64| parts == 1 || part_of(gram, parts) == part;
        let counts = GramCounts::new(grams / parts + grams / parts / 16);
        let visit = |gram: u64| {
            if is_in_part(gram) && !counts.is_overfull() {
                counts.insert(gram)
            }
        };
        gather(corpus, work, wanted, visit, progress)?;
        if counts.is_overfull() {
            return Ok(None);
        }
        let frequent = count(corpus, &counts, is_in_part, progress)?;
        frequencies.add(&frequent, &counts);
    }
    Ok(Some(frequencies))
}

fn part_of(gram: u64, parts: usize) -> usize {
    ((u128::from(gram.rotate_left(44)) * parts as u128) >> 64) as usize
}

/// Where the grams to be counted are found.
struct WantedGrams<'a> {
    /// Documents that hold, next to nothing else, what they have in common with a copy of theirs.
    whole: Vec<DocumentNumber>,
    /// Of these both documents are looked into.
    pairs: Vec<Pair>,
    /// Of these all documents are, each text once.
    groups: &'a [&'a [DocumentNumber]],
}

impl<'a> WantedGrams<'a> {
    fn of<C>(corpus: &Counted<'_, C>, sharing: Sharing<'a>) -> Self {
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
    fn grams_expected<C: Collection>(
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
    fn grams_max(&self, documents: &DocumentTable) -> usize {
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
fn gather<C: Collection>(
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
fn grams_of(text: &str, words: &mut Vec<u64>, found: &mut Vec<u64>) {
    words.clear();
    word_hashes(text, |hash| words.push(hash.word));
    found.extend(grams(words));
}

/// Counts in how many of the documents that count each gram of the table stands; told are those in more than
/// a few.
fn count<C: Collection>(
    corpus: &Counted<'_, C>,
    counts: &GramCounts,
    is_in_part: impl Fn(u64) -> bool + Sync,
    progress: &dyn Progress,
) -> Result<Vec<u64>> {
    progress.stage("counting rare words", Some(corpus.documents.len() as u64));
    let mut frequent = Vec::new();
    let work = |articles: &[ArticleRef<'_>]| {
        let (mut words, mut grams, mut risen, mut failed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for article in articles {
            let number = number_at(corpus.documents, article);
            if number.is_none_or(|number| !corpus.is_counted[number as usize]) {
                continue;
            }
            let done = guarded(
                Stage::Rarity,
                |wanted| wanted == article.id,
                || {
                    grams.clear();
                    grams_of(&article.text, &mut words, &mut grams);
                    counts.sift(&mut grams);
                    grams.retain(|&gram| is_in_part(gram));
                    grams.sort_unstable();
                    grams.dedup();
                },
            );
            if let Err(fault) = done {
                let of = (article.id.as_ref(), article.location, Some(article.line));
                failed.push(faults::of_article(corpus.collection, of, &fault));
                continue;
            }
            counts.add_document(&grams, RARE_FOR_ALL, |gram| risen.push(gram));
        }
        (articles.len() as u64, risen, failed)
    };
    corpus.collection.pass(work, |(articles, risen, failed)| {
        go_on(progress)?;
        progress.count(Work::Tokenised, articles);
        failed.into_iter().for_each(|rejection| corpus.rejections.reject(rejection));
        progress.advance(articles);
        frequent.extend(risen);
        Ok(())
    })?;
    Ok(frequent)
}

/// The document of an article on a later pass; `None` for one that was refused on the first.
fn number_at(documents: &DocumentTable, article: &ArticleRef<'_>) -> Option<DocumentNumber> {
    documents.locations().binary_search(&article.location).ok().map(|number| number as DocumentNumber)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::candidate::{self, CandidateSettings};
    use crate::collection::MemoryCollection;
    use crate::progress::NoProgress;

    #[test]
    fn frequencies_are_those_of_counting_by_hand_whatever_the_memory() {
        // Windows of one long text, so that its runs of words stand in one to ten articles.
        let words: Vec<String> = (0..600).map(|number| format!("w{}", number * 7919 % 997)).collect();
        let article = |number: usize| {
            let start = number * 20;
            Article::new(format!("a{number}"), words[start..(start + 200).min(600)].join(" "))
        };
        let articles: Vec<Article> = (0..25).map(article).collect();
        let grams: Vec<BTreeSet<u64>> =
            articles.iter().map(|article| Grams::make(article).0.iter().copied().collect()).collect();
        let collection = MemoryCollection::new(articles);
        let settings = CandidateSettings { copies_only: true, ..CandidateSettings::default() };
        let rejections = std::sync::Mutex::new(Vec::new());
        let found = candidate::find(&collection, &settings, &NoProgress, &rejections).unwrap();
        let is_counted: Vec<bool> = (0..25).map(|number| number != 3).collect();
        let corpus = Counted {
            collection: &collection,
            documents: &found.documents,
            is_counted: &is_counted,
            rejections: &rejections,
        };
        let pairs: Vec<Pair> = (1..25).map(|number| (number - 1, number)).collect();
        let order: Vec<usize> = (0..pairs.len()).collect();
        let shared: BTreeSet<u64> =
            grams.windows(2).flat_map(|pair| pair[0].intersection(&pair[1]).copied()).collect();
        let by_hand = |gram: u64| {
            let holders = (0..25).filter(|&number| is_counted[number] && grams[number].contains(&gram));
            holders.count() as u32
        };
        assert!(
            shared.iter().any(|&gram| by_hand(gram) == 4) && shared.iter().any(|&gram| by_hand(gram) == 3)
        );
        let folder = tempfile::tempdir().unwrap();
        let (kept, _) = Resources::resumable(1 << 20, folder.path().to_owned(), "run").unwrap();
        // a resumable run that counted for a few other pairs before
        of_shared(
            &corpus,
            &kept,
            Sharing { pairs: &pairs[..2], order: &order[..2], groups: &[] },
            &NoProgress,
        )
        .unwrap();
        let works = [1 << 20, 3000].map(|memory_bytes| Resources::new(memory_bytes, std::env::temp_dir()));
        let works: Vec<Resources> = works.into_iter().chain([kept.clone(), kept]).collect();
        // neighbours, each in one group
        let groups: Vec<Vec<DocumentNumber>> =
            (0..25).collect::<Vec<_>>().chunks(4).map(<[DocumentNumber]>::to_vec).collect();
        let groups: Vec<&[DocumentNumber]> = groups.iter().map(Vec::as_slice).collect();
        let in_pairs = Sharing { pairs: &pairs, order: &order, groups: &[] };
        let in_groups = Sharing { pairs: &[], order: &[], groups: &groups };
        let across = [3, 7, 11, 15, 19, 23];
        let in_both = Sharing { pairs: &pairs, order: &across, groups: &groups };
        let in_one_group: BTreeSet<u64> = groups
            .iter()
            .flat_map(|group| {
                let both = group.windows(2).map(|pair| &grams[pair[0] as usize] & &grams[pair[1] as usize]);
                both.flatten().collect::<Vec<_>>()
            })
            .collect();
        // a table that is too small is told, and nothing of it is taken
        let wanted = WantedGrams::of(&corpus, in_groups);
        assert!(counted(&corpus, &works[0], &wanted, 1, &NoProgress).unwrap().is_none());
        let asked = [(in_pairs, &shared), (in_groups, &in_one_group), (in_both, &shared)];
        for (work, (sharing, shared)) in works.iter().flat_map(|work| asked.map(|asked| (work, asked))) {
            let background = of_shared(&corpus, work, sharing, &NoProgress).unwrap();
            assert_eq!(background.documents, 24);
            for &gram in grams.iter().flatten() {
                let frequency = Some(by_hand(gram)).filter(|&count| count > 3).unwrap_or(0);
                // What none shares is not asked for: it may have been counted beside what a copy shares.
                let is_asked = shared.contains(&gram);
                let found = background.frequency(gram);
                assert!(found == frequency || (found == 0 && !is_asked), "{gram}: {found}, not {frequency}");
            }
        }
    }
}
