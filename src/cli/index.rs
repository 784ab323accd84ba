//! `retold index`: the archive on disk that `retold flag` asks.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand, ValueEnum};
use retold::article::{Article, iso_seconds};
use retold::collection::{ArticleRef, Collection};
#[cfg(feature = "serve")]
use retold::decisions::DecisionWriter;
use retold::index::{self, Added, NotFiled, Stats, TakenIn, Upgraded, Writer};
use retold::read::RejectionSink;
use retold::{Error, Result};

use super::ids::read_ids;
use super::input::{ReadArgs, check_standard_input, open};
use super::rejections::{NAMED_OF_A_KIND, grouped, internal_error};
use super::session::Session;
use super::stop::{Outcome, usage};

const EXAMPLES: &str = "\
Examples:
  retold index add archive wire-2024.jsonl.zst wire-2025/
      files articles in the index in the folder `archive`, which is made if it is new
  retold index remove archive --ids withdrawn.txt
  retold index compact archive
      erases the bytes of what was removed
  retold index upgrade archive
      makes an index that an earlier version wrote fit for this one
  retold flag archive today.jsonl
      what today's articles came from

Readers are never blocked; one writer at a time. What a line on standard error says is filed survives any crash.";

/// Make and keep an archive on disk, for `flag`
#[derive(Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub struct IndexArgs {
    #[command(subcommand)]
    command: IndexCommand,
}

#[derive(Subcommand)]
enum IndexCommand {
    /// File articles; one whose id is there already takes the earlier one's place
    Add(Box<AddArgs>),
    /// Remove articles by id or date, and what the desk holds of them
    Remove(RemoveArgs),
    /// File all articles of other indexes
    Merge(MergeArgs),
    /// Figures of an index
    Stats(StatsArgs),
    /// Verify every checksum and reference
    Check(CheckArgs),
    /// Write everything anew: erases what was removed
    Compact(FolderArgs),
    /// Make an index of an earlier recipe anew, from the texts it holds
    Upgrade(FolderArgs),
}

#[derive(Args)]
struct FolderArgs {
    /// Folder of the index
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Args)]
struct AddArgs {
    /// Folder of the index; made if it is new
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Files and folders to read; `-` is standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
    /// Articles that become durable together
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    commit_every: u32,
    #[command(flatten)]
    read: ReadArgs,
}

#[derive(Args)]
struct RemoveArgs {
    /// Folder of the index
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Ids of articles to remove
    #[arg(value_name = "ID", required_unless_present_any = ["ids", "before"])]
    id: Vec<String>,
    /// File of ids, one a line, in quotes or without, also .gz or .zst; `-` is standard input
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// Remove what is dated before this (ISO 8601); articles without a date stay
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    before: Option<i64>,
}

#[derive(Args)]
struct MergeArgs {
    /// Folder of the index that takes in the others; made if it is new
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Folders of the indexes to take in; they stay as they are
    #[arg(value_name = "OTHER", required = true)]
    others: Vec<PathBuf>,
}

