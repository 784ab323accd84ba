//! The API: paths, and what each does. `schema/openapi.json` describes it; `tests/serve` holds both to each
//! other.

mod articles;
mod body;
mod compare;
mod events;
mod export;
mod families;
mod flag;
mod health;
#[cfg(feature = "internals")]
pub mod internals;
mod matches;
mod openapi;
mod params;
mod session;
mod sheet;

pub use body::checked;
pub use flag::answers;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::guard::guard;
use super::page;
use super::problem::Problem;
use super::state::App;

/// All paths.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(page::page))
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(openapi::openapi))
        .route("/v1/session", post(session::session))
        .route("/v1/status", get(health::status))
        .route("/v1/flag", post(flag::flag))
        .route("/v1/compare", post(compare::compare))
        .route("/v1/articles", get(articles::search))
        .route(
            "/v1/articles/{id}",
            get(articles::article).put(articles::put_article).delete(articles::delete_article),
        )
        .route("/v1/compact", post(articles::compact))
        .route("/v1/matches", get(matches::matches))
        .route("/v1/matches/{id}", get(matches::one_match))
        .route("/v1/matches/{id}/decision", post(matches::decide))
        .route("/v1/matches/{id}/sheet", get(sheet::sheet))
        .route("/v1/families/{id}", get(families::family))
        .route("/v1/export.jsonl", get(export::json_lines))
        .route("/v1/export.csv", get(export::csv))
        .route("/v1/events", get(events::events))
        .fallback(|| async { Problem::not_found("there is nothing here; /openapi.json says what there is") })
        .method_not_allowed_fallback(|| async { Problem::method() })
        .layer(from_fn_with_state(app.clone(), timed))
        .layer(from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

/// Bounds the time of a request, and takes it.
async fn timed(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    // names of methods are the caller's; those that are counted are not
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS];
    let method = known.into_iter().find(|method| method == request.method());
    let method = method.as_ref().map_or("other", Method::as_str).to_owned();
    let begun = Instant::now();
    let response = tokio::time::timeout(app.settings.limits.request_time, next.run(request)).await;
    let response = response.unwrap_or_else(|_| Problem::timeout().into_response());
    app.shared.metrics.answered(&route, &method, response.status().as_u16(), begun.elapsed());
    response
}

/// A value as JSON.
fn json(value: &impl serde::Serialize) -> Result<Response, Problem> {
    with_type("application/json", serde_json::to_vec(value).map_err(written)?)
}

fn with_type(media_type: &'static str, body: impl Into<axum::body::Body>) -> Result<Response, Problem> {
    Ok(([(axum::http::header::CONTENT_TYPE, media_type)], body.into()).into_response())
}

fn written(error: serde_json::Error) -> Problem {
    Problem::from(crate::Error::file("write", "", std::io::Error::other(error)))
}
