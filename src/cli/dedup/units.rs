//! `retold dedup --unit`: paragraphs and lines that several documents hold.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use retold::dedup::units::{Unit, UnitRow, UnitSettings, mark_units};
use retold::json_lines;
use retold::read::Corpus;
use retold::report::{OutputFolder, WriteError};

use super::{DedupArgs, UnitChoice};
use crate::cli::input::{check_standard_input, open};
use crate::cli::overwriting::CommandFiles;
use crate::cli::rejections::{LISTED_IN, grouped};
use crate::cli::session::Session;
use crate::cli::stop::{Outcome, Stop, usage};
use crate::cli::work::resources;

const UNITS: &str = "units.jsonl";

/// What is cut into; `None` for whole documents.
pub fn unit(choice: UnitChoice) -> Option<Unit> {
    match choice {
        UnitChoice::Document => None,
        UnitChoice::Paragraph => Some(Unit::Paragraph),
        UnitChoice::Line => Some(Unit::Line),
    }
}

/// How much was marked.
#[derive(Default)]
struct UnitCounts {
    documents: u64,
    units: u64,
    marked: u64,
}

impl UnitCounts {
    fn add(&mut self, row: &UnitRow) {
        self.documents += 1;
        self.units += row.units;
        self.marked += row.marked.len() as u64;
    }
}

/// What is looked for; the options that go with it are few.
fn settings(args: &DedupArgs, unit: Unit) -> Result<UnitSettings, Stop> {
    let write = &args.write;
    if !args.against.is_empty() || !args.keep.is_empty() || write.annotate.is_some() || write.remove.is_some()
    {
        return Err(usage(
            "--unit goes with --out and --marks - alone: what to cut out of a text is left to its reader",
        ));
    }
    if write.marks.as_deref().is_some_and(|marks| marks != Path::new("-")) {
        return Err(usage("with --unit, --marks takes - alone; --out DIR writes units.jsonl"));
    }
    let examples = write.examples.map(|_| "--examples");
    if let Some(option) = args.find.of_documents().chain(examples).next() {
        return Err(usage(format!("{option} is for whole documents, and goes with no --unit")));
    }
    Ok(UnitSettings {
        unit,
        words_min: args.find.unit_words.unwrap_or(5),
        documents_min: args.find.min_documents.unwrap_or(2),
        documents_max: args.find.max_documents,
    })
}

pub fn run(args: &DedupArgs, unit: Unit, session: &Session) -> Outcome {
    let begun = Instant::now();
    check_standard_input(args.inputs.iter().map(PathBuf::as_path))?;
    let settings = settings(args, unit)?;
    let write = &args.write;
    if let Some(folder) = &write.out {
        session.interrupt.hold(OutputFolder::create(folder)?);
    }
    let rejections = session.rejections(write.out.is_some().then(|| args.read.temporary_folder()));
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    (CommandFiles::default().corpora([&corpus])).folder(write.out.as_deref(), &[UNITS, LISTED_IN]).check()?;
    let work = resources(args.work.memory_limit, args.read.work_dir.as_deref(), None, session)?;
    let bars = session.bars().following(vec![Corpus::bytes_read(&corpus)]);
    let mut counts = UnitCounts::default();
    let mut mark = |out: &mut dyn Write| -> Result<(), WriteError> {
        let mut failed = None;
        let marked = mark_units(&work, &corpus, &settings, &bars, |row| {
            counts.add(&row);
            json_lines::write_row(out, &row).map_err(|cause| {
                failed = Some(cause);
                retold::Error::Interrupted
            })
        });
        match failed {
            Some(cause) => Err(WriteError::Writer(cause)),
            None => Ok(marked?),
        }
    };
    if write.out.is_some() {
        let mut held = session.interrupt.output();
        let output = held.as_mut().ok_or(retold::Error::Interrupted)?;
        output.write(UNITS, &mut mark)?;
        output.write(LISTED_IN, |out| rejections.write_all(out))?;
        session.interrupt.check()?;
        held.take().map_or(Ok(()), OutputFolder::commit)?;
    } else if write.marks.is_some() {
        let mut out = session.printer.data();
        mark(&mut out)?;
        out.flush()?;
    } else {
        mark(&mut std::io::sink())?;
    }
    drop(bars);
    rejections.tell_rest();
    rejections.tell_where(write.out.as_deref());
    let UnitCounts { documents, units, marked } = counts;
    session.printer.message(&format!(
        "{} documents, {} units: {} are marked as held by others",
        grouped(documents),
        grouped(units),
        grouped(marked)
    ));
    session.printer.message(&format!("took {:.1} s", begun.elapsed().as_secs_f64()));
    Ok(())
}
