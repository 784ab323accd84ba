//! `retold tune`: labelled pairs in, figures and a profile out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use retold::Error;
use retold::judge::Profile;
use retold::pipeline::{self, Asked, PairMeasures, Shortened};
use retold::read::{Corpus, Rejection, RejectionKind, RejectionSink};
use retold::report::OutputFolder;
use retold::tune::labels::PairLabel;
use retold::tune::{self, CutRule, Labelled, Refit, TuneResult, TuneSettings, report, shorten};

use super::args::{parse_prior, parse_share};
use super::input::{ReadArgs, check_standard_input, name_of, open};
use super::overwriting::CommandFiles;
use super::rejections::{LISTED_IN, Rejections};
use super::session::Session;
use super::stop::{Outcome, is_closed, usage};
use super::tune_labels::{LabelSet, LabelsGiven, read_labels};

const EXAMPLES: &str = "\
Examples:
  retold tune --pairs labelled.jsonl news.jsonl
      how well the scores tell derived pairs from others, on standard output
  retold tune --pairs labelled.jsonl news.jsonl --background archive.jsonl.gz --out tuned
      the same as tuned/report.html, with plots and a profile for scan, compare and flag
  retold scan news.jsonl --profile tuned/profile.json
      a scan by that profile
  retold tune --pairs rewrites.jsonl --pairs wire.jsonl articles/ --out tuned
      two sets: each is scored by a model that was fitted without it
  retold tune --pairs labelled.jsonl news.jsonl --positive copied,close --precision 0.98 --out tuned
      own labels, and the cut from which 98 of 100 pairs called derived are
  retold tune --families trees.jsonl news.jsonl --out tuned
      how well roots and parents are found, and a profile with weights of trees fitted on these

