//! Articles as bytes: several to a compressed block.

use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::{CParameter, ParamSwitch};

use super::bits::{push_varint, take_varint};
use crate::article::{Article, Provenance};

/// A block is full when its articles reach this many bytes: small enough that one article is soon read.
pub const BLOCK_BYTES: usize = 8 << 10;

/// No block holds more than this; what says so is damaged.
const BLOCK_BYTES_MAX: u64 = 1 << 32;

/// Fast, and news compress to half.
const LEVEL: i32 = 1;

/// Repetitions in blocks of news are short: looking for long ones alone, and not at every place, takes a
/// third of the time for a tenth more room.
const REPETITION_BYTES: u32 = 7;
const STEP_BYTES: u32 = 16;
const HASH_BITS: u32 = 12;

/// Appends an article to a block that is not yet compressed.
pub fn push_article(article: &Article, block: &mut Vec<u8>) {
    let Article { id, text, title, date, source, url, language, provenance } = article;
    let provenance = provenance.as_ref().and_then(|provenance| serde_json::to_string(provenance).ok());
    let optional = [title, date, source, url, language, &provenance];
    let flags = optional.iter().enumerate().map(|(bit, field)| u64::from(field.is_some()) << bit).sum();
    push_varint(flags, block);
    for field in [id, text].into_iter().chain(optional.into_iter().flatten()) {
        push_varint(field.len() as u64, block);
        block.extend_from_slice(field.as_bytes());
    }
}

/// The articles of a block, uncompressed, in order; `None` where it is damaged.
pub fn articles(mut block: &[u8]) -> Option<Vec<Article>> {
    let mut articles = Vec::new();
    while !block.is_empty() {
        articles.push(take_article(&mut block)?);
    }
    Some(articles)
}

/// One article of a block.
pub fn article_at(mut block: &[u8], slot: usize) -> Option<Article> {
    for _ in 0..slot {
        let flags = take_varint(&mut block)?;
        for _ in 0..2 + (flags & 0x3f).count_ones() {
            take_bytes(&mut block)?;
        }
    }
    take_article(&mut block)
}

fn take_bytes<'b>(block: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(take_varint(block)?).ok()?;
    let (bytes, rest) = block.split_at_checked(length)?;
    *block = rest;
    Some(bytes)
}

fn take_article(block: &mut &[u8]) -> Option<Article> {
    let flags = take_varint(block)?;
    if flags >= 64 {
        return None;
    }
    let mut field = || String::from_utf8(take_bytes(block)?.to_vec()).ok();
    let (id, text) = (field()?, field()?);
    let mut optional: [Option<String>; 6] = Default::default();
    for (bit, value) in optional.iter_mut().enumerate() {
        if flags >> bit & 1 == 1 {
            *value = Some(field()?);
        }
    }
    let [title, date, source, url, language, provenance] = optional;
    let provenance = match provenance {
        Some(json) => Some(Box::new(serde_json::from_str::<Provenance>(&json).ok()?)),
        None => None,
    };
    Some(Article { id, text, title, date, source, url, language, provenance })
}

thread_local! {
    // contexts are costly to make
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn quick_compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::MinMatch(REPETITION_BYTES))?;
    compressor.set_parameter(CParameter::TargetLength(STEP_BYTES))?;
    compressor.set_parameter(CParameter::HashLog(HASH_BITS))?;
    // letters by how common they are, which is most of the gain
    compressor.set_parameter(CParameter::LiteralCompressionMode(ParamSwitch::Enable))?;
    Ok(compressor)
}

/// Compresses a block; its length before comes first.
///
/// # Errors
/// Where there is no memory.
pub fn compress(block: &[u8], compressed: &mut Vec<u8>) -> io::Result<()> {
    push_varint(block.len() as u64, compressed);
    let start = compressed.len();
    compressed.resize(start + zstd::zstd_safe::compress_bound(block.len()), 0);
    let written = COMPRESSOR.with_borrow_mut(|compressor| {
        let compressor = match compressor {
            Some(compressor) => compressor,
            None => compressor.insert(quick_compressor()?),
        };
        compressor.compress_to_buffer(block, &mut compressed[start..])
    })?;
    compressed.truncate(start + written);
    Ok(())
}

