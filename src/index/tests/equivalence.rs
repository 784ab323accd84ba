//! Filing articles one by one finds the pairs that a scan of them all finds.
//!
//! Differences, each of its kind:
//! 1. A scan lists a rewrite once, between the representatives of its copies; the index compares each
//!    incoming article with representatives, so that a copy of a rewrite is tied to its source too. (More
//!    rows, all true.)
//! 2. A scan chooses a document's best candidates among all articles, the index among those filed before it.
//! 3. What represents copies is the most linked in a scan, the first filed in an index: where texts drift
//!    apart by many small edits, clusters may differ, and with them which pairs rule 1 leaves out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::simulated::SimulatedStorage;
use crate::article::Article;
use crate::collection::MemoryCollection;
use crate::index::{QuerySettings, Writer};
use crate::judge::Profile;
use crate::pipeline::{ScanSettings, scan};
use crate::progress::NoProgress;
use crate::row::{PairRow, Relation};
use crate::rows::Rows;

pub(super) fn corpus() -> Vec<Article> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/articles");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let lines: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    lines.iter().flat_map(|lines| lines.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(super) type Pairs = BTreeMap<(String, String), PairRow>;

pub(super) fn by_ids(rows: Vec<PairRow>) -> Pairs {
    let ids = |row: &PairRow| {
        let (a, b) = (row.source.clone(), row.derived.clone());
        if a < b { (a, b) } else { (b, a) }
    };
    rows.into_iter().map(|row| (ids(&row), row)).collect()
}

pub(super) fn scanned(articles: &[Article]) -> Pairs {
    let settings = ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: true,
        shared: false,
    };
    let collection = MemoryCollection::new(articles.to_vec());
    let scan = scan(&collection, &settings, &NoProgress, &Mutex::new(Vec::new())).unwrap();
    by_ids(scan.rows().rows().map(|row| row.unwrap().into_owned()).collect())
}

fn filed(articles: &[Article]) -> Pairs {
    let mut writer = Writer::with_storage(Arc::new(SimulatedStorage::default()), true).unwrap();
    let settings = QuerySettings::default();
    let mut rows = Vec::new();
    for article in articles {
        rows.extend(writer.snapshot().query(article, &settings).unwrap());
        writer.add(vec![article.clone()]).unwrap();
        if rows.len() % 3 == 0 {
            writer.commit().unwrap();
            writer.tidy(&NoProgress).unwrap();
        }
    }
    by_ids(rows)
}

#[test]
fn filing_one_by_one_finds_what_a_scan_finds() {
    let articles = corpus();
    assert!(articles.len() > 90);
    let (scanned, filed) = (scanned(&articles), filed(&articles));
    assert!(scanned.len() > 50, "{}", scanned.len());
    for (ids, row) in &scanned {
        let other = filed.get(ids).unwrap_or_else(|| panic!("{ids:?} is not found, {:?}", row.relation));
        // as they are written: the order of the two may show in the last bits
        let written = |row: &PairRow| serde_json::to_string(row).unwrap();
        assert_eq!(written(other), written(row), "{ids:?}");
    }
    let copies: BTreeSet<&String> = scanned
        .iter()
        .filter(|(_, row)| matches!(row.relation, Relation::Identical | Relation::Copy) || row.jaccard >= 0.8)
        .flat_map(|((a, b), _)| [a, b])
        .collect();
    for ((a, b), row) in &filed {
        let is_explained =
            scanned.contains_key(&(a.clone(), b.clone())) || copies.contains(a) || copies.contains(b);
        assert!(is_explained, "{a}, {b}: found by the index alone, {:?}", row.relation);
    }
}

/// Two articles of the corpus of which one retells the other, in other words.
fn retelling(articles: &[Article]) -> (Article, Article) {
    let is_retold = |row: &&PairRow| {
        matches!(row.relation, Relation::Rewrite | Relation::Expanded | Relation::Condensed)
            && row.jaccard < 0.5
            && row.score > 0.9
    };
    let rows = scanned(articles);
    let row = rows.values().find(is_retold).expect("the corpus has retellings");
    let of = |id: &str| articles.iter().find(|article| article.id == id).unwrap().clone();
    (of(&row.source), of(&row.derived))
}

fn pair(one: &str, other: &str) -> (String, String) {
    (one.min(other).to_owned(), one.max(other).to_owned())
}

/// The first kind: what is tied to a representative is tied to its copies too.
#[test]
fn a_copy_of_a_retelling_is_tied_to_its_source_by_the_index() {
    let mut articles = corpus();
    let (source, retold) = retelling(&articles);
    let text = format!("{} Printed again.", retold.text);
    articles.push(Article { id: "copy".into(), text, ..retold.clone() });
    let (scanned, filed) = (scanned(&articles), filed(&articles));
    for pairs in [&scanned, &filed] {
        assert!(
            pairs.contains_key(&pair(&source.id, &retold.id))
                || pairs.contains_key(&pair(&source.id, "copy"))
        );
        assert_eq!(pairs[&pair(&retold.id, "copy")].relation, Relation::Copy);
    }
    let both = [pair(&source.id, &retold.id), pair(&source.id, "copy")];
    // a scan judges the second only where a family's tree asks for it
    assert!(both.iter().any(|ids| scanned.contains_key(ids)));
    assert!(both.iter().all(|ids| filed.contains_key(ids)));
}

/// The second kind: with fewer articles than the limits of candidates it makes no difference what was filed
/// before.
#[test]
fn the_order_of_filing_does_not_matter_where_no_limit_is_reached() {
    let articles = corpus();
    let turned: Vec<Article> = articles.iter().rev().cloned().collect();
    let (one, other) = (filed(&articles), filed(&turned));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
}

/// The third kind: a text that drifts by small edits. Each is a copy of the next; whichever represents them,
/// each is tied to another.
#[test]
fn every_edition_of_a_drifting_text_is_tied_to_another() {
    let words: Vec<String> = (0..200).map(|at| format!("w{}", (at * at * 31 + at * 7) % 4999)).collect();
    let edition = |number: usize| {
        let mut words = words.clone();
        for (at, word) in words.iter_mut().enumerate().skip(5) {
            if at % 50 < number {
                *word = format!("other{at}");
            }
        }
        Article { id: format!("edition{number}"), text: words.join(" "), ..Article::default() }
    };
    let articles: Vec<Article> = (0..8).map(edition).collect();
    for pairs in [scanned(&articles), filed(&articles)] {
        for article in &articles {
            assert!(
                pairs.keys().any(|(a, b)| [a, b].contains(&&article.id)),
                "{}: {:?}",
                article.id,
                pairs.keys()
            );
        }
    }
}
