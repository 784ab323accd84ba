//! Scores given pairs: evidence and verdict for each, with the rarity of what they share where there is a background.

use rayon::prelude::*;

use crate::align::{self, Scratch};
use crate::article::DocumentNumber;
use crate::candidate::{CopyClusters, DocumentTable};
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::background::{Background, PairBackground};
use crate::evidence::signals::Measured;
use crate::evidence::{Prepared, direction, signals};
use crate::judge::{Outlook, PairEvidence, Profile, judge, outlook};
use crate::pipeline::workshop::Workshop;
use crate::pipeline::{locality, rarity};
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

/// How pairs are judged.
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
    let order = locality::order(pairs);
    let background =
        if around.is_background { Some(rarity::of_shared(around, pairs, &order, progress)?) } else { None };
    progress.stage("weighing evidence", Some(pairs.len() as u64));
    let mut workshop = Workshop::new(around.collection, around.documents, around.work);
    let mut scored: Vec<(usize, Scored)> = Vec::new();
    for chunk in order.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        workshop.make_ready(chunk.iter().flat_map(|&at| [pairs[at].0, pairs[at].1]).collect())?;
        let rows: Vec<Option<(usize, Scored)>> = chunk
            .par_iter()
            .map_init(Scratch::default, |scratch, &at| {
                let (a, b) = pairs[at];
                let (first, second): (&Prepared, &Prepared) = (workshop.get(a), workshop.get(b));
                let mut measured = signals::measure(first, second, None);
                let own = own_background(background.as_ref(), around.copies, a, b);
                if let Some(own) = own {
                    if !is_plausible(first, second, &measured, judgement.profile, min_score) {
                        return None;
                    }
                    measured.add_rarity(first, second, own);
                }
                let Judgement { profile, cut } = *judgement;
                if !keep(&outlook(first, second, &measured, own.is_some(), profile, cut)) {
                    return None;
                }
                let row = row(first, second, own, &measured, judgement, scratch);
                // passages may show that the pair is not derived after all
                if !keep(&Outlook::of(&row)) {
                    return None;
                }
                let (source, derived) = if row.source == first.id { (a, b) } else { (b, a) };
                Some((at, Scored { source, derived, row }))
            })
            .collect();
        progress.advance(chunk.len() as u64);
        scored.extend(rows.into_iter().flatten());
    }
    scored.sort_unstable_by_key(|(at, _)| *at);
    Ok(scored.into_iter().map(|(_, scored)| scored).collect())
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
    let cues = direction::cues(first, second, &alignment);
    let evidence = PairEvidence {
        first,
        second,
        alignment: &alignment,
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
