//! How inputs are read: field names, working space, and the limits that hostile input runs into.

use std::path::PathBuf;

use super::format::Content;
use crate::dates::DateFormat;
use crate::error::{Error, Result};

/// Names of the fields of a JSON line.
///
/// One field may serve twice, `url` as the id for instance. A field below others is named with full stops,
/// `content.body`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldNames {
    /// Field of [`Article::id`](crate::Article::id).
    pub id: String,
    /// Field of [`Article::text`](crate::Article::text).
    pub text: String,
    /// Field of [`Article::title`](crate::Article::title).
    pub title: String,
    /// Field of [`Article::date`](crate::Article::date).
    pub date: String,
    /// Field of [`Article::source`](crate::Article::source).
    pub source: String,
    /// Field of [`Article::url`](crate::Article::url).
    pub url: String,
    /// Field of [`Article::language`](crate::Article::language).
    pub language: String,
}

impl Default for FieldNames {
    fn default() -> Self {
        FieldNames {
            id: "id".into(),
            text: "text".into(),
            title: "title".into(),
            date: "date".into(),
            source: "source".into(),
            url: "url".into(),
            language: "language".into(),
        }
    }
}

/// Settings of a [`Corpus`](super::Corpus).
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Which fields of a record hold what.
    pub field_names: FieldNames,
    /// What all inputs hold, by its name in [`input_formats`](super::input_formats); told from each file's
    /// first bytes and name where `None`.
    pub input_format: Option<String>,
    /// How days and months stand in dates that are figures alone.
    pub date_format: DateFormat,
    /// Folder of the temporary file that holds what cannot be read twice; the system's own where `None`.
    pub work_dir: Option<PathBuf>,
    /// Size of the pieces that JSON lines are cut into, in bytes: the unit of parallel work and of memory.
    /// A longer line makes its piece longer. At least 1; results do not depend on it.
    pub block_bytes: usize,
    /// Longest line and longest text file, in bytes after decompression; 1 to `u32::MAX`.
    pub record_limit_bytes: usize,
    /// How much a compressed file may hold between two articles, in bytes after decompression, before the
    /// rest of it is left out as a decompression bomb.
    ///
    /// Not a ratio: two million copies of one article compress a thousandfold and are sound input, while what
    /// makes a bomb is that much comes out of it and no article.
    pub bomb_limit_bytes: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions {
            field_names: FieldNames::default(),
            input_format: None,
            date_format: DateFormat::default(),
            work_dir: None,
            block_bytes: 256 << 10,
            record_limit_bytes: 64 << 20,
            bomb_limit_bytes: 4 << 30,
        }
    }
}

impl ReadOptions {
    /// # Errors
    /// [`Error::Usage`] for a limit out of its range or an empty field name.
    pub(super) fn check(&self) -> Result<()> {
        let names = &self.field_names;
        let all =
            [&names.id, &names.text, &names.title, &names.date, &names.source, &names.url, &names.language];
        if all.iter().any(|name| name.is_empty()) {
            return Err(Error::Usage("a field name is empty".into()));
        }
        if self.block_bytes == 0 || self.block_bytes > 1 << 30 {
            return Err(Error::Usage(format!("block size {} is not 1 byte to 1 GiB", self.block_bytes)));
        }
        if self.record_limit_bytes == 0 || u32::try_from(self.record_limit_bytes).is_err() {
            let limit = self.record_limit_bytes;
            return Err(Error::Usage(format!("record limit of {limit} bytes is not 1 to {}", u32::MAX)));
        }
        self.wanted_content()?;
        Ok(())
    }

    /// # Errors
    /// [`Error::Usage`] for a format that is not known.
    pub(super) fn wanted_content(&self) -> Result<Option<Content>> {
        let Some(name) = &self.input_format else { return Ok(None) };
        let unknown = || {
            let known = Content::names().collect::<Vec<_>>().join(", ");
            Error::Usage(format!("there is no input format {name:?}; there are {known}"))
        };
        Content::of_name(name).map(Some).ok_or_else(unknown)
    }
}
