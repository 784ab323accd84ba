//! retold finds copied, syndicated and rewritten articles.
pub mod align;
pub mod article;
pub mod collection;
pub mod error;
pub mod evidence;
pub mod judge;
pub mod normalise;
pub mod read;
pub mod report;
pub mod row;
pub mod shingle;
pub mod tune;

pub use error::{Error, Result};
