//! A feed's bytes, within bounds of time, size and redirects, and with words for what goes wrong.
//!
//! Words are ours: what a server says is never among them.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use flate2::read::MultiGzDecoder;
use tempfile::NamedTempFile;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

use super::super::limits::Limits;

/// Redirects from one address to the next that are followed.
const REDIRECTS_MAX: u32 = 5;

/// Longest value of a header that is sent back.
const VALIDATOR_BYTES: usize = 1 << 10;

const USER_AGENT: &str = concat!("retold/", env!("CARGO_PKG_VERSION"));
const ACCEPT: &str =
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, */*;q=0.5";

/// What a server told of its answer, and is told when it is asked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What came of asking.
pub enum Fetched {
    /// It is as it was.
    Unchanged,
    Body(FetchedBody),
}

/// A feed, decompressed, in a file that is gone with this value.
pub struct FetchedBody {
    pub file: NamedTempFile,
    pub validators: Validators,
}

/// Why there is no feed.
#[derive(Debug, PartialEq, Eq)]
pub struct FeedFault {
    pub reason: String,
    /// How long the server wishes to be left alone.
    pub retry_after: Option<Duration>,
}

impl FeedFault {
    pub fn new(reason: impl Into<String>) -> Self {
        FeedFault { reason: reason.into(), retry_after: None }
    }
}

/// Asks a server, on the condition that the feed is another than it was.
///
/// # Errors
/// [`FeedFault`] for all but a feed and "not modified".
pub fn fetch(url: &Uri, known: &Validators, limits: &Limits) -> Result<Fetched, FeedFault> {
    let config = Config::builder()
        .https_only(url.scheme_str() == Some("https"))
        .http_status_as_error(false)
        .max_redirects(REDIRECTS_MAX)
        .max_response_header_size(limits.head_bytes)
        .timeout_global(Some(limits.feed_time))
        .user_agent(USER_AGENT)
        .accept(ACCEPT)
        .accept_encoding("gzip")
        .build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), OwnNetwork::default());
    let mut request = agent.get(url);
    for (name, value) in
        [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)]
    {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let response = request.call().map_err(|error| FeedFault::new(words(&error, limits)))?;
    let (head, body) = response.into_parts();
    match head.status {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if *known != Validators::default() => return Ok(Fetched::Unchanged),
        status => {
            let reason = format!("the server answered {}", status.as_u16());
            return Err(FeedFault { reason, retry_after: retry_after(&head.headers) });
        }
    }
    let file = kept(body, limits)?;
    let validator = |name: HeaderName| {
        let value = head.headers.get(name)?.to_str().ok()?;
        (value.len() <= VALIDATOR_BYTES).then(|| value.to_owned())
    };
    let validators =
        Validators { etag: validator(header::ETAG), last_modified: validator(header::LAST_MODIFIED) };
    Ok(Fetched::Body(FetchedBody { file, validators }))
}

/// A copy of a file, which may change while it is read.
///
/// # Errors
/// [`FeedFault`].
pub fn copied(path: &Path, limits: &Limits) -> Result<FetchedBody, FeedFault> {
    let file = File::open(path)
        .map_err(|error| FeedFault::new(format!("it cannot be opened: {}", error.kind())))
        .and_then(|file| written(file, limits, |error| format!("it cannot be read: {}", error.kind())))?;
    Ok(FetchedBody { file, validators: Validators::default() })
}

fn kept(body: Body, limits: &Limits) -> Result<NamedTempFile, FeedFault> {
    let reader = body.into_with_config().limit(limits.feed_bytes).reader();
    written(reader, limits, |error| match error.get_ref().and_then(|cause| cause.downcast_ref()) {
        Some(cause) => words(cause, limits),
        None => io_words(error),
    })
}

/// Writes a feed into a file of its own, decompressed where its first bytes say gzip: within the same bound.
fn written(
    mut from: impl Read,
    limits: &Limits,
    words: impl Fn(&io::Error) -> String,
) -> Result<NamedTempFile, FeedFault> {
    let mut head = Vec::new();
    let unreadable = |error: &io::Error| FeedFault::new(words(error));
    from.by_ref().take(2).read_to_end(&mut head).map_err(|error| unreadable(&error))?;
    let is_gzip = head == [0x1f, 0x8b];
    let whole = Cursor::new(head).chain(from);
    let mut whole: Box<dyn Read> =
        if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
    let unwritable =
        |error: io::Error| FeedFault::new(format!("no temporary file can be written: {}", error.kind()));
    let mut file = tempfile::Builder::new().prefix("feed-").suffix(".xml").tempfile().map_err(unwritable)?;
    let (mut chunk, mut first, mut count) = (vec![0; 64 << 10], Vec::new(), 0u64);
    loop {
        let read = match whole.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|error| unreadable(&error))?,
        };
        if read == 0 {
            break;
        }
        count += read as u64;
        if count > limits.feed_bytes {
            return Err(FeedFault::new(too_large(limits)));
        }
        let missing = FIRST_BYTES.saturating_sub(first.len()).min(read);
        first.extend_from_slice(&chunk[..missing]);
        file.write_all(&chunk[..read]).map_err(unwritable)?;
    }
    file.flush().map_err(unwritable)?;
    match crate::read::is_feed(&first) {
        true => Ok(file),
        false => Err(FeedFault::new("what came is no RSS and no Atom")),
    }
}

/// By so many bytes a feed is known.
const FIRST_BYTES: usize = 4 << 10;

fn too_large(limits: &Limits) -> String {
    format!("it is larger than {} bytes", limits.feed_bytes)
}

fn words(error: &ureq::Error, limits: &Limits) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("it took longer than {} seconds", limits.feed_time.as_secs()),
        ureq::Error::HostNotFound => {
            "its name, or that of a redirect, leads to no address that may be asked".into()
        }
        ureq::Error::TooManyRedirects => format!("it redirects more than {REDIRECTS_MAX} times"),
        ureq::Error::RequireHttpsOnly(_) => "it redirects from https to http".into(),
        ureq::Error::BodyExceedsLimit(_) => too_large(limits),
        // so TLS tells what it does not trust
        ureq::Error::Io(error) if error.kind() != io::ErrorKind::InvalidData => io_words(error),
        ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::Io(_) => {
            "TLS failed: no certificate that can be trusted".into()
        }
        _ => "the answer is no proper HTTP".into(),
    }
}

fn io_words(error: &io::Error) -> String {
    format!("the connection failed: {}", error.kind())
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Keeps a server elsewhere from sending us into this network: where the feed itself is not of it, no redirect
/// may lead there. Behind a proxy the proxy decides, since it is what is looked up.
#[derive(Debug, Default)]
struct OwnNetwork {
    /// Whether the first name that was looked up, the feed's own, leads into this network.
    is_own: OnceLock<bool>,
}

impl Resolver for OwnNetwork {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let is_own = *self.is_own.get_or_init(|| found.iter().any(|address| is_of_own_network(address.ip())));
        if is_own {
            return Ok(found);
        }
        let mut outside = self.empty();
        let addresses: Vec<SocketAddr> =
            found.iter().copied().filter(|address| !is_of_own_network(address.ip())).collect();
        addresses.iter().for_each(|address| outside.push(*address));
        match addresses.is_empty() {
            true => Err(ureq::Error::HostNotFound),
            false => Ok(outside),
        }
    }
}

/// Whether an address is of this machine or its network, and not of the world.
fn is_of_own_network(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_shared = first == 100 && second & 0xc0 == 64;
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || first == 0
                || is_shared
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => is_of_own_network(IpAddr::V4(mapped)),
            None => {
                ip.is_loopback()
                    || ip.is_unspecified()
                    || ip.is_multicast()
                    || ip.is_unique_local()
                    || ip.is_unicast_link_local()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_network_are_told_from_those_of_the_world() {
        let is_own = |address: &str| is_of_own_network(address.parse().unwrap());
        for own in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "::",
            "224.0.0.1",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in ["192.0.2.7", "100.128.0.1", "172.32.0.1", "2001:db8::1", "::ffff:192.0.2.7"] {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn a_redirect_from_elsewhere_leads_not_into_this_network() {
        let config = Config::default();
        let timeout = NextTimeout::default;
        let look_up = |resolver: &OwnNetwork, url: &'static str| {
            resolver.resolve(&Uri::from_static(url), &config, timeout()).map(|found| found.len())
        };
        let outside = OwnNetwork::default();
        assert_eq!(look_up(&outside, "http://192.0.2.7/feed").unwrap(), 1);
        assert!(matches!(look_up(&outside, "http://127.0.0.1/admin"), Err(ureq::Error::HostNotFound)));
        assert!(matches!(look_up(&outside, "http://[::1]/admin"), Err(ureq::Error::HostNotFound)));
        let inside = OwnNetwork::default();
        assert_eq!(look_up(&inside, "http://127.0.0.1/feed").unwrap(), 1);
        assert_eq!(look_up(&inside, "http://127.0.0.2/feed").unwrap(), 1);
    }

    #[test]
    fn what_comes_is_bounded_after_decompression_and_must_be_a_feed() {
        let limits = Limits { feed_bytes: 1_000, ..Limits::default() };
        let from = |bytes: &[u8]| {
            let written = written(bytes, &limits, io_words);
            written.map(|file| std::fs::read(file.path()).unwrap()).map_err(|fault| fault.reason)
        };
        let gzip = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let feed = b"<?xml version=\"1.0\"?><rss><channel></channel></rss>".to_vec();
        assert_eq!(from(&feed), Ok(feed.clone()));
        assert_eq!(from(&gzip(&feed)), Ok(feed.clone()));
        let large = [feed.clone(), vec![b' '; 1_000]].concat();
        for bomb in [large.clone(), gzip(&large)] {
            assert_eq!(from(&bomb), Err("it is larger than 1000 bytes".to_owned()));
        }
        for none in [&b""[..], b"<", b"<html>", b"{\"id\": 1}", b"\x1f\x8b\x08"] {
            assert!(from(none).is_err(), "{none:?}");
        }
        let cut = gzip(&feed);
        assert!(from(&cut[..cut.len() - 9]).is_err());
    }
}
