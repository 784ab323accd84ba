//! Bad inputs: the first of a kind are named as they come, the rest is counted; all are kept where they are
//! wanted.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use retold::barrier::{Fault, REPORT};
use retold::json_lines;
use retold::read::{ReadingNote, Rejection, RejectionKind, RejectionSink, UnreadDates, UnreadFields};
use retold::{Error, Result};

use super::printer::Printer;
use super::stop::without_error_number;

/// So many of a kind are named.
pub const NAMED_OF_A_KIND: u64 = 20;

/// So many endings of files that were passed over.
const ENDINGS_NAMED: usize = 8;

/// The file of an output folder that holds all bad inputs of a run.
pub const LISTED_IN: &str = "rejected.jsonl";

pub struct Rejections {
    printer: Arc<Printer>,
    has_bad_inputs: Arc<AtomicBool>,
    keep_in: Option<PathBuf>,
    state: Mutex<RejectionState>,
}

#[derive(Default)]
struct RejectionState {
    counts: BTreeMap<RejectionKind, u64>,
    /// JSON lines in a file without a name: there may be millions.
    kept: Option<BufWriter<File>>,
    failure: Option<io::Error>,
    /// The first stretch of dates that could not be read, with the count of all.
    unread_dates: Option<UnreadDates>,
    /// The first of each corpus.
    unread_fields: Vec<UnreadFields>,
    notes: Vec<ReadingNote>,
}

impl Rejections {
    pub fn new(printer: Arc<Printer>, has_bad_inputs: Arc<AtomicBool>, keep_in: Option<PathBuf>) -> Self {
        Rejections { printer, has_bad_inputs, keep_in, state: Mutex::default() }
    }

    pub fn counts(&self) -> BTreeMap<RejectionKind, u64> {
        self.state().counts.clone()
    }

    /// Bad inputs of all kinds together.
    pub fn total(&self) -> u64 {
        self.state().counts.values().sum()
    }

    /// Says which files of folders are not read, by the endings of their names.
    pub fn tell_skipped(&self, by_ending: &BTreeMap<String, u64>) {
        let all: u64 = by_ending.values().sum();
        let mut endings: Vec<(&String, &u64)> = by_ending.iter().collect();
        endings.sort_by_key(|&(ending, count)| (std::cmp::Reverse(*count), ending));
        let named = endings.iter().take(ENDINGS_NAMED).map(|(ending, count)| match ending.as_str() {
            "" => format!("without an ending ({})", grouped(**count)),
            ending => format!("{ending} ({})", grouped(**count)),
        });
        let named: Vec<String> = named.collect();
        let more = if endings.len() > ENDINGS_NAMED { ", …" } else { "" };
        match all {
            0 => {}
            1 => {
                self.printer.message(&format!("1 file of another kind was passed over: {}", named.join(", ")))
            }
            _ => self.printer.message(&format!(
                "{} files of other kinds were passed over: {}{more}",
                grouped(all),
                named.join(", ")
            )),
        }
    }

    /// Says how many more there were than were named, and which dates could not be read.
    pub fn tell_rest(&self) {
        let more: Vec<String> = self
            .state()
            .counts
            .iter()
            .filter(|(_, count)| **count > NAMED_OF_A_KIND)
            .map(|(kind, count)| {
                let more = count - NAMED_OF_A_KIND;
                format!("and {} more {}", grouped(more), kind_words(*kind, more))
            })
            .collect();
        for line in &more {
            self.printer.error(line);
        }
        if let Some(UnreadDates { count, input, line, date }) = &self.state().unread_dates {
            let dates = match count {
                1 => "1 date could not be read and counts as missing:".to_owned(),
                _ => format!("{} dates could not be read and count as missing, first", grouped(*count)),
            };
            self.printer.error(&format!("{dates} {date:?} in {input}, line {line}"));
        }
        self.tell_notes(&self.state().notes);
        for UnreadFields { input, line, name, what } in &self.state().unread_fields {
            self.printer.error(&format!(
                "fields that could not be read count as missing, first {what} as `{name}` in {input}, line {line}"
            ));
        }
    }

    fn tell_notes(&self, notes: &[ReadingNote]) {
        let mut stand_ins: Vec<String> = Vec::new();
        let mut revisits = 0;
        for note in notes {
            match note {
                ReadingNote::StandIn { field, column } => {
                    stand_ins.push(format!("`{column}` as `{field}`"));
                }
                ReadingNote::Nowhere { field, input, more } => {
                    self.printer.error(&nowhere(field, input, *more))
                }
                ReadingNote::Revisits { count } => revisits += count,
            }
        }
        stand_ins.dedup();
        if !stand_ins.is_empty() {
            self.printer
                .message(&format!("note: columns serve by their usual names: {}", stand_ins.join(", ")));
        }
        if revisits > 0 {
            let (count, records) =
                (grouped(revisits), if revisits == 1 { "record says" } else { "records say" });
            self.printer.message(&format!(
                "note: {count} {records} that a page was found unchanged (revisit); it is read where it lies"
            ));
        }
    }

