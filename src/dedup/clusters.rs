//! Clusters, however they were found, and how a member is tied to the one that is kept.

use rayon::prelude::*;

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::row::Relation;

/// Clusters of two documents and more. In each its members are in order of their ids, and clusters are in
/// order of their first members' ids: neither depends on the order of the input.
#[derive(Clone, Debug, Default)]
pub(super) struct Clusters {
    members: Vec<DocumentNumber>,
    /// Where each cluster's members end.
    ends: Vec<usize>,
}

/// How a member hangs together with another of its cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ClusterLink {
    /// Of the member's own link on the way to the other.
    pub relation: Relation,
    pub score: f64,
    /// The lowest score on that way.
    pub weakest: f64,
    /// Links on that way.
    pub links: u32,
    /// Between the two themselves, where it is known.
    pub jaccard: Option<f64>,
}

/// Clusters, with the ties in them.
pub(super) trait Grouping: Sync {
    fn clusters(&self) -> &Clusters;

    /// The ties of a cluster's members to one of them, in their order; its own is `None`.
    fn ties(&self, cluster: usize, kept: DocumentNumber) -> Vec<Option<ClusterLink>>;
}

impl Clusters {
    /// Of documents by the name of their group; groups of one are no clusters.
    pub fn of_groups(documents: &DocumentTable, mut grouped: Vec<(u32, DocumentNumber)>) -> Self {
        grouped.par_sort_unstable_by(|one, other| {
            one.0.cmp(&other.0).then_with(|| documents.id(one.1).cmp(documents.id(other.1)))
        });
        let groups = grouped.chunk_by(|one, other| one.0 == other.0);
        let mut groups: Vec<&[(u32, DocumentNumber)]> = groups.filter(|group| group.len() > 1).collect();
        groups.par_sort_unstable_by(|one, other| documents.id(one[0].1).cmp(documents.id(other[0].1)));
        let mut clusters = Clusters::default();
        for group in groups {
            clusters.members.extend(group.iter().map(|&(_, member)| member));
            clusters.ends.push(clusters.members.len());
        }
        clusters
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn members(&self, cluster: usize) -> &[DocumentNumber] {
        let start = cluster.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start..self.ends[cluster]]
    }

    /// All members of all clusters.
    pub fn all_members(&self) -> &[DocumentNumber] {
        &self.members
    }
}
