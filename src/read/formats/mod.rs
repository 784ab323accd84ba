//! Formats in which articles lie wrapped in something else: tables, JSON documents, web archives, pages,
//! messages of news agencies, feeds.
//!
//! JSON lines and plain text are read where they lie, and read again from there. Articles of all other
//! formats are taken out of their file once, in the first pass, and kept in the spool as [`packed`] records:
//! a page costs some milliseconds, a web archive cannot be entered in its middle, and of a Parquet file a
//! single row cannot be read.
//!
//! To add a format is to write its file, which implements [`InputFormat`] (of documents, one a file,
//! [`document::Document`]; of tables [`table::Table`]), and to name it in [`FORMATS`].

mod address;
mod anpa;
#[cfg(feature = "parquet")]
mod arrow_cells;
#[cfg(feature = "parquet")]
mod arrow_check;
mod base64;
#[cfg(feature = "parquet")]
mod columnar;
pub(super) mod csv;
mod dates;
mod document;
mod feed;
mod fragment;
mod http;
mod iptc7901;
mod json;
#[cfg(feature = "html")]
mod nesting;
mod newsml_1;
mod newsml_g2;
mod ninjs;
mod nitf;
mod other_xml;
mod packed;
mod page;
mod parquet;
mod pieces;
mod prose;
pub(super) mod quoting;
#[cfg(feature = "parquet")]
mod row_groups;
mod table;
mod telegraph;
mod warc;
mod wordpress;
mod xml;

use std::fs::File;

use self::document::Whole;
use self::table::Rows;
use super::RejectionKind;
use super::decompress::ByteStream;
use super::field_map::FieldMap;
use super::json_lines::FieldProblem;
pub(super) use packed::{Extracted, Packed, frames};
pub(super) use pieces::Piece;

/// Every format but JSON lines and plain text, in the order in which they are tried on a file's first bytes.
static FORMATS: &[&dyn InputFormat] = &[
    &Rows(parquet::Parquet),
    &Rows(parquet::ArrowIpc),
    &warc::Warc,
    &Whole(nitf::Nitf),
    &Whole(newsml_g2::NewsMlG2),
    &Whole(newsml_1::NewsMl1),
    &feed::Feed,
    &Whole(anpa::Anpa),
    &Whole(iptc7901::Iptc7901),
    &Whole(page::HtmlPage),
    &other_xml::OtherXml,
    &ninjs::Ninjs,
    &json::Json,
    &Rows(csv::Csv),
    &Rows(csv::Tsv),
];

/// Whether a file that begins so is a feed without doubt.
#[cfg(feature = "serve")]
pub(super) fn is_feed(head: &[u8]) -> bool {
    feed::Feed.is_told_by(head)
}

/// A format in the table, by its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FormatId(u8);

impl FormatId {
    pub(super) fn get(self) -> &'static dyn InputFormat {
        FORMATS[self.0 as usize]
    }

    pub(super) fn all() -> impl Iterator<Item = FormatId> {
        (0..FORMATS.len() as u8).map(FormatId)
    }

    /// By what a file's name ends in, in lower case and without `.gz` or `.zst`.
    pub(super) fn of_ending(name: &[u8]) -> Option<FormatId> {
        let ends = |ending: &&str| {
            name.strip_suffix(ending.as_bytes()).is_some_and(|stem| stem.last() == Some(&b'.'))
        };
        Self::all().find(|format| format.get().endings().iter().any(ends))
    }

    /// By a file's first bytes: a name, or a mark that nothing else begins with.
    pub(super) fn of_bytes(head: &[u8]) -> Option<FormatId> {
        let told = |head: &[u8]| Self::all().find(|format| format.get().is_told_by(head));
        told(head).or_else(|| {
            let encoding = match head.first_chunk::<2>()? {
                [0xFF, 0xFE] => encoding_rs::UTF_16LE,
                [0xFE, 0xFF] => encoding_rs::UTF_16BE,
                _ => return None,
            };
            told(encoding.decode_with_bom_removal(head).0.as_bytes())
        })
    }

    pub(super) fn of_name(name: &str) -> Option<FormatId> {
        Self::all().find(|format| format.get().name() == name)
    }
}

/// What a format knows how to do.
///
/// Reading is in two steps, so that the costly one runs on all threads: [`Pieces`] cuts the file into raw
/// records in its order, and [`InputFormat::extract`] makes articles of each.
pub(super) trait InputFormat: Sync {
    /// As the user names it.
    fn name(&self) -> &'static str;

    /// What names of such files end in, in lower case, without the dot.
    fn endings(&self) -> &'static [&'static str];

    /// Whether a file that begins so is of this format without doubt. `head` is some thousand bytes, or all.
    fn is_told_by(&self, head: &[u8]) -> bool;

    /// Whether such a file is read in a folder though its name ends in something else. Other documents than
    /// news are written in some formats.
    fn is_read_by_any_name(&self) -> bool {
        true
    }

    /// What one of its records is called in messages, `row` for instance; `None` where records are told by
    /// the line that they begin on, and empty where a file is one record.
    fn record_word(&self) -> Option<&'static str> {
        None
    }

    /// Begins to read one file.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>>;

    /// The articles of one raw record, or what is wrong with it. A function of the record and the settings
    /// alone.
    ///
    /// # Errors
    /// Why the record holds no article. What was extracted before counts.
    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>>;
}

/// A file that is being read in order.
pub(super) trait Pieces {
    /// Adds the next records to the piece until it is full; `false` where nothing follows.
    ///
    /// # Errors
    /// What ends the file before its end. Records added before count.
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>>;

    /// Records so far that say that a page is what it was, and hold none.
    fn revisits(&self) -> u64 {
        0
    }
}

/// A file to be opened.
pub(super) struct FormatSource<'a> {
    pub(super) stream: ByteStream<'a>,
    /// The file behind the stream, where it is one and is not compressed.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(dead_code, reason = "for formats that are read from their end")
    )]
    pub(super) file: Option<File>,
    pub(super) options: &'a super::ReadOptions,
    pub(super) map: &'a FieldMap,
}

/// What is known of a record besides its bytes.
pub(super) struct Context<'a> {
    pub(super) map: &'a FieldMap,
    /// What an article is called that has no name of its own: its file's path.
    pub(super) file_id: &'a str,
    /// Number of the record in its file, from 1: its line, row or position.
    pub(super) number: u64,
    pub(super) record_limit_bytes: usize,
}

impl Context<'_> {
    /// An id for an article that has none: the file's, and its number unless it is alone there.
    pub(super) fn id(&self, is_alone: bool) -> String {
        if is_alone { self.file_id.to_owned() } else { format!("{}#{}", self.file_id, self.number) }
    }
}

fn no_text(what: &str) -> Box<FieldProblem> {
    FieldProblem::new(RejectionKind::EmptyText, what)
}
