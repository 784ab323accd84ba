//! The family of an article: what it is tied to in the archive, and over those to others, as a scan of them
//! would draw it.
//!
//! Relatives are asked for one wave after the other: whoever is tied to a member by more than a part is a
//! member, and is asked in turn; who took a part is asked whether it has a family of its own. Then the stages
//! of a scan group them, compare them and draw the tree.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::query::{Failures, QuerySettings};
use super::snapshot::Snapshot;
use crate::Result;
use crate::analysis::Analyser;
use crate::article::{Article, DocumentNumber};
use crate::barrier::{Stage, guarded};
use crate::candidate::DocumentTable;
use crate::candidate::table::DocumentEntry;
use crate::collection::{Location, MemoryCollection};
use crate::family::{self, Link};
use crate::pipeline::drawing::{Drawing, Links};
use crate::pipeline::{LinksByPair, Pair, Scored};
use crate::progress::NoProgress;
use crate::row::{FamilyRow, PairRow, Relation};

/// So many members are asked for their relatives; of a larger family those are found that they are tied to.
const ASKED_MAX: usize = 200;

/// A family, and the rows of its pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundFamily {
    /// As a scan writes it.
    pub family: FamilyRow,
    /// The best first; of pairs that were judged, not of all.
    pub rows: Vec<PairRow>,
    /// Whether it has so many members that some were not asked for their relatives.
    pub is_cut: bool,
}

impl Snapshot {
    /// The family of an article, archived or not; `None` where nothing is tied to it. Where it took a part of
    /// a family's text, that family, with it among the borrowers.
    ///
    /// A family is that of a scan of the archive with the article, as long as it has not more than some two
    /// hundred distinct texts.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`] and what reading returns; [`crate::Error::Internal`] where retold fails
    /// at the article itself.
    pub fn family_of(&self, article: &Article, settings: &QuerySettings) -> Result<Option<FoundFamily>> {
        let failed = Failures::default();
        self.family_in_part(article, settings, &failed)
    }

    /// As [`Self::family_of`]; articles of the archive at which retold fails are left out, and put into
    /// `failed`.
    ///
    /// # Errors
    /// As [`Self::family_of`].
    pub fn family_in_part(
        &self,
        article: &Article,
        settings: &QuerySettings,
        failed: &Failures,
    ) -> Result<Option<FoundFamily>> {
        // what is listed has no part in who belongs together
        let settings = QuerySettings {
            profile: settings.profile.clone(),
            min_score: settings.min_score,
            rare: settings.rare.clone(),
            ..QuerySettings::default()
        };
        let mut relatives = Relatives::new(self, &settings, failed);
        relatives.gather(article)?;
        if relatives.rows.is_empty() {
            return Ok(None);
        }
        Drawn::of(relatives)?.family_with(&article.id)
    }
}

/// Ids in order.
type Ids = (String, String);

fn ids_of(row: &PairRow) -> Ids {
    match row.source < row.derived {
        true => (row.source.clone(), row.derived.clone()),
        false => (row.derived.clone(), row.source.clone()),
    }
}

/// How far an article's relatives are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Follow {
    /// It took a part or gave one: what else ties it decides whether it is a borrower.
    Itself,
    /// It is a member: who is tied to it is one too.
    Members,
    /// It is the article that is asked about: where nothing but parts tie it, those whom they tie it to are
    /// followed.
    All,
}

impl Follow {
    /// Who is to be asked next, as the rows of an article say, and how far these are followed. The same text
    /// has the same relatives, and is not asked again.
    fn others(self, id: &str, rows: &[PairRow]) -> Vec<(String, Follow)> {
        let is_whole = |row: &PairRow| row.relation != Relation::Partial;
        let is_borrower = self == Follow::All && !rows.iter().any(is_whole);
        let followed = |row: &PairRow| match self {
            Follow::Itself => None,
            _ if row.relation == Relation::Identical => None,
            _ if is_whole(row) || is_borrower => Some(Follow::Members),
            _ => Some(Follow::Itself),
        };
        let other = |row: &PairRow| if row.source == id { row.derived.clone() } else { row.source.clone() };
        rows.iter().filter_map(|row| Some((other(row), followed(row)?))).collect()
    }
}

