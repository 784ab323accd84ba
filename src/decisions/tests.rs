//! Matches and decisions on a real file.

use std::path::Path;

use super::*;
use crate::article::Article;
use crate::error::Result;
use crate::index::{Snapshot, Writer};
use crate::row::Relation;

pub(super) fn wire() -> Article {
    let text = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.";
    let (source, date) = (Some("Meridian".to_owned()), Some("2031-03-01".to_owned()));
    Article { source, date, ..Article::new("wire", text) }
}

pub(super) fn print(id: &str) -> Article {
    let text =
        "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall, it was said.";
    let (source, date) = (Some(format!("Outlet {id}")), Some("2031-03-09".to_owned()));
    Article { source, date, ..Article::new(id, text) }
}

pub(super) fn found(incoming: &Article) -> FiledMatch {
    let row = crate::library::compare(wire(), incoming);
    assert!(row.relation.is_derived());
    FiledMatch::new(row, incoming, &wire()).unwrap()
}

fn open(folder: &Path) -> DecisionWriter {
    DecisionWriter::open(folder, |_, _| Ok(true)).unwrap()
}

/// A desk that holds the matches of the given articles with the wire's.
pub(super) fn desk_of(folder: &Path, ids: &[&str]) -> DecisionWriter {
    let mut desk = open(folder);
    let found: Vec<FiledMatch> = ids.iter().map(|id| found(&print(id))).collect();
    let noted = desk.note(&found).unwrap();
    desk.settle(&noted, &[]).unwrap();
    desk
}

pub(super) fn files(folder: &Path) -> Files {
    Files::open(folder).unwrap().unwrap()
}

/// An index of the given articles.
pub(super) fn index_of(articles: Vec<Article>) -> (tempfile::TempDir, Snapshot) {
    let home = tempfile::tempdir().unwrap();
    let mut writer = Writer::open_or_create(home.path()).unwrap();
    writer.add(articles).unwrap();
    writer.commit().unwrap();
    let snapshot = writer.snapshot().clone();
    (home, snapshot)
}

pub(super) fn says(decision: Decision, who: &str, seen: Option<i64>) -> Said {
    let reason = (decision == Decision::NotDerived).then_some(Reason::Wrong);
    Said { decision, reason, who: who.to_owned(), note: None, seen }
}

pub(super) fn decide(desk: &mut DecisionWriter, article: &str, said: Said) -> DecisionOutcome {
    desk.decide(&[(match_id("wire", article), said)]).unwrap().remove(0)
}

pub(super) fn written(decided: DecisionOutcome) -> DecisionEvent {
    match decided {
        DecisionOutcome::Written(event) => event,
        other => panic!("{other:?}"),
    }
}

pub(super) fn stands(folder: &Path, article: &str) -> Option<Decision> {
    files(folder).find(&match_id("wire", article)).unwrap().unwrap().decision
}

#[test]
fn nothing_is_seen_of_a_match_before_its_article_is_filed() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = open(home.path());
    let noted = desk.note(&[found(&print("a"))]).unwrap();
    assert_eq!(files(home.path()).counts().unwrap(), Counts::default());
    desk.settle(&noted, &[]).unwrap();
    let counts = files(home.path()).counts().unwrap();
    assert_eq!((counts.matches, counts.undecided), (1, 1));
}

#[test]
fn what_a_crash_left_is_put_right_by_what_the_index_holds() {
    for (is_filed, matches) in [(true, 1), (false, 0)] {
        let home = tempfile::tempdir().unwrap();
        let mut desk = open(home.path());
        desk.note(&[found(&print("a"))]).unwrap();
        drop(desk);
        let asked = |_: &str, sha256: &str| -> Result<bool> {
            assert_eq!(sha256.len(), 64);
            Ok(is_filed)
        };
        let desk = DecisionWriter::open(home.path(), asked).unwrap();
        assert_eq!(files(home.path()).counts().unwrap().matches, matches);
        drop(desk);
        // once and for all
        drop(DecisionWriter::open(home.path(), |_, _| panic!("nothing is left to ask for")).unwrap());
    }
}

#[test]
fn the_last_decision_stands_and_an_undo_brings_back_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk_of(home.path(), &["a"]);
    assert_eq!(decide(&mut desk, "a", says(Decision::Undo, "ann", None)), DecisionOutcome::NothingToUndo);
    let first = written(decide(&mut desk, "a", says(Decision::Derived, "ann", None)));
    let second = written(decide(&mut desk, "a", says(Decision::Partial, "ann", Some(first.number))));
    assert_eq!(stands(home.path(), "a"), Some(Decision::Partial));
    let undo = written(decide(&mut desk, "a", says(Decision::Undo, "bob", Some(second.number))));
    assert_eq!((undo.undoes, stands(home.path(), "a")), (Some(second.number), Some(Decision::Derived)));
    let undo = written(decide(&mut desk, "a", says(Decision::Undo, "bob", Some(undo.number))));
    assert_eq!((undo.undoes, stands(home.path(), "a")), (Some(first.number), None));
    assert_eq!(
        decide(&mut desk, "a", says(Decision::Undo, "bob", Some(undo.number))),
        DecisionOutcome::NothingToUndo
    );
    assert_eq!(decide(&mut desk, "z", says(Decision::Derived, "ann", None)), DecisionOutcome::Unknown);
    let kept = files(home.path()).find(&match_id("a", "wire")).unwrap().unwrap();
    assert_eq!(files(home.path()).events(kept.number).unwrap().len(), 4);
}

