//! The best tree: a branching of the greatest weight from a given root (Chu and Liu 1965, Edmonds 1967).
//!
//! Every node takes its best incoming edge; rings of those are drawn together into one node, whose incoming
//! edges are worth what they gain over the ring's own, until none is left. With skew heaps that can be added
//! to as a whole and melded, and a union-find that can be taken back, that is `O(E log V)` (Tarjan 1977;
//! Gabow et al. 1986).

use crate::judge::family::WeighedEdge;

/// For each of `count` nodes the position of the edge by which it hangs, `None` for the root. `None` where
/// some node cannot be reached from the root.
///
/// Of trees of equal weight the one that comes of it depends on the order of the edges alone.
pub fn branching(count: usize, edges: &[WeighedEdge], root: usize) -> Option<Vec<Option<usize>>> {
    let mut search = Search::new(count, edges, root);
    for start in 0..count {
        search.reach_from(start)?;
    }
    Some(search.unfold())
}

const FREE: usize = usize::MAX;

struct Search<'a> {
    edges: &'a [WeighedEdge],
    heaps: Heaps,
    /// Of each node the heap of its incoming edges.
    incoming: Vec<Option<usize>>,
    union: RollbackUnion,
    /// From which start a node was seen.
    seen: Vec<usize>,
    chosen: Vec<Option<usize>>,
    rings: Vec<Ring>,
}

/// Nodes drawn together: as which node, when, and by which edges.
struct Ring {
    node: usize,
    time: usize,
    edges: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(count: usize, edges: &'a [WeighedEdge], root: usize) -> Self {
        let mut heaps = Heaps::default();
        let mut incoming = vec![None; count];
        for (at, edge) in edges.iter().enumerate() {
            let to = edge.to as usize;
            if to != root && edge.from != edge.to {
                let single = heaps.single(at, -edge.weight);
                incoming[to] = heaps.meld(incoming[to], Some(single));
            }
        }
        let mut seen = vec![FREE; count];
        seen[root] = root;
        Search {
            edges,
            heaps,
            incoming,
            union: RollbackUnion::new(count),
            seen,
            chosen: vec![None; count],
            rings: Vec::new(),
        }
    }

    /// Goes up from a node along best edges until what is known is reached.
    fn reach_from(&mut self, start: usize) -> Option<()> {
        // the root bears its own number, and is no start
        let mark = start;
        let (mut node, mut path, mut taken) = (start, Vec::new(), Vec::new());
        while self.seen[node] == FREE {
            let heap = self.incoming[node]?;
            let (edge, weight) = self.heaps.top(heap);
            self.heaps.add(heap, -weight);
            self.incoming[node] = self.heaps.pop(heap);
            taken.push(edge);
            path.push(node);
            self.seen[node] = mark;
            node = self.union.find(self.edges[edge].from as usize);
            if self.seen[node] == mark {
                node = self.draw_together(node, &mut path, &mut taken);
            }
        }
        for edge in taken {
            let end = self.union.find(self.edges[edge].to as usize);
            self.chosen[end] = Some(edge);
        }
        Some(())
    }

    /// Makes one node of the ring that closes at `node`.
    fn draw_together(&mut self, node: usize, path: &mut Vec<usize>, taken: &mut Vec<usize>) -> usize {
        let time = self.union.time();
        let first = path.iter().rposition(|&on_path| on_path == node).unwrap_or(0);
        let mut heap = None;
        for &member in &path[first..] {
            heap = self.heaps.meld(heap, self.incoming[member]);
            self.union.join(node, member);
        }
        let edges = taken.split_off(first);
        path.truncate(first);
        let drawn = self.union.find(node);
        self.incoming[drawn] = heap;
        self.seen[drawn] = FREE;
        self.rings.push(Ring { node: drawn, time, edges });
        drawn
    }

    /// Opens the rings again, the last first: each is entered by one edge, and all its other edges stay.
    fn unfold(mut self) -> Vec<Option<usize>> {
        while let Some(Ring { node, time, edges }) = self.rings.pop() {
            let entering = self.chosen[node];
            self.union.take_back(time);
            for edge in edges.into_iter().chain(entering) {
                let end = self.union.find(self.edges[edge].to as usize);
                self.chosen[end] = Some(edge);
            }
        }
        self.chosen
    }
}

