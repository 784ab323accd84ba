//! The page at `/`: fixed bytes, of which nothing is the archive's.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::state::App;
use crate::report::html::desk_page;

/// The page, made once.
pub struct Page {
    html: axum::body::Bytes,
    policy: HeaderValue,
}

impl Page {
    pub fn new() -> Self {
        let (html, policy) = desk_page();
        let policy = HeaderValue::try_from(policy);
        // hashes and words alone: it is a header's value
        let policy = policy.unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
        Page { html: html.into(), policy }
    }
}

pub async fn page(State(app): State<Arc<App>>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, app.page.policy.clone()),
    ];
    (headers, app.page.html.clone()).into_response()
}
