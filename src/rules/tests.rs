//! Rules on articles of three outlets.

use super::*;

const RULES: &str = r#"
own = ["Ravensholt Chronicle", "The Echo"]
never_shown = ["Test Feed"]
hide = ["own"]

[[licences]]
source = "Meridian Wire"
from = 2031-01-01
until = "2031-12-31"

[[licences]]
source = "Arrel Post"
by = ["ravensholt chronicle"]
credit_required = false
"#;

fn article(id: &str, outlet: &str, date: &str, more: &str) -> Article {
    let text = format!(
        "The Orrin dam was closed on Monday after engineers found cracks in its eastern wall.\n{more}"
    );
    let (source, date) = (Some(outlet.to_owned()), (!date.is_empty()).then(|| date.to_owned()));
    Article { source: source.filter(|source| !source.is_empty()), date, ..Article::new(id, text) }
}

fn applied(source: &Article, derived: &Article) -> PairRow {
    let rules = Rules::parse(RULES, "rules.toml").unwrap();
    let mut row = crate::library::compare(source, derived);
    (row.source, row.derived) = (source.id.clone(), derived.id.clone());
    rules.apply(&mut row, source, derived);
    row
}

fn standing(source: [&str; 2], derived: [&str; 3]) -> Option<Standing> {
    let source = article("a", source[0], source[1], "");
    applied(&source, &article("b", derived[0], derived[1], derived[2])).standing
}

#[test]
fn a_pair_stands_by_outlets_dates_and_credit() {
    let wire = ["Meridian Wire", "2031-03-09"];
    for (derived, expected) in [
        (["Arrel Post", "2031-03-10", "(Meridian Wire)"], Standing::Licensed),
        (["Arrel Post", "2031-03-10", ""], Standing::LicensedUncredited),
        (["Arrel Post", "2031-12-31T23:59:00Z", "Source: meridian wire"], Standing::Licensed),
        (["Arrel Post", "2032-01-01", "Source: Meridian Wire"], Standing::Credited),
        (["Arrel Post", "2032-01-01", ""], Standing::Unlicensed),
        (["Arrel Post", "", ""], Standing::Unlicensed),
    ] {
        assert_eq!(standing(wire, derived), Some(expected), "{derived:?}");
    }
    let post = ["Arrel Post", "2031-03-09"];
    assert_eq!(standing(post, ["Ravensholt Chronicle", "", ""]), Some(Standing::Licensed));
    assert_eq!(standing(post, ["Echo", "2031-03-10", ""]), Some(Standing::Unlicensed));
    assert_eq!(standing(["Echo", ""], ["Ravensholt Chronicle - News", "", ""]), Some(Standing::Own));
    assert_eq!(standing(["", ""], ["Echo", "", ""]), None);
}

#[test]
fn the_words_that_gave_credit_are_told() {
    let source = article("a", "Meridian Wire", "2032-01-01", "");
    let long = "So it was told, at some length and with many words, by the Meridian Wire on Monday evening, and by nobody else in all of Hestbrook.";
    let row = applied(&source, &article("b", "Post", "2032-01-02", long));
    let credit = row.credit.unwrap();
    assert!(credit.contains("by the Meridian Wire on Monday") && credit.chars().count() <= 140, "{credit}");
    assert!(long.contains(&credit), "{credit}");
    let within = applied(&source, &article("b", "Post", "2032-01-02", "A Meridian Wireless was sold."));
    assert_eq!((within.standing, within.credit), (Some(Standing::Unlicensed), None));
}

#[test]
fn pairs_that_are_not_derived_stand_nowhere() {
    let other =
        Article { source: Some("Echo".to_owned()), ..Article::new("b", "A bakery opens on Tuesday.") };
    let row = applied(&article("a", "Echo", "", ""), &other);
    assert!(!row.relation.is_derived());
    assert_eq!((row.standing, row.credit), (None, None));
}

#[test]
fn what_is_hidden_is_counted_by_reason() {
    let rules = Rules::parse(RULES, "rules.toml").unwrap();
    let mut counts = HiddenCounts::default();
    let mut hide = |source: &str, derived: &str| {
        let (source, derived) = (article("a", source, "", ""), article("b", derived, "", ""));
        let hidden = rules.hides(&applied(&source, &derived), &source, &derived);
        hidden.into_iter().for_each(|hidden| counts.add(hidden));
        hidden
    };
    assert_eq!(hide("Test Feed", "Echo"), Some(Hidden::Outlet));
    assert_eq!(hide("Echo", "test feed"), Some(Hidden::Outlet));
    assert_eq!(hide("Echo", "Ravensholt Chronicle"), Some(Hidden::Standing(Standing::Own)));
    assert_eq!(hide("Echo", "Arrel Post"), None);
    let words = counts.words().unwrap();
    assert_eq!(words, "3 pairs are hidden by the rules: 2 of outlets that are never shown, 1 own");
}

#[test]
fn bad_rules_are_named_with_line_and_what_was_expected() {
    for (text, line, says) in [
        ("own = [\"A\"]\nowns = []\n", 2, "expected"),
        ("\n\nown = 7\n", 3, "expected"),
        ("own = [\n  \"A\",\n  \"\"\n]\n", 3, "outlet was expected"),
        ("[[licences]]\nfrom = 2031-01-01\n", 1, "source"),
        ("[[licences]]\nsource = \"A\"\nfrom = \"soon\"\n", 3, "2031-03-09 was expected"),
        ("[[licences]]\nsource = \"A\"\nfrom = 2031-02-01\nuntil = 2031-01-01\n", 4, "later day"),
        ("hide = [\n\"owned\"]\n", 2, "expected"),
        ("own = [", 1, ""),
    ] {
        let error = Rules::parse(text, "rules.toml").unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("rules.toml:{line}: ")) && error.contains(says),
            "{text:?}: {error}"
        );
    }
    assert!(Rules::parse("", "rules.toml").is_ok());
}
