//! An article as the page embeds it: whole, or cut down to the neighbourhood of its passages.

use serde::Serialize;

use super::super::visible::{short_label, visible_text};
use crate::article::{Article, Span};
use crate::stretch::stretch;

/// Titles, outlets and dates longer than this are cut.
const LABEL_CHARS: usize = 300;
/// A text up to this length is embedded whole.
const WHOLE_CHARS: u32 = 40_000;
/// What is kept of a longer one: its beginning, this much around each passage, of a long passage both ends.
const BEGINNING_CHARS: u32 = 600;
const AROUND_CHARS: u32 = 300;
const PASSAGE_HEAD_CHARS: u32 = 6_000;
const PASSAGE_TAIL_CHARS: u32 = 1_000;
const SHORTEST_GAP_CHARS: u32 = 400;
/// Once this much is kept, further passages are left out.
const EXCERPT_CHARS: u32 = 120_000;

/// An article in the page. Spans of passages count code points of the whole text.
#[derive(Debug, Serialize)]
pub(super) struct Excerpt<'a> {
    id: &'a str,
    title: Option<String>,
    source: Option<String>,
    date: Option<String>,
    /// Only where it may be followed: `http` or `https`.
    url: Option<&'a str>,
    /// Code points of the whole text.
    length: u64,
    /// What is kept of the text, and where it begins.
    pieces: Vec<(u32, String)>,
}

impl<'a> Excerpt<'a> {
    /// `id` is the one that rows know the article by; `spans` are the places of passages in its text, in any
    /// order.
    pub fn new(id: &'a str, article: &'a Article, spans: &[Span]) -> Self {
        let label = |field: &Option<String>| field.as_deref().map(|label| short_label(label, LABEL_CHARS));
        let text = visible_text(&article.text);
        let length = text.chars().count() as u64;
        let pieces = match u32::try_from(length) {
            Ok(length) if length <= WHOLE_CHARS => vec![(0, text.into_owned())],
            _ => cut_all(&text, &kept(spans, u32::try_from(length).unwrap_or(u32::MAX))),
        };
        Excerpt {
            id,
            title: label(&article.title),
            source: label(&article.source),
            date: label(&article.date),
            url: article.url.as_deref().filter(|url| is_web_address(url)),
            length,
            pieces,
        }
    }

    pub fn is_shortened(&self) -> bool {
        !matches!(self.pieces.as_slice(), [(0, text)] if text.chars().count() as u64 == self.length)
    }
}

/// Whether a link to `url` leads to a page and nowhere else (`javascript:` addresses would run).
fn is_web_address(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// The stretches to keep, in order, apart from each other.
fn kept(spans: &[Span], length: u32) -> Vec<Span> {
    let mut wanted = vec![Span { start: 0, end: BEGINNING_CHARS.min(length) }];
    for span in spans.iter().filter(|span| span.start < length) {
        let end = span.end.min(length);
        let around = Span {
            start: span.start.saturating_sub(AROUND_CHARS),
            end: end.saturating_add(AROUND_CHARS).min(length),
        };
        if around.len() <= 2 * AROUND_CHARS + PASSAGE_HEAD_CHARS + PASSAGE_TAIL_CHARS {
            wanted.push(around);
            continue;
        }
        wanted.push(Span { start: around.start, end: span.start + PASSAGE_HEAD_CHARS });
        wanted.push(Span { start: end - PASSAGE_TAIL_CHARS, end: around.end });
    }
    wanted.sort_unstable();
    let mut kept: Vec<Span> = Vec::new();
    let mut total = 0;
    for span in wanted {
        match kept.last_mut() {
            // A gap shorter than its note is no gain.
            Some(last) if span.start <= last.end.saturating_add(SHORTEST_GAP_CHARS) => {
                total += span.end.saturating_sub(last.end);
                last.end = last.end.max(span.end);
            }
            _ => {
                total += span.len();
                kept.push(span);
            }
        }
        if let Some(over) = total.checked_sub(EXCERPT_CHARS) {
            if let Some(last) = kept.last_mut() {
                last.end = last.end.saturating_sub(over).max(last.start);
            }
            break;
        }
    }
    kept
}

/// Cuts several stretches out of a text in one pass.
fn cut_all(text: &str, spans: &[Span]) -> Vec<(u32, String)> {
    let mut bounds = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let mut next = 0;
    let mut seek = |to: u32| {
        // `nth` counts from where the last one stopped.
        let at = bounds.nth((to - next) as usize).unwrap_or(text.len());
        next = to + 1;
        at
    };
    let mut pieces = Vec::with_capacity(spans.len());
    for span in spans.iter().filter(|span| !span.is_empty()) {
        let start = seek(span.start);
        let end = seek(span.end);
        pieces.push((span.start, stretch(text, start..end).to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_of_usual_length_is_whole() {
        let article = Article::new("a", "日本\u{1b} text");
        let excerpt = Excerpt::new("a", &article, &[]);
        assert_eq!(excerpt.pieces, [(0, "日本␛ text".to_owned())]);
        assert!(!excerpt.is_shortened());
    }

    #[test]
    fn a_long_text_is_cut_around_its_passages() {
        let article = Article::new("a", "0123456789".repeat(1_000_000));
        let spans = [Span::new(5_000_000, 5_000_100), Span::new(100, 200), Span::new(8_000_000, 9_000_000)];
        let excerpt = Excerpt::new("a", &article, &spans);
        let places: Vec<_> = excerpt.pieces.iter().map(|(start, text)| (*start, text.len())).collect();
        assert_eq!(places, [(0, 600), (4_999_700, 700), (7_999_700, 6_300), (8_999_000, 1_300)]);
        assert!(excerpt.pieces.iter().all(|(start, text)| text.starts_with(&(start % 10).to_string())));
        assert!(excerpt.is_shortened());
    }

    #[test]
    fn only_web_addresses_are_linked() {
        for (url, linked) in [
            ("https://example.org/a", true),
            ("HTTP://example.org", true),
            ("javascript://example.org/%0aalert(1)", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("https://example.org/\n", false),
        ] {
            assert_eq!(is_web_address(url), linked, "{url}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_apart_in_order_and_bounded(spans in prop::collection::vec((0u32..900_000, 0u32..30_000), 0..60)) {
            let spans: Vec<Span> = spans.into_iter().map(|(start, length)| Span::new(start, start + length)).collect();
            let kept = kept(&spans, 800_000);
            prop_assert!(kept.windows(2).all(|two| two[0].end < two[1].start));
            prop_assert!(kept.iter().map(|span| span.len()).sum::<u32>() <= EXCERPT_CHARS);
            prop_assert!(kept.iter().all(|span| span.start <= span.end && span.end <= 800_000));
        }
    }
}
