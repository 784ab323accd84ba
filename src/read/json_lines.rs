//! One JSON line to one article. Strings are borrowed from the line where it holds them unescaped.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use super::RejectionKind;
use super::fast_line::{self, UnescapeBuffer};
use super::field_map::{FIELDS, FieldMap, ID, TEXT};
use super::json_values::{AnyKind, Value, Values, strict, whole};
use super::listed::Listed;
use super::mend::mended;

/// The fields of an article, still in the line's own memory where possible.
pub(super) struct Fields<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) text: Cow<'a, str>,
    pub(super) title: Option<Cow<'a, str>>,
    pub(super) date: Option<Cow<'a, str>>,
    pub(super) source: Option<Cow<'a, str>>,
    pub(super) url: Option<Cow<'a, str>>,
    pub(super) language: Option<Cow<'a, str>>,
    /// A field that could not be read, and what stood there; it counts as missing.
    pub(super) unread: Option<(usize, &'static str)>,
}

/// Why a line is no article.
#[derive(Debug)]
pub(super) struct FieldProblem {
    pub(super) kind: RejectionKind,
    pub(super) id: Option<String>,
    pub(super) reason: String,
}

impl FieldProblem {
    pub(super) fn new(kind: RejectionKind, reason: impl Into<String>) -> Box<Self> {
        Box::new(FieldProblem { kind, id: None, reason: reason.into() })
    }
}

/// Whether the line is to be passed over in silence.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Reads a line whose bytes are not yet known to be UTF-8.
pub(super) fn parse_bytes<'a>(line: &'a [u8], map: &FieldMap) -> Result<Fields<'a>, Box<FieldProblem>> {
    match std::str::from_utf8(line) {
        Ok(line) => fields(values_by_serde_json(line, map)?, map),
        Err(error) => Err(FieldProblem::new(
            RejectionKind::InvalidUtf8,
            format!("byte {} of the line is not UTF-8; JSON lines must be UTF-8", error.valid_up_to() + 1),
        )),
    }
}

/// Reads a line. Of a repeated key the last counts, as in most JSON readers.
pub(super) fn parse_line<'a>(
    line: &'a str,
    map: &FieldMap,
    unescaped: &mut UnescapeBuffer<'a>,
) -> Result<Fields<'a>, Box<FieldProblem>> {
    let fast = if map.paths.is_empty() { fast_line::values(line, map, unescaped) } else { None };
    match fast {
        Some(values) => fields(values, map),
        None => fields(values_by_serde_json(line, map)?, map),
    }
}

/// The general reader: slower, and able to say what is wrong.
pub(super) fn values_by_serde_json<'a>(
    line: &'a str,
    map: &FieldMap,
) -> Result<Values<'a>, Box<FieldProblem>> {
    if !line.trim_ascii_start().starts_with('{') {
        return Err(not_an_object(line));
    }
    let error = match strict(line, map) {
        Ok(values) => return Ok(values),
        Err(error) => error,
    };
    // what is said of a line that cannot be mended is of the line as it is
    let mended = mended(line).ok_or_else(|| broken(&error))?;
    strict(&mended, map).map(|values| values.map(Value::into_owned)).map_err(|_| broken(&error))
}

