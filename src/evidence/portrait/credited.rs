//! Whom an article says that it has its report from, by name.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::evidence::credits::outlet;
use crate::normalise::words::word_hashes;
use crate::stretch::stretch;

/// The bracket of a dateline stands within so many code points of the beginning.
const DATELINE_CHARS: usize = 120;
/// An attribution ("…, Harbour Press reported") stands within so many bytes of the beginning.
const ATTRIBUTION_BYTES: usize = 1200;
/// A name has at most so many words and bytes.
const NAME_WORDS_MAX: usize = 5;
const NAME_BYTES_MAX: usize = 40;

/// Words after a name that make it the source of the report.
const VERBS: &[&str] = &[" reported", " reports", " first reported", " has reported"];

static VERB_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(VERBS).ok());

/// Words by which a name is known to be an agency's and nothing else.
const OF_AGENCIES: &[&str] =
    &["agency", "press", "newswire", "wire", "service", "services", "agence", "agentur"];

/// Words of the names of those who send news to others. "Press" is none of them: many papers are called so.
const SENDERS: &[&str] = &[
    "agency",
    "newswire",
    "wire",
    "agence",
    "agencia",
    "agenzia",
    "agentur",
    "nachrichtenagentur",
    "presseagentur",
];

/// Names of agencies, whole and short, as they are credited.
const KNOWN: &[(&str, &str)] = &[
    ("ap", "associated press"),
    ("reuters", "reuters"),
    ("afp", "agence france presse"),
    ("upi", "united press international"),
    ("pa", "press association"),
    ("dpa", "deutsche presse agentur"),
    ("efe", "agencia efe"),
    ("ansa", "agenzia ansa"),
    ("tass", "itar tass"),
    ("xinhua", "xinhua news agency"),
];

/// A name that an article credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credited {
    /// As it is printed.
    pub name: String,
    /// Hashes of its words, of its initials and of the names that are known to be the same.
    pub(super) words: Vec<u64>,
    others: Vec<Vec<u64>>,
    /// Whether the place alone makes it a credit; a last line may be anything else.
    pub is_certain: bool,
    pub place: CreditPlace,
}

/// Where an outlet is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditPlace {
    /// In the bracket of the dateline.
    Dateline,
    /// As the one that reported it.
    Attribution,
    LastLine,
}

impl Credited {
    fn new(name: &str, place: CreditPlace) -> Credited {
        let name = name.strip_prefix("The ").or(name.strip_prefix("the ")).unwrap_or(name);
        let lower = name.to_lowercase();
        let same = KNOWN.iter().filter(|known| known.0 == lower || known.1 == lower);
        let same: Vec<Vec<u64>> = same.flat_map(|known| [hashes(known.0), hashes(known.1)]).collect();
        let is_known = !same.is_empty() || lower.split_whitespace().any(|word| OF_AGENCIES.contains(&word));
        // "ABC News" is ABC, as it is among the outlets
        let bare = Some(hashes(outlet(name))).filter(|bare| !bare.is_empty());
        let others = same.into_iter().chain(initials(name)).chain(bare).collect();
        let (words, name) = (hashes(name), name.to_owned());
        Credited { name, words, others, is_certain: is_known || place != CreditPlace::LastLine, place }
    }

    /// Whether both may be names of one outlet: the same words, or the initials or the first word of the
    /// longer one.
    pub fn is_same_as(&self, other: &Credited) -> bool {
        self.is_of(&other.words, &other.others) || other.is_of(&self.words, &self.others)
    }

    /// Whether it is the same credit in the same place: it may have come with the text.
    pub fn is_printed_as(&self, other: &Credited) -> bool {
        self.place == other.place && self.words == other.words
    }

    /// Whether it names the outlet of these words, which is called by these short names too.
    pub fn names(&self, outlet: &[u64], short_names: &[u64]) -> bool {
        let short: Vec<Vec<u64>> = short_names.iter().map(|&name| vec![name]).collect();
        !outlet.is_empty() && self.is_of(outlet, &short)
    }

