//! Candidates for rewrites: features in common, weighed; the policy is the library's.
//!
//! `features → hold → meet`: a text has some hundred features, so that until pairs are summed rows go in blobs
//! (`packed.rs`). Here a document goes by its text's identity: each text is there once.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch};
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use retold::search::{Common, FeatureTie, RareSettings, Weights};
use zerocopy::little_endian::{I64, U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::packed::{Blobs, BucketStage, Spread, groups, is_of_pass, unpacked};
use super::tables::{Made, Pairs, alone, column, measures, numbers, packed_lists, several, table};
use crate::options;

/// A document that holds a feature.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Holder {
    text: I64,
    /// Features of the document, as far as they are counted.
    count: U16,
}

/// A feature of a document.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct HeldFeature {
    feature: I64,
    holder: Holder,
}

/// Texts (`text`, `count`, `features`) to rows of features, in blobs.
#[pyfunction]
pub fn spread_features(py: Python<'_>, batch: PyRecordBatch, buckets: usize) -> PyResult<Vec<PyRecordBatch>> {
    several(py, batch, |batch| {
        let (text, count) = (numbers(batch, "text")?, numbers(batch, "count")?);
        let features = packed_lists(batch, "features")?;
        let mut spread = Spread::over(buckets, 0);
        for row in 0..batch.num_rows() {
            let count = count.value(row).clamp(0, i64::from(u16::MAX)) as u16;
            let holder = Holder { text: text.value(row).into(), count: count.into() };
            for &feature in unpacked::<I64>(features.value(row)) {
                spread.push(feature.get(), &HeldFeature { feature, holder })?;
            }
        }
        spread.take()
    })
}

/// What a feature ties a document to; the others follow, as [`Holder`]s.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct TieHead {
    document: Holder,
    feature: I64,
    /// Documents that hold it.
    held: U32,
    /// Whether the document is tied by it to the leader alone.
    is_led: u8,
    /// How many follow.
    others: u8,
}

/// Rows of features to ties of documents. What one document alone has is left out; of those that hold the same
/// the one of the smallest identity leads.
pub struct Holding {
    settings: RareSettings,
    others: Vec<Holder>,
    out: Spread,
}

impl Holding {
    pub fn over(buckets: usize) -> Self {
        Holding { settings: RareSettings::default(), others: Vec::new(), out: Spread::over(buckets, 0) }
    }

    /// A document's tie by a feature that so many hold, of whom one leads.
    fn tie(&mut self, held: &HeldFeature, count: usize, leader: Holder, all: &[HeldFeature]) -> Made<()> {
        let HeldFeature { feature, holder: document } = *held;
        let is_led = match self.settings.tie(count as f64) {
            FeatureTie::All => false,
            FeatureTie::Short => !self.settings.is_short(usize::from(document.count.get())),
            FeatureTie::Leader => true,
        };
        self.others.clear();
        match is_led {
            // it takes its place among those of the leader itself, too
            true => self.others.push(leader),
            false => self.others.extend(all.iter().map(|other| other.holder)),
        }
        self.others.retain(|other| other.text != document.text);
        let most = "more documents than go together";
        let others =
            u8::try_from(self.others.len()).map_err(|_| ArrowError::ComputeError(most.to_owned()))?;
        let held = u32::try_from(count).unwrap_or(u32::MAX).into();
        let head = TieHead { document, feature, held, is_led: u8::from(is_led), others };
        self.out.push_with(document.text.get(), &head, &self.others)
    }

    /// Of a bucket that is held.
    fn tie_groups(&mut self, mut features: Vec<HeldFeature>) -> Made<()> {
        features.sort_unstable_by_key(|held| (held.feature.get(), held.holder.text.get()));
        let groups = features.chunk_by(|one, other| one.feature == other.feature);
        for all in groups.filter(|all| all.len() > 1) {
            all.iter().try_for_each(|held| self.tie(held, all.len(), all[0].holder, all))?;
        }
        Ok(())
    }

