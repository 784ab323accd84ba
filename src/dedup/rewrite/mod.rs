//! The inputs written again: with marks in every record, or without the records that are not kept.
//!
//! What is there is kept as it is: of JSON lines and CSV every byte, of Parquet every column, of types that
//! retold does not know as well. A mark is one more field behind the last one of its record, or more columns
//! behind the last. With marks, records that were rejected or have an id that was given before stay as they
//! are, without one, as do lines that are none; what is not an article is no part of what is kept. Of a stream,
//! which cannot be read again, stretches of lines without an article are lost.

mod csv;
mod encoder;
mod lines;
#[cfg(feature = "parquet")]
mod parquet;

use std::fs::File;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::article::DocumentNumber;
use crate::dedup::keep::KeepRule;
use crate::dedup::marks::{ClusterId, KeepReason, Mark, Marked};
use crate::error::{Error, Result};
use crate::progress::{Progress, go_on};
use crate::read::{Corpus, RawInput, RawKind};
use crate::row::Relation;

/// What is written of the inputs.
#[derive(Clone, Debug)]
pub enum Rewriting {
    /// Every record, with its mark in a field of this name.
    Annotated {
        /// Name of the field; no record may have it already.
        field: String,
    },
    /// Only records that are kept, as they are.
    Kept,
}

/// Where the inputs are written again.
pub struct RewriteFolder<'a> {
    /// As errors name it: a file that could not be written lies here, and not where the input of its name does.
    pub path: &'a Path,
    /// Makes a file of it, by its name.
    pub begin: &'a mut dyn FnMut(&Path) -> Result<File>,
}

impl RewriteFolder<'_> {
    fn begin(&mut self, name: &Path) -> Result<File> {
        (self.begin)(name)
    }

    /// That a file of it could not be written.
    fn unwritten(&self, name: &Path) -> impl Fn(io::Error) -> Error + use<> {
        let place = self.path.join(name);
        move |cause| Error::file("write", &place, cause)
    }
}

/// Writes every input again under its own name, in the same format and compression.
///
/// # Errors
/// [`Error::Usage`] where two inputs have the same name, an input would be overwritten, or a record has the
/// marks' field already or none can be put into it; what `folder` and the collection return; [`Error::File`]
/// where a file cannot be written.
pub fn rewrite(
    corpus: &Corpus,
    marked: &Marked,
    rewriting: &Rewriting,
    folder: &mut RewriteFolder<'_>,
    progress: &dyn Progress,
) -> Result<()> {
    let inputs = corpus.raw_inputs();
    check(&inputs, rewriting)?;
    progress.stage("writing the inputs again", Some(marked.len() as u64));
    lines::rewrite(corpus, &inputs, marked, rewriting, folder, progress)?;
    for (number, input) in (0..).zip(&inputs) {
        go_on(progress)?;
        let (RawKind::Csv | RawKind::Parquet, Some(path)) = (input.kind, &input.path) else { continue };
        let rows = TableRows { marked, rewriting, numbered: numbered(corpus, marked, number)? };
        let table = TableFile { path, name: &input.name, packing: input.packing };
        let count = rows.numbered.len() as u64;
        match input.kind {
            RawKind::Csv => csv::rewrite(&table, corpus.raw_table(number)?, &rows, folder)?,
            #[cfg(feature = "parquet")]
            _ => parquet::rewrite(&table, &rows, folder)?,
            #[cfg(not(feature = "parquet"))]
            _ => {}
        }
        progress.advance(count);
    }
    if matches!(rewriting, Rewriting::Kept) {
        copy_kept_texts(&inputs, marked, folder)?;
    }
    Ok(())
}

/// A table that is written again.
struct TableFile<'a> {
    path: &'a Path,
    name: &'a Path,
    packing: crate::read::Packing,
}

impl TableFile<'_> {
    fn unread(&self) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.path.to_owned();
        move |cause| Error::file("read", &path, cause)
    }

    fn has_field(&self, field: &str) -> Error {
        let name = self.name.display();
        Error::Usage(format!("{name} has a column {field:?} already: name another one for the marks"))
    }
}

/// What becomes of the rows of one table.
struct TableRows<'a> {
    marked: &'a Marked,
    rewriting: &'a Rewriting,
    /// Number of each row that holds a document, ascending, and the document.
    numbered: Vec<(u64, DocumentNumber)>,
}

impl TableRows<'_> {
    fn document(&self, number: u64) -> Option<DocumentNumber> {
        let at = self.numbered.binary_search_by_key(&number, |row| row.0).ok()?;
        Some(self.numbered[at].1)
    }

    /// Whether a row is written: with marks all are, without them what is kept.
    fn is_written(&self, number: u64) -> bool {
        self.field().is_some() || self.document(number).is_some_and(|document| self.marked.is_kept(document))
    }

    /// The name of what marks are put into, where they are.
    fn field(&self) -> Option<&str> {
        match self.rewriting {
            Rewriting::Annotated { field } => Some(field),
            Rewriting::Kept => None,
        }
    }

    /// The mark of a row; null for one that holds no document.
    fn mark(&self, number: u64) -> serde_json::Value {
        let mark = |document| serde_json::to_value(Inside::of(&self.marked.mark(document))).ok();
        self.document(number).and_then(mark).unwrap_or_default()
    }
}

