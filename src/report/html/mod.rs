//! The review page: one self-contained file that fetches nothing.
//!
//! Rows and texts go into the page as JSON inside an inert script block; the page's own script reads it and
//! builds everything through `textContent`, so that no text of an article is ever read as markup. The content
//! security policy forbids every load and every script but the page's own, by its hash.

mod assets;
mod beside;
mod desk;
mod excerpt;
mod plan;

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use self::assets::{Slot, script_json, template};
pub use self::desk::{desk_page, excerpt_value};
use self::plan::{PageParts, plan};
use super::summary::Summary;
use super::{Lookup, WriteError};
use crate::row::Relation;
use crate::rows::{Families, Rows};

/// Bars of the score histogram.
const HISTOGRAM_BINS: usize = 20;

/// How much the page may hold.
#[derive(Clone, Copy, Debug)]
pub struct PageOptions {
    /// At most so many families, the largest first.
    pub families: usize,
    /// At most so many members of a family, the retellings first.
    pub members: usize,
    /// At most so many pairs outside the families' trees, in a family and in the whole page.
    pub other_pairs: usize,
    /// The page is no larger than this. A single family takes at most a quarter of it.
    pub size_bytes: usize,
}

impl Default for PageOptions {
    fn default() -> Self {
        PageOptions { families: 500, members: 200, other_pairs: 200, size_bytes: 20_000_000 }
    }
}

/// What the page shows and what it leaves out. The page says the same to its readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PageCounts {
    /// Families that are on the page.
    pub families_shown: u64,
    /// Families that are not.
    pub families_left_out: u64,
    /// Members of shown families that are counted but not listed.
    pub members_left_out: u64,
    /// Pairs whose texts stand side by side.
    pub pairs_shown: u64,
    /// Pairs whose texts do not.
    pub pairs_left_out: u64,
    /// Long texts of which only the neighbourhood of passages is there.
    pub texts_shortened: u64,
}

/// What the page's script reads, apart from families, pairs and articles.
#[derive(Serialize)]
struct Frame<'a> {
    summary: &'a Summary,
    counts: PageCounts,
    /// Rows by relation and score, all of them, shown or not.
    histogram: BTreeMap<&'static str, [u64; HISTOGRAM_BINS]>,
}

/// Writes the page.
///
/// The trees of `families` name the pairs that are shown; their rows are found in `rows` by their ids. Other
/// rows between members of one family, and `shared_source` rows, are shown beside them. Each article is
/// embedded once, whatever the number of its pairs; a long one is cut down to the neighbourhood of its
/// passages.
///
/// # Errors
/// The writer's, the lookup's and those of reading rows.
pub fn write(
    out: &mut dyn Write,
    summary: &Summary,
    families: &dyn Families,
    rows: &dyn Rows,
    lookup: Lookup<'_>,
    options: &PageOptions,
) -> Result<PageCounts, WriteError> {
    let mut frame = Frame { summary, counts: PageCounts::default(), histogram: histogram(rows) };
    let shell: usize = template().map(|(words, _)| words.len()).sum();
    // The counts are not known yet; their longest form is.
    let counts_bytes = 6 * 20;
    let taken = shell
        + assets::style().len()
        + assets::script().len()
        + script_json(&frame)?.len()
        + counts_bytes
        + 64;
    let page: PageParts = plan(families, rows, lookup, options, options.size_bytes.saturating_sub(taken))?;
    frame.counts = page.counts;
    for (words, slot) in template() {
        out.write_all(words.as_bytes())?;
        match slot {
            Slot::Policy => out.write_all(assets::policy().as_bytes())?,
            Slot::Style => out.write_all(assets::style().as_bytes())?,
            Slot::Script => out.write_all(assets::script().as_bytes())?,
            Slot::Data => {
                out.write_all(b"{\"frame\":")?;
                out.write_all(&script_json(&frame)?)?;
                for (name, items) in
                    [("families", &page.families), ("pairs", &page.pairs), ("articles", &page.articles)]
                {
                    write!(out, ",\n\"{name}\":[")?;
                    for (at, item) in items.iter().enumerate() {
                        out.write_all(if at > 0 { b",\n" } else { b"\n" })?;
                        out.write_all(item)?;
                    }
                    out.write_all(b"]")?;
                }
                out.write_all(b"}")?;
            }
            Slot::End => {}
        }
    }
    Ok(page.counts)
}

/// An asset's hash as a content security policy names it.
pub(super) fn hash_source(asset: &str) -> String {
    format!("sha256-{}", assets::hash(asset))
}

fn histogram(rows: &dyn Rows) -> BTreeMap<&'static str, [u64; HISTOGRAM_BINS]> {
    let mut histogram: BTreeMap<&'static str, [u64; HISTOGRAM_BINS]> =
        Relation::ALL.map(|relation| (relation.name(), [0; HISTOGRAM_BINS])).into();
    for head in rows.heads() {
        let bin = (head.score * HISTOGRAM_BINS as f64) as usize;
        if let Some(bins) = histogram.get_mut(head.relation.name()) {
            bins[bin.min(HISTOGRAM_BINS - 1)] += 1;
        }
    }
    histogram
}

#[cfg(test)]
mod tests;
