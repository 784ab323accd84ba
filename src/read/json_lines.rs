//! One JSON line to one article. Strings are borrowed from the line where it holds them unescaped.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::RejectionKind;
use super::fast_line::{self, UnescapeBuffer};
use super::listed::Listed;
use super::mend::mended;
use super::options::FieldNames;
use crate::dates::{self, DateFormat};

const FIELDS: usize = 7;
const ID: usize = 0;
const TEXT: usize = 1;

/// Field names made ready for matching, in the order id, text, title, date, source, url, language.
#[derive(Debug)]
pub(super) struct FieldMap {
    names: [Box<str>; FIELDS],
    /// For a name that serves twice, the first field of that name.
    first_of_name: [usize; FIELDS],
    any_serves_twice: bool,
    /// Names with full stops, by the key of the line that they begin with: each with the keys below it.
    paths: Vec<Path>,
    dates: DateFormat,
    /// The first value that could not be read, of those that nothing depends on.
    unread: Mutex<Option<UnreadField>>,
    /// Whether it was said which fields there are.
    is_listed: AtomicBool,
    /// Fields that a column of another name serves as, in order: the field, and the column.
    stand_ins: Mutex<BTreeSet<(usize, String)>>,
}

/// A field below others, `content.body`.
#[derive(Debug)]
struct Path {
    head: Box<str>,
    below: Vec<Box<str>>,
    field: usize,
}

/// A value that no article depends on, and that could not be read: it counts as missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnreadField {
    /// The file, and the line in it.
    pub(super) place: (u32, u64),
    pub(super) field: usize,
    pub(super) what: &'static str,
}

impl FieldMap {
    pub(super) fn new(names: &FieldNames) -> Self {
        let FieldNames { id, text, title, date, source, url, language } = names.clone();
        let names = [id, text, title, date, source, url, language].map(String::into_boxed_str);
        let first_of_name =
            std::array::from_fn(|field| names.iter().position(|name| *name == names[field]).unwrap_or(field));
        let any_serves_twice = first_of_name.iter().enumerate().any(|(field, first)| field != *first);
        let path = |(field, name): (usize, &str)| {
            let (head, below) = name.split_once('.')?;
            Some(Path { head: head.into(), below: below.split('.').map(Into::into).collect(), field })
        };
        let paths = names.iter().map(|name| &**name).enumerate().filter_map(path).collect();
        let (dates, unread, is_listed) = (DateFormat::default(), Mutex::default(), AtomicBool::default());
        let stand_ins = Mutex::default();
        FieldMap { names, first_of_name, any_serves_twice, paths, dates, unread, is_listed, stand_ins }
    }

    /// Says how days and months stand in dates of figures.
    pub(super) fn with_dates(self, dates: DateFormat) -> Self {
        FieldMap { dates, ..self }
    }

    /// A date as all stages read it, where it was said how it is written.
    pub(super) fn dated<'a>(&self, date: Cow<'a, str>) -> Cow<'a, str> {
        match &self.dates {
            DateFormat::Unsaid => date,
            format => dates::seconds_in(&date, format).and_then(dates::iso_of).map_or(date, Cow::Owned),
        }
    }

    /// Keeps the first of them in reading order.
    pub(super) fn note_unread(&self, unread: UnreadField) {
        let mut first = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if first.as_ref().is_none_or(|first| unread.place < first.place) {
            *first = Some(unread);
        }
    }

    /// The first one, and the name of its field.
    pub(super) fn first_unread(&self) -> Option<(UnreadField, &str)> {
        let first = self.unread.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let name = &*self.names[first.field];
        Some((first, name))
    }

    /// A column of another name serves as the field.
    pub(super) fn note_stand_in(&self, field: usize, column: &str) {
        let mut known = self.stand_ins.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((field, column.to_owned()));
    }

    /// Columns that serve as fields of other names: the field's name, and the column's.
    pub(super) fn stand_ins(&self) -> Vec<(String, String)> {
        let known = self.stand_ins.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(field, column)| (self.name(*field).to_owned(), column.clone())).collect()
    }

    /// A field's name in the order of the fields.
    pub(super) fn name(&self, field: usize) -> &str {
        &self.names[field]
    }

    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.names.iter().position(|name| **name == *key)
    }
}

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

fn strict<'a>(line: &'a str, map: &FieldMap) -> Result<Values<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let values = RecordSeed(map).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(values)
}

