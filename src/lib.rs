//! retold finds copied, syndicated and rewritten articles.
pub mod article;
pub mod candidate;
pub mod collection;
pub mod error;
pub mod normalise;
pub mod progress;
pub mod read;
pub mod recipe;
pub mod row;
pub mod shingle;
pub mod sketch;

pub use error::{Error, Result};
