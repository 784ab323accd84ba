//! Clusters of derived articles: families of a scan, cut where a chain of links grows too long.
//!
//! A family is a tree of best links. With a bound, a tree is cut into as few parts as make no way between two
//! members of a part longer than the bound: from the leaves up, each document keeps as many of its branches
//! as fit, the shallowest first, ties by id. Which document is kept has no part in it.

use rustc_hash::FxHashMap;

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::dedup::clusters::{ClusterLink, Clusters, Grouping};
use crate::error::Result;
use crate::row::{FamilyRow, Relation};
use crate::rows::Families;

/// Two members of a family that are linked.
#[derive(Clone, Copy, Debug)]
struct ChainLink {
    to: DocumentNumber,
    /// How the document that has this branch relates to `to`.
    relation: Relation,
    score: f64,
}

pub(super) struct Chains {
    clusters: Clusters,
    branches: FxHashMap<DocumentNumber, Vec<ChainLink>>,
}

impl Chains {
    /// Of a scan's families. `links_max` bounds the way between any two members of a cluster, in links; at
    /// least 1.
    ///
    /// # Errors
    /// Those of reading families.
    pub fn new(documents: &DocumentTable, families: &dyn Families, links_max: Option<u32>) -> Result<Self> {
        let mut branches: FxHashMap<DocumentNumber, Vec<ChainLink>> = FxHashMap::default();
        let mut grouped = Vec::new();
        let mut groups = 0;
        for family in families.families() {
            let tree = ChainTree::of(documents, &*family?);
            let part_of = tree.parts(links_max.unwrap_or(u32::MAX).max(1));
            for (at, node) in tree.nodes.iter().enumerate() {
                grouped.push((groups + part_of[at] as u32, node.document));
                let Some(parent) = node.parent.filter(|&parent| part_of[parent] == part_of[at]) else {
                    continue;
                };
                let (above, below) = (tree.nodes[parent].document, node.document);
                let down = ChainLink { to: above, relation: node.relation, score: node.score };
                let up = ChainLink { to: below, relation: turned(node.relation), score: node.score };
                branches.entry(below).or_default().push(down);
                branches.entry(above).or_default().push(up);
            }
            groups += tree.nodes.len() as u32;
        }
        Ok(Chains { clusters: Clusters::of_groups(documents, grouped), branches })
    }
}

/// The relation seen from its other end.
fn turned(relation: Relation) -> Relation {
    match relation {
        Relation::Expanded => Relation::Condensed,
        Relation::Condensed => Relation::Expanded,
        relation => relation,
    }
}

impl Grouping for Chains {
    fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    fn ties(&self, cluster: usize, kept: DocumentNumber) -> Vec<Option<ClusterLink>> {
        let mut found: FxHashMap<DocumentNumber, Option<ClusterLink>> = FxHashMap::default();
        found.insert(kept, None);
        let mut waiting = vec![(kept, 1.0, 0)];
        while let Some((document, weakest, links)) = waiting.pop() {
            for branch in self.branches.get(&document).into_iter().flatten() {
                if found.contains_key(&branch.to) {
                    continue;
                }
                let (weakest, links) = (branch.score.min(weakest), links + 1);
                // the branch is seen from nearer to the kept one
                let relation = turned(branch.relation);
                let jaccard = (links == 1 && relation == Relation::Identical).then_some(1.0);
                let tie = ClusterLink { relation, score: branch.score, weakest, links, jaccard };
                found.insert(branch.to, Some(tie));
                waiting.push((branch.to, weakest, links));
            }
        }
        let members = self.clusters.members(cluster).iter();
        members.map(|member| found.get(member).copied().flatten()).collect()
    }
}

struct ChainNode {
    document: DocumentNumber,
    parent: Option<usize>,
    relation: Relation,
    score: f64,
    children: Vec<usize>,
}

/// A family by places.
struct ChainTree {
    nodes: Vec<ChainNode>,
    /// Every node after its parent.
    order: Vec<usize>,
}

impl ChainTree {
    fn of(documents: &DocumentTable, family: &FamilyRow) -> Self {
        let known = family.members.iter().filter_map(|member| Some((member, documents.number(&member.id)?)));
        let known: Vec<_> = known.collect();
        let place: FxHashMap<&str, usize> =
            known.iter().map(|(member, _)| member.id.as_str()).zip(0..).collect();
        let mut nodes: Vec<ChainNode> = Vec::with_capacity(known.len());
        for &(member, document) in &known {
            nodes.push(ChainNode {
                document,
                parent: member.parent.as_deref().and_then(|parent| place.get(parent).copied()),
                relation: member.relation.unwrap_or(Relation::Identical),
                score: member.score.unwrap_or(1.0),
                children: Vec::new(),
            });
        }
        for at in 0..nodes.len() {
            if let Some(parent) = nodes[at].parent {
                nodes[parent].children.push(at);
            }
        }
        let mut order: Vec<usize> = (0..nodes.len()).filter(|&at| nodes[at].parent.is_none()).collect();
        let mut next = 0;
        while let Some(&at) = order.get(next) {
            order.extend(&nodes[at].children);
            next += 1;
        }
        ChainTree { nodes, order }
    }

    /// For each node the node at the top of its part.
    fn parts(&self, links_max: u32) -> Vec<usize> {
        let mut height = vec![0_u32; self.nodes.len()];
        let mut is_cut = vec![false; self.nodes.len()];
        for &at in self.order.iter().rev() {
            // members of a family are in order of their ids, and so are children
            let mut children: Vec<(u32, usize)> =
                self.nodes[at].children.iter().map(|&child| (height[child] + 1, child)).collect();
            children.sort_unstable();
            for (reach, child) in children {
                if height[at].saturating_add(reach) > links_max {
                    is_cut[child] = true;
                } else {
                    height[at] = reach;
                }
            }
        }
        let mut part: Vec<usize> = (0..self.nodes.len()).collect();
        for &at in &self.order {
            if let Some(parent) = self.nodes[at].parent.filter(|_| !is_cut[at]) {
                part[at] = part[parent];
            }
        }
        part
    }
}
