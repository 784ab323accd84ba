//! The common case of a JSON line, read several times faster than by the general reader.
//!
//! Strings are found by their quotes and unescaped into memory that the caller lends, so that no line
//! allocates; all other values are left to `serde_json`. Whatever is not plainly right is not read here at
//! all: the general reader, which is the oracle of the tests, reads it again and says what is wrong.

use std::borrow::Cow;

use super::field_map::FieldMap;
use super::json_values::{Value, Values};

use crate::stretch::stretch;

/// Memory for unescaped strings, used up from the front.
pub(super) struct UnescapeBuffer<'a>(&'a mut [u8]);

impl<'a> UnescapeBuffer<'a> {
    /// As much as the lines are long is always enough: no escape is shorter than what it stands for.
    pub(super) fn new(memory: &'a mut [u8]) -> Self {
        UnescapeBuffer(memory)
    }

    fn cut(&mut self, byte_count: usize) -> &'a str {
        let (used, rest) = std::mem::take(&mut self.0).split_at_mut(byte_count);
        self.0 = rest;
        debug_assert!(std::str::from_utf8(used).is_ok());
        // SAFETY: `unescape` alone writes here. It copies stretches of a `str` that begin at its start or
        // after an escape and end before an escape or at its end, escapes are ASCII, and what they stand for
        // it encodes as UTF-8. A second look at every byte would cost a fifth of the reading.
        unsafe { std::str::from_utf8_unchecked(used) }
    }
}

/// The fields of a line without its line end, or `None` where the general reader has to look.
pub(super) fn values<'a>(
    line: &'a str,
    map: &FieldMap,
    unescaped: &mut UnescapeBuffer<'a>,
) -> Option<Values<'a>> {
    let line = line.trim_ascii();
    // Not allowed in strings, and rare between them. Looks at every byte, since that is faster than to stop
    // early.
    if line.bytes().fold(false, |found, byte| found | (byte < 0x20)) {
        return None;
    }
    let mut values = Values::default();
    let mut at = after(line, 0, b'{')?;
    if line.as_bytes().get(at) == Some(&b'}') {
        return (at + 1 == line.len()).then_some(values);
    }
    loop {
        let key = string(line, &mut at, unescaped)?;
        let field = map.position(&key);
        at = after(line, blank_end(line, at), b':')?;
        let value = if line.as_bytes().get(at) == Some(&b'"') {
            match field {
                Some(_) => Value::Text(string(line, &mut at, unescaped)?),
                None => {
                    skip_string(line, &mut at)?;
                    Value::Absent
                }
            }
        } else {
            let mut others = serde_json::Deserializer::from_str(line.get(at..)?).into_iter::<Value<'a>>();
            let value = others.next()?.ok()?;
            at += others.byte_offset();
            value
        };
        if let Some(field) = field {
            values[field] = value;
        }
        at = blank_end(line, at);
        match line.as_bytes().get(at)? {
            b',' => at = blank_end(line, at + 1),
            b'}' => return (at + 1 == line.len()).then_some(values),
            _ => return None,
        }
    }
}

/// Where the spaces end that begin there. Other white space has been ruled out.
fn blank_end(line: &str, at: usize) -> usize {
    at + line.as_bytes()[at..].iter().take_while(|byte| **byte == b' ').count()
}

/// The place after a sign and the spaces behind it.
fn after(line: &str, at: usize, sign: u8) -> Option<usize> {
    (line.as_bytes().get(at) == Some(&sign)).then(|| blank_end(line, at + 1))
}

/// The string that begins with the quote there; `at` moves behind it.
fn string<'a>(line: &'a str, at: &mut usize, unescaped: &mut UnescapeBuffer<'a>) -> Option<Cow<'a, str>> {
    let bytes = line.as_bytes();
    if bytes.get(*at) != Some(&b'"') {
        return None;
    }
    let start = *at + 1;
    let first = start + memchr::memchr2(b'"', b'\\', &bytes[start..])?;
    if bytes[first] == b'"' {
        *at = first + 1;
        return Some(Cow::Borrowed(stretch(line, start..first)));
    }
    let (end, length) = unescape(bytes, start, first, unescaped.0)?;
    *at = end;
    Some(Cow::Borrowed(unescaped.cut(length)))
}

/// As [`string`], for one that nobody wants. Its `\u` escapes have to be sound nevertheless.
fn skip_string(line: &str, at: &mut usize) -> Option<()> {
    let bytes = line.as_bytes();
    let mut from = *at + 1;
    loop {
        from += memchr::memchr2(b'"', b'\\', &bytes[from..])?;
        if bytes[from] == b'"' {
            *at = from + 1;
            return Some(());
        }
        match *bytes.get(from + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => from += 2,
            b'u' => {
                hexadecimal(bytes, from + 2)?;
                from += 6;
            }
            _ => return None,
        }
    }
}

