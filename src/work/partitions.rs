//! Numbers in partitions: appended to any partition at any time, read partition by partition. What exceeds
//! the memory goes to a file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::spill::{Place, SpillFile};
use super::stage_file::{StageReader, StageWriter, Stored};
use crate::error::Result;

/// Runs of numbers are gathered up to this size before they leave for the file.
const BLOCK_WORDS: usize = 16 << 10;

/// Blocks in memory lie in slabs of this size, which the system takes back whole as soon as they are dropped:
/// small pieces would stay with the allocator, scattered among what lives longer.
const SLAB_BYTES: usize = 32 << 20;

/// Partitions under way.
#[derive(Debug)]
pub(crate) struct Partitions {
    partitions: Vec<Partition>,
    slabs: Vec<Vec<u32>>,
    memory_bytes_max: usize,
    held_bytes: usize,
    place: Place,
    file: Option<Arc<SpillFile>>,
    file_bytes: u64,
}

#[derive(Debug, Default)]
struct Partition {
    blocks: Vec<PartitionBlock>,
    /// The last block, which still grows.
    open: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
enum PartitionBlock {
    Held(HeldBlock),
    Stored(StoredBlock),
}

/// Where a block lies in memory.
#[derive(Clone, Copy, Debug)]
struct HeldBlock {
    slab: u32,
    start: u32,
    words: u32,
}

/// Where a block lies in the file.
#[derive(Clone, Copy, Debug)]
struct StoredBlock {
    offset: u64,
    words: u32,
    checksum: u64,
}

/// A partition that is complete.
#[derive(Debug)]
pub(crate) struct StoredLane {
    blocks: Vec<PartitionBlock>,
    slabs: Arc<Vec<Vec<u32>>>,
    file: Option<Arc<SpillFile>>,
}

impl Partitions {
    pub(super) fn new(count: usize, memory_bytes_max: usize, place: Place) -> Self {
        let partitions = (0..count).map(|_| Partition::default()).collect();
        let memory_bytes_max = if matches!(place, Place::Kept(_)) { 0 } else { memory_bytes_max };
        let (slabs, held_bytes, file, file_bytes) = (Vec::new(), 0, None, 0);
        Partitions { partitions, slabs, memory_bytes_max, held_bytes, place, file, file_bytes }
    }

    /// Appends a run. Runs come back whole: none is cut in two.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be written.
    pub fn append(&mut self, partition: usize, run: &[u32]) -> Result<()> {
        if self.partitions[partition].open.len() + run.len() > BLOCK_WORDS {
            self.put_away(partition)?;
        }
        let open = &mut self.partitions[partition].open;
        if open.capacity() == 0 && self.file.is_some() {
            open.reserve_exact(BLOCK_WORDS.max(run.len()));
        }
        open.extend_from_slice(run);
        Ok(())
    }

    /// Puts the open block of a partition away, and opens another one.
    fn put_away(&mut self, partition: usize) -> Result<()> {
        let mut open = std::mem::take(&mut self.partitions[partition].open);
        let byte_count = open.len() * size_of::<u32>();
        if open.is_empty() {
            return Ok(());
        }
        let block = match self.file.is_none() && self.held_bytes + byte_count <= self.memory_bytes_max {
            true => {
                self.held_bytes += byte_count;
                PartitionBlock::Held(self.hold(&open))
            }
            false => PartitionBlock::Stored(self.store(&open)?),
        };
        self.partitions[partition].blocks.push(block);
        open.clear();
        self.partitions[partition].open = open;
        Ok(())
    }

    fn hold(&mut self, block: &[u32]) -> HeldBlock {
        let is_room = |slab: &Vec<u32>| slab.capacity() - slab.len() >= block.len();
        if !self.slabs.last().is_some_and(is_room) {
            self.slabs.push(Vec::with_capacity(block.len().max(SLAB_BYTES / size_of::<u32>())));
        }
        let at = self.slabs.len().saturating_sub(1);
        let start = self.slabs[at].len() as u32;
        self.slabs[at].extend_from_slice(block);
        HeldBlock { slab: at as u32, start, words: block.len() as u32 }
    }

