//! Scores given pairs: evidence and verdict for each, with the rarity of what they share where there is a background.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::align::{self, Alignment, Scratch};
use crate::article::DocumentNumber;
use crate::candidate::{CopyClusters, DocumentTable};
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::background::{Background, PairBackground};
use crate::evidence::signals::Measured;
use crate::evidence::{Prepared, direction, signals};
use crate::judge::{Outlook, PairEvidence, Profile, judge, outlook};
use crate::pipeline::locality;
use crate::pipeline::rarity::{self, Counted};
use crate::pipeline::twins::{self, Outcome};
use crate::pipeline::workshop::Workshop;
use crate::progress::{Progress, go_on};
use crate::row::PairRow;
use crate::work::Workplace;

/// Pairs that are prepared and scored together.
const PAIRS_AT_ONCE: usize = 256;

/// Two documents to be compared.
pub type Pair = (DocumentNumber, DocumentNumber);

/// What the pairs' documents stand among.
pub struct Surroundings<'a, C> {
    pub work: &'a Workplace,
    pub collection: &'a C,
    pub documents: &'a DocumentTable,
    pub copies: &'a CopyClusters,
    /// Whether the collection is large enough, and meant, to tell what is rare.
    pub is_background: bool,
}

impl<C: Collection> Surroundings<'_, C> {
    /// How rare is what these pairs have in common; of copies one counts.
    pub(super) fn rarity(
        &self,
        pairs: &[Pair],
        order: &[usize],
        progress: &dyn Progress,
    ) -> Result<Background> {
        let mut is_counted = vec![false; self.documents.len()];
        self.copies.representatives().for_each(|document| is_counted[document as usize] = true);
        let Surroundings { work, collection, documents, .. } = *self;
        let corpus = Counted { collection, documents, is_counted: &is_counted };
        rarity::of_shared(&corpus, work, pairs, order, progress)
    }
}

/// How pairs are judged.
#[derive(Clone, Copy)]
pub struct Judgement<'a> {
    pub profile: &'a Profile,
    /// Overrides the profile's cut.
    pub cut: Option<f64>,
}

/// A scored pair with the numbers of its documents, source first.
pub struct Scored {
    pub source: DocumentNumber,
    pub derived: DocumentNumber,
    pub row: PairRow,
}

/// Scores pairs, in their order; `keep` says which are wanted. With a background, pairs that reach less than
/// `min_score` without it are left out.
///
/// # Errors
/// What the collection returns, and [`crate::Error::Interrupted`].
pub fn score<C: Collection>(
    around: &Surroundings<'_, C>,
    pairs: &[Pair],
    judgement: &Judgement<'_>,
    min_score: f64,
    keep: impl Fn(&Outlook) -> bool + Sync,
    progress: &dyn Progress,
) -> Result<Vec<Scored>> {
    // Of texts that were printed many times one pair tells what is rare in them.
    let mut texts = FxHashSet::default();
    let (mut twins, mut others, mut telling) = (Vec::new(), Vec::new(), Vec::new());
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
    let mut scored: Vec<(usize, Scored)> = Vec::new();
    let own = background.as_ref().map(|background| PairBackground { background, own_documents: 1 });
    let may_be: Vec<Pair> = twins.iter().map(|&at| pairs[at]).collect();
    scored.reserve(twins.len());
    let mut places = twins.into_iter();
    let take = |outcome| {
        let Some(at) = places.next() else { return };
        match outcome {
            Outcome::Scored(one) => scored.push((at, one)),
            Outcome::LeftOut => {}
            Outcome::NoTwins => others.push(at),
        }
    };
    twins::score(around, &may_be, own, judgement, &keep, take, progress)?;
    let order = locality::order(pairs, others);
    let background = background.as_ref();
    let scoring = Scoring { around, pairs, background, judgement, min_score, keep, progress };
    scored.extend(scoring.each(&order)?);
    scored.sort_unstable_by_key(|(at, _)| *at);
    Ok(scored.into_iter().map(|(_, scored)| scored).collect())
}

/// Pairs to be scored one by one.
pub(super) struct Scoring<'a, C, K> {
    pub around: &'a Surroundings<'a, C>,
    pub pairs: &'a [Pair],
    pub background: Option<&'a Background>,
    pub judgement: &'a Judgement<'a>,
    /// With a background, pairs that reach less without it are left out.
    pub min_score: f64,
    pub keep: K,
    pub progress: &'a dyn Progress,
}

impl<C: Collection, K: Fn(&Outlook) -> bool + Sync> Scoring<'_, C, K> {
    /// Scores the pairs of these places, and says which is which.
    pub fn each(&self, order: &[usize]) -> Result<Vec<(usize, Scored)>> {
        let Surroundings { work, collection, documents, .. } = *self.around;
        let mut workshop = Workshop::new(collection, documents, work);
        let mut scored = Vec::new();
        for chunk in order.chunks(PAIRS_AT_ONCE) {
            go_on(self.progress)?;
            let pair = |at: usize| self.pairs[at];
            workshop.make_ready(chunk.iter().flat_map(|&at| [pair(at).0, pair(at).1]).collect())?;
            let rows: Vec<Option<(usize, Scored)>> = chunk
                .par_iter()
                .map_init(Scratch::default, |scratch, &at| {
                    let (a, b) = pair(at);
                    let row = self.row((a, workshop.get(a)), (b, workshop.get(b)), scratch)?;
                    let (source, derived) = if row.source == workshop.get(a).id { (a, b) } else { (b, a) };
                    Some((at, Scored { source, derived, row }))
                })
                .collect();
            self.progress.advance(chunk.len() as u64);
            scored.extend(rows.into_iter().flatten());
        }
        Ok(scored)
    }

    fn row(
        &self,
        (a, first): (DocumentNumber, &Prepared),
        (b, second): (DocumentNumber, &Prepared),
        scratch: &mut Scratch,
    ) -> Option<PairRow> {
        let mut measured = signals::measure(first, second, None);
        let own = own_background(self.background, self.around.copies, a, b);
        let Judgement { profile, cut } = *self.judgement;
        if let Some(own) = own {
            if !is_plausible(first, second, &measured, profile, self.min_score) {
                return None;
            }
            measured.add_rarity(first, second, own);
        }
        let is_wanted = (self.keep)(&outlook(first, second, &measured, own.is_some(), profile, cut));
        if !is_wanted {
            return None;
        }
        let row = row(first, second, own, &measured, self.judgement, scratch);
        // passages may show that the pair is not derived after all
        (self.keep)(&Outlook::of(&row)).then_some(row)
    }
}

/// Whether rarity may still lift a pair over the cut.
pub(crate) fn is_plausible(
    first: &Prepared,
    second: &Prepared,
    measured: &Measured,
    profile: &Profile,
    min_score: f64,
) -> bool {
    profile.without_background.score(&measured.signals) >= min_score
        || profile.relation.near_duplicate_score(measured.overlap.jaccard()) >= min_score
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
    row(first, second, background, &signals::measure(first, second, background), judgement, scratch)
}

/// The row of a pair that was measured.
pub(crate) fn row(
    first: &Prepared,
    second: &Prepared,
    background: Option<PairBackground<'_>>,
    measured: &Measured,
    judgement: &Judgement<'_>,
    scratch: &mut Scratch,
) -> PairRow {
    let alignment = align::passages(&first.text, &second.text, scratch);
    row_of(first, second, background, measured, &alignment, judgement)
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
    let evidence = PairEvidence {
        first,
        second,
        alignment,
        measured,
        cues: &cues,
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
