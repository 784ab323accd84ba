//! Writing: matches that came up, what people say of them, and what is to be forgotten.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::files::{EVENTS, SHOWN, event};
use super::found::{FiledMatch, MatchRecord};
use super::said::{Decision, DecisionEvent, Said};
use super::schema::{failed, open_or_create, path_in};
use crate::error::{Error, Result};

/// The one that writes an archive's matches and decisions. Whoever holds the index's writer may be it.
#[derive(Debug)]
pub struct DecisionWriter {
    connection: Connection,
    path: PathBuf,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionOutcome {
    /// It is written down; or it was already, word for word, and nothing was added.
    Written(DecisionEvent),
    /// Something was said since: all of it, the last first. Nothing was added.
    Conflict(Vec<DecisionEvent>),
    /// There is nothing to take back.
    NothingToUndo,
    /// There is no such match, or rules hide it.
    Unknown,
}

/// A match as decisions see it.
struct Decidable {
    number: i64,
    last_event: Option<i64>,
    decided_by: Option<i64>,
    source_sha256: String,
    derived_sha256: String,
}

impl DecisionWriter {
    /// Opens the file beside the index in a folder, and makes it where there is none. `is_filed` says whether
    /// the index holds an article of that id whose text has that SHA-256: what a crash left between index and
    /// matches is put right by it.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be written, [`Error::Usage`] for a file of another version, and what
    /// `is_filed` returns.
    pub fn open(folder: &Path, is_filed: impl Fn(&str, &str) -> Result<bool>) -> Result<DecisionWriter> {
        let path = path_in(folder);
        let mut desk = DecisionWriter { connection: open_or_create(&path)?, path };
        let mut filed = Vec::new();
        for (number, found) in desk.noted()? {
            let MatchRecord { source_sha256, derived_sha256, row, .. } = &found.record;
            if is_filed(&row.source, source_sha256)? && is_filed(&row.derived, derived_sha256)? {
                filed.push(number);
            }
        }
        desk.change(|transaction| {
            filed.iter().try_for_each(|&number| put_in_place(transaction, number))?;
            transaction.execute("DELETE FROM noted", []).map(drop)
        })?;
        Ok(desk)
    }

    /// Notes matches of articles that are about to be filed; returns what [`Self::settle`] takes once they
    /// are.
    ///
    /// # Errors
    /// [`Error::File`]; nothing is noted then.
    pub fn note(&mut self, found: &[FiledMatch]) -> Result<Vec<i64>> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let lines: serde_json::Result<Vec<String>> = found.iter().map(serde_json::to_string).collect();
        let lines = lines.map_err(|error| Error::Usage(format!("a match cannot be written: {error}")))?;
        self.change(|transaction| {
            let mut insert = transaction.prepare_cached("INSERT INTO noted (found) VALUES (?)")?;
            lines.iter().map(|line| insert.insert([line])).collect()
        })
    }

    /// Puts noted matches in place: the index holds their articles. `changed` are ids of articles that were
    /// filed anew, with other texts maybe: what was found of them before, and not found again, goes, unless
    /// something was said of it.
    ///
    /// # Errors
    /// [`Error::File`]. What was noted stays noted then.
    pub fn settle(&mut self, noted: &[i64], changed: &[&str]) -> Result<()> {
        if noted.is_empty() && changed.is_empty() {
            return Ok(());
        }
        // a loss of power may take this back; the notes are on disk, and then it is done again
        self.synchronous("NORMAL")?;
        let done = self.change(|transaction| {
            for id in changed {
                let stale = "DELETE FROM matches WHERE (source = ?1 OR derived = ?1) AND last_event IS NULL";
                transaction.prepare_cached(stale)?.execute([id])?;
            }
            noted.iter().try_for_each(|&number| put_in_place(transaction, number))
        });
        self.synchronous("FULL")?;
        done
    }

