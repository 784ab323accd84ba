//! What a command reads and writes, so that no output takes the place of an input.

use std::path::{Path, PathBuf};

use retold::read::Corpus;
use retold::report::RunFiles;

use super::stop::Outcome;

/// The files of a command.
#[derive(Default)]
pub struct CommandFiles(RunFiles);

impl CommandFiles {
    /// What corpora are made of.
    pub fn corpora<'a>(mut self, corpora: impl IntoIterator<Item = &'a Corpus>) -> Self {
        let standard_input = || PathBuf::from("/dev/stdin");
        for corpus in corpora {
            let inputs = corpus.raw_inputs();
            self.0.read(inputs.into_iter().map(|input| input.path.unwrap_or_else(standard_input)));
        }
        self
    }

    /// Other files that are read.
    pub fn read<'a>(mut self, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        self.0.read(paths.into_iter().cloned());
        self
    }

    /// Files of an output folder, if there is one.
    pub fn folder(mut self, folder: Option<&Path>, names: &[&str]) -> Self {
        let names = folder.into_iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
        self.0.write(names);
        self
    }

    /// Other files that are written; `-` is none.
    pub fn write(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.0.write(paths.into_iter().filter(|path| path != Path::new("-")));
        self
    }

    /// # Errors
    /// Where an output would take the place of an input or of another output.
    pub fn check(self) -> Outcome {
        Ok(self.0.check()?)
    }
}
