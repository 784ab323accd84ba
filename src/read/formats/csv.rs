//! CSV and TSV: a header, and a row an article (RFC 4180).
//!
//! Read by the `csv` crate: quoted line ends, doubled quotes, any line ends. What separates the cells is told
//! from the header, and how marks are escaped from the first rows; rows with marks that are none of RFC 4180
//! are looked at once more ([`super::quoting`]). UTF-16 with a byte order mark, as spreadsheets write it, is decoded on the way.

use std::borrow::Cow;
use std::io::{self, BufReader, Cursor, Read};
use std::ops::Range;

use csv::{ByteRecord, ReaderBuilder};

use super::pieces::{Bounded, stream_problem};
use super::quoting::{Quoting, Shape, Writing};
use super::table::{COLUMNS, Columns, Table, push_cells};
use super::{FormatSource, Piece, Pieces};
use crate::read::RejectionKind;
use crate::read::encoding::{Utf16Decoder, without_utf8_mark};
use crate::read::json_lines::FieldProblem;

pub(super) struct Csv;
pub(super) struct Tsv;

/// Between cells, where the name of the file does not say; the most frequent one of the header.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// Of the first rows, how the table is written is told; less than is read ahead of a record anyway.
const SAMPLE_BYTES: usize = 64 << 10;

impl Table for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        open(source, None)
    }
}

impl Table for Tsv {
    fn name(&self) -> &'static str {
        "tsv"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["tsv", "tab"]
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        open(source, Some(b'\t'))
    }
}

type Input<'a> = Kept<BufReader<Sampled<Utf16Decoder<Bounded<'a>>>>>;

struct CsvRows<'a> {
    reader: csv::Reader<Input<'a>>,
    columns: Columns,
    writing: Writing,
    row: ByteRecord,
    lines: LineCount,
    limit_bytes: usize,
    /// Whether rows were found whose marks are plain text.
    has_plain_marks: bool,
}

fn open<'a>(
    source: FormatSource<'a>,
    delimiter: Option<u8>,
) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
    let limit_bytes = source.options.record_limit_bytes;
    let bounded = Bounded::new(source.stream, limit_bytes);
    let container = bounded.container();
    let mut input = Sampled::new(Utf16Decoder::new(bounded));
    input.skip_utf8_mark();
    let head = input.sample();
    let delimiter = delimiter_by(delimiter, head);
    let quoting = Quoting::of(head, delimiter);
    let mut reader = builder(delimiter, quoting).from_reader(Kept::new(BufReader::new(input)));
    let (mut row, mut lines) = (ByteRecord::new(), LineCount::default());
    let mut is_there = true;
    while is_there && is_no_header(&row) {
        let read = next_row(&mut reader, &mut row, &mut lines);
        is_there = read.map_err(|error| row_problem(error, container, limit_bytes))?.is_some();
    }
    if !is_there {
        return Err(FieldProblem::new(RejectionKind::EmptyFile, "the file holds no article"));
    }
    let names: Vec<_> = row.iter().map(String::from_utf8_lossy).collect();
    let columns = Columns::find(names.iter().map(AsRef::as_ref), source.map)?;
    let writing = Writing { delimiter, quoting, width: names.len() };
    Ok(Box::new(CsvRows { reader, columns, writing, row, lines, limit_bytes, has_plain_marks: false }))
}

/// Empty lines, and the one in which spreadsheets say what separates the cells.
pub(in crate::read) fn is_no_header(row: &ByteRecord) -> bool {
    let is_said = row.len() <= 2 && row.get(0).is_some_and(|first| first.starts_with(b"sep="));
    is_said || row.iter().all(<[u8]>::is_empty)
}

/// How all tables are read.
pub(in crate::read) fn builder(delimiter: u8, quoting: Quoting) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true);
    builder.escape((quoting == Quoting::Backslash).then_some(b'\\'));
    builder
}

/// A stream whose beginning was looked at.
pub(in crate::read) struct Sampled<R> {
    head: Cursor<Vec<u8>>,
    /// What ended the look: it is for whoever reads that far.
    failed: Option<io::Error>,
    pub(in crate::read) rest: R,
}

impl<R: Read> Sampled<R> {
    pub(in crate::read) fn new(mut stream: R) -> Self {
        let (mut head, mut failed) = (Vec::new(), None);
        while head.len() < SAMPLE_BYTES && failed.is_none() {
            let before = head.len();
            head.resize((before + 4096).min(SAMPLE_BYTES), 0);
            let count = match stream.read(head.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
                Err(error) => {
                    failed = Some(error);
                    None
                }
                Ok(count) => Some(count),
            };
            head.truncate(before + count.unwrap_or(0));
            if count == Some(0) {
                break;
            }
        }
        Sampled { head: Cursor::new(head), failed, rest: stream }
    }

