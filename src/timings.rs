//! Where the time of a run goes: its stages, and how much work each step was given.
//!
//! A [`Timings`] stands between a run and the [`Progress`] that its user sees. Figures are those of the whole
//! process, of all threads together: who wants to compare runs does one at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::Serialize;

use crate::article::Article;
use crate::collection::{ArticleRef, Collection, Location};
use crate::error::Result;
use crate::progress::{Progress, Work};
use crate::work::{peak_memory_bytes, process_cpu_seconds};

/// What is done before the first stage tells its name.
const BEGINNING: &str = "opening";

/// Measures the stages of a run, and passes on what they tell.
pub struct Timings<'a> {
    shown: &'a dyn Progress,
    begun: Clock,
    stages: Mutex<StageTimes>,
    counts: [AtomicU64; Work::COUNT],
    reads: Reads,
}

#[derive(Default)]
struct Reads {
    articles: AtomicU64,
    bytes: AtomicU64,
}

struct StageTimes {
    name: &'static str,
    since: Clock,
    ended: Vec<StageTime>,
}

#[derive(Clone, Copy)]
struct Clock {
    wall: Instant,
    cpu_seconds: Option<f64>,
}

impl Clock {
    fn now() -> Self {
        Clock { wall: Instant::now(), cpu_seconds: process_cpu_seconds() }
    }

    /// As [`StageTime`], of what has passed since.
    fn passed(&self, name: &'static str) -> StageTime {
        let now = Clock::now();
        StageTime {
            name,
            cpu_seconds: now.cpu_seconds.zip(self.cpu_seconds).map(|(now, then)| to_milliseconds(now - then)),
            wall_seconds: to_milliseconds((now.wall - self.wall).as_secs_f64()),
        }
    }
}

fn to_milliseconds(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

/// How long a stage took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageTime {
    /// As the progress bar names it.
    pub name: &'static str,
    /// User and system time of all threads; `None` where the system does not tell.
    pub cpu_seconds: Option<f64>,
    /// By the clock.
    pub wall_seconds: f64,
}

/// What a run cost; as JSON it is what `schema/timings.json` describes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunTimings {
    /// Of this form.
    pub format: u32,
    /// Version of the program.
    pub version: &'static str,
    /// Threads that worked.
    pub threads: usize,
    /// User and system time from beginning to end.
    pub cpu_seconds: Option<f64>,
    /// By the clock, from beginning to end.
    pub wall_seconds: f64,
    /// In the order in which they came: one that came twice stands here twice.
    pub stages: Vec<StageTime>,
    /// Bytes of the records of these articles, after decompression.
    pub bytes_read: u64,
    /// Articles taken from the inputs, each time.
    pub articles_read: u64,
    /// Texts cut into words, each time.
    pub texts_tokenised: u64,
    /// Articles prepared to be compared, each time.
    pub articles_prepared: u64,
    /// How many pairs came to each step.
    pub pairs: PairSteps,
    /// Largest size in memory that the process ever had; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
}

/// How many pairs came to each step, as [`Work`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PairSteps {
    /// [`Work::Candidate`]
    pub candidates: u64,
    /// [`Work::Promising`]
    pub promising: u64,
    /// [`Work::Measured`]
    pub measured: u64,
    /// [`Work::Plausible`]
    pub plausible: u64,
    /// [`Work::Aligned`]
    pub aligned: u64,
    /// [`Work::Listed`]
    pub listed: u64,
}

impl<'a> Timings<'a> {
    /// Measures from now on.
    pub fn new(shown: &'a dyn Progress) -> Self {
        let now = Clock::now();
        Timings {
            shown,
            begun: now,
            stages: Mutex::new(StageTimes { name: BEGINNING, since: now, ended: Vec::new() }),
            counts: Default::default(),
            reads: Reads::default(),
        }
    }

    /// The collection, with its articles counted here.
    pub fn counting<'c, C>(&'c self, collection: &'c C) -> CountedReads<'c, C> {
        CountedReads { collection, reads: &self.reads }
    }

    /// A stage begins of which the user is not told.
    pub fn begin(&self, name: &'static str) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = stages.since.passed(stages.name);
        stages.ended.push(ended);
        (stages.name, stages.since) = (name, Clock::now());
    }

