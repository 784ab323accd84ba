//! Verdict rows to what people and programs read.
//!
//! | for | room |
//! | --- | --- |
//! | programs | [`crate::json_lines`], [`crate::columns`], [`graphml`], [`summary`], put in place by [`folder`] |
//! | a person at a terminal | [`table`] for many pairs, [`side_by_side`] for one |
//! | a desk with a browser | [`html`]: one self-contained page, and the page of `serve` |
//! | the other side | [`sheet`]: the evidence of one pair, to print |
//!
//! Nothing here decides anything: rows come in, bytes go out, the same bytes for the same rows. Nothing here
//! opens an input either; texts and headlines come through a [`Lookup`]. Ids, titles and texts are hostile
//! until shown otherwise: everything that reaches a terminal or a page goes through [`visible`] first.

use crate::article::Article;
use crate::error::Result;

pub mod folder;
pub mod graphml;
pub mod html;
mod overwriting;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod schema_tests;
pub mod sheet;
pub mod side_by_side;
pub mod summary;
pub mod table;
pub mod terminal;
pub mod visible;
mod words;

pub use crate::error::WriteError;
pub use folder::OutputFolder;
pub use overwriting::RunFiles;
pub use summary::Summary;
pub use terminal::Style;

/// Finds an article by its id. It is asked for each article at most a few times, in the order of the output.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Result<Article>;
