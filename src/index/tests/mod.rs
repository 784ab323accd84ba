//! The index put to the test: against a model, with every operation failing, with every byte damaged.

mod briefs;
mod crash;
mod damage;
mod equivalence;
mod families;
mod filing;
mod merging;
mod model;
mod readers;
mod sampled;
mod simulated;

use std::collections::BTreeMap;

use super::Snapshot;
use crate::article::Article;

/// What an index holds, by id.
type Contents = BTreeMap<String, Article>;

fn contents(snapshot: &Snapshot) -> crate::Result<Contents> {
    let mut contents = Contents::new();
    snapshot.each_article(|article| {
        assert_eq!(contents.insert(article.id.clone(), article), None, "an id is there twice");
        Ok(())
    })?;
    assert_eq!(snapshot.documents(), contents.len() as u64);
    Ok(contents)
}

/// A text of some sixty words that has hardly anything in common with that of another number.
fn text(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut words = Vec::new();
    for _ in 0..60 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.push(format!("w{}", (state >> 40) % 5000));
    }
    words.join(" ")
}

/// A near-duplicate of [`text`]: one word in the middle differs.
fn near_text(number: u64) -> String {
    let mut words: Vec<String> = text(number).split(' ').map(str::to_owned).collect();
    words[58] = "changed".to_owned();
    words.join(" ")
}

fn article(id: &str, text: String, day: u32) -> Article {
    let date = (day > 0).then(|| format!("2024-01-{day:02}"));
    Article { id: id.to_owned(), text, date, source: Some("wire".into()), ..Article::default() }
}
