//! Merges that go on beside the writer.

use std::sync::Arc;

use super::simulated::{ALL_SURVIVALS, DiskFault, SimulatedStorage};
use super::{Contents, article, contents, near_text, text};
use crate::article::Article;
use crate::index::{TakenIn, Writer, check_in, open_in};
use crate::progress::NoProgress;

fn open(storage: &SimulatedStorage) -> crate::Result<Writer> {
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true)?;
    writer.beside_from_documents = 0;
    Ok(writer)
}

fn file(writer: &mut Writer, articles: Vec<Article>) -> crate::Result<()> {
    writer.add(articles)?;
    writer.commit()
}

/// Eight commits; of three articles the second is a near-duplicate of the first.
fn filed(writer: &mut Writer) -> crate::Result<()> {
    for number in 0..8 {
        let of_number = |name: &str, text| article(&format!("{name}{number}"), text, 1);
        let (near, other) = (of_number("b", near_text(number)), of_number("c", text(50 + number)));
        file(writer, vec![of_number("a", text(number)), near, other])?;
    }
    writer.remove(["b0"])?;
    writer.commit()
}

/// … and the merge of them begun.
fn begun(writer: &mut Writer) -> crate::Result<()> {
    filed(writer)?;
    writer.tidy_beside(TakenIn::WhenNextIsDue, &NoProgress)?;
    assert!(writer.is_merging() && writer.snapshot().parts.len() == 8);
    Ok(())
}

fn ended(writer: &Writer) {
    while writer.is_merging() && !writer.has_merged() {
        std::thread::yield_now();
    }
}

fn segments(storage: &SimulatedStorage) -> usize {
    storage.names().iter().filter(|name| name.starts_with("segment")).count()
}

/// What is changed while the merge goes on: a representative goes, and what copies it; another is replaced.
fn changed(writer: &mut Writer) -> crate::Result<()> {
    writer.remove(["a2", "a5", "b5", "b7"])?;
    writer.add(vec![article("a4", text(40), 3), article("late", text(3), 3)])?;
    writer.commit()
}

#[test]
fn what_is_removed_while_a_merge_goes_on_is_gone_from_what_it_makes() {
    let storage = SimulatedStorage::default();
    let mut writer = open(&storage).unwrap();
    begun(&mut writer).unwrap();
    changed(&mut writer).unwrap();
    let expected = contents(writer.snapshot()).unwrap();
    let gone = |id: &str| !expected.contains_key(id);
    assert!(["b0", "a2", "a5", "b5", "b7"].into_iter().all(gone) && expected["a4"].text == text(40));
    let documents = writer.snapshot().documents();
    let copies = writer.snapshot().stats().unwrap().copies;
    assert!(copies > 0);
    writer.tidy(&NoProgress).unwrap();
    assert_eq!(writer.snapshot().documents(), documents);
    assert_eq!(writer.snapshot().stats().unwrap().copies, copies);
    assert!(!writer.is_merging());
    let documents: Vec<u32> =
        writer.snapshot().parts.iter().map(|part| part.segment.layout.documents).collect();
    assert!(documents.len() < 4, "{documents:?}");
    assert_eq!(contents(writer.snapshot()).unwrap(), expected);
    drop(writer);
    assert_eq!(contents(&open_in(&storage).unwrap()).unwrap(), expected);
    assert!(check_in(&storage, &NoProgress).unwrap().is_sound());
}

#[test]
fn a_writer_that_goes_ends_its_merge_and_leaves_nothing() {
    let storage = SimulatedStorage::default();
    let mut writer = open(&storage).unwrap();
    begun(&mut writer).unwrap();
    let expected = contents(writer.snapshot()).unwrap();
    drop(writer);
    let mut writer = open(&storage).unwrap();
    assert_eq!(contents(writer.snapshot()).unwrap(), expected);
    assert_eq!(segments(&storage), 8);
    // compacting needs no merge that goes on
    writer.tidy_beside(TakenIn::WhenDone, &NoProgress).unwrap();
    writer.compact(&NoProgress).unwrap();
    assert!(!writer.is_merging());
    assert_eq!(segments(&storage), writer.snapshot().parts.len());
    assert_eq!(contents(writer.snapshot()).unwrap(), expected);
}

