//! Texts that were left as a mail or a program carried them: quoted-printable (`=D0=9F`, RFC 2045, 6.7), percent
//! escapes (`%D0%9F`, RFC 3986, 2.1), those of JSON (`\u041f`, RFC 8259, 7).

use std::ops::Range;

use super::{Edits, Fill, fill_of};
use crate::stretch::items;

/// A text is one of escapes where it has so many, …
const ESCAPES_MIN: usize = 12;
/// … and they take this share of its bytes, …
const BYTES_MIN_SHARE: f64 = 0.1;
/// … or, quoted-printable, where so many lines and this share of them end in its mark.
const BROKEN_LINES_MIN: usize = 4;
const BROKEN_LINES_MIN_SHARE: f64 = 0.5;

/// The text as it was before it was carried.
pub(super) fn undone(text: &str) -> Option<String> {
    let printable = Escapes::of(text, b'=', quoted_printable);
    if printable.are_frequent(text) || printable.break_lines(text) {
        return printable.undone(text);
    }
    let percent = Escapes::of(text, b'%', |rest| hex(rest, 1..3).map(|byte| (3, Escape::Byte(byte as u8))));
    if percent.are_frequent(text) {
        return percent.undone(text);
    }
    let json = Escapes::of(text, b'\\', |rest| {
        let unit = hex(rest, 2..6).filter(|_| rest.get(1) == Some(&b'u'))?;
        Some((6, Escape::Unit(unit)))
    });
    if json.are_frequent(text) { json.undone(text) } else { None }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    /// Of UTF-8.
    Byte(u8),
    /// Of UTF-16.
    Unit(u16),
    /// A line goes on in the next.
    Break,
}

/// The escapes of a text, in order, and where they stand.
struct Escapes(Vec<(Range<usize>, Escape)>);

impl Escapes {
    /// `read` tells how many bytes the escape takes that a stretch begins with.
    fn of(text: &str, mark: u8, read: impl Fn(&[u8]) -> Option<(usize, Escape)>) -> Self {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        for at in memchr::memchr_iter(mark, bytes) {
            found.extend(read(items(bytes, at..)).map(|(length, escape)| (at..at + length, escape)));
        }
        Escapes(found)
    }

    fn are_frequent(&self, text: &str) -> bool {
        let characters = self.0.iter().filter(|(_, escape)| *escape != Escape::Break);
        let (count, bytes) = characters.fold((0, 0), |(count, bytes), (at, _)| (count + 1, bytes + at.len()));
        count >= ESCAPES_MIN && bytes as f64 >= BYTES_MIN_SHARE * text.len() as f64
    }

    fn break_lines(&self, text: &str) -> bool {
        let broken = self.0.iter().filter(|(_, escape)| *escape == Escape::Break).count();
        broken >= BROKEN_LINES_MIN
            && broken as f64
                >= BROKEN_LINES_MIN_SHARE * memchr::memchr_iter(b'\n', text.as_bytes()).count() as f64
    }

    fn undone(&self, text: &str) -> Option<String> {
        let mut edits = Edits::of(text);
        for row in self.0.chunk_by(|(one, _), (next, _)| one.end == next.start) {
            let (broken, characters): (Vec<_>, Vec<_>) =
                row.iter().cloned().partition(|(_, escape)| *escape == Escape::Break);
            let mut broken = broken.into_iter().map(|(at, _)| at).peekable();
            for (part, c) in decoded(&characters) {
                while let Some(at) = broken.next_if(|at| at.start < part.end) {
                    // a break may divide a character, and goes with it then
                    if at.start < part.start {
                        edits.replace(at, "", Fill::Nothing);
                    }
                }
                edits.replace(part, c.encode_utf8(&mut [0; 4]), fill_of(c));
            }
            broken.for_each(|at| edits.replace(at, "", Fill::Nothing));
        }
        edits.done()
    }
}

/// The characters of a row of escapes, and where each stands; what is none is left out.
fn decoded(escapes: &[(Range<usize>, Escape)]) -> Vec<(Range<usize>, char)> {
    let bytes: Vec<u8> = escapes
        .iter()
        .filter_map(|(_, escape)| if let Escape::Byte(byte) = escape { Some(*byte) } else { None })
        .collect();
    let units = escapes
        .iter()
        .filter_map(|(_, escape)| if let Escape::Unit(unit) = escape { Some(*unit) } else { None });
    let mut lengths: Vec<(usize, Option<char>)> = Vec::new();
    for chunk in bytes.utf8_chunks() {
        lengths.extend(chunk.valid().chars().map(|c| (c.len_utf8(), Some(c))));
        lengths.extend(chunk.invalid().iter().map(|_| (1, None)));
    }
    lengths
        .extend(char::decode_utf16(units).map(|found| found.map_or((1, None), |c| (c.len_utf16(), Some(c)))));
    let mut next = 0;
    let place = |(length, c): (usize, Option<char>)| {
        let first = next;
        next += length;
        let (start, end) = (escapes.get(first)?.0.start, escapes.get(next - 1)?.0.end);
        Some((start..end, c?))
    };
    lengths.into_iter().filter_map(place).collect()
}

fn quoted_printable(rest: &[u8]) -> Option<(usize, Escape)> {
    match rest {
        [_, b'\n', ..] => Some((2, Escape::Break)),
        [_, b'\r', b'\n', ..] => Some((3, Escape::Break)),
        _ => hex(rest, 1..3).map(|byte| (3, Escape::Byte(byte as u8))),
    }
}

/// The number that some digits make.
fn hex(rest: &[u8], digits: Range<usize>) -> Option<u16> {
    let digits = std::str::from_utf8(rest.get(digits)?).ok()?;
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| are_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "Міст у Велліні закрито до осені: тріщини знайшли в трьох опорах — “надто пізно”, сказав інженер Олег.";

    /// Without blanks, which fill the room.
    fn seen(view: Option<String>) -> String {
        let is_filler = |c: char| c.is_whitespace() || ['\u{ad}', '\u{200b}'].contains(&c);
        view.unwrap_or_default().chars().filter(|&c| !is_filler(c)).collect()
    }

    fn printable(text: &str, end: &str) -> String {
        let mut lines = vec![String::new()];
        for byte in text.bytes() {
            let written = match byte {
                b' ' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
                byte => format!("={byte:02X}"),
            };
            if lines.last().is_some_and(|line| line.len() + written.len() > 75) {
                lines.push(String::new());
            }
            lines.last_mut().unwrap().push_str(&written);
        }
        lines.join(&format!("={end}"))
    }

    #[test]
    fn what_a_mail_or_a_program_carried_is_read_as_before() {
        let plain = seen(Some(STORY.to_owned()));
        for end in ["\n", "\r\n"] {
            assert_eq!(seen(undone(&printable(STORY, end))), plain);
        }
        let percent: String = STORY.bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(seen(undone(&percent)), plain);
        let json: String = STORY.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        assert_eq!(seen(undone(&json)), plain);
        let english = "The council of Vellin closed the bridge on Monday since engineers had found cracks in its piers ".repeat(4);
        assert_eq!(seen(undone(&printable(&english, "\n"))), seen(Some(english)));
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            STORY,
            "a = b and c=d; 40% of 30%20 is =1A or \\u0041",
            "=D0=9F is how a mail carries it",
            "=ZZ=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}=\u{444}",
        ] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
