//! Corpora in temporary folders, and what a pass over them gives.

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use flate2::write::GzEncoder;
use retold::article::Article;
use retold::collection::{Collection, Location};
use retold::read::{Corpus, ReadOptions, Rejection, RejectionKind};
use retold::{Error, Result};

/// What a pass gives of one article.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub article: Article,
    pub location: Location,
    pub line: u64,
}

pub struct Opened {
    pub corpus: Corpus,
    pub rejections: Arc<Mutex<Vec<Rejection>>>,
}

impl Opened {
    pub fn pass(&self) -> Result<Vec<Seen>> {
        let mut all = Vec::new();
        self.corpus.pass(
            |articles| {
                let seen = articles.iter().map(|article| Seen {
                    article: article.to_article(),
                    location: article.location,
                    line: article.line,
                });
                seen.collect::<Vec<_>>()
            },
            |seen| {
                all.extend(seen);
                Ok(())
            },
        )?;
        Ok(all)
    }

    pub fn rejected(&self) -> Vec<Rejection> {
        self.rejections.lock().unwrap().clone()
    }

    /// Kind and line of each rejection.
    pub fn kinds(&self) -> Vec<(RejectionKind, Option<u64>)> {
        self.rejected().iter().map(|rejection| (rejection.kind, rejection.line)).collect()
    }

    /// Checks what holds for every corpus: later passes and single reads give what the first pass gave.
    pub fn all_agree(&self) -> Vec<Seen> {
        let first = self.pass().unwrap();
        let rejected = self.rejected();
        assert_eq!(self.pass().unwrap(), first);
        assert_eq!(self.rejected(), rejected, "only the first pass rejects");
        for seen in first.iter().rev() {
            assert_eq!(self.corpus.read(seen.location).unwrap(), seen.article);
        }
        let mut locations: Vec<Location> = first.iter().map(|seen| seen.location).collect();
        locations.sort();
        assert!(first.iter().map(|seen| seen.location).eq(locations), "locations are in reading order");
        first
    }
}

pub fn open(inputs: &[PathBuf], options: ReadOptions) -> Opened {
    open_with(inputs, options, Cursor::new(Vec::new())).unwrap()
}

pub fn open_with(
    inputs: &[PathBuf],
    options: ReadOptions,
    standard_input: impl Read + Send + 'static,
) -> Result<Opened, Error> {
    let rejections = Arc::new(Mutex::new(Vec::new()));
    let corpus =
        Corpus::open_with_standard_input(inputs, options, rejections.clone(), Box::new(standard_input))?;
    Ok(Opened { corpus, rejections })
}

pub fn open_stream(bytes: impl Into<Vec<u8>>, options: ReadOptions) -> Opened {
    open_with(&["-".into()], options, Cursor::new(bytes.into())).unwrap()
}

pub fn ids(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|seen| seen.article.id.as_str()).collect()
}

pub fn options(block_bytes: usize) -> ReadOptions {
    ReadOptions { block_bytes, ..ReadOptions::default() }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Lines of articles `a0`, `a1`, …, some with escapes, some with letters beyond ASCII.
pub fn lines(count: usize) -> String {
    let line = |number| match number % 4 {
        0 => format!("{{\"id\": \"a{number}\", \"text\": \"plain text {number}\"}}\n"),
        1 => format!(
            "{{\"text\": \"line\\nend {number}\", \"x\": [1, {{\"id\": 2}}], \"id\": \"a{number}\"}}\r\n"
        ),
        2 => {
            format!("{{\"id\":\"a{number}\",\"text\":\"日本 é {number}\",\"title\":\"T\",\"date\":null}}\n\n")
        }
        _ => format!(
            "  {{\"id\": {number}, \"text\": \"by number\", \"source\": \"S\", \"language\": \"en\"}}\n"
        ),
    };
    (0..count).map(line).collect()
}
