//! `retold man`: manual pages, from the same definition as the help.

use std::io::Write;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::args::Cli;
use super::session::Session;
use super::stop::{Outcome, usage};

const EXAMPLES: &str = "\
Examples:
  retold man | man -l -              read it
  retold man scan | man -l -         the page of one command
  retold man index add | man -l -    the page of a command of `index`
  retold man > ~/.local/share/man/man1/retold.1";

/// Print the manual page
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct ManArgs {
    /// The page of this command rather than of retold itself
    pub command: Vec<String>,
}

pub fn run(args: &ManArgs, session: &Session) -> Outcome {
    let mut definition = Cli::command();
    definition.build();
    let mut pages = Vec::new();
    collect_pages(&definition, "", &mut pages);
    // `index add` is asked for as two words, as one, and by the page's name
    let wanted = args.command.join(" ").replace(' ', "-");
    let page = match pages.iter().find(|(name, _)| *name == wanted) {
        _ if wanted.is_empty() => Man::new(definition.clone()),
        Some((name, command)) => Man::new((*command).clone()).title(format!("retold-{name}")),
        None => {
            let names = pages.iter().map(|(name, _)| name.replace('-', " "));
            let names: Vec<String> = names.filter(|name| !name.contains("help")).collect();
            return Err(usage(format!(
                "there is no command {:?}; the commands are {}",
                args.command.join(" "),
                names.join(", ")
            )));
        }
    }
    .source(concat!("retold ", env!("CARGO_PKG_VERSION")))
    .manual("retold");
    let mut out = session.printer.data();
    page.render(&mut out)?;
    Ok(out.flush()?)
}

/// All commands below one, with the names of their pages but for `retold-`.
fn collect_pages<'a>(above: &'a Command, prefix: &str, pages: &mut Vec<(String, &'a Command)>) {
    for command in above.get_subcommands() {
        let name = format!("{prefix}{}", command.get_name());
        pages.push((name.clone(), command));
        collect_pages(command, &format!("{name}-"), pages);
    }
}
