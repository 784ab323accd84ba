//! Two events of one kind in the register of a desk, and reports that were retold, in scripts without capitals and where
//! reports repeat from day to day: what they have in common is the words of the trade, or the facts.

use std::collections::HashMap;

use retold::article::Article;
use retold::judge::Profile;
use retold::pipeline::{Judgement, score_prepared};

const ARTICLES: &str = include_str!("two_events/articles.jsonl");

/// Two accidents, two fires, two closes of one market.
const APART: [(&str, &str); 14] = [
    ("ur-1", "ur-2"),
    ("ur-3", "ur-4"),
    ("ur-5", "ur-6"),
    ("hi-1", "hi-2"),
    ("fa-1", "fa-2"),
    ("ar-1", "ar-2"),
    ("bn-1", "bn-2"),
    ("zh-1", "zh-2"),
    ("zh-3", "zh-4"),
    ("ja-1", "ja-2"),
    ("ja-3", "ja-4"),
    ("ja-6", "ja-7"),
    ("ko-1", "ko-2"),
    ("id-1", "id-2"),
];

/// Agency copy, and what a paper or a model made of it.
const RETOLD: [(&str, &str); 11] = [
    ("ur-1", "ur-7"),
    ("ur-3", "ur-8"),
    ("ur-5", "ur-9"),
    ("hi-3", "hi-4"),
    ("fa-3", "fa-4"),
    ("ar-3", "ar-4"),
    ("bn-1", "bn-3"),
    ("zh-1", "zh-5"),
    ("ja-1", "ja-5"),
    ("ko-1", "ko-3"),
    ("ko-1", "ko-4"),
];

#[test]
fn events_are_told_apart_by_their_facts() {
    let articles = ARTICLES.lines().map(|line| {
        let article: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| article[name].as_str().unwrap().to_owned();
        (field("id"), retold::evidence::Prepared::new(&Article::new(field("id"), field("text"))))
    });
    let articles: HashMap<String, retold::evidence::Prepared> = articles.collect();
    let profile = Profile::default();
    let judgement = Judgement { profile: &profile, cut: None };
    let is_derived = |&(one, other): &(&str, &str)| {
        let scratch = &mut retold::align::Scratch::default();
        score_prepared(&articles[one], &articles[other], None, &judgement, scratch).relation.is_derived()
    };
    let wrong: Vec<_> = APART.iter().filter(|pair| is_derived(pair)).collect();
    assert!(wrong.is_empty(), "called derived: {wrong:?}");
    let missed: Vec<_> = RETOLD.iter().filter(|pair| !is_derived(pair)).collect();
    assert!(missed.is_empty(), "missed: {missed:?}");
}
