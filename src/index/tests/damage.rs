//! Every byte flipped and every truncation: an error that says so, or the right answer.

use std::sync::Arc;

use super::simulated::{ALL_SURVIVALS, DiskFault, SimulatedStorage};
use super::{Contents, article, contents, near_text, text};
use crate::Error;
use crate::error::IndexError;
use crate::index::manifest::{MANIFEST, Manifest};
use crate::index::storage::Storage;
use crate::index::{CheckReport, QuerySettings, Writer, check_in, open_in, repair_in};
use crate::progress::NoProgress;
use crate::row::PairRow;

fn small_index() -> SimulatedStorage {
    let storage = SimulatedStorage::default();
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true).unwrap();
    let articles = (0..6).map(|number| article(&format!("a{number}"), text(number), 3)).collect();
    writer.add(articles).unwrap();
    writer.commit().unwrap();
    writer.add(vec![article("b0", near_text(0), 0), article("b1", text(1), 4)]).unwrap();
    writer.remove(["a5"]).unwrap();
    writer.commit().unwrap();
    storage
}

/// All that can be asked of an index.
fn ask(storage: &SimulatedStorage, is_thorough: bool) -> crate::Result<(Contents, Vec<PairRow>)> {
    let snapshot = open_in(storage)?;
    let held = contents(&snapshot)?;
    let mut rows = Vec::new();
    if is_thorough {
        let settings = QuerySettings::default();
        for number in [0, 1] {
            rows.extend(snapshot.query(&article("incoming", text(number), 0), &settings)?);
        }
        for id in ["a0", "b1", "a5"] {
            assert_eq!(snapshot.article(id)?.as_ref(), held.get(id));
        }
        snapshot.stats()?;
    }
    Ok((held, rows))
}

fn is_typed(error: &Error) -> bool {
    matches!(error, Error::Index(IndexError::Corrupt { .. } | IndexError::NotAnIndex { .. }))
}

#[test]
fn every_byte_flipped_and_every_truncation_is_noticed() {
    let storage = small_index();
    let right = ask(&storage, true).unwrap();
    assert_eq!(right.0.len(), 7);
    assert_eq!(right.1.len(), 4, "{:?}", right.1);
    let (mut damaged, mut silent) = (0, 0);
    for name in storage.names() {
        let bytes = storage.bytes(&name);
        for at in 0..bytes.len() {
            for flip in [0x01, 0xff] {
                let mut wrong = bytes.clone();
                wrong[at] ^= flip;
                storage.set_bytes(&name, wrong);
                damaged += 1;
                let is_thorough = at % 8 == 0 && flip == 1;
                match ask(&storage, is_thorough) {
                    Ok(answer) if is_thorough => assert_eq!(answer, right, "{name}, byte {at}"),
                    Ok(answer) => assert_eq!(answer.0, right.0, "{name}, byte {at}"),
                    Err(error) => assert!(is_typed(&error), "{name}, byte {at}: {error:?}"),
                }
                let report = check_in(&storage, &NoProgress).unwrap();
                silent += usize::from(report.is_sound());
                assert!(!report.is_sound(), "{name}, byte {at} ^ {flip:x}: not noticed");
            }
        }
        for length in 0..bytes.len() {
            storage.set_bytes(&name, bytes[..length].to_vec());
            let error = ask(&storage, false).unwrap_err();
            assert!(is_typed(&error), "{name}, {length} bytes: {error:?}");
            assert!(!check_in(&storage, &NoProgress).unwrap().is_sound());
        }
        storage.set_bytes(&name, bytes);
    }
    println!("{damaged} damaged bytes, {silent} not noticed by a check");
}

#[test]
fn a_repair_keeps_what_is_sound_and_counts_what_is_lost() {
    let names = small_index().names();
    for name in names {
        let length = small_index().bytes(&name).len();
        for at in (0..length).step_by(61) {
            let storage = small_index();
            let right = contents(&open_in(&storage).unwrap()).unwrap();
            let mut wrong = storage.bytes(&name);
            wrong[at] ^= 0x10;
            storage.set_bytes(&name, wrong);
            let report = repair_in(Arc::new(storage.clone()), &NoProgress).unwrap();
            assert!(report.is_repaired && !report.damage.is_empty(), "{name}, {at}: {report:?}");
            assert!(check_in(&storage, &NoProgress).unwrap().is_sound(), "{name}, {at}");
            let saved = contents(&open_in(&storage).unwrap()).unwrap();
            for (id, article) in &saved {
                // what was removed may be back where the list of removals is gone, and that is said
                let is_back = id == "a5" && report.damage.iter().any(|words| words.contains("removed"));
                assert!(is_back || right.get(id) == Some(article), "{name}, {at}: {id}");
            }
            if let Some(lost) = report.lost_documents {
                assert_eq!(lost as usize, right.len() - saved.len(), "{name}, {at}");
            }
        }
    }
}

