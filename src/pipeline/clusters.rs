//! Documents that near pairs tie together, so few of them that all can be at hand at once.

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::candidate::UnionFind;
use crate::pipeline::pairs::Pair;

/// Documents, and the pairs among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cluster {
    /// In order.
    pub documents: Vec<DocumentNumber>,
    /// In the order given.
    pub pairs: Vec<Pair>,
    /// Whether near pairs lie across it and others.
    pub is_cut: bool,
}

/// How large a cluster may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClusterBounds {
    pub documents: usize,
    /// Of all its documents together.
    pub words: usize,
}

/// Clusters of the documents of some pairs, by their first document, and the pairs that lie across: the first
/// pairs tie before the later ones, wherever the cluster does not grow too large by it. Of the pairs the first
/// so many are near.
pub(super) fn clusters(
    (pairs, near): (&[Pair], usize),
    bounds: ClusterBounds,
    words_of: impl Fn(DocumentNumber) -> usize,
) -> (Vec<Cluster>, Vec<Pair>) {
    let places = Places::of(pairs);
    let mut sets = places.sets();
    let mut sizes: Vec<(usize, usize)> =
        places.documents.iter().map(|&document| (1, words_of(document))).collect();
    for &pair in pairs {
        let (a, b) = places.of_pair(pair);
        let [a, b] = [a, b].map(|place| sets.find(place) as usize);
        let joined = (sizes[a].0 + sizes[b].0, sizes[a].1 + sizes[b].1);
        if a != b && joined.0 <= bounds.documents && joined.1 <= bounds.words {
            sets.join(a as u32, b as u32);
            sizes[sets.find(a as u32) as usize] = joined;
        }
    }
    let mut clusters: Vec<Cluster> = Vec::new();
    // a set's name is the smallest of its places, so that it comes first
    let mut of_set: FxHashMap<u32, usize> = FxHashMap::default();
    for (place, &document) in (0..).zip(&places.documents) {
        let at = *of_set.entry(sets.find(place)).or_insert_with(|| {
            clusters.push(Cluster::default());
            clusters.len() - 1
        });
        clusters[at].documents.push(document);
    }
    let mut across = Vec::new();
    for (at, &pair) in pairs.iter().enumerate() {
        let (a, b) = places.of_pair(pair);
        let [one, other] = [a, b].map(|place| of_set[&sets.find(place)]);
        if one == other {
            clusters[one].pairs.push(pair);
        } else {
            [one, other].into_iter().for_each(|cluster| clusters[cluster].is_cut |= at < near);
            across.push(pair);
        }
    }
    clusters.retain(|cluster| !cluster.pairs.is_empty());
    (clusters, across)
}

/// Of each document of a cluster which one it is.
#[derive(Debug, Default)]
pub(super) struct ClusterNumbers(Vec<(DocumentNumber, u32)>);

impl ClusterNumbers {
    pub fn of(clusters: &[Cluster]) -> Self {
        let numbered = clusters.iter().zip(0..);
        let documents = numbered.flat_map(|(cluster, at)| cluster.documents.iter().map(move |&it| (it, at)));
        let mut documents: Vec<(DocumentNumber, u32)> = documents.collect();
        documents.sort_unstable();
        ClusterNumbers(documents)
    }

    /// Whether both documents are in one cluster.
    pub fn hold(&self, (a, b): Pair) -> bool {
        let of = |document| {
            let at = self.0.binary_search_by_key(&document, |&(document, _)| document).ok()?;
            Some(self.0[at].1)
        };
        of(a).is_some_and(|cluster| of(b) == Some(cluster))
    }
}

/// Documents of some pairs, numbered by themselves.
pub(super) struct Places {
    /// In order.
    documents: Vec<DocumentNumber>,
}

