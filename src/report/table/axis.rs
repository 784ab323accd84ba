//! When a family's members were printed, on one line.

use std::io::Write;

use super::super::WriteError;
use super::super::terminal::{Glyphs, columns};
use super::super::visible::short_label;
use super::RowTable;
use super::tree::Branch;
use crate::article::iso_seconds;
use crate::dates;
use crate::row::FamilyRow;

/// A shorter axis tells nothing; a longer one nobody reads.
const SHORTEST_COLUMNS: usize = 16;
const LONGEST_COLUMNS: usize = 60;
const DATE_CHARS: usize = 25;

impl RowTable<'_> {
    /// The members that are shown, by their dates: the root and how many others at each time. Nothing where
    /// fewer than two moments are known.
    pub(super) fn axis(
        &self,
        out: &mut dyn Write,
        family: &FamilyRow,
        shown: &[Branch<'_>],
        before: &str,
    ) -> Result<(), WriteError> {
        let ids =
            std::iter::once(family.root.as_str()).chain(shown.iter().map(|branch| branch.member.id.as_str()));
        let mut dated: Vec<(i64, String, bool)> = Vec::new();
        for id in ids {
            let date = (self.lookup)(id)?.date;
            let label = date.as_deref().map(|date| short_label(&dates::shown(date), DATE_CHARS));
            if let (Some(seconds), Some(label)) = (date.as_deref().and_then(iso_seconds), label) {
                dated.push((seconds, label, id == family.root));
            }
        }
        dated.sort();
        let (Some(first), Some(last)) = (dated.first(), dated.last()) else { return Ok(()) };
        let ends = columns(&first.1) + columns(&last.1) + columns(before) + "printed   ".len();
        let room = self.width.saturating_sub(ends + 2).min(LONGEST_COLUMNS);
        if first.0 == last.0 || room < SHORTEST_COLUMNS {
            return Ok(());
        }
        let axis = axis(&dated, (first.0, last.0), room, self.style.glyphs());
        self.note(out, before, &format!("printed {} {axis} {}", first.1, last.1))
    }
}

/// One character a stretch of time: the root, how many others, or a dot.
fn axis(dated: &[(i64, String, bool)], (first, last): (i64, i64), room: usize, glyphs: &Glyphs) -> String {
    let span = (last.saturating_sub(first)).max(1) as f64;
    let mut counts = vec![(0_usize, false); room];
    for &(seconds, _, is_root) in dated {
        let at = ((seconds.saturating_sub(first)) as f64 / span * (room - 1) as f64).round() as usize;
        let count = &mut counts[at.min(room - 1)];
        count.0 += 1;
        count.1 |= is_root;
    }
    let shown = |&(count, is_root): &(usize, bool)| match count {
        _ if is_root => glyphs.root.to_owned(),
        0 => glyphs.new.to_string(),
        1..=9 => count.to_string(),
        _ => "+".to_owned(),
    };
    counts.iter().map(shown).collect()
}
