use super::*;
use crate::article::Article;
use crate::candidate::{self, CandidateSettings};
use crate::collection::MemoryCollection;
use crate::dedup::sides::Sides;
use crate::progress::NoProgress;

fn words(from: u32, count: u32) -> Vec<String> {
    (from..from + count).map(|number| format!("w{}", number.wrapping_mul(2_654_435_761) >> 8)).collect()
}

fn held(inputs: &[(&str, String)], reference: &[(&str, String)], rule: HoldingRule) -> Vec<HoldingRow> {
    let collection = |articles: &[(&str, String)]| {
        MemoryCollection::new(articles.iter().map(|(id, text)| Article::new(*id, text.as_str())).collect())
    };
    let (inputs, reference) = (collection(inputs), collection(reference));
    let sides = Sides::new(&inputs, Some(&reference));
    let settings = CandidateSettings { copies_only: true, ..Default::default() };
    let rejections = std::sync::Mutex::new(Vec::new());
    let documents = candidate::find(&sides, &settings, &NoProgress, &rejections).unwrap().documents;
    let found = find(&inputs, &reference, &documents, rule, &NoProgress).unwrap();
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable_by_key(|&(document, _)| document);
    found
        .into_iter()
        .map(|(document, found)| found.to_row(documents.id(document), documents.id(found.reference)))
        .collect()
}

const SHARE: HoldingRule = HoldingRule::Share { share: 0.8, passage_words: 25 };

#[test]
fn whole_texts_cuts_and_edits_are_found_where_they_lie() {
    let test = words(0, 200).join(" ");
    let around =
        |inside: &str| format!("{} {inside} {}", words(1000, 300).join(" "), words(2000, 300).join(" "));
    let mut edited = words(0, 200);
    (3..200).step_by(12).for_each(|at| edited[at] = format!("other{at}"));
    let inputs = [
        ("whole", around(&test)),
        ("cut", around(&words(50, 30).join(" "))),
        ("edited", around(&edited.join(" "))),
        ("short", around(&words(50, 18).join(" "))),
        ("part", words(20, 60).join(" ")),
        ("none", around("")),
    ];
    let found = held(&inputs, &[("test", test.clone()), ("unseen", words(5000, 90).join(" "))], SHARE);
    let told: Vec<_> = found.iter().map(|row| (&row.id[1..], row.holding, row.words)).collect();
    assert_eq!(
        told,
        [
            ("whole", Holding::Contains, 200),
            ("cut", Holding::Contains, 30),
            ("edited", Holding::Contains, 191),
            ("part", Holding::Contains, 60),
        ]
    );
    let whole = &inputs[0].1;
    assert_eq!(found[0].document_span.cut(whole), test);
    assert_eq!((found[0].reference_in_document, found[0].share), (1.0, 1.0));
    assert_eq!(found[1].document_span.cut(&inputs[1].1), words(50, 30).join(" "));
    assert_eq!(found[1].reference_span.cut(&test), words(50, 30).join(" "));
    assert!((0.8..0.95).contains(&found[2].share), "{}", found[2].share);
}

#[test]
fn a_short_text_counts_whole_and_a_short_document_may_lie_within() {
    let question = words(10, 12).join(" ");
    let inputs = [
        ("asks", format!("{} {question}", words(1000, 80).join(" "))),
        ("half", format!("{} {}", words(1000, 80).join(" "), words(10, 6).join(" "))),
        ("piece", words(3010, 15).join(" ")),
    ];
    let found = held(&inputs, &[("q", question.clone()), ("long", words(3000, 200).join(" "))], SHARE);
    let told: Vec<_> = found.iter().map(|row| (&row.id[1..], &row.reference[1..], row.holding)).collect();
    assert_eq!(told, [("asks", "q", Holding::Contains), ("piece", "long", Holding::Within)]);
}

#[test]
fn one_run_of_thirteen_words_is_enough_where_that_is_asked() {
    let test = words(0, 60).join(" ");
    let with = |count| {
        format!(
            "{} {} {}",
            words(1000, 50).join(" "),
            words(20, count).join(", ").to_uppercase(),
            words(2000, 50).join(" ")
        )
    };
    let inputs = [("thirteen", with(13)), ("twelve", with(12))];
    let found =
        held(&inputs, &[("test", test), ("few", words(1000, 12).join(" "))], HoldingRule::Run { words: 13 });
    let told: Vec<_> = found.iter().map(|row| (&row.id[1..], &row.reference[1..], row.words)).collect();
    assert_eq!(told, [("thirteen", "test", 13)]);
}
