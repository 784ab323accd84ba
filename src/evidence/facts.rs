//! Names and numbers: what an article claims, apart from how it says it.
//!
//! Alone, the share of one article's names and numbers that stand in the other finds six retellings in ten at one
//! false alarm in a hundred; no measure of wording comes near it.

use rustc_hash::FxHashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::normalise::words::hash_word;
use crate::normalise::{Text, TokenFlags};

/// A sentence in which this share of the words has a capital is a headline: its capitals tell no names.
const HEADLINE_SHARE: f64 = 0.6;

/// Capitalised words that name no one, folded. Months and week days are read as dates where a number goes with them.
const NO_NAMES: &[&str] = &[
    "i",
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "sir",
    "president",
    "senator",
    "sen",
    "rep",
    "representative",
    "gov",
    "governor",
    "minister",
    "secretary",
    "mayor",
    "judge",
    "justice",
    "professor",
    "prof",
    "general",
    "gen",
    "sgt",
    "lt",
    "col",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "am",
    "pm",
    "the",
    "no",
    "ok",
    "tv",
];

const MONTHS: &[(&str, u8)] = &[
    ("january", 1),
    ("jan", 1),
    ("february", 2),
    ("feb", 2),
    ("march", 3),
    ("mar", 3),
    ("april", 4),
    ("apr", 4),
    ("may", 5),
    ("june", 6),
    ("jun", 6),
    ("july", 7),
    ("jul", 7),
    ("august", 8),
    ("aug", 8),
    ("september", 9),
    ("sept", 9),
    ("sep", 9),
    ("october", 10),
    ("oct", 10),
    ("november", 11),
    ("nov", 11),
    ("december", 12),
    ("dec", 12),
];

const NUMBER_WORDS: &[(&str, f64)] = &[
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("hundred", 100.0),
];

const MAGNITUDES: &[(&str, f64)] = &[
    ("thousand", 1e3),
    ("k", 1e3),
    ("million", 1e6),
    ("millions", 1e6),
    ("m", 1e6),
    ("mn", 1e6),
    ("mln", 1e6),
    ("billion", 1e9),
    ("bn", 1e9),
    ("b", 1e9),
    ("trillion", 1e12),
    ("tn", 1e12),
    ("millionen", 1e6),
    ("mio", 1e6),
    ("milliarden", 1e9),
    ("mrd", 1e9),
    ("millones", 1e6),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    Name,
    Number,
    Date,
}

/// One fact where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Equal for variants of one name, number or date.
    pub key: u64,
    pub kind: FactKind,
    /// The first token of it.
    pub token: usize,
}

/// The facts of a text.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// In the order of the text, repeats included.
    pub mentions: Vec<Fact>,
    /// Distinct keys, sorted.
    pub keys: Vec<u64>,
    /// Whether names could be told; without them numbers alone say little.
    pub has_names: bool,
}

impl Facts {
    pub fn of(text: &Text) -> Facts {
        let mut mentions = numbers(text);
        let has_names = text.language.has_capitalised_names();
        if has_names {
            mentions.extend(names(text));
            mentions.sort_by_key(|fact| fact.token);
        }
        let mut keys: Vec<u64> = mentions.iter().map(|fact| fact.key).collect();
        keys.sort_unstable();
        keys.dedup();
        Facts { mentions, keys, has_names }
    }

    pub fn holds(&self, key: u64) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// Distinct facts that both hold.
    pub fn shared_with(&self, other: &Facts) -> usize {
        self.keys.iter().filter(|key| other.holds(**key)).count()
    }
}

fn names(text: &Text) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut at_start: Vec<(usize, u64)> = Vec::new();
    let mut known: FxHashSet<u64> = FxHashSet::default();
    let mut folded = String::new();
    for sentence in &text.sentences {
        let capitals =
            text.tokens[sentence.clone()].iter().filter(|token| token.flags.has(TokenFlags::CAPITAL)).count();
        if capitals as f64 > HEADLINE_SHARE * sentence.len() as f64 && sentence.len() > 4 {
            continue;
        }
        let mut token = sentence.start;
        while token < sentence.end {
            let flags = text.tokens[token].flags;
            if !flags.has(TokenFlags::CAPITAL) || flags.has(TokenFlags::FURNITURE) {
                token += 1;
                continue;
            }
            let first = token;
            folded.clear();
            token = join_initials(text, token, sentence.end, &mut folded);
            let starts = first == sentence.start
                || text.gap_before(first).contains(['"', '“', '„', '«', '‘', '(', ':']);
            if flags.has(TokenFlags::FUNCTION_WORD)
                || NO_NAMES.contains(&folded.as_str())
                || month(&folded).is_some()
            {
                continue;
            }
            fold_name(&mut folded);
            if folded.chars().count() < 2 {
                continue;
            }
            let key = hash_word(&folded).word;
            if starts {
                at_start.push((first, key));
            } else {
                known.insert(key);
                found.push(Fact { key, kind: FactKind::Name, token: first });
            }
        }
    }
    // a capital at the start of a sentence is a name where the word has one inside a sentence as well
    found.extend(at_start.into_iter().filter(|(_, key)| known.contains(key)).map(|(token, key)| Fact {
        key,
        kind: FactKind::Name,
        token,
    }));
    found
}

