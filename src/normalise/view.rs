//! A text as its reader takes it, byte for byte in the same places.
//!
//! `&str → a text of the same length in bytes`, so that a place in it is the same place in the text as it was
//! read: a blank for a line break that a width made, invisible characters for a hyphen at a line's end, a
//! quotation mark and blanks for two grave accents, for an entity, or for a mark that was read in the wrong
//! encoding.

mod charset;
mod lines;
mod marks;
mod markup;
mod mojibake;
mod spaced;
mod transfer;

use std::ops::Range;

/// The view of a text; `None` where it is the text itself.
pub(super) fn of(raw: &str) -> Option<String> {
    let stages: [fn(&str) -> Option<String>; 7] = [
        transfer::undone,
        charset::undone,
        spaced::undone,
        markup::undone,
        mojibake::undone,
        marks::straightened,
        lines::unwrapped,
    ];
    after(raw, &stages)
}

/// A text as it was written, as long as it is: where it was left as something carried it, was read in a wrong
/// encoding, or has its letters set apart, so that none of its words is one. `None` for nearly all texts.
pub(super) fn written(raw: &str) -> Option<String> {
    after(raw, &[transfer::undone, charset::undone, spaced::undone, markup::unescaped])
}

fn after(raw: &str, stages: &[fn(&str) -> Option<String>]) -> Option<String> {
    let mut view: Option<String> = None;
    for stage in stages {
        view = stage(view.as_deref().unwrap_or(raw)).or(view);
    }
    view
}

/// Where a mark stands among the blanks in its room.
fn fill_of(c: char) -> Fill {
    match c {
        '“' | '„' | '‘' | '‚' | '«' => Fill::Before,
        '”' | '»' | '–' | '—' | '…' | '\u{a0}' => Fill::After,
        c if c.is_whitespace() || c.is_ascii_punctuation() => Fill::After,
        _ => Fill::Nothing,
    }
}

/// What fills the room that a replacement leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// Blanks before it: it stands at what follows.
    Before,
    /// Blanks behind it.
    After,
    /// Invisible characters behind it: a word goes on.
    Nothing,
}

/// A text with parts of it replaced by others of the same length.
struct Edits<'a> {
    text: &'a str,
    bytes: Option<Vec<u8>>,
}

impl<'a> Edits<'a> {
    fn of(text: &'a str) -> Self {
        Edits { text, bytes: None }
    }

    /// Puts `with` in the place of a part that is at least as long; nothing happens where it is not, or where
    /// one byte is left and nothing invisible is so short.
    fn replace(&mut self, part: Range<usize>, with: &str, fill: Fill) {
        let Some(room) = part.len().checked_sub(with.len()) else { return };
        let filler = match fill {
            Fill::Nothing if room == 1 => return,
            Fill::Nothing => invisible(room),
            Fill::Before | Fill::After => " ".repeat(room),
        };
        let is_whole = self.text.is_char_boundary(part.start) && self.text.is_char_boundary(part.end);
        let bytes = self.bytes.get_or_insert_with(|| self.text.as_bytes().to_vec());
        let Some(place) = bytes.get_mut(part).filter(|_| is_whole) else { return };
        let whole = if fill == Fill::Before { filler + with } else { with.to_owned() + &filler };
        place.copy_from_slice(whole.as_bytes());
    }

    /// The new text; `None` where nothing was replaced.
    fn done(self) -> Option<String> {
        String::from_utf8(self.bytes?).ok()
    }
}

/// So many bytes of characters that are no part of any word, of none or at least two.
fn invisible(bytes: usize) -> String {
    let long = bytes % 2;
    "\u{200b}".repeat(long) + &"\u{ad}".repeat((bytes - 3 * long) / 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_stay_where_they_are(
            raw in "\\PC{0,60}|([a-zé “”«»‹›'`\"&;#x0-9<>/p\n\r\u{2028}\u{ad}-]|quot|nbsp|â€œ|Ã©|â€\u{fffd}|[a-z]{5,9} [a-z]{20,40}-?\n){0,60}",
        ) {
            if let Some(view) = of(&raw) {
                prop_assert_eq!(view.len(), raw.len());
                let kept = raw.char_indices().filter(|(at, c)| view.get(*at..at + c.len_utf8()) == Some(c.encode_utf8(&mut [0; 4])));
                prop_assert!(kept.count() <= raw.chars().count());
            }
        }
    }

    #[test]
    fn what_is_left_is_filled() {
        for room in [0, 2, 3, 4, 5, 6, 7] {
            assert_eq!(invisible(room).len(), room);
        }
        let mut edits = Edits::of("a&quot;b");
        edits.replace(1..7, "\"", Fill::Before);
        assert_eq!(edits.done().as_deref(), Some("a     \"b"));
        let mut edits = Edits::of("ab");
        edits.replace(0..1, "\"\"", Fill::After);
        assert_eq!(edits.done(), None);
    }
}
