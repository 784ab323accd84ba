//! `retold compare`: given pairs, scored without any search.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use retold::Error;
use retold::collection::{Collection, Location, MemoryCollection};
use retold::columns::csv::CsvTable;
use retold::columns::pair_columns;
#[cfg(feature = "parquet")]
use retold::columns::parquet::ParquetTable;
use retold::json_lines::{self, UnscoredPair};
use retold::judge::Profile;
use retold::pipeline::{self, Asked, Chained, CompareSettings};
use retold::read::Corpus;
use retold::report::side_by_side::{self, SideBySideOptions};
use retold::report::table::{self, TableOptions};
use retold::row::PairRow;
use retold::search::BACKGROUND_MIN_DOCUMENTS;

use super::args::{RowsFormat, parse_share};
use super::input::{ReadArgs, check_standard_input, open};
use super::one_article::one_article;
use super::pairs_file::read_pairs;
use super::rejections::Rejections;
use super::scan_output::check_terminal;
use super::session::Session;
use super::stop::{Outcome, usage};

const EXAMPLES: &str = "\
Examples:
  retold compare wire.txt ours.txt
      the verdict, and both texts side by side
  retold compare wire.txt ours.txt --format jsonl
      the same as one JSON object
  retold compare --pairs pairs.jsonl news.jsonl --format jsonl
      one row a pair, in the order of pairs.jsonl
  retold compare wire.txt ours.txt --background archive.jsonl.gz
      also weighs how rare the words in common are in an archive

A line of the file of pairs is {\"a\": \"id of one\", \"b\": \"id of the other\"}. An unknown id gives a row with \
`error`, and exit status 1.";

/// Score given pairs: two articles side by side, or a file of pairs
#[derive(Args)]
#[command(after_help = EXAMPLES, override_usage = "retold compare [OPTIONS] A B\n       retold compare [OPTIONS] --pairs PAIRS INPUT...")]
pub struct CompareArgs {
    /// Two files of one article each; with --pairs, the files and folders that hold the articles
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// File of pairs: JSON lines `a`, `b`, the ids of two articles of INPUT
    #[arg(long, value_name = "PAIRS")]
    pub pairs: Option<PathBuf>,
    /// Articles that tell how rare words are, and are not compared themselves (repeatable); it takes 500
    /// different ones to tell
    #[arg(long, value_name = "FILE")]
    pub background: Vec<PathBuf>,
    /// What to print [default: table, which for two files shows both texts]
    #[arg(long, value_enum, default_value_t = RowsFormat::Table, hide_default_value = true)]
    pub format: RowsFormat,
    /// Show both texts in full, long stretches without any match too
    #[arg(long, conflicts_with = "pairs")]
    pub full: bool,
    /// Call a pair derived from this score on, 0 to 1 [default: the profile's cut]
    #[arg(long, value_name = "S", value_parser = parse_share)]
    pub min_score: Option<f64>,
    /// Profile with the model and its cuts, as `retold tune` writes it [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    #[command(flatten)]
    pub read: ReadArgs,
}

pub fn run(args: &CompareArgs, session: &Session) -> Outcome {
    let paths = args.inputs.iter().chain(&args.pairs).chain(&args.background);
    check_standard_input(paths.map(PathBuf::as_path))?;
    check_terminal(Some(args.format))?;
    if args.full && args.format != RowsFormat::Table {
        return Err(usage("--full is for both texts side by side, which --format table alone shows"));
    }
    let settings = CompareSettings {
        profile: args.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)?,
        min_score: args.min_score,
    };
    match &args.pairs {
        Some(pairs) => compare_pairs(args, pairs, &settings, session),
        None => compare_two(args, &settings, session),
    }
}

fn compare_two(args: &CompareArgs, settings: &CompareSettings, session: &Session) -> Outcome {
    let [a, b] = args.inputs.as_slice() else {
        let count = args.inputs.len();
        return Err(usage(format!(
            "two files were expected, {count} given; for pairs by their ids there is --pairs"
        )));
    };
    let rejections = session.rejections(None);
    let [mut first, mut second] = [
        one_article(a, args.read.options()?, &rejections)?,
        one_article(b, args.read.options()?, &rejections)?,
    ];
    if first.id == second.id {
        first.id = a.display().to_string();
        second.id = b.display().to_string();
    }
    if first.id == second.id {
        second.id.push_str(" (again)");
    }
    let asked = [Asked { a: first.id.clone(), b: second.id.clone() }];
    let background = background(args, &rejections)?;
    let articles = MemoryCollection::new(vec![first.clone(), second.clone()]);
    let bars = session.bars();
    let mut rows = pipeline::compare(&articles, background.as_ref(), &asked, settings, &bars, &*rejections)?;
    drop(bars);
    rejections.tell_rest();
    tell_of_small_background(args, rows.iter().flatten(), session);
    let row = match rows.pop() {
        Some(Ok(row)) => row,
        Some(Err(reason)) => return Err(usage(reason)),
        None => return Err(usage("no row came out")),
    };
    let mut out = session.printer.data();
    match args.format {
        RowsFormat::Jsonl => json_lines::write_row(&mut out, &row)?,
        RowsFormat::Csv => CsvTable::begin(&mut out, pair_columns())?.write(&row)?,
        #[cfg(feature = "parquet")]
        RowsFormat::Parquet => write_parquet(&mut out, [&row])?,
        RowsFormat::Table => {
            let (source, derived) =
                if row.source == first.id { (&first, &second) } else { (&second, &first) };
            let options = SideBySideOptions {
                width_columns: session.printer.width_columns(),
                style: session.printer.style(),
                fold: !args.full,
            };
            side_by_side::write(&mut out, &row, source, derived, &options)?;
        }
    }
    Ok(out.flush()?)
}

