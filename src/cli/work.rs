//! Arguments on memory and on going on after an end before the end.

use std::path::Path;

use clap::Args;
use retold::work::{Beginning, Resources, free_memory_bytes};

use super::heap::give_back_at_once;
use super::session::Session;
use super::size::parse_bytes;

/// Where the system does not tell how much memory is free.
const USUAL_MEMORY_BYTES: u64 = 2 << 30;

/// How the work is done.
#[derive(Args)]
#[command(next_help_heading = "Running")]
pub struct WorkArgs {
    /// Memory to get along with, about; what needs more goes through files in the work folder, with the same
    /// results [default: half of what is free]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub memory_limit: Option<u64>,
}

/// The place of a run that `run` describes; `None` where its inputs cannot be read twice. It can be gone on
/// with if it has a folder of its own.
pub fn resources(
    memory_limit: Option<u64>,
    work_dir: Option<&Path>,
    run: Option<String>,
    session: &Session,
) -> retold::Result<Resources> {
    let memory_bytes =
        memory_limit.unwrap_or_else(|| free_memory_bytes().map_or(USUAL_MEMORY_BYTES, |free| free / 2));
    if memory_limit.is_some() {
        give_back_at_once();
    }
    let folder = work_dir.map_or_else(std::env::temp_dir, Path::to_owned);
    let Some(run) = run.filter(|_| work_dir.is_some()) else {
        return Ok(Resources::new(memory_bytes, folder));
    };
    let (work, beginning) = Resources::resumable(memory_bytes, folder, &format!("{} {run}", program()))?;
    let message = match beginning {
        Beginning::Anew => return Ok(work),
        Beginning::GoesOn => "going on with a run that was ended, from its last finished stage",
        Beginning::OthersRemoved => {
            "the work folder held stages of a run of other inputs or settings: they are removed, and this run begins anew"
        }
        Beginning::Busy => {
            "another run is at work in this work folder: this one keeps no stages; give each run a folder of its own"
        }
    };
    session.printer.message(message);
    Ok(work)
}

/// Another release, or another build of it, may come to other results.
fn program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let build = file.map(|metadata| (metadata.len(), metadata.modified().ok()));
    format!("{} {:?}", env!("CARGO_PKG_VERSION"), build.ok())
}
