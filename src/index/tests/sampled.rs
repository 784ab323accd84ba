//! Indexes that keep a sample of features and word runs, as large ones do.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::equivalence::corpus;
use super::simulated::SimulatedStorage;
use super::{article, contents, text};
use crate::article::Article;
use crate::index::sampling::Sampling;
use crate::index::{QuerySettings, Writer, check_in};
use crate::progress::NoProgress;

/// So many that word runs are counted and features sampled.
const LARGE: u64 = 1 << 20;

fn filed(articles: &[Article], expected_documents: [u64; 2]) -> (SimulatedStorage, Writer) {
    let storage = SimulatedStorage::default();
    let mut writer = Writer::with_storage(Arc::new(storage.clone()), true).unwrap();
    for (half, expected) in articles.chunks(articles.len().div_ceil(2)).zip(expected_documents) {
        writer.expected_documents = expected;
        writer.add(half.to_vec()).unwrap();
        writer.commit().unwrap();
    }
    (storage, writer)
}

/// Pairs that asking for each article finds, with their scores.
fn found(writer: &Writer, articles: &[Article]) -> Vec<(String, String, f64)> {
    let settings = QuerySettings::default();
    let rows = articles.iter().flat_map(|article| writer.snapshot().query(article, &settings).unwrap());
    rows.map(|row| (row.source, row.derived, row.score)).collect()
}

#[test]
fn a_sample_finds_nearly_all_and_judges_nearly_the_same() {
    let asked = corpus();
    let mut articles = asked.clone();
    // a background, so that rarity counts
    articles.extend((0..500).map(|number| article(&format!("other{number}"), text(number + 1000), 0)));
    let (_, full) = filed(&articles, [0, 0]);
    let all = found(&full, &asked);
    let ids = |found: &[(String, String, f64)]| -> BTreeSet<(String, String)> {
        found.iter().map(|(source, derived, _)| (source.clone(), derived.clone())).collect()
    };
    for expected in [[LARGE, LARGE], [0, LARGE]] {
        let (storage, mut writer) = filed(&articles, expected);
        let samplings: Vec<Sampling> =
            writer.snapshot().parts.iter().map(|part| part.segment.layout.sampling).collect();
        assert_eq!(samplings, expected.map(Sampling::of));
        let some = found(&writer, &asked);
        let missed = ids(&all).difference(&ids(&some)).count();
        assert!(missed * 20 <= all.len(), "{expected:?}: {missed} of {} missed", all.len());
        let more = ids(&some).difference(&ids(&all)).count();
        assert!(more * 20 <= all.len(), "{expected:?}: {more} more");
        // merged, what one of them left out is left out
        writer.expected_documents = 0;
        let parts = writer.snapshot().parts.clone();
        let merged = writer.merge_parts(&parts, &NoProgress).unwrap().unwrap();
        assert_eq!(merged.segment.layout.sampling, Sampling::of(LARGE));
        writer.snapshot.parts = vec![merged];
        writer.commit().unwrap();
        let merged = found(&writer, &asked);
        if expected == [LARGE, LARGE] {
            assert_eq!(ids(&merged), ids(&some));
        }
        assert!(ids(&all).difference(&ids(&merged)).count() * 20 <= all.len());
        assert!(check_in(&storage, &NoProgress).unwrap().is_sound());
        // a removed document's counts go with it, those that are sampled too
        writer.remove(["other3"]).unwrap();
        let parts = writer.snapshot().parts.clone();
        let without = writer.merge_parts(&parts, &NoProgress).unwrap().unwrap();
        let counted = |part: &crate::index::snapshot::SnapshotPart| part.segment.layout.grams.entries;
        assert!(counted(&without) < counted(&parts[0]));
        assert_eq!(contents(writer.snapshot()).unwrap().len(), articles.len() - 1);
    }
}
