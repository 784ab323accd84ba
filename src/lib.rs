//! retold finds copied, syndicated and rewritten articles.
pub mod align;
pub mod article;
pub mod candidate;
pub mod collection;
pub mod error;
pub mod evidence;
pub mod family;
pub mod index;
pub mod judge;
pub mod normalise;
pub mod pipeline;
mod processor;
pub mod progress;
pub mod read;
pub mod recipe;
pub mod report;
pub mod row;
pub mod shingle;
pub mod sketch;
pub mod tune;
pub mod work;

pub use error::{Error, Result};
