//! Killed at any moment under load: what was acknowledged is there, and nothing is half there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use retold::decisions::{Files, MatchFilter};
use serde_json::{Value, json};

use crate::support::{Answer, WIRE};

struct Program {
    child: Child,
    address: String,
}

fn start(home: &Path) -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_retold"))
        .current_dir(home)
        .args(["serve", "archive", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line
        .split("http://")
        .nth(1)
        .unwrap_or_else(|| panic!("{line}"))
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    Program { child, address }
}

/// An answer, unless the server is gone.
fn ask(address: &str, method: &str, path: &str, body: &Value) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let body = body.to_string();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).ok()?;
    let mut back = Vec::new();
    stream.read_to_end(&mut back).ok()?;
    let end = back.windows(4).position(|window| window == b"\r\n\r\n")?;
    let answer = Answer::parse(&back[..]);
    let length: usize = answer.headers.get("content-length").and_then(|length| length.parse().ok())?;
    (back.len() == end + 4 + length).then_some(answer)
}

/// What was acknowledged.
#[derive(Default)]
struct Acknowledged {
    /// Articles, and ids of the other article of each of their matches.
    filed: Mutex<BTreeMap<String, BTreeSet<String>>>,
    /// Decisions by match.
    decided: Mutex<BTreeMap<String, i64>>,
}

fn load(address: &str, round: usize, client: usize, acknowledged: &Acknowledged) {
    for at in 0.. {
        let id = format!("r{round}c{client}n{at}");
        let article = json!({"id": id, "text": format!("{WIRE} Printed by {id}."), "source": "Post"});
        let Some(answer) = ask(address, "POST", "/v1/flag?add=true", &article) else { return };
        let answer = answer.is(200).json();
        let others = answer["matches"].as_array().unwrap().iter().map(|row| {
            let side = if row["source"] == id { "derived" } else { "source" };
            row[side].as_str().unwrap().to_owned()
        });
        acknowledged.filed.lock().unwrap().insert(id.clone(), others.collect());
        let Some(found) = ask(address, "GET", &format!("/v1/matches?article={id}&limit=1"), &Value::Null)
        else {
            return;
        };
        let found = found.is(200).json();
        let Some(found) = found["items"].as_array().unwrap().first() else { continue };
        let path = format!("/v1/matches/{}/decision", found["id"].as_str().unwrap());
        let said = json!({"decision": "derived", "who": "ann", "seen": found["last_event"]});
        let Some(answer) = ask(address, "POST", &path, &said) else { return };
        if answer.status == 200 {
            let number = answer.json()["number"].as_i64().unwrap();
            acknowledged.decided.lock().unwrap().insert(found["id"].as_str().unwrap().to_owned(), number);
        }
    }
}

#[test]
fn what_was_acknowledged_survives_kills_at_random_moments() {
    let rounds = if std::env::var_os("RETOLD_LONG_TESTS").is_some() { 200 } else { 6 };
    let home = tempfile::tempdir().unwrap();
    let acknowledged = Acknowledged::default();
    let mut state = 88_172_645_463_325_252_u64;
    for round in 0..rounds {
        let Program { mut child, address } = start(home.path());
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let moment = Duration::from_millis(40 + state % 500);
        std::thread::scope(|scope| {
            for client in 0..3 {
                let (address, acknowledged) = (&address, &acknowledged);
                scope.spawn(move || load(address, round, client, acknowledged));
            }
            std::thread::sleep(moment);
            child.kill().unwrap();
            child.wait().unwrap();
        });
    }
    // started once more, what a crash left between index and matches is put right
    let Program { mut child, .. } = start(home.path());
    child.kill().unwrap();
    child.wait().unwrap();
    check(&home.path().join("archive"), &acknowledged);
}

fn check(archive: &Path, acknowledged: &Acknowledged) {
    let snapshot = retold::index::open(archive).unwrap();
    let files = Files::open(archive).unwrap().unwrap();
    let filed = acknowledged.filed.lock().unwrap();
    assert!(!filed.is_empty(), "nothing was acknowledged: the test tests nothing");
    for (id, others) in filed.iter() {
        assert!(snapshot.article(id).unwrap().is_some(), "{id} was acknowledged and is gone");
        let wanted = MatchFilter { article: Some(id.clone()), ..MatchFilter::default() };
        let kept = files.list(&wanted, None, 100_000).unwrap().unwrap().items;
        let kept: BTreeSet<&str> = kept
            .iter()
            .flat_map(|kept| [kept.record.row.source.as_str(), kept.record.row.derived.as_str()])
            .collect();
        for other in others {
            assert!(
                kept.contains(other.as_str()),
                "the match of {id} and {other} was acknowledged and is gone"
            );
        }
    }
    for (id, number) in acknowledged.decided.lock().unwrap().iter() {
        let kept = files.find(id).unwrap().unwrap_or_else(|| panic!("match {id} is gone"));
        let events = files.events(kept.number).unwrap();
        assert!(events.iter().any(|event| event.number == *number), "a decision on {id} is gone");
    }
    // nothing half: both articles of every match are there
    let all = files.list(&MatchFilter::default(), None, 1_000_000).unwrap().unwrap().items;
    for kept in all {
        for id in [&kept.record.row.source, &kept.record.row.derived] {
            assert!(
                snapshot.article(id).unwrap().is_some(),
                "a match names {id}, which the index does not hold"
            );
        }
    }
    let report = retold::index::check(archive, &retold::progress::NoProgress).unwrap();
    assert!(report.is_sound(), "{:?}", report.damage);
}
