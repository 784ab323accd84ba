//! As [`super::equivalence`], for an archive large enough to be its own background, most of it short texts:
//! what each article is told of the whole archive is what a scan finds, whichever way round the archive was
//! filed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::equivalence::{Pairs, by_ids, corpus, scanned};
use super::simulated::SimulatedStorage;
use crate::article::Article;
use crate::index::{QuerySettings, Writer};
use crate::progress::NoProgress;
use crate::row::{PairRow, Relation};

/// Numbers that look random and never change.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Sentences of words of the language, from `words` of them on.
    fn text(&mut self, vocabulary: &[String], words: usize) -> Vec<String> {
        (0..words).map(|_| vocabulary[self.below(vocabulary.len())].clone()).collect()
    }

    /// Other words in the place of some, and some left out.
    fn retold(&mut self, words: &[String], vocabulary: &[String], percent: usize) -> Vec<String> {
        let mut retold = Vec::new();
        for word in words {
            match self.below(200) {
                draw if draw < percent => {}
                draw if draw < 2 * percent => retold.extend(self.text(vocabulary, 1)),
                _ => retold.push(word.clone()),
            }
        }
        retold
    }
}

/// The corpus, briefs of 20 to 60 words and longer texts out of its words, and what was made of some of them.
fn archive() -> Vec<Article> {
    let mut articles = corpus();
    let english = articles.iter().filter(|article| article.language.as_deref().is_none_or(|it| it == "en"));
    let vocabulary: BTreeSet<String> =
        english.flat_map(|article| article.text.split_whitespace().map(str::to_owned)).collect();
    let vocabulary: Vec<String> = vocabulary.into_iter().collect();
    let mut draw = Draw(11);
    let mut texts: Vec<Vec<String>> = Vec::new();
    for number in 0..420 {
        let words = if number % 4 == 0 { 100 + draw.below(150) } else { 20 + draw.below(41) };
        texts.push(draw.text(&vocabulary, words));
    }
    for number in 0..150 {
        let from = texts[draw.below(420)].clone();
        texts.push(match number % 5 {
            0 => draw.retold(&from, &vocabulary, 4),
            1 => draw.retold(&from, &vocabulary, 20),
            2 => draw.retold(&from, &vocabulary, 35),
            3 => from[..from.len() / 2 + 5].to_vec(),
            // two of them in one
            _ => [from, texts[draw.below(texts.len())].clone()].concat(),
        });
    }
    let generated = texts.into_iter().enumerate().map(|(number, words)| Article {
        id: format!("brief{number:03}"),
        text: words.join(" ") + ".",
        ..Article::default()
    });
    articles.extend(generated);
    articles
}

/// What each article is told of the whole archive.
fn told(articles: &[Article]) -> Pairs {
    let mut writer = Writer::with_storage(Arc::new(SimulatedStorage::default()), true).unwrap();
    for some in articles.chunks(100) {
        writer.add(some.to_vec()).unwrap();
        writer.commit().unwrap();
        writer.tidy(&NoProgress).unwrap();
    }
    let settings = QuerySettings::default();
    by_ids(articles.iter().flat_map(|article| writer.snapshot().query(article, &settings).unwrap()).collect())
}

/// A row as it is written, but for the size of the background: clusters of copies that drift apart are cut
/// differently where another text comes first (the third kind of difference), and of 650 of them a few are
/// more or less.
fn written(row: &PairRow) -> String {
    let json = serde_json::to_string(&PairRow { background_documents: None, ..row.clone() }).unwrap();
    let size = row.background_documents.unwrap_or_default();
    json.replace(&format!("of {size} articles"), "of all articles")
}

#[test]
fn what_each_article_is_told_is_what_a_scan_finds() {
    let articles = archive();
    assert!(articles.len() >= 600);
    let scanned = scanned(&articles);
    let is_brief = |id: &str| {
        let article = articles.iter().find(|article| article.id == id).unwrap();
        (20..=60).contains(&article.text.split(' ').count())
    };
    let is_retold = |row: &PairRow| !matches!(row.relation, Relation::Identical | Relation::Copy);
    let briefs = scanned.iter().filter(|((a, b), row)| is_brief(a) && is_brief(b) && is_retold(row)).count();
    assert!(briefs >= 30, "{briefs} pairs of briefs are more than copies");
    assert!(scanned.values().all(|row| row.background_documents >= Some(600)), "rarity counts");

    // the first kind: a scan lists what is retold once, between the texts that represent their copies
    let copies: BTreeSet<&String> = scanned
        .iter()
        .filter(|(_, row)| !is_retold(row) || row.jaccard >= 0.8)
        .flat_map(|((a, b), _)| [a, b])
        .collect();
    let turned: Vec<Article> = articles.iter().rev().cloned().collect();
    for articles in [&articles, &turned] {
        let told = told(articles);
        for (ids, row) in &scanned {
            let other = told.get(ids).unwrap_or_else(|| panic!("{ids:?} is not found, {:?}", row.relation));
            assert_eq!(written(other), written(row), "{ids:?}");
        }
        for ((a, b), row) in &told {
            let is_explained =
                scanned.contains_key(&(a.clone(), b.clone())) || copies.contains(a) || copies.contains(b);
            assert!(is_explained, "{a}, {b}: found by the index alone, {:?}", row.relation);
        }
    }
}
