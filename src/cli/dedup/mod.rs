//! `retold dedup`: marks duplicates, and says which one is kept and why.

mod examples;
mod output;
mod run;
mod sample;
mod units;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use retold::dedup::KeepRule;

use super::args::{at_least_one, parse_share};
use super::input::ReadArgs;
use super::scan::parse_threshold;
use super::work::WorkArgs;
pub use run::run;

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
  retold dedup crawl/ --sample 0.01
      what a run would remove, from one document in a hundred
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
    /// Files, folders or `-`, of any input format, also .gz or .zst
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// What INPUT is held against: of a text that it has, nothing is kept in INPUT (repeatable)
    #[arg(long, value_name = "REF", num_args = 1..)]
    pub against: Vec<PathBuf>,
    #[command(flatten)]
    pub find: FindArgs,
    /// Which document of a cluster is kept: earliest, latest, longest, first (that was read), source:A,B (the
    /// first source named, in capitals or not), field:NAME:max or field:NAME:min (a number in a field of JSON
    /// lines; other formats have none). Repeatable: the first rule that tells two documents apart decides,
    /// after all of them the smaller id
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
    /// What is marked: whole documents, or the paragraphs (between blank lines) or lines that several
    /// documents hold, by their spans: in units.jsonl with --out, or where --marks says
    #[arg(long, value_enum, default_value_t)]
    pub unit: UnitChoice,
    /// With `--unit`: words of the shortest paragraph or line that counts [default: 5]
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub unit_words: Option<usize>,
    /// With `--unit`: documents from which a paragraph or line counts as repeated; it stays in the one of the
    /// smallest id [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub min_documents: Option<u32>,
    /// With `--unit`: a paragraph or line that more documents hold is boilerplate, and stays nowhere
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_documents: Option<u32>,
    /// What makes two documents duplicates [default: copies]
    #[arg(long, value_enum)]
    pub by: Option<ByChoice>,
    /// Jaccard index of 5-word shingles from which a near-duplicate counts, 0.01 to 1 [default: 0.8]
    #[arg(long, value_name = "T", value_parser = parse_threshold)]
    pub threshold: Option<f64>,
    /// With `--against`: also what holds a text of REF, or a passage of one, or lies within one: this share
    /// of the words, in runs of five words that both have
    #[arg(long, value_name = "SHARE", value_parser = parse_share, requires = "against", conflicts_with = "ngram")]
    pub contained: Option<f64>,
    /// With `--contained`: words of the shortest passage that counts; shorter texts count whole
    #[arg(long, value_name = "N", default_value_t = 25, requires = "contained", value_parser = at_least_one())]
    pub passage_words: usize,
    /// With `--against`, in the place of `--contained`: what shares one run of so many words with a text of
    /// REF (13 in Brown et al. 2020); words are in lower case, without ASCII punctuation, split at white
    /// space
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

impl FindArgs {
    fn by(&self) -> ByChoice {
        self.by.unwrap_or_default()
    }

    fn threshold(&self) -> f64 {
        self.threshold.unwrap_or(0.8)
    }

    /// What is given, and is for paragraphs and lines alone.
    fn of_units(&self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("--unit-words", self.unit_words.is_some()),
            ("--min-documents", self.min_documents.is_some()),
            ("--max-documents", self.max_documents.is_some()),
        ];
        all.into_iter().filter(|(_, is_given)| *is_given).map(|(option, _)| option)
    }

    /// What is given, and is for whole documents alone.
    fn of_documents(&self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("--by", self.by.is_some()),
            ("--threshold", self.threshold.is_some()),
            ("--min-score", self.min_score.is_some()),
            ("--max-chain", self.max_chain.is_some()),
            ("--profile", self.profile.is_some()),
        ];
        all.into_iter().filter(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
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
    /// Folder for marks.jsonl, summary.json, rejected.jsonl and, if such is sought, contained.jsonl, with --unit
    /// for units.jsonl and rejected.jsonl alone; it is made if need be
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// File for the marks alone: JSON lines, or CSV or Parquet where its name ends in .csv or .parquet; `-`
    /// is standard output. Ids stay what they are in CSV too, where a spreadsheet may take one for a formula
    #[arg(long, value_name = "FILE")]
    pub marks: Option<PathBuf>,
    /// Folder for the inputs written again, in their format and compression, with the marks added to each
    /// record: JSON lines, CSV, TSV and Parquet. What was rejected, or has an id that was given before, stays
    /// without a mark
    #[arg(long, value_name = "DIR")]
    pub annotate: Option<PathBuf>,
    /// Field of a record (of Parquet a struct, of CSV the beginning of the columns' names) that the marks are
    /// put into
    #[arg(long, value_name = "NAME", default_value = "dedup", requires = "annotate", value_parser = NonEmptyStringValueParser::new())]
    pub marks_field: String,
    /// Print N clusters with their differences, those least alike first, to judge a threshold by
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub examples: Option<usize>,
    /// Folder for the inputs written again without what is not kept: text files as well
    #[arg(long, value_name = "DIR")]
    pub remove: Option<PathBuf>,
    /// Print what a run would remove, estimated from this share of the documents (0.01), with an interval;
    /// nothing is written. All are read, and few are compared
    #[arg(
        long,
        value_name = "SHARE",
        value_parser = parse_sample,
        conflicts_with_all = ["out", "marks", "annotate", "examples", "remove", "against", "keep", "max_chain", "unit"]
    )]
    pub sample: Option<f64>,
}

/// A share that is not nothing.
fn parse_sample(number: &str) -> Result<f64, String> {
    let share = parse_share(number).ok().filter(|&share| share > 0.0);
    share.ok_or_else(|| "a number above 0, up to 1, was expected".into())
}
