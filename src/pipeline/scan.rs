//! The main job: all related pairs of a collection, and their families.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::candidate::{
    self, BACKGROUND_MIN_DOCUMENTS, CandidatePair, CandidateSettings, Candidates, CopyPair, DocumentTable,
    HotKind, PairLimits,
};
use crate::collection::Collection;
use crate::error::Result;
use crate::family::Link;
use crate::judge::relation::copy_score;
use crate::judge::{Outlook, Profile};
use crate::pipeline::limits;
use crate::pipeline::listing::{IdRanks, listed};
use crate::pipeline::pairs::{self, Judgement, Pair, Scored, Surroundings};
use crate::progress::Progress;
use crate::read::RejectionSink;
use crate::report::summary::HotFeature;
use crate::row::{Containment, FamilyRow, PairRow, Relation};
use crate::work::Workplace;

/// So many documents of a hot group are named.
const HOT_EXAMPLES: usize = 3;

/// What a scan looks for and lists.
#[derive(Clone, Debug)]
pub struct ScanSettings {
    pub candidates: CandidateSettings,
    pub profile: Profile,
    /// Overrides the profile's cut.
    pub min_score: Option<f64>,
    /// List every derived pair, not only each article's best link into its family.
    pub all_pairs: bool,
    /// List pairs of a common source as well.
    pub shared: bool,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// By falling score, then by ids.
    pub rows: Vec<PairRow>,
    /// The largest first.
    pub families: Vec<FamilyRow>,
    pub hot: Vec<HotFeature>,
    pub documents: DocumentTable,
}

