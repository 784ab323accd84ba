//! How a table's quotation marks are meant, where they are not those of RFC 4180.
//!
//! Some writers put a backslash before a mark within quotes (Spark, MySQL) instead of doubling it; some write
//! marks as the plain text that they are, above all between tabs. Rows in which marks stand as RFC 4180 has
//! them are none of this file's business.

use std::borrow::Cow;
use std::ops::Range;

/// How a mark is written within a cell between marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum Quoting {
    /// `""`
    Doubled,
    /// `\"`
    Backslash,
}

impl Quoting {
    /// Told from the first rows: marks are doubled unless the rows fit better where a backslash escapes them.
    pub(in crate::read) fn of(sample: &[u8], delimiter: u8) -> Self {
        if memchr::memmem::find(sample, b"\\\"").is_none() {
            return Quoting::Doubled;
        }
        let doubled = Scan::of(sample, delimiter, Quoting::Doubled);
        let backslash = Scan::of(sample, delimiter, Quoting::Backslash);
        match doubled.strays > backslash.strays && backslash.doubles == 0 {
            true => Quoting::Backslash,
            false => Quoting::Doubled,
        }
    }
}

/// Where a scan stands.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Start,
    Bare,
    Quoted,
    /// Behind a backslash between marks.
    Escaped,
    /// Behind a mark that closes the cell, or is the first of two.
    Closed,
}

/// A cell of a row: where it lies, and whether its marks are as they should be.
#[derive(Clone, Debug)]
struct Cell {
    place: Range<usize>,
    is_sound: bool,
}

/// What a walk over the bytes of a row finds, or over those of many.
struct Scan {
    at: At,
    /// Cells in which something follows the mark that closes them.
    strays: usize,
    /// Marks that are doubled within a cell.
    doubles: usize,
}

impl Scan {
    fn of(bytes: &[u8], delimiter: u8, quoting: Quoting) -> Self {
        let mut scan = Scan { at: At::Start, strays: 0, doubles: 0 };
        bytes.iter().for_each(|byte| scan.step(*byte, delimiter, quoting));
        scan
    }

    fn step(&mut self, byte: u8, delimiter: u8, quoting: Quoting) {
        let is_end = byte == delimiter || matches!(byte, b'\r' | b'\n');
        self.at = match (self.at, byte) {
            (At::Start, b'"') => At::Quoted,
            (At::Closed, b'"') => {
                self.doubles += 1;
                At::Quoted
            }
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, b'\\') if quoting == Quoting::Backslash => At::Escaped,
            (At::Quoted | At::Escaped, _) => At::Quoted,
            _ if is_end => At::Start,
            (At::Closed, _) => {
                self.strays += 1;
                At::Bare
            }
            _ => At::Bare,
        };
    }

    fn is_open(&self) -> bool {
        matches!(self.at, At::Quoted | At::Escaped)
    }
}

/// A table's way of writing rows.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Writing {
    pub(in crate::read) delimiter: u8,
    pub(in crate::read) quoting: Quoting,
    /// Cells of the header.
    pub(in crate::read) width: usize,
}

/// What the marks of a row make of it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::read) enum Shape {
    /// The row that it was read as.
    Sound,
    /// It ends within a cell that a mark begins, as the last one of a file may.
    LeftOpen,
    /// In a cell something follows the mark that closes it.
    Stray,
    /// Several rows, a line each, that marks of their texts made one: where each lies.
    Several(Vec<Range<usize>>),
}

impl Writing {
    pub(in crate::read) fn shape(&self, row: &[u8]) -> Shape {
        if memchr::memchr(b'"', row).is_none() {
            return Shape::Sound;
        }
        if let Some(lines) = self.lines_that_are_rows(row).filter(|lines| lines.len() > 1) {
            return Shape::Several(lines);
        }
        let scan = Scan::of(row, self.delimiter, self.quoting);
        match (scan.is_open(), scan.strays) {
            (true, _) => Shape::LeftOpen,
            (false, 0) => Shape::Sound,
            (false, _) => Shape::Stray,
        }
    }

    /// The lines of a row of several, where each has as many cells as the header: marks are plain text there.
    /// Prose holds commas and semicolons, and of lines between these nothing could be told.
    fn lines_that_are_rows(&self, row: &[u8]) -> Option<Vec<Range<usize>>> {
        if !matches!(self.delimiter, b'\t' | b'|') || self.width < 2 {
            return None;
        }
        let lines = lines(row);
        lines.iter().all(|line| self.has_all_cells(&row[line.clone()])).then_some(lines)
    }

