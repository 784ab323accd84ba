//! Characters that a reader does not see, or that only decorate the letter before them: they are no part of
//! any word.

/// Whether `c` vanishes from words before anything else is looked at.
///
/// Controls, Unicode's `Default_Ignorable_Code_Point` (soft hyphens, zero-width blanks and joiners, byte order marks,
/// controls of the writing direction, variation selectors, fillers), enclosing marks, and the marks that
/// strike out, overline or underline what they stand on. Pinned here, as classes are: see [`super::class`].
pub(super) fn is_invisible(c: char) -> bool {
    is_unseen_control(c) || c >= '\u{ad}' && (is_default_ignorable(c) || only_decorates(c))
}

/// Whether a byte is an ASCII character that vanishes: a control that is no blank and sets nothing apart.
pub(in crate::normalise) fn is_unseen_byte(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0xe..=0x1b | 0x7f)
}

/// Controls but for blanks, ends of lines and separators of records, and what stands for an object or a note:
/// extractions leave them in the middle of words.
fn is_unseen_control(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}' | '\u{e}'..='\u{1b}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fff9}'..='\u{fffc}'
    )
}

fn is_default_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Overlays and lines above and below (U+0305, U+0332 to U+0338, U+033F), the marks made for symbols,
/// enclosing marks.
fn only_decorates(c: char) -> bool {
    matches!(
        c,
        '\u{305}'
            | '\u{332}'..='\u{338}'
            | '\u{33f}'
            | '\u{488}'..='\u{489}'
            | '\u{1abe}'
            | '\u{20d0}'..='\u{20f0}'
            | '\u{a670}'..='\u{a672}'
    )
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    /// The characters that a class of a regular expression holds.
    fn class(pattern: &str) -> impl Fn(char) -> bool {
        let parsed = regex_syntax::parse(pattern).unwrap();
        let HirKind::Class(Class::Unicode(class)) = parsed.kind().clone() else { panic!("{pattern}") };
        move |c| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c))
    }

    #[test]
    fn ranges_are_those_of_the_properties() {
        let ignorable = class(r"\p{Default_Ignorable_Code_Point}");
        let enclosing = class(r"\p{Me}");
        let mark = class(r"\p{M}");
        for c in (0..0x11_0000).filter_map(char::from_u32) {
            assert_eq!(is_default_ignorable(c), ignorable(c), "U+{:04X}", c as u32);
            assert!(is_invisible(c) || !enclosing(c), "U+{:04X}", c as u32);
            assert!(mark(c) || !only_decorates(c), "U+{:04X}", c as u32);
            assert!(c.is_control() || c > '\u{9f}' || !is_invisible(c), "U+{:04X}", c as u32);
            assert!(!is_invisible(c) || !c.is_whitespace(), "U+{:04X}", c as u32);
            assert_eq!(is_unseen_byte(c as u8), is_invisible(char::from(c as u8)) && (c as u8) < 0x80);
        }
    }
}