impl Places {
    pub fn of<'p>(pairs: impl IntoIterator<Item = &'p Pair>) -> Self {
        let mut documents: Vec<DocumentNumber> = pairs.into_iter().flat_map(|&(a, b)| [a, b]).collect();
        documents.sort_unstable();
        documents.dedup();
        Places { documents }
    }

    /// Each document by itself.
    pub fn sets(&self) -> UnionFind {
        UnionFind::new(self.documents.len())
    }

    /// The places of two documents that are among these.
    pub fn of_pair(&self, (a, b): Pair) -> (u32, u32) {
        let place = |document| self.documents.partition_point(|&before| before < document) as u32;
        (place(a), place(b))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDE: ClusterBounds = ClusterBounds { documents: usize::MAX, words: usize::MAX };

    type Parts = (Vec<DocumentNumber>, Vec<Pair>);

    fn of(pairs: &[Pair], bounds: ClusterBounds) -> (Vec<Parts>, Vec<Pair>) {
        let (clusters, across) = clusters((pairs, 0), bounds, |document| document as usize);
        (clusters.into_iter().map(|it| (it.documents, it.pairs)).collect(), across)
    }

    #[test]
    fn what_hangs_together_is_one_cluster() {
        let (found, across) = of(&[(5, 9), (1, 2), (7, 9), (2, 4)], WIDE);
        let expected = [(vec![1, 2, 4], vec![(1, 2), (2, 4)]), (vec![5, 7, 9], vec![(5, 9), (7, 9)])];
        assert_eq!((found.as_slice(), across.as_slice()), (&expected[..], &[][..]));
    }

    #[test]
    fn the_first_pairs_tie_and_others_lie_across() {
        let pairs = [(1, 2), (3, 4), (2, 3), (4, 5), (1, 2)];
        let (found, across) = of(&pairs, ClusterBounds { documents: 3, ..WIDE });
        let expected = [(vec![1, 2], vec![(1, 2), (1, 2)]), (vec![3, 4, 5], vec![(3, 4), (4, 5)])];
        assert_eq!((found.as_slice(), across.as_slice()), (&expected[..], &[(2, 3)][..]));
        let (found, across) = of(&pairs, ClusterBounds { words: 7, ..WIDE });
        assert_eq!(found, [(vec![1, 2], vec![(1, 2), (1, 2)]), (vec![3, 4], vec![(3, 4)])]);
        assert_eq!(across, [(2, 3), (4, 5)]);
    }

    proptest! {
        #[test]
        fn every_pair_lies_in_one_cluster_or_across(
            pairs in prop::collection::vec((0..30_u32, 30..60_u32), 0..60),
            most in 1..12_usize,
        ) {
            let near = pairs.len() / 2;
            let bounds = ClusterBounds { documents: most, ..WIDE };
            let (found, across) = clusters((&pairs, near), bounds, |_| 1);
            let within: usize = found.iter().map(|it| it.pairs.len()).sum();
            prop_assert_eq!(within + across.len(), pairs.len());
            let mut documents = Vec::new();
            for cluster in &found {
                prop_assert!(cluster.documents.len() <= most);
                let mut tied: Vec<u32> = cluster.pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
                tied.sort_unstable();
                tied.dedup();
                prop_assert_eq!(&tied, &cluster.documents);
                documents.extend(tied);
            }
            let distinct: std::collections::BTreeSet<u32> = documents.iter().copied().collect();
            prop_assert_eq!(distinct.len(), documents.len());
            let numbers = ClusterNumbers::of(&found);
            prop_assert!(found.iter().flat_map(|it| &it.pairs).all(|&pair| numbers.hold(pair)));
            prop_assert!(!across.iter().any(|&pair| numbers.hold(pair)));
            for cluster in &found {
                let has = |document: &u32| cluster.documents.contains(document);
                let cuts = |(a, b): &Pair| has(a) != has(b);
                prop_assert_eq!(cluster.is_cut, pairs[..near].iter().any(cuts));
            }
            let cluster_of = |document: u32| found.iter().position(|it| it.documents.contains(&document));
            for &(a, b) in &across {
                prop_assert!(cluster_of(a).is_none() || cluster_of(a) != cluster_of(b));
            }
        }
    }
}
