//! News for pages that are open: what came in, what was decided, what is gone.

use serde::Serialize;
use tokio::sync::broadcast;

use crate::decisions::DecisionEvent;

/// News that a page which does not read may miss before it has to look at everything again.
const KEPT: usize = 256;

/// What happened. One message of `/v1/events`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum News {
    /// Matches came in, or were found anew.
    Matches {
        ids: Vec<String>,
    },
    Decision {
        r#match: String,
        event: DecisionEvent,
    },
    /// An article was removed, and its matches with it.
    Removed {
        article: String,
    },
}

/// Tells everyone who listens.
#[derive(Clone, Debug)]
pub struct NewsRoom(broadcast::Sender<String>);

impl Default for NewsRoom {
    fn default() -> Self {
        NewsRoom(broadcast::channel(KEPT).0)
    }
}

impl NewsRoom {
    pub fn tell(&self, news: News) {
        if let Ok(line) = serde_json::to_string(&news) {
            // nobody may be listening
            let _ = self.0.send(line);
        }
    }

    pub fn listen(&self) -> broadcast::Receiver<String> {
        self.0.subscribe()
    }
}
