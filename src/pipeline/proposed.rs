//! Which pairs of what a search found deserve evidence.
//!
//! Copies collapse while candidates are sought, so that a pair of representatives speaks for all of their
//! copies. A scan that lists each article's best link judges that pair alone; one that lists all pairs judges
//! those of the copies as well, up to the limits below, and says where it stopped.

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::candidate::{CandidatePair, Candidates, CopyPair};
use crate::judge::Profile;
use crate::pipeline::families::ordered;
use crate::pipeline::limits;
use crate::pipeline::pairs::Pair;
use crate::search::PairLimits;

/// Copies of one text, and near-copies, are paired with each other up to so many, the earliest; each one
/// beyond with the text that stands for it.
pub const COPIES_PAIRED_MAX: usize = 256;
/// Of the copies of two texts that may be derived from one another, so many pairs are judged.
pub const ACROSS_PAIRED_MAX: usize = 16_384;

/// Texts that have this share of the smaller one's features in common are most likely of one family.
const NEAR_SHARE: f64 = 0.5;

/// Groups of copies of which not all pairs were tried: the text that stands for them, and how many they are.
pub(super) type LeftOut = FxHashMap<DocumentNumber, usize>;

/// What is judged, and why.
#[derive(Clone, Copy)]
pub(super) struct Proposal<'a> {
    pub found: &'a Candidates,
    pub limits: &'a PairLimits,
    pub profile: &'a Profile,
}

