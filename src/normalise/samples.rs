//! The places at which a text is looked at where its language is told: a page may begin in another one.

use crate::stretch::stretch;

/// So many bytes of a text's beginning are looked at.
pub const DETECTION_BYTES: usize = 600;

/// So many bytes of a text from a place on.
fn sample(text: &str, start: usize, bytes: usize) -> &str {
    let boundary =
        |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    stretch(text, boundary(start)..boundary(start + bytes))
}

/// So many bytes are looked at there.
const LATER_BYTES: usize = 300;

/// Where a text is looked at, and so many bytes more.
pub fn samples(text: &str, more: usize) -> [&str; 3] {
    let middle = (text.len() / 2).saturating_sub(LATER_BYTES / 2);
    let later = |start: usize| {
        let few = sample(text, start, LATER_BYTES);
        // letters of most scripts take two or three bytes
        let beyond_ascii = few.bytes().filter(|byte| !byte.is_ascii()).count();
        sample(text, start, if 2 * beyond_ascii > few.len() { 3 * LATER_BYTES } else { LATER_BYTES } + more)
    };
    [sample(text, 0, DETECTION_BYTES + more), later(middle), later(text.len() / 4 * 3)]
}
