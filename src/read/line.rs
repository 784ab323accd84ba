//! Single lines of a stream that never ends, each read as it comes.

use std::io::{self, BufRead};

use super::cutter::line_too_long;
use super::json_lines::{FieldMap, is_blank, parse_bytes};
use super::{ReadOptions, Rejection};
use crate::article::Article;
use crate::error::Result;

/// Reads articles from a stream of JSON lines, one line at a time and no further.
pub struct ArticleLines<R> {
    stream: R,
    input: String,
    map: FieldMap,
    record_limit_bytes: usize,
    line: Vec<u8>,
    number: u64,
}

impl<R: BufRead> ArticleLines<R> {
    /// `input` names the stream in messages.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for settings out of range.
    pub fn new(stream: R, input: impl Into<String>, options: &ReadOptions) -> Result<Self> {
        options.check()?;
        Ok(ArticleLines {
            stream,
            input: input.into(),
            map: FieldMap::new(&options.field_names),
            record_limit_bytes: options.record_limit_bytes,
            line: Vec::new(),
            number: 0,
        })
    }

    /// The line that was read last, from 1.
    pub fn line_number(&self) -> u64 {
        self.number
    }

    /// The next line's article, or what is wrong with the line; `None` at the end. Blank lines are passed over, and of a line
    /// beyond the limit no more than the limit is held.
    ///
    /// # Errors
    /// The stream's.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results of options is no easier to use"
    )]
    pub fn next(&mut self) -> io::Result<Option<std::result::Result<Article, Rejection>>> {
        loop {
            let Some(length) = self.read_line()? else { return Ok(None) };
            self.number += 1;
            if length > self.record_limit_bytes {
                return Ok(Some(Err(self.rejection(*line_too_long(self.record_limit_bytes)))));
            }
            let mark = if self.number == 1 { self.line.strip_prefix(b"\xef\xbb\xbf") } else { None };
            let line = mark.unwrap_or(&self.line);
            if is_blank(line) {
                continue;
            }
            let read = match parse_bytes(line, &self.map) {
                Ok(fields) => {
                    let owned =
                        |field: Option<std::borrow::Cow<'_, str>>| field.map(|field| field.into_owned());
                    Ok(Article {
                        id: fields.id.into_owned(),
                        text: fields.text.into_owned(),
                        title: owned(fields.title),
                        date: owned(fields.date),
                        source: owned(fields.source),
                        url: owned(fields.url),
                        language: owned(fields.language),
                    })
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
            let taken = bytes.len() + usize::from(newline.is_some());
            self.stream.consume(taken);
            if newline.is_some() {
                return Ok(Some(length));
            }
        }
    }

    fn rejection(&self, problem: super::json_lines::Problem) -> Rejection {
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
}
