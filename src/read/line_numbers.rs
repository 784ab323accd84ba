//! The line of a record that was read before, found again from its offset when a message wants it.

use super::source::ArticleBlock;

/// Blocks that are read for it in a run. Records that follow one another need one for many lines; a million
/// that lie about would otherwise take minutes for what nobody reads.
const BLOCKS_MAX: u32 = 20_000;

/// Line ends of the block that was asked for last.
#[derive(Debug, Default)]
pub(super) struct LineNumbers {
    blocks_read: u32,
    /// File and offset of the block.
    held: Option<(u32, u64)>,
    line_ends: Vec<u32>,
}

impl LineNumbers {
    /// The line that begins at `offset` of the block's file; `read` fills a buffer as long as the block.
    pub(super) fn line(
        &mut self,
        block: &ArticleBlock,
        offset: u64,
        read: impl FnOnce(&mut [u8]) -> Option<()>,
    ) -> Option<u64> {
        let wanted = (block.start.file, block.start.offset);
        if self.held != Some(wanted) {
            if self.blocks_read == BLOCKS_MAX {
                return None;
            }
            self.blocks_read += 1;
            self.held = None;
            let mut bytes = vec![0; block.length as usize];
            read(&mut bytes)?;
            self.line_ends.clear();
            self.line_ends.extend(memchr::memchr_iter(b'\n', &bytes).map(|end| end as u32));
            self.held = Some(wanted);
        }
        let before = self.line_ends.partition_point(|&end| block.start.offset + u64::from(end) < offset);
        Some(block.start.line + before as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::format::Content;
    use crate::read::records::BlockStart;

    fn block(file: u32) -> ArticleBlock {
        let start = BlockStart { file, offset: 100, line: 8 };
        ArticleBlock {
            start,
            content: Content::JsonLines,
            length: 6,
            articles: 2,
            input_bytes: 6,
            slot: None,
        }
    }

    #[test]
    fn lines_are_counted_from_the_blocks_first() {
        let mut numbers = LineNumbers::default();
        let read = |bytes: &mut [u8]| {
            bytes.copy_from_slice(b"a\n\nbc\n");
            Some(())
        };
        assert_eq!(numbers.line(&block(0), 100, read), Some(8));
        let again = |_: &mut [u8]| panic!("the block is held");
        assert_eq!(numbers.line(&block(0), 103, again), Some(10));
    }

    #[test]
    fn no_more_blocks_are_read_than_the_limit() {
        let mut numbers = LineNumbers::default();
        let mut count = 0;
        let mut told = 0;
        for file in 0..BLOCKS_MAX + 10 {
            let line = numbers.line(&block(file), 100, |_| {
                count += 1;
                Some(())
            });
            told += u32::from(line.is_some());
        }
        assert_eq!((count, told), (BLOCKS_MAX, BLOCKS_MAX));
    }
}
