//! Evidence to verdict: relation, tie, score, direction, and the reasons in words.
//!
//! All numbers come from a [`Profile`]; nothing here looks into the corpus.

mod boilerplate;
pub mod brief;
pub mod direction;
pub mod family;
pub mod model;
mod objections;
pub mod other_facts;
pub mod profile;
pub mod quoted_alone;
pub mod relation;
pub mod rules;
pub mod search;
pub mod tables;
mod verdict;
mod words;

pub use profile::Profile;
pub use verdict::{Outlook, PairEvidence, judge, outlook};
