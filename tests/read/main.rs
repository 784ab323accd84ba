//! Reading as a caller sees it: sound input in every form, bad input of every kind.

mod bad_input;
mod hostile;
mod sound_input;
mod support;
