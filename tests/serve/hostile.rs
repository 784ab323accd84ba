//! Strangers: pages of other sites, slow clients, large heads, bombs.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use retold::serve::{ServeSettings, Tokens};
use serde_json::json;

use crate::support::{Answer, Server, print, settings, wire};

#[test]
fn only_requests_to_its_own_names_from_its_own_pages_are_answered() {
    let home = tempfile::tempdir().unwrap();
    let named =
        ServeSettings { names: vec!["desk.example".to_owned()], ..settings(home.path().join("archive")) };
    let server = Server::with(named);
    let port = server.address.port();
    let own = format!("127.0.0.1:{port}");
    let ask = |headers: &[(&str, &str)]| server.send("GET", "/v1/status", headers, b"").status;
    assert_eq!(ask(&[("host", "localhost")]), 200);
    assert_eq!(ask(&[("host", "desk.example")]), 200);
    assert_eq!(ask(&[("host", "evil.example")]), 421);
    assert_eq!(ask(&[("host", "192.168.1.9")]), 421);
    assert_eq!(ask(&[("host", &own), ("host", "evil.example")]), 400);
    assert_eq!(ask(&[("origin", &format!("http://{own}"))]), 200);
    assert_eq!(ask(&[("origin", "http://evil.example")]), 403);
    assert_eq!(ask(&[("origin", "null")]), 403);
    assert_eq!(ask(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]), 403);
    assert_eq!(ask(&[("sec-fetch-site", "same-origin")]), 200);
    let linked =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    assert_eq!(server.send("GET", "/", &linked, b"").status, 200);
    // a form of another page has no other media types than these
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let answer =
            server.send("POST", "/v1/flag", &[("content-type", media_type)], wire().to_string().as_bytes());
        answer.problem(415, "unsupported-media-type");
    }
    // whole addresses in the request line are names, too
    let raw =
        format!("GET http://evil.example/v1/status HTTP/1.1\r\nhost: {own}\r\nconnection: close\r\n\r\n");
    assert_eq!(Answer::parse(&server.raw(raw.as_bytes())).status, 421);
    let none = Answer::parse(&server.raw(b"GET /v1/status HTTP/1.1\r\nconnection: close\r\n\r\n"));
    assert_eq!(none.status, 400);
}

#[test]
fn every_answer_forbids_what_no_page_needs() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    for path in ["/", "/v1/status", "/nothing", "/v1/matches?limit=0"] {
        let headers = server.get(path).headers;
        assert!(headers["content-security-policy"].starts_with("default-src 'none'"), "{path}");
        assert!(headers["content-security-policy"].contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(
            (headers["x-content-type-options"].as_str(), headers["cache-control"].as_str()),
            ("nosniff", "no-store")
        );
        assert!(!headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[test]
fn with_tokens_nothing_of_the_archive_is_told_without_one() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("tokens.txt");
    std::fs::write(&file, "# the desk\n0123456789abcdef\n").unwrap();
    let tokens = Tokens::read(&file).unwrap();
    let server = Server::with(ServeSettings { tokens, ..settings(home.path().join("archive")) });
    for path in [
        "/v1/status",
        "/v1/matches",
        "/metrics",
        "/v1/export.csv",
        "/v1/events",
        "/v1/articles/x",
        "/nothing",
    ] {
        server.get(path).problem(401, "unauthorized");
    }
    for path in ["/", "/healthz", "/openapi.json"] {
        server.get(path).is(200);
    }
    let ask = |headers: &[(&str, &str)]| server.send("GET", "/v1/status", headers, b"").status;
    assert_eq!(ask(&[("authorization", "Bearer 0123456789abcdef")]), 200);
    assert_eq!(ask(&[("authorization", "Bearer 0123456789abcdeF")]), 401);
    server.post("/v1/session", &json!({"token": "wrong"})).problem(401, "unauthorized");
    let session = server.post("/v1/session", &json!({"token": "0123456789abcdef"})).is(204);
    let cookie = session.headers["set-cookie"].split(';').next().unwrap().to_owned();
    assert!(session.headers["set-cookie"].contains("HttpOnly; SameSite=Strict"));
    assert_eq!(ask(&[("cookie", &cookie)]), 200);
}

#[test]
fn an_address_of_other_machines_takes_tokens() {
    let home = tempfile::tempdir().unwrap();
    let open =
        ServeSettings { listen: "0.0.0.0:0".parse().unwrap(), ..settings(home.path().join("archive")) };
    let refused = retold::serve::serve(open, |_| {}, |_| panic!("it must not start"), || true);
    assert!(refused.unwrap_err().to_string().contains("TLS"));
}

#[test]
fn large_heads_and_bodies_are_turned_away() {
    let home = tempfile::tempdir().unwrap();
    let mut small = settings(home.path().join("archive"));
    small.limits.body_bytes = 100_000;
    small.limits.batch_articles = 3;
    let server = Server::with(small);
    let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "a".repeat(10 << 20));
    let back = server.raw(head.as_bytes());
    assert!(back.is_empty() || Answer::parse(&back).status == 431, "{:?}", String::from_utf8_lossy(&back));
    let headers: String = (0..1000).map(|at| format!("x-{at}: y\r\n")).collect();
    let back = server.raw(format!("GET / HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").as_bytes());
    assert!(back.is_empty() || Answer::parse(&back).status == 431);

    let large = json!({"id": "a", "text": "word ".repeat(30_000)});
    server.post("/v1/flag", &large).problem(413, "too-large");
    // one that says nothing of its length is found out on the way
    let mut chunks = "POST /v1/flag HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    for _ in 0..200 {
        chunks += &format!("3e8\r\n{}\r\n", "a".repeat(1000));
    }
    assert_eq!(Answer::parse(&server.raw(chunks.as_bytes())).status, 413);
    let article = |at: usize| json!({"id": format!("{at}"), "text": "Rain."});
    server.post("/v1/flag", &json!((0..4).map(article).collect::<Vec<_>>())).problem(413, "too-large");
    // compressed bodies, of which a bomb would be one, are not taken at all
    for encoding in ["gzip", "br", "zstd", "deflate, gzip"] {
        let headers = [("content-type", "application/json"), ("content-encoding", encoding)];
        server.send("POST", "/v1/flag", &headers, b"\x1f\x8b").problem(415, "unsupported-media-type");
    }
    // deep, and wide
    let deep = "[".repeat(90_000);
    assert!([400, 422].contains(
        &server.send("POST", "/v1/flag", &[("content-type", "application/json")], deep.as_bytes()).status
    ));
    let wide = format!("{{\"id\": \"a\", \"text\": \"Rain.\", \"more\": [{}0]}}", "0,".repeat(40_000));
    server.send("POST", "/v1/flag", &[("content-type", "application/json")], wide.as_bytes()).is(200);
    server.get("/healthz").is(200);
}

