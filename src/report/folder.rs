//! The output folder: its files are put in place whole, together, or not at all.
//!
//! Each file is written beside its place under a temporary name and brought to disk; only when all are there
//! are they renamed, so that a run that fails or is interrupted leaves the folder as it was.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::WriteError;
use crate::error::{Error, Result};

const BUFFER_BYTES: usize = 1 << 16;

/// Files of one run, waiting to be put in place. Dropped without [`OutputFolder::commit`] it leaves nothing
/// behind.
#[derive(Debug)]
pub struct OutputFolder {
    folder: PathBuf,
    staged: Vec<Staged>,
    /// Folders that this run made, the innermost first; removed again when nothing came of the run.
    made: Vec<PathBuf>,
    /// Folders that are filled and put in place together with this one.
    beside: Vec<OutputFolder>,
}

#[derive(Debug)]
struct Staged {
    temporary: TempPath,
    place: PathBuf,
}

impl OutputFolder {
    /// Takes `folder` for output, making it (and its parents) where it does not exist.
    ///
    /// # Errors
    /// [`Error::File`] where it is not a folder or a file cannot be made in it: known before the work, not
    /// after.
    pub fn create(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        let mut made = Vec::new();
        if !folder.exists() {
            made = folder.ancestors().take_while(|path| is_missing(path)).map(Path::to_path_buf).collect();
            fs::create_dir_all(&folder)
                .map_err(|cause| Error::file("make the output folder", &folder, cause))?;
        }
        let output = OutputFolder { folder, staged: Vec::new(), made, beside: Vec::new() };
        if !output.folder.is_dir() {
            let cause = io::Error::new(io::ErrorKind::NotADirectory, "it is a file, a folder was expected");
            return Err(Error::file("write into", &output.folder, cause));
        }
        output.temporary("probe").map_err(|cause| Error::file("write into", &output.folder, cause))?;
        Ok(output)
    }

    /// Writes one file under a temporary name and brings it to disk; [`OutputFolder::commit`] puts it in
    /// place.
    ///
    /// `name` is a bare file name. Returns what `fill` returns.
    ///
    /// # Errors
    /// [`Error::File`] naming the file where it cannot be written (or a folder stands in its place), and what
    /// `fill` failed with.
    pub fn write<T, E: Into<WriteError>>(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<T> {
        let place = self.folder.join(name);
        let failed = |cause| Error::file("write", &place, cause);
        if Path::new(name).file_name() != Some(name.as_ref()) {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a bare file name")));
        }
        refuse_folder(&place)?;
        let (file, temporary) = self.temporary(name).map_err(failed)?;
        let mut writer = BufWriter::with_capacity(BUFFER_BYTES, file);
        let result = fill(&mut writer).map_err(|error| match error.into() {
            WriteError::Writer(cause) => failed(cause),
            WriteError::Run(error) => error,
        })?;
        let file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        self.staged.push(Staged { temporary, place });
        Ok(result)
    }

    /// Takes another folder along, whose files are put in place together with these. Returns its number for
    /// [`Self::beside`].
    pub fn take_along(&mut self, other: OutputFolder) -> usize {
        self.beside.push(other);
        self.beside.len() - 1
    }

    /// A folder that was taken along.
    pub fn beside(&mut self, number: usize) -> Option<&mut OutputFolder> {
        self.beside.get_mut(number)
    }

    /// Begins a file that its writer fills and brings to disk; [`OutputFolder::commit`] puts it in place.
    /// `name` is a path below the folder, of plain names; folders on the way are made.
    ///
    /// # Errors
    /// [`Error::File`] naming the file where it cannot be made.
    pub fn begin(&mut self, name: &Path) -> Result<File> {
        let place = self.folder.join(name);
        let failed = |cause| Error::file("write", &place, cause);
        let is_plain = name.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        let (Some(folder), Some(file_name), true) = (place.parent(), place.file_name(), is_plain) else {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a plain name")));
        };
        let made = folder.ancestors().take_while(|path| is_missing(path)).map(Path::to_path_buf);
        let made: Vec<PathBuf> = made.collect();
        fs::create_dir_all(folder).map_err(failed)?;
        self.made.splice(0..0, made);
        refuse_folder(&place)?;
        let (file, temporary) = temporary_in(folder, &file_name.to_string_lossy()).map_err(failed)?;
        self.staged.push(Staged { temporary, place });
        Ok(file)
    }

    /// Puts all files in place, replacing those of an earlier run.
    ///
    /// # Errors
    /// [`Error::File`] naming the file that could not be put in place.
    pub fn commit(mut self) -> Result<()> {
        // Everything that can be foreseen is checked before the first rename: after it there is no way back.
        for staged in self.beside.iter().flat_map(|other| &other.staged).chain(&self.staged) {
            refuse_folder(&staged.place)?;
        }
        self.beside.drain(..).try_for_each(OutputFolder::commit)?;
        let mut folders = vec![self.folder.clone()];
        for Staged { temporary, place } in self.staged.drain(..) {
            self.made.clear();
            temporary.persist(&place).map_err(|error| Error::file("put in place", &place, error.error))?;
            let folder = place.parent().map(Path::to_path_buf);
            folders.extend(folder.filter(|folder| Some(folder) != folders.last()));
        }
        let failed = |folder: &PathBuf, cause| Error::file("bring to disk", folder, cause);
        folders.iter().try_for_each(|folder| sync_folder(folder).map_err(|cause| failed(folder, cause)))
    }

    fn temporary(&self, name: &str) -> io::Result<(File, TempPath)> {
        temporary_in(&self.folder, name)
    }
}

/// A new file in a folder, readable for everyone whom the user's mask lets read.
fn temporary_in(folder: &Path, name: &str) -> io::Result<(File, TempPath)> {
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    Ok(builder.tempfile_in(folder).map_err(without_name)?.into_parts())
}

/// An error without the temporary file's name, which tells nobody anything.
fn without_name(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((said, _)) => io::Error::new(error.kind(), said.to_owned()),
        None => error,
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        self.staged.clear();
        for path in &self.made {
            // Only empty folders go: somebody else may have put something there meanwhile.
            if fs::remove_dir(path).is_err() {
                break;
            }
        }
    }
}

