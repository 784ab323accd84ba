//! Probabilities over all trees of a family at once, by the matrix-tree theorem.
//!
//! Of a log-linear model over directed trees with one root the sum over all trees is a determinant, and the
//! probability of each edge and root follows from the inverse (Tutte 1984; Koo, Globerson, Carreras and
//! Collins 2007, section 3.2).

use crate::judge::family::WeighedFamily;

/// What the trees of a family say, each with its probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginals {
    /// ln of the sum over all trees.
    pub log_sum: f64,
    /// Of each member: that it is the root.
    pub roots: Vec<f64>,
    /// Of each edge: that the tree has it.
    pub edges: Vec<f64>,
}

/// An edge counts at least this much beside the best into its member: keeps the matrix regular.
const LEAST: f64 = 1e-12;

/// Cubic in the number of members. `None` where there is none, or no tree is possible.
pub fn marginals(family: &WeighedFamily) -> Option<Marginals> {
    let count = family.roots.len();
    if count == 0 {
        return None;
    }
    // Each member has one edge or is the root: what all its possibilities have in common goes into the sum.
    let mut most = family.roots.clone();
    for edge in &family.edges {
        let most = &mut most[edge.to as usize];
        *most = most.max(edge.weight);
    }
    let roots: Vec<f64> =
        family.roots.iter().zip(&most).map(|(weight, most)| (weight - most).exp() + LEAST).collect();
    let edges: Vec<f64> =
        family.edges.iter().map(|edge| (edge.weight - most[edge.to as usize]).exp() + LEAST).collect();
    let mut matrix = vec![0.0; count * count];
    for (edge, weight) in family.edges.iter().zip(&edges) {
        let (from, to) = (edge.from as usize, edge.to as usize);
        if from != to {
            matrix[from * count + to] -= weight;
            matrix[to * count + to] += weight;
        }
    }
    matrix[..count].copy_from_slice(&roots);
    let (inverse, log_determinant) = invert(matrix, count)?;
    let at = |row: usize, column: usize| inverse[row * count + column];
    let probability = |value: f64| value.clamp(0.0, 1.0);
    let of_edge = |from: usize, to: usize, weight: f64| {
        let held = if to == 0 { 0.0 } else { at(to, to) };
        let shared = if from == 0 { 0.0 } else { at(to, from) };
        probability(weight * (held - shared))
    };
    Some(Marginals {
        log_sum: log_determinant + most.iter().sum::<f64>(),
        roots: roots.iter().enumerate().map(|(member, weight)| probability(weight * at(member, 0))).collect(),
        edges: family
            .edges
            .iter()
            .zip(&edges)
            .map(|(edge, weight)| of_edge(edge.from as usize, edge.to as usize, *weight))
            .collect(),
    })
}

