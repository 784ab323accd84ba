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

/// Partitions under way.
#[derive(Debug)]
pub(crate) struct Partitions {
    partitions: Vec<Partition>,
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

#[derive(Debug)]
enum PartitionBlock {
    Held(Vec<u32>),
    Stored(StoredBlock),
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
    file: Option<Arc<SpillFile>>,
}

impl Partitions {
    pub(super) fn new(count: usize, memory_bytes_max: usize, place: Place) -> Self {
        let partitions = (0..count).map(|_| Partition::default()).collect();
        let memory_bytes_max = if matches!(place, Place::Kept(_)) { 0 } else { memory_bytes_max };
        Partitions { partitions, memory_bytes_max, held_bytes: 0, place, file: None, file_bytes: 0 }
    }

    /// Appends a run. Runs come back whole: none is cut in two.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be written.
    pub fn append(&mut self, partition: usize, run: &[u32]) -> Result<()> {
        if self.partitions[partition].open.len() + run.len() > BLOCK_WORDS {
            let block = std::mem::take(&mut self.partitions[partition].open);
            let block = self.put_away(block)?;
            self.partitions[partition].blocks.extend(block);
        }
        let open = &mut self.partitions[partition].open;
        if open.capacity() == 0 && self.file.is_some() {
            open.reserve_exact(BLOCK_WORDS.max(run.len()));
        }
        open.extend_from_slice(run);
        Ok(())
    }

    fn put_away(&mut self, block: Vec<u32>) -> Result<Option<PartitionBlock>> {
        let byte_count = block.len() * size_of::<u32>();
        if block.is_empty() {
            return Ok(None);
        }
        if self.file.is_none() && self.held_bytes + byte_count <= self.memory_bytes_max {
            self.held_bytes += byte_count;
            return Ok(Some(PartitionBlock::Held(block)));
        }
        let file = match &self.file {
            Some(file) => file.clone(),
            None => self.file.insert(Arc::new(SpillFile::new(&self.place)?)).clone(),
        };
        let offset = self.file_bytes;
        let mut bytes = vec![0; byte_count];
        for (to, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(&block) {
            *to = word.to_le_bytes();
        }
        file.write(&bytes, offset)?;
        self.file_bytes += byte_count as u64;
        let stored = StoredBlock { offset, words: block.len() as u32, checksum: xxh3_64(&bytes) };
        Ok(Some(PartitionBlock::Stored(stored)))
    }

    /// All partitions, to be read.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be written.
    pub fn finish(mut self) -> Result<Vec<StoredLane>> {
        for at in 0..self.partitions.len() {
            let open = std::mem::take(&mut self.partitions[at].open);
            let block = match self.place {
                Place::Kept(_) => self.put_away(open)?,
                Place::Unnamed(_) => (!open.is_empty()).then_some(PartitionBlock::Held(open)),
            };
            self.partitions[at].blocks.extend(block);
        }
        let file = self.file;
        let stored = |partition: Partition| StoredLane { blocks: partition.blocks, file: file.clone() };
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
    /// Visits the blocks in order, each some whole runs.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be read, and what `visit` returns.
    pub fn for_each_block(&self, mut visit: impl FnMut(&[u32]) -> Result<()>) -> Result<()> {
        let (mut bytes, mut block_words) = (Vec::new(), Vec::new());
        for block in &self.blocks {
            match (block, &self.file) {
                (PartitionBlock::Held(words), _) => visit(words)?,
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
