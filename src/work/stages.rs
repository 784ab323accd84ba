//! Finished stages of a run in a folder, from which the run goes on when it was killed.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::stage_file::{self, Stored};
use crate::error::{Error, Result};

/// The folder in the work folder.
const FOLDER: &str = "retold-stages";
/// Held by the run that the folder belongs to; the system lets go of it when the process ends, however it
/// ends.
const LOCK: &str = "lock";

/// Stages of one run.
#[derive(Debug)]
pub(super) struct Stages {
    folder: PathBuf,
    run: u64,
    /// Locked as long as it is open.
    _lock: File,
}

/// What a resumable run found in its work folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// Nothing: it begins.
    Anew,
    /// Stages of the same run, from which it goes on.
    GoesOn,
    /// Stages of other inputs, other settings or another release; they are removed, and it begins.
    OthersRemoved,
    /// Another process is at work there; this run leaves the stages alone and cannot be resumed.
    Busy,
}

impl Stages {
    /// Stages in `work_folder` of the run that `run` describes: all that its result depends on.
    ///
    /// # Errors
    /// [`Error::File`] where the folder cannot be made or written to.
    pub fn open(work_folder: &Path, run: &str) -> Result<(Option<Self>, Beginning)> {
        let folder = work_folder.join(FOLDER);
        let failed = |cause| Error::file("use the work folder", &folder, cause);
        fs::create_dir_all(&folder).map_err(failed)?;
        let lock = File::options().create(true).append(true).open(folder.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok((None, Beginning::Busy)),
            // Where files cannot be locked, runs must be kept apart by their folders.
            Err(TryLockError::Error(cause)) if cause.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let run = xxh3_64(run.as_bytes());
        let stages = Stages { folder: folder.clone(), run, _lock: lock };
        let files = stages.files().map_err(failed)?;
        let is_own = |path: &&PathBuf| stage_file::run_of(path) == Some(run);
        let beginning = match files.iter().find(|path| stage_file::run_of(path).is_some()) {
            None => Beginning::Anew,
            Some(_) if files.iter().any(|path| is_own(&path)) => Beginning::GoesOn,
            Some(_) => Beginning::OthersRemoved,
        };
        if beginning != Beginning::GoesOn {
            files.iter().try_for_each(fs::remove_file).map_err(failed)?;
        }
        Ok((Some(stages), beginning))
    }

    pub fn path(&self, stage: &str) -> PathBuf {
        self.folder.join(stage)
    }

    pub fn read<S: Stored>(&self, stage: &str) -> Option<S> {
        stage_file::read(&self.path(stage), self.run)
    }

    pub fn write(&self, stage: &str, result: &impl Stored) -> Result<()> {
        let path = self.path(stage);
        stage_file::write(&path, self.run, result).map_err(|cause| Error::file("write", path, cause))
    }

    pub fn remove(&self, stage: &str) -> Result<()> {
        let path = self.path(stage);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Error::file("remove", path, cause)),
            _ => Ok(()),
        }
    }

    /// Removes all that was written for the run.
    pub fn clear(&self) -> Result<()> {
        let removed = || {
            self.files()?.iter().try_for_each(fs::remove_file)?;
            fs::remove_file(self.folder.join(LOCK))?;
            fs::remove_dir(&self.folder)
        };
        removed().map_err(|cause| Error::file("clear the work folder", &self.folder, cause))
    }

    /// All files but the lock.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let paths = fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.path()));
        let mut paths: Vec<PathBuf> = paths.collect::<io::Result<_>>()?;
        paths.retain(|path| path.file_name() != Some(LOCK.as_ref()) && path.is_file());
        Ok(paths)
    }
}
