//! What an article came from: candidates among the archive, judged as a scan judges them.
//!
//! Copies by identical words and by bands, rewrites by rare features in common, as [`crate::candidate`] finds them within a
//! collection. How rare the words are that a pair has in common is told by the counts of word runs, of which every segment
//! has those of all its documents that copy no other.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::recipe::{Analysis, Workspace, distinct, identity_key, is_kept, key32};
use super::snapshot::{Place, Snapshot};
use super::table::Table;
use crate::Result;
use crate::align::Scratch;
use crate::article::Article;
use crate::candidate::RareSettings;
use crate::evidence::background::{Background, PairBackground};
use crate::evidence::{Prepared, signals};
use crate::judge::Profile;
use crate::pipeline::{BACKGROUND_MIN_DOCUMENTS, Judgement, score_prepared};
use crate::row::{PairRow, Relation};

/// Documents that meet in bands and are looked at as copies, most bands in common first.
const COPIES_MAX: usize = 128;

/// Texts of candidates for rewrites that are looked at where features were left out of a segment.
const TEXTS_MAX: usize = 48;

/// What is asked of the archive, and which answers are wanted.
#[derive(Clone, Debug, Default)]
pub struct QuerySettings {
    pub profile: Profile,
    /// Overrides the profile's cut.
    pub min_score: Option<f64>,
    /// Pairs of a common source as well.
    pub shared: bool,
    /// Largest distance of the dates in days; a document without a date is near to all.
    pub within_days: Option<u32>,
    /// Relations that are wanted; all where empty.
    pub relations: Vec<Relation>,
    /// So many answers, the best.
    pub top: Option<usize>,
    pub rare: RareSettings,
}

/// A feature's documents over all segments.
struct Feature {
    places: Vec<Place>,
    weight: u32,
    is_rare: bool,
    in_documents: f64,
}

#[derive(Clone, Copy, Default)]
struct Share {
    weight: u64,
    features: u32,
    is_rare: bool,
}

impl Snapshot {
    /// The archive's articles that an article is tied to, best first; never one of its own id.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns.
    pub fn query(&self, article: &Article, settings: &QuerySettings) -> Result<Vec<PairRow>> {
        let mut analysis = Analysis::of(article, &mut Workspace::default());
        analysis.features = distinct(analysis.features);
        if analysis.identity == 0 {
            return Ok(Vec::new());
        }
        let mut candidates: Vec<Place> = self.copies(&analysis)?;
        let copies: FxHashSet<Place> = candidates.iter().copied().collect();
        let rewrites = self.rewrites(article, &analysis, settings)?;
        for representative in rewrites {
            // every printing of what it may be a rewrite of, as far as there is room
            let printings = self.copies_of(self.record(representative)?.number)?;
            let places = std::iter::once(representative).chain(printings.into_iter().take(COPIES_MAX));
            candidates.extend(places.filter(|place| !copies.contains(place)));
        }
        let mut seen = FxHashSet::default();
        candidates.retain(|place| seen.insert(*place));
        let found: Vec<(Place, Article)> = candidates
            .into_iter()
            .map(|place| Ok((place, self.article_at(place)?)))
            .filter(|found: &Result<(Place, Article)>| {
                found.as_ref().map_or(true, |(_, other)| {
                    other.id != article.id && is_near(article, other, settings.within_days)
                })
            })
            .collect::<Result<_>>()?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let own = Prepared::new(article);
        let others: Vec<Prepared> = found.par_iter().map(|(_, other)| Prepared::new(other)).collect();
        let background = self.background(&own, &others)?;
        let version = self.own_version(article)?;
        let judgement = Judgement { profile: &settings.profile, cut: settings.min_score };
        let mut rows: Vec<PairRow> = found
            .par_iter()
            .zip(&others)
            .map_init(Scratch::default, |scratch, ((place, _), other)| {
                let own_documents = match version {
                    Some(version) if self.record(*place)?.representative != version => 2,
                    _ => 1,
                };
                let background =
                    background.as_ref().map(|background| PairBackground { background, own_documents });
                Ok(score_prepared(&own, other, background, &judgement, scratch))
            })
            .collect::<Result<_>>()?;
        rows.retain(|row| {
            let is_listed =
                row.relation.is_derived() || settings.shared && row.relation == Relation::SharedSource;
            match settings.relations.is_empty() {
                true => is_listed,
                false => settings.relations.contains(&row.relation),
            }
        });
        rows.sort_by(|one, other| {
            let by_score = other.score.total_cmp(&one.score);
            by_score.then_with(|| (&one.source, &one.derived).cmp(&(&other.source, &other.derived)))
        });
        rows.truncate(settings.top.unwrap_or(usize::MAX));
        Ok(rows)
    }

