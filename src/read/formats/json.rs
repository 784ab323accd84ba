//! JSON documents: one object over many lines, several of them, or one array of objects.
//!
//! The document is cut into its values by their brackets alone, so that an array of any length takes no more
//! memory than its longest element. Each value is then read as a line of JSON lines is.

use std::io::Read;

use super::{Context, Extracted, FormatSource, InputFormat, Piece, Pieces};
use crate::read::RejectionKind;
use crate::read::cutter::text_too_long;
use crate::read::decompress::{ByteStream, problem_of};
use crate::read::encoding::{Utf16Decoder, without_utf8_mark};
use crate::read::format::Container;
use crate::read::json_lines::{FieldProblem, parse_bytes};
use crate::read::records::to_article;
use crate::stretch::stretch;

pub(super) struct Json;

impl InputFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["json"]
    }

    /// An array of objects, or an object that does not end on its first line.
    fn is_told_by(&self, head: &[u8]) -> bool {
        let head = without_utf8_mark(head).trim_ascii_start();
        if let Some(inside) = head.strip_prefix(b"[") {
            return inside.trim_ascii_start().starts_with(b"{");
        }
        let Some((first, rest)) = head.split_once_at_newline() else { return false };
        let opens = first.trim_ascii() == b"{" || (first.starts_with(b"{") && is_cut_off(first));
        // a line that breaks off among JSON lines is followed by another object
        opens && !rest.trim_ascii_start().starts_with(b"{")
    }

    fn is_read_by_any_name(&self) -> bool {
        false
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        Ok(Box::new(ValueReader {
            container: source.stream.container,
            stream: Utf16Decoder::new(source.stream),
            limit_bytes: source.options.record_limit_bytes,
            chunk: Vec::new(),
            at: 0,
            line: 1,
            is_begun: false,
            scan: StructureScan::default(),
        }))
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let fields = parse_bytes(record, context.map)?;
        out.push(context.number, &to_article(fields));
        Ok(())
    }
}

/// What is wrong with JSON that does not parse.
pub(super) fn broken(error: serde_json::Error) -> Box<FieldProblem> {
    let said = error.to_string();
    let what = said.rfind(" at line ").map_or(said.as_str(), |end| stretch(&said, ..end));
    FieldProblem::new(RejectionKind::BrokenJson, format!("broken JSON: {what}"))
}

trait FirstLine {
    fn split_once_at_newline(&self) -> Option<(&[u8], &[u8])>;
}

impl FirstLine for [u8] {
    fn split_once_at_newline(&self) -> Option<(&[u8], &[u8])> {
        let newline = memchr::memchr(b'\n', self)?;
        Some((&self[..newline], &self[newline + 1..]))
    }
}

/// Whether a line is the sound beginning of a longer value.
fn is_cut_off(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

/// Where in a document's structure the reader is.
#[derive(Default)]
struct StructureScan {
    /// The bytes of the value so far.
    held: Vec<u8>,
    /// Open brackets and braces of the value.
    depth: u64,
    in_value: bool,
    in_string: bool,
    escaped: bool,
    /// Inside the document's own array.
    in_array: bool,
    /// The value is longer than the limit, and is passed over.
    too_long: bool,
    line: u64,
}

struct ValueReader<'a> {
    stream: Utf16Decoder<ByteStream<'a>>,
    container: Container,
    limit_bytes: usize,
    chunk: Vec<u8>,
    at: usize,
    line: u64,
    is_begun: bool,
    scan: StructureScan,
}

const CHUNK_BYTES: usize = 64 << 10;

impl Pieces for ValueReader<'_> {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        while !piece.is_full() {
            if self.at == self.chunk.len() && !self.fill()? {
                return self.end(piece);
            }
            self.step(piece)?;
        }
        Ok(true)
    }
}

