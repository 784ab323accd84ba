//! The library's front door: one call a job, on articles in memory or on any [`Collection`].
//!
//! | to | call |
//! | --- | --- |
//! | judge two texts | [`compare`], [`compare_with`] |
//! | judge two texts, weighing how rare the words in common are | [`compare_among`] |
//! | find all related pairs and their families | [`scan`], [`scan_with`] |
//! | keep an archive on disk and hold incoming articles against it | [`Index`] |
//!
//! Everything here is made of the rooms below, which stay open to who needs more.

mod archive;
mod findings;
mod settings;
#[cfg(test)]
mod tests;

pub use archive::Index;
pub use findings::Findings;
pub use settings::Settings;

use std::sync::{Mutex, PoisonError};

use crate::align::Scratch;
use crate::article::Article;
use crate::collection::{Collection, MemoryCollection};
use crate::error::{Error, Result};
use crate::evidence::Prepared;
use crate::pipeline::{self, Asked, CompareSettings, Judgement, score_prepared};
use crate::progress::{NoProgress, Progress};
use crate::rejection::Rejection;
use crate::row::PairRow;

/// Judges two texts: whether one came from the other, which from which, and the passages that prove it.
///
/// Articles without an id are called `a` and `b` in the row. Costs some milliseconds a pair of news articles.
///
/// ```
/// let wire = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";
/// let print = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall, it was said.";
/// let row = retold::compare(wire, print);
/// assert!(row.relation.is_derived() && row.score > 0.9);
/// ```
pub fn compare(a: impl Into<Article>, b: impl Into<Article>) -> PairRow {
    compare_with(a, b, &Settings::default())
}

/// As [`compare`], with a profile and a cut of one's own. What concerns searching in the settings has no
/// effect.
///
/// ```
/// use retold::{Article, Settings};
///
/// let mut settings = Settings::default();
/// settings.min_score = Some(0.9);
/// let row = retold::compare_with(
///     Article::new("one", "The ferry to Quarrel Point ran aground on Friday."),
///     Article::new("two", "A new bakery opens in Hestbrook next week."),
///     &settings,
/// );
/// assert!(!row.relation.is_derived());
/// ```
pub fn compare_with(a: impl Into<Article>, b: impl Into<Article>, settings: &Settings) -> PairRow {
    let (a, b) = named(a.into(), b.into());
    let judgement = Judgement { profile: &settings.profile, cut: settings.min_score };
    score_prepared(&Prepared::new(&a), &Prepared::new(&b), None, &judgement, &mut Scratch::default())
}

/// As [`compare_with`], weighing how rare the words in common are in a background, an archive for instance.
///
/// It takes [`crate::search::BACKGROUND_MIN_DOCUMENTS`] different articles to tell what is rare; with
/// fewer the row's `background_documents` is `None`, and the pair is judged without. The background is read
/// twice.
///
/// ```
/// use retold::{Article, Settings};
///
/// let background = vec![Article::new("other", "Rain is expected in the hills.")];
/// let (a, b) = ("The mill burnt down on Sunday night.", "The mill burnt down on Sunday night.");
/// let row = retold::compare_among(a, b, &background, &Settings::default())?;
/// assert!(row.relation.is_derived() && row.background_documents.is_none());
/// # Ok::<(), retold::Error>(())
/// ```
///
/// # Errors
/// What the collection returns; [`Error::Usage`] where both articles have one id.
pub fn compare_among(
    a: impl Into<Article>,
    b: impl Into<Article>,
    background: &impl Collection,
    settings: &Settings,
) -> Result<PairRow> {
    let (a, b) = named(a.into(), b.into());
    if a.id == b.id {
        return Err(Error::Usage(format!("both articles have the id {:?}", a.id)));
    }
    let asked = [Asked { a: a.id.clone(), b: b.id.clone() }];
    let compared = CompareSettings { profile: settings.profile.clone(), min_score: settings.min_score };
    let articles = MemoryCollection::new(vec![a, b]);
    let rejections = Mutex::new(Vec::<Rejection>::new());
    let rows = pipeline::compare(&articles, Some(background), &asked, &compared, &NoProgress, &rejections)?;
    let row = rows.into_iter().next().unwrap_or_else(|| Err("it was not scored".to_owned()));
    row.map_err(Error::Usage)
}

/// Finds all related pairs of a collection and their families.
///
/// An article whose id was given before is left out and listed in [`Findings::rejected`].
///
/// ```
/// use retold::{Article, Settings};
///
/// let text = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";
/// let articles = vec![
///     Article::new("wire", text),
///     Article::new("print", format!("{text} Nobody was hurt.")),
///     Article::new("other", "A new bakery opens in Hestbrook next week, with bread from three valleys."),
/// ];
/// let found = retold::scan(&articles, &Settings::default())?;
/// let pairs = found.pairs().collect::<retold::Result<Vec<_>>>()?;
/// assert_eq!(pairs.len(), 1);
/// assert_eq!(found.families()[0].size, 2);
/// # Ok::<(), retold::Error>(())
/// ```
///
/// # Errors
/// What the collection returns, [`Error::Usage`] for settings out of range, [`Error::File`] where the work
/// folder cannot be written to.
pub fn scan(articles: &impl Collection, settings: &Settings) -> Result<Findings> {
    scan_with(articles, settings, &NoProgress)
}

/// As [`scan`], telling how far it is, and stopping where it is told to.
///
/// ```
/// use retold::progress::Progress;
/// use retold::{Article, Error, Settings};
///
/// struct Stops;
/// impl Progress for Stops {
///     fn stage(&self, _name: &'static str, _total: Option<u64>) {}
///     fn advance(&self, _amount: u64) {}
///     fn is_cancelled(&self) -> bool {
///         true
///     }
/// }
/// let articles = vec![Article::new("one", "A short text.")];
/// let stopped = retold::scan_with(&articles, &Settings::default(), &Stops);
/// assert!(matches!(stopped, Err(Error::Interrupted)));
/// ```
///
/// # Errors
/// As [`scan`], and [`Error::Interrupted`].
pub fn scan_with(
    articles: &impl Collection,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Findings> {
    let rejections = Mutex::new(Vec::<Rejection>::new());
    let work = settings.resources();
    let scan = pipeline::scan_in(&work, articles, &settings.for_scan(), progress, &rejections)?;
    let rejected = rejections.into_inner().unwrap_or_else(PoisonError::into_inner);
    Findings::new(scan, rejected)
}

fn named(mut a: Article, mut b: Article) -> (Article, Article) {
    for (article, name) in [(&mut a, "a"), (&mut b, "b")] {
        if article.id.is_empty() {
            name.clone_into(&mut article.id);
        }
    }
    (a, b)
}
