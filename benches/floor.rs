//! The whole search for copies over its floor: the same corpus read, parsed, cut into words, shingled and
//! sketched, and nothing else done with it. `README.md` says what lies inside each timed region.
//!
//! One thread, processor time. `RETOLD_BENCH_CORPUS` names a JSON-lines file to use in place of an invented
//! one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use retold::candidate::{CandidateSettings, find};
use retold::collection::{ArticleRef, Collection};
use retold::normalise::words::word_hashes;
use retold::progress::NoProgress;
use retold::read::{Corpus, ReadOptions, Rejection};
use retold::recipe::SEED;
use retold::shingle::{SHINGLE_WORDS, shingle_hashes};
use retold::sketch::Banding;
use retold::sketch::MinHash;

const RUNS: usize = 5;
const DOCUMENTS: usize = 30_000;

/// Time that this thread has had a processor, where the system tells; what a clock says otherwise.
fn now(begin: Instant) -> Duration {
    let nanoseconds = fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|figures| figures.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| begin.elapsed(), Duration::from_nanos)
}

fn open(path: &Path) -> Corpus {
    let rejections: Arc<Mutex<Vec<Rejection>>> = Arc::default();
    Corpus::open(&[path.to_owned()], ReadOptions::default(), rejections).expect("the corpus can be opened")
}

/// Passes over the articles with room to work in for each batch.
fn pass(path: &Path, work: impl Fn(&ArticleRef<'_>, &mut Room) + Sync) {
    let batch = |articles: &[ArticleRef<'_>]| {
        let mut room = Room::default();
        articles.iter().for_each(|article| work(article, &mut room));
        std::hint::black_box(room.sum);
    };
    open(path).pass(batch, |()| Ok(())).expect("the corpus can be read");
}

#[derive(Default)]
struct Room {
    words: Vec<u64>,
    shingles: Vec<u64>,
    sketch: Vec<u32>,
    sum: u64,
}

impl Room {
    fn words(&mut self, article: &ArticleRef<'_>) {
        self.words.clear();
        word_hashes(&article.text, |hash| self.words.push(hash.word));
        self.sum ^= self.words.len() as u64;
    }

    fn shingles(&mut self, article: &ArticleRef<'_>) {
        self.words(article);
        self.shingles.clear();
        shingle_hashes(&self.words, SHINGLE_WORDS, &mut self.shingles);
        self.sum ^= self.shingles.last().copied().unwrap_or(0);
    }
}

fn whole(path: &Path, threshold: f64) {
    let settings = CandidateSettings { copies_only: true, threshold, ..Default::default() };
    let rejections: Mutex<Vec<Rejection>> = Mutex::default();
    let found = find(&open(path), &settings, &NoProgress, &rejections).expect("the corpus can be searched");
    std::hint::black_box(found.documents.len());
}

/// 30,000 texts of invented words; every tenth is the one before with each thirtieth word changed.
fn write_corpus(path: &Path) {
    const SYLLABLES: [&str; 12] =
        ["the", "an", "or", "ta", "re", "mo", "sel", "vin", "kar", "lun", "est", "dor"];
    let mut state = 1u64;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((state >> 33) * limit) >> 31
    };
    let mut file = std::io::BufWriter::new(fs::File::create(path).expect("room for the corpus"));
    let mut words: Vec<String> = Vec::new();
    for number in 0..DOCUMENTS {
        let mut word = || (0..=below(3)).map(|_| SYLLABLES[below(12) as usize]).collect::<String>();
        match number % 10 {
            9 => words.iter_mut().step_by(30).for_each(|changed| *changed = word()),
            _ => words = (0..200 + 37 * number % 500).map(|_| word()).collect(),
        }
        let text = words.chunks(12).map(|sentence| sentence.join(" ")).collect::<Vec<_>>().join(". ");
        writeln!(file, "{{\"id\": \"d{number}\", \"text\": \"“{text}.”\"}}").expect("room for the corpus");
    }
}

/// A name, and what is timed.
type Stage<'a> = (&'a str, Box<dyn Fn() + 'a>);

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = std::env::var_os("RETOLD_BENCH_CORPUS").map(PathBuf::from).unwrap_or_else(|| {
        let path = folder.path().join("corpus.jsonl");
        write_corpus(&path);
        path
    });
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("a thread");
    let megabytes = fs::metadata(&path).expect("the corpus is there").len() as f64 / 1e6;
    let sketched = |threshold| {
        let banding = Banding::for_threshold(threshold);
        let minhash = MinHash::new(banding.values(), SEED);
        let path = &path;
        move || {
            pass(path, |article, room| {
                room.shingles(article);
                minhash.sketch(&room.shingles, &mut room.sketch);
            });
        }
    };
    let stages: [Stage<'_>; 7] = [
        ("read and parse", Box::new(|| pass(&path, |article, room| room.sum ^= article.text.len() as u64))),
        ("+ words", Box::new(|| pass(&path, |article, room| room.words(article)))),
        ("+ shingles", Box::new(|| pass(&path, |article, room| room.shingles(article)))),
        ("+ sketch at 0.8: the floor", Box::new(sketched(0.8))),
        ("whole search at 0.8", Box::new(|| whole(&path, 0.8))),
        ("+ sketch at 0.5: the floor", Box::new(sketched(0.5))),
        ("whole search at 0.5", Box::new(|| whole(&path, 0.5))),
    ];
    let begin = Instant::now();
    let mut times = vec![Vec::new(); stages.len()];
    for _ in 0..RUNS {
        for ((_, stage), times) in stages.iter().zip(&mut times) {
            let start = now(begin);
            stage();
            times.push(now(begin) - start);
        }
    }
    let medians: Vec<f64> = times
        .into_iter()
        .map(|mut times| {
            times.sort_unstable();
            times[RUNS / 2].as_secs_f64()
        })
        .collect();
    println!("{megabytes:.0} MB, medians of {RUNS} runs");
    for ((name, _), seconds) in stages.iter().zip(&medians) {
        println!("{name:28} {seconds:8.3} s {:8.0} MB/s", megabytes / seconds);
    }
    println!(
        "whole over floor: {:.2} at 0.8, {:.2} at 0.5",
        medians[4] / medians[3],
        medians[6] / medians[5]
    );
}
