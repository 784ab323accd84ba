//! `retold serve`: the desk's page and an API over an archive.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use retold::index::QuerySettings;
use retold::judge::Profile;
use retold::rules::Rules;
use retold::serve::{FeedAddress, FeedSettings, Limits, ServeSettings, Tokens, serve};

use super::args::parse_share;
use super::session::Session;
use super::stop::Outcome;

const EXAMPLES: &str = "\
Examples:
  retold serve archive
      the page at http://127.0.0.1:7311/, the API under /v1; the archive is made if it is new
  curl --json @article.json 'http://127.0.0.1:7311/v1/flag?add=true'
      what an article came from; it is filed, and its matches are in the inbox
  retold serve archive --watch incoming/
      every file that is put into incoming/ and lies still is filed, and moved to incoming/done/ or
      incoming/failed/
  retold serve archive --feed https://post.example/rss --feed https://wire.example/atom.xml
      whatever is new in these feeds is filed, as long as its whole text is there
  retold serve archive --listen 0.0.0.0:7311 --token-file tokens.txt --host desk.example
      for other machines, behind a proxy that does TLS

The server is the archive's one writer; `flag`, `index stats` and `decisions` read beside it. /openapi.json describes the API. Ctrl-C \
ends it: what it took is answered and on disk. It can be killed at any time: what it answered is on disk.";

/// Serve the desk's page and an API over an archive
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    /// Folder of the index; made if it is new
    #[arg(value_name = "ARCHIVE")]
    folder: PathBuf,
    /// Address and port to answer at, `localhost:7311` for instance; any but this machine's own takes
    /// --token-file. Port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7311", value_parser = parse_listen)]
    listen: SocketAddr,
    /// File of tokens, one a line: callers send one as `Authorization: Bearer TOKEN`, the page asks for one
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A name that the server goes by beside `localhost` and addresses, behind a proxy for instance
    /// (repeatable)
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// A folder whose files are filed as they come, once they have not changed for 5 seconds, and moved to its
    /// `done` or `failed`. It must be there, and apart from the archive. Names that begin with a dot or end in
    /// .part, .partial, .tmp, .filepart or .crdownload are left alone: give a file its name when it is written.
    /// Files that lie directly in the folder are taken, and no others: no folders in it, and no links
    #[arg(long, value_name = "DIR")]
    watch: Option<PathBuf>,
    /// A feed (RSS, Atom) whose new items are filed: an http or https address, or a file, which is read again
    /// when it changes (repeatable)
    #[arg(long, value_name = "URL|FILE")]
    feed: Vec<FeedAddress>,
    /// Seconds between two times that a feed is asked
    #[arg(long, value_name = "SECONDS", default_value_t = 900, requires = "feed", value_parser = clap::value_parser!(u32).range(1..=604_800))]
    feed_every: u32,
    /// Rules of the house (TOML): own outlets (a pair stands as `own` where both are), licences, outlets that
    /// are never shown; each row then says how the pair stands. Matches that were filed under other rules stand
    /// by these from the start on
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Call a pair derived from this score on, 0 to 1 [default: the profile's cut]
    #[arg(long, value_name = "S", value_parser = parse_share)]
    min_score: Option<f64>,
    /// Profile with the model and its cuts, as `retold tune` writes it [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

/// An address and a port; of names, that of this machine alone.
fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let of_this_machine = || {
        let (name, port) = text.rsplit_once(':')?;
        let port = port.parse().ok().filter(|_| name.eq_ignore_ascii_case("localhost"))?;
        Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    text.parse().ok().or_else(of_this_machine).ok_or_else(|| {
        "an address and a port, such as 127.0.0.1:7311, [::1]:7311 or localhost:7311, were expected"
            .to_owned()
    })
}

/// How long an end may take beyond the time that answers have.
const LAST_COMMITS: Duration = Duration::from_secs(20);

pub fn run(args: &ServeArgs, session: &Session) -> Outcome {
    let limits = Limits::default();
    let settings = ServeSettings {
        folder: args.folder.clone(),
        listen: args.listen,
        tokens: args.token_file.as_deref().map_or_else(|| Ok(Tokens::default()), Tokens::read)?,
        names: args.host.clone(),
        query: QuerySettings {
            profile: args.profile.as_deref().map_or_else(|| Ok(Profile::default()), Profile::read)?,
            min_score: args.min_score,
            ..QuerySettings::default()
        },
        rules: args.rules.as_deref().map(Rules::read).transpose()?,
        watch: args.watch.clone(),
        feeds: FeedSettings {
            addresses: args.feed.clone(),
            every: Duration::from_secs(u64::from(args.feed_every)),
        },
        threads: rayon::current_num_threads(),
        limits: limits.clone(),
    };
    session.interrupt.allow(limits.farewell + LAST_COMMITS);
    session.interrupt.expect_filing();
    let printer = session.printer.clone();
    let tell = move |what: &str| printer.message(what);
    let ready = |address: SocketAddr| {
        session.printer.message(&format!("the desk is at http://{address}/ (Ctrl-C ends it)"));
    };
    serve(settings, tell, ready, || session.interrupt.is_cancelled())?;
    session.printer.message("ended; what was answered is on disk");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_name() {
        let read = |text: &str| parse_listen(text).map(|address| address.to_string());
        assert_eq!(read("localhost:7311").as_deref(), Ok("127.0.0.1:7311"));
        assert_eq!(read("LOCALHOST:0").as_deref(), Ok("127.0.0.1:0"));
        assert_eq!(read("[::1]:80").as_deref(), Ok("[::1]:80"));
        for wrong in ["localhost", "localhost:", "localhost:70000", "desk.example:80", "7311", ""] {
            assert!(read(wrong).unwrap_err().contains("localhost:7311"), "{wrong}");
        }
    }
}
