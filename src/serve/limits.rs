//! How much one caller may ask for: of bytes, of time, of work at once.

use std::time::Duration;

/// Bounds of everything that comes from outside. Each has a test.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
    /// Bytes of a request's line and headers together.
    pub head_bytes: usize,
    /// How long a request's head may take to come, an idle connection included.
    pub head_time: Duration,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of all bodies that are held at a time.
    pub bodies_bytes: usize,
    /// Articles of a batch.
    pub batch_articles: usize,
    /// Code points of an article's id.
    pub id_chars: usize,
    /// How long a request may take, its body included.
    pub request_time: Duration,
    /// How long a client may take none of what is sent to it.
    pub send_time: Duration,
    /// Requests that are judged at a time; of more than these the caller is told to come again.
    pub requests_at_work: usize,
    /// Searches through the archive at a time.
    pub searches: usize,
    /// How long a search goes on before it answers with what it has.
    pub search_time: Duration,
    /// Pages that are told of news at a time.
    pub listeners: usize,
    /// How long a dropped file must have lain still before it is taken.
    pub rest_time: Duration,
    /// Bytes of a feed, after decompression.
    pub feed_bytes: u64,
    /// Items of a feed that have texts.
    pub feed_items: usize,
    /// How long it may take to ask for a feed, redirects and all of its bytes included.
    pub feed_time: Duration,
    /// How long answers that were begun may take at the end.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 256,
            head_bytes: 32 << 10,
            head_time: Duration::from_secs(15),
            body_bytes: 16 << 20,
            bodies_bytes: 128 << 20,
            batch_articles: 500,
            id_chars: 1 << 10,
            request_time: Duration::from_secs(60),
            send_time: Duration::from_secs(30),
            requests_at_work: 32,
            searches: 2,
            search_time: Duration::from_secs(2),
            listeners: 32,
            rest_time: Duration::from_secs(5),
            feed_bytes: 32 << 20,
            feed_items: 5_000,
            feed_time: Duration::from_secs(30),
            farewell: Duration::from_secs(8),
        }
    }
}
