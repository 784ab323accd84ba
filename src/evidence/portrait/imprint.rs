//! What an article says of its own making: whose it is, whom it credits, which edition it is.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::article::Article;
use crate::evidence::credits::{Credits, outlet};
use crate::evidence::portrait::credited::{CreditPlace, Credited, bracketed_end, credited, is_agency};
use crate::normalise::Text;
use crate::normalise::words::word_hashes;

/// So many words at either end are searched for the name of another outlet.
const HEAD_WORDS: usize = 120;
const TAIL_WORDS: usize = 40;

/// So many code points at either end are searched for the words of a reprint, and at the head for those of an
/// edition.
const EDITION_CHARS: usize = 120;
const HEAD_CHARS: usize = 200;
const TAIL_CHARS: usize = 300;

/// Words by which an early edition is known, and a later one (lower case).
const EARLY: &[&str] =
    &["urgent", "breaking", "flash", "newsalert", "alert", "snap", "eilmeldung", "urgente"];
const LATE: &[&str] = &[
    "update",
    "updated",
    "updates",
    "writethru",
    "write-through",
    "correction",
    "corrected",
    "refile",
    "recast",
    "recasts",
    "aktualisiert",
    "korrigiert",
];

/// Words of a page that prints what others wrote.
const REPRINTS: &[&str] = &[
    "wire services",
    "wire reports",
    "news services",
    "news agencies",
    "agencies contributed",
    "agency reports",
    "reprinted",
    "republished",
    "originally appeared",
    "originally published",
    "first appeared",
    "first reported",
    "first published",
    "with permission",
    "from our",
    "this story was provided",
];

static REPRINT_WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(REPRINTS).ok());

/// Whose an article is, and whose it says that it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imprint {
    /// Words of the outlet's name; empty where it is not known.
    pub outlet: Vec<u64>,
    /// The outlet's initials and its first word, by which datelines call it.
    pub short_names: Vec<u64>,
    /// Agencies that are credited, or are the article's own outlet.
    pub agencies: Vec<String>,
    /// Words of the ends of the text, in order.
    ends: Vec<u64>,
    /// Words of a bracket in the dateline and of a short last line.
    credit_words: Vec<u64>,
    /// Below 0 for an early edition, above for a later one, by its number where there is one.
    pub edition: i32,
    pub is_reprint: bool,
    /// Whether its outlet is an agency, by its name or because it signs its datelines.
    pub is_wire: bool,
    /// Whom it names as the source of its report.
    pub credited: Vec<Credited>,
}

impl Imprint {
    pub(super) fn of(article: &Article, text: &Text, credits: &Credits) -> Imprint {
        let name = article.source.as_deref().map_or("", outlet);
        let words = text.tokens.iter().map(|token| token.word);
        let head = words.clone().take(HEAD_WORDS);
        let after_head = text.tokens.len().saturating_sub(HEAD_WORDS).min(TAIL_WORDS);
        let tail = words.skip(text.tokens.len() - after_head);
        let mut credit_words = Vec::new();
        let brackets = credits.agencies.iter().map(String::as_str).chain(credits.last_line.as_deref());
        brackets.chain(bracketed_end(&article.text)).for_each(|credit| credit_words.extend(hashes(credit)));
        let credited = credited(&article.text);
        let (own, short) = (hashes(name), short_names(name));
        // who signs its own dateline sends it to others
        let is_signed = credited
            .iter()
            .any(|credited| credited.place == CreditPlace::Dateline && credited.names(&own, &short));
        Imprint {
            is_wire: is_signed || is_agency(name),
            short_names: short,
            outlet: own,
            agencies: credits.agencies.clone(),
            // a word that no text has keeps the ends apart
            ends: head.chain([0]).chain(tail).collect(),
            credit_words,
            edition: edition(article),
            is_reprint: is_reprint(&article.text),
            credited,
        }
    }

    /// Whether both are of one outlet; two that are not known are not.
    pub fn is_of_outlet_of(&self, other: &Imprint) -> bool {
        !self.outlet.is_empty() && self.outlet == other.outlet
    }

    /// Whether a credit names this article's outlet.
    pub fn is_named_by(&self, credited: &Credited) -> bool {
        credited.names(&self.outlet, &self.short_names)
    }

    /// Whether this article has a credit in the same place, or, where that is the head of a text, its words
    /// there: of an article that came from this one it tells nothing.
    pub fn prints(&self, credited: &Credited) -> bool {
        let head = self.ends.split(|&word| word == 0).next().unwrap_or_default();
        let is_at_head = || head.windows(credited.words.len().max(1)).any(|words| words == credited.words);
        self.credited.iter().any(|own| own.is_printed_as(credited))
            || (credited.place != CreditPlace::LastLine && is_at_head())
    }

    /// Whether this article says that it has its report from the other's outlet.
    pub fn credits(&self, other: &Imprint) -> bool {
        if other.outlet.is_empty() || self.is_of_outlet_of(other) {
            return false;
        }
        let is_named = self.ends.windows(other.outlet.len()).any(|words| words == other.outlet);
        let is_short = || other.short_names.iter().any(|name| self.credit_words.contains(name));
        (is_named && other.outlet.len() > 1) || is_short()
    }
}

