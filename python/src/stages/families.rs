//! Links to the articles of families.

use std::sync::Mutex;

use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use retold::family::{self, Link};
use retold::row::Relation;
use serde::Serialize;

use super::tables::{Group, alone, locked, measures, numbers, texts};
use crate::errors::input;
use crate::rows;

/// Links that may tie (`component`, `source`, `derived`, `relation`, `score`, `confidence`, `taken`,
/// `taken_of_source`), sorted by component, to the articles of each family.
#[pyclass(frozen, module = "retold._retold")]
#[derive(Default)]
pub struct Families(Mutex<Group<NamedLink>>);

/// Source, derived, relation, and the measures of a link.
type NamedLink = (String, String, Relation, [f64; 4]);

/// The articles of a family, without its tree.
#[derive(Serialize)]
struct Articles {
    id: String,
    size: i64,
    members: Vec<String>,
    borrowers: Vec<String>,
    weakest: f64,
}

fn grouped(links: &[NamedLink], found: &mut Vec<Articles>) {
    let mut ids: Vec<&str> = links.iter().flat_map(|link| [link.0.as_str(), link.1.as_str()]).collect();
    ids.sort_unstable();
    ids.dedup();
    let number = |id: &str| ids.partition_point(|&other| other < id) as u32;
    let numbered: Vec<Link> = links
        .iter()
        .map(|(source, derived, relation, [score, direction_confidence, taken, taken_of_source])| Link {
            source: number(source),
            derived: number(derived),
            relation: *relation,
            score: *score,
            direction_confidence: *direction_confidence,
            taken: *taken,
            taken_of_source: *taken_of_source,
        })
        .collect();
    let name = |number: u32| ids[number as usize].to_owned();
    let (groups, _) = family::group(&numbered, |_| true, |one, other| one.cmp(&other));
    found.extend(groups.into_iter().filter_map(|group| {
        let first = *group.members.first()?;
        let scores = group.links.iter().map(|&at| numbered[at].score);
        Some(Articles {
            id: name(first),
            size: group.members.len() as i64,
            weakest: retold::row::rounded(scores.fold(1.0, f64::min)),
            members: group.members.iter().map(|&member| name(member)).collect(),
            borrowers: group.borrowers.iter().map(|tied| name(tied.document)).collect(),
        })
    }));
}

#[pymethods]
impl Families {
    #[new]
    fn new() -> Self {
        Families::default()
    }

    fn push(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        alone(py, batch, |batch| {
            let component = numbers(batch, "component")?;
            let [source, derived, relation] =
                ["source", "derived", "relation"].map(|name| texts(batch, name));
            let (source, derived, relation) = (source?, derived?, relation?);
            let measures = [
                measures(batch, "score")?,
                measures(batch, "confidence")?,
                measures(batch, "taken")?,
                measures(batch, "taken_of_source")?,
            ];
            let (mut found, mut group) = (Vec::new(), locked(&self.0));
            for row in 0..batch.num_rows() {
                let named =
                    [&source, &derived, &relation].map(|texts| texts.get(row).unwrap_or("").to_owned());
                let [source, derived, relation] = named;
                let known = Relation::ALL.into_iter().find(|known| known.name() == relation);
                let known = known.ok_or_else(|| {
                    ArrowError::InvalidArgumentError(format!("{relation:?} is no relation"))
                })?;
                let link = (source, derived, known, measures.map(|column| column.value(row)));
                if let Some((_, links)) = group.push(component.value(row), link) {
                    grouped(&links, &mut found);
                }
            }
            rows::batch(&rows::articles_schema(), &found)
        })
    }

    fn finish(&self) -> PyResult<PyRecordBatch> {
        let mut found = Vec::new();
        if let Some((_, links)) = locked(&self.0).finish() {
            grouped(&links, &mut found);
        }
        rows::batch(&rows::articles_schema(), &found).map(PyRecordBatch::new).map_err(input)
    }
}
