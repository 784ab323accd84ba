//! A server in this process, and a client that says exactly what it is told to.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use retold::index::QuerySettings;
use retold::serve::{FeedSettings, Limits, ServeSettings, Tokens, serve};
use serde_json::{Value, json};

/// Nothing here takes long; what hangs is a fault.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a free port of loopback, which ends with this value.
pub struct Server {
    pub address: SocketAddr,
    pub told: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<retold::Result<()>>>,
}

pub fn settings(folder: PathBuf) -> ServeSettings {
    ServeSettings {
        folder,
        listen: "127.0.0.1:0".parse().unwrap(),
        tokens: Tokens::default(),
        names: Vec::new(),
        query: QuerySettings::default(),
        rules: None,
        watch: None,
        feeds: FeedSettings::default(),
        threads: 2,
        limits: Limits::default(),
    }
}

impl Server {
    pub fn start(folder: &Path) -> Server {
        Server::with(settings(folder.join("archive")))
    }

    pub fn with(settings: ServeSettings) -> Server {
        let stop = Arc::new(AtomicBool::new(false));
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let (is_stopped, tell) = (stop.clone(), told.clone());
        let (send, ready) = channel();
        let work = move || {
            let tell = move |what: &str| tell.lock().unwrap().push(what.to_owned());
            serve(
                settings,
                tell,
                |address| send.send(address).unwrap(),
                || is_stopped.load(Ordering::Relaxed),
            )
        };
        let thread = thread::spawn(work);
        let address = ready.recv_timeout(PATIENCE).expect("the server starts");
        Server { address, told, stop, thread: Some(thread) }
    }

    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !thread::panicking() {
                ended.unwrap().unwrap();
            }
        }
    }

    /// Sends bytes as they are, and returns all that comes back.
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        self.exchange(bytes, false)
    }

    /// As [`Self::raw`], and says that no more will come.
    pub fn half_closed(&self, bytes: &[u8]) -> Vec<u8> {
        self.exchange(bytes, true)
    }

    fn exchange(&self, bytes: &[u8], is_half_closed: bool) -> Vec<u8> {
        let mut stream = self.connect();
        // a server that turns a request away need not read all of it
        let _ = stream.write_all(bytes);
        if is_half_closed {
            let _ = stream.shutdown(Shutdown::Write);
        }
        let mut back = Vec::new();
        let _ = stream.read_to_end(&mut back);
        back
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request += &format!("host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() || method == "POST" || method == "PUT" {
            request += &format!("content-length: {}\r\n", body.len());
        }
        let mut stream = self.connect();
        let _ = stream.write_all(&[request.as_bytes(), b"\r\n", body].concat());
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        Answer::parse(&back)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], b"")
    }

    /// Files an article and returns its matches.
    #[track_caller]
    pub fn file(&self, article: &Value) -> Vec<Value> {
        let answer = self.post("/v1/flag?add=true", article).is(200).json();
        assert_eq!(answer["filed"], true);
        answer["matches"].as_array().unwrap().clone()
    }

    /// The matches of the inbox, the last one first.
    pub fn inbox(&self) -> Vec<Value> {
        self.get("/v1/matches").is(200).json()["items"].as_array().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn parse(back: &[u8]) -> Answer {
        let end = back.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(back)));
        let head = std::str::from_utf8(&back[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: BTreeMap<String, String> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = back[end + 4..].to_vec();
        if headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked") {
            body = dechunked(&body);
        }
        Answer { status, headers, body }
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// A problem of a kind, as RFC 9457 has it.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let answer = self.is(status);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["type"], format!("urn:retold:problem:{code}"), "{problem}");
        assert_eq!(problem["status"], status);
        problem
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

fn dechunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
        if size == 0 {
            break;
        }
    }
    whole
}

pub const WIRE: &str = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall. The governor, \
    Ilse Brandt, told reporters in Hestbrook that 1,400 households below the dam had been asked to leave by noon. \
    Engineers from Meridian University will examine the wall with divers; their report is due on 14 March.";

pub fn wire() -> Value {
    json!({"id": "wire/1", "text": WIRE, "title": "Orrin dam closed", "source": "Meridian Wire",
        "date": "2031-03-09T06:00:00Z",
        "url": "https://wire.example/1"})
}

pub fn print(id: &str) -> Value {
    json!({"id": id, "text": format!("{WIRE} Nobody was hurt."), "title": format!("Dam shut {id}"),
        "source": "Arrel Post",
        "date": "2031-03-10"})
}
