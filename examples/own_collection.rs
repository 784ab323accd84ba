//! Scans articles that lie in a store of one's own, which is read twice and never copied.
//!
//! `cargo run --release --example own_collection`

use std::collections::BTreeMap;

use retold::collection::{ArticleRef, Collection, Location};
use retold::{Article, Error, Result, Settings, scan};

/// Pages by their numbers, as a database would have them.
struct Pages(BTreeMap<u64, String>);

impl Pages {
    fn article(&self, number: u64) -> Option<ArticleRef<'_>> {
        let text = self.0.get(&number)?;
        let length = u32::try_from(text.len()).ok()?;
        Some(ArticleRef {
            id: number.to_string().into(),
            text: text.as_str().into(),
            title: None,
            date: None,
            source: None,
            url: None,
            language: None,
            provenance: None,
            location: Location { input: 0, offset: number, length },
            line: number,
        })
    }
}

impl Collection for Pages {
    fn pass<R: Send>(
        &self,
        work: impl Fn(&[ArticleRef<'_>]) -> R + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        // locations rise from article to article; batches may be worked on in parallel
        let articles: Vec<ArticleRef<'_>> =
            self.0.keys().filter_map(|&number| self.article(number)).collect();
        articles.chunks(256).try_for_each(|batch| take(work(batch)))
    }

    fn read(&self, location: Location) -> Result<Article> {
        let article = self.article(location.offset).map(|article| article.to_article());
        article.ok_or_else(|| Error::InputChanged { input: self.input_name(location.input) })
    }

    fn input_name(&self, _input: u32) -> String {
        "pages".to_owned()
    }

    fn total_bytes(&self) -> Option<u64> {
        None
    }
}

fn main() -> Result<()> {
    let text =
        "The ferry to Quarrel Point ran aground on Friday with 41 people on board; all were brought ashore.";
    let pages = Pages(BTreeMap::from([
        (17, text.to_owned()),
        (23, format!("{text} The skipper blamed the fog.")),
        (42, "The council of Hestbrook meets on Tuesday to talk about the price of water.".to_owned()),
    ]));
    let found = scan(&pages, &Settings::default())?;
    for pair in found.pairs() {
        let pair = pair?;
        println!("page {} -> page {}: {}", pair.source, pair.derived, pair.relation.name());
    }
    Ok(())
}
