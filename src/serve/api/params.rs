//! What stands behind the question mark.

use std::str::FromStr;

use axum::extract::Query;
use axum::http::Uri;

use super::super::problem::Problem;
use crate::article::iso_seconds;
use crate::row::Relation;

/// Parameters of a request. What is not known, or given twice, is an error: a misspelt filter would show
/// everything.
pub struct Params(Vec<(String, String)>);

impl Params {
    /// # Errors
    /// [`Problem`] for parameters that are none of `known`, twice there, or no text.
    pub fn of(uri: &Uri, known: &[&str]) -> Result<Params, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Problem::bad_request("the query cannot be read"))?;
        for (at, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                return Err(Problem::bad_request(format!(
                    "there is no parameter {name:?} here; known are {known}"
                )));
            }
            if pairs.iter().take(at).any(|(other, _)| other == name) {
                return Err(Problem::bad_request(format!("the parameter {name:?} is given twice")));
            }
        }
        Ok(Params(pairs))
    }

    /// A parameter as it is given.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// `true` or `false`; `false` where it is not given.
    pub fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(wrong(name, other, "true or false")),
        }
    }

    /// A whole number within bounds.
    pub fn number<N: FromStr + PartialOrd + Copy>(
        &self,
        name: &str,
        (least, most): (N, N),
        expected: &str,
    ) -> Result<Option<N>, Problem> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let number = value.parse().ok().filter(|number: &N| *number >= least && *number <= most);
        // other spellings of numbers are nobody's
        let is_plain = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'-'));
        number.filter(|_| is_plain).map(Some).ok_or_else(|| wrong(name, value, expected))
    }

    /// A score.
    pub fn share(&self, name: &str) -> Result<Option<f64>, Problem> {
        self.number(name, (0.0, 1.0), "a number from 0 to 1")
    }

    /// How many items a page has.
    pub fn limit(&self) -> Result<usize, Problem> {
        Ok(self.number("limit", (1, 200), "a number from 1 to 200")?.unwrap_or(50))
    }

    /// A date, in seconds since 1970.
    pub fn date(&self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = self.text(name) else { return Ok(None) };
        iso_seconds(value).map(Some).ok_or_else(|| wrong(name, value, "a date such as 2031-03-09"))
    }

    /// Relations, with commas between them.
    pub fn relations(&self) -> Result<Vec<Relation>, Problem> {
        let Some(value) = self.text("relation") else { return Ok(Vec::new()) };
        let known = || Relation::ALL.into_iter().filter(|relation| *relation != Relation::Unrelated);
        let of = |name: &str| {
            known().find(|relation| relation.name() == name).ok_or_else(|| {
                let names: Vec<&str> = known().map(Relation::name).collect();
                wrong("relation", name, &format!("one of {}", names.join(", ")))
            })
        };
        value.split(',').map(of).collect()
    }

    /// One of several words.
    pub fn word<T: Copy>(
        &self,
        name: &str,
        words: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let words: Vec<(&str, T)> = words.into_iter().collect();
        let found = words.iter().find(|(word, _)| *word == value);
        found.map(|(_, meaning)| Some(*meaning)).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            wrong(name, value, &format!("one of {}", words.join(", ")))
        })
    }
}

fn wrong(name: &str, value: &str, expected: &str) -> Problem {
    let value: String = value.chars().take(80).collect();
    Problem::bad_request(format!("the parameter {name} is {value:?}; {expected} was expected"))
}
