//! What ends a command early.

use std::io;

use retold::Error;
use retold::report::WriteError;

/// Why a command did not come to its end.
pub enum Stop {
    Error(Error),
    /// The reader of standard output went away: no error, and nothing to say.
    PipeClosed,
    /// It could not be done, and the bad inputs that were named say why.
    Named,
}

pub type Outcome<T = ()> = Result<T, Stop>;

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Error(error)
    }
}

/// For what is written to standard output.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Stop::PipeClosed;
        }
        Stop::Error(Error::file("write", "standard output", error))
    }
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Writer(error) => error.into(),
            WriteError::Run(error) => error.into(),
        }
    }
}

/// Whether the reader of what was printed went away: it has seen what it wanted, and work that is still to be
/// done goes on.
pub fn is_closed(printed: Outcome) -> Outcome<bool> {
    match printed {
        Err(Stop::PipeClosed) => Ok(true),
        printed => printed.map(|()| false),
    }
}

pub fn usage(what: impl Into<String>) -> Stop {
    Stop::Error(Error::Usage(what.into()))
}

/// An error as it is shown: without the system's number of it, which helps nobody who reads the words.
pub fn words(error: &Error) -> String {
    without_error_number(&error.to_string())
}

pub fn without_error_number(message: &str) -> String {
    let mut kept = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once(" (os error ") {
        kept.push_str(before);
        match after.split_once(')') {
            Some((number, after)) if number.parse::<u32>().is_ok() => rest = after,
            _ => {
                kept.push_str(" (os error ");
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_system_errors_are_left_out() {
        let shown = without_error_number("x: No such file or directory (os error 2); the rest");
        assert_eq!(shown, "x: No such file or directory; the rest");
        assert_eq!(without_error_number("a (os error two) b"), "a (os error two) b");
    }
}
