//! Scores given pairs: evidence and verdict for each, with the rarity of what they share where there is a
//! background.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::align::{self, Alignment, Scratch};
use crate::article::DocumentNumber;
use crate::barrier::{Fault, Stage, guarded};
use crate::candidate::{CopyClusters, DocumentTable};
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::background::{Background, PairBackground};
use crate::evidence::signals::Measured;
use crate::evidence::slots::Slots;
use crate::evidence::{Prepared, direction, mending, signals};
use crate::family::Link;
use crate::faults;
use crate::judge::{Outlook, PairEvidence, Profile, judge, outlook};
use crate::pipeline::article_cache::ArticleCache;
use crate::pipeline::locality;
use crate::pipeline::rarity::{self, Counted};
use crate::pipeline::twins::{self, TwinOutcome};
use crate::progress::{Progress, go_on};
use crate::rejection::RejectionSink;
use crate::row::{PairRow, Relation};
use crate::work::Resources;

/// At most so many pairs are prepared and scored together, and pairs of at most so many bytes of what is
/// prepared.
const PAIRS_AT_ONCE: usize = 256;
pub(super) const BYTES_AT_ONCE: u64 = 48 << 20;

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
    /// How rare is what these pairs have in common; of copies one counts.
    pub(super) fn rarity(
        &self,
        pairs: &[Pair],
        order: &[usize],
        progress: &dyn Progress,
    ) -> Result<Background> {
        let mut is_counted = vec![false; self.documents.len()];
        self.copies.representatives().for_each(|document| is_counted[document as usize] = true);
        let PairContext { work, collection, documents, rejections, .. } = *self;
        let corpus = Counted { collection, documents, is_counted: &is_counted, rejections };
        rarity::of_shared(&corpus, work, pairs, order, progress)
    }

    /// Tells of a pair at which retold failed.
    pub(super) fn tell(&self, (a, b): Pair, fault: &Fault) {
        let PairContext { collection, documents, .. } = *self;
        let first = (documents.id(a), documents.location(a));
        self.rejections.reject(faults::of_pair(collection, first, documents.id(b), fault));
    }
}

