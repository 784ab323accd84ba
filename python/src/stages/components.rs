//! The connected components of a graph that one worker can hold.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use retold::candidate::UnionFind;

use super::tables::{alone, column, locked, numbers, table};
use crate::errors::input;

/// Edges (`u`, `v`) to `node`, `component`: of each node the smallest that it hangs together with.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Components(Mutex<Vec<[i64; 2]>>);

#[pymethods]
impl Components {
    #[new]
    fn new() -> Self {
        Components::default()
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let (u, v) = (numbers(batch, "u")?, numbers(batch, "v")?);
            let edges = u.values().iter().zip(v.values()).map(|(&one, &other)| [one, other]);
            locked(&self.0).extend(edges);
            table(vec![("node", column(Vec::new())), ("component", column(Vec::new()))])
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let edges = std::mem::take(&mut *locked(&self.0));
        let mut nodes = edges.concat();
        nodes.sort_unstable();
        nodes.dedup();
        // in order, so that the smallest of a set is the smallest node
        let mut sets = UnionFind::new(nodes.len());
        let number = |node: i64| nodes.partition_point(|&other| other < node) as u32;
        edges.iter().for_each(|&[one, other]| sets.join(number(one), number(other)));
        let smallest = (0..nodes.len()).map(|at| nodes[sets.find(at as u32) as usize]).collect();
        let made = table(vec![("node", column(nodes)), ("component", column(smallest))]);
        made.map(PyRecordBatch::new).map_err(input)
    }
}
