//! What a pass works on: on the first one the files themselves, on later ones what the first one found.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::ops::Range;

use super::corpus::Corpus;
use super::cutter::{Buffer, Cut, LineCutter};
use super::decompress::{ByteStream, Sniffed};
use super::format::{Content, Format};
use super::format_reader::FormatReader;
use super::formats::{FormatId, Piece};
use super::json_lines::FieldProblem;
use super::records::BlockStart;
use super::spool::SpoolSlot;
use super::stamp::Stamp;
use super::walk::Access;
use super::{RejectionKind, format::Container};
use crate::error::{Error, Result};

/// Spooled blocks are smaller than others: to read one article again is to decompress the block it lies in.
pub(super) const SPOOL_BLOCK_BYTES: usize = 256 << 10;
/// Text files that make one job at most.
const TEXTS_A_JOB: u32 = 128;

/// A block of the first pass with articles in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArticleBlock {
    pub(super) start: BlockStart,
    pub(super) content: Content,
    pub(super) length: u32,
    pub(super) articles: u32,
    /// Bytes taken from the input for it; for progress.
    pub(super) input_bytes: u64,
    /// `None` for a file that can be read at any place.
    pub(super) slot: Option<SpoolSlot>,
}

/// What the first pass leaves for later ones, in reading order.
#[derive(Clone, Debug)]
pub(super) enum PassSegment {
    Block(ArticleBlock),
    /// Text files by number; those that were rejected are marked in the file list.
    Texts(Range<u32>),
}

impl PassSegment {
    /// Where it begins, for look-ups.
    pub(super) fn key(&self) -> (u32, u64) {
        match self {
            PassSegment::Block(block) => (block.start.file, block.start.offset),
            PassSegment::Texts(files) => (files.start, 0),
        }
    }
}

/// A piece of work for one thread.
pub(super) enum ReadJob {
    Fresh {
        start: BlockStart,
        content: Content,
        buffer: Buffer,
        cost: Cost,
        spooled: bool,
    },
    /// Raw records of a format whose articles are extracted, and those that were no records.
    Pieces {
        start: BlockStart,
        format: FormatId,
        piece: Piece,
        cost: Cost,
    },
    Stored(ArticleBlock, Buffer),
    Texts(Range<u32>),
    Notice(Notice),
}

/// What a stretch of a file took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// Taken from the input.
    pub(super) input_bytes: u64,
    /// What came of that, decompressed.
    pub(super) text_bytes: u64,
    /// How much may come of the file without an article in it.
    pub(super) bomb_limit_bytes: u64,
}

impl Cost {
    pub(super) fn of_input(input_bytes: u64) -> Self {
        Cost { input_bytes, text_bytes: 0, bomb_limit_bytes: u64::MAX }
    }
}

/// Something to say about a file, in its place in the order.
pub(super) struct Notice {
    pub(super) file: u32,
    pub(super) line: Option<u64>,
    pub(super) problem: Option<Box<FieldProblem>>,
    pub(super) cost: Cost,
}

/// A file being read for the first time.
enum Opened<'c> {
    /// JSON lines or a text.
    Lines {
        file: u32,
        content: Content,
        spooled: bool,
        cutter: LineCutter<'c>,
    },
    Extracted(FormatReader<'c>),
}

impl Opened<'_> {
    fn file(&self) -> u32 {
        match self {
            Opened::Lines { file, .. } => *file,
            Opened::Extracted(reader) => reader.file,
        }
    }
}

/// The jobs of the first pass.
pub(super) struct FirstSource<'c> {
    corpus: &'c Corpus,
    next_file: u32,
    opened: Option<Opened<'c>>,
    /// A file of which nothing more is wanted.
    abandoned: &'c Cell<Option<u32>>,
}

impl<'c> FirstSource<'c> {
    pub(super) fn new(corpus: &'c Corpus, abandoned: &'c Cell<Option<u32>>) -> Self {
        FirstSource { corpus, next_file: 0, opened: None, abandoned }
    }

    pub(super) fn next(&mut self, buffer: impl FnOnce() -> Buffer) -> Result<Option<(ReadJob, usize)>> {
        loop {
            match &mut self.opened {
                Some(opened) if self.abandoned.get() == Some(opened.file()) => self.opened = None,
                Some(Opened::Extracted(reader)) => match reader.next() {
                    Some(job) => return Ok(Some(job)),
                    None => self.opened = None,
                },
                Some(Opened::Lines { file, content, spooled, cutter }) => {
                    let (file, content, spooled) = (*file, *content, *spooled);
                    let cut = match content {
                        Content::JsonLines => cutter.next_lines(buffer()),
                        _ => cutter.next_text(buffer()),
                    };
                    let bomb_limit_bytes = cutter.bomb_limit_bytes();
                    return Ok(Some(match cut {
                        Cut::Block { buffer, offset, first_line, input_bytes } => {
                            let start = BlockStart { file, offset, line: first_line };
                            let weight = buffer.bytes().len();
                            let cost = Cost { input_bytes, text_bytes: weight as u64, bomb_limit_bytes };
                            (ReadJob::Fresh { start, content, buffer, cost, spooled }, weight)
                        }
                        Cut::TooLong { line, skipped_bytes, problem } => {
                            let line = (content == Content::JsonLines).then_some(line);
                            let cost = Cost { input_bytes: 0, text_bytes: skipped_bytes, bomb_limit_bytes };
                            (ReadJob::Notice(Notice { file, line, problem: Some(problem), cost }), 1)
                        }
                        Cut::End { problem, input_bytes } => {
                            self.opened = None;
                            (notice(file, problem, input_bytes), 1)
                        }
                    }));
                }
                None if self.next_file as usize >= self.corpus.files().files.len() => return Ok(None),
                None => {
                    if let Some(job) = self.next_file()? {
                        return Ok(Some(job));
                    }
                }
            }
        }
    }

