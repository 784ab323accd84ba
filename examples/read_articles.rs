//! Whatever retold reads, as JSON lines: `cargo run --example read_articles -- page.html feed.xml
//! crawl.warc.gz`.
//!
//! Without arguments it reads the articles that come with retold. What could not be read is named on standard
//! error.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use retold::collection::Collection;
use retold::read::{Corpus, ReadOptions, Rejection, RejectionSink};

/// Names bad inputs as they come.
struct Named;

impl RejectionSink for Named {
    fn reject(&self, rejection: Rejection) {
        eprintln!("{}: {}", rejection.input, rejection.reason);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut inputs: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if inputs.is_empty() {
        inputs.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/articles"));
    }
    let corpus = Corpus::open(&inputs, ReadOptions::default(), Arc::new(Named))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let lines = |articles: &[retold::collection::ArticleRef<'_>]| {
        let lines = articles.iter().map(|article| serde_json::to_string(&article.to_article()));
        lines.collect::<Result<Vec<String>, _>>()
    };
    let mut failure = None;
    corpus.pass(lines, |lines| {
        let written = lines
            .map_err(std::io::Error::from)
            .and_then(|lines| lines.iter().try_for_each(|line| writeln!(out, "{line}")));
        // a reader that went away wants no more
        written.map_err(|error| {
            failure = Some(error);
            retold::Error::Interrupted
        })
    })?;
    Ok(out.flush()?)
}