    /// The representative of the article's earlier version, which counts in every frequency.
    fn own_version(&self, article: &Article) -> Result<Option<u64>> {
        let place = self.place_of(&article.id)?;
        place.map(|place| Ok(self.record(place)?.representative)).transpose()
    }

    /// Documents of the same words, or that agree in a band.
    fn copies(&self, analysis: &Analysis) -> Result<Vec<Place>> {
        let mut bands: FxHashMap<Place, u32> = FxHashMap::default();
        let same = self.find(|layout| &layout.texts, identity_key(analysis.identity))?.0;
        same.into_iter().for_each(|place| {
            bands.insert(place, u32::MAX / 2);
        });
        for &band in &analysis.bands {
            for place in self.find(|layout| &layout.bands, band)?.0 {
                *bands.entry(place).or_default() += 1;
            }
        }
        let mut found: Vec<(Place, u32)> = bands.into_iter().collect();
        found.sort_unstable_by_key(|&(place, bands)| (std::cmp::Reverse(bands), place));
        found.truncate(COPIES_MAX);
        let mut places: Vec<Place> = found.into_iter().map(|(place, _)| place).collect();
        // documents of the very words of a representative have no bands of their own
        for at in 0..places.len() {
            let record = self.record(places[at])?;
            if !record.is_copy() && places.len() < COPIES_MAX {
                places.extend(self.copies_of(record.number)?);
            }
        }
        let mut seen = FxHashSet::default();
        places.retain(|&place| seen.insert(place));
        places.truncate(COPIES_MAX);
        Ok(places)
    }

    /// Representatives with rare features in common, best first.
    fn rewrites(
        &self,
        article: &Article,
        analysis: &Analysis,
        settings: &QuerySettings,
    ) -> Result<Vec<Place>> {
        let rare = &settings.rare;
        let mut features = self.features(&analysis.features, rare)?;
        // of each kind the rarest, as a scan keeps them
        features.sort_by(|a, b| a.in_documents.total_cmp(&b.in_documents));
        let most_one_in =
            self.parts.iter().map(|part| part.segment.layout.features_one_in).max().unwrap_or(1);
        let (mut rare_left, mut frequent_left) = (rare.rare_per_document, rare.frequent_per_document);
        let mut shares: FxHashMap<Place, Share> = FxHashMap::default();
        for feature in &features {
            let left = if feature.is_rare { &mut rare_left } else { &mut frequent_left };
            if *left == 0 {
                continue;
            }
            *left -= 1;
            for &place in &feature.places {
                let one_in = self.part(place).segment.layout.features_one_in;
                let share = shares.entry(place).or_default();
                share.weight += u64::from(feature.weight) * u64::from(one_in);
                share.features += one_in;
                share.is_rare |= feature.is_rare;
            }
        }
        let mut found: Vec<(Place, Share)> =
            shares.into_iter().filter(|(_, share)| share.features >= rare.shared_min).collect();
        found.sort_unstable_by_key(|&(place, share)| (std::cmp::Reverse(share.weight), place));
        if most_one_in > 1 {
            found = self.weighed_by_text(found, analysis)?;
        }
        let own = self.place_of(&article.id)?;
        let mut leaders = 0;
        found.retain(|&(place, share)| {
            leaders += usize::from(!share.is_rare);
            Some(place) != own && (share.is_rare || leaders <= rare.leaders_per_document)
        });
        found.truncate(rare.candidates_per_document);
        Ok(found.into_iter().map(|(place, _)| place).collect())
    }