/// Length of a compressed block before compression.
pub fn raw_length(mut compressed: &[u8]) -> Option<u64> {
    take_varint(&mut compressed)
}

/// How many bytes the compressed block at the start of `bytes` takes at most; `None` where none begins there.
pub fn compressed_bytes_most(bytes: &[u8]) -> Option<usize> {
    let mut frame = bytes;
    let length = take_varint(&mut frame).filter(|&length| length < BLOCK_BYTES_MAX)?;
    let likely = zstd::zstd_safe::get_frame_content_size(frame).ok()??;
    let length = usize::try_from(length).ok().filter(|_| likely == length)?;
    Some(bytes.len() - frame.len() + zstd::zstd_safe::compress_bound(length))
}

/// How many bytes the compressed block at the start of `bytes` takes, as it says itself; `None` where it is
/// cut off or none.
pub fn compressed_bytes(bytes: &[u8]) -> Option<usize> {
    let mut frame = bytes;
    take_varint(&mut frame)?;
    let length = zstd::zstd_safe::find_frame_compressed_size(frame).ok()?;
    Some(bytes.len() - frame.len() + length)
}

/// `None` where it is damaged.
pub fn decompress(mut compressed: &[u8]) -> Option<Vec<u8>> {
    let length = take_varint(&mut compressed).filter(|&length| length < BLOCK_BYTES_MAX)?;
    // room is made for what the data itself says it holds, too
    let likely = zstd::zstd_safe::get_frame_content_size(compressed).ok()??;
    // no block of zstd's holds more than 128 KiB, and none takes less than four bytes
    if likely != length || length > compressed.len() as u64 * (128 << 10) {
        return None;
    }
    let length = usize::try_from(length).ok()?;
    let block = DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let decompressor = match decompressor {
            Some(decompressor) => decompressor,
            None => decompressor.insert(Decompressor::new().ok()?),
        };
        decompressor.decompress(compressed, length).ok()
    })?;
    (block.len() == length).then_some(block)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_article() -> impl Strategy<Value = Article> {
        let field = || prop::option::of(".{0,12}");
        (".{1,8}", ".{0,60}", field(), field(), field(), field(), field(), field()).prop_map(
            |(id, text, title, date, source, url, language, item)| Article {
                id,
                text,
                title,
                date,
                source,
                url,
                language,
                provenance: item
                    .map(|item| Box::new(Provenance { item: Some(item), ..Provenance::default() })),
            },
        )
    }

    proptest! {
        #[test]
        fn articles_come_back(written in prop::collection::vec(any_article(), 1..6)) {
            let mut block = Vec::new();
            written.iter().for_each(|article| push_article(article, &mut block));
            let mut compressed = Vec::new();
            compress(&block, &mut compressed).unwrap();
            let length = compressed.len();
            prop_assert!(compressed_bytes_most(&compressed).unwrap() >= length);
            compressed.extend_from_slice(b"what lies behind it");
            prop_assert_eq!(compressed_bytes(&compressed), Some(length));
            compressed.truncate(length);
            let read = decompress(&compressed).unwrap();
            prop_assert_eq!(articles(&read).unwrap(), written.clone());
            for (slot, article) in written.iter().enumerate() {
                let found = article_at(&read, slot);
                prop_assert_eq!(found.as_ref(), Some(article));
            }
            prop_assert_eq!(article_at(&read, written.len()), None);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decompress(&bytes);
            let _ = (compressed_bytes_most(&bytes), compressed_bytes(&bytes));
            let _ = articles(&bytes);
            let _ = article_at(&bytes, 3);
        }
    }
}
