//! `retold flag`: what incoming articles came from.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use retold::article::{Article, unread_date};
use retold::collection::Collection;
use retold::index::{Failures, QuerySettings, Reader, Snapshot, TakenIn, Writer};
use retold::judge::Profile;
use retold::progress::NoProgress;
use retold::read::{ArticleLines, Rejection, RejectionSink, UnreadDates};
use retold::report::table::{self, TableOptions};
use retold::row::{FlagAnswer, PairRow, Placement, Relation};
use retold::rules::{HiddenCounts, Rules};
use retold::{Error, Result};

use super::args::{PrintFormat, at_least_one, parse_share};
use super::input::{ReadArgs, check_standard_input, open};
use super::rejections::Rejections;
use super::rejections::internal_error;
use super::session::Session;
use super::stop::{Outcome, Stop, usage};

const EXAMPLES: &str = "\
Examples:
  retold flag archive today.jsonl
      for each article what it came from, best first
  tail -F feed.jsonl | retold flag archive - --add --format jsonl
      answers each line at once, and files it; an answer that says `filed` survives any crash
  retold flag archive today/ --top 1 --within 30

  retold flag archive today.jsonl --family
      also whose story each is: the root of its family, its parent and its siblings

A line of --format jsonl is {\"id\": …, \"matches\": [rows as of scan], \"filed\": true or false}; with --family it has the field
`family` as well, null where nothing is tied to the article.";

/// Answers of --add wait for each other at most so long, to become durable together.
const GROUP: Duration = Duration::from_millis(50);

/// Lines read ahead of the one that is being answered.
const LINES_AHEAD: usize = 64;

const ANSWERS_UNREAD: &str = "standard output was closed, and the rest of standard input was not read; what was acknowledged \
is filed";

/// As `--input-format` has it.
const JSON_LINES: &str = "jsonl";

const STANDARD_INPUT: &str = "standard input";

/// A line of standard input, and its number.
type InputLine = (u64, io::Result<Result<Article, Rejection>>);

/// Find what incoming articles came from, in an archive made by `index add`
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct FlagArgs {
    /// Folder of the index
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Files and folders of incoming articles; `-` is standard input (plain, gzip or zstd), JSON
    /// lines that are read one by one
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
    /// File each article in the archive after it was judged
    #[arg(long)]
    add: bool,
    /// At most so many matches an article, the best
    #[arg(long, value_name = "K", value_parser = at_least_one())]
    top: Option<usize>,
    /// Call a pair derived from this score on, 0 to 1 [default: the profile's cut]
    #[arg(long, value_name = "S", value_parser = parse_share)]
    min_score: Option<f64>,
    /// Only matches of these relations
    #[arg(long, value_name = "RELATION", value_delimiter = ',', value_parser = parse_relation)]
    relation: Vec<Relation>,
    /// Only matches whose dates are at most so many days apart; an article without a date is near to all
    #[arg(long, value_name = "DAYS")]
    within: Option<u32>,
    /// List matches that share a source, without one coming from the other, as well
    #[arg(long)]
    shared: bool,
    /// Only matches of which one was canceled by its sender: who still prints a story that was taken back
    #[arg(long)]
    killed: bool,
    /// Rules of the house (TOML): own outlets (a pair stands as `own` where both are), licences, outlets that
    /// are never shown; each row then says how the pair stands
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Place each article in its family: root, parent and siblings among the archived articles that are tied
    /// to it
    #[arg(long)]
    family: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = PrintFormat::Table)]
    format: PrintFormat,
    /// Profile with the model and its cuts, as `retold tune` writes it [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    #[command(flatten)]
    read: ReadArgs,
}

fn parse_relation(name: &str) -> std::result::Result<Relation, String> {
    // what is unrelated is not looked for
    let mut sought = Relation::ALL.into_iter().filter(|relation| *relation != Relation::Unrelated);
    let names: Vec<&str> = sought.clone().map(Relation::name).collect();
    sought
        .find(|relation| relation.name() == name)
        .ok_or_else(|| format!("one of {} was expected", names.join(", ")))
}

pub fn run(args: &FlagArgs, session: &Session) -> Outcome {
    check_standard_input(args.inputs.iter().map(PathBuf::as_path))?;
    check_format(args)?;
    let settings = QuerySettings {
        profile: args.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)?,
        min_score: args.min_score,
        shared: args.shared,
        within_days: args.within,
        relations: args.relation.clone(),
        killed: args.killed,
        top: args.top,
        ..QuerySettings::default()
    };
    let archive = match args.add {
        true => {
            session.interrupt.expect_filing();
            ArchiveAccess::Written(Box::new(Writer::open_or_create(&args.folder)?))
        }
        false => ArchiveAccess::Read(Reader::open(&args.folder)?),
    };
    let mut answering = AnsweringLoop {
        args,
        session,
        settings,
        rules: args.rules.as_deref().map(Rules::read).transpose()?,
        hidden: HiddenCounts::default(),
        archive,
        waiting: Vec::new(),
        waiting_since: None,
        is_closed: false,
    };
    let rejections = session.rejections(None);
    // in the order given: what can be read as files together, standard input by itself
    for inputs in args.inputs.chunk_by(|a, b| a != Path::new("-") && b != Path::new("-")) {
        if inputs[0] == Path::new("-") {
            answering.stream(&*rejections)?;
            continue;
        }
        answering.files(inputs, &rejections)?;
    }
    answering.answer()?;
    if let ArchiveAccess::Written(writer) = &mut answering.archive {
        writer.tidy(&NoProgress)?;
    }
    answering.hidden.words().iter().for_each(|words| session.printer.message(words));
    rejections.tell_rest();
    Ok(())
}

