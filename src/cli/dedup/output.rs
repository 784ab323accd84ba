//! What a run writes: folders that are put in place together, and counts.

use std::path::{Path, PathBuf};

use retold::Error;
use retold::dedup::write::{MarksFormat, write_marks};
use retold::dedup::{DedupSummary, Marked};
use retold::json_lines;
use retold::read::Corpus;
use retold::report::OutputFolder;

use super::{DedupArgs, WriteArgs};
use crate::cli::overwriting::CommandFiles;
use crate::cli::rejections::{LISTED_IN, Rejections, grouped};
use crate::cli::scan::warn_of_output_among_inputs;
use crate::cli::session::Session;
use crate::cli::stop::{Outcome, Stop, is_closed, usage};

/// The folders of a run's output, by their numbers in the one that is held.
#[derive(Default)]
pub struct MarkPlaces {
    marks: Option<usize>,
    pub annotate: Option<usize>,
    pub remove: Option<usize>,
    out: Option<usize>,
}

/// Makes the folders that are written into, and has the session take care of them.
pub fn hold_places(args: &DedupArgs, session: &Session) -> Outcome<MarkPlaces> {
    let WriteArgs { out, marks, annotate, remove, .. } = &args.write;
    let folder_of_marks = marks.as_deref().filter(|marks| *marks != Path::new("-")).map(|marks| {
        let parent = marks.parent().filter(|parent| !parent.as_os_str().is_empty());
        parent.unwrap_or(Path::new(".")).to_owned()
    });
    let mut held: Option<OutputFolder> = None;
    let mut hold = |folder: &Option<PathBuf>| -> Outcome<Option<usize>> {
        let Some(folder) = folder else { return Ok(None) };
        warn_of_output_among_inputs(folder, args.inputs.iter().map(PathBuf::as_path), session);
        let output = OutputFolder::create(folder)?;
        let first = match &mut held {
            Some(first) => first,
            None => held.insert(OutputFolder::create(folder)?),
        };
        Ok(Some(first.take_along(output)))
    };
    let places = MarkPlaces {
        out: hold(out)?,
        annotate: hold(annotate)?,
        remove: hold(remove)?,
        marks: hold(&folder_of_marks)?,
    };
    if let Some(held) = held {
        session.interrupt.hold(held);
    }
    if annotate.is_some() && annotate == remove {
        return Err(usage("--annotate and --remove write files of the same names: give each its own folder"));
    }
    Ok(places)
}

/// Does something with a held folder, unless the run was ended.
pub fn with_folder<T>(
    session: &Session,
    number: usize,
    act: impl FnOnce(&mut OutputFolder) -> retold::Result<T>,
) -> retold::Result<T> {
    let mut held = session.interrupt.output();
    let folder = held.as_mut().and_then(|held| held.beside(number));
    act(folder.ok_or(Error::Interrupted)?)
}

/// Neither an input nor another output is written over.
pub fn check_overwriting(args: &DedupArgs, corpus: &Corpus, reference: Option<&Corpus>) -> Outcome {
    let WriteArgs { marks, annotate, remove, out, .. } = &args.write;
    let inputs = corpus.raw_inputs();
    let again = [annotate, remove].into_iter().flatten();
    let again = again.flat_map(|folder| inputs.iter().map(|input| folder.join(&input.name)));
    (CommandFiles::default().corpora([Some(corpus), reference].into_iter().flatten()))
        .read(&args.find.profile)
        .folder(out.as_deref(), &[MARKS, CONTAINED, SUMMARY, LISTED_IN])
        .write(marks.iter().cloned().chain(again))
        .check()
}

const CONTAINED: &str = "contained.jsonl";
const MARKS: &str = "marks.jsonl";
const SUMMARY: &str = "summary.json";

/// Writes marks and counts, and puts all files in place together.
pub fn write(
    args: &DedupArgs,
    places: &MarkPlaces,
    marked: &Marked,
    summary: &DedupSummary,
    rejections: &Rejections,
    session: &Session,
) -> Outcome {
    let check = || session.interrupt.check();
    if let Some(folder) = places.out {
        let write_all = |output: &mut OutputFolder| {
            output.write(MARKS, |out| write_marks(out, marked, MarksFormat::JsonLines, &check))?;
            if args.find.contained.is_some() || args.find.ngram.is_some() {
                output.write(CONTAINED, |out| json_lines::write_rows(out, &marked.holdings()))?;
            }
            output.write(LISTED_IN, |out| rejections.write_all(out))?;
            output.write(SUMMARY, |out| summary.write(out))
        };
        with_folder(session, folder, write_all)?;
    }
    let name = args.write.marks.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
    let format = name.map_or(MarksFormat::JsonLines, MarksFormat::of_name);
    let mut is_unread = false;
    match (places.marks, name, &args.write.marks) {
        (Some(folder), Some(name), _) => {
            let write = |output: &mut OutputFolder| {
                output.write(name, |out| write_marks(out, marked, format, &check))
            };
            with_folder(session, folder, write)?;
        }
        (None, _, Some(_)) => {
            let print = || -> Outcome {
                let mut out = session.printer.data();
                write_marks(&mut out, marked, format, &check)?;
                Ok(std::io::Write::flush(&mut out)?)
            };
            is_unread = is_closed(print())?;
        }
        (_, _, Some(marks)) => return Err(usage(format!("{}: a file's name was expected", marks.display()))),
        (_, _, None) => {}
    }
    check()?;
    let held = session.interrupt.output().take();
    held.map_or(Ok(()), OutputFolder::commit)?;
    if is_unread {
        return Err(Stop::PipeClosed);
    }
    tell(args, summary, session)
}

/// The counts: on standard output where nothing else is written.
fn tell(args: &DedupArgs, summary: &DedupSummary, session: &Session) -> Outcome {
    let DedupSummary { documents, kept, removed, removed_share, clusters, largest, .. } = summary;
    let counted =
        |count: u64, one: &str| format!("{} {one}{}", grouped(count), if count == 1 { "" } else { "s" });
    let mut lines = vec![format!(
        "{}: {} kept, {} in {} {} of what is kept ({:.2} %)",
        counted(*documents, "document"),
        grouped(*kept),
        grouped(*removed),
        counted(*clusters, "cluster"),
        if *removed == 1 { "is a duplicate" } else { "are duplicates" },
        removed_share * 100.0
    )];
    if *clusters > 0 {
        lines.push(format!("largest cluster: {} documents", grouped(*largest)));
    }
    let WriteArgs { out, marks, annotate, remove, .. } = &args.write;
    if out.is_some() || marks.is_some() || annotate.is_some() || remove.is_some() {
        lines.iter().for_each(|line| session.printer.message(line));
        return Ok(());
    }
    let mut data = session.printer.data();
    for line in lines {
        std::io::Write::write_all(&mut data, format!("{line}\n").as_bytes())?;
    }
    Ok(std::io::Write::flush(&mut data)?)
}
