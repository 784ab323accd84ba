use std::cell::RefCell;

use super::*;
use crate::article::Article;
use crate::report::sample;
use crate::row::{FamilyMember, FamilyRow, PairRow, PartKind, Tie};

fn page(
    families: &dyn Families,
    rows: &dyn Rows,
    lookup: Lookup<'_>,
    options: &PageOptions,
) -> (String, PageCounts) {
    let mut out = Vec::new();
    let counts = write(&mut out, &sample::summary(), families, rows, lookup, options).unwrap();
    (String::from_utf8(out).unwrap(), counts)
}

fn sample_page() -> (String, PageCounts) {
    page(&sample::families(), &sample::rows(), &sample::find, &PageOptions::default())
}

/// What stands in the page's inert script block.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn list<'a>(data: &'a serde_json::Value, name: &str) -> &'a Vec<serde_json::Value> {
    data[name].as_array().unwrap()
}

#[test]
fn the_page_holds_families_pairs_and_each_article_once() {
    let (page, counts) = sample_page();
    let data = data(&page);
    assert_eq!(list(&data, "families").len(), 2);
    assert_eq!(list(&data, "pairs").len(), 4);
    assert_eq!(list(&data, "articles").len(), sample::articles().len());
    let expected = PageCounts { families_shown: 2, pairs_shown: 4, ..PageCounts::default() };
    assert_eq!(counts, expected);
    assert_eq!(data["frame"]["counts"]["families_shown"], 2);
    // One row of each of the scores 0.9998, 0.981, 1.0 and 0.214.
    assert_eq!(data["frame"]["histogram"]["copy"][19], 1);
    assert_eq!(data["frame"]["histogram"]["shared_source"][4], 1);
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    assert_eq!(sample_page(), sample_page());
}

#[test]
fn nothing_is_loaded_and_only_the_pages_own_script_runs() {
    let (page, _) = sample_page();
    assert!(page.contains("content=\"default-src 'none'; script-src 'sha256-"));
    assert!(!page.contains("unsafe-"));
    for loads in [
        " src=",
        "<link",
        "@import",
        "url(",
        "fetch(",
        "XMLHttpRequest",
        "import(",
        "WebSocket",
        "sendBeacon",
    ] {
        assert!(!page.contains(loads), "{loads}");
    }
    let fixed = [assets::style(), assets::script()].concat();
    assert!(
        !fixed.contains("http://")
            || fixed.matches("http://").count() == fixed.matches("http://www.w3.org/2000/svg").count()
    );
    assert!(!fixed.contains("https://"));
}

#[test]
fn the_script_never_parses_markup() {
    for parses in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
        "srcdoc",
    ] {
        assert!(!assets::script().contains(parses), "{parses}");
    }
}

#[test]
fn hostile_texts_stay_inside_the_data() {
    let attack = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\u{2028}&amp;\"'\u{202e}\u{1b}[31m{{script}}";
    let hostile = |id: &str| {
        Ok(Article {
            title: Some(attack.into()),
            source: Some(attack.into()),
            date: Some(attack.into()),
            url: Some(format!("javascript:{attack}")),
            ..Article::new(id, format!("{attack}\n{attack}"))
        })
    };
    let mut row = sample::rows().remove(0);
    row.source = attack.into();
    row.derived = format!("{attack}2");
    row.evidence.as_mut().unwrap()[0].text = attack.into();
    let member = |id: &str, parent: Option<&str>| FamilyMember {
        id: id.into(),
        parent: parent.map(Into::into),
        relation: parent.map(|_| Relation::Copy),
        score: parent.map(|_| 0.9),
        ..FamilyMember::default()
    };
    let family = FamilyRow {
        id: attack.into(),
        root: attack.into(),
        size: 2,
        members: vec![member(attack, None), member(&row.derived, Some(attack))],
        weakest: 0.9,
        ..FamilyRow::default()
    };
    let (page, counts) = page(&vec![family], &vec![row.clone()], &hostile, &PageOptions::default());
    assert_eq!(counts.pairs_shown, 1);
    assert_eq!(page.matches("</script>").count(), 2, "the two of the shell");
    for markup in ["<img", "<!--", "alert(1)</", "\u{2028}", "\u{202e}", "\u{1b}"] {
        assert!(!page.contains(markup), "{markup}");
    }
    let data = data(&page);
    let article = &list(&data, "articles")[0];
    assert_eq!(article["url"], serde_json::Value::Null);
    assert_eq!(article["id"], attack, "ids are kept, so that rows find their articles");
    assert_eq!(list(&data, "pairs")[0]["derived"], row.derived);
}

