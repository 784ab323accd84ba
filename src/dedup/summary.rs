//! The counts of a run: its `summary.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::dedup::marks::{KeepReason, Marked};
use crate::rejection::RejectionKind;
use crate::row::{Relation, rounded};

/// Shape of the file; raised when a field changes its meaning or goes.
pub const DEDUP_SUMMARY_FORMAT: u32 = 1;

/// What a run read and marked. It holds no times, host names or paths, so that it can be compared between
/// runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DedupSummary {
    /// [`DEDUP_SUMMARY_FORMAT`].
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// Documents of the inputs.
    pub documents: u64,
    /// Documents of the inputs that are kept.
    pub kept: u64,
    /// Documents of the inputs that are not.
    pub removed: u64,
    /// Share of the documents that is removed.
    pub removed_share: f64,
    /// Clusters of two documents and more with a document of the inputs.
    pub clusters: u64,
    /// Documents in the largest cluster.
    pub largest: u64,
    /// Removed documents by their relation; relations that did not occur are absent.
    pub relations: BTreeMap<&'static str, u64>,
    /// All documents by the rule that decided; rules that did not occur are absent.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Articles and files that were left out, by kind; kinds that did not occur are absent.
    pub rejected: BTreeMap<RejectionKind, u64>,
    /// The settings that decide what is found and kept, by the name of their option.
    pub settings: BTreeMap<String, serde_json::Value>,
}

impl DedupSummary {
    /// Of the marks alone; what only the run knows is left empty.
    pub fn of(marked: &Marked) -> Self {
        let documents = marked.len() as u64;
        let (mut removed, mut largest) = (0, 0);
        let (mut relations, mut reasons) = (BTreeMap::new(), BTreeMap::new());
        for mark in marked.marks() {
            removed += u64::from(!mark.keep);
            largest = largest.max(mark.size);
            *reasons.entry(KeepReason::name(mark.reason)).or_default() += 1;
            if let Some(relation) = mark.relation {
                *relations.entry(Relation::name(relation)).or_default() += 1;
            }
        }
        DedupSummary {
            format: DEDUP_SUMMARY_FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            documents,
            kept: documents - removed,
            removed,
            removed_share: rounded(removed as f64 / documents.max(1) as f64),
            clusters: marked.cluster_count() as u64,
            largest: if marked.cluster_count() == 0 { 0 } else { largest },
            relations,
            reasons,
            rejected: BTreeMap::new(),
            settings: BTreeMap::new(),
        }
    }

    /// Writes it indented, for people and programs.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }
}