impl ValueReader<'_> {
    fn fill(&mut self) -> Result<bool, Box<FieldProblem>> {
        self.chunk.resize(CHUNK_BYTES, 0);
        let mut filled = 0;
        while filled < self.chunk.len() {
            match self.stream.read(&mut self.chunk[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(problem_of(&error, self.container)),
                // it is met again
                Err(_) => break,
            }
        }
        self.chunk.truncate(filled);
        self.at = 0;
        if !self.is_begun {
            self.is_begun = true;
            self.at = self.chunk.len() - without_utf8_mark(&self.chunk).len();
        }
        Ok(filled > 0)
    }

    fn end(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        let scan = &mut self.scan;
        if scan.in_value && scan.depth == 0 && !scan.in_string {
            scan.finish(piece, self.limit_bytes);
        }
        let scan = &self.scan;
        if scan.in_value || scan.in_array {
            let what = if scan.in_value {
                format!("value that begins on line {}", scan.line)
            } else {
                "array".into()
            };
            let reason = format!("the file ends in the middle of a JSON {what}");
            return Err(FieldProblem::new(RejectionKind::Truncated, reason));
        }
        Ok(false)
    }

    /// Goes on to the next byte that matters.
    fn step(&mut self, piece: &mut Piece) -> Result<(), Box<FieldProblem>> {
        let rest = &self.chunk[self.at..];
        if self.scan.in_string {
            let end = match self.scan.escaped {
                true => 1,
                false => memchr::memchr2(b'"', b'\\', rest).map_or(rest.len(), |found| found + 1),
            };
            let (string, last) = (&rest[..end], rest[end - 1]);
            self.line += memchr::memchr_iter(b'\n', string).count() as u64;
            self.scan.hold(string, self.limit_bytes);
            self.at += end;
            if self.scan.escaped {
                self.scan.escaped = false;
            } else if last == b'\\' {
                self.scan.escaped = true;
            } else if last == b'"' {
                self.scan.in_string = false;
            }
            return Ok(());
        }
        let byte = rest[0];
        self.at += 1;
        self.line += u64::from(byte == b'\n');
        self.scan.structure(byte, self.line, self.limit_bytes, piece)
    }
}

impl StructureScan {
    fn hold(&mut self, bytes: &[u8], limit_bytes: usize) {
        if self.held.len() + bytes.len() > limit_bytes {
            self.too_long = true;
            self.held = Vec::new();
        }
        if !self.too_long {
            self.held.extend_from_slice(bytes);
        }
    }

    /// A byte outside strings.
    fn structure(
        &mut self,
        byte: u8,
        line: u64,
        limit_bytes: usize,
        piece: &mut Piece,
    ) -> Result<(), Box<FieldProblem>> {
        if !self.in_value {
            match byte {
                b'[' if !self.in_array => self.in_array = true,
                b']' if self.in_array => self.in_array = false,
                b',' => {}
                _ if byte.is_ascii_whitespace() => {}
                b'}' | b']' | b':' => {
                    let reason =
                        format!("broken JSON on line {line}: `{}` where a value is expected", byte as char);
                    return Err(FieldProblem::new(
                        RejectionKind::BrokenJson,
                        format!("{reason}; the rest was left out"),
                    ));
                }
                _ => {
                    (self.in_value, self.line, self.depth, self.too_long) = (true, line, 0, false);
                    self.in_string = byte == b'"';
                    self.depth = u64::from(matches!(byte, b'{' | b'['));
                    self.hold(&[byte], limit_bytes);
                }
            }
            return Ok(());
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.hold(&[byte], limit_bytes);
                self.depth -= 1;
                if self.depth == 0 {
                    self.finish(piece, limit_bytes);
                }
                return Ok(());
            }
            // the end of a value without brackets
            b',' | b']' | b' ' | b'\n' | b'\r' | b'\t' if self.depth == 0 => {
                self.finish(piece, limit_bytes);
                self.in_array &= byte != b']';
                return Ok(());
            }
            _ => {}
        }
        self.hold(&[byte], limit_bytes);
        Ok(())
    }

    fn finish(&mut self, piece: &mut Piece, limit_bytes: usize) {
        match self.too_long {
            true => piece.reject(self.line, text_too_long(limit_bytes)),
            false => piece.push(self.line, &self.held),
        }
        self.held.clear();
        self.in_value = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_and_objects_over_many_lines_are_told() {
        for told in [
            "[{\"id\"",
            " [\n  {\"id\"",
            "{\n  \"id\": 1",
            "\u{feff}{\"id\": 1,\n \"text\"",
            "{ \r\n\"a\": 1",
        ] {
            assert!(Json.is_told_by(told.as_bytes()), "{told}");
        }
        for other in [
            "{\"id\": 1}\n{\"id\": 2}",
            "[1]",
            "[Laughter] {sic}",
            "{\"id\": 1, \"te\n{\"id\": 2}",
            "",
            "{\"id\": 1",
        ] {
            assert!(!Json.is_told_by(other.as_bytes()), "{other}");
        }
    }
}
