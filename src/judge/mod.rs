//! Evidence to verdict: relation, tie, score, direction, and the reasons in words.
//!
//! All numbers come from a [`Profile`]; nothing here reads a text.

pub mod direction;
pub mod model;
pub mod profile;
pub mod relation;

pub use profile::Profile;
