//! The inputs of a run as one [`Collection`].

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use rayon::prelude::*;

use super::cutter::{Buffer, Cut, LineCutter};
use super::decompress::ByteStream;
use super::fast_line::UnescapeBuffer;
use super::field_map::FieldMap;
use super::format::Container;
use super::handles::Handles;
use super::json_lines::FieldProblem;
use super::line_numbers::LineNumbers;
use super::records::LineReader;
use super::source::{ArticleBlock, PassSegment, unreadable};
use super::spool::Spool;
use super::stamp::Stamp;
use super::walk::{Access, FileList, InputFile};
use super::{ReadOptions, Rejection, RejectionSink, pass};
use crate::article::Article;
use crate::collection::Location;
use crate::error::{Error, Result};
use crate::work::read_exact_at;

type StandardInput = Box<dyn Read + Send>;

/// Files, folders and streams, read as one collection of articles.
///
/// A record is addressed by its file, the offset of its line in that file (decompressed) and its length; a
/// text file is one record. Memory does not grow with the size of the inputs: it is some 200 bytes a file, 80
/// bytes for each block of [`ReadOptions::block_bytes`], and a few blocks under way for each thread.
pub struct Corpus {
    files: FileList,
    options: ReadOptions,
    pub(super) map: FieldMap,
    sink: Arc<dyn RejectionSink + Send>,
    bytes_read: Arc<AtomicU64>,
    standard_input: Mutex<Option<StandardInput>>,
    spool: OnceLock<Spool>,
    making_spool: Mutex<()>,
    handles: Handles,
    progress: Mutex<FileProgress>,
    /// What the first pass found, in reading order.
    segments: RwLock<Vec<PassSegment>>,
    pub(super) line_numbers: Mutex<LineNumbers>,
    /// Records of web archives that hold no page since it was found unchanged.
    pub(super) revisits: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileProgress {
    Untouched,
    InFirstPass,
    /// The first pass came to its end.
    Known,
}

/// Why a text file gave no article.
pub(super) enum TextFailure {
    Changed,
    Rejected(Box<FieldProblem>),
}

impl Corpus {
    /// Lists what there is to read. Nothing is read yet but the first bytes of files whose names do not tell
    /// what they hold; `-` is standard input.
    ///
    /// Inputs that cannot be used go to `rejections` during the first pass.
    ///
    /// # Errors
    /// [`Error::Usage`] for settings out of range, [`Error::File`] or [`Error::NothingToRead`] where nothing
    /// is left to read at all.
    pub fn open(
        inputs: &[PathBuf],
        options: ReadOptions,
        rejections: Arc<dyn RejectionSink + Send>,
    ) -> Result<Self> {
        Self::open_with_standard_input(inputs, options, rejections, Box::new(io::stdin()))
    }

    /// As [`Self::open`], with another stream in the place of standard input.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with_standard_input(
        inputs: &[PathBuf],
        options: ReadOptions,
        rejections: Arc<dyn RejectionSink + Send>,
        standard_input: Box<dyn Read + Send>,
    ) -> Result<Self> {
        options.check()?;
        let files = FileList::new(inputs, options.wanted_content()?)?;
        let corpus = Corpus {
            files,
            map: FieldMap::new(&options.field_names).with_dates(options.date_format.clone()),
            options,
            sink: rejections,
            bytes_read: Arc::default(),
            standard_input: Mutex::new(Some(standard_input)),
            spool: OnceLock::new(),
            making_spool: Mutex::new(()),
            handles: Handles::default(),
            progress: Mutex::new(FileProgress::Untouched),
            segments: RwLock::default(),
            line_numbers: Mutex::default(),
            revisits: AtomicU64::new(0),
        };
        corpus.check_for_input()?;
        Ok(corpus)
    }

    /// Files in folders that were passed over, since their names are not of a kind that is read.
    pub fn skipped_files(&self) -> u64 {
        self.files.skipped.values().sum()
    }

