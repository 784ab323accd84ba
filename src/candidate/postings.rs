//! Which documents hold a feature, and which features a document holds.

use super::radix::sort_by_key;
use super::reach::Reach;
use super::{HotGroup, HotKind};
use crate::article::DocumentNumber;
use crate::{Error, Result};

/// A feature kept of a document: the upper half of its hash, and the document.
pub(super) type Kept = (u32, DocumentNumber);

/// Number of a posting.
pub(super) type Posting = u32;

/// Postings above the cap that are reported.
const HOT_REPORTED_MAX: usize = 1000;

/// Postings of at least two documents, and the postings of each document.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// Documents of all postings, one posting after the other, ascending in each.
    documents: Vec<DocumentNumber>,
    /// Where each posting begins, and where the last ends.
    starts: Vec<u32>,
    /// Postings of each document, one document after the other.
    of_document: Vec<Posting>,
    document_starts: Vec<u32>,
    /// Where two sides are compared: for each posting above the cap, in order, where the first documents of each side
    /// stand (behind all postings), and how many they are.
    leaders_of_sides: Vec<(Posting, (u32, u32))>,
    /// Documents up to which a posting ties all of them to each other.
    rare_documents_max: usize,
}

/// Where the documents lie that a posting ties its members to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tied {
    start: u32,
    count: u32,
    /// All documents of the posting.
    pub documents: u32,
    pub is_rare: bool,
}

impl Postings {
    pub fn new(rare_documents_max: u32) -> Self {
        let rare_documents_max = rare_documents_max as usize;
        Postings { starts: vec![0], rare_documents_max, ..Postings::default() }
    }

    /// Adds postings of features that are not there yet. Documents come in ascending order.
    pub fn extend(&mut self, mut kept: Vec<Kept>) -> Result<()> {
        sort_by_key(&mut kept);
        // A posting of one document ties nothing.
        let groups = || kept.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
        let (count, total) = groups().fold((0, 0), |(count, total), group| (count + 1, total + group.len()));
        if u32::try_from(self.documents.len() + total).is_err() {
            return Err(Error::Usage(
                "more than 2^32 features in common: scan the collection in parts, or with --copies-only"
                    .to_owned(),
            ));
        }
        self.documents.reserve_exact(total);
        self.starts.reserve_exact(count);
        for group in groups() {
            self.documents.extend(group.iter().map(|&(_, document)| document));
            self.starts.push(self.documents.len() as u32);
        }
        Ok(())
    }

    /// Makes the postings of each document, of `document_count` in all.
    pub fn finish(&mut self, document_count: usize, reach: &Reach) {
        let mut starts = vec![0u32; document_count + 1];
        self.documents.iter().for_each(|&document| starts[document as usize + 1] += 1);
        for document in 0..document_count {
            starts[document + 1] += starts[document];
        }
        let mut next = starts.clone();
        let mut of_document = vec![0; self.documents.len()];
        for posting in 0..self.len() {
            for &document in self.documents(posting) {
                let place = &mut next[document as usize];
                of_document[*place as usize] = posting;
                *place += 1;
            }
        }
        (self.of_document, self.document_starts) = (of_document, starts);
        if reach.is_two_sided() {
            for posting in 0..self.len() {
                if self.is_rare(posting) {
                    continue;
                }
                let start = self.documents.len() as u32;
                let [one, other] = reach.first_of_sides(self.documents(posting));
                self.documents.extend(one.into_iter().chain(other.filter(|_| one != other)));
                self.leaders_of_sides.push((posting, (start, self.documents.len() as u32 - start)));
            }
        }
    }

    pub fn document_count(&self) -> usize {
        self.document_starts.len().saturating_sub(1)
    }

    fn len(&self) -> Posting {
        self.starts.len() as Posting - 1
    }

    /// Documents of a posting, ascending.
    pub fn documents(&self, posting: Posting) -> &[DocumentNumber] {
        let (start, end) = (self.starts[posting as usize], self.starts[posting as usize + 1]);
        &self.documents[start as usize..end as usize]
    }

    /// Postings of a document.
    pub fn of(&self, document: DocumentNumber) -> &[Posting] {
        let (start, end) =
            (self.document_starts[document as usize], self.document_starts[document as usize + 1]);
        &self.of_document[start as usize..end as usize]
    }

    pub fn is_rare(&self, posting: Posting) -> bool {
        self.documents(posting).len() <= self.rare_documents_max
    }

    /// What a posting ties its members to: all of a rare one; above the cap the first, or of two sides the first of each.
    #[inline(always)]
    pub fn tied(&self, posting: Posting) -> Tied {
        let (start, end) = (self.starts[posting as usize], self.starts[posting as usize + 1]);
        let documents = end - start;
        let is_rare = documents as usize <= self.rare_documents_max;
        if is_rare || self.leaders_of_sides.is_empty() {
            return Tied { start, count: if is_rare { documents } else { 1 }, documents, is_rare };
        }
        let of_sides = self.leaders_of_sides.binary_search_by_key(&posting, |leaders| leaders.0);
        let (start, count) = of_sides.map_or((0, 0), |at| self.leaders_of_sides[at].1);
        Tied { start, count, documents, is_rare }
    }

    #[inline(always)]
    pub fn others(&self, tied: Tied) -> &[DocumentNumber] {
        &self.documents[tied.start as usize..(tied.start + tied.count) as usize]
    }

    /// The first of them, to bring them near.
    #[inline(always)]
    pub fn first(&self, tied: Tied) -> DocumentNumber {
        self.documents[tied.start as usize]
    }

    /// Postings above the cap, largest first.
    pub fn hot(&self) -> Vec<HotGroup> {
        let hot = (0..self.len()).map(|posting| self.documents(posting));
        let hot = hot.filter(|documents| documents.len() > self.rare_documents_max);
        let group =
            |documents: &[DocumentNumber]| HotGroup::new(HotKind::Feature, documents[0], documents.len());
        let mut hot: Vec<HotGroup> = hot.map(group).collect();
        hot.sort_by_key(|group| (std::cmp::Reverse(group.documents), group.leader));
        hot.truncate(HOT_REPORTED_MAX);
        hot
    }
}
