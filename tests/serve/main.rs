//! The server over a real socket on loopback.

mod api;
mod decisions;
mod feeds;
mod hostile;
mod kills;
mod openapi;
mod page;
mod rules;
mod support;
mod watch;
