//! `retold dedup`: marks duplicates, and says which one is kept and why.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use retold::Error;
use retold::candidate::CandidateSettings;
use retold::collection::{Collection, Location};
use retold::dedup::rewrite::{self, Rewriting};
use retold::dedup::write::{MarksFormat, write_marks};
use retold::dedup::{self, By, DedupSettings, DedupSummary, HoldingRule, Inputs, KeepRule, Marked};
use retold::json_lines;
use retold::judge::Profile;
use retold::pipeline::{SECOND_INPUTS, ScanSettings};
use retold::read::Corpus;
use retold::report::OutputFolder;
use serde_json::json;

use super::args::{at_least_one, parse_share};
use super::input::{ReadArgs, check_standard_input, open};
use super::rejections::{LISTED_IN, Rejections, grouped};
use super::scan::{parse_threshold, warn_of_output_among_inputs};
use super::session::Session;
use super::stop::{Outcome, usage};
use super::work::{WorkArgs, workplace};
use super::{dedup_examples, dedup_units};

const EXAMPLES: &str = "\
Examples:
  retold dedup crawl/ --out marks
      marks.jsonl (a row for each document, in input order), summary.json and
      rejected.jsonl in the folder `marks`
  retold dedup crawl/*.jsonl.zst --keep source:Wire --keep earliest --annotate marked
      each input again, in the folder `marked`, with a field `dedup` in every
      record; the wire's document is kept, else the earliest
  retold dedup crawl.jsonl.gz --by identical --remove kept
      each input again without the documents that are not kept
  retold dedup crawl/part-0.jsonl.zst --threshold 0.7 --examples 20
      clusters with their differences, before a run of hours
  retold dedup crawl/ --unit paragraph --max-documents 1000 --out units
      the paragraphs that several documents hold, by spans (units.jsonl)
  retold dedup crawl/ --against test-set.jsonl --contained 0.8 --out marks
      what of a test set stands in the crawl: copies, and what holds its texts
      or passages of them (contained.jsonl says where)
  retold dedup today.jsonl --against archive/ --marks today-marks.csv
      of a text that the archive has, nothing is kept today

Of each cluster one document is kept, and nothing is deleted: inputs are never changed. Clusters do not depend on \
what is kept, nor (but for `--by derived`) on the order of the inputs.";

/// Mark duplicates: which documents say the same, which one of them is kept, and why
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct DedupArgs {
    /// Files, folders or `-`: JSON lines or plain text, also .gz or .zst
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// What INPUT is held against: of a text that it has, nothing is kept in INPUT (repeatable)
    #[arg(long, value_name = "REF", num_args = 1..)]
    pub against: Vec<PathBuf>,
    #[command(flatten)]
    pub find: FindArgs,
    /// Which document of a cluster is kept: earliest, latest, longest, first (that was read), source:A,B (the first source
    /// named), field:NAME:max or field:NAME:min. Repeatable: the first rule that tells two documents apart decides, after all
    /// of them the smaller id
    #[arg(long, value_name = "RULE")]
    pub keep: Vec<KeepRule>,
    #[command(flatten)]
    pub write: WriteArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

/// What counts as a duplicate.
#[derive(Args)]
#[command(next_help_heading = "Finding")]
pub struct FindArgs {
    /// What is marked: whole documents, or the paragraphs (between blank lines) or lines that several documents hold, by
    /// their spans: in units.jsonl with --out, or where --marks says
    #[arg(long, value_enum, default_value_t)]
    pub unit: UnitChoice,
    /// With `--unit`: words of the shortest paragraph or line that counts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_one())]
    pub unit_words: usize,
    /// With `--unit`: documents from which a paragraph or line counts as repeated; it stays in the one of the smallest id
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(2..))]
    pub min_documents: u32,
    /// With `--unit`: a paragraph or line that more documents hold is boilerplate, and stays nowhere
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_documents: Option<u32>,
    /// What makes two documents duplicates
    #[arg(long, value_enum, default_value_t)]
    pub by: ByChoice,
    /// Jaccard index of 5-word shingles from which a near-duplicate counts, 0.01 to 1
    #[arg(long, value_name = "T", default_value_t = 0.8, value_parser = parse_threshold)]
    pub threshold: f64,
    /// With `--against`: also what holds a text of REF, or a passage of one, or lies within one: this share of the words, in
    /// runs of five words that both have
    #[arg(long, value_name = "SHARE", value_parser = parse_share, requires = "against", conflicts_with = "ngram")]
    pub contained: Option<f64>,
    /// With `--contained`: words of the shortest passage that counts; shorter texts count whole
    #[arg(long, value_name = "N", default_value_t = 25, requires = "contained", value_parser = at_least_one())]
    pub passage_words: usize,
    /// With `--against`, in the place of `--contained`: what shares one run of so many words with a text of REF (13 in Brown et
    /// al. 2020); words are in lower case, without ASCII punctuation, split at white space
    #[arg(long, value_name = "N", requires = "against", value_parser = at_least_one())]
    pub ngram: Option<usize>,
    /// With `--by derived`: call a pair derived from this score on, 0 to 1 [default: the profile's cut]
    #[arg(long, value_name = "S", value_parser = parse_share)]
    pub min_score: Option<f64>,
    /// With `--by derived`: most links between two documents of a cluster; longer chains are cut
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_chain: Option<u32>,
    /// With `--by derived`: profile with the model and its cuts [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ByChoice {
    /// The same words in the same order
    Identical,
    /// That, or a Jaccard index of the threshold
    #[default]
    Copies,
    /// That, or one derived from the other: rewrites, longer and shorter ones, parts taken
    Derived,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum UnitChoice {
    #[default]
    Document,
    Paragraph,
    Line,
}

/// What is written; without any of these the counts are printed.
#[derive(Args)]
#[command(next_help_heading = "Writing")]
pub struct WriteArgs {
    /// Folder for marks.jsonl, summary.json, rejected.jsonl and, if such is sought, contained.jsonl; it is made if need be
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// File for the marks alone: JSON lines, or CSV where its name ends in .csv; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub marks: Option<PathBuf>,
    /// Folder for the inputs written again, in their format and compression, with the marks added to each record
    #[arg(long, value_name = "DIR")]
    pub annotate: Option<PathBuf>,
    /// Field of a record that the marks are put into
    #[arg(long, value_name = "NAME", default_value = "dedup", requires = "annotate")]
    pub marks_field: String,
    /// Print N clusters with their differences, those least alike first, to judge a threshold by
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub examples: Option<usize>,
    /// Folder for the inputs written again without what is not kept
    #[arg(long, value_name = "DIR")]
    pub remove: Option<PathBuf>,
}

/// The folders of a run's output, by their numbers in the one that is held.
#[derive(Default)]
struct Places {
    marks: Option<usize>,
    annotate: Option<usize>,
    remove: Option<usize>,
    out: Option<usize>,
}

pub fn run(args: &DedupArgs, session: &Session) -> Outcome {
    if let Some(unit) = dedup_units::unit(args.find.unit) {
        return dedup_units::run(args, unit, session);
    }
    let begun = Instant::now();
    let inputs = || args.inputs.iter().chain(&args.against).map(PathBuf::as_path);
    check_standard_input(inputs())?;
    let settings = settings(args)?;
    let places = hold_places(args, session)?;
    let rejections = session.rejections(args.write.out.is_some().then(|| args.read.temporary_folder()));
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    let reference = match args.against.as_slice() {
        [] => None,
        against => Some(open(against, args.read.options()?, &rejections)?),
    };
    check_overwriting(args, &corpus, reference.as_ref())?;
    let rewritings = [
        (places.annotate, Rewriting::Annotated { field: args.write.marks_field.clone() }),
        (places.remove, Rewriting::Kept),
    ];
    let rewritings = rewritings.into_iter().filter_map(|(folder, rewriting)| Some((folder?, rewriting)));
    let rewritings: Vec<(usize, Rewriting)> = rewritings.collect();
    rewritings.iter().try_for_each(|(_, rewriting)| rewrite::check(&corpus.raw_inputs(), rewriting))?;
    let corpora = || [Some(&corpus), reference.as_ref()].into_iter().flatten();
    let bars = session.bars().following(corpora().map(Corpus::bytes_read).collect());
    let run = corpora().map(Corpus::identity).collect::<Option<Vec<u64>>>();
    let run = run.map(|inputs| format!("{inputs:x?} {settings:?}"));
    let work = workplace(args.work.memory_limit, args.read.work_dir.as_deref(), run, session)?;
    let number_of = |location: Location, name: &str| {
        let record = match (location.input.checked_sub(SECOND_INPUTS), &reference) {
            (Some(input), Some(reference)) => reference.record(Location { input, ..location })?,
            _ => corpus.record(location)?,
        };
        Ok(record.and_then(|record| dedup::number_of_field(&record, name)))
    };
    let read = Inputs { collection: &corpus, reference: reference.as_ref(), number_of: &number_of };
    let marked = dedup::dedup(&work, &read, &settings, &bars, &*rejections)?;
    for (folder, rewriting) in rewritings {
        let mut begin = |name: &Path| with_folder(session, folder, |output| output.begin(name));
        rewrite::rewrite(&corpus, &marked, &rewriting, &mut begin, &bars)?;
    }
    drop(bars);
    if let Some(count) = args.write.examples {
        let read = |location: Location| match (location.input.checked_sub(SECOND_INPUTS), &reference) {
            (Some(input), Some(reference)) => reference.read(Location { input, ..location }),
            _ => corpus.read(location),
        };
        dedup_examples::print(&marked, count, &settings.scan.profile, &read, session)?;
    }
    rejections.tell_rest();
    rejections.tell_where(args.write.out.as_deref());
    let summary = DedupSummary {
        rejected: rejections.counts(),
        settings: settings_by_option(args, &settings),
        ..DedupSummary::of(&marked)
    };
    write(args, &places, &marked, &summary, &rejections, session)?;
    work.clear()?;
    session.printer.message(&format!("took {:.1} s", begun.elapsed().as_secs_f64()));
    Ok(())
}

fn settings(args: &DedupArgs) -> Outcome<DedupSettings> {
    let FindArgs { by, threshold, contained, passage_words, ngram, .. } = &args.find;
    let FindArgs { min_score, max_chain, profile, .. } = &args.find;
    let by = match by {
        ByChoice::Identical => By::Identical,
        ByChoice::Copies => By::Copies,
        ByChoice::Derived => By::Derived,
    };
    let only_derived = [
        ("min-score", min_score.is_some()),
        ("max-chain", max_chain.is_some()),
        ("profile", profile.is_some()),
    ];
    if let Some((option, _)) = only_derived.iter().find(|(_, is_given)| *is_given && by != By::Derived) {
        return Err(usage(format!("--{option} is for --by derived alone")));
    }
    Ok(DedupSettings {
        by,
        scan: ScanSettings {
            candidates: CandidateSettings { threshold: *threshold, ..CandidateSettings::default() },
            profile: profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)?,
            min_score: *min_score,
            all_pairs: false,
            shared: false,
        },
        keep: args.keep.clone(),
        links_max: *max_chain,
        contained: contained
            .map(|share| HoldingRule::Share { share, passage_words: *passage_words })
            .or(ngram.map(|words| HoldingRule::Run { words })),
    })
}

/// Makes the folders that are written into, and has the session take care of them.
fn hold_places(args: &DedupArgs, session: &Session) -> Outcome<Places> {
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
    let places = Places {
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
fn with_folder<T>(
    session: &Session,
    number: usize,
    act: impl FnOnce(&mut OutputFolder) -> retold::Result<T>,
) -> retold::Result<T> {
    let mut held = session.interrupt.output();
    let folder = held.as_mut().and_then(|held| held.beside(number));
    act(folder.ok_or(Error::Interrupted)?)
}

/// Inputs are never written over.
fn check_overwriting(args: &DedupArgs, corpus: &Corpus, reference: Option<&Corpus>) -> Outcome {
    let WriteArgs { marks, annotate, remove, out, .. } = &args.write;
    let mut written: Vec<PathBuf> = marks.iter().cloned().collect();
    for folder in [annotate, remove].into_iter().flatten() {
        written.extend(corpus.raw_inputs().iter().map(|input| folder.join(&input.name)));
    }
    if let Some(folder) = out {
        written.extend([MARKS, CONTAINED, SUMMARY, LISTED_IN].map(|name| folder.join(name)));
    }
    let mut read: Vec<PathBuf> = [Some(corpus), reference]
        .into_iter()
        .flatten()
        .flat_map(Corpus::raw_inputs)
        .filter_map(|input| fs::canonicalize(input.path?).ok())
        .collect();
    read.sort_unstable();
    let is_read = |path: &PathBuf| fs::canonicalize(path).is_ok_and(|path| read.binary_search(&path).is_ok());
    match written.iter().find(|path| is_read(path)) {
        Some(path) => Err(usage(format!("{} is an input: nothing is written over it", path.display()))),
        None => Ok(()),
    }
}

const CONTAINED: &str = "contained.jsonl";
const MARKS: &str = "marks.jsonl";
const SUMMARY: &str = "summary.json";

/// Writes marks and counts, and puts all files in place together.
fn write(
    args: &DedupArgs,
    places: &Places,
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
    let is_csv = name.is_some_and(|name| name.to_ascii_lowercase().ends_with(".csv"));
    let format = if is_csv { MarksFormat::Csv } else { MarksFormat::JsonLines };
    match (places.marks, name, &args.write.marks) {
        (Some(folder), Some(name), _) => {
            let write = |output: &mut OutputFolder| {
                output.write(name, |out| write_marks(out, marked, format, &check))
            };
            with_folder(session, folder, write)?;
        }
        (None, _, Some(_)) => {
            let mut out = session.printer.data();
            write_marks(&mut out, marked, format, &check)?;
            std::io::Write::flush(&mut out)?;
        }
        (_, _, Some(marks)) => return Err(usage(format!("{}: a file's name was expected", marks.display()))),
        (_, _, None) => {}
    }
    check()?;
    let held = session.interrupt.output().take();
    held.map_or(Ok(()), OutputFolder::commit)?;
    tell(args, summary, session)
}

/// The counts: on standard output where nothing else is written.
fn tell(args: &DedupArgs, summary: &DedupSummary, session: &Session) -> Outcome {
    let DedupSummary { documents, kept, removed, removed_share, clusters, largest, .. } = summary;
    let mut lines = vec![format!(
        "{} documents: {} kept, {} in {} clusters are duplicates of what is kept ({:.2} %)",
        grouped(*documents),
        grouped(*kept),
        grouped(*removed),
        grouped(*clusters),
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

fn settings_by_option(
    args: &DedupArgs,
    settings: &DedupSettings,
) -> std::collections::BTreeMap<String, serde_json::Value> {
    let by = args.find.by.to_possible_value().map(|value| value.get_name().to_owned());
    let is_derived = settings.by == By::Derived;
    let cut = settings.scan.min_score.unwrap_or(settings.scan.profile.cut);
    let values = [
        ("by", json!(by)),
        ("threshold", json!((settings.by != By::Identical).then_some(args.find.threshold))),
        ("keep", json!(args.keep.iter().map(KeepRule::to_string).collect::<Vec<_>>())),
        ("against", json!(!args.against.is_empty())),
        ("contained", json!(args.find.contained)),
        ("passage-words", json!(args.find.contained.map(|_| args.find.passage_words))),
        ("ngram", json!(args.find.ngram)),
        ("max-chain", json!(args.find.max_chain)),
        ("min-score", json!(is_derived.then_some(cut))),
        ("profile", json!(is_derived.then_some(&settings.scan.profile.name))),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
