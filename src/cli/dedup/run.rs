//! The run: what is read, sought and written, in order.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;
use retold::article::Article;
use retold::candidate::CandidateSettings;
use retold::collection::{Collection, Location};
use retold::dedup::rewrite::{self, RewriteFolder, Rewriting};
use retold::dedup::{self, By, DedupSettings, DedupSummary, HoldingRule, Inputs, KeepRule, Marked};
use retold::judge::Profile;
use retold::pipeline::{SECOND_INPUTS, ScanSettings};
use retold::read::Corpus;
use serde_json::json;

use super::output::{MarkPlaces, check_overwriting, hold_places, with_folder, write};
use super::{ByChoice, DedupArgs, FindArgs, examples, sample, units};
use crate::cli::input::{check_standard_input, open};
use crate::cli::session::Session;
use crate::cli::stop::{Outcome, is_closed, usage};
use crate::cli::work::resources;

pub fn run(args: &DedupArgs, session: &Session) -> Outcome {
    if let Some(unit) = units::unit(args.find.unit) {
        return units::run(args, unit, session);
    }
    if let Some(share) = args.write.sample {
        return sample::run(args, share, &settings(args)?, session);
    }
    let begun = Instant::now();
    check_standard_input(args.inputs.iter().chain(&args.against).map(PathBuf::as_path))?;
    let settings = settings(args)?;
    let places = hold_places(args, session)?;
    let rejections = session.rejections(args.write.out.is_some().then(|| args.read.temporary_folder()));
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    let reference = match args.against.as_slice() {
        [] => None,
        against => Some(open(against, args.read.options()?, &rejections)?),
    };
    let sides = DedupInputs { corpus, reference };
    let rewritings = rewritings(args, &places);
    let raw = sides.corpus.raw_inputs();
    rewritings.iter().try_for_each(|(.., rewriting)| rewrite::check(&raw, rewriting))?;
    check_overwriting(args, &sides.corpus, sides.reference.as_ref())?;
    rewrite::check_fields(&raw, &args.keep)?;
    let bars = session.bars().following(sides.all().map(Corpus::bytes_read).collect());
    let run = sides.all().map(Corpus::identity).collect::<Option<Vec<u64>>>();
    let run = run.map(|inputs| format!("{inputs:x?} {settings:?}"));
    let work = resources(args.work.memory_limit, args.read.work_dir.as_deref(), run, session)?;
    let number_of = |location: Location, name: &str| sides.number_of(location, name);
    let read =
        Inputs { collection: &sides.corpus, reference: sides.reference.as_ref(), number_of: &number_of };
    let marked = dedup::dedup(&work, &read, &settings, &bars, &*rejections)?;
    for (folder, path, rewriting) in rewritings {
        let mut begin = |name: &Path| with_folder(session, folder, |output| output.begin(name));
        let mut folder = RewriteFolder { path, begin: &mut begin };
        rewrite::rewrite(&sides.corpus, &marked, &rewriting, &mut folder, &bars)?;
    }
    drop(bars);
    if let Some(count) = args.write.examples {
        let read = |location| sides.read(location);
        is_closed(examples::print(&marked, count, &settings.scan.profile, &read, session))?;
    }
    rejections.tell_rest();
    rejections.tell_where(args.write.out.as_deref());
    tell_idle_rules(&args.keep, &marked, session);
    let summary = DedupSummary {
        rejected: rejections.counts(),
        settings: settings_by_option(args, &settings),
        ..DedupSummary::of(&marked)
    };
    let is_unread = is_closed(write(args, &places, &marked, &summary, &rejections, session))?;
    work.clear()?;
    if !is_unread {
        session.printer.message(&format!("took {:.1} s", begun.elapsed().as_secs_f64()));
    }
    Ok(())
}

/// Says which rules decide nothing, whatever is kept.
fn tell_idle_rules(rules: &[KeepRule], marked: &Marked, session: &Session) {
    for name in marked.fields_without_numbers() {
        session.printer.error(&format!(
            "--keep field:{name}: no document that has duplicates has a number in this field, which decides nothing then"
        ));
    }
    for name in marked.sources_of_none(rules) {
        session.printer.error(&format!(
            "--keep source:{name}: no document is of this source, which decides nothing then"
        ));
    }
}

/// What is read: the inputs, and what they are held against.
struct DedupInputs {
    corpus: Corpus,
    reference: Option<Corpus>,
}

impl DedupInputs {
    fn all(&self) -> impl Iterator<Item = &Corpus> {
        [Some(&self.corpus), self.reference.as_ref()].into_iter().flatten()
    }

    /// The corpus that a place of both together lies in, and where.
    fn place(&self, location: Location) -> (&Corpus, Location) {
        match (location.input.checked_sub(SECOND_INPUTS), &self.reference) {
            (Some(input), Some(reference)) => (reference, Location { input, ..location }),
            _ => (&self.corpus, location),
        }
    }

    fn read(&self, location: Location) -> retold::Result<Article> {
        let (corpus, location) = self.place(location);
        corpus.read(location)
    }

    fn number_of(&self, location: Location, name: &str) -> retold::Result<Option<f64>> {
        let (corpus, location) = self.place(location);
        let record = corpus.record(location)?;
        Ok(record.and_then(|record| dedup::number_of_field(&record, name)))
    }
}

/// How the inputs are written again, each with the number of its folder.
fn rewritings<'a>(args: &'a DedupArgs, places: &MarkPlaces) -> Vec<(usize, &'a Path, Rewriting)> {
    let write = &args.write;
    let all = [
        (places.annotate, &write.annotate, Rewriting::Annotated { field: write.marks_field.clone() }),
        (places.remove, &write.remove, Rewriting::Kept),
    ];
    let wanted = all.into_iter();
    wanted.filter_map(|(folder, path, rewriting)| Some((folder?, path.as_deref()?, rewriting))).collect()
}

fn settings(args: &DedupArgs) -> Outcome<DedupSettings> {
    let FindArgs { contained, passage_words, ngram, min_score, max_chain, profile, .. } = &args.find;
    let by = match args.find.by() {
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
    if by == By::Identical && args.find.threshold.is_some() {
        return Err(usage("--threshold is for near-duplicates, and --by identical seeks none"));
    }
    if let Some(option) = args.find.of_units().next() {
        return Err(usage(format!("{option} is for --unit paragraph and --unit line alone")));
    }
    Ok(DedupSettings {
        by,
        scan: ScanSettings {
            candidates: CandidateSettings {
                threshold: args.find.threshold(),
                ..CandidateSettings::default()
            },
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

fn settings_by_option(
    args: &DedupArgs,
    settings: &DedupSettings,
) -> std::collections::BTreeMap<String, serde_json::Value> {
    let by = args.find.by().to_possible_value().map(|value| value.get_name().to_owned());
    let is_derived = settings.by == By::Derived;
    let cut = settings.scan.min_score.unwrap_or(settings.scan.profile.cut);
    let values = [
        ("by", json!(by)),
        ("threshold", json!((settings.by != By::Identical).then_some(args.find.threshold()))),
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
