//! The words the program itself knows: string and character literals of its sources. Fuzzers and the test of
//! composed texts try texts that are made of them, since chance alone never spells "contributed reporting".

use std::fs;
use std::path::Path;

/// Rooms that look at texts for words of their own.
const ROOMS: &[&str] = &["normalise", "evidence", "judge", "align", "read", "report"];

/// The literals of all rooms that know words, in order and each once.
pub fn of_package(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for room in ROOMS {
        of_folder(&root.join("src").join(room), &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn of_folder(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            of_folder(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = fs::read_to_string(&path).unwrap_or_default();
            found.extend(of_source(&source).into_iter().filter(|literal| !literal.is_empty()));
        }
    }
}

/// The string, byte string and character literals of a Rust source, up to its tests, without those of
/// comments.
pub fn of_source(source: &str) -> Vec<String> {
    let source = source.split("\n#[cfg(test)]").next().unwrap_or_default();
    let mut rest = source;
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some((literal, length)) = raw(rest).or_else(|| quoted(rest)).or_else(|| character(rest))
        {
            found.push(literal);
            length
        } else {
            first.len_utf8()
        };
        rest = &rest[skipped..];
    }
    found
}

/// A raw string, `r"…"` or `r#"…"#`, and its length in bytes.
fn raw(source: &str) -> Option<(String, usize)> {
    let marks = source.strip_prefix('r')?;
    let hashes = marks.len() - marks.trim_start_matches('#').len();
    let inside = marks[hashes..].strip_prefix('"')?;
    let length = inside.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some((inside[..length].to_owned(), 1 + hashes + 1 + length + 1 + hashes))
}

fn quoted(source: &str) -> Option<(String, usize)> {
    let mut literal = String::new();
    let mut inside = source.strip_prefix('"')?;
    loop {
        let c = inside.chars().next()?;
        match c {
            '"' => return Some((literal, source.len() - inside.len() + 1)),
            '\\' => inside = unescape(inside, &mut literal)?,
            _ => {
                literal.push(c);
                inside = &inside[c.len_utf8()..];
            }
        }
    }
}

/// A character, and no lifetime.
fn character(source: &str) -> Option<(String, usize)> {
    let inside = source.strip_prefix('\'')?;
    let mut literal = String::new();
    let c = inside.chars().next()?;
    let rest = match c {
        '\\' => unescape(inside, &mut literal)?,
        _ => {
            literal.push(c);
            &inside[c.len_utf8()..]
        }
    };
    rest.starts_with('\'').then(|| (literal, source.len() - rest.len() + 1))
}

/// Takes an escape off the front, and gives what is left.
fn unescape<'a>(source: &'a str, into: &mut String) -> Option<&'a str> {
    let escaped = source.strip_prefix('\\')?;
    let c = escaped.chars().next()?;
    let rest = &escaped[c.len_utf8()..];
    let plain = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        '\n' => return Some(rest.trim_start()),
        'x' => {
            into.push(char::from(u8::from_str_radix(rest.get(..2)?, 16).ok()?));
            return rest.get(2..);
        }
        'u' => {
            let (digits, rest) = rest.strip_prefix('{')?.split_once('}')?;
            into.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
            return Some(rest);
        }
        other => other,
    };
    into.push(plain);
    Some(rest)
}
