//! Scores given pairs: evidence and verdict for each, with the rarity of what they share where there is a background.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::align::{self, Scratch};
use crate::article::DocumentNumber;
use crate::candidate::{CopyClusters, DocumentTable};
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::background::{Background, PairBackground};
use crate::evidence::signals::Measured;
use crate::evidence::{Prepared, direction, signals};
use crate::judge::{Outlook, PairEvidence, Profile, judge, outlook};
use crate::pipeline::rarity;
use crate::pipeline::workshop::Workshop;
use crate::progress::{Progress, go_on};
use crate::row::PairRow;

/// Pairs that are prepared and scored together.
const PAIRS_AT_ONCE: usize = 2048;

/// Two documents to be compared.
pub type Pair = (DocumentNumber, DocumentNumber);

/// What the pairs' documents stand among.
pub struct Surroundings<'a, C> {
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
/// `min_score` without it are left out beforehand.
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
    let mut workshop = Workshop::new(around.collection, around.documents);
    let mut pairs: Cow<'_, [Pair]> = Cow::Borrowed(pairs);
    let background = if around.is_background {
        let found = plausible(&mut workshop, &pairs, judgement, min_score, progress)?;
        pairs = Cow::Owned(found.pairs);
        Some(rarity::count(around.collection, around.documents, around.copies, found.grams, progress)?)
    } else {
        None
    };
    progress.stage("weighing evidence", Some(pairs.len() as u64));
    let mut scored = Vec::new();
    for chunk in pairs.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        workshop.make_ready(chunk.iter().flat_map(|pair| [pair.0, pair.1]).collect())?;
        let rows: Vec<Option<Scored>> = chunk
            .par_iter()
            .map_init(Scratch::default, |scratch, &(a, b)| {
                let (first, second) = (workshop.get(a), workshop.get(b));
                let own = own_background(background.as_ref(), around.copies, a, b);
                let measured = signals::measure(first, second, own);
                let Judgement { profile, cut } = *judgement;
                if !keep(&outlook(first, second, &measured, own.is_some(), profile, cut)) {
                    return None;
                }
                let row = row(first, second, own, &measured, judgement, scratch);
                let (source, derived) = if row.source == first.id { (a, b) } else { (b, a) };
                Some(Scored { source, derived, row })
            })
            .collect();
        progress.advance(chunk.len() as u64);
        scored.extend(rows.into_iter().flatten());
    }
    Ok(scored)
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

fn row(
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

/// Pairs that may still be derived, and all runs of four words that they have in common.
struct Plausible {
    pairs: Vec<Pair>,
    grams: FxHashSet<u64>,
}

/// Pairs whose score without a background reaches `min_score`, in their order.
fn plausible<C: Collection>(
    workshop: &mut Workshop<'_, C, Prepared>,
    pairs: &[Pair],
    judgement: &Judgement<'_>,
    min_score: f64,
    progress: &dyn Progress,
) -> Result<Plausible> {
    progress.stage("finding common words", Some(pairs.len() as u64));
    let mut plausible = Plausible { pairs: Vec::new(), grams: FxHashSet::default() };
    for chunk in pairs.chunks(PAIRS_AT_ONCE) {
        go_on(progress)?;
        workshop.make_ready(chunk.iter().flat_map(|pair| [pair.0, pair.1]).collect())?;
        let found: Vec<Option<Vec<u64>>> = chunk
            .par_iter()
            .map(|&(a, b)| {
                let (first, second) = (workshop.get(a), workshop.get(b));
                let measured = signals::measure(first, second, None);
                let score = judgement.profile.without_background.score(&measured.signals);
                let score =
                    score.max(judgement.profile.relation.near_duplicate_score(measured.overlap.jaccard()));
                (score >= min_score || first.has_same_words(second))
                    .then(|| measured.shared_grams(first, second))
            })
            .collect();
        progress.advance(chunk.len() as u64);
        for (pair, grams) in chunk.iter().zip(found) {
            let Some(grams) = grams else { continue };
            plausible.pairs.push(*pair);
            plausible.grams.extend(grams);
        }
    }
    Ok(plausible)
}
