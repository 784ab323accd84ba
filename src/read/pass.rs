//! One pass over a corpus: jobs to articles on the pool, results and rejections in reading order.

use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::corpus::{Corpus, TextFailure};
use super::cutter::{Buffer, bomb};
use super::fast_line::UnescapeBuffer;
use super::format::Content;
use super::formats::{FormatId, Packed, Piece};
use super::json_lines::FieldProblem;
use super::ordered::in_order;
use super::records::{BadLine, BlockStart, text_article};
use super::source::{ArticleBlock, Cost, FirstSource, Notice, PassSegment, ReadJob};
use super::{Rejection, UnreadDates};
use crate::article::unread_date;
use crate::collection::ArticleRef;
use crate::error::{Error, Result};

/// Blocks under way for each thread: one being worked on, one ready.
const BLOCKS_A_THREAD: usize = 2;

/// What a job came to, apart from the caller's result.
enum PassEvent {
    Block {
        block: ArticleBlock,
        bad_lines: Vec<BadLine>,
        /// Records that held no article, by number.
        problems: Vec<(u64, Box<FieldProblem>)>,
        dates: Option<UnreadDates>,
        buffer: Buffer,
        cost: Cost,
    },
    Texts {
        files: Range<u32>,
        articles: u32,
        problems: Vec<(u32, Box<FieldProblem>)>,
        input_bytes: u64,
    },
    Notice(Notice),
}

struct Done<R> {
    event: PassEvent,
    result: Option<R>,
}

/// Where the jobs of a pass come from.
enum JobSource<'c> {
    First(FirstSource<'c>),
    Later { next_segment: usize },
}

struct Pass<'c, T> {
    corpus: &'c Corpus,
    source: JobSource<'c>,
    abandoned: &'c Cell<Option<u32>>,
    /// The file being delivered and the bytes that came of it since its last article.
    barren: (u32, u64),
    take: T,
}

pub(super) fn run<R: Send>(
    corpus: &Corpus,
    is_first: bool,
    work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
    take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let abandoned = &Cell::new(None);
    let buffers = &Buffers::default();
    let source = match is_first {
        true => JobSource::First(FirstSource::new(corpus, abandoned)),
        false => JobSource::Later { next_segment: 0 },
    };
    let mut pass = Pass { corpus, source, abandoned, barren: (0, 0), take };
    let blocks = rayon::current_num_threads() * BLOCKS_A_THREAD + 1;
    in_order(
        &mut pass,
        blocks * corpus.options().block_bytes,
        |pass| pass.next_job(buffers),
        |job| perform(corpus, is_first, job, &work),
        |pass, done: Result<Done<R>>| pass.deliver(done?, buffers),
    )
}

/// Buffers to be used again.
#[derive(Default)]
struct Buffers(Mutex<Vec<Buffer>>);

impl Buffers {
    fn get(&self) -> Buffer {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn put_back(&self, buffer: Buffer, usual_bytes: usize) {
        // A long line's buffer would keep its memory for the rest of the pass.
        if buffer.capacity_bytes() <= usual_bytes.saturating_mul(2) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }
}

impl<T> Pass<'_, T> {
    fn next_job(&mut self, buffers: &Buffers) -> Result<Option<(ReadJob, usize)>> {
        match &mut self.source {
            JobSource::First(source) => source.next(|| buffers.get()),
            JobSource::Later { next_segment } => {
                let segment = self.corpus.segment(*next_segment);
                *next_segment += 1;
                Ok(segment.map(|segment| match segment {
                    PassSegment::Block(block) => {
                        (ReadJob::Stored(block, buffers.get()), block.length as usize)
                    }
                    PassSegment::Texts(files) => {
                        let bytes = self.corpus.size_bytes(files.clone());
                        (ReadJob::Texts(files), usize::try_from(bytes).unwrap_or(usize::MAX))
                    }
                }))
            }
        }
    }

    fn deliver<R>(&mut self, done: Done<R>, buffers: &Buffers) -> Result<()>
    where
        T: FnMut(R) -> Result<()>,
    {
        let is_first = matches!(self.source, JobSource::First(_));
        let read = self.corpus.bytes_read_counter();
        match done.event {
            PassEvent::Block { block, bad_lines, problems, dates, buffer, cost } => {
                read.fetch_add(cost.input_bytes, Ordering::Relaxed);
                if self.abandoned.get() == Some(block.start.file) {
                    return Ok(());
                }
                if is_first {
                    self.reject_lines(&block, &bad_lines, buffer.bytes());
                    for (number, problem) in problems {
                        self.reject_record(&block, number, *problem);
                    }
                    if let Some(dates) = dates {
                        self.corpus.sink().unread_dates(dates);
                    }
                    if block.articles > 0 {
                        self.corpus.add_segment(PassSegment::Block(block));
                    }
                    self.watch_for_bombs(block.start.file, block.articles > 0, cost);
                }
                buffers.put_back(buffer, self.corpus.options().block_bytes);
            }
            PassEvent::Texts { files, articles, problems, input_bytes } => {
                read.fetch_add(input_bytes, Ordering::Relaxed);
                for (file, problem) in problems {
                    self.reject(file, None, *problem);
                }
                if is_first && articles > 0 {
                    self.corpus.add_segment(PassSegment::Texts(files));
                }
            }
            PassEvent::Notice(Notice { file, line, problem, cost }) => {
                read.fetch_add(cost.input_bytes, Ordering::Relaxed);
                if self.abandoned.get() == Some(file) {
                    return Ok(());
                }
                if let Some(problem) = problem {
                    self.reject(file, line, *problem);
                }
                self.watch_for_bombs(file, false, cost);
            }
        }
        done.result.map_or(Ok(()), &mut self.take)
    }

