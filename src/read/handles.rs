//! A bounded number of files kept open for reading again.

use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::stamp::Stamp;

/// Well under the usual limit of 1,024 open files.
const OPEN_FILES: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Handles {
    /// Most recently used last.
    open: Mutex<VecDeque<(u32, Arc<File>)>>,
}

impl Handles {
    /// The file, opened if need be; `None` if it cannot be opened or is not what it was.
    pub(super) fn file(
        &self,
        number: u32,
        path: impl FnOnce() -> PathBuf,
        stamp: Stamp,
    ) -> Option<Arc<File>> {
        let held = {
            let mut open = self.lock();
            let found = open.iter().position(|(held, _)| *held == number);
            found.and_then(|at| open.remove(at)).map(|(_, file)| {
                open.push_back((number, file.clone()));
                file
            })
        };
        let file = match held {
            Some(file) => file,
            None => {
                let file = Arc::new(File::open(path()).ok()?);
                let mut open = self.lock();
                if open.len() >= OPEN_FILES {
                    open.pop_front();
                }
                open.push_back((number, file.clone()));
                file
            }
        };
        (Stamp::of(&file.metadata().ok()?) == stamp).then_some(file)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(u32, Arc<File>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
