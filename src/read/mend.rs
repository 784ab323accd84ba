//! Lines that are JSON but for something plain: what Python, JavaScript and cut-off strings leave in them.

/// The line as JSON has it, or `None` where nothing is to be mended.
///
/// `NaN`, `Infinity`, `None`, `undefined` and numbers beyond all that a machine holds become `null`, `True` and `False` small, a comma before a
/// closing bracket goes, half a surrogate pair becomes U+FFFD, and characters below U+0020 in strings become
/// escapes. What else is wrong stays so.
pub(super) fn mended(line: &str) -> Option<String> {
    let mut out = String::with_capacity(line.len() + 16);
    let mut rest = line;
    let mut is_changed = false;
    while let Some(first) = rest.chars().next() {
        match first {
            '"' => {
                let (taken, changed) = string(rest, &mut out)?;
                is_changed |= changed;
                rest = rest.get(taken..)?;
            }
            ',' => {
                let after = rest.get(1..)?;
                match after.trim_ascii_start().starts_with(['}', ']']) {
                    true => is_changed = true,
                    false => out.push(','),
                }
                rest = after;
            }
            _ if first.is_ascii_alphanumeric() || first == '-' => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c)));
                let (word, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
                let plain = match word {
                    "NaN" | "nan" | "Infinity" | "-Infinity" | "inf" | "-inf" | "None" | "undefined" => {
                        "null"
                    }
                    "True" => "true",
                    "False" => "false",
                    number if is_beyond(number) => "null",
                    other => other,
                };
                is_changed |= plain != word;
                out.push_str(plain);
                rest = after;
            }
            other => {
                out.push(other);
                rest = rest.get(other.len_utf8()..)?;
            }
        }
    }
    is_changed.then_some(out)
}

/// Whether it is a number too large for any.
fn is_beyond(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    digits.starts_with(|c: char| c.is_ascii_digit()) && word.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// Copies the string that begins the text: its length in bytes, and whether something in it was mended.
fn string(text: &str, out: &mut String) -> Option<(usize, bool)> {
    let mut is_changed = false;
    out.push('"');
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        let c = rest.chars().next()?;
        match c {
            '"' => {
                out.push('"');
                return Some((at + 1, is_changed));
            }
            '\\' => {
                let (length, escape) = escape(rest)?;
                is_changed |= escape != rest.get(..length)?;
                out.push_str(escape);
                at += length;
            }
            '\0'..' ' => {
                is_changed = true;
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
                at += 1;
            }
            _ => {
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
}

/// The escape that begins the text: its length, and what stands for it.
fn escape(text: &str) -> Option<(usize, &str)> {
    let unit = |at: usize| -> Option<u32> {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let length = 1 + text.get(1..)?.chars().next()?.len_utf8();
    match unit(0) {
        Some(0xD800..0xDC00) => match unit(6) {
            Some(0xDC00..0xE000) => Some((12, text.get(..12)?)),
            _ => Some((6, "\\ufffd")),
        },
        Some(0xDC00..0xE000) => Some((6, "\\ufffd")),
        Some(_) => Some((6, text.get(..6)?)),
        None => Some((length, text.get(..length)?)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_plain_is_mended() {
        for (line, right) in [
            (
                r#"{"a": NaN, "b": [1, -Infinity,], "c": {"d": None,},}"#,
                r#"{"a": null, "b": [1, null], "c": {"d": null}}"#,
            ),
            (r#"{"a": True, "b": "True, NaN,}"}"#, r#"{"a": true, "b": "True, NaN,}"}"#),
            (
                r#"{"a": "x\ud83d", "b": "\ude00y\ud83d\ud83d\ude00"}"#,
                r#"{"a": "x\ufffd", "b": "\ufffdy\ufffd\ud83d\ude00"}"#,
            ),
            ("{\"a\": \"x\ty\"}", r#"{"a": "x\u0009y"}"#),
            (r#"{"a": 1e400, "b": [-2.5E+999], "c": 1e308}"#, r#"{"a": null, "b": [null], "c": 1e308}"#),
        ] {
            assert_eq!(mended(line).as_deref(), Some(right));
        }
    }

    #[test]
    fn what_is_sound_or_beyond_mending_is_left() {
        for line in [
            "",
            "{}",
            r#"{"a": null, "b": "\"\\"}"#,
            "{'a': 'b'}",
            r#"{"a": "never closed, NaN"#,
            r#"{"a": 1e5}"#,
        ] {
            assert_eq!(mended(line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn sound_json_is_never_changed(text: String, other in "[\\PC]{0,20}", number: f64) {
            let line = serde_json::json!({"a": text, other: [number, null, true]}).to_string();
            prop_assert_eq!(mended(&line), None);
        }

        #[test]
        fn nothing_ends_in_a_panic(line in "([\"\\\\u0-9a-fN{}\\[\\],:é\t]|\\\\ud83d|NaN){0,40}") {
            let _ = mended(&line);
        }
    }
}