/// The rows of an input that hold documents.
fn numbered(corpus: &Corpus, marked: &Marked, input: u32) -> Result<Vec<(u64, DocumentNumber)>> {
    let mut documents = marked.documents_from(input, 0).peekable();
    let mut rows = Vec::new();
    for (location, number) in corpus.record_numbers(input)? {
        if let Some((document, _)) = documents.next_if(|(_, place)| *place == location) {
            rows.push((number, document));
        }
    }
    Ok(rows)
}

/// A mark inside a record: all of [`Mark`] but the id.
#[derive(Serialize)]
struct Inside<'a> {
    cluster: ClusterId,
    size: u64,
    keep: bool,
    representative: &'a str,
    relation: Option<Relation>,
    score: Option<f64>,
    jaccard: Option<f64>,
    weakest: Option<f64>,
    links: u32,
    contained: Option<f64>,
    reason: KeepReason,
}

impl<'a> Inside<'a> {
    fn of(mark: &Mark<'a>) -> Self {
        Inside {
            cluster: mark.cluster,
            size: mark.size,
            keep: mark.keep,
            representative: mark.representative,
            relation: mark.relation,
            score: mark.score,
            jaccard: mark.jaccard,
            weakest: mark.weakest,
            links: mark.links,
            contained: mark.contained,
            reason: mark.reason,
        }
    }
}

/// Files of one text each that are kept, as they are.
fn copy_kept_texts(inputs: &[RawInput], marked: &Marked, folder: &mut RewriteFolder<'_>) -> Result<()> {
    for (number, input) in (0..).zip(inputs) {
        let (RawKind::Text, Some(path)) = (input.kind, &input.path) else { continue };
        let is_kept = marked.documents_from(number, 0).any(|(document, _)| marked.is_kept(document));
        if is_kept {
            let mut from = File::open(path).map_err(|cause| Error::file("read", path, cause))?;
            let mut file = folder.begin(&input.name)?;
            io::copy(&mut from, &mut file)
                .and_then(|_| file.sync_all())
                .map_err(folder.unwritten(&input.name))?;
        }
    }
    Ok(())
}

/// Whether the fields that rules ask for can be read.
///
/// # Errors
/// [`Error::Usage`] where a rule asks for a field, and an input is no JSON lines.
pub fn check_fields(inputs: &[RawInput], rules: &[KeepRule]) -> Result<()> {
    let asks = rules.iter().any(|rule| matches!(rule, KeepRule::Field { .. }));
    let other = inputs.iter().find(|input| !matches!(input.kind, RawKind::Lines | RawKind::Bad));
    match other.filter(|_| asks) {
        None => Ok(()),
        Some(other) => {
            let name = other.name.display();
            Err(Error::Usage(format!(
                "{name} is no JSON lines: the rule `field` reads fields of those alone"
            )))
        }
    }
}

/// Whether inputs can be written again: known before the work, but for what streams hold.
///
/// # Errors
/// [`Error::Usage`] where two inputs have the same name, or one is of a format that is not written again,
/// or is plain text and cannot take marks.
pub fn check(inputs: &[RawInput], rewriting: &Rewriting) -> Result<()> {
    let mut names: Vec<&Path> = inputs.iter().map(|input| input.name.as_path()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        let name = twice[0].display();
        return Err(Error::Usage(format!("two inputs are named {name}: they would be written to one file")));
    }
    let text = inputs.iter().find(|input| input.kind == RawKind::Text);
    if let (Rewriting::Annotated { .. }, Some(text)) = (rewriting, text) {
        let name = text.name.display();
        return Err(Error::Usage(format!("{name} is plain text, which has no fields for marks")));
    }
    let is_table = |input: &&RawInput| matches!(input.kind, RawKind::Csv | RawKind::Parquet);
    if let Some(table) = inputs.iter().filter(is_table).find(|input| input.path.is_none()) {
        let name = table.name.display();
        return Err(Error::Usage(format!(
            "{name} is a table from standard input: only files are written again"
        )));
    }
    let is_packed =
        |input: &&RawInput| input.kind == RawKind::Parquet && input.packing != crate::read::Packing::Plain;
    if let Some(packed) = inputs.iter().find(is_packed) {
        let name = packed.name.display();
        return Err(Error::Usage(format!(
            "{name} is compressed Parquet: unpack it, its columns are compressed anyway"
        )));
    }
    if let Some(other) = inputs.iter().find(|input| input.kind == RawKind::Extracted) {
        let name = other.name.display();
        return Err(Error::Usage(format!("{name} is of a format that is read and not written again")));
    }
    if let Some(stream) = inputs.iter().find(|input| input.path.is_none() && input.kind == RawKind::Text) {
        let name = stream.name.display();
        return Err(Error::Usage(format!("{name} is one text: nothing can be left out of it")));
    }
    Ok(())
}
