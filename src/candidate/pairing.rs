//! Postings to pairs: each document's best candidates.
//!
//! A document is a candidate of every other document in its rare postings, and through a posting above the
//! cap of its *leader*, one of the documents in it. So the editions of a story printed three hundred times
//! all meet the same one, at one comparison each. Time is linear in the documents: a document has so many
//! postings, a rare posting so many documents.

use rayon::prelude::*;

use super::postings::{PostingPartners, Postings, RangePostings};
use super::reach::Reach;
use super::table::DocumentTable;
use crate::Result;
use crate::article::DocumentNumber;
use crate::progress::{Progress, go_on};
use crate::search::{Best, Common, RareSettings, Weights};
use crate::work::Resources;

/// Ranges of documents that each thread pairs, one after the other, where there are enough documents …
const RANGES_A_THREAD: usize = 2;
/// … and the fewest that a range then has.
const RANGE_DOCUMENTS_MIN: usize = 4096;
/// After so many documents it is asked whether the run is to end.
const DOCUMENTS_AT_ONCE: usize = 1024;
/// Postings of all ranges under way are held in this memory.
const MEMORY_BYTES: u64 = 256 << 20;

/// What pairs are made of.
pub(super) struct Pairing<'a> {
    pub postings: &'a Postings,
    pub documents: &'a DocumentTable,
    /// Number of features of each document, those that are not kept as well.
    pub features: &'a [u16],
    /// Representatives that have features.
    pub holding: usize,
    pub settings: &'a RareSettings,
    pub reach: &'a Reach,
}

/// Two documents, `a < b`, of which one is among the other's best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TiedPair {
    pub a: DocumentNumber,
    pub b: DocumentNumber,
    /// As in [`super::CandidatePair`].
    pub score: f32,
    /// Rare features in common; `None` where not all of them were gone through.
    pub shared_rare: Option<u32>,
}

/// The pairs that either document keeps, in order.
pub(super) fn best_pairs(
    pairing: &Pairing<'_>,
    work: &Resources,
    progress: &dyn Progress,
) -> Result<Vec<TiedPair>> {
    let document_count = pairing.postings.document_count();
    progress.stage("rewrites: pairing", Some(document_count as u64));
    let weights = Weights::new(pairing.holding);
    let threads = rayon::current_num_threads();
    let documents_max = document_count.div_ceil(RANGES_A_THREAD * threads).max(RANGE_DOCUMENTS_MIN);
    let ranges = pairing.postings.ranges(documents_max, work.share_bytes(25, MEMORY_BYTES) / threads);
    let found: Vec<Vec<TiedPair>> = ranges
        .into_par_iter()
        .map_init(Tally::default, |tally, range| {
            let postings = pairing.postings.of_range(range.clone())?;
            let mut best = Vec::new();
            for document in range {
                if (document as usize).is_multiple_of(DOCUMENTS_AT_ONCE) {
                    go_on(progress)?;
                    progress.advance(DOCUMENTS_AT_ONCE as u64);
                }
                tally.count(&postings, document, &weights, pairing.settings, pairing.reach);
                tally.best(document, pairing, &mut best);
            }
            Ok(best)
        })
        .collect::<Result<_>>()?;
    let mut pairs = found.concat();
    // Either side's sum, whichever is larger: a leader knows nothing of what ties others to it.
    pairs.par_sort_unstable_by(|one, other| {
        let by_score = other.score.total_cmp(&one.score).then(other.shared_rare.cmp(&one.shared_rare));
        (one.a, one.b).cmp(&(other.a, other.b)).then(by_score)
    });
    pairs.dedup_by(|next, pair| {
        let is_same = (next.a, next.b) == (pair.a, pair.b);
        if is_same {
            pair.shared_rare = pair.shared_rare.or(next.shared_rare);
        }
        is_same
    });
    Ok(pairs)
}

#[inline(always)]
fn hint_of(document: DocumentNumber) -> usize {
    document as usize & (HINTS - 1)
}

/// Sums over the other documents that a document has features in common with: a hash table used over and
/// over.
///
/// Most others share a single feature and never count. So features are first counted in bytes by a few bits
/// of the other's number, which stay in the nearest cache, and only what lies in a byte with enough of them
/// is summed up.
#[derive(Default)]
struct Tally {
    hints: Vec<u8>,
    ties: Vec<SharedPosting>,
    /// The other documents of each tie, and the tie.
    met: Vec<(DocumentNumber, u32)>,
    slots: Vec<Sum>,
    used: Vec<u32>,
    /// Whether all rare postings of the document were gone through.
    is_whole: bool,
}