A line of a file of labelled pairs: {\"a\": \"id of one\", \"b\": \"id of the other\", \"label\": \"rewrite\"}. Optional: \
\"direction\" (\"a->b\": b came from a; \"b->a\"; anything else: not known), \"set\" (else the file's name), \"confidence\" \
(high, medium, low) or \"weight\" (a number). `retold sample` draws pairs to label; lines whose label is still null are \
passed over.

Figures are of pairs that the model had not seen: a set that holds derived pairs only is left out whole, with a part of the \
others; sets of both kinds are cross-validated. With fewer than 300 labelled pairs the built-in curves are kept and only \
calibrated.";

/// What is of labelled pairs alone: families' trees are fitted without it.
const OF_PAIRS: [&str; 16] = [
    "pairs",
    "directions",
    "positive",
    "first_is_source",
    "background",
    "refit",
    "cut",
    "precision",
    "recall",
    "best_f1",
    "resamples",
    "prior",
    "shortened",
    "seed",
    "wrong",
    "hashes",
];

/// Measure scores on labelled pairs, find thresholds, and make a profile
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct TuneArgs {
    /// Files and folders that hold the articles
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// File of labelled pairs: JSON lines `a`, `b`, `label` (repeatable; each file is a set unless lines name
    /// their own)
    #[arg(long, required_unless_present = "families", value_name = "LABELLED")]
    pub pairs: Vec<PathBuf>,
    /// File of families with known trees: JSON lines `id`, `family`, `parent` (null for a root) or `parents`
    /// (repeatable; each file is a set unless lines name their own); fits what the profile says of trees, and
    /// nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_PAIRS)]
    pub families: Vec<PathBuf>,
    /// File of more pairs with a `direction`, for the direction model alone: revisions of one text, say
    /// (repeatable)
    #[arg(long, value_name = "LABELLED")]
    pub directions: Vec<PathBuf>,
    /// Labels that mean derived; all others mean not derived [default: identical, copy, expanded, condensed,
    /// rewrite, partial, translation, wholly, true, 1]
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    pub positive: Vec<String>,
    /// Where a derived pair has no `direction`, take `a` as the source
    #[arg(long)]
    pub first_is_source: bool,
    /// Articles that tell how rare words are (repeatable); without them only the model for that case is
    /// fitted
    #[arg(long, value_name = "FILE")]
    pub background: Vec<PathBuf>,
    /// Folder for profile.json, report.html, report.txt, signals.jsonl, the plots and rejected.jsonl
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Name of the profile [default: own]
    #[arg(long, requires = "out")]
    pub name: Option<String>,
    /// A sentence in the profile on what it was made from [default: the sets and their sizes]
    #[arg(long, value_name = "WORDS", requires = "out")]
    pub made_from: Option<String>,
    #[command(flatten)]
    pub fitting: FittingArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

/// What is fitted, and where the cut goes.
#[derive(Args)]
#[command(next_help_heading = "Fitting")]
pub struct FittingArgs {
    /// How much of the profile is made anew
    #[arg(long, value_enum, default_value_t)]
    pub refit: RefitChoice,
    /// The profile that gives what is not made anew [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Put the profile's cut at this score [default: 0.5]
    #[arg(long, value_name = "S", value_parser = parse_share, group = "cut_rule")]
    pub cut: Option<f64>,
    /// Put it at the lowest score from which so many of the pairs called derived are
    #[arg(long, value_name = "P", value_parser = parse_share, group = "cut_rule")]
    pub precision: Option<f64>,
    /// Put it at the highest score that finds so many of the derived pairs
    #[arg(long, value_name = "R", value_parser = parse_share, group = "cut_rule")]
    pub recall: Option<f64>,
    /// Put it where F1 is greatest
    #[arg(long, group = "cut_rule")]
    pub best_f1: bool,
    /// Bootstrap resamples behind the 95 % intervals
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub resamples: u32,
    /// Share of derived pairs among those that will be scored: scores are calibrated for it. Searches propose
    /// fewer than labelled sets hold [default: 0.5]
    #[arg(long, value_name = "P", value_parser = parse_prior)]
    pub prior: Option<f64>,
    /// Fit on pairs once more with one article cut to 30 to 180 words, each with this weight: sets of long
    /// articles then teach how little a short one proves [default: not at all]
    #[arg(long, value_name = "WEIGHT", value_parser = parse_share)]
    pub shortened: Option<f64>,
    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Pairs listed as most wrong
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub wrong: usize,
    /// MinHash values of a sketch, in the table of bandings
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(2..=4096))]
    pub hashes: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RefitChoice {
    /// What the number of labelled pairs allows for
    #[default]
    Auto,
    /// Curves, calibration, direction and cut
    All,
    /// Calibration and cut
    Calibration,
    /// The cut alone
    Cut,
}

pub fn run(args: &TuneArgs, session: &Session) -> Outcome {
    let paths = args.inputs.iter().chain(&args.pairs).chain(&args.families).chain(&args.directions);
    let paths = paths.chain(&args.background);
    check_standard_input(paths.map(PathBuf::as_path))?;
    let base = args.fitting.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)?;
    if !args.families.is_empty() {
        return super::tune_families::run(args, base, session);
    }
    if let Some(folder) = &args.out {
        session.interrupt.hold(OutputFolder::create(folder)?);
    }
    let rejections = session.rejections(args.out.is_some().then(|| args.read.temporary_folder()));
    let labels = read_labels(args, session, &rejections)?;
    let Sets { pairs, shortened, directions } = measure(args, labels, session, &rejections)?;
    rejections.tell_rest();
    if pairs.is_empty() {
        return Err(usage("no labelled pair could be measured"));
    }

    let bars = session.bars();
    let result = tune::run(&pairs, &shortened, &directions, &settings(args, base, &pairs), &bars)?;
    drop(bars);
    is_closed(session.printer.print(&report::text(&result, &pairs)))?;
    if let Some(folder) = &args.out {
        write_folder(&result, &pairs, &rejections, folder, session)?;
    }
    rejections.tell_where(args.out.as_deref());
    Ok(())
}

/// What is read, and what is written: plots aside, which nobody reads.
pub(super) fn files<'a>(args: &TuneArgs, corpora: impl IntoIterator<Item = &'a Corpus>) -> CommandFiles {
    let labels = args.pairs.iter().chain(&args.families).chain(&args.directions);
    (CommandFiles::default().corpora(corpora)).read(labels.chain(&args.fitting.profile)).folder(
        args.out.as_deref(),
        &["profile.json", "signals.jsonl", "report.txt", "report.html", LISTED_IN],
    )
}

/// Measured pairs, by what is done with them.
struct Sets {
    pairs: Vec<Labelled>,
    shortened: Vec<Labelled>,
    directions: Vec<Labelled>,
}

