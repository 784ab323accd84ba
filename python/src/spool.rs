//! Articles that come once, in a temporary file without a name: memory stays the same however many there are.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use rayon::prelude::*;
use retold::collection::{ArticleRef, Collection, Location};
use retold::{Article, Error, Result};

/// Records are read in blocks of so many bytes, or one record.
const BLOCK_BYTES: u64 = 1 << 20;
/// Stands for the length of a field that is not there.
const ABSENT: u32 = u32::MAX;

/// Writes articles down as they come.
pub struct Spooling {
    out: BufWriter<File>,
    starts: Vec<u64>,
    end: u64,
}

/// Articles that were written down.
pub struct Spool {
    file: File,
    /// Where each record starts, and where the last one ends.
    starts: Vec<u64>,
}

impl Spooling {
    pub fn begin() -> io::Result<Self> {
        Ok(Spooling { out: BufWriter::new(tempfile::tempfile()?), starts: Vec::new(), end: 0 })
    }

    pub fn add(&mut self, article: &ArticleRef<'_>) -> io::Result<()> {
        self.starts.push(self.end);
        let optional = [&article.title, &article.date, &article.source, &article.url, &article.language];
        let fields = [Some(&article.id), Some(&article.text)].into_iter();
        for field in fields.chain(optional.map(Option::as_ref)) {
            let Some(field) = field else {
                self.out.write_all(&ABSENT.to_le_bytes())?;
                self.end += 4;
                continue;
            };
            let length = u32::try_from(field.len()).ok().filter(|&length| length != ABSENT);
            let length = length.ok_or_else(|| io::Error::other("a field of more than 4 GiB"))?;
            self.out.write_all(&length.to_le_bytes())?;
            self.out.write_all(field.as_bytes())?;
            self.end += 4 + u64::from(length);
        }
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<Spool> {
        self.starts.push(self.end);
        let file = self.out.into_inner().map_err(|error| error.into_error())?;
        Ok(Spool { file, starts: self.starts })
    }
}

impl Spool {
    /// The records from one number to another.
    fn block(&self, first: usize, end: usize) -> Result<Vec<u8>> {
        let (from, to) = (self.starts[first], self.starts[end]);
        let mut bytes = vec![0; (to - from) as usize];
        let failed = |cause| Error::file("read", "a temporary file", cause);
        read_exact_at(&self.file, &mut bytes, from).map_err(failed)?;
        Ok(bytes)
    }

    fn articles<'a>(&self, first: usize, end: usize, block: &'a [u8]) -> Vec<ArticleRef<'a>> {
        let from = self.starts[first];
        let record = |number: usize| {
            let record = (self.starts[number] - from) as usize..(self.starts[number + 1] - from) as usize;
            article(block.get(record)?, number as u64)
        };
        (first..end).filter_map(record).collect()
    }

    /// Ranges of records that lie in a block.
    fn blocks(&self) -> Vec<(usize, usize)> {
        let (mut blocks, mut first) = (Vec::new(), 0);
        for end in 1..self.starts.len() {
            if self.starts[end] - self.starts[first] >= BLOCK_BYTES || end + 1 == self.starts.len() {
                blocks.push((first, end));
                first = end;
            }
        }
        blocks
    }
}

fn article(mut record: &[u8], number: u64) -> Option<ArticleRef<'_>> {
    let mut field = || {
        let (length, rest) = record.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length);
        if length == ABSENT {
            record = rest;
            return Some(None);
        }
        let (value, rest) = rest.split_at_checked(length as usize)?;
        record = rest;
        Some(Some(Cow::Borrowed(std::str::from_utf8(value).ok()?)))
    };
    let (id, text) = (field()??, field()??);
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    Some(ArticleRef {
        id,
        text,
        title: field()?,
        date: field()?,
        source: field()?,
        url: field()?,
        language: field()?,
        provenance: None,
        location: Location { input: 0, offset: number, length },
        line: number + 1,
    })
}

impl Collection for Spool {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        for wave in self.blocks().chunks(2 * rayon::current_num_threads()) {
            let made: Vec<Result<R>> = wave
                .par_iter()
                .map(|&(first, end)| {
                    let block = self.block(first, end)?;
                    Ok(work(&self.articles(first, end, &block)))
                })
                .collect();
            made.into_iter().try_for_each(|made| take(made?))?;
        }
        Ok(())
    }

    fn read(&self, location: Location) -> Result<Article> {
        let changed = || Error::InputChanged { input: self.input_name(location.input) };
        let number = location.offset as usize;
        if number + 1 >= self.starts.len() {
            return Err(changed());
        }
        let block = self.block(number, number + 1)?;
        article(&block, location.offset).map(|article| article.to_article()).ok_or_else(changed)
    }

    fn input_name(&self, _input: u32) -> String {
        "data".to_owned()
    }

    fn total_bytes(&self) -> Option<u64> {
        None
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}
