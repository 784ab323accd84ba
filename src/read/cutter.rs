//! Cuts a stream of lines into blocks of whole lines. A line past the limit is skipped without being held.

use super::decompress::{ByteStream, problem_of};
use super::encoding::without_utf8_mark;
use super::format::Container;
use super::json_lines::{FieldProblem, is_blank};
use super::{ReadOptions, RejectionKind};

/// Bytes in a buffer that is used again; what lies beyond `length` is left over from before.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
}

impl Buffer {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.length);
        self.bytes
    }

    /// Space held, used or not.
    pub(super) fn capacity_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// A place for that many bytes after those held; they count once [`Self::advance`] says so.
    fn space(&mut self, byte_count: usize) -> &mut [u8] {
        let end = self.length + byte_count;
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        &mut self.bytes[self.length..end]
    }

    pub(super) fn sized(&mut self, byte_count: usize) -> &mut [u8] {
        self.length = 0;
        self.space(byte_count);
        self.length = byte_count;
        &mut self.bytes[..byte_count]
    }

    fn advance(&mut self, byte_count: usize) {
        self.length += byte_count;
    }

    fn append(&mut self, bytes: &[u8]) {
        self.space(bytes.len()).copy_from_slice(bytes);
        self.length += bytes.len();
    }
}

/// What a stretch of the stream came to.
pub(super) enum Cut {
    /// Whole lines, or one whole text.
    Block { buffer: Buffer, offset: u64, first_line: u64, input_bytes: u64 },
    /// A line (or a text) beyond the limit was left out.
    TooLong { line: u64, skipped_bytes: u64, problem: Box<FieldProblem> },
    /// The end, and what went wrong there.
    End { problem: Option<Box<FieldProblem>>, input_bytes: u64 },
}

pub(super) struct LineCutter<'a> {
    stream: ByteStream<'a>,
    block_bytes: usize,
    record_limit_bytes: usize,
    bomb_limit_bytes: u64,
    /// The beginning of a line whose end has not been read.
    carry: Vec<u8>,
    /// Of the first byte in `carry`.
    offset: u64,
    line: u64,
    reported_input_bytes: u64,
    /// Nothing follows what is in `carry`.
    at_end: bool,
    problem: Option<Box<FieldProblem>>,
    /// Something other than blank lines has come.
    seen_text: bool,
}

impl<'a> LineCutter<'a> {
    pub(super) fn new(stream: ByteStream<'a>, block_bytes: usize, options: &ReadOptions) -> Self {
        // What a bomb is: compressed input alone makes much out of little.
        let bomb_limit_bytes = match stream.container {
            Container::Plain => u64::MAX,
            Container::Gzip | Container::Zstd => options.bomb_limit_bytes,
        };
        LineCutter {
            stream,
            block_bytes,
            record_limit_bytes: options.record_limit_bytes,
            bomb_limit_bytes,
            carry: Vec::new(),
            offset: 0,
            line: 1,
            reported_input_bytes: 0,
            at_end: false,
            problem: None,
            seen_text: false,
        }
    }

    pub(super) fn bomb_limit_bytes(&self) -> u64 {
        self.bomb_limit_bytes
    }

    /// The next whole lines, in `buffer`.
    pub(super) fn next_lines(&mut self, mut buffer: Buffer) -> Cut {
        buffer.clear();
        buffer.append(&self.carry);
        self.carry.clear();
        loop {
            if self.at_end {
                if self.problem.is_some() && !is_json(buffer.bytes()) {
                    // The line that was cut off: the problem at the end speaks for it.
                    self.offset += buffer.length as u64;
                    buffer.clear();
                }
                if buffer.length == 0 {
                    return self.end();
                }
                return self.lines(buffer);
            }
            let searched = buffer.length;
            self.fill(
                &mut buffer,
                self.block_bytes.saturating_sub(searched).max(self.block_bytes / 2).max(1),
            );
            if let Some(newline) = memchr::memrchr(b'\n', &buffer.bytes()[searched..]) {
                let end = searched + newline + 1;
                self.carry.extend_from_slice(&buffer.bytes()[end..]);
                buffer.length = end;
                return self.lines(buffer);
            }
            if buffer.length > self.record_limit_bytes {
                return self.skip_line(buffer);
            }
        }
    }

