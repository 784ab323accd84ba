//! A file for what does not fit in memory.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use xxhash_rust::xxh3::xxh3_64;

use super::positioned::{read_exact_at, write_all_at};
use crate::error::{Error, Result};

/// Where the file is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Without a name in this folder; it goes with the process.
    Unnamed(PathBuf),
    /// Here, and all partitions are in it in the end.
    Kept(PathBuf),
}

#[derive(Debug)]
pub(super) struct SpillFile {
    file: File,
    place: PathBuf,
}

impl SpillFile {
    pub fn new(place: &Place) -> Result<Self> {
        match place {
            Place::Unnamed(folder) => match tempfile::tempfile_in(folder) {
                Ok(file) => Ok(SpillFile { file, place: folder.clone() }),
                Err(cause) => Err(Error::file("make a temporary file in", folder, cause)),
            },
            Place::Kept(path) => {
                let file = File::options().read(true).write(true).create(true).truncate(true).open(path);
                let file = file.map_err(|cause| Error::file("make", path, cause))?;
                Ok(SpillFile { file, place: path.clone() })
            }
        }
    }

    /// One that is there already.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        Ok(SpillFile { file: File::open(&path)?, place: path })
    }

    pub fn write(&self, bytes: &[u8], offset: u64) -> Result<()> {
        write_all_at(&self.file, bytes, offset)
            .map_err(|cause| Error::file("write a temporary file in", &self.place, cause))
    }

    /// Fills `bytes`, whose [`xxh3_64`] is `checksum`.
    pub fn read(&self, bytes: &mut [u8], offset: u64, checksum: u64) -> Result<()> {
        let failed = |cause| Error::file("read a temporary file in", &self.place, cause);
        read_exact_at(&self.file, bytes, offset).map_err(failed)?;
        match xxh3_64(bytes) == checksum {
            true => Ok(()),
            false => Err(failed(io::Error::other("it does not hold what was written"))),
        }
    }
}