    /// Drops what was noted: its articles were not filed.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn drop_noted(&mut self, noted: &[i64]) -> Result<()> {
        self.change(|transaction| {
            let mut delete = transaction.prepare_cached("DELETE FROM noted WHERE number = ?")?;
            noted.iter().try_for_each(|number| delete.execute([number]).map(drop))
        })
    }

    /// Writes down what people say of matches, in order, all at once.
    ///
    /// # Errors
    /// [`Error::File`]; nothing is written then.
    pub fn decide(&mut self, said: &[(String, Said)]) -> Result<Vec<DecisionOutcome>> {
        let at = now();
        self.change(|transaction| said.iter().map(|(id, said)| decide(transaction, id, said, &at)).collect())
    }

    /// Removes all that names an article: its matches, what was said of them, and their bytes.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn forget(&mut self, article: &str) -> Result<u64> {
        self.forget_all(&[article.to_owned()])
    }

    /// As [`Self::forget`], of several articles at once.
    pub(super) fn forget_all(&mut self, articles: &[String]) -> Result<u64> {
        let noted = self.noted()?;
        let names = |found: &FiledMatch| {
            let row = &found.record.row;
            articles.contains(&row.source) || articles.contains(&row.derived)
        };
        let noted: Vec<i64> =
            noted.into_iter().filter(|(_, found)| names(found)).map(|(number, _)| number).collect();
        let gone = self.change(|transaction| {
            for number in &noted {
                transaction.execute("DELETE FROM noted WHERE number = ?", [number])?;
            }
            let mut delete =
                transaction.prepare_cached("DELETE FROM matches WHERE source = ?1 OR derived = ?1")?;
            articles.iter().map(|article| delete.execute([article])).sum::<rusqlite::Result<usize>>()
        })?;
        // the log holds what was written before
        let emptied = self.connection.pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()));
        emptied.map_err(failed(&self.path))?;
        Ok(gone as u64)
    }

    /// The articles that matches name.
    pub(super) fn named(&self) -> Result<Vec<String>> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let query = "SELECT source FROM matches UNION SELECT derived FROM matches";
            self.connection.prepare(query)?.query_map([], |row| row.get(0))?.collect()
        };
        let mut named = read().map_err(failed(&self.path))?;
        for (_, found) in self.noted()? {
            named.extend([found.record.row.source, found.record.row.derived]);
        }
        Ok(named)
    }

    fn noted(&self) -> Result<Vec<(i64, FiledMatch)>> {
        let read = || -> rusqlite::Result<Vec<(i64, String)>> {
            let mut statement = self.connection.prepare("SELECT number, found FROM noted ORDER BY number")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let noted = read().map_err(failed(&self.path))?;
        // a line that cannot be read was never acknowledged
        let readable = |(number, line): (i64, String)| Some((number, serde_json::from_str(&line).ok()?));
        Ok(noted.into_iter().filter_map(readable).collect())
    }

    pub(super) fn change<R>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<R>,
    ) -> Result<R> {
        let done = || -> rusqlite::Result<R> {
            let transaction = self.connection.transaction()?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        done().map_err(failed(&self.path))
    }

    fn synchronous(&self, mode: &str) -> Result<()> {
        self.connection.pragma_update(None, "synchronous", mode).map_err(failed(&self.path))
    }
}

/// This moment in UTC, to the millisecond.
fn now() -> String {
    let now = jiff::Timestamp::now();
    format!("{now:.3}")
}

/// A noted match takes its place; one of the same pair gives way, and keeps its number and what was said of
/// it.
fn put_in_place(transaction: &Transaction<'_>, number: i64) -> rusqlite::Result<()> {
    let line: Option<String> = transaction
        .prepare_cached("DELETE FROM noted WHERE number = ? RETURNING found")?
        .query_row([number], |row| row.get(0))
        .optional()?;
    let Some(found) = line.and_then(|line| serde_json::from_str::<FiledMatch>(&line).ok()) else {
        return Ok(());
    };
    let FiledMatch { record: found, derived_seconds } = found;
    let row = serde_json::to_string(&found.row)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let insert = "INSERT INTO matches (id, source, derived, incoming, relation, score, source_outlet, derived_outlet, \
         source_title, derived_title, source_date, derived_date, derived_seconds, source_sha256, derived_sha256, \
         found_at, row, standing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) \
         ON CONFLICT (id) DO UPDATE SET source = ?2, derived = ?3, incoming = ?4, relation = ?5, score = ?6, \
         source_outlet = ?7, derived_outlet = ?8, source_title = ?9, derived_title = ?10, source_date = ?11, \
         derived_date = ?12, derived_seconds = ?13, source_sha256 = ?14, derived_sha256 = ?15, row = ?17, standing = ?18";
    transaction.prepare_cached(insert)?.execute(params![
        found.id,
        found.row.source,
        found.row.derived,
        found.incoming,
        found.row.relation.name(),
        found.row.score,
        found.source_outlet,
        found.derived_outlet,
        found.source_title,
        found.derived_title,
        found.source_date,
        found.derived_date,
        derived_seconds,
        found.source_sha256,
        found.derived_sha256,
        now(),
        row,
        found.row.standing.map(crate::row::Standing::name),
    ])?;
    // what is filed, rules let be seen
    let shown = "DELETE FROM hidden WHERE match = (SELECT number FROM matches WHERE id = ?)";
    transaction.prepare_cached(shown)?.execute([found.id])?;
    Ok(())
}

