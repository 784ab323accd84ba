use super::*;
use crate::article::Article;
use crate::collection::MemoryCollection;
use crate::progress::NoProgress;

fn rows(articles: &[(&str, &str)], settings: &UnitSettings) -> Vec<UnitRow> {
    let articles = articles.iter().map(|(id, text)| Article::new(*id, *text)).collect();
    let mut rows = Vec::new();
    let take = |row| {
        rows.push(row);
        Ok(())
    };
    let work = Resources::new(1 << 20, std::env::temp_dir());
    mark_units(&work, &MemoryCollection::new(articles), settings, &NoProgress, take).unwrap();
    rows
}

#[test]
fn a_repeated_paragraph_stays_in_the_document_of_the_smallest_id() {
    let settings =
        UnitSettings { unit: Unit::Paragraph, words_min: 3, documents_min: 2, documents_max: None };
    let articles = [
        ("b", "Sign up for our letter!\n\nOwn words of b alone."),
        ("c", "Own words of c alone.\n\nsign up for OUR letter\n\nSign up for our letter.\n\nSee also"),
        ("a", "Something else altogether here.\n\nSee also\n\nSign up for our letter."),
    ];
    let found = rows(&articles, &settings);
    let told: Vec<(&str, usize, usize)> =
        found.iter().map(|row| (row.id.as_str(), row.units as usize, row.marked.len())).collect();
    assert_eq!(told, [("b", 2, 1), ("c", 3, 2), ("a", 2, 0)]);
    let first = &found[0].marked[0];
    assert_eq!((first.span.cut(articles[0].1), first.documents), ("Sign up for our letter!", 3));
    assert_eq!((first.kept_in.as_deref(), found[0].marked_share), (Some("a"), 0.5));
    let mut turned = articles;
    turned.reverse();
    let mut again = rows(&turned, &settings);
    again.reverse();
    assert_eq!(again, found);
}

#[test]
fn cuts_say_what_is_rare_and_what_is_boilerplate() {
    let settings = UnitSettings { unit: Unit::Line, words_min: 1, documents_min: 3, documents_max: Some(3) };
    let articles = [
        ("a", "once\ntwice\nthrice\nalways"),
        ("b", "twice\nthrice\nalways"),
        ("c", "thrice\nalways"),
        ("d", "always"),
    ];
    let found = rows(&articles, &settings);
    let told: Vec<Vec<(u32, Option<&str>)>> = found
        .iter()
        .map(|row| row.marked.iter().map(|unit| (unit.documents, unit.kept_in.as_deref())).collect())
        .collect();
    assert_eq!(told[0], [(4, None)]);
    assert_eq!(told[1], [(3, Some("a")), (4, None)]);
    assert_eq!(told[3], [(4, None)]);
}
