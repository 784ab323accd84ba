//! One file of a format whose articles are extracted, being cut into pieces for the pool.

use std::cell::Cell;
use std::fs::File;
use std::rc::Rc;

use super::RejectionKind;
use super::corpus::Corpus;
use super::decompress::ByteStream;
use super::format::Container;
use super::formats::{FormatId, FormatSource, Piece, Pieces};
use super::json_lines::FieldProblem;
use super::records::BlockStart;
use super::source::{Cost, ReadJob, SPOOL_BLOCK_BYTES, notice};

/// Pieces of a file are numbered; an article's place is its piece's number, and where it lies among what came
/// of it. What comes of a piece is shorter than this.
const OFFSETS_A_PIECE: u64 = 1 << 32;

pub(super) struct FormatReader<'c> {
    corpus: &'c Corpus,
    pub(super) file: u32,
    format: FormatId,
    pieces: Box<dyn Pieces + 'c>,
    piece_bytes: usize,
    bomb_limit_bytes: u64,
    taken_bytes: Rc<Cell<u64>>,
    reported_bytes: u64,
    pieces_read: u64,
    has_records: bool,
    /// Nothing follows but what ended the file.
    end: Option<Option<Box<FieldProblem>>>,
}

impl<'c> FormatReader<'c> {
    /// # Errors
    /// What is wrong with the file as a whole.
    pub(super) fn new(
        corpus: &'c Corpus,
        file: u32,
        format: FormatId,
        stream: ByteStream<'c>,
        plain: Option<File>,
    ) -> Result<Self, Box<FieldProblem>> {
        let options = corpus.options();
        let taken_bytes = stream.taken_counter();
        let bomb_limit_bytes = match stream.container {
            Container::Plain => u64::MAX,
            Container::Gzip | Container::Zstd => options.bomb_limit_bytes,
        };
        let pieces = format.get().open(FormatSource {
            stream,
            file: plain,
            options,
            map: corpus.line_reader().map,
        })?;
        Ok(FormatReader {
            corpus,
            file,
            format,
            pieces,
            piece_bytes: options.block_bytes.min(SPOOL_BLOCK_BYTES),
            bomb_limit_bytes,
            taken_bytes,
            reported_bytes: 0,
            pieces_read: 0,
            has_records: false,
            end: None,
        })
    }

    /// The next job and its weight; `None` behind the end.
    pub(super) fn next(&mut self) -> Option<(ReadJob, usize)> {
        if let Some(problem) = self.end.take() {
            self.end = Some(None);
            return problem.map(|problem| (notice(self.file, Some(problem), self.input_bytes()), 1));
        }
        let mut piece = Piece::new(self.piece_bytes);
        match self.pieces.next(&mut piece) {
            Ok(true) => {}
            Ok(false) => self.end = Some(None),
            Err(problem) => self.end = Some(Some(problem)),
        }
        self.has_records |= !piece.is_empty();
        if self.end.is_some() {
            self.corpus.add_revisits(self.pieces.revisits());
        }
        if !self.has_records && self.end.as_ref().is_some_and(Option::is_none) {
            let problem = FieldProblem::new(RejectionKind::EmptyFile, "the file holds no article");
            return Some((notice(self.file, Some(problem), self.input_bytes()), 1));
        }
        let start = BlockStart { file: self.file, offset: self.pieces_read * OFFSETS_A_PIECE, line: 0 };
        self.pieces_read += 1;
        let weight = piece.weight_bytes();
        let cost = Cost {
            input_bytes: self.input_bytes(),
            text_bytes: weight as u64,
            bomb_limit_bytes: self.bomb_limit_bytes,
        };
        Some((ReadJob::Pieces { start, format: self.format, piece, cost }, weight))
    }

    fn input_bytes(&mut self) -> u64 {
        let taken = self.taken_bytes.get();
        let since = taken - self.reported_bytes;
        self.reported_bytes = taken;
        since
    }
}
