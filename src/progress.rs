//! How long work tells what it is at, and hears that it should stop.

/// Told by the stages how far they are. Called from any thread, often: implementations must be cheap.
pub trait Progress: Sync {
    /// A stage begins. `total` is in the stage's own units (documents, pairs), where it is known.
    fn stage(&self, name: &'static str, total: Option<u64>);

    /// The current stage did `amount` more of its units.
    fn advance(&self, amount: u64);

    /// Whether the user wants the run to end: stages then return [`crate::Error::Interrupted`] soon.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Tells nobody and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn stage(&self, _name: &'static str, _total: Option<u64>) {}

    fn advance(&self, _amount: u64) {}
}

/// An error once the run is cancelled, so that `?` ends a stage.
pub(crate) fn go_on(progress: &dyn Progress) -> crate::Result<()> {
    if progress.is_cancelled() { Err(crate::Error::Interrupted) } else { Ok(()) }
}