/// A segment of several blocks, some of whose articles are removed.
fn long_index() -> SimulatedStorage {
    let storage = SimulatedStorage::default();
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true).unwrap();
    writer.add((0..160).map(|number| article(&format!("a{number}"), text(number), 3)).collect()).unwrap();
    writer.commit().unwrap();
    writer.remove(["a2", "a90", "a159"]).unwrap();
    writer.commit().unwrap();
    storage
}

fn segment_of(storage: &SimulatedStorage) -> String {
    storage.names().into_iter().find(|name| name.starts_with("segment-")).unwrap()
}

fn is_kept_aside(storage: &SimulatedStorage) -> bool {
    storage.names().iter().any(|name| name.starts_with("damaged-"))
}

/// Repairs, and what is there then.
fn repaired(storage: &SimulatedStorage) -> (CheckReport, Contents) {
    let report = repair_in(Arc::new(storage.clone()), &NoProgress).unwrap();
    assert!(check_in(storage, &NoProgress).unwrap().is_sound());
    // a writer leaves alone what was put aside
    let kept = is_kept_aside(storage);
    drop(Writer::with_storage(Arc::new(storage.clone()), true).unwrap());
    assert_eq!((is_kept_aside(storage), !report.kept_files.is_empty()), (kept, kept));
    (report, contents(&open_in(storage).unwrap()).unwrap())
}

type Harm = fn(&mut Vec<u8>);

#[test]
fn nothing_is_lost_where_only_the_ends_of_a_file_are_damaged() {
    let harms: [(&str, Harm); 6] = [
        ("a byte behind it", |bytes| bytes.push(b'x')),
        ("a byte cut off", |bytes| _ = bytes.pop()),
        ("the tables cut off", |bytes| bytes.truncate(bytes.len() - 9000)),
        ("the footer", |bytes| {
            let at = bytes.len() - 20;
            bytes[at] ^= 1;
        }),
        ("the header", |bytes| bytes[9] ^= 0x40),
        ("the header cut off", |bytes| drop(bytes.drain(..5))),
    ];
    let right = contents(&open_in(&long_index()).unwrap()).unwrap();
    for (what, harm) in harms {
        let storage = long_index();
        let segment = segment_of(&storage);
        let mut bytes = storage.bytes(&segment);
        harm(&mut bytes);
        storage.set_bytes(&segment, bytes);
        let (report, saved) = repaired(&storage);
        assert_eq!(saved.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{what}");
        assert!(saved == right && report.lost_documents == Some(0), "{what}: {report:?}");
        assert!(!is_kept_aside(&storage), "{what}");
    }
}

#[test]
fn behind_a_damaged_block_the_others_are_found_and_what_was_removed_stays_gone() {
    let right = contents(&open_in(&long_index()).unwrap()).unwrap();
    let harms: [(&str, Harm); 3] = [
        ("bytes of another value", |_| ()),
        ("and no footer", |bytes| bytes.truncate(bytes.len() - 30)),
        ("bytes that are missing", |bytes| drop(bytes.drain(5000..5100))),
    ];
    for (what, harm) in harms {
        let storage = long_index();
        let segment = segment_of(&storage);
        let mut bytes = storage.bytes(&segment);
        bytes[5000..5100].fill(0xee);
        harm(&mut bytes);
        storage.set_bytes(&segment, bytes);
        let (report, saved) = repaired(&storage);
        assert!(saved.iter().all(|(id, article)| right.get(id) == Some(article)), "{what}");
        let lost = right.len() - saved.len();
        assert!((1..60).contains(&lost), "{what}: {lost} are lost");
        assert_eq!(report.lost_documents, Some(lost as u64), "{what}");
        assert!(saved.contains_key("a0") && saved.contains_key("a158"), "{what}");
        assert!(is_kept_aside(&storage), "{what}");
    }
}

#[test]
fn articles_are_saved_without_manifest_and_footer() {
    let storage = long_index();
    let segment = segment_of(&storage);
    let mut bytes = storage.bytes(&segment);
    bytes.push(b'x');
    storage.set_bytes(&segment, bytes);
    storage.remove(MANIFEST).unwrap();
    let (report, saved) = repaired(&storage);
    // which were removed, the manifest said
    assert_eq!((saved.len(), report.lost_documents, is_kept_aside(&storage)), (160, None, false));
}

/// Articles some of which were filed again, some twice, in segments of their own.
fn index_of_versions() -> SimulatedStorage {
    let storage = SimulatedStorage::default();
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true).unwrap();
    for (version, ids) in [(0u64, 0..6u64), (100, 2..4), (200, 3..5)] {
        // the fourth article copies the first one, in every version
        let text = |number: u64| if number == 3 { near_text(0) } else { text(number + version) };
        writer.add(ids.map(|number| article(&format!("a{number}"), text(number), 3)).collect()).unwrap();
        writer.commit().unwrap();
    }
    storage
}

