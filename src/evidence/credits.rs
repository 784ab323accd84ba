//! Who is credited: agencies, and outlets that one article names as the other's.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use unicode_script::{Script, UnicodeScript};

use crate::normalise::Text;
use crate::stretch::stretch;

/// News agencies by the words that credit them (lower case, as whole words).
const AGENCIES: &[(&str, &[&str])] = &[
    ("ap", &["(ap)", "associated press", "the ap "]),
    ("reuters", &["reuters"]),
    ("afp", &["(afp)", "agence france"]),
    ("upi", &["(upi)", "united press international"]),
    ("cnn-wire", &["-cnn-wire", "cnn newsource"]),
    ("bloomberg", &["bloomberg news", "(bloomberg)"]),
    ("pa", &["press association", "pa media"]),
    ("dpa", &["(dpa)", "dpa-"]),
    ("efe", &["(efe)"]),
    ("tass", &["(tass)", "tass "]),
    ("xinhua", &["xinhua"]),
    ("interfax", &["interfax"]),
];

/// The words of [`AGENCIES`], all looked for at once, and whose they are.
static CREDITS: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
    let words = AGENCIES
        .iter()
        .zip(0..)
        .flat_map(|((_, words), agency)| words.iter().map(move |word| (*word, agency)));
    let (words, agencies): (Vec<&str>, Vec<usize>) = words.unzip();
    Some((AhoCorasick::new(words).ok()?, agencies))
});

/// So many bytes at each end of a text are looked at for a credit line.
const CREDIT_BYTES: usize = 400;

/// A shorter name is none that stands in another one.
const LETTERS_OF_PART_MIN: usize = 3;

/// A longer last line is a sentence.
const LAST_LINE_MAX_BYTES: usize = 40;

/// What an article credits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credits {
    /// Agencies that a dateline, byline or closing notice credits; sorted names.
    pub agencies: Vec<String>,
    /// A last line of a few words ("Meridian", "With material by AP"), lower case: a credit if it names an
    /// outlet.
    pub last_line: Option<String>,
}

impl Credits {
    pub fn of(text: &Text, source: Option<&str>) -> Credits {
        let raw = text.view();
        let head_end =
            (0..=CREDIT_BYTES.min(raw.len())).rev().find(|at| raw.is_char_boundary(*at)).unwrap_or(0);
        let tail_start = (raw.len().saturating_sub(CREDIT_BYTES)..=raw.len())
            .find(|at| raw.is_char_boundary(*at))
            .unwrap_or(raw.len());
        let ends = format!("{}\n{}", stretch(raw, ..head_end), stretch(raw, tail_start..)).to_lowercase();
        let source = source.unwrap_or("").to_lowercase();
        let mut is_credited = [false; AGENCIES.len()];
        if let Some((credits, agencies)) = &*CREDITS {
            let found = credits.find_overlapping_iter(&ends);
            found.for_each(|found| is_credited[agencies[found.pattern().as_usize()]] = true);
        }
        let is_source = |name: &str, words: &[&str]| {
            let is_named = |word: &&str| source.contains(word.trim_matches(['(', ')', ' ', '-']));
            !source.is_empty() && (words.iter().any(is_named) || source == name)
        };
        let agencies = AGENCIES.iter().zip(is_credited);
        let mut agencies: Vec<String> = agencies
            .filter(|((name, words), is_credited)| *is_credited || is_source(name, words))
            .map(|((name, _), _)| (*name).to_owned())
            .collect();
        agencies.extend(dateline_credit(raw));
        agencies.sort();
        agencies.dedup();
        Credits { agencies, last_line: last_line(raw) }
    }

