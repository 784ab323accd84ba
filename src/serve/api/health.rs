//! Whether the server is well, and its figures.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::metrics::Moment;
use super::super::problem::Problem;
use super::super::state::App;
use super::params::Params;
use super::with_type;

pub async fn healthz(State(app): State<Arc<App>>) -> Response {
    let (status, word) = match (app.is_stopping(), app.shared.is_failing()) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        (_, true) => (StatusCode::SERVICE_UNAVAILABLE, "failing"),
        _ => (StatusCode::OK, "ok"),
    };
    let body = json!({"status": word, "version": env!("CARGO_PKG_VERSION")}).to_string();
    (status, [(axum::http::header::CONTENT_TYPE, "application/json")], body).into_response()
}

pub async fn metrics(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let counts = app.ask(|files| files.counts()).await?;
    let snapshot = app.shared.snapshot();
    let (segments, index_bytes) = snapshot.size();
    let now = Moment {
        documents: snapshot.documents(),
        segments,
        index_bytes,
        matches: counts.matches,
        undecided: counts.undecided,
        hidden: app.shared.hidden(),
    };
    with_type("text/plain; version=0.0.4; charset=utf-8", app.shared.metrics.text(&now))
}

/// `GET /v1/status`: what the page says of the archive.
pub async fn status(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let (counts, mut hidden) = app.ask(|files| Ok((files.counts()?, files.hidden()?))).await?;
    hidden.add_all(&app.shared.hidden());
    let profile = &app.settings.query.profile;
    let feeds = app.shared.metrics.feeds().into_iter().map(|(name, figures)| {
        json!({"name": name, "is_failing": figures.is_failing(), "taken": figures.items.taken})
    });
    let feeds: Vec<serde_json::Value> = feeds.collect();
    let status = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "recipe": crate::index::recipe_name(),
        "profile": profile.name,
        "cut": app.settings.query.min_score.unwrap_or(profile.cut),
        "documents": app.shared.snapshot().documents(),
        "counts": counts,
        "hidden": hidden,
        "feeds": feeds,
    });
    super::json(&status)
}
