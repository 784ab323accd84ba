//! What comes out of the formats whose articles are extracted: made once, kept in the spool, and read again
//! from there.

use std::sync::atomic::Ordering;

use super::corpus::{Corpus, no_such_place};
use super::format::Content;
use super::formats::{Context, Extracted, FormatId, Packed, Piece, frames};
use super::records::text_article;
use super::source::{ArticleBlock, PassSegment};
use crate::article::Article;
use crate::collection::Location;
use crate::error::Result;

impl Corpus {
    /// The articles of raw records.
    pub(super) fn extract(&self, file: u32, format: FormatId, mut piece: Piece) -> Extracted {
        let file_id = self.files().id(file);
        let record_limit_bytes = self.options().record_limit_bytes;
        let context = |number: u64| Context { map: &self.map, file_id: &file_id, number, record_limit_bytes };
        let bytes = piece.weight_bytes();
        let mut extracted = Extracted::with_capacity(bytes + bytes / 16);
        if let Some(extract) = piece.take_later() {
            extract(&context(0), &mut extracted);
        }
        for (number, record) in frames(piece.bytes()) {
            let is_subject = |wanted: &str| memchr::memmem::find(record, wanted.as_bytes()).is_some();
            extracted.attempt(number, is_subject, |out| format.get().extract(record, &context(number), out));
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
        let number = spool.with_stretch(block.slot?, start..start + location.length as usize, |bytes| {
            Packed::new(bytes, location.input, location.offset).next().map(|article| article.line)
        });
        number.ok()?
    }

    pub(super) fn read_spooled(&self, location: Location) -> Result<Article> {
        let no_such = || no_such_place(location);
        let block = self.block_at(location).ok_or_else(no_such)?;
        let slot = block.slot.ok_or_else(no_such)?;
        let start = (location.offset - block.start.offset) as usize;
        let stretch = start..start + location.length as usize;
        let article = self.spool()?.with_stretch(slot, stretch, |record| match block.content {
            Content::JsonLines => self.article_of_line(record, location),
            Content::Extracted(_) => Packed::new(record, location.input, location.offset)
                .next()
                .map(|article| article.to_article()),
            Content::Text => text_article(self.files().id(location.input), record.to_vec(), location.input)
                .ok()
                .map(|article| article.to_article()),
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