#[test]
fn what_is_not_committed_waits() {
    let storage = SimulatedStorage::default();
    let mut writer = open(&storage).unwrap();
    begun(&mut writer).unwrap();
    ended(&writer);
    writer.add(vec![article("late", text(3), 3)]).unwrap();
    writer.tidy_beside(TakenIn::WhenDone, &NoProgress).unwrap();
    writer.tidy(&NoProgress).unwrap();
    assert!(writer.is_merging() && !contents(&open_in(&storage).unwrap()).unwrap().contains_key("late"));
    writer.commit().unwrap();
    writer.tidy_beside(TakenIn::WhenDone, &NoProgress).unwrap();
    assert!(!writer.is_merging() && writer.snapshot().parts.len() == 2);
    assert!(contents(&open_in(&storage).unwrap()).unwrap().contains_key("late"));
}

#[test]
fn what_a_merge_failed_at_is_told_when_it_would_be_taken_in() {
    let storage = SimulatedStorage::default();
    let mut writer = open(&storage).unwrap();
    filed(&mut writer).unwrap();
    let expected = contents(writer.snapshot()).unwrap();
    // its file is made, and cannot be written
    storage.set_fault(1, DiskFault::Once);
    writer.tidy_beside(TakenIn::WhenDone, &NoProgress).unwrap();
    ended(&writer);
    assert_eq!(segments(&storage), 8);
    assert!(writer.tidy_beside(TakenIn::WhenDone, &NoProgress).is_err());
    assert!(writer.commit().is_err());
    drop(writer);
    let mut writer = open(&storage).unwrap();
    writer.tidy(&NoProgress).unwrap();
    assert_eq!(contents(writer.snapshot()).unwrap(), expected);
}

#[test]
fn segments_are_the_same_however_long_merges_take() {
    let layout = |wait: bool| {
        let storage = SimulatedStorage::default();
        let mut writer = open(&storage).unwrap();
        let mut layouts = Vec::new();
        for number in 0..80 {
            file(&mut writer, vec![article(&format!("a{number}"), text(number), 0)]).unwrap();
            writer.tidy_beside(TakenIn::WhenNextIsDue, &NoProgress).unwrap();
            if wait {
                ended(&writer);
            }
            let parts = writer.snapshot().parts.iter();
            layouts.push(parts.map(|part| part.segment.layout.documents).collect::<Vec<u32>>());
        }
        layouts
    };
    let waiting = layout(true);
    assert_eq!(waiting, layout(false));
    assert!(waiting.iter().all(|documents| documents.len() <= 24), "{waiting:?}");
}

/// Every operation fails, or is the last one, in turn.
#[test]
fn a_crash_while_a_merge_goes_on_loses_nothing() {
    let work = |storage: &SimulatedStorage, acknowledged: &mut Vec<Contents>| -> crate::Result<()> {
        let mut writer = open(storage)?;
        begun(&mut writer)?;
        // operations are counted: those of the merge come first
        ended(&writer);
        acknowledged.push(contents(writer.snapshot())?);
        changed(&mut writer)?;
        acknowledged.push(contents(writer.snapshot())?);
        writer.tidy(&NoProgress)
    };
    let undisturbed = SimulatedStorage::default();
    work(&undisturbed, &mut Vec::new()).unwrap();
    for at in 0..undisturbed.operations() {
        for fault in [DiskFault::Once, DiskFault::FromHere, DiskFault::Kill] {
            let storage = SimulatedStorage::default();
            storage.set_fault(at, fault);
            let mut acknowledged = Vec::new();
            // what cannot be removed is left for a later writer
            let _ = work(&storage, &mut acknowledged);
            for survives in ALL_SURVIVALS {
                recovered(&storage.after_crash(survives), &acknowledged, at);
            }
        }
    }
}

fn recovered(storage: &SimulatedStorage, acknowledged: &[Contents], at: usize) {
    let mut writer = open(storage).unwrap();
    let found = contents(writer.snapshot()).unwrap();
    match acknowledged {
        [] => {}
        // what was being committed may be there, or not
        [before] => assert!(found == *before || !found.contains_key("a2"), "{at}"),
        [.., last] => {
            let ids = |contents: &Contents| contents.keys().cloned().collect::<Vec<String>>();
            assert_eq!(ids(&found), ids(last), "{at}");
            assert_eq!(found, *last, "{at}");
        }
    }
    file(&mut writer, vec![article("later", text(99), 0)]).unwrap();
    writer.tidy(&NoProgress).unwrap();
    assert_eq!(contents(&open_in(storage).unwrap()).unwrap().len(), found.len() + 1);
}
