//! Paragraphs or lines that stand in several documents, marked by spans, as CCNet and Dolma do for their
//! corpora.
//!
//! Two passes. The first puts a hash of each unit and its document into partitions, on disk where they are
//! many; partition by partition the units that several documents hold are found. The second marks them. Held
//! in memory are 16 bytes and the id of each document, and the repeated units.

mod pieces;
mod repeats;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::Result;
use crate::article::Span;
use crate::collection::{ArticleRef, Collection};
use crate::json_lines::Line;
use crate::progress::{Progress, go_on};
use crate::row::rounded;
use crate::work::Resources;
pub use pieces::Unit;
use pieces::{Piece, pieces};
use repeats::{Documents, RepeatCounts};

/// Which units are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitSettings {
    /// What a document is cut into.
    pub unit: Unit,
    /// A unit of fewer words is passed over; at least 1.
    pub words_min: usize,
    /// A unit that so many documents hold is marked in all of them but the one of the smallest id; at least
    /// 2.
    pub documents_min: u32,
    /// A unit that more documents hold is marked in all of them: it is boilerplate. `None` for no such cut.
    pub documents_max: Option<u32>,
}

/// A document's units: a line of `units.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitRow {
    /// Id of the document.
    pub id: String,
    /// Units of enough words.
    pub units: u64,
    /// Share of the words of all its units that are marked.
    pub marked_share: f64,
    /// The marked units, in the order of the text.
    pub marked: Vec<MarkedUnit>,
}

/// A unit that another document keeps, or none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarkedUnit {
    /// In code points of the text.
    pub span: Span,
    /// Documents that hold the unit.
    pub documents: u32,
    /// The document in which it stays: this one for a unit that it has again; `None` for boilerplate.
    pub kept_in: Option<String>,
}

impl Line for UnitRow {
    fn unwritable_number(&self) -> Option<&'static str> {
        // a share of counts
        None
    }
}

/// Marks repeated units; hands a row for each document to `take`, in input order. Of documents of one id each
/// counts.
///
/// # Errors
/// What the collection and `take` return, [`crate::Error::File`] where the work folder cannot be written to,
/// [`crate::Error::Interrupted`].
pub fn mark_units(
    work: &Resources,
    collection: &impl Collection,
    settings: &UnitSettings,
    progress: &dyn Progress,
    mut take: impl FnMut(UnitRow) -> Result<()>,
) -> Result<()> {
    let (documents, repeats) = repeats::find(work, collection, settings, progress)?;
    progress.stage("marking", collection.total_bytes());
    collection.pass(
        |articles| {
            let row = |article: &ArticleRef<'_>| {
                progress.advance(u64::from(article.location.length));
                row(article, &documents, &repeats, settings)
            };
            articles.iter().filter_map(row).collect::<Vec<_>>()
        },
        |rows| {
            go_on(progress)?;
            rows.into_iter().try_for_each(&mut take)
        },
    )
}

fn row(
    article: &ArticleRef<'_>,
    documents: &Documents,
    repeats: &RepeatCounts,
    settings: &UnitSettings,
) -> Option<UnitRow> {
    let document = documents.number(article.location)?;
    let found = pieces(&article.text, settings.unit, settings.words_min);
    let all_words: usize = found.iter().map(|piece| piece.words).sum();
    let (mut marked, mut marked_words) = (Vec::new(), 0);
    let mut seen = rustc_hash::FxHashSet::default();
    for Piece { hash, words, span } in &found {
        let is_first = seen.insert(*hash);
        let Some(repeat) = repeats.get(*hash) else { continue };
        let is_boilerplate = settings.documents_max.is_some_and(|most| repeat.documents > most);
        if !is_boilerplate && is_first && repeat.kept_in == document {
            continue;
        }
        let kept_in = (!is_boilerplate).then(|| documents.id(repeat.kept_in).to_owned());
        marked.push(MarkedUnit { span: *span, documents: repeat.documents, kept_in });
        marked_words += words;
    }
    let marked_share = rounded(marked_words as f64 / all_words.max(1) as f64);
    Some(UnitRow { id: article.id.as_ref().to_owned(), units: found.len() as u64, marked_share, marked })
}