/// What the values of an object are to an article.
pub(super) fn fields<'a>(mut values: Values<'a>, map: &FieldMap) -> Result<Fields<'a>, Box<FieldProblem>> {
    if map.any_serves_twice {
        for field in 0..FIELDS {
            if map.first_of_name[field] != field {
                values[field] = values[map.first_of_name[field]].clone();
            }
        }
    }
    let [id, text, optional @ ..] = values;
    let id = match id {
        Value::Text(id) if id.trim().is_empty() => Err(missing(map, ID, blank(&id))),
        Value::Text(id) => Ok(id),
        Value::Integer(id) => Ok(Cow::Owned(id.to_string())),
        Value::Absent => Err(missing(map, ID, "is missing")),
        Value::Wrong("null") => Err(missing(map, ID, "is null")),
        Value::Fraction(number) => whole(number)
            .map(|number| Cow::Owned(number.to_string()))
            .ok_or_else(|| wrong_type(map, ID, FRACTION, "a string or an integer")),
        Value::Holding(what, _) | Value::Wrong(what) => {
            Err(wrong_type(map, ID, what, "a string or an integer"))
        }
    }?;
    let named = |mut problem: Box<FieldProblem>| {
        problem.id = Some(id.as_ref().to_owned());
        problem
    };
    let text = match text {
        Value::Text(text) if text.trim_start().is_empty() => {
            let reason = format!("field `{}` holds no text", map.name(TEXT));
            Err(FieldProblem::new(RejectionKind::EmptyText, reason))
        }
        Value::Text(text) => Ok(text),
        Value::Integer(_) | Value::Fraction(_) => Err(wrong_type(map, TEXT, "a number", "a string")),
        Value::Holding(what, _) => Err(wrong_type(map, TEXT, what, "a string")),
        Value::Absent => Err(missing(map, TEXT, "is missing")),
        Value::Wrong("null") => Err(missing(map, TEXT, "is null")),
        Value::Wrong(what) => Err(wrong_type(map, TEXT, what, "a string")),
    }
    .map_err(named)?;
    // no article depends on these: what can be read of them is
    let mut unread = None;
    let mut position = ID + 2;
    let texts: [Option<Cow<'a, str>>; FIELDS - 2] = optional.map(|value| {
        let (text, what) = value.optional();
        if let (None, Some(what)) = (&text, what) {
            unread.get_or_insert((position, what));
        }
        position += 1;
        text
    });
    let [title, date, source, url, language] = texts;
    let date = date.map(|date| map.dated(date));
    Ok(Fields { id, text, title, date, source, url, language, unread })
}

const FRACTION: &str = "a number with a fraction or too large to keep its digits";

/// Says which fields a line has where one is missing, the first time that this is told.
pub(super) fn with_fields_listed(
    mut problem: Box<FieldProblem>,
    line: &[u8],
    map: &FieldMap,
) -> Box<FieldProblem> {
    let is_first = || !map.is_listed.swap(true, Ordering::Relaxed);
    if problem.kind == RejectionKind::MissingField
        && problem.reason.ends_with("is missing")
        && is_first()
        && let Ok(serde_json::Value::Object(fields)) = serde_json::from_slice(line)
    {
        let listed = Listed::of(&fields);
        problem.reason.push_str(&listed.words(problem.id.is_some()));
    }
    problem
}

fn blank(id: &str) -> &'static str {
    if id.is_empty() { "is empty" } else { "holds nothing but blanks" }
}

fn missing(map: &FieldMap, field: usize, how: &str) -> Box<FieldProblem> {
    FieldProblem::new(RejectionKind::MissingField, format!("field `{}` {how}", map.name(field)))
}

fn wrong_type(map: &FieldMap, field: usize, got: &str, expected: &str) -> Box<FieldProblem> {
    let name = map.name(field);
    FieldProblem::new(RejectionKind::WrongType, format!("field `{name}` is {got}; it must be {expected}"))
}

fn broken(error: &serde_json::Error) -> Box<FieldProblem> {
    let column = error.column();
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    FieldProblem::new(RejectionKind::BrokenJson, format!("broken JSON at byte {column} of the line: {what}"))
}

fn not_an_object(line: &str) -> Box<FieldProblem> {
    match serde_json::from_str::<AnyKind>(line) {
        Ok(AnyKind(what)) => FieldProblem::new(
            RejectionKind::WrongType,
            format!("the line is {what}; it must be an object such as {{\"id\": \"a\", \"text\": \"…\"}}"),
        ),
        Err(error) => broken(&error),
    }
}
