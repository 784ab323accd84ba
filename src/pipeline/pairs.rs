//! Scores given pairs: evidence and verdict for each, with the rarity of what they share where there is a
//! background.

use std::cell::Cell;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::align::Scratch;
use crate::article::DocumentNumber;
use crate::barrier::{Fault, Stage, guarded};
use crate::candidate::{CopyClusters, DocumentTable};
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::Prepared;
use crate::evidence::background::{Background, PairBackground};
use crate::family::Link;
use crate::faults;
use crate::judge::Outlook;
use crate::pipeline::article_cache::ArticleCache;
use crate::pipeline::cascade::Judging;
use crate::pipeline::locality;
use crate::pipeline::rarity::{self, Counted, Sharing};
use crate::pipeline::twins::{self, TwinOutcome};
use crate::progress::{Progress, Work, go_on};
use crate::rejection::RejectionSink;
use crate::row::PairRow;
use crate::work::Resources;

/// At most so many pairs are prepared and scored together, and pairs of at most so many bytes of what is
/// prepared.
const PAIRS_AT_ONCE: usize = 256;
pub(super) const BYTES_AT_ONCE: u64 = 48 << 20;

/// Of pairs that are scored together a thread takes so many in a row.
const PAIRS_A_TASK: usize = 16;

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Does work with the thread's memory for alignments, which is thrown away where the work fails.
pub(super) fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    let mut scratch = SCRATCH.take().unwrap_or_default();
    let done = work(&mut scratch);
    SCRATCH.set(Some(scratch));
    done
}

/// Two documents to be compared.
pub type Pair = (DocumentNumber, DocumentNumber);

/// What the pairs' documents stand among.
pub struct PairContext<'a, C> {
    pub work: &'a Resources,
    pub collection: &'a C,
    pub documents: &'a DocumentTable,
    pub copies: &'a CopyClusters,
    /// Whether the collection is large enough, and meant, to tell what is rare.
    pub is_background: bool,
    /// Where articles and pairs go at which retold fails.
    pub rejections: &'a dyn RejectionSink,
}

impl<C: Collection> PairContext<'_, C> {
    /// How rare is what these have in common; of copies one counts.
    pub(super) fn rarity(&self, sharing: Sharing<'_>, progress: &dyn Progress) -> Result<Background> {
        let mut is_counted = vec![false; self.documents.len()];
        self.copies.representatives().for_each(|document| is_counted[document as usize] = true);
        let PairContext { work, collection, documents, rejections, .. } = *self;
        let corpus = Counted { collection, documents, is_counted: &is_counted, rejections };
        rarity::of_shared(&corpus, work, sharing, progress)
    }

    /// Positions of those pairs that tell what is rare in all of them, in their order: of texts that were
    /// printed many times one pair does.
    pub(super) fn telling(&self, pairs: &[Pair]) -> Vec<usize> {
        let mut texts = FxHashSet::default();
        let tells = |&at: &usize| {
            !twins::may_be_twins(self.documents, pairs[at])
                || texts.insert(self.documents.identity(pairs[at].0))
        };
        locality::order(pairs, (0..pairs.len()).filter(tells).collect())
    }

    /// Articles to be made ready.
    pub(super) fn articles(&self) -> ArticleCache<'_, C, Prepared> {
        ArticleCache::new(self.collection, self.documents, self.work, self.rejections)
    }

    /// Articles that are made ready together take so much memory, about.
    pub(super) fn bytes_at_once(&self) -> usize {
        self.work.share_bytes(8, BYTES_AT_ONCE)
    }

    /// … of which one takes so much.
    pub(super) fn prepared_bytes(&self, document: DocumentNumber) -> usize {
        Prepared::BYTES_PER_WORD * self.documents.words(document) as usize
    }

    /// Tells of a pair at which retold failed.
    pub(super) fn tell(&self, (a, b): Pair, fault: &Fault) {
        let PairContext { collection, documents, .. } = *self;
        let first = (documents.id(a), documents.location(a));
        self.rejections.reject(faults::of_pair(collection, first, documents.id(b), fault));
    }
}

