//! `retold decisions`: what people said of an archive's matches, for `tune`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use retold::article::Article;
use retold::decisions::{Files, Label};
use retold::index::Reader;
use retold::report::visible::visible_label;
use retold::report::{OutputFolder, WriteError};
use retold::{Error, Result};

use super::args::PrintFormat;
use super::rejections::grouped;
use super::session::Session;
use super::stop::{Outcome, Stop, is_closed, usage};
use super::timings::folder_and_name;

const EXAMPLES: &str = "\
Examples:
  retold decisions archive --format jsonl --articles said.jsonl > labelled.jsonl
  retold tune --pairs labelled.jsonl said.jsonl --out tuned
      a profile fitted on what the desk decided

A line of --format jsonl is a labelled pair, {\"a\", \"b\", \"label\", \"decision\", \"reason\", \"who\", \
\"at\", …}: derived pairs are \
labelled with their relation, partial ones `partial`, wrong ones `unrelated`, credited quotations \
`shared_source`. Licensed texts, own \
copies and press releases get no label: they are no case, and were taken all the same. Decisions that were \
made on a former version of a \
text are left out.";

/// As long as any article is that can be read.
const FIRST_LINE_BYTES: u64 = 64 << 20;

/// Write what was decided on the page of `serve`, as labelled pairs
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct DecisionsArgs {
    /// Folder of the index
    #[arg(value_name = "ARCHIVE")]
    folder: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value_t = PrintFormat::Table)]
    format: PrintFormat,
    /// Write the articles that were decided on to this file as well, as JSON lines, for `tune` to read; a file
    /// that stands there is replaced only if it was written so
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
}

pub fn run(args: &DecisionsArgs, session: &Session) -> Outcome {
    let reader = Reader::open(&args.folder)?;
    args.articles.as_deref().map_or(Ok(()), |path| check_place(path, &args.folder))?;
    let mut out = session.printer.data();
    let mut ids = BTreeSet::new();
    let (mut stopped, mut is_unread) = (None, false);
    let Some(files) = Files::open(&args.folder)? else {
        session.printer.message("nothing was decided yet; `retold serve` has the page to do so");
        return Ok(());
    };
    let outdated = files.each_label(reader.snapshot(), |label| {
        session.interrupt.check()?;
        let written = match args.format {
            _ if is_unread => Ok(()),
            PrintFormat::Jsonl => serde_json::to_writer(&mut out, &label)
                .map_err(std::io::Error::from)
                .and_then(|()| out.write_all(b"\n")),
            PrintFormat::Table => write_line(&mut out, &label),
        };
        ids.extend([label.a, label.b]);
        match written {
            // the articles are still to be written
            Err(error) if error.kind() == ErrorKind::BrokenPipe => is_unread = true,
            Err(error) => {
                stopped = Some(error);
                return Err(Error::Interrupted);
            }
            Ok(()) => {}
        }
        Ok(())
    });
    if let Some(error) = stopped {
        return Err(error.into());
    }
    let outdated = outdated?;
    is_closed(out.flush().map_err(Stop::from))?;
    if let Some(path) = &args.articles {
        write_articles(path, &ids, &reader)?;
    }
    if outdated > 0 {
        session.printer.message(&format!(
            "{} decisions are left out: a text was filed anew since they were made",
            grouped(outdated)
        ));
    }
    Ok(())
}

fn write_line(out: &mut dyn Write, label: &Label) -> std::io::Result<()> {
    let reason = label.reason.map(|reason| format!(" ({})", reason.name())).unwrap_or_default();
    writeln!(
        out,
        "{}  {}{reason}  {} → {}  {}",
        label.at,
        label.decision.name(),
        visible_label(&label.a),
        visible_label(&label.b),
        visible_label(&label.who)
    )
}

/// Writes the articles, whole or not at all.
fn write_articles(path: &Path, ids: &BTreeSet<String>, reader: &Reader) -> Outcome {
    let (folder, name) = folder_and_name(path)?;
    let mut output = OutputFolder::create(folder)?;
    output.write(&name, |out| -> Result<(), WriteError> {
        for id in ids {
            if let Some(article) = reader.snapshot().article(id)? {
                serde_json::to_writer(&mut *out, &article).map_err(std::io::Error::from)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    })?;
    Ok(output.commit()?)
}

/// The place of the articles: another file than one of the archive's, or one with articles of somebody else.
///
/// # Errors
/// Where it is such a file.
fn check_place(path: &Path, archive: &Path) -> Outcome {
    if path == Path::new("-") {
        return Err(usage("--articles takes a file; standard output has the decisions"));
    }
    let (folder, _) = folder_and_name(path)?;
    let is_within = |folder: PathBuf| archive.canonicalize().is_ok_and(|archive| folder.starts_with(archive));
    if folder.canonicalize().is_ok_and(is_within) {
        return Err(usage(format!(
            "{} lies in the archive: give the articles another place",
            path.display()
        )));
    }
    if path.is_file() && !is_own(path).map_err(|cause| Error::file("read", path, cause))? {
        return Err(usage(format!(
            "{} is there already and was not written by --articles: nothing is written over it",
            path.display()
        )));
    }
    Ok(())
}

/// Whether a file is empty, or its first line reads as articles are written here.
fn is_own(path: &Path) -> std::io::Result<bool> {
    let mut line = Vec::new();
    BufReader::new(File::open(path)?).take(FIRST_LINE_BYTES).read_until(b'\n', &mut line)?;
    let again = serde_json::from_slice::<Article>(&line).and_then(|article| serde_json::to_vec(&article));
    Ok(line.is_empty() || again.is_ok_and(|again| line.strip_suffix(b"\n") == Some(&again)))
}
