//! Hostile characters made harmless and visible, one for one, so that spans still fit.
//!
//! A terminal obeys control characters wherever they come from, and an override of the writing direction can
//! make an id or a headline read as something else. Both are shown as a symbol instead of being obeyed.

use std::borrow::Cow;

/// The character to show for `c` in running text: line feeds and tabs stay, other control characters become
/// their symbol (U+2400 and on), and overrides of the writing direction U+FFFD.
pub fn visible_char(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        // Embeddings, overrides and isolates reach past their own text; plain marks (U+200E, U+200F) do not.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        // Line and paragraph separators break a line where nobody expects one; U+FEFF has no width.
        '\u{2028}' | '\u{2029}' => '\n',
        _ => c,
    }
}

/// Running text with each character replaced by [`visible_char`]; the number of code points stays the same.
///
/// Line ends may be `\n`, `\r\n` or `\r`: a carriage return before a line feed becomes a space, alone a line
/// feed.
pub fn visible_text(text: &str) -> Cow<'_, str> {
    if !may_hold_hostile(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        shown.push(match c {
            '\r' if characters.peek() == Some(&'\n') => ' ',
            '\r' => '\n',
            _ => visible_char(c),
        });
    }
    Cow::Owned(shown)
}

/// Whether any character may be another than [`visible_char`] shows. By bytes, since most texts hold none.
fn may_hold_hostile(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_control = |byte: u8| byte < 0x20 && byte != b'\n' && byte != b'\t' || byte == 0x7f || byte == 0xc2;
    // U+2028 to U+202E and U+2066 to U+2069; 0xc2 begins U+0080 to U+009F, and some harmless ones.
    bytes.iter().fold(false, |found, &byte| found | is_control(byte))
        || memchr::memchr_iter(0xe2, bytes)
            .any(|at| matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8..=0xae] | [0x81, 0xa6..=0xa9])))
}

/// An id, a title or another label for a single line: as [`visible_text`], with line ends and tabs as symbols
/// too.
pub fn visible_label(label: &str) -> Cow<'_, str> {
    let shown = |c: char| match c {
        '\n' | '\u{2028}' | '\u{2029}' => '\u{2424}',
        '\t' => '\u{2409}',
        _ => visible_char(c),
    };
    if !label.chars().any(|c| shown(c) != c) {
        return Cow::Borrowed(label);
    }
    Cow::Owned(label.chars().map(shown).collect())
}

/// A label as [`visible_label`] shows it, cut to `most_chars` code points with an ellipsis.
///
/// Ids and titles are as long as the input makes them; a line on a screen is not.
pub fn short_label(label: &str, most_chars: usize) -> String {
    match label.char_indices().nth(most_chars) {
        None => visible_label(label).into_owned(),
        Some(_) => {
            let kept: String = label.chars().take(most_chars.saturating_sub(1)).collect();
            format!("{}…", visible_label(&kept))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_codes_become_symbols() {
        assert_eq!(visible_text("a\u{1b}[31mred\u{7}\u{9b}0m\nb\tc"), "a␛[31mred␇\u{fffd}0m\nb\tc");
        assert_eq!(visible_label("two\nlines\tand\r"), "two␤lines␉and␍");
    }

    #[test]
    fn no_hostile_character_is_overlooked() {
        for c in '\0'..=char::MAX {
            let text = format!("a{c}é日");
            assert!(visible_char(c) == c || may_hold_hostile(&text), "U+{:04X}", c as u32);
        }
        assert!(!may_hold_hostile("“It’s\tover” – 日本\n"));
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(short_label("abcdef", 6), "abcdef");
        assert_eq!(short_label("ab\ncdefg", 6), "ab␤cd…");
        assert_eq!(short_label(&"日".repeat(1000), 10).chars().count(), 10);
    }

    #[test]
    fn overrides_of_the_writing_direction_are_shown_not_obeyed() {
        assert_eq!(visible_label("txt\u{202e}fdp.exe"), "txt\u{fffd}fdp.exe");
        assert_eq!(visible_text("\u{2067}x\u{2069}"), "\u{fffd}x\u{fffd}");
        assert_eq!(visible_text("שלום\u{200f}!"), "שלום\u{200f}!");
    }

    #[test]
    fn every_line_end_stays_one_line_end() {
        assert_eq!(visible_text("a\r\nb\rc\nd\u{2028}e"), "a \nb\nc\nd\ne");
    }

    proptest::proptest! {
        #[test]
        fn code_points_are_replaced_one_for_one(text in "\\PC*|[\\x00-\\xff\\u{2020}-\\u{2070}]*") {
            let shown = visible_text(&text);
            proptest::prop_assert_eq!(shown.chars().count(), text.chars().count());
            let obeyed = |c: char| c.is_control() && c != '\n' && c != '\t' || ('\u{202a}'..='\u{202e}').contains(&c);
            proptest::prop_assert!(!shown.chars().any(obeyed));
            proptest::prop_assert!(!visible_label(&text).chars().any(|c| c.is_control()));
        }
    }
}
