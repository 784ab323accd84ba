//! Extracted articles as bytes: how they wait in the spool.
//!
//! A record is its length, its number in its file, the length of each field, and the fields. Raw records on
//! their way from the file to extraction are framed alike: number, length, bytes.

use std::borrow::Cow;

use crate::article::{Article, Provenance};
use crate::barrier::{Stage, guarded};
use crate::collection::{ArticleRef, Location};
use crate::read::json_lines::FieldProblem;
use crate::read::records::failed;

/// id, text, title, date, source, url, language, and what the format knows besides.
const FIELDS: usize = 8;
/// Length of the record, and its number.
const HEAD_BYTES: usize = 4 + 8;
const LENGTHS_BYTES: usize = FIELDS * 4;
const ABSENT: u32 = u32::MAX;

/// Articles of a piece, in order, and the records that hold none.
#[derive(Default)]
pub(in crate::read) struct Extracted {
    bytes: Vec<u8>,
    pub(in crate::read) problems: Vec<(u64, Box<FieldProblem>)>,
}

impl Extracted {
    /// Keeps an article; its text and id are known not to be empty.
    pub(in crate::read) fn push(&mut self, number: u64, article: &Article) {
        self.push_apart(number, article, &article.text);
    }

    /// As [`Self::push`], of an article whose text lies elsewhere.
    pub(super) fn push_apart(&mut self, number: u64, article: &Article, text: &str) {
        let provenance =
            article.provenance.as_ref().and_then(|provenance| serde_json::to_string(provenance).ok());
        self.push_fields(
            number,
            [
                Some(article.id.as_str()),
                Some(text),
                article.title.as_deref(),
                article.date.as_deref(),
                article.source.as_deref(),
                article.url.as_deref(),
                article.language.as_deref(),
                provenance.as_deref(),
            ],
        );
    }

    /// As [`Self::push`], of an article that lies in pieces.
    pub(super) fn push_fields(&mut self, number: u64, fields: [Option<&str>; FIELDS]) {
        let bytes: usize = fields.iter().flatten().map(|field| field.len()).sum();
        // records are bounded by a limit that fits; what is longer yet is left out rather than cut
        let Ok(length) = u32::try_from(HEAD_BYTES + LENGTHS_BYTES + bytes) else { return };
        self.bytes.reserve(length as usize);
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(&number.to_le_bytes());
        for field in &fields {
            let length = field.map_or(ABSENT, |field| field.len() as u32);
            self.bytes.extend_from_slice(&length.to_le_bytes());
        }
        fields.iter().flatten().for_each(|field| self.bytes.extend_from_slice(field.as_bytes()));
    }

    /// With room for what comes of a piece, if that is about as long.
    pub(in crate::read) fn with_capacity(bytes: usize) -> Self {
        Extracted { bytes: Vec::with_capacity(bytes), problems: Vec::new() }
    }

    pub(in crate::read) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds the articles of a record, or what is wrong with it, be it a fault of retold.
    pub(in crate::read) fn attempt(
        &mut self,
        number: u64,
        is_subject: impl Fn(&str) -> bool,
        extract: impl FnOnce(&mut Self) -> Result<(), Box<FieldProblem>>,
    ) {
        let before = self.mark();
        match guarded(Stage::Read, is_subject, || extract(self)) {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => self.problems.push((number, problem)),
            Err(fault) => {
                self.go_back(before);
                self.problems.push((number, failed(&fault)));
            }
        }
    }

    /// Where it ends for now.
    fn mark(&self) -> (usize, usize) {
        (self.bytes.len(), self.problems.len())
    }

    /// Forgets what was added since a mark: it may be half an article.
    fn go_back(&mut self, (bytes, problems): (usize, usize)) {
        self.bytes.truncate(bytes);
        self.problems.truncate(problems);
    }
}

/// Packed articles of one piece, to be read.
pub(in crate::read) struct Packed<'b> {
    bytes: &'b [u8],
    input: u32,
    /// Where the first byte counts as lying.
    offset: u64,
}

impl<'b> Packed<'b> {
    pub(in crate::read) fn new(bytes: &'b [u8], input: u32, offset: u64) -> Self {
        Packed { bytes, input, offset }
    }

