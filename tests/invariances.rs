//! What must not move a verdict, on the labelled pairs of the invented corpus, without a background.
//!
//! Stated with each test: how far the score of any pair may move, and how many may fall on the other side of
//! the cut.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use retold::align::Scratch;
use retold::article::Article;
use retold::evidence::Prepared;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};
use retold::row::PairRow;

struct Pair {
    a: Article,
    b: Article,
    is_derived: bool,
}

fn pairs() -> Vec<Pair> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"));
    let mut articles: BTreeMap<String, Article> = BTreeMap::new();
    for entry in fs::read_dir(folder.join("articles")).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            let article: Article = serde_json::from_str(line).unwrap();
            articles.insert(article.id.clone(), article);
        }
    }
    let labels = fs::read_to_string(folder.join("labels.tsv")).unwrap();
    labels
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [a, b] = [fields[0], fields[1]].map(|id| articles[id].clone());
            Pair {
                a,
                b,
                is_derived: !fields[2].contains("unrelated") && !fields[2].contains("shared_source"),
            }
        })
        .collect()
}

fn judged(a: &Article, b: &Article) -> PairRow {
    let profile = Profile::default();
    let judgement = Judgement { profile: &profile, cut: None };
    score_prepared(&Prepared::new(a), &Prepared::new(b), None, &judgement, &mut Scratch::default())
}

fn with_text(article: &Article, text: String) -> Article {
    Article { text, ..article.clone() }
}

/// Changes the second article of each pair. No score may move further than `most`, and no more than
/// `turned_most` pairs may change sides. Pairs that share a box of their site are left out: a block closes
/// both pages, or it does not.
fn moves(pairs: &[Pair], change: impl Fn(&Pair) -> Option<Article>, most: f64, turned_most: usize) {
    let (mut furthest, mut turned, mut changed, mut boxes) = ((0.0, String::new()), Vec::new(), 0, 0);
    for pair in pairs {
        let Some(other) = change(pair) else { continue };
        let (before, after) = (judged(&pair.a, &pair.b), judged(&pair.a, &other));
        let is_box =
            |row: &PairRow| row.evidence.iter().flatten().any(|reason| reason.code == "site_furniture");
        if is_box(&before) || is_box(&after) {
            boxes += 1;
            continue;
        }
        changed += 1;
        let name = format!("{} {} {:.3} {:.3}", pair.a.id, pair.b.id, before.score, after.score);
        let moved = (before.score - after.score).abs();
        if moved > furthest.0 {
            furthest = (moved, name.clone());
        }
        if before.relation.is_derived() != after.relation.is_derived() {
            turned.push(name);
        }
    }
    println!("{changed} changed, furthest {furthest:?}, turned {turned:?}");
    assert!(changed >= 40, "only {changed} pairs were changed");
    assert!(boxes <= 3, "{boxes} pairs share a box");
    assert!(furthest.0 <= most, "{furthest:?} is more than {most}");
    assert!(turned.len() <= turned_most, "{turned:?}");
}

fn paragraphs(article: &Article) -> Vec<&str> {
    article.text.split("\n\n").collect()
}

#[test]
fn swapping_the_articles_changes_nothing() {
    for pair in pairs() {
        let (one, other) = (judged(&pair.a, &pair.b), judged(&pair.b, &pair.a));
        assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
    }
}

#[test]
fn boilerplate_on_one_side_moves_no_score_by_more_than_a_twentieth() {
    let notice = "Sign up for our morning newsletter\n\nFollow us on social media\n\nCopyright 2031 The Fenwick Courier. \
                  All rights reserved. This material may not be published, broadcast, rewritten or redistributed.";
    let change = |pair: &Pair| Some(with_text(&pair.b, format!("{}\n\n{notice}", pair.b.text)));
    moves(&pairs(), change, 0.05, 0);
}

#[test]
fn other_quotation_marks_move_no_score_by_more_than_eight_hundredths() {
    let change = |pair: &Pair| {
        let text: String =
            pair.b.text.chars().map(|mark| if "“”".contains(mark) { '"' } else { mark }).collect();
        (text != pair.b.text).then(|| with_text(&pair.b, text))
    };
    moves(&pairs(), change, 0.08, 0);
}

#[test]
fn other_spellings_move_no_score_by_more_than_three_tenths() {
    const SPELLINGS: [(&str, &str); 8] = [
        ("our ", "or "),
        ("ise", "ize"),
        ("centre", "center"),
        ("percent", "per cent"),
        ("January", "Jan."),
        ("February", "Feb."),
        ("October", "Oct."),
        ("Mr ", "Mr. "),
    ];
    let change = |pair: &Pair| {
        let text = SPELLINGS.iter().fold(pair.b.text.clone(), |text, (one, other)| text.replace(one, other));
        (text != pair.b.text).then(|| with_text(&pair.b, text))
    };
    // what turns lies next to the cut: two reports that share a long statement, and two of one event
    moves(&pairs(), change, 0.3, 4);
}

#[test]
fn shuffling_two_paragraphs_of_eight_turns_hardly_a_verdict() {
    let change = |pair: &Pair| {
        let mut paragraphs = paragraphs(&pair.b);
        (paragraphs.len() >= 8).then(|| {
            paragraphs.swap(2, 3);
            with_text(&pair.b, paragraphs.join("\n\n"))
        })
    };
    // what turns are two prints of one column, next to the cut, that share a statement with a report
    moves(&pairs(), change, 0.45, 2);
}

#[test]
fn copying_one_more_paragraph_lowers_hardly_any_score() {
    let (mut copied, mut lowered, mut turned) = (0, Vec::new(), 0);
    for pair in pairs().iter().filter(|pair| pair.is_derived) {
        let before = judged(&pair.a, &pair.b);
        // the longest paragraph of the source that the other has not, about where the source has it
        let source = paragraphs(&pair.a);
        let Some((at, more)) = source
            .iter()
            .enumerate()
            .filter(|(_, paragraph)| paragraph.len() > 100 && !pair.b.text.contains(**paragraph))
            .max_by_key(|(_, paragraph)| paragraph.len())
        else {
            continue;
        };
        copied += 1;
        let mut all = paragraphs(&pair.b);
        all.insert(at * all.len() / source.len(), more);
        let after = judged(&pair.a, &with_text(&pair.b, all.join("\n\n")));
        turned += usize::from(before.relation.is_derived() && !after.relation.is_derived());
        if after.score < before.score - 0.02 {
            lowered.push(format!("{} {}: {:.3} to {:.3}", pair.a.id, pair.b.id, before.score, after.score));
        }
    }
    assert!(copied >= 60, "{copied}");
    // wanted: none. In these the paragraph, mostly speech, is laid in pieces of which none is a block
    assert!(lowered.len() <= 2, "{lowered:#?}");
    assert_eq!(turned, 0);
}
