//! An article's text made comparable: words with offsets back to the input, sentences, quotations,
//! boilerplate.
//!
//! `&str` goes in, a [`Text`] comes out. Nothing here looks at a second text or at the corpus; what only the
//! corpus can tell (a sentence that many documents print) is laid over a `Text` later by the evidence room.

mod boilerplate;
mod casing;
pub mod language;
pub mod noise;
mod quotations;
mod samples;
mod sentences;
mod tags;
mod text;
mod tokens;
mod view;
pub mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use casing::{Naming, Printed};
pub use language::{Language, Script};
pub use text::{Text, Token, TokenFlags, TokenRange};

/// A text as it was written, as long as it is, where it was left in a transfer encoding (quoted-printable, percent
/// escapes, escapes of JSON, numbers of characters), was read in a wrong character set or has its letters set apart; most texts
/// as they are.
pub fn written(text: &str) -> Cow<'_, str> {
    view::written(text).map_or(Cow::Borrowed(text), Cow::Owned)
}