/// Skew heaps (Sleator and Tarjan 1986) of edges, the smallest on top. What is added to a heap waits at its
/// top.
#[derive(Default)]
struct Heaps {
    nodes: Vec<HeapNode>,
}

struct HeapNode {
    edge: usize,
    weight: f64,
    waiting: f64,
    left: Option<usize>,
    right: Option<usize>,
}

impl Heaps {
    fn single(&mut self, edge: usize, weight: f64) -> usize {
        self.nodes.push(HeapNode { edge, weight, waiting: 0.0, left: None, right: None });
        self.nodes.len() - 1
    }

    fn top(&mut self, heap: usize) -> (usize, f64) {
        self.hand_down(heap);
        (self.nodes[heap].edge, self.nodes[heap].weight)
    }

    fn add(&mut self, heap: usize, weight: f64) {
        self.nodes[heap].waiting += weight;
    }

    fn pop(&mut self, heap: usize) -> Option<usize> {
        self.hand_down(heap);
        let HeapNode { left, right, .. } = self.nodes[heap];
        self.meld(left, right)
    }

    fn hand_down(&mut self, heap: usize) {
        let HeapNode { waiting, left, right, .. } = self.nodes[heap];
        if waiting != 0.0 {
            self.nodes[heap].weight += waiting;
            self.nodes[heap].waiting = 0.0;
            [left, right].into_iter().flatten().for_each(|below| self.nodes[below].waiting += waiting);
        }
    }

    /// Along the right spines, with a list instead of the stack: a spine may be as long as there are edges.
    fn meld(&mut self, mut one: Option<usize>, mut other: Option<usize>) -> Option<usize> {
        let mut spine = Vec::new();
        while let (Some(a), Some(b)) = (one, other) {
            self.hand_down(a);
            self.hand_down(b);
            // of equal ones the earlier edge
            let (first, second) = (&self.nodes[a], &self.nodes[b]);
            let is_second_first =
                second.weight.total_cmp(&first.weight).then(second.edge.cmp(&first.edge)).is_lt();
            let (top, rest) = if is_second_first { (b, a) } else { (a, b) };
            spine.push(top);
            one = self.nodes[top].right;
            other = Some(rest);
        }
        let mut melded = one.or(other);
        for top in spine.into_iter().rev() {
            let node = &mut self.nodes[top];
            node.right = node.left;
            node.left = melded;
            melded = Some(top);
        }
        melded
    }
}

/// Union by size without path compression, so that unions can be taken back.
struct RollbackUnion {
    parent: Vec<usize>,
    size: Vec<usize>,
    log: Vec<(usize, usize)>,
}

impl RollbackUnion {
    fn new(count: usize) -> Self {
        RollbackUnion { parent: (0..count).collect(), size: vec![1; count], log: Vec::new() }
    }

    fn find(&self, mut node: usize) -> usize {
        while self.parent[node] != node {
            node = self.parent[node];
        }
        node
    }

