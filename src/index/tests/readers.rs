//! Readers see one state, whatever a writer does meanwhile, and never wait.

use std::any::Any;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::simulated::SimulatedStorage;
use super::{article, contents, text};
use crate::index::{FolderStorage, NewFile, Reader, Storage, StoredFile, Writer, check_in};
use crate::progress::NoProgress;

#[test]
fn a_snapshot_stays_while_segments_are_merged_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open_or_create(folder.path()).unwrap();
    writer.add((0..20).map(|number| article(&format!("a{number}"), text(number), 0)).collect()).unwrap();
    writer.commit().unwrap();
    let before = crate::index::open(folder.path()).unwrap();
    let held = contents(&before).unwrap();
    writer.remove(held.keys().take(15).map(String::as_str)).unwrap();
    writer.compact(&NoProgress).unwrap();
    assert_eq!(contents(&before).unwrap(), held);
    assert_eq!(contents(&crate::index::open(folder.path()).unwrap()).unwrap().len(), 5);
}

#[test]
fn readers_see_whole_commits_while_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(FolderStorage::new(folder.path()));
    let mut writer = Writer::open_or_create(folder.path()).unwrap();
    let (is_done, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let read = || {
            let mut reader = Reader::with_storage(storage.clone()).unwrap();
            let mut seen = 0;
            while !is_done.load(Ordering::Acquire) {
                let least = acknowledged.load(Ordering::Acquire);
                let documents = contents(reader.refresh().unwrap()).unwrap().len() as u64;
                // two articles a commit
                assert!(documents.is_multiple_of(2) && documents >= least && documents >= seen);
                seen = documents;
            }
        };
        let readers = [scope.spawn(read), scope.spawn(read)];
        for number in 0..40u64 {
            let articles = [0, 1].map(|half| {
                let number = number * 2 + half;
                article(&format!("a{number}"), text(number), 0)
            });
            writer.add(articles.to_vec()).unwrap();
            writer.commit().unwrap();
            acknowledged.store(2 * number + 2, Ordering::Release);
            writer.tidy(&NoProgress).unwrap();
        }
        is_done.store(true, Ordering::Release);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(contents(writer.snapshot()).unwrap().len(), 80);
}

#[test]
fn a_compacted_index_holds_no_byte_of_what_was_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open_or_create(folder.path()).unwrap();
    let secret = "the withdrawn sentence";
    let removed = article("secret-id", format!("{secret} {}", text(1)), 0);
    writer.add(vec![article("a", text(2), 0), removed, article("b", text(3), 0)]).unwrap();
    writer.commit().unwrap();
    writer.remove(["secret-id"]).unwrap();
    writer.commit().unwrap();
    // every block of every file of the folder, what is removed included
    let holds_secret = || {
        let snapshot = crate::index::open(folder.path()).unwrap();
        let files = std::fs::read_dir(folder.path()).unwrap();
        let segments =
            files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with("segment-"));
        assert_eq!(segments.count(), snapshot.parts.len());
        snapshot.parts.iter().any(|part| {
            (0..part.segment.layout.articles.blocks).any(|block| {
                let articles = part.segment.articles(block).unwrap();
                articles.iter().any(|article| article.text.contains(secret) || article.id == "secret-id")
            })
        })
    };
    assert!(holds_secret());
    writer.compact(&NoProgress).unwrap();
    assert!(!holds_secret());
    let snapshot = writer.snapshot();
    assert_eq!(contents(snapshot).unwrap().len(), 2);
    let postings: u64 = snapshot.parts.iter().map(|part| part.segment.layout.ids.entries).sum();
    assert_eq!(postings, 2);
}

#[test]
fn an_index_can_be_moved_and_other_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let mut writer = Writer::open_or_create(&old).unwrap();
    writer.add(vec![article("a", text(2), 0)]).unwrap();
    writer.commit().unwrap();
    drop(writer);
    std::fs::rename(&old, &new).unwrap();
    assert_eq!(contents(&crate::index::open(&new).unwrap()).unwrap().len(), 1);
    std::fs::create_dir(&old).unwrap();
    std::fs::write(old.join("notes.txt"), "mine").unwrap();
    assert!(Writer::open_or_create(&old).is_err());
    assert!(crate::index::open(&old).is_err());
    assert_eq!(std::fs::read_dir(&old).unwrap().count(), 1);
}

/// A disk on which an index is written anew between a reader's look at the manifest and its first segment.
#[derive(Debug, Default)]
struct Raced {
    disk: SimulatedStorage,
    is_over: AtomicBool,
}

impl Storage for Raced {
    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        if name.starts_with("segment-") && !self.is_over.swap(true, Ordering::Relaxed) {
            let mut writer = Writer::with_storage(Arc::new(self.disk.clone()), false).unwrap();
            writer.compact(&NoProgress).unwrap();
        }
        self.disk.open(name)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        self.disk.create(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.disk.sync_names()
    }

    fn lock(&self) -> io::Result<Option<Box<dyn Any + Send + Sync>>> {
        self.disk.lock()
    }

    fn describe(&self, name: &str) -> String {
        self.disk.describe(name)
    }
}

#[test]
fn a_check_beside_a_writer_finds_no_damage_that_is_not_there() {
    let raced = Raced::default();
    let mut writer = Writer::with_storage(Arc::new(raced.disk.clone()), true).unwrap();
    for number in 0..3 {
        writer.add(vec![article(&format!("a{number}"), text(number), 0)]).unwrap();
        writer.commit().unwrap();
    }
    drop(writer);
    let report = check_in(&raced, &NoProgress).unwrap();
    assert!(raced.is_over.load(Ordering::Relaxed));
    assert!(report.is_sound() && report.documents == 3, "{report:?}");
    // what the manifest of now names is damage when it is missing
    let segment = raced.disk.names().into_iter().find(|name| name.starts_with("segment-")).unwrap();
    raced.disk.remove(&segment).unwrap();
    assert!(!check_in(&raced, &NoProgress).unwrap().is_sound());
}
