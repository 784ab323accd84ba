//! Bytes to articles: files, folders and standard input, plain or compressed.
//!
//! [`Corpus`] is the room's face. Inside it, `walk` lists the files, `format` tells what they hold,
//! `decompress` makes byte streams of them and `cutter` blocks of whole lines, `records` and `json_lines` or
//! `encoding` make articles of the bytes, `ordered` runs that in parallel and in order, and `spool` keeps
//! what cannot be read twice. Formats whose articles lie wrapped in something else stand in `formats`, a file
//! each. Who writes the inputs again reads them by `raw`, as they lie there. Files that name pairs of
//! articles have a reader of their own, `short_lines`.

mod corpus;
mod corpus_passes;
mod cutter;
mod decompress;
mod encoding;
mod extracted;
mod fast_line;
mod feed_ids;
mod field_map;
mod format;
mod format_reader;
mod formats;
#[cfg(feature = "serve")]
mod given;
mod handles;
mod identity;
mod json_lines;
mod json_values;
mod line;
mod line_numbers;
mod listed;
mod mend;
mod names;
mod options;
mod ordered;
mod pass;
mod raw;
mod raw_table;
mod records;
mod short_lines;
mod source;
mod spool;
mod stamp;
mod walk;

pub use crate::rejection::{ReadingNote, Rejection, RejectionKind, RejectionSink, UnreadDates, UnreadFields};
/// Names of all formats that can be read, as [`ReadOptions::input_format`] takes them.
pub fn input_formats() -> impl Iterator<Item = &'static str> {
    format::Content::names()
}

/// Whether a file that begins so is a feed without doubt.
#[cfg(feature = "serve")]
pub(crate) fn is_feed(head: &[u8]) -> bool {
    formats::is_feed(head)
}

#[cfg(feature = "serve")]
pub(crate) use feed_ids::id_within_feed;
#[cfg(feature = "serve")]
pub(crate) use given::{GivenArticle, or_mended};

pub use corpus::Corpus;
pub use decompress::Decompressed;
pub use line::ArticleLines;
pub use options::{FieldNames, ReadOptions};
pub use raw::{Packing, RawInput, RawKind, RawLines, mended_line};
pub use raw_table::{RawRow, RawTable};
pub use short_lines::{ShortLineFault, for_each_short_line};
