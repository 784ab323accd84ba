//! Arguments → settings → library → printer.
//!
//! `args` defines the command line, each command its own arguments in its own file. A command gets a
//! `Session` and returns when it is done or what stopped it; only [`run`] turns that into an exit status.
//! Like any caller, the commands know the library by its name.

mod args;
mod compare;
mod completions;
#[cfg(feature = "serve")]
mod decisions;
mod dedup;
mod family;
mod flag;
mod heap;
mod ids;
mod index;
mod input;
mod interrupt;
mod man;
mod one_article;
mod overwriting;
mod pairs_file;
mod printer;
mod progress;
mod rejections;
mod sample;
mod scan;
mod scan_output;
#[cfg(feature = "serve")]
mod serve;
mod session;
mod size;
mod stop;
mod timings;
mod tune;
mod tune_families;
mod tune_labels;
mod work;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::thread;

use args::{Cli, Command, GlobalArgs};
use session::Session;
use stop::Stop;

/// The work was done, but some inputs were bad.
const SOME_INPUTS_BAD: u8 = 1;
/// The work could not be done.
const COULD_NOT: u8 = 2;
/// Ended by Ctrl-C: 128 and the signal's number, as shells have it.
const INTERRUPTED: u8 = 130;

/// Stack of the thread that works, as a process has it.
const STACK_BYTES: usize = 8 << 20;

/// Runs the command line and returns its exit status: 0 done, 1 done but some inputs were bad, 2 could not be
/// done, 130 interrupted.
///
/// `arguments` begin with the program's name. The work is done on threads of its own, and the process is
/// never ended: a run that does not hear an interrupt (it reads from a silent pipe) is left behind, for the
/// caller to end with its process. Signals are taken over from the first call on; the command line is meant
/// to be run once a process.
pub fn run<A: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = A>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let Cli { command, global } = match args::parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // help, and what is wrong with the arguments; whether anyone can read it is no reason to fail
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(COULD_NOT);
        }
    };
    let (tell, told) = channel();
    let session = Session::new(&global, tell.clone());
    let work = move || {
        let status =
            catch_unwind(AssertUnwindSafe(|| on_threads(&global, &session, || status(&command, &session))));
        let _ = tell.send(status.unwrap_or(COULD_NOT));
    };
    match thread::Builder::new().name("retold".to_owned()).stack_size(STACK_BYTES).spawn(work) {
        Ok(_) => told.recv().unwrap_or(COULD_NOT),
        Err(error) => {
            eprintln!("retold: cannot start a thread: {error}");
            COULD_NOT
        }
    }
}

/// Works with as many threads as asked for, this one among them.
fn on_threads<R>(global: &GlobalArgs, session: &Session, work: impl FnOnce() -> R) -> R {
    let threads = usize::from(global.threads.unwrap_or(0));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).use_current_thread().build();
    if let Err(error) = &pool {
        session.printer.message(&format!("cannot start as many threads as asked for: {error}"));
    }
    work()
}

fn status(command: &Command, session: &Session) -> u8 {
    let done = match command {
        Command::Scan(args) => scan::run(args, session),
        Command::Compare(args) => compare::run(args, session),
        Command::Dedup(args) => dedup::run(args, session),
        Command::Index(args) => index::run(args, session),
        Command::Flag(args) => flag::run(args, session),
        Command::Family(args) => family::run(args, session),
        Command::Tune(args) => tune::run(args, session),
        Command::Sample(args) => sample::run(args, session),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(args, session),
        #[cfg(feature = "serve")]
        Command::Decisions(args) => decisions::run(args, session),
        Command::Completions(args) => completions::run(args, session),
        Command::Man(args) => man::run(args, session),
    };
    session.interrupt.release();
    match done {
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
    }
}