    fn time(&self) -> usize {
        self.log.len()
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.find(one), self.find(other));
        if one == other {
            return;
        }
        let (large, small) = if self.size[one] >= self.size[other] { (one, other) } else { (other, one) };
        self.parent[small] = large;
        self.size[large] += self.size[small];
        self.log.push((small, large));
    }

    fn take_back(&mut self, time: usize) {
        for (small, large) in self.log.drain(time..).rev() {
            self.parent[small] = small;
            self.size[large] -= self.size[small];
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weight_of(edges: &[WeighedEdge], chosen: &[Option<usize>]) -> f64 {
        chosen.iter().flatten().map(|&edge| edges[edge].weight).sum()
    }

    /// Whether each node but the root hangs by an edge of its own, and all reach the root.
    fn is_tree(edges: &[WeighedEdge], chosen: &[Option<usize>], root: usize) -> bool {
        (0..chosen.len()).all(|node| {
            let (mut at, mut steps) = (node, 0);
            while at != root && steps <= chosen.len() {
                match chosen[at] {
                    Some(edge) if edges[edge].to as usize == at => at = edges[edge].from as usize,
                    _ => return false,
                }
                steps += 1;
            }
            at == root
        }) && chosen[root].is_none()
    }

    /// All choices of an incoming edge for each node but the root.
    fn brute(count: usize, edges: &[WeighedEdge], root: usize) -> Option<f64> {
        let mut best = None;
        let mut chosen = vec![None; count];
        try_all(0, edges, root, &mut chosen, &mut best);
        best
    }

    fn try_all(
        node: usize,
        edges: &[WeighedEdge],
        root: usize,
        chosen: &mut Vec<Option<usize>>,
        best: &mut Option<f64>,
    ) {
        if node == chosen.len() {
            if is_tree(edges, chosen, root) {
                let weight = weight_of(edges, chosen);
                *best = Some(best.map_or(weight, |best: f64| best.max(weight)));
            }
            return;
        }
        if node == root {
            return try_all(node + 1, edges, root, chosen, best);
        }
        for edge in (0..edges.len()).filter(|&edge| edges[edge].to as usize == node) {
            chosen[node] = Some(edge);
            try_all(node + 1, edges, root, chosen, best);
            chosen[node] = None;
        }
    }

    proptest! {
        #[test]
        fn the_tree_is_the_best_of_all(
            count in 1..6_u32,
            edges in prop::collection::vec((0..6_u32, 0..6_u32, -4..5_i32), 0..16),
            root in 0..6_u32,
        ) {
            let edges: Vec<WeighedEdge> = edges
                .into_iter()
                .map(|(from, to, weight)| WeighedEdge { from: from % count, to: to % count, weight: f64::from(weight) })
                .collect();
            let root = (root % count) as usize;
            let found = branching(count as usize, &edges, root);
            let best = brute(count as usize, &edges, root);
            prop_assert_eq!(found.is_some(), best.is_some());
            if let (Some(found), Some(best)) = (found, best) {
                prop_assert!(is_tree(&edges, &found, root));
                prop_assert_eq!(weight_of(&edges, &found), best);
            }
        }
    }

    /// Every graph of three nodes and of four with edges of these weights or none, from each root.
    #[test]
    fn on_every_small_graph_the_tree_is_the_best() {
        for (count, weights) in [(3_u32, &[0.0, 1.0, 3.0, -2.0][..]), (4, &[0.0, 1.0][..])] {
            let ends: Vec<(u32, u32)> = (0..count)
                .flat_map(|from| (0..count).map(move |to| (from, to)))
                .filter(|(from, to)| from != to)
                .collect();
            let kinds = weights.len() as u32 + 1;
            for graph in 0..kinds.pow(ends.len() as u32) {
                let mut left = graph;
                let mut edges = Vec::new();
                for &(from, to) in &ends {
                    if let Some(&weight) = weights.get((left % kinds) as usize) {
                        edges.push(WeighedEdge { from, to, weight });
                    }
                    left /= kinds;
                }
                if count == 4 && graph % 7 != 0 {
                    continue;
                }
                let found = branching(count as usize, &edges, 0);
                assert_eq!(
                    found.as_ref().map(|found| weight_of(&edges, found)),
                    brute(count as usize, &edges, 0)
                );
            }
        }
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let count = 100_000_u32;
        let edges: Vec<WeighedEdge> = (1..count)
            .flat_map(|to| {
                let ring = WeighedEdge { from: (to + 1) % count, to, weight: 2.0 };
                [WeighedEdge { from: to - 1, to, weight: 1.0 }, ring]
            })
            .collect();
        let found = branching(count as usize, &edges, 0).unwrap();
        assert!(is_tree_quickly(&edges, &found));
    }

    fn is_tree_quickly(edges: &[WeighedEdge], chosen: &[Option<usize>]) -> bool {
        chosen
            .iter()
            .skip(1)
            .enumerate()
            .all(|(at, edge)| edge.is_some_and(|edge| edges[edge].to as usize == at + 1))
    }
}