    /// Whether a line has the cells of the header, if its marks are plain text.
    fn has_all_cells(&self, line: &[u8]) -> bool {
        memchr::memchr_iter(self.delimiter, line).count() + 1 == self.width
    }

    /// Whether a row that is left open is a line of a table whose marks are plain text.
    pub(in crate::read) fn is_plain_line(&self, row: &[u8]) -> bool {
        self.lines_that_are_rows(row).is_some_and(|lines| lines.len() == 1)
    }

    /// The cells of a row in which something follows a mark that closes a cell: such a cell is read with its
    /// marks. `None` where the row has not the cells of the header, or its marks are no pairs.
    pub(in crate::read) fn cells<'b>(&self, row: &'b [u8]) -> Option<Vec<Cow<'b, [u8]>>> {
        let trimmed = trimmed(row);
        let row = &row[trimmed];
        if row.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
            return None;
        }
        let cells = self.scanned_cells(row);
        let is_paired = |cell: &Cell| {
            let marks = memchr::memchr_iter(b'"', &row[cell.place.clone()]).count();
            cell.is_sound || marks.is_multiple_of(2)
        };
        (cells.len() == self.width && cells.iter().all(is_paired))
            .then(|| cells.iter().map(|cell| self.content(row, cell)).collect())
    }

    /// The cells of a line whose marks are plain text, or as they should be.
    pub(in crate::read) fn cells_of_line<'b>(&self, line: &'b [u8]) -> Vec<Cow<'b, [u8]>> {
        let trimmed = trimmed(line);
        let line = &line[trimmed];
        let cells = self.scanned_cells(line);
        match cells.len() == self.width && !Scan::of(line, self.delimiter, self.quoting).is_open() {
            true => cells.iter().map(|cell| self.content(line, cell)).collect(),
            false => line.split(|byte| *byte == self.delimiter).map(Cow::Borrowed).collect(),
        }
    }

    fn scanned_cells(&self, row: &[u8]) -> Vec<Cell> {
        let mut scan = Scan { at: At::Start, strays: 0, doubles: 0 };
        let (mut cells, mut start, mut strays) = (Vec::with_capacity(self.width), 0, 0);
        for (at, byte) in row.iter().enumerate() {
            let is_within = scan.is_open();
            scan.step(*byte, self.delimiter, self.quoting);
            if *byte == self.delimiter && !is_within {
                cells.push(Cell { place: start..at, is_sound: scan.strays == strays });
                (start, strays) = (at + 1, scan.strays);
            }
        }
        cells.push(Cell { place: start..row.len(), is_sound: scan.strays == strays });
        cells
    }

    fn content<'b>(&self, row: &'b [u8], cell: &Cell) -> Cow<'b, [u8]> {
        let bytes = &row[cell.place.clone()];
        let inside = bytes.strip_prefix(b"\"").and_then(|bytes| bytes.strip_suffix(b"\""));
        match inside {
            Some(inside) if cell.is_sound => Cow::Owned(self.unescaped(inside)),
            _ => Cow::Borrowed(bytes),
        }
    }

    fn unescaped(&self, inside: &[u8]) -> Vec<u8> {
        let mut content = Vec::with_capacity(inside.len());
        let mut bytes = inside.iter().copied();
        while let Some(byte) = bytes.next() {
            let is_escape = byte == b'"' || (byte == b'\\' && self.quoting == Quoting::Backslash);
            content.push(if is_escape { bytes.next().unwrap_or(byte) } else { byte });
        }
        content
    }
}

/// A row without the line ends that stand before and behind it.
fn trimmed(row: &[u8]) -> Range<usize> {
    let is_content = |byte: &u8| !matches!(byte, b'\r' | b'\n');
    let start = row.iter().position(is_content).unwrap_or(row.len());
    let end = row.iter().rposition(is_content).map_or(start, |last| last + 1);
    start..end
}

