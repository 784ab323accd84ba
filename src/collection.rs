//! What the stages read from: articles that can be passed over in order, and read again one by one.
//!
//! No stage takes a path. Files, standard input, an archive index and a caller's own memory all stand behind
//! [`Collection`], so that the same stages serve the command line, the index and other languages.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::article::{Article, Provenance};
use crate::error::{Error, Result};

/// Where an article lies in its collection. Ordered as the collection is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Which input (or segment) of the collection.
    pub input: u32,
    /// Where the record starts, in the collection's own terms.
    pub offset: u64,
    /// Length of the record in bytes.
    pub length: u32,
}

/// An article as it is passed over: borrowed from the reader's buffer where the input allows it.
#[derive(Clone, Debug)]
pub struct ArticleRef<'a> {
    /// As [`Article::id`].
    pub id: Cow<'a, str>,
    /// As [`Article::text`].
    pub text: Cow<'a, str>,
    /// As [`Article::title`].
    pub title: Option<Cow<'a, str>>,
    /// As [`Article::date`].
    pub date: Option<Cow<'a, str>>,
    /// As [`Article::source`].
    pub source: Option<Cow<'a, str>>,
    /// As [`Article::url`].
    pub url: Option<Cow<'a, str>>,
    /// As [`Article::language`].
    pub language: Option<Cow<'a, str>>,
    /// As [`Article::provenance`].
    pub provenance: Option<Box<Provenance>>,
    /// Where the collection can read the article again.
    pub location: Location,
    /// Line in its input, from 1; 1 for a file that holds one article.
    pub line: u64,
}

impl ArticleRef<'_> {
    /// The article with its own strings, to be kept beyond the pass.
    pub fn to_article(&self) -> Article {
        let owned = |field: &Option<Cow<'_, str>>| field.as_deref().map(str::to_owned);
        Article {
            id: self.id.as_ref().to_owned(),
            text: self.text.as_ref().to_owned(),
            title: owned(&self.title),
            date: owned(&self.date),
            source: owned(&self.source),
            url: owned(&self.url),
            language: owned(&self.language),
            provenance: self.provenance.clone(),
        }
    }
}

/// Inputs of a collection that is read as the second of two are numbered from here.
pub const SECOND_INPUTS: u32 = 1 << 31;

/// Articles in a fixed order that can be passed over many times and read again singly.
pub trait Collection: Sync {
    /// One pass over all articles.
    ///
    /// `work` runs on the current rayon pool over batches of neighbouring articles; `take` gets its results
    /// on the calling thread, in reading order whatever the number of threads. Inputs that are bad are
    /// reported on the first pass alone and left out of every pass.
    ///
    /// # Errors
    /// What `take` returns, and [`crate::Error::InputChanged`] where an input is not what the first pass saw.
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()>;

    /// Reads one article again.
    fn read(&self, location: Location) -> Result<Article>;

    /// The input's name as the user gave it, for messages.
    fn input_name(&self, input: u32) -> String;

    /// The line at which a record begins, from 1, for messages; `None` where an input is no lines, or it
    /// costs too much to tell.
    fn line_number(&self, _location: Location) -> Option<u64> {
        None
    }

    /// Bytes of all inputs together where that is known, for progress bars.
    fn total_bytes(&self) -> Option<u64>;
}

/// Articles held in memory are worked on in batches of so many.
const BATCH_ARTICLES: usize = 256;

/// Articles held in memory, by a name of their own; a `Vec<Article>` is a collection too.
#[derive(Clone, Debug, Default)]
pub struct MemoryCollection {
    articles: Vec<Article>,
}

impl MemoryCollection {
    /// A collection of these articles, in this order.
    pub fn new(articles: Vec<Article>) -> Self {
        MemoryCollection { articles }
    }

    /// The articles in their order.
    pub fn articles(&self) -> &[Article] {
        &self.articles
    }
}

impl Collection for MemoryCollection {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        self.articles.pass(work, take)
    }

    fn read(&self, location: Location) -> Result<Article> {
        self.articles.read(location)
    }

    fn input_name(&self, input: u32) -> String {
        self.articles.input_name(input)
    }

    fn total_bytes(&self) -> Option<u64> {
        self.articles.total_bytes()
    }
}

/// Articles held in memory: one input, in their order.
///
/// ```
/// use retold::Article;
/// use retold::collection::Collection;
///
/// let articles = vec![Article::new("one", "A text."), Article::new("two", "Another text.")];
/// let mut words = 0;
/// let count = |text: &str| text.split_whitespace().count();
/// articles.pass(
///     |batch| batch.iter().map(|article| count(&article.text)).sum::<usize>(),
///     |of_batch| {
///         words += of_batch;
///         Ok(())
///     },
/// )?;
/// assert_eq!(words, 4);
/// # Ok::<(), retold::Error>(())
/// ```
impl Collection for Vec<Article> {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let wave_articles = BATCH_ARTICLES * rayon::current_num_threads() * 4;
        for (wave, articles) in self.chunks(wave_articles).enumerate() {
            let results: Vec<R> = articles
                .par_chunks(BATCH_ARTICLES)
                .enumerate()
                .map(|(batch, articles)| {
                    let first = wave * wave_articles + batch * BATCH_ARTICLES;
                    let batch: Vec<ArticleRef<'_>> = articles
                        .iter()
                        .enumerate()
                        .map(|(i, article)| borrowed(article, first + i))
                        .collect();
                    work(&batch)
                })
                .collect();
            for result in results {
                take(result)?;
            }
        }
        Ok(())
    }

    fn read(&self, location: Location) -> Result<Article> {
        let article = self.get(location.offset as usize);
        article.cloned().ok_or_else(|| Error::InputChanged { input: self.input_name(location.input) })
    }

    fn input_name(&self, _input: u32) -> String {
        "memory".to_owned()
    }

    fn total_bytes(&self) -> Option<u64> {
        Some(self.iter().map(|article| article.text.len() as u64).sum())
    }
}

fn borrowed(article: &Article, position: usize) -> ArticleRef<'_> {
    ArticleRef {
        id: Cow::Borrowed(&article.id),
        text: Cow::Borrowed(&article.text),
        title: article.title.as_deref().map(Cow::Borrowed),
        date: article.date.as_deref().map(Cow::Borrowed),
        source: article.source.as_deref().map(Cow::Borrowed),
        url: article.url.as_deref().map(Cow::Borrowed),
        language: article.language.as_deref().map(Cow::Borrowed),
        provenance: article.provenance.clone(),
        location: Location {
            input: 0,
            length: u32::try_from(article.text.len()).unwrap_or(u32::MAX),
            offset: position as u64,
        },
        line: position as u64 + 1,
    }
}