/// A scored pair as families see it, and what was made of its row.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored<R> {
    pub link: Link,
    pub row: R,
}

impl<R> Scored<R> {
    /// Of a row and the documents that it is about.
    pub(crate) fn new(
        row: PairRow,
        [a, b]: [(DocumentNumber, &str); 2],
        made: impl Fn(PairRow) -> R,
    ) -> Self {
        let (source, derived) = if row.source == a.1 { (a.0, b.0) } else { (b.0, a.0) };
        let link = Link {
            source,
            derived,
            relation: row.relation,
            score: row.score,
            direction_confidence: row.direction_confidence.unwrap_or(0.5),
            taken: row.reuse.map_or(1.0, |reuse| reuse.verbatim + reuse.reworded),
            taken_of_source: row.reuse_source.map_or(1.0, |reuse| reuse.verbatim + reuse.reworded),
        };
        Scored { link, row: made(row) }
    }
}

/// The place of a pair, and what became of it.
type AtPlace<R> = (usize, Result<Scored<R>, Fault>);

/// Pairs to be scored.
pub(super) struct Scoring<'a, C, K, M> {
    pub around: &'a PairContext<'a, C>,
    pub pairs: &'a [Pair],
    pub judging: Judging<'a, K>,
    /// What is made of a row at once, before there are too many of them.
    pub make: M,
    pub progress: &'a dyn Progress,
}

impl<C, K, M, R> Scoring<'_, C, K, M>
where
    C: Collection,
    K: Fn(&Outlook) -> bool + Sync,
    M: Fn(PairRow) -> R + Sync,
    R: Send,
{
    /// Scores the pairs, and hands those that are wanted to `take` with their places, in an order that
    /// depends on the pairs alone.
    ///
    /// # Errors
    /// What the collection and `take` return, and [`crate::Error::Interrupted`].
    pub fn score(&self, take: impl FnMut(usize, Scored<R>) -> Result<()>) -> Result<()> {
        let Scoring { around, pairs, progress, .. } = *self;
        if pairs.is_empty() {
            return Ok(());
        }
        let background = match around.is_background {
            true => {
                let order = around.telling(pairs);
                Some(around.rarity(Sharing { pairs, order: &order, groups: &[] }, progress)?)
            }
            false => None,
        };
        progress.stage("weighing evidence", Some(pairs.len() as u64));
        self.score_with(&mut around.articles(), background.as_ref(), take)
    }

    /// As [`Scoring::score`], with articles and rarity that are at hand.
    pub fn score_with(
        &self,
        articles: &mut ArticleCache<'_, C, Prepared>,
        background: Option<&Background>,
        mut take: impl FnMut(usize, Scored<R>) -> Result<()>,
    ) -> Result<()> {
        let Scoring { around, pairs, .. } = *self;
        let (twins, mut others): (Vec<usize>, Vec<usize>) =
            (0..pairs.len()).partition(|&at| twins::may_be_twins(around.documents, pairs[at]));
        let own = background.map(|background| PairBackground { background, own_documents: 1 });
        twins::score(self, &twins, own, |at, outcome| {
            match outcome {
                TwinOutcome::Scored(scored) => take(at, scored)?,
                TwinOutcome::LeftOut => {}
                TwinOutcome::NoTwins => others.push(at),
                TwinOutcome::Failed(fault) => around.tell(pairs[at], &fault),
            }
            Ok(())
        })?;
        drop(twins);
        self.each(&locality::order(pairs, others), articles, background, take)
    }

    /// Scores the pairs of these places one by one.
    pub(super) fn each(
        &self,
        order: &[usize],
        articles: &mut ArticleCache<'_, C, Prepared>,
        background: Option<&Background>,
        mut take: impl FnMut(usize, Scored<R>) -> Result<()>,
    ) -> Result<()> {
        let around = self.around;
        let bytes_at_once = around.bytes_at_once();
        let pair = |at: usize| self.pairs[at];
        let pair_bytes = |at: usize| around.prepared_bytes(pair(at).0) + around.prepared_bytes(pair(at).1);
        let mut left = order;
        while !left.is_empty() {
            go_on(self.progress)?;
            let (chunk, rest) = split_to_fit(left, PAIRS_AT_ONCE, bytes_at_once, pair_bytes);
            left = rest;
            let read =
                articles.make_ready(chunk.iter().flat_map(|&at| [pair(at).0, pair(at).1]).collect())?;
            self.progress.count(Work::Prepared, read);
            self.progress.count(Work::Tokenised, read);
            let scored: Vec<Option<AtPlace<R>>> = chunk
                .par_iter()
                .with_min_len(PAIRS_A_TASK)
                .map(|&at| {
                    let (a, b) = pair(at);
                    let (first, second) = articles.get_both((a, b))?;
                    let is_subject = |wanted: &str| wanted == first.id || wanted == second.id;
                    let scored = guarded(Stage::Judge, is_subject, || {
                        let row =
                            with_scratch(|scratch| self.row((a, first), (b, second), background, scratch))?;
                        Some(Scored::new(row, [(a, &first.id), (b, &second.id)], &self.make))
                    });
                    Some((at, scored.transpose()?))
                })
                .collect();
            self.progress.advance(chunk.len() as u64);
            for (at, scored) in scored.into_iter().flatten() {
                match scored {
                    Ok(scored) => take(at, scored)?,
                    Err(fault) => self.around.tell(pair(at), &fault),
                }
            }
        }
        Ok(())
    }

    fn row(
        &self,
        (a, first): (DocumentNumber, &Prepared),
        (b, second): (DocumentNumber, &Prepared),
        background: Option<&Background>,
        scratch: &mut Scratch,
    ) -> Option<PairRow> {
        let own = own_background(background, self.around.copies, a, b);
        let Scoring { judging, progress, .. } = self;
        let measured = judging.measured(first, second, own.is_some());
        progress.count(Work::Measured, 1);
        let measured = measured?;
        if measured.may_be_derived {
            progress.count(Work::Plausible, 1);
        }
        let weighed = judging.weighed(first, second, measured, own)?;
        progress.count(Work::Aligned, 1);
        judging.aligned(first, second, weighed, own, scratch)
    }
}

