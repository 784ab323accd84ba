//! Every write, sync, rename and removal fails or is the last one, in turn; then the index is opened again,
//! and again.

use std::sync::Arc;

use super::simulated::{ALL_SURVIVALS, DiskFault, SimulatedStorage, Survives};
use super::{Contents, article, contents, near_text, text};
use crate::error::IndexError;
use crate::index::storage::Storage;
use crate::index::{Writer, check_in, open_in, upgrade_in};
use crate::progress::NoProgress;

/// What is certain, and what may be there after a crash.
#[derive(Default)]
struct Ledger {
    acknowledged: Contents,
    attempted: Contents,
}

/// Adds, replaces, removes, merges and compacts.
fn work(storage: &SimulatedStorage, ledger: &mut Ledger) -> crate::Result<()> {
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true)?;
    let commit = |writer: &mut Writer, ledger: &mut Ledger| {
        ledger.attempted = contents(writer.snapshot())?;
        writer.commit()?;
        ledger.acknowledged = ledger.attempted.clone();
        writer.tidy(&NoProgress)
    };
    // nine commits, so that segments are merged
    for number in 0..9 {
        let of_number = |name: &str, text| article(&format!("{name}{number}"), text, number as u32 + 1);
        writer.add(vec![of_number("a", text(number)), of_number("b", near_text(number / 2))])?;
        commit(&mut writer, ledger)?;
    }
    writer.add(vec![article("a1", text(100), 20), article("new", text(0), 0)])?;
    commit(&mut writer, ledger)?;
    writer.remove(["a0", "b3", "nowhere"])?;
    writer.remove_before(crate::article::iso_seconds("2024-01-03").unwrap())?;
    commit(&mut writer, ledger)?;
    writer.compact(&NoProgress)
}

/// Opens what a crash left, compares it, and goes on with it.
fn recover(storage: &SimulatedStorage, ledger: &Ledger, what: &str) {
    // readers need no recovery
    if let Ok(snapshot) = open_in(storage) {
        let found = contents(&snapshot).unwrap();
        assert!(found == ledger.acknowledged || found == ledger.attempted, "{what}: a reader sees neither");
    } else {
        assert!(ledger.acknowledged.is_empty(), "{what}: what was acknowledged cannot be read");
    }
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true)
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = contents(writer.snapshot()).unwrap();
    assert!(found == ledger.acknowledged || found == ledger.attempted, "{what}: neither before nor after");
    writer.add(vec![article("later", text(999), 0)]).unwrap();
    writer.commit().unwrap();
    writer.tidy(&NoProgress).unwrap();
    let mut expected = found;
    expected.insert("later".into(), article("later", text(999), 0));
    assert_eq!(contents(writer.snapshot()).unwrap(), expected, "{what}");
    let report = check_in(storage, &NoProgress).unwrap();
    assert!(report.is_sound(), "{what}: {report:?}");
    let leftovers = storage.names().len() - 1 - writer.snapshot().parts.len();
    assert_eq!(leftovers, 0, "{what}: {:?}", storage.names());
}

#[test]
fn nothing_acknowledged_is_lost_whatever_operation_fails() {
    let counted = SimulatedStorage::default();
    work(&counted, &mut Ledger::default()).unwrap();
    let operations = counted.operations();
    assert!(operations > 80, "{operations}");
    let mut rounds = 0;
    for place in 0..operations {
        for fault in [DiskFault::Once, DiskFault::FromHere, DiskFault::Kill] {
            let storage = SimulatedStorage::default();
            storage.set_fault(place, fault);
            let mut ledger = Ledger::default();
            let done = work(&storage, &mut ledger);
            // removing leftovers may fail without a word: a later writer does it
            assert!(done.is_err() || fault != DiskFault::Kill || place + 12 > operations || place > 0);
            let survivals: &[Survives] =
                if fault == DiskFault::Kill { &ALL_SURVIVALS } else { &[Survives::Everything] };
            for &survives in survivals {
                let after = storage.after_crash(survives);
                recover(&after, &ledger, &format!("{fault:?} at {place}, {survives:?}"));
                rounds += 1;
            }
        }
    }
    println!("{operations} operations, {rounds} rounds");
}

