use super::*;
use crate::article::Span;
use crate::report::sample;
use crate::row::{Passage, Relation, Tie};

fn drawn(source: &str, derived: &str, width_columns: usize, style: Style) -> String {
    let row = sample::rows()
        .into_iter()
        .find(|row| (row.source.as_str(), row.derived.as_str()) == (source, derived));
    draw(&row.unwrap(), &sample::find(source).unwrap(), &sample::find(derived).unwrap(), width_columns, style)
}

fn draw(row: &PairRow, source: &Article, derived: &Article, width_columns: usize, style: Style) -> String {
    let mut out = Vec::new();
    write(&mut out, row, source, derived, &SideBySideOptions { width_columns, style, fold: true }).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn two_columns_without_color() {
    insta::assert_snapshot!(drawn("lamp-wire", "lamp-herald", 110, Style::PLAIN));
}

#[test]
fn two_columns_in_color() {
    insta::assert_snapshot!(drawn("lamp-wire", "lamp-herald", 110, Style::COLORED).replace('\u{1b}', "␛"));
}

#[test]
fn a_narrow_terminal_gets_the_texts_in_turn() {
    insta::assert_snapshot!(drawn("lamp-herald", "lamp-star", 64, Style::ASCII));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for style in [Style::PLAIN, Style::ASCII] {
        for width in [40, 64, 89, 90, 110, 180] {
            for line in drawn("lamp-wire", "lamp-herald", width, style).lines() {
                assert!(columns(line) <= width, "{} columns of {width}: {line}", columns(line));
            }
        }
    }
}

#[test]
fn long_stretches_without_a_match_are_folded() {
    let paragraphs = |word: &str, count: usize| format!("{word} alone here\n\n").repeat(count);
    let kept = "The same four words stand in both texts.";
    let titled = |id: &str, text| Article { title: Some(id.into()), ..Article::new(id, text) };
    let source = titled("a", format!("{}{kept}\n\n{}", paragraphs("red", 20), paragraphs("blue", 3)));
    let derived = titled("b", format!("{kept}\n\n{}", paragraphs("green", 30)));
    let row = sample::row_of(&source, &derived, Relation::Partial, Tie::Direct, 0.9, 0.9);
    let drawn_folded = draw(&row, &source, &derived, 100, Style::PLAIN);
    assert_eq!(drawn_folded.matches("lines not shown").count(), 2, "{drawn_folded}");
    assert!(drawn_folded.contains("… 16 lines not shown"), "{drawn_folded}");
    let mut out = Vec::new();
    let options = SideBySideOptions { width_columns: 100, style: Style::PLAIN, fold: false };
    write(&mut out, &row, &source, &derived, &options).unwrap();
    let whole = String::from_utf8(out).unwrap();
    assert_eq!((whole.matches("red alone").count(), whole.matches("green alone").count()), (20, 30));
}

#[test]
fn matching_passages_stand_at_the_same_height() {
    let page = drawn("lamp-wire", "lamp-herald", 110, Style::PLAIN);
    let line = page.lines().find(|line| line.contains("My knees")).unwrap();
    assert_eq!(line.matches("My knees").count(), 2, "{line}");
}

#[test]
fn hostile_texts_send_no_codes() {
    let hostile = |id: &str| Article {
        title: Some("\u{1b}[2J\u{202e}title".into()),
        ..Article::new(id, "first \u{1b}]0;owned\u{7} line\r\nsecond \u{9b}31m line\u{202e} and the last one")
    };
    let (source, derived) = (hostile("\u{1b}c"), hostile("b"));
    let row = sample::row_of(&source, &derived, Relation::Copy, Tie::Direct, 0.9, 0.9);
    for width in [60, 120] {
        let page = draw(&row, &source, &derived, width, Style::PLAIN);
        assert!(!page.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{page:?}");
    }
}

#[test]
fn spans_past_the_text_and_rows_without_passages_do_no_harm() {
    let (source, derived) = (Article::new("a", "short"), Article::new("b", ""));
    let mut row = sample::rows().remove(0);
    draw(&row, &source, &derived, 100, Style::PLAIN);
    row.passages =
        Some(vec![Passage { source: Span::new(3, 900), derived: Span::new(7, 9), parts: Vec::new() }]);
    draw(&row, &source, &derived, 100, Style::COLORED);
    let drawn = draw(&sample::copies_only_row(), &source, &derived, 100, Style::PLAIN);
    assert!(drawn.contains("No passages to show."), "{drawn}");
}
