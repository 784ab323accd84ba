//! Postings as they are quickest to write and to merge: a bucket for each value of a key's first sixteen
//! bits, and in it the other sixteen, then the document in sixteen, in the order the documents came in.
//!
//! Most segments are written to be merged soon. Sorting, coding and decoding theirs would cost more than all
//! else; so they are dealt into buckets in one go. That takes two to three times the room, for the few
//! documents that were added last.

use rayon::join;

use super::block::{CHECKSUM_BYTES, DirectoryWriter, Kind, Output, seal_at};
use super::build::Filed;
use super::table::{Entry, Table, entry};
use crate::Result;

/// In place of a parameter of Rice's code.
pub const UNCODED: u32 = 32;

pub const BUCKET_BITS: u32 = 16;

const BUCKETS: usize = 1 << BUCKET_BITS;

/// Segments of so many documents: fewer would leave buckets empty, more have numbers that do not fit, and are
/// not merged soon.
pub const DOCUMENTS: std::ops::RangeInclusive<usize> = 4096..=1 << 16;

/// Visits the entries of a bucket whose keys begin with `first`; `None` where its length is wrong.
pub fn decode(block: &[u8], first: u32, value_bits: u32, mut visit: impl FnMut(Entry)) -> Option<()> {
    if value_bits == 0 {
        let (keys, rest) = block.as_chunks::<2>();
        keys.iter().for_each(|&key| visit(entry(first | u32::from(u16::from_le_bytes(key)), 0)));
        return rest.is_empty().then_some(());
    }
    let (entries, rest) = block.as_chunks::<4>();
    for &found in entries {
        let found = u32::from_le_bytes(found);
        visit(entry(first | found >> 16, found & 0xffff));
    }
    rest.is_empty().then_some(())
}

/// Room to work in, kept from one segment to the next: memory that is asked for anew costs more than what is
/// done in it.
#[derive(Debug, Default)]
pub struct Room {
    features: Dealt,
    grams: Dealt,
}

/// Keys dealt into buckets.
#[derive(Debug, Default)]
struct Dealt {
    /// By the first byte of the key: its last three bytes, then the document.
    sorted: Vec<u64>,
    /// Buckets one behind the other, each with its checksum.
    bytes: Vec<u8>,
    /// Where each bucket ends.
    ends: Vec<u64>,
    entries: u64,
}

/// Writes the tables of features and of word runs. A document's keys of a table are distinct.
///
/// # Errors
/// As [`Output::write`].
pub fn write_features_and_grams<'f>(
    output: &mut Output<'_>,
    filed: &'f [Filed],
    features: impl Fn(&'f Filed) -> &'f [u32] + Send + Sync,
    grams: impl Fn(&'f Filed) -> &'f [u32] + Send + Sync,
    room: &mut Room,
) -> Result<(Table, Table)> {
    let salt = output.salt;
    let Room { features: dealt_features, grams: dealt_grams } = room;
    join(
        || {
            let encode = |key: u32, document: u32| (key << 16 | document).to_le_bytes();
            dealt_features.deal::<4>(filed, features, salt, Kind::Features, encode);
        },
        || {
            let encode = |key: u32, _| (key as u16).to_le_bytes();
            dealt_grams.deal::<2>(filed, grams, salt, Kind::Grams, encode);
        },
    );
    Ok((dealt_features.write(output, Kind::Features, 16)?, dealt_grams.write(output, Kind::Grams, 0)?))
}

impl Dealt {
    /// In two steps, by a byte of the key each, so that what is written lies close together.
    fn deal<'f, const BYTES: usize>(
        &mut self,
        filed: &'f [Filed],
        keys: impl Fn(&'f Filed) -> &'f [u32],
        salt: u64,
        kind: Kind,
        encode: impl Fn(u32, u32) -> [u8; BYTES],
    ) {
        let mut counts = [0usize; 256];
        for filed in filed {
            keys(filed).iter().for_each(|&key| counts[(key >> 24) as usize] += 1);
        }
        let all = counts.iter().sum();
        self.sorted.resize(all, 0);
        let mut next = starts(&counts, 0);
        for (document, filed) in (0u64..).zip(filed) {
            for &key in keys(filed) {
                let place = &mut next[(key >> 24) as usize];
                self.sorted[*place] = u64::from(key & 0xff_ffff) << 32 | document;
                *place += 1;
            }
        }
        let units_of_checksum = CHECKSUM_BYTES / BYTES;
        self.bytes.resize((all + BUCKETS * units_of_checksum) * BYTES, 0);
        self.ends.clear();
        let (mut sorted, mut units) = (&self.sorted[..], self.bytes.as_chunks_mut::<BYTES>().0);
        let mut end = 0;
        for count in counts {
            let (here, rest) = sorted.split_at(count);
            sorted = rest;
            let mut counts = [0usize; 256];
            here.iter().for_each(|found| counts[(found >> 48) as usize] += 1);
            let mut next = starts(&counts, units_of_checksum);
            for &found in here {
                let place = &mut next[(found >> 48) as usize];
                units[*place] = encode((found >> 32) as u32 & 0xffff, found as u32);
                *place += 1;
            }
            units = units.split_at_mut(count + 256 * units_of_checksum).1;
            for count in counts {
                end += (count + units_of_checksum) * BYTES;
                self.ends.push(end as u64);
            }
        }
        let mut start = 0;
        for (bucket, &end) in (0u64..).zip(&self.ends) {
            seal_at(&mut self.bytes[start..end as usize], salt, kind, bucket);
            start = end as usize;
        }
        self.entries = all as u64;
    }

    fn write(&self, output: &mut Output<'_>, kind: Kind, value_bits: u32) -> Result<Table> {
        let mut writer = DirectoryWriter::new(output, kind);
        writer.push_sealed(output, &self.bytes, &self.ends)?;
        let (directory, entries) = (writer.finish(output)?, self.entries);
        Ok(Table { kind, directory, bucket_bits: BUCKET_BITS, rice: UNCODED, value_bits, entries })
    }
}

/// Where each of the counted begins, with so many units left free behind each.
fn starts(counts: &[usize; 256], free: usize) -> [usize; 256] {
    let mut start = 0;
    counts.map(|count| {
        start += count + free;
        start - count - free
    })
}
