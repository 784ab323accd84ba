//! The families of a scan: the lines that they will be, in memory where there is room for them.

use std::borrow::Cow;
use std::io::Write;

use crate::error::{Error, Result, WriteError};
use crate::json_lines;
use crate::row::FamilyRow;
use crate::rows::Families;
use crate::work::{RecordPlace, Records, Resources};

/// Families take so much memory, where there is memory for it; the rest is on disk.
const MEMORY_BYTES: u64 = 64 << 20;

/// The families of a [`super::Scan`], the largest first; each is read when it is asked for.
#[derive(Debug)]
pub struct ScanFamilies {
    lines: Records,
    places: Vec<RecordPlace>,
    sizes: Vec<u64>,
}

impl ScanFamilies {
    /// Keeps families in the order in which they come.
    ///
    /// # Errors
    /// [`Error::File`] where the work folder cannot be written to.
    pub(super) fn keep(work: &Resources, families: impl Iterator<Item = FamilyRow>) -> Result<Self> {
        let lines = work.records(work.share_bytes(4, MEMORY_BYTES));
        let mut kept = ScanFamilies { lines, places: Vec::new(), sizes: Vec::new() };
        let mut line = Vec::new();
        for family in families {
            line.clear();
            json_lines::write_row(&mut line, &family)
                .map_err(|cause| Error::file("write", "a family", cause))?;
            kept.places.push(kept.lines.append(&line)?);
            kept.sizes.push(family.size);
        }
        Ok(kept)
    }

    /// Writes one family as a line of `families.jsonl`.
    ///
    /// # Errors
    /// The writer's, and [`Error::File`] where the family cannot be read again.
    pub fn write_line(&self, at: usize, out: &mut dyn Write) -> Result<(), WriteError> {
        Ok(out.write_all(&self.line(at)?)?)
    }

    fn line(&self, at: usize) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        self.lines.read(self.places[at], &mut line)?;
        Ok(line)
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
        let family = serde_json::from_slice(&self.line(at)?);
        family.map(Cow::Owned).map_err(|cause| Error::file("read", "a family", cause.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
