//! What can go wrong, said so that a person knows what to do.

mod index;
mod write;

use std::io;
use std::path::PathBuf;

pub use index::IndexError;
pub use write::WriteError;

/// A failure that stops the run (exit status 2). Bad articles do not: they are
/// [`crate::rejection::Rejection`]s.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be opened, read or written.
    File {
        /// What was tried: a verb that follows "cannot", such as "open".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// An input is not what it was when the run began.
    InputChanged {
        /// The input as the user named it.
        input: String,
    },
    /// Arguments or settings that cannot be used.
    Usage(String),
    /// A profile that cannot be read or does not fit.
    Profile {
        /// Where the profile was read from.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No article could be read from any input.
    NothingToRead,
    /// Something is wrong with an archive index.
    Index(IndexError),
    /// retold itself failed, where nothing smaller than the whole could be left out.
    Internal(crate::barrier::Fault),
    /// The run was interrupted by the user.
    Interrupted,
}

/// What all of the library returns that may fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure at a file; `doing` follows "cannot", such as "open".
    pub fn file(doing: &'static str, path: impl Into<PathBuf>, cause: io::Error) -> Self {
        Error::File { doing, path: path.into(), cause }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::File { doing, path, cause } => write!(f, "cannot {doing} {}: {cause}", path.display()),
            Error::InputChanged { input } => {
                write!(
                    f,
                    "{input} changed while it was being read; nothing was written; run again when it no longer changes"
                )
            }
            Error::Usage(what) => f.write_str(what),
            Error::Profile { path, reason } => write!(f, "profile {path}: {reason}"),
            Error::NothingToRead => f.write_str(
                "no article could be read from the inputs: text files (.txt), JSON lines (.jsonl, .ndjson), JSON, CSV, TSV, \
                 Parquet, Arrow, HTML, web archives (.warc), feeds and the formats of news agencies are read, also compressed \
                 (.gz, .zst); what a name does not tell, --input-format does",
            ),
            Error::Index(error) => error.fmt(f),
            Error::Internal(fault) => write!(f, "{fault}; {}", crate::barrier::REPORT),
            Error::Interrupted => f.write_str("interrupted; no output file was changed"),
        }
    }
}

impl From<crate::barrier::Fault> for Error {
    fn from(fault: crate::barrier::Fault) -> Self {
        Error::Internal(fault)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::File { cause, .. } => Some(cause),
            Error::Index(error) => Some(error),
            _ => None,
        }
    }
}