#[test]
fn slow_and_half_closed_connections_end() {
    let home = tempfile::tempdir().unwrap();
    let mut quick = settings(home.path().join("archive"));
    quick.limits.head_time = Duration::from_millis(300);
    quick.limits.request_time = Duration::from_millis(600);
    let server = Server::with(quick);
    let ends = |bytes: &[u8]| {
        let mut stream = server.connect();
        stream.write_all(bytes).unwrap();
        let (begun, mut back) = (Instant::now(), Vec::new());
        // a reset is an end as well
        let _ = stream.read_to_end(&mut back);
        assert!(begun.elapsed() < Duration::from_secs(10));
        back
    };
    // a head that never ends, nothing at all, and a connection that idles after its answer
    ends(b"GET / HTTP/1.1\r\nhost: loc");
    ends(b"");
    let back = ends(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(back.starts_with(b"HTTP/1.1 200"));
    // a body that never comes
    let back = ends(b"POST /v1/flag HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{");
    Answer::parse(&back).problem(503, "timeout");
    // one that breaks off
    let back = server.half_closed(b"POST /v1/flag HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{");
    assert!(back.is_empty() || Answer::parse(&back).status == 400);
    server.half_closed(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    server.get("/healthz").is(200);
}

#[test]
fn more_work_than_may_go_on_is_put_off() {
    let home = tempfile::tempdir().unwrap();
    let mut narrow = settings(home.path().join("archive"));
    narrow.threads = 1;
    narrow.limits.requests_at_work = 1;
    let server = Server::with(narrow);
    let long: Vec<_> = (0..40)
        .map(|at| json!({"id": format!("{at}"), "text": format!("Rain {at}. ").repeat(3_000)}))
        .collect();
    let long = json!(long);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let answer = server.post("/v1/flag", &long);
                    if answer.status == 429 {
                        assert_eq!(answer.headers["retry-after"], "1");
                    }
                    answer.status
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert!(statuses.contains(&200) && statuses.contains(&429), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
}

#[test]
fn ids_are_no_paths_and_texts_no_markup() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    std::fs::write(home.path().join("secret"), "secret").unwrap();
    for id in [
        "..%2Fsecret",
        "..%2F..%2Fetc%2Fpasswd",
        "%2Fetc%2Fpasswd",
        "..",
        "%00",
        "archive%2FINDEX",
        "a%0d%0aset-cookie:x",
    ] {
        let answer = server.get(&format!("/v1/articles/{id}"));
        assert_eq!(answer.status, 404, "{id}: {}", answer.text());
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\u{0}'\"";
    server.file(&wire());
    let mut article = print(&format!("../{hostile}"));
    article["title"] = json!(hostile);
    article["url"] = json!("javascript:alert(3)");
    article["source"] = json!(hostile);
    article["text"] = json!(format!("{} {hostile}", article["text"].as_str().unwrap()));
    assert_eq!(server.file(&article).len(), 1);
    let id = server.inbox()[0]["id"].as_str().unwrap().to_owned();
    let sheet = server.get(&format!("/v1/matches/{id}/sheet")).is(200);
    assert!(sheet.headers["content-security-policy"].starts_with("default-src 'none'; style-src 'sha256-"));
    let text = sheet.text();
    assert!(
        !text.contains("<script")
            && !text.contains("<img")
            && !text.contains("href=")
            && !text.contains('\u{202e}')
    );
    assert_eq!(server.get(&format!("/v1/matches/{id}")).is(200).headers["content-type"], "application/json");
}