#[test]
fn the_second_of_two_people_is_told_of_the_first_and_a_repeated_request_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk_of(home.path(), &["a"]);
    let ann = written(decide(&mut desk, "a", says(Decision::Derived, "ann", None)));
    let DecisionOutcome::Conflict(events) = decide(&mut desk, "a", says(Decision::NotDerived, "bob", None))
    else {
        panic!("bob has not seen what ann said");
    };
    assert_eq!(events, std::slice::from_ref(&ann));
    // ann's answer was lost, and she asks again
    assert_eq!(written(decide(&mut desk, "a", says(Decision::Derived, "ann", None))), ann);
    let bob = written(decide(&mut desk, "a", says(Decision::NotDerived, "bob", Some(ann.number))));
    assert_eq!(bob.reason, Some(Reason::Wrong));
    assert_eq!(stands(home.path(), "a"), Some(Decision::NotDerived));
}

#[test]
fn an_exclusion_takes_a_reason_and_nothing_else_does() {
    let said = |decision, reason| Said { reason, ..says(decision, "ann", None) }.fault();
    assert!(said(Decision::NotDerived, None).unwrap().contains("licensed, credited_quotation"));
    assert!(said(Decision::Derived, Some(Reason::Wrong)).is_some());
    assert_eq!(said(Decision::NotDerived, Some(Reason::Licensed)), None);
    assert!(says(Decision::Derived, "", None).fault().is_some());
}

#[test]
fn an_article_that_is_filed_anew_keeps_what_was_said_and_loses_what_was_not() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk_of(home.path(), &["a", "b"]);
    written(decide(&mut desk, "a", says(Decision::Derived, "ann", None)));
    desk.settle(&[], &["a", "b"]).unwrap();
    let counts = files(home.path()).counts().unwrap();
    assert_eq!((counts.matches, counts.derived), (1, 1));
    let again = Article { text: format!("{} Nobody was hurt.", print("a").text), ..print("a") };
    let noted = desk.note(&[found(&again)]).unwrap();
    desk.settle(&noted, &["a"]).unwrap();
    let kept = files(home.path()).find(&match_id("wire", "a")).unwrap().unwrap();
    assert_eq!(kept.decision, Some(Decision::Derived));
    assert!(!files(home.path()).events(kept.number).unwrap()[0].is_of_these_texts);
    let (_folder, index) = index_of(vec![wire(), again]);
    let outdated = files(home.path()).each_label(&index, |label| panic!("{label:?}")).unwrap();
    assert_eq!(outdated, 1);
}

/// `index add` holds nothing against the archive, so that the matches stay what they were.
#[test]
fn what_was_said_of_a_text_that_the_index_holds_no_more_is_no_label() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk_of(home.path(), &["a", "b", "c"]);
    for id in ["a", "b", "c"] {
        written(decide(&mut desk, id, says(Decision::Derived, "ann", None)));
    }
    let other = Article { text: "Potatoes were dear in a dry summer.".to_owned(), ..print("b") };
    let (_folder, index) = index_of(vec![wire(), print("a"), other]);
    let mut labels = Vec::new();
    let visit = |label: Label| {
        labels.push(label.b);
        Ok(())
    };
    assert_eq!(files(home.path()).each_label(&index, visit).unwrap(), 2, "another text, and none at all");
    assert_eq!(labels, ["a"]);
}

