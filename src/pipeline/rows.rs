//! The rows of a scan: heads in memory, evidence and passages where there is room for them.

use std::borrow::Cow;
use std::io::Write;

use crate::article::DocumentNumber;
use crate::candidate::DocumentTable;
use crate::error::WriteError;
use crate::error::{Error, Result};
use crate::family::Link;
use crate::json_lines::{self, Line};
use crate::row::{Containment, PairRow, Relation};
use crate::rows::{RowHead, Rows};
use crate::work::{RecordPlace, Records, Resources};

/// Rows of a kind take so much memory, where there is memory for it; the rest is on disk.
const MEMORY_BYTES: u64 = 64 << 20;

/// Rows as the lines that they will be, in the order in which they were found.
#[derive(Debug)]
pub(super) struct RowLines(Records);

/// A line, made where the row was.
pub(super) struct RowLine(Vec<u8>);

impl RowLine {
    /// # Errors
    /// [`Error::File`] for a number that JSON cannot hold.
    pub fn of(row: &impl Line) -> Result<Self> {
        let mut line = Vec::new();
        json_lines::write_row(&mut line, row).map_err(|cause| Error::file("write", "a row", cause))?;
        line.shrink_to_fit();
        Ok(RowLine(line))
    }
}

impl RowLines {
    /// Up to this share of the memory, in percent, is for them.
    pub fn new(work: &Resources, percent: u64) -> Self {
        RowLines(work.records(work.share_bytes(percent, MEMORY_BYTES)))
    }

    /// # Errors
    /// [`Error::File`] where the work folder cannot be written to.
    pub fn keep(&mut self, line: &RowLine) -> Result<RecordPlace> {
        self.0.append(&line.0)
    }

    pub fn line(&self, place: RecordPlace) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        self.0.read(place, &mut line)?;
        Ok(line)
    }
}

/// A pair of copies as it was verified, without any judgement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verified {
    pub jaccard: f64,
    pub containment: Containment,
}

/// What there is to rows beside their heads.
#[derive(Debug)]
enum Bodies {
    Verified(Vec<Verified>),
    Judged { places: Vec<RecordPlace>, lines: RowLines },
}

#[derive(Clone, Copy, Debug)]
struct LineHead {
    source: DocumentNumber,
    derived: DocumentNumber,
    relation: Relation,
    score: f64,
}

/// The rows that are listed, in their order.
#[derive(Debug)]
pub(super) struct ListedRows {
    heads: Vec<LineHead>,
    bodies: Bodies,
}

impl ListedRows {
    /// Copies, by the places of their links.
    pub fn verified(order: &[usize], links: &[Link], verified: impl Fn(usize) -> Verified) -> Self {
        let bodies = Bodies::Verified(order.iter().map(|&at| verified(at)).collect());
        ListedRows { heads: heads(order, links), bodies }
    }

    /// Judged pairs, by the places of their links and of their lines.
    pub fn judged(order: &[usize], links: &[Link], places: &[RecordPlace], lines: RowLines) -> Self {
        let places = order.iter().map(|&at| places[at]).collect();
        ListedRows { heads: heads(order, links), bodies: Bodies::Judged { places, lines } }
    }

    pub fn len(&self) -> usize {
        self.heads.len()
    }

    pub fn among<'a>(&'a self, documents: &'a DocumentTable) -> ScanRows<'a> {
        ScanRows { listed: self, documents }
    }
}

fn heads(order: &[usize], links: &[Link]) -> Vec<LineHead> {
    let head = |&at: &usize| {
        let Link { source, derived, relation, score, .. } = links[at];
        LineHead { source, derived, relation, score }
    };
    order.iter().map(head).collect()
}

/// The rows of a [`super::Scan`]: by falling score, then by ids.
#[derive(Clone, Copy, Debug)]
pub struct ScanRows<'a> {
    listed: &'a ListedRows,
    documents: &'a DocumentTable,
}

impl ScanRows<'_> {
    /// Writes one row as a line of `pairs.jsonl`.
    ///
    /// # Errors
    /// The writer's, and [`Error::File`] where the row cannot be read again.
    pub fn write_line(&self, at: usize, out: &mut dyn Write) -> Result<(), WriteError> {
        match &self.listed.bodies {
            Bodies::Judged { places, lines } => out.write_all(&lines.line(places[at])?)?,
            Bodies::Verified(verified) => json_lines::write_row(out, &self.unjudged(at, verified[at]))?,
        }
        Ok(())
    }

    fn unjudged(&self, at: usize, verified: Verified) -> PairRow {
        let head = self.head(at);
        PairRow {
            source: head.source.to_owned(),
            derived: head.derived.to_owned(),
            relation: head.relation,
            tie: None,
            score: head.score,
            direction_confidence: None,
            reuse: None,
            reuse_source: None,
            jaccard: verified.jaccard,
            containment: verified.containment,
            facts: None,
            background_documents: None,
            calibrated: None,
            noise: None,
            disguised: None,
            standing: None,
            credit: None,
            evidence: None,
            passages: None,
        }
    }
}

impl Rows for ScanRows<'_> {
    fn len(&self) -> usize {
        self.listed.heads.len()
    }

    fn head(&self, at: usize) -> RowHead<'_> {
        let LineHead { source, derived, relation, score } = self.listed.heads[at];
        RowHead { source: self.documents.id(source), derived: self.documents.id(derived), relation, score }
    }

    fn row(&self, at: usize) -> Result<Cow<'_, PairRow>> {
        let row = match &self.listed.bodies {
            Bodies::Judged { places, lines } => {
                let row = serde_json::from_slice(&lines.line(places[at])?);
                row.map_err(|cause| Error::file("read", "a row", cause.into()))?
            }
            Bodies::Verified(verified) => self.unjudged(at, verified[at]),
        };
        Ok(Cow::Owned(row))
    }
}
