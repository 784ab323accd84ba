//! The words by which an article names the outlet that its text came from.

use crate::article::Article;
use crate::evidence::credits::{Credits, outlet};
use crate::normalise::Text;
use crate::stretch::stretch;

/// The words are cut to so many code points on either side of the name.
const AROUND_CHARS: usize = 60;

/// A shorter name is found anywhere.
const NAME_CHARS_MIN: usize = 3;

/// The words of an article that name an outlet: where its text does, the line around the name; else what its
/// format says of whose it is;
/// else the agency that a dateline or a closing line credits. A name within a longer word is none.
///
/// Whether the naming is enough of a credit is for a person to say: the words are there to be read.
pub fn credit(article: &Article, source: &str) -> Option<String> {
    let name = outlet(source);
    if name.chars().count() < NAME_CHARS_MIN {
        return None;
    }
    let in_text = named_in(&article.text, name);
    let declared = || {
        let provenance = article.provenance.as_deref()?;
        let fields = [&provenance.information_source, &provenance.copyright_holder];
        fields.into_iter().flatten().find(|field| named_in(field, name).is_some()).cloned()
    };
    let agency = || {
        let credits = Credits::of(&Text::new(article.text.as_str(), article.language.as_deref()), None);
        let named = credits.name(name).then(|| credits.agencies.into_iter().chain(credits.last_line));
        named?.next()
    };
    in_text.or_else(declared).or_else(agency)
}

/// The line around the first place where a text holds a name as words of their own, whatever their case.
fn named_in(text: &str, name: &str) -> Option<String> {
    let finder = aho_corasick::AhoCorasickBuilder::new().ascii_case_insensitive(true).build([name]).ok()?;
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let found = finder.find_iter(text).find(|found| {
        let (before, after) = (stretch(text, ..found.start()), stretch(text, found.end()..));
        !is_word(before.chars().next_back()) && !is_word(after.chars().next())
    })?;
    let (before, after) = (stretch(text, ..found.start()), stretch(text, found.end()..));
    let line_before = before.rsplit('\n').next().unwrap_or_default();
    let line_after = after.split('\n').next().unwrap_or_default();
    let kept: String = line_before.chars().rev().take(AROUND_CHARS).collect();
    let head: String = kept.chars().rev().collect();
    let tail: String = line_after.chars().take(AROUND_CHARS).collect();
    // words that were cut are left out
    let head = match head.len() < line_before.len() {
        true => head.split_once(' ').map_or("", |(_, rest)| rest),
        false => head.as_str(),
    };
    let tail = match tail.len() < line_after.len() {
        true => tail.rsplit_once(' ').map_or("", |(rest, _)| rest),
        false => tail.as_str(),
    };
    Some(format!("{head}{}{tail}", stretch(text, found.start()..found.end())).trim().to_owned())
}
