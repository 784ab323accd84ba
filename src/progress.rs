//! How long work tells what it is at, and hears that it should stop.

/// What a run costs is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A text was cut into words and these were hashed, once more for each stage that does so.
    Tokenised,
    /// An article was prepared to be compared: facts, sentences, indexes of its words.
    Prepared,
    /// A pair has features in common.
    Candidate,
    /// A pair is to be judged: it shares enough, or was verified as a copy.
    Promising,
    /// A pair's signals were measured; those of one text, byte for byte, are measured once a text and not
    /// counted.
    Measured,
    /// Rarity may lift a measured pair over the cut.
    Plausible,
    /// A pair was aligned.
    Aligned,
    /// A row was listed.
    Listed,
}

impl Work {
    /// All of them, by their numbers.
    pub const COUNT: usize = Work::Listed as usize + 1;
}

/// Told by the stages how far they are. Called from any thread, often: implementations must be cheap.
pub trait Progress: Sync {
    /// A stage begins. `total` is in the stage's own units (documents, pairs), where it is known.
    fn stage(&self, name: &'static str, total: Option<u64>);

    /// The current stage did `amount` more of its units.
    fn advance(&self, amount: u64);

    /// So much was done, in any stage. Called for each article and pair.
    fn count(&self, _what: Work, _amount: u64) {}

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

/// Counts work, and leaves it to others to tell how far a stage is.
pub(crate) struct Quiet<'a>(pub &'a dyn Progress);

impl Progress for Quiet<'_> {
    fn stage(&self, _name: &'static str, _total: Option<u64>) {}

    fn advance(&self, _amount: u64) {}

    fn count(&self, what: Work, amount: u64) {
        self.0.count(what, amount);
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// An error once the run is cancelled, so that `?` ends a stage.
pub(crate) fn go_on(progress: &dyn Progress) -> crate::Result<()> {
    if progress.is_cancelled() { Err(crate::Error::Interrupted) } else { Ok(()) }
}
