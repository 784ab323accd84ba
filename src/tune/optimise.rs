//! Minimising a smooth function under lower bounds.
//!
//! Projected L-BFGS: the two-loop recursion (Nocedal & Wright 2006, algorithm 7.4) over the variables that
//! are not held at their bound, and a backtracking search along the projected path (Bertsekas 1982). Every
//! sum runs in index order, so that the same data give the same bits.

/// Pairs of steps and gradient changes that are remembered.
const MEMORY: usize = 12;

/// What the search came to.
#[derive(Clone, Debug)]
pub struct Minimum {
    pub at: Vec<f64>,
}

/// Minimises from `start`. `lower[i]` bounds variable `i` from below (`-∞` for none); `function` returns the
/// value and writes the gradient. Stops where no free variable's gradient exceeds `tolerance`, or after
/// `iterations_max`.
pub fn minimise(
    start: Vec<f64>,
    lower: &[f64],
    tolerance: f64,
    iterations_max: usize,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Minimum {
    let count = start.len();
    let mut at: Vec<f64> = start.iter().zip(lower).map(|(x, low)| x.max(*low)).collect();
    let mut gradient = vec![0.0; count];
    let mut value = function(&at, &mut gradient);
    let mut memory: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    let mut next_gradient = vec![0.0; count];
    for _ in 0..iterations_max {
        let is_free: Vec<bool> = (0..count).map(|i| at[i] > lower[i] || gradient[i] < 0.0).collect();
        let steepest = (0..count).filter(|i| is_free[*i]).map(|i| gradient[i].abs()).fold(0.0, f64::max);
        if steepest <= tolerance {
            return Minimum { at };
        }
        let mut direction = descent(&gradient, &is_free, &memory);
        if dot(&direction, &gradient) >= 0.0 {
            memory.clear();
            direction = descent(&gradient, &is_free, &memory);
        }
        let mut step = if memory.is_empty() { (1.0 / steepest).min(1.0) } else { 1.0 };
        let mut accepted = None;
        for _ in 0..50 {
            let next: Vec<f64> = (0..count).map(|i| (at[i] + step * direction[i]).max(lower[i])).collect();
            let next_value = function(&next, &mut next_gradient);
            let expected: f64 = (0..count).map(|i| gradient[i] * (next[i] - at[i])).sum();
            if next_value.is_finite() && next_value <= value + 1e-4 * expected {
                accepted = Some((next, next_value));
                break;
            }
            step *= 0.5;
        }
        let Some((next, next_value)) = accepted else {
            if memory.is_empty() {
                return Minimum { at };
            }
            memory.clear();
            continue;
        };
        let moved: Vec<f64> = (0..count).map(|i| next[i] - at[i]).collect();
        let turned: Vec<f64> = (0..count).map(|i| next_gradient[i] - gradient[i]).collect();
        if dot(&moved, &turned) > 1e-12 * dot(&turned, &turned) {
            if memory.len() == MEMORY {
                memory.remove(0);
            }
            memory.push((moved, turned));
        }
        let gain = value - next_value;
        at = next;
        value = next_value;
        std::mem::swap(&mut gradient, &mut next_gradient);
        if gain.abs() < 1e-13 * value.abs().max(1.0) {
            return Minimum { at };
        }
    }
    Minimum { at }
}

/// The quasi-Newton direction among the free variables; 0 for the others.
fn descent(gradient: &[f64], is_free: &[bool], memory: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let free_dot = |one: &[f64], other: &[f64]| -> f64 {
        (0..one.len()).filter(|i| is_free[*i]).map(|i| one[i] * other[i]).sum()
    };
    let mut q: Vec<f64> =
        gradient.iter().zip(is_free).map(|(g, free)| if *free { *g } else { 0.0 }).collect();
    let mut alphas = vec![0.0; memory.len()];
    for (index, (moved, turned)) in memory.iter().enumerate().rev() {
        let curvature = free_dot(moved, turned);
        if curvature <= 0.0 {
            continue;
        }
        alphas[index] = free_dot(moved, &q) / curvature;
        for i in (0..q.len()).filter(|i| is_free[*i]) {
            q[i] -= alphas[index] * turned[i];
        }
    }
    if let Some((moved, turned)) = memory.last() {
        let (curvature, length) = (free_dot(moved, turned), free_dot(turned, turned));
        if curvature > 0.0 && length > 0.0 {
            q.iter_mut().for_each(|q| *q *= curvature / length);
        }
    }
    for (index, (moved, turned)) in memory.iter().enumerate() {
        let curvature = free_dot(moved, turned);
        if curvature <= 0.0 {
            continue;
        }
        let beta = free_dot(turned, &q) / curvature;
        for i in (0..q.len()).filter(|i| is_free[*i]) {
            q[i] += (alphas[index] - beta) * moved[i];
        }
    }
    q.iter_mut().for_each(|q| *q = -*q);
    q
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rosenbrock_is_minimised() {
        let found = minimise(vec![-1.2, 1.0], &[f64::NEG_INFINITY; 2], 1e-9, 500, |x, g| {
            g[0] = -400.0 * x[0] * (x[1] - x[0] * x[0]) - 2.0 * (1.0 - x[0]);
            g[1] = 200.0 * (x[1] - x[0] * x[0]);
            100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
        });
        assert!((found.at[0] - 1.0).abs() < 1e-4 && (found.at[1] - 1.0).abs() < 1e-4, "{found:?}");
    }

    proptest! {
        /// min Σ wᵢ (xᵢ - cᵢ)² under xᵢ ≥ lᵢ is max(cᵢ, lᵢ).
        #[test]
        fn a_bounded_bowl_is_minimised_at_the_projection(
            rows in proptest::collection::vec((-3.0..3.0f64, -3.0..3.0f64, 0.1..50.0f64), 1..20)
        ) {
            let lower: Vec<f64> = rows.iter().map(|row| row.1).collect();
            let found = minimise(vec![0.0; rows.len()], &lower, 1e-9, 1000, |x, g| {
                let mut value = 0.0;
                for (i, (centre, _, weight)) in rows.iter().enumerate() {
                    value += weight * (x[i] - centre).powi(2);
                    g[i] = 2.0 * weight * (x[i] - centre);
                }
                value
            });
            for (x, (centre, low, _)) in found.at.iter().zip(&rows) {
                prop_assert!((x - centre.max(*low)).abs() < 1e-4, "{x} for {centre} over {low}");
            }
        }
    }
}
