//! Rows of tables: which column serves as which field, and a row's cells as a raw record.

use std::borrow::Cow;

use crate::read::RejectionKind;
use crate::read::encoding::decode;
use crate::read::field_map::FieldMap;
use crate::read::json_lines::FieldProblem;

use super::{Context, Extracted, FormatSource, InputFormat, Pieces, no_text};

/// id, text, title, date, source, url, language.
pub(super) const COLUMNS: usize = 7;
const ID: usize = 0;
pub(super) const TEXT: usize = 1;
const ABSENT: u32 = u32::MAX;

const DEFAULT_NAMES: [&str; COLUMNS] = ["id", "text", "title", "date", "source", "url", "language"];

/// What columns are called beside that, in upper or lower case. A table has one header for all its rows, so
/// that a wrong guess shows at once; of single objects the names are never guessed.
const USUAL_NAMES: [&[&str]; COLUMNS] = [
    &["guid", "uuid", "doc_id", "document_id", "article_id"],
    &[
        "body",
        "content",
        "article",
        "full_text",
        "fulltext",
        "article_text",
        "article_body",
        "body_text",
        "maintext",
    ],
    &["headline", "article_title"],
    &[
        "published",
        "published_at",
        "published_date",
        "publish_date",
        "publication_date",
        "date_published",
        "date_publish",
        "pub_date",
        "pubdate",
        "datetime",
    ],
    &["outlet", "publisher", "publication", "newspaper", "source_name", "site_name"],
    &["link", "uri", "article_url"],
    &["lang"],
];

/// Where the fields of an article stand in a row.
#[derive(Clone, Debug)]
pub(super) struct Columns(pub(super) [Option<usize>; COLUMNS]);

impl Columns {
    /// Finds the fields' names among the columns', exactly or but for upper and lower case, else a usual name
    /// of theirs.
    ///
    /// # Errors
    /// Where no column holds the text, or none has the name that was asked for as the id's. A table without a
    /// column of the usual name has its rows numbered.
    pub(super) fn find<'n>(
        names: impl Iterator<Item = &'n str> + Clone,
        map: &FieldMap,
    ) -> Result<Self, Box<FieldProblem>> {
        let position = |wanted: &str| {
            let exact = names.clone().position(|name| name.trim() == wanted);
            exact.or_else(|| names.clone().position(|name| name.trim().eq_ignore_ascii_case(wanted)))
        };
        let usual = |field: usize| {
            // a name that was asked for is meant
            let is_default = map.name(field) == DEFAULT_NAMES[field];
            let mut there = USUAL_NAMES[field].iter().filter_map(|name| position(name));
            let found = there.next().filter(|_| is_default)?;
            // which of two was meant is not guessed
            let is_only_one = there.all(|other| other == found);
            let name = names.clone().nth(found).filter(|_| is_only_one)?;
            map.note_stand_in(field, name.trim());
            Some(found)
        };
        let columns =
            Columns(std::array::from_fn(|field| position(map.name(field)).or_else(|| usual(field))));
        for field in [TEXT, ID] {
            let wanted = map.name(field);
            if columns.0[field].is_some() || (field == ID && wanted == "id") {
                continue;
            }
            let there = names.clone().take(20).map(|name| format!("`{}`", name.escape_debug()));
            let there = there.collect::<Vec<_>>().join(", ");
            let option = if field == TEXT { "--text-field" } else { "--id-field" };
            let reason =
                format!("no column is named `{wanted}`; its columns are {there}; {option} names another");
            return Err(FieldProblem::new(RejectionKind::MissingField, reason));
        }
        Ok(columns)
    }
}

/// Adds a row's cells to a raw record.
pub(super) fn push_cells(cells: [Option<&[u8]>; COLUMNS], record: &mut Vec<u8>) {
    for cell in cells {
        let length = cell.map_or(ABSENT, |cell| cell.len() as u32);
        record.extend_from_slice(&length.to_le_bytes());
    }
    cells.iter().flatten().for_each(|cell| record.extend_from_slice(cell));
}

fn cells(record: &[u8]) -> Option<[Option<&[u8]>; COLUMNS]> {
    let (lengths, mut rest) = record.split_at_checked(COLUMNS * 4)?;
    let mut cells = [None; COLUMNS];
    for (cell, length) in cells.iter_mut().zip(lengths.chunks_exact(4)) {
        let length = u32::from_le_bytes(*length.first_chunk::<4>()?);
        if length != ABSENT {
            let (bytes, more) = rest.split_at_checked(length as usize)?;
            *cell = Some(bytes);
            rest = more;
        }
    }
    Some(cells)
}

/// A format of which a record is a row of a table, in the words of [`InputFormat`].
pub(super) trait Table: Sync {
    fn name(&self) -> &'static str;

    fn endings(&self) -> &'static [&'static str];

    /// Of most tables the first bytes tell nothing.
    fn is_told_by(&self, _head: &[u8]) -> bool {
        false
    }

    /// What a row is called that no line tells.
    fn record_word(&self) -> Option<&'static str> {
        None
    }

    /// # Errors
    /// As [`InputFormat::open`].
    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>>;
}

/// A format of tables.
pub(super) struct Rows<T>(pub(super) T);

impl<T: Table> InputFormat for Rows<T> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn endings(&self) -> &'static [&'static str] {
        self.0.endings()
    }

    fn is_told_by(&self, head: &[u8]) -> bool {
        self.0.is_told_by(head)
    }

    fn record_word(&self) -> Option<&'static str> {
        self.0.record_word()
    }

    fn open<'a>(&self, source: FormatSource<'a>) -> Result<Box<dyn Pieces + 'a>, Box<FieldProblem>> {
        self.0.open(source)
    }

    fn extract(
        &self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Extracted,
    ) -> Result<(), Box<FieldProblem>> {
        extract_row(record, context, out)
    }
}

/// The article of a row.
fn extract_row(record: &[u8], context: &Context<'_>, out: &mut Extracted) -> Result<(), Box<FieldProblem>> {
    extract_cells(cells(record).unwrap_or_default(), context, out)
}

pub(super) fn extract_cells(
    cells: [Option<&[u8]>; COLUMNS],
    context: &Context<'_>,
    out: &mut Extracted,
) -> Result<(), Box<FieldProblem>> {
    let mut values: [Option<Cow<'_, str>>; COLUMNS] = Default::default();
    for (field, (value, cell)) in values.iter_mut().zip(cells).enumerate() {
        let Some(cell) = cell.filter(|cell| !cell.is_empty()) else { continue };
        let read = match simdutf8::basic::from_utf8(cell) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(decode(cell.to_vec()).map_err(|mut problem| {
                problem.reason = format!("column `{}`: {}", context.map.name(field), problem.reason);
                problem
            })?),
        };
        // a mark of byte order alone is read as nothing, and an id of blanks names nothing
        let is_nothing = read.is_empty() || (field == ID && read.trim().is_empty());
        *value = Some(read).filter(|_| !is_nothing);
    }
    let [id, text, title, date, source, url, language] = values;
    let id = id.unwrap_or_else(|| Cow::Owned(context.id(false)));
    let date = date.map(|date| context.map.dated(date));
    let Some(text) = text.filter(|text| !text.trim_start().is_empty()) else {
        let mut problem = no_text(&format!("column `{}` holds no text", context.map.name(TEXT)));
        problem.id = Some(id.into_owned());
        return Err(problem);
    };
    let [title, date, source, url, language] =
        [&title, &date, &source, &url, &language].map(|field| field.as_deref());
    out.push_fields(context.number, [Some(&id), Some(&text), title, date, source, url, language, None]);
    Ok(())
}
