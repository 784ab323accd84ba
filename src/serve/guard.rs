//! What every request passes before it is looked at, and what every answer is sent with.
//!
//! A page elsewhere can make a browser send requests here, under this server's own name even (DNS rebinding).
//! So the name that a request was sent to must be one of this server's, and a request that a browser sends
//! for another page is turned away: loopback is no protection against either.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::state::App;
use crate::stretch::stretch;

/// What is sent without a token: nothing of the archive.
const OPEN_PATHS: [&str; 4] = ["/", "/healthz", "/openapi.json", "/v1/session"];

/// The names that this server goes by.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// Beside `localhost` and addresses.
    pub names: Vec<String>,
    /// Whether any address counts, and not those of loopback alone.
    pub any_address: bool,
}

impl Hosts {
    /// Whether the authority of a request (`name`, `name:port`, `[::1]:port`) is this server.
    fn hold(&self, authority: &str) -> bool {
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        match host.parse::<IpAddr>() {
            Ok(address) => self.any_address || address.is_loopback(),
            Err(_) => host == "localhost" || self.names.iter().any(|name| name.eq_ignore_ascii_case(&host)),
        }
    }
}

/// Checks a request, and answers it where it may be.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let checked = check(&app, &request);
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    protect(response.headers_mut());
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let host = one(headers, header::HOST)?.or(request.uri().authority().map(|authority| authority.as_str()));
    let host = host.ok_or_else(|| Problem::bad_request("a Host header is needed"))?;
    let names = [Some(host), request.uri().authority().map(|authority| authority.as_str())];
    if !names.into_iter().flatten().all(|name| app.settings.hosts.hold(name)) {
        return Err(Problem::misdirected(
            "this server does not go by that name; `--host NAME` adds one, behind a proxy for instance",
        ));
    }
    if let Some(origin) = one(headers, header::ORIGIN)? {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        if !authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)) {
            return Err(Problem::forbidden("a page of another origin may not ask"));
        }
    }
    let fetch = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_opened = request.method() == Method::GET
        && fetch("sec-fetch-mode") == Some("navigate")
        && fetch("sec-fetch-dest") == Some("document");
    if matches!(fetch("sec-fetch-site"), Some("cross-site" | "same-site")) && !is_opened {
        return Err(Problem::forbidden("a page of another site may not ask"));
    }
    if !OPEN_PATHS.contains(&request.uri().path()) && !app.settings.tokens.allow(headers) {
        return Err(Problem::unauthorized());
    }
    Ok(())
}

fn one(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(&name).iter();
    let first = values.next();
    match (first.map(HeaderValue::to_str), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => Err(Problem::bad_request(format!("the header {name} is sent twice, or is no text"))),
    }
}

/// Headers of every answer: it is nobody's to embed, sniff or keep.
fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        let name = HeaderName::from_static(name);
        headers.entry(name).or_insert_with(|| HeaderValue::from_static(value));
    }
}

/// The first of a list of media types or encodings, without its parameters, in lower case.
pub fn media_type(value: &str) -> String {
    let end = value.find([';', ',']).unwrap_or(value.len());
    stretch(value, ..end).trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_names_are_this_server() {
        let hosts = Hosts { names: vec!["desk.example".to_owned()], any_address: false };
        for host in
            ["localhost", "LOCALHOST:7311", "127.0.0.1:7311", "[::1]:7311", "desk.example.", "127.9.9.9"]
        {
            assert!(hosts.hold(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "192.168.0.7:7311",
            "[2001:db8::1]",
            "localhost.evil.example",
            "127.0.0.1.evil",
        ] {
            assert!(!hosts.hold(host), "{host}");
        }
        assert!(Hosts { any_address: true, ..hosts }.hold("192.168.0.7:7311"));
    }
}
