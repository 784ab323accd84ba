//! A corpus as a collection: passes over all of it, and its articles one by one.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::corpus::{Corpus, FileProgress, no_such_place};
use super::field_map::UnreadField;
use super::format::{Container, Content};
use super::pass;
use super::records::text_article;
use super::walk::{Access, InputFile};
use crate::article::Article;
use crate::collection::{ArticleRef, Collection, Location};
use crate::error::{Error, Result};
use crate::rejection::{ReadingNote, UnreadFields};

impl Collection for Corpus {
    /// # Errors
    /// Besides what [`Collection::pass`] names, [`Error::File`] where the spool cannot be written and
    /// [`Error::Usage`] where the first pass was broken off: a stream cannot be begun again.
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let before = {
            let mut progress = self.progress();
            let before = *progress;
            if before == FileProgress::Untouched {
                *progress = FileProgress::InFirstPass;
            }
            before
        };
        if before == FileProgress::InFirstPass {
            return Err(Error::Usage("the first pass over the inputs did not come to its end".into()));
        }
        self.bytes_read_counter().store(0, Ordering::Relaxed);
        let is_first = before == FileProgress::Untouched;
        pass::run(self, is_first, work, take)?;
        if let Some(total_bytes) = self.total_bytes() {
            // Later passes leave out blocks without an article.
            self.bytes_read_counter().store(total_bytes, Ordering::Relaxed);
        }
        self.check_unchanged()?;
        if is_first {
            *self.progress() = FileProgress::Known;
            if let Some((UnreadField { place: (file, line), what, .. }, name)) = self.map.first_unread() {
                let (input, name) = (self.files().name(file), name.to_owned());
                self.sink().unread_fields(UnreadFields { input, line, name, what });
            }
            for (field, column) in self.map.stand_ins() {
                self.sink().note(ReadingNote::StandIn { field, column });
            }
            for field in self.map.unseen() {
                let (field, input) = (field.to_owned(), self.files().name(0));
                self.sink().note(ReadingNote::Nowhere { field, input, more: self.file_count() - 1 });
            }
            let count = self.revisits.load(Ordering::Relaxed);
            if count > 0 {
                self.sink().note(ReadingNote::Revisits { count });
            }
        }
        Ok(())
    }

    fn read(&self, location: Location) -> Result<Article> {
        let file = location.input;
        let access = &self.files().files.get(file as usize).ok_or_else(|| no_such_place(location))?.access;
        match access {
            Access::File { format, .. } if format.content == Content::Text => {
                let bytes = self.read_text_file(file).map_err(|_| self.changed(file))?;
                let article = text_article(self.files().id(file), bytes, file);
                article.map(|article| article.to_article()).map_err(|_| self.changed(file))
            }
            Access::File { format, .. }
                if format.container == Container::Plain && format.content == Content::JsonLines =>
            {
                let mut line = vec![0; location.length as usize];
                self.read_file_at(file, location.offset, &mut line)?;
                self.article_of_line(&line, location).ok_or_else(|| self.changed(file))
            }
            Access::File { .. } | Access::Stream { .. } => self.read_spooled(location),
            Access::Bad { .. } => Err(no_such_place(location)),
        }
    }

    fn input_name(&self, input: u32) -> String {
        match self.files().files.get(input as usize) {
            Some(_) => self.files().name(input),
            None => format!("input {input}"),
        }
    }

    fn line_number(&self, location: Location) -> Option<u64> {
        let block = self.block_at(location)?;
        match block.content {
            Content::JsonLines => {}
            Content::Text => return None,
            Content::Extracted(format) => return self.record_number(format, &block, location),
        }
        let mut numbers = self.line_numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.line(&block, location.offset, |bytes| self.read_stored(&block, bytes).ok())
    }

    /// Size on disk; `None` where there is a stream.
    fn total_bytes(&self) -> Option<u64> {
        let is_stream = |file: &InputFile| matches!(file.access, Access::Stream { .. });
        if self.files().files.iter().any(is_stream) {
            return None;
        }
        Some(self.size_bytes(0..self.files().files.len() as u32))
    }
}
