//! Arguments → settings → library → printer.
//!
//! `args` defines the command line, each command its own arguments in its own file. A command gets a [`Session`] and
//! returns when it is done or what stopped it; only [`main`] turns that into an exit status.

mod args;
mod compare;
mod completions;
mod dedup;
mod flag;
mod index;
mod input;
mod interrupt;
mod man;
mod one_article;
mod pairs_file;
mod printer;
mod progress;
mod rejections;
mod sample;
mod scan;
mod scan_output;
mod session;
mod size;
mod stop;
mod tune;
mod work;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use session::Session;
use stop::Stop;

/// The work was done, but some inputs were bad.
const SOME_INPUTS_BAD: u8 = 1;
/// The work could not be done.
const COULD_NOT: u8 = 2;
/// Ended by Ctrl-C: 128 and the signal's number, as shells have it.
const INTERRUPTED: u8 = 130;

pub fn main() -> ExitCode {
    let Cli { command, global } = Cli::parse();
    let session = Session::new(&global);
    let done = match &command {
        Command::Scan(args) => scan::run(args, &session),
        Command::Compare(args) => compare::run(args, &session),
        Command::Dedup(args) => dedup::run(args, &session),
        Command::Index(args) => index::run(args, &session),
        Command::Flag(args) => flag::run(args, &session),
        Command::Tune(args) => tune::run(args, &session),
        Command::Sample(args) => sample::run(args, &session),
        Command::Completions(args) => completions::run(args, &session),
        Command::Man(args) => man::run(args, &session),
    };
    session.interrupt.release();
    let status = match done {
        // whoever closed the pipe has seen what they wanted
        Ok(()) | Err(Stop::PipeClosed) => u8::from(session.had_bad_inputs()) * SOME_INPUTS_BAD,
        Err(Stop::Error(retold::Error::Interrupted)) => {
            session.printer.error(&session.interrupt.words());
            INTERRUPTED
        }
        Err(Stop::Named) => COULD_NOT,
        Err(Stop::Error(error)) => {
            session.printer.error(&stop::words(&error));
            COULD_NOT
        }
    };
    ExitCode::from(status)
}
