//! Text as the stages compare it: words, and their places in the text as it was read.

pub mod words;
