//! retold finds copied, syndicated and rewritten articles, says which came from which, and shows the passages that prove it.
//!
//! [`pipeline::scan`] searches a [`collection::Collection`] (files behind [`read`], articles in memory, an own one);
//! [`pipeline::score_prepared`] judges one pair; [`index`] keeps an archive on disk that incoming articles are compared with;
//! [`tune`] makes a [`judge::Profile`] from labelled pairs. Rows are those of the command line ([`row`]).
//!
//! ```
//! use retold::align::Scratch;
//! use retold::article::Article;
//! use retold::evidence::Prepared;
//! use retold::judge::Profile;
//! use retold::pipeline::{Judgement, score_prepared};
//!
//! let article = |id: &str, text: &str| {
//!     Prepared::new(&Article { id: id.to_owned(), text: text.to_owned(), ..Article::default() })
//! };
//! let wire = article("wire", "HESTBROOK (Meridian) — The Orrin dam was closed on Monday after engineers found cracks.");
//! let print = article("print", "The Orrin dam was closed on Monday after engineers found cracks.");
//! let profile = Profile::default();
//! let judgement = Judgement { profile: &profile, cut: None };
//! let row = score_prepared(&wire, &print, None, &judgement, &mut Scratch::default());
//! assert!(row.relation.is_derived() && row.score > 0.9);
//! ```
#![cfg_attr(not(test), deny(clippy::string_slice))]

pub mod align;
pub mod analysis;
pub mod article;
pub mod candidate;
pub mod collection;
pub mod dedup;
pub mod error;
pub mod evidence;
pub mod family;
pub mod index;
pub mod json_lines;
pub mod judge;
pub mod normalise;
pub mod pipeline;
mod processor;
pub mod progress;
pub mod read;
pub mod recipe;
pub mod rejection;
pub mod report;
pub mod row;
pub mod rows;
pub mod shingle;
pub mod sketch;
mod stretch;
pub mod tune;
pub mod work;

pub use error::{Error, Result};
