//! CSV and TSV as they lie there: rows byte for byte, for those who write them again.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};

use csv::ByteRecord;

use super::corpus::Corpus;
use super::decompress::Decompressed;
use super::encoding::without_utf8_mark;
use super::format::Content;
use super::formats::csv::{self as csv_format, Kept, LineCount};
use super::walk::Access;
use crate::error::{Error, Result};

/// A table that is read again, row by row.
pub struct RawTable {
    reader: csv::Reader<Kept<TableSource>>,
    delimiter: u8,
    row: ByteRecord,
    /// What precedes the header: a byte order mark, empty lines, what says the separator.
    before: Vec<u8>,
    names: ByteRecord,
    header: Vec<u8>,
    lines: LineCount,
}

type TableSource = Chain<Cursor<Vec<u8>>, Decompressed<BufReader<File>>>;

/// A row as it lies there.
#[derive(Clone, Copy, Debug)]
pub struct RawRow<'b> {
    /// As articles of the table are numbered.
    pub number: u64,
    /// With line ends of the row before it, as far as they belong to no row, and its own.
    pub bytes: &'b [u8],
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
        let mut stream = Decompressed::new(BufReader::new(file));
        let head = csv_format::header(&mut stream).map_err(failed)?;
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            let name = self.files().name(input);
            return Err(Error::Usage(format!(
                "{name} is UTF-16: convert it to UTF-8 to have it written again"
            )));
        }
        let bare = without_utf8_mark(&head);
        let before = head[..head.len() - bare.len()].to_vec();
        let delimiter = if is_tabs { b'\t' } else { csv_format::delimiter_of(bare) };
        let inner = Cursor::new(bare.to_vec()).chain(stream);
        let reader = csv_format::builder(delimiter).from_reader(Kept::new(inner));
        let (row, names, header, lines) = <(ByteRecord, ByteRecord, Vec<u8>, LineCount)>::default();
        let mut table = RawTable { reader, delimiter, row, before, names, header, lines };
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
            return Ok(());
        }
        Ok(())
    }

    /// What stands between two cells.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
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
        let start = self.reader.position().byte();
        let read = csv_format::next_row(&mut self.reader, &mut self.row, &mut self.lines)?;
        let bytes = self.reader.get_ref().between(start, self.reader.position().byte());
        Ok(read.map(|number| RawRow { number, bytes }))
    }

    /// What follows the last row: line ends, mostly.
    pub fn rest(&self) -> &[u8] {
        self.reader.get_ref().behind(self.reader.position().byte())
    }
}
