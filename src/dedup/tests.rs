use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::article::Article;
use crate::collection::{Location, MemoryCollection};
use crate::judge::Profile;
use crate::pipeline::ScanSettings;
use crate::progress::NoProgress;
use crate::rejection::Rejection;
use crate::work::Resources;

fn settings(by: By, keep: &[&str]) -> DedupSettings {
    let scan = ScanSettings {
        candidates: Default::default(),
        profile: Profile::default(),
        min_score: None,
        all_pairs: false,
        shared: false,
    };
    let keep = keep.iter().map(|rule| rule.parse().unwrap()).collect();
    DedupSettings { by, scan, keep, links_max: None, contained: None }
}

/// What is told of a document, in words of its own.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    cluster: ClusterId,
    size: u64,
    keep: bool,
    representative: String,
    jaccard: Option<f64>,
    links: u32,
    reason: KeepReason,
}

fn marks_against(
    articles: Vec<Article>,
    reference: Option<Vec<Article>>,
    settings: &DedupSettings,
) -> (BTreeMap<String, Told>, Vec<Rejection>) {
    let rejections = std::sync::Mutex::new(Vec::new());
    let collection = MemoryCollection::new(articles.clone());
    let reference = reference.map(MemoryCollection::new);
    // the number of a document is in its title
    let number_of = |location: Location, _: &str| {
        Ok(articles.get(location.offset as usize).and_then(|article| article.title.as_ref()?.parse().ok()))
    };
    let inputs = Inputs { collection: &collection, reference: reference.as_ref(), number_of: &number_of };
    let marked = dedup(&Resources::default(), &inputs, settings, &NoProgress, &rejections).unwrap();
    let told = marked.marks().map(|mark| {
        let Mark { id, cluster, size, keep, representative, jaccard, links, reason, .. } = mark;
        let representative = representative.to_owned();
        (id.to_owned(), Told { cluster, size, keep, representative, jaccard, links, reason })
    });
    (told.collect(), rejections.into_inner().unwrap())
}

fn marks(articles: Vec<Article>, settings: &DedupSettings) -> BTreeMap<String, Told> {
    marks_against(articles, None, settings).0
}

fn words(from: u32, count: u32) -> String {
    let word = |number: u32| format!("w{}", number.wrapping_mul(2_654_435_761) >> 8);
    (from..from + count).map(word).collect::<Vec<_>>().join(" ")
}

/// Three versions of one text, of which the second has the most in common with both others, a copy of the
/// first, and something else.
fn versions() -> Vec<Article> {
    let dated = |id: &str, text: String, date: Option<&str>| Article {
        date: date.map(str::to_owned),
        ..Article::new(id, text)
    };
    vec![
        dated("b-short", words(0, 90), Some("2031-05-02")),
        dated("c-middle", words(0, 104), None),
        dated("a-long", words(0, 120), Some("2031-05-03")),
        dated("e-again", words(0, 90).to_uppercase(), Some("2031-05-04")),
        dated("d-other", words(900, 90), Some("2031-05-01")),
    ]
}

#[test]
fn one_of_a_cluster_is_kept_and_the_rule_is_told() {
    for (rules, kept, reason) in [
        (&["earliest"][..], "b-short", KeepReason::Earliest),
        (&["latest"], "e-again", KeepReason::Latest),
        (&["longest"], "a-long", KeepReason::Longest),
        (&["first"], "b-short", KeepReason::First),
        (&[], "a-long", KeepReason::Id),
        (&["source:Nobody", "latest"], "e-again", KeepReason::Latest),
    ] {
        let marks = marks(versions(), &settings(By::Copies, rules));
        let kept_ones: Vec<&str> =
            marks.iter().filter(|(_, mark)| mark.keep).map(|(id, _)| id.as_str()).collect();
        let mut expected = vec![kept, "d-other"];
        expected.sort_unstable();
        assert_eq!(kept_ones, expected, "{rules:?}");
        assert_eq!((marks[kept].size, marks[kept].reason), (4, reason), "{rules:?}");
        assert_eq!(marks["d-other"].reason, KeepReason::Alone);
        let others = marks.values().filter(|mark| !mark.keep);
        others.for_each(|mark| assert_eq!((mark.representative.as_str(), mark.size), (kept, 4)));
    }
}

#[test]
fn the_rule_of_keeping_breaks_no_cluster_and_indices_are_exact() {
    let by_rule = |rule: &str| marks(versions(), &settings(By::Copies, &[rule]));
    let (earliest, longest) = (by_rule("earliest"), by_rule("longest"));
    for (id, mark) in &earliest {
        assert_eq!((mark.cluster, mark.size), (longest[id].cluster, longest[id].size));
    }
    // 86 of 116 shingles: under the threshold, and tied by way of the middle one
    let short = &longest["b-short"];
    assert_eq!((short.jaccard, short.links), (Some(crate::row::rounded(86.0 / 116.0)), 2));
    assert_eq!((earliest["e-again"].jaccard, earliest["e-again"].links), (Some(1.0), 1));
    assert_eq!(longest["c-middle"].jaccard, Some(crate::row::rounded(100.0 / 116.0)));
}

