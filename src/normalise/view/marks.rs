//! Quotation marks typed as something else, and line ends of other systems.

use super::{Edits, Fill};
use crate::stretch::stretch;

/// The text with ``…'' as straight marks and every kind of line end as a line feed.
pub(super) fn straightened(text: &str) -> Option<String> {
    let mut edits = Edits::of(text);
    let bytes = text.as_bytes();
    for at in memchr::memchr3_iter(b'`', b'\'', b'\r', bytes) {
        let pair = stretch(text, at..at + 2);
        match pair {
            "\r\n" => {}
            _ if bytes.get(at) == Some(&b'\r') => edits.replace(at..at + 1, "\n", Fill::After),
            "``" => edits.replace(at..at + 2, "\"", Fill::Before),
            "''" => {
                let opens = stands_open(text, at, at + 2);
                edits.replace(at..at + 2, "\"", if opens { Fill::Before } else { Fill::After });
            }
            _ if bytes.get(at) == Some(&b'`') && stands_open(text, at, at + 1) => {
                edits.replace(at..at + 1, "'", Fill::After);
            }
            _ => {}
        }
    }
    // U+0085, U+2028 and U+2029
    for (end, line) in [("\u{85}", "\n"), ("\u{2028}", "\n"), ("\u{2029}", "\n\n")] {
        for at in memchr::memmem::find_iter(bytes, end) {
            edits.replace(at..at + end.len(), line, Fill::After);
        }
    }
    if is_full_width(text) {
        for (at, c) in text.char_indices().filter(|(_, c)| is_full_width_mark(*c)) {
            let narrow =
                char::from_u32((c as u32).wrapping_sub(0xfee0)).filter(char::is_ascii).unwrap_or(' ');
            let fill = match stands_open(text, at, at + c.len_utf8()) {
                _ if stands_within(text, at, at + c.len_utf8()) => Fill::Nothing,
                true => Fill::Before,
                false => Fill::After,
            };
            edits.replace(at..at + c.len_utf8(), narrow.encode_utf8(&mut [0; 4]), fill);
        }
    }
    edits.done()
}

/// So many full-width letters are no abbreviation in a Chinese or Japanese text.
const FULL_WIDTH_MIN: usize = 40;

fn is_full_width(text: &str) -> bool {
    // most texts have no character that begins so
    memchr::memchr(0xef, text.as_bytes()).is_some()
        && text.chars().filter(|c| matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ')).take(FULL_WIDTH_MIN).count()
            == FULL_WIDTH_MIN
}

/// Punctuation and the blank of full width.
fn is_full_width_mark(c: char) -> bool {
    c == '\u{3000}' || matches!(c, '！'..='～') && !c.is_alphanumeric() && c != '＿'
}

/// Whether what stands there is between letters or figures: "don't", "1,200".
fn stands_within(text: &str, start: usize, end: usize) -> bool {
    let before = stretch(text, ..start).chars().next_back();
    let after = stretch(text, end..).chars().next();
    [before, after].into_iter().all(|near| near.is_some_and(char::is_alphanumeric))
}

/// Whether what stands there follows a blank and a word follows it.
fn stands_open(text: &str, start: usize, end: usize) -> bool {
    let before = stretch(text, ..start).chars().next_back();
    let after = stretch(text, end..).chars().next();
    before.is_none_or(|before| before.is_whitespace() || "([—–-".contains(before))
        && after.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grave_accents_and_apostrophes_are_straight_marks() {
        let seen = |text| straightened(text).unwrap_or_default();
        assert_eq!(seen("``We go,'' he said"), " \"We go,\"  he said");
        assert_eq!(seen("he said ''we go''"), "he said  \"we go\" ");
        assert_eq!(seen("he said `go' now"), "he said 'go' now");
        assert_eq!(seen("one\rtwo\r\nthree\u{2028}four"), "one\ntwo\r\nthree\n  four");
        assert_eq!(straightened("the workers' `plan` isn't"), Some("the workers' 'plan` isn't".into()));
    }
}
