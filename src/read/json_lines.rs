//! One JSON line to one article. Strings are borrowed from the line where it holds them unescaped.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::RejectionKind;
use super::fast_line::{self, Lent};
use super::options::FieldNames;

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
}

impl FieldMap {
    pub(super) fn new(names: &FieldNames) -> Self {
        let FieldNames { id, text, title, date, source, url, language } = names.clone();
        let names = [id, text, title, date, source, url, language].map(String::into_boxed_str);
        let first_of_name =
            std::array::from_fn(|field| names.iter().position(|name| *name == names[field]).unwrap_or(field));
        let any_serves_twice = first_of_name.iter().enumerate().any(|(field, first)| field != *first);
        FieldMap { names, first_of_name, any_serves_twice }
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
}

/// Why a line is no article.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) kind: RejectionKind,
    pub(super) id: Option<String>,
    pub(super) reason: String,
}

impl Problem {
    pub(super) fn new(kind: RejectionKind, reason: impl Into<String>) -> Box<Self> {
        Box::new(Problem { kind, id: None, reason: reason.into() })
    }
}

/// Whether the line is to be passed over in silence.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Reads a line whose bytes are not yet known to be UTF-8.
pub(super) fn parse_bytes<'a>(line: &'a [u8], map: &FieldMap) -> Result<Fields<'a>, Box<Problem>> {
    match std::str::from_utf8(line) {
        Ok(line) => fields(values_by_serde_json(line, map)?, map),
        Err(error) => Err(Problem::new(
            RejectionKind::InvalidUtf8,
            format!("byte {} of the line is not UTF-8; JSON lines must be UTF-8", error.valid_up_to() + 1),
        )),
    }
}

/// Reads a line. Of a repeated key the last counts, as in most JSON readers.
pub(super) fn parse_line<'a>(
    line: &'a str,
    map: &FieldMap,
    lent: &mut Lent<'a>,
) -> Result<Fields<'a>, Box<Problem>> {
    match fast_line::values(line, map, lent) {
        Some(values) => fields(values, map),
        None => fields(values_by_serde_json(line, map)?, map),
    }
}

/// The general reader: slower, and able to say what is wrong.
pub(super) fn values_by_serde_json<'a>(line: &'a str, map: &FieldMap) -> Result<Values<'a>, Box<Problem>> {
    if !line.trim_ascii_start().starts_with('{') {
        return Err(not_an_object(line));
    }
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let values = RecordSeed(map).deserialize(&mut deserializer).map_err(broken)?;
    deserializer.end().map_err(broken)?;
    Ok(values)
}

fn fields<'a>(mut values: Values<'a>, map: &FieldMap) -> Result<Fields<'a>, Box<Problem>> {
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
        Value::Wrong(what) => Err(wrong_type(map, ID, what, "a string or an integer")),
    }?;
    let named = |mut problem: Box<Problem>| {
        problem.id = Some(id.as_ref().to_owned());
        problem
    };
    let text = match text {
        Value::Text(text) if text.trim_start().is_empty() => {
            let reason = format!("field `{}` holds no text", map.names[TEXT]);
            Err(Problem::new(RejectionKind::EmptyText, reason))
        }
        Value::Text(text) => Ok(text),
        Value::Integer(_) => Err(wrong_type(map, TEXT, "a number", "a string")),
        Value::Absent => Err(missing(map, TEXT, "is missing")),
        Value::Wrong("null") => Err(missing(map, TEXT, "is null")),
        Value::Wrong(what) => Err(wrong_type(map, TEXT, what, "a string")),
    }
    .map_err(named)?;
    let mut texts: [Option<Cow<'a, str>>; FIELDS - 2] = Default::default();
    for (position, value) in optional.into_iter().enumerate() {
        texts[position] = match value {
            Value::Text(text) => Some(text),
            Value::Absent | Value::Wrong("null") => None,
            // A field that is the id too may be a number as the id may.
            Value::Integer(number) if map.first_of_name[position + 2] == ID => {
                Some(Cow::Owned(number.to_string()))
            }
            Value::Integer(_) => {
                return Err(named(wrong_type(map, position + 2, "a number", "a string or null")));
            }
            Value::Wrong(what) => {
                return Err(named(wrong_type(map, position + 2, what, "a string or null")));
            }
        };
    }
    let [title, date, source, url, language] = texts;
    Ok(Fields { id, text, title, date, source, url, language })
}

fn missing(map: &FieldMap, field: usize, how: &str) -> Box<Problem> {
    Problem::new(RejectionKind::MissingField, format!("field `{}` {how}", map.names[field]))
}

fn wrong_type(map: &FieldMap, field: usize, got: &str, expected: &str) -> Box<Problem> {
    let name = &map.names[field];
    Problem::new(RejectionKind::WrongType, format!("field `{name}` is {got}; it must be {expected}"))
}

fn broken(error: serde_json::Error) -> Box<Problem> {
    let column = error.column();
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    Problem::new(RejectionKind::BrokenJson, format!("broken JSON at byte {column} of the line: {what}"))
}

fn not_an_object(line: &str) -> Box<Problem> {
    match serde_json::from_str::<AnyKind>(line) {
        Ok(AnyKind(what)) => Problem::new(
            RejectionKind::WrongType,
            format!("the line is {what}; it must be an object such as {{\"id\": \"a\", \"text\": \"…\"}}"),
        ),
        Err(error) => broken(error),
    }
}

/// What stood in a field. Wrong kinds are kept rather than raised, so that the message can name the field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Value<'a> {
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Integer(i128),
    Wrong(&'static str),
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
        Ok(AnyKind(match deserializer.deserialize_any(ValueVisitor)? {
            Value::Absent => "nothing",
            Value::Text(_) => "a string",
            Value::Integer(_) => "a number",
            Value::Wrong(what) => what,
        }))
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
                Some(field) => values[field] = map.next_value_seed(ValueVisitor)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

struct KeySeed<'m>(&'m FieldMap);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.position(key))
    }
}

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

    fn visit_f64<E>(self, _number: f64) -> Result<Self::Value, E> {
        Ok(Value::Wrong("a number with a fraction or too large to keep its digits"))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Wrong(if value { "true" } else { "false" }))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Wrong("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Wrong("an array"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Wrong("an object"))
    }
}
