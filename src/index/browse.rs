//! What was filed last, and all articles from the last one back: for who looks through an archive.

use super::snapshot::{Snapshot, SnapshotPart};
use crate::Result;
use crate::article::Article;

impl Snapshot {
    /// A number that no article of this state has reached: all that is filed later has it or a higher one.
    pub fn next_number(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.segment.layout.last_number + 1)
    }

    /// How many segments it has, and their bytes.
    pub fn size(&self) -> (usize, u64) {
        (self.parts.len(), self.parts.iter().map(|part| part.segment.input.length).sum())
    }

    /// The part of this state that holds all articles filed from a number on, and perhaps some that were
    /// filed before.
    ///
    /// Frequencies are those of that part alone.
    pub fn since(&self, number: u64) -> Snapshot {
        let first = self.parts.partition_point(|part| part.segment.layout.last_number < number);
        let parts = self.parts.get(first..).unwrap_or_default();
        Snapshot { parts: parts.to_vec(), generation: self.generation }
    }

    /// Visits articles with their numbers, the one filed last first, from those below `before` on, until
    /// `visit` says `false`. Returns the number it came to, for a next call to go on from; `None` at the end.
    ///
    /// # Errors
    /// [`super::IndexError::Corrupt`], what reading returns, and what `visit` returns.
    pub fn each_article_back(
        &self,
        before: Option<u64>,
        mut visit: impl FnMut(u64, Article) -> Result<bool>,
    ) -> Result<Option<u64>> {
        let before = before.unwrap_or(u64::MAX);
        for part in self.parts.iter().rev().filter(|part| part.segment.layout.first_number < before) {
            if let Some(stopped) = back_through(part, before, &mut visit)? {
                return Ok(Some(stopped));
            }
        }
        Ok(None)
    }
}

fn back_through(
    SnapshotPart { segment, deleted }: &SnapshotPart,
    before: u64,
    visit: &mut impl FnMut(u64, Article) -> Result<bool>,
) -> Result<Option<u64>> {
    // twelve bytes a document: cheaper than reading each record's page again
    let mut records: Vec<(u32, u32)> = Vec::with_capacity(segment.layout.documents as usize);
    segment.each_record(|_, record| {
        records.push(((record.number - segment.layout.first_number) as u32, record.block));
        Ok(())
    })?;
    let mut end = records.len();
    while let Some(&(_, block)) = end.checked_sub(1).and_then(|last| records.get(last)) {
        let of_block = records.get(..end).unwrap_or_default();
        let first = of_block.partition_point(|&(_, other)| other < block);
        if of_block.get(first).is_some_and(|&(gap, _)| segment.layout.first_number + u64::from(gap) < before)
        {
            let articles = segment.articles(u64::from(block))?;
            let places = (first..end).zip(articles).rev();
            for (document, article) in places {
                let Some(&(gap, _)) = records.get(document) else { continue };
                let number = segment.layout.first_number + u64::from(gap);
                if number >= before || deleted.is_deleted(document as u32) {
                    continue;
                }
                if !visit(number, article)? {
                    return Ok(Some(number));
                }
            }
        }
        end = first;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::super::writer::Writer;
    use crate::article::Article;

    /// Eleven commits of three articles, some of them gone since.
    fn filed(folder: &tempfile::TempDir) -> Writer {
        let mut writer = Writer::open_or_create(&folder.path().join("archive")).unwrap();
        for commit in 0..11 {
            let article =
                |at: usize| Article::new(format!("{}", 3 * commit + at), format!("Text {commit} {at}."));
            writer.add((0..3).map(article).collect()).unwrap();
            writer.commit().unwrap();
            writer.tidy(&crate::progress::NoProgress).unwrap();
        }
        writer.remove(["4", "32"]).unwrap();
        writer.commit().unwrap();
        writer
    }

    #[test]
    fn articles_come_from_the_last_one_back_and_in_pages() {
        let folder = tempfile::tempdir().unwrap();
        let writer = filed(&folder);
        let expected: Vec<String> =
            (0..33).rev().filter(|at| ![4, 32].contains(at)).map(|at| at.to_string()).collect();
        for page in [1, 2, 5, 100] {
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let mut left = page;
                let next = writer.snapshot().each_article_back(before, |_, article| {
                    seen.push(article.id);
                    left -= 1;
                    Ok(left > 0)
                });
                before = next.unwrap();
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{page} a page");
        }
    }

    #[test]
    fn what_was_filed_since_is_in_the_part_that_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = filed(&folder);
        let number = writer.snapshot().next_number();
        assert_eq!(writer.snapshot().since(number).documents(), 0);
        writer.add(vec![Article::new("new", "A new text.")]).unwrap();
        let since = writer.snapshot().since(number);
        assert!(since.article("new").unwrap().is_some() && since.documents() == 1);
        assert_eq!(writer.snapshot().since(0).documents(), writer.snapshot().documents());
    }
}
