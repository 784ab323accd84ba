//! Every byte flipped and every truncation: an error that says so, or the right answer.

use std::sync::Arc;

use super::simulated::SimulatedStorage;
use super::{Contents, article, contents, near_text, text};
use crate::Error;
use crate::error::IndexError;
use crate::index::{QuerySettings, Writer, check_in, open_in, repair_in};
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

#[test]
fn another_recipe_or_a_later_format_is_its_own_error() {
    use crate::index::manifest::{MANIFEST, Manifest};
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
