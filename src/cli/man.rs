//! `retold man`: manual pages, from the same definition as the help.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::args::Cli;
use super::session::Session;
use super::stop::{Outcome, usage};

const EXAMPLES: &str = "\
Examples:
  retold man | man -l -              read it
  retold man scan | man -l -         the page of one command
  retold man > ~/.local/share/man/man1/retold.1";

/// Print the manual page
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct ManArgs {
    /// The page of this command rather than of retold itself
    pub command: Option<String>,
}

pub fn run(args: &ManArgs, session: &Session) -> Outcome {
    let mut definition = Cli::command();
    definition.build();
    let page = match &args.command {
        None => Man::new(definition),
        Some(name) => {
            let Some(command) = definition.find_subcommand(name) else {
                let names: Vec<&str> =
                    definition.get_subcommands().map(|command| command.get_name()).collect();
                return Err(usage(format!(
                    "there is no command {name:?}; the commands are {}",
                    names.join(", ")
                )));
            };
            let title = format!("retold-{name}");
            Man::new(command.clone()).title(title)
        }
    }
    .source(concat!("retold ", env!("CARGO_PKG_VERSION")))
    .manual("retold");
    let mut out = session.printer.data();
    page.render(&mut out)?;
    Ok(out.flush()?)
}