#[test]
fn a_crash_while_recovering_loses_nothing_either() {
    let counted = SimulatedStorage::default();
    work(&counted, &mut Ledger::default()).unwrap();
    let operations = counted.operations();
    for place in (0..operations).step_by(5) {
        let storage = SimulatedStorage::default();
        storage.set_fault(place, DiskFault::Kill);
        let mut ledger = Ledger::default();
        let _ = work(&storage, &mut ledger);
        for second in 0..6 {
            let survives = ALL_SURVIVALS[(place + second) % 4];
            let again = storage.after_crash(survives);
            again.set_fault(second, DiskFault::Kill);
            let _ = Writer::with_storage(Arc::new(again.clone()), true);
            let after = again.after_crash(ALL_SURVIVALS[second % 4]);
            recover(&after, &ledger, &format!("killed at {place}, {survives:?}, and at {second}"));
        }
    }
}

#[test]
fn a_writer_that_failed_is_not_used_again() {
    let storage = SimulatedStorage::default();
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true).unwrap();
    writer.add(vec![article("a", text(1), 0)]).unwrap();
    storage.set_fault(1, DiskFault::Once);
    assert!(writer.commit().is_err());
    storage.clear_fault();
    assert!(writer.commit().is_err());
    assert!(writer.add(vec![article("b", text(2), 0)]).is_err());
    drop(writer);
    let mut writer = Writer::with_storage(Arc::new(storage), true).unwrap();
    writer.add(vec![article("b", text(2), 0)]).unwrap();
    writer.commit().unwrap();
    assert_eq!(contents(writer.snapshot()).unwrap().len(), 1);
}

/// The index that the first version wrote.
fn frozen() -> SimulatedStorage {
    let storage = SimulatedStorage::default();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/index-1");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut file = storage.create(path.file_name().unwrap().to_str().unwrap()).unwrap();
        file.write(&std::fs::read(&path).unwrap()).unwrap();
        file.sync().unwrap();
    }
    storage.sync_names().unwrap();
    storage
}

#[test]
fn an_upgrade_happens_wholly_or_not_at_all() {
    let upgraded = frozen();
    let before = upgraded.operations();
    let needs = open_in(&upgraded).unwrap_err().to_string();
    assert!(needs.contains("retold-word-1") && needs.contains("upgrade"), "{needs}");
    assert!(upgrade_in(Arc::new(upgraded.clone()), &NoProgress).unwrap().is_new);
    let operations = upgraded.operations() - before;
    assert!(!upgrade_in(Arc::new(upgraded.clone()), &NoProgress).unwrap().is_new);
    let right = contents(&open_in(&upgraded).unwrap()).unwrap();
    assert_eq!(right.len(), 21);
    let mut is_old = 0;
    for place in 0..operations {
        for fault in [DiskFault::Once, DiskFault::Kill] {
            for survives in ALL_SURVIVALS {
                let storage = frozen();
                storage.set_fault(place, fault);
                let _ = upgrade_in(Arc::new(storage.clone()), &NoProgress);
                let after = storage.after_crash(survives);
                let what = format!("{fault:?} at {place}, {survives:?}");
                match open_in(&after) {
                    Ok(snapshot) => assert_eq!(contents(&snapshot).unwrap(), right, "{what}"),
                    Err(crate::Error::Index(IndexError::RecipeMismatch { .. })) => is_old += 1,
                    Err(error) => panic!("{what}: {error}"),
                }
                upgrade_in(Arc::new(after.clone()), &NoProgress).unwrap();
                assert_eq!(contents(&open_in(&after).unwrap()).unwrap(), right, "{what}");
                assert!(check_in(&after, &NoProgress).unwrap().is_sound(), "{what}");
            }
        }
    }
    assert!(is_old > 10, "{is_old}");
}
