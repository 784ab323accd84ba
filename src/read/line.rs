//! Single lines of a stream that never ends, each read as it comes.

use std::io::{self, BufRead, BufReader, Read};

use super::cutter::{bomb, is_json, line_too_long};
use super::decompress::{Decompressed, problem_of};
use super::field_map::FieldMap;
use super::format::Container;
use super::json_lines::{FieldProblem, is_blank};
use super::records::{parse_guarded, to_article};
use super::{ReadOptions, Rejection};
use crate::article::Article;
use crate::error::Result;

/// Reads articles from a stream of JSON lines, plain or compressed, one line at a time and no further.
pub struct ArticleLines<R: Read> {
    stream: BufReader<Decompressed<R>>,
    input: String,
    map: FieldMap,
    record_limit_bytes: usize,
    bomb_limit_bytes: u64,
    line: Vec<u8>,
    number: u64,
    /// Bytes since the last article.
    barren_bytes: u64,
    /// Where the compressed data broke off.
    end: End,
}

#[derive(Default)]
enum End {
    #[default]
    NotSeen,
    Broken(Box<FieldProblem>),
    Told,
}

impl<R: Read> ArticleLines<R> {
    /// `input` names the stream in messages.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for settings out of range.
    pub fn new(stream: R, input: impl Into<String>, options: &ReadOptions) -> Result<Self> {
        options.check()?;
        Ok(ArticleLines {
            stream: BufReader::new(Decompressed::new(stream)),
            input: input.into(),
            map: FieldMap::new(&options.field_names).with_dates(options.date_format.clone()),
            record_limit_bytes: options.record_limit_bytes,
            bomb_limit_bytes: options.bomb_limit_bytes,
            line: Vec::new(),
            number: 0,
            barren_bytes: 0,
            end: End::default(),
        })
    }

    /// The line that was read last, from 1.
    pub fn line_number(&self) -> u64 {
        self.number
    }