fn compare_pairs(args: &CompareArgs, pairs: &Path, settings: &CompareSettings, session: &Session) -> Outcome {
    let rejections = session.rejections(None);
    let asked: Vec<Asked> = read_pairs(pairs, &*rejections)?;
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    let background = background(args, &rejections)?;
    let corpora = [Some(&corpus), background.as_ref()].into_iter().flatten();
    let bars = session.bars().following(corpora.map(Corpus::bytes_read).collect());
    let rows = pipeline::compare(&corpus, background.as_ref(), &asked, settings, &bars, &*rejections)?;
    drop(bars);
    rejections.tell_rest();
    tell_of_small_background(args, rows.iter().flatten(), session);
    let collection = Chained { first: &corpus, second: background.as_ref() };
    match args.format {
        RowsFormat::Table => print_pairs(&rows, &asked, &collection, session),
        RowsFormat::Jsonl => {
            let mut out = session.printer.data();
            for (row, asked) in rows.iter().zip(&asked) {
                session.interrupt.check()?;
                match row {
                    Ok(row) => json_lines::write_row(&mut out, row)?,
                    Err(error) => json_lines::write_row(&mut out, &unscored(error, asked, session))?,
                }
            }
            Ok(out.flush()?)
        }
        format => write_table(&rows, &asked, format, session),
    }
}

type ScoredPairs = Result<PairRow, String>;

fn unscored(error: &str, asked: &Asked, session: &Session) -> UnscoredPair {
    session.has_bad_input();
    UnscoredPair { a: asked.a.clone(), b: asked.b.clone(), error: error.to_owned() }
}

/// Pairs for people, with the headlines of their articles.
fn print_pairs(
    rows: &[ScoredPairs],
    asked: &[Asked],
    collection: &impl Collection,
    session: &Session,
) -> Outcome {
    let places = locations(collection, rows.iter().flatten())?;
    let lookup = |id: &str| {
        let location = places.get(id).ok_or_else(|| Error::Usage(format!("no article {id:?}")))?;
        collection.read(*location)
    };
    let options = TableOptions::new(session.printer.width_columns(), session.printer.style());
    let mut out = session.printer.data();
    for (row, asked) in rows.iter().zip(asked) {
        session.interrupt.check()?;
        match row {
            Ok(row) => table::write_pair(&mut out, row, &lookup, &options)?,
            Err(error) => table::write_unscored(&mut out, &unscored(error, asked, session), &options)?,
        }
    }
    Ok(out.flush()?)
}

/// Pairs as CSV or Parquet. A table of scores has no place for what has none: that is told beside it.
fn write_table(rows: &[ScoredPairs], asked: &[Asked], format: RowsFormat, session: &Session) -> Outcome {
    for (row, asked) in rows.iter().zip(asked) {
        if let Err(error) = row {
            let UnscoredPair { a, b, error } = unscored(error, asked, session);
            session.printer.error(&format!("{a} and {b} were not compared: {error}"));
        }
    }
    let mut out = session.printer.data();
    match format {
        #[cfg(feature = "parquet")]
        RowsFormat::Parquet => write_parquet(&mut out, rows.iter().flatten())?,
        _ => {
            let mut table = CsvTable::begin(&mut out, pair_columns())?;
            rows.iter().flatten().try_for_each(|row| table.write(row))?;
        }
    }
    Ok(out.flush()?)
}

#[cfg(feature = "parquet")]
fn write_parquet<'a>(out: &mut dyn Write, rows: impl IntoIterator<Item = &'a PairRow>) -> Outcome {
    let mut table = ParquetTable::begin(out, pair_columns())?;
    rows.into_iter().try_for_each(|row| table.write(row))?;
    Ok(table.finish()?)
}

fn background(args: &CompareArgs, rejections: &Arc<Rejections>) -> Outcome<Option<Corpus>> {
    if args.background.is_empty() {
        return Ok(None);
    }
    Ok(Some(open(&args.background, args.read.options()?, rejections)?))
}

/// A background of too few articles is none, as in a scan.
fn tell_of_small_background<'a>(
    args: &CompareArgs,
    mut rows: impl Iterator<Item = &'a PairRow>,
    session: &Session,
) {
    if !args.background.is_empty() && rows.any(|row| row.background_documents.is_none()) {
        session.printer.message(&format!(
            "note: fewer than {BACKGROUND_MIN_DOCUMENTS} different articles do not tell how rare words are; scored without \
             a background"
        ));
    }
}

/// Where the articles of these rows lie, for their headlines.
fn locations<'a>(
    collection: &impl Collection,
    rows: impl Iterator<Item = &'a PairRow>,
) -> retold::Result<HashMap<String, Location>> {
    let wanted: HashSet<&str> = rows.flat_map(|row| [row.source.as_str(), row.derived.as_str()]).collect();
    let mut found = HashMap::new();
    collection.pass(
        |articles| {
            let of_interest = articles.iter().filter(|article| wanted.contains(article.id.as_ref()));
            of_interest.map(|article| (article.id.as_ref().to_owned(), article.location)).collect::<Vec<_>>()
        },
        |locations| {
            for (id, location) in locations {
                found.entry(id).or_insert(location);
            }
            Ok(())
        },
    )?;
    Ok(found)
}
