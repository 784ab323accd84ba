//! Files of any format and compression: the first byte says how the rest is stored. Two passes agree, and
//! what a pass says of an article is what reading it again says.
#![no_main]

use std::io::Write;
use std::sync::{Arc, Mutex};

use libfuzzer_sys::fuzz_target;
use retold::collection::Collection;
use retold::read::{Corpus, ReadOptions, Rejection, RejectionSink};

struct Rejections(Mutex<usize>);

impl RejectionSink for Rejections {
    fn reject(&self, rejection: Rejection) {
        assert!(!rejection.reason.is_empty());
        *self.0.lock().expect("no panic before") += 1;
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, bytes)) = bytes.split_first() else { return };
    let (name, stored) = match kind % 8 {
        0 => ("a.jsonl", bytes.to_vec()),
        1 => ("a.txt", bytes.to_vec()),
        2 => ("a.jsonl.gz", bytes.to_vec()),
        3 => ("a.jsonl.zst", bytes.to_vec()),
        4 => ("a.jsonl.gz", gzip(bytes)),
        5 => ("a.txt.zst", zstd::bulk::compress(bytes, 1).expect("memory does not fail")),
        6 => ("a.txt.gz", bytes.to_vec()),
        _ => ("a.ndjson", bytes.to_vec()),
    };
    let folder = tempfile::Builder::new().tempdir_in("/dev/shm").expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, stored).expect("a file");
    let options = ReadOptions {
        block_bytes: 64,
        record_limit_bytes: 1 << 14,
        bomb_limit_bytes: 1 << 16,
        work_dir: Some(folder.path().to_owned()),
        ..ReadOptions::default()
    };
    let rejections = Arc::new(Rejections(Mutex::new(0)));
    let Ok(corpus) = Corpus::open(&[path], options, rejections) else { return };
    let pass = || {
        let mut all = Vec::new();
        let done = corpus.pass(
            |articles| {
                articles.iter().map(|article| (article.location, article.to_article())).collect::<Vec<_>>()
            },
            |articles: Vec<_>| {
                all.extend(articles);
                Ok(())
            },
        );
        done.is_ok().then_some(all)
    };
    let Some(first) = pass() else { return };
    assert_eq!(pass().as_ref(), Some(&first));
    for (location, article) in first.iter().take(4) {
        assert_eq!(&corpus.read(*location).expect("it was there"), article);
    }
});
