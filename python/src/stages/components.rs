//! The connected components of a graph that one worker can hold.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use rustc_hash::FxHashMap;

use super::tables::{alone, column, locked, numbers, table};
use crate::errors::input;

/// Edges (`u`, `v`) to `node`, `component`: of each node the smallest that it hangs together with.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Components(Mutex<Forest>);

/// Nodes below smaller ones of their component (disjoint sets; Tarjan 1975, with paths halved).
#[derive(Default)]
struct Forest(FxHashMap<i64, i64>);

impl Forest {
    fn above(&self, node: i64) -> i64 {
        self.0.get(&node).copied().unwrap_or(node)
    }

    fn root(&mut self, mut node: i64) -> i64 {
        loop {
            let parent = self.above(node);
            if parent == node {
                return node;
            }
            let next = self.above(parent);
            self.0.insert(node, next);
            node = next;
        }
    }

    fn join(&mut self, one: i64, other: i64) {
        let (one, other) = (self.root(one), self.root(other));
        let root = one.min(other);
        self.0.insert(root, root);
        self.0.insert(one.max(other), root);
    }
}

#[pymethods]
impl Components {
    #[new]
    fn new() -> Self {
        Components::default()
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let (u, v) = (numbers(batch, "u")?, numbers(batch, "v")?);
            let mut forest = locked(&self.0);
            u.values().iter().zip(v.values()).for_each(|(&one, &other)| forest.join(one, other));
            table(vec![("node", column(Vec::new())), ("component", column(Vec::new()))])
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut forest = locked(&self.0);
        let mut nodes: Vec<i64> = forest.0.keys().copied().collect();
        nodes.sort_unstable();
        let roots = nodes.iter().map(|&node| forest.root(node)).collect();
        let made = table(vec![("node", column(nodes)), ("component", column(roots))]);
        made.map(PyRecordBatch::new).map_err(input)
    }
}