    fn is_of(&self, words: &[u64], others: &[Vec<u64>]) -> bool {
        let own = || std::iter::once(&self.words).chain(&self.others);
        let is_first = self.words.len() == 1 && words.first() == self.words.first();
        is_first || own().any(|name| name == words || others.contains(name))
    }
}

/// The names that a text credits: in the bracket of its dateline, as a short last line, or as the one that
/// reported it.
pub(super) fn credited(raw: &str) -> Vec<Credited> {
    let dateline = dateline(raw).map(|name| Credited::new(name, CreditPlace::Dateline));
    let reported = attributions(raw).into_iter().map(|name| Credited::new(name, CreditPlace::Attribution));
    let last = last_line(raw).map(|name| Credited::new(name, CreditPlace::LastLine));
    let mut credited: Vec<Credited> = dateline.into_iter().chain(reported).chain(last).collect();
    credited.retain(|credited| !credited.words.is_empty());
    credited.dedup();
    credited
}

/// "LOWELL (Harbour Press) —", "VALDORNA, 6 may (Cordal).-".
fn dateline(raw: &str) -> Option<&str> {
    let end = raw.char_indices().nth(DATELINE_CHARS).map_or(raw.len(), |(at, _)| at);
    let (_, bracketed) = stretch(raw, ..end).split_once('(')?;
    let (name, after) = bracketed.split_once(')')?;
    let is_dashed = after.trim_start_matches(['.', ' ']).starts_with(['-', '–', '—']);
    is_dashed.then_some(name.trim()).filter(|name| is_name(name))
}

fn last_line(raw: &str) -> Option<&str> {
    let line = raw.trim_end().rsplit('\n').next()?.trim();
    Some(line.trim_matches(['(', ')', '—', '–', '-', ' '])).filter(|line| is_name(line))
}

/// The parts of a last line that is wholly a bracket: "(dpa/red.)".
pub(super) fn bracketed_end(raw: &str) -> Vec<&str> {
    let line = raw.trim_end().rsplit('\n').next().unwrap_or_default().trim();
    let inside = line.strip_prefix(['(', '[']).and_then(|line| line.strip_suffix([')', ']']));
    let inside = inside.filter(|inside| inside.len() <= NAME_BYTES_MAX && !inside.contains(['(', '[']));
    let parts = inside.unwrap_or_default().split(['/', ',', '+', '&']).map(str::trim);
    parts.filter(|part| !part.is_empty()).collect()
}

/// Whether an outlet of this name sends what others print.
pub(super) fn is_agency(outlet: &str) -> bool {
    let lower = outlet.to_lowercase();
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
    let name = words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
    is_known(&name) || words.iter().any(|word| SENDERS.contains(word)) || name.ends_with(" news service")
}

/// Names of several words, or in capitals, before "reported".
fn attributions(raw: &str) -> Vec<&str> {
    let end = (0..=ATTRIBUTION_BYTES.min(raw.len())).rev().find(|&at| raw.is_char_boundary(at)).unwrap_or(0);
    let head = stretch(raw, ..end);
    let Some(verbs) = VERB_WORDS.as_ref() else { return Vec::new() };
    let name = |verb: aho_corasick::Match| {
        let follows = stretch(head, verb.end()..).chars().next();
        let is_word = !follows.is_some_and(char::is_alphanumeric);
        let name = capitalised_end(stretch(head, ..verb.start()));
        let is_outlet =
            name.contains(' ') || (name.len() > 1 && name.chars().all(char::is_uppercase)) || is_known(name);
        (is_word && is_outlet && is_name(name)).then_some(name)
    };
    verbs.find_iter(head).filter_map(name).collect()
}

fn is_known(name: &str) -> bool {
    let lower = name.to_lowercase();
    KNOWN.iter().any(|known| known.0 == lower || known.1 == lower)
}

