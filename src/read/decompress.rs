//! Byte streams: a file or standard input, decompressed on the way, with the bytes taken from it counted.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::GzDecoder;

use super::RejectionKind;
use super::format::{Container, Content, Foreign};
use super::json_lines::FieldProblem;

/// A stream that may be compressed, as its first bytes tell: gzip, zstd, or as it is. No more of it is read
/// than it takes to go on.
pub struct Decompressed<R: Read> {
    state: State<R>,
}

/// A stream from its beginning, and the bytes that were looked at.
type Whole<R> = BufReader<Chain<Cursor<Vec<u8>>, R>>;

enum State<R: Read> {
    /// Nothing was read yet.
    New(Option<R>),
    Plain(Chain<Cursor<Vec<u8>>, R>),
    Gzip(Box<Steady<Members<Whole<R>>>>),
    Zstd(Box<Steady<zstd::Decoder<'static, Whole<R>>>>),
}

impl<R: Read> Decompressed<R> {
    /// Reads plain, gzip or zstd bytes; which they are is told from the first ones.
    pub fn new(raw: R) -> Self {
        Decompressed { state: State::New(Some(raw)) }
    }

    pub(super) fn container(&self) -> Container {
        match &self.state {
            State::New(_) | State::Plain(_) => Container::Plain,
            State::Gzip(_) => Container::Gzip,
            State::Zstd(_) => Container::Zstd,
        }
    }

    /// As many bytes as tell a compressed stream from another: of most others, one.
    fn begin(mut raw: R) -> io::Result<State<R>> {
        let mut head = Vec::new();
        while Container::may_begin(&head) && Container::of_bytes(&head) == Container::Plain {
            let mut byte = [0];
            match raw.read(&mut byte) {
                Ok(0) => break,
                Ok(_) => head.push(byte[0]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let container = Container::of_bytes(&head);
        let whole = Cursor::new(head).chain(raw);
        Ok(match container {
            Container::Plain => State::Plain(whole),
            Container::Gzip => {
                State::Gzip(Box::new(Steady::new(Members(Some(GzDecoder::new(BufReader::new(whole)))))))
            }
            Container::Zstd => State::Zstd(Box::new(Steady::new(zstd_decoder(BufReader::new(whole))?))),
        })
    }
}

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.state {
                State::New(raw) => match raw.take() {
                    Some(raw) => self.state = Self::begin(raw)?,
                    None => return Ok(0),
                },
                State::Plain(stream) => return stream.read(buffer),
                State::Gzip(stream) => return stream.read(buffer),
                State::Zstd(stream) => return stream.read(buffer),
            }
        }
    }
}

/// The largest window there is: what was compressed from a pipe with `--long=31` names it, however little
/// there is. Memory is taken as far as data comes, which [`super::ReadOptions::bomb_limit_bytes`] bounds.
const ZSTD_WINDOW_LOG_MAX: u32 = 31;

fn zstd_decoder<R: BufRead>(compressed: R) -> io::Result<zstd::Decoder<'static, R>> {
    let mut decoder = zstd::Decoder::with_buffer(compressed)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    Ok(decoder)
}

/// Decompressed bytes, always asked for in pieces of one size: what a damaged stream still gives does not
/// depend on how much its reader wants at once.
struct Steady<R>(BufReader<R>);

const STEADY_BYTES: usize = 32 << 10;

impl<R: Read> Steady<R> {
    fn new(stream: R) -> Self {
        Steady(BufReader::with_capacity(STEADY_BYTES, stream))
    }
}

impl<R: Read> Read for Steady<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.0.fill_buf()?;
        let taken = available.read(buffer)?;
        self.0.consume(taken);
        Ok(taken)
    }
}

/// How much is looked at to tell what a stream holds.
const SNIFF_BYTES: usize = 4096;
const INPUT_BUFFER_BYTES: usize = 128 << 10;

/// Decompressed bytes of one input.
pub(super) struct ByteStream<'a> {
    reader: Box<dyn Read + 'a>,
    pub(super) container: Container,
    taken_bytes: Rc<Cell<u64>>,
}

