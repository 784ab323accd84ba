//! The main job: all related pairs of a collection, and their families.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::candidate::{self, CandidateSettings, Candidates, CopyPair, DocumentTable, HotKind};
use crate::collection::Collection;
use crate::error::Result;
use crate::family::{self, Link};
use crate::faults::ToldOnce;
use crate::judge::Profile;
use crate::judge::relation::copy_score;
use crate::pipeline::families::{self, LinksByPair};
use crate::pipeline::judged::{JudgedPairs, PairJudge};
use crate::pipeline::listed_families::ScanFamilies;
use crate::pipeline::listing::{IdRanks, listed};
use crate::pipeline::misread;
use crate::pipeline::pairs::{Pair, PairContext};
use crate::pipeline::proposed::{LeftOut, Proposal};
use crate::pipeline::rows::{ListedRows, RowLines, ScanRows, Verified};
use crate::pipeline::trees::Families;
use crate::progress::{Progress, Work};
use crate::rejection::RejectionSink;
use crate::row::{Containment, HotFeature, Relation};
use crate::search::BACKGROUND_MIN_DOCUMENTS;
use crate::work::Resources;

/// Of the memory so many percent are for the rows that are listed.
const ROWS_PERCENT: u64 = 2;

/// So many documents of a hot group are named.
const HOT_EXAMPLES: usize = 3;

/// What a scan looks for and lists.
#[derive(Clone, Debug)]
pub struct ScanSettings {
    /// What is looked for, and how.
    pub candidates: CandidateSettings,
    /// The model and the cuts that judge.
    pub profile: Profile,
    /// Overrides the profile's cut.
    pub min_score: Option<f64>,
    /// List every derived pair, also of copies with what others of them are derived from, not only each
    /// article's best link into its family. Of much-printed texts not all pairs are tried: [`Scan::hot`]
    /// names these.
    pub all_pairs: bool,
    /// List pairs of a common source as well.
    pub shared: bool,
}

/// What a scan found.
#[derive(Debug)]
pub struct Scan {
    listed: ListedRows,
    /// The largest first.
    pub families: ScanFamilies,
    /// Buckets and features above the cap, of which not all pairs were tried.
    pub hot: Vec<HotFeature>,
    /// All documents of the collection, by their numbers.
    pub documents: DocumentTable,
}

impl Scan {
    /// The rows, by falling score, then by ids.
    pub fn rows(&self) -> ScanRows<'_> {
        self.listed.among(&self.documents)
    }
}

