//! Search through the archive: a pass over its articles, the one filed last first.
//!
//! It keeps no index of words: what is removed is gone from it at once, and a pass over 100,000 articles
//! takes a second or two. It ends when a page is full or its time is over, and goes on from there when it is
//! asked again.

use std::time::Instant;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use serde::Serialize;

use crate::Result;
use crate::article::Article;
use crate::index::Snapshot;
use crate::stretch::stretch;

/// Words of a query that count.
const WORDS_MAX: usize = 16;
/// Code points before and behind the first word that is found.
const AROUND_CHARS: usize = 80;
/// Articles between two looks at the clock.
const LOOK_EVERY: u32 = 64;

/// What is looked for: articles that hold all words, in any order.
pub struct ArticleQuery {
    pub words: String,
    pub outlet: Option<String>,
    /// Date, seconds since 1970: from the first on, before the second.
    pub since: Option<i64>,
    pub before: Option<i64>,
    pub limit: usize,
    /// Number of the article that a former page ended with.
    pub behind: Option<u64>,
    pub until: Instant,
}

/// An article that was found.
#[derive(Debug, Serialize)]
pub struct Hit {
    pub id: String,
    pub title: Option<String>,
    pub source: Option<String>,
    pub date: Option<String>,
    /// The text around the first word that stands in it, or its beginning.
    pub excerpt: String,
}

/// A page of articles.
#[derive(Debug, Serialize)]
pub struct Hits {
    pub items: Vec<Hit>,
    /// Where to go on; `null` at the end of the archive. A page may be short, or empty, before that: its time
    /// was over.
    pub next: Option<String>,
}

impl ArticleQuery {
    /// # Errors
    /// What reading the archive returns.
    pub fn search(&self, snapshot: &Snapshot) -> Result<Hits> {
        let words = QueryWords::new(&self.words);
        let (mut items, mut seen) = (Vec::new(), 0u32);
        let stopped = snapshot.each_article_back(self.behind, |_, article| {
            seen += 1;
            if self.admits(&article)
                && let Some(place) = words.find(&article)
            {
                items.push(hit(article, place));
            }
            let is_late = seen.is_multiple_of(LOOK_EVERY) && Instant::now() >= self.until;
            Ok(items.len() < self.limit && !is_late)
        })?;
        Ok(Hits { items, next: stopped.map(|number| number.to_string()) })
    }

    fn admits(&self, article: &Article) -> bool {
        let is_of = |outlet: &String| article.source.as_ref() == Some(outlet);
        let seconds = article.unix_seconds();
        self.outlet.as_ref().is_none_or(is_of)
            && self.since.is_none_or(|since| seconds.is_some_and(|seconds| seconds >= since))
            && self.before.is_none_or(|before| seconds.is_some_and(|seconds| seconds < before))
    }
}

/// Words that must all be there, whatever their case.
struct QueryWords {
    finder: Option<AhoCorasick>,
    count: usize,
    /// Letters with a case beyond ASCII: then texts are put into lower case first.
    is_wide: bool,
}

impl QueryWords {
    fn new(query: &str) -> Self {
        let mut words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        words.sort_unstable();
        words.dedup();
        words.truncate(WORDS_MAX);
        let finder = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&words).ok();
        let is_wide = words.iter().any(|word| !word.is_ascii());
        QueryWords { finder: finder.filter(|_| !words.is_empty()), count: words.len(), is_wide }
    }

    /// Where in the text the first word stands, in bytes, where all words are in the article; 0 where none is
    /// in the text.
    fn find(&self, article: &Article) -> Option<usize> {
        let Some(finder) = &self.finder else { return Some(0) };
        let mut is_found = vec![false; self.count];
        let first = self.note(finder, &article.text, &mut is_found);
        let others =
            [Some(&article.id), article.title.as_ref(), article.source.as_ref(), article.url.as_ref()];
        for other in others.into_iter().flatten() {
            if is_found.iter().all(|is_found| *is_found) {
                break;
            }
            self.note(finder, other, &mut is_found);
        }
        is_found.iter().all(|is_found| *is_found).then(|| first.unwrap_or(0))
    }

    fn note(&self, finder: &AhoCorasick, text: &str, is_found: &mut [bool]) -> Option<usize> {
        let lower;
        let text = match self.is_wide {
            true => {
                lower = text.to_lowercase();
                lower.as_str()
            }
            false => text,
        };
        let mut first = None;
        let mut missing = is_found.iter().filter(|is_found| !**is_found).count();
        for found in finder.find_overlapping_iter(text) {
            first = first.or(Some(found.start()));
            if let Some(is_found) =
                is_found.get_mut(found.pattern().as_usize()).filter(|is_found| !**is_found)
            {
                *is_found = true;
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
        }
        first
    }
}

fn hit(article: Article, place: usize) -> Hit {
    let text = &article.text;
    // a place in lower case may lie elsewhere, or within a letter
    let place = (0..=place.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let before = stretch(text, ..place).chars().rev().take(AROUND_CHARS).map(char::len_utf8).sum::<usize>();
    let start = place.saturating_sub(before);
    let mut excerpt: String = stretch(text, start..).chars().take(2 * AROUND_CHARS).collect();
    if start > 0 {
        excerpt.insert(0, '…');
    }
    Hit { id: article.id, title: article.title, source: article.source, date: article.date, excerpt }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str, article: &Article) -> bool {
        QueryWords::new(query).find(article).is_some()
    }

    #[test]
    fn all_words_are_needed_and_their_case_is_not() {
        let article = Article {
            title: Some("Überflutung in Hestbrook".to_owned()),
            source: Some("Meridian Wire".to_owned()),
            ..Article::new("w/1", "The Orrin dam BROKE on Monday; nobody was hurt.")
        };
        for query in
            ["", " ", "orrin", "ORRIN broke", "dam meridian", "überflutung Dam", "w/1 hurt", "am dam"]
        {
            assert!(found(query, &article), "{query}");
        }
        for query in ["bridge", "orrin bridge", "überflutungen"] {
            assert!(!found(query, &article), "{query}");
        }
    }

    #[test]
    fn an_excerpt_holds_the_first_word_and_breaks_no_letter() {
        let text = format!("{}Ort{}", "ä".repeat(300), "ß".repeat(300));
        let article = Article::new("a", text);
        let place = QueryWords::new("ort").find(&article).unwrap();
        let hit = hit(article, place);
        assert!(hit.excerpt.contains("Ort") && hit.excerpt.chars().count() <= 2 * AROUND_CHARS + 1);
    }
}
