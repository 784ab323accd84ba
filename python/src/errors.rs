//! The library's errors as Python exceptions.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyKeyboardInterrupt};
use pyo3::prelude::*;
use retold::Error;

create_exception!(retold, RetoldError, PyException, "What can go wrong in retold.");
create_exception!(
    retold,
    InputError,
    RetoldError,
    "Articles that cannot be read, or are not what they were."
);
create_exception!(retold, SettingsError, RetoldError, "Settings that cannot be used.");
create_exception!(retold, ProfileError, RetoldError, "A profile that cannot be read or does not fit.");
create_exception!(retold, IndexError, RetoldError, "Something is wrong with an archive index.");

/// The exception that says what an error says.
pub fn raised(error: Error) -> PyErr {
    let words = error.to_string();
    match error {
        Error::Interrupted => PyKeyboardInterrupt::new_err(()),
        Error::Profile { .. } => ProfileError::new_err(words),
        Error::Index(_) => IndexError::new_err(words),
        Error::Usage(_) => SettingsError::new_err(words),
        _ => InputError::new_err(words),
    }
}

/// An input that is not what was expected.
pub fn input(words: impl std::fmt::Display) -> PyErr {
    InputError::new_err(words.to_string())
}
