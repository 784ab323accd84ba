//! What goes wrong, as the caller is told: problem details (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::error::{Error, IndexError};

/// A request that was not answered as asked.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    /// The last part of its `type`: stable, for programs.
    code: &'static str,
    detail: String,
    more: Map<String, Value>,
    retry_seconds: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Problem { status, code, detail: detail.into(), more: Map::new(), retry_seconds: None }
    }

    /// With a member of its own.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// A body whose form is right and whose content is not.
    pub fn unusable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unusable-content", detail)
    }

    pub fn unauthorized() -> Self {
        let detail = "a token is needed: `Authorization: Bearer …`, one of those in the token file";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// A Host header of a name that this server does not go by.
    pub fn misdirected(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", detail)
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    pub fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "see /openapi.json for what there is")
    }

    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    }

    pub fn media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    }

    pub fn busy() -> Self {
        let detail = "as much is being worked on as may be at a time: come again";
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", detail);
        Problem { retry_seconds: Some(1), ..problem }
    }

    pub fn timeout() -> Self {
        let detail = "it took too long; what was not answered may be asked again";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail);
        Problem { retry_seconds: Some(5), ..problem }
    }

    pub fn stopping() -> Self {
        let detail = "the server is about to end";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", detail);
        Problem { retry_seconds: Some(5), ..problem }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Internal(fault) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal-error", fault.to_string())
            }
            Error::Usage(what) => Self::unusable(what),
            // paths of this machine are nobody's business
            Error::Index(IndexError::Corrupt { .. }) => {
                let detail = "the archive is damaged; `retold index check` says where";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged-archive", detail)
            }
            _ => {
                let detail = "the archive could not be read or written; the server's own messages say why";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "archive", detail)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:retold:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Value::Object(members) = &mut body {
            members.extend(self.more);
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
