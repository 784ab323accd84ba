//! The one place that writes: data to standard output, everything else to standard error.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use indicatif::MultiProgress;
use retold::report::Style;
use retold::report::visible::visible_label;

use super::args::ColorChoice;
use super::stop::Outcome;

/// Columns where there is no terminal to ask.
const PIPED_COLUMNS: usize = 100;
const BUFFER_BYTES: usize = 1 << 16;

pub struct Printer {
    is_quiet: bool,
    style: Style,
    /// Bars are drawn through it, and lines above them. `None` where standard error is no terminal.
    bars: Option<MultiProgress>,
}

impl Printer {
    pub fn new(is_quiet: bool, color: ColorChoice) -> Self {
        let on_terminal = io::stderr().is_terminal() && !is_quiet;
        let color = match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => io::stdout().is_terminal() && terminal_has_colors(),
        };
        let style = Style { color, unicode: locale_has_unicode() };
        Printer { is_quiet, style, bars: on_terminal.then(MultiProgress::new) }
    }

    /// Standard output, buffered: what is written must be flushed.
    pub fn data(&self) -> BufWriter<StdoutLock<'static>> {
        BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock())
    }

    /// Writes words to standard output, at once.
    pub fn print(&self, words: &str) -> Outcome {
        let mut out = self.data();
        out.write_all(words.as_bytes())?;
        Ok(out.flush()?)
    }

    pub fn style(&self) -> Style {
        self.style
    }

    /// Columns of the terminal that standard output goes to; `COLUMNS` overrides it.
    pub fn width_columns(&self) -> usize {
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let of_terminal = || {
            let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
            Some(usize::from(width.0))
        };
        asked.or_else(of_terminal).filter(|&columns| columns > 0).unwrap_or(PIPED_COLUMNS)
    }

    /// Where bars are drawn, if they are.
    pub fn bars(&self) -> Option<&MultiProgress> {
        self.bars.as_ref()
    }

    pub fn clear_bars(&self) {
        if let Some(bars) = &self.bars {
            let _ = bars.clear();
        }
    }

    /// Something that is good to know; `--quiet` leaves it out.
    pub fn message(&self, words: &str) {
        if !self.is_quiet {
            self.line(words);
        }
    }

    /// What went wrong, always said.
    pub fn error(&self, words: &str) {
        self.line(&format!("retold: {words}"));
    }

    /// A line on standard error. Whether anyone can read it is no reason to fail.
    fn line(&self, words: &str) {
        let write = || {
            let _ = writeln!(io::stderr().lock(), "{}", visible_label(words));
        };
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }
}

/// See <https://no-color.org>.
fn terminal_has_colors() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether lines and blocks outside ASCII can be shown: not where the locale says another encoding.
fn locale_has_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
