//! Document frequencies of the word runs that pairs have in common, counted in one more pass.

use std::io;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use crate::analysis::gram_slots::{COUNT_BITS, COUNT_MAX};
use crate::article::DocumentNumber;
use crate::barrier::{Stage, guarded};
use crate::candidate::DocumentTable;
use crate::collection::{ArticleRef, Collection};
use crate::error::Result;
use crate::evidence::background::{ALL_GRAMS, Background};
use crate::evidence::rarity::RARE_MAX_OTHERS;
use crate::faults;
use crate::pipeline::gram_counts::GramCounts;
use crate::pipeline::gram_hints::GramHints;
use crate::pipeline::gram_lanes::GramLanes;
pub use crate::pipeline::shared_grams::{Counted, Sharing};
use crate::pipeline::shared_grams::{WantedGrams, gather, grams_of};
use crate::progress::{Progress, Work, go_on};
use crate::work::{Resources, StageReader, StageWriter, Stored};

/// Runs are counted in a table of up to this share of the memory and this size; if there are more, in lanes,
/// whose tables are no larger together.
const TABLE_PERCENT: u64 = 30;
const TABLE_BYTES: u64 = 1 << 30;
/// What tells runs that are wanted, while they go into lanes, …
const HINTS_PERCENT: u64 = 20;
const HINTS_BYTES: u64 = 1 << 30;
/// … and what is held of lanes.
const LANES_PERCENT: u64 = 5;
const LANES_BYTES: u64 = 256 << 20;
/// Lanes at most: each has a block of 64 KiB open.
const LANES_MAX: usize = 128;
/// Runs in this many documents are rare for every pair, whichever of its own documents are among them: they
/// need not be told from those that are in none.
const RARE_FOR_ALL: u64 = RARE_MAX_OTHERS as u64;
/// What the count ends with is frequent for every pair.
const _: () = assert!(COUNT_MAX > RARE_MAX_OTHERS as u64 + 2);

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
    let table_grams = work.share_bytes(TABLE_PERCENT, TABLE_BYTES) / GramCounts::GRAM_BYTES;
    let mut frequencies = loop {
        if grams > table_grams {
            break counted_in_lanes(corpus, work, &wanted, (grams, table_grams), progress)?;
        }
        match counted_at_once(corpus, work, &wanted, grams, progress)? {
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

/// Counts about so many grams in one table; `None` where they were more.
fn counted_at_once<C: Collection>(
    corpus: &Counted<'_, C>,
    work: &Resources,
    wanted: &WantedGrams<'_>,
    grams: usize,
    progress: &dyn Progress,
) -> Result<Option<Frequencies>> {
    let counts = GramCounts::new(grams + grams / 16);
    let visit = |gram: u64| {
        if !counts.is_overfull() {
            counts.insert(gram)
        }
    };
    gather(corpus, work, wanted, visit, progress)?;
    if counts.is_overfull() {
        return Ok(None);
    }
    let sift = |grams: &mut Vec<u64>| counts.sift(grams);
    let frequent = Mutex::new(Vec::new());
    let add_document = |grams: &[u64]| {
        let mut risen = Vec::new();
        counts.add_document(grams, RARE_FOR_ALL, |gram| risen.push(gram));
        if !risen.is_empty() {
            frequent.lock().unwrap_or_else(PoisonError::into_inner).append(&mut risen);
        }
    };
    pass_documents(corpus, sift, add_document, progress)?;
    let mut frequencies = Frequencies::default();
    frequencies.add(&frequent.into_inner().unwrap_or_else(PoisonError::into_inner), &counts);
    Ok(Some(frequencies))
}

/// Counts about so many grams in lanes, of which a table holds so many together.
fn counted_in_lanes<C: Collection>(
    corpus: &Counted<'_, C>,
    work: &Resources,
    wanted: &WantedGrams<'_>,
    (grams, table_grams): (usize, usize),
    progress: &dyn Progress,
) -> Result<Frequencies> {
    // each thread has a table
    let lanes =
        grams.div_ceil(table_grams.max(1)).saturating_mul(rayon::current_num_threads()).min(LANES_MAX);
    let lanes = || GramLanes::new(lanes, work, work.share_bytes(LANES_PERCENT, LANES_BYTES));
    let hints =
        GramHints::new(grams.min(work.share_bytes(HINTS_PERCENT, HINTS_BYTES) / GramHints::GRAM_BYTES));
    let (lanes_wanted, lanes_met) = (lanes(), lanes());
    let visit = |gram: u64| {
        hints.insert(gram);
        lanes_wanted.push(gram);
    };
    gather(corpus, work, wanted, visit, progress)?;
    let wanted = lanes_wanted.finish()?;
    let add_document = |grams: &[u64]| grams.iter().for_each(|&gram| lanes_met.push(gram));
    pass_documents(corpus, |grams| hints.sift(grams), add_document, progress)?;
    drop(hints);
    let met = lanes_met.finish()?;
    let in_lanes = wanted.par_iter().zip(&met).map(|(wanted, met)| {
        go_on(progress)?;
        let mut frequent = Vec::new();
        let counts = wanted.counted(met, RARE_FOR_ALL, |gram| frequent.push(gram))?;
        let mut frequencies = Frequencies::default();
        frequencies.add(&frequent, &counts);
        Ok(frequencies.0)
    });
    let in_lanes: Vec<Vec<u64>> = in_lanes.collect::<Result<_>>()?;
    Ok(Frequencies(in_lanes.concat()))
}

/// Adds each document that counts, by its distinct grams, of which `sift` keeps those that may be wanted.
fn pass_documents<C: Collection>(
    corpus: &Counted<'_, C>,
    sift: impl Fn(&mut Vec<u64>) + Sync,
    add: impl Fn(&[u64]) + Sync,
    progress: &dyn Progress,
) -> Result<()> {
    progress.stage("counting rare words", Some(corpus.documents.len() as u64));
    let work = |articles: &[ArticleRef<'_>]| {
        let (mut words, mut grams, mut failed) = (Vec::new(), Vec::new(), Vec::new());
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
                    sift(&mut grams);
                    grams.sort_unstable();
                    grams.dedup();
                },
            );
            match done {
                Ok(()) => add(&grams),
                Err(fault) => {
                    let of = (article.id.as_ref(), article.location, Some(article.line));
                    failed.push(faults::of_article(corpus.collection, of, &fault));
                }
            }
        }
        (articles.len() as u64, failed)
    };
    corpus.collection.pass(work, |(articles, failed)| {
        go_on(progress)?;
        progress.count(Work::Tokenised, articles);
        failed.into_iter().for_each(|rejection| corpus.rejections.reject(rejection));
        progress.advance(articles);
        Ok(())
    })
}

/// The document of an article on a later pass; `None` for one that was refused on the first.
fn number_at(documents: &DocumentTable, article: &ArticleRef<'_>) -> Option<DocumentNumber> {
    documents.locations().binary_search(&article.location).ok().map(|number| number as DocumentNumber)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::article::Article;
    use crate::candidate::{self, CandidateSettings};
    use crate::collection::MemoryCollection;
    use crate::pipeline::article_cache::Made;
    use crate::pipeline::pairs::Pair;
    use crate::pipeline::shared_grams::Grams;
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
        assert!(counted_at_once(&corpus, &works[0], &wanted, 1, &NoProgress).unwrap().is_none());
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
