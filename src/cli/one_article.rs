//! A file that holds a single article, for `compare A B`.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use retold::article::Article;
use retold::collection::Collection;
use retold::read::ReadOptions;

use super::input::open;
use super::rejections::Rejections;
use super::stop::{Outcome, usage};

/// Articles looked at before it is clear that there are too many.
const ENOUGH: usize = 2;

/// Reads the one article of a text file or of JSON lines.
pub fn one_article(path: &Path, options: ReadOptions, rejections: &Arc<Rejections>) -> Outcome<Article> {
    if path.is_dir() {
        let path = path.display();
        return Err(usage(format!(
            "{path} is a folder; `compare A B` takes two files of one article each, `compare --pairs` takes folders"
        )));
    }
    let corpus = open(&[path.to_owned()], options, rejections)?;
    let found = Mutex::new(Vec::new());
    let mut count = 0;
    corpus.pass(
        |articles| {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            let room = ENOUGH.saturating_sub(found.len());
            found.extend(articles.iter().take(room).map(|article| article.to_article()));
            articles.len()
        },
        |articles| {
            count += articles;
            Ok(())
        },
    )?;
    let path = path.display();
    match (found.into_inner().unwrap_or_else(PoisonError::into_inner).pop(), count) {
        (Some(article), 1) => Ok(article),
        (None, _) => Err(usage(format!("{path} holds no article"))),
        (_, count) => Err(usage(format!(
            "{path} holds {count} articles; `compare A B` takes one a file, `compare --pairs` takes ids"
        ))),
    }
}
