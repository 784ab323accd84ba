//! The command line of retold. Everything it does is in the library; here are arguments, messages and exit statuses.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
