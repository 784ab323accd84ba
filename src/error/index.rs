//! What can be wrong with an index, and what to do about it.

use std::fmt;

/// A failure of the archive index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexError {
    /// The folder holds something else, or nothing.
    NotAnIndex {
        /// The folder that was opened.
        folder: String,
        /// What speaks against it.
        reason: String,
    },
    /// Another process is writing.
    Locked {
        /// The folder of the index.
        folder: String,
    },
    /// A file was written by a later version.
    FormatTooNew {
        /// The file whose header says so.
        file: String,
        /// Format of the file.
        found: u32,
        /// The latest format that this version reads.
        known: u32,
    },
    /// Hashes were made in another way.
    RecipeMismatch {
        /// The file whose header says so.
        file: String,
        /// Recipe of the file.
        found: String,
        /// Recipe of this version.
        expected: String,
    },
    /// Bytes are not what was written.
    Corrupt {
        /// The damaged file.
        file: String,
        /// Which part of it.
        part: String,
    },
}

impl IndexError {
    pub(crate) fn corrupt(file: impl Into<String>, part: impl Into<String>) -> crate::Error {
        IndexError::Corrupt { file: file.into(), part: part.into() }.into()
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IndexError::NotAnIndex { folder, reason } => {
                write!(f, "{folder} is not an index: {reason}; `retold index add` makes one in a new folder")
            }
            IndexError::Locked { folder } => write!(
                f,
                "{folder} is being written by another process; one writer at a time: try again when it is done"
            ),
            IndexError::FormatTooNew { file, found, known } => write!(
                f,
                "{file} has format {found}, this version reads up to {known}: use the version that wrote it or a \
                 later one"
            ),
            IndexError::RecipeMismatch { file, found, expected } => write!(
                f,
                "{file} was made with another recipe: it needs {found}; this version's is {expected}. `retold index \
                 upgrade` makes the index anew from the texts it holds; the version that wrote it reads it as it is"
            ),
            IndexError::Corrupt { file, part } => {
                write!(f, "{file} is damaged ({part}): `retold index check --repair` saves what can be saved")
            }
        }
    }
}

impl std::error::Error for IndexError {}

impl From<IndexError> for crate::Error {
    fn from(error: IndexError) -> Self {
        crate::Error::Index(error)
    }
}
