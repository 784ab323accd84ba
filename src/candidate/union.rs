//! Disjoint sets of documents.

use crate::article::DocumentNumber;

/// Sets that only ever join. A set's name is its smallest member (Tarjan 1975, with paths halved).
#[derive(Clone, Debug)]
pub struct UnionFind {
    parents: Vec<DocumentNumber>,
}

impl UnionFind {
    /// Each of so many documents by itself.
    pub fn new(documents: usize) -> Self {
        UnionFind { parents: (0..documents as DocumentNumber).collect() }
    }

    /// The name of a document's set.
    pub fn find(&mut self, document: DocumentNumber) -> DocumentNumber {
        let mut at = document;
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at
    }

    /// Makes one of the sets of two documents.
    pub fn join(&mut self, a: DocumentNumber, b: DocumentNumber) {
        let (a, b) = (self.find(a), self.find(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }
}
