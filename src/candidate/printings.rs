//! Which of a text's printings stands for it: the earliest, then the first by id, whatever was read first.
//!
//! The search goes by the printing that was read first, since the first pass keeps sketches and features of
//! no other. At its end all that it found is named anew.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::table::DocumentTable;
use super::verify::VerifiedLink;
use super::{CandidatePair, HotGroup};
use crate::article::DocumentNumber;
use crate::shingle::Overlap;

/// Printings that stand for a text instead of the one that was read first.
#[derive(Debug, Default)]
pub(super) struct Printings(FxHashMap<DocumentNumber, DocumentNumber>);

impl Printings {
    pub fn new(documents: &DocumentTable, first_of_text: &[DocumentNumber]) -> Self {
        let mut earliest: FxHashMap<DocumentNumber, DocumentNumber> = FxHashMap::default();
        for (document, &first) in (0..).zip(first_of_text).filter(|&(document, &first)| document != first) {
            let best = earliest.entry(first).or_insert(first);
            if documents.by_date(document, *best).is_lt() {
                *best = document;
            }
        }
        earliest.retain(|first, best| first != best);
        Printings(earliest)
    }

    /// Of the printing of a text that was read first, the one that stands for it.
    pub fn of(&self, first: DocumentNumber) -> DocumentNumber {
        self.0.get(&first).copied().unwrap_or(first)
    }

    /// The order of texts by what stands for them.
    pub fn order(&self, documents: &DocumentTable, one: DocumentNumber, other: DocumentNumber) -> Ordering {
        documents.by_date(self.of(one), self.of(other))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn rename_links(&self, links: &mut [VerifiedLink]) {
        for link in links.iter_mut() {
            let (a, b, overlap) = (self.of(link.a), self.of(link.b), link.overlap);
            *link = match a <= b {
                true => VerifiedLink { a, b, overlap },
                false => {
                    VerifiedLink { a: b, b: a, overlap: Overlap { a: overlap.b, b: overlap.a, ..overlap } }
                }
            };
        }
        links.sort_unstable_by_key(|link| (link.a, link.b));
    }

    pub fn rename_pairs(&self, pairs: &mut [CandidatePair]) {
        for pair in pairs.iter_mut() {
            let (a, b) = (self.of(pair.a), self.of(pair.b));
            (pair.a, pair.b) = (a.min(b), a.max(b));
        }
        pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    }

    pub fn rename_hot(&self, hot: &mut [HotGroup]) {
        hot.iter_mut().for_each(|group| group.leader = self.of(group.leader));
    }
}
