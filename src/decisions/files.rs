//! Reading: lists, single matches, what was said, figures.

use std::path::Path;
use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::Serialize;

use super::found::MatchRecord;
use super::query::{MatchFilter, MatchPage};
use super::said::{Decision, DecisionEvent, Reason};
use super::schema::{failed, open_to_read, path_in};
use crate::error::Result;
use crate::row::PairRow;
use crate::rules::{Hidden, HiddenCounts};

/// A match as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredMatch {
    /// What was found.
    #[serde(flatten)]
    pub record: MatchRecord,
    /// Rises with arrival.
    pub number: i64,
    /// When it was found, in UTC.
    pub found_at: String,
    /// The decision that stands.
    pub decision: Option<Decision>,
    /// Number of the event that says so.
    pub decided_by: Option<i64>,
    /// The last event, undoing included: what a decision names as `seen`.
    pub last_event: Option<i64>,
}

/// How many matches there are, by the decision that stands. Those that rules hide are in none of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub matches: u64,
    /// Nobody decided on them, or it was undone.
    pub undecided: u64,
    /// Decided to be derived.
    pub derived: u64,
    /// Excluded, for whatever reason.
    pub not_derived: u64,
    /// Decided to be partial.
    pub partial: u64,
}

/// An archive's matches and decisions, for reading. Never in the way of who writes.
#[derive(Debug)]
pub struct Files {
    connection: Connection,
    path: PathBuf,
    /// What holds of matches that rules do not hide.
    shown: &'static str,
}

/// A file of version 1 hides nothing.
const ALL_SHOWN: &str = "TRUE";

/// What holds of matches that rules do not hide.
pub(super) const SHOWN: &str = "number NOT IN (SELECT match FROM hidden)";

const COLUMNS: &str = "id, number, incoming, source_outlet, derived_outlet, source_title, derived_title, \
    source_date, \
     derived_date, source_sha256, derived_sha256, found_at, decision, decided_by, last_event, row";

impl Files {
    /// Opens the file beside the index in a folder; `None` where nothing was ever noted.
    ///
    /// # Errors
    /// [`crate::Error::File`] where it cannot be read, [`crate::Error::Usage`] for a file of another version.
    pub fn open(folder: &Path) -> Result<Option<Files>> {
        let path = path_in(folder);
        Ok(open_to_read(&path)?.map(|(connection, version)| Files {
            connection,
            path,
            shown: if version == 1 { ALL_SHOWN } else { SHOWN },
        }))
    }

    /// A page of at most `limit` matches; `cursor` is a former page's `next`. `None` for a cursor that is
    /// none of this order.
    ///
    /// # Errors
    /// [`crate::Error::File`].
    pub fn list(
        &self,
        wanted: &MatchFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Option<MatchPage<StoredMatch>>> {
        let Some((conditions, values)) = wanted.conditions(cursor, self.shown) else { return Ok(None) };
        let query = format!(
            "SELECT {COLUMNS} FROM matches {conditions} ORDER BY {} LIMIT {}",
            wanted.sorted_by(),
            limit.saturating_add(1)
        );
        let mut items = self.all(&query, params_from_iter(values), kept)?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| cursor_behind(last, wanted));
        Ok(Some(MatchPage { items, next }))
    }

    /// A match by its id, unless rules hide it.
    ///
    /// # Errors
    /// [`crate::Error::File`].
    pub fn find(&self, id: &str) -> Result<Option<StoredMatch>> {
        let query = format!("SELECT {COLUMNS} FROM matches WHERE id = ? AND {}", self.shown);
        let found = self.connection.query_row(&query, [id], kept).optional();
        found.map_err(failed(&self.path))
    }

    /// What was said of a match, the last first.
    ///
    /// # Errors
    /// [`crate::Error::File`].
    pub fn events(&self, number: i64) -> Result<Vec<DecisionEvent>> {
        self.all(EVENTS, params![number], event)
    }

