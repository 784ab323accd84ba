//! WARC, the web archives of crawlers, and WET, the texts that were taken out of them (ISO 28500).
//!
//! Of a WARC file the successful responses are read that hold a page or a text, of a WET file its
//! conversions. An article is called by its address and the time of the crawl. That time is no publication
//! date, and serves as none: between two pages of which nothing else tells which is older, the one that was
//! fetched first is named first.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use super::http;
use super::pieces::AHEAD_BYTES;
use super::{Context, Extracted, FormatSource, InputFormat, Piece, Pieces, no_text, page};
use crate::article::Article;
use crate::read::RejectionKind;
use crate::read::cutter::text_too_long;
use crate::read::decompress::{ByteStream, problem_of};
use crate::read::encoding::decode;
use crate::read::format::Container;
use crate::read::json_lines::FieldProblem;

pub(super) struct Warc;

/// A record's own headers, all together.
const HEADERS_BYTES: usize = 64 << 10;

impl InputFormat for Warc {
    fn name(&self) -> &'static str {
        "warc"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["warc", "wet"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        head.trim_ascii_start().starts_with(b"WARC/")
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("record")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let container = source.stream.container;
        Ok(Box::new(ArchiveRecords {
            stream: BufReader::with_capacity(AHEAD_BYTES as usize, source.stream),
            container,
            limit_bytes: source.options.record_limit_bytes,
            headers: Vec::new(),
            number: 0,
            revisits: 0,
        }))
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        let Some((headers, content)) = http::split_headers(record) else { return Ok(()) };
        let header = |name: &str| http::header(headers, name);
        let url = header("WARC-Target-URI").unwrap_or_default();
        let url = url.trim_matches(['<', '>']);
        let crawled = header("WARC-Date").unwrap_or_default();
        let kind = header("WARC-Type").unwrap_or_default().to_ascii_lowercase();
        let apart = |article: Option<Article>| {
            article.map(|mut article| {
                let text = Cow::Owned(std::mem::take(&mut article.text));
                (article, text)
            })
        };
        let read = match kind.as_str() {
            "conversion" => text_of(content).map(|text| Some((Article::default(), text))),
            "resource" => {
                page::of_content(content, &header("Content-Type").unwrap_or_default(), url).map(apart)
            }
            _ => match http::response(content, context.record_limit_bytes)? {
                Some(response) => page::of_content(&response.body, &response.content_type, url).map(apart),
                None => Ok(None),
            },
        };
        let id = if url.is_empty() { context.id(false) } else { format!("{url}@{crawled}") };
        let named = |mut problem: Box<FieldProblem>| {
            problem.id = Some(id.clone());
            problem
        };
        let Some((mut article, text)) = read.map_err(named)? else { return Ok(()) };
        if text.trim_start().is_empty() {
            return Err(named(no_text("the page has no text")));
        }
        article.language =
            article.language.or_else(|| language(&header("WARC-Identified-Content-Language")?));
        article.source = article.source.or_else(|| http::host(url));
        article.url = Some(url.to_owned()).filter(|url| !url.is_empty());
        article.id = id;
        if !crawled.is_empty() {
            article.provenance.get_or_insert_default().fetched = Some(crawled.into_owned());
        }
        out.push_apart(context.number, &article, &text);
        Ok(())
    }
}

/// As [`decode`], without a look at each byte one by one where most are UTF-8.
fn text_of(content: &[u8]) -> Result<Cow<'_, str>, Box<FieldProblem>> {
    match simdutf8::basic::from_utf8(content) {
        Ok(text) if !text.starts_with('\u{FEFF}') && memchr::memchr(0, content).is_none() => {
            Ok(Cow::Borrowed(text))
        }
        _ => decode(content.to_vec()).map(Cow::Owned),
    }
}

/// The first of the languages that were found, `eng` or `eng,fra`; those of three letters that have one of
/// two.
fn language(found: &str) -> Option<String> {
    const SHORT: [(&str, &str); 20] = [
        ("eng", "en"),
        ("deu", "de"),
        ("fra", "fr"),
        ("spa", "es"),
        ("ita", "it"),
        ("por", "pt"),
        ("nld", "nl"),
        ("rus", "ru"),
        ("pol", "pl"),
        ("swe", "sv"),
        ("dan", "da"),
        ("nor", "no"),
        ("fin", "fi"),
        ("tur", "tr"),
        ("ara", "ar"),
        ("zho", "zh"),
        ("jpn", "ja"),
        ("kor", "ko"),
        ("ukr", "uk"),
        ("ces", "cs"),
    ];
    let first = found.split(',').next()?.trim();
    let short = SHORT.iter().find(|(long, _)| *long == first).map(|(_, short)| *short);
    Some(short.unwrap_or(first).to_owned()).filter(|language| !language.is_empty())
}

