//! Where input goes that cannot be read twice: blocks in a temporary file without a name, which goes with the
//! process.
//!
//! As long as there is room enough, blocks lie there as they are: to compress them, and to decompress a whole
//! block for one article, was half of the time that a scan for copies took. Those that come later are each
//! compressed by itself.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::ops::Range;
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
/// Of what is free where the spool lies, the part that may be taken without need.
const PLAIN_SHARE: u64 = 8;
/// And no more than this: what is written must be written to the disk at last.
const PLAIN_BYTES_MAX: u64 = 4 << 30;

/// Where a block lies in the spool's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpoolSlot {
    position: u64,
    text_bytes: u32,
    /// `None` where it lies as it is.
    compressed_bytes: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    folder: PathBuf,
    /// Tells spools apart in the threads' caches.
    number: u64,
    end: AtomicU64,
    /// How many bytes may still lie as they are.
    plain_bytes_left: AtomicU64,
}

struct Kept {
    spool: u64,
    slot: SpoolSlot,
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
        let plain_bytes = free_bytes(&file).map_or(0, |free| (free / PLAIN_SHARE).min(PLAIN_BYTES_MAX));
        Ok(Spool { file, folder, number, end: AtomicU64::new(0), plain_bytes_left: plain_bytes.into() })
    }

    /// Any thread at any time; blocks come to lie in the order in which they arrive.
    pub(super) fn add(&self, bytes: &[u8]) -> Result<SpoolSlot> {
        let failed = |error| Error::file("write a temporary file in", &self.folder, error);
        let left = |left: u64| left.checked_sub(bytes.len() as u64);
        let is_room = self.plain_bytes_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok();
        let added = if is_room { self.add_plain(bytes) } else { self.add_compressed(bytes) };
        added.map_err(failed)
    }

    fn add_plain(&self, bytes: &[u8]) -> io::Result<SpoolSlot> {
        let text_bytes = size(bytes.len())?;
        Ok(SpoolSlot { position: self.put(bytes)?, text_bytes, compressed_bytes: None })
    }

    fn add_compressed(&self, bytes: &[u8]) -> io::Result<SpoolSlot> {
        TOOLS.with_borrow_mut(|tools| {
            let Tools { compressor, compressed, .. } = tools;
            let compressor = match compressor {
                Some(compressor) => compressor,
                None => compressor.insert(Compressor::new(LEVEL)?),
            };
            compressed.clear();
            compressed.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
            compressor.compress_to_buffer(bytes, compressed)?;
            let (compressed_bytes, text_bytes) = (Some(size(compressed.len())?), size(bytes.len())?);
            let position = self.put(compressed)?;
            compressed.shrink_to(KEPT_BLOCK_BYTES);
            Ok(SpoolSlot { position, text_bytes, compressed_bytes })
        })
    }

    /// Where the bytes came to lie.
    fn put(&self, bytes: &[u8]) -> io::Result<u64> {
        let position = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        write_all_at(&self.file, bytes, position)?;
        Ok(position)
    }

    /// The whole block, into `bytes`.
    pub(super) fn read_block(&self, slot: SpoolSlot, bytes: &mut [u8]) -> Result<()> {
        match slot.compressed_bytes {
            None => read_exact_at(&self.file, bytes, slot.position),
            Some(stored) => self.read_compressed(slot, stored as usize, bytes),
        }
        .map_err(|error| self.unread(error))
    }

    fn read_compressed(&self, slot: SpoolSlot, stored: usize, bytes: &mut [u8]) -> io::Result<()> {
        TOOLS.with_borrow_mut(|tools| {
            let Tools { decompressor, compressed, .. } = tools;
            let decompressor = match decompressor {
                Some(decompressor) => decompressor,
                None => decompressor.insert(Decompressor::new()?),
            };
            compressed.resize(stored, 0);
            read_exact_at(&self.file, compressed, slot.position)?;
            let length = decompressor.decompress_to_buffer(compressed, bytes)?;
            compressed.shrink_to(KEPT_BLOCK_BYTES);
            match length == slot.text_bytes as usize {
                true => Ok(()),
                false => Err(io::Error::other("a block of another length than was written")),
            }
        })
    }

    fn unread(&self, error: io::Error) -> Error {
        Error::file("read a temporary file in", &self.folder, error)
    }

    /// Hands `use_bytes` a stretch of a block: of one that lies as it is no more is read.
    pub(super) fn with_stretch<R>(
        &self,
        slot: SpoolSlot,
        stretch: Range<usize>,
        use_bytes: impl FnOnce(&[u8]) -> R,
    ) -> Result<R> {
        let no_such = || self.unread(io::Error::other("a stretch that reaches beyond its block"));
        if slot.compressed_bytes.is_none() {
            if stretch.start > stretch.end || stretch.end > slot.text_bytes as usize {
                return Err(no_such());
            }
            let mut bytes = vec![0; stretch.len()];
            let read = read_exact_at(&self.file, &mut bytes, slot.position + stretch.start as u64);
            return read.map(|()| use_bytes(&bytes)).map_err(|error| self.unread(error));
        }
        self.with_block(slot, |bytes| bytes.get(stretch).map(use_bytes))?.ok_or_else(no_such)
    }

    /// Hands `use_block` a block's bytes, from this thread's cache where they are there.
    pub(super) fn with_block<R>(&self, slot: SpoolSlot, use_block: impl FnOnce(&[u8]) -> R) -> Result<R> {
        KEPT.with_borrow_mut(|kept| {
            let of_slot = |kept: &Kept| kept.spool == self.number && kept.slot == slot;
            let entry = match kept.iter().position(of_slot) {
                Some(found) => kept.remove(found),
                None => {
                    let mut bytes = vec![0; slot.text_bytes as usize];
                    self.read_block(slot, &mut bytes)?;
                    Kept { spool: self.number, slot, bytes }
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

fn size(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(io::Error::other)
}

/// What others than the system's own user may still write where the file lies.
#[cfg(unix)]
fn free_bytes(file: &File) -> Option<u64> {
    let there = rustix::fs::fstatvfs(file).ok()?;
    there.f_bavail.checked_mul(there.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_file: &File) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A spool of which only so much lies as it is.
    fn with_room(plain_bytes: u64) -> Spool {
        Spool { plain_bytes_left: plain_bytes.into(), ..Spool::new(None).unwrap() }
    }

    #[test]
    fn blocks_come_back_as_they_went_in() {
        let blocks: Vec<Vec<u8>> = (0..10_u8).map(|i| vec![i; 1000 * usize::from(i)]).collect();
        for room in [0, 7000, u64::MAX] {
            let spool = with_room(room);
            let slots: Vec<SpoolSlot> = blocks.iter().map(|block| spool.add(block).unwrap()).collect();
            for at in [9, 0, 3, 3, 1, 2, 4, 5, 6, 3] {
                spool.with_block(slots[at], |bytes| assert_eq!(bytes, blocks[at])).unwrap();
                let mut bytes = vec![0; blocks[at].len()];
                spool.read_block(slots[at], &mut bytes).unwrap();
                assert_eq!(bytes, blocks[at]);
            }
            let plain = slots.iter().filter(|slot| slot.compressed_bytes.is_none()).count();
            assert_eq!(
                plain,
                match room {
                    0 => 1,
                    7000 => 4,
                    _ => 10,
                }
            );
        }
    }

    #[test]
    fn a_stretch_of_a_block_is_that_stretch() {
        let block: Vec<u8> = (0..200).collect();
        for room in [0, u64::MAX] {
            let spool = with_room(room);
            spool.add(b"before").unwrap();
            let slot = spool.add(&block).unwrap();
            for stretch in [0..200, 3..5, 199..200, 200..200] {
                let wanted = &block[stretch.clone()];
                spool.with_stretch(slot, stretch, |bytes| assert_eq!(bytes, wanted)).unwrap();
            }
            assert!(spool.with_stretch(slot, 0..201, |_| ()).is_err());
            assert!(spool.with_stretch(slot, 201..201, |_| ()).is_err());
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