    fn store(&mut self, block: &[u32]) -> Result<StoredBlock> {
        let file = match &self.file {
            Some(file) => file.clone(),
            None => self.file.insert(Arc::new(SpillFile::new(&self.place)?)).clone(),
        };
        let offset = self.file_bytes;
        let mut bytes = vec![0; size_of_val(block)];
        for (to, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(block) {
            *to = word.to_le_bytes();
        }
        file.write(&bytes, offset)?;
        self.file_bytes += bytes.len() as u64;
        Ok(StoredBlock { offset, words: block.len() as u32, checksum: xxh3_64(&bytes) })
    }

    /// All partitions, to be read.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be written.
    pub fn finish(mut self) -> Result<Vec<StoredLane>> {
        for at in 0..self.partitions.len() {
            match self.place {
                Place::Kept(_) => self.put_away(at)?,
                Place::Unnamed(_) => {
                    let open = std::mem::take(&mut self.partitions[at].open);
                    if !open.is_empty() {
                        let block = PartitionBlock::Held(self.hold(&open));
                        self.partitions[at].blocks.push(block);
                    }
                }
            }
        }
        let (slabs, file) = (Arc::new(self.slabs), self.file);
        let stored = |partition: Partition| StoredLane {
            blocks: partition.blocks,
            slabs: slabs.clone(),
            file: file.clone(),
        };
        Ok(self.partitions.into_iter().map(stored).collect())
    }
}

impl StoredBlock {
    fn read(&self, file: &SpillFile, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.resize(self.words as usize * size_of::<u32>(), 0);
        file.read(bytes, self.offset, self.checksum)
    }
}

impl StoredLane {
    /// Numbers in it.
    pub fn words(&self) -> usize {
        let words = |block: &PartitionBlock| match block {
            PartitionBlock::Held(held) => held.words,
            PartitionBlock::Stored(stored) => stored.words,
        };
        self.blocks.iter().map(|block| words(block) as usize).sum()
    }

    /// Visits the blocks in order, each some whole runs.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be read, and what `visit` returns.
    pub fn for_each_block(&self, mut visit: impl FnMut(&[u32]) -> Result<()>) -> Result<()> {
        let (mut bytes, mut block_words) = (Vec::new(), Vec::new());
        for block in &self.blocks {
            match (block, &self.file) {
                (PartitionBlock::Held(HeldBlock { slab, start, words }), _) => {
                    let first = *start as usize;
                    visit(&self.slabs[*slab as usize][first..first + *words as usize])?;
                }
                (PartitionBlock::Stored(stored), Some(file)) => {
                    stored.read(file, &mut bytes)?;
                    block_words.clear();
                    let (words, _) = bytes.as_chunks::<4>();
                    block_words.extend(words.iter().map(|&word| u32::from_le_bytes(word)));
                    visit(&block_words)?;
                }
                (PartitionBlock::Stored(_), None) => {}
            }
        }
        Ok(())
    }
}

/// Partitions whose file is kept, without the file itself: where all lies in it.
pub(crate) struct PartitionMap(Vec<Vec<StoredBlock>>);

impl PartitionMap {
    /// Of partitions that are in their file as a whole.
    pub fn of(partitions: &[StoredLane]) -> Self {
        let stored = |block: &PartitionBlock| match block {
            PartitionBlock::Stored(stored) => Some(*stored),
            PartitionBlock::Held(_) => None,
        };
        PartitionMap(
            partitions.iter().map(|partition| partition.blocks.iter().filter_map(stored).collect()).collect(),
        )
    }