/// A web archive being cut into records.
struct ArchiveRecords<'a> {
    stream: BufReader<ByteStream<'a>>,
    container: Container,
    limit_bytes: usize,
    headers: Vec<u8>,
    number: u64,
    revisits: u64,
}

impl Pieces for ArchiveRecords<'_> {
    fn revisits(&self) -> u64 {
        self.revisits
    }

    fn next(&mut self, piece: &mut Piece) -> Result<bool, Box<FieldProblem>> {
        while !piece.is_full() {
            if !self.read_headers()? {
                return Ok(false);
            }
            self.number += 1;
            let header = |name: &str| http::header(&self.headers, name);
            let length = header("Content-Length").and_then(|length| length.parse::<u64>().ok());
            let Some(length) = length else {
                return Err(self.broken("has no Content-Length"));
            };
            let kind = header("WARC-Type").unwrap_or_default().to_ascii_lowercase();
            let content_type = header("Content-Type").unwrap_or_default();
            self.revisits += u64::from(kind == "revisit");
            let is_wanted = match kind.as_str() {
                "conversion" | "resource" => true,
                "response" => content_type.is_empty() || content_type.contains("http"),
                _ => false,
            };
            if is_wanted && length <= self.limit_bytes as u64 {
                self.keep(length, piece)?;
            } else {
                if is_wanted {
                    piece.reject(self.number, text_too_long(self.limit_bytes));
                }
                self.pass_over(length)?;
            }
        }
        Ok(true)
    }
}

impl ArchiveRecords<'_> {
    /// Reads a record's headers, with the empty line behind them; `false` at the end of the file.
    fn read_headers(&mut self) -> Result<bool, Box<FieldProblem>> {
        self.headers.clear();
        loop {
            let before = self.headers.len();
            let room = (HEADERS_BYTES - before.min(HEADERS_BYTES)) as u64 + 1;
            let read = (&mut self.stream).take(room).read_until(b'\n', &mut self.headers);
            let count = read.map_err(|error| problem_of(&error, self.container))?;
            let line = &self.headers[before..];
            let is_blank = line.trim_ascii().is_empty();
            if count == 0 && before == 0 {
                return Ok(false);
            }
            if before == 0 {
                if is_blank {
                    self.headers.clear();
                    continue;
                }
                if !line.starts_with(b"WARC/") {
                    self.number += 1;
                    return Err(self.broken("does not begin with its version"));
                }
            }
            if count == 0 || self.headers.len() > HEADERS_BYTES {
                self.number += 1;
                let what =
                    if count == 0 { "is cut off within its headers" } else { "has headers without an end" };
                return Err(self.broken(what));
            }
            if is_blank {
                return Ok(true);
            }
        }
    }

    fn keep(&mut self, length: u64, piece: &mut Piece) -> Result<(), Box<FieldProblem>> {
        let (stream, headers) = (&mut self.stream, &self.headers);
        let read = piece.try_push_with(self.number, |record| {
            record.extend_from_slice(headers);
            match stream.take(length).read_to_end(record) {
                Ok(count) if (count as u64) < length => Err(None),
                Ok(_) => Ok(()),
                Err(error) => Err(Some(error)),
            }
        });
        read.map_err(|failure| match failure {
            Some(error) => problem_of(&error, self.container),
            None => self.broken("is cut off"),
        })
    }

    fn pass_over(&mut self, length: u64) -> Result<(), Box<FieldProblem>> {
        let mut rest = (&mut self.stream).take(length);
        let copied = std::io::copy(&mut rest, &mut std::io::sink());
        let copied = copied.map_err(|error| problem_of(&error, self.container))?;
        if copied < length { Err(self.broken("is cut off")) } else { Ok(()) }
    }

    fn broken(&self, what: &str) -> Box<FieldProblem> {
        let reason = format!("record {} {what}; the rest was left out", self.number);
        FieldProblem::new(RejectionKind::Truncated, reason)
    }
}
