//! Requests that are being answered: an end waits for these, and not for clients that hold a connection open.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

/// How often it is looked whether all are answered.
const LOOK: Duration = Duration::from_millis(20);

/// How many requests are being answered.
#[derive(Clone, Debug, Default)]
pub struct Underway(Arc<AtomicUsize>);

impl Underway {
    /// Waits until nothing has been under way for so long.
    pub async fn quiet(&self, rest: Duration) {
        let mut since = Instant::now();
        while since.elapsed() < rest {
            tokio::time::sleep(LOOK).await;
            if self.0.load(Ordering::Acquire) > 0 {
                since = Instant::now();
            }
        }
    }

    fn begin(&self) -> Mark {
        self.0.fetch_add(1, Ordering::AcqRel);
        Mark(self.clone())
    }
}

/// A request under way, for as long as it is held.
struct Mark(Underway);

impl Drop for Mark {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Counts a request until the last of its answer is handed over.
pub async fn counted(State(underway): State<Underway>, request: Request, next: Next) -> Response {
    let mark = underway.begin();
    next.run(request).await.map(|body| Body::new(MarkedBody { body, _mark: mark }))
}

struct MarkedBody {
    body: Body,
    _mark: Mark,
}

impl HttpBody for MarkedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
