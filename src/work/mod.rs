//! Where stages put what does not fit in memory, or is to outlive the process.
//!
//! A [`Resources`] knows how much memory a run may take and which folder it may write to, so that no stage
//! takes a path. A resumable one keeps what finished stages came to; a run that was killed finds it there and
//! continues from it. Results never depend on any of this.

mod memory;
mod partitions;
mod positioned;
mod records;
mod spill;
mod stage_file;
mod stages;
mod usage;

use std::path::PathBuf;
use std::sync::Arc;

pub use memory::free_memory_bytes;
pub(crate) use partitions::{PartitionMap, Partitions, StoredLane};
pub(crate) use positioned::{read_exact_at, write_all_at};
pub(crate) use records::{RecordPlace, Records};
use spill::Place;
pub(crate) use stage_file::{StageReader, StageWriter, Stored};
pub use stages::Beginning;
use stages::Stages;
pub use usage::{peak_memory_bytes, process_cpu_seconds};

use crate::error::Result;

/// How much memory a run may take, and where it puts the rest.
#[derive(Clone, Debug)]
pub struct Resources {
    memory_bytes: u64,
    folder: PathBuf,
    stages: Option<Arc<Stages>>,
}

impl Default for Resources {
    /// As much memory as a scan of a million articles takes, and the system's folder for temporary files.
    fn default() -> Self {
        Resources::new(2 << 30, std::env::temp_dir())
    }
}

impl Resources {
    /// Stages together hold about `memory_bytes` at most, and put what is more into temporary files in
    /// `folder`, which go with the process.
    pub fn new(memory_bytes: u64, folder: PathBuf) -> Self {
        Resources { memory_bytes, folder, stages: None }
    }

    /// As [`Self::new`], and finished stages are kept in the folder until [`Self::clear`]. `run` describes
    /// all that the run's result depends on: inputs, settings, program. Stages of another run are removed.
    ///
    /// # Errors
    /// [`crate::Error::File`] where the folder cannot be written to.
    pub fn resumable(memory_bytes: u64, folder: PathBuf, run: &str) -> Result<(Self, Beginning)> {
        let (stages, beginning) = Stages::open(&folder, run)?;
        Ok((Resources { memory_bytes, folder, stages: stages.map(Arc::new) }, beginning))
    }

    /// Removes what was kept: the run's results are where they belong.
    ///
    /// # Errors
    /// [`crate::Error::File`] where it cannot be removed.
    pub fn clear(&self) -> Result<()> {
        self.stages.as_ref().map_or(Ok(()), |stages| stages.clear())
    }

    /// A share of the memory, in bytes: `percent` of it, and no more than `most`.
    pub(crate) fn share_bytes(&self, percent: u64, most: u64) -> usize {
        let share = self.memory_bytes / 100 * percent;
        usize::try_from(share.min(most)).unwrap_or(usize::MAX)
    }

    /// Partitions that hold up to `memory_bytes` in memory and the rest in the folder.
    pub(crate) fn partitions(&self, count: usize, memory_bytes: usize) -> Partitions {
        Partitions::new(count, memory_bytes, Place::Unnamed(self.folder.clone()))
    }

    /// As [`Self::partitions`]; in a resumable run they are kept under this name.
    pub(crate) fn kept_partitions(&self, name: &str, count: usize, memory_bytes: usize) -> Partitions {
        match &self.stages {
            Some(stages) => Partitions::new(count, memory_bytes, Place::Kept(stages.path(name))),
            None => self.partitions(count, memory_bytes),
        }
    }

    /// Records that take up to `memory_bytes` in memory and the rest in the folder.
    pub(crate) fn records(&self, memory_bytes: usize) -> Records {
        Records::new(memory_bytes, Place::Unnamed(self.folder.clone()))
    }

    /// Partitions that an earlier run kept; `None` where they are not what they were.
    pub(crate) fn open_partitions(&self, name: &str, map: PartitionMap) -> Option<Vec<StoredLane>> {
        map.open(&self.stages.as_ref()?.path(name))
    }

    /// Whether stages are kept.
    pub(crate) fn is_resumable(&self) -> bool {
        self.stages.is_some()
    }

    /// What the stage came to in an earlier run.
    pub(crate) fn finished<S: Stored>(&self, stage: &str) -> Option<S> {
        self.stages.as_ref()?.read(stage)
    }

    /// Keeps what a stage came to.
    pub(crate) fn keep(&self, stage: &str, result: &impl Stored) -> Result<()> {
        self.stages.as_ref().map_or(Ok(()), |stages| stages.write(stage, result))
    }

    /// Removes what was kept under this name, since a later stage has used it up.
    pub(crate) fn forget(&self, name: &str) -> Result<()> {
        self.stages.as_ref().map_or(Ok(()), |stages| stages.remove(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Stored for Vec<u32> {
        fn write(&self, out: &mut StageWriter) -> std::io::Result<()> {
            out.numbers(self)
        }

        fn read(from: &mut StageReader) -> std::io::Result<Self> {
            from.numbers()
        }
    }

    fn begin(folder: &std::path::Path, run: &str) -> (Resources, Beginning) {
        Resources::resumable(1 << 20, folder.to_owned(), run).unwrap()
    }

    #[test]
    fn a_run_finds_its_own_stages_and_removes_others() {
        let home = tempfile::tempdir().unwrap();
        let (work, beginning) = begin(home.path(), "a run");
        assert_eq!(beginning, Beginning::Anew);
        work.keep("first", &vec![1, 2, 3]).unwrap();
        assert_eq!(begin(home.path(), "a run").1, Beginning::Busy);
        assert!(!begin(home.path(), "a run").0.is_resumable());
        drop(work);

        let (work, beginning) = begin(home.path(), "a run");
        assert_eq!(beginning, Beginning::GoesOn);
        assert_eq!(work.finished::<Vec<u32>>("first"), Some(vec![1, 2, 3]));
        assert_eq!(work.finished::<Vec<u32>>("second"), None);
        work.keep("second", &vec![4]).unwrap();
        work.forget("first").unwrap();
        drop(work);

        let (work, beginning) = begin(home.path(), "another run");
        assert_eq!(beginning, Beginning::OthersRemoved);
        assert_eq!(work.finished::<Vec<u32>>("second"), None);
        work.keep("first", &vec![5]).unwrap();
        work.clear().unwrap();
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
