//! The threads that judge: as many as there are cores, so that the threads that talk to clients never wait
//! for one.
//!
//! Each judges one article after the other, alone: with several articles at a time that is more a second than
//! sharing each out.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot};

use super::problem::Problem;
use crate::barrier::{Stage, guarded};
use crate::error::{Error, Result};

type Job = Box<dyn FnOnce() + Send>;

/// Stack of a judging thread, as the command line's own has it.
const STACK_BYTES: usize = 8 << 20;

/// Work that waits for each thread.
const WAITING_A_THREAD: usize = 4;

/// Hands work to the judging threads.
#[derive(Clone)]
pub struct Judges {
    jobs: mpsc::Sender<Job>,
}

/// The threads, to wait for at the end.
pub struct JudgeThreads(Vec<JoinHandle<()>>);

impl JudgeThreads {
    /// Waits until all work that was taken is done. All [`Judges`] must be gone.
    pub fn join(self) {
        for thread in self.0 {
            let _ = thread.join();
        }
    }
}

/// What will come of a piece of work.
pub struct Pending<R>(oneshot::Receiver<std::result::Result<R, Problem>>);

impl<R> Pending<R> {
    /// # Errors
    /// [`Problem`] where retold failed at it.
    pub async fn done(self) -> std::result::Result<R, Problem> {
        self.0.await.unwrap_or_else(|_| Err(Problem::stopping()))
    }
}

impl Judges {
    /// Starts so many threads.
    ///
    /// # Errors
    /// [`Error::File`] where the system has none to spare.
    pub fn start(threads: usize) -> Result<(Judges, JudgeThreads)> {
        let (jobs, waiting) = mpsc::channel::<Job>(threads * WAITING_A_THREAD);
        let waiting = Arc::new(Mutex::new(waiting));
        let threads: std::io::Result<Vec<JoinHandle<()>>> = (0..threads)
            .map(|_| {
                let waiting = waiting.clone();
                let work = move || {
                    // inner loops stay on this thread
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
                    loop {
                        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
                        match job {
                            Some(job) => job(),
                            None => break,
                        }
                    }
                    drop(pool);
                };
                thread::Builder::new().name("judge".to_owned()).stack_size(STACK_BYTES).spawn(work)
            })
            .collect();
        let threads = threads.map_err(|cause| Error::file("start", "a thread", cause))?;
        Ok((Judges { jobs }, JudgeThreads(threads)))
    }

    /// Takes in work, once there is room for it. It is not begun where nobody waits for it any more.
    ///
    /// # Errors
    /// [`Problem`] where the server is about to end.
    pub async fn begin<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<R> + Send + 'static,
    ) -> std::result::Result<Pending<R>, Problem> {
        let (tell, told) = oneshot::channel();
        let job = move || {
            if tell.is_closed() {
                return;
            }
            let done = guarded(Stage::Query, |_| false, work).map_err(Error::from);
            let _ = tell.send(done.and_then(|done| done).map_err(Problem::from));
        };
        self.jobs.send(Box::new(job)).await.map_err(|_| Problem::stopping())?;
        Ok(Pending(told))
    }

    /// As [`Self::begin`], and waits for the result.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<R> + Send + 'static,
    ) -> std::result::Result<R, Problem> {
        self.begin(work).await?.done().await
    }
}
