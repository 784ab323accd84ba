//! A table written bucket by bucket.

use super::{Entry, Table, bucket_of, first_key, key_of};
use crate::Result;
use crate::index::bits::{BitWriter, push_varint};
use crate::index::block::{Directory, DirectoryWriter, Kind, Output};

/// Entries of a bucket, on average at most: a bucket takes nine bytes beside them, and a look-up decodes half
/// of them. Where buckets lie is held in memory once it was asked for.
const BUCKET_ENTRIES: u64 = 64;

/// Writes a table from entries in order.
pub struct TableWriter {
    table: Table,
    directory: DirectoryWriter,
    /// Entries of the bucket being written, their codes, and the last one's key.
    entries: u64,
    codes: BitWriter,
    last_key: u32,
    block: Vec<u8>,
}

impl TableWriter {
    /// `entries_likely` decides how entries are coded; `documents` are numbered below that.
    pub fn new(output: &Output<'_>, kind: Kind, entries_likely: u64, documents: u32) -> Self {
        let buckets = entries_likely.div_ceil(BUCKET_ENTRIES).max(1).next_power_of_two();
        let gap = (1u64 << 32) / entries_likely.max(1);
        // the best parameter for gaps of a geometric distribution: 2^r near the mean times ln 2
        let rice = (gap as f64 * std::f64::consts::LN_2).max(1.0).log2().round() as u32;
        let value_bits = if kind == Kind::Grams { 0 } else { (32 - documents.leading_zeros()).max(1) };
        let table = Table {
            kind,
            directory: Directory::default(),
            bucket_bits: buckets.trailing_zeros().min(24),
            rice: rice.min(31),
            value_bits,
            entries: 0,
        };
        let directory = DirectoryWriter::new(output, kind);
        let (codes, block) = (BitWriter::default(), Vec::new());
        TableWriter { table, directory, entries: 0, codes, last_key: 0, block }
    }

    /// Appends entries that are in order and not before those appended; all entries of a key come in one
    /// call. `excess` holds keys, ascending, with documents that are not among the entries.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub fn extend(
        &mut self,
        output: &mut Output<'_>,
        entries: &[Entry],
        excess: &[(u32, u32)],
    ) -> Result<()> {
        let keep = Table::keep(self.table.kind);
        let mut excess = excess.iter().peekable();
        for run in entries.chunk_by(|a, b| key_of(*a) == key_of(*b)) {
            let key = key_of(run[0]);
            let bucket = bucket_of(key, self.table.bucket_bits);
            while self.directory.blocks() < bucket {
                self.flush(output)?;
            }
            let mut total = run.len() as u64;
            while let Some(more) = excess.next_if(|more| more.0 <= key) {
                total += if more.0 == key { u64::from(more.1) } else { 0 };
            }
            let kept = &run[..run.len().min(keep)];
            kept.iter().for_each(|&found| self.push(key, found as u32));
            if self.table.has_totals() && total > keep as u64 {
                // where some of the first documents are gone, the last one stands in for them
                let last = run[run.len() - 1] as u32;
                (run.len()..keep).for_each(|_| self.push(key, last));
                let most = (1u64 << self.table.value_bits) - 1;
                self.push(key, total.min(most) as u32);
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn push(&mut self, key: u32, value: u32) {
        self.codes.push_rice(key.wrapping_sub(self.last_key), self.table.rice);
        if self.table.value_bits > 0 {
            self.codes.push(value, self.table.value_bits);
        }
        self.last_key = key;
        self.entries += 1;
    }

    fn flush(&mut self, output: &mut Output<'_>) -> Result<()> {
        self.codes.finish();
        self.block.clear();
        push_varint(self.entries, &mut self.block);
        self.block.append(&mut self.codes.bytes);
        self.table.entries += self.entries;
        self.entries = 0;
        self.directory.push(output, &mut self.block)?;
        self.last_key = first_key(self.directory.blocks(), self.table.bucket_bits) as u32;
        Ok(())
    }

    /// # Errors
    /// As [`Output::write`].
    pub fn finish(mut self, output: &mut Output<'_>) -> Result<Table> {
        while self.directory.blocks() < 1 << self.table.bucket_bits {
            self.flush(output)?;
        }
        self.table.directory = self.directory.finish(output)?;
        Ok(self.table)
    }
}