/// Articles and the pairs that tie them, as far as they were asked for.
struct Relatives<'a> {
    snapshot: &'a Snapshot,
    settings: &'a QuerySettings,
    failed: &'a Failures,
    articles: BTreeMap<String, Article>,
    rows: BTreeMap<Ids, PairRow>,
    is_cut: bool,
}

impl<'a> Relatives<'a> {
    fn new(snapshot: &'a Snapshot, settings: &'a QuerySettings, failed: &'a Failures) -> Self {
        let (articles, rows) = (BTreeMap::new(), BTreeMap::new());
        Relatives { snapshot, settings, failed, articles, rows, is_cut: false }
    }

    fn gather(&mut self, article: &Article) -> Result<()> {
        self.articles.insert(article.id.clone(), article.clone());
        let mut asked: BTreeMap<String, Follow> = BTreeMap::new();
        let mut wave = vec![(article.id.clone(), Follow::All)];
        while !wave.is_empty() {
            asked.extend(wave.iter().cloned());
            let found: Vec<Vec<PairRow>> =
                wave.par_iter().map(|(id, _)| self.ask(id)).collect::<Result<_>>()?;
            let mut next: BTreeMap<String, Follow> = BTreeMap::new();
            for ((id, follow), rows) in wave.iter().zip(found) {
                for (other, followed) in follow.others(id, &rows) {
                    if asked.get(&other).is_none_or(|before| *before < followed) {
                        let follow = next.entry(other).or_insert(followed);
                        *follow = followed.max(*follow);
                    }
                }
                rows.into_iter().try_for_each(|row| self.note(row))?;
            }
            let left = ASKED_MAX.saturating_sub(asked.len());
            self.is_cut |= next.len() > left;
            wave = next.into_iter().take(left).collect();
        }
        Ok(())
    }

    fn ask(&self, id: &str) -> Result<Vec<PairRow>> {
        match self.articles.get(id) {
            Some(article) => self.snapshot.query_in_part(article, self.settings, self.failed),
            None => Ok(Vec::new()),
        }
    }

    /// Keeps a row and its articles.
    fn note(&mut self, row: PairRow) -> Result<()> {
        for id in [&row.source, &row.derived] {
            if !self.articles.contains_key(id)
                && let Some(article) = self.snapshot.article(id)?
            {
                self.articles.insert(id.clone(), article);
            }
        }
        if self.articles.contains_key(&row.source) && self.articles.contains_key(&row.derived) {
            self.rows.insert(ids_of(&row), row);
        }
        Ok(())
    }
}

/// Relatives as the stages of a scan take them.
struct Drawn<'a> {
    relatives: Relatives<'a>,
    collection: MemoryCollection,
    documents: DocumentTable,
    links: Vec<Link>,
}

impl<'a> Drawn<'a> {
    fn of(relatives: Relatives<'a>) -> Result<Self> {
        let (mut documents, mut analyser) = (DocumentTable::default(), Analyser::default());
        let mut articles = Vec::with_capacity(relatives.articles.len());
        for (article, offset) in relatives.articles.values().zip(0..) {
            let read = guarded(
                Stage::Query,
                |wanted| wanted == article.id,
                || {
                    analyser.read(&article.text);
                    (analyser.identity(), analyser.words().len() as u32)
                },
            );
            // where that fails its rows were judged, and of its text nothing more is asked
            let (identity, words) = read.unwrap_or_default();
            let entry = DocumentEntry {
                location: Location { input: 0, offset, length: 0 },
                identity,
                words,
                unix_seconds: article.unix_seconds(),
                source: article.source.clone(),
                language: article.language.clone(),
            };
            // ids are distinct
            let _ = documents.push(&article.id, entry);
            articles.push(article.clone());
        }
        let mut drawn =
            Drawn { relatives, collection: MemoryCollection::new(articles), documents, links: Vec::new() };
        drawn.links = drawn.relatives.rows.values().filter_map(|row| link(&drawn.documents, row)).collect();
        Ok(drawn)
    }