/// A posting of the document at hand.
#[derive(Clone, Copy)]
struct SharedPosting {
    tied: PostingPartners,
    weight: u32,
}

const HINTS: usize = 1 << 13;

#[derive(Clone, Copy, Default)]
struct Sum {
    /// The other document, plus one; 0 is a free slot.
    other: u32,
    weight: u32,
    shared: u32,
    shared_rare: u32,
}

impl Tally {
    fn count(
        &mut self,
        postings: &RangePostings,
        document: DocumentNumber,
        weights: &Weights,
        settings: &RareSettings,
        reach: &Reach,
    ) {
        self.used.drain(..).for_each(|slot| self.slots[slot as usize] = Sum::default());
        self.hints.clear();
        self.hints.resize(HINTS, 0);
        // Postings lie far apart in memory. The head of each is fetched for all before anything depends on
        // it.
        self.ties.clear();
        self.ties.extend(
            postings
                .of(document)
                .map(|tied| SharedPosting { tied, weight: weights.of(tied.documents as usize) }),
        );
        self.is_whole = true;
        if self.ties.len() > settings.rare_per_document {
            // Stable, and postings are in order of key.
            self.ties.sort_by_key(|tie| (!tie.tied.is_rare, tie.tied.documents));
            let rare = self.ties.iter().take_while(|tie| tie.tied.is_rare).count();
            self.is_whole = rare <= settings.rare_per_document;
            self.ties.drain(settings.rare_per_document.min(rare)..rare);
        }
        self.met.clear();
        for (at, tie) in (0..).zip(&self.ties) {
            for &other in postings.others(tie.tied) {
                let hint = &mut self.hints[hint_of(other)];
                *hint = hint.saturating_add(1);
                self.met.push((other, at));
            }
        }
        let enough = settings.shared_min.min(u32::from(u8::MAX)) as u8;
        for at in 0..self.met.len() {
            let (other, tie) = self.met[at];
            if self.hints[hint_of(other)] >= enough && other != document && reach.allows(document, other) {
                let SharedPosting { tied, weight } = self.ties[tie as usize];
                self.add(other, weight, u32::from(tied.is_rare));
            }
        }
    }

    #[inline(always)]
    fn add(&mut self, other: DocumentNumber, weight: u32, rare: u32) {
        if self.used.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot(other + 1);
        let sum = &mut self.slots[slot];
        if sum.other == 0 {
            sum.other = other + 1;
            self.used.push(slot as u32);
        }
        sum.weight = sum.weight.saturating_add(weight);
        sum.shared += 1;
        sum.shared_rare += rare;
    }

    #[inline(always)]
    fn slot(&self, other: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (other.wrapping_mul(0x9e37_79b1) >> 7) as usize & mask;
        while self.slots[slot].other != 0 && self.slots[slot].other != other {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let bigger = vec![Sum::default(); (self.slots.len() * 2).max(1 << 9)];
        let old = std::mem::replace(&mut self.slots, bigger);
        self.used.clear();
        for sum in old.into_iter().filter(|sum| sum.other != 0) {
            let slot = self.slot(sum.other);
            self.slots[slot] = sum;
            self.used.push(slot as u32);
        }
    }

    /// Appends the document's best candidates.
    fn best(&self, document: DocumentNumber, pairing: &Pairing<'_>, best: &mut Vec<TiedPair>) {
        let Pairing { documents, features, settings, .. } = *pairing;
        let kept = |document: DocumentNumber| {
            usize::from(features[document as usize]).min(settings.features_per_document)
        };
        // of equally good ones the texts decide, so that the order of the input does not
        let ranked = |other: DocumentNumber| ((documents.identity(other) >> 64) as u64, other);
        let own = kept(document);
        let met = self.used.iter().map(|&slot| {
            let &Sum { other, weight, shared, shared_rare } = &self.slots[slot as usize];
            let other = other - 1;
            let shorter = own.min(kept(other)).max(1);
            Common { other: ranked(other), weight, shared, shared_rare, shorter }
        });
        let kept = Common::best(met, settings).into_iter();
        best.extend(kept.map(|Best { other: (_, other), score, shared_rare }| {
            let (a, b) = (document.min(other), document.max(other));
            TiedPair { a, b, score: score as f32, shared_rare: self.is_whole.then_some(shared_rare) }
        }));
    }
}
