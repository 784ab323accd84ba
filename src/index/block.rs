//! Bytes of a segment with their checksums, read and written.

use std::io;
use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::storage::{NewFile, StoredFile};
use crate::error::IndexError;
use crate::{Error, Result};

/// Bytes of a checksum behind a block.
pub const CHECKSUM_BYTES: usize = 4;

/// Files up to this size are read whole when they are opened.
const HELD_FILE_BYTES: u64 = 128 << 10;

/// What a block is part of. Its number goes into every checksum, so that a block in another's place is
/// noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Footer = 1,
    Articles = 2,
    Documents = 3,
    Ids = 4,
    Texts = 5,
    Copies = 6,
    Bands = 7,
    Features = 8,
    Grams = 9,
    Header = 10,
}

/// One more than the largest number of a kind.
pub const KINDS: usize = 11;

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Footer => "footer",
            Kind::Articles => "articles",
            Kind::Documents => "documents",
            Kind::Ids => "ids",
            Kind::Texts => "identical texts",
            Kind::Copies => "copies",
            Kind::Bands => "bands",
            Kind::Features => "features",
            Kind::Grams => "word runs",
            Kind::Header => "header",
        }
    }
}

fn checksum(salt: u64, kind: Kind, index: u64, bytes: &[u8]) -> u32 {
    let place = (index << 8 | kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    xxh3_64_with_seed(bytes, salt.rotate_left(32) ^ place) as u32
}

/// Appends the checksum of the block that begins at `start`.
pub fn seal(bytes: &mut Vec<u8>, start: usize, salt: u64, kind: Kind, index: u64) {
    let sum = checksum(salt, kind, index, &bytes[start..]);
    bytes.extend_from_slice(&sum.to_le_bytes());
}

/// Writes the checksum of a block at its end, where there is room for it.
pub fn seal_at(block: &mut [u8], salt: u64, kind: Kind, index: u64) {
    if let Some((bytes, sum)) = block.split_last_chunk_mut::<CHECKSUM_BYTES>() {
        *sum = checksum(salt, kind, index, bytes).to_le_bytes();
    }
}

/// The block without its checksum; `None` where it does not fit.
pub fn unseal(sealed: &[u8], salt: u64, kind: Kind, index: u64) -> Option<&[u8]> {
    let (bytes, sum) = sealed.split_last_chunk::<CHECKSUM_BYTES>()?;
    // where fuzzed, what is behind the checksum is to be reached
    (cfg!(fuzzing) || checksum(salt, kind, index, bytes) == u32::from_le_bytes(*sum)).then_some(bytes)
}

/// A segment's file, open for reading.
#[derive(Debug)]
pub struct SegmentFile {
    file: Box<dyn StoredFile>,
    /// For messages.
    pub name: String,
    pub length: u64,
    pub salt: u64,
    /// Where the blocks of each kind end, once one of them was asked for: 5 bytes a block, some 8 a document.
    ends: [OnceLock<Box<[u8]>>; KINDS],
}

impl SegmentFile {
    /// # Errors
    /// [`Error::File`] where it cannot be read.
    pub fn new(file: Box<dyn StoredFile>, name: String, salt: u64) -> Result<Self> {
        let length = file.length().map_err(|error| Error::file("read", &name, error))?;
        let mut input = SegmentFile { file, name, length, salt, ends: Default::default() };
        if length <= HELD_FILE_BYTES {
            let mut bytes = vec![0; length as usize];
            input.read(&mut bytes, 0, Kind::Header)?;
            input.file = Box::new(bytes);
        }
        Ok(input)
    }

    /// # Errors
    /// [`IndexError::Corrupt`] past the end of the file, [`Error::File`] where it cannot be read.
    pub fn read(&self, bytes: &mut [u8], offset: u64, kind: Kind) -> Result<()> {
        self.file.read_at(bytes, offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.corrupt(kind, "cut off"),
            _ => Error::file("read", &self.name, error),
        })
    }

    /// Reads the bytes between two offsets.
    ///
    /// # Errors
    /// As [`Self::read`]; offsets that run backwards or past the end are damage.
    pub fn read_between(&self, start: u64, end: u64, kind: Kind) -> Result<Vec<u8>> {
        if start > end || end > self.length {
            return Err(self.corrupt(kind, "a reference leads out of the file"));
        }
        let mut bytes = vec![0; (end - start) as usize];
        self.read(&mut bytes, start, kind)?;
        Ok(bytes)
    }

    /// The list of ends of a directory.
    fn held_ends(&self, directory: &Directory, kind: Kind) -> Result<&[u8]> {
        let held = &self.ends[kind as usize];
        if let Some(ends) = held.get() {
            return Ok(ends);
        }
        let ends = self.read_between(directory.ends_at, directory.end(), kind)?;
        Ok(held.get_or_init(|| ends.into_boxed_slice()))
    }

    pub fn unseal<'b>(&self, sealed: &'b [u8], kind: Kind, index: u64) -> Result<&'b [u8]> {
        unseal(sealed, self.salt, kind, index)
            .ok_or_else(|| self.corrupt(kind, &format!("block {index}: checksum")))
    }

    pub fn corrupt(&self, kind: Kind, what: &str) -> Error {
        IndexError::corrupt(&self.name, format!("{}: {what}", kind.name()))
    }
}

