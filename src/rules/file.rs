//! Rules as they are written down, and what is wrong with a file of them: file, line, what was expected.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{Licence, Rules, plain};
use crate::article::iso_seconds;
use crate::error::{Error, Result};
use crate::row::Standing;

const DAY_SECONDS: i64 = 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RulesFile {
    own: Vec<Spanned<String>>,
    never_shown: Vec<Spanned<String>>,
    hide: Vec<Standing>,
    credit_required: bool,
    licences: Vec<LicenceTable>,
}

impl Default for RulesFile {
    fn default() -> Self {
        RulesFile {
            own: Vec::new(),
            never_shown: Vec::new(),
            hide: Vec::new(),
            credit_required: true,
            licences: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenceTable {
    source: Spanned<String>,
    #[serde(default)]
    by: Vec<Spanned<String>>,
    from: Option<Spanned<Day>>,
    until: Option<Spanned<Day>>,
    credit_required: Option<bool>,
}

/// A day, as TOML's own date or as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Date(toml::value::Datetime),
    Text(String),
}

/// What is wrong, and where in the text.
struct RulesFault {
    at: usize,
    what: String,
}

impl Rules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read; [`Error::Usage`] with file and line where it is no file of
    /// rules.
    pub fn read(path: &Path) -> Result<Rules> {
        let text = std::fs::read_to_string(path).map_err(|cause| Error::file("read", path, cause))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// As [`Self::read`], from a text; `name` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn parse(text: &str, name: &str) -> Result<Rules> {
        let fault = |RulesFault { at, what }: RulesFault| {
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            Error::Usage(format!("{name}:{line}: {what}"))
        };
        let file: RulesFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            fault(RulesFault { at, what: error.message().replace('\n', " ") })
        })?;
        rules(file).map_err(fault)
    }
}

fn rules(file: RulesFile) -> std::result::Result<Rules, RulesFault> {
    let named = named(&file);
    let licences = file.licences.into_iter().map(|table| licence(table, file.credit_required));
    Ok(Rules {
        own: names(file.own)?,
        never_shown: names(file.never_shown)?,
        hide: file.hide,
        licences: licences.collect::<std::result::Result<_, _>>()?,
        named,
    })
}

/// All outlets of a file, each once.
fn named(file: &RulesFile) -> Vec<String> {
    let of_licences = file.licences.iter().flat_map(|table| table.by.iter().chain([&table.source]));
    let all = file.own.iter().chain(&file.never_shown).chain(of_licences);
    let mut named: Vec<String> = all.map(|name| name.as_ref().trim().to_owned()).collect();
    named.sort();
    named.dedup();
    named
}

fn names(given: Vec<Spanned<String>>) -> std::result::Result<Vec<String>, RulesFault> {
    given.into_iter().map(name).collect()
}

fn name(given: Spanned<String>) -> std::result::Result<String, RulesFault> {
    let at = given.span().start;
    let name = plain(given.as_ref());
    match name.is_empty() {
        true => Err(RulesFault { at, what: "an empty name; the name of an outlet was expected".to_owned() }),
        false => Ok(name),
    }
}

fn licence(table: LicenceTable, credit_required: bool) -> std::result::Result<Licence, RulesFault> {
    let until_at = table.until.as_ref().map_or(0, |until| until.span().start);
    let licence = Licence {
        source: name(table.source)?,
        by: names(table.by)?,
        from: table.from.map(day).transpose()?,
        before: table.until.map(day).transpose()?.map(|last| last.saturating_add(DAY_SECONDS)),
        credit_required: table.credit_required.unwrap_or(credit_required),
    };
    match (licence.from, licence.before) {
        (Some(from), Some(before)) if from >= before => Err(RulesFault {
            at: until_at,
            what: "`until` lies before `from`; a later day was expected".to_owned(),
        }),
        _ => Ok(licence),
    }
}

/// The beginning of a day in UTC, in seconds since 1970.
fn day(given: Spanned<Day>) -> std::result::Result<i64, RulesFault> {
    let at = given.span().start;
    let text = match given.into_inner() {
        Day::Date(date) => date.date.map(|date| date.to_string()).unwrap_or_default(),
        Day::Text(text) => text,
    };
    let what = || format!("{text:?} is no day; one such as 2031-03-09 was expected");
    let seconds = iso_seconds(&text).ok_or_else(|| RulesFault { at, what: what() })?;
    Ok(seconds - seconds.rem_euclid(DAY_SECONDS))
}
