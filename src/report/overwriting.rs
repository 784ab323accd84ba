//! What is written over nothing: neither over what the run reads nor over another file of its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The files of a run: what it reads, and what it is about to write.
#[derive(Debug, Default)]
pub struct RunFiles {
    read: Vec<PathBuf>,
    written: Vec<PathBuf>,
}

impl RunFiles {
    /// Files that are read.
    pub fn read(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.read.extend(paths);
    }

    /// Files that will be written.
    pub fn write(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.written.extend(paths);
    }

    /// Whether each file that will be written is one of its own: asked before the work.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the first that is an input, or that two outputs would be written to.
    pub fn check(&self) -> Result<()> {
        let mut places: Vec<PathBuf> = self.written.iter().map(|path| place(path)).collect();
        places.sort_unstable();
        if let Some(twice) = places.windows(2).find(|pair| pair[0] == pair[1]) {
            let path = twice[0].display();
            return Err(Error::Usage(format!(
                "two outputs would be written to {path}: give each its own place"
            )));
        }
        // what is not there yet is written over nothing
        let there: Vec<(&PathBuf, PathBuf)> =
            self.written.iter().filter_map(|path| Some((path, fs::canonicalize(path).ok()?))).collect();
        if there.is_empty() {
            return Ok(());
        }
        let mut read: Vec<PathBuf> =
            self.read.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        read.sort_unstable();
        match there.iter().find(|(_, path)| read.binary_search(path).is_ok()) {
            Some((path, _)) => {
                Err(Error::Usage(format!("{} is an input: nothing is written over it", path.display())))
            }
            None => Ok(()),
        }
    }
}

/// A path that two names of one file have in common, whether it is there or not.
fn place(path: &Path) -> PathBuf {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    };
    let folder = match folder {
        folder if folder.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    };
    fs::canonicalize(folder).unwrap_or_else(|_| place(folder)).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: &[PathBuf], written: &[PathBuf]) -> String {
        let mut files = RunFiles::default();
        files.read(read.iter().cloned());
        files.write(written.iter().cloned());
        files.check().err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn inputs_and_other_outputs_are_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::create_dir(path("in")).unwrap();
        fs::write(path("in/a.jsonl"), "").unwrap();
        let input = [path("in/a.jsonl")];
        assert!(check(&input, &[path("in/../in/a.jsonl")]).contains("is an input"));
        assert!(check(&input, &[path("new/a"), path("in/b")]).is_empty());
        assert!(check(&[], &[path("new/a"), path("new/b"), path("new/a")]).contains("two outputs"));
        assert!(check(&[], &[path("in/b"), path("in/../in/b")]).contains("two outputs"));
        assert!(check(&input, &[path("missing")]).is_empty());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("in/a.jsonl"), path("link")).unwrap();
            assert!(check(&[path("link")], &[path("in/a.jsonl")]).contains("is an input"));
        }
    }
}
