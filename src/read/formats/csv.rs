//! CSV and TSV: a header, and a row an article (RFC 4180).
//!
//! Read by the `csv` crate: quoted line ends, doubled quotes, any line ends. What separates the cells is told from the
//! header. UTF-16 with a byte order mark, as spreadsheets write it, is decoded on the way.

use std::io::{self, BufReader, Chain, Cursor, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::pieces::{Bounded, stream_problem};
use super::table::{COLUMNS, Columns, extract_row, push_cells};
use super::{Context, Extracted, InputFormat, Piece, Pieces, Source};
use crate::read::RejectionKind;
use crate::read::encoding::{Utf16Decoder, without_utf8_mark};
use crate::read::json_lines::Problem;

pub(super) struct Csv;
pub(super) struct Tsv;

/// Between cells, where the name of the file does not say; the most frequent one of the header.
const DELIMITERS: [u8; 4] = *b",;\t|";
const HEADER_LIMIT_BYTES: usize = 64 << 10;

impl InputFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn is_told_by(&self, _head: &[u8]) -> bool {
        false
    }

    fn open<'a>(&self, source: Source<'a>) -> Result<Box<dyn Pieces + 'a>, Box<Problem>> {
        open(source, None)
    }

    fn extract(&self, record: &[u8], context: &Context<'_>, out: &mut Extracted) -> Result<(), Box<Problem>> {
        extract_row(record, context, out)
    }
}

impl InputFormat for Tsv {
    fn name(&self) -> &'static str {
        "tsv"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["tsv", "tab"]
    }

    fn is_told_by(&self, _head: &[u8]) -> bool {
        false
    }

    fn open<'a>(&self, source: Source<'a>) -> Result<Box<dyn Pieces + 'a>, Box<Problem>> {
        open(source, Some(b'\t'))
    }

    fn extract(&self, record: &[u8], context: &Context<'_>, out: &mut Extracted) -> Result<(), Box<Problem>> {
        extract_row(record, context, out)
    }
}

type Input<'a> = BufReader<Chain<Cursor<Vec<u8>>, Utf16Decoder<Bounded<'a>>>>;

struct Rows<'a> {
    reader: csv::Reader<Input<'a>>,
    columns: Columns,
    width: usize,
    row: ByteRecord,
    limit_bytes: usize,
}

fn open<'a>(source: Source<'a>, delimiter: Option<u8>) -> Result<Box<dyn Pieces + 'a>, Box<Problem>> {
    let limit_bytes = source.options.record_limit_bytes;
    let bounded = Bounded::new(source.stream, limit_bytes);
    let container = bounded.container();
    let mut decoder = Utf16Decoder::new(bounded);
    let head = header(&mut decoder).map_err(|error| stream_problem(&error, container, limit_bytes))?;
    let mark_bytes = head.len() - without_utf8_mark(&head).len();
    let delimiter = delimiter.unwrap_or_else(|| delimiter_of(without_utf8_mark(&head)));
    let mut input = BufReader::new(Cursor::new(head).chain(decoder));
    input.get_mut().get_mut().0.set_position(mark_bytes as u64);
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(input);
    let mut row = ByteRecord::new();
    let mut is_there = true;
    while is_there && row.iter().all(<[u8]>::is_empty) {
        is_there =
            reader.read_byte_record(&mut row).map_err(|error| row_problem(error, container, limit_bytes))?;
    }
    if !is_there {
        return Err(Problem::new(RejectionKind::EmptyFile, "the file holds no article"));
    }
    let names: Vec<_> = row.iter().map(String::from_utf8_lossy).collect();
    let columns = Columns::find(names.iter().map(AsRef::as_ref), source.map)?;
    let width = names.len();
    Ok(Box::new(Rows { reader, columns, width, row, limit_bytes }))
}

/// What there is up to the end of the first line.
fn header(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while head.len() < HEADER_LIMIT_BYTES && memchr::memchr(b'\n', &head).is_none() {
        let before = head.len();
        head.resize(before + 4096, 0);
        let count = match stream.read(head.get_mut(before..).unwrap_or_default()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            read => Some(read?),
        };
        head.truncate(before + count.unwrap_or(0));
        if count == Some(0) {
            break;
        }
    }
    Ok(head)
}

fn delimiter_of(head: &[u8]) -> u8 {
    let header = head.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
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
) -> Box<Problem> {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => stream_problem(&error, container, limit_bytes),
        _ => Problem::new(RejectionKind::Unreadable, "a row could not be read; the rest was left out"),
    }
}

impl Pieces for Rows<'_> {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<Problem>> {
        while !piece.is_full() {
            self.reader.get_mut().get_mut().get_mut().1.inner_mut().begin_record();
            let container = self.reader.get_ref().get_ref().get_ref().1.inner().container();
            let read = self.reader.read_byte_record(&mut self.row);
            if !read.map_err(|error| row_problem(error, container, self.limit_bytes))? {
                return Ok(false);
            }
            let line = self.row.position().map_or(0, csv::Position::line);
            let is_blank = self.row.len() == 1 && self.row[0].trim_ascii().is_empty();
            if is_blank {
                continue;
            }
            if self.row.len() != self.width {
                let reason =
                    format!("the row has {} cells where the header has {}", self.row.len(), self.width);
                piece.reject(line, Problem::new(RejectionKind::WrongType, reason));
                continue;
            }
            if self.row.as_slice().len() > self.limit_bytes {
                piece.reject(line, crate::read::cutter::line_too_long(self.limit_bytes));
                continue;
            }
            let cells: [_; COLUMNS] =
                std::array::from_fn(|field| self.columns.0[field].and_then(|column| self.row.get(column)));
            piece.push_with(line, |record| push_cells(cells, record));
        }
        Ok(true)
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
    }
}
