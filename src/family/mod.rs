//! Scored pairs and the evidence of families to trees: who came from whom, and from which root.
//!
//! [`group`] says which articles are a family: those that derived links other than partial ones tie together,
//! and beside them borrowers. [`likeliest_tree`] makes a directed tree of a family whose evidence has been
//! weighed, all members together; no text and no list of rows enters here, so that what is listed does not
//! decide who came from whom.

mod branching;
mod grouping;
mod marginals;
mod sources;
mod tree;

pub use branching::branching;
pub use grouping::{Group, Link, Tied, group};
pub use marginals::{Marginals, marginals};
pub use sources::{Further, Unseen, further_sources, unseen_source};
pub use tree::{Hanging, ParentCandidate, Tree, likeliest_tree};