fn decide(
    transaction: &Transaction<'_>,
    id: &str,
    said: &Said,
    at: &str,
) -> rusqlite::Result<DecisionOutcome> {
    let query = format!(
        "SELECT number, last_event, decided_by, source_sha256, derived_sha256 FROM matches WHERE id = ? AND {SHOWN}"
    );
    let of = transaction
        .prepare_cached(&query)?
        .query_row([id], |row| {
            Ok(Decidable {
                number: row.get(0)?,
                last_event: row.get(1)?,
                decided_by: row.get(2)?,
                source_sha256: row.get(3)?,
                derived_sha256: row.get(4)?,
            })
        })
        .optional()?;
    let Some(of) = of else { return Ok(DecisionOutcome::Unknown) };
    if of.last_event != said.seen {
        return said_since(transaction, &of, said);
    }
    if said.decision == Decision::Undo && of.decided_by.is_none() {
        return Ok(DecisionOutcome::NothingToUndo);
    }
    let undoes = of.decided_by.filter(|_| said.decision == Decision::Undo);
    let insert = "INSERT INTO events (match, decision, reason, who, note, at, seen, undoes, source_sha256, \
        derived_sha256) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let number = transaction.prepare_cached(insert)?.insert(params![
        of.number,
        said.decision.name(),
        said.reason.map(super::said::Reason::name),
        said.who,
        said.note,
        at,
        said.seen,
        undoes,
        of.source_sha256,
        of.derived_sha256,
    ])?;
    // what stands is the last decision that nobody took back
    let stands = "UPDATE matches SET last_event = ?1, \
         (decision, decided_by) = (SELECT decision, number FROM events e WHERE match = ?2 AND decision <> \
         'undo' AND NOT EXISTS \
           (SELECT 1 FROM events u WHERE u.match = ?2 AND u.undoes = e.number) ORDER BY number DESC LIMIT 1) \
         WHERE number = ?2";
    transaction.prepare_cached(stands)?.execute(params![number, of.number])?;
    let events = events(transaction, of.number)?;
    Ok(events.into_iter().next().map_or(DecisionOutcome::Unknown, DecisionOutcome::Written))
}

/// What was said since somebody looked: by others, or by the same person in the same words, whose answer was
/// lost on the way.
fn said_since(
    transaction: &Transaction<'_>,
    of: &Decidable,
    said: &Said,
) -> rusqlite::Result<DecisionOutcome> {
    let events = events(transaction, of.number)?;
    let seen: Option<i64> = transaction
        .prepare_cached("SELECT seen FROM events WHERE match = ? ORDER BY number DESC LIMIT 1")?
        .query_row([of.number], |row| row.get(0))
        .optional()?
        .flatten();
    let is_same = |last: &DecisionEvent| {
        (last.decision, last.reason, &last.who, &last.note)
            == (said.decision, said.reason, &said.who, &said.note)
    };
    Ok(match events.first() {
        Some(last) if is_same(last) && seen == said.seen => DecisionOutcome::Written(last.clone()),
        _ => DecisionOutcome::Conflict(events),
    })
}

fn events(transaction: &Transaction<'_>, number: i64) -> rusqlite::Result<Vec<DecisionEvent>> {
    transaction.prepare_cached(EVENTS)?.query_map([number], event)?.collect()
}