    /// Leaves out a byte order mark of UTF-8; how long it was.
    pub(in crate::read) fn skip_utf8_mark(&mut self) -> usize {
        let head = self.head.get_ref();
        let count = head.len() - without_utf8_mark(head).len();
        self.head.set_position(count as u64);
        count
    }

    /// What was looked at and is still to be read.
    pub(in crate::read) fn sample(&self) -> &[u8] {
        let at = usize::try_from(self.head.position()).unwrap_or(usize::MAX);
        self.head.get_ref().get(at..).unwrap_or_default()
    }
}

impl<R: Read> Read for Sampled<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 if !buffer.is_empty() => match self.failed.take() {
                Some(error) => Err(error),
                None => self.rest.read(buffer),
            },
            count => Ok(count),
        }
    }
}

fn header_line(head: &[u8]) -> &[u8] {
    let mut lines = head.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default()
}

/// Of what a name says otherwise, the header decides.
pub(in crate::read) fn delimiter_by(named: Option<u8>, head: &[u8]) -> u8 {
    let named = named.filter(|delimiter| memchr::memchr(*delimiter, header_line(head)).is_some());
    named.unwrap_or_else(|| delimiter_of(head))
}

fn delimiter_of(head: &[u8]) -> u8 {
    let header = header_line(head);
    if let Some([said]) = header.strip_prefix(b"sep=") {
        return *said;
    }
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in header {
        quoted ^= *byte == b'"';
        if let Some(which) = DELIMITERS.iter().position(|delimiter| delimiter == byte && !quoted) {
            counts[which] += 1;
        }
    }
    // of equally frequent ones the first
    let best = (0..DELIMITERS.len()).rev().max_by_key(|which| counts[*which]).unwrap_or(0);
    DELIMITERS[best]
}

fn row_problem(
    error: csv::Error,
    container: crate::read::format::Container,
    limit_bytes: usize,
) -> Box<FieldProblem> {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => stream_problem(&error, container, limit_bytes),
        _ => FieldProblem::new(RejectionKind::Unreadable, "a row could not be read; the rest was left out"),
    }
}

impl Pieces for CsvRows<'_> {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        while !piece.is_full() {
            let bounded = self.reader.get_mut().inner.get_mut().rest.inner_mut();
            bounded.begin_record();
            let container = bounded.container();
            let start = self.reader.position().byte();
            let read = next_row(&mut self.reader, &mut self.row, &mut self.lines);
            let Some(line) = read.map_err(|error| row_problem(error, container, self.limit_bytes))? else {
                return Ok(false);
            };
            let is_blank = self.row.len() == 1 && self.row[0].trim_ascii().is_empty();
            if is_blank {
                continue;
            }
            let bytes = self.reader.get_ref().between(start, self.reader.position().byte());
            match self.writing.shape(bytes) {
                Shape::Sound => self.push(line, self.row.len(), |column| self.row.get(column), piece),
                Shape::Stray => self.push_odd(line, bytes, piece),
                Shape::LeftOpen if self.has_plain_marks && self.writing.is_plain_line(bytes) => {
                    self.push_line(line, bytes, piece);
                }
                Shape::LeftOpen => {
                    let reason = "a quotation mark that begins a cell of the row is never closed; what follows it was left out";
                    piece.reject(line, FieldProblem::new(RejectionKind::Truncated, reason));
                }
                Shape::Several(rows) => {
                    numbered(line, bytes, rows).for_each(|(line, row)| self.push_line(line, row, piece));
                    self.has_plain_marks = true;
                }
            }
        }
        Ok(true)
    }
}

