//! `retold scan`: all related pairs of the inputs, and their families.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use retold::Error;
use retold::candidate::{CandidateSettings, NearDuplicateSketch};
use retold::collection::Collection;
use retold::judge::Profile;
use retold::pipeline::{self, Chained, SECOND_INPUTS, Scan, ScanSettings};
use retold::read::Corpus;
use retold::recipe::{Recipe, SketchRecipe};
use retold::report::{OutputFolder, Summary};
use retold::rows::Rows;
use retold::rules::{RuledRows, Rules};
use retold::search::PairLimits;
use retold::sketch::Banding;
use retold::timings::Timings;
use serde_json::{Value, json};

use super::args::{RowsFormat, parse_share};
use super::input::{ReadArgs, check_standard_input, open};
use super::overwriting::CommandFiles;
use super::scan_output::{ScanFindings, Written, check_terminal, print, write_folder};
use super::session::Session;
use super::stop::{Outcome, is_closed};
use super::timings::TimingsArgs;
use super::work::{WorkArgs, resources};

const EXAMPLES: &str = "\
Examples:
  retold scan articles/
      a table of families on standard output
  retold scan news.jsonl.zst --out report
      pairs.jsonl, families.jsonl, summary.json, rejected.jsonl and report.html
      in the folder `report`
  retold scan news.parquet --out report --format parquet
      also pairs.parquet and families.parquet
  retold scan today.jsonl --against archive/
      only pairs of one article here and one there
  retold scan news/ --within 7 --across source
      only pairs at most a week apart, printed by different outlets
  retold scan crawl.jsonl.gz --copies-only --format jsonl
      identical texts and near-duplicates alone, one JSON object a pair
  zcat dump.gz | retold scan - --id-field url --text-field body
      standard input, with other names of fields

Relations: identical, copy (near-duplicate), expanded, condensed, rewrite (retold), partial (a substantial part is \
taken), translation (the whole in another language): these seven are derived. shared_source (listed with --shared): the \
same event, with sources in common but its own narrative.";