    /// Decided in reading order, so that the same is left out whatever the number of threads.
    fn watch_for_bombs(&mut self, file: u32, has_articles: bool, cost: Cost) {
        if has_articles || self.barren.0 != file {
            self.barren = (file, 0);
        }
        if !has_articles {
            self.barren.1 += cost.text_bytes;
        }
        if self.barren.1 > cost.bomb_limit_bytes {
            self.abandoned.set(Some(file));
            self.reject(file, None, *bomb(cost.bomb_limit_bytes));
        }
    }

    fn reject_lines(&self, block: &ArticleBlock, bad_lines: &[BadLine], bytes: &[u8]) {
        let reader = self.corpus.line_reader();
        for bad in bad_lines {
            match block.content {
                Content::JsonLines => {
                    let (line, problem) = reader.problem(bytes, block.start, *bad);
                    self.reject(block.start.file, Some(line), *problem);
                }
                Content::Extracted(_) => {}
                Content::Text => {
                    let id = self.corpus.files().id(block.start.file);
                    if let Err(problem) = text_article(id, bytes.to_vec(), block.start.file) {
                        self.reject(block.start.file, None, *problem);
                    }
                }
            }
        }
    }

    fn reject_record(&self, block: &ArticleBlock, number: u64, mut problem: FieldProblem) {
        let Content::Extracted(format) = block.content else { return };
        match format.get().record_word() {
            None => self.reject(block.start.file, Some(number), problem),
            Some("") => self.reject(block.start.file, None, problem),
            Some(word) => {
                problem.reason = format!("{word} {number}: {}", problem.reason);
                self.reject(block.start.file, None, problem);
            }
        }
    }

    fn reject(&self, file: u32, line: Option<u64>, problem: FieldProblem) {
        let files = self.corpus.files();
        let input = files.name(file);
        files.files[file as usize].rejected.store(true, Ordering::Relaxed);
        let FieldProblem { kind, id, reason } = problem;
        self.corpus.sink().reject(Rejection { input, line, id, kind, reason });
    }
}

