//! Tells whether a file is still what it was.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

/// Size, time of the last change and, where there is one, the file's own number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size_bytes: u64,
    changed: Option<Duration>,
    number: u64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let changed = metadata.modified().ok();
        // A time before 1970 counts as no time: the size still tells.
        let changed = changed.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        Stamp { size_bytes: metadata.len(), changed, number: file_number(metadata) }
    }
}

#[cfg(unix)]
fn file_number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn file_number(_metadata: &Metadata) -> u64 {
    0
}
