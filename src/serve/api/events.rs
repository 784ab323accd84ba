//! `GET /v1/events`: news as they happen (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use super::super::problem::Problem;
use super::super::state::App;
use super::params::Params;

/// How often a listener is looked after: whether the server is about to end.
const LOOK: Duration = Duration::from_millis(250);

pub async fn events(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let place = app.rooms.listeners.clone().try_acquire_owned().map_err(|_| Problem::busy())?;
    let news = app.shared.news.listen();
    let stream = stream::unfold((news, app, place), |(mut news, app, place)| async move {
        while !app.is_stopping() {
            let event = match tokio::time::timeout(LOOK, news.recv()).await {
                Ok(Ok(line)) => Event::default().data(line),
                // too much at once: look at everything again
                Ok(Err(RecvError::Lagged(_))) => Event::default().data("{\"kind\":\"missed\"}"),
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => continue,
            };
            return Some((Ok::<Event, Infallible>(event), (news, app, place)));
        }
        None
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response())
}
