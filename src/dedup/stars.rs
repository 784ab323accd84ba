//! Clusters of copies: around a hub to which every other member's text is linked by a verified link.
//!
//! Texts are taken by the number of their links, most first, then by the smallest id that has the text; each
//! that is still free becomes a hub and takes its free neighbours along. So nothing drifts along a chain of
//! near-duplicates.

use std::cmp::Reverse;

use rayon::prelude::*;

use crate::article::DocumentNumber;
use crate::candidate::{CopyClusters, DocumentTable};
use crate::dedup::clusters::{ClusterLink, Clusters, Grouping};
use crate::judge::relation::copy_score;
use crate::row::Relation;

pub(super) struct Stars<'a> {
    copies: &'a CopyClusters,
    /// For the first document of each text the first document of its hub's text.
    hub: Vec<DocumentNumber>,
    clusters: Clusters,
}

impl<'a> Stars<'a> {
    /// Clusters of copies, or with `identical_only` of the same text alone.
    pub fn new(documents: &DocumentTable, copies: &'a CopyClusters, identical_only: bool) -> Self {
        let mut hub: Vec<DocumentNumber> = copies.first_of_text.clone();
        if !identical_only {
            gather(documents, copies, &mut hub);
        }
        let firsts = copies.first_of_text.iter().map(|&first| hub[first as usize]);
        let mut count = vec![0_u8; documents.len()];
        for of in firsts.clone() {
            count[of as usize] = count[of as usize].saturating_add(1);
        }
        let grouped = firsts.zip(0..).filter(|&(of, _)| count[of as usize] > 1).collect();
        Stars { copies, hub, clusters: Clusters::of_groups(documents, grouped) }
    }

    fn tie(&self, member: DocumentNumber, kept: DocumentNumber) -> ClusterLink {
        if let Some(pair) = self.copies.pair(member, kept) {
            let relation = if pair.is_identical { Relation::Identical } else { Relation::Copy };
            let score = copy_score(pair.jaccard);
            return ClusterLink { relation, score, weakest: score, links: 1, jaccard: Some(pair.jaccard) };
        }
        let hub = self.hub[self.copies.first_of_text[member as usize] as usize];
        let to_hub = |document| self.copies.pair(document, hub).map_or(1.0, |pair| copy_score(pair.jaccard));
        let score = to_hub(member);
        ClusterLink {
            relation: Relation::Copy,
            score,
            weakest: score.min(to_hub(kept)),
            links: 2,
            jaccard: None,
        }
    }
}

impl Grouping for Stars<'_> {
    fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    fn ties(&self, cluster: usize, kept: DocumentNumber) -> Vec<Option<ClusterLink>> {
        let members = self.clusters.members(cluster).iter();
        members.map(|&member| (member != kept).then(|| self.tie(member, kept))).collect()
    }
}

/// Gathers linked texts around hubs.
fn gather(documents: &DocumentTable, copies: &CopyClusters, hub: &mut [DocumentNumber]) {
    let mut ends: Vec<(DocumentNumber, DocumentNumber)> =
        copies.links.iter().flat_map(|link| [(link.a, link.b), (link.b, link.a)]).collect();
    ends.par_sort_unstable();
    let least = least_ids(documents, copies, &ends);
    let mut texts: Vec<&[(DocumentNumber, DocumentNumber)]> = ends.chunk_by(|a, b| a.0 == b.0).collect();
    texts.par_sort_unstable_by(|one, other| {
        let id = |text: &[(DocumentNumber, DocumentNumber)]| documents.id(least[text[0].0 as usize]);
        Reverse(one.len()).cmp(&Reverse(other.len())).then_with(|| id(one).cmp(id(other)))
    });
    let mut is_taken = vec![false; hub.len()];
    for text in texts {
        let center = text[0].0;
        if std::mem::replace(&mut is_taken[center as usize], true) {
            continue;
        }
        for &(_, neighbour) in text {
            if !std::mem::replace(&mut is_taken[neighbour as usize], true) {
                hub[neighbour as usize] = center;
            }
        }
    }
}

/// For the first document of each linked text the document of the smallest id that has the text.
fn least_ids(
    documents: &DocumentTable,
    copies: &CopyClusters,
    ends: &[(DocumentNumber, DocumentNumber)],
) -> Vec<DocumentNumber> {
    let mut is_linked = vec![false; documents.len()];
    ends.iter().for_each(|&(text, _)| is_linked[text as usize] = true);
    let mut least: Vec<DocumentNumber> = (0..documents.len() as DocumentNumber).collect();
    for (document, &first) in (0..).zip(&copies.first_of_text) {
        if is_linked[first as usize] && documents.id(document) < documents.id(least[first as usize]) {
            least[first as usize] = document;
        }
    }
    least
}
