//! The command line of retold: [`retold::cli`] does it.

fn main() -> std::process::ExitCode {
    retold::cli::run(std::env::args_os()).into()
}
