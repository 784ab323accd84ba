//! JSON lines: what is an article says so whichever way its bytes come, and agrees with a plain JSON reader.
#![no_main]

use std::io::{BufReader, Cursor};

use libfuzzer_sys::fuzz_target;
use retold::article::{Article, iso_seconds};
use retold::read::{ArticleLines, FieldNames, ReadOptions};

fn read(bytes: &[u8], buffer: usize, options: &ReadOptions) -> Vec<Result<Article, String>> {
    let stream = BufReader::with_capacity(buffer, Cursor::new(bytes));
    let mut lines = ArticleLines::new(stream, "input", options).expect("settings are sound");
    let mut read = Vec::new();
    while let Some(next) = lines.next().expect("memory does not fail") {
        read.push(next.map_err(|rejection| rejection.reason));
    }
    read
}

fuzz_target!(|bytes: &[u8]| {
    let mut options = ReadOptions { record_limit_bytes: 4096, ..ReadOptions::default() };
    if bytes.first() == Some(&b'#') {
        options.field_names = FieldNames { id: "url".into(), text: "body".into(), ..FieldNames::default() };
    }
    let articles = read(bytes, 1 << 16, &options);
    assert_eq!(articles, read(bytes, 7, &options));
    for article in articles.into_iter().flatten() {
        let _ = article.date.as_deref().map(iso_seconds);
        let _ = article.unix_seconds();
        if options.field_names == FieldNames::default() && !article.id.is_empty() {
            // what was read comes back through a line of our own
            let line = serde_json::to_string(&article).expect("an article is JSON");
            if line.len() < 4096 {
                let again = read(line.as_bytes(), 64, &options);
                assert_eq!(again, [Ok(article)]);
            }
        }
    }
});
