//! Bytes to articles: files, folders and standard input, plain or compressed.

mod rejection;

pub use rejection::{Rejection, RejectionKind, RejectionSink};