    /// Opens the next file; a job where it is none that is cut into blocks.
    fn next_file(&mut self) -> Result<Option<(ReadJob, usize)>> {
        let file = self.next_file;
        self.next_file += 1;
        let opened = match &self.corpus.files().files[file as usize].access {
            Access::Bad { kind, reason } => Err((FieldProblem::new(*kind, reason), 0)),
            Access::File { format, .. } if format.content == Content::Text => {
                return Ok(Some(self.text_files(file)));
            }
            Access::File { stamp, format } => {
                self.open_file(file, *stamp, *format)?.map_err(|problem| (problem, stamp.size_bytes))
            }
            Access::Stream { content } => match self.open_stream(file) {
                Ok((stream, sniffed)) => {
                    let wanted = self.corpus.options().wanted_content()?;
                    let content = *content.get_or_init(|| wanted.unwrap_or(sniffed.likely));
                    let opened = match sniffed.not_read_here() {
                        Some(problem) => Err(problem),
                        None => self.opened(file, stream, content, true, None),
                    };
                    opened.map_err(|problem| (problem, 0))
                }
                Err(error) => Err((unreadable(&error), 0)),
            },
        };
        match opened {
            Ok(opened) => {
                self.opened = Some(opened);
                Ok(None)
            }
            Err((problem, input_bytes)) => Ok(Some((notice(file, Some(problem), input_bytes), 1))),
        }
    }

    /// Neighbouring text files, so that many small ones make one job.
    fn text_files(&mut self, first: u32) -> (ReadJob, usize) {
        let mut bytes = 0_u64;
        let mut file = first;
        while let Some(input) = self.corpus.files().files.get(file as usize) {
            match &input.access {
                Access::File { stamp, format } if format.content == Content::Text => {
                    bytes += stamp.size_bytes
                }
                _ => break,
            }
            if file - first >= TEXTS_A_JOB
                || (file > first && bytes > self.corpus.options().block_bytes as u64)
            {
                break;
            }
            file += 1;
        }
        self.next_file = file;
        (ReadJob::Texts(first..file), usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    fn open_file(
        &self,
        file: u32,
        stamp: Stamp,
        format: Format,
    ) -> Result<Result<Opened<'c>, Box<FieldProblem>>> {
        let handle = match File::open(self.corpus.files().path(file)) {
            Ok(handle) => handle,
            Err(error) => return Ok(Err(unreadable(&error))),
        };
        if !handle.metadata().is_ok_and(|metadata| Stamp::of(&metadata) == stamp) {
            return Err(Error::InputChanged { input: self.corpus.files().name(file) });
        }
        let spooled = format.container != Container::Plain;
        // formats that are read from their end need the file itself
        let is_extracted = matches!(format.content, Content::Extracted(_));
        let plain = (is_extracted && !spooled).then(|| handle.try_clone().ok()).flatten();
        Ok(match ByteStream::new(handle, format.container) {
            Ok(stream) => self.opened(file, stream, format.content, spooled, plain),
            Err(error) => Err(unreadable(&error)),
        })
    }

    fn open_stream(&self, file: u32) -> io::Result<(ByteStream<'c>, Sniffed)> {
        match self.corpus.take_standard_input(file) {
            Some(input) => ByteStream::sniffed(input),
            None => ByteStream::sniffed(File::open(self.corpus.files().path(file))?),
        }
    }

    fn opened(
        &self,
        file: u32,
        stream: ByteStream<'c>,
        content: Content,
        spooled: bool,
        plain: Option<File>,
    ) -> Result<Opened<'c>, Box<FieldProblem>> {
        if let Content::Extracted(format) = content {
            return FormatReader::new(self.corpus, file, format, stream, plain).map(Opened::Extracted);
        }
        let options = self.corpus.options();
        let block_bytes =
            if spooled { options.block_bytes.min(SPOOL_BLOCK_BYTES) } else { options.block_bytes };
        let cutter = LineCutter::new(stream, block_bytes, options);
        Ok(Opened::Lines { file, content, spooled, cutter })
    }
}

pub(super) fn unreadable(error: &io::Error) -> Box<FieldProblem> {
    FieldProblem::new(RejectionKind::Unreadable, format!("cannot be opened: {error}"))
}

pub(super) fn notice(file: u32, problem: Option<Box<FieldProblem>>, input_bytes: u64) -> ReadJob {
    ReadJob::Notice(Notice { file, line: None, problem, cost: Cost::of_input(input_bytes) })
}
