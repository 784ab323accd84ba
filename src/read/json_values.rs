//! A JSON object to the values of the fields: what stands there, of whatever kind.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field_map::{FIELDS, FieldMap};

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
    pub(super) fn into_owned<'b>(self) -> Value<'b> {
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
    pub(super) fn optional(self) -> (Option<Cow<'a, str>>, Option<&'static str>) {
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

pub(super) struct AnyKind(pub(super) &'static str);

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

pub(super) fn strict<'a>(line: &'a str, map: &FieldMap) -> Result<Values<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let values = RecordSeed(map).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(values)
}

/// A number that a table made a fraction, as a whole one.
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}