/// Scans a collection.
///
/// # Errors
/// What the collection returns, [`crate::Error::Usage`] for settings out of range,
/// [`crate::Error::Interrupted`].
pub fn scan<C: Collection>(
    collection: &C,
    settings: &ScanSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Scan> {
    scan_in(&Resources::default(), collection, settings, progress, rejections)
}

/// As [`scan`], within the memory that `work` grants; a resumable one keeps what stages come to.
///
/// # Errors
/// As [`scan`], and [`crate::Error::File`] where the work folder cannot be written to.
pub fn scan_in<C: Collection>(
    work: &Resources,
    collection: &C,
    settings: &ScanSettings,
    progress: &dyn Progress,
    rejections: &dyn RejectionSink,
) -> Result<Scan> {
    let rejections = &ToldOnce::new(rejections);
    let mut found = candidate::find_in(work, collection, &settings.candidates, progress, rejections)?;
    if settings.candidates.is_noisy && settings.candidates.copies_only {
        misread::add_copies(collection, &mut found, settings.candidates.threshold, progress, rejections)?;
    }
    let (listed, families, left_out) = match settings.candidates.copies_only {
        true => list_copies(work, &found, settings)?,
        false => list_judged(work, collection, &mut found, settings, (progress, rejections))?,
    };
    let hot = hot(&found, &left_out);
    progress.count(Work::Listed, listed.len() as u64);
    Ok(Scan { listed, families, hot, documents: found.documents })
}

/// What is listed, the families, and groups of copies of which not all pairs were tried.
type Listing = (ListedRows, ScanFamilies, LeftOut);

fn proposal<'a>(found: &'a Candidates, settings: &'a ScanSettings) -> Proposal<'a> {
    Proposal { found, limits: &settings.candidates.limits, profile: &settings.profile }
}

/// Lists the copies as they were verified, without further evidence.
fn list_copies(work: &Resources, found: &Candidates, settings: &ScanSettings) -> Result<Listing> {
    let documents = &found.documents;
    let proposal = proposal(found, settings);
    let (pairs, left_out) = match settings.all_pairs {
        true => proposal.listed_copies(),
        false => (proposal.copies(), LeftOut::default()),
    };
    let ranks = IdRanks::new(documents, pairs.iter().map(|pair| [pair.a, pair.b]));
    let order_of = |a: DocumentNumber, b: DocumentNumber| ranks.of(a).cmp(&ranks.of(b));
    let links: Vec<Link> = pairs
        .iter()
        .map(|pair| {
            let a_first = dates(documents, pair.a, pair.b).then(order_of(pair.a, pair.b)).is_le();
            let (source, derived) = if a_first { (pair.a, pair.b) } else { (pair.b, pair.a) };
            let relation = if pair.is_identical { Relation::Identical } else { Relation::Copy };
            let score = copy_score(pair.jaccard);
            let (direction_confidence, taken, taken_of_source) = (0.5, 1.0, 1.0);
            Link { source, derived, relation, score, direction_confidence, taken, taken_of_source }
        })
        .collect();
    let tying =
        Tying::new(settings.all_pairs, || proposal.copies().iter().map(|pair| (pair.a, pair.b)).collect());
    let (groups, apart) = family::group(&links, |at| tying.has((pairs[at].a, pairs[at].b)), order_of);
    let planted = groups.iter().map(|group| families::by_links(group, &links, documents)).collect();
    let families = Families { groups, planted, apart };
    let by_pair = LinksByPair::new(&links);
    let order = listed(&links, &ranks, &families.listed(&by_pair), settings.all_pairs);
    let families = ScanFamilies::keep(work, families.rows(&links, &by_pair, documents, order_of))?;
    let verified = |at: usize| {
        let (pair, link): (&CopyPair, &Link) = (&pairs[at], &links[at]);
        let (derived_in_source, source_in_derived) = match link.source == pair.a {
            true => (pair.containment_of_b, pair.containment_of_a),
            false => (pair.containment_of_a, pair.containment_of_b),
        };
        Verified { jaccard: pair.jaccard, containment: Containment { derived_in_source, source_in_derived } }
    };
    Ok((ListedRows::verified(&order, &links, verified), families, left_out))
}

/// The pairs that tie families: those that are found without further wishes, so that what is listed decides
/// nothing.
enum Tying {
    All,
    /// In order.
    Some(Vec<Pair>),
}

impl Tying {
    fn new(is_more_listed: bool, pairs: impl FnOnce() -> Vec<Pair>) -> Self {
        if !is_more_listed {
            return Tying::All;
        }
        let mut pairs = pairs();
        pairs.sort_unstable();
        Tying::Some(pairs)
    }

    fn has(&self, pair: Pair) -> bool {
        match self {
            Tying::All => true,
            Tying::Some(pairs) => pairs.binary_search(&families::ordered(pair)).is_ok(),
        }
    }
}

/// Judges what was found, draws families, and lists what is wanted.
fn list_judged<C: Collection>(
    work: &Resources,
    collection: &C,
    found: &mut Candidates,
    settings: &ScanSettings,
    (progress, rejections): (&dyn Progress, &dyn RejectionSink),
) -> Result<Listing> {
    let proposal = proposal(found, settings);
    let ((pairs, near), left_out) = match settings.all_pairs {
        true => {
            let (pairs, left_out) = proposal.all_pairs();
            ((pairs, 0), left_out)
        }
        false => (proposal.nearest_first(), LeftOut::default()),
    };
    let tying = Tying::new(settings.all_pairs, || proposal.pairs());
    // nobody asks for them again, and they are many
    found.rewrites = Vec::new();
    let around = PairContext {
        work,
        collection,
        documents: &found.documents,
        copies: &found.copies,
        is_background: found.copies.representatives().count() >= BACKGROUND_MIN_DOCUMENTS,
        rejections,
    };
    let mut lines = RowLines::new(work, ROWS_PERCENT);
    let judge = PairJudge { around, settings, progress };
    let JudgedPairs { links, places, families } =
        judge.judge((&pairs, near), |pair| tying.has(pair), &mut lines)?;
    drop(pairs);
    let documents = &found.documents;
    let ranks = IdRanks::new(documents, links.iter().map(|link| [link.source, link.derived]));
    let order_of = |a: DocumentNumber, b: DocumentNumber| ranks.of(a).cmp(&ranks.of(b));
    let by_pair = LinksByPair::new(&links);
    let order = listed(&links, &ranks, &families.listed(&by_pair), settings.all_pairs);
    let families = ScanFamilies::keep(work, families.rows(&links, &by_pair, documents, order_of))?;
    Ok((ListedRows::judged(&order, &links, &places, lines), families, left_out))
}

/// Earlier date first.
fn dates(documents: &DocumentTable, a: DocumentNumber, b: DocumentNumber) -> Ordering {
    match (documents.unix_seconds(a), documents.unix_seconds(b)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => Ordering::Equal,
    }
}

fn hot(found: &Candidates, left_out: &LeftOut) -> Vec<HotFeature> {
    let mut by_leader: FxHashMap<(&'static str, DocumentNumber), u64> = FxHashMap::default();
    for group in &found.hot {
        let kind = match group.kind {
            HotKind::Bucket => "near_duplicate_bucket",
            HotKind::Feature => "rare_feature",
        };
        let documents = by_leader.entry((kind, group.leader)).or_default();
        *documents = (*documents).max(group.documents);
    }
    by_leader.extend(left_out.iter().map(|(&leader, &documents)| (("copies", leader), documents as u64)));
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
