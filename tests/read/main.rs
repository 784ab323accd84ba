//! Reading as a caller sees it: sound input in every form, bad input of every kind.

mod bad_input;
#[cfg(feature = "parquet")]
mod columnar;
#[cfg(feature = "parquet")]
mod columns;
mod cousins;
mod formats;
mod hostile;
mod odd_writers;
mod samples;
mod sound_input;
mod support;