/// Puts the name's letters into `folded`, single letters with full stops joined ("C.I.A." as "cia"), and returns the next token.
fn join_initials(text: &Text, first: usize, end: usize, folded: &mut String) -> usize {
    let push = |token: usize, folded: &mut String| {
        folded.extend(text.surface(token).chars().flat_map(char::to_lowercase))
    };
    push(first, folded);
    let mut next = first + 1;
    let is_initial = |token: usize| text.tokens[token].end - text.tokens[token].start == 1;
    if !is_initial(first) {
        return next;
    }
    while next < end
        && is_initial(next)
        && text.gap_before(next) == "."
        && text.tokens[next].flags.has(TokenFlags::CAPITAL)
    {
        push(next, folded);
        next += 1;
    }
    next
}

/// One spelling for the ways a name is transliterated: Zelensky, Zelenskyy, Zelenskiy.
fn fold_name(name: &mut String) {
    let mut letters: Vec<char> = Vec::with_capacity(name.len());
    for letter in name.nfd().filter(|letter| !is_combining_mark(*letter)) {
        let letter = match letter {
            'y' | 'j' | 'ı' => 'i',
            'w' => 'v',
            'ø' => 'o',
            'ł' => 'l',
            'h' if matches!(letters.last(), Some('k' | 'g')) => continue,
            other => other,
        };
        if letters.last() != Some(&letter) {
            letters.push(letter);
        }
    }
    while letters.len() > 3 && letters.last() == Some(&'i') {
        letters.pop();
    }
    name.clear();
    name.extend(letters);
}

fn month(folded: &str) -> Option<u8> {
    MONTHS.iter().find(|(name, _)| *name == folded).map(|(_, month)| *month)
}

fn numbers(text: &Text) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut token = 0;
    while token < text.tokens.len() {
        let flags = text.tokens[token].flags;
        let first = token;
        token += 1;
        if flags.has(TokenFlags::FURNITURE) {
            continue;
        }
        let surface = text.surface(first);
        let mut value = None;
        if flags.has(TokenFlags::NUMBER) {
            (value, token) = read_number(text, first);
        } else if surface.len() <= 8 && !surface.is_empty() && surface.is_ascii() {
            let named = NUMBER_WORDS.iter().find(|(word, _)| surface.eq_ignore_ascii_case(word));
            value = named.map(|(_, value)| *value);
        }
        let Some(mut value) = value else { continue };
        if let Some(next) = text.tokens.get(token)
            && !text.gap_before(token).contains('\n')
            && (next.byte_end - next.byte_start) <= 10
        {
            let folded = text.surface(token).to_lowercase();
            if let Some((_, times)) = MAGNITUDES.iter().find(|(word, _)| *word == folded && word.len() > 1) {
                value *= times;
                token += 1;
            }
        }
        let near_month = |at: usize| {
            let surface = text.tokens.get(at).map(|_| text.surface(at))?;
            (surface.len() <= 9).then(|| month(&surface.to_lowercase())).flatten()
        };
        let month = first.checked_sub(1).and_then(near_month).or_else(|| near_month(token));
        let (key, kind) = match month {
            Some(month) if value <= 31.0 => (format!("date {month} {value}"), FactKind::Date),
            _ => (format!("number {value}"), FactKind::Number),
        };
        found.push(Fact { key: hash_word(&key).word, kind, token: first });
    }
    found
}

/// Reads "1,200,000", "3.5", "1.2m", "8th" from their tokens: the value and the next token.
fn read_number(text: &Text, first: usize) -> (Option<f64>, usize) {
    let mut digits = String::new();
    let mut token = first;
    loop {
        let surface = text.surface(token);
        let letters_at = surface.find(|character: char| !character.is_ascii_digit()).unwrap_or(surface.len());
        digits.push_str(&surface[..letters_at]);
        token += 1;
        if letters_at < surface.len() {
            let suffix = surface[letters_at..].to_lowercase();
            let times = MAGNITUDES.iter().find(|(word, _)| *word == suffix).map_or(1.0, |(_, times)| *times);
            return (digits.parse::<f64>().ok().map(|value| value * times), token);
        }
        let Some(next) = text.tokens.get(token) else { break };
        let is_digits =
            |token: usize| text.surface(token).bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        if !next.flags.has(TokenFlags::NUMBER) || !is_digits(token) || digits.len() > 15 {
            break;
        }
        match text.gap_before(token) {
            "," if text.surface(token).len() == 3 => {}
            "." if !digits.contains('.') => digits.push('.'),
            _ => break,
        }
    }
    (digits.parse().ok(), token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<u64> {
        Facts::of(&Text::new(text, Some("en"))).keys
    }

    #[test]
    fn spellings_of_one_name_are_one_fact() {
        let one = keys("On Monday the envoy Zelenskyy met officials.");
        assert_eq!(one, keys("On Monday the envoy Zelensky met officials."));
        assert_eq!(one, keys("On Monday the envoy Zelenskiy met officials."));
        assert_eq!(one.len(), 1);
    }

    #[test]
    fn abbreviations_with_and_without_stops_are_one_fact() {
        assert_eq!(keys("He left the C.I.A. in anger."), keys("He left the CIA in anger."));
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(keys("about 1,200,000 people"), keys("about 1.2m people"));
        assert_eq!(keys("about 1,200,000 people"), keys("about 1.2 million people"));
        assert_eq!(keys("killed three people"), keys("killed 3 people"));
    }

    #[test]
    fn dates_are_compared_by_month_and_day() {
        assert_eq!(keys("it was on Feb. 8 that"), keys("it was on February 8 that"));
        assert_eq!(keys("it was on 8 February that"), keys("it was on Feb. 8 that"));
        assert_ne!(keys("it was on March 8 that"), keys("it was on Feb. 8 that"));
    }
}
