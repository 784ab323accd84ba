//! The command line as one definition: help, man page and completions come from here.
//!
//! A command's own arguments stand in its file; what several commands share stands in [`super::input`].

use std::ffi::{OsStr, OsString};

use clap::builder::RangedU64ValueParser;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::{compare, completions, dedup, family, flag, index, man, sample, scan, tune};
#[cfg(feature = "serve")]
use super::{decisions, serve};

const ABOUT: &str = "Finds copied, syndicated and rewritten articles, says which came from which, and shows the \
                     passages that prove it";

const EXAMPLES: &str = "\
Examples:
  retold scan articles/
      all related pairs of a folder, as families
  retold scan news.jsonl.zst --out report
      the same as files: pairs, families and a page to review them in a browser
  retold scan today.jsonl --against archive/
      what of today's articles came from the archive
  retold compare wire.txt ours.txt
      two articles side by side

Input is JSON lines with `id` and `text` (optional: title, date, source, url, language), plain text files, tables (CSV, TSV, \
Parquet, Arrow), JSON documents, HTML pages, web archives (WARC, WET), messages of agencies (NITF, NewsML, ninjs, ANPA, \
IPTC 7901) or feeds (RSS, Atom), each also compressed with gzip or zstd; which of them, a file's first bytes say. Folders are read recursively; `-` is standard input.

Exit status: 0 done; 1 done, but some inputs were bad (they are named on standard error), an empty file for instance; 2 \
could not do it, as where there is nothing to read; 130 interrupted.";

/// More threads than any machine has cores take its memory and do nothing.
const THREADS_MAX: i64 = 1024;

#[derive(Parser)]
#[command(name = "retold", version, about = ABOUT, after_help = EXAMPLES, max_term_width = 100)]
#[command(propagate_version = true, subcommand_required = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: GlobalArgs,
}

#[derive(Subcommand)]
pub enum Command {
    Scan(scan::ScanArgs),
    Compare(compare::CompareArgs),
    Dedup(dedup::DedupArgs),
    Index(index::IndexArgs),
    Flag(flag::FlagArgs),
    Family(family::FamilyArgs),
    Tune(tune::TuneArgs),
    Sample(sample::SampleArgs),
    #[cfg(feature = "serve")]
    Serve(serve::ServeArgs),
    #[cfg(feature = "serve")]
    Decisions(decisions::DecisionsArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Taken by every command.
#[derive(Args)]
#[command(next_help_heading = "Running")]
pub struct GlobalArgs {
    /// Say nothing but errors and bad inputs
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Whether to use colours; `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    pub color: ColorChoice,
    /// Threads to work with; results do not depend on it [default: one a core]
    #[arg(long, value_name = "N", global = true, value_parser = clap::value_parser!(u16).range(1..=THREADS_MAX))]
    pub threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// Reads the command line, the program's name first. Help, and what is said of wrong arguments, have colours as
/// `--color` says.
///
/// # Errors
/// Help that was asked for, and what is wrong with the arguments.
pub fn parse(arguments: &[OsString]) -> clap::error::Result<Cli> {
    let command = || Cli::command().color(color_asked(arguments));
    let mut matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command()))
}

/// What `--color` says, known before all arguments are.
fn color_asked(arguments: &[OsString]) -> clap::ColorChoice {
    let mut options = arguments.iter().map(OsString::as_os_str).take_while(|argument| *argument != "--");
    let mut when = None;
    while let Some(option) = options.next() {
        when = match option.to_str() {
            Some("--color") => options.next().and_then(OsStr::to_str),
            Some(option) => option.strip_prefix("--color=").or(when),
            None => when,
        };
    }
    match when {
        Some("always") => clap::ColorChoice::Always,
        Some("never") => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrintFormat {
    /// For a person to read
    Table,
    /// One JSON object a line, for programs
    Jsonl,
}

/// The forms of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowsFormat {
    /// For a person to read
    Table,
    /// One JSON object a line, for programs
    Jsonl,
    /// Flat, for a spreadsheet
    Csv,
    /// Nested, for DuckDB, pandas, Spark
    #[cfg(feature = "parquet")]
    Parquet,
}

/// How many there may be, where none would be nonsense.
pub fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

/// A share or probability.
pub fn parse_share(number: &str) -> Result<f64, String> {
    match number.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a number from 0 to 1 was expected".into()),
    }
}

/// A probability of what is neither certain nor ruled out.
pub fn parse_prior(number: &str) -> Result<f64, String> {
    match number.parse::<f64>() {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err("a number between 0 and 1, and neither of them, was expected".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn shares_are_numbers_from_0_to_1() {
        assert_eq!(parse_share("0.25"), Ok(0.25));
        for wrong in ["1.01", "-0.1", "NaN", "inf", "much", ""] {
            assert!(parse_share(wrong).is_err(), "{wrong}");
        }
    }
}