/// Scans a collection.
///
/// # Errors
/// What the collection returns, [`crate::Error::Usage`] for settings out of range, [`crate::Error::Interrupted`].
pub fn scan<C: Collection>(
    collection: &C,
    settings: &ScanSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Scan> {
    scan_in(&Workplace::default(), collection, settings, progress, rejections)
}

/// As [`scan`], within the memory that `work` grants; a resumable one keeps what stages come to.
///
/// # Errors
/// As [`scan`], and [`crate::Error::File`] where the work folder cannot be written to.
pub fn scan_in<C: Collection>(
    work: &Workplace,
    collection: &C,
    settings: &ScanSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Scan> {
    let found = candidate::find_in(work, collection, &settings.candidates, progress, rejections)?;
    let (rows, families) = if settings.candidates.copies_only {
        list_copies(&found, settings)
    } else {
        list_judged(judged(work, collection, &found, settings, progress)?, &found.documents, settings)
    };
    let hot = hot(&found);
    Ok(Scan { rows, families, hot, documents: found.documents })
}

/// Lists the copies as they were verified, without further evidence.
fn list_copies(found: &Candidates, settings: &ScanSettings) -> (Vec<PairRow>, Vec<FamilyRow>) {
    let documents = &found.documents;
    let pairs = copy_pairs(found, settings);
    let ranks = IdRanks::new(documents, pairs.iter().map(|pair| [pair.a, pair.b]));
    let links: Vec<Link> = pairs
        .iter()
        .map(|pair| {
            let a_first =
                dates(documents, pair.a, pair.b).then(ranks.of(pair.a).cmp(&ranks.of(pair.b))).is_le();
            let (source, derived) = if a_first { (pair.a, pair.b) } else { (pair.b, pair.a) };
            let relation = if pair.is_identical { Relation::Identical } else { Relation::Copy };
            let score = copy_score(pair.jaccard);
            Link { source, derived, relation, score, direction_confidence: 0.5, taken: 1.0 }
        })
        .collect();
    let row = |at: usize| {
        let (pair, link): (&CopyPair, &Link) = (&pairs[at], &links[at]);
        let (derived_in_source, source_in_derived) = match link.source == pair.a {
            true => (pair.containment_of_b, pair.containment_of_a),
            false => (pair.containment_of_a, pair.containment_of_b),
        };
        Some(PairRow {
            source: documents.id(link.source).to_owned(),
            derived: documents.id(link.derived).to_owned(),
            relation: link.relation,
            tie: None,
            score: link.score,
            direction_confidence: None,
            reuse: None,
            reuse_source: None,
            jaccard: pair.jaccard,
            containment: Containment { derived_in_source, source_in_derived },
            facts: None,
            background_documents: None,
            calibrated: None,
            evidence: None,
            passages: None,
        })
    };
    listed(&links, &ranks, documents, settings.all_pairs, row)
}

/// Lists pairs that were judged.
fn list_judged(
    scored: Vec<Scored>,
    documents: &DocumentTable,
    settings: &ScanSettings,
) -> (Vec<PairRow>, Vec<FamilyRow>) {
    let links: Vec<Link> = scored
        .iter()
        .map(|Scored { source, derived, row }| Link {
            source: *source,
            derived: *derived,
            relation: row.relation,
            score: row.score,
            direction_confidence: row.direction_confidence.unwrap_or(0.5),
            taken: row.reuse.map_or(1.0, |reuse| reuse.verbatim + reuse.reworded),
        })
        .collect();
    let ranks = IdRanks::new(documents, links.iter().map(|link| [link.source, link.derived]));
    let mut rows: Vec<Option<PairRow>> = scored.into_iter().map(|scored| Some(scored.row)).collect();
    listed(&links, &ranks, documents, settings.all_pairs, |at| rows[at].take())
}

fn judged<C: Collection>(
    work: &Workplace,
    collection: &C,
    found: &Candidates,
    settings: &ScanSettings,
    progress: &dyn Progress,
) -> Result<Vec<Scored>> {
    let mut wanted: Vec<Pair> = copy_pairs(found, settings).iter().map(|pair| (pair.a, pair.b)).collect();
    let cuts = &settings.profile.search;
    let is_promising = |pair: &&CandidatePair| {
        cuts.is_promising(f64::from(pair.score), pair.shared as usize, pair.fewer as usize)
    };
    let promising = found.rewrites.iter().filter(is_promising);
    // the search asked whether two clusters may hold a pair of interest
    let limits = &settings.candidates.limits;
    wanted.extend(
        promising.filter_map(|pair| {
            limits::first_within(&found.documents, &found.copies, limits, (pair.a, pair.b))
        }),
    );
    wanted.sort_unstable();
    wanted.dedup();
    let around = Surroundings {
        work,
        collection,
        documents: &found.documents,
        copies: &found.copies,
        is_background: found.copies.representatives().count() >= BACKGROUND_MIN_DOCUMENTS,
    };
    let judgement = Judgement { profile: &settings.profile, cut: settings.min_score };
    let shared = settings.shared;
    let keep = |outlook: &Outlook| {
        outlook.is_derived || (shared && outlook.underived == Some(Relation::SharedSource))
    };
    let cut = settings.min_score.unwrap_or(settings.profile.cut);
    let min_score = if shared { 0.0 } else { cuts.plausible_share_of_cut * cut };
    pairs::score(&around, &wanted, &judgement, min_score, keep, progress)
}

/// The copies to list: all pairs, or each member with the first of the same text, else with its representative.
fn copy_pairs(found: &Candidates, settings: &ScanSettings) -> Vec<CopyPair> {
    let mut pairs = Vec::new();
    let limits = &settings.candidates.limits;
    let mut take = |pair: CopyPair| {
        if limits::is_within(&found.documents, limits, (pair.a, pair.b)) {
            pairs.push(pair);
        }
    };
    let has_limits = *limits != PairLimits::default();
    if settings.all_pairs || has_limits {
        let _ = found.copies.for_each_pair(|pair| {
            take(pair);
            Ok::<(), std::convert::Infallible>(())
        });
    } else {
        for (representative, members) in found.copies.clusters() {
            // the same text is a better link than a near one
            let nearest = |member: DocumentNumber| match found.copies.first_of_text[member as usize] {
                first if first == member => representative,
                first => first,
            };
            members.filter_map(|member| found.copies.pair(nearest(member), member)).for_each(&mut take);
        }
    }
    pairs
}

/// Earlier date first.
fn dates(documents: &DocumentTable, a: DocumentNumber, b: DocumentNumber) -> Ordering {
    match (documents.unix_seconds(a), documents.unix_seconds(b)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => Ordering::Equal,
    }
}

fn hot(found: &Candidates) -> Vec<HotFeature> {
    let mut by_leader: FxHashMap<(&'static str, DocumentNumber), u64> = FxHashMap::default();
    for group in &found.hot {
        let kind = match group.kind {
            HotKind::Bucket => "near_duplicate_bucket",
            HotKind::Feature => "rare_feature",
        };
        let documents = by_leader.entry((kind, group.leader)).or_default();
        *documents = (*documents).max(group.documents);
    }
    let mut hot: Vec<HotFeature> = by_leader
        .into_iter()
        .map(|((kind, leader), documents)| HotFeature {
            kind: kind.to_owned(),
            documents,
            example_ids: [leader]
                .iter()
                .take(HOT_EXAMPLES)
                .map(|&leader| found.documents.id(leader).to_owned())
                .collect(),
        })
        .collect();
    hot.sort_by(|one, other| {
        one.kind
            .cmp(&other.kind)
            .then(other.documents.cmp(&one.documents))
            .then_with(|| one.example_ids.cmp(&other.example_ids))
    });
    hot
}