/// Find copied, syndicated and rewritten articles among the inputs, and group them into families
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct ScanArgs {
    /// Files, folders or `-`, of any input format, also .gz or .zst
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Only pairs of one article from INPUT and one from here (repeatable). Both share one space of ids: of an
    /// id that stands on both sides, the article of INPUT alone is read
    #[arg(long, value_name = "ARCHIVE", num_args = 1..)]
    pub against: Vec<PathBuf>,
    /// Folder for the results as files; it is made if need be, and only files of these names are replaced in
    /// it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What to print [default: table; with --out: nothing]. With --out, csv and parquet are written there, as
    /// pairs.csv and families.csv beside the JSON lines
    #[arg(long, value_enum)]
    pub format: Option<RowsFormat>,
    /// With --out: also families.graphml, for Gephi, yEd, NetworkX
    #[arg(long, requires = "out")]
    pub graphml: bool,
    /// Families shown in report.html, the largest first
    #[arg(long, value_name = "N", default_value_t = 500, requires = "out")]
    pub report_families: usize,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub timings: TimingsArgs,
    #[command(flatten)]
    pub search: SearchArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

/// What is looked for.
#[derive(Args)]
#[command(next_help_heading = "Finding")]
pub struct SearchArgs {
    /// Stop after identical texts and near-duplicates: fast, and no rewrites are sought
    #[arg(long, conflicts_with_all = ["shared", "min_score", "profile"])]
    pub copies_only: bool,
    /// With `--copies-only`: texts were scanned, and a copy of which a machine misread letters is one, too
    /// (English; it takes longer)
    #[arg(long, requires = "copies_only", conflicts_with = "sketch")]
    pub noisy: bool,
    /// Jaccard index of 5-word shingles from which a near-duplicate counts, 0.01 to 1
    #[arg(long, value_name = "T", default_value_t = 0.8, value_parser = parse_threshold)]
    pub threshold: f64,
    /// How near-duplicates are proposed; each is then verified exactly
    #[arg(long, value_enum, default_value_t)]
    pub sketch: SketchChoice,
    /// List every derived pair, not only each article's best link into its family; copies are compared with
    /// all that their text is. Of a text printed more than 256 times the earliest 256 are, and summary.json
    /// names it
    #[arg(long)]
    pub all_pairs: bool,
    /// List pairs that share a source, without one coming from the other, as well
    #[arg(long)]
    pub shared: bool,
    /// Call a pair derived from this score on, 0 to 1 [default: the profile's cut]
    #[arg(long, value_name = "S", value_parser = parse_share)]
    pub min_score: Option<f64>,
    /// Only pairs whose dates are at most so many days apart; an article without a date is near to all
    #[arg(long, value_name = "DAYS")]
    pub within: Option<u32>,
    /// Only pairs that differ in this field; an article without it differs from all
    #[arg(long, value_enum, value_name = "FIELD")]
    pub across: Option<AcrossField>,
    /// Profile with the model and its cuts, as `retold tune` writes it [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Rules of the house (TOML): own outlets (a pair stands as `own` where both are), licences, outlets that
    /// are never shown; each row then says how the pair stands
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SketchChoice {
    /// Finds what the threshold asks for at any size of corpus
    #[default]
    Minhash,
    /// Smaller in memory; for thresholds from 0.7 and up to a million documents
    Simhash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AcrossField {
    /// The outlet
    Source,
}

impl SearchArgs {
    pub fn profile(&self) -> retold::Result<Profile> {
        self.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)
    }

    pub fn candidates(&self, is_against: bool) -> CandidateSettings {
        CandidateSettings {
            threshold: self.threshold,
            sketch: match self.sketch {
                SketchChoice::Minhash => NearDuplicateSketch::MinHash,
                SketchChoice::Simhash => NearDuplicateSketch::SimHash,
            },
            copies_only: self.copies_only,
            is_noisy: self.noisy,
            limits: PairLimits {
                within_days: self.within,
                across_sources: self.across == Some(AcrossField::Source),
                first_input_against: is_against.then_some(SECOND_INPUTS),
            },
            ..CandidateSettings::default()
        }
    }
}

/// So many outlets of rules that no article has.
const OUTLETS_NAMED: usize = 8;

/// The stage that ends a run.
const WRITING: &str = "writing";

/// Below this threshold simhash is no choice; see [`NearDuplicateSketch::SimHash`].
const SIMHASH_THRESHOLD_MIN: f64 = 0.7;

pub fn parse_threshold(number: &str) -> Result<f64, String> {
    parse_share(number)
        .ok()
        .filter(|&threshold| threshold >= Banding::THRESHOLD_MIN)
        .ok_or_else(|| format!("a number from {} to 1 was expected", Banding::THRESHOLD_MIN))
}

pub fn run(args: &ScanArgs, session: &Session) -> Outcome {
    let begun = Instant::now();
    let rules = args.search.rules.as_deref().map(Rules::read).transpose()?;
    let inputs = || args.inputs.iter().chain(&args.against).map(PathBuf::as_path);
    check_standard_input(inputs())?;
    if args.out.is_none() {
        check_terminal(args.format)?;
    }
    args.timings.check()?;
    let settings = settings(args, session)?;
    args.out.as_deref().map_or(Ok(()), |folder| hold(folder, inputs(), session))?;
    let rejections = session.rejections(args.out.is_some().then(|| args.read.temporary_folder()));
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    let archive = match args.against.as_slice() {
        [] => None,
        against => Some(open(against, args.read.options()?, &rejections)?),
    };
    let corpora = || [Some(&corpus), archive.as_ref()].into_iter().flatten();
    let families = args.report_families;
    let written = Written { families, ..Written::of(args.out.as_deref(), args.format, args.graphml) };
    check_overwriting(args, corpora(), &written)?;
    let bars = session.bars().following(corpora().map(Corpus::bytes_read).collect());
    let timings = Timings::new(&bars);
    let collection = Chained { first: &corpus, second: archive.as_ref() };
    let run = corpora().map(Corpus::identity).collect::<Option<Vec<u64>>>();
    let run = run.map(|inputs| format!("{inputs:x?} {settings:?}"));
    let work = resources(args.work.memory_limit, args.read.work_dir.as_deref(), run, session)?;
    let collection = timings.counting(&collection);
    let scan = without_identities(pipeline::scan_in(&work, &collection, &settings, &timings, &*rejections)?);
    bars.clear();
    timings.begin(WRITING);
    let lookup = |id: &str| {
        session.interrupt.check()?;
        let number = scan.documents.number(id).ok_or_else(|| Error::Usage(format!("no article {id:?}")))?;
        collection.read(scan.documents.location(number))
    };
    let rows = scan.rows();
    let ruled = rules.as_ref().map(|rules| RuledRows::new(&rows, rules, &lookup)).transpose()?;
    let hidden = ruled.as_ref().map(|ruled| ruled.hidden().clone()).unwrap_or_default();
    hidden.words().iter().for_each(|words| session.printer.message(words));
    rules.iter().for_each(|rules| tell_unknown_outlets(rules, &scan, session));
    let summary = Summary {
        rejected: rejections.counts(),
        skipped_files: corpora().map(Corpus::skipped_files).sum(),
        hidden: hidden.0,
        ..summary(args, &settings, &scan, ruled.as_ref().map_or(&rows as &dyn Rows, |ruled| ruled))
    };
    let found = ScanFindings { scan: &scan, ruled: ruled.as_ref(), summary, lookup: &lookup };
    rejections.tell_rest();
    rejections.tell_where(args.out.as_deref());
    let printed = written.printed.map_or(Ok(()), |format| print(&found, format, session));
    let is_closed = is_closed(printed)?;
    if let Some(folder) = &args.out {
        write_folder(found, folder, &rejections, &written, session)?;
    }
    work.clear()?;
    args.timings.write(&timings.finish())?;
    if !is_closed {
        session.printer.message(&format!("took {:.1} s", begun.elapsed().as_secs_f64()));
    }
    Ok(())
}

/// A scan without what its writing asks nobody for.
fn without_identities(mut scan: Scan) -> Scan {
    scan.documents.forget_identities();
    scan
}

/// Says which outlets of the rules no article has: a rule on a name that is misspelt does nothing.
fn tell_unknown_outlets(rules: &Rules, scan: &Scan, session: &Session) {
    let unknown = rules.unknown_outlets(scan.documents.source_names());
    let named: Vec<String> = unknown.iter().take(OUTLETS_NAMED).map(|name| format!("{name:?}")).collect();
    let more = if unknown.len() > OUTLETS_NAMED { ", …" } else { "" };
    if !named.is_empty() {
        let named = named.join(", ");
        session.printer.message(&format!("note: no article is of these outlets of the rules: {named}{more}"));
    }
}

/// Makes the folder that is written into, and has the session take care of it.
fn hold<'a>(folder: &Path, inputs: impl Iterator<Item = &'a Path>, session: &Session) -> Outcome {
    session.interrupt.hold(OutputFolder::create(folder)?);
    warn_of_output_among_inputs(folder, inputs, session);
    Ok(())
}

/// Neither an input nor another output is written over.
fn check_overwriting<'a>(
    args: &ScanArgs,
    corpora: impl Iterator<Item = &'a Corpus>,
    written: &Written,
) -> Outcome {
    (CommandFiles::default().corpora(corpora))
        .read(args.search.profile.iter().chain(&args.search.rules))
        .folder(args.out.as_deref(), &written.names())
        .write(args.timings.timings.clone())
        .check()
}