/// Whether nothing stands at `path`; the empty path is the current folder.
fn is_missing(path: &Path) -> bool {
    !path.as_os_str().is_empty() && fs::symlink_metadata(path).is_err()
}

fn refuse_folder(place: &Path) -> Result<()> {
    if place.is_dir() {
        let cause = io::Error::new(io::ErrorKind::IsADirectory, "a folder of that name is in the way");
        return Err(Error::file("write", place, cause));
    }
    Ok(())
}

/// A rename is on disk only once its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn text(words: &'static str) -> impl FnOnce(&mut dyn Write) -> io::Result<()> {
        move |out| out.write_all(words.as_bytes())
    }

    #[test]
    fn files_appear_together_and_replace_only_their_own() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new/out");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        fs::write(folder.join("pairs.jsonl"), "old").unwrap();
        let mut output = OutputFolder::create(&folder).unwrap();
        output.write("pairs.jsonl", text("new")).unwrap();
        output.write("summary.json", text("{}")).unwrap();
        assert_eq!(fs::read_to_string(folder.join("pairs.jsonl")).unwrap(), "old");
        assert!(!folder.join("summary.json").exists());
        output.commit().unwrap();
        assert_eq!(fs::read_to_string(folder.join("pairs.jsonl")).unwrap(), "new");
        assert_eq!(names(&folder), ["notes.txt", "pairs.jsonl", "summary.json"]);
    }

    #[test]
    fn a_run_that_fails_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        let mut output = OutputFolder::create(&folder).unwrap();
        output.write("pairs.jsonl", text("rows")).unwrap();
        let full = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            Err::<(), _>(io::Error::from(io::ErrorKind::StorageFull))
        };
        let error = output.write("families.jsonl", full).unwrap_err().to_string();
        assert!(error.contains("families.jsonl") && error.contains("no storage space"), "{error}");
        assert_eq!(names(&folder).len(), 1, "the half-written file is gone at once");
        drop(output);
        assert_eq!(names(home.path()), [] as [&str; 0], "the folders it made are gone too");
    }

    #[test]
    fn an_interrupted_run_says_so_and_keeps_the_old_files() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("pairs.jsonl"), "old").unwrap();
        let mut output = OutputFolder::create(home.path()).unwrap();
        let stopped = output.write("pairs.jsonl", |_| Err::<(), _>(Error::Interrupted));
        assert!(matches!(stopped, Err(Error::Interrupted)));
        drop(output);
        assert_eq!(fs::read_to_string(home.path().join("pairs.jsonl")).unwrap(), "old");
        assert_eq!(names(home.path()), ["pairs.jsonl"]);
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("taken");
        fs::write(&file, "").unwrap();
        let error = OutputFolder::create(&file).unwrap_err().to_string();
        assert!(error.contains("taken") && error.contains("folder was expected"), "{error}");
        let error = OutputFolder::create(file.join("below")).unwrap_err().to_string();
        assert!(error.contains("taken"), "{error}");

        fs::create_dir(home.path().join("report.html")).unwrap();
        let mut output = OutputFolder::create(home.path()).unwrap();
        let error = output.write("report.html", text("")).unwrap_err().to_string();
        assert!(error.contains("report.html") && error.contains("in the way"), "{error}");
        assert!(output.write("../escape", text("")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_users_mask_decides_who_may_read() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let mut output = OutputFolder::create(home.path()).unwrap();
        output.write("pairs.jsonl", text("")).unwrap();
        output.commit().unwrap();
        File::create(home.path().join("plain")).unwrap();
        let mode = |name| fs::metadata(home.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("pairs.jsonl"), mode("plain"));
    }

    #[test]
    fn names_of_temporary_files_are_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = temporary_in(&folder.path().join("missing"), "probe").unwrap_err();
        assert!(error.kind() == io::ErrorKind::NotFound && !error.to_string().contains("probe"), "{error}");
    }
}