    /// Of a part of a bucket that is not: nor are its large groups.
    fn tie_by_passes(&mut self, blobs: &mut Blobs, is_wanted: impl Fn(i64) -> bool) -> Made<()> {
        let key = |row: &HeldFeature| row.feature.get();
        let groups = groups(blobs, key, |row| row.holder.text.get(), is_wanted)?;
        let mut together: Vec<HeldFeature> = Vec::new();
        blobs.each_row(|held: &HeldFeature| {
            match groups.get(&held.feature.get()) {
                None | Some((0 | 1, _)) => {}
                Some(&(count, leader)) if self.settings.tie(count as f64) == FeatureTie::Leader => {
                    self.tie(held, count, leader.holder, &[])?;
                }
                Some(_) => together.push(*held),
            }
            Ok(())
        })?;
        self.tie_groups(together)
    }
}

impl BucketStage for Holding {
    fn bucket(&mut self, blobs: &mut Blobs) -> Made<()> {
        let passes = blobs.passes();
        if passes > 1 {
            let mut tie = |pass| self.tie_by_passes(blobs, |feature| is_of_pass(feature, pass, passes));
            return (0..passes).try_for_each(&mut tie);
        }
        let mut features = Vec::new();
        blobs.each(|_, blob| {
            features.extend_from_slice(unpacked::<HeldFeature>(blob));
            Ok(())
        })?;
        self.tie_groups(features)
    }

    fn take(&mut self) -> Made<Vec<RecordBatch>> {
        self.out.take()
    }
}

/// Ties of documents to each one's best candidates: `a`, `b` (texts), `score`.
pub struct Meeting {
    settings: RareSettings,
    weights: Weights,
    found: (Pairs, Vec<f64>),
}

/// By so many values of a few bits of a text's identity others are told apart beforehand.
const HINTS: usize = 1 << 12;

/// A row of ties, read: its head, and where the others lie.
type Tied = (TieHead, Range<usize>);

impl Meeting {
    /// `documents` hold features at all.
    pub fn among(documents: usize) -> Self {
        let (settings, weights) = (RareSettings::default(), Weights::new(documents));
        Meeting { settings, weights, found: Default::default() }
    }

    /// Of a document's ties those that count, the rarest first of those that are rare, and of the ones by which
    /// it is led the smallest hashes.
    fn counted<'a>(&self, ties: &'a mut [Tied]) -> impl Iterator<Item = &'a Tied> {
        ties.sort_unstable_by_key(|(head, _)| {
            (head.is_led, if head.is_led > 0 { 0 } else { head.held.get() }, head.feature.get())
        });
        let (rare_max, rare, led_max) = (
            self.settings.rare_per_document,
            self.settings.document_frequency_max,
            self.settings.frequent_per_document,
        );
        let led_from = ties.partition_point(|(head, _)| head.is_led == 0);
        let (others, led) = ties.split_at(led_from);
        let others = others.iter().enumerate();
        let others = others.filter(move |(at, (head, _))| *at < rare_max || head.held.get() > rare);
        others.map(|(_, tie)| tie).chain(led.iter().take(led_max))
    }

    fn best(&mut self, document: Holder, ties: &mut [Tied], holders: &[Holder]) {
        // most others have a single feature in common: they are told by a few bits before anything is summed
        let mut hints = [0u8; HINTS];
        let hint_of = |other: &Holder| other.text.get() as usize % HINTS;
        let counted: Vec<&Tied> = self.counted(ties).collect();
        for other in counted.iter().flat_map(|(_, others)| &holders[others.clone()]) {
            hints[hint_of(other)] = hints[hint_of(other)].saturating_add(1);
        }
        let enough = self.settings.shared_min.min(u32::from(u8::MAX)) as u8;
        let mut met: Vec<(i64, u16, u32, bool)> = Vec::new();
        for (head, others) in counted {
            let held = head.held.get();
            let is_rare = held <= self.settings.document_frequency_max;
            let weight = self.weights.of(held as usize);
            let others = holders[others.clone()].iter().filter(|other| hints[hint_of(other)] >= enough);
            met.extend(others.map(|other| (other.text.get(), other.count.get(), weight, is_rare)));
        }
        met.sort_unstable();
        let kept = |count: u16| usize::from(count).min(self.settings.features_per_document);
        let common = met.chunk_by(|one, other| one.0 == other.0).map(|ties| {
            let (other, count, ..) = ties[0];
            Common {
                other,
                weight: ties.iter().fold(0, |sum: u32, tie| sum.saturating_add(tie.2)),
                shared: ties.len() as u32,
                shared_rare: ties.iter().filter(|tie| tie.3).count() as u32,
                shorter: kept(document.count.get()).min(kept(count)).max(1),
            }
        });
        for found in Common::best(common, &self.settings) {
            self.found.0.push(document.text.get(), found.other);
            self.found.1.push(found.score);
        }
    }
}

