//! A disk in memory that fails or dies at any operation, and forgets what was not synced.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::index::storage::{NewFile, Storage, StoredFile};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// The operation fails, later ones work.
    Once,
    /// This and all later writes fail, as on a full disk.
    FromHere,
    /// The machine stops in the middle of the operation.
    Kill,
}

/// What of the unsynced is there after a crash. All of these may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survives {
    Nothing,
    Everything,
    NamesOnly,
    BytesOnly,
}

pub const ALL_SURVIVALS: [Survives; 4] =
    [Survives::Nothing, Survives::Everything, Survives::NamesOnly, Survives::BytesOnly];

#[derive(Clone, Debug, Default)]
struct File {
    bytes: Vec<u8>,
    synced: Vec<u8>,
}

#[derive(Debug, Default)]
struct Disk {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
    operations: usize,
    fault: Option<(usize, DiskFault)>,
    is_dead: bool,
    is_locked: bool,
}

#[derive(Clone, Debug, Default)]
pub struct SimulatedStorage(Arc<Mutex<Disk>>);

enum RunOutcome {
    Done,
    /// Half of it was done, and the operation fails.
    Half,
    Failed,
}

impl Disk {
    fn operation(&mut self) -> RunOutcome {
        let at = self.operations;
        self.operations += 1;
        if self.is_dead {
            return RunOutcome::Failed;
        }
        match self.fault {
            Some((place, DiskFault::Once)) if at == place => RunOutcome::Half,
            Some((place, DiskFault::FromHere)) if at >= place => RunOutcome::Failed,
            Some((place, DiskFault::Kill)) if at == place => {
                self.is_dead = true;
                RunOutcome::Half
            }
            _ => RunOutcome::Done,
        }
    }
}

fn failed() -> io::Error {
    io::Error::new(io::ErrorKind::StorageFull, "simulated")
}

impl SimulatedStorage {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap()
    }

    /// Makes operation `place` (from now) a fault.
    pub fn set_fault(&self, place: usize, fault: DiskFault) {
        let mut disk = self.disk();
        disk.operations = 0;
        disk.fault = Some((place, fault));
    }

    pub fn clear_fault(&self) {
        self.disk().fault = None;
    }

    pub fn operations(&self) -> usize {
        self.disk().operations
    }

    /// The machine as it comes up again.
    pub fn after_crash(&self, survives: Survives) -> SimulatedStorage {
        let disk = self.disk();
        let names = match survives {
            Survives::Nothing | Survives::BytesOnly => disk.synced_names.clone(),
            Survives::Everything | Survives::NamesOnly => disk.names.clone(),
        };
        let keep_bytes = matches!(survives, Survives::Everything | Survives::BytesOnly);
        let files = disk
            .files
            .iter()
            .map(|file| {
                let bytes = if keep_bytes { file.bytes.clone() } else { file.synced.clone() };
                File { synced: bytes.clone(), bytes }
            })
            .collect();
        let synced_names = names.clone();
        SimulatedStorage(Arc::new(Mutex::new(Disk { files, names, synced_names, ..Disk::default() })))
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let disk = self.disk();
        disk.files[disk.names[name]].bytes.clone()
    }

    pub fn set_bytes(&self, name: &str, bytes: Vec<u8>) {
        let mut disk = self.disk();
        let file = disk.names[name];
        disk.files[file] = File { synced: bytes.clone(), bytes };
    }

    pub fn names(&self) -> Vec<String> {
        self.disk().names.keys().cloned().collect()
    }
}

impl Storage for SimulatedStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.names())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let disk = self.disk();
        let file = disk.names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(disk.files[*file].bytes.clone()))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        let mut disk = self.disk();
        match disk.operation() {
            RunOutcome::Failed => Err(failed()),
            outcome => {
                let number = disk.files.len();
                disk.files.push(File::default());
                disk.names.insert(name.to_owned(), number);
                if matches!(outcome, RunOutcome::Half) {
                    return Err(failed());
                }
                Ok(Box::new(Writing { storage: self.clone(), file: number }))
            }
        }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = self.disk();
        match disk.operation() {
            RunOutcome::Failed => Err(failed()),
            outcome => {
                let file = disk.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
                disk.names.insert(to.to_owned(), file);
                // done, although it says that it is not
                if matches!(outcome, RunOutcome::Half) { Err(failed()) } else { Ok(()) }
            }
        }
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.disk();
        match disk.operation() {
            RunOutcome::Failed => Err(failed()),
            outcome => {
                disk.names.remove(name).ok_or(io::ErrorKind::NotFound)?;
                if matches!(outcome, RunOutcome::Half) { Err(failed()) } else { Ok(()) }
            }
        }
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut disk = self.disk();
        match disk.operation() {
            RunOutcome::Done => {
                disk.synced_names = disk.names.clone();
                Ok(())
            }
            _ => Err(failed()),
        }
    }

    fn lock(&self) -> io::Result<Option<Box<dyn Any + Send + Sync>>> {
        let mut disk = self.disk();
        if std::mem::replace(&mut disk.is_locked, true) {
            return Ok(None);
        }
        Ok(Some(Box::new(Lock(self.clone()))))
    }

    fn describe(&self, name: &str) -> String {
        format!("disk/{name}")
    }
}

struct Lock(SimulatedStorage);

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.disk().is_locked = false;
    }
}

struct Writing {
    storage: SimulatedStorage,
    file: usize,
}

impl NewFile for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut disk = self.storage.disk();
        let outcome = disk.operation();
        let written = match outcome {
            RunOutcome::Done => bytes.len(),
            RunOutcome::Half => bytes.len() / 2,
            RunOutcome::Failed => 0,
        };
        disk.files[self.file].bytes.extend_from_slice(&bytes[..written]);
        if matches!(outcome, RunOutcome::Done) { Ok(()) } else { Err(failed()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut disk = self.storage.disk();
        match disk.operation() {
            RunOutcome::Done => {
                let file = &mut disk.files[self.file];
                file.synced = file.bytes.clone();
                Ok(())
            }
            _ => Err(failed()),
        }
    }
}