impl<'a> ByteStream<'a> {
    pub(super) fn new(raw: impl Read + 'a, container: Container) -> io::Result<Self> {
        let taken_bytes = Rc::new(Cell::new(0));
        let raw = CountedReader { inner: raw, taken_bytes: taken_bytes.clone() };
        let buffered = |raw| BufReader::with_capacity(INPUT_BUFFER_BYTES, raw);
        let reader: Box<dyn Read + 'a> = match container {
            Container::Plain => Box::new(raw),
            Container::Gzip => Box::new(Steady::new(Members(Some(GzDecoder::new(buffered(raw)))))),
            Container::Zstd => Box::new(Steady::new(zstd_decoder(buffered(raw))?)),
        };
        Ok(ByteStream { reader, container, taken_bytes })
    }

    /// A stream of unknown kind, told by its first bytes.
    pub(super) fn sniffed(mut raw: impl Read + 'a) -> io::Result<(Self, Sniffed)> {
        let head = head_of(&mut raw)?;
        let container = Container::of_bytes(&head);
        let is_binary = head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31));
        let mut stream = Self::new(Cursor::new(head).chain(raw), container)?;
        // A stream that breaks off within its head is reported when it is read.
        let mut head = Vec::new();
        let broken = fill(&mut stream.reader, &mut head).err();
        let sniffed = Sniffed {
            container,
            is_binary,
            told: Content::told_by(&head),
            likely: Content::of_bytes(&head),
            foreign: Foreign::of_bytes(&head, container),
        };
        let rest = stream.reader;
        stream.reader = match broken {
            Some(error) => Box::new(Cursor::new(head).chain(Broken(Some(error)))),
            None => Box::new(Cursor::new(head).chain(rest)),
        };
        Ok((stream, sniffed))
    }

    /// Bytes taken from the input so far, before decompression.
    pub(super) fn taken_bytes(&self) -> u64 {
        self.taken_bytes.get()
    }

    /// Puts bytes that were looked at before the rest.
    #[cfg(feature = "parquet")]
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        self.reader = Box::new(Cursor::new(bytes.to_vec()).chain(rest));
    }

    /// The same count, for who gives the stream away.
    pub(super) fn taken_counter(&self) -> Rc<Cell<u64>> {
        self.taken_bytes.clone()
    }

    /// Fills the buffer as far as the stream reaches.
    ///
    /// Returns how much was filled, and what went wrong after that.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (filled, Some(error)),
            }
        }
        (filled, None)
    }
}

/// What an error from a stream means for its file.
pub(super) fn problem_of(error: &io::Error, container: Container) -> Box<FieldProblem> {
    let what = match container {
        Container::Gzip => "gzip",
        Container::Zstd => "zstd",
        Container::Plain => {
            return FieldProblem::new(RejectionKind::Unreadable, format!("{error}; the rest was left out"));
        }
    };
    if error.get_ref().is_some_and(|error| error.is::<BehindTheEnd>()) {
        let reason = format!("{error}; whole articles before its end were read");
        return FieldProblem::new(RejectionKind::BrokenCompression, reason);
    }
    if error.kind() == io::ErrorKind::UnexpectedEof {
        let reason = format!("the {what} data is cut off; whole articles before the cut were read");
        return FieldProblem::new(RejectionKind::Truncated, reason);
    }
    if error.raw_os_error().is_some() {
        return FieldProblem::new(RejectionKind::Unreadable, format!("{error}; the rest was left out"));
    }
    let reason = format!("damaged {what} data ({error}); the rest was left out");
    FieldProblem::new(RejectionKind::BrokenCompression, reason)
}

impl Read for ByteStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// What the first bytes of a stream say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sniffed {
    pub(super) container: Container,
    /// Whether it begins with bytes that no text has, compressed or not.
    is_binary: bool,
    /// What it holds without doubt.
    pub(super) told: Option<Content>,
    /// What it holds if nothing else says so.
    pub(super) likely: Content,
    /// What it is, if that is not read here.
    foreign: Option<Foreign>,
}

impl Sniffed {
    /// The container of a file of that name. What a browser saved is often unpacked already; what neither is
    /// text nor begins as it should is damaged, and is read as what it is called.
    pub(super) fn container_of(&self, named: Container) -> Container {
        let is_damaged = self.is_binary && self.told.is_none();
        if self.container == Container::Plain && is_damaged { named } else { self.container }
    }

    /// What is wrong with a file that is not read here.
    pub(super) fn not_read_here(&self) -> Option<Box<FieldProblem>> {
        Some(FieldProblem::new(RejectionKind::UnknownFormat, self.foreign?.words()))
    }
}

/// What a file holds, whatever its name says.
pub(super) fn sniff_file(path: &Path) -> io::Result<Sniffed> {
    ByteStream::sniffed(File::open(path)?).map(|(_, sniffed)| sniffed)
}

fn head_of(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    fill(reader, &mut head)?;
    Ok(head)
}

/// Reads on to the limit or the end.
fn fill(reader: &mut impl Read, head: &mut Vec<u8>) -> io::Result<()> {
    let mut byte_count = 0;
    head.resize(SNIFF_BYTES, 0);
    let outcome = loop {
        if byte_count == SNIFF_BYTES {
            break Ok(());
        }
        match reader.read(&mut head[byte_count..]) {
            Ok(0) => break Ok(()),
            Ok(count) => byte_count += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    head.truncate(byte_count);
    outcome
}

/// The members of a gzip file one after the other. flate2's own reader of many members takes whatever follows
/// one for the next, and so a few bytes of rubbish for a file that is cut off.
struct Members<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match member.get_mut().fill_buf()?.first() {
                Some(0x1F) => self.0 = self.0.take().map(|member| GzDecoder::new(member.into_inner())),
                Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, BehindTheEnd)),
                None => self.0 = None,
            }
        }
        Ok(0)
    }
}

#[derive(Debug)]
struct BehindTheEnd;

impl std::fmt::Display for BehindTheEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is something that is no gzip behind the end of the gzip data")
    }
}

impl std::error::Error for BehindTheEnd {}

struct CountedReader<R> {
    inner: R,
    taken_bytes: Rc<Cell<u64>>,
}

impl<R: Read> Read for CountedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken_bytes.set(self.taken_bytes.get() + count as u64);
        Ok(count)
    }
}

/// The end of a stream that broke off.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
