//! What a run read, found and left out: `summary.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::html::PageCounts;
use crate::rejection::RejectionKind;
use crate::row::{HotFeature, Relation};
use crate::rows::{Families, Rows};

/// Shape of `summary.json`; raised when a field changes its meaning or goes.
pub const SUMMARY_FORMAT: u32 = 1;

/// The counts of one run. It holds no times, host names or paths, so that it can be compared between runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// [`SUMMARY_FORMAT`].
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// Tokeniser, shingle, hash, seed and Unicode version, as one line.
    pub recipe: String,
    /// Name of the profile that judged; `null` where nothing was judged (`--copies-only`).
    pub profile: Option<String>,
    /// Articles read and used.
    pub documents: u64,
    /// Articles and files that were left out, by kind; kinds that did not occur are absent.
    pub rejected: BTreeMap<RejectionKind, u64>,
    /// Files of input folders that are of no known kind.
    pub skipped_files: u64,
    /// Rows written, by relation; every relation is there.
    pub pairs: BTreeMap<&'static str, u64>,
    /// Pairs that the rules of the house hide, by reason: an outlet that is never shown (`outlet`), or a
    /// standing.
    pub hidden: BTreeMap<&'static str, u64>,
    /// Families, by number and size.
    pub families: FamilyCounts,
    /// Features and buckets that were too common to try every pair of, reported rather than silently dropped.
    pub hot: Vec<HotFeature>,
    /// The settings that decide what is found, by the name of their option.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// What `report.html` shows and leaves out; `null` where none was written.
    pub report: Option<PageCounts>,
}

/// Families by number and size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FamilyCounts {
    /// How many there are.
    pub families: u64,
    /// Articles in all families together.
    pub articles: u64,
    /// Articles in the largest.
    pub largest: u64,
}

impl Summary {
    /// A summary of rows and families; the fields that only the run knows are left empty.
    pub fn of(rows: &dyn Rows, families: &dyn Families) -> Self {
        let mut pairs: BTreeMap<&'static str, u64> =
            Relation::ALL.map(|relation| (relation.name(), 0)).into();
        for head in rows.heads() {
            *pairs.entry(head.relation.name()).or_default() += 1;
        }
        let sizes = || (0..families.len()).map(|at| families.size(at));
        Summary {
            format: SUMMARY_FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            recipe: String::new(),
            profile: None,
            documents: 0,
            rejected: BTreeMap::new(),
            skipped_files: 0,
            pairs,
            hidden: BTreeMap::new(),
            families: FamilyCounts {
                families: families.len() as u64,
                articles: sizes().sum(),
                largest: sizes().max().unwrap_or(0),
            },
            hot: Vec::new(),
            settings: BTreeMap::new(),
            report: None,
        }
    }

    /// Pairs whose relation is derived.
    pub fn derived_pairs(&self) -> u64 {
        let derived = Relation::ALL.into_iter().filter(|relation| relation.is_derived());
        derived.filter_map(|relation| self.pairs.get(relation.name())).sum()
    }

    /// Articles and files left out, of all kinds together.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Writes `summary.json`, indented, for people and programs.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_summary_counts_rows_and_families() {
        let summary = Summary::of(&sample::rows(), &sample::families());
        assert_eq!(summary.pairs.len(), Relation::ALL.len());
        assert_eq!(summary.pairs["shared_source"], 1);
        assert_eq!(summary.derived_pairs(), sample::rows().len() as u64 - 1);
        assert_eq!(summary.families.articles, sample::families().iter().map(|f| f.size).sum::<u64>());
    }

    #[test]
    fn its_bytes_are_pinned() {
        let mut out = Vec::new();
        sample::summary().write(&mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
