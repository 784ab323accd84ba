//! `retold decisions`: what people said of an archive's matches, for `tune`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use retold::decisions::{Files, Label};
use retold::index::Reader;
use retold::report::visible::visible_label;
use retold::{Error, Result};

use super::args::PrintFormat;
use super::rejections::grouped;
use super::session::Session;
use super::stop::{Outcome, Stop, is_closed, usage};

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
    /// Write the articles that were decided on to this file as well, as JSON lines, for `tune` to read
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
}

pub fn run(args: &DecisionsArgs, session: &Session) -> Outcome {
    let reader = Reader::open(&args.folder)?;
    let mut out = session.printer.data();
    let mut ids = BTreeSet::new();
    let (mut stopped, mut is_unread) = (None, false);
    let Some(files) = Files::open(&args.folder)? else {
        session.printer.message("nothing was decided yet; `retold serve` has the page to do so");
        return Ok(());
    };
    let outdated = files.each_label(|label| {
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

fn write_articles(path: &Path, ids: &BTreeSet<String>, reader: &Reader) -> Outcome {
    if path == Path::new("-") {
        return Err(usage("--articles takes a file; standard output has the decisions"));
    }
    let failed = |cause| Error::file("write", path, cause);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    for id in ids {
        if let Some(article) = reader.snapshot().article(id)? {
            let line = serde_json::to_vec(&article).map_err(std::io::Error::from).map_err(failed)?;
            let written: Result<()> =
                file.write_all(&line).and_then(|()| file.write_all(b"\n")).map_err(failed);
            written?;
        }
    }
    Ok(file.flush().map_err(failed)?)
}
