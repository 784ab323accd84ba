//! Inputs as they lie there: whole lines, byte for byte, for those who write them again.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::corpus::{Corpus, no_such_place};
use super::encoding::without_utf8_mark;
use super::format::{Container, Content};
use super::mend::mended;
use super::ordered::in_order;
use super::source::{ArticleBlock, PassSegment};
use super::walk::Access;
use crate::collection::Location;
use crate::error::Result;

/// Blocks under way for each thread: one being worked on, one ready.
const BLOCKS_A_THREAD: usize = 2;

/// How the bytes of an input are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not compressed.
    Plain,
    /// gzip, one or many members.
    Gzip,
    /// Zstandard, one or many frames.
    Zstd,
}

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawKind {
    /// JSON, one article a line.
    Lines,
    /// One article a file.
    Text,
    /// A row an article: CSV or TSV.
    Csv,
    /// A row an article, by columns.
    Parquet,
    /// Articles that were taken out of another format: nothing that could be written again.
    Extracted,
    /// Nothing that could be read.
    Bad,
}

/// An input as it lies there.
#[derive(Clone, Debug)]
pub struct RawInput {
    /// Where it is; `None` for standard input.
    pub path: Option<PathBuf>,
    /// Its path from the last component of the named input on, of plain names alone.
    pub name: PathBuf,
    /// What it holds.
    pub kind: RawKind,
    /// Standard input counts as plain: it is kept unpacked.
    pub packing: Packing,
    /// Whether something in it was rejected, as far as it was read; of what cannot be read again it is not said.
    pub has_rejected: bool,
}

/// Whole lines of an input, as they were read.
#[derive(Clone, Copy, Debug)]
pub struct RawLines<'b> {
    /// Number of the input, from 0, in the order of [`RawInput`]s.
    pub input: u32,
    /// Where they begin in the input, unpacked.
    pub offset: u64,
    /// The lines, line ends included.
    pub bytes: &'b [u8],
}

struct LinesPass<T> {
    next_segment: usize,
    take: T,
}

impl Corpus {
    /// All inputs, by number. What a stream holds is known after the first pass.
    pub fn raw_inputs(&self) -> Vec<RawInput> {
        let raw = |number: usize| {
            let number = number as u32;
            let (kind, packing) = match &self.files().files[number as usize].access {
                Access::File { format, .. } => (kind_of(format.content), packing_of(format.container)),
                Access::Stream { content } => {
                    (content.get().map_or(RawKind::Bad, |&content| kind_of(content)), Packing::Plain)
                }
                Access::Bad { .. } => (RawKind::Bad, Packing::Plain),
            };
            let path = (!self.files().is_standard_input(number)).then(|| self.files().path(number));
            let name = match &path {
                Some(_) => self.files().below_root(number),
                None => PathBuf::from("stdin.jsonl"),
            };
            let file = &self.files().files[number as usize];
            let is_file = matches!(file.access, Access::File { .. });
            let has_rejected = is_file && file.rejected.load(Ordering::Relaxed);
            RawInput { path, name, kind, packing, has_rejected }
        };
        (0..self.file_count()).map(raw).collect()
    }

    /// Passes over the lines of all inputs again, once they have been read: `work` runs on the current rayon
    /// pool over stretches of whole lines, `take` gets its results on the calling thread in reading order.
    /// Stretches without an article, and files of one text, are left out.
    ///
    /// # Errors
    /// What `work` and `take` return, and [`crate::Error::InputChanged`] where an input is not what it was.
    pub fn pass_over_lines<R: Send>(
        &self,
        work: impl Fn(RawLines<'_>) -> Result<R> + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let blocks = rayon::current_num_threads() * BLOCKS_A_THREAD + 1;
        in_order(
            &mut LinesPass { next_segment: 0, take },
            blocks * self.options().block_bytes,
            |pass| Ok(self.next_lines(&mut pass.next_segment).map(|block| (block, block.length as usize))),
            |block| {
                let mut bytes = vec![0; block.length as usize];
                self.read_stored(&block, &mut bytes)?;
                work(RawLines { input: block.start.file, offset: block.start.offset, bytes: &bytes })
            },
            |pass, result: Result<R>| (pass.take)(result?),
        )?;
        self.check_unchanged()
    }

    fn next_lines(&self, next_segment: &mut usize) -> Option<ArticleBlock> {
        loop {
            let segment = self.segment(*next_segment)?;
            *next_segment += 1;
            if let PassSegment::Block(block) = segment
                && block.content == Content::JsonLines
            {
                return Some(block);
            }
        }
    }

    /// How much may come out of a compressed input between two articles.
    pub fn bomb_limit_bytes(&self) -> u64 {
        self.options().bomb_limit_bytes
    }

    /// The line at a place, as it was read and without a byte order mark; `None` for what is no line.
    ///
    /// # Errors
    /// As [`crate::collection::Collection::read`].
    pub fn record(&self, location: Location) -> Result<Option<Vec<u8>>> {
        let bare = |line: &[u8]| match location.offset {
            0 => without_utf8_mark(line).to_vec(),
            _ => line.to_vec(),
        };
        let file = self.files().files.get(location.input as usize);
        match file.map(|file| &file.access) {
            Some(Access::File { format, .. }) if format.content != Content::JsonLines => Ok(None),
            Some(Access::File { format, .. }) if format.container == Container::Plain => {
                let mut line = vec![0; location.length as usize];
                self.read_file_at(location.input, location.offset, &mut line)?;
                Ok(Some(bare(&line)))
            }
            Some(Access::File { .. } | Access::Stream { .. }) => {
                let block = self.block_at(location).ok_or_else(|| no_such_place(location))?;
                let slot = block.slot.ok_or_else(|| no_such_place(location))?;
                let start = (location.offset - block.start.offset) as usize;
                let stretch = start..start + location.length as usize;
                let line = self.spool()?.with_stretch(slot, stretch, bare)?;
                Ok((block.content == Content::JsonLines).then_some(line))
            }
            Some(Access::Bad { .. }) | None => Err(no_such_place(location)),
        }
    }
}

/// A line as JSON has it, where it was mended to be read; `None` where there is nothing to mend.
pub fn mended_line(line: &[u8]) -> Option<String> {
    mended(std::str::from_utf8(line).ok()?)
}

fn kind_of(content: Content) -> RawKind {
    match content {
        Content::JsonLines => RawKind::Lines,
        Content::Text => RawKind::Text,
        Content::Extracted(format) => match format.get().name() {
            "csv" | "tsv" => RawKind::Csv,
            "parquet" => RawKind::Parquet,
            _ => RawKind::Extracted,
        },
    }
}

fn packing_of(container: Container) -> Packing {
    match container {
        Container::Plain => Packing::Plain,
        Container::Gzip => Packing::Gzip,
        Container::Zstd => Packing::Zstd,
    }
}
