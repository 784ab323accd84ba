//! Figures of the server, as Prometheus reads them (text format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::rules::HiddenCounts;

/// Upper bounds of the histogram of answering times, in seconds.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Counted since the server started.
#[derive(Debug, Default)]
pub struct Metrics {
    answers: Mutex<BTreeMap<(String, String, u16), u64>>,
    times: Mutex<BTreeMap<String, Times>>,
    feeds: Mutex<BTreeMap<String, FeedFigures>>,
    at_work: AtomicUsize,
    filing: AtomicUsize,
}

/// How a poll of a feed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollOutcome {
    /// It was read, whatever was new in it.
    Taken,
    /// The server said that it is as it was.
    Unchanged,
    Failed,
}

/// What became of a feed's items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    pub taken: u64,
    /// Taken before.
    pub seen: u64,
    /// Left out: a summary alone, or nothing.
    pub no_text: u64,
    /// Left out: no article, or one at which retold failed.
    pub unreadable: u64,
    /// Left out: of an id that somebody else brought.
    pub foreign: u64,
    /// Left out: removed from the archive before.
    pub removed: u64,
}

impl ItemCounts {
    pub fn add(&mut self, other: &ItemCounts) {
        self.taken += other.taken;
        self.seen += other.seen;
        self.no_text += other.no_text;
        self.unreadable += other.unreadable;
        self.foreign += other.foreign;
        self.removed += other.removed;
    }

    fn named(&self) -> [(&'static str, u64); 6] {
        [
            ("taken", self.taken),
            ("seen", self.seen),
            ("no_text", self.no_text),
            ("unreadable", self.unreadable),
            ("foreign", self.foreign),
            ("removed", self.removed),
        ]
    }
}

/// Figures of one feed.
#[derive(Clone, Debug, Default)]
pub struct FeedFigures {
    polls: [u64; 3],
    pub items: ItemCounts,
    is_failing: bool,
}

impl FeedFigures {
    pub fn polled(&mut self, outcome: PollOutcome) {
        self.polls[outcome as usize] += 1;
        self.is_failing = outcome == PollOutcome::Failed;
    }

    pub fn is_failing(&self) -> bool {
        self.is_failing
    }
}

#[derive(Debug, Default)]
struct Times {
    within: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

/// Figures that are looked up when they are asked for.
pub struct Moment {
    pub documents: u64,
    pub segments: usize,
    pub index_bytes: u64,
    pub matches: u64,
    pub undecided: u64,
    pub hidden: HiddenCounts,
}

impl Metrics {
    /// A request of a route (as it is written in the API) was answered.
    pub fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let key = (route.to_owned(), method.to_owned(), status);
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let times = times.entry(route.to_owned()).or_default();
        let seconds = took.as_secs_f64();
        times.count += 1;
        times.seconds += seconds;
        for (within, _) in times.within.iter_mut().zip(BOUNDS).filter(|(_, bound)| seconds <= *bound) {
            *within += 1;
        }
    }

    pub fn at_work(&self, by: isize) {
        match by {
            1.. => self.at_work.fetch_add(by.unsigned_abs(), Ordering::Relaxed),
            _ => self.at_work.fetch_sub(by.unsigned_abs(), Ordering::Relaxed),
        };
    }

    pub fn waiting_to_be_filed(&self, orders: usize) {
        self.filing.store(orders, Ordering::Relaxed);
    }

    /// Changes the figures of a feed, which is named from then on.
    pub fn feed(&self, name: &str, change: impl FnOnce(&mut FeedFigures)) {
        change(self.feeds.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default());
    }