    /// Ends the stage that is on, and says what all of them took.
    pub fn finish(&self) -> RunTimings {
        let count = |what: Work| self.counts[what as usize].load(Ordering::Relaxed);
        let stages = {
            let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
            stages.ended.iter().cloned().chain([stages.since.passed(stages.name)]).collect()
        };
        let StageTime { cpu_seconds, wall_seconds, .. } = self.begun.passed("");
        RunTimings {
            format: 1,
            version: env!("CARGO_PKG_VERSION"),
            threads: rayon::current_num_threads(),
            cpu_seconds,
            wall_seconds,
            stages,
            bytes_read: self.reads.bytes.load(Ordering::Relaxed),
            articles_read: self.reads.articles.load(Ordering::Relaxed),
            texts_tokenised: count(Work::Tokenised),
            articles_prepared: count(Work::Prepared),
            pairs: PairSteps {
                candidates: count(Work::Candidate),
                promising: count(Work::Promising),
                measured: count(Work::Measured),
                plausible: count(Work::Plausible),
                aligned: count(Work::Aligned),
                listed: count(Work::Listed),
            },
            peak_memory_bytes: peak_memory_bytes(),
        }
    }
}

impl Progress for Timings<'_> {
    fn stage(&self, name: &'static str, total: Option<u64>) {
        self.begin(name);
        self.shown.stage(name, total);
    }

    fn advance(&self, amount: u64) {
        self.shown.advance(amount);
    }

    fn count(&self, what: Work, amount: u64) {
        self.counts[what as usize].fetch_add(amount, Ordering::Relaxed);
        self.shown.count(what, amount);
    }

    fn is_cancelled(&self) -> bool {
        self.shown.is_cancelled()
    }
}

/// A collection of which it is counted what is read.
pub struct CountedReads<'a, C> {
    collection: &'a C,
    reads: &'a Reads,
}

impl Reads {
    fn add(&self, articles: u64, bytes: u64) {
        self.articles.fetch_add(articles, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl<C: Collection> Collection for CountedReads<'_, C> {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let counted = |articles: &[ArticleRef<'_>]| {
            let bytes = articles.iter().map(|article| u64::from(article.location.length)).sum();
            self.reads.add(articles.len() as u64, bytes);
            work(articles)
        };
        self.collection.pass(counted, take)
    }

    fn read(&self, location: Location) -> Result<Article> {
        self.reads.add(1, u64::from(location.length));
        self.collection.read(location)
    }

    fn input_name(&self, input: u32) -> String {
        self.collection.input_name(input)
    }

    fn line_number(&self, location: Location) -> Option<u64> {
        self.collection.line_number(location)
    }

    fn total_bytes(&self) -> Option<u64> {
        self.collection.total_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::CandidateSettings;
    use crate::judge::Profile;
    use crate::pipeline::{ScanSettings, scan};
    use crate::progress::NoProgress;
    use crate::rows::Families;

    const STORY: &str = "Mayor Ann Lopez of Springfield said on Tuesday that 48 bridges would be rebuilt by March. The \
        council voted 9 to 2 for the plan, which costs 31 million dollars, and Tom Baker asked for a second study.";

    #[test]
    fn what_a_scan_does_is_counted() {
        let articles = vec![
            Article::new("a", STORY),
            Article::new("b", STORY.replace("second", "third")),
            Article::new("c", "Something else entirely happened in another town that day."),
        ];
        let settings = ScanSettings {
            candidates: CandidateSettings::default(),
            profile: Profile::default(),
            min_score: None,
            all_pairs: false,
            shared: false,
        };
        let timings = Timings::new(&NoProgress);
        let rejections = Mutex::new(Vec::new());
        let found = scan(&timings.counting(&articles), &settings, &timings, &rejections).unwrap();
        let told = timings.finish();
        assert_eq!(found.families.len(), 1);
        assert!(told.articles_read >= 5 && told.bytes_read as usize > 5 * STORY.len() / 2, "{told:?}");
        assert!(told.texts_tokenised >= 5 && told.articles_prepared == 2, "{told:?}");
        let PairSteps { promising, measured, plausible, aligned, listed, .. } = told.pairs;
        assert_eq!([promising, measured, plausible, aligned, listed], [1; 5], "{told:?}");
        let names: Vec<&str> = told.stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names[..2], ["opening", "reading"]);
        assert!(names.contains(&"weighing evidence"), "{names:?}");
        let by_stage: f64 = told.stages.iter().map(|stage| stage.wall_seconds).sum();
        assert!((by_stage - told.wall_seconds).abs() < 0.001 * (names.len() + 1) as f64);
        assert_eq!(told.cpu_seconds.is_some(), cfg!(unix));
    }
}