    /// The partitions in a file that was kept; `None` where it is not what it was.
    pub(super) fn open(self, place: &Path) -> Option<Vec<StoredLane>> {
        let file = match self.0.iter().all(Vec::is_empty) {
            true => None,
            false => Some(Arc::new(SpillFile::open(place.to_owned()).ok()?)),
        };
        let mut bytes = Vec::new();
        if let Some(file) = &file {
            self.0.iter().flatten().try_for_each(|block| block.read(file, &mut bytes)).ok()?;
        }
        let partition = |blocks: Vec<StoredBlock>| StoredLane {
            blocks: blocks.into_iter().map(PartitionBlock::Stored).collect(),
            slabs: Arc::default(),
            file: file.clone(),
        };
        Some(self.0.into_iter().map(partition).collect())
    }
}

impl Stored for PartitionMap {
    fn write(&self, out: &mut StageWriter) -> io::Result<()> {
        let counts: Vec<u64> = self.0.iter().map(|blocks| blocks.len() as u64).collect();
        out.numbers(&counts)?;
        let blocks = || self.0.iter().flatten();
        out.numbers(&blocks().map(|block| (block.offset, block.checksum)).collect::<Vec<_>>())?;
        out.numbers(&blocks().map(|block| block.words).collect::<Vec<_>>())
    }

    fn read(from: &mut StageReader) -> io::Result<Self> {
        let counts: Vec<u64> = from.numbers()?;
        let places: Vec<(u64, u64)> = from.numbers()?;
        let words: Vec<u32> = from.numbers()?;
        let blocks = places.into_iter().zip(words);
        let mut blocks = blocks.map(|((offset, checksum), words)| StoredBlock { offset, words, checksum });
        let partition = |count: u64| blocks.by_ref().take(count as usize).collect();
        Ok(PartitionMap(counts.into_iter().map(partition).collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn in_folder(count: usize, memory_bytes: usize) -> Partitions {
        Partitions::new(count, memory_bytes, Place::Unnamed(std::env::temp_dir()))
    }

    fn all(partition: &StoredLane) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        partition
            .for_each_block(|block| {
                // A run is one number over and over.
                assert_ne!(block.first(), found.last());
                found.extend(block);
                Ok(())
            })
            .unwrap();
        found
    }

    proptest! {
        #[test]
        fn runs_come_back_whole_and_in_order(
            runs in prop::collection::vec((0..3usize, 0..30_000usize), 0..40),
            memory_bytes in prop_oneof![Just(0), Just(1 << 17), Just(usize::MAX)],
        ) {
            let mut partitions = in_folder(3, memory_bytes);
            let mut expected: [Vec<u32>; 3] = Default::default();
            for (number, &(partition, length)) in (0..).zip(&runs) {
                let run = vec![number; length];
                partitions.append(partition, &run).unwrap();
                expected[partition].extend(run);
            }
            for (partition, expected) in partitions.finish().unwrap().iter().zip(expected) {
                prop_assert!(all(partition) == expected);
            }
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let mut partitions = Partitions::new(1, 0, Place::Unnamed("/nowhere/at/all".into()));
        partitions.append(0, &[1]).unwrap();
        let error = partitions.append(0, &[2; BLOCK_WORDS]).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }

    #[test]
    fn kept_lanes_are_opened_again_unless_they_are_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("partitions");
        let mut partitions = Partitions::new(2, usize::MAX, Place::Kept(path.clone()));
        partitions.append(1, &[7; 5]).unwrap();
        partitions.append(1, &[8; BLOCK_WORDS]).unwrap();
        let partitions = partitions.finish().unwrap();
        let again = PartitionMap::of(&partitions).open(&path).unwrap();
        assert_eq!(again.iter().map(all).collect::<Vec<_>>(), partitions.iter().map(all).collect::<Vec<_>>());
        let mut bytes = fs::read(&path).unwrap();
        bytes[30_000] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(PartitionMap::of(&partitions).open(&path).is_none());
        assert!(partitions[1].for_each_block(|_| Ok(())).is_err());
        fs::remove_file(&path).unwrap();
        assert!(PartitionMap::of(&partitions).open(&path).is_none());
    }
}
