//! What requests hold, open to the fuzzers. Refusals are told by their status.

use std::sync::LazyLock;

use axum::http::Uri;

use super::super::limits::Limits;
use super::super::problem::Problem;
use super::body::{Body, Form, Given};
use super::compare;
use super::matches::{A_DECISION, ListQuery};
use crate::article::Article;
use crate::decisions::{MatchFilter, Said};

/// Those of a server.
static LIMITS: LazyLock<Limits> = LazyLock::new(Limits::default);

fn status(problem: &Problem) -> u16 {
    problem.status().as_u16()
}

/// The articles of a body of `POST /v1/flag`, as JSON or as JSON lines.
///
/// # Errors
/// The status of the refusal.
pub fn articles(bytes: &[u8], is_lines: bool) -> Result<Vec<Article>, u16> {
    let form = if is_lines { Form::JsonLines } else { Form::Json };
    match Body::of(form, bytes.to_vec()).articles(&LIMITS) {
        Ok(Given::One(article)) => Ok(vec![*article]),
        Ok(Given::Many(articles, _)) => Ok(articles),
        Err(problem) => Err(status(&problem)),
    }
}

/// The articles of a body of `POST /v1/compare`.
///
/// # Errors
/// The status of the refusal.
pub fn pair(bytes: &[u8]) -> Result<(Article, Article), u16> {
    compare::pair(&Body::of(Form::Json, bytes.to_vec()), &LIMITS).map_err(|problem| status(&problem))
}

/// The body of a decision.
///
/// # Errors
/// The status of the refusal.
pub fn said(bytes: &[u8]) -> Result<Said, u16> {
    let said: Result<Said, Problem> = Body::of(Form::Json, bytes.to_vec()).json(A_DECISION);
    match said {
        Ok(said) if said.fault().is_none() => Ok(said),
        Ok(_) => Err(422),
        Err(problem) => Err(status(&problem)),
    }
}

/// Filter, cursor and length of a page.
pub type AskedList = (MatchFilter, Option<String>, usize);

/// What stands behind the question mark of `GET /v1/matches`; `None` for what no request can hold.
///
/// # Errors
/// The status of the refusal.
pub fn list(query: &str) -> Option<Result<AskedList, u16>> {
    let uri: Uri = format!("/v1/matches?{query}").parse().ok()?;
    let asked = ListQuery::of(&uri).map(|ListQuery { wanted, cursor, limit }| (wanted, cursor, limit));
    Some(asked.map_err(|problem| status(&problem)))
}