#[test]
fn pages_of_every_order_hold_all_matches_once() {
    let home = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..23).map(|at| format!("print {at:02} ~")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    drop(desk_of(home.path(), &ids));
    let files = files(home.path());
    for order in MatchOrder::ALL {
        let wanted = MatchFilter { order, ..MatchFilter::default() };
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = files.list(&wanted, cursor.as_deref(), 5).unwrap().unwrap();
            seen.extend(page.items.into_iter().map(|kept| kept.record.incoming));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let mut expected: Vec<&str> = ids.clone();
        if order != MatchOrder::Outlet {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{order:?}");
    }
    for broken in ["x", "1~2", "~", ""] {
        assert!(files.list(&MatchFilter::default(), Some(broken), 5).unwrap().is_none(), "{broken:?}");
    }
}

#[test]
fn filters_go_together() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk_of(home.path(), &["a", "b", "c"]);
    written(decide(&mut desk, "b", says(Decision::Derived, "ann", None)));
    let files = files(home.path());
    let count = |wanted: MatchFilter| files.list(&wanted, None, 10).unwrap().unwrap().items.len();
    let all = MatchFilter::default;
    assert_eq!(count(MatchFilter { outlet: Some("Outlet a".to_owned()), ..all() }), 1);
    assert_eq!(count(MatchFilter { outlet: Some("Meridian".to_owned()), ..all() }), 3);
    assert_eq!(count(MatchFilter { article: Some("c".to_owned()), ..all() }), 1);
    assert_eq!(count(MatchFilter { decision: Some(DecisionFilter::Undecided), ..all() }), 2);
    assert_eq!(count(MatchFilter { decision: Some(DecisionFilter::Derived), ..all() }), 1);
    assert_eq!(count(MatchFilter { min_score: Some(0.5), max_score: Some(1.0), ..all() }), 3);
    assert_eq!(count(MatchFilter { max_score: Some(0.5), ..all() }), 0);
    assert_eq!(count(MatchFilter { relations: vec![Relation::Partial], ..all() }), 0);
    let day = crate::article::iso_seconds("2031-03-09").unwrap();
    assert_eq!(count(MatchFilter { since: Some(day), before: Some(day + 1), ..all() }), 3);
    assert_eq!(count(MatchFilter { since: Some(day + 1), ..all() }), 0);
}

#[test]
fn what_is_forgotten_is_gone_from_the_bytes() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk_of(home.path(), &["kept", "secretly withdrawn"]);
    let said =
        Said { note: Some("a note on the withdrawn one".to_owned()), ..says(Decision::Derived, "ann", None) };
    written(decide(&mut desk, "secretly withdrawn", said));
    assert_eq!(desk.forget("secretly withdrawn").unwrap(), 1);
    assert_eq!(files(home.path()).counts().unwrap().matches, 1);
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for secret in ["secretly withdrawn", "a note on"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}

#[test]
fn labels_say_what_a_model_may_learn() {
    let home = tempfile::tempdir().unwrap();
    let mut desk = desk_of(home.path(), &["y", "n", "p", "licence", "quoted"]);
    let mut say = |id: &str, decision, reason| {
        written(decide(&mut desk, id, Said { reason, ..says(decision, "ann", None) }));
    };
    say("y", Decision::Derived, None);
    say("n", Decision::NotDerived, Some(Reason::Wrong));
    say("p", Decision::Partial, None);
    say("licence", Decision::NotDerived, Some(Reason::Licensed));
    say("quoted", Decision::NotDerived, Some(Reason::CreditedQuotation));
    let mut labels = Vec::new();
    let ids = ["y", "n", "p", "licence", "quoted"];
    let (_folder, index) = index_of(ids.map(print).into_iter().chain([wire()]).collect());
    files(home.path())
        .each_label(&index, |label| {
            labels.push((label.b, label.label));
            Ok(())
        })
        .unwrap();
    let relation = found(&print("y")).record.row.relation.name();
    let expected = [
        ("quoted", Some("shared_source")),
        ("licence", None),
        ("p", Some("partial")),
        ("n", Some("unrelated")),
        ("y", Some(relation)),
    ];
    assert_eq!(labels, expected.map(|(id, label)| (id.to_owned(), label)));
}

#[test]
fn a_file_of_a_later_version_is_not_touched() {
    let home = tempfile::tempdir().unwrap();
    drop(open(home.path()));
    let path = home.path().join(FILE_NAME);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
    drop(connection);
    let later = format!("version {}", VERSION + 1);
    assert!(DecisionWriter::open(home.path(), |_, _| Ok(true)).unwrap_err().to_string().contains(&later));
    assert!(Files::open(home.path()).unwrap_err().to_string().contains(&later));
}

/// A line that another version noted before a crash is read, and lists hold what they held.
#[test]
fn matches_are_flat_objects_of_known_names() {
    fn names(value: &impl serde::Serialize) -> String {
        let value = serde_json::to_value(value).unwrap();
        let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        names.join(" ")
    }
    let noted = found(&print("y"));
    let known = "derived_date derived_outlet derived_seconds derived_sha256 derived_title id incoming row \
        source_date source_outlet source_sha256 source_title";
    assert_eq!(names(&noted), known);
    let line = serde_json::to_string(&noted).unwrap();
    let read: FiledMatch = serde_json::from_str(&line).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), line);
    let home = tempfile::tempdir().unwrap();
    desk_of(home.path(), &["y"]);
    let stored = files(home.path()).find(&noted.record.id).unwrap().unwrap();
    let known = "decided_by decision derived_date derived_outlet derived_sha256 derived_title found_at id incoming \
        last_event number row source_date source_outlet source_sha256 source_title";
    assert_eq!(names(&stored), known);
}