/// A segment's file being written.
pub struct Output<'a> {
    file: &'a mut dyn NewFile,
    name: &'a str,
    buffer: Vec<u8>,
    position: u64,
    pub salt: u64,
}

impl<'a> Output<'a> {
    const BUFFER_BYTES: usize = 1 << 20;

    pub fn new(file: &'a mut dyn NewFile, name: &'a str, salt: u64) -> Self {
        Output { file, name, buffer: Vec::new(), position: 0, salt }
    }

    pub fn position(&self) -> u64 {
        self.position
    }

    /// # Errors
    /// [`Error::File`] where it cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.position += bytes.len() as u64;
        if bytes.len() >= Self::BUFFER_BYTES {
            self.flush()?;
            return self.file.write(bytes).map_err(|error| Error::file("write", self.name, error));
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= Self::BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.file.write(&self.buffer).map_err(|error| Error::file("write", self.name, error))?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes out what is left, durably.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be written.
    pub fn finish(mut self) -> Result<u64> {
        self.flush()?;
        self.file.sync().map_err(|error| Error::file("write", self.name, error))?;
        Ok(self.position)
    }
}

/// In memory, where nothing fails.
impl NewFile for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Ends of blocks that lie one behind the other from `start` on, five bytes each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Where the first block begins.
    pub start: u64,
    /// Where the list of ends begins, which is where the last block ends.
    pub ends_at: u64,
    pub blocks: u64,
}

const END_BYTES: usize = 5;

impl Directory {
    /// Where the list ends.
    pub fn end(&self) -> u64 {
        self.ends_at + self.blocks * END_BYTES as u64
    }

    /// Where a block lies in the file.
    ///
    /// # Errors
    /// As [`SegmentFile::read`].
    pub fn bounds(&self, input: &SegmentFile, kind: Kind, block: u64) -> Result<(u64, u64)> {
        if block >= self.blocks {
            return Err(input.corrupt(kind, "a reference leads out of the file"));
        }
        let held = input.held_ends(self, kind)?;
        let at = block as usize * END_BYTES;
        let before = if block == 0 { 0 } else { end(&held[at - END_BYTES..at]) };
        let bounds = (self.start + before, self.start + end(&held[at..at + END_BYTES]));
        if bounds.0 > bounds.1 || bounds.1 > self.ends_at {
            return Err(input.corrupt(kind, "directory"));
        }
        Ok(bounds)
    }

    /// Reads a block, its checksum verified.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn block(&self, input: &SegmentFile, kind: Kind, block: u64) -> Result<Vec<u8>> {
        let (start, end) = self.bounds(input, kind, block)?;
        let mut sealed = input.read_between(start, end, kind)?;
        input.unseal(&sealed, kind, block)?;
        sealed.truncate(sealed.len() - CHECKSUM_BYTES);
        Ok(sealed)
    }

    /// As [`Self::block`], into a buffer that only grows: a look-up asks for no memory.
    ///
    /// # Errors
    /// As [`Self::block`].
    pub fn block_in<'b>(
        &self,
        input: &SegmentFile,
        kind: Kind,
        block: u64,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8]> {
        let (start, end) = self.bounds(input, kind, block)?;
        let bytes = (end - start) as usize;
        if end > input.length {
            return Err(input.corrupt(kind, "a reference leads out of the file"));
        }
        if buffer.len() < bytes {
            buffer.resize(bytes, 0);
        }
        let sealed = &mut buffer[..bytes];
        input.read(sealed, start, kind)?;
        input.unseal(sealed, kind, block)
    }

    /// All ends, from the start of the section.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] where they do not rise or do not come out at the section's end.
    pub fn ends(&self, input: &SegmentFile, kind: Kind) -> Result<Vec<u64>> {
        let bytes = input.read_between(self.ends_at, self.end(), kind)?;
        let ends: Vec<u64> = bytes.chunks_exact(END_BYTES).map(end).collect();
        let is_whole = ends.last().copied().unwrap_or(0) == self.ends_at.wrapping_sub(self.start);
        if !is_whole || !ends.is_sorted() {
            return Err(input.corrupt(kind, "directory"));
        }
        Ok(ends)
    }
}