    /// The same by the endings of their names, `.html`; under an empty one those without.
    pub fn skipped_by_ending(&self) -> &BTreeMap<String, u64> {
        &self.files.skipped
    }

    /// Files, streams and inputs that cannot be opened, together.
    pub fn file_count(&self) -> usize {
        self.files.files.len()
    }

    /// Bytes of the inputs that the current pass is done with, in the terms of
    /// [`total_bytes`](crate::collection::Collection::total_bytes).
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        self.bytes_read.clone()
    }

    fn check_for_input(&self) -> Result<()> {
        let is_bad = |file: &InputFile| matches!(file.access, Access::Bad { .. });
        if !self.files.files.iter().all(is_bad) {
            return Ok(());
        }
        let mut last_reason = String::new();
        for (number, file) in self.files.files.iter().enumerate() {
            if let Access::Bad { kind, reason } = &file.access {
                let input = self.files.name(number as u32);
                let reason = reason.clone();
                last_reason.clone_from(&reason);
                self.sink.reject(Rejection { input, line: None, id: None, kind: *kind, reason });
            }
        }
        match self.files.files.first() {
            Some(file) if file.is_root() => {
                let path = self.files.path(0);
                let cause = fs::metadata(&path).err().unwrap_or_else(|| io::Error::other(last_reason));
                Err(Error::file("read", path, cause))
            }
            _ => Err(Error::NothingToRead),
        }
    }

    pub(super) fn files(&self) -> &FileList {
        &self.files
    }

    pub(super) fn options(&self) -> &ReadOptions {
        &self.options
    }

    pub(super) fn sink(&self) -> &dyn RejectionSink {
        &*self.sink
    }

    pub(super) fn bytes_read_counter(&self) -> &AtomicU64 {
        &self.bytes_read
    }

    pub(super) fn line_reader(&self) -> LineReader<'_> {
        LineReader { map: &self.map, record_limit_bytes: self.options.record_limit_bytes }
    }

    pub(super) fn changed(&self, file: u32) -> Error {
        Error::InputChanged { input: self.files.name(file) }
    }

    /// The stream behind `-`; once.
    pub(super) fn take_standard_input(&self, file: u32) -> Option<StandardInput> {
        let mut input = self.standard_input.lock().unwrap_or_else(PoisonError::into_inner);
        self.files.is_standard_input(file).then(|| input.take()).flatten()
    }

    pub(super) fn spool(&self) -> Result<&Spool> {
        if self.spool.get().is_none() {
            let _held = self.making_spool.lock().unwrap_or_else(PoisonError::into_inner);
            if self.spool.get().is_none() {
                let made = Spool::new(self.options.work_dir.as_deref())?;
                return Ok(self.spool.get_or_init(|| made));
            }
        }
        self.spool.get().ok_or_else(|| Error::Usage("there is no spool".into()))
    }

    pub(super) fn segment(&self, position: usize) -> Option<PassSegment> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner).get(position).cloned()
    }

    /// The first segment of a file, or where it would be.
    pub(super) fn first_segment(&self, file: u32) -> usize {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        segments.partition_point(|segment| segment.key() < (file, 0))
    }

    pub(super) fn add_segment(&self, segment: PassSegment) {
        self.segments.write().unwrap_or_else(PoisonError::into_inner).push(segment);
    }

    /// Bytes of files on disk; streams count as nothing.
    pub(super) fn size_bytes(&self, files: Range<u32>) -> u64 {
        let files = &self.files.files[files.start as usize..files.end as usize];
        files.iter().map(|file| file.stamp().map_or(0, |stamp| stamp.size_bytes)).sum()
    }

    /// A block of an earlier pass, whole.
    pub(super) fn read_stored(&self, block: &ArticleBlock, bytes: &mut [u8]) -> Result<()> {
        match block.slot {
            Some(slot) => self.spool()?.read_block(slot, bytes),
            None => self.read_file_at(block.start.file, block.start.offset, bytes),
        }
    }

    pub(super) fn read_file_at(&self, file: u32, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let stamp = self.files.files[file as usize].stamp().ok_or_else(|| self.changed(file))?;
        let handle = self.handles.file(file, || self.files.path(file), stamp);
        let handle = handle.ok_or_else(|| self.changed(file))?;
        match read_exact_at(&handle, bytes, offset) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.changed(file)),
            Err(error) => Err(Error::file("read", self.files.path(file), error)),
        }
    }

    /// A regular text file, decompressed.
    pub(super) fn read_text_file(&self, file: u32) -> Result<Vec<u8>, TextFailure> {
        let rejected = |error: io::Error| TextFailure::Rejected(unreadable(&error));
        let Access::File { stamp, format } = &self.files.files[file as usize].access else {
            return Err(TextFailure::Changed);
        };
        let handle = File::open(self.files.path(file)).map_err(rejected)?;
        let is_same = || handle.metadata().is_ok_and(|metadata| Stamp::of(&metadata) == *stamp);
        if !is_same() {
            return Err(TextFailure::Changed);
        }
        let mut head = Vec::new();
        (&handle).take(4).read_to_end(&mut head).map_err(rejected)?;
        let container = match format.container {
            Container::Plain => Container::of_bytes(&head),
            named => named,
        };
        // One byte more than is there, so that the first look finds the end too.
        let likely_bytes = match container {
            Container::Plain => stamp.size_bytes.saturating_add(1),
            Container::Gzip | Container::Zstd => stamp.size_bytes.saturating_mul(4),
        };
        let piece_bytes = likely_bytes.clamp(1 << 10, 4 << 20) as usize;
        let stream = ByteStream::new(head.as_slice().chain(&handle), container).map_err(rejected)?;
        let cut = LineCutter::new(stream, piece_bytes, &self.options).next_text(Buffer::default());
        if !is_same() {
            return Err(TextFailure::Changed);
        }
        match cut {
            Cut::Block { buffer, .. } => Ok(buffer.into_bytes()),
            Cut::TooLong { problem, .. } | Cut::End { problem: Some(problem), .. } => {
                Err(TextFailure::Rejected(problem))
            }
            Cut::End { problem: None, .. } => Err(TextFailure::Changed),
        }
    }

    /// The block that holds a place in a file, of those found so far.
    pub(super) fn block_at(&self, location: Location) -> Option<ArticleBlock> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let after = segments.partition_point(|segment| segment.key() <= (location.input, location.offset));
        match segments.get(after.checked_sub(1)?)? {
            PassSegment::Block(block) => {
                let end = location.offset + u64::from(location.length);
                let holds =
                    block.start.file == location.input && end <= block.start.offset + u64::from(block.length);
                holds.then_some(*block)
            }
            PassSegment::Texts(_) => None,
        }
    }

    pub(super) fn article_of_line(&self, line: &[u8], location: Location) -> Option<Article> {
        pass::with_scratch(line.len(), |scratch| {
            let article = self.line_reader().article(line, location, &mut UnescapeBuffer::new(scratch));
            article.map(|article| article.to_article())
        })
    }

    /// # Errors
    /// [`Error::InputChanged`] for the first file that is not what it was.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let is_changed = |number: &u32| match self.files.files[*number as usize].stamp() {
            Some(stamp) => !fs::metadata(self.files.path(*number)).is_ok_and(|now| Stamp::of(&now) == stamp),
            None => false,
        };
        let files = 0..self.files.files.len() as u32;
        match files.into_par_iter().find_first(is_changed) {
            Some(file) => Err(self.changed(file)),
            None => Ok(()),
        }
    }

    pub(super) fn progress(&self) -> std::sync::MutexGuard<'_, FileProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn no_such_place(location: Location) -> Error {
    Error::Usage(format!("no article was read at {location:?}"))
}

impl fmt::Debug for Corpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Corpus")
            .field("files", &self.files)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
