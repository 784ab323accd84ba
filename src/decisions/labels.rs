//! Decisions as labelled pairs, as `tune --pairs` reads them.

use serde::Serialize;

use super::files::{Files, StoredMatch};
use super::found::MatchRecord;
use super::query::{DecisionFilter, MatchFilter};
use super::said::{Decision, DecisionEvent, Reason};
use crate::error::Result;
use crate::index::Snapshot;

/// A decision as a labelled pair: one line of `retold decisions --format jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The match's source.
    pub a: String,
    /// The match's derived article.
    pub b: String,
    /// What the pair is, for a model to learn; `None` where the decision does not say it: a licence, an own
    /// copy or a press release is no case, and the text came from there all the same.
    pub label: Option<&'static str>,
    /// What stands of the match.
    pub decision: Decision,
    /// Why it is no case.
    pub reason: Option<Reason>,
    /// Who said so.
    pub who: String,
    /// When, in UTC.
    pub at: String,
    /// In their own words.
    pub note: Option<String>,
    /// Id of the match.
    pub r#match: String,
    /// SHA-256 of the source's text as UTF-8.
    pub source_sha256: String,
    /// The same of the derived article's.
    pub derived_sha256: String,
}

/// Matches that are read at a time.
const AT_A_TIME: usize = 500;

impl Files {
    /// Visits the decisions that stand, the match that arrived last first. Those that were made on other
    /// texts than the archive holds now, by its state `index`, are left out; returns how many.
    ///
    /// # Errors
    /// [`crate::Error::File`], what reading the index returns, and what `visit` returns.
    pub fn each_label(&self, index: &Snapshot, mut visit: impl FnMut(Label) -> Result<()>) -> Result<u64> {
        // what was said of a pair holds, whether rules let it be seen or not
        let wanted =
            MatchFilter { decision: Some(DecisionFilter::Decided), hidden: true, ..MatchFilter::default() };
        let (mut cursor, mut outdated) = (None, 0);
        loop {
            let Some(page) = self.list(&wanted, cursor.as_deref(), AT_A_TIME)? else { return Ok(outdated) };
            for kept in page.items {
                let events = self.events(kept.number)?;
                let stands = events.into_iter().find(|event| Some(event.number) == kept.decided_by);
                let Some(event) = stands else { continue };
                // a text that was filed without being held against others leaves its matches as they were
                match event.is_of_these_texts && kept.record.is_held_by(index)? {
                    true => visit(label(kept, event))?,
                    false => outdated += 1,
                }
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(outdated),
            }
        }
    }
}

fn label(kept: StoredMatch, event: DecisionEvent) -> Label {
    let MatchRecord { id, source_sha256, derived_sha256, row, .. } = kept.record;
    let DecisionEvent { decision, reason, who, at, note, .. } = event;
    let label = match (decision, reason) {
        (Decision::Derived, _) if row.relation.is_derived() => Some(row.relation.name()),
        (Decision::Derived, _) => Some("wholly"),
        (Decision::Partial, _) => Some("partial"),
        (Decision::NotDerived, Some(Reason::Wrong)) => Some("unrelated"),
        // what is quoted is nobody's copy
        (Decision::NotDerived, Some(Reason::CreditedQuotation)) => Some("shared_source"),
        (Decision::NotDerived | Decision::Undo, _) => None,
    };
    let (a, b) = (row.source, row.derived);
    Label { a, b, label, decision, reason, who, at, note, r#match: id, source_sha256, derived_sha256 }
}