    /// Figures of all feeds, by name.
    pub fn feeds(&self) -> BTreeMap<String, FeedFigures> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The page of figures.
    pub fn text(&self, now: &Moment) -> String {
        let mut out = String::new();
        let mut family = |name: &str, kind: &str, help: &str, lines: &[(String, String)]| {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in lines {
                let _ = writeln!(out, "{name}{labels} {value}");
            }
        };
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<(String, String)> = answers
            .iter()
            .map(|((route, method, status), count)| {
                let labels = format!("{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}");
                (labels, count.to_string())
            })
            .collect();
        family("retold_requests_total", "counter", "Requests answered.", &lines);
        drop(answers);
        let gauge = |value: usize| vec![(String::new(), value.to_string())];
        let at_work = self.at_work.load(Ordering::Relaxed);
        let filing = self.filing.load(Ordering::Relaxed);
        family("retold_requests_at_work", "gauge", "Requests that are judged now.", &gauge(at_work));
        family("retold_filing_queue", "gauge", "Orders that wait for the writer.", &gauge(filing));
        let large = |value: u64| vec![(String::new(), value.to_string())];
        family("retold_index_documents", "gauge", "Articles in the archive.", &large(now.documents));
        family("retold_index_segments", "gauge", "Segments of the index.", &gauge(now.segments));
        family("retold_index_bytes", "gauge", "Bytes of the index's segments.", &large(now.index_bytes));
        family("retold_matches", "gauge", "Matches kept.", &large(now.matches));
        family("retold_matches_undecided", "gauge", "Matches nobody decided on.", &large(now.undecided));
        let hidden = now.hidden.0.iter();
        let hidden: Vec<(String, String)> =
            hidden.map(|(reason, count)| (format!("{{reason=\"{reason}\"}}"), count.to_string())).collect();
        family("retold_matches_hidden_total", "counter", "Matches that rules hid.", &hidden);
        let [polls, items, failing] = self.feed_lines();
        family("retold_feed_polls_total", "counter", "Times that a feed was asked, by how it ended.", &polls);
        family("retold_feed_items_total", "counter", "Items of feeds, by what became of them.", &items);
        family("retold_feed_failing", "gauge", "Whether a feed failed when it was asked last.", &failing);
        let resident = resident_bytes().unwrap_or_default();
        family("process_resident_memory_bytes", "gauge", "Memory of the process.", &large(resident));
        self.histogram(&mut out);
        out
    }

    /// Lines of the feeds' three families.
    fn feed_lines(&self) -> [Vec<(String, String)>; 3] {
        let mut lines: [Vec<(String, String)>; 3] = Default::default();
        let [polls, items, failing] = &mut lines;
        for (feed, figures) in self.feeds.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let feed = feed.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let labelled = |outcome: &str, count: &u64| {
                (format!("{{feed=\"{feed}\",outcome=\"{outcome}\"}}"), count.to_string())
            };
            let outcomes = ["taken", "unchanged", "failed"].iter().zip(&figures.polls);
            polls.extend(outcomes.map(|(outcome, count)| labelled(outcome, count)));
            items.extend(figures.items.named().iter().map(|(outcome, count)| labelled(outcome, count)));
            failing.push((format!("{{feed=\"{feed}\"}}"), u8::from(figures.is_failing).to_string()));
        }
        lines
    }

    fn histogram(&self, out: &mut String) {
        const NAME: &str = "retold_request_seconds";
        let _ = writeln!(out, "# HELP {NAME} Time to answer, by route.\n# TYPE {NAME} histogram");
        for (route, times) in self.times.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for (count, bound) in times.within.iter().zip(BOUNDS) {
                let _ = writeln!(out, "{NAME}_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}");
            }
            let Times { count, seconds, .. } = times;
            let _ = writeln!(out, "{NAME}_bucket{{route=\"{route}\",le=\"+Inf\"}} {count}");
            let _ = writeln!(out, "{NAME}_sum{{route=\"{route}\"}} {seconds}");
            let _ = writeln!(out, "{NAME}_count{{route=\"{route}\"}} {count}");
        }
    }
}

/// Memory of this process that is in RAM. Known on Linux only.
fn resident_bytes() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_into_all_bounds_above_them() {
        let metrics = Metrics::default();
        metrics.answered("/v1/flag", "POST", 200, Duration::from_millis(4));
        metrics.answered("/v1/flag", "POST", 429, Duration::from_millis(400));
        let now = Moment {
            documents: 7,
            segments: 1,
            index_bytes: 99,
            matches: 3,
            undecided: 2,
            hidden: HiddenCounts::default(),
        };
        let text = metrics.text(&now);
        for line in [
            "retold_requests_total{route=\"/v1/flag\",method=\"POST\",status=\"200\"} 1",
            "retold_request_seconds_bucket{route=\"/v1/flag\",le=\"0.0025\"} 0",
            "retold_request_seconds_bucket{route=\"/v1/flag\",le=\"0.005\"} 1",
            "retold_request_seconds_bucket{route=\"/v1/flag\",le=\"+Inf\"} 2",
            "retold_index_documents 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
