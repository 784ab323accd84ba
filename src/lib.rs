//! retold finds copied, syndicated and rewritten articles, says which came from which, and shows the passages
//! that prove it.
//!
//! Two texts take one call:
//!
//! ```
//! let wire = "HESTBROOK (Meridian) — The Orrin dam was closed on Monday after engineers found cracks.";
//! let print = "The Orrin dam was closed on Monday after engineers found cracks.";
//! let row = retold::compare(wire, print);
//! assert!(row.relation.is_derived() && row.score > 0.9);
//! ```
//!
//! # What to use when
//!
//! | you have | use | it costs, on one core |
//! | --- | --- | --- |
//! | two texts | [`compare()`] | a millisecond or two |
//! | two texts, and an archive that tells what is rare | [`compare_among`] | two passes over the archive |
//! | many articles, all at hand | [`scan()`] on a `Vec<Article>` | near-duplicates alone: 200 MB a second and more |
//! | files, folders, standard input | [`scan()`] on a [`read::Corpus`] | the same, and texts are not held in memory |
//! | articles that lie elsewhere | [`scan()`] on your own [`collection::Collection`] | the same |
//! | an archive on disk, and articles that come in | [`Index`] | some milliseconds a question |
//! | labelled pairs | [`tune`] (feature `tune`) | minutes |
//!
//! [`Settings`] says what is looked for and listed. What comes out are the rows of the command line
//! ([`row`]): serialised, they are the lines that `schema/` describes. Inside, the articles go through the
//! rooms that `ARCHITECTURE.md` describes, in the order of the table there; [`pipeline`] runs them.
//!
//! # Limits
//!
//! Articles are numbered with 32 bits. Spans count Unicode code points. A text is never changed, and what is
//! hostile in it runs into limits, not into a panic. Results do not depend on the number of threads; work
//! runs on the current rayon pool. Rarity of words counts from [`search::BACKGROUND_MIN_DOCUMENTS`]
//! different articles on.
//!
//! # Features
//!
//! On by default: `cli`, the command line, which brings `report` (tables, side by side, review page), `tune`
//! and `rules`; `html` and `parquet`, input formats; `serve`, the desk's page and an API over an archive. A
//! library that embeds retold takes only those it needs: `default-features = false` reads JSON lines, text,
//! CSV and XML, scans, compares and keeps an index.
#![cfg_attr(not(test), deny(clippy::string_slice))]
// what is open to the fuzzers alone is described where it stands
#![cfg_attr(not(feature = "internals"), deny(missing_docs))]
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// the command line names the library as any caller does
#[cfg(feature = "cli")]
extern crate self as retold;

pub mod align;
pub mod analysis;
pub mod article;
pub mod barrier;
pub mod candidate;
#[cfg(feature = "cli")]
pub mod cli;
pub mod collection;
pub mod columns;
pub mod dates;
#[cfg(feature = "serve")]
pub mod decisions;
pub mod dedup;
pub mod error;
pub mod evidence;
pub mod family;
mod faults;
mod fold;
pub mod index;
pub mod json_lines;
pub mod judge;
pub mod languages;
mod library;
pub mod normalise;
pub mod pipeline;
mod processor;
pub mod progress;
pub mod read;
pub mod recipe;
pub mod rejection;
#[cfg(feature = "report")]
pub mod report;
pub mod row;
pub mod rows;
#[cfg(feature = "rules")]
pub mod rules;
pub mod search;
#[cfg(feature = "serve")]
pub mod serve;
pub mod shingle;
pub mod sketch;
mod stretch;
pub mod timings;
#[cfg(feature = "tune")]
pub mod tune;
pub mod work;

pub use article::Article;
pub use error::{Error, Result};
pub use judge::Profile;
pub use library::{Findings, Index, Settings, compare, compare_among, compare_with, scan, scan_with};
pub use row::PairRow;
