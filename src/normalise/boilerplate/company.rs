//! What a company prints below each of its releases, under a heading of its own: "About Fennimore Group",
//! "Forward-looking statements".

use std::ops::Range;

use super::TextLine;
use crate::stretch::items;

/// A heading has so many words at most, …
const HEADING_WORDS_MAX: usize = 8;
/// … and stands behind so many others.
const WORDS_BEFORE_MIN: usize = 60;

/// What a heading of such a paragraph begins with (lower case), in the languages of releases.
const ABOUT: &[&str] = &[
    "about ",
    "über ",
    "zu ",
    "à propos d",
    "a propos d",
    "acerca de",
    "sobre ",
    "informazioni su",
    "chi è ",
    "over ",
    "om ",
    "o firmie",
    "о компании",
    "про компанію",
    "hakkında",
    "关于",
    "關於",
    "について",
];

/// … and what it is, whatever the company (lower case).
const STATEMENTS: &[&str] = &[
    "boilerplate",
    "cautionary",
    "disclaimer",
    "forward-looking",
    "forward looking",
    "safe harbor",
    "safe harbour",
    "media contact",
    "press contact",
    "notes to editors",
    "zukunftsgerichtete",
    "pressekontakt",
    "haftungsausschluss",
    "déclarations prospectives",
    "énoncés prospectifs",
    "contact presse",
    "contacts presse",
    "declaraciones prospectivas",
    "contacto de prensa",
    "dichiarazioni previsionali",
    "contatti stampa",
];

/// The headings, and the paragraph below each.
pub(super) fn notes(lines: &[TextLine<'_>]) -> Vec<Range<usize>> {
    let mut notes = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.tokens.start < WORDS_BEFORE_MIN
            || line.tokens.len() > HEADING_WORDS_MAX
            || !is_heading(line.content)
        {
            continue;
        }
        notes.extend(items(lines, at..at + 2).iter().map(|line| line.tokens.clone()));
    }
    notes
}

/// A line of a few words without an end, that names whom or what the next one is about.
fn is_heading(line: &str) -> bool {
    let line = line.trim_end_matches(':');
    if line.ends_with(super::ENDS) {
        return false;
    }
    let lower = line.to_lowercase();
    STATEMENTS.iter().any(|statement| lower.starts_with(statement)) || names_company(line, &lower)
}

/// "About" and names: what else has a capital in all its words but the short ones.
fn names_company(line: &str, lower: &str) -> bool {
    let Some(about) = ABOUT.iter().find(|about| lower.starts_with(**about)) else { return false };
    let named = line.chars().skip(about.chars().count()).collect::<String>();
    let is_name = |word: &str| !word.starts_with(char::is_lowercase) || word.chars().count() <= 3;
    !named.trim().is_empty() && named.split_whitespace().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_those_that_name_a_company_or_what_it_states() {
        for heading in [
            "About Fennimore Group",
            "About Port of Vellin:",
            "Über die Hask AG",
            "À propos de Fennimore",
            "Forward-looking statements",
            "SAFE HARBOR STATEMENT",
            "关于海港集团",
        ] {
            assert!(is_heading(heading), "{heading}");
        }
        for other in [
            "About time the bridge opened",
            "About Fennimore.",
            "About",
            "The harbour",
            "About 300 people came",
        ] {
            assert!(!is_heading(other), "{other}");
        }
    }
}
