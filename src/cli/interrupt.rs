//! Ctrl-C: the work is asked to stop and leaves nothing half-written; a second one stops at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use retold::report::OutputFolder;

use super::printer::Printer;

/// Work that does not hear (a read from a silent pipe) is ended after this.
const PATIENCE: Duration = Duration::from_secs(1);
/// A second Ctrl-C waits so long at most for a file that is being written.
const LAST_PATIENCE: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

pub struct Interrupt {
    printer: Arc<Printer>,
    /// Gets the exit status of a run that is ended from outside.
    status: Sender<u8>,
    /// The run is over, by itself or from outside: nothing is left to end.
    is_over: AtomicBool,
    is_cancelled: AtomicBool,
    /// Whether the run files articles in an index, and says so commit by commit.
    is_filing: AtomicBool,
    /// How long the run may take to end by itself.
    patience_millis: AtomicU64,
    /// Output of the run, which is taken back when the run is ended from outside. Locked while it is written,
    /// and while an index commits and acknowledges.
    output: Mutex<Option<OutputFolder>>,
}

impl Interrupt {
    /// Listens to SIGINT, SIGTERM and SIGHUP. A run under `nohup` keeps the signals as they are, so that it
    /// survives its terminal.
    pub fn on_signals(printer: Arc<Printer>, status: Sender<u8>) -> Arc<Self> {
        let interrupt = Arc::new(Interrupt {
            printer,
            status,
            is_over: AtomicBool::default(),
            is_cancelled: AtomicBool::default(),
            is_filing: AtomicBool::default(),
            patience_millis: AtomicU64::new(PATIENCE.as_millis() as u64),
            output: Mutex::default(),
        });
        let heard = interrupt.clone();
        let handler = move || {
            if heard.is_cancelled.swap(true, Ordering::Relaxed) {
                return heard.end_now(LAST_PATIENCE);
            }
            let heard = heard.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(heard.patience_millis.load(Ordering::Relaxed)));
                heard.end_now(PATIENCE);
            });
        };
        // without a handler the system ends the run, which is what was asked for, if less tidily
        let _ = if hang_ups_are_ignored() {
            ctrlc::try_set_handler(handler)
        } else {
            ctrlc::set_handler(handler)
        };
        interrupt
    }

    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// An error once the run is cancelled.
    pub fn check(&self) -> retold::Result<()> {
        if self.is_cancelled() { Err(retold::Error::Interrupted) } else { Ok(()) }
    }

    /// Says that from now on articles are filed: an end then leaves what was acknowledged.
    pub fn expect_filing(&self) {
        self.is_filing.store(true, Ordering::Relaxed);
    }

    /// Says that the run hears, and may take so long to end well.
    pub fn allow(&self, patience: Duration) {
        self.patience_millis.store(patience.as_millis() as u64, Ordering::Relaxed);
    }

    /// What an interrupted run leaves behind, for its user.
    pub fn words(&self) -> String {
        match self.is_filing.load(Ordering::Relaxed) {
            true => "interrupted; what was acknowledged is filed, nothing else".into(),
            false => retold::Error::Interrupted.to_string(),
        }
    }

    /// Takes care of an output folder: it is taken back unless it is committed.
    pub fn hold(&self, output: OutputFolder) {
        *self.output() = Some(output);
    }

    /// The output folder that is held.
    pub fn output(&self) -> MutexGuard<'_, Option<OutputFolder>> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run is over: takes the output folder back, if one is still held.
    pub fn release(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(self.output().take());
    }

    /// Ends the run without its help: whoever waits for its exit status gets one.
    fn end_now(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut held = loop {
            match self.output.try_lock() {
                Ok(output) => break Some(output),
                Err(TryLockError::Poisoned(output)) => break Some(output.into_inner()),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(LOOK_AGAIN),
                Err(TryLockError::WouldBlock) => break None,
            }
        };
        if self.is_over.swap(true, Ordering::Relaxed) {
            return;
        }
        drop(held.as_mut().and_then(|output| output.take()));
        self.printer.clear_bars();
        match held.is_none() && self.is_filing.load(Ordering::Relaxed) {
            true => self.printer.error(
                "interrupted; what was acknowledged is filed; what was being filed is there wholly or not at all",
            ),
            false => self.printer.error(&self.words()),
        }
        // locked for good, so that nothing more is written or committed
        std::mem::forget(held);
        let _ = self.status.send(super::INTERRUPTED);
    }
}

/// Whether SIGHUP is ignored, as `nohup` has it. Known on Linux only.
fn hang_ups_are_ignored() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}