    /// Says where all of them are, if not all were named: for commands that list them in their output folder.
    pub fn tell_where(&self, out: Option<&Path>) {
        if self.state().counts.values().all(|count| *count <= NAMED_OF_A_KIND) {
            return;
        }
        self.printer.error(&match out {
            Some(folder) => format!("all of them are in {}", folder.join(LISTED_IN).display()),
            None => format!("with --out DIR all of them are listed in DIR/{LISTED_IN}"),
        });
    }

    /// Writes all of them as JSON lines, in the order in which they came.
    ///
    /// # Errors
    /// The writer's, and what went wrong with the temporary file that held them.
    pub fn write_all(&self, out: &mut dyn Write) -> Result<(), retold::report::WriteError> {
        let mut state = self.state();
        let folder = self.keep_in.clone().unwrap_or_default();
        let failed = |cause| Error::file("keep bad inputs in a temporary file in", &folder, cause);
        if let Some(cause) = state.failure.take() {
            return Err(failed(cause).into());
        }
        let Some(kept) = state.kept.take() else { return Ok(()) };
        let mut file = kept.into_inner().map_err(|error| failed(error.into_error()))?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        io::copy(&mut BufReader::new(file), out)?;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, RejectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RejectionSink for Rejections {
    fn reject(&self, rejection: Rejection) {
        self.has_bad_inputs.store(true, Ordering::Relaxed);
        let mut state = self.state();
        let count = state.counts.entry(rejection.kind).or_default();
        *count += 1;
        if *count <= NAMED_OF_A_KIND {
            self.printer.error(&named(&rejection));
        }
        if let Some(folder) = &self.keep_in
            && state.failure.is_none()
            && let Err(error) = keep(&mut state.kept, folder, &rejection)
        {
            state.failure = Some(error);
        }
    }

    fn note(&self, note: ReadingNote) {
        self.state().notes.push(note);
    }

    fn unread_fields(&self, fields: UnreadFields) {
        self.state().unread_fields.push(fields);
    }

    fn unread_dates(&self, dates: UnreadDates) {
        match &mut self.state().unread_dates {
            Some(first) => first.count += dates.count,
            none => *none = Some(dates),
        }
    }
}

/// Of a name that was hardly meant.
fn nowhere(field: &str, input: &str, more: usize) -> String {
    let more = match more {
        0 => String::new(),
        1 => " and 1 more input".to_owned(),
        _ => format!(" and {} more inputs", grouped(more as u64)),
    };
    format!("no article of {input}{more} has a field `{field}` with a value: it counts as missing")
}

fn keep(kept: &mut Option<BufWriter<File>>, folder: &Path, rejection: &Rejection) -> io::Result<()> {
    let out = match kept {
        Some(out) => out,
        None => kept.insert(BufWriter::new(tempfile::tempfile_in(folder)?)),
    };
    json_lines::write_row(out, rejection)
}

/// `file:line: reason`, the id after it where there is one.
fn named(rejection: &Rejection) -> String {
    let line = rejection.line.map(|line| format!(":{line}")).unwrap_or_default();
    let id = rejection.id.as_ref().map(|id| format!(" (id {id})")).unwrap_or_default();
    without_error_number(&format!("{}{line}: {}{id}", rejection.input, rejection.reason))
}

fn kind_words(kind: RejectionKind, count: u64) -> &'static str {
    let (one, many) = match kind {
        RejectionKind::BrokenJson => ("line of broken JSON", "lines of broken JSON"),
        RejectionKind::BrokenXml => ("broken XML document", "broken XML documents"),
        RejectionKind::UnknownFormat => ("file of an unknown format", "files of an unknown format"),
        RejectionKind::MissingField => ("missing field", "missing fields"),
        RejectionKind::WrongType => ("field of a wrong type", "fields of a wrong type"),
        RejectionKind::EmptyText => ("empty text", "empty texts"),
        RejectionKind::DuplicateId => ("repeated id", "repeated ids"),
        RejectionKind::InvalidUtf8 => ("line that is not UTF-8", "lines that are not UTF-8"),
        RejectionKind::UnknownEncoding => ("text of unknown encoding", "texts of unknown encoding"),
        RejectionKind::LineTooLong => ("line that is too long", "lines that are too long"),
        RejectionKind::Truncated => ("file that is cut off", "files that are cut off"),
        RejectionKind::BrokenCompression => ("damaged compressed file", "damaged compressed files"),
        RejectionKind::TooLarge => ("input that is too large", "inputs that are too large"),
        RejectionKind::EmptyFile => ("empty file", "empty files"),
        RejectionKind::Unreadable => ("unreadable file", "unreadable files"),
        RejectionKind::InternalError => ("internal error", "internal errors"),
        RejectionKind::LinkLoop => ("loop of symbolic links", "loops of symbolic links"),
    };
    if count == 1 { one } else { many }
}

/// Of an article that retold failed at.
pub fn internal_error(input: String, line: Option<u64>, id: String, fault: &Fault) -> Rejection {
    let reason = format!("{fault}: the article is left out; {REPORT}");
    Rejection { input, line, id: Some(id), kind: RejectionKind::InternalError, reason }
}

/// `1,999,980`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