/// The first of some places, at most so many that take at most so many bytes, and at least one; and the rest.
pub(super) fn split_to_fit(
    places: &[usize],
    most: usize,
    most_bytes: usize,
    bytes_of: impl Fn(usize) -> usize,
) -> (&[usize], &[usize]) {
    let mut bytes = 0;
    let fitting = places.iter().take(most).take_while(|&&at| {
        bytes += bytes_of(at);
        bytes <= most_bytes
    });
    places.split_at(fitting.count().max(1).min(places.len()))
}

fn own_background<'a>(
    background: Option<&'a Background>,
    copies: &CopyClusters,
    a: DocumentNumber,
    b: DocumentNumber,
) -> Option<PairBackground<'a>> {
    let same = copies.representative[a as usize] == copies.representative[b as usize];
    Some(PairBackground { background: background?, own_documents: if same { 1 } else { 2 } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_together_fits_and_is_never_nothing() {
        let bytes_of = |place: usize| 10 * place;
        let split = |places: &'static [usize], most, bytes| split_to_fit(places, most, bytes, bytes_of);
        assert_eq!(split(&[1, 2, 3, 4], 3, 1_000), (&[1, 2, 3][..], &[4][..]));
        assert_eq!(split(&[1, 2, 3, 4], 9, 59), (&[1, 2][..], &[3, 4][..]));
        assert_eq!(split(&[9, 1], 9, 20), (&[9][..], &[1][..]));
        assert_eq!(split(&[], 9, 20), (&[][..], &[][..]));
    }
}
