//! Bars on long work, on a terminal only.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use retold::progress::Progress;

use super::heap::give_back_small;
use super::interrupt::Interrupt;
use super::printer::Printer;

const REDRAW: Duration = Duration::from_millis(120);
/// The stage that counts bytes.
const READING: &str = "reading";

pub struct Bars {
    printer: Arc<Printer>,
    interrupt: Arc<Interrupt>,
    bar: RwLock<Option<Bar>>,
    /// Bytes taken from the inputs, before decompression: what the total of the reading stage is of.
    bytes_read: Vec<Arc<AtomicU64>>,
}

struct Bar {
    bar: ProgressBar,
    follows_bytes_read: bool,
}

impl Bars {
    pub fn new(printer: Arc<Printer>, interrupt: Arc<Interrupt>) -> Self {
        Bars { printer, interrupt, bar: RwLock::default(), bytes_read: Vec::new() }
    }

    /// Takes the reading stage's position from these counters.
    pub fn following(mut self, bytes_read: Vec<Arc<AtomicU64>>) -> Self {
        self.bytes_read = bytes_read;
        self
    }

    /// Takes the bar away: what comes is shown without.
    pub fn clear(&self) {
        give_back_small();
        self.replace(None);
    }

    fn replace(&self, bar: Option<Bar>) {
        let before = std::mem::replace(&mut *self.bar.write().unwrap_or_else(PoisonError::into_inner), bar);
        if let Some(before) = before {
            before.bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        give_back_small();
        let Some(bars) = self.printer.bars() else { return };
        let is_reading = name == READING;
        let template = match (total.is_some(), is_reading) {
            (true, true) => "{msg:<32} {bar:30} {percent:>3} % {bytes_per_sec:>12}, {eta} left",
            (true, false) => "{msg:<32} {bar:30} {percent:>3} %, {eta} left",
            (false, true) => "{msg:<32} {spinner} {bytes} {bytes_per_sec:>12}",
            (false, false) => "{msg:<32} {spinner} {human_pos}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::no_length(),
        };
        let bar = bars.add(bar.with_style(style).with_message(name));
        bar.enable_steady_tick(REDRAW);
        let follows_bytes_read = is_reading && total.is_some() && !self.bytes_read.is_empty();
        self.replace(Some(Bar { bar, follows_bytes_read }));
    }

    fn advance(&self, amount: u64) {
        let bar = self.bar.read().unwrap_or_else(PoisonError::into_inner);
        match &*bar {
            Some(Bar { bar, follows_bytes_read: true }) => {
                bar.set_position(self.bytes_read.iter().map(|bytes| bytes.load(Ordering::Relaxed)).sum());
            }
            Some(Bar { bar, follows_bytes_read: false }) => bar.inc(amount),
            None => {}
        }
    }

    fn is_cancelled(&self) -> bool {
        self.interrupt.is_cancelled()
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.replace(None);
    }
}