/// Families of a root and two copies, of about `text_bytes` each.
fn many(
    families: usize,
    text_bytes: usize,
) -> (Vec<FamilyRow>, Vec<PairRow>, impl Fn(&str) -> crate::Result<Article>) {
    let mut rows = Vec::new();
    let mut listed = Vec::new();
    for number in 0..families {
        let root = format!("f{number:04}");
        let mut members = vec![FamilyMember { id: root.clone(), ..FamilyMember::default() }];
        for copy in ["a", "b"] {
            let derived = format!("{root}-{copy}");
            rows.push(PairRow {
                source: root.clone(),
                derived: derived.clone(),
                ..sample::copies_only_row()
            });
            members.push(FamilyMember {
                id: derived,
                parent: Some(root.clone()),
                relation: Some(Relation::Copy),
                score: Some(0.99),
                ..FamilyMember::default()
            });
        }
        listed.push(FamilyRow {
            id: root.clone(),
            root,
            size: 3,
            members,
            weakest: 0.99,
            ..FamilyRow::default()
        });
    }
    (listed, rows, move |id: &str| Ok(Article::new(id, "<".repeat(text_bytes))))
}

#[test]
fn families_past_the_limit_are_left_out_and_counted() {
    let (families, rows, find) = many(7, 100);
    let options = PageOptions { families: 5, ..PageOptions::default() };
    let (page, counts) = page(&families, &rows, &find, &options);
    assert_eq!((counts.families_shown, counts.families_left_out), (5, 2));
    assert_eq!((counts.pairs_shown, counts.pairs_left_out), (10, 4));
    assert_eq!(data(&page)["frame"]["counts"]["families_left_out"], 2);
}

#[test]
fn the_page_never_outgrows_its_limit() {
    let (families, rows, find) = many(40, 1_000);
    let mut shown = Vec::new();
    for size_bytes in [70_000, 150_000, 400_000, 2_000_000] {
        let options = PageOptions { size_bytes, ..PageOptions::default() };
        let (page, counts) = page(&families, &rows, &find, &options);
        assert!(page.len() <= size_bytes, "{} of {size_bytes}", page.len());
        assert_eq!(counts.families_shown + counts.families_left_out, 40);
        assert_eq!(list(&data(&page), "families").len() as u64, counts.families_shown);
        shown.push(counts.families_shown);
    }
    assert!(shown.is_sorted() && shown[0] < shown[2] && shown[3] == 40, "{shown:?}");
}

#[test]
fn a_huge_family_is_cut_and_leaves_room_for_others() {
    let (mut families, mut rows, find) = many(3, 4_000);
    for copy in 0..500 {
        let derived = format!("huge-{copy:03}");
        rows.push(PairRow { source: "f0002".into(), derived: derived.clone(), ..sample::copies_only_row() });
        families[2].members.push(FamilyMember {
            id: derived,
            parent: Some("f0002".into()),
            relation: Some(if copy == 321 { Relation::Rewrite } else { Relation::Copy }),
            score: Some(0.9),
            ..FamilyMember::default()
        });
    }
    families[2].size += 500;
    // the largest first
    families.swap(0, 2);
    let options = PageOptions { size_bytes: 1_000_000, ..PageOptions::default() };
    let (page, counts) = page(&families, &rows, &find, &options);
    assert_eq!(counts.families_shown, 3);
    let data = data(&page);
    let huge = &list(&data, "families")[0];
    let listed = list(huge, "members");
    assert_eq!((huge["root"].as_str(), listed[1]["id"].as_str()), (Some("f0002"), Some("huge-321")));
    let hidden: u64 =
        huge["hidden"].as_object().unwrap().values().filter_map(serde_json::Value::as_u64).sum();
    assert_eq!(hidden, counts.members_left_out);
    assert_eq!(hidden + listed.len() as u64, 503);
}

