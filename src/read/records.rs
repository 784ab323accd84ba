//! Blocks of bytes to articles.

use std::borrow::Cow;

use super::cutter::line_too_long;
use super::encoding::{decode, without_utf8_mark};
use super::fast_line::UnescapeBuffer;
use super::field_map::{FieldMap, UnreadField};
use super::json_lines::{FieldProblem, Fields, is_blank, parse_bytes, parse_line, with_fields_listed};
use crate::article::Article;
use crate::barrier::{Fault, REPORT, Stage, guarded};
use crate::collection::{ArticleRef, Location};

/// Where a block of lines begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockStart {
    pub(super) file: u32,
    /// In bytes of the decompressed file.
    pub(super) offset: u64,
    pub(super) line: u64,
}

/// A line that is no article. Small, since two million of them may come; what is wrong is found out again
/// when it is reported.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BadLine {
    line_in_block: u32,
    start: u32,
    length: u32,
}

/// Reads lines under one set of field names and limits.
#[derive(Clone, Copy)]
pub(super) struct LineReader<'m> {
    pub(super) map: &'m FieldMap,
    pub(super) record_limit_bytes: usize,
}

impl LineReader<'_> {
    /// The articles of a block of whole lines, and the lines that hold none. `unescaped` is as long as the
    /// block.
    pub(super) fn articles<'b>(
        &self,
        block: &'b [u8],
        start: BlockStart,
        unescaped: &mut UnescapeBuffer<'b>,
        bad_lines: &mut Vec<BadLine>,
    ) -> Vec<ArticleRef<'b>> {
        // One check over the block is cheaper than one a string.
        let block_is_utf8 = simdutf8::basic::from_utf8(block).is_ok();
        let mut articles = Vec::with_capacity(block.len() / 4096 + 1);
        let mut line_start = 0;
        let ends =
            memchr::memchr_iter(b'\n', block).chain((block.last() != Some(&b'\n')).then_some(block.len()));
        for (line_in_block, line_end) in ends.enumerate() {
            let raw = &block[line_start..line_end];
            let offset = start.offset + line_start as u64;
            let line_in_block_at = line_start;
            line_start = line_end + 1;
            let line = if offset == 0 { without_utf8_mark(raw) } else { raw };
            if is_blank(line) {
                continue;
            }
            let fields = guarded(Stage::Read, holds(line), || {
                if line.len() > self.record_limit_bytes {
                    Err(line_too_long(self.record_limit_bytes))
                } else if block_is_utf8 {
                    // SAFETY: the block is UTF-8, and it is cut at line feeds and after a byte order mark,
                    // which are whole characters. Saves a second look at every byte.
                    parse_line(unsafe { std::str::from_utf8_unchecked(line) }, self.map, unescaped)
                } else {
                    parse_bytes(line, self.map)
                }
            });
            match fields.unwrap_or_else(|fault| Err(failed(&fault))) {
                Ok(fields) => {
                    if let Some((field, what)) = fields.unread {
                        let place = (start.file, start.line + line_in_block as u64);
                        self.map.note_unread(UnreadField { place, field, what });
                    }
                    let location = Location { input: start.file, length: raw.len() as u32, offset };
                    articles.push(article(fields, location, start.line + line_in_block as u64));
                }
                Err(_) => bad_lines.push(BadLine {
                    line_in_block: line_in_block as u32,
                    start: line_in_block_at as u32,
                    length: raw.len() as u32,
                }),
            }
        }
        articles
    }

    /// What is wrong with a line of the block, and its number.
    pub(super) fn problem(&self, block: &[u8], start: BlockStart, bad: BadLine) -> (u64, Box<FieldProblem>) {
        let line = &block[bad.start as usize..][..bad.length as usize];
        let line = if start.offset == 0 && bad.start == 0 { without_utf8_mark(line) } else { line };
        let number = start.line + u64::from(bad.line_in_block);
        if line.len() > self.record_limit_bytes {
            return (number, line_too_long(self.record_limit_bytes));
        }
        let problem = match guarded(Stage::Read, holds(line), || parse_bytes(line, self.map)) {
            Err(fault) => failed(&fault),
            Ok(Err(problem)) => with_fields_listed(problem, line, self.map),
            // Reading is a function of the bytes alone, unless it failed on one way of two.
            Ok(Ok(_)) => FieldProblem::new(
                super::RejectionKind::InternalError,
                format!("internal error of retold (stage read): the line is left out; {REPORT}"),
            ),
        };
        (number, problem)
    }

    /// One line, read again. `unescaped` is as long as the line.
    pub(super) fn article<'b>(
        &self,
        line: &'b [u8],
        location: Location,
        unescaped: &mut UnescapeBuffer<'b>,
    ) -> Option<ArticleRef<'b>> {
        let line = if location.offset == 0 { without_utf8_mark(line) } else { line };
        let line = simdutf8::basic::from_utf8(line).ok()?;
        parse_line(line, self.map, unescaped).ok().map(|fields| article(fields, location, 0))
    }
}

/// As [`parse_bytes`]; a line at which retold fails is one that is no article.
pub(super) fn parse_guarded<'a>(line: &'a [u8], map: &FieldMap) -> Result<Fields<'a>, Box<FieldProblem>> {
    let read = || parse_bytes(line, map).map_err(|problem| with_fields_listed(problem, line, map));
    guarded(Stage::Read, holds(line), read).unwrap_or_else(|fault| Err(failed(&fault)))
}

/// Whether a line is the one of a test's fault: it holds these words.
fn holds(line: &[u8]) -> impl Fn(&str) -> bool {
    |wanted| memchr::memmem::find(line, wanted.as_bytes()).is_some()
}

pub(super) fn failed(fault: &Fault) -> Box<FieldProblem> {
    let reason = format!("{fault}: it is left out; {REPORT}");
    FieldProblem::new(super::RejectionKind::InternalError, reason)
}

fn article(fields: Fields<'_>, location: Location, line: u64) -> ArticleRef<'_> {
    let Fields { id, text, title, date, source, url, language, .. } = fields;
    ArticleRef { id, text, title, date, source, url, language, provenance: None, location, line }
}

/// The fields with memory of their own.
pub(super) fn to_article(fields: Fields<'_>) -> Article {
    article(fields, Location::default(), 0).to_article()
}

/// The article of a text file.
pub(super) fn text_article(
    id: String,
    bytes: Vec<u8>,
    file: u32,
) -> Result<ArticleRef<'static>, Box<FieldProblem>> {
    let location = Location { input: file, length: bytes.len() as u32, offset: 0 };
    let decoded = guarded(Stage::Read, |wanted| wanted == id, || decode(bytes));
    let text = decoded.unwrap_or_else(|fault| Err(failed(&fault)))?;
    if text.trim_start().is_empty() {
        return Err(FieldProblem::new(super::RejectionKind::EmptyText, "the file holds no text"));
    }
    let (id, text) = (Cow::Owned(id), Cow::Owned(text));
    let (title, date, source, url, language) = (None, None, None, None, None);
    let provenance = None;
    Ok(ArticleRef { id, text, title, date, source, url, language, provenance, location, line: 1 })
}
