//! The codes of an index's blocks: articles, varints, Rice's code, deletions, buckets without code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use retold::index::internals::{article_at, articles, compress, decompress, push_article};
use retold::index::internals::{BitReader, push_varint, take_varint};
use retold::index::internals::Deletions;
use retold::index::internals::decode;

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, bytes)) = bytes.split_first() else { return };
    match kind % 6 {
        0 => {
            if let Some(read) = articles(bytes) {
                let mut again = Vec::new();
                read.iter().for_each(|article| push_article(article, &mut again));
                assert_eq!(articles(&again).as_ref(), Some(&read));
                for (slot, article) in read.iter().enumerate() {
                    assert_eq!(article_at(bytes, slot).as_ref(), Some(article));
                }
            }
            let _ = article_at(bytes, 2);
        }
        1 => {
            if let Some(raw) = decompress(bytes) {
                let mut again = Vec::new();
                compress(&raw, &mut again).expect("there is memory");
                assert_eq!(decompress(&again), Some(raw));
            }
        }
        2 => {
            let mut rest = bytes;
            if let Some(value) = take_varint(&mut rest) {
                let mut again = Vec::new();
                push_varint(value, &mut again);
                assert_eq!(take_varint(&mut again.as_slice()), Some(value));
            }
        }
        3 => {
            let mut bits = BitReader::new(bytes);
            for &byte in bytes {
                let _ = bits.take_rice(u32::from(byte % 32));
                let _ = bits.take(u32::from(byte % 33));
            }
            let _ = bits.is_overrun();
        }
        4 => {
            let mut rest = bytes;
            if let Some(deletions) = Deletions::read(&mut rest, 1 << 16) {
                let mut again = Vec::new();
                deletions.write(&mut again);
                assert_eq!(Deletions::read(&mut again.as_slice(), 1 << 16), Some(deletions));
            }
        }
        _ => {
            let mut entries = 0;
            for value_bits in [0, 16] {
                let _ = decode(bytes, 7 << 16, value_bits, |_| entries += 1);
            }
            assert!(entries <= bytes.len());
        }
    }
});
