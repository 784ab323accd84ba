//! Feeds that are followed, over a real socket on loopback.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use retold::serve::{FeedSettings, Limits, ServeSettings};

use crate::support::{Server, WIRE, settings};

/// A server that gives one answer after the other, and the last one from then on.
struct Outlet {
    address: SocketAddr,
    answers: Arc<Mutex<VecDeque<Vec<u8>>>>,
    /// Heads of the requests that came.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Outlet {
    fn new(answers: impl IntoIterator<Item = Vec<u8>>) -> Outlet {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<Vec<u8>>>()));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (given, heads) = (answers.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                heads.lock().unwrap().push(head(&stream));
                let mut answers = given.lock().unwrap();
                let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
                drop(answers);
                // who asked may have gone
                let _ = (&stream).write_all(&answer.unwrap());
            }
        });
        Outlet { address, answers, asked }
    }

    /// What it answers from now on.
    fn say(&self, answer: Vec<u8>) {
        *self.answers.lock().unwrap() = VecDeque::from([answer]);
    }

    fn url(&self) -> String {
        format!("http://{}/feed?key=s3cret", self.address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn head(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap_or(0) > 0 {}
    head.to_ascii_lowercase()
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn item(guid: &str, text: &str) -> String {
    format!(
        "<item><title>Orrin dam closed</title><guid isPermaLink=\"false\">{guid}</guid>\
         <pubDate>Sun, 09 Mar 2031 06:00:00 GMT</pubDate>\
         <content:encoded><![CDATA[<p>{text}</p>]]></content:encoded></item>"
    )
}

fn rss(items: &[String]) -> Vec<u8> {
    let items = items.concat();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\
         <channel><title>Meridian Wire</title>{items}</channel></rss>"
    )
    .into_bytes()
}

fn following(home: &Path, addresses: &[&str]) -> ServeSettings {
    let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let feeds = FeedSettings { addresses, every: Duration::from_millis(200) };
    ServeSettings { feeds, ..settings(home.join("archive")) }
}

fn until(what: &str, server: &Server, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        let told = server.told.lock().unwrap().join("\n");
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{what}\n{told}\n{}",
            server.get("/metrics").text()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A figure of all feeds together.
fn figure(server: &Server, family: &str, outcome: &str) -> u64 {
    let text = server.get("/metrics").is(200).text();
    let of = text.lines().filter(|line| line.starts_with(family) && line.contains(outcome));
    of.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

fn polls(server: &Server, outcome: &str) -> u64 {
    figure(server, "retold_feed_polls_total", outcome)
}

fn items(server: &Server, outcome: &str) -> u64 {
    figure(server, "retold_feed_items_total", outcome)
}

fn told(server: &Server, what: &str) -> usize {
    server.told.lock().unwrap().iter().filter(|told| told.contains(what)).count()
}

#[test]
fn what_is_new_is_filed_once_and_asked_for_on_conditions_also_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let first =
        rss(&[item("tag:wire.example,2031:1", WIRE), item("17", &format!("{WIRE} Nobody was hurt."))]);
    let tags = "etag: \"v1\"\r\nlast-modified: Sun, 09 Mar 2031 06:00:00 GMT\r\n";
    let outlet = Outlet::new([answer("200 OK", tags, &first), answer("304 Not Modified", "", b"")]);
    let server = Server::with(following(home.path(), &[&outlet.url()]));
    until("two polls", &server, || polls(&server, "unchanged") >= 2);
    assert_eq!((items(&server, "taken"), polls(&server, "\"taken\""), polls(&server, "failed")), (2, 1, 0));
    let asked = outlet.asked();
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
    for again in &asked[1..] {
        let conditions = ["if-none-match: \"v1\"", "if-modified-since: sun, 09 mar 2031 06:00:00 gmt"];
        assert!(conditions.iter().all(|condition| again.contains(condition)), "{again}");
    }
    // the one's id is its own, the other's that of its feed; both are in the inbox as a match
    server.get("/v1/articles/tag:wire.example,2031:1").is(200);
    let found = server.inbox();
    assert_eq!(found.len(), 1);
    let named = format!("http://{}/feed#17", outlet.address);
    assert!(found[0]["row"]["derived"] == named.as_str() || found[0]["row"]["source"] == named.as_str());
    assert_eq!(found[0]["source_outlet"], "Meridian Wire");
    let all_told = server.told.lock().unwrap().join("\n");
    assert!(!all_told.contains("s3cret") && !all_told.contains("Orrin"), "{all_told}");
    assert!(!server.get("/metrics").text().contains("s3cret"));
    server.stop();

    // a server that knows no conditions sends it all again
    outlet.say(answer("200 OK", "", &first));
    let before = outlet.asked().len();
    let server = Server::with(following(home.path(), &[&outlet.url()]));
    until("it is seen", &server, || items(&server, "seen") >= 2);
    assert_eq!(items(&server, "\"taken\""), 0);
    assert!(outlet.asked()[before].contains("if-none-match: \"v1\""));

    // a new version, and one that was removed meanwhile
    server.delete("/v1/articles/tag:wire.example,2031:1").is(204);
    let changed =
        [item("tag:wire.example,2031:1", "Rewritten."), item("17", &format!("{WIRE} Two were hurt."))];
    outlet.say(answer("200 OK", "", &rss(&changed)));
    until("the new version", &server, || items(&server, "\"taken\"") == 1);
    until("what was removed", &server, || items(&server, "removed") >= 1);
    server.get("/v1/articles/tag:wire.example,2031:1").is(404);
    let id = named.replace(':', "%3A").replace('/', "%2F").replace('#', "%23");
    assert!(server.get(&format!("/v1/articles/{id}")).is(200).text().contains("Two were hurt"));
}

#[test]
fn failures_are_told_once_counted_each_time_and_end() {
    let home = tempfile::tempdir().unwrap();
    let outlet = Outlet::new([answer("500 Internal Server Error", "", b"Orrin")]);
    let server = Server::with(following(home.path(), &[&outlet.url()]));
    until("three failures", &server, || polls(&server, "failed") >= 3);
    assert_eq!(told(&server, "the server answered 500"), 1);
    assert_eq!(figure(&server, "retold_feed_failing{", ""), 1);
    assert_eq!(server.get("/v1/status").json()["feeds"][0]["is_failing"], true);
    // 200 ms, 400 ms, 800 ms: less and less often
    let times = Instant::now();
    let before = polls(&server, "failed");
    until("the next failure", &server, || polls(&server, "failed") > before);
    assert!(times.elapsed() > Duration::from_millis(300), "{:?}", times.elapsed());
    outlet.say(answer("200 OK", "", &rss(&[item("1", WIRE)])));
    until("it is well again", &server, || items(&server, "\"taken\"") == 1);
    assert_eq!((told(&server, "it answers again"), figure(&server, "retold_feed_failing{", "")), (1, 0));
    assert_eq!(server.get("/v1/status").json()["feeds"][0]["is_failing"], false);
    assert_eq!(server.get("/healthz").status, 200);
}

/// The first failure of a feed that is answered so, in words, and what was taken until then.
#[track_caller]
fn failure(answer: Vec<u8>, limits: Limits) -> (String, u64) {
    let home = tempfile::tempdir().unwrap();
    let outlet = Outlet::new([answer]);
    let name = format!("http://{}/feed: ", outlet.address);
    let server = Server::with(ServeSettings { limits, ..following(home.path(), &[&outlet.url()]) });
    until("a failure", &server, || polls(&server, "failed") >= 1);
    let told = server.told.lock().unwrap().clone();
    let failure = told.iter().find(|told| told.contains("less and less often")).unwrap();
    let reason = failure.strip_prefix(&name).unwrap().split("; it is asked again").next().unwrap();
    (reason.to_owned(), items(&server, "\"taken\""))
}

#[test]
fn a_body_that_breaks_off_gives_nothing_by_its_length_and_its_whole_items_without() {
    let whole = rss(&[item("1", WIRE), item("2", "Another thing happened in Hestbrook on Monday.")]);
    let mut cut = answer("200 OK", "etag: \"cut\"\r\n", &whole);
    cut.truncate(cut.len() - 90);
    let (reason, taken) = failure(cut.clone(), Limits::default());
    assert!(reason.starts_with("the connection failed"), "{reason}");
    assert_eq!(taken, 0);
    // without a length nothing tells but the feed itself
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\netag: \"cut\"\r\n\r\n";
    let (reason, taken) = failure([&head[..], &whole[..whole.len() - 90]].concat(), Limits::default());
    assert_eq!((reason.as_str(), taken), ("it breaks off within an item", 1));
}

#[test]
fn sizes_times_items_and_redirects_are_bounded() {
    let whole = rss(&[item("1", WIRE), item("2", "Another thing happened in Hestbrook on Monday.")]);
    let (reason, taken) = failure(
        answer("200 OK", "", &whole),
        Limits { feed_bytes: whole.len() as u64 - 1, ..Limits::default() },
    );
    assert_eq!((reason, taken), (format!("it is larger than {} bytes", whole.len() - 1), 0));
    let (reason, _) = failure(answer("200 OK", "", &whole), Limits { feed_items: 1, ..Limits::default() });
    assert_eq!(reason, "it has more than 1 items");
    let endless =
        b"HTTP/1.1 200 OK\r\nx: ".iter().copied().chain(std::iter::repeat_n(b'x', 1 << 20)).collect();
    let (reason, _) = failure(endless, Limits::default());
    assert_eq!(reason, "the answer is no proper HTTP");
    let (reason, _) = failure(answer("302 Found", "location: /feed\r\n", b""), Limits::default());
    assert_eq!(reason, "it redirects more than 5 times");
    for elsewhere in ["file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)"] {
        let (reason, _) =
            failure(answer("302 Found", &format!("location: {elsewhere}\r\n"), b""), Limits::default());
        assert!(!reason.contains("passwd") && !reason.contains("alert"), "{reason}");
    }
    let (reason, _) = failure(answer("200 OK", "", b"<html><body>Orrin</body></html>"), Limits::default());
    assert_eq!(reason, "what came is no RSS and no Atom");
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let home = tempfile::tempdir().unwrap();
    // it accepts, and that is all
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/feed", listener.local_addr().unwrap());
    let limits = Limits { feed_time: Duration::from_secs(1), ..Limits::default() };
    let server = Server::with(ServeSettings { limits, ..following(home.path(), &[&url]) });
    until("it is given up", &server, || told(&server, "it took longer than 1 seconds") == 1);
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn hostile_xml_costs_its_own_item_at_most() {
    let home = tempfile::tempdir().unwrap();
    let entities: String = (1..10)
        .map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10)))
        .collect();
    let doctype = format!(
        "<!DOCTYPE rss [<!ENTITY e0 \"laugh\">{entities}<!ENTITY file SYSTEM \"file:///etc/passwd\">]>"
    );
    let hostile = [
        "<item><guid>urn:1</guid><description>&e9; &file;</description></item>".to_owned(),
        "<item><guid>urn:2</guid><content:encoded><p></content:encoded></item>".to_owned(),
        format!("<item>{}</item>", "<a>".repeat(100_000)),
        item("urn:3", "</script><script>alert(1)</script> \u{202e}".repeat(20).as_str()),
        "<item><title>A summary</title><guid>urn:4</guid><description>Read on…</description></item>"
            .to_owned(),
        item("urn:5", WIRE),
    ];
    let feed = rss(&hostile);
    let at = feed.windows(5).position(|window| window == b"<rss ").unwrap();
    let feed = [&feed[..at], doctype.as_bytes(), &feed[at..]].concat();
    let outlet = Outlet::new([answer("200 OK", "", &feed)]);
    let server = Server::with(following(home.path(), &[&outlet.url()]));
    until("the sound one is taken", &server, || items(&server, "\"taken\"") >= 1);
    server.get("/v1/articles/urn:5").is(200);
    server.get("/v1/articles/urn:1").is(404);
    until("what is left out is counted", &server, || items(&server, "no_text") >= 1);
    assert!(items(&server, "unreadable") >= 2, "{}", server.get("/metrics").text());
    let all_told = server.told.lock().unwrap().join("\n");
    assert!(!all_told.contains("root:") && !all_told.contains("laugh"), "{all_told}");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_feed_replaces_what_it_brought_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let own =
        Outlet::new([answer("200 OK", "", &rss(&[item("urn:1", "Ours: the mill burnt down on Sunday.")]))]);
    let server = Server::with(following(home.path(), &[&own.url()]));
    server.put("/v1/articles/urn:2", &serde_json::json!({"id": "urn:2", "text": "From the house itself."}));
    until("it is taken", &server, || items(&server, "\"taken\"") == 1);
    // as another feed under the same ids, from a host of another name
    server.stop();
    let forged = [item("urn:1", "Forged: the mill stands."), item("urn:2", "Forged as well.")];
    let other = Outlet::new([answer("200 OK", "", &rss(&forged))]);
    let url = format!("http://localhost:{}/feed", other.address.port());
    let server = Server::with(following(home.path(), &[&url]));
    until("they are left out", &server, || items(&server, "foreign") >= 2);
    for id in ["urn:1", "urn:2"] {
        assert!(!server.get(&format!("/v1/articles/{id}")).is(200).text().contains("Forged"));
    }
}

#[test]
fn a_file_is_read_again_when_it_has_changed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("wire.rss");
    let server = Server::with(following(home.path(), &[path.to_str().unwrap()]));
    until("it is missing", &server, || told(&server, "it cannot be opened: entity not found") == 1);
    std::fs::write(&path, rss(&[item("urn:1", WIRE)])).unwrap();
    until("it is read", &server, || items(&server, "\"taken\"") == 1);
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Wire</title><entry><id>urn:2</id>\
        <title>Mill</title><content type=\"html\">The old mill of Quarrel Point burnt down on Sunday night.</content>\
        </entry></feed>";
    std::fs::write(&path, atom).unwrap();
    until("it is read again", &server, || items(&server, "\"taken\"") == 2);
    server.get("/v1/articles/urn:2").is(200);
    let read = polls(&server, "\"taken\"");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(polls(&server, "\"taken\""), read, "what has not changed is not read");
}

#[test]
fn an_end_waits_for_no_silent_feed_and_no_idle_client() {
    let home = tempfile::tempdir().unwrap();
    // takes connections, and says nothing
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/feed", silent.local_addr().unwrap());
    let server = Server::with(following(home.path(), &[&address]));
    let asked = silent.accept().unwrap();
    let idle = server.connect();
    let half = server.connect();
    (&half).write_all(b"GET /v1/articles HTTP/1.1\r\nhost: ").unwrap();
    server.get("/healthz").is(200);
    let begun = Instant::now();
    server.stop();
    assert!(begun.elapsed() < Duration::from_millis(3500), "{:?}", begun.elapsed());
    drop((asked, idle, half));
}