    /// `None` where the bytes are damaged.
    fn take(&mut self) -> Option<ArticleRef<'b>> {
        let length = u32::from_le_bytes(*self.bytes.first_chunk::<4>()?);
        let (record, rest) = self.bytes.split_at_checked(length as usize)?;
        let location = Location { input: self.input, offset: self.offset, length };
        self.bytes = rest;
        self.offset += u64::from(length);
        let (head, record) = record.split_at_checked(HEAD_BYTES)?;
        let line = u64::from_le_bytes(*head.last_chunk::<8>()?);
        let (lengths, mut fields) = record.split_at_checked(LENGTHS_BYTES)?;
        let mut values = [None; FIELDS];
        for (value, length) in values.iter_mut().zip(lengths.chunks_exact(4)) {
            let length = u32::from_le_bytes(*length.first_chunk::<4>()?);
            if length != ABSENT {
                let (field, rest) = fields.split_at_checked(length as usize)?;
                *value = Some(simdutf8::basic::from_utf8(field).ok()?);
                fields = rest;
            }
        }
        let [id, text, title, date, source, url, language, provenance] = values;
        let optional = |field: Option<&'b str>| field.map(Cow::Borrowed);
        Some(ArticleRef {
            id: Cow::Borrowed(id?),
            text: Cow::Borrowed(text?),
            title: optional(title),
            date: optional(date),
            source: optional(source),
            url: optional(url),
            language: optional(language),
            provenance: match provenance {
                Some(json) => Some(Box::new(serde_json::from_str::<Provenance>(json).ok()?)),
                None => None,
            },
            location,
            line,
        })
    }
}

impl<'b> Iterator for Packed<'b> {
    type Item = ArticleRef<'b>;

    fn next(&mut self) -> Option<ArticleRef<'b>> {
        self.take()
    }
}

const FRAME_HEAD_BYTES: usize = 8 + 4;

/// Adds a raw record to a piece.
pub(super) fn push_frame(piece: &mut Vec<u8>, number: u64, write: impl FnOnce(&mut Vec<u8>)) {
    let start = piece.len();
    piece.extend_from_slice(&number.to_le_bytes());
    piece.extend_from_slice(&[0; 4]);
    write(piece);
    // pieces are bounded by twice a limit that fits
    let length = (piece.len() - start - FRAME_HEAD_BYTES) as u32;
    piece[start + 8..start + FRAME_HEAD_BYTES].copy_from_slice(&length.to_le_bytes());
}

/// The raw records of a piece with their numbers.
pub(in crate::read) fn frames(mut piece: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    std::iter::from_fn(move || {
        let (head, rest) = piece.split_at_checked(FRAME_HEAD_BYTES)?;
        let number = u64::from_le_bytes(*head.first_chunk::<8>()?);
        let length = u32::from_le_bytes(*head.last_chunk::<4>()?);
        let (record, rest) = rest.split_at_checked(length as usize)?;
        piece = rest;
        Some((number, record))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn article() -> impl Strategy<Value = Article> {
        let field = || prop::option::of(".{0,9}");
        (".{1,9}", ".{1,40}", field(), field(), field(), field(), field(), prop::option::of(".{0,5}"))
            .prop_map(|(id, text, title, date, source, url, language, item)| {
                let provenance =
                    item.map(|item| Box::new(Provenance { item: Some(item), ..Provenance::default() }));
                Article { id, text, title, date, source, url, language, provenance }
            })
    }

    proptest! {
        #[test]
        fn articles_come_back(articles in prop::collection::vec((any::<u64>(), article()), 0..5)) {
            let mut packed = Extracted::default();
            articles.iter().for_each(|(number, article)| packed.push(*number, article));
            let read: Vec<_> =
                Packed::new(packed.bytes(), 7, 100).map(|article| (article.line, article.to_article())).collect();
            prop_assert_eq!(read, articles);
            let mut end = 100;
            for article in Packed::new(packed.bytes(), 7, 100) {
                prop_assert_eq!(article.location.offset, end);
                end += u64::from(article.location.length);
            }
            prop_assert_eq!(end, 100 + packed.bytes().len() as u64);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Packed::new(&bytes, 0, 0).count();
            let _ = frames(&bytes).count();
        }

        #[test]
        fn frames_come_back(records in prop::collection::vec((any::<u64>(), prop::collection::vec(any::<u8>(), 0..9)), 0..5)) {
            let mut piece = Vec::new();
            for (number, record) in &records {
                push_frame(&mut piece, *number, |piece| piece.extend_from_slice(record));
            }
            let read: Vec<_> = frames(&piece).map(|(number, record)| (number, record.to_vec())).collect();
            prop_assert_eq!(read, records);
        }
    }
}