    fn lines(&mut self, buffer: Buffer) -> Cut {
        let is_utf16 = [b"\xFF\xFE", b"\xFE\xFF"].iter().any(|mark| buffer.bytes().starts_with(*mark));
        if self.offset == 0 && is_utf16 {
            let reason =
                "the file is UTF-16; JSON lines must be UTF-8 (of that name; as `.json` it can be read)";
            let problem = Some(FieldProblem::new(RejectionKind::InvalidUtf8, reason));
            return Cut::End { problem, input_bytes: self.input_bytes() };
        }
        self.block(buffer)
    }

    /// The whole stream as one text.
    pub(super) fn next_text(&mut self, mut buffer: Buffer) -> Cut {
        buffer.clear();
        if self.at_end {
            return self.end();
        }
        while !self.at_end && buffer.length <= self.record_limit_bytes {
            self.fill(&mut buffer, self.block_bytes);
        }
        self.at_end = true;
        if buffer.length > self.record_limit_bytes {
            (self.problem, self.seen_text) = (None, true);
            let problem = text_too_long(self.record_limit_bytes);
            return Cut::TooLong { line: 1, skipped_bytes: buffer.length as u64, problem };
        }
        if self.problem.is_some() || buffer.length == 0 {
            return self.end();
        }
        let block = self.block(buffer);
        // White space is text here, though an empty one.
        self.seen_text = true;
        block
    }

    fn fill(&mut self, buffer: &mut Buffer, byte_count: usize) {
        let (filled, error) = self.stream.fill(buffer.space(byte_count));
        buffer.advance(filled);
        self.at_end = filled < byte_count;
        self.problem = error.map(|error| problem_of(&error, self.stream.container));
    }

    fn block(&mut self, buffer: Buffer) -> Cut {
        let (offset, first_line) = (self.offset, self.line);
        let text = if offset == 0 { without_utf8_mark(buffer.bytes()) } else { buffer.bytes() };
        self.seen_text |= !is_blank(text);
        self.offset += buffer.length as u64;
        self.line += memchr::memchr_iter(b'\n', buffer.bytes()).count() as u64;
        Cut::Block { buffer, offset, first_line, input_bytes: self.input_bytes() }
    }

    fn end(&mut self) -> Cut {
        let mut problem = self.problem.take();
        if !self.seen_text && (problem.is_none() || self.stream.taken_bytes() == 0) {
            problem = Some(FieldProblem::new(RejectionKind::EmptyFile, "the file holds no article"));
        }
        Cut::End { problem, input_bytes: self.input_bytes() }
    }

    /// Bytes of the input since this was last asked.
    fn input_bytes(&mut self) -> u64 {
        let taken = self.stream.taken_bytes();
        let since = taken - self.reported_input_bytes;
        self.reported_input_bytes = taken;
        since
    }

    fn skip_line(&mut self, mut buffer: Buffer) -> Cut {
        self.seen_text = true;
        let mut skipped_bytes = buffer.length as u64;
        let line = self.line;
        while !self.at_end {
            buffer.clear();
            self.fill(&mut buffer, self.block_bytes.max(64 << 10));
            if let Some(newline) = memchr::memchr(b'\n', buffer.bytes()) {
                skipped_bytes += newline as u64 + 1;
                self.carry.extend_from_slice(&buffer.bytes()[newline + 1..]);
                self.line += 1;
                break;
            }
            skipped_bytes += buffer.length as u64;
            if skipped_bytes > self.bomb_limit_bytes {
                self.at_end = true;
                self.problem = Some(bomb(self.bomb_limit_bytes));
            }
        }
        self.offset += skipped_bytes;
        Cut::TooLong { line, skipped_bytes, problem: line_too_long(self.record_limit_bytes) }
    }
}

/// Whether a line that may be cut off is whole: no beginning of an object is an object.
pub(super) fn is_json(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

pub(super) fn line_too_long(limit_bytes: usize) -> Box<FieldProblem> {
    too_long(RejectionKind::LineTooLong, "line", limit_bytes)
}

pub(super) fn text_too_long(limit_bytes: usize) -> Box<FieldProblem> {
    too_long(RejectionKind::TooLarge, "text", limit_bytes)
}

fn too_long(kind: RejectionKind, what: &str, limit_bytes: usize) -> Box<FieldProblem> {
    let reason = format!("the {what} is longer than {limit_bytes} bytes; --record-limit allows more");
    FieldProblem::new(kind, reason)
}

pub(super) fn bomb(limit_bytes: u64) -> Box<FieldProblem> {
    let reason = format!(
        "{limit_bytes} bytes came out of it without an article in them, as from a decompression bomb; the rest \
         was left out; --bomb-limit allows more"
    );
    FieldProblem::new(RejectionKind::TooLarge, reason)
}