/// Writes the string from `start`, whose first backslash is at `escape`, into `into`.
///
/// Returns the place after its closing quote and its length.
fn unescape(bytes: &[u8], start: usize, mut escape: usize, into: &mut [u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    let mut push = |piece: &[u8]| {
        into.get_mut(length..length + piece.len())?.copy_from_slice(piece);
        length += piece.len();
        Some(length)
    };
    let mut copied = start;
    loop {
        push(&bytes[copied..escape])?;
        let mut after = escape + 2;
        match *bytes.get(escape + 1)? {
            sign @ (b'"' | b'\\' | b'/') => push(&[sign])?,
            b'n' => push(b"\n")?,
            b't' => push(b"\t")?,
            b'r' => push(b"\r")?,
            b'b' => push(b"\x08")?,
            b'f' => push(b"\x0C")?,
            b'u' => {
                let (character, end) = code_point(bytes, after)?;
                after = end;
                push(character.encode_utf8(&mut [0; 4]).as_bytes())?
            }
            _ => return None,
        };
        copied = after;
        escape = copied + memchr::memchr2(b'"', b'\\', bytes.get(copied..)?)?;
        if bytes[escape] == b'"' {
            let length = push(&bytes[copied..escape])?;
            return Some((escape + 1, length));
        }
    }
}

/// The character of the four digits there, or of them and a second escape: a surrogate pair.
fn code_point(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let high = hexadecimal(bytes, at)?;
    if !(0xD800..0xDC00).contains(&high) {
        return Some((char::from_u32(high)?, at + 4));
    }
    if bytes.get(at + 4..at + 6)? != b"\\u" {
        return None;
    }
    let low = hexadecimal(bytes, at + 6)?;
    if !(0xDC00..0xE000).contains(&low) {
        return None;
    }
    Some((char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?, at + 10))
}

fn hexadecimal(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at + 4)?
        .iter()
        .try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::FieldNames;
    use crate::read::json_lines::values_by_serde_json;

    fn map() -> FieldMap {
        FieldMap::new(&FieldNames::default())
    }

    /// What the fast reader reads is what the general one reads; `true` if it read it.
    fn agrees(line: &str) -> bool {
        let mut memory = vec![0; line.len()];
        let general = values_by_serde_json(line, &map()).ok();
        let fast = values(line, &map(), &mut UnescapeBuffer::new(&mut memory));
        if let Some(fast) = &fast {
            assert_eq!(Some(fast), general.as_ref(), "{line}");
        }
        fast.is_some()
    }

    #[test]
    fn what_is_usual_is_read() {
        for line in [
            r#"{"id": "a", "text": "b"}"#,
            r#" { "id" : 5 , "text" : "b\n\"c\" \\ \/ \b\f\r\t" , "title" : null } "#,
            r#"{"text": "\u00e9\u65e5\ud83d\ude00!", "x": {"a": [1, "]}"]}, "y": -1.5e3, "id": true}"#,
            r#"{"\u0069d": "a", "text": "", "skipped": "\"\u0041\\"}"#,
            r#"{"id": "first", "id": "second"}"#,
            "{}",
            "{ }\r",
        ] {
            assert!(agrees(line), "{line}");
        }
    }

    #[test]
    fn what_is_broken_is_left_alone() {
        for line in [
            "",
            "{",
            "}",
            "[]",
            r#"{"id"}"#,
            r#"{"id":}"#,
            r#"{"id":"a"#,
            r#"{"id":"a",}"#,
            r#"{"id":"a"} x"#,
            r#"{"id":"a" "text":"b"}"#,
            r#"{"id":"\x"}"#,
            r#"{"id":"\u12"}"#,
            r#"{"id":"\ud800"}"#,
            r#"{"id":"\ud800\u0041"}"#,
            r#"{"id":"\udc00"}"#,
            r#"{"x":"\u00zz"}"#,
            r#"{"id":"\"#,
            r#"{"id": 01}"#,
            r#"{"x": [1,}"#,
            r#"{"id":5x}"#,
            "{\"id\":\"a\tb\"}",
            r#"{,"id":"a"}"#,
            r#"{5:"a"}"#,
        ] {
            assert!(!agrees(line), "{line}");
        }
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\"",
            "\\",
            "\"id\":",
            "\"text\":",
            "\"x\":",
            "\"a\"",
            "\\n",
            "\\u00e9",
            "\\ud83d",
            "\\ude00",
            "\\\"",
            "é",
            "日",
            "5",
            "-",
            "1.5",
            "null",
            "true",
            "\t",
            "\r",
            "u0041",
            "plain",
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn nothing_is_read_otherwise_than_in_general(pieces in prop::collection::vec(piece(), 0..16)) {
            let inner = pieces.concat();
            agrees(&inner);
            agrees(&format!("{{\"id\": \"{inner}\", \"text\": \"b\"}}"));
            agrees(&format!("{{\"id\": {inner}, \"text\": \"b\"}}"));
        }

        #[test]
        fn every_text_is_read(id: String, text: String, ascii: bool) {
            let line = serde_json::json!({"id": id, "text": text, "other": [text]}).to_string();
            let line = if ascii {
                line.encode_utf16().map(|unit| match unit {
                    0..128 => (unit as u8 as char).to_string(),
                    _ => format!("\\u{unit:04x}"),
                }).collect()
            } else {
                line
            };
            prop_assert!(agrees(&line));
        }
    }
}
