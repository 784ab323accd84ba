//! A small index of which one file's bytes are the input: opened, checked, asked, removed from, added to,
//! compacted and repaired. Where fuzzed, checksums count as right, so that what is behind them is reached.
//! Errors are fine.
#![no_main]

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use libfuzzer_sys::fuzz_target;
use retold::article::Article;
use retold::index::{NewFile, Storage, StoredFile};
use retold::index::{QuerySettings, Writer, check_in, open_in, repair_in};
use retold::progress::NoProgress;

type Files = Arc<Mutex<BTreeMap<String, Arc<Vec<u8>>>>>;

#[derive(Clone, Debug, Default)]
struct InMemory(Files);

struct Created {
    files: Files,
    name: String,
    bytes: Vec<u8>,
}

impl NewFile for Created {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.files.lock().unwrap().insert(self.name.clone(), Arc::new(self.bytes.clone()));
        Ok(())
    }
}

impl Storage for InMemory {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.0.lock().unwrap().keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let held = self.0.lock().unwrap().get(name).cloned();
        Ok(Box::new(held.ok_or(io::ErrorKind::NotFound)?))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        self.0.lock().unwrap().insert(name.to_owned(), Arc::default());
        Ok(Box::new(Created { files: self.0.clone(), name: name.to_owned(), bytes: Vec::new() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.0.lock().unwrap();
        let held = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), held);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self) -> io::Result<Option<Box<dyn Any + Send + Sync>>> {
        Ok(Some(Box::new(())))
    }

    fn describe(&self, name: &str) -> String {
        name.to_owned()
    }
}

fn article(id: &str, word: &str) -> Article {
    let text =
        format!("the harbour board voted on tuesday to close the {word} pier for repairs until spring comes");
    Article { date: Some("2024-01-02".into()), ..Article::new(id, text) }
}

/// An index of two segments: some copies, something removed.
fn sound() -> BTreeMap<String, Arc<Vec<u8>>> {
    let storage = InMemory::default();
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true).unwrap();
    writer.add(vec![article("a", "eastern"), article("b", "eastern"), article("c", "western")]).unwrap();
    writer.commit().unwrap();
    writer.add(vec![article("d", "northern"), article("e", "northern, old and very long")]).unwrap();
    writer.remove(["c"]).unwrap();
    writer.commit().unwrap();
    let files = storage.0.lock().unwrap().clone();
    files
}

fn all_of(storage: &InMemory) -> retold::Result<()> {
    let _ = check_in(storage, &NoProgress)?;
    let snapshot = open_in(storage)?;
    let settings = QuerySettings { shared: true, ..QuerySettings::default() };
    let _ = snapshot.query(&article("q", "eastern"), &settings);
    let _ = snapshot.article("d");
    let _ = snapshot.stats();
    let _ = snapshot.each_article(|_| Ok(()));
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), false)?;
    writer.remove(["b"])?;
    writer.add(vec![article("a", "eastern"), article("f", "southern")])?;
    writer.commit()?;
    writer.tidy(&NoProgress)?;
    writer.compact(&NoProgress)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let mut files = sound();
    files.remove("LOCK");
    let names: Vec<String> = files.keys().cloned().collect();
    files.insert(names[which as usize % names.len()].clone(), Arc::new(bytes.to_vec()));
    if let Ok(folder) = std::env::var("RETOLD_FUZZ_SEEDS") {
        // the sound files, as seeds
        for (number, name) in names.iter().enumerate() {
            let seed = [&[number as u8][..], &sound()[name]].concat();
            std::fs::write(format!("{folder}/{name}"), seed).unwrap();
        }
    }
    let _ = all_of(&InMemory(Arc::new(Mutex::new(files.clone()))));
    let storage = InMemory(Arc::new(Mutex::new(files)));
    if repair_in(Arc::new(storage.clone()), &NoProgress).is_ok() {
        let _ = all_of(&storage);
    }
});
