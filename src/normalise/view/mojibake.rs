//! UTF-8 that was read as Windows-1252 or Latin-1: `â€œWe` for `“We`, `Ã©` for `é`.

use super::{Edits, Fill, fill_of};
use crate::stretch::stretch;

/// What a sequence of two or three bytes begins with, as Windows-1252 has it: letters beyond ASCII, and
/// punctuation.
const LEADS: [char; 3] = ['Â', 'Ã', 'â'];

/// The text with such sequences as what they were.
pub(super) fn undone(text: &str) -> Option<String> {
    let mut edits = Edits::of(text);
    let mut done = 0;
    // both letters begin with the same byte, and so do the controls that Windows-1252 has its quotation marks
    // at
    for at in memchr::memchr2_iter(0xc2, 0xc3, text.as_bytes()) {
        if at < done {
            continue;
        }
        let rest = stretch(text, at..);
        let found = garbled(rest).map(|(length, c)| (length, c, fill_of(c))).or_else(|| control(rest));
        if let Some((length, c, fill)) = found {
            edits.replace(at..at + length, c.encode_utf8(&mut [0; 4]), fill);
            done = at + length;
        }
    }
    edits.done()
}

/// A character in several at the start of a text, and how many bytes they take.
fn garbled(rest: &str) -> Option<(usize, char)> {
    let mut characters = rest.chars();
    let lead = characters.next().filter(|lead| LEADS.contains(lead))?;
    let wanted = if lead == 'â' { 3 } else { 2 };
    let (mut bytes, mut length) = (vec![lead as u8], lead.len_utf8());
    for c in characters.take(wanted - 1) {
        // Windows-1252 lacks the last byte of ”
        let byte = if c == '\u{fffd}' && bytes == [0xe2, 0x80] { 0x9d } else { windows_byte(c)? };
        bytes.push(byte);
        length += c.len_utf8();
    }
    let decoded = std::str::from_utf8(&bytes).ok()?;
    Some((length, decoded.chars().next()?))
}

/// The byte of a character in Windows-1252, where it is one that goes on a sequence.
fn windows_byte(c: char) -> Option<u8> {
    if ('\u{80}'..='\u{bf}').contains(&c) {
        return Some(c as u8);
    }
    let mut buffer = [0; 4];
    let (bytes, _, has_failed) = encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
    match bytes[..] {
        [byte @ 0x80..=0x9f] if !has_failed => Some(byte),
        _ => None,
    }
}

/// Marks of Windows-1252 that were read as the controls of Latin-1.
fn control(rest: &str) -> Option<(usize, char, Fill)> {
    let (c, fill) = match rest.chars().next()? {
        '\u{91}' => ('\'', Fill::Before),
        '\u{92}' => ('\'', Fill::After),
        '\u{93}' => ('"', Fill::Before),
        '\u{94}' => ('"', Fill::After),
        '\u{96}' | '\u{97}' => ('-', Fill::After),
        _ => return None,
    };
    Some((2, c, fill))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> String {
        let view = undone(text).unwrap_or_else(|| text.to_owned());
        assert_eq!(view.len(), text.len());
        let visible: String = view.chars().filter(|c| !['\u{ad}', '\u{200b}'].contains(c)).collect();
        visible.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn garbled_characters_are_what_they_were() {
        assert_eq!(seen("â€œWe donâ€™t know,â€\u{9d} he said"), "“We don’t know,” he said");
        assert_eq!(seen("â€œWe go,â€\u{fffd} she said â€” now"), "“We go,” she said — now");
        assert_eq!(seen("cafÃ© MÃ¼ller Â«bonÂ»"), "café Müller «bon»");
        assert_eq!(seen("\u{93}We go,\u{94} he said"), "\"We go,\" he said");
        for text in ["São Paulo, Âge, AÇÃO", "â la carte", "±Ã"] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
