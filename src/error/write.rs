//! Outputs that could not be written.

use std::io;

use super::Error;

/// Why an output was not written: the writer failed, or what should have been written could not be had.
///
/// The writer's failure has no path yet; [`crate::report::OutputFolder::write`] adds it, and the command line
/// says "standard output" (and keeps quiet about a closed pipe).
#[derive(Debug)]
pub enum WriteError {
    /// The writer did not take what was written.
    Writer(io::Error),
    /// What was to be written could not be had.
    Run(Error),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        WriteError::Writer(error)
    }
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        WriteError::Run(error)
    }
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WriteError::Writer(error) => write!(f, "cannot write: {error}"),
            WriteError::Run(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            WriteError::Writer(error) => Some(error),
            WriteError::Run(error) => Some(error),
        }
    }
}
