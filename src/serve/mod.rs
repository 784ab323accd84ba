//! The desk's server: a page and an API over an archive, of which it is the one writer.
//!
//! `requests → guard → judges → filing → answers`. `listen` takes connections and bounds them, `guard` turns
//! away what a stranger's page sends, `api` reads requests, `judges` are the threads that compare, `filing`
//! is the one that writes. What everybody reads is a snapshot of the index and the file of
//! [`crate::decisions`]; both are files of the archive's folder, and there is no other state: a server that
//! was killed is started again, and that is all.
//!
//! Texts are hostile: none is logged, none is a path, none becomes markup. What a caller may ask for is
//! bounded by [`Limits`].

mod api;
mod feeds;
mod filing;
mod guard;
mod intake;
mod judges;
mod limits;
mod listen;
mod metrics;
mod news;
mod page;
mod problem;
mod resting;
mod search;
mod shared;
mod state;
mod tokens;
mod underway;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[cfg(feature = "internals")]
#[doc(hidden)]
pub use self::api::internals;
pub use self::feeds::{FeedAddress, FeedSettings};
pub use self::guard::Hosts;
pub use self::limits::Limits;
pub use self::tokens::Tokens;

use self::judges::Judges;
use self::shared::Shared;
use self::state::{App, Fixed};
use crate::error::{Error, Result};
use crate::index::QuerySettings;
use crate::rules::Rules;

/// What is served, where, and to whom.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// Folder of the index; made if it is new.
    pub folder: PathBuf,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who may ask.
    pub tokens: Tokens,
    /// Names that the server goes by beside `localhost` and its addresses.
    pub names: Vec<String>,
    /// How articles are judged.
    pub query: QuerySettings,
    /// Rules of the house.
    pub rules: Option<Rules>,
    /// A folder whose files are filed as they come: there already, and apart from the archive.
    pub watch: Option<PathBuf>,
    /// Feeds whose items are filed as they come.
    pub feeds: FeedSettings,
    /// Threads that judge.
    pub threads: usize,
    /// How much a caller may ask for.
    pub limits: Limits,
}

/// How often it is asked whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// How long threads beside may take at the end.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Serves until `is_stopped` says so; then what was taken is answered and committed. Where the address is taken,
/// nothing is made or changed. Before connections are taken, matches that were filed under other rules are brought to those of now. `ready` gets the address once
/// connections are taken; `tell` gets messages for who runs the server.
///
/// # Errors
/// [`Error::Usage`] for an address beyond this machine without tokens, and for a watched folder that is the
/// archive, lies in it or holds it; [`crate::error::IndexError::Locked`] while another writes;
/// what opening the watched folder, the archive and the address returns.
pub fn serve(
    settings: ServeSettings,
    tell: impl Fn(&str) + Send + Sync + 'static,
    ready: impl FnOnce(SocketAddr),
    is_stopped: impl Fn() -> bool,
) -> Result<()> {
    let is_local = settings.listen.ip().is_loopback();
    if !is_local && !settings.tokens.are_needed() {
        return Err(Error::Usage(format!(
            "{} can be reached from other machines: a file of tokens is needed, and a proxy in front for TLS",
            settings.listen
        )));
    }
    if let Some(folder) = &settings.watch {
        watch::check(folder, &settings.folder)?;
    }
    let failed = |cause| Error::file("start", "the server", cause);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .enable_all()
        .build()
        .map_err(failed)?;
    // before anything is changed: another server may be there
    let address = settings.listen;
    let bound = runtime.block_on(tokio::net::TcpListener::bind(address));
    let listener = bound.map_err(|cause| Error::file("listen at", address.to_string(), cause))?;
    let shared = Arc::new(Shared::new(settings.rules, Box::new(tell)));
    let (filer, filing) = filing::start(&settings.folder, shared.clone(), &is_stopped)?;
    let (judges, judging) = Judges::start(settings.threads.max(1))?;
    let limits = settings.limits.clone();
    let fixed = Fixed {
        folder: settings.folder,
        hosts: Hosts { names: settings.names, any_address: !is_local },
        tokens: settings.tokens,
        query: settings.query,
        limits: settings.limits,
    };
    let app = Arc::new(App::new(fixed, shared, judges, filer));
    let done: Result<()> = runtime.block_on(async {
        let mut incoming = feeds::follow(&app, settings.feeds)?;
        ready(listener.local_addr().map_err(failed)?);
        incoming.extend(settings.watch.map(|folder| tokio::spawn(watch::watch(app.clone(), folder))));
        let stop = async {
            while !is_stopped() {
                tokio::time::sleep(LOOK).await;
            }
            app.is_stopping.store(true, Ordering::Relaxed);
        };
        let until = listen::answer(listener, api::router(app.clone()), &limits, stop).await;
        for task in incoming {
            let _ = tokio::time::timeout_at(until, task).await;
        }
        Ok(())
    });
    // what is still asked of a disk or another server, nobody waits for
    runtime.shutdown_timeout(LAST_WORK);
    // the threads end once nobody can hand them anything
    drop(app);
    judging.join();
    let _ = filing.join();
    done
}
