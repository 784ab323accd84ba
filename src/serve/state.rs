//! What every request has at hand.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::filing::{Filer, Order, Reply};
use super::guard::Hosts;
use super::judges::Judges;
use super::limits::Limits;
use super::page::Page;
use super::problem::Problem;
use super::shared::Shared;
use super::tokens::Tokens;
use crate::decisions::Files;
use crate::error::Result;
use crate::index::QuerySettings;

/// What a request may rely on; fixed for the life of the server.
pub struct Fixed {
    pub folder: PathBuf,
    pub hosts: Hosts,
    pub tokens: Tokens,
    pub query: QuerySettings,
    pub limits: Limits,
}

/// The server, as a request sees it.
pub struct App {
    pub settings: Fixed,
    pub shared: Arc<Shared>,
    pub judges: Judges,
    pub filer: Filer,
    pub page: Page,
    pub rooms: Rooms,
    pub is_stopping: AtomicBool,
    /// Readers of the file of matches that nobody uses at the moment.
    files: Mutex<Vec<Files>>,
}

/// How much of each kind may go on at a time.
pub struct Rooms {
    work: Arc<Semaphore>,
    searches: Arc<Semaphore>,
    pub listeners: Arc<Semaphore>,
    /// A permit is a KiB of a body.
    pub bodies: Arc<Semaphore>,
}

impl Rooms {
    pub fn new(limits: &Limits) -> Self {
        let room = |places: usize| Arc::new(Semaphore::new(places));
        Rooms {
            work: room(limits.requests_at_work),
            searches: room(limits.searches),
            listeners: room(limits.listeners),
            bodies: room(limits.bodies_bytes >> 10),
        }
    }
}

/// A place among the requests at work, for as long as it is held.
pub struct AtWork {
    _place: OwnedSemaphorePermit,
    shared: Arc<Shared>,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.shared.metrics.at_work(-1);
    }
}

/// How long an order may wait for its place before the caller is told to come again.
const ORDER_PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether the server is about to end.
const STOP_LOOK: Duration = Duration::from_millis(100);

impl App {
    pub fn new(settings: Fixed, shared: Arc<Shared>, judges: Judges, filer: Filer) -> Self {
        let rooms = Rooms::new(&settings.limits);
        App {
            settings,
            shared,
            judges,
            filer,
            page: Page::new(),
            rooms,
            is_stopping: AtomicBool::new(false),
            files: Mutex::default(),
        }
    }

    /// A place among the requests at work.
    ///
    /// # Errors
    /// [`Problem::busy`] where all are taken.
    pub fn begin_work(&self) -> std::result::Result<AtWork, Problem> {
        let place = self.rooms.work.clone().try_acquire_owned().map_err(|_| Problem::busy())?;
        self.shared.metrics.at_work(1);
        Ok(AtWork { _place: place, shared: self.shared.clone() })
    }

    /// A place among the searches.
    ///
    /// # Errors
    /// [`Problem::busy`] where all are taken.
    pub fn begin_search(&self) -> std::result::Result<OwnedSemaphorePermit, Problem> {
        self.rooms.searches.clone().try_acquire_owned().map_err(|_| Problem::busy())
    }

    /// Hands an order to the writer and waits until it is done and on disk.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn order<R>(&self, order: impl FnOnce(Reply<R>) -> Order) -> std::result::Result<R, Problem> {
        let (reply, told) = oneshot::channel();
        match tokio::time::timeout(ORDER_PATIENCE, self.filer.send(order(reply))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(Problem::stopping()),
            Err(_) => return Err(Problem::busy()),
        }
        told.await.unwrap_or_else(|_| {
            Err(Problem::from(crate::Error::file("write", "", std::io::Error::other("the writer failed"))))
        })
    }

    /// Asks the file of matches, away from the threads that talk to clients. A file that was never made is an
    /// empty one.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn ask<R: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Files) -> Result<R> + Send + 'static,
    ) -> std::result::Result<R, Problem> {
        let app = self.clone();
        self.aside(move || {
            let idle = app.files.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let files = match idle {
                Some(files) => files,
                None => Files::open(&app.settings.folder)?
                    .ok_or_else(|| crate::Error::Usage("there is no file of matches".to_owned()))?,
            };
            let answer = question(&files);
            app.files.lock().unwrap_or_else(PoisonError::into_inner).push(files);
            answer
        })
        .await
    }

    /// Does what may wait for a disk on a thread that may.
    ///
    /// # Errors
    /// [`Problem`].
    pub async fn aside<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<R> + Send + 'static,
    ) -> std::result::Result<R, Problem> {
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done.map_err(|error| {
                if !matches!(error, crate::Error::Internal(_) | crate::Error::Usage(_)) {
                    self.shared.tell(&error.to_string());
                }
                Problem::from(error)
            }),
            Err(_) => Err(Problem::stopping()),
        }
    }

    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Waits until the server is about to end.
    pub async fn stopping(&self) {
        while !self.is_stopping() {
            tokio::time::sleep(STOP_LOOK).await;
        }
    }
}