/// How pairs are judged.
#[derive(Clone, Copy)]
pub struct Judgement<'a> {
    /// The model and the cuts that judge.
    pub profile: &'a Profile,
    /// Overrides the profile's cut.
    pub cut: Option<f64>,
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
    pub judgement: Judgement<'a>,
    /// With a background, pairs that reach less without it are left out.
    pub min_score: f64,
    /// They are not: but those of them that turn out to be derived are, so that a wish for others brings no
    /// more of them.
    pub with_implausible: bool,
    /// Says which pairs are wanted.
    pub keep: K,
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
    pub fn score(&self, mut take: impl FnMut(usize, Scored<R>) -> Result<()>) -> Result<()> {
        // Of texts that were printed many times one pair tells what is rare in them.
        let mut texts = FxHashSet::default();
        let (mut twins, mut others, mut telling) = (Vec::new(), Vec::new(), Vec::new());
        let Scoring { around, pairs, progress, .. } = *self;
        for (at, &pair) in pairs.iter().enumerate() {
            let may_be_twins = twins::may_be_twins(around.documents, pair);
            if may_be_twins {
                twins.push(at)
            } else {
                others.push(at)
            };
            if !may_be_twins || texts.insert(around.documents.identity(pair.0)) {
                telling.push(at);
            }
        }
        drop(texts);
        let background = match around.is_background {
            true => Some(around.rarity(pairs, &locality::order(pairs, telling), progress)?),
            false => None,
        };
        progress.stage("weighing evidence", Some(pairs.len() as u64));
        let own = background.as_ref().map(|background| PairBackground { background, own_documents: 1 });
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
        self.each(&locality::order(pairs, others), background.as_ref(), take)
    }

    /// Scores the pairs of these places one by one.
    pub(super) fn each(
        &self,
        order: &[usize],
        background: Option<&Background>,
        mut take: impl FnMut(usize, Scored<R>) -> Result<()>,
    ) -> Result<()> {
        let PairContext { work, collection, documents, rejections, .. } = *self.around;
        let mut cache: ArticleCache<'_, C, Prepared> =
            ArticleCache::new(collection, documents, work, rejections);
        let bytes_at_once = work.share_bytes(25, BYTES_AT_ONCE);
        let pair = |at: usize| self.pairs[at];
        let words = |document: DocumentNumber| documents.words(document) as usize;
        let pair_bytes = |at: usize| Prepared::BYTES_PER_WORD * (words(pair(at).0) + words(pair(at).1));
        let mut left = order;
        while !left.is_empty() {
            go_on(self.progress)?;
            let (chunk, rest) = split_to_fit(left, PAIRS_AT_ONCE, bytes_at_once, pair_bytes);
            left = rest;
            cache.make_ready(chunk.iter().flat_map(|&at| [pair(at).0, pair(at).1]).collect())?;
            let scored: Vec<Option<AtPlace<R>>> = chunk
                .par_iter()
                .map_init(Scratch::default, |scratch, &at| {
                    let (a, b) = pair(at);
                    let (first, second) = cache.get_both((a, b))?;
                    let is_subject = |wanted: &str| wanted == first.id || wanted == second.id;
                    let scored = guarded(Stage::Judge, is_subject, || {
                        let row = self.row((a, first), (b, second), background, scratch)?;
                        Some(Scored::new(row, [(a, &first.id), (b, &second.id)], &self.make))
                    });
                    if scored.is_err() {
                        *scratch = Scratch::default();
                    }
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
        let Scoring { judgement, min_score, with_implausible, .. } = *self;
        let judging = Judging { judgement, min_score, with_implausible, keep: &self.keep };
        judging.row(first, second, own, scratch)
    }
}

/// How the pairs that a search proposes are judged, each by itself.
pub struct Judging<'a, K> {
    /// Profile and cut.
    pub judgement: Judgement<'a>,
    /// With a background, pairs that reach less without it are left out.
    pub min_score: f64,
    /// They are not: but those of them that turn out to be derived are, so that a wish for others brings no
    /// more of them.
    pub with_implausible: bool,
    /// Says which pairs are wanted.
    pub keep: K,
}

impl<'a> Judging<'a, fn(&Outlook) -> bool> {
    /// As a scan judges, which lists derived pairs, and with `shared` those of a common source as well.
    pub fn of_scan(judgement: Judgement<'a>, shared: bool) -> Self {
        let cut = judgement.cut.unwrap_or(judgement.profile.cut);
        let min_score = judgement.profile.search.plausible_share_of_cut * cut;
        let keep: fn(&Outlook) -> bool = if shared { is_related } else { |outlook| outlook.is_derived };
        Judging { judgement, min_score, with_implausible: shared, keep }
    }
}

fn is_related(outlook: &Outlook) -> bool {
    outlook.is_derived || outlook.underived == Some(Relation::SharedSource)
}

impl<K: Fn(&Outlook) -> bool> Judging<'_, K> {
    /// The row of a pair; `None` where it is not wanted.
    pub fn row(
        &self,
        first: &Prepared,
        second: &Prepared,
        own: Option<PairBackground<'_>>,
        scratch: &mut Scratch,
    ) -> Option<PairRow> {
        let mended = mending::mended(first, second);
        let [first, second] = mended.as_ref().map_or([first, second], |mended| mended.pair(first, second));
        let mut measured = signals::measure(first, second, None);
        let Judgement { profile, cut } = self.judgement;
        let mut may_be_derived = true;
        if let Some(own) = own {
            may_be_derived = is_plausible(first, second, &measured, profile, self.min_score);
            if !may_be_derived && !self.with_implausible {
                return None;
            }
            measured.add_rarity(first, second, own);
        }
        let before = Some(profile.cut_before_alignment(cut));
        let is_wanted = (self.keep)(&outlook(first, second, &measured, own.is_some(), profile, before));
        if !is_wanted {
            return None;
        }
        let row = row(first, second, own, measured, &self.judgement, scratch);
        // passages may show that the pair is not derived after all
        let is_wanted = may_be_derived || !row.relation.is_derived();
        (is_wanted && (self.keep)(&Outlook::of(&row))).then_some(row)
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

/// Whether rarity may still lift a pair over the cut.
pub(crate) fn is_plausible(
    first: &Prepared,
    second: &Prepared,
    measured: &Measured,
    profile: &Profile,
    min_score: f64,
) -> bool {
    let section = measured.section.as_ref().map(|section| &section.measured.signals);
    let mut signals = section.into_iter().chain([&measured.signals]);
    signals.any(|signals| profile.without_background.score(signals) >= min_score)
        || profile.translation_score(&measured.signals) >= min_score
        || profile.relation.near_duplicate_score(measured.story_jaccard) >= min_score
        || first.has_same_words(second)
}

/// Evidence and verdict of one pair of prepared articles.
pub fn score_prepared(
    first: &Prepared,
    second: &Prepared,
    background: Option<PairBackground<'_>>,
    judgement: &Judgement<'_>,
    scratch: &mut Scratch,
) -> PairRow {
    let mended = mending::mended(first, second);
    let [first, second] = mended.as_ref().map_or([first, second], |mended| mended.pair(first, second));
    row(first, second, background, signals::measure(first, second, background), judgement, scratch)
}

/// The row of a pair that was measured.
pub(crate) fn row(
    first: &Prepared,
    second: &Prepared,
    background: Option<PairBackground<'_>>,
    mut measured: Measured,
    judgement: &Judgement<'_>,
    scratch: &mut Scratch,
) -> PairRow {
    let [one, other] = measured.stories(first, second);
    let alignment = align::passages(&one.text, &other.text, scratch);
    measured.add_alignment(&alignment);
    row_of(first, second, background, &measured, &alignment, judgement)
}

/// The row of a pair that was measured and aligned.
pub(super) fn row_of(
    first: &Prepared,
    second: &Prepared,
    background: Option<PairBackground<'_>>,
    measured: &Measured,
    alignment: &Alignment,
    judgement: &Judgement<'_>,
) -> PairRow {
    let cues = direction::cues(first, second, measured.quoting, alignment);
    let slots = Slots::of(first, second);
    let evidence = PairEvidence {
        first,
        second,
        alignment,
        measured,
        cues: &cues,
        slots: &slots,
        background_documents: background.map(|background| background.documents()),
    };
    judge(&evidence, judgement.profile, judgement.cut)
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
