//! Verdict rows to what people and programs read.
//!
//! | for | room |
//! | --- | --- |
//! | programs | [`json_lines`], [`summary`], put in place by [`folder`] |
//! | a person at a terminal | [`table`] for many pairs, [`side_by_side`] for one |
//! | a desk with a browser | [`html`]: one self-contained page |
//!
//! Nothing here decides anything: rows come in, bytes go out, the same bytes for the same rows. Nothing here
//! opens an input either; texts and headlines come through a [`Lookup`]. Ids, titles and texts are hostile
//! until shown otherwise: everything that reaches a terminal or a page goes through [`visible`] first.

use std::io;

use crate::article::Article;
use crate::error::{Error, Result};

pub mod folder;
pub mod html;
pub mod json_lines;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod schema_tests;
pub mod side_by_side;
pub mod summary;
pub mod table;
pub mod terminal;
pub mod visible;
mod words;

pub use folder::OutputFolder;
pub use summary::Summary;
pub use terminal::Style;

/// Finds an article by its id. It is asked for each article at most a few times, in the order of the output.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Result<Article>;

/// Why an output was not written: the writer failed, or what should have been written could not be had.
///
/// The writer's failure has no path yet; [`OutputFolder::write`] adds it, and the command line says "standard
/// output" (and keeps quiet about a closed pipe).
#[derive(Debug)]
pub enum WriteError {
    Writer(io::Error),
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