#[derive(Args)]
struct StatsArgs {
    /// Folder of the index
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    format: StatsFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum StatsFormat {
    /// For a person to read
    #[default]
    Table,
    /// One JSON object
    Json,
}

#[derive(Args)]
struct CheckArgs {
    /// Folder of the index
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Save what can be saved, and say what could not. A damaged file that could not be read to its end is
    /// kept beside the index, as `damaged-…`
    #[arg(long)]
    repair: bool,
}

fn parse_date(date: &str) -> std::result::Result<i64, String> {
    iso_seconds(date).ok_or_else(|| "a date such as 2024-01-31 was expected".into())
}

pub fn run(args: &IndexArgs, session: &Session) -> Outcome {
    match &args.command {
        IndexCommand::Add(args) => add(args, session),
        IndexCommand::Remove(args) => remove(args, session),
        IndexCommand::Merge(args) => merge(args, session),
        IndexCommand::Stats(args) => stats(args, session),
        IndexCommand::Check(args) => check(args, session),
        IndexCommand::Compact(FolderArgs { folder }) => compact(folder, session),
        IndexCommand::Upgrade(FolderArgs { folder }) => upgrade(folder, session),
    }
}

fn add(args: &AddArgs, session: &Session) -> Outcome {
    let begun = Instant::now();
    check_standard_input(args.inputs.iter().map(PathBuf::as_path))?;
    let rejections = session.rejections(None);
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    let mut writer = Writer::open_or_create(&args.folder)?;
    session.interrupt.expect_filing();
    let mut batch = Batch::default();
    let mut all = Added::default();
    let failed = |input: u32, line: u64, NotFiled { id, fault, .. }: NotFiled| {
        rejections.reject(internal_error(corpus.input_name(input), Some(line), id, &fault));
    };
    corpus.pass(
        |articles| {
            let place = |article: &ArticleRef<'_>| (article.location.input, article.line);
            let articles = articles.iter().map(|article| (article.to_article(), place(article)));
            articles.collect::<Vec<(Article, (u32, u64))>>()
        },
        |articles| {
            session.interrupt.check()?;
            for (article, place) in articles {
                batch.articles.push(article);
                batch.places.push(place);
                if batch.articles.len() == args.commit_every as usize {
                    file(&mut writer, &mut batch, &mut all, failed, session)?;
                }
            }
            Ok(())
        },
    )?;
    if !batch.articles.is_empty() {
        file(&mut writer, &mut batch, &mut all, failed, session)?;
    }
    writer.tidy(&session.bars())?;
    rejections.tell_rest();
    let documents = grouped(writer.snapshot().documents());
    session.printer.message(&format!(
        "{}; the index holds {documents}; took {:.1} s",
        in_words(&all),
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Articles that become durable together, and the input and line of each.
#[derive(Default)]
struct Batch {
    articles: Vec<Article>,
    places: Vec<(u32, u64)>,
}

/// One commit, and the line that acknowledges it.
fn file(
    writer: &mut Writer,
    batch: &mut Batch,
    all: &mut Added,
    failed: impl Fn(u32, u64, NotFiled),
    session: &Session,
) -> Result<()> {
    let mut not_filed = Vec::new();
    let filed = writer.add_in_part(std::mem::take(&mut batch.articles), &mut not_filed)?;
    let places = std::mem::take(&mut batch.places);
    for article in not_filed {
        let (input, line) = places.get(article.at).copied().unwrap_or_default();
        failed(input, line, article);
    }
    // an end from outside waits until what is committed is acknowledged too
    let held = session.interrupt.output();
    writer.commit()?;
    *all += filed;
    session.printer.message(&format!("filed {} articles", grouped(all.added)));
    drop(held);
    writer.tidy_beside(TakenIn::WhenNextIsDue, &session.bars())
}

/// What became of articles that were added.
fn in_words(added: &Added) -> String {
    let Added { added, replaced, unchanged } = *added;
    let unchanged = match unchanged {
        0 => String::new(),
        unchanged => format!(" ({} as they were)", grouped(unchanged)),
    };
    format!(
        "{} articles filed, {} of them in the place of earlier ones{unchanged}",
        grouped(added),
        grouped(replaced)
    )
}

/// How many there are beside those that were named.
fn tell_more(all: usize, what: &str, session: &Session) {
    if let Some(more) = (all as u64).checked_sub(NAMED_OF_A_KIND).filter(|more| *more > 0) {
        session.printer.error(&format!("and {} more {what}", grouped(more)));
    }
}

fn remove(args: &RemoveArgs, session: &Session) -> Outcome {
    let mut ids = args.id.clone();
    if let Some(path) = &args.ids {
        let name = if path == Path::new("-") { Path::new("standard input") } else { path };
        let failed = |cause| Error::file("read", name, cause);
        let raw: Box<dyn Read> = match path == Path::new("-") {
            true => Box::new(std::io::stdin()),
            false => Box::new(std::fs::File::open(path).map_err(failed)?),
        };
        read_ids(raw, &mut ids).map_err(failed)?;
    }
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    let mut writer = Writer::open(&args.folder)?;
    let found = writer.remove(ids.iter().map(String::as_str))?;
    let mut removed = found.removed;
    for id in found.unknown.iter().take(NAMED_OF_A_KIND as usize) {
        session.has_bad_input();
        session.printer.error(&format!("the index holds no article {id:?}"));
    }
    tell_more(found.unknown.len(), "ids that it does not hold", session);
    if let Some(before) = args.before {
        removed += writer.remove_before(before)?;
    }
    writer.commit()?;
    session.printer.message(&match removed {
        0 => "nothing was removed".to_owned(),
        1 => "1 article removed; `retold index compact` erases its bytes".to_owned(),
        _ => format!("{} articles removed; `retold index compact` erases their bytes", grouped(removed)),
    });
    forget_gone(&args.folder, &writer, session)?;
    writer.tidy(&session.bars())?;
    Ok(())
}

/// Matches of articles that are gone go from the desk's inbox, with what was said of them.
#[cfg(feature = "serve")]
fn forget_gone(folder: &Path, writer: &Writer, session: &Session) -> Result<()> {
    let Some(mut desk) = DecisionWriter::beside_if_any(folder, writer)? else { return Ok(()) };
    let gone = desk.forget_gone(writer.snapshot())?.len() as u64;
    if gone > 0 {
        session.printer.message(&match gone {
            1 => "the desk's matches of 1 removed article are gone".to_owned(),
            _ => format!("the desk's matches of {} removed articles are gone", grouped(gone)),
        });
    }
    Ok(())
}

#[cfg(not(feature = "serve"))]
fn forget_gone(_folder: &Path, _writer: &Writer, _session: &Session) -> Result<()> {
    Ok(())
}

fn merge(args: &MergeArgs, session: &Session) -> Outcome {
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    };
    if let Some(other) = args.others.iter().find(|other| same(other, &args.folder)) {
        return Err(usage(format!("{} cannot take in itself", other.display())));
    }
    let others = index::open_all(&args.others)?;
    let mut writer = Writer::open_or_create(&args.folder)?;
    session.interrupt.expect_filing();
    for (folder, other) in args.others.iter().zip(&others) {
        let _held = session.interrupt.output();
        let added = writer.take_in(other, &session.bars())?;
        session.printer.message(&format!("{}: {}", folder.display(), in_words(&added)));
    }
    Ok(())
}

fn stats(args: &StatsArgs, session: &Session) -> Outcome {
    let stats = index::open(&args.folder)?.stats()?;
    let mut out = session.printer.data();
    match args.format {
        StatsFormat::Json => {
            let kinds: serde_json::Map<String, serde_json::Value> = stats
                .bytes_by_kind
                .iter()
                .map(|(kind, bytes)| ((*kind).to_owned(), (*bytes).into()))
                .collect();
            let mut value = serde_json::to_value(&stats).unwrap_or_default();
            value["bytes_by_kind"] = kinds.into();
            serde_json::to_writer(&mut out, &value).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        StatsFormat::Table => table(&mut out, &stats)?,
    }
    Ok(out.flush()?)
}

fn table(out: &mut dyn Write, stats: &Stats) -> std::io::Result<()> {
    let without_articles = stats.bytes.saturating_sub(stats.article_bytes);
    let each = without_articles as f64 / (stats.documents + stats.removed).max(1) as f64;
    writeln!(out, "documents    {:>16}", grouped(stats.documents))?;
    writeln!(out, "  copies     {:>16}", grouped(stats.copies))?;
    writeln!(
        out,
        "removed      {:>16}  (their bytes are there until `retold index compact`)",
        grouped(stats.removed)
    )?;
    writeln!(out, "bytes        {:>16}", grouped(stats.bytes))?;
    writeln!(out, "  articles   {:>16}  (compressed)", grouped(stats.article_bytes))?;
    writeln!(out, "  the rest   {:>16}  ({each:.0} a document)", grouped(without_articles))?;
    for (kind, bytes) in &stats.bytes_by_kind {
        writeln!(out, "    {kind:<15} {:>11}", grouped(*bytes))?;
    }
    writeln!(out, "segments     {:>16}", stats.segments.len())?;
    for segment in &stats.segments {
        writeln!(
            out,
            "    {:>11} documents, {:>14} bytes",
            grouped(segment.documents.into()),
            grouped(segment.bytes)
        )?;
    }
    for hot in &stats.hot {
        let example = retold::report::visible::visible_label(&hot.example_id);
        writeln!(out, "hot: {} of {} documents, with {example}", hot.kind, hot.documents)?;
    }
    Ok(())
}

fn check(args: &CheckArgs, session: &Session) -> Outcome {
    let report = match args.repair {
        true => index::repair(&args.folder, &session.bars())?,
        false => index::check(&args.folder, &session.bars())?,
    };
    for damage in report.damage.iter().take(NAMED_OF_A_KIND as usize) {
        session.printer.error(damage);
    }
    tell_more(report.damage.len(), "places like these", session);
    let documents = grouped(report.documents);
    if report.is_sound() {
        session.printer.message(&format!("sound: {documents} documents in {} segments", report.segments));
        return Ok(());
    }
    if !report.is_repaired {
        return Err(usage(format!(
            "{} is damaged: `retold index check --repair` saves what can be saved",
            args.folder.display()
        )));
    }
    session.has_bad_input();
    let lost = match report.lost_documents {
        Some(lost) => format!("{} are lost", grouped(lost)),
        None => "how many are lost is not known".to_owned(),
    };
    session.printer.message(&format!("repaired: {documents} documents saved, {lost}"));
    for file in &report.kept_files {
        session.printer.message(&format!("{file} is kept: not all of it could be read"));
    }
    Ok(())
}

fn compact(folder: &Path, session: &Session) -> Outcome {
    let mut writer = Writer::open(folder)?;
    writer.compact(&session.bars())?;
    session.printer.message(&format!("{} documents written anew", grouped(writer.snapshot().documents())));
    forget_gone(folder, &writer, session)?;
    for file in writer.damaged_files()? {
        let what = "is kept since a repair and stays as it is: it may hold bytes of what was removed";
        session.printer.message(&format!("{file} {what}"));
    }
    Ok(())
}

fn upgrade(folder: &Path, session: &Session) -> Outcome {
    let Upgraded { documents, is_new } = index::upgrade(folder, &session.bars())?;
    let documents = grouped(documents);
    session.printer.message(&match is_new {
        true => format!("{documents} documents written anew, with this version's recipe"),
        false => {
            format!("nothing to do: the index and its {documents} documents are of this version's recipe")
        }
    });
    Ok(())
}
