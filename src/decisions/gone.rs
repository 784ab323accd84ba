//! What is said of articles that are gone: the server and the command line forget it in the same way.

use std::collections::BTreeSet;
use std::path::Path;

use super::found::text_sha256;
use super::schema::path_in;
use super::writer::DecisionWriter;
use crate::error::Result;
use crate::index::{Snapshot, Writer};

impl DecisionWriter {
    /// Opens the file beside an index that `index` writes, and makes it where there is none.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn beside(folder: &Path, index: &Writer) -> Result<DecisionWriter> {
        DecisionWriter::open(folder, |id, sha256| {
            let article = index.snapshot().article(id)?;
            Ok(article.is_some_and(|article| text_sha256(&article.text) == sha256))
        })
    }

    /// As [`Self::beside`]; `None` where nothing was ever noted.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn beside_if_any(folder: &Path, index: &Writer) -> Result<Option<DecisionWriter>> {
        path_in(folder).exists().then(|| Self::beside(folder, index)).transpose()
    }

    /// Removes all that names an article that the index does not hold, and its bytes; the ids of these
    /// articles, in order. Removed articles are to be committed before.
    ///
    /// # Errors
    /// [`crate::Error::File`], and what reading the index returns; nothing is removed then.
    pub fn forget_gone(&mut self, index: &Snapshot) -> Result<Vec<String>> {
        let mut gone = BTreeSet::new();
        for id in self.named()? {
            if index.article(&id)?.is_none() {
                gone.insert(id);
            }
        }
        let gone: Vec<String> = gone.into_iter().collect();
        if !gone.is_empty() {
            self.forget_all(&gone)?;
        }
        Ok(gone)
    }
}
