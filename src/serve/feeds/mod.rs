//! Feeds (RSS, Atom) that are followed: `address → fetch → articles → what is new → filing`.
//!
//! Each feed is asked again and again, on conditions: what has not changed is not sent, and who fails or is
//! busy is asked less often (`pace`). What comes goes the way of a dropped file: read by the reader of feeds,
//! judged, filed. [`FeedBook`] remembers beside the index which items were taken and what a feed is to be asked
//! with, so that nothing is taken twice, also after a restart.
//!
//! A feed is a stranger. `fetch` bounds its time, its bytes and its redirects; a redirect from elsewhere into
//! this network leads nowhere; nothing it says gets into a message; and it replaces only what it brought
//! itself (`items`).

mod address;
mod book;
mod fetch;
mod items;
mod pace;
mod poll;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

pub use self::address::FeedAddress;

use self::book::FeedBook;
use super::state::App;
use crate::error::Result;

/// Which feeds are followed, and how often each is asked.
#[derive(Clone, Debug)]
pub struct FeedSettings {
    /// Each is followed by itself.
    pub addresses: Vec<FeedAddress>,
    /// Between two times that a feed is asked, while all is well.
    pub every: Duration,
}

impl Default for FeedSettings {
    fn default() -> Self {
        FeedSettings { addresses: Vec::new(), every: Duration::from_secs(15 * 60) }
    }
}

/// Feeds that are asked at a time.
const AT_A_TIME: usize = 3;

/// Follows feeds, a task each, until the server is about to end.
///
/// # Errors
/// What opening the file of what was taken before returns.
pub fn follow(app: &Arc<App>, settings: FeedSettings) -> Result<Vec<JoinHandle<()>>> {
    if settings.addresses.is_empty() {
        return Ok(Vec::new());
    }
    let folder: &Path = &app.settings.folder;
    let book = Arc::new(FeedBook::open(folder)?);
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let tasks = settings.addresses.into_iter().map(|address| {
        let follower = poll::Follower::new(app.clone(), address, book.clone(), places.clone());
        tokio::spawn(follower.follow(settings.every))
    });
    Ok(tasks.collect())
}