/// A stream that never ends is read line by line, and only lines can be.
fn check_format(args: &FlagArgs) -> Outcome {
    let format = args.read.input_format.as_deref().filter(|format| *format != JSON_LINES);
    match format.filter(|_| args.inputs.iter().any(|input| input == Path::new("-"))) {
        Some(format) => Err(usage(format!(
            "standard input (-) is read as JSON lines, one by one, not as --input-format {format}: give a file"
        ))),
        None => Ok(()),
    }
}

/// An article to be judged, and where it came from.
struct Incoming {
    article: Article,
    input: String,
    line: u64,
}

enum ArchiveAccess {
    Read(Reader),
    Written(Box<Writer>),
}

/// Judges articles one after the other, and answers.
struct AnsweringLoop<'a> {
    args: &'a FlagArgs,
    session: &'a Session,
    settings: QuerySettings,
    rules: Option<Rules>,
    /// What the rules hid, by reason.
    hidden: HiddenCounts,
    archive: ArchiveAccess,
    /// Answers that wait for the commit.
    waiting: Vec<(FlagAnswer, Article)>,
    waiting_since: Option<Instant>,
    /// Whether nobody reads the answers any more, while articles are still to be filed.
    is_closed: bool,
}

impl AnsweringLoop<'_> {
    /// Answers what files hold.
    fn files(&mut self, inputs: &[PathBuf], rejections: &Arc<Rejections>) -> Outcome {
        let corpus = open(inputs, self.args.read.options()?, rejections)?;
        let mut stop = None;
        let done = corpus.pass(
            |articles| {
                let incoming = articles.iter().map(|article| Incoming {
                    article: article.to_article(),
                    input: corpus.input_name(article.location.input),
                    line: article.line,
                });
                incoming.collect::<Vec<Incoming>>()
            },
            |articles| {
                for article in articles {
                    if let Err(error) = self.take(article, &**rejections) {
                        stop = Some(error);
                        return Err(Error::Interrupted);
                    }
                }
                Ok(())
            },
        );
        if let Some(stop) = stop {
            return Err(stop);
        }
        done?;
        Ok(())
    }

    /// Reads standard input line by line; an answer waits for nothing but its commit.
    fn stream(&mut self, rejections: &dyn RejectionSink) -> Outcome {
        let mut lines = ArticleLines::new(io::stdin(), STANDARD_INPUT, &self.args.read.options()?)?;
        let (send, coming): (_, Receiver<InputLine>) = sync_channel(LINES_AHEAD);
        thread::spawn(move || {
            while let Some(next) = lines.next().transpose() {
                let is_last = next.is_err();
                if send.send((lines.line_number(), next)).is_err() || is_last {
                    return;
                }
            }
        });
        let mut has_waited = false;
        loop {
            let (line, next) = match coming.try_recv() {
                Ok(next) => next,
                Err(TryRecvError::Disconnected) => break,
                Err(TryRecvError::Empty) => {
                    // nothing else to do: answer now
                    self.answer()?;
                    has_waited = true;
                    match coming.recv_timeout(Duration::from_millis(200)) {
                        Ok(next) => next,
                        Err(RecvTimeoutError::Timeout) => {
                            self.session.interrupt.check()?;
                            continue;
                        }
                        Err(RecvTimeoutError::Disconnected) => break,
                    }
                }
            };
            if std::mem::take(&mut has_waited) {
                self.look_again()?;
            }
            if self.is_closed {
                // a stream may never end
                return Err(usage(ANSWERS_UNREAD));
            }
            match next.map_err(|cause| Error::file("read", STANDARD_INPUT, cause))? {
                Ok(article) => {
                    if let Some(date) = unread_date(article.date.as_deref()) {
                        let (input, date) = (STANDARD_INPUT.to_owned(), date.to_owned());
                        rejections.unread_dates(UnreadDates { count: 1, input, line, date });
                    }
                    self.take(Incoming { article, input: STANDARD_INPUT.to_owned(), line }, rejections)?;
                }
                Err(rejection) => rejections.reject(rejection),
            }
        }
        self.answer()
    }

    /// Takes up what others committed meanwhile: who had a commit acknowledged and asks then is to be
    /// answered by it. While lines come without a pause, [`Reader::fresh`] looks every now and then.
    fn look_again(&mut self) -> Outcome {
        if let ArchiveAccess::Read(reader) = &mut self.archive {
            reader.refresh()?;
        }
        Ok(())
    }

    /// Judges an article, and answers when it is time to. One at which retold itself fails is told of, and
    /// not answered.
    fn take(&mut self, incoming: Incoming, rejections: &dyn RejectionSink) -> Outcome {
        self.session.interrupt.check()?;
        let Incoming { article, input, line } = incoming;
        let failed = Failures::default();
        let answer = match &mut self.archive {
            ArchiveAccess::Read(reader) => {
                answer(reader.fresh()?, &article, &self.settings, self.args.family, &failed)
            }
            ArchiveAccess::Written(writer) => {
                let found = answer(writer.snapshot(), &article, &self.settings, self.args.family, &failed);
                found.and_then(|found| writer.add(vec![article.clone()]).map(|_| found))
            }
        };
        for (id, fault) in failed.into_sorted() {
            rejections.reject(internal_error(self.args.folder.display().to_string(), None, id, &fault));
        }
        let (matches, family) = match answer {
            Err(Error::Internal(fault)) => {
                rejections.reject(internal_error(input, Some(line), article.id, &fault));
                return Ok(());
            }
            answer => answer?,
        };
        let matches = self.ruled(matches, &article)?;
        let answer = FlagAnswer { id: article.id.clone(), matches, filed: self.args.add, family };
        self.waiting.push((answer, article));
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        match self.args.add && since.elapsed() < GROUP {
            true => Ok(()),
            false => self.answer(),
        }
    }

    /// Matches as the rules let them be seen.
    fn ruled(&mut self, mut matches: Vec<PairRow>, article: &Article) -> Outcome<Vec<PairRow>> {
        if let Some(rules) = &self.rules {
            let snapshot = match &self.archive {
                ArchiveAccess::Read(reader) => reader.snapshot(),
                ArchiveAccess::Written(writer) => writer.snapshot(),
            };
            let find = |id: &str| match id == article.id {
                true => Ok(Some(article.clone())),
                false => snapshot.article(id),
            };
            rules.sift(&mut matches, find, &mut self.hidden)?;
        }
        Ok(matches)
    }

    /// Makes what was filed durable, and prints the answers that waited for it.
    fn answer(&mut self) -> Outcome {
        self.waiting_since = None;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let session = self.session;
        // an end from outside waits until what is committed is acknowledged too
        let held = session.interrupt.output();
        if let ArchiveAccess::Written(writer) = &mut self.archive {
            writer.commit()?;
        }
        let printed = if self.is_closed { Ok(()) } else { self.print_waiting() };
        match printed {
            // what is to be filed is filed, whoever hears of it
            Err(Stop::PipeClosed) if self.args.add => self.is_closed = true,
            printed => printed?,
        }
        self.waiting.clear();
        drop(held);
        if let ArchiveAccess::Written(writer) = &mut self.archive {
            writer.tidy_beside(TakenIn::WhenNextIsDue, &NoProgress)?;
        }
        Ok(())
    }

    /// Prints the answers that waited.
    fn print_waiting(&mut self) -> Outcome {
        let session = self.session;
        let mut out = session.printer.data();
        for (answer, article) in &self.waiting {
            match self.args.format {
                PrintFormat::Jsonl => {
                    serde_json::to_writer(&mut out, answer).map_err(io::Error::from)?;
                    out.write_all(b"\n")?;
                }
                PrintFormat::Table => {
                    let snapshot = match &mut self.archive {
                        ArchiveAccess::Read(reader) => reader.snapshot(),
                        ArchiveAccess::Written(writer) => writer.snapshot(),
                    };
                    print_table(&mut out, answer, article, snapshot, session)?;
                }
            }
        }
        Ok(out.flush()?)
    }
}

