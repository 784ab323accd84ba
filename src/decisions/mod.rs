//! What an archive's matches were, and what people said of them: a SQLite file beside the index.
//!
//! `rows of flag → matches → decisions → labelled pairs`. The file is [`FILE_NAME`] in the index's folder;
//! `schema/decisions.sql` and `schema/decisions_2.sql`
//! describe its tables, and other programs may read them while retold writes. [`DecisionWriter`] is the one that
//! writes, [`Files`] reads.
//!
//! **What holds.** Whatever a call that changed something returned is on disk. Matches become visible when
//! the index holds both
//! articles: they are noted first ([`DecisionWriter::note`]), and put in place once the index has committed
//! ([`DecisionWriter::settle`]); what a crash
//! left between is put right when the desk is opened again. Decisions are only added, an undo is one of them,
//! and each names the last one that who made it had seen: of two people on
//! one match the second is told of the first ([`DecisionOutcome::Conflict`]). What is said of an article goes with it
//! ([`DecisionWriter::forget`], [`DecisionWriter::forget_gone`]),
//! byte for byte. How matches stand by the rules of a house is brought up to date when these are others
//! ([`DecisionWriter::stand_by`]); what rules hide is kept, and in no list.

mod files;
mod found;
mod gone;
mod labels;
mod query;
mod restanding;
mod said;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub use files::{Counts, Files, StoredMatch};
pub use found::{FiledMatch, MatchRecord, match_id, text_sha256};
pub use labels::Label;
pub use query::{DecisionFilter, MatchFilter, MatchOrder, MatchPage};
pub use restanding::Restanding;
pub use said::{Decision, DecisionEvent, Reason, Said};
pub use schema::{FILE_NAME, VERSION};
pub use writer::{DecisionOutcome, DecisionWriter};
