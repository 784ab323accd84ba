//! Load on a running `retold serve`: articles of a JSON lines file, one a request, over so many connections.
//!
//! usage: serve_load ADDRESS ARTICLES.jsonl CONNECTIONS REQUESTS_A_SECOND SECONDS [PATH]
//!
//! With 0 requests a second each connection asks as fast as it is answered. Else requests are due at fixed
//! moments, and the time of an answer counts from the moment its request was due, whether it could be sent
//! then or not. Timed is the whole way: writing the request, and reading all of its answer. PATH is
//! `/v1/flag` unless it is given (`/v1/flag?add=true`). It uses nothing of retold, and goes to addresses of
//! this machine alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

struct Plan {
    address: SocketAddr,
    path: String,
    bodies: Vec<String>,
    /// Between two requests of all connections together; none: as fast as possible.
    gap: Option<Duration>,
    length: Duration,
}

/// Sends a body and reads the answer; its status.
fn ask(stream: &mut BufReader<TcpStream>, plan: &Plan, body: &str) -> std::io::Result<u16> {
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        plan.path,
        plan.address,
        body.len()
    );
    stream.get_mut().write_all(request.as_bytes())?;
    let (mut line, mut status, mut length) = (String::new(), 0, 0);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let head = line.trim_end().to_ascii_lowercase();
        if let Some(rest) = head.strip_prefix("http/1.1 ") {
            status = rest.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
        } else if let Some(rest) = head.strip_prefix("content-length: ") {
            length = rest.parse().unwrap_or(0);
        } else if head.is_empty() {
            break;
        }
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer)?;
    Ok(status)
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    millis: Vec<f64>,
    others: usize,
}

fn connection(plan: &Plan, next: &AtomicUsize, begun: Instant) -> Seen {
    let mut seen = Seen::default();
    let Ok(stream) = TcpStream::connect(plan.address) else { return seen };
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let due = plan.gap.map_or_else(Instant::now, |gap| begun + gap * number as u32);
        if due.duration_since(begun) >= plan.length || begun.elapsed() >= plan.length * 2 {
            return seen;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        match ask(&mut stream, plan, &plan.bodies[number % plan.bodies.len()]) {
            Ok(200) => seen.millis.push(due.elapsed().as_secs_f64() * 1e3),
            Ok(_) => seen.others += 1,
            Err(_) => {
                seen.others += 1;
                return seen;
            }
        }
    }
}

fn main() {
    // `cargo bench` puts a flag of its own at the end
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [address, articles, connections, rate, seconds, more @ ..] = arguments.as_slice() else {
        eprintln!("usage: serve_load ADDRESS ARTICLES.jsonl CONNECTIONS REQUESTS_A_SECOND SECONDS [PATH]");
        return;
    };
    let address: SocketAddr = address.parse().expect("an address such as 127.0.0.1:7311");
    assert!(address.ip().is_loopback(), "load goes to this machine alone");
    let rate: f64 = rate.parse().expect("requests a second");
    let plan = Plan {
        address,
        path: more.first().map_or("/v1/flag", String::as_str).to_owned(),
        bodies: std::fs::read_to_string(articles)
            .expect("a file of articles")
            .lines()
            .map(str::to_owned)
            .collect(),
        gap: (rate > 0.0).then(|| Duration::from_secs_f64(1.0 / rate)),
        length: Duration::from_secs_f64(seconds.parse().expect("seconds")),
    };
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    let connections: usize = connections.parse().expect("connections");
    let seen: Vec<Seen> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| connection(&plan, &next, begun))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let others: usize = seen.iter().map(|seen| seen.others).sum();
    let mut millis: Vec<f64> = seen.into_iter().flat_map(|seen| seen.millis).collect();
    millis.sort_by(f64::total_cmp);
    let at =
        |share: f64| millis.get(((millis.len() as f64 * share) as usize).min(millis.len().saturating_sub(1)));
    println!(
        "{} answers in {took:.1} s, {:.0} a second; ms p50 {:.1}, p90 {:.1}, p99 {:.1}, most {:.1}; {others} others",
        millis.len(),
        millis.len() as f64 / took,
        at(0.5).unwrap_or(&0.0),
        at(0.9).unwrap_or(&0.0),
        at(0.99).unwrap_or(&0.0),
        at(1.0).unwrap_or(&0.0),
    );
}
