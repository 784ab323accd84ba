//! CSV and TSV as they lie there: rows byte for byte, for those who write them again.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader};
use std::ops::Range;

use csv::ByteRecord;

use super::corpus::Corpus;
use super::decompress::Decompressed;
use super::format::Content;
use super::formats::csv::{self as csv_format, Kept, LineCount, Sampled};
use super::formats::quoting::{Quoting, Shape, Writing};
use super::walk::Access;
use crate::error::{Error, Result};

/// A table that is read again, row by row.
pub struct RawTable {
    reader: csv::Reader<Kept<TableSource>>,
    writing: Writing,
    row: ByteRecord,
    /// Rows that are still to be given: their numbers, where they lie, and whether they have all cells.
    pending: VecDeque<(u64, Range<u64>, bool)>,
    /// What precedes the header: a byte order mark, empty lines, what says the separator.
    before: Vec<u8>,
    names: ByteRecord,
    header: Vec<u8>,
    lines: LineCount,
}

type TableSource = Sampled<Decompressed<BufReader<File>>>;

/// A row as it lies there.
#[derive(Clone, Copy, Debug)]
pub struct RawRow<'b> {
    /// As articles of the table are numbered.
    pub number: u64,
    /// With line ends of the row before it, as far as they belong to no row, and its own.
    pub bytes: &'b [u8],
    /// Whether it has the cells of the header, and its marks are told from its text.
    pub is_whole: bool,
}

impl Corpus {
    /// Opens a table again that was read.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read, [`Error::Usage`] where it is no CSV of one byte a letter or
    /// UTF-8.
    pub fn raw_table(&self, input: u32) -> Result<RawTable> {
        let file = &self.files().files[input as usize];
        let path = self.files().path(input);
        let is_tabs = match file.access {
            Access::File { format, .. } => {
                matches!(format.content, Content::Extracted(id) if id.get().name() == "tsv")
            }
            _ => false,
        };
        let failed = |cause| Error::file("read", &path, cause);
        let file = File::open(&path).map_err(failed)?;
        let mut stream = Sampled::new(Decompressed::new(BufReader::new(file)));
        let head = stream.sample();
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            let name = self.files().name(input);
            return Err(Error::Usage(format!(
                "{name} is UTF-16: convert it to UTF-8 to have it written again"
            )));
        }
        let before = head.to_vec();
        let mark_bytes = stream.skip_utf8_mark();
        let head = stream.sample();
        let delimiter = csv_format::delimiter_by(is_tabs.then_some(b'\t'), head);
        let writing = Writing { delimiter, quoting: Quoting::of(head, delimiter), width: 0 };
        let reader = csv_format::builder(delimiter, writing.quoting).from_reader(Kept::new(stream));
        let mut table = RawTable {
            reader,
            writing,
            row: ByteRecord::new(),
            pending: VecDeque::new(),
            before: before.into_iter().take(mark_bytes).collect(),
            names: ByteRecord::new(),
            header: Vec::new(),
            lines: LineCount::default(),
        };
        table.read_header().map_err(failed)?;
        Ok(table)
    }
}

impl RawTable {
    fn read_header(&mut self) -> io::Result<()> {
        while let Some(RawRow { bytes, .. }) = self.next_row()? {
            let bytes = bytes.to_vec();
            if csv_format::is_no_header(&self.row) {
                self.before.extend_from_slice(&bytes);
                continue;
            }
            self.header = bytes;
            self.names = self.row.clone();
            self.writing.width = self.names.len();
            return Ok(());
        }
        Ok(())
    }

    /// What stands between two cells.
    pub fn delimiter(&self) -> u8 {
        self.writing.delimiter
    }

    /// What precedes the header.
    pub fn before(&self) -> &[u8] {
        &self.before
    }

    /// The header as it lies there.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Whether a column has this name.
    pub fn has_column(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name.as_bytes())
    }

    /// The next row; `None` behind the last.
    ///
    /// # Errors
    /// The file's, and where a row cannot be told.
    pub fn next_row(&mut self) -> io::Result<Option<RawRow<'_>>> {
        if self.pending.is_empty() {
            self.read_on()?;
        }
        let Some((number, place, is_whole)) = self.pending.pop_front() else { return Ok(None) };
        Ok(Some(RawRow { number, bytes: self.reader.get_ref().between(place.start, place.end), is_whole }))
    }

    fn read_on(&mut self) -> io::Result<()> {
        let start = self.reader.position().byte();
        let read = csv_format::next_row(&mut self.reader, &mut self.row, &mut self.lines)?;
        let Some(number) = read else { return Ok(()) };
        let end = self.reader.position().byte();
        let bytes = self.reader.get_ref().between(start, end);
        match self.writing.shape(bytes) {
            Shape::Several(rows) => {
                let mut at = start;
                for (number, row) in csv_format::numbered(number, bytes, rows) {
                    let next = at + row.len() as u64;
                    self.pending.push_back((number, at..next, true));
                    at = next;
                }
            }
            shape => {
                let is_whole = match shape {
                    Shape::Sound => self.row.len() == self.writing.width,
                    Shape::Stray => self.writing.cells(bytes).is_some(),
                    _ => false,
                };
                self.pending.push_back((number, start..end, is_whole));
            }
        }
        Ok(())
    }

    /// What follows the last row: line ends, mostly.
    pub fn rest(&self) -> &[u8] {
        self.reader.get_ref().behind(self.reader.position().byte())
    }
}
