use std::collections::BTreeSet;

use super::*;
use crate::rows::Rows;

const WIRE: &str = "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall, the water \
                    board said. Some 400 households down the valley were told to pack their things.";

fn print() -> String {
    format!("{WIRE} Nobody was hurt.")
}

#[test]
fn texts_without_ids_are_told_apart() {
    let row = compare(WIRE, print());
    assert_eq!(BTreeSet::from([row.source.as_str(), row.derived.as_str()]), BTreeSet::from(["a", "b"]));
    let row = compare(Article::new("wire", WIRE), print());
    assert_eq!(BTreeSet::from([row.source.as_str(), row.derived.as_str()]), BTreeSet::from(["wire", "b"]));
}

#[test]
fn a_scan_of_two_says_what_comparing_them_says() {
    let articles = vec![Article::new("a", WIRE), Article::new("b", print())];
    let found = scan(&articles, &Settings::default()).unwrap();
    let rows: Vec<PairRow> = found.pairs().collect::<Result<_>>().unwrap();
    let written = |row: &PairRow| serde_json::to_string(row).unwrap();
    assert_eq!(written(&rows[0]), written(&compare(&articles[0], &articles[1])));
    assert_eq!((rows.len(), found.rows().len(), found.families().len(), found.documents()), (1, 1, 1, 2));
}

#[test]
fn a_repeated_id_is_left_out_and_named() {
    let articles = vec![Article::new("a", WIRE), Article::new("a", print())];
    let found = scan(&articles, &Settings::default()).unwrap();
    assert_eq!((found.documents(), found.rejected().len()), (1, 1));
    assert_eq!(found.rejected()[0].id.as_deref(), Some("a"));
}

#[test]
fn a_background_of_one_id_twice_is_refused_and_a_large_one_counts() {
    let word = |number: usize| format!("w{number}");
    let background: Vec<Article> = (0..600)
        .map(|number| {
            let words: Vec<String> = (0..30).map(|place| word(number * 31 + place * 7)).collect();
            Article::new(format!("d{number}"), words.join(" "))
        })
        .collect();
    let settings = Settings::default();
    let row = compare_among(WIRE, print(), &background, &settings).unwrap();
    assert_eq!(row.background_documents, Some(600));
    let same = Article::new("one", WIRE);
    assert!(matches!(compare_among(&same, &same, &background, &settings), Err(Error::Usage(_))));
}

#[test]
fn settings_reach_the_search() {
    let articles = vec![Article::new("a", WIRE), Article::new("b", print())];
    let mut settings = Settings { threshold: 0.99, copies_only: true, ..Settings::default() };
    assert_eq!(scan(&articles, &settings).unwrap().rows().len(), 0);
    settings.threshold = 0.5;
    assert_eq!(scan(&articles, &settings).unwrap().rows().len(), 1);
    settings.threshold = 0.0;
    assert!(matches!(scan(&articles, &settings), Err(Error::Usage(_))));
}

#[test]
fn an_index_is_read_and_written_through_one_handle() {
    let home = tempfile::tempdir().unwrap();
    let mut index = Index::create(home.path().join("archive")).unwrap();
    index.add(vec![Article::new("wire", WIRE)]).unwrap();
    assert!(Index::create(index.folder()).is_err(), "one writer at a time");
    index.release();
    let asked = Article::new("print", print());
    let mut other = Index::open(index.folder()).unwrap();
    assert_eq!(other.flag(&asked, &Settings::default()).unwrap().len(), 1);
    assert_eq!(other.remove(["wire", "nobody"]).unwrap().unknown, ["nobody"]);
    assert!(index.add(vec![asked.clone()]).is_err(), "the other one writes");
    assert_eq!(index.flag(&asked, &Settings::default()).unwrap(), []);
    other.compact().unwrap();
    drop(other);
    index.add(vec![asked]).unwrap();
    assert_eq!(index.stats().unwrap().documents, 1);
    assert_eq!(index.article("print").unwrap().unwrap().text, print());
}