    /// How many matches there are that rules do not hide.
    ///
    /// # Errors
    /// [`crate::Error::File`].
    pub fn counts(&self) -> Result<Counts> {
        let query = format!("SELECT decision, count(*) FROM matches WHERE {} GROUP BY decision", self.shown);
        let by_decision: Vec<(Option<String>, i64)> =
            self.all(&query, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut counts = Counts::default();
        for (decision, count) in by_decision {
            let count = count.unsigned_abs();
            counts.matches += count;
            match decision.as_deref().and_then(Decision::of_name) {
                Some(Decision::Derived) => counts.derived += count,
                Some(Decision::NotDerived) => counts.not_derived += count,
                Some(Decision::Partial) => counts.partial += count,
                _ => counts.undecided += count,
            }
        }
        Ok(counts)
    }

    /// How many matches rules hide, by reason.
    ///
    /// # Errors
    /// [`crate::Error::File`].
    pub fn hidden(&self) -> Result<HiddenCounts> {
        let mut hidden = HiddenCounts::default();
        if self.shown == ALL_SHOWN {
            return Ok(hidden);
        }
        let query = "SELECT reason, count(*) FROM hidden GROUP BY reason";
        let by_reason: Vec<(String, i64)> = self.all(query, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (reason, count) in by_reason {
            if let Some(reason) = Hidden::of_name(&reason) {
                hidden.0.insert(reason.name(), count.unsigned_abs());
            }
        }
        Ok(hidden)
    }

    fn all<R>(
        &self,
        query: &str,
        values: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<R>,
    ) -> Result<Vec<R>> {
        let mut statement = self.connection.prepare_cached(query).map_err(failed(&self.path))?;
        let rows = statement.query_map(values, read).and_then(Iterator::collect);
        rows.map_err(failed(&self.path))
    }
}

fn cursor_behind(last: &StoredMatch, wanted: &MatchFilter) -> String {
    use super::query::MatchOrder;
    match wanted.order {
        MatchOrder::Newest => last.number.to_string(),
        MatchOrder::Score => format!("{}~{}", last.number, last.record.row.score),
        MatchOrder::Outlet => {
            format!("{}~{}", last.number, last.record.derived_outlet.as_deref().unwrap_or_default())
        }
        MatchOrder::Relation => format!("{}~{}", last.number, last.record.row.relation.name()),
    }
}

pub(super) fn kept(row: &Row<'_>) -> rusqlite::Result<StoredMatch> {
    let line: String = row.get(15)?;
    let pair: PairRow = serde_json::from_str(&line).map_err(|error| unreadable(15, error))?;
    let decision: Option<String> = row.get(12)?;
    let record = MatchRecord {
        id: row.get(0)?,
        incoming: row.get(2)?,
        source_outlet: row.get(3)?,
        derived_outlet: row.get(4)?,
        source_title: row.get(5)?,
        derived_title: row.get(6)?,
        source_date: row.get(7)?,
        derived_date: row.get(8)?,
        source_sha256: row.get(9)?,
        derived_sha256: row.get(10)?,
        row: pair,
    };
    Ok(StoredMatch {
        record,
        number: row.get(1)?,
        found_at: row.get(11)?,
        decision: decision.as_deref().and_then(Decision::of_name),
        decided_by: row.get(13)?,
        last_event: row.get(14)?,
    })
}

fn unreadable(column: usize, error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

pub(super) const EVENTS: &str = "SELECT e.number, e.decision, e.reason, e.who, e.note, e.at, e.undoes, \
     e.source_sha256 = m.source_sha256 AND e.derived_sha256 = m.derived_sha256 \
     FROM events e JOIN matches m ON m.number = e.match WHERE e.match = ? ORDER BY e.number DESC";

pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<DecisionEvent> {
    let decision: String = row.get(1)?;
    let reason: Option<String> = row.get(2)?;
    let unknown =
        || rusqlite::Error::InvalidColumnType(1, "decision".to_owned(), rusqlite::types::Type::Text);
    Ok(DecisionEvent {
        number: row.get(0)?,
        decision: Decision::of_name(&decision).ok_or_else(unknown)?,
        reason: reason.as_deref().and_then(Reason::of_name),
        who: row.get(3)?,
        note: row.get(4)?,
        at: row.get(5)?,
        undoes: row.get(6)?,
        is_of_these_texts: row.get(7)?,
    })
}
