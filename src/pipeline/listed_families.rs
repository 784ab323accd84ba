//! The families of a scan: the lines that they will be, in memory where there is room for them.

use std::borrow::Cow;
use std::io::Write;

use crate::error::{Error, Result, WriteError};
use crate::pipeline::rows::{RowLine, RowLines};
use crate::row::FamilyRow;
use crate::rows::Families;
use crate::work::{RecordPlace, Resources};

/// Of the memory so many percent are for families.
const PERCENT: u64 = 1;

/// The families of a [`super::Scan`], the largest first; each is read when it is asked for.
#[derive(Debug)]
pub struct ScanFamilies {
    lines: RowLines,
    places: Vec<RecordPlace>,
    sizes: Vec<u64>,
}

impl ScanFamilies {
    /// Keeps families in the order in which they come.
    ///
    /// # Errors
    /// [`Error::File`] where the work folder cannot be written to.
    pub(super) fn keep(work: &Resources, families: impl Iterator<Item = FamilyRow>) -> Result<Self> {
        let lines = RowLines::new(work, PERCENT);
        let mut kept = ScanFamilies { lines, places: Vec::new(), sizes: Vec::new() };
        for family in families {
            kept.places.push(kept.lines.keep(&RowLine::of(&family)?)?);
            kept.sizes.push(family.size);
        }
        Ok(kept)
    }

    /// Writes one family as a line of `families.jsonl`.
    ///
    /// # Errors
    /// The writer's, and [`Error::File`] where the family cannot be read again.
    pub fn write_line(&self, at: usize, out: &mut dyn Write) -> Result<(), WriteError> {
        Ok(out.write_all(&self.lines.line(self.places[at])?)?)
    }
}

impl Families for ScanFamilies {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn size(&self, at: usize) -> u64 {
        self.sizes[at]
    }

    fn family(&self, at: usize) -> Result<Cow<'_, FamilyRow>> {
        let family = serde_json::from_slice(&self.lines.line(self.places[at])?);
        family.map(Cow::Owned).map_err(|cause| Error::file("read", "a family", cause.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json_lines;
    use crate::row::FamilyMember;

    fn family(number: u64) -> FamilyRow {
        let member = |at| FamilyMember { id: format!("f{number}-{at}"), ..FamilyMember::default() };
        FamilyRow {
            id: format!("f{number}-0"),
            root: format!("f{number}-0"),
            size: number % 7,
            members: (0..number % 7).map(member).collect(),
            weakest: 0.5,
            ..FamilyRow::default()
        }
    }

    #[test]
    fn families_come_back_as_they_were_wherever_they_are_kept() {
        let families: Vec<FamilyRow> = (0..20_000).map(family).collect();
        for memory_bytes in [1 << 20, 1 << 30] {
            let work = Resources::new(memory_bytes, std::env::temp_dir());
            let kept = ScanFamilies::keep(&work, families.iter().cloned()).unwrap();
            assert_eq!((kept.len(), kept.size(13)), (20_000, 6));
            let again: Vec<FamilyRow> = kept.families().map(|family| family.unwrap().into_owned()).collect();
            assert!(again == families);
            let mut lines = Vec::new();
            (0..kept.len()).try_for_each(|at| kept.write_line(at, &mut lines)).unwrap();
            let mut expected = Vec::new();
            json_lines::write_rows(&mut expected, &families).unwrap();
            assert!(lines == expected);
        }
    }
}