    /// Whether the outlet is credited: as an agency, or in the last line.
    pub fn name(&self, outlet: &str) -> bool {
        let outlet = outlet.to_lowercase();
        // two letters stand in many names, and are one where they are a word of it
        let is_part = |part: &str, whole: &str| match part.chars().count() >= LETTERS_OF_PART_MIN {
            true => whole.contains(part),
            false => whole.split(|c: char| !c.is_alphanumeric()).any(|word| word == part),
        };
        let is_of = |credit: &str| is_part(credit, &outlet) || is_part(&outlet, credit);
        !outlet.is_empty()
            && (self.agencies.iter().any(|agency| is_of(agency))
                || self.last_line.as_deref().is_some_and(is_of))
    }

    /// Whether both credit one agency.
    pub fn share_agency(&self, other: &Credits) -> bool {
        self.agencies.iter().any(|agency| other.agencies.contains(agency))
    }
}

/// The bracketed word of a dateline, "HESTBROOK (Meridian) —", whoever it is.
fn dateline_credit(raw: &str) -> Option<String> {
    let head_end = raw.char_indices().nth(120).map_or(raw.len(), |(at, _)| at);
    let head = stretch(raw, ..head_end);
    let (_, bracketed) = head.split_once('(')?;
    let (credit, after) = bracketed.split_once(')')?;
    let after = after.trim_start();
    let dashed = after.starts_with(['-', '–', '—']);
    (dashed && credit.len() <= 40 && credit.chars().next().is_some_and(char::is_uppercase))
        .then(|| credit.to_lowercase())
}

fn last_line(raw: &str) -> Option<String> {
    let line = raw.trim_end().rsplit('\n').next()?.trim().trim_matches(['(', ')', '—', '–', '-', ' ']);
    let is_short =
        (2..=LAST_LINE_MAX_BYTES).contains(&line.len()) && !line.ends_with(['.', '!', '?', '"', '”']);
    is_short.then(|| line.to_lowercase())
}

/// Words that data sets add to an outlet's name and that nobody prints.
const NAME_SUFFIXES: &[&str] = &["(Web News)", "Online News", "- News", "- Opinion", "(Online)", "News"];

/// The outlet's name as articles print it: "The Lowmark Gazette - Opinion" is the Lowmark Gazette.
pub fn outlet(source: &str) -> &str {
    let source = source.trim();
    let source = source.strip_prefix("The ").unwrap_or(source);
    NAME_SUFFIXES.iter().fold(source, |source, suffix| source.trim_end_matches(suffix).trim_end())
}

/// How often a text names an outlet ("told the Lowmark Gazette"), spelled as its articles' source is. A name
/// of two letters is looked for where it is an abbreviation.
pub fn times_named(text: &Text, source: &str) -> usize {
    let outlet = outlet(source);
    let letters = outlet.chars().count();
    // two syllables or characters begin many words
    let is_short_name = letters == 2 && outlet.chars().all(char::is_uppercase);
    if letters < 3 && !is_short_name {
        return 0;
    }
    let raw = text.view();
    // beside a letter that stands alone in no script, another one ends no word
    let is_within = |beside: Option<char>, edge: Option<char>| {
        beside.is_some_and(char::is_alphanumeric) && !edge.is_some_and(runs_on)
    };
    // Korean has spaces before its words and particles behind them
    let is_begun = |beside: Option<char>, edge: Option<char>| {
        let is_korean = edge.is_some_and(|edge| edge.script() == Script::Hangul);
        if is_korean { beside.is_some_and(char::is_alphanumeric) } else { is_within(beside, edge) }
    };
    memchr::memmem::find_iter(raw.as_bytes(), outlet.as_bytes())
        .filter(|at| {
            let before = stretch(raw, ..*at).chars().next_back();
            let after = stretch(raw, at + outlet.len()..).chars().next();
            !is_begun(before, outlet.chars().next()) && !is_within(after, outlet.chars().next_back())
        })
        .count()
}

/// Letters of scripts that write words without spaces between them, or particles without one behind them.
fn runs_on(letter: char) -> bool {
    matches!(
        letter.script(),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Hangul
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    )
}
