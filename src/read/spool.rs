//! Where input goes that cannot be read twice: blocks, each compressed by itself, in a temporary file without
//! a name, which goes with the process.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use zstd::bulk::{Compressor, Decompressor};

use crate::error::{Error, Result};
use crate::work::{read_exact_at, write_all_at};

/// On news, 1.4 times as fast to write as level 1 and twice as fast to read, at 1.4 times its size.
const LEVEL: i32 = -3;
/// Blocks that a thread keeps decompressed: two articles being compared, and their neighbours.
const KEPT_BLOCKS: usize = 4;
/// Blocks larger than this (an article of many megabytes) are not kept.
const KEPT_BLOCK_BYTES: usize = 2 << 20;

/// Where a block lies in the spool's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpoolSlot {
    position: u64,
    compressed_bytes: u32,
    text_bytes: u32,
}

#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    folder: PathBuf,
    /// Tells spools apart in the threads' caches.
    number: u64,
    end: AtomicU64,
}

struct Kept {
    spool: u64,
    position: u64,
    bytes: Vec<u8>,
}

/// What a thread uses again from block to block: made anew, these cost as much as the work itself.
#[derive(Default)]
struct Tools {
    compressor: Option<Compressor<'static>>,
    decompressor: Option<Decompressor<'static>>,
    compressed: Vec<u8>,
}

thread_local! {
    static TOOLS: RefCell<Tools> = RefCell::default();
    /// Most recently used last.
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

impl Spool {
    pub(super) fn new(work_dir: Option<&Path>) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let folder = work_dir.map_or_else(std::env::temp_dir, Path::to_owned);
        let file = tempfile::tempfile_in(&folder)
            .map_err(|error| Error::file("make a temporary file in", &folder, error))?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Ok(Spool { file, folder, number, end: AtomicU64::new(0) })
    }

    /// Any thread at any time; blocks come to lie in the order in which they arrive.
    pub(super) fn add(&self, bytes: &[u8]) -> Result<SpoolSlot> {
        let failed = |error| Error::file("write a temporary file in", &self.folder, error);
        let size = |length: usize| u32::try_from(length).map_err(io::Error::other);
        let add = |tools: &mut Tools| {
            let Tools { compressor, compressed, .. } = tools;
            let compressor = match compressor {
                Some(compressor) => compressor,
                None => compressor.insert(Compressor::new(LEVEL)?),
            };
            compressed.clear();
            compressed.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
            compressor.compress_to_buffer(bytes, compressed)?;
            let (compressed_bytes, text_bytes) = (size(compressed.len())?, size(bytes.len())?);
            let position = self.end.fetch_add(u64::from(compressed_bytes), Ordering::Relaxed);
            write_all_at(&self.file, compressed, position)?;
            compressed.shrink_to(KEPT_BLOCK_BYTES);
            Ok(SpoolSlot { position, compressed_bytes, text_bytes })
        };
        TOOLS.with_borrow_mut(add).map_err(failed)
    }

    /// The whole block, into `bytes`.
    pub(super) fn read_block(&self, slot: SpoolSlot, bytes: &mut [u8]) -> Result<()> {
        let failed = |error| Error::file("read a temporary file in", &self.folder, error);
        let read = |tools: &mut Tools| {
            let Tools { decompressor, compressed, .. } = tools;
            let decompressor = match decompressor {
                Some(decompressor) => decompressor,
                None => decompressor.insert(Decompressor::new()?),
            };
            compressed.resize(slot.compressed_bytes as usize, 0);
            read_exact_at(&self.file, compressed, slot.position)?;
            let length = decompressor.decompress_to_buffer(compressed, bytes)?;
            compressed.shrink_to(KEPT_BLOCK_BYTES);
            match length == slot.text_bytes as usize {
                true => Ok(()),
                false => Err(io::Error::other("a block of another length than was written")),
            }
        };
        TOOLS.with_borrow_mut(read).map_err(failed)
    }

    /// Hands `use_block` a block's bytes, from this thread's cache where they are there.
    pub(super) fn with_block<R>(&self, slot: SpoolSlot, use_block: impl FnOnce(&[u8]) -> R) -> Result<R> {
        KEPT.with_borrow_mut(|kept| {
            let of_slot = |kept: &Kept| kept.spool == self.number && kept.position == slot.position;
            let entry = match kept.iter().position(of_slot) {
                Some(found) => kept.remove(found),
                None => {
                    let mut bytes = vec![0; slot.text_bytes as usize];
                    self.read_block(slot, &mut bytes)?;
                    Kept { spool: self.number, position: slot.position, bytes }
                }
            };
            let result = use_block(&entry.bytes);
            if entry.bytes.len() <= KEPT_BLOCK_BYTES {
                if kept.len() == KEPT_BLOCKS {
                    kept.remove(0);
                }
                kept.push(entry);
            }
            Ok(result)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_as_they_went_in() {
        let spool = Spool::new(None).unwrap();
        let blocks: Vec<Vec<u8>> = (0..10_u8).map(|i| vec![i; 1000 * usize::from(i)]).collect();
        let slots: Vec<SpoolSlot> = blocks.iter().map(|block| spool.add(block).unwrap()).collect();
        for at in [9, 0, 3, 3, 1, 2, 4, 5, 6, 3] {
            spool.with_block(slots[at], |bytes| assert_eq!(bytes, blocks[at])).unwrap();
        }
    }

    #[test]
    fn two_spools_do_not_share_what_is_kept() {
        let (one, other) = (Spool::new(None).unwrap(), Spool::new(None).unwrap());
        let (a, b) = (one.add(b"one").unwrap(), other.add(b"two").unwrap());
        one.with_block(a, |bytes| assert_eq!(bytes, b"one")).unwrap();
        other.with_block(b, |bytes| assert_eq!(bytes, b"two")).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = Spool::new(Some(Path::new("/nowhere/at/all"))).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }
}
