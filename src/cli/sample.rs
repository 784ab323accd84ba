//! `retold sample`: pairs of a corpus that are worth labelling.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use retold::Error;
use retold::judge::Profile;
use retold::pipeline::{self, Asked, PairMeasures, ScanSettings};
use retold::read::Corpus;
use retold::report::OutputFolder;
use retold::rows::{RowHead, Rows};
use retold::tune::labels::{self, LabelFile, LabelSettings};
use retold::tune::sample::{self, SampleCandidate, SampleSettings};

use super::args::{at_least_one, parse_share};
use super::input::{ReadArgs, check_standard_input, open};
use super::overwriting::CommandFiles;
use super::rejections::{LISTED_IN, grouped};
use super::session::Session;
use super::stop::{Outcome, usage};

const SAMPLE: &str = "sample.jsonl";

const EXAMPLES: &str = "\
Examples:
  retold sample news.jsonl --count 200 > to-label.jsonl
      200 pairs; fill in each line's `label`, and give the file to `retold tune --pairs`
  retold compare --pairs to-label.jsonl news.jsonl
      look at the pairs that were drawn
  retold sample news/ --profile tuned/profile.json
      the pairs that the tuned profile is unsure of: label, tune, sample again

Pairs are drawn one after the other: each time the one that is closest to the cut and most unlike those drawn already, \
so that few labels say much. Without any chance in it: the same inputs give the same pairs.";

/// Draw pairs worth labelling from a corpus: those the model is unsure of, unlike one another
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct SampleArgs {
    /// Files, folders or `-`, of any input format, also .gz or .zst
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Pairs to draw
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_one())]
    pub count: usize,
    /// At most so many pairs of one article
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_one())]
    pub each_article: usize,
    /// At most so many pairs of one family
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = at_least_one())]
    pub each_family: usize,
    /// Only pairs that score at least so much, 0 to 1
    #[arg(long, value_name = "S", default_value_t = 0.02, value_parser = parse_share)]
    pub min_score: f64,
    /// Only pairs whose dates are at most so many days apart; an article without a date is near to all
    #[arg(long, value_name = "DAYS")]
    pub within: Option<u32>,
    /// Profile whose doubts are followed [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Folder for the pairs, as sample.jsonl, and for rejected.jsonl; they are not printed then. A sample.jsonl
    /// whose labels were filled in stays: nothing is written over it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub read: ReadArgs,
}

pub fn run(args: &SampleArgs, session: &Session) -> Outcome {
    check_standard_input(args.inputs.iter().map(PathBuf::as_path))?;
    let profile = args.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)?;
    if let Some(folder) = &args.out {
        session.interrupt.hold(OutputFolder::create(folder)?);
    }
    let rejections = session.rejections(args.out.is_some().then(|| args.read.temporary_folder()));
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    (CommandFiles::default().corpora([&corpus]))
        .read(&args.profile)
        .folder(args.out.as_deref(), &[SAMPLE, LISTED_IN])
        .check()?;
    args.out.as_deref().map_or(Ok(()), check_labels)?;
    let mut settings = ScanSettings {
        candidates: Default::default(),
        profile,
        // every pair of some score is to be seen
        min_score: Some(args.min_score),
        all_pairs: true,
        shared: false,
    };
    settings.candidates.limits.within_days = args.within;
    let bars = session.bars().following(vec![Corpus::bytes_read(&corpus)]);
    let scan = pipeline::scan(&corpus, &settings, &bars, &*rejections)?;
    let rows = scan.rows();
    let asked: Vec<Asked> =
        rows.heads().map(|row| Asked { a: row.source.to_owned(), b: row.derived.to_owned() }).collect();
    // repeated ids were named by the scan
    let unheard = std::sync::Mutex::default();
    let measured = pipeline::measure(&corpus, None::<&Corpus>, &asked, &[], &bars, &unheard)?;
    drop(bars);
    rejections.tell_rest();

    let candidates = candidates(&rows, measured.asked, &settings.profile);
    let drawn = sample::sample(
        &candidates,
        &SampleSettings {
            count: args.count,
            cut: settings.profile.cut,
            each_document: args.each_article,
            each_family: args.each_family,
        },
    );
    session.printer.message(&format!("{} pairs drawn of {}", drawn.len(), candidates.len()));
    let lines = sample::to_json_lines(&drawn);
    if args.out.is_none() {
        let mut out = session.printer.data();
        out.write_all(lines.as_bytes())?;
        out.flush()?;
    }
    let mut held = session.interrupt.output();
    if let Some(mut output) = held.take() {
        output.write(SAMPLE, |out| out.write_all(lines.as_bytes()))?;
        output.write(LISTED_IN, |out| rejections.write_all(out))?;
        session.interrupt.check()?;
        output.commit()?;
    }
    drop(held);
    rejections.tell_where(args.out.as_deref());
    Ok(())
}

/// Labels are work of people's hands, which no second run may take.
///
/// # Errors
/// Where the folder's pairs hold labels, or lines that no run wrote.
fn check_labels(folder: &Path) -> Outcome {
    let path = folder.join(SAMPLE);
    if !path.is_file() {
        return Ok(());
    }
    let read = |file| labels::read(BufReader::new(file), "", &LabelSettings::default());
    let read = File::open(&path).and_then(read).map_err(|cause| Error::file("read", &path, cause));
    let LabelFile { pairs, faults, .. } = read?;
    let found = match (pairs.len(), faults.first()) {
        (0, None) => return Ok(()),
        (0, Some(fault)) => format!("line {} that is no pair as `sample` writes it", fault.line),
        (1, _) => "1 label that was filled in".to_owned(),
        (count, _) => format!("{} labels that were filled in", grouped(count as u64)),
    };
    Err(usage(format!(
        "{} holds {found}: nothing is written over it; give --out another folder, or remove the file",
        path.display()
    )))
}

/// The scan's rows as pairs to choose from; those that could not be measured are none.
fn candidates(
    rows: &impl Rows,
    measured: Vec<Result<PairMeasures, String>>,
    profile: &Profile,
) -> Vec<SampleCandidate> {
    let candidate = |(row, measures): (RowHead<'_>, Result<PairMeasures, String>)| {
        let signals = measures.ok()?.signals;
        // the scan named pairs by a cut of its own, low enough to see all
        let relation = match row.score >= profile.cut {
            true => row.relation,
            false => profile.relation.underived(&signals),
        };
        Some(SampleCandidate {
            a: row.source.to_owned(),
            b: row.derived.to_owned(),
            score: row.score,
            relation: relation.name().to_owned(),
            signals,
        })
    };
    rows.heads().zip(measured).filter_map(candidate).collect()
}