fn hashes(name: &str) -> Vec<u64> {
    let mut words = Vec::new();
    word_hashes(name, |hash| words.push(hash.word));
    words
}

/// What an outlet's name has in common with many others.
const COMMON_NAMES: &[&str] = &[
    "agency",
    "agencia",
    "agence",
    "agenzia",
    "agentur",
    "news",
    "press",
    "wire",
    "service",
    "daily",
    "evening",
    "morning",
    "the",
    "revista",
    "diario",
    "gazette",
    "post",
    "times",
    "journal",
    "herald",
    "tribune",
    "mail",
    "chronicle",
    "courier",
    "star",
];

/// Initials of names of several words, and the first of its words that is its own and long enough to be a
/// name.
fn short_names(name: &str) -> Vec<u64> {
    const FIRST_CHARS: usize = 4;
    let initials: String = name.split_whitespace().filter_map(|word| word.chars().next()).collect();
    let initials = Some(initials).filter(|initials| initials.chars().count() > 1);
    let is_own = |word: &&str| !COMMON_NAMES.contains(&word.to_lowercase().as_str());
    let first = name.split_whitespace().find(is_own).filter(|first| first.chars().count() >= FIRST_CHARS);
    initials.iter().map(String::as_str).chain(first).flat_map(hashes).collect()
}

fn edition(article: &Article) -> i32 {
    let title = article.title.as_deref().unwrap_or("");
    let of_title = edition_in(title, |_, _| true);
    if of_title != 0 {
        return of_title;
    }
    let head: String = article.text.chars().take(EDITION_CHARS).collect();
    // in running text such a word is a label only where it stands first or in capitals
    edition_in(&head, |at, word| at == 0 || word.chars().all(|letter| !letter.is_lowercase()))
}

fn edition_in(line: &str, is_label: impl Fn(usize, &str) -> bool) -> i32 {
    let is_inside = |letter: char| letter.is_alphanumeric() || letter == '-';
    let words: Vec<&str> = line.split(|letter| !is_inside(letter)).filter(|word| !word.is_empty()).collect();
    let mut edition = 0;
    for (at, word) in words.iter().enumerate().filter(|(at, word)| is_label(*at, word)) {
        let word = word.to_lowercase();
        let joined = word.split('-').map(str::to_owned).collect::<Vec<_>>();
        let has = |list: &[&str]| {
            list.contains(&word.as_str()) || joined.iter().any(|part| list.contains(&part.as_str()))
        };
        if has(LATE) {
            // "UPDATE 2-Strike ends"
            let number = words.get(at + 1).and_then(|next| next.split('-').next()?.parse::<i32>().ok());
            edition = edition.max(number.filter(|number| (1..100).contains(number)).unwrap_or(1));
        } else if has(EARLY) && edition == 0 {
            edition = -1;
        }
    }
    edition
}

fn is_reprint(text: &str) -> bool {
    let head: String = text.chars().take(HEAD_CHARS).collect();
    let mut tail: Vec<char> = text.chars().rev().take(TAIL_CHARS).collect();
    tail.reverse();
    let ends = format!("{head}\n{}", tail.into_iter().collect::<String>()).to_lowercase();
    REPRINT_WORDS.as_ref().is_some_and(|words| words.is_match(&ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imprint(source: &str, title: &str, text: &str) -> Imprint {
        let article =
            Article { source: Some(source.into()), title: Some(title.into()), ..Article::new("a", text) };
        let text = Text::new(text, Some("en"));
        Imprint::of(&article, &text, &Credits::of(&text, article.source.as_deref()))
    }

    #[test]
    fn editions_are_told_by_their_labels() {
        let of = |title: &str, text: &str| imprint("AP", title, text).edition;
        assert_eq!(of("UPDATE 3-Mill burns", "The mill burns."), 3);
        assert_eq!(of("URGENT: Mill burns", "The mill burns."), -1);
        assert_eq!(of("Mill burns, 1st Ld-Writethru", "The mill burns."), 1);
        assert_eq!(of("Mill burns", "The breaking of the dam came with an update of the plan."), 0);
    }

    #[test]
    fn an_outlet_is_credited_by_name_initials_or_in_a_dateline() {
        let agency = imprint("Harbour Press Agency", "", "The mill burned down on Monday.");
        let credits = |text: &str| imprint("The Lowell Post", "", text).credits(&agency);
        assert!(credits("The mill burned down, Harbour Press Agency reported."));
        assert!(credits("LOWELL (HPA) — The mill burned down on Monday."));
        assert!(credits("The mill burned down on Monday.\n\nHarbour"));
        assert!(!credits("The mill by the harbour burned down on Monday."));
        assert!(!agency.credits(&agency));
    }

    #[test]
    fn reprints_say_so_at_either_end() {
        assert!(imprint("", "", "From our wire services\n\nThe mill burned.").is_reprint);
        assert!(!imprint("", "", "The mill burned.").is_reprint);
    }
}
