//! `--timings FILE`: where the time of a run went.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use retold::Error;
use retold::report::OutputFolder;
use retold::timings::RunTimings;

/// The argument.
#[derive(Args)]
#[command(next_help_heading = "Running")]
pub struct TimingsArgs {
    /// File for a profile of the run, as JSON (schema/timings.json): stages with CPU and wall seconds, bytes
    /// and articles read, texts tokenised, articles prepared, pairs that came to each step, peak memory.
    /// What an earlier run finished in the work folder is not in it
    #[arg(long, value_name = "FILE")]
    pub timings: Option<PathBuf>,
}

impl TimingsArgs {
    /// What is in the way of the file is said before the work.
    pub fn check(&self) -> retold::Result<()> {
        let Some(file) = &self.timings else { return Ok(()) };
        if file == Path::new("-") {
            let words = "--timings takes a file: standard output has what is found";
            return Err(Error::Usage(words.to_owned()));
        }
        if file.is_dir() {
            let cause = io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, a file was expected");
            return Err(Error::file("write", file, cause));
        }
        folder_and_name(file).and_then(|(folder, _)| OutputFolder::create(folder)).map(drop)
    }

    /// Puts the file in place, whole or not at all.
    pub fn write(&self, timings: &RunTimings) -> retold::Result<()> {
        let Some(file) = &self.timings else { return Ok(()) };
        let (folder, name) = folder_and_name(file)?;
        let mut output = OutputFolder::create(folder)?;
        output.write(&name, |out| {
            serde_json::to_writer_pretty(&mut *out, timings)?;
            out.write_all(b"\n")
        })?;
        output.commit()
    }
}

/// The file's folder and its name.
pub fn folder_and_name(file: &Path) -> retold::Result<(&Path, String)> {
    let name = file.file_name().and_then(OsStr::to_str).map(str::to_owned);
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "a file name in UTF-8 was expected");
    let name = name.ok_or_else(|| Error::file("write", file, wrong()))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")), name))
}
