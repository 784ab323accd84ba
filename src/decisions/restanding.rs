//! How matches stand by the rules of now: those that were filed under other rules, or none, are looked at once
//! more, by the code that looks at them when they are filed.
//!
//! What rules hide stays among the matches, with all that was said of it, and is named in the table `hidden`:
//! rules may be others tomorrow. Verdicts and decisions are not touched.

use rusqlite::{OptionalExtension, Transaction, params};

use super::found::text_sha256;
use super::writer::DecisionWriter;
use crate::article::Article;
use crate::barrier::{Stage, guarded};
use crate::error::{Error, Result};
use crate::index::Snapshot;
use crate::row::{PairRow, Standing};
use crate::rules::{Hidden, Rules};

/// Matches that are held at a time.
const AT_A_TIME: usize = 200;

/// What came of looking at all matches.
#[derive(Debug, Default)]
pub struct Restanding {
    /// How many there were.
    pub matches: u64,
    /// Of these, how many stand otherwise than before, or are hidden, or hidden no more.
    pub changed: u64,
    /// How many are hidden now.
    pub hidden: u64,
    /// How many could not be looked at, and stand as before.
    pub failed: u64,
    /// Why the first of them could not.
    pub first_failure: Option<Error>,
}

impl Restanding {
    /// One line; `None` where there was no match.
    pub fn words(&self) -> Option<String> {
        let Restanding { matches, changed, hidden, failed, first_failure } = self;
        let mut words = format!(
            "rules: matches of the inbox looked at: {matches}; standing otherwise now: {changed}; hidden: {hidden}"
        );
        if let Some(failure) = first_failure {
            words += &format!(
                "; standing as before, and looked at again with the next start: {failed} ({failure})"
            );
        }
        (*matches > 0).then_some(words)
    }
}

impl DecisionWriter {
    /// Brings all matches to how they stand by `rules`, from their articles in the index; nothing is done, and
    /// `None` returned, where these are the rules by which they stand already. A match of which an article is
    /// gone stands as before, unless there are no rules: then none stands anywhere. Where `is_stopped` says so it
    /// ends, to be done by the next call.
    ///
    /// # Errors
    /// [`Error::File`]; matches stand as before then.
    pub fn stand_by(
        &mut self,
        rules: Option<&Rules>,
        index: &Snapshot,
        is_stopped: impl Fn() -> bool,
    ) -> Result<Option<Restanding>> {
        let fingerprint = fingerprint(rules);
        let stand_by_them = self.change(|transaction| {
            let found: Option<String> =
                transaction.query_row("SELECT rules FROM ruled_by", [], |row| row.get(0)).optional()?;
            if found.as_ref() == Some(&fingerprint) {
                return Ok(true);
            }
            // whatever ends it early, it is done again
            transaction.execute("DELETE FROM ruled_by", []).map(|_| false)
        })?;
        if stand_by_them {
            return Ok(None);
        }
        let done = self.change(|transaction| {
            let mut looking = Looking { rules, index, source: None, done: Restanding::default() };
            let is_whole = looking.look_at_all(transaction, is_stopped)?;
            if is_whole && looking.done.failed == 0 {
                transaction.execute("INSERT INTO ruled_by (rules) VALUES (?)", [&fingerprint])?;
            }
            Ok(looking.done)
        })?;
        Ok(Some(done))
    }
}

/// Rules that say the same have the same. Another version of the program may see more in a text.
fn fingerprint(rules: Option<&Rules>) -> String {
    text_sha256(&format!("{} {rules:?}", env!("CARGO_PKG_VERSION")))
}

/// A match, as rules see it.
struct RuledMatch {
    number: i64,
    row: PairRow,
    hidden: Option<Hidden>,
}

/// A match as it is stored.
struct StoredLine {
    number: i64,
    source: String,
    line: String,
    hidden: Option<String>,
}

struct Looking<'a> {
    rules: Option<&'a Rules>,
    index: &'a Snapshot,
    /// Matches of one source come one after the other.
    source: Option<Article>,
    done: Restanding,
}

