//! Reads a feed line by line, answers each article at once, and files it.
//!
//! `cargo run --release --example stream_feed < articles.jsonl`; without a pipe it reads a feed of its own.

use std::io::{Cursor, IsTerminal, Read, stdin};

use retold::read::{ArticleLines, ReadOptions};
use retold::{Error, Index, Result, Settings};

const FEED: &str = r#"{"id": "wire", "text": "The mill of Hestbrook burnt down on Sunday night; 14 machines were lost, its owner said."}
{"id": "bakery", "text": "A bakery opens in Quarrel Point next week, with bread from three valleys."}
{"id": "post", "text": "The mill of Hestbrook burnt down on Sunday night; 14 machines were lost, its owner said. No one was hurt."}
"#;

fn main() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("retold-feed-{}", std::process::id()));
    let feed: Box<dyn Read> = match stdin().is_terminal() {
        true => Box::new(Cursor::new(FEED)),
        false => Box::new(stdin()),
    };
    let failed = |cause| Error::file("read", "the feed", cause);
    let mut lines = ArticleLines::new(feed, "the feed", &ReadOptions::default())?;
    let mut index = Index::create(&folder)?;
    let settings = Settings::default();
    while let Some(line) = lines.next().map_err(failed)? {
        match line {
            Ok(article) => {
                let found = index.flag(&article, &settings)?;
                println!("{}: {} found", article.id, found.len());
                index.add(vec![article])?;
            }
            Err(rejection) => eprintln!("line {:?}: {}", rejection.line, rejection.reason),
        }
    }
    drop(index);
    std::fs::remove_dir_all(&folder).map_err(|cause| Error::file("remove", &folder, cause))
}
