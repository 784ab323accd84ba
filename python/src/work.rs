//! Work beside the interpreter: others have it meanwhile, Ctrl-C is heard, and progress is told.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use retold::progress::Progress;

/// So often the interpreter is asked for signals, and progress is told.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How far the work is, as it tells it from its threads.
#[derive(Default)]
struct Watch {
    stage: Mutex<(&'static str, Option<u64>)>,
    done: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Progress for Watch {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = (name, total);
        self.done.store(0, Ordering::Relaxed);
    }

    fn advance(&self, amount: u64) {
        self.done.fetch_add(amount, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

impl Watch {
    fn tell(&self, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let Some(progress) = progress else { return Ok(()) };
        let (name, total) = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        progress.call1((name, self.done.load(Ordering::Relaxed), total)).map(drop)
    }
}

/// Does a job on a thread of its own. This one waits without the interpreter, and is back in it now and then.
///
/// # Errors
/// What a signal's handler or the callback raises: the job is then told to stop, and waited for.
pub fn beside<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    job: impl FnOnce(&dyn Progress) -> T + Send,
) -> PyResult<T> {
    let watch = Watch::default();
    let (result, is_there) = (Mutex::new(None), Condvar::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let made = catch_unwind(AssertUnwindSafe(|| job(&watch)));
            *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
            is_there.notify_all();
        });
        let mut stopped = None;
        loop {
            let made = py.detach(|| {
                let result = result.lock().unwrap_or_else(PoisonError::into_inner);
                let waited = is_there.wait_timeout_while(result, LOOK_AGAIN, |result| result.is_none());
                waited.unwrap_or_else(PoisonError::into_inner).0.take()
            });
            match (made, stopped.take()) {
                (Some(_), Some(stop)) => return Err(stop),
                (Some(Ok(made)), None) => {
                    watch.tell(progress)?;
                    return Ok(made);
                }
                (Some(Err(_)), None) => {
                    return Err(PyRuntimeError::new_err("internal error; standard error says more"));
                }
                (None, Some(stop)) => stopped = Some(stop),
                (None, None) => {
                    if let Err(stop) = py.check_signals().and_then(|()| watch.tell(progress)) {
                        watch.is_cancelled.store(true, Ordering::Relaxed);
                        stopped = Some(stop);
                    }
                }
            }
        }
    })
}