impl Looking<'_> {
    /// Looks at all matches; `false` where it was stopped before the last one.
    fn look_at_all(
        &mut self,
        transaction: &Transaction<'_>,
        is_stopped: impl Fn() -> bool,
    ) -> rusqlite::Result<bool> {
        let mut behind = (String::new(), 0);
        loop {
            let page = page(transaction, &behind)?;
            let Some(last) = page.last() else { return Ok(true) };
            behind = (last.source.clone(), last.number);
            for stored in page {
                if is_stopped() {
                    return Ok(false);
                }
                self.look_at(transaction, stored)?;
            }
        }
    }

    fn look_at(&mut self, transaction: &Transaction<'_>, stored: StoredLine) -> rusqlite::Result<()> {
        self.done.matches += 1;
        let before = stored.hidden.as_deref().and_then(Hidden::of_name);
        match self.restood(&stored, before) {
            Ok(restood) => {
                let hidden = restood.as_ref().map_or(before, |of| of.hidden);
                self.done.hidden += u64::from(hidden.is_some());
                let Some(of) = restood else { return Ok(()) };
                self.done.changed += 1;
                write(transaction, &of)
            }
            Err(error) => {
                self.done.hidden += u64::from(before.is_some());
                self.done.failed += 1;
                self.done.first_failure.get_or_insert(error);
                Ok(())
            }
        }
    }

    /// A match as it stands now; `None` where it stands as before.
    fn restood(&mut self, stored: &StoredLine, hidden: Option<Hidden>) -> Result<Option<RuledMatch>> {
        // the error itself may hold words of a text
        let unreadable = |_| Error::Usage(format!("match {} cannot be read", stored.number));
        let row: PairRow = serde_json::from_str(&stored.line).map_err(unreadable)?;
        let (source, derived) = (row.source.clone(), row.derived.clone());
        let before = (row.standing, row.credit.clone(), hidden);
        let mut of = RuledMatch { number: stored.number, row, hidden };
        let is_subject = |id: &str| id == source || id == derived;
        guarded(Stage::Query, is_subject, || self.apply(&mut of)).map_err(Error::from)??;
        let is_changed = (of.row.standing, &of.row.credit, of.hidden) != (before.0, &before.1, before.2);
        Ok(is_changed.then_some(of))
    }

    /// As a match is looked at that is to be filed.
    fn apply(&mut self, of: &mut RuledMatch) -> Result<()> {
        let Some(rules) = self.rules else {
            (of.row.standing, of.row.credit, of.hidden) = (None, None, None);
            return Ok(());
        };
        if self.source.as_ref().is_none_or(|source| source.id != of.row.source) {
            self.source = self.index.article(&of.row.source)?;
        }
        let derived = self.index.article(&of.row.derived)?;
        if let (Some(source), Some(derived)) = (&self.source, &derived) {
            rules.apply(&mut of.row, source, derived);
            of.hidden = rules.hides(&of.row, source, derived);
        }
        Ok(())
    }
}

/// The next matches behind a source and a number.
fn page(transaction: &Transaction<'_>, behind: &(String, i64)) -> rusqlite::Result<Vec<StoredLine>> {
    let query = format!(
        "SELECT number, source, row, (SELECT reason FROM hidden WHERE match = number) FROM matches \
         WHERE (source, number) > (?1, ?2) ORDER BY source, number LIMIT {AT_A_TIME}"
    );
    let read = |row: &rusqlite::Row<'_>| {
        Ok(StoredLine { number: row.get(0)?, source: row.get(1)?, line: row.get(2)?, hidden: row.get(3)? })
    };
    transaction.prepare_cached(&query)?.query_map(params![behind.0, behind.1], read)?.collect()
}

