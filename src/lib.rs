//! retold finds copied, syndicated and rewritten articles.
pub mod article;
pub mod collection;
pub mod error;
pub mod normalise;
pub mod read;
pub mod row;

pub use error::{Error, Result};
