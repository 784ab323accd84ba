//! One pair, step by step, so that the dear steps are for few: what the words alone say, how rare that is, the
//! passages, the verdict.

use crate::align::{self, Alignment, Scratch};
use crate::evidence::background::PairBackground;
use crate::evidence::measured::Measured;
use crate::evidence::mending::{self, Mended};
use crate::evidence::runs::Run;
use crate::evidence::slots::Slots;
use crate::evidence::{Prepared, direction, measured};
use crate::judge::{Outlook, PairEvidence, Profile, judge, outlook};
use crate::normalise::Text;
use crate::row::{PairRow, Relation};

/// How pairs are judged.
#[derive(Clone, Copy)]
pub struct Judgement<'a> {
    /// The model and the cuts that judge.
    pub profile: &'a Profile,
    /// Overrides the profile's cut.
    pub cut: Option<f64>,
}

impl Judgement<'_> {
    /// The score without a background from which rarity may lift a pair over the cut.
    pub(crate) fn plausible_score(&self) -> f64 {
        self.profile.search.plausible_share_of_cut * self.cut.unwrap_or(self.profile.cut)
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
        let min_score = judgement.plausible_score();
        let keep: fn(&Outlook) -> bool = if shared { is_related } else { |outlook| outlook.is_derived };
        Judging { judgement, min_score, with_implausible: shared, keep }
    }

    /// As given pairs are judged: all of them are wanted.
    pub fn of_all(judgement: Judgement<'a>) -> Self {
        Judging { judgement, min_score: 0.0, with_implausible: false, keep: |_| true }
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
        let measured = self.measured(first, second, own.is_some())?;
        self.judged(first, second, measured, own, scratch)
    }

    /// The first step, which asks for no background: what two articles have in common; `None` where there
    /// will be a background, and the words alone rule the pair out.
    pub fn measured(
        &self,
        first: &Prepared,
        second: &Prepared,
        has_background: bool,
    ) -> Option<MeasuredPair> {
        let mended = mending::mended(first, second);
        let [one, other] = as_read(&mended, first, second);
        let measured = measured::measure(one, other, None);
        let may_be_derived =
            !has_background || is_plausible(one, other, &measured, self.judgement.profile, self.min_score);
        (may_be_derived || self.with_implausible).then_some(MeasuredPair { mended, measured, may_be_derived })
    }

    /// The steps that follow; `None` where the row is not wanted.
    pub fn judged(
        &self,
        first: &Prepared,
        second: &Prepared,
        pair: MeasuredPair,
        own: Option<PairBackground<'_>>,
        scratch: &mut Scratch,
    ) -> Option<PairRow> {
        let pair = self.weighed(first, second, pair, own)?;
        self.aligned(first, second, pair, own, scratch)
    }

    /// The second step, with how rare it is what they have in common; `None` where passages could not make
    /// the pair one that is wanted.
    pub(super) fn weighed(
        &self,
        first: &Prepared,
        second: &Prepared,
        mut pair: MeasuredPair,
        own: Option<PairBackground<'_>>,
    ) -> Option<MeasuredPair> {
        let [first, second] = as_read(&pair.mended, first, second);
        if let Some(own) = own {
            pair.measured.add_rarity(first, second, own);
        }
        let Judgement { profile, cut } = self.judgement;
        let before = Some(profile.cut_before_alignment(cut));
        let outlook = outlook(first, second, &pair.measured, own.is_some(), profile, before);
        (self.keep)(&outlook).then_some(pair)
    }

    /// The last step, with the passages.
    pub(super) fn aligned(
        &self,
        first: &Prepared,
        second: &Prepared,
        pair: MeasuredPair,
        own: Option<PairBackground<'_>>,
        scratch: &mut Scratch,
    ) -> Option<PairRow> {
        let MeasuredPair { mended, measured, may_be_derived } = pair;
        let [first, second] = as_read(&mended, first, second);
        let row = row(first, second, own, measured, &self.judgement, scratch);
        // passages may show that the pair is not derived after all
        let is_wanted = may_be_derived || !row.relation.is_derived();
        (is_wanted && (self.keep)(&Outlook::of(&row))).then_some(row)
    }
}

/// What two articles have in common, before it is known how rare it is.
pub struct MeasuredPair {
    /// Where one of them is noisy.
    mended: Option<Mended>,
    measured: Measured,
    /// As far as can be told without its rarity.
    pub(super) may_be_derived: bool,
}

impl MeasuredPair {
    /// Each text, misread words mended, with the runs of words in common that rarity asks for.
    pub(crate) fn shared_runs<'a>(
        &'a self,
        first: &'a Prepared,
        second: &'a Prepared,
    ) -> [(&'a Text, &'a [Run]); 2] {
        let [one, other] = as_read(&self.mended, first, second);
        [(&one.text, &self.measured.runs_of_first), (&other.text, &self.measured.runs_of_second)]
    }
}

/// Both articles, the noisy one with its misread words mended.
fn as_read<'p>(mended: &'p Option<Mended>, first: &'p Prepared, second: &'p Prepared) -> [&'p Prepared; 2] {
    mended.as_ref().map_or([first, second], |mended| mended.pair(first, second))
}

/// Whether rarity may still lift a pair over the cut.
fn is_plausible(
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
    let [first, second] = as_read(&mended, first, second);
    row(first, second, background, measured::measure(first, second, background), judgement, scratch)
}

/// The row of a pair that was measured.
fn row(
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
    let runs = [&measured.runs_of_first[..], &measured.runs_of_second];
    let slots = Slots::of(first, second, runs, judgement.profile.rules.template_frame);
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
