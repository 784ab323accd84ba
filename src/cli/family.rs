//! `retold family`: the family of an archived article.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use retold::index::{Failures, QuerySettings, Reader};
use retold::judge::Profile;
use retold::read::RejectionSink;
use retold::report::table::{self, TableOptions};
use retold::{Error, json_lines};

use super::args::{PrintFormat, parse_share};
use super::rejections::internal_error;
use super::session::Session;
use super::stop::{Outcome, usage};

const EXAMPLES: &str = "\
Examples:
  retold family archive wire-0412
      the tree of the family that the archived article `wire-0412` belongs to: the root first, below it who took from whom
  retold family archive wire-0412 --format jsonl
      the same as a line of families.jsonl, the file that `retold scan --out` writes
  retold flag archive today.jsonl --family
      where each incoming article stands in its family, before it is filed

A family is found from the article outwards: what is tied to it, what is tied to that, and so on. It is the one that a scan of the
whole archive draws; where a family has more than some 200 distinct texts, the part around the article. An article that nothing is
tied to has no family, which is said on standard error and is no failure.";

/// Show the family of an archived article: who came from whom, and from which root
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct FamilyArgs {
    /// Folder of the index, made by `index add`
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Ids of archived articles
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Call a pair derived from this score on, 0 to 1 [default: the profile's cut]
    #[arg(long, value_name = "S", value_parser = parse_share)]
    min_score: Option<f64>,
    /// What to print
    #[arg(long, value_enum, default_value_t = PrintFormat::Table)]
    format: PrintFormat,
    /// Profile with the model and its cuts, as `retold tune` writes it [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

pub fn run(args: &FamilyArgs, session: &Session) -> Outcome {
    let settings = QuerySettings {
        profile: args.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)?,
        min_score: args.min_score,
        ..QuerySettings::default()
    };
    let reader = Reader::open(&args.folder)?;
    let snapshot = reader.snapshot();
    let rejections = session.rejections(None);
    let options = TableOptions::new(session.printer.width_columns(), session.printer.style());
    let mut out = session.printer.data();
    for id in &args.ids {
        session.interrupt.check()?;
        let Some(article) = snapshot.article(id)? else {
            return Err(usage(format!("the index in {} holds no article {id:?}", args.folder.display())));
        };
        let failed = Failures::default();
        let found = snapshot.family_in_part(&article, &settings, &failed)?;
        for (id, fault) in failed.into_sorted() {
            rejections.reject(internal_error(args.folder.display().to_string(), None, id, &fault));
        }
        let Some(found) = found else {
            session.printer.message(&format!("{id:?} has no family: nothing in the index is tied to it"));
            continue;
        };
        match args.format {
            PrintFormat::Jsonl => json_lines::write_row(&mut out, &found.family)?,
            PrintFormat::Table => {
                let lookup = |id: &str| {
                    snapshot.article(id)?.ok_or_else(|| Error::Usage(format!("no article {id:?}")))
                };
                table::write_families(&mut out, &vec![found.family], &found.rows, &lookup, &options)?;
            }
        }
    }
    out.flush()?;
    rejections.tell_rest();
    Ok(())
}
