//! A file of any input format: the first byte says which, whatever the rest looks like. Two passes agree,
//! what a pass says of an article is what reading it again says, and what is rejected is said in one line.
#![no_main]

use std::io::Cursor;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use retold::collection::Collection;
use retold::read::{Corpus, ReadOptions, Rejection, RejectionSink, input_formats};

struct Rejections;

impl RejectionSink for Rejections {
    fn reject(&self, rejection: Rejection) {
        assert!(!rejection.reason.is_empty() && !rejection.reason.contains('\n'));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, bytes)) = bytes.split_first() else { return };
    let names: Vec<&str> = input_formats().collect();
    let options = ReadOptions {
        input_format: Some(names[usize::from(kind) % names.len()].to_owned()),
        block_bytes: 256,
        record_limit_bytes: 1 << 14,
        bomb_limit_bytes: 1 << 16,
        work_dir: Some("/dev/shm".into()),
        ..ReadOptions::default()
    };
    let stream = Box::new(Cursor::new(bytes.to_vec()));
    let opened = Corpus::open_with_standard_input(&["-".into()], options, Arc::new(Rejections), stream);
    let Ok(corpus) = opened else { return };
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
        assert!(!article.id.is_empty() && !article.text.trim().is_empty());
        assert_eq!(&corpus.read(*location).expect("it was there"), article);
    }
});
