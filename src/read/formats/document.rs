//! Formats of which a file is one document: a page, a message.

use std::io::Read;

use super::{Context, Extracted, FormatSource, InputFormat, Piece, Pieces};
use crate::read::cutter::text_too_long;
use crate::read::decompress::{ByteStream, problem_of};
use crate::read::json_lines::FieldProblem;

/// What such a format knows how to do, in the words of [`InputFormat`].
pub(super) trait Document: Sync {
    fn name(&self) -> &'static str;

    fn endings(&self) -> &'static [&'static str];

    fn is_told_by(&self, head: &[u8]) -> bool;

    /// The articles of the document, or what is wrong with it.
    ///
    /// # Errors
    /// As [`InputFormat::extract`].
    fn read(
        &self,
        document: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>>;
}

/// A format of documents.
pub(super) struct Whole<D>(pub(super) D);

impl<D: Document> InputFormat for Whole<D> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn endings(&self) -> &'static [&'static str] {
        self.0.endings()
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        self.0.is_told_by(head)
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let record_limit_bytes = source.options.record_limit_bytes;
        Ok(Box::new(WholeFile { stream: Some(source.stream), record_limit_bytes }))
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        self.0.read(record, context, out)
    }
}

/// A file that is one record.
struct WholeFile<'a> {
    stream: Option<ByteStream<'a>>,
    record_limit_bytes: usize,
}

impl Pieces for WholeFile<'_> {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        let Some(stream) = self.stream.take() else { return Ok(false) };
        let container = stream.container;
        let mut bytes = Vec::new();
        let limit = self.record_limit_bytes as u64 + 1;
        stream.take(limit).read_to_end(&mut bytes).map_err(|error| problem_of(&error, container))?;
        if bytes.len() > self.record_limit_bytes {
            return Err(text_too_long(self.record_limit_bytes));
        }
        piece.push(1, &bytes);
        Ok(true)
    }
}
