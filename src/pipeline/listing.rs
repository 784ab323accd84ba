//! From scored pairs to what is listed: families, and rows in their order.

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::family::Link;

/// Documents by the order of their ids, so that pairs are sorted by numbers.
pub(super) struct IdRanks(Vec<u32>);

impl IdRanks {
    /// Ranks of those documents that have part in a pair.
    pub fn new(documents: &DocumentTable, pairs: impl Iterator<Item = [DocumentNumber; 2]>) -> Self {
        const NONE: u32 = u32::MAX;
        let mut ranks = vec![NONE; documents.len()];
        pairs.flatten().for_each(|document| ranks[document as usize] = 0);
        let numbers = (0..).zip(&ranks).filter(|&(_, &rank)| rank != NONE).map(|(number, _)| number);
        let mut numbers: Vec<DocumentNumber> = numbers.collect();
        // Ids are often in order already, and a stable sort sees that.
        numbers.sort_by(|&one, &other| documents.id(one).cmp(documents.id(other)));
        (0..).zip(numbers).for_each(|(rank, number)| ranks[number as usize] = rank);
        IdRanks(ranks)
    }

    pub fn of(&self, document: DocumentNumber) -> u32 {
        self.0[document as usize]
    }
}

/// The places of the links that are listed, by falling score, then by ids: those of families, all that are
/// not derived, and all derived ones if that is wanted.
pub(super) fn listed(links: &[Link], ranks: &IdRanks, of_families: &[usize], all_pairs: bool) -> Vec<usize> {
    let mut is_listed: Vec<bool> =
        links.iter().map(|link| all_pairs || !link.relation.is_derived()).collect();
    of_families.iter().for_each(|&at| is_listed[at] = true);
    let mut order: Vec<usize> = (0..links.len()).filter(|&at| is_listed[at]).collect();
    drop(is_listed);
    let ids = |link: &Link| (ranks.of(link.source), ranks.of(link.derived));
    order.sort_unstable_by(|&one, &other| {
        let by_score = links[other].score.total_cmp(&links[one].score);
        by_score.then_with(|| ids(&links[one]).cmp(&ids(&links[other]))).then_with(|| one.cmp(&other))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::table::DocumentEntry;

    #[test]
    fn ranks_are_those_of_the_ids_that_have_part() {
        let mut documents = DocumentTable::default();
        for id in ["m", "b", "unused", "z", "a"] {
            let (location, identity) = Default::default();
            let entry = DocumentEntry {
                location,
                identity,
                words: 1,
                unix_seconds: None,
                source: None,
                language: None,
            };
            documents.push(id, entry).unwrap();
        }
        let ranks = IdRanks::new(&documents, [[0, 1], [3, 4], [1, 3]].into_iter());
        assert_eq!([0, 1, 3, 4].map(|document| ranks.of(document)), [2, 1, 3, 0]);
    }
}