fn write(transaction: &Transaction<'_>, of: &RuledMatch) -> rusqlite::Result<()> {
    let line = serde_json::to_string(&of.row)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let standing = of.row.standing.map(Standing::name);
    transaction
        .prepare_cached("UPDATE matches SET standing = ?2, row = ?3 WHERE number = ?1")?
        .execute(params![of.number, standing, line])?;
    match of.hidden {
        Some(reason) => transaction
            .prepare_cached("INSERT OR REPLACE INTO hidden (match, reason) VALUES (?, ?)")?
            .execute(params![of.number, reason.name()])?,
        None => transaction.prepare_cached("DELETE FROM hidden WHERE match = ?")?.execute([of.number])?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{decide, desk_of, files, found, index_of, print, says, stands, wire, written};
    use super::super::{Counts, Decision, DecisionOutcome, FILE_NAME, MatchFilter, StoredMatch, match_id};
    use super::*;

    const RULES: &str =
        "never_shown = [\"Outlet b\"]\n[[licences]]\nsource = \"Meridian\"\ncredit_required = false\n";

    fn rules(text: &str) -> Rules {
        Rules::parse(text, "rules.toml").unwrap()
    }

    fn listed(folder: &std::path::Path, wanted: MatchFilter) -> Vec<StoredMatch> {
        files(folder).list(&wanted, None, 10).unwrap().unwrap().items
    }

    #[test]
    fn matches_stand_by_the_rules_of_now_and_come_back_as_they_were() {
        let home = tempfile::tempdir().unwrap();
        let mut desk = desk_of(home.path(), &["a", "b"]);
        let said = written(decide(&mut desk, "b", says(Decision::Derived, "ann", None)));
        let (_folder, index) = index_of(vec![wire(), print("a"), print("b")]);
        let before = listed(home.path(), MatchFilter::default());
        let done = desk.stand_by(Some(&rules(RULES)), &index, || false).unwrap().unwrap();
        assert_eq!((done.matches, done.changed, done.hidden, done.failed), (2, 2, 1, 0));
        assert!(done.words().unwrap().ends_with("looked at: 2; standing otherwise now: 2; hidden: 1"));
        let seen = listed(home.path(), MatchFilter::default());
        let standings: Vec<_> =
            seen.iter().map(|kept| (&*kept.record.incoming, kept.record.row.standing)).collect();
        assert_eq!(standings, [("a", Some(Standing::Licensed))]);
        let licensed = MatchFilter { standing: Some(Standing::Licensed), ..MatchFilter::default() };
        assert_eq!(listed(home.path(), licensed).len(), 1);
        // what is hidden is in no list and no count, and nobody decides on it
        let counts = files(home.path()).counts().unwrap();
        assert_eq!(counts, Counts { matches: 1, undecided: 1, ..Counts::default() });
        assert_eq!(files(home.path()).hidden().unwrap().0.into_iter().collect::<Vec<_>>(), [("outlet", 1)]);
        assert!(files(home.path()).find(&match_id("wire", "b")).unwrap().is_none());
        let undo = says(Decision::Undo, "ann", Some(said.number));
        assert_eq!(decide(&mut desk, "b", undo), DecisionOutcome::Unknown);
        // what was said of it is still a label
        let mut labels = Vec::new();
        let visit = |label: crate::decisions::Label| {
            labels.push(label.b);
            Ok(())
        };
        files(home.path()).each_label(&index, visit).unwrap();
        assert_eq!(labels, ["b"]);
        desk.stand_by(None, &index, || false).unwrap().unwrap();
        assert_eq!(listed(home.path(), MatchFilter::default()), before);
        assert_eq!(stands(home.path(), "b"), Some(Decision::Derived));
    }

    #[test]
    fn the_same_rules_are_not_applied_twice_and_what_was_ended_early_is_done_again() {
        let home = tempfile::tempdir().unwrap();
        let mut desk = desk_of(home.path(), &["a"]);
        let (_folder, index) = index_of(vec![wire(), print("a")]);
        let mut looked_at = |text: Option<&str>, is_stopped: bool| {
            let rules = text.map(rules);
            desk.stand_by(rules.as_ref(), &index, || is_stopped).unwrap().map(|done| done.changed)
        };
        assert_eq!(looked_at(None, false), Some(0));
        assert_eq!(looked_at(None, false), None);
        // rules that say nothing are rules all the same: a pair without a licence stands so
        assert_eq!(looked_at(Some(""), true), Some(0));
        assert_eq!(looked_at(Some(""), false), Some(1));
        assert_eq!(looked_at(Some("# a comment is no rule\n"), false), None);
        assert_eq!(looked_at(Some(RULES), false), Some(1));
    }

    #[test]
    fn a_match_whose_article_is_gone_stands_as_before() {
        let home = tempfile::tempdir().unwrap();
        let mut desk = desk_of(home.path(), &["a", "b"]);
        let (_folder, index) = index_of(vec![wire(), print("a"), print("b")]);
        desk.stand_by(Some(&rules(RULES)), &index, || false).unwrap();
        let (_folder, index) = index_of(vec![print("a"), print("b")]);
        let done = desk.stand_by(Some(&rules("")), &index, || false).unwrap().unwrap();
        assert_eq!((done.changed, done.hidden), (0, 1));
        let seen = listed(home.path(), MatchFilter::default());
        assert_eq!(seen[0].record.row.standing, Some(Standing::Licensed));
    }

    #[test]
    fn a_match_that_cannot_be_read_is_told_and_looked_at_again() {
        let home = tempfile::tempdir().unwrap();
        let mut desk = desk_of(home.path(), &["a", "b"]);
        let broken = rusqlite::Connection::open(home.path().join(FILE_NAME)).unwrap();
        broken.execute("UPDATE matches SET row = '{' WHERE derived = 'a'", []).unwrap();
        drop(broken);
        let (_folder, index) = index_of(vec![wire(), print("a"), print("b")]);
        for changed in [1, 0] {
            let done = desk.stand_by(Some(&rules(RULES)), &index, || false).unwrap().unwrap();
            assert_eq!((done.changed, done.hidden, done.failed), (changed, 1, 1));
            assert!(done.words().unwrap().contains("next start: 1 ("), "{done:?}");
        }
    }

    #[test]
    fn a_pair_that_is_filed_anew_is_seen_again() {
        let home = tempfile::tempdir().unwrap();
        let mut desk = desk_of(home.path(), &["b"]);
        let (_folder, index) = index_of(vec![wire(), print("b")]);
        desk.stand_by(Some(&rules(RULES)), &index, || false).unwrap();
        assert!(listed(home.path(), MatchFilter::default()).is_empty());
        let noted = desk.note(&[found(&Article { source: None, ..print("b") })]).unwrap();
        desk.settle(&noted, &[]).unwrap();
        assert_eq!(listed(home.path(), MatchFilter::default()).len(), 1);
    }

    #[test]
    fn pages_of_one_source_and_of_many_are_gone_through_once() {
        let home = tempfile::tempdir().unwrap();
        let ids: Vec<String> = (0..2 * AT_A_TIME + 1).map(|at| format!("print {at:03}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut desk = desk_of(home.path(), &ids);
        let (_folder, index) = index_of(ids.iter().map(|id| print(id)).chain([wire()]).collect());
        let done = desk.stand_by(Some(&rules(RULES)), &index, || false).unwrap().unwrap();
        assert_eq!((done.matches, done.changed), (ids.len() as u64, ids.len() as u64));
    }

    #[test]
    fn a_file_of_the_first_version_gets_what_it_lacks() {
        let home = tempfile::tempdir().unwrap();
        drop(desk_of(home.path(), &["a", "b"]));
        let first = rusqlite::Connection::open(home.path().join(FILE_NAME)).unwrap();
        first.execute_batch("DROP TABLE hidden; DROP TABLE ruled_by; PRAGMA user_version = 1;").unwrap();
        drop(first);
        // who only reads reads it as it is
        assert_eq!(files(home.path()).counts().unwrap().matches, 2);
        assert_eq!(listed(home.path(), MatchFilter::default()).len(), 2);
        assert!(files(home.path()).hidden().unwrap().0.is_empty());
        let mut desk = DecisionWriter::open(home.path(), |_, _| Ok(true)).unwrap();
        let (_folder, index) = index_of(vec![wire(), print("a"), print("b")]);
        assert_eq!(desk.stand_by(Some(&rules(RULES)), &index, || false).unwrap().unwrap().hidden, 1);
        assert_eq!(files(home.path()).counts().unwrap().matches, 1);
    }
}