fn measure(
    args: &TuneArgs,
    labels: LabelsGiven<'_>,
    session: &Session,
    rejections: &Arc<Rejections>,
) -> Outcome<Sets> {
    let LabelsGiven { pairs: labels, directions } = labels;
    let corpus = open(&args.inputs, args.read.options()?, rejections)?;
    let background = match args.background.as_slice() {
        [] => None,
        files => Some(open(files, args.read.options()?, rejections)?),
    };
    let corpora = || [Some(&corpus), background.as_ref()].into_iter().flatten();
    files(args, corpora()).check()?;
    let bars = session.bars().following(corpora().map(Corpus::bytes_read).collect());
    let asked: Vec<Asked> = (labels.pairs.iter().chain(&directions.pairs))
        .map(|pair| Asked { a: pair.a.clone(), b: pair.b.clone() })
        .collect();
    let weight = args.fitting.shortened.filter(|weight| *weight > 0.0);
    let cuts: Vec<Shortened> = weight.map_or_else(Vec::new, |_| shorten::shortened(&labels.pairs));
    let measured = pipeline::measure(&corpus, background.as_ref(), &asked, &cuts, &bars, &**rejections)?;
    drop(bars);
    let shortened = (cuts.iter().zip(measured.shortened))
        .filter_map(|(cut, measures)| {
            let pair = labelled(labels.pairs.get(cut.pair)?.clone(), measures?);
            let weight = weight? * pair.weight;
            Some(Labelled { weight, forward: None, is_shortened: true, ..pair })
        })
        .collect();
    let mut measured = measured.asked.into_iter();
    let pairs = with_measures(labels, &mut measured, rejections);
    Ok(Sets { pairs, shortened, directions: with_measures(directions, &mut measured, rejections) })
}

fn labelled(pair: PairLabel, measures: PairMeasures) -> Labelled {
    Labelled {
        a: pair.a,
        b: pair.b,
        set: pair.set,
        label: pair.label,
        is_derived: pair.is_derived,
        weight: pair.weight,
        signals: measures.signals,
        cues: measures.cues,
        forward: pair.forward,
        is_shortened: false,
        language: measures.language,
    }
}

/// The labelled pairs with their measures, which come in the same order.
fn with_measures(
    labels: LabelSet<'_>,
    measured: &mut impl Iterator<Item = Result<PairMeasures, String>>,
    rejections: &Rejections,
) -> Vec<Labelled> {
    let mut pairs = Vec::with_capacity(labels.pairs.len());
    for ((pair, file), measured) in labels.pairs.into_iter().zip(labels.files).zip(measured) {
        match measured {
            Ok(measures) => pairs.push(labelled(pair, measures)),
            Err(reason) => rejections.reject(Rejection {
                input: name_of(file),
                line: Some(pair.line),
                id: None,
                kind: RejectionKind::MissingField,
                reason,
            }),
        }
    }
    pairs
}

fn settings(args: &TuneArgs, base: Profile, pairs: &[Labelled]) -> TuneSettings {
    let fitting = &args.fitting;
    let cut = match (fitting.cut, fitting.precision, fitting.recall, fitting.best_f1) {
        (_, Some(precision), _, _) => CutRule::Precision(precision),
        (_, _, Some(recall), _) => CutRule::Recall(recall),
        (_, _, _, true) => CutRule::BestF1,
        (cut, ..) => CutRule::At(cut.unwrap_or(0.5)),
    };
    TuneSettings {
        name: args.name.clone().unwrap_or_else(|| "own".to_owned()),
        made_from: args.made_from.clone().unwrap_or_else(|| tune::made_from(pairs)),
        refit: match fitting.refit {
            RefitChoice::Auto => Refit::for_pairs(pairs),
            RefitChoice::All => Refit::All,
            RefitChoice::Calibration => Refit::Calibration,
            RefitChoice::Cut => Refit::Cut,
        },
        cut,
        derived_share: fitting.prior.unwrap_or(0.5).clamp(0.001, 0.999),
        resamples: fitting.resamples as usize,
        seed: fitting.seed,
        hashes: fitting.hashes,
        wrong_listed: fitting.wrong,
        ..TuneSettings::new(base)
    }
}

fn write_folder(
    result: &TuneResult,
    pairs: &[Labelled],
    rejections: &Rejections,
    folder: &Path,
    session: &Session,
) -> Outcome {
    let mut held = session.interrupt.output();
    let Some(output) = held.as_mut() else { return Err(Error::Interrupted.into()) };
    for file in report::files(result, pairs) {
        output.write(&file.name, |out| out.write_all(&file.bytes))?;
    }
    output.write(LISTED_IN, |out| rejections.write_all(out))?;
    session.interrupt.check()?;
    if let Some(output) = held.take() {
        OutputFolder::commit(output)?;
    }
    drop(held);
    session.printer.message(&format!(
        "{0}/profile.json is the profile; open {0}/report.html in a browser",
        folder.display()
    ));
    Ok(())
}
