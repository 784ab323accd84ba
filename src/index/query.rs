//! What an article came from: candidates among the archive, judged as a scan judges them.
//!
//! Candidates come from [`super::candidates`]. Evidence is a cascade: what the words alone make implausible
//! goes first; then it is told how rare the words are that the rest has in common, by the counts of word
//! runs, of which every segment has those of all its documents that copy no other; and passages are aligned
//! for what is listed. Other printings of what is listed are judged last.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::candidates::Candidate;
use super::rarity::SharedGrams;
use super::recipe::{Analysis, distinct};
use super::segment::Record;
use super::snapshot::{DocumentPlace, Snapshot};
use crate::Result;
use crate::align::Scratch;
use crate::analysis::Analyser;
use crate::article::Article;
use crate::barrier::{Fault, Stage, guarded};
use crate::evidence::Prepared;
use crate::evidence::background::PairBackground;
use crate::judge::{Outlook, Profile};
use crate::pipeline::{Judgement, Judging, MeasuredPair};
use crate::row::{PairRow, Relation};
use crate::search::{BACKGROUND_MIN_DOCUMENTS, RareSettings, is_near};

/// What is asked of the archive, and which answers are wanted.
#[derive(Clone, Debug, Default)]
pub struct QuerySettings {
    /// The model and the cuts that judge.
    pub profile: Profile,
    /// Overrides the profile's cut.
    pub min_score: Option<f64>,
    /// Pairs of a common source as well.
    pub shared: bool,
    /// Largest distance of the dates in days; a document without a date is near to all.
    pub within_days: Option<u32>,
    /// Relations that are wanted; all where empty.
    pub relations: Vec<Relation>,
    /// Only matches of which one was canceled by its sender.
    pub killed: bool,
    /// So many answers, the best.
    pub top: Option<usize>,
    /// How rewrites are looked for.
    pub rare: RareSettings,
}

/// An article that is asked about, and what is known of it.
struct Query<'a> {
    own: Prepared,
    settings: &'a QuerySettings,
    judgement: Judgement<'a>,
    /// The representative of the article's earlier version, which counts in every frequency.
    version: Option<u64>,
    failed: &'a Failures,
}

/// The archive's articles at which retold failed, beside the one that is asked about.
#[derive(Debug, Default)]
pub struct Failures(Mutex<Vec<(String, Fault)>>);

impl Failures {
    /// What is in the way of a whole answer, by id.
    pub fn into_sorted(self) -> Vec<(String, Fault)> {
        let mut failed = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.sort_by(|one, other| one.0.cmp(&other.0));
        failed
    }

    pub(super) fn note<R>(&self, id: &str, done: std::result::Result<R, Fault>) -> Option<R> {
        let noted =
            |fault| self.0.lock().unwrap_or_else(PoisonError::into_inner).push((id.to_owned(), fault));
        done.map_err(noted).ok()
    }
}

/// A candidate, measured against the article that is asked about.
struct AskedPair {
    place: DocumentPlace,
    other: Prepared,
    pair: MeasuredPair,
}

/// Whether one of the two was canceled, as the evidence says.
fn is_killed(row: &PairRow) -> bool {
    row.evidence.iter().flatten().any(|reason| reason.code == "canceled")
}

impl QuerySettings {
    fn lists_underived(&self) -> bool {
        self.shared || self.relations.iter().any(|relation| !relation.is_derived())
    }

    fn lists(&self, relation: Relation) -> bool {
        match self.relations.is_empty() {
            true => relation.is_derived() || self.shared && relation == Relation::SharedSource,
            false => self.relations.contains(&relation),
        }
    }

    fn may_list(&self, outlook: &Outlook) -> bool {
        outlook.is_derived || outlook.underived.is_some_and(|relation| self.lists(relation))
    }
}

impl Snapshot {
    /// The archive's articles that an article is tied to, best first; never one of its own id. Of a text that
    /// was printed often, the first printings.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns; [`crate::Error::Internal`] where retold
    /// itself fails.
    pub fn query(&self, article: &Article, settings: &QuerySettings) -> Result<Vec<PairRow>> {
        let failed = Failures::default();
        let rows = self.query_in_part(article, settings, &failed)?;
        match failed.into_sorted().into_iter().next() {
            Some((_, fault)) => Err(fault.into()),
            None => Ok(rows),
        }
    }

    /// As [`Self::query`]; articles of the archive at which retold fails are left out, and put into `failed`.
    ///
    /// # Errors
    /// As [`Self::query`]; [`crate::Error::Internal`] where it fails at the article that is asked about.
    pub fn query_in_part(
        &self,
        article: &Article,
        settings: &QuerySettings,
        failed: &Failures,
    ) -> Result<Vec<PairRow>> {
        let analysis = || Analysis::asked(article, &mut Analyser::default());
        let mut analysis = guarded(Stage::Query, |wanted| wanted == article.id, analysis)?;
        analysis.features = distinct(analysis.features);
        if analysis.identity == 0 {
            return Ok(Vec::new());
        }
        let date = article.unix_seconds();
        let is_near = |record: &Record| is_near(date, record.unix_seconds, settings.within_days);
        let version = self.place_of(&article.id)?;
        let mut copies = self.copies(&analysis, is_near)?;
        copies.retain(|&place| Some(place) != version);
        let mut seen: FxHashSet<DocumentPlace> = copies.iter().copied().collect();
        seen.extend(version);
        let rewrites = self.rewrites(version, &analysis, settings, failed)?;
        if copies.is_empty() && rewrites.is_empty() {
            return Ok(Vec::new());
        }
        let asked = self.asked(article, version, settings, failed)?;
        let mut found: Vec<(DocumentPlace, Article)> =
            copies.into_iter().map(|place| Ok((place, self.article_at(place)?))).collect::<Result<_>>()?;
        let mut retold = Vec::new();
        for Candidate { place, article: other, .. } in rewrites {
            let record = self.record(place)?;
            if seen.contains(&place) {
                continue;
            }
            retold.push((place, record.number));
            // what is too far off may have printings that are not
            seen.insert(place);
            found.push((place, other));
        }
        let mut rows = self.judged(&asked, found)?;
        let mut printings = Vec::new();
        for (place, number) in retold {
            if rows.iter().any(|(judged, _)| *judged == place) {
                printings.extend(self.printings(number, is_near)?.into_iter().filter(|&it| seen.insert(it)));
            }
        }
        let printings = printings.into_iter().map(|place| Ok((place, self.article_at(place)?)));
        let printings: Vec<(DocumentPlace, Article)> = printings.collect::<Result<_>>()?;
        rows.extend(self.judged(&asked, printings)?);
        self.listed(rows, settings, is_near)
    }