/// What an article matches, and where it stands in its family if that is wanted.
fn answer(
    snapshot: &Snapshot,
    article: &Article,
    settings: &QuerySettings,
    with_family: bool,
    failed: &Failures,
) -> Result<(Vec<PairRow>, Option<Option<Placement>>)> {
    let matches = snapshot.query_in_part(article, settings, failed)?;
    if !with_family {
        return Ok((matches, None));
    }
    let found = snapshot.family_in_part(article, settings, failed)?;
    Ok((matches, Some(found.and_then(|found| Placement::of(&found.family, &article.id)))))
}

fn print_table(
    out: &mut dyn Write,
    answer: &FlagAnswer,
    article: &Article,
    snapshot: &Snapshot,
    session: &Session,
) -> Outcome {
    let options = TableOptions::new(session.printer.width_columns(), session.printer.style());
    let id = retold::report::visible::visible_label(&answer.id);
    if answer.matches.is_empty() {
        writeln!(out, "{id}: nothing found")?;
        return Ok(());
    }
    writeln!(out, "{id}: {} found", answer.matches.len())?;
    if let Some(Some(placement)) = &answer.family {
        for line in table::placement_lines(placement, &options) {
            writeln!(out, "{line}")?;
        }
    }
    let lookup = |id: &str| {
        if id == article.id {
            return Ok(article.clone());
        }
        snapshot.article(id)?.ok_or_else(|| Error::Usage(format!("no article {id:?}")))
    };
    for row in &answer.matches {
        table::write_pair(out, row, &lookup, &options)?;
    }
    Ok(())
}
