//! Parquet, and Arrow's own files (IPC, also called Feather): tables by columns.
//!
//! Only the columns that hold fields of an article are read. A nested field is named with dots, an item of a
//! list by its number. All cells become text as they would stand in a CSV: dates as ISO 8601, a list of texts
//! as its paragraphs.

use super::table::Table;
use super::{FormatSource, Pieces};
use crate::read::json_lines::FieldProblem;

pub(super) struct Parquet;
pub(super) struct ArrowIpc;

const PARQUET_MAGIC: &[u8] = b"PAR1";
pub(super) const FILE_MAGIC: &[u8] = b"ARROW1";
/// What Feather was before it was Arrow's own format.
pub(super) const FEATHER_1_MAGIC: &[u8] = b"FEA1";
/// A stream begins with a schema: no length, then its length, which is even and short.
const STREAM_MAGIC: &[u8] = b"\xFF\xFF\xFF\xFF";

impl Table for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        head.starts_with(PARQUET_MAGIC)
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("row")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        reading::open_parquet(source)
    }
}

impl Table for ArrowIpc {
    fn name(&self) -> &'static str {
        "arrow"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["arrow", "arrows", "feather", "ipc"]
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        let is_stream = head.strip_prefix(STREAM_MAGIC).and_then(|rest| rest.first_chunk::<4>());
        let is_length = |length: &[u8; 4]| matches!(i32::from_le_bytes(*length), 8..=0x0100_0000);
        head.starts_with(FILE_MAGIC) || head.starts_with(FEATHER_1_MAGIC) || is_stream.is_some_and(is_length)
    }

    fn record_word(&self) -> Option<&'static str> {
        Some("row")
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        reading::open_arrow(source)
    }
}

#[cfg(feature = "parquet")]
use super::columnar as reading;

#[cfg(not(feature = "parquet"))]
mod reading {
    use super::super::{FormatSource, Pieces};
    use crate::read::RejectionKind;
    use crate::read::json_lines::FieldProblem;

    pub(super) fn open_parquet<'a>(
        _source: FormatSource<'a>,
    ) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let reason = "Parquet is not read by this build of retold (its feature `parquet` is off)";
        Err(FieldProblem::new(RejectionKind::UnknownFormat, reason))
    }

    pub(super) fn open_arrow<'a>(
        _source: FormatSource<'a>,
    ) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        let reason = "Arrow files are not read by this build of retold (its feature `parquet` is off)";
        Err(FieldProblem::new(RejectionKind::UnknownFormat, reason))
    }
}
