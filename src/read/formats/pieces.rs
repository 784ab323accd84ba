//! Raw records on their way from a file to extraction, and readers that many formats share.

use std::io::{self, Read};

use super::packed::push_frame;
use super::{Context, Extracted};
use crate::read::cutter::text_too_long;
use crate::read::decompress::{ByteStream, problem_of};
use crate::read::format::Container;
use crate::read::json_lines::FieldProblem;

/// Raw records, one after the other.
pub(in crate::read) struct Piece {
    bytes: Vec<u8>,
    target_bytes: usize,
    pub(in crate::read) problems: Vec<(u64, Box<FieldProblem>)>,
    later: Option<Later>,
}

/// Articles that are still to be extracted, from about so many bytes.
struct Later {
    bytes: u64,
    extract: Extract,
}

/// Run on any thread; what is wrong with a record goes to the problems.
pub(in crate::read) type Extract = Box<dyn FnOnce(&Context<'_>, &mut Extracted) + Send>;

impl Piece {
    /// A piece that counts as full at so many bytes.
    pub(in crate::read) fn new(target_bytes: usize) -> Self {
        // room for what is full, and for most last records
        let bytes = Vec::with_capacity(target_bytes + target_bytes / 8);
        Piece { bytes, target_bytes, problems: Vec::new(), later: None }
    }

    pub(super) fn push(&mut self, number: u64, record: &[u8]) {
        self.push_with(number, |bytes| bytes.extend_from_slice(record));
    }

    /// Adds what `write` appends.
    pub(super) fn push_with(&mut self, number: u64, write: impl FnOnce(&mut Vec<u8>)) {
        push_frame(&mut self.bytes, number, write);
    }

    pub(super) fn is_full(&self) -> bool {
        // many records that are none make a full piece too
        self.bytes.len() + self.problems.len() * 128 >= self.target_bytes
    }

    /// Adds what `write` appends, and nothing where it fails.
    pub(super) fn try_push_with<E>(
        &mut self,
        number: u64,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (before, mut written) = (self.bytes.len(), Ok(()));
        push_frame(&mut self.bytes, number, |bytes| written = write(bytes));
        if written.is_err() {
            self.bytes.truncate(before);
        }
        written
    }

    /// Instead of records: what extracts the articles where they are wanted. The context's number is none.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "for formats that are cut into parts"))]
    pub(super) fn put_off(
        &mut self,
        bytes: u64,
        extract: impl FnOnce(&Context<'_>, &mut Extracted) + Send + 'static,
    ) {
        self.later = Some(Later { bytes, extract: Box::new(extract) });
    }

    pub(in crate::read) fn take_later(&mut self) -> Option<Extract> {
        self.later.take().map(|later| later.extract)
    }

    /// What its records take, as far as that is known.
    pub(in crate::read) fn weight_bytes(&self) -> usize {
        let later = self.later.as_ref().map_or(0, |later| later.bytes);
        self.bytes.len().saturating_add(usize::try_from(later).unwrap_or(usize::MAX))
    }

    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "for formats that are cut into parts"))]
    pub(super) fn target_bytes(&self) -> usize {
        self.target_bytes
    }

    /// A record that is none.
    pub(super) fn reject(&mut self, number: u64, problem: Box<FieldProblem>) {
        self.problems.push((number, problem));
    }

    pub(in crate::read) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.problems.is_empty() && self.later.is_none()
    }

    /// The records, framed.
    pub(in crate::read) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A stream that gives up where too much of it belongs to one record.
pub(super) struct Bounded<'a> {
    stream: ByteStream<'a>,
    limit_bytes: u64,
    /// Left of the limit.
    left_bytes: u64,
}

#[derive(Debug)]
struct PastTheLimit;

impl std::fmt::Display for PastTheLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a record is longer than the limit")
    }
}

impl std::error::Error for PastTheLimit {}

/// What readers take from the stream ahead of the record that they are at.
pub(super) const AHEAD_BYTES: u64 = 256 << 10;

impl<'a> Bounded<'a> {
    pub(super) fn new(stream: ByteStream<'a>, record_limit_bytes: usize) -> Self {
        let limit_bytes = (record_limit_bytes as u64).saturating_add(AHEAD_BYTES);
        Bounded { stream, limit_bytes, left_bytes: limit_bytes }
    }

    pub(super) fn container(&self) -> Container {
        self.stream.container
    }

    /// Another record begins.
    pub(super) fn begin_record(&mut self) {
        self.left_bytes = self.limit_bytes;
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left_bytes == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, PastTheLimit));
        }
        let wanted = buffer.len().min(usize::try_from(self.left_bytes).unwrap_or(usize::MAX));
        let count = self.stream.read(&mut buffer[..wanted])?;
        self.left_bytes -= count as u64;
        Ok(count)
    }
}

/// What an error of a stream under a [`Bounded`] means.
pub(super) fn stream_problem(
    error: &io::Error,
    container: Container,
    limit_bytes: usize,
) -> Box<FieldProblem> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> =
        error.get_ref().map(|error| error as &(dyn std::error::Error + 'static));
    while let Some(error) = cause {
        if error.is::<PastTheLimit>() {
            let mut problem = text_too_long(limit_bytes);
            problem.reason = format!(
                "a record is longer than {limit_bytes} bytes; --record-limit allows more; the rest was left out"
            );
            return problem;
        }
        cause = error.source();
    }
    problem_of(error, container)
}
