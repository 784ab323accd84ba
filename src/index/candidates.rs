//! Which articles of the archive an article may have come from: copies by identical words and by bands,
//! rewrites by rare features in common, scored and chosen by the policy of [`crate::search`].

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::query::{Failures, QuerySettings};
use super::recipe::{Analysis, identity_key};
use super::sampling::Sampling;
use super::segment::Record;
use super::snapshot::{DocumentPlace, Snapshot};
use crate::Result;
use crate::analysis::Analyser;
use crate::article::Article;
use crate::barrier::{Stage, guarded};
use crate::judge::search::SearchCuts;
use crate::search::{
    BACKGROUND_MIN_DOCUMENTS, FeatureTie, Rank, RareSettings, candidate_score, feature_weight, keep_best,
};
use crate::sketch::sample::is_kept;

use crate::shingle::count_in_both;

/// Printings of one text that are judged, most bands in common first.
pub const PRINTINGS_MAX: usize = 32;

/// Documents of the heaviest features in common whose texts are looked at.
const TEXTS_MAX: usize = 48;

/// They are looked at so many at a time, until none of them is promising.
const TEXTS_AT_ONCE: usize = 16;

/// A scan keeps a pair if either document wants it; an incoming article speaks for those that would want it.
const ALL_SIDES: usize = 4;

/// Features are looked up so many to a task.
const FEATURES_A_TASK: usize = 24;

/// A feature's documents over all segments; those of the first alone where it ties to no other.
struct Feature {
    key: u32,
    places: Vec<DocumentPlace>,
    weight: u32,
    tie: FeatureTie,
    in_documents: f64,
}

/// Features in common, by weight and number.
#[derive(Clone, Copy, Default)]
struct FeatureOverlap {
    weight: u64,
    features: u32,
}

impl FeatureOverlap {
    fn add(&mut self, weight: u32, one_in: u32) {
        self.weight += u64::from(weight) * u64::from(one_in);
        self.features += one_in;
    }

    fn and(self, other: FeatureOverlap) -> FeatureOverlap {
        FeatureOverlap { weight: self.weight + other.weight, features: self.features + other.features }
    }
}

#[derive(Clone, Copy, Default)]
struct Share {
    tied: FeatureOverlap,
    /// Besides, if the document turns out to have few features, and if it does not.
    if_short: FeatureOverlap,
    if_long: FeatureOverlap,
    is_rare: bool,
    /// Stands for which features they are: of documents with as much in common it decides, whatever was filed first.
    mark: u64,
}

impl Share {
    fn at_most(&self) -> FeatureOverlap {
        let more = [self.if_short, self.if_long].into_iter().max_by_key(|tied| tied.weight);
        self.tied.and(more.unwrap_or_default())
    }
}

/// A representative that may have been retold.
pub struct Candidate {
    pub place: DocumentPlace,
    pub article: Article,
    identity: u128,
    score: f64,
    is_rare: bool,
    is_promising: bool,
}

impl Snapshot {
    /// Documents of the same words, or that agree in a band.
    pub(super) fn copies(
        &self,
        analysis: &Analysis,
        is_wanted: impl Fn(&Record) -> bool,
    ) -> Result<Vec<DocumentPlace>> {
        let mut bands: FxHashMap<DocumentPlace, u32> = FxHashMap::default();
        let same = self.find(|layout| &layout.texts, identity_key(analysis.identity))?.0;
        same.into_iter().for_each(|place| {
            bands.insert(place, u32::MAX / 2);
        });
        for &band in &analysis.bands {
            for place in self.find(|layout| &layout.bands, band)?.0 {
                *bands.entry(place).or_default() += 1;
            }
        }
        let mut found: Vec<(DocumentPlace, u32)> = bands.into_iter().collect();
        found.sort_unstable_by_key(|&(place, bands)| (std::cmp::Reverse(bands), place));
        let mut places: Vec<DocumentPlace> = Vec::new();
        let mut seen = FxHashSet::default();
        for (place, _) in found {
            let record = self.record(place)?;
            // documents of the very words of a representative have no bands of their own
            let printings = match record.is_copy() {
                true => Vec::new(),
                false => self.printings(record.number, &is_wanted)?,
            };
            let first = is_wanted(&record).then_some(place);
            places.extend(first.into_iter().chain(printings).filter(|&place| seen.insert(place)));
            if places.len() >= PRINTINGS_MAX {
                break;
            }
        }
        places.truncate(PRINTINGS_MAX);
        Ok(places)
    }