/// One job, on any thread.
fn perform<R>(
    corpus: &Corpus,
    is_first: bool,
    job: ReadJob,
    work: &impl Fn(&[ArticleRef<'_>]) -> R,
) -> Result<Done<R>> {
    let work = |articles: &[ArticleRef<'_>]| (!articles.is_empty()).then(|| work(articles));
    match job {
        ReadJob::Notice(notice) => Ok(Done { event: PassEvent::Notice(notice), result: None }),
        ReadJob::Texts(files) => read_texts(corpus, is_first, files, work),
        ReadJob::Fresh { start, content, buffer, cost, spooled } => {
            let mut bad_lines = Vec::new();
            let (articles, dates, result) = with_scratch(buffer.bytes().len(), |scratch| {
                let mut unescaped = UnescapeBuffer::new(scratch);
                let articles =
                    articles_of(corpus, content, start, buffer.bytes(), &mut unescaped, &mut bad_lines);
                corpus.map.note_seen(&articles);
                (articles.len() as u32, unread_dates(corpus, &articles), work(&articles))
            });
            let slot = (spooled && articles > 0).then(|| corpus.spool()?.add(buffer.bytes())).transpose()?;
            let (length, input_bytes) = (buffer.bytes().len() as u32, cost.input_bytes);
            let block = ArticleBlock { start, content, length, articles, input_bytes, slot };
            Ok(Done { event: block_event(block, bad_lines, dates, buffer, cost), result })
        }
        ReadJob::Stored(block, mut buffer) => {
            corpus.read_stored(&block, buffer.sized(block.length as usize))?;
            let result = with_scratch(buffer.bytes().len(), |scratch| {
                let (mut unescaped, mut bad_lines) = (UnescapeBuffer::new(scratch), Vec::new());
                let ArticleBlock { start, content, .. } = block;
                let articles =
                    articles_of(corpus, content, start, buffer.bytes(), &mut unescaped, &mut bad_lines);
                match articles.len() == block.articles as usize {
                    true => Ok(work(&articles)),
                    false => Err(corpus.changed(block.start.file)),
                }
            })?;
            let cost = Cost::of_input(block.input_bytes);
            Ok(Done { event: block_event(block, Vec::new(), None, buffer, cost), result })
        }
        ReadJob::Pieces { start, format, piece, cost } => {
            read_piece(corpus, start, format, piece, cost, work)
        }
    }
}

/// Memory for unescaped strings, kept by each thread from block to block.
pub(super) fn with_scratch<R>(byte_count: usize, use_scratch: impl FnOnce(&mut [u8]) -> R) -> R {
    /// A long line's memory would stay with the thread.
    const KEPT_BYTES: usize = 8 << 20;
    thread_local! {
        static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }
    // Taken, not borrowed: while it waits for others, the caller's work may run another block on this thread.
    let mut scratch = SCRATCH.take();
    if scratch.len() < byte_count {
        scratch.resize(byte_count, 0);
    }
    let result = use_scratch(&mut scratch[..byte_count]);
    if scratch.len() <= KEPT_BYTES {
        SCRATCH.set(scratch);
    }
    result
}

fn articles_of<'b>(
    corpus: &Corpus,
    content: Content,
    start: BlockStart,
    bytes: &'b [u8],
    unescaped: &mut UnescapeBuffer<'b>,
    bad_lines: &mut Vec<BadLine>,
) -> Vec<ArticleRef<'b>> {
    match content {
        Content::JsonLines => corpus.line_reader().articles(bytes, start, unescaped, bad_lines),
        Content::Extracted(_) => Packed::new(bytes, start.file, start.offset).collect(),
        Content::Text => match text_article(corpus.files().id(start.file), bytes.to_vec(), start.file) {
            Ok(article) => vec![article],
            Err(_) => {
                bad_lines.push(BadLine::default());
                Vec::new()
            }
        },
    }
}

fn block_event(
    block: ArticleBlock,
    bad_lines: Vec<BadLine>,
    dates: Option<UnreadDates>,
    buffer: Buffer,
    cost: Cost,
) -> PassEvent {
    PassEvent::Block { block, bad_lines, problems: Vec::new(), dates, buffer, cost }
}

/// Extracts the articles of a piece and spools them.
fn read_piece<R>(
    corpus: &Corpus,
    start: BlockStart,
    format: FormatId,
    piece: Piece,
    cost: Cost,
    work: impl Fn(&[ArticleRef<'_>]) -> Option<R>,
) -> Result<Done<R>> {
    let extracted = corpus.extract(start.file, format, piece);
    let articles: Vec<_> = Packed::new(extracted.bytes(), start.file, start.offset).collect();
    corpus.map.note_seen(&articles);
    let (dates, result) = (unread_dates(corpus, &articles), work(&articles));
    let slot = (!articles.is_empty()).then(|| corpus.spool()?.add(extracted.bytes())).transpose()?;
    let length = extracted.bytes().len() as u32;
    let content = Content::Extracted(format);
    let (articles, input_bytes) = (articles.len() as u32, cost.input_bytes);
    let block = ArticleBlock { start, content, length, articles, input_bytes, slot };
    let (bad_lines, problems, buffer) = (Vec::new(), extracted.problems, Buffer::default());
    Ok(Done { event: PassEvent::Block { block, bad_lines, problems, dates, buffer, cost }, result })
}

fn unread_dates(corpus: &Corpus, articles: &[ArticleRef<'_>]) -> Option<UnreadDates> {
    let mut unread =
        articles.iter().filter_map(|article| Some((article, unread_date(article.date.as_deref())?)));
    let (first, date) = unread.next()?;
    let input = corpus.files().name(first.location.input);
    Some(UnreadDates { count: 1 + unread.count() as u64, input, line: first.line, date: date.to_owned() })
}

fn read_texts<R>(
    corpus: &Corpus,
    is_first: bool,
    files: Range<u32>,
    work: impl Fn(&[ArticleRef<'_>]) -> Option<R>,
) -> Result<Done<R>> {
    let mut problems = Vec::new();
    let mut articles = Vec::with_capacity(files.len());
    for file in files.clone() {
        if !is_first && corpus.files().files[file as usize].rejected.load(Ordering::Relaxed) {
            continue;
        }
        let read = corpus.read_text_file(file);
        let article = read.and_then(|bytes| {
            text_article(corpus.files().id(file), bytes, file).map_err(TextFailure::Rejected)
        });
        match article {
            Ok(article) => articles.push(article),
            Err(TextFailure::Rejected(problem)) if is_first => problems.push((file, problem)),
            Err(_) => return Err(Error::InputChanged { input: corpus.files().name(file) }),
        }
    }
    corpus.map.note_seen(&articles);
    let result = work(&articles);
    let (articles, input_bytes) = (articles.len() as u32, corpus.size_bytes(files.clone()));
    Ok(Done { event: PassEvent::Texts { files, articles, problems, input_bytes }, result })
}