    fn family_with(mut self, id: &str) -> Result<Option<FoundFamily>> {
        let order = |one: DocumentNumber, other: DocumentNumber| one.cmp(&other);
        let Some(own) = self.documents.number(id) else { return Ok(None) };
        let (mut groups, _) = family::group(&self.links, |_| true, order);
        groups.retain(|group| {
            group.members.contains(&own) || group.borrowers.iter().any(|it| it.document == own)
        });
        // who borrowed has a place in several families: it belongs to the one that it took most from, which
        // is the first to list it
        groups.sort_by_key(|group| !group.members.contains(&own));
        groups.truncate(1);
        let (collection, documents) = (self.collection.clone(), self.documents.clone());
        let settings = self.relatives.settings;
        let drawing = Drawing {
            collection: &collection,
            documents: &documents,
            profile: &settings.profile,
            cut: settings.min_score.unwrap_or(settings.profile.cut),
            is_limited: false,
            progress: &NoProgress,
        };
        let families = drawing.draw(&mut self, groups, Vec::new())?;
        let by_pair = LinksByPair::new(&self.links);
        let family = families.rows(&self.links, &by_pair, &documents, order).next();
        let Some(family) = family else { return Ok(None) };
        let is_of_family: BTreeSet<&str> = family
            .members
            .iter()
            .map(|member| member.id.as_str())
            .chain(family.borrowers.iter().map(|borrower| borrower.id.as_str()))
            .collect();
        let is_cut = self.relatives.is_cut;
        let mut rows: Vec<PairRow> = self.relatives.rows.into_values().collect();
        rows.retain(|row| {
            is_of_family.contains(row.source.as_str()) && is_of_family.contains(row.derived.as_str())
        });
        rows.sort_by(|one, other| {
            other.score.total_cmp(&one.score).then_with(|| ids_of(one).cmp(&ids_of(other)))
        });
        Ok(Some(FoundFamily { family, rows, is_cut }))
    }
}

impl Links for Drawn<'_> {
    fn links(&self) -> &[Link] {
        &self.links
    }

    fn judge_further(&mut self, pairs: &[Pair]) -> Result<()> {
        let mut by_first: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let snapshot = self.relatives.snapshot;
        for &(a, b) in pairs {
            let (a, b) = (self.documents.id(a), self.documents.id(b));
            // one of the two may be new to the archive
            let (asked, other) = if snapshot.place_of(b)?.is_some() { (a, b) } else { (b, a) };
            by_first.entry(asked).or_default().push(other);
        }
        let by_first: Vec<(&str, Vec<&str>)> = by_first.into_iter().collect();
        let Relatives { articles, settings, failed, .. } = &self.relatives;
        let judge = |(asked, others): &(&str, Vec<&str>)| match articles.get(*asked) {
            Some(article) => snapshot.judged_with(article, others, settings, failed),
            None => Ok(Vec::new()),
        };
        let rows: Vec<Vec<PairRow>> = by_first.par_iter().map(judge).collect::<Result<_>>()?;
        for row in rows.into_iter().flatten() {
            if self.relatives.rows.contains_key(&ids_of(&row)) {
                continue;
            }
            self.links.extend(link(&self.documents, &row));
            self.relatives.rows.insert(ids_of(&row), row);
        }
        Ok(())
    }
}

fn link(documents: &DocumentTable, row: &PairRow) -> Option<Link> {
    let (source, derived) = (documents.number(&row.source)?, documents.number(&row.derived)?);
    let ends = [(source, row.source.as_str()), (derived, row.derived.as_str())];
    Some(Scored::new(row.clone(), ends, drop).link)
}