/// Reads the blocks of a section one after the other, many at a time.
pub struct BlockCursor<'a> {
    input: &'a SegmentFile,
    kind: Kind,
    start: u64,
    ends: Vec<u64>,
    next: usize,
    /// Blocks read together, and where in the section they begin.
    held: Vec<u8>,
    held_from: u64,
}

impl<'a> BlockCursor<'a> {
    /// Blocks are read this many bytes at a time.
    const READ_BYTES: u64 = 256 << 10;

    /// # Errors
    /// As [`Directory::ends`].
    pub fn new(directory: &Directory, input: &'a SegmentFile, kind: Kind) -> Result<Self> {
        let ends = directory.ends(input, kind)?;
        Ok(BlockCursor { input, kind, start: directory.start, ends, next: 0, held: Vec::new(), held_from: 0 })
    }

    /// The number of the next block, if there is one.
    pub fn next_block(&self) -> Option<u64> {
        (self.next < self.ends.len()).then_some(self.next as u64)
    }

    /// The next block, its checksum verified. An empty one past the last.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`] and what reading returns.
    pub fn read(&mut self) -> Result<&[u8]> {
        let Some(&end) = self.ends.get(self.next) else { return Ok(&[]) };
        let start = if self.next == 0 { 0 } else { self.ends[self.next - 1] };
        if end > self.held_from + self.held.len() as u64 || start < self.held_from {
            let enough = self.ends[self.next..].partition_point(|&end| end <= start + Self::READ_BYTES);
            let to = self.ends[self.next + enough.saturating_sub(1)].max(end);
            if self.start + to > self.input.length {
                return Err(self.input.corrupt(self.kind, "a reference leads out of the file"));
            }
            self.held.resize((to - start) as usize, 0);
            self.input.read(&mut self.held, self.start + start, self.kind)?;
            self.held_from = start;
        }
        let sealed = &self.held[(start - self.held_from) as usize..(end - self.held_from) as usize];
        self.next += 1;
        self.input.unseal(sealed, self.kind, self.next as u64 - 1)
    }
}

fn end(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |whole, &byte| whole << 8 | u64::from(byte))
}

/// Writes blocks one behind the other, and then where each ends.
pub struct DirectoryWriter {
    kind: Kind,
    start: u64,
    ends: Vec<u8>,
    blocks: u64,
}

impl DirectoryWriter {
    pub fn new(output: &Output<'_>, kind: Kind) -> Self {
        DirectoryWriter { kind, start: output.position(), ends: Vec::new(), blocks: 0 }
    }

    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Seals `block` and writes it; `block` is empty afterwards.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub fn push(&mut self, output: &mut Output<'_>, block: &mut Vec<u8>) -> Result<()> {
        seal(block, 0, output.salt, self.kind, self.blocks);
        output.write(block)?;
        block.clear();
        let end = output.position() - self.start;
        self.ends.extend_from_slice(&end.to_le_bytes()[..END_BYTES]);
        self.blocks += 1;
        Ok(())
    }

    /// Writes blocks that are sealed already and lie one behind the other; `ends` are counted from the first
    /// of them.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub fn push_sealed(&mut self, output: &mut Output<'_>, blocks: &[u8], ends: &[u64]) -> Result<()> {
        let before = output.position() - self.start;
        output.write(blocks)?;
        for end in ends {
            self.ends.extend_from_slice(&(before + end).to_le_bytes()[..END_BYTES]);
        }
        self.blocks += ends.len() as u64;
        Ok(())
    }

    /// # Errors
    /// As [`Output::write`].
    pub fn finish(self, output: &mut Output<'_>) -> Result<Directory> {
        let directory = Directory { start: self.start, ends_at: output.position(), blocks: self.blocks };
        output.write(&self.ends)?;
        Ok(directory)
    }
}
