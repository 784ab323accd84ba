//! What is made of articles for comparison, kept as long as there is room.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::article::{Article, DocumentNumber};
use crate::barrier::{Stage, guarded};
use crate::candidate::DocumentTable;
use crate::collection::Collection;
use crate::error::Result;
use crate::evidence::Prepared;
use crate::faults;
use crate::rejection::RejectionSink;
use crate::work::Resources;

/// What can be made of an article.
pub trait Made: Send + Sync {
    /// What it is made for.
    const STAGE: Stage;

    fn make(article: &Article) -> Self;

    /// Bytes it holds, about.
    fn held_bytes(&self) -> usize;
}

impl Prepared {
    /// A token takes eight times the bytes of its word, sets and facts some four times.
    const BYTES_PER_BYTE: usize = 12;
    /// Words have some six letters with what stands between them.
    pub(super) const BYTES_PER_WORD: usize = 6 * Self::BYTES_PER_BYTE;
}

impl Made for Prepared {
    const STAGE: Stage = Stage::Prepare;

    fn make(article: &Article) -> Self {
        Prepared::new(article)
    }

    fn held_bytes(&self) -> usize {
        Prepared::BYTES_PER_BYTE * self.text.raw().len()
    }
}

fn held_bytes<T: Made>(made: &Option<Arc<T>>) -> usize {
    made.as_ref().map_or(0, |made| made.held_bytes())
}

/// Things are kept up to this many bytes together, where there is memory for them.
const KEPT_BYTES: u64 = 48 << 20;

/// Of articles that are made ready together a thread takes so many in a row.
const ARTICLES_A_TASK: usize = 8;

/// Reads articles by their numbers and makes things of them.
pub struct ArticleCache<'a, C, T> {
    collection: &'a C,
    documents: &'a DocumentTable,
    rejections: &'a dyn RejectionSink,
    ready: FxHashMap<DocumentNumber, KeptItems<T>>,
    kept_bytes: usize,
    kept_bytes_max: usize,
    round: u64,
}

struct KeptItems<T> {
    /// `None` where retold failed at it.
    made: Option<Arc<T>>,
    /// The last round in which it was asked for.
    round: u64,
}

impl<'a, C: Collection, T: Made> ArticleCache<'a, C, T> {
    pub fn new(
        collection: &'a C,
        documents: &'a DocumentTable,
        work: &Resources,
        rejections: &'a dyn RejectionSink,
    ) -> Self {
        let kept_bytes_max = work.share_bytes(8, KEPT_BYTES);
        ArticleCache {
            collection,
            documents,
            rejections,
            ready: FxHashMap::default(),
            kept_bytes: 0,
            kept_bytes_max,
            round: 0,
        }
    }

    /// Makes these documents ready, in parallel, and lets go of those that were not asked for longest.
    /// Returns how many were read for it.
    ///
    /// # Errors
    /// What reading returns.
    pub fn make_ready(&mut self, mut wanted: Vec<DocumentNumber>) -> Result<u64> {
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
        let read = wanted.len() as u64;
        let (collection, documents) = (self.collection, self.documents);
        let made: Vec<_> = wanted
            .into_par_iter()
            .with_min_len(ARTICLES_A_TASK)
            .map(|document| {
                let article = documents.article(collection, document)?;
                let made = guarded(T::STAGE, |wanted| wanted == article.id, || Arc::new(T::make(&article)));
                Ok((document, made))
            })
            .collect::<Result<_>>()?;
        for (document, made) in made {
            if let Err(fault) = &made {
                let (id, location) = (documents.id(document), documents.location(document));
                self.rejections.reject(faults::of_article(collection, (id, location, None), fault));
            }
            let made = made.ok();
            self.kept_bytes += held_bytes(&made);
            self.ready.insert(document, KeptItems { made, round: self.round });
        }
        Ok(read)
    }

    /// A document that the last [`ArticleCache::make_ready`] was asked for; `None` where retold failed at it.
    pub fn get(&self, document: DocumentNumber) -> Option<&Arc<T>> {
        self.ready.get(&document)?.made.as_ref()
    }

    /// Two of them.
    pub fn get_both(&self, (a, b): (DocumentNumber, DocumentNumber)) -> Option<(&Arc<T>, &Arc<T>)> {
        self.get(a).zip(self.get(b))
    }

    fn make_room(&mut self) {
        if self.kept_bytes <= self.kept_bytes_max {
            return;
        }
        let mut rounds: Vec<(u64, usize)> =
            self.ready.values().map(|kept| (kept.round, held_bytes(&kept.made))).collect();
        rounds.sort_unstable_by(|one, other| other.cmp(one));
        let mut bytes = 0;
        // what was used last stays, up to half of the room
        let oldest_kept = rounds
            .iter()
            .take_while(|(_, size)| {
                bytes += size;
                bytes <= self.kept_bytes_max / 2
            })
            .last()
            .map_or(u64::MAX, |(round, _)| *round);
        let current = self.round;
        self.ready.retain(|_, kept| kept.round >= oldest_kept || kept.round == current);
        self.kept_bytes = self.ready.values().map(|kept| held_bytes(&kept.made)).sum();
    }
}
