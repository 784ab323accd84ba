//! Which units several documents hold, and in which one each stays.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{UnitSettings, pieces};
use crate::Result;
use crate::article::DocumentNumber;
use crate::collection::{Collection, Location};
use crate::progress::{Progress, go_on};
use crate::work::Resources;

/// Partitions by the highest bits of the hash: one is sorted at a time.
const PARTITIONS: usize = 64;
const PARTITION_MEMORY_BYTES: u64 = 256 << 20;

/// The documents of a run: where they lie, and their ids.
#[derive(Default)]
pub(super) struct Documents {
    locations: Vec<Location>,
    ids: String,
    id_ends: Vec<usize>,
}

impl Documents {
    fn push(&mut self, location: Location, id: &str) -> DocumentNumber {
        self.locations.push(location);
        self.ids.push_str(id);
        self.id_ends.push(self.ids.len());
        self.locations.len() as DocumentNumber - 1
    }

    pub fn number(&self, location: Location) -> Option<DocumentNumber> {
        self.locations.binary_search(&location).ok().map(|at| at as DocumentNumber)
    }

    pub fn id(&self, document: DocumentNumber) -> &str {
        let document = document as usize;
        let start = document.checked_sub(1).and_then(|before| self.id_ends.get(before)).copied().unwrap_or(0);
        let end = self.id_ends.get(document).copied().unwrap_or(start);
        self.ids.get(start..end).unwrap_or_default()
    }

    /// For each document its place in the order of ids.
    fn ranks(&self) -> Vec<u32> {
        let mut numbers: Vec<DocumentNumber> = (0..self.locations.len() as DocumentNumber).collect();
        numbers.par_sort_by(|&one, &other| self.id(one).cmp(self.id(other)));
        let mut ranks = vec![0; numbers.len()];
        (0..).zip(numbers).for_each(|(rank, document)| ranks[document as usize] = rank);
        ranks
    }
}

/// A unit that several documents hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeat {
    pub documents: u32,
    /// The one of the smallest id.
    pub kept_in: DocumentNumber,
}

pub(super) struct RepeatCounts {
    of_documents: FxHashMap<u64, Repeat>,
}

impl RepeatCounts {
    pub fn get(&self, hash: u64) -> Option<Repeat> {
        self.of_documents.get(&hash).copied()
    }
}

/// Goes over the collection once, and finds its repeated units.
pub(super) fn find(
    work: &Resources,
    collection: &impl Collection,
    settings: &UnitSettings,
    progress: &dyn Progress,
) -> Result<(Documents, RepeatCounts)> {
    progress.stage("reading", collection.total_bytes());
    let mut documents = Documents::default();
    let mut partitions = work.partitions(PARTITIONS, work.share_bytes(25, PARTITION_MEMORY_BYTES));
    collection.pass(
        |articles| {
            let found = articles.iter().map(|article| {
                progress.advance(u64::from(article.location.length));
                let pieces = pieces(&article.text, settings.unit, settings.words_min);
                let hashes: Vec<u64> = pieces.iter().map(|piece| piece.hash).collect();
                (article.location, article.id.as_ref().to_owned(), hashes)
            });
            found.collect::<Vec<_>>()
        },
        |found| {
            go_on(progress)?;
            for (location, id, hashes) in found {
                let document = documents.push(location, &id);
                for hash in hashes {
                    let (low, high) = (hash as u32, (hash >> 32) as u32);
                    partitions.append((hash >> 58) as usize % PARTITIONS, &[low, high, document])?;
                }
            }
            Ok(())
        },
    )?;
    let ranks = documents.ranks();
    let mut of_documents = FxHashMap::default();
    progress.stage("counting", Some(PARTITIONS as u64));
    for partition in partitions.finish()? {
        go_on(progress)?;
        let mut entries: Vec<(u64, u32, DocumentNumber)> = Vec::new();
        partition.for_each_block(|block| {
            let (runs, _) = block.as_chunks::<3>();
            entries.extend(runs.iter().map(|&[low, high, document]| {
                (u64::from(high) << 32 | u64::from(low), ranks[document as usize], document)
            }));
            Ok(())
        })?;
        entries.par_sort_unstable();
        entries.dedup();
        for of_unit in entries.chunk_by(|one, other| one.0 == other.0) {
            let documents = of_unit.len() as u32;
            if documents >= settings.documents_min.max(2) {
                of_documents.insert(of_unit[0].0, Repeat { documents, kept_in: of_unit[0].2 });
            }
        }
        progress.advance(1);
    }
    Ok((documents, RepeatCounts { of_documents }))
}