    /// The rows that are wanted, best first.
    fn listed(
        &self,
        rows: Vec<(DocumentPlace, PairRow)>,
        settings: &QuerySettings,
        is_near: impl Fn(&Record) -> bool,
    ) -> Result<Vec<PairRow>> {
        let mut listed = Vec::new();
        for (place, row) in rows {
            let is_wanted = settings.lists(row.relation) && (!settings.killed || is_killed(&row));
            if is_near(&self.record(place)?) && is_wanted {
                listed.push(row);
            }
        }
        listed.sort_by(|one, other| {
            let by_score = other.score.total_cmp(&one.score);
            by_score.then_with(|| (&one.source, &one.derived).cmp(&(&other.source, &other.derived)))
        });
        listed.truncate(settings.top.unwrap_or(usize::MAX));
        Ok(listed)
    }

    fn asked<'a>(
        &self,
        article: &Article,
        version: Option<DocumentPlace>,
        settings: &'a QuerySettings,
        failed: &'a Failures,
    ) -> Result<Query<'a>> {
        Ok(Query {
            own: guarded(Stage::Prepare, |wanted| wanted == article.id, || Prepared::new(article))?,
            settings,
            judgement: Judgement { profile: &settings.profile, cut: settings.min_score },
            version: version
                .map(|place| Ok::<_, crate::Error>(self.record(place)?.representative))
                .transpose()?,
            failed,
        })
    }

    /// The rows of an article with others of the archive, given by their ids, of those pairs that are listed.
    pub(super) fn judged_with(
        &self,
        article: &Article,
        others: &[&str],
        settings: &QuerySettings,
        failed: &Failures,
    ) -> Result<Vec<PairRow>> {
        let asked = self.asked(article, self.place_of(&article.id)?, settings, failed)?;
        let mut found = Vec::with_capacity(others.len());
        for other in others {
            if let Some(place) = self.place_of(other)? {
                found.push((place, self.article_at(place)?));
            }
        }
        let rows = self.judged(&asked, found)?.into_iter().map(|(_, row)| row);
        Ok(rows.filter(|row| settings.lists(row.relation)).collect())
    }

    /// The rows of those candidates that may be listed.
    fn judged(
        &self,
        asked: &Query<'_>,
        found: Vec<(DocumentPlace, Article)>,
    ) -> Result<Vec<(DocumentPlace, PairRow)>> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let has_background = self.representatives() + 1 >= BACKGROUND_MIN_DOCUMENTS as u64;
        let judging = asked.judging();
        let measured: Vec<AskedPair> = found
            .par_iter()
            .filter_map(|(place, article)| {
                let measured = || {
                    let other = Prepared::new(article);
                    let pair = judging.measured(&asked.own, &other, has_background)?;
                    Some(AskedPair { place: *place, other, pair })
                };
                let is_subject = |wanted: &str| wanted == article.id;
                asked.failed.note(&article.id, guarded(Stage::Query, is_subject, measured))?
            })
            .collect();
        let background = match has_background {
            true => {
                let runs = measured
                    .iter()
                    .flat_map(|asked_for| asked_for.pair.shared_runs(&asked.own, &asked_for.other));
                let mut grams = SharedGrams::default();
                runs.for_each(|(text, runs)| grams.push(text, runs));
                Some(self.background(grams)?)
            }
            false => None,
        };
        let rows: Vec<Option<(DocumentPlace, PairRow)>> = measured
            .into_par_iter()
            .map_init(Scratch::default, |scratch, AskedPair { place, other, pair }| {
                let own_documents = match asked.version {
                    Some(version) if self.record(place)?.representative != version => 2,
                    _ => 1,
                };
                let background = background.as_ref();
                let background = background.map(|background| PairBackground { background, own_documents });
                let is_subject = |wanted: &str| wanted == other.id;
                let judged = guarded(Stage::Judge, is_subject, || {
                    judging.judged(&asked.own, &other, pair, background, scratch)
                });
                if judged.is_err() {
                    *scratch = Scratch::default();
                }
                Ok(asked.failed.note(&other.id, judged).flatten().map(|row| (place, row)))
            })
            .collect::<Result<_>>()?;
        Ok(rows.into_iter().flatten().collect())
    }
}

impl Query<'_> {
    /// As a scan with the same wishes judges.
    fn judging(&self) -> Judging<'_, impl Fn(&Outlook) -> bool + Sync> {
        let Query { settings, judgement, .. } = *self;
        Judging {
            judgement,
            min_score: judgement.plausible_score(),
            with_implausible: settings.lists_underived(),
            keep: |outlook: &Outlook| settings.may_list(outlook),
        }
    }
}
