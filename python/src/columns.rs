//! Columns of a record batch as the fields of articles: texts stay where they are.

use std::borrow::Cow;

use arrow_array::{Array, ArrayRef, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};
use retold::collection::{ArticleRef, Location};
use retold::read::FieldNames;
use retold::rejection::{Rejection, RejectionKind};

/// A column of texts, in any of Arrow's forms.
pub enum Texts {
    Short(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
}

impl Texts {
    /// A column as texts; numbers and dates are written out.
    ///
    /// # Errors
    /// [`ArrowError`] where its type cannot be written as a text.
    pub fn of(column: &ArrayRef) -> Result<Self, ArrowError> {
        if let Some(column) = column.as_any().downcast_ref::<StringArray>() {
            return Ok(Texts::Short(column.clone()));
        }
        if let Some(column) = column.as_any().downcast_ref::<LargeStringArray>() {
            return Ok(Texts::Large(column.clone()));
        }
        if let Some(column) = column.as_any().downcast_ref::<StringViewArray>() {
            return Ok(Texts::View(column.clone()));
        }
        let written = cast(column, &DataType::LargeUtf8)?;
        let written = written.as_any().downcast_ref::<LargeStringArray>().cloned();
        let not_text = || ArrowError::CastError(format!("{} is no text", column.data_type()));
        written.map(Texts::Large).ok_or_else(not_text)
    }

    /// The text of a row; `None` where it is null.
    pub fn get(&self, row: usize) -> Option<&str> {
        match self {
            Texts::Short(column) => column.is_valid(row).then(|| column.value(row)),
            Texts::Large(column) => column.is_valid(row).then(|| column.value(row)),
            Texts::View(column) => column.is_valid(row).then(|| column.value(row)),
        }
    }
}

/// The fields of a batch's articles.
pub struct Columns {
    pub rows: usize,
    id: Texts,
    text: Texts,
    optional: [Option<Texts>; 5],
}

impl Columns {
    /// # Errors
    /// [`ArrowError`] where id or text are missing, or a column is no text.
    pub fn of(batch: &RecordBatch, names: &FieldNames) -> Result<Self, ArrowError> {
        let found = |name: &str| batch.column_by_name(name).map(Texts::of).transpose();
        let required = |name: &str| {
            let columns = || {
                let schema = batch.schema();
                let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
                names.join(", ")
            };
            found(name)?.ok_or_else(|| {
                ArrowError::SchemaError(format!("there is no column {name:?}; the columns are {}", columns()))
            })
        };
        Ok(Columns {
            rows: batch.num_rows(),
            id: required(&names.id)?,
            text: required(&names.text)?,
            optional: [
                found(&names.title)?,
                found(&names.date)?,
                found(&names.source)?,
                found(&names.url)?,
                found(&names.language)?,
            ],
        })
    }

    /// The article of a row, which is the collection's `number`th; `None` where it has no id or no text.
    pub fn article(&self, row: usize, number: u64) -> Option<ArticleRef<'_>> {
        let (id, text) = (self.id.get(row)?, self.text.get(row)?);
        if id.is_empty() || text.trim().is_empty() {
            return None;
        }
        let field = |at: usize| {
            let value = self.optional[at].as_ref()?.get(row)?;
            (!value.is_empty()).then_some(Cow::Borrowed(value))
        };
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Some(ArticleRef {
            id: Cow::Borrowed(id),
            text: Cow::Borrowed(text),
            title: field(0),
            date: field(1),
            source: field(2),
            url: field(3),
            language: field(4),
            provenance: None,
            location: Location { input: 0, offset: number, length },
            line: number + 1,
        })
    }

    /// What is wrong with a row that is no article.
    pub fn fault(&self, row: usize, number: u64) -> Option<Rejection> {
        let id = self.id.get(row).filter(|id| !id.is_empty());
        let (kind, reason) = match (id, self.text.get(row)) {
            (None, _) => (RejectionKind::MissingField, "the row has no id"),
            (_, None) => (RejectionKind::MissingField, "the row has no text"),
            (_, Some(text)) if text.trim().is_empty() => (RejectionKind::EmptyText, "the text is empty"),
            _ => return None,
        };
        let (input, id) = ("data".to_owned(), id.map(str::to_owned));
        Some(Rejection { input, line: Some(number + 1), id, kind, reason: reason.to_owned() })
    }
}