#[test]
fn long_texts_are_cut_around_their_passages() {
    let text = "One two three four five six seven. ".repeat(30_000);
    let find = |id: &str| Ok(Article::new(id, text.as_str()));
    let mut row = sample::rows().remove(0);
    let (source, derived) = (row.source.clone(), row.derived.clone());
    let span = crate::article::Span::new(700_000, 700_035);
    let part = crate::row::Part { source: span, derived: span, kind: PartKind::Verbatim };
    row.passages = Some(vec![crate::row::Passage { source: span, derived: span, parts: vec![part] }]);
    row.tie = Some(Tie::Direct);
    let member = |id: &str, parent: Option<&String>| FamilyMember {
        id: id.into(),
        parent: parent.cloned(),
        relation: parent.map(|_| Relation::Copy),
        score: parent.map(|_| 1.0),
        ..FamilyMember::default()
    };
    let family = FamilyRow {
        id: source.clone(),
        root: source.clone(),
        size: 2,
        members: vec![member(&source, None), member(&derived, Some(&source))],
        weakest: 1.0,
        ..FamilyRow::default()
    };
    let (page, counts) = page(&vec![family], &vec![row], &find, &PageOptions::default());
    assert_eq!(counts.texts_shortened, 2);
    let data = data(&page);
    let article = &list(&data, "articles")[0];
    assert_eq!(article["length"], 1_050_000);
    let places: Vec<u64> = list(article, "pieces").iter().filter_map(|piece| piece[0].as_u64()).collect();
    assert_eq!(places, [0, 699_700]);
}

#[test]
fn each_article_is_looked_up_once() {
    let asked = RefCell::new(Vec::new());
    let find = |id: &str| {
        asked.borrow_mut().push(id.to_owned());
        sample::find(id)
    };
    page(&sample::families(), &sample::rows(), &find, &PageOptions::default());
    let mut asked = asked.into_inner();
    asked.sort();
    let mut once = asked.clone();
    once.dedup();
    assert_eq!(asked, once);
}

#[test]
fn an_article_that_cannot_be_read_stops_the_page() {
    let gone = |_: &str| Err(crate::Error::InputChanged { input: "a.jsonl".into() });
    let failed = write(
        &mut Vec::new(),
        &sample::summary(),
        &sample::families(),
        &sample::rows(),
        &gone,
        &PageOptions::default(),
    );
    assert!(matches!(failed, Err(WriteError::Run(crate::Error::InputChanged { .. }))));
}

#[test]
fn other_pairs_of_a_family_stand_beside_its_tree() {
    let mut rows = sample::rows();
    let (a, b) = (sample::find("lamp-courier").unwrap(), sample::find("lamp-herald").unwrap());
    rows.push(sample::row_of(&a, &b, Relation::Expanded, Tie::Siblings, 0.9, 0.5));
    let (page, counts) = page(&sample::families(), &rows, &sample::find, &PageOptions::default());
    let data = data(&page);
    let family = &list(&data, "families")[0];
    assert_eq!((list(family, "pairs").len(), list(family, "other_pairs").len()), (2, 1));
    let other = list(family, "other_pairs")[0].as_u64().unwrap() as usize;
    assert_eq!(list(&data, "pairs")[other]["source"], "lamp-courier");
    assert_eq!(counts.pairs_shown, 5);
}

#[test]
fn of_very_many_passages_the_longest_are_shown_in_order() {
    let mut rows = sample::rows();
    let span = |start: u32| crate::article::Span::new(start, start + 10 + start / 10 % 7);
    let passages = (0..9_000).map(|at| {
        let part =
            crate::row::Part { source: span(at * 20), derived: span(at * 20), kind: PartKind::Reworded };
        crate::row::Passage { source: part.source, derived: part.derived, parts: vec![part] }
    });
    rows[0].passages = Some(passages.collect());
    let (page, _) = page(&sample::families(), &rows, &sample::find, &PageOptions::default());
    let data = data(&page);
    let row = list(&data, "pairs").iter().find(|row| row["derived"] == "lamp-courier").unwrap();
    let starts: Vec<u64> =
        list(row, "passages").iter().filter_map(|passage| passage["derived"][0].as_u64()).collect();
    assert!(starts.len() == 4_000 && starts.is_sorted());
    let shortest = list(row, "passages")
        .iter()
        .map(|passage| passage["derived"][1].as_u64().unwrap() - passage["derived"][0].as_u64().unwrap())
        .min();
    assert!(shortest > Some(12), "{shortest:?}");
}