/// The capitalised words that a text ends with, within a line and a sentence.
fn capitalised_end(text: &str) -> &str {
    let mut begins = text.len();
    for _ in 0..NAME_WORDS_MAX {
        let before = stretch(text, ..begins).trim_end_matches(' ');
        let start = before.rfind([' ', '\n', ',', '.', '"', '“']).map_or(0, |at| {
            at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        let word = stretch(before, start..);
        if !word.chars().next().is_some_and(char::is_uppercase) {
            break;
        }
        begins = start;
        if !stretch(text, ..begins).ends_with(' ')
            || stretch(text, ..begins).trim_end().ends_with([',', '.', ';', ':'])
        {
            break;
        }
    }
    stretch(text, begins..)
}

/// A few capitalised words and nothing else.
fn is_name(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_small = |word: &&str| ["of", "and", "for", "the", "de"].contains(word);
    let is_capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let letters = name.chars().all(|letter| letter.is_alphanumeric() || " -'’&.".contains(letter));
    (2..=NAME_BYTES_MAX).contains(&name.len())
        && (1..=NAME_WORDS_MAX).contains(&words.len())
        && letters
        && !name.ends_with('.')
        && words.iter().all(|word| is_capital(word) || is_small(word))
        && words.iter().any(is_capital)
}

fn hashes(name: &str) -> Vec<u64> {
    let mut words = Vec::new();
    word_hashes(name, |hash| words.push(hash.word));
    words
}

/// Of a name of several words.
fn initials(name: &str) -> Option<Vec<u64>> {
    let initials: String = name.split_whitespace().filter_map(|word| word.chars().next()).collect();
    (initials.chars().count() > 1).then(|| hashes(&initials))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(raw: &str) -> Vec<String> {
        credited(raw).into_iter().filter(|name| name.is_certain).map(|name| name.name).collect()
    }

    #[test]
    fn credits_stand_in_datelines_attributions_and_last_lines() {
        assert_eq!(names("LOWELL (Harbour Press) — The mill burned down on Monday."), ["Harbour Press"]);
        assert_eq!(
            names("The mill burned down, the Lowell Evening Post reported. No one died."),
            ["Lowell Evening Post"]
        );
        assert_eq!(
            names("The mill burned down on Monday.\n\nNorthern News Agency"),
            ["Northern News Agency"]
        );
        assert_eq!(names("The mill burned down on Monday.\n(AP)"), ["AP"]);
    }

    #[test]
    fn what_names_nobody_credits_nobody() {
        for text in [
            "Police reported a fire at the mill on Monday.",
            "The mill (built in 1912) — a landmark — burned down.",
            "The mill burned down on Monday.\n\nAdvertisement",
            "The mill burned down on Monday.\n\nRead more about the mill.",
            "The mill burned down. Residents reportedly fled, the Mayor said.",
            "",
        ] {
            assert_eq!(names(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_bracket_at_the_end_may_hold_several() {
        assert_eq!(bracketed_end("Es brennt.\n\n(dpa/red.)"), ["dpa", "red."]);
        assert_eq!(bracketed_end("Es brennt (seit Montag)."), Vec::<&str>::new());
        assert_eq!(bracketed_end(""), Vec::<&str>::new());
    }

    #[test]
    fn agencies_are_known_by_their_names() {
        assert!(
            ["Northern Press Agency", "AP", "Meridian Wire", "Agencia Cordal", "Continental News Service"]
                .into_iter()
                .all(is_agency)
        );
        assert!(!["Detroit Free Press", "Lowell Post", "Wired", ""].into_iter().any(is_agency));
    }

    #[test]
    fn one_outlet_has_long_and_short_names() {
        let name = |name: &str| Credited::new(name, CreditPlace::Dateline);
        assert!(name("AP").is_same_as(&name("Associated Press")));
        assert!(name("The Associated Press").is_same_as(&name("AP")));
        assert!(name("HPA").is_same_as(&name("Harbour Press Agency")));
        assert!(name("Harbour").is_same_as(&name("Harbour Press Agency")));
        assert!(name("ABC News").names(&hashes("ABC"), &[]));
        assert!(!name("Harbour").is_same_as(&name("Lowell Post")));
        assert!(!name("Reuters").is_same_as(&name("AP")));
    }
}