    /// The documents of each feature that some document has.
    fn features(&self, features: &[u32], rare: &RareSettings) -> Result<Vec<Feature>> {
        let all: u64 = self.representatives().max(2);
        let found: Vec<Option<Feature>> = features
            .iter()
            .map(|&feature| {
                let (mut places, mut total, mut asked) = (Vec::new(), 0u64, 0u64);
                for (part, held) in (0..).zip(&self.parts) {
                    let layout = &held.segment.layout;
                    if !is_kept(feature, layout.features_one_in) {
                        continue;
                    }
                    asked += u64::from(layout.representatives);
                    let posting = held.segment.find(&layout.features, feature)?;
                    let gone = posting.documents.iter().filter(|&&it| held.deleted.is_deleted(it)).count();
                    total += u64::from(posting.total) - (gone as u64).min(u64::from(posting.total));
                    let live = posting.documents.into_iter().filter(|&it| !held.deleted.is_deleted(it));
                    places.extend(live.map(|document| Place { part, document }));
                }
                if places.is_empty() {
                    return Ok(None);
                }
                // where some segments left the feature out, they are taken to be like the others
                let in_documents = total as f64 * (all as f64 / asked.max(1) as f64).max(1.0);
                let is_rare = in_documents <= f64::from(rare.document_frequency_max);
                if !is_rare {
                    places.truncate(1);
                }
                // the article itself is one of them, as in a scan
                let rarity = ((all + 1) as f64 / (in_documents + 1.0)).log2();
                let weight = (rarity.max(0.0) * 256.0) as u32;
                Ok(Some(Feature { places, weight, is_rare, in_documents }))
            })
            .collect::<Result<_>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The best by the features that segments keep, put in order by all features of their texts.
    fn weighed_by_text(
        &self,
        mut found: Vec<(Place, Share)>,
        analysis: &Analysis,
    ) -> Result<Vec<(Place, Share)>> {
        found.truncate(TEXTS_MAX);
        let weighed: Vec<Option<(Place, Share)>> = found
            .par_iter()
            .map_init(Workspace::default, |room, &(place, share)| {
                let one_in = self.part(place).segment.layout.features_one_in;
                let other = Analysis::features_of(&self.article_at(place)?.text, room);
                let shared = shared_count(&analysis.features, &other);
                let weight = share.weight / u64::from(share.features.max(1)) * shared;
                // few in common by chance of what was kept, not of what there is
                let is_enough = shared >= 3 || one_in == 1;
                Ok(is_enough.then_some((place, Share { weight, features: shared as u32, ..share })))
            })
            .collect::<Result<_>>()?;
        let mut weighed: Vec<(Place, Share)> = weighed.into_iter().flatten().collect();
        weighed.sort_unstable_by_key(|&(place, share)| (std::cmp::Reverse(share.weight), place));
        Ok(weighed)
    }

    /// In how many documents the word runs stand that the article shares with any of the others.
    fn background(&self, own: &Prepared, others: &[Prepared]) -> Result<Option<Background>> {
        let documents = self.representatives();
        if documents + 1 < BACKGROUND_MIN_DOCUMENTS as u64 {
            return Ok(None);
        }
        let shared: Vec<Vec<u64>> =
            others.par_iter().map(|other| signals::shared_grams(own, other)).collect();
        let mut grams = shared.concat();
        grams.sort_unstable();
        grams.dedup();
        let most = Table::keep(super::block::Kind::Grams) as u32;
        let frequencies: Vec<(u64, u32)> = grams
            .par_iter()
            .map(|&gram| {
                let mut frequency = 0;
                for part in &self.parts {
                    let layout = &part.segment.layout;
                    frequency += part.segment.find(&layout.grams, key32(gram))?.total;
                    if frequency >= most {
                        break;
                    }
                }
                Ok((gram, frequency))
            })
            .collect::<Result<_>>()?;
        Ok(Some(Background::counted(documents, frequencies)))
    }
}

fn shared_count(one: &[u32], other: &[u32]) -> u64 {
    let (mut a, mut b, mut shared) = (0, 0, 0);
    while let (Some(left), Some(right)) = (one.get(a), other.get(b)) {
        a += usize::from(left <= right);
        b += usize::from(right <= left);
        shared += u64::from(left == right);
    }
    shared
}

fn is_near(one: &Article, other: &Article, within_days: Option<u32>) -> bool {
    within_days.is_none_or(|days| match (one.unix_seconds(), other.unix_seconds()) {
        (Some(one), Some(other)) => one.abs_diff(other) <= u64::from(days) * 86_400,
        _ => true,
    })
}
