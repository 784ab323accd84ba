//! The few things an index asks of a file system, so that tests can make each of them fail.
//!
//! All names are relative to the index's folder: nothing inside knows where it lies.

use std::any::Any;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::work::read_exact_at;

/// Where the files of an index lie.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Names of all files, in no order.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Opens a file for reading.
    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>>;
    /// A new, empty file; one of that name is replaced.
    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>>;
    /// Renames in one step, over what had the name before.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes creations, renames and removals durable.
    fn sync_names(&self) -> io::Result<()>;
    /// The writer's lock, held as long as what is returned lives; `None` where another has it.
    fn lock(&self) -> io::Result<Option<Box<dyn Any + Send + Sync>>>;
    /// How messages name a file; the folder itself for an empty name.
    fn describe(&self, name: &str) -> String;
}

/// A file that is read at places.
pub trait StoredFile: fmt::Debug + Send + Sync {
    /// Length in bytes.
    fn length(&self) -> io::Result<u64>;
    /// Fills `bytes` from the place `offset` on; fails where the file ends before.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;
}

/// A file that is being written, from its start to its end.
pub trait NewFile: Send {
    /// Appends all of `bytes`.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes what was written durable.
    fn sync(&mut self) -> io::Result<()>;
}

impl StoredFile for Vec<u8> {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let held = start.checked_add(bytes.len()).and_then(|end| self.get(start..end));
        bytes.copy_from_slice(held.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl<F: StoredFile + ?Sized> StoredFile for std::sync::Arc<F> {
    fn length(&self) -> io::Result<u64> {
        self.as_ref().length()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.as_ref().read_at(bytes, offset)
    }
}

/// A folder.
#[derive(Clone, Debug)]
pub struct FolderStorage {
    folder: PathBuf,
}

/// Whose lock a writer holds.
const LOCK: &str = "LOCK";

impl FolderStorage {
    /// The files of this folder. Nothing is opened yet.
    pub fn new(folder: &Path) -> Self {
        FolderStorage { folder: folder.to_owned() }
    }
}

impl Storage for FolderStorage {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            // a name that is not UTF-8 is none of ours
            names.extend(entry?.file_name().into_string().ok());
        }
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(File::open(self.folder.join(name))?))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        Ok(Box::new(File::create(self.folder.join(name))?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.folder.join(from), self.folder.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.folder.join(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        // elsewhere a folder cannot be opened, and its entries are durable without
        if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
    }

    fn lock(&self) -> io::Result<Option<Box<dyn Any + Send + Sync>>> {
        let options = File::options().read(true).write(true).create(true).truncate(false).clone();
        let file = options.open(self.folder.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn describe(&self, name: &str) -> String {
        if name.is_empty() {
            return self.folder.display().to_string();
        }
        self.folder.join(name).display().to_string()
    }
}

impl StoredFile for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        read_exact_at(self, bytes, offset)
    }
}

impl NewFile for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}