/// The lines of a row that hold anything, each with the line ends behind it, the first with those before it.
fn lines(row: &[u8]) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let content = trimmed(row);
    let mut start = 0;
    let mut is_ended = false;
    for (at, byte) in row.iter().enumerate().skip(content.start) {
        let is_end = matches!(byte, b'\r' | b'\n');
        if is_ended && !is_end {
            lines.push(start..at);
            start = at;
        }
        is_ended = is_end;
    }
    lines.push(start..row.len());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(delimiter: u8, quoting: Quoting) -> Writing {
        Writing { delimiter, quoting, width: 2 }
    }

    fn cells(delimiter: u8, row: &str) -> Option<Vec<String>> {
        let writing = writing(delimiter, Quoting::Doubled);
        let cells = writing.cells(row.as_bytes())?;
        Some(cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
    }

    #[test]
    fn a_row_is_left_open_where_a_cell_is() {
        let shape = |row: &str| writing(b',', Quoting::Doubled).shape(row.as_bytes());
        for row in ["a,\"b\"\n", "a,\"b \"\"c\"\" d\"", "a,5\" pipe", "\r\na,b", "a,\"b\nc\"\n"] {
            assert_eq!(shape(row), Shape::Sound, "{row}");
        }
        for row in ["a,\"b\n", "\"a", "a,\"b\"\"", "a,\"b,c\nd,e\n"] {
            assert_eq!(shape(row), Shape::LeftOpen, "{row}");
        }
        assert_eq!(shape("\"a\"b\",c"), Shape::Stray);
        assert_eq!(shape("a,\"b\nc,d \"e\"\n"), Shape::Stray);
    }

    #[test]
    fn a_backslash_escapes_where_rows_fit_better_so() {
        let of = |sample: &str| Quoting::of(sample.as_bytes(), b',');
        assert_eq!(of("id,text\n1,\"He said \\\"no\\\", and left\"\n"), Quoting::Backslash);
        assert_eq!(of("id,text\n1,\"\"\n2,\"\\\"No\\\" was said\"\n"), Quoting::Backslash);
        // a cell that ends in a backslash
        assert_eq!(of("id,text\n1,\"C:\\dir\\\"\n2,\"it is there\"\n"), Quoting::Doubled);
        assert_eq!(of("id,text\n1,\"a \"\"b\"\" c\"\n2,\"C:\\\" is odd\"\n"), Quoting::Doubled);
        assert_eq!(of("id,text\n1,\"a \"\"\\\"\" b\"\n"), Quoting::Doubled);
    }

    #[test]
    fn a_cell_that_goes_on_behind_its_marks_keeps_them() {
        let two = |one: &str, other: &str| Some(vec![one.to_owned(), other.to_owned()]);
        assert_eq!(cells(b',', "1,\"We won,\" he said\r\n"), two("1", "\"We won,\" he said"));
        assert_eq!(cells(b',', "\n\"a \"\"b\"\"\",\"c\" d"), two("a \"b\"", "\"c\" d"));
        assert_eq!(cells(b',', "1,\"We won,\" he said, \"today\""), None);
        assert_eq!(cells(b',', "1,\"We won,\" he said \"\n"), None, "no pairs");
        assert_eq!(cells(b',', "1,\"We\nwon\" he said\n"), None, "two rows, perhaps");
    }

    #[test]
    fn lines_between_tabs_are_rows_if_they_have_the_cells() {
        let writing = writing(b'\t', Quoting::Doubled);
        let several = |row: &str| match writing.shape(row.as_bytes()) {
            Shape::Several(lines) => lines.into_iter().map(|line| row[line].to_owned()).collect(),
            _ => Vec::new(),
        };
        assert_eq!(several("3\t\"We lost\r\n4\tOne \"more\"\n"), ["3\t\"We lost\r\n", "4\tOne \"more\"\n"]);
        assert_eq!(several("\n3\t\"We lost\n\n4\the said.\"\n"), ["\n3\t\"We lost\n\n", "4\the said.\"\n"]);
        assert_eq!(several("3\t\"We lost\n"), [""; 0], "cut off, for all one knows");
        assert!(writing.is_plain_line(b"3\t\"We lost\n") && !writing.is_plain_line(b"3\t\"We\nlost\n"));
        assert_eq!(several("3\t\"One paragraph.\nAnother one.\"\n"), [""; 0]);
        let line = writing.cells_of_line(b"3\t\"We lost\n");
        assert_eq!(line, [&b"3"[..], b"\"We lost"]);
        assert_eq!(writing.cells_of_line(b"3\t\"We \"\"lost\"\"\"\n"), [&b"3"[..], b"We \"lost\""]);
    }
}
