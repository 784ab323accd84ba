//! What the writing thread tells the others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::metrics::Metrics;
use super::news::NewsRoom;
use crate::article::Article;
use crate::decisions::DecisionWriter;
use crate::error::{Error, Result};
use crate::index::{Failures, Snapshot};
use crate::row::PairRow;
use crate::rules::{HiddenCounts, Rules};

/// The archive as it was committed last, news of it, and figures.
pub struct Shared {
    snapshot: RwLock<Arc<Snapshot>>,
    pub news: NewsRoom,
    pub metrics: Metrics,
    is_failing: AtomicBool,
    rules: Option<Rules>,
    hidden: Mutex<HiddenCounts>,
    tell: Box<dyn Fn(&str) + Send + Sync>,
}

impl Shared {
    /// `tell` gets messages for who runs the server: never a text.
    pub fn new(rules: Option<Rules>, tell: Box<dyn Fn(&str) + Send + Sync>) -> Self {
        Shared {
            snapshot: RwLock::default(),
            news: NewsRoom::default(),
            metrics: Metrics::default(),
            is_failing: AtomicBool::new(false),
            rules,
            hidden: Mutex::default(),
            tell,
        }
    }

    /// The archive as it is now, as one that does not change.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn publish(&self, snapshot: &Snapshot) {
        let snapshot = Arc::new(snapshot.clone());
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
    }

    /// Matches of an article as the rules let them be seen.
    ///
    /// # Errors
    /// What reading the archive returns.
    pub fn ruled(&self, rows: &mut Vec<PairRow>, article: &Article, archive: &Snapshot) -> Result<()> {
        let Some(rules) = &self.rules else { return Ok(()) };
        let mut hidden = HiddenCounts::default();
        let find = |id: &str| match id == article.id {
            true => Ok(Some(article.clone())),
            false => archive.article(id),
        };
        rules.sift(rows, find, &mut hidden)?;
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).add_all(&hidden);
        Ok(())
    }

    /// Brings matches that were filed under other rules to how they stand by those of now.
    ///
    /// # Errors
    /// What writing the file of matches returns.
    pub fn restand(
        &self,
        desk: &mut DecisionWriter,
        archive: &Snapshot,
        is_stopped: impl Fn() -> bool,
    ) -> Result<()> {
        let done = desk.stand_by(self.rules.as_ref(), archive, is_stopped)?;
        done.and_then(|done| done.words()).iter().for_each(|words| self.tell(words));
        Ok(())
    }

    /// Incoming matches that the rules hid since the server started, by reason.
    pub fn hidden(&self) -> HiddenCounts {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn tell(&self, what: &str) {
        (self.tell)(what);
    }

    /// Articles of the archive at which retold failed: they were left out.
    pub fn tell_faults(&self, failed: Failures) {
        for (_, fault) in failed.into_sorted() {
            self.tell(&fault.to_string());
        }
    }

    pub fn tell_failure(&self, error: &Error) {
        self.is_failing.store(true, Ordering::Relaxed);
        self.tell(&error.to_string());
    }

    pub fn is_well(&self) {
        self.is_failing.store(false, Ordering::Relaxed);
    }

    /// Whether the archive could not be written when it was last tried.
    pub fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }
}
