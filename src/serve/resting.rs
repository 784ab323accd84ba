//! Which files of a drop folder are finished, as far as that can be told from outside.
//!
//! Who copies over a network, or writes bit by bit, pauses. A file counts as finished once its length and its
//! time of writing have stood still for some seconds, as seen from here: the time alone says little, since
//! other machines have clocks of their own, and copies take over the time of what they copy.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::intake::FileStamp;
use crate::error::{Error, Result};

/// Ends of names of files that somebody is still writing.
const UNFINISHED: [&str; 5] = [".part", ".partial", ".tmp", ".filepart", ".crdownload"];

/// The files of a folder, and since when each has been as it is.
pub struct Resting {
    rest: Duration,
    seen: HashMap<PathBuf, (FileStamp, Instant)>,
}

impl Resting {
    /// `rest` is how long a file must have lain still.
    pub fn new(rest: Duration) -> Resting {
        Resting { rest, seen: HashMap::new() }
    }

    /// Takes in what the folder holds now; returns the files that have lain still, in order of their names,
    /// and forgets these.
    pub fn look(&mut self, now: HashMap<PathBuf, FileStamp>, at: Instant) -> Vec<(PathBuf, FileStamp)> {
        let mut finished = Vec::new();
        let mut seen = HashMap::with_capacity(now.len());
        for (path, stamp) in now {
            let before = self.seen.get(&path).filter(|(before, _)| *before == stamp);
            let since = before.map_or(at, |(_, since)| *since);
            if before.is_some() && at.duration_since(since) >= self.rest {
                finished.push((path, stamp));
            } else {
                seen.insert(path, (stamp, since));
            }
        }
        self.seen = seen;
        finished.sort_by(|a, b| a.0.cmp(&b.0));
        finished
    }
}

/// The files of a folder that may be taken some time.
///
/// # Errors
/// [`Error::File`] where it cannot be looked into.
pub fn listed(folder: &Path) -> Result<HashMap<PathBuf, FileStamp>> {
    let failed = |cause| Error::file("look into", folder, cause);
    let mut found = HashMap::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if is_unfinished(&entry.file_name().to_string_lossy()) {
            continue;
        }
        found.extend(stamp_of(&entry.path()).map(|stamp| (entry.path(), stamp)));
    }
    Ok(found)
}

/// A file as it is now; `None` where there is none. A link may lead anywhere, and is none.
pub fn stamp_of(path: &Path) -> Option<FileStamp> {
    std::fs::symlink_metadata(path).ok().filter(|known| known.is_file()).map(|known| FileStamp::of(&known))
}

fn is_unfinished(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with('.') || UNFINISHED.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_finished_once_it_has_stood_still() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slow.jsonl");
        let mut resting = Resting::new(Duration::from_secs(5));
        let begun = Instant::now();
        let mut look = |second: u64| {
            let found = resting.look(listed(folder.path()).unwrap(), begun + Duration::from_secs(second));
            found.into_iter().map(|(path, _)| path).collect::<Vec<PathBuf>>()
        };
        std::fs::write(&path, "half").unwrap();
        assert!(look(0).is_empty() && look(4).is_empty());
        std::fs::write(&path, "half and half").unwrap();
        assert!(look(5).is_empty() && look(9).is_empty());
        assert_eq!(look(10), std::slice::from_ref(&path));
        // what was not taken then is seen anew
        assert!(look(11).is_empty() && look(15).is_empty());
        assert_eq!(look(16), [path]);
    }

    #[test]
    fn names_of_unfinished_files_are_left_alone() {
        for name in [".hidden", "a.part", "a.jsonl.PART", "b.partial", "c.tmp", "d.filepart", "e.crdownload"]
        {
            assert!(is_unfinished(name), "{name}");
        }
        for name in ["part", "a.part.jsonl", "tmp.xml", "a.jsonl"] {
            assert!(!is_unfinished(name), "{name}");
        }
    }
}
