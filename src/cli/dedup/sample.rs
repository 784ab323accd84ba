//! `retold dedup --sample`: what a run would remove, before it is made.

use std::io::Write;
use std::path::PathBuf;

use retold::dedup::{DedupSettings, Estimate, estimate};
use retold::read::Corpus;

use super::DedupArgs;
use crate::cli::input::{check_standard_input, open};
use crate::cli::rejections::grouped;
use crate::cli::session::Session;
use crate::cli::stop::Outcome;
use crate::cli::work::resources;

pub fn run(args: &DedupArgs, share: f64, settings: &DedupSettings, session: &Session) -> Outcome {
    check_standard_input(args.inputs.iter().map(PathBuf::as_path))?;
    let rejections = session.rejections(None);
    let corpus = open(&args.inputs, args.read.options()?, &rejections)?;
    let bars = session.bars().following(vec![Corpus::bytes_read(&corpus)]);
    let work = resources(args.work.memory_limit, args.read.work_dir.as_deref(), None, session)?;
    let told = estimate(&work, &corpus, settings, share, &bars, &*rejections)?;
    drop(bars);
    rejections.tell_rest();
    let Estimate { documents, sampled, removed_share, low, high } = told;
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    let removed = (removed_share * documents as f64).round() as u64;
    let mut out = session.printer.data();
    writeln!(
        out,
        "{} of {} documents were drawn: a run would remove some {} of all ({}, with 95 % confidence {} to {})",
        grouped(sampled),
        grouped(documents),
        grouped(removed),
        percent(removed_share),
        percent(low),
        percent(high)
    )?;
    Ok(out.flush()?)
}