    /// The next line's article, or what is wrong with the line; `None` at the end. Blank lines are passed
    /// over, and of a line beyond the limit no more than the limit is held. Compressed data that is damaged
    /// or cut off is told after the articles before that place, and ends the stream.
    ///
    /// # Errors
    /// The stream's.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results of options is no easier to use"
    )]
    pub fn next(&mut self) -> io::Result<Option<std::result::Result<Article, Rejection>>> {
        loop {
            match std::mem::take(&mut self.end) {
                End::NotSeen => {}
                End::Broken(problem) => {
                    self.end = End::Told;
                    return Ok(Some(Err(Rejection { line: None, ..self.rejection(*problem) })));
                }
                End::Told => {
                    self.end = End::Told;
                    return Ok(None);
                }
            }
            let length = match self.read_line() {
                Ok(Some(length)) => length,
                Ok(None) => return Ok(None),
                Err(error) => {
                    self.end = End::Broken(self.problem_at_end(error)?);
                    // the line that was cut off: the problem speaks for it
                    if !is_json(&self.line) {
                        continue;
                    }
                    self.line.len()
                }
            };
            self.number += 1;
            if length > self.record_limit_bytes {
                return Ok(Some(Err(self.rejection(*line_too_long(self.record_limit_bytes)))));
            }
            let mark = if self.number == 1 { self.line.strip_prefix(b"\xef\xbb\xbf") } else { None };
            let line = mark.unwrap_or(&self.line);
            if is_blank(line) {
                continue;
            }
            let read = match parse_guarded(line, &self.map) {
                Ok(fields) => {
                    self.barren_bytes = 0;
                    Ok(to_article(fields))
                }
                Err(problem) => Err(problem),
            };
            return Ok(Some(read.map_err(|problem| self.rejection(*problem))));
        }
    }

    /// Reads a line into `line`, without its end; its whole length, or `None` at the end of the stream.
    fn read_line(&mut self) -> io::Result<Option<usize>> {
        self.line.clear();
        let mut length = 0;
        let mut is_begun = false;
        loop {
            if self.barren_bytes > self.bomb_limit_bytes && self.container() != Container::Plain {
                self.line.clear();
                return Err(io::ErrorKind::InvalidData.into());
            }
            let held = match self.stream.fill_buf() {
                Ok(held) => held,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if held.is_empty() {
                return Ok(is_begun.then_some(length));
            }
            is_begun = true;
            let newline = memchr::memchr(b'\n', held);
            let bytes = &held[..newline.unwrap_or(held.len())];
            let room = (self.record_limit_bytes + 1).saturating_sub(self.line.len());
            self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
            length += bytes.len();
            self.barren_bytes += bytes.len() as u64 + 1;
            let taken = bytes.len() + usize::from(newline.is_some());
            self.stream.consume(taken);
            if newline.is_some() {
                return Ok(Some(length));
            }
        }
    }

    fn container(&self) -> Container {
        self.stream.get_ref().container()
    }

    /// What is wrong with compressed data.
    ///
    /// # Errors
    /// That of a stream that is not compressed: it has no more to give, and nobody knows why.
    fn problem_at_end(&self, error: io::Error) -> io::Result<Box<FieldProblem>> {
        match self.container() {
            Container::Plain => Err(error),
            _ if self.barren_bytes > self.bomb_limit_bytes => Ok(bomb(self.bomb_limit_bytes)),
            container => Ok(problem_of(&error, container)),
        }
    }

    fn rejection(&self, problem: FieldProblem) -> Rejection {
        Rejection {
            input: self.input.clone(),
            line: Some(self.number),
            id: problem.id,
            kind: problem.kind,
            reason: problem.reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::read::RejectionKind;

    #[test]
    fn lines_come_one_by_one_with_their_numbers() {
        let stream = "\u{feff}{\"id\": 1, \"text\": \"a b\"}\n\n{\"id\": 2}\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\
                      {\"id\": \"3\", \"text\": \"c\"}";
        let options = ReadOptions { record_limit_bytes: 30, ..ReadOptions::default() };
        let mut lines = ArticleLines::new(stream.as_bytes(), "-", &options).unwrap();
        let mut next = || lines.next().unwrap();
        assert_eq!(next().unwrap().unwrap(), Article::new("1", "a b"));
        let bad = next().unwrap().unwrap_err();
        assert_eq!((bad.line, bad.kind), (Some(3), RejectionKind::MissingField));
        let bad = next().unwrap().unwrap_err();
        assert_eq!((bad.line, bad.kind), (Some(4), RejectionKind::LineTooLong));
        assert_eq!(next().unwrap().unwrap(), Article::new("3", "c"));
        assert!(next().is_none());
        assert_eq!(lines.line_number(), 5);
    }

    #[test]
    fn compressed_streams_are_read_like_plain_ones() {
        let text = "{\"id\": 1, \"text\": \"a b\"}\n{\"id\": 2, \"text\": \"c\"}";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let packed = [gzip.finish().unwrap(), zstd::bulk::compress(text.as_bytes(), 1).unwrap()];
        for bytes in packed {
            let options = ReadOptions::default();
            let mut lines = ArticleLines::new(&bytes[..], "-", &options).unwrap();
            assert_eq!(lines.next().unwrap().unwrap().unwrap(), Article::new("1", "a b"));
            assert_eq!(lines.next().unwrap().unwrap().unwrap(), Article::new("2", "c"));
            assert!(lines.next().unwrap().is_none());

            // cut off in its checksum or its last block: what is there is read, and the cut told once
            let mut cut = ArticleLines::new(&bytes[..bytes.len() - 4], "-", &options).unwrap();
            let mut ends = Vec::new();
            while let Some(next) = cut.next().unwrap() {
                ends.push(next.map_err(|bad| (bad.kind, bad.line)).map(|article| article.id));
            }
            assert_eq!(ends.last(), Some(&Err((RejectionKind::Truncated, None))), "{ends:?}");
            assert_eq!(ends.iter().filter(|end| end.is_err()).count(), 1);
        }
    }

    #[test]
    fn what_comes_of_a_compressed_stream_without_an_article_is_limited() {
        for barren in [vec![b'\n'; 100_000], vec![b'x'; 100_000]] {
            let bytes = zstd::bulk::compress(&barren, 1).unwrap();
            let options = ReadOptions { bomb_limit_bytes: 20_000, ..ReadOptions::default() };
            let mut lines = ArticleLines::new(&bytes[..], "-", &options).unwrap();
            let bad = lines.next().unwrap().unwrap().unwrap_err();
            assert_eq!((bad.kind, bad.line), (RejectionKind::TooLarge, None));
            assert!(lines.next().unwrap().is_none());
            let mut lines = ArticleLines::new(&barren[..], "-", &options).unwrap();
            assert!(lines.next().unwrap().is_none_or(|line| line.is_err_and(|bad| bad.line == Some(1))));
        }
    }
}
