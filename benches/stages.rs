//! One bench a stage; `README.md` says what lies inside each timed region.

use std::hint::black_box;
use std::sync::Mutex;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use retold::analysis::features::FeatureFinder;
use retold::analysis::identity::identity;
use retold::article::Article;
use retold::candidate::{CandidateSettings, find};
use retold::collection::MemoryCollection;
use retold::normalise::words::{for_each_word, word_hashes};
use retold::progress::NoProgress;
use retold::read::Rejection;
use retold::recipe::SEED;
use retold::shingle::{SHINGLE_WORDS, ShingleSet, shingle_hashes};
use retold::sketch::Banding;
use retold::sketch::{MinHash, ScaledSketch, SimHash};

const TEXTS: usize = 500;
const WORDS: u64 = 450;

/// Numbers that look random and never change.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        ((self.0 >> 33) * limit) >> 31
    }

    /// Invented words of one to four syllables, the short ones often, with the punctuation of print.
    fn text(&mut self, words: u64) -> String {
        const SYLLABLES: [&str; 16] = [
            "the", "an", "or", "in", "ta", "re", "mo", "sel", "vin", "kar", "to", "lun", "est", "pri", "dor",
            "é",
        ];
        let mut text = String::new();
        for word in 0..words {
            let syllables = if self.below(2) == 0 { 1 } else { 1 + self.below(4) };
            (0..syllables).for_each(|_| text.push_str(SYLLABLES[self.below(15) as usize]));
            text.push_str(match self.below(40) {
                0 => ". ",
                1 => ", ",
                2 => "’s “",
                3 if word % 3 == 0 => SYLLABLES[15],
                _ => " ",
            });
        }
        text
    }
}

fn texts() -> Vec<String> {
    let mut draw = Draw(1);
    (0..TEXTS).map(|_| draw.text(WORDS)).collect()
}

fn words_of(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    word_hashes(text, |hash| words.push(hash.word));
    words
}

fn shingles_of(text: &str) -> Vec<u64> {
    let mut shingles = Vec::new();
    shingle_hashes(&words_of(text), SHINGLE_WORDS, &mut shingles);
    shingles
}

fn words(criterion: &mut Criterion) {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut group = criterion.benchmark_group("words");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("hashed", |bencher| {
        bencher.iter(|| {
            let mut all = 0;
            texts.iter().for_each(|text| word_hashes(text, |hash| all ^= hash.word));
            all
        });
    });
    group.bench_function("exact", |bencher| {
        bencher.iter(|| {
            let mut all = 0;
            texts.iter().for_each(|text| for_each_word(text, |bytes, word| all ^= bytes.start ^ word.len()));
            all
        });
    });
    let cyrillic: Vec<String> = texts.iter().map(|text| text.replace('t', "т").replace('o', "о")).collect();
    group.bench_function("hashed, mixed scripts", |bencher| {
        bencher.iter(|| {
            let mut all = 0;
            cyrillic.iter().for_each(|text| word_hashes(text, |hash| all ^= hash.word));
            all
        });
    });
    group.finish();
}

fn sketches(criterion: &mut Criterion) {
    let texts = texts();
    let words: Vec<Vec<u64>> = texts.iter().map(|text| words_of(text)).collect();
    let shingles: Vec<Vec<u64>> = texts.iter().map(|text| shingles_of(text)).collect();
    let mut group = criterion.benchmark_group("sketch");
    group.throughput(Throughput::Elements(TEXTS as u64));
    let mut hashes = Vec::new();
    group.bench_function("shingles", |bencher| {
        bencher.iter(|| {
            for words in &words {
                hashes.clear();
                shingle_hashes(words, SHINGLE_WORDS, &mut hashes);
                black_box(&hashes);
            }
        });
    });
    for threshold in [0.8, 0.5] {
        let banding = Banding::for_threshold(threshold);
        let minhash = MinHash::new(banding.values(), SEED);
        let (mut sketch, mut keys) = (Vec::new(), Vec::new());
        group.bench_function(format!("minhash and band keys at {threshold}"), |bencher| {
            bencher.iter(|| {
                for shingles in &shingles {
                    keys.clear();
                    minhash.sketch(shingles, &mut sketch);
                    banding.keys(&sketch, &mut keys);
                    black_box(&keys);
                }
            });
        });
    }
    let simhash = SimHash::new(SEED);
    group.bench_function("simhash", |bencher| {
        bencher.iter(|| {
            words.iter().for_each(|words| {
                black_box(simhash.fingerprint(words, &mut hashes));
            });
        });
    });
    group.bench_function("scaled, one in 64", |bencher| {
        bencher.iter(|| {
            shingles.iter().for_each(|shingles| {
                black_box(ScaledSketch::new(shingles, 64, SEED));
            });
        });
    });
    group.bench_function("identity", |bencher| {
        bencher.iter(|| words.iter().fold(0, |all, words| all ^ identity(words)));
    });
    let mut finder = FeatureFinder::default();
    group.bench_function("rare features, words included", |bencher| {
        bencher.iter(|| texts.iter().map(|text| finder.find(text).len()).sum::<usize>());
    });
    group.bench_function("exact jaccard, words and sorting included", |bencher| {
        bencher.iter(|| {
            let pairs = texts.chunks_exact(2);
            pairs
                .map(|pair| ShingleSet::of_text(&pair[0]).overlap(&ShingleSet::of_text(&pair[1])).jaccard())
                .sum::<f64>()
        });
    });
    group.finish();
}

/// 10,000 texts, one in five of them a copy of another with one word in thirty changed.
fn corpus() -> Vec<Article> {
    let mut draw = Draw(2);
    let mut texts: Vec<String> = Vec::new();
    for number in 0..10_000 {
        if number % 5 != 4 {
            texts.push(draw.text(100 + number % 300));
            continue;
        }
        let copied = texts[draw.below(number) as usize].split(' ');
        let edited: Vec<String> =
            copied.map(|word| if draw.below(30) == 0 { draw.text(1) } else { word.to_owned() }).collect();
        texts.push(edited.join(" "));
    }
    (0..).zip(texts).map(|(number, text)| Article::new(format!("d{number}"), text)).collect()
}

fn search(criterion: &mut Criterion) {
    let articles = corpus();
    let bytes: usize = articles.iter().map(|article| article.text.len()).sum();
    let collection = MemoryCollection::new(articles);
    let mut group = criterion.benchmark_group("find");
    group.throughput(Throughput::Bytes(bytes as u64)).sample_size(10);
    for (name, copies_only) in [("copies only", true), ("with rewrites", false)] {
        let settings = CandidateSettings { copies_only, ..Default::default() };
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Mutex::new(Vec::<Rejection>::new()),
                |rejections| {
                    find(&collection, &settings, &NoProgress, &rejections).map(|found| found.documents.len())
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, words, sketches, search);
criterion_main!(benches);
