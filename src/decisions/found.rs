//! A match as it is kept: the row of a scan, and what lists and filters need of its articles.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::article::Article;
use crate::error::Result;
use crate::index::Snapshot;
use crate::row::PairRow;

/// What is known of a match, whether it waits for its articles or has its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchRecord {
    /// Made of both ids alone: the same pair always has the same.
    pub id: String,
    /// Id of the article that came in.
    pub incoming: String,
    /// Outlet of the row's source.
    pub source_outlet: Option<String>,
    /// Outlet of the row's derived article.
    pub derived_outlet: Option<String>,
    /// Headline of the source.
    pub source_title: Option<String>,
    /// Headline of the derived article.
    pub derived_title: Option<String>,
    /// Date of the source, as given.
    pub source_date: Option<String>,
    /// Date of the derived article, as given.
    pub derived_date: Option<String>,
    /// SHA-256 of the source's text as UTF-8, in hexadecimal digits.
    pub source_sha256: String,
    /// The same of the derived article's.
    pub derived_sha256: String,
    /// The row, as a scan has it.
    pub row: PairRow,
}

/// A match of an incoming article with one of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FiledMatch {
    /// What a list shows of it.
    #[serde(flatten)]
    pub record: MatchRecord,
    /// The derived article's date in seconds since 1970, for filters.
    pub derived_seconds: Option<i64>,
}

impl MatchRecord {
    /// Whether an index holds both articles with the texts that were compared.
    ///
    /// # Errors
    /// What reading the index returns.
    pub fn is_held_by(&self, index: &Snapshot) -> Result<bool> {
        let is_held = |id: &str, sha256: &str| -> Result<bool> {
            Ok(index.article(id)?.is_some_and(|article| text_sha256(&article.text) == sha256))
        };
        Ok(is_held(&self.row.source, &self.source_sha256)?
            && is_held(&self.row.derived, &self.derived_sha256)?)
    }
}

impl FiledMatch {
    /// The match of a row, whose two articles are `one` and `other` in either order; `None` where they are
    /// not.
    pub fn new(row: PairRow, incoming: &Article, other: &Article) -> Option<FiledMatch> {
        let (source, derived) = match (row.source == incoming.id, row.derived == incoming.id) {
            (true, _) => (incoming, other),
            (_, true) => (other, incoming),
            _ => return None,
        };
        let record = MatchRecord {
            id: match_id(&row.source, &row.derived),
            incoming: incoming.id.clone(),
            source_outlet: source.source.clone(),
            derived_outlet: derived.source.clone(),
            source_title: source.title.clone(),
            derived_title: derived.title.clone(),
            source_date: source.date.clone(),
            derived_date: derived.date.clone(),
            source_sha256: text_sha256(&source.text),
            derived_sha256: text_sha256(&derived.text),
            row,
        };
        Some(FiledMatch { record, derived_seconds: derived.unix_seconds() })
    }
}

/// The id of the match of two articles, whichever is named first: 32 hexadecimal digits.
pub fn match_id(one: &str, other: &str) -> String {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    let mut hash = Sha256::new();
    hash.update((first.len() as u64).to_le_bytes());
    hash.update(first);
    hash.update(second);
    let mut id = hexadecimal(&hash.finalize());
    id.truncate(32);
    id
}

/// SHA-256 of a text as UTF-8, in hexadecimal digits.
pub fn text_sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            digits.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_everybody() {
        assert_eq!(text_sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_pair_has_one_id_and_no_other_pair_has_it() {
        assert_eq!(match_id("a", "b"), match_id("b", "a"));
        assert_ne!(match_id("a", "bc"), match_id("ab", "c"));
        assert_eq!(match_id("a", "b").len(), 32);
    }
}
