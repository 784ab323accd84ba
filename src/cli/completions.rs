//! `retold completions`: what makes a shell complete retold's commands and options.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Cli;
use super::session::Session;
use super::stop::Outcome;

const EXAMPLES: &str = "\
Examples:
  retold completions bash > ~/.local/share/bash-completion/completions/retold
  retold completions zsh > ~/.zfunc/_retold
  retold completions fish > ~/.config/fish/completions/retold.fish";

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsArgs {
    #[arg(value_enum)]
    pub shell: Shell,
}

pub fn run(args: &CompletionsArgs, session: &Session) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "retold", &mut script);
    let mut out = session.printer.data();
    out.write_all(&script)?;
    Ok(out.flush()?)
}
