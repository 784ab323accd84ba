//! A family as an index finds it, from the article outwards, is the one that a scan draws.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::equivalence::corpus;
use super::simulated::SimulatedStorage;
use crate::article::Article;
use crate::collection::MemoryCollection;
use crate::index::{QuerySettings, Writer};
use crate::judge::Profile;
use crate::pipeline::{ScanSettings, scan};
use crate::progress::NoProgress;
use crate::row::{FamilyRow, Placement, Role};
use crate::rows::Families;

fn scanned(articles: &[Article]) -> Vec<FamilyRow> {
    let settings = ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: false,
        shared: false,
    };
    let collection = MemoryCollection::new(articles.to_vec());
    let found = scan(&collection, &settings, &NoProgress, &Mutex::new(Vec::new())).unwrap();
    found.families.families().map(|family| family.unwrap().into_owned()).collect()
}

fn archive(articles: &[Article]) -> Writer {
    let mut writer = Writer::with_storage(Arc::new(SimulatedStorage::default()), true).unwrap();
    writer.add(articles.to_vec()).unwrap();
    writer.commit().unwrap();
    writer
}

/// As they are written: the order of the two of a pair may show in the last bits.
fn written(family: &FamilyRow) -> serde_json::Value {
    serde_json::to_value(family).unwrap()
}

#[test]
fn the_family_of_each_article_is_that_of_a_scan() {
    let articles = corpus();
    let families = scanned(&articles);
    let (writer, settings) = (archive(&articles), QuerySettings::default());
    let of_member: BTreeMap<&str, &FamilyRow> = families
        .iter()
        .flat_map(|family| family.members.iter().map(move |member| (member.id.as_str(), family)))
        .collect();
    let mut with_family = 0;
    for article in &articles {
        let found = writer.snapshot().family_of(article, &settings).unwrap();
        match of_member.get(article.id.as_str()) {
            Some(family) => {
                let found = found.unwrap_or_else(|| panic!("{} has no family", article.id));
                assert_eq!(written(&found.family), written(family), "{}", article.id);
                with_family += 1;
            }
            None => {
                let beside = families
                    .iter()
                    .find(|family| family.borrowers.iter().any(|borrower| borrower.id == article.id));
                assert_eq!(
                    found.map(|found| written(&found.family)["root"].clone()),
                    beside.map(|family| written(family)["root"].clone()),
                    "{}",
                    article.id
                );
            }
        }
    }
    assert!(with_family > 60, "{with_family}");
}

/// What an incoming article is told is what the archive tells once it is filed.
#[test]
fn an_incoming_article_stands_where_it_will_stand() {
    let articles = corpus();
    let settings = QuerySettings::default();
    let (whole, mut roles) = (archive(&articles), BTreeMap::new());
    for (at, article) in articles.iter().enumerate().step_by(7) {
        let mut others = articles.clone();
        others.remove(at);
        let coming = archive(&others).snapshot().family_of(article, &settings).unwrap();
        let filed = whole.snapshot().family_of(article, &settings).unwrap();
        let place = |found: &Option<crate::index::FoundFamily>| {
            found.as_ref().and_then(|found| Placement::of(&found.family, &article.id))
        };
        assert_eq!(
            serde_json::to_value(place(&coming)).unwrap(),
            serde_json::to_value(place(&filed)).unwrap()
        );
        *roles.entry(place(&filed).map(|place| place.role == Role::Root)).or_insert(0) += 1;
    }
    assert!(roles.len() > 1, "{roles:?}");
}

#[test]
fn what_nothing_is_tied_to_has_no_family() {
    let lone = Article::new(
        "lone",
        "The ferry was late on Tuesday because of fog over the sound, the harbour master said.",
    );
    let archive = archive(&corpus());
    assert_eq!(archive.snapshot().family_of(&lone, &QuerySettings::default()).unwrap(), None);
    assert_eq!(archive.snapshot().family_of(&Article::new("", ""), &QuerySettings::default()).unwrap(), None);
}
