//! Filing articles one by one finds the pairs that a scan of them all finds.
//!
//! Differences, each of its kind:
//! 1. A scan lists a rewrite once, between the representatives of its copies; the index compares each incoming article
//!    with representatives, so that a copy of a rewrite is tied to its source too. (More rows, all true.)
//! 2. A scan chooses a document's best candidates among all articles, the index among those filed before it.
//! 3. What represents copies is the most linked in a scan, the first filed in an index: where texts drift apart by many
//!    small edits, clusters may differ, and with them which pairs rule 1 leaves out.

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

pub(super) fn corpus() -> Vec<Article> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/articles");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let lines: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    lines.iter().flat_map(|lines| lines.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

type Pairs = BTreeMap<(String, String), PairRow>;

fn by_ids(rows: Vec<PairRow>) -> Pairs {
    let ids = |row: &PairRow| {
        let (a, b) = (row.source.clone(), row.derived.clone());
        if a < b { (a, b) } else { (b, a) }
    };
    rows.into_iter().map(|row| (ids(&row), row)).collect()
}

fn scanned(articles: &[Article]) -> Pairs {
    let settings = ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: true,
        shared: false,
    };
    let collection = MemoryCollection::new(articles.to_vec());
    by_ids(scan(&collection, &settings, &NoProgress, &Mutex::new(Vec::new())).unwrap().rows)
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