fn fields<'a>(mut values: Values<'a>, map: &FieldMap) -> Result<Fields<'a>, Box<FieldProblem>> {
    if map.any_serves_twice {
        for field in 0..FIELDS {
            if map.first_of_name[field] != field {
                values[field] = values[map.first_of_name[field]].clone();
            }
        }
    }
    let [id, text, optional @ ..] = values;
    let id = match id {
        Value::Text(id) if id.is_empty() => Err(missing(map, ID, "is empty")),
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
            let reason = format!("field `{}` holds no text", map.names[TEXT]);
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

/// A number that a table made a fraction, as a whole one.
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

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

fn missing(map: &FieldMap, field: usize, how: &str) -> Box<FieldProblem> {
    FieldProblem::new(RejectionKind::MissingField, format!("field `{}` {how}", map.names[field]))
}

fn wrong_type(map: &FieldMap, field: usize, got: &str, expected: &str) -> Box<FieldProblem> {
    let name = &map.names[field];
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

/// What stood in a field. Wrong kinds are kept rather than raised, so that the message can name the field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Value<'a> {
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Integer(i128),
    Fraction(f64),
    /// A list or an object, and a string in it that speaks for it.
    Holding(&'static str, Cow<'a, str>),
    Wrong(&'static str),
}

impl<'a> Value<'a> {
    fn into_owned<'b>(self) -> Value<'b> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Value::Absent => Value::Absent,
            Value::Text(text) => Value::Text(owned(text)),
            Value::Integer(number) => Value::Integer(number),
            Value::Fraction(number) => Value::Fraction(number),
            Value::Holding(what, text) => Value::Holding(what, owned(text)),
            Value::Wrong(what) => Value::Wrong(what),
        }
    }

    /// What can be read of it as a text, and what stood there where nothing can.
    fn optional(self) -> (Option<Cow<'a, str>>, Option<&'static str>) {
        match self {
            Value::Text(text) | Value::Holding(_, text) => (Some(text), None),
            Value::Integer(number) => (Some(Cow::Owned(number.to_string())), None),
            Value::Fraction(number) => match whole(number) {
                Some(number) => (Some(Cow::Owned(number.to_string())), None),
                None => (Some(Cow::Owned(number.to_string())), None),
            },
            Value::Absent | Value::Wrong("null") => (None, None),
            Value::Wrong(what) => (None, Some(what)),
        }
    }

    fn what(&self) -> &'static str {
        match self {
            Value::Absent => "nothing",
            Value::Text(_) => "a string",
            Value::Integer(_) | Value::Fraction(_) => "a number",
            Value::Holding(what, _) | Value::Wrong(what) => what,
        }
    }
}

pub(super) type Values<'a> = [Value<'a>; FIELDS];

impl<'de> serde::Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct AnyKind(&'static str);

impl<'de> serde::Deserialize<'de> for AnyKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(AnyKind(deserializer.deserialize_any(ValueVisitor)?.what()))
    }
}

struct RecordSeed<'m>(&'m FieldMap);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Values<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Values<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Self::Value::default();
        while let Some(field) = map.next_key_seed(KeySeed(self.0))? {
            match field {
                Key::Field(field) => values[field] = map.next_value_seed(ValueVisitor)?,
                Key::Head(path) => {
                    let below: serde_json::Value = map.next_value()?;
                    self.0.take_below(&self.0.paths[path].head, &below, &mut values);
                }
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

impl FieldMap {
    /// What stands below a key in the fields whose names say so. A name may also be a key as it is, which
    /// comes first.
    fn take_below(&self, head: &str, value: &serde_json::Value, values: &mut Values<'_>) {
        for path in self.paths.iter().filter(|path| *path.head == *head) {
            let below = path.below.iter().try_fold(value, |value, key| match value {
                serde_json::Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                other => other.get(&**key),
            });
            if let (Value::Absent, Some(below)) = (&values[path.field], below)
                && let Ok(found) = serde::Deserialize::deserialize(below)
            {
                values[path.field] = Value::into_owned(found);
            }
        }
    }

    fn key(&self, key: &str) -> Key {
        match self.position(key) {
            Some(field) => Key::Field(field),
            None => self.paths.iter().position(|path| *path.head == *key).map_or(Key::Other, Key::Head),
        }
    }
}

/// What a key of a line is to the fields.
enum Key {
    Field(usize),
    /// One of the fields below it is the path of this number.
    Head(usize),
    Other,
}

struct KeySeed<'m>(&'m FieldMap);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.key(key))
    }
}

/// Keys of an object whose value speaks for it.
const NAMING: &[&str] = &["name", "value", "rendered", "label", "$date", "$numberLong", "#text", "@id"];

struct ValueVisitor;

impl<'de> DeserializeSeed<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Value::Fraction(number))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Wrong(if value { "true" } else { "false" }))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Wrong("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut first = None;
        while let Some(item) = items.next_element::<Value<'de>>()? {
            if let (None, Value::Text(text) | Value::Holding(_, text)) = (&first, item) {
                first = Some(text);
            }
        }
        Ok(first.map_or(Value::Wrong("an array"), |first| Value::Holding("an array", first)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut named = None;
        while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
            match entries.next_value::<Value<'de>>()? {
                Value::Text(text) if NAMING.contains(&&*key) => named = Some(text),
                Value::Integer(number) if key == "$date" => named = Some(Cow::Owned(number.to_string())),
                _ => {}
            }
        }
        Ok(named.map_or(Value::Wrong("an object"), |named| Value::Holding("an object", named)))
    }
}