    /// The first documents that copy the one of this number.
    pub(super) fn printings(
        &self,
        number: u64,
        is_wanted: impl Fn(&Record) -> bool,
    ) -> Result<Vec<DocumentPlace>> {
        let mut places = Vec::new();
        for place in self.copies_of(number)? {
            if places.len() == PRINTINGS_MAX {
                break;
            }
            if is_wanted(&self.record(place)?) {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// Representatives with rare features in common that are worth full evidence, best first.
    pub(super) fn rewrites(
        &self,
        own: Option<DocumentPlace>,
        analysis: &Analysis,
        settings: &QuerySettings,
        failed: &Failures,
    ) -> Result<Vec<Candidate>> {
        let rare = &settings.rare;
        let is_short = rare.is_short(analysis.features.len());
        let found = self.shares(&self.features(&analysis.features, own, rare)?, own, is_short, rare);
        let mut scored: Vec<Candidate> = Vec::new();
        for some in found.chunks(TEXTS_AT_ONCE) {
            let before = scored.len();
            let more = some.par_iter().map_init(Analyser::default, |analyser, &(place, share)| {
                self.scored((place, share), analysis, rare, &settings.profile.search, (analyser, failed))
            });
            scored.par_extend(more.collect::<Result<Vec<_>>>()?.into_par_iter().flatten());
            // the rest has less in common
            if scored[before..].iter().all(|candidate| !candidate.is_promising) {
                break;
            }
        }
        scored.sort_unstable_by(|a, b| {
            b.score.total_cmp(&a.score).then(a.identity.cmp(&b.identity)).then(a.place.cmp(&b.place))
        });
        scored.retain(|candidate| candidate.is_promising);
        let rank = |found: &Candidate| Rank { score: found.score, has_rare: found.is_rare };
        keep_best(&mut scored, rank, rare, ALL_SIDES);
        Ok(scored)
    }

    /// The documents with the heaviest features in common, of each kind of feature the rarest, as a scan
    /// keeps them.
    fn shares(
        &self,
        features: &[Feature],
        own: Option<DocumentPlace>,
        is_short: bool,
        rare: &RareSettings,
    ) -> Vec<(DocumentPlace, Share)> {
        let (mut rare_left, mut frequent_left) = (rare.rare_per_document, rare.frequent_per_document);
        let mut shares: FxHashMap<DocumentPlace, Share> = FxHashMap::default();
        for feature in features {
            let is_within = match feature.tie {
                FeatureTie::All => spend(&mut rare_left),
                // a scan goes by all of these
                FeatureTie::Short if is_short => true,
                FeatureTie::Short | FeatureTie::Leader => spend(&mut frequent_left),
            };
            for (at, &place) in feature.places.iter().enumerate() {
                let one_in = self.part(place).segment.layout.sampling.features_one_in;
                let mut add = |to: fn(&mut Share) -> &mut FeatureOverlap| {
                    let share = shares.entry(place).or_default();
                    to(share).add(feature.weight, one_in);
                    share.is_rare |= feature.tie == FeatureTie::All;
                    share.mark ^= xxh3_64(&feature.key.to_le_bytes());
                };
                match feature.tie {
                    FeatureTie::Short if !is_short => {
                        add(|share| &mut share.if_short);
                        if at == 0 && is_within {
                            add(|share| &mut share.if_long);
                        }
                    }
                    _ if is_within => add(|share| &mut share.tied),
                    _ => {}
                }
            }
        }
        let is_enough = |&(place, share): &(DocumentPlace, Share)| {
            share.at_most().features >= rare.shared_min && Some(place) != own
        };
        let mut found: Vec<(DocumentPlace, Share)> = shares.into_iter().filter(is_enough).collect();
        let order = |&(place, share): &(DocumentPlace, Share)| {
            (std::cmp::Reverse(share.at_most().weight), share.mark, place)
        };
        if found.len() > TEXTS_MAX {
            found.select_nth_unstable_by_key(TEXTS_MAX, order);
            found.truncate(TEXTS_MAX);
        }
        found.sort_unstable_by_key(order);
        found
    }

    /// The documents of each feature that some document has, the rarest feature first.
    fn features(
        &self,
        features: &[u32],
        own: Option<DocumentPlace>,
        rare: &RareSettings,
    ) -> Result<Vec<Feature>> {
        let all: u64 = self.representatives().max(2);
        // the article itself is one of them, as in a scan; a small archive cannot tell what is rare: weights
        // are those of a larger one
        let weighed_among = (all + u64::from(own.is_none())).max(BACKGROUND_MIN_DOCUMENTS as u64);
        let is_large = Sampling::of(all) != Sampling::ALL;
        let frequent_beyond_doubt = 2 * u64::from(rare.document_frequency_max);
        let find = |&feature: &u32| {
            let (mut places, mut total, mut asked) = (Vec::new(), 0u64, 0u64);
            for (part, held) in (0..).zip(&self.parts) {
                let layout = &held.segment.layout;
                if !is_kept(feature, layout.sampling.features_one_in) {
                    continue;
                }
                // frequent beyond doubt: as frequent elsewhere as in what was asked
                if is_large && total > frequent_beyond_doubt {
                    break;
                }
                asked += u64::from(layout.representatives);
                let posting = held.segment.find(&layout.features, feature)?;
                let gone = posting.documents.iter().filter(|&&it| held.deleted.is_deleted(it)).count();
                total += u64::from(posting.total) - (gone as u64).min(u64::from(posting.total));
                let live = posting.documents.into_iter().filter(|&it| !held.deleted.is_deleted(it));
                places.extend(live.map(|document| DocumentPlace { part, document }));
            }
            if places.is_empty() {
                return Ok(None);
            }
            // where some segments left the feature out, they are taken to be like the others
            let is_counted = own.is_some_and(|own| places.contains(&own));
            let in_documents =
                total as f64 * (all as f64 / asked.max(1) as f64).max(1.0) + f64::from(u8::from(!is_counted));
            let tie = rare.tie(in_documents);
            if tie == FeatureTie::Leader {
                places.truncate(1);
            }
            let weight = feature_weight(weighed_among as f64, in_documents);
            Ok(Some(Feature { key: feature, places, weight, tie, in_documents }))
        };
        let found: Vec<Option<Feature>> =
            features.par_iter().with_min_len(FEATURES_A_TASK).map(find).collect::<Result<_>>()?;
        let mut found: Vec<Feature> = found.into_iter().flatten().collect();
        found.sort_by(|a, b| a.in_documents.total_cmp(&b.in_documents));
        Ok(found)
    }

    /// A candidate with about the score that a scan would give it, and the cheap look at both texts; `None`
    /// where it is too little.
    fn scored(
        &self,
        (place, share): (DocumentPlace, Share),
        analysis: &Analysis,
        rare: &RareSettings,
        cuts: &SearchCuts,
        (analyser, failed): (&mut Analyser, &Failures),
    ) -> Result<Option<Candidate>> {
        let one_in = self.part(place).segment.layout.sampling.features_one_in;
        let article = self.article_at(place)?;
        let features = guarded(
            Stage::Query,
            |wanted| wanted == article.id,
            || (Analysis::features_of(&article.text, analyser), analyser.identity()),
        );
        if features.is_err() {
            *analyser = Analyser::default();
        }
        let Some((other, identity)) = failed.note(&article.id, features) else { return Ok(None) };
        let shared = count_in_both(&analysis.features, &other);
        let more = if rare.is_short(other.len()) { share.if_short } else { share.if_long };
        let tied = share.tied.and(more);
        let weight = match one_in {
            1 => tied.weight,
            // few in common by chance of what was kept, not of what there is
            _ => tied.weight / u64::from(tied.features.max(1)) * shared as u64,
        };
        let fewer = analysis.features.len().min(other.len()).max(1);
        let score = candidate_score(weight, fewer);
        let is_enough = shared >= rare.shared_min as usize && score >= rare.least_score(share.is_rare);
        let is_promising = cuts.is_promising(score, shared, fewer);
        Ok(is_enough.then_some(Candidate {
            place,
            article,
            identity,
            score,
            is_rare: share.is_rare,
            is_promising,
        }))
    }
}

/// Takes one of what is left, where there is any.
fn spend(left: &mut usize) -> bool {
    let is_any = *left > 0;
    *left = left.saturating_sub(1);
    is_any
}
