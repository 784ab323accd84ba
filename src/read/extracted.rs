//! What comes out of the formats whose articles are extracted: made once, kept in the spool, and read again
//! from there.

use std::sync::atomic::Ordering;

use super::corpus::{Corpus, no_such_place};
use super::format::Content;
use super::formats::{Context, Extracted, FormatId, Packed, Piece, frames};
use super::records::{failed, text_article};
use super::source::{ArticleBlock, PassSegment};
use crate::article::Article;
use crate::barrier::{Stage, guarded};
use crate::collection::Location;
use crate::error::Result;

impl Corpus {
    /// The articles of raw records.
    pub(super) fn extract(&self, file: u32, format: FormatId, piece: Piece) -> Extracted {
        let file_id = self.files().id(file);
        let mut extracted = Extracted::default();
        for (number, record) in frames(piece.bytes()) {
            let context = Context {
                map: &self.map,
                file_id: &file_id,
                number,
                record_limit_bytes: self.options().record_limit_bytes,
            };
            let before = extracted.mark();
            let is_subject = |wanted: &str| memchr::memmem::find(record, wanted.as_bytes()).is_some();
            let extract = || format.get().extract(record, &context, &mut extracted);
            match guarded(Stage::Read, is_subject, extract) {
                Ok(Ok(())) => {}
                Ok(Err(problem)) => extracted.problems.push((number, problem)),
                Err(fault) => {
                    extracted.go_back(before);
                    extracted.problems.push((number, failed(&fault)));
                }
            }
        }
        extracted.problems.extend(piece.problems);
        extracted.problems.sort_by_key(|(number, _)| *number);
        extracted
    }

    /// The line of an extracted article, where its format has lines.
    pub(super) fn record_number(
        &self,
        format: FormatId,
        block: &ArticleBlock,
        location: Location,
    ) -> Option<u64> {
        if format.get().record_word().is_some() {
            return None;
        }
        let start = usize::try_from(location.offset - block.start.offset).ok()?;
        let spool = self.spool().ok()?;
        let number = spool.with_block(block.slot?, |bytes| {
            let mut articles = Packed::new(bytes.get(start..)?, location.input, location.offset);
            articles.next().map(|article| article.line)
        });
        number.ok()?
    }

    pub(super) fn read_spooled(&self, location: Location) -> Result<Article> {
        let no_such = || no_such_place(location);
        let block = self.block_at(location).ok_or_else(no_such)?;
        let slot = block.slot.ok_or_else(no_such)?;
        let start = (location.offset - block.start.offset) as usize;
        let article = self.spool()?.with_block(slot, |bytes| {
            let record = &bytes[start..start + location.length as usize];
            match block.content {
                Content::JsonLines => self.article_of_line(record, location),
                Content::Extracted(_) => Packed::new(record, location.input, location.offset)
                    .next()
                    .map(|article| article.to_article()),
                Content::Text => {
                    text_article(self.files().id(location.input), record.to_vec(), location.input)
                        .ok()
                        .map(|article| article.to_article())
                }
            }
        })?;
        article.ok_or_else(no_such)
    }

    /// Where the articles of a file lie that were taken out of it, and the number of the record that each
    /// came of, in order.
    ///
    /// # Errors
    /// [`crate::Error::File`] where they cannot be read again.
    pub fn record_numbers(&self, file: u32) -> Result<Vec<(Location, u64)>> {
        let mut numbers = Vec::new();
        let mut at = self.first_segment(file);
        while let Some(segment) = self.segment(at) {
            at += 1;
            let PassSegment::Block(block) = segment else { break };
            if block.start.file != file {
                break;
            }
            let (Content::Extracted(_), Some(slot)) = (block.content, block.slot) else { continue };
            self.spool()?.with_block(slot, |bytes| {
                let articles = Packed::new(bytes, file, block.start.offset);
                numbers.extend(articles.map(|article| (article.location, article.line)));
            })?;
        }
        Ok(numbers)
    }

    /// Counts records of a file that is read to its end.
    pub(super) fn add_revisits(&self, count: u64) {
        self.revisits.fetch_add(count, Ordering::Relaxed);
    }
}