fn settings(args: &ScanArgs, session: &Session) -> Outcome<ScanSettings> {
    if args.search.sketch == SketchChoice::Simhash && args.search.threshold < SIMHASH_THRESHOLD_MIN {
        let words =
            format!("note: simhash misses near-duplicates below {SIMHASH_THRESHOLD_MIN}; minhash finds them");
        session.printer.message(&words);
    }
    Ok(ScanSettings {
        candidates: args.search.candidates(!args.against.is_empty()),
        profile: args.search.profile()?,
        min_score: args.search.min_score,
        all_pairs: args.search.all_pairs,
        shared: args.search.shared,
    })
}

/// What is written into a folder that is read would be read the next time.
pub fn warn_of_output_among_inputs<'a>(
    folder: &Path,
    inputs: impl Iterator<Item = &'a Path>,
    session: &Session,
) {
    let Ok(output) = folder.canonicalize() else { return };
    let mut around = inputs
        .filter(|input| input.is_dir() && input.canonicalize().is_ok_and(|input| output.starts_with(input)));
    if let Some(input) = around.next() {
        let (folder, input) = (folder.display(), input.display());
        let words = format!(
            "note: {folder} lies inside the input {input}; the next run would read its files as articles"
        );
        session.printer.message(&words);
    }
}

fn summary(args: &ScanArgs, settings: &ScanSettings, scan: &Scan, rows: &dyn Rows) -> Summary {
    Summary {
        recipe: recipe(&settings.candidates).to_string(),
        profile: (!settings.candidates.copies_only).then(|| settings.profile.name.clone()),
        documents: scan.documents.len() as u64,
        hot: scan.hot.clone(),
        settings: settings_by_option(args, settings),
        ..Summary::of(rows, &scan.families)
    }
}

fn recipe(candidates: &CandidateSettings) -> Recipe {
    Recipe::new(match candidates.sketch {
        NearDuplicateSketch::MinHash => SketchRecipe::MinHash {
            values: Banding::for_threshold(candidates.proposed_jaccard()).values() as u32,
        },
        NearDuplicateSketch::SimHash => SketchRecipe::SimHash,
    })
}

fn settings_by_option(args: &ScanArgs, settings: &ScanSettings) -> BTreeMap<String, Value> {
    let search = &args.search;
    let name = |choice: &dyn Fn() -> Option<clap::builder::PossibleValue>| {
        choice().map(|value| value.get_name().to_owned())
    };
    let cut = search.min_score.unwrap_or(settings.profile.cut);
    let values = [
        ("copies-only", json!(search.copies_only)),
        ("noisy", json!(search.noisy)),
        ("threshold", json!(search.threshold)),
        ("sketch", json!(name(&|| search.sketch.to_possible_value()))),
        ("all-pairs", json!(search.all_pairs)),
        ("shared", json!(search.shared)),
        ("min-score", json!((!search.copies_only).then_some(cut))),
        ("within", json!(search.within)),
        ("across", json!(name(&|| search.across.and_then(|field| field.to_possible_value())))),
        ("against", json!(!args.against.is_empty())),
        ("rules", json!(search.rules.is_some())),
    ];
    values.map(|(option, value)| (option.to_owned(), value)).into()
}