#[test]
fn identical_texts_alone_are_duplicates_where_that_is_asked() {
    let marks = marks(versions(), &settings(By::Identical, &[]));
    let gone: Vec<&str> = marks.iter().filter(|(_, mark)| !mark.keep).map(|(id, _)| id.as_str()).collect();
    assert_eq!(gone, ["e-again"]);
    assert_eq!(marks["e-again"].representative, "b-short");
}

#[test]
fn sources_and_numbers_decide_where_they_are_asked() {
    let articles: Vec<Article> =
        [("a", "Post", "2"), ("b", "Wire", "10"), ("c", "Desk", ""), ("d", "Post", "-3")]
            .into_iter()
            .map(|(id, source, number)| Article {
                source: Some(source.into()),
                title: Some(number.into()),
                ..Article::new(id, words(0, 60))
            })
            .collect();
    for (rule, kept, reason) in [
        ("source:Wire,Desk", "b", KeepReason::Source),
        ("source:Post", "a", KeepReason::Id),
        ("field:n:max", "b", KeepReason::Field),
        ("field:n:min", "d", KeepReason::Field),
    ] {
        let marks = marks(articles.clone(), &settings(By::Copies, &[rule]));
        assert!(marks[kept].keep && marks.values().filter(|mark| mark.keep).count() == 1, "{rule}");
        assert_eq!(marks[kept].reason, reason, "{rule}");
    }
}

#[test]
fn what_the_reference_has_is_not_kept_and_both_may_use_an_id() {
    let articles = versions();
    let reference = vec![Article::new("b-short", words(0, 90)), Article::new("unseen", words(5000, 80))];
    let (marks, rejected) =
        marks_against(articles.clone(), Some(reference.clone()), &settings(By::Copies, &["longest"]));
    assert!(rejected.is_empty());
    let kept: Vec<&str> = marks.iter().filter(|(_, mark)| mark.keep).map(|(id, _)| id.as_str()).collect();
    assert_eq!(kept, ["d-other"]);
    for id in ["a-long", "b-short", "c-middle", "e-again"] {
        assert_eq!(
            (marks[id].representative.as_str(), marks[id].reason),
            ("b-short", KeepReason::Reference),
            "{id}"
        );
        assert_eq!(marks[id].size, 5);
    }
    assert_eq!(marks["e-again"].jaccard, Some(1.0));

    // an id that is given twice on one side is told as it was given
    let twice = [articles, vec![Article::new("a-long", "something else")]].concat();
    let (_, rejected) = marks_against(twice, Some(reference), &settings(By::Copies, &[]));
    assert_eq!(rejected[0].id.as_deref(), Some("a-long"));
    assert!(rejected[0].reason.starts_with("the id \"a-long\" was given before"), "{}", rejected[0].reason);
}

#[test]
fn clusters_are_named_by_their_members() {
    let marks = |articles| marks(articles, &settings(By::Copies, &[]));
    let all = marks(versions());
    let mut fewer = versions();
    fewer.pop();
    assert_eq!(marks(fewer)["a-long"].cluster, all["a-long"].cluster);
    let mut changed = versions();
    changed[3].id = "e-anew".into();
    assert_ne!(marks(changed)["a-long"].cluster, all["a-long"].cluster);
    let golden = ClusterId::of([("a", false), ("bc", false)].into_iter());
    assert_eq!(golden.to_string(), "f310f4d71be93bc46456c91685adede6");
    assert_ne!(golden, ClusterId::of([("ab", false), ("c", false)].into_iter()));
    assert_ne!(golden, ClusterId::of([("a", false), ("bc", true)].into_iter()));
}

/// Versions of a text, each with other words changed, so that many meet in one bucket.
fn many_versions(count: u32) -> Vec<Article> {
    (0..count)
        .map(|number| {
            let mut of: Vec<String> = words(0, 150).split(' ').map(str::to_owned).collect();
            (0..number % 4).for_each(|change| {
                of[(number * 37 + change * 29) as usize % 150] = format!("x{number}y{change}")
            });
            Article::new(format!("v{number:03}"), of.join(" "))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_order_of_the_input_changes_no_copies(seed in 0..u64::MAX) {
        let mut articles = many_versions(300);
        articles.extend(versions());
        let first = marks(articles.clone(), &settings(By::Copies, &["earliest"]));
        let mut state = seed;
        for at in (1..articles.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            articles.swap(at, (state >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(marks(articles, &settings(By::Copies, &["earliest"])), first);
    }
}

#[test]
fn a_chain_of_derived_documents_is_bounded_where_that_is_asked() {
    // each tells on most of the one before it, and adds what is its own
    let articles: Vec<Article> =
        (0..12).map(|number| Article::new(format!("c{number:02}"), words(number * 30, 180))).collect();
    let mut chained = settings(By::Derived, &[]);
    chained.scan.min_score = Some(0.05);
    let whole = marks(articles.clone(), &chained);
    let longest = |marks: &BTreeMap<String, Told>| marks.values().map(|mark| mark.links).max().unwrap();
    assert!(longest(&whole) >= 4, "{whole:?}");
    for links_max in [1, 2, 3] {
        chained.links_max = Some(links_max);
        let bounded = marks(articles.clone(), &chained);
        assert!(longest(&bounded) <= links_max, "{links_max}: {bounded:?}");
        let kept = |marks: &BTreeMap<String, Told>| marks.values().filter(|mark| mark.keep).count();
        assert!(kept(&bounded) > kept(&whole));
    }
}
