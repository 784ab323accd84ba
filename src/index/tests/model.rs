//! Any sequence of changes gives what a map in memory gives.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::simulated::SimulatedStorage;
use super::{Contents, article, contents, near_text, text};
use crate::index::{QuerySettings, Snapshot, TakenIn, Writer, check_in, open_in};
use crate::progress::NoProgress;
use crate::row::Relation;

#[derive(Clone, Debug)]
enum Change {
    /// Ids, texts and days; texts come in near-duplicates of two.
    Add(Vec<(u8, u8, u32)>),
    Remove(Vec<u8>),
    RemoveBefore(u32),
    Commit,
    /// Merges go on beside.
    CommitBeside(TakenIn),
    Compact,
    /// What was not committed is forgotten.
    Reopen,
    TakeIn(Vec<(u8, u8, u32)>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let articles = || prop::collection::vec((0..20u8, 0..16u8, 0..28u32), 0..5);
    let change = prop_oneof![
        6 => articles().prop_map(Change::Add),
        2 => prop::collection::vec(0..20u8, 0..4).prop_map(Change::Remove),
        1 => (1..28u32).prop_map(Change::RemoveBefore),
        3 => Just(Change::Commit),
        6 => prop_oneof![Just(TakenIn::WhenDone), Just(TakenIn::WhenNextIsDue)].prop_map(Change::CommitBeside),
        1 => Just(Change::Compact),
        1 => Just(Change::Reopen),
        1 => articles().prop_map(Change::TakeIn),
    ];
    prop::collection::vec(change, 1..24)
}

fn of(&(id, number, day): &(u8, u8, u32)) -> crate::article::Article {
    let number = u64::from(number);
    let text = if number % 2 == 0 { text(number / 2) } else { near_text(number / 2) };
    article(&format!("id{id}"), text, day)
}

fn put(model: &mut Contents, articles: &[(u8, u8, u32)]) {
    model.extend(articles.iter().map(|it| (of(it).id, of(it))));
}

/// Copies point to documents that are there and copy none.
fn assert_references(snapshot: &Snapshot) {
    for part in &snapshot.parts {
        part.segment
            .each_record(|document, record| {
                if record.is_copy() && !part.deleted.is_deleted(document) {
                    let place = snapshot.place_of_number(record.representative).unwrap();
                    let of = snapshot.record(place.expect("its representative is there")).unwrap();
                    assert!(!of.is_copy());
                    let copies = snapshot.copies_of(of.number).unwrap();
                    let numbers: Vec<u64> =
                        copies.iter().map(|&copy| snapshot.record(copy).unwrap().number).collect();
                    assert!(numbers.contains(&record.number));
                }
                Ok(())
            })
            .unwrap();
    }
}

fn assert_same(snapshot: &Snapshot, model: &Contents) {
    assert_eq!(&contents(snapshot).unwrap(), model);
    assert_references(snapshot);
    let settings = QuerySettings::default();
    for (id, article) in model.iter().take(6) {
        assert_eq!(snapshot.article(id).unwrap().as_ref(), Some(article));
        let rows = snapshot.query(article, &settings).unwrap();
        let others = rows.iter().map(|row| if row.source == *id { &row.derived } else { &row.source });
        let others: BTreeSet<&String> = others.collect();
        assert_eq!(others.len(), rows.len());
        let words = |text: &str| text.replace("changed", "");
        let near = |text: &str| words(text).split(' ').take(50).collect::<Vec<_>>().join(" ");
        let expected: BTreeSet<&String> = model
            .iter()
            .filter(|(other, held)| *other != id && near(&held.text) == near(&article.text))
            .map(|(other, _)| other)
            .collect();
        assert_eq!(others, expected, "of {id}");
        for row in rows {
            let other = if row.source == *id { &row.derived } else { &row.source };
            assert_eq!(row.relation == Relation::Identical, model[other].text == article.text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_sequence_of_changes_gives_what_a_map_gives(changes in changes()) {
        let storage = SimulatedStorage::default();
        let open = || {
            let mut writer = Writer::with_storage(Arc::new(storage.clone()), true).unwrap();
            writer.beside_from_documents = 0;
            writer
        };
        let mut writer = Some(open());
        let (mut model, mut committed) = (Contents::new(), Contents::new());
        for change in changes {
            let held = writer.as_mut().unwrap();
            match change {
                Change::Add(articles) => {
                    let known = model.len();
                    let added = held.add(articles.iter().map(of).collect()).unwrap();
                    put(&mut model, &articles);
                    prop_assert_eq!(added.added, articles.len() as u64);
                    prop_assert_eq!(added.added - added.replaced, (model.len() - known) as u64);
                }
                Change::Remove(ids) => {
                    let ids: BTreeSet<String> = ids.iter().map(|id| format!("id{id}")).collect();
                    let removed = held.remove(ids.iter().map(String::as_str)).unwrap();
                    let there = ids.iter().filter(|id| model.remove(*id).is_some()).count();
                    prop_assert_eq!(removed.removed, there as u64);
                    prop_assert_eq!(removed.unknown.len(), ids.len() - there);
                }
                Change::RemoveBefore(day) => {
                    let moment = crate::article::iso_seconds(&format!("2024-01-{day:02}")).unwrap();
                    let removed = held.remove_before(moment).unwrap();
                    let before = model.len();
                    model.retain(|_, article| article.unix_seconds().is_none_or(|date| date >= moment));
                    prop_assert_eq!(removed, (before - model.len()) as u64);
                }
                Change::Commit => {
                    held.commit().unwrap();
                    held.tidy(&NoProgress).unwrap();
                    committed = model.clone();
                }
                Change::CommitBeside(taken_in) => {
                    held.commit().unwrap();
                    held.tidy_beside(taken_in, &NoProgress).unwrap();
                    committed = model.clone();
                }
                Change::Compact => {
                    held.compact(&NoProgress).unwrap();
                    committed = model.clone();
                    prop_assert!(held.snapshot().parts.iter().all(|part| part.deleted.documents == 0));
                }
                Change::Reopen => {
                    drop(writer.take());
                    model = committed.clone();
                    writer = Some(open());
                }
                Change::TakeIn(articles) => {
                    let other = SimulatedStorage::default();
                    let mut other = Writer::with_storage(Arc::new(other), true).unwrap();
                    other.add(articles.iter().map(of).collect()).unwrap();
                    held.take_in(other.snapshot(), &NoProgress).unwrap();
                    put(&mut model, &articles);
                    held.commit().unwrap();
                    committed = model.clone();
                }
            }
            let held = writer.as_ref().unwrap();
            prop_assert_eq!(&contents(held.snapshot()).unwrap(), &model);
            prop_assert_eq!(&contents(&open_in(&storage).unwrap()).unwrap(), &committed);
        }
        assert_same(writer.as_ref().unwrap().snapshot(), &model);
        let report = check_in(&storage, &NoProgress).unwrap();
        prop_assert!(report.is_sound(), "{:?}", report);
        prop_assert_eq!(report.documents, committed.len() as u64);
    }
}
