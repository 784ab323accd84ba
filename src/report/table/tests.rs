use super::*;
use crate::article::Article;
use crate::report::sample;
use crate::row::{FamilyMember, FamilyRow};

fn drawn(width_columns: usize, style: Style) -> String {
    let mut out = Vec::new();
    let options = TableOptions::new(width_columns, style);
    write_families(&mut out, &sample::families(), &sample::rows(), &sample::find, &options).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn families_in_plain_unicode() {
    insta::assert_snapshot!(drawn(100, Style::PLAIN));
}

#[test]
fn families_in_color() {
    insta::assert_snapshot!(drawn(100, Style::COLORED).replace('\u{1b}', "␛"));
}

#[test]
fn families_in_narrow_ascii() {
    let drawn = drawn(60, Style::ASCII);
    let titles_aside = drawn.replace(['“', '”'], "\"");
    assert!(titles_aside.is_ascii(), "{titles_aside}");
    insta::assert_snapshot!(drawn);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 60, 80, 100, 132] {
        for line in drawn(width, Style::PLAIN).lines() {
            assert!(columns(line) <= width, "{} columns of {width}: {line}", columns(line));
        }
    }
}

#[test]
fn a_run_without_families_says_so() {
    let mut out = Vec::new();
    let options = TableOptions::new(80, Style::PLAIN);
    write_families(&mut out, &Vec::<FamilyRow>::new(), &Vec::new(), &sample::find, &options).unwrap();
    assert!(String::from_utf8(out).unwrap().starts_with("No derived pairs were found."));
}

#[test]
fn pairs_that_share_a_source_are_no_derived_ones() {
    let mut out = Vec::new();
    write_summary(&mut out, &sample::summary(), &TableOptions::new(1000, Style::PLAIN)).unwrap();
    let said = String::from_utf8(out).unwrap().replace('\n', " ");
    let (derived, rest) = said.split_once(" in ").unwrap();
    assert!(derived.contains("derived pair") && !derived.contains("shared"), "{said}");
    assert!(rest.contains("; 1 pair shares a source"), "{said}");
}

#[test]
fn hostile_labels_send_no_codes() {
    let hostile = |id: &str| {
        Ok(Article {
            title: Some("\u{1b}]0;owned\u{7}\u{202e}desrever".into()),
            source: Some("\u{9b}31m".into()),
            ..Article::new(id, "text")
        })
    };
    let mut row = sample::rows().remove(0);
    row.derived = "a\u{1b}[2J\nb".into();
    row.evidence.as_mut().unwrap()[0].text = "told \u{1b}[31mred".into();
    let mut out = Vec::new();
    write_pair(&mut out, &row, &hostile, &TableOptions::new(80, Style::PLAIN)).unwrap();
    let pair = UnscoredPair { a: "\u{1b}c".into(), b: "\r".into(), error: "\u{8}".into() };
    write_unscored(&mut out, &pair, &TableOptions::new(80, Style::PLAIN)).unwrap();
    let drawn = String::from_utf8(out).unwrap();
    assert!(!drawn.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{drawn:?}");
    assert!(drawn.contains("a␛[2J␤b"), "{drawn}");
}

fn member(id: &str, parent: Option<&str>, relation: Relation) -> FamilyMember {
    FamilyMember {
        id: id.into(),
        parent: parent.map(Into::into),
        relation: parent.map(|_| relation),
        score: parent.map(|_| 0.9),
        ..FamilyMember::default()
    }
}

#[test]
fn retellings_come_first_and_every_member_once() {
    let mut members = vec![member("root", None, Relation::Copy)];
    members.extend((0..30).map(|i| member(&format!("c{i:02}"), Some("root"), Relation::Copy)));
    members.push(member("retold", Some("c07"), Relation::Rewrite));
    members.push(member("ring-a", Some("ring-b"), Relation::Copy));
    members.push(member("ring-b", Some("ring-a"), Relation::Copy));
    members.push(member("orphan", Some("elsewhere"), Relation::Condensed));
    let family = FamilyRow {
        id: "root".into(),
        root: "root".into(),
        size: members.len() as u64,
        members,
        weakest: 0.9,
        ..FamilyRow::default()
    };
    let order: Vec<&str> =
        super::tree::branches(&family).iter().map(|branch| branch.member.id.as_str()).collect();
    assert_eq!(order[0], "orphan");
    assert_eq!(order.iter().position(|id| *id == "retold"), Some(9), "right below its parent");
    let mut sorted = order.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!((order.len(), sorted.len()), (34, 34));

    let mut out = Vec::new();
    let options = TableOptions { members: 5, ..TableOptions::new(80, Style::PLAIN) };
    let plain = |id: &str| Ok(Article::new(id, id));
    write_families(&mut out, &vec![family], &Vec::new(), &plain, &options).unwrap();
    let drawn = String::from_utf8(out).unwrap();
    assert!(drawn.contains("29 more articles not shown: 28 copies, 1 rewrite"), "{drawn}");
}