/// The inverse and ln of the determinant, by Gauss and Jordan with partial pivoting. `None` for a singular
/// matrix and for one whose determinant is not positive, which no sum over trees is.
fn invert(mut matrix: Vec<f64>, count: usize) -> Option<(Vec<f64>, f64)> {
    let mut inverse = vec![0.0; count * count];
    (0..count).for_each(|at| inverse[at * count + at] = 1.0);
    let (mut log_determinant, mut is_negative) = (0.0, false);
    for column in 0..count {
        let size = |row: &usize| matrix[row * count + column].abs();
        let pivot =
            (column..count).fold(column, |best, row| if size(&row) > size(&best) { row } else { best });
        if pivot != column {
            is_negative = !is_negative;
            for at in 0..count {
                matrix.swap(pivot * count + at, column * count + at);
                inverse.swap(pivot * count + at, column * count + at);
            }
        }
        let value = matrix[column * count + column];
        if value.abs() < 1e-280 || !value.is_finite() {
            return None;
        }
        is_negative ^= value < 0.0;
        log_determinant += value.abs().ln();
        for at in 0..count {
            matrix[column * count + at] /= value;
            inverse[column * count + at] /= value;
        }
        for row in (0..count).filter(|&row| row != column) {
            let factor = matrix[row * count + column];
            if factor != 0.0 {
                for at in 0..count {
                    matrix[row * count + at] -= factor * matrix[column * count + at];
                    inverse[row * count + at] -= factor * inverse[column * count + at];
                }
            }
        }
    }
    (!is_negative).then_some((inverse, log_determinant))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::judge::family::WeighedEdge;

    /// Every tree with its weight: parents by member, the root its own.
    fn trees(family: &WeighedFamily) -> Vec<(Vec<usize>, f64)> {
        let count = family.roots.len();
        let weight = |from: usize, to: usize| {
            let is_it = |edge: &&WeighedEdge| (edge.from as usize, edge.to as usize) == (from, to);
            family.edges.iter().find(is_it).map(|edge| edge.weight)
        };
        let mut found = Vec::new();
        for number in 0..count.pow(count as u32) {
            let parents: Vec<usize> = (0..count).map(|at| number / count.pow(at as u32) % count).collect();
            let roots: Vec<usize> = (0..count).filter(|&at| parents[at] == at).collect();
            let reaches = |mut at: usize| {
                (0..count).for_each(|_| at = parents[at]);
                roots.contains(&at)
            };
            if roots.len() != 1 || !(0..count).all(reaches) {
                continue;
            }
            let edges = (0..count).filter(|&at| at != roots[0]).map(|at| weight(parents[at], at));
            if let Some(sum) = edges.sum::<Option<f64>>() {
                found.push((parents, (sum + family.roots[roots[0]]).exp()));
            }
        }
        found
    }

    proptest! {
        #[test]
        fn probabilities_are_those_of_all_trees_counted(
            count in 1..5_usize,
            roots in prop::collection::vec(-5.0..5.0_f64, 5),
            weights in prop::collection::vec(-5.0..5.0_f64, 25),
        ) {
            let ends = (0..count).flat_map(|from| (0..count).map(move |to| (from, to)));
            let edges = ends.filter(|(from, to)| from != to).zip(weights);
            let family = WeighedFamily {
                roots: roots[..count].to_vec(),
                edges: edges
                    .map(|((from, to), weight)| WeighedEdge { from: from as u32, to: to as u32, weight })
                    .collect(),
            };
            let found = marginals(&family).unwrap();
            let trees = trees(&family);
            let sum: f64 = trees.iter().map(|tree| tree.1).sum();
            let share = |is_in: &dyn Fn(&[usize]) -> bool| {
                trees.iter().filter(|tree| is_in(&tree.0)).map(|tree| tree.1).sum::<f64>() / sum
            };
            prop_assert!((found.log_sum - sum.ln()).abs() < 1e-6);
            for member in 0..count {
                prop_assert!((found.roots[member] - share(&|tree| tree[member] == member)).abs() < 1e-6);
            }
            for (edge, probability) in family.edges.iter().zip(&found.edges) {
                let expected = share(&|tree| tree[edge.to as usize] == edge.from as usize);
                prop_assert!((probability - expected).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_family_without_a_tree_has_none() {
        assert_eq!(marginals(&WeighedFamily::default()), None);
        let apart = WeighedFamily { roots: vec![0.0, 0.0], edges: Vec::new() };
        assert_eq!(marginals(&apart), None);
    }

    #[test]
    fn large_weights_do_not_overflow() {
        let edges = vec![
            WeighedEdge { from: 0, to: 1, weight: 900.0 },
            WeighedEdge { from: 1, to: 0, weight: -900.0 },
        ];
        let found = marginals(&WeighedFamily { roots: vec![500.0, -500.0], edges }).unwrap();
        assert!(found.roots[0] > 0.999_999 && found.edges[0] > 0.999_999);
        assert!((found.log_sum - 1400.0).abs() < 1e-6);
    }
}