#[test]
fn of_one_id_a_repair_keeps_the_article_that_was_filed_last() {
    let storage = index_of_versions();
    let right = contents(&open_in(&storage).unwrap()).unwrap();
    assert_eq!(right.len(), 6);
    storage.remove(MANIFEST).unwrap();
    let (_, saved) = repaired(&storage);
    assert!(saved == right);
    // and again, of what was just repaired
    storage.remove(MANIFEST).unwrap();
    assert!(repaired(&storage).1 == right);
}

#[test]
fn two_articles_of_one_id_are_damage() {
    let storage = index_of_versions();
    let right = contents(&open_in(&storage).unwrap()).unwrap();
    let mut manifest = Manifest::parse(&storage.bytes(MANIFEST), MANIFEST).unwrap();
    manifest.segments.iter_mut().for_each(|entry| entry.deleted = Arc::default());
    storage.set_bytes(MANIFEST, manifest.to_bytes());
    let report = check_in(&storage, &NoProgress).unwrap();
    // the fourth stayed as it was
    assert_eq!(report.damage, ["disk/INDEX: 2 articles beside later ones of the same id, such as \"a2\""]);
    let (report, saved) = repaired(&storage);
    assert!(saved == right && report.lost_documents == Some(0), "{report:?}");
}

#[test]
fn a_repair_that_is_killed_is_done_again() {
    let damaged = || {
        let storage = long_index();
        let segment = segment_of(&storage);
        let mut bytes = storage.bytes(&segment);
        bytes[5000..5100].fill(0xee);
        storage.set_bytes(&segment, bytes);
        storage
    };
    let undisturbed = damaged();
    undisturbed.set_fault(usize::MAX, DiskFault::Kill);
    let (_, right) = repaired(&undisturbed);
    let operations = undisturbed.operations();
    assert!(operations > 5);
    for place in 0..operations {
        let storage = damaged();
        storage.set_fault(place, DiskFault::Kill);
        let _ = repair_in(Arc::new(storage.clone()), &NoProgress);
        for survives in ALL_SURVIVALS {
            let storage = storage.after_crash(survives);
            let saved = repaired_or_sound(&storage);
            assert!(saved == right, "operation {place}, {survives:?}: {} articles", saved.len());
            assert!(is_kept_aside(&storage), "operation {place}, {survives:?}");
        }
    }
}

fn repaired_or_sound(storage: &SimulatedStorage) -> Contents {
    repair_in(Arc::new(storage.clone()), &NoProgress).unwrap();
    assert!(check_in(storage, &NoProgress).unwrap().is_sound());
    contents(&open_in(storage).unwrap()).unwrap()
}

#[test]
fn another_recipe_or_a_later_format_is_its_own_error() {
    let storage = small_index();
    let bytes = storage.bytes(MANIFEST);
    let with = |at: usize| {
        let mut other = bytes[..bytes.len() - 8].to_vec();
        other[at] ^= 0x40;
        let sum = xxhash_rust::xxh3::xxh3_64(&other);
        other.extend_from_slice(&sum.to_le_bytes());
        Manifest::parse(&other, MANIFEST).unwrap_err()
    };
    assert!(matches!(with(8), Error::Index(IndexError::FormatTooNew { found: 66, .. })));
    assert!(matches!(with(12), Error::Index(IndexError::RecipeMismatch { .. })));
}

#[test]
fn one_writer_at_a_time() {
    let storage = small_index();
    let writer = Writer::with_storage(Arc::new(storage.clone()), false).unwrap();
    let second = Writer::with_storage(Arc::new(storage.clone()), false).unwrap_err();
    assert!(matches!(second, Error::Index(IndexError::Locked { .. })));
    assert!(open_in(&storage).is_ok());
    drop(writer);
    assert!(Writer::with_storage(Arc::new(storage), false).is_ok());
}
