//! Records of any length, appended one after the other and read in any order. What exceeds the memory goes to
//! a file.

use xxhash_rust::xxh3::xxh3_64;

use super::spill::{Place, SpillFile};
use crate::error::Result;

/// Records are gathered up to this size before they leave for the file.
const BLOCK_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Records {
    memory_bytes_max: usize,
    place: Place,
    /// The first blocks, in memory.
    held: Vec<Vec<u8>>,
    held_bytes: usize,
    /// All blocks after those.
    file: Option<SpillFile>,
    file_bytes: u64,
    /// The last block, which still grows.
    open: Vec<u8>,
}

/// Where a record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordPlace {
    at: At,
    bytes: u32,
    checksum: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Held {
        block: u32,
        offset: u32,
    },
    /// Those from `file_bytes` on are in the open block.
    Stored {
        offset: u64,
    },
}

impl Records {
    pub(super) fn new(memory_bytes_max: usize, place: Place) -> Self {
        let (held, open) = Default::default();
        Records { memory_bytes_max, place, held, held_bytes: 0, file: None, file_bytes: 0, open }
    }

    /// # Errors
    /// [`crate::Error::File`] where the file cannot be written.
    pub fn append(&mut self, record: &[u8]) -> Result<RecordPlace> {
        if self.open.len() + record.len() > BLOCK_BYTES {
            self.put_away()?;
        }
        let offset = self.open.len();
        self.open.extend_from_slice(record);
        let at = match self.file {
            None => At::Held { block: self.held.len() as u32, offset: offset as u32 },
            Some(_) => At::Stored { offset: self.file_bytes + offset as u64 },
        };
        Ok(RecordPlace { at, bytes: record.len() as u32, checksum: xxh3_64(record) })
    }

    fn put_away(&mut self) -> Result<()> {
        match &self.file {
            None => {
                let mut block = std::mem::take(&mut self.open);
                block.shrink_to_fit();
                self.held_bytes += block.len();
                self.held.push(block);
                if self.held_bytes >= self.memory_bytes_max {
                    self.file = Some(SpillFile::new(&self.place)?);
                }
            }
            Some(file) => {
                file.write(&self.open, self.file_bytes)?;
                self.file_bytes += self.open.len() as u64;
                self.open.clear();
            }
        }
        if self.open.capacity() == 0 {
            self.open.reserve_exact(BLOCK_BYTES);
        }
        Ok(())
    }

    /// Puts a record's bytes into `bytes`.
    ///
    /// # Errors
    /// [`crate::Error::File`] where the file cannot be read, or is not what was written.
    pub fn read(&self, place: RecordPlace, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.clear();
        let count = place.bytes as usize;
        match (place.at, &self.file) {
            (At::Held { block, offset }, _) => {
                let block = self.held.get(block as usize).unwrap_or(&self.open);
                bytes.extend_from_slice(&block[offset as usize..][..count]);
            }
            (At::Stored { offset }, Some(file)) if offset < self.file_bytes => {
                bytes.resize(count, 0);
                file.read(bytes, offset, place.checksum)?;
            }
            (At::Stored { offset }, _) => {
                bytes.extend_from_slice(&self.open[(offset - self.file_bytes) as usize..][..count]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn records_come_back_whatever_the_memory(
            lengths in prop::collection::vec(prop_oneof![0_usize..50, 0_usize..400_000, Just(BLOCK_BYTES + 7)], 0..20),
            memory_bytes in prop_oneof![Just(0_usize), Just(1), Just(2 << 20), Just(usize::MAX)],
        ) {
            let record = |number: usize| vec![number as u8 ^ 0x5a; lengths[number]];
            let mut records = Records::new(memory_bytes, Place::Unnamed(std::env::temp_dir()));
            let places: Vec<RecordPlace> =
                (0..lengths.len()).map(|number| records.append(&record(number)).unwrap()).collect();
            let mut bytes = vec![1, 2, 3];
            for number in (0..lengths.len()).rev() {
                records.read(places[number], &mut bytes).unwrap();
                prop_assert!(bytes == record(number), "record {number}");
            }
            let all: usize = lengths.iter().sum();
            prop_assert!(records.held_bytes <= memory_bytes.saturating_add(2 * BLOCK_BYTES + 7).min(all));
        }
    }

    #[test]
    fn another_files_bytes_are_an_error() {
        let mut records = Records::new(0, Place::Unnamed(std::env::temp_dir()));
        for _ in 0..3 {
            records.append(&[1; BLOCK_BYTES]).unwrap();
        }
        let place = records.append(b"the record").unwrap();
        records.append(&[2; BLOCK_BYTES]).unwrap();
        let mut bytes = Vec::new();
        records.read(place, &mut bytes).unwrap();
        assert_eq!(bytes, b"the record");
        let At::Stored { offset } = place.at else { panic!("{place:?}") };
        records.file.as_ref().unwrap().write(b"!", offset + 3).unwrap();
        assert!(
            records
                .read(place, &mut bytes)
                .unwrap_err()
                .to_string()
                .contains("does not hold what was written")
        );
    }
}
