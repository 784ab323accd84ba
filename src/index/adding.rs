//! Filing articles: of one id the last is kept, what the index holds as it is stays where it is, and what is
//! left is analysed.

use std::ops::AddAssign;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::known::{KeyKind, Known};
use super::recipe::{Analysis, id_key};
use super::sampling::Sampling;
use super::snapshot::DocumentPlace;
use super::writer::{Analysed, MANY_ARTICLES, Writer};
use crate::analysis::Analyser;
use crate::article::Article;
use crate::barrier::{Fault, Stage, guarded};
use crate::error::IndexError;
use crate::{Error, Result};

/// Keys of a document that are looked for when it is added.
const KEYS_A_DOCUMENT: u64 = 15;

/// What became of articles that were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Articles given that the index holds now.
    pub added: u64,
    /// Those of them whose ids it held before.
    pub replaced: u64,
    /// Those of these that it held as they are: they stay where they stood.
    pub unchanged: u64,
}

impl AddAssign for Added {
    fn add_assign(&mut self, more: Added) {
        let Added { added, replaced, unchanged } = more;
        self.added += added;
        self.replaced += replaced;
        self.unchanged += unchanged;
    }
}

/// An article that was to be added, and at which retold failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFiled {
    /// Its place among those given.
    pub at: usize,
    /// Id of the article.
    pub id: String,
    /// What went wrong inside retold.
    pub fault: Fault,
}

impl Writer {
    /// Files articles; of one id the last is kept, and takes the place of an earlier one in the index.
    /// Nothing is durable before [`Self::commit`].
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns; [`Error::Internal`] where retold itself fails;
    /// nothing is changed then.
    pub fn add(&mut self, articles: Vec<Article>) -> Result<Added> {
        self.add_those(articles, |failed| match failed.into_iter().next() {
            Some(NotFiled { fault, .. }) => Err(fault.into()),
            None => Ok(()),
        })
    }

    /// As [`Self::add`]; articles at which retold fails are left out, and put into `failed`.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_in_part(&mut self, articles: Vec<Article>, failed: &mut Vec<NotFiled>) -> Result<Added> {
        self.add_those(articles, |more| {
            failed.extend(more);
            Ok(())
        })
    }

    fn add_those(
        &mut self,
        articles: Vec<Article>,
        take_failed: impl FnOnce(Vec<NotFiled>) -> Result<()>,
    ) -> Result<Added> {
        self.check_usable()?;
        let given = articles.len() as u64;
        let mut last: FxHashMap<&str, usize> = FxHashMap::default();
        for (at, article) in articles.iter().enumerate() {
            last.insert(&article.id, at);
        }
        let is_last: Vec<bool> =
            articles.iter().enumerate().map(|(at, article)| last[article.id.as_str()] == at).collect();
        let (places, articles): (Vec<usize>, Vec<Article>) = articles
            .into_iter()
            .enumerate()
            .zip(is_last)
            .filter(|(_, is_last)| *is_last)
            .map(|(article, _)| article)
            .unzip();
        let mut replaced = given - articles.len() as u64;
        if articles.len() >= MANY_ARTICLES {
            // what comes goes into a file at once
            self.is_broken = true;
            self.persist()?;
            self.is_broken = false;
        }
        self.know(articles.len())?;
        let all = articles.len();
        let (places, articles) = self.changed(places, articles)?;
        let unchanged = (all - articles.len()) as u64;
        replaced += unchanged;
        let (articles, failed) = self.analysed(articles);
        let added = given - failed.len() as u64;
        let not_filed = |(at, id, fault): (usize, _, _)| NotFiled { at: places[at], id, fault };
        take_failed(failed.into_iter().map(not_filed).collect())?;
        let mut removed = FxHashSet::default();
        for (article, _) in &articles {
            if let Some(place) = self.place_of(&article.id)? {
                removed.insert(place);
                replaced += 1;
            }
        }
        self.change(articles, removed)?;
        Ok(Added { added, replaced, unchanged })
    }

    fn place_of(&self, id: &str) -> Result<Option<DocumentPlace>> {
        if self.known.as_ref().is_some_and(|known| !known.may_hold(KeyKind::Id, id_key(id))) {
            return Ok(None);
        }
        self.snapshot.place_of(id)
    }

    /// Those articles, and where each was given, that the index does not hold as they are. What is filed anew
    /// would stand beside what it takes the place of until that is merged away, and its words would be counted
    /// twice.
    fn changed(&self, places: Vec<usize>, articles: Vec<Article>) -> Result<(Vec<usize>, Vec<Article>)> {
        let mut changed = (Vec::with_capacity(articles.len()), Vec::with_capacity(articles.len()));
        for (at, article) in places.into_iter().zip(articles) {
            let place = self.place_of(&article.id)?;
            let held = match place.map(|place| self.snapshot.article_at(place)).transpose() {
                // what cannot be read gives way to what is given
                Err(Error::Index(IndexError::Corrupt { .. })) => None,
                held => held?,
            };
            if held.as_ref() != Some(&article) {
                changed.0.push(at);
                changed.1.push(article);
            }
        }
        Ok(changed)
    }

    /// What is kept of articles; of those at which retold fails, the place among them, the id and the fault.
    fn analysed(&self, articles: Vec<Article>) -> (Vec<Analysed>, Vec<(usize, String, Fault)>) {
        let documents = (self.snapshot.documents() + articles.len() as u64).max(self.expected_documents);
        let sampling = Sampling::of(documents);
        let analyses: Vec<std::result::Result<Analysis, Fault>> = articles
            .par_iter()
            .map_init(Analyser::default, |analyser, article| {
                let analysis = || Analysis::of(article, sampling, analyser);
                let analysis = guarded(Stage::File, |wanted| wanted == article.id, analysis);
                if analysis.is_err() {
                    *analyser = Analyser::default();
                }
                analysis
            })
            .collect();
        let (mut analysed, mut failed) = (Vec::with_capacity(articles.len()), Vec::new());
        for (at, (article, analysis)) in articles.into_iter().zip(analyses).enumerate() {
            match analysis {
                Ok(analysis) => analysed.push((article, analysis)),
                Err(fault) => failed.push((at, article.id, fault)),
            }
        }
        (analysed, failed)
    }

    /// As [`Self::analysed`], of articles that the index holds already.
    ///
    /// # Errors
    /// [`Error::Internal`] where retold fails at one.
    pub(super) fn analysed_again(&self, articles: Vec<Article>) -> Result<Vec<Analysed>> {
        let (analysed, failed) = self.analysed(articles);
        failed.into_iter().next().map_or(Ok(analysed), |(.., fault)| Err(fault.into()))
    }

    /// Reads the keys of the index, where so many articles are to be added that it pays.
    fn know(&mut self, articles: usize) -> Result<()> {
        let more = articles as u64 * KEYS_A_DOCUMENT;
        if self.known.as_ref().is_some_and(|known| known.is_full(more)) {
            self.known = None;
        }
        if self.known.is_none() && articles >= MANY_ARTICLES {
            self.known = Some(Known::of(&self.snapshot, 8 * more)?);
        }
        Ok(())
    }
}
