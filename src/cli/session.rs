//! What every command has at hand: the printer, the interrupt, and whether inputs were bad.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use super::args::GlobalArgs;
use super::interrupt::Interrupt;
use super::printer::Printer;
use super::progress::Bars;
use super::rejections::Rejections;

pub struct Session {
    pub printer: Arc<Printer>,
    pub interrupt: Arc<Interrupt>,
    has_bad_inputs: Arc<AtomicBool>,
}

impl Session {
    /// `status` gets the exit status of a run that is ended from outside.
    pub fn new(global: &GlobalArgs, status: Sender<u8>) -> Self {
        let printer = Arc::new(Printer::new(global.quiet, global.color));
        let interrupt = Interrupt::on_signals(printer.clone(), status);
        Session { printer, interrupt, has_bad_inputs: Arc::default() }
    }

    /// Progress bars for one library call.
    pub fn bars(&self) -> Bars {
        Bars::new(self.printer.clone(), self.interrupt.clone())
    }

    /// Where bad inputs go. With `keep_in` all of them are held for [`Rejections::write_all`], in a temporary
    /// file in that folder.
    pub fn rejections(&self, keep_in: Option<PathBuf>) -> Arc<Rejections> {
        Arc::new(Rejections::new(self.printer.clone(), self.has_bad_inputs.clone(), keep_in))
    }

    pub fn has_bad_input(&self) {
        self.has_bad_inputs.store(true, Ordering::Relaxed);
    }

    pub fn had_bad_inputs(&self) -> bool {
        self.has_bad_inputs.load(Ordering::Relaxed)
    }
}