impl Proposal<'_> {
    /// The pairs that a scan without further wishes judges: copies with what they copy, and candidates that
    /// share enough. In order.
    pub fn pairs(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = self.copies().iter().map(|pair| (pair.a, pair.b)).collect();
        let Candidates { documents, copies, .. } = self.found;
        // the search asked whether two clusters may hold a pair of interest
        let promising = self.found.rewrites.iter().filter(|pair| self.is_promising(pair));
        let proposed = promising.map(|pair| (pair.a, pair.b)).chain(self.found.translations.iter().copied());
        pairs.extend(proposed.filter_map(|pair| limits::first_within(documents, copies, self.limits, pair)));
        in_order(pairs)
    }

    /// As [`Proposal::pairs`], the nearest first: copies, then by the share of the smaller side's features
    /// that both have; and how many of them are as near as pieces of one family.
    pub fn nearest_first(&self) -> (Vec<Pair>, usize) {
        let Candidates { rewrites, translations, .. } = self.found;
        let nearness = |pair: Pair| {
            let at = rewrites.binary_search_by_key(&pair, |candidate| (candidate.a, candidate.b));
            match at {
                Ok(at) => f64::from(rewrites[at].shared) / f64::from(rewrites[at].fewer.max(1)),
                Err(_) if translations.binary_search(&pair).is_ok() => 0.0,
                Err(_) => f64::INFINITY,
            }
        };
        let mut pairs: Vec<(f64, Pair)> =
            self.pairs().into_iter().map(|pair| (nearness(pair), pair)).collect();
        // equally near ones in an order that does not hang on that of the input
        let texts = |(a, b): Pair| {
            let [one, other] = [a, b].map(|document| self.found.documents.identity(document));
            (one.min(other), one.max(other))
        };
        pairs.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| texts(one.1).cmp(&texts(other.1))));
        let near = pairs.partition_point(|&(nearness, _)| nearness >= NEAR_SHARE);
        (pairs.into_iter().map(|(_, pair)| pair).collect(), near)
    }

    /// All that may be derived, through copies too; and where not all pairs were taken. In order.
    pub fn all_pairs(&self) -> (Vec<Pair>, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut pairs = self.pairs();
        let documents = &self.found.documents;
        let is_within = |pair: &Pair| limits::is_within(documents, self.limits, *pair);
        let mut members: FxHashMap<DocumentNumber, Vec<DocumentNumber>> = FxHashMap::default();
        for (representative, of) in self.found.copies.clusters() {
            let mut of: Vec<DocumentNumber> = of.filter(|&member| member != representative).collect();
            of.sort_by(|&one, &other| documents.by_date(one, other));
            of.insert(0, representative);
            if of.len() > COPIES_PAIRED_MAX {
                left_out.insert(representative, of.len());
            }
            let paired = &of[..of.len().min(COPIES_PAIRED_MAX)];
            let each = paired.iter().enumerate();
            let all = each.flat_map(|(at, &one)| paired[at + 1..].iter().map(move |&other| (one, other)));
            pairs.extend(all.filter(is_within).map(ordered));
            members.insert(representative, of);
        }
        let rewrites = self.found.rewrites.iter().filter(|pair| self.is_promising_of_all(pair));
        let rewrites = rewrites.map(|pair| (pair.a, pair.b));
        for (a, b) in rewrites.chain(self.found.translations.iter().copied()) {
            let [one, other] =
                [&a, &b].map(|end| members.get(end).map_or(std::slice::from_ref(end), Vec::as_slice));
            let is_whole = one.len() * other.len() <= ACROSS_PAIRED_MAX;
            let most = if is_whole { usize::MAX } else { ACROSS_PAIRED_MAX.isqrt() };
            if !is_whole {
                left_out.insert(a, one.len());
                left_out.insert(b, other.len());
            }
            let all = one.iter().take(most).flat_map(|&a| other.iter().take(most).map(move |&b| (a, b)));
            pairs.extend(all.filter(is_within).map(ordered));
        }
        (in_order(pairs), left_out)
    }

    fn is_promising(&self, pair: &CandidatePair) -> bool {
        let (score, shared, fewer) = looked_at(pair);
        self.profile.search.is_promising(score, shared, fewer)
    }

    fn is_promising_of_all(&self, pair: &CandidatePair) -> bool {
        let (score, shared, fewer) = looked_at(pair);
        self.profile.search.is_promising_of_all(score, shared, fewer)
    }

    /// The copies to list: each member with what stands for its text, else with its representative, and of
    /// clusters that verified links join as many of these as do. Where pairs are limited, all within the
    /// limits.
    pub fn copies(&self) -> Vec<CopyPair> {
        if *self.limits != PairLimits::default() {
            return self.all_copies();
        }
        let Candidates { documents, copies, .. } = self.found;
        let mut pairs = copies.bridges(|one, other| documents.by_date(one, other));
        for (representative, members) in copies.clusters() {
            // the same text is a better link than a near one
            let nearest = |member: DocumentNumber| match copies.first_of_text[member as usize] {
                first if first == member => representative,
                first => first,
            };
            pairs.extend(members.filter_map(|member| copies.pair(nearest(member), member)));
        }
        pairs
    }

    /// Every verified pair of copies within the limits. Quadratic in the printings of a text, as asked.
    fn all_copies(&self) -> Vec<CopyPair> {
        let mut pairs = Vec::new();
        let _ = self.found.copies.for_each_pair(|pair| {
            if limits::is_within(&self.found.documents, self.limits, (pair.a, pair.b)) {
                pairs.push(pair);
            }
            Ok::<(), std::convert::Infallible>(())
        });
        pairs
    }

    /// Every verified pair of copies within the limits, of much-printed texts some alone; and where not all
    /// were taken.
    pub fn listed_copies(&self) -> (Vec<CopyPair>, LeftOut) {
        let Candidates { documents, copies, .. } = self.found;
        let mut pairs = self.copies();
        let mut left_out = LeftOut::default();
        let mut texts: FxHashMap<DocumentNumber, Vec<DocumentNumber>> = FxHashMap::default();
        for (document, &first) in
            (0..).zip(&copies.first_of_text).filter(|&(document, &first)| document != first)
        {
            texts.entry(first).or_insert_with(|| vec![first]).push(document);
        }
        for (&first, printings) in &mut texts {
            printings.sort_by(|&one, &other| documents.by_date(one, other));
            if printings.len() > COPIES_PAIRED_MAX {
                left_out.insert(first, printings.len());
                printings.truncate(COPIES_PAIRED_MAX);
            }
            let each = printings.iter().enumerate();
            let all = each.flat_map(|(at, &one)| printings[at + 1..].iter().map(move |&other| (one, other)));
            pairs.extend(all.filter_map(|(one, other)| copies.pair(one, other)));
        }
        for link in &copies.links {
            let [one, other] =
                [&link.a, &link.b].map(|end| texts.get(end).map_or(std::slice::from_ref(end), Vec::as_slice));
            let is_whole = one.len() * other.len() <= ACROSS_PAIRED_MAX;
            let most = if is_whole { usize::MAX } else { ACROSS_PAIRED_MAX.isqrt() };
            if !is_whole {
                left_out.extend([(link.a, one.len()), (link.b, other.len())]);
            }
            let all = one.iter().take(most).flat_map(|&a| other.iter().take(most).map(move |&b| (a, b)));
            pairs.extend(all.filter_map(|(one, other)| copies.pair(one, other)));
        }
        pairs.retain(|pair| limits::is_within(documents, self.limits, (pair.a, pair.b)));
        pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        pairs.dedup_by_key(|pair| (pair.a, pair.b));
        (pairs, left_out)
    }
}

/// What the cheap look goes by: score, features in common, features of the smaller side.
fn looked_at(pair: &CandidatePair) -> (f64, usize, usize) {
    (f64::from(pair.score), pair.shared as usize, pair.fewer as usize)
}

fn in_order(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
