//! `retold tune --families`: families with known trees in, figures and a profile out.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use retold::Error;
use retold::evidence::family::FamilyEvidence;
use retold::judge::Profile;
use retold::pipeline;
use retold::read::{Corpus, Rejection, RejectionKind, RejectionSink};
use retold::report::OutputFolder;
use retold::tune::families::{self, KnownFamily, KnownTree};

use super::input::open;
use super::rejections::{LISTED_IN, Rejections};
use super::session::Session;
use super::stop::{Outcome, is_closed, usage};
use super::tune::{TuneArgs, files};
use super::tune_labels::set_name;

pub fn run(args: &TuneArgs, base: Profile, session: &Session) -> Outcome {
    if let Some(folder) = &args.out {
        session.interrupt.hold(OutputFolder::create(folder)?);
    }
    let rejections = session.rejections(args.out.is_some().then(|| args.read.temporary_folder()));
    let trees = read_trees(args, &rejections)?;
    let families = gather(args, &trees, session, &rejections)?;
    rejections.tell_rest();
    if families.iter().all(|family| family.root().is_none()) {
        return Err(usage("no family of two and more articles with its root is among the inputs"));
    }
    let bars = session.bars();
    let tuned = families::tune(&families, &bars)?;
    drop(bars);
    is_closed(session.printer.print(&families::report(&tuned, &families, &base.family)))?;
    if let Some(folder) = &args.out {
        let mut held = session.interrupt.output();
        let Some(output) = held.as_mut() else { return Err(Error::Interrupted.into()) };
        let mut profile = Profile { family: tuned.model, ..base };
        args.name.iter().for_each(|name| profile.name.clone_from(name));
        args.made_from.iter().for_each(|words| profile.made_from.clone_from(words));
        output.write("profile.json", |out| out.write_all(profile.to_json().as_bytes()))?;
        output.write(LISTED_IN, |out| rejections.write_all(out))?;
        session.interrupt.check()?;
        if let Some(output) = held.take() {
            OutputFolder::commit(output)?;
        }
        drop(held);
        session.printer.message(&format!("{}/profile.json is the profile", folder.display()));
    }
    rejections.tell_where(args.out.as_deref());
    Ok(())
}

/// Known trees, each with the number of the file that tells it.
fn read_trees(args: &TuneArgs, rejections: &Rejections) -> Outcome<Vec<(usize, KnownTree)>> {
    let mut trees = Vec::new();
    for (number, path) in args.families.iter().enumerate() {
        let failed = |cause| Error::file("read", path, cause);
        let file = families::read(BufReader::new(File::open(path).map_err(failed)?), &set_name(path));
        let file = file.map_err(failed)?;
        for fault in file.faults {
            rejections.reject(rejection(path, fault.line, RejectionKind::WrongType, fault.reason));
        }
        trees.extend(file.trees.into_iter().map(|tree| (number, tree)));
    }
    Ok(trees)
}

fn rejection(path: &Path, line: u64, kind: RejectionKind, reason: String) -> Rejection {
    Rejection { input: path.display().to_string(), line: Some(line), id: None, kind, reason }
}

/// The evidence of families of which two members and more are among the inputs.
fn gather(
    args: &TuneArgs,
    trees: &[(usize, KnownTree)],
    session: &Session,
    rejections: &Arc<Rejections>,
) -> Outcome<Vec<KnownFamily>> {
    let corpus = open(&args.inputs, args.read.options()?, rejections)?;
    files(args, [&corpus]).check()?;
    let bars = session.bars().following([&corpus].map(Corpus::bytes_read).into_iter().collect());
    let members = || trees.iter().flat_map(|(file, tree)| tree.members.iter().map(|member| (*file, member)));
    let ids: FxHashSet<&str> = members().map(|(_, member)| member.id.as_str()).collect();
    let portraits = pipeline::portraits(&corpus, &ids, &bars)?;
    for (file, member) in members().filter(|(_, member)| !portraits.contains_key(&member.id)) {
        let reason = format!("no article {:?} is among the inputs: it is left out", member.id);
        rejections.reject(rejection(&args.families[file], member.line, RejectionKind::MissingField, reason));
    }
    let known = |(_, tree): &(usize, KnownTree)| {
        let (ids, parents) = tree.parents(|id| portraits.contains_key(id));
        let members: Vec<_> = ids.iter().filter_map(|id| portraits.get(*id)).collect();
        let evidence = FamilyEvidence::of(&members, &[]);
        KnownFamily { set: tree.set.clone(), parents, evidence }
    };
    Ok(trees.iter().map(known).filter(|family| family.parents.len() > 1).collect())
}