impl BucketStage for Meeting {
    fn bucket(&mut self, blobs: &mut Blobs) -> Made<()> {
        let passes = blobs.passes();
        for pass in 0..passes {
            let (mut ties, mut holders): (Vec<Tied>, Vec<Holder>) = Default::default();
            blobs.each(|_, blob| {
                for (head, others) in ties_of(blob) {
                    if is_of_pass(head.document.text.get(), pass, passes) {
                        ties.push((head, holders.len()..holders.len() + others.len()));
                        holders.extend_from_slice(others);
                    }
                }
                Ok(())
            })?;
            ties.sort_unstable_by_key(|(head, _)| head.document.text.get());
            for of_one in ties.chunk_by_mut(|(one, _), (other, _)| one.document.text == other.document.text) {
                self.best(of_one[0].0.document, of_one, &holders);
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Made<Vec<RecordBatch>> {
        let (pairs, scores) = std::mem::take(&mut self.found);
        let scores: ArrayRef = Arc::new(Float64Array::from(scores));
        Ok(vec![table(vec![("a", column(pairs.a)), ("b", column(pairs.b)), ("score", scores)])?])
    }
}

fn ties_of(mut blob: &[u8]) -> impl Iterator<Item = (TieHead, &[Holder])> {
    std::iter::from_fn(move || {
        let (head, rest) = TieHead::read_from_prefix(blob).ok()?;
        let (others, rest) = <[Holder]>::ref_from_prefix_with_elems(rest, usize::from(head.others)).ok()?;
        blob = rest;
        Some((head, others))
    })
}

/// Candidates with the features of both (`a`, `b`, `score`, `features_a`, `features_b`, `count_a`, `count_b`)
/// to those that deserve a closer look where all pairs are asked for; `is_best` are those that always do.
#[pyfunction]
pub fn promising(py: Python<'_>, batch: PyRecordBatch, settings: &str) -> PyResult<PyRecordBatch> {
    let settings = options::settings(settings)?;
    let kept_max = RareSettings::default().features_per_document as f64;
    alone(py, batch, |batch| {
        let (a, b) = (numbers(batch, "a")?, numbers(batch, "b")?);
        let (count_a, count_b) = (numbers(batch, "count_a")?, numbers(batch, "count_b")?);
        let (of_a, of_b) = (packed_lists(batch, "features_a")?, packed_lists(batch, "features_b")?);
        let score = measures(batch, "score")?;
        let cuts = &settings.profile.search;
        let (mut pairs, mut is_best) = (Pairs::default(), Vec::new());
        for row in 0..batch.num_rows() {
            let [one, other] = [of_a.value(row), of_b.value(row)].map(unpacked::<I64>);
            let (counts, mut at) = ([count_a.value(row), count_b.value(row)], 0);
            let shared = one.iter().filter(|&feature| {
                at += other[at..].partition_point(|of_other| of_other.get() < feature.get());
                other.get(at) == Some(feature)
            });
            let more = counts[0].max(counts[1]) as f64;
            let shared = (shared.count() as f64 * (more / kept_max).max(1.0)).round() as usize;
            let fewer = counts[0].min(counts[1]).max(0) as usize;
            // the search holds scores in 32 bits
            let score = f64::from(score.value(row) as f32);
            if cuts.is_promising_of_all(score, shared, fewer) {
                pairs.push(a.value(row), b.value(row));
                is_best.push(cuts.is_promising(score, shared, fewer));
            }
        }
        let is_best: ArrayRef = Arc::new(BooleanArray::from(is_best));
        table(vec![("a", column(pairs.a)), ("b", column(pairs.b)), ("is_best", is_best)])
    })
}
