//! Clusters to look at before a threshold is trusted: those whose members are least alike.

use crate::article::DocumentNumber;
use crate::collection::Location;
use crate::dedup::marks::Marked;

/// A cluster's document that is kept, and the one that is least like it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Example {
    /// Documents in the cluster.
    pub size: u64,
    /// Where the document that is kept lies.
    pub kept: Location,
    /// It goes, since the other one is kept.
    pub least_alike: Location,
    /// Exact Jaccard index of the two.
    pub jaccard: f64,
}

impl Marked {
    /// So many clusters, those with the least Jaccard index to what is kept first, ties by id.
    pub fn examples(&self, count: usize) -> Vec<Example> {
        let mut least: Vec<Option<(f64, DocumentNumber)>> = vec![None; self.clusters.len()];
        for document in 0..self.len() as DocumentNumber {
            let membership = self.memberships.get(self.place[document as usize] as usize);
            let Some(membership) = membership.filter(|membership| membership.relation.is_some()) else {
                continue;
            };
            let of_cluster = &mut least[membership.cluster as usize];
            let is_less = |&(jaccard, other): &(f64, DocumentNumber)| {
                let by_id = || self.documents.id(document).cmp(self.documents.id(other));
                membership.jaccard.total_cmp(&jaccard).then_with(by_id).is_lt()
            };
            if of_cluster.as_ref().is_none_or(is_less) {
                *of_cluster = Some((membership.jaccard, document));
            }
        }
        let mut found: Vec<(f64, DocumentNumber, usize)> = least
            .iter()
            .enumerate()
            .filter_map(|(cluster, least)| least.map(|(jaccard, document)| (jaccard, document, cluster)))
            .collect();
        // clusters are in order of their ids
        found.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.2.cmp(&other.2)));
        let example = |&(jaccard, document, cluster): &(f64, DocumentNumber, usize)| Example {
            size: u64::from(self.clusters[cluster].size),
            kept: self.documents.location(self.clusters[cluster].representative),
            least_alike: self.documents.location(document),
            jaccard,
        };
        found.iter().take(count).map(example).collect()
    }
}
