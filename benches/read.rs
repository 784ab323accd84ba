//! Reading: bytes to borrowed articles, with next to nothing done with them.
//!
//! Timed: one pass, from files in the page cache (or a stream in memory) to a sum of text lengths. Not timed:
//! making the corpus, and listing the files. `RETOLD_BENCH_CORPUS` names a JSON-lines file to use in place of
//! made-up lines.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rayon::{ThreadPool, ThreadPoolBuilder};
use retold::collection::{Collection, Location};
use retold::read::{Corpus, ReadOptions, Rejection};

fn made_up_lines() -> Vec<u8> {
    let sentence = "The council said on Tuesday that the bridge – closed since “spring” – would open again, \\\"in time\\\".\\n";
    let line = |number: usize| {
        let text = sentence.repeat(10 + number % 40);
        format!("{{\"id\": \"d{number:07}\", \"text\": \"{text}\"}}\n")
    };
    (0..20_000).map(line).collect::<String>().into_bytes()
}

fn open(input: PathBuf, stream: Vec<u8>) -> Corpus {
    let rejections: Arc<Mutex<Vec<Rejection>>> = Arc::default();
    let stream = Box::new(Cursor::new(stream));
    Corpus::open_with_standard_input(&[input], ReadOptions::default(), rejections, stream)
        .expect("the corpus was just written")
}

fn pass(pool: &ThreadPool, corpus: &Corpus) -> usize {
    pool.install(|| {
        let mut total = 0;
        let lengths = |length| {
            total += length;
            Ok(())
        };
        corpus
            .pass(|articles| articles.iter().map(|article| article.text.len()).sum::<usize>(), lengths)
            .expect("the corpus does not change");
        total
    })
}

fn passes(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lines = match std::env::var_os("RETOLD_BENCH_CORPUS") {
        Some(path) => std::fs::read(path).expect("RETOLD_BENCH_CORPUS can be read"),
        None => made_up_lines(),
    };
    let plain = folder.path().join("corpus.jsonl");
    std::fs::write(&plain, &lines).expect("room for the corpus");
    let zstd = zstd::encode_all(&lines[..], 3).expect("zstd");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, &lines).expect("gzip");
    let gzip = gzip.finish().expect("gzip");

    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let mut group = criterion.benchmark_group(format!("read/{threads} threads"));
        group.throughput(Throughput::Bytes(lines.len() as u64)).sample_size(10);
        let of_plain = || open(plain.clone(), Vec::new());
        group.bench_function("plain, first pass", |bencher| {
            bencher.iter_batched(of_plain, |corpus| pass(&pool, &corpus), BatchSize::PerIteration);
        });
        let corpus = of_plain();
        pass(&pool, &corpus);
        group.bench_function("plain, later pass", |bencher| bencher.iter(|| pass(&pool, &corpus)));
        for (name, stream) in [("plain stream", &lines), ("gzip", &gzip), ("zstd", &zstd)] {
            let of_stream = || open("-".into(), stream.clone());
            group.bench_function(format!("{name}, first pass"), |bencher| {
                bencher.iter_batched(of_stream, |corpus| pass(&pool, &corpus), BatchSize::PerIteration);
            });
        }
        let corpus = open("-".into(), zstd.clone());
        pass(&pool, &corpus);
        group.bench_function("spooled, later pass", |bencher| bencher.iter(|| pass(&pool, &corpus)));
    }
}

fn single_reads(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = folder.path().join("corpus.jsonl");
    std::fs::write(&plain, made_up_lines()).expect("room for the corpus");
    let mut group = criterion.benchmark_group("read/one article");
    for (name, corpus) in [("plain", open(plain, Vec::new())), ("spooled", open("-".into(), made_up_lines()))]
    {
        let mut locations: Vec<Location> = Vec::new();
        let take = |batch| {
            locations.extend::<Vec<Location>>(batch);
            Ok(())
        };
        corpus
            .pass(|articles| articles.iter().map(|article| article.location).collect(), take)
            .expect("the corpus does not change");
        let mut at = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                at = (at + 7919) % locations.len();
                corpus.read(locations[at]).expect("the corpus does not change")
            });
        });
    }
}

criterion_group!(benches, passes, single_reads);
criterion_main!(benches);
