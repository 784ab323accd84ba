//! The page of `serve`: the review page's own parts around an inbox.

use std::sync::LazyLock;

use serde_json::Value;

use super::assets;
use super::excerpt::Excerpt;
use crate::article::{Article, Span};

const PAGE: &str = include_str!("../assets/desk.html");

static STYLE: LazyLock<String> = LazyLock::new(|| {
    format!("{}{}", assets::style(), include_str!("../assets/desk.css").replace("\r\n", "\n"))
});

static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    format!("{}{}", assets::evidence_script(), include_str!("../assets/desk.js").replace("\r\n", "\n"))
});

/// The page, which asks the server it came from for all it shows, and its content security policy: scripts
/// and styles by their hashes, requests to that server alone.
pub fn desk_page() -> (String, String) {
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; base-uri 'none'; \
            form-action 'none'; \
         frame-ancestors 'none'",
        super::hash_source(&SCRIPT),
        super::hash_source(&STYLE)
    );
    (PAGE.replace("{{style}}", &STYLE).replace("{{script}}", &SCRIPT), policy)
}

/// An article as the pages know it: labels short, the text cut down to the neighbourhood of its passages
/// where it is long.
pub fn excerpt_value(article: &Article, spans: &[Span]) -> Value {
    serde_json::to_value(Excerpt::new(&article.id, article, spans)).unwrap_or_default()
}
