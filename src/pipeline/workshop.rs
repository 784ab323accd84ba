//! Articles made ready for comparison, kept as long as there is room.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::Prepared;

/// Prepared articles are kept up to this many bytes of text; prepared, a text takes some twelve times that.
const KEPT_TEXT_BYTES: usize = 32 << 20;

/// Reads and prepares articles by their numbers.
pub struct Workshop<'a, C> {
    collection: &'a C,
    documents: &'a DocumentTable,
    ready: FxHashMap<DocumentNumber, Kept>,
    kept_bytes: usize,
    round: u64,
}

struct Kept {
    prepared: Arc<Prepared>,
    /// The last round in which it was asked for.
    round: u64,
}

impl<'a, C: Collection> Workshop<'a, C> {
    pub fn new(collection: &'a C, documents: &'a DocumentTable) -> Self {
        Workshop { collection, documents, ready: FxHashMap::default(), kept_bytes: 0, round: 0 }
    }

    /// Makes these documents ready, in parallel, and lets go of those that were not asked for longest.
    ///
    /// # Errors
    /// What reading returns.
    pub fn make_ready(&mut self, mut wanted: Vec<DocumentNumber>) -> Result<()> {
        self.round += 1;
        wanted.sort_unstable();
        wanted.dedup();
        for document in &wanted {
            if let Some(kept) = self.ready.get_mut(document) {
                kept.round = self.round;
            }
        }
        wanted.retain(|document| !self.ready.contains_key(document));
        self.make_room();
        let (collection, documents) = (self.collection, self.documents);
        let made: Vec<(DocumentNumber, Arc<Prepared>)> = wanted
            .into_par_iter()
            .map(|document| {
                let article = collection.read(documents.location(document))?;
                Ok((document, Arc::new(Prepared::new(&article))))
            })
            .collect::<Result<_>>()?;
        for (document, prepared) in made {
            self.kept_bytes += prepared.text.raw().len();
            self.ready.insert(document, Kept { prepared, round: self.round });
        }
        Ok(())
    }

    /// A document that the last [`Workshop::make_ready`] was asked for.
    pub fn get(&self, document: DocumentNumber) -> &Arc<Prepared> {
        &self.ready[&document].prepared
    }

    fn make_room(&mut self) {
        if self.kept_bytes <= KEPT_TEXT_BYTES {
            return;
        }
        let mut rounds: Vec<(u64, usize)> =
            self.ready.values().map(|kept| (kept.round, kept.prepared.text.raw().len())).collect();
        rounds.sort_unstable_by(|one, other| other.cmp(one));
        let mut bytes = 0;
        // what was used last stays, up to half of the room
        let oldest_kept = rounds
            .iter()
            .take_while(|(_, size)| {
                bytes += size;
                bytes <= KEPT_TEXT_BYTES / 2
            })
            .last()
            .map_or(u64::MAX, |(round, _)| *round);
        let current = self.round;
        self.ready.retain(|_, kept| kept.round >= oldest_kept || kept.round == current);
        self.kept_bytes = self.ready.values().map(|kept| kept.prepared.text.raw().len()).sum();
    }
}
