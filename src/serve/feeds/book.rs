//! What was taken from feeds, and what they are to be asked with: a SQLite file beside the index.
//!
//! Of an item it keeps a hash of its id, a hash of what was filed, and whose feed brought it: no text, no id.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use super::fetch::Validators;
use crate::article::Article;
use crate::error::{Error, Result};

/// Name of the file in the index's folder.
const FILE_NAME: &str = "feeds.sqlite";

/// Version of the tables, as `PRAGMA user_version` has it.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE feeds (address TEXT PRIMARY KEY, etag TEXT, last_modified TEXT) STRICT;
CREATE TABLE items (id BLOB PRIMARY KEY, owner TEXT NOT NULL, version BLOB NOT NULL) STRICT, WITHOUT ROWID;
";

/// SHA-256.
type Hash = [u8; 32];

/// An item that was taken before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenItem {
    /// Whose feed brought it.
    pub owner: String,
    /// Of what was filed.
    pub version: Hash,
}

/// The one file of what was taken; used by one thread at a time.
#[derive(Debug)]
pub struct FeedBook {
    connection: Mutex<Connection>,
    path: PathBuf,
}

impl FeedBook {
    /// Opens the file beside the index in a folder, and makes it where there is none.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be used, [`Error::Usage`] for a file of another version.
    pub fn open(folder: &Path) -> Result<FeedBook> {
        let path = folder.join(FILE_NAME);
        let opened = || -> rusqlite::Result<(Connection, i64)> {
            let connection = Connection::open(&path)?;
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            let mut version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if version == 0 {
                let batch = format!("BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;");
                connection.execute_batch(&batch)?;
                version = VERSION;
            }
            Ok((connection, version))
        };
        match opened().map_err(failed(&path))? {
            (connection, VERSION) => Ok(FeedBook { connection: Mutex::new(connection), path }),
            (_, found) => Err(Error::Usage(format!(
                "{} has version {found}, this version of retold reads {VERSION}: use the version that wrote it \
                 or a later one",
                path.display()
            ))),
        }
    }

    /// What a feed is to be asked with.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn validators(&self, address: &str) -> Result<Validators> {
        self.change(|transaction| {
            let query = "SELECT etag, last_modified FROM feeds WHERE address = ?";
            let found = transaction
                .prepare_cached(query)?
                .query_row([address], |row| Ok(Validators { etag: row.get(0)?, last_modified: row.get(1)? }));
            Ok(found.optional()?.unwrap_or_default())
        })
    }

    /// Everything of an answer was taken: the feed is to be asked for what is newer.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn keep_validators(&self, address: &str, validators: &Validators) -> Result<()> {
        self.change(|transaction| {
            let insert = "INSERT OR REPLACE INTO feeds (address, etag, last_modified) VALUES (?, ?, ?)";
            let values = params![address, validators.etag, validators.last_modified];
            transaction.execute(insert, values).map(drop)
        })
    }

    /// Which of these articles were taken before, by their ids.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn taken(&self, articles: &[Article]) -> Result<HashMap<String, TakenItem>> {
        self.change(|transaction| {
            let query = "SELECT owner, version FROM items WHERE id = ?";
            let mut statement = transaction.prepare_cached(query)?;
            let mut found = HashMap::new();
            for article in articles {
                let item = statement.query_row([hash_of_id(&article.id)], |row| {
                    Ok(TakenItem { owner: row.get(0)?, version: row.get(1)? })
                });
                found.extend(item.optional()?.map(|item| (article.id.clone(), item)));
            }
            Ok(found)
        })
    }

    /// These were filed, by ids and versions.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn mark(&self, owner: &str, items: &[(String, Hash)]) -> Result<()> {
        self.change(|transaction| {
            let insert = "INSERT OR REPLACE INTO items (id, owner, version) VALUES (?, ?, ?)";
            let mut statement = transaction.prepare_cached(insert)?;
            items.iter().try_for_each(|(id, version)| {
                statement.execute(params![hash_of_id(id), owner, version]).map(drop)
            })
        })
    }

    fn change<R>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<R>) -> Result<R> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let done = || -> rusqlite::Result<R> {
            let transaction = connection.transaction()?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        done().map_err(failed(&self.path))
    }
}

fn failed(path: &Path) -> impl Fn(rusqlite::Error) -> Error + '_ {
    move |cause| Error::file("use", path, std::io::Error::other(cause))
}

fn hash_of_id(id: &str) -> Hash {
    Sha256::digest(id.as_bytes()).into()
}

/// What tells two versions of an item apart: all that is filed of it.
pub fn version_of(article: &Article) -> Hash {
    let mut hash = Sha256::new();
    let Article { text, title, date, source, url, language, .. } = article;
    for field in [Some(text), title.as_ref(), date.as_ref(), source.as_ref(), url.as_ref(), language.as_ref()]
    {
        hash.update(field.map_or(u64::MAX, |field| field.len() as u64).to_le_bytes());
        hash.update(field.map(String::as_bytes).unwrap_or_default());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_known_when_it_is_opened_again() {
        let home = tempfile::tempdir().unwrap();
        let article = Article::new("post/1", "The mill burnt down.");
        let validators = Validators { etag: Some("\"7\"".to_owned()), last_modified: None };
        let item = TakenItem { owner: "post.example".to_owned(), version: version_of(&article) };
        {
            let book = FeedBook::open(home.path()).unwrap();
            assert_eq!(book.validators("feed").unwrap(), Validators::default());
            book.mark(&item.owner, &[(article.id.clone(), item.version)]).unwrap();
            book.keep_validators("feed", &validators).unwrap();
        }
        let book = FeedBook::open(home.path()).unwrap();
        assert_eq!(book.validators("feed").unwrap(), validators);
        let other = Article::new("post/2", "The mill burnt down.");
        let taken = book.taken(&[other, article.clone()]).unwrap();
        assert_eq!(taken, HashMap::from([(article.id.clone(), item)]));
        // ids are nobody's business once their articles are gone
        drop(book);
        let bytes = std::fs::read(home.path().join(FILE_NAME)).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"post/1"));
    }

    #[test]
    fn a_version_is_of_all_that_is_filed() {
        let article = Article::new("a", "text");
        let with = |change: fn(&mut Article)| {
            let mut article = article.clone();
            change(&mut article);
            version_of(&article)
        };
        let versions = [
            version_of(&article),
            with(|article| article.text.push('s')),
            with(|article| article.title = Some(String::new())),
            with(|article| article.title = Some("1".to_owned())),
            with(|article| article.date = Some("1".to_owned())),
            with(|article| article.source = Some("1".to_owned())),
            with(|article| article.url = Some("1".to_owned())),
            with(|article| article.language = Some("1".to_owned())),
        ];
        let distinct: std::collections::HashSet<Hash> = versions.into_iter().collect();
        assert_eq!(distinct.len(), versions.len());
        assert_eq!(version_of(&Article { id: "b".to_owned(), ..article.clone() }), version_of(&article));
    }

    #[test]
    fn a_file_of_another_version_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        drop(FeedBook::open(home.path()).unwrap());
        let connection = Connection::open(home.path().join(FILE_NAME)).unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        drop(connection);
        let told = FeedBook::open(home.path()).unwrap_err().to_string();
        assert!(told.contains("has version 7"), "{told}");
    }
}
