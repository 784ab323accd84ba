//! `POST /v1/session`: the page's cookie, in exchange for a token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::problem::Problem;
use super::super::state::App;
use super::body::{Body, Form};

#[derive(Deserialize)]
struct Offered {
    token: String,
}

pub async fn session(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let body = Body::read(&app, request, &[Form::Json]).await?;
    let Offered { token } = body.json("an object with `token`")?;
    if !app.settings.tokens.are_needed() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let cookie = app.settings.tokens.cookie(token.trim()).ok_or_else(Problem::unauthorized)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