impl CsvRows<'_> {
    /// Adds a row, or says why it is none.
    fn push<'c>(&self, line: u64, count: usize, cell: impl Fn(usize) -> Option<&'c [u8]>, piece: &mut Piece) {
        if count != self.writing.width {
            let reason = format!("the row has {count} cells where the header has {}", self.writing.width);
            return piece.reject(line, FieldProblem::new(RejectionKind::WrongType, reason));
        }
        if (0..count).filter_map(&cell).map(<[u8]>::len).sum::<usize>() > self.limit_bytes {
            return piece.reject(line, crate::read::cutter::line_too_long(self.limit_bytes));
        }
        let cells: [_; COLUMNS] = std::array::from_fn(|field| self.columns.0[field].and_then(&cell));
        piece.push_with(line, |record| push_cells(cells, record));
    }

    /// Adds a row whose marks are plain text.
    fn push_line(&self, line: u64, row: &[u8], piece: &mut Piece) {
        let cells = self.writing.cells_of_line(row);
        self.push(line, cells.len(), |column| cells.get(column).map(Cow::as_ref), piece);
    }

    /// Adds a row in which something follows a mark that closes a cell, if its cells can be told.
    fn push_odd(&self, line: u64, row: &[u8], piece: &mut Piece) {
        let Some(cells) = self.writing.cells(row) else {
            let mut count = LineCount::default();
            let (first, last) = (count.row(row), count.ended);
            let lines = match last > first {
                true => format!(" (lines {line} to {})", line + last - first),
                false => String::new(),
            };
            let reason = format!(
                "something follows a quotation mark that closes a cell, and where cells end cannot be told; the row was \
                 left out{lines}"
            );
            return piece.reject(line, FieldProblem::new(RejectionKind::WrongType, reason));
        };
        self.push(line, cells.len(), |column| cells.get(column).map(Cow::as_ref), piece);
    }
}

/// Rows that lie in the bytes of one, each with the line that it begins on; the first begins on `line`.
pub(in crate::read) fn numbered(
    line: u64,
    bytes: &[u8],
    rows: Vec<Range<usize>>,
) -> impl Iterator<Item = (u64, &[u8])> {
    let mut lines = LineCount::default();
    let mut before = None;
    rows.into_iter().filter_map(move |row| bytes.get(row)).map(move |row| {
        let at = lines.row(row);
        (line + at - *before.get_or_insert(at), row)
    })
}

/// Reads a row; the line that it begins on, `None` behind the last.
pub(in crate::read) fn next_row<R: Read>(
    reader: &mut csv::Reader<Kept<R>>,
    row: &mut ByteRecord,
    lines: &mut LineCount,
) -> csv::Result<Option<u64>> {
    let start = reader.position().byte();
    reader.get_mut().forget_before(start);
    if !reader.read_byte_record(row)? {
        return Ok(None);
    }
    Ok(Some(lines.row(reader.get_ref().between(start, reader.position().byte()))))
}

/// Keeps what was read, from a place on.
pub(in crate::read) struct Kept<R> {
    pub(in crate::read) inner: R,
    bytes: Vec<u8>,
    /// Where the first of them lies.
    from: u64,
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<R> Kept<R> {
    pub(in crate::read) fn new(inner: R) -> Self {
        Kept { inner, bytes: Vec::new(), from: 0 }
    }

    /// What is kept behind a place.
    pub(in crate::read) fn behind(&self, place: u64) -> &[u8] {
        self.between(place.max(self.from), self.from + self.bytes.len() as u64)
    }

    pub(in crate::read) fn forget_before(&mut self, place: u64) {
        let count = usize::try_from(place - self.from).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.drain(..count);
        self.from += count as u64;
    }

    pub(in crate::read) fn between(&self, start: u64, end: u64) -> &[u8] {
        let at = |place: u64| usize::try_from(place.saturating_sub(self.from)).unwrap_or(usize::MAX);
        self.bytes.get(at(start)..at(end)).unwrap_or_default()
    }
}

/// Counts lines, whatever they end in.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::read) struct LineCount {
    ended: u64,
    after_return: bool,
}

impl LineCount {
    fn advance(&mut self, bytes: &[u8]) {
        for at in memchr::memchr2_iter(b'\r', b'\n', bytes) {
            let after_return = if at == 0 { self.after_return } else { bytes[at - 1] == b'\r' };
            // the line ended with the return
            let is_second = bytes[at] == b'\n' && after_return;
            self.ended += u64::from(!is_second);
        }
        self.after_return = bytes.last().map_or(self.after_return, |last| *last == b'\r');
    }

    /// The line on which a row begins, whose bytes may begin with line ends of the row before it.
    pub(in crate::read) fn row(&mut self, bytes: &[u8]) -> u64 {
        let before = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (before, row) = bytes.split_at(before);
        self.advance(before);
        let line = self.ended + 1;
        self.advance(row);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_cells_is_told_from_the_header() {
        assert_eq!(delimiter_of(b"id,text\r\na;b;c;d"), b',');
        assert_eq!(delimiter_of(b"id;\"a,b,c,d\";text\n"), b';');
        assert_eq!(delimiter_of(b"id\ttext"), b'\t');
        assert_eq!(delimiter_of(b"id|text|date"), b'|');
        assert_eq!(delimiter_of(b"text"), b',');
        assert_eq!(delimiter_of(b"\r\n\r\nid;text"), b';');
        assert_eq!(delimiter_of(b"sep=|\r\nid|text,date,title"), b'|');
    }
}
