//! What crosses from one language into another: names, figures, and words that both took from a third, and
//! where they stand.
//!
//! A translation tells the same things at the same places. For each key of one text it is asked whether the
//! other holds it at about the same place, and how many would be found by chance, from the same count with
//! the other text turned by an eighth, a quarter and so on. Two reports of one event share names, but
//! not their places.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::skeleton::skeleton;
use crate::evidence::Prepared;
use crate::normalise::{Script, Text, TokenFlags};

/// Places are shares of the text; this far apart is "about the same place", …
const NEAR: f64 = 0.03;
/// … and so many words more.
const NEAR_WORDS: f64 = 3.0;

/// A text of fewer words has hardly a place.
const WORDS_MIN: f64 = 10.0;

/// By how much the other text is turned to see what chance finds.
const TURNS: [f64; 7] = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875];

/// So many places of one key are tried; more are a word that stands everywhere.
const PLACES_MAX: usize = 32;

/// So many keys of a text are looked at.
const KEYS_MAX: usize = 20_000;

/// Added to the number of keys, so that few of them make no large share.
const KEYS_ADDED: f64 = 2.0;

/// Letters of a name or of a word that may be kin.
const LETTERS_MIN: usize = 3;

/// A key where it stands.
struct CrossingKey {
    key: u64,
    /// 0 to 1.
    place: f64,
    /// A name or a figure of at least two digits; others are words that may be kin, or small numbers.
    is_fact: bool,
}

/// What two texts in different languages have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Carried {
    /// Share of keys at their places, beyond what chance finds, of the text with more of them, and with
    /// fewer.
    pub all_most: f64,
    pub all_least: f64,
    /// How many of them, of the text with fewer.
    pub all_count: f64,
    /// By how many standard deviations that is more than chance finds, of the text with fewer: texts of
    /// kindred languages have many kindred words, and chance finds many of them.
    pub surprise: f64,
    /// The larger share of names and figures alone.
    pub facts_most: f64,
    /// Distinct names and figures that both hold, wherever, and those of the text with fewer.
    pub facts_shared: usize,
    pub facts_fewer: usize,
    /// First mentions of shared names and figures in rising order less those in falling order, to all: -1 to
    /// 1.
    pub order: f64,
}

/// A language is told by its most frequent words: so many are compared, …
const FREQUENT_WORDS: usize = 12;
/// … two texts of one language have at least so many in common, …
const FREQUENT_SHARED_MIN: usize = 3;
/// … and two that have so many are of one, whatever their tags say: kindred languages have four or five.
const FREQUENT_SHARED_MOST: usize = 8;
/// Shorter texts have no words that are frequent.
const FREQUENT_FROM_WORDS: usize = 60;

/// Whether two articles are in different languages: those that were named or could be told, if their most
/// frequent words do not say otherwise; or else their most frequent words.
pub fn are_apart(first: &Prepared, second: &Prepared) -> bool {
    let [one, other] = [&first.text, &second.text];
    let may_be_same = one.language.may_be_same(other.language);
    let is_told = one.language.is_known() && other.language.is_known();
    let is_short = one.tokens.len().min(other.tokens.len()) < FREQUENT_FROM_WORDS;
    let is_unspaced = [one, other].iter().any(|text| text.language.script == Script::Unspaced);
    if is_short || is_unspaced || may_be_same && is_told {
        return !may_be_same;
    }
    let shared = frequent_shared(first, second);
    if may_be_same { shared < FREQUENT_SHARED_MIN } else { shared < FREQUENT_SHARED_MOST }
}

/// How many of their most frequent words two texts have in common.
fn frequent_shared(first: &Prepared, second: &Prepared) -> usize {
    let [one, other] = [first, second].map(|article| article.frequent.of(&article.text));
    one.iter().filter(|word| other.contains(word)).count()
}

/// The most frequent words of a text that are neither names nor figures: found once, where they are asked
/// for.
#[derive(Clone, Debug, Default)]
pub struct FrequentWords(OnceLock<Vec<u64>>);

impl FrequentWords {
    fn of(&self, text: &Text) -> &[u64] {
        self.0.get_or_init(|| frequent_words(text))
    }
}

fn frequent_words(text: &Text) -> Vec<u64> {
    let mut counts: FxHashMap<u64, usize> = FxHashMap::default();
    let is_plain = |flags: TokenFlags| !flags.has(TokenFlags::CAPITAL) && !flags.has(TokenFlags::NUMBER);
    for token in text.tokens.iter().filter(|token| is_plain(token.flags)) {
        *counts.entry(token.word).or_default() += 1;
    }
    let mut words: Vec<(usize, u64)> = counts.into_iter().map(|(word, count)| (count, word)).collect();
    words.sort_unstable_by(|one, other| other.cmp(one));
    words.into_iter().take(FREQUENT_WORDS).map(|(_, word)| word).collect()
}

/// `None` where one of the texts has no key: scripts that have no Latin spelling here, texts without names
/// and figures.
pub fn carried(first: &Text, second: &Text) -> Option<Carried> {
    let (one, other) = (keys(first), keys(second));
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let words = first.tokens.len().min(second.tokens.len()) as f64;
    let near = NEAR + NEAR_WORDS / words.max(WORDS_MIN);
    let in_place =
        |facts_alone| [in_place(&one, &other, near, facts_alone), in_place(&other, &one, near, facts_alone)];
    let [all, facts] = [in_place(false), in_place(true)];
    let (distinct, places) = first_mentions(&one, &other);
    Some(Carried {
        all_most: all[0].share().max(all[1].share()),
        all_least: all[0].share().min(all[1].share()),
        all_count: all[0].beyond_chance().min(all[1].beyond_chance()).max(0.0),
        surprise: all[0].surprise().min(all[1].surprise()),
        facts_most: facts[0].share().max(facts[1].share()),
        facts_shared: places.len(),
        facts_fewer: distinct,
        order: rising(&places),
    })
}

/// Keys of one text that stand in the other at about the same place.
struct InPlace {
    all: f64,
    found: f64,
    /// As many would be by chance.
    by_chance: f64,
}

impl InPlace {
    fn beyond_chance(&self) -> f64 {
        self.found - self.by_chance
    }

    fn share(&self) -> f64 {
        self.beyond_chance() / (self.all + KEYS_ADDED)
    }

    fn surprise(&self) -> f64 {
        self.beyond_chance() / (self.by_chance + 1.0).sqrt()
    }
}

fn in_place(here: &[CrossingKey], there: &[CrossingKey], near: f64, facts_alone: bool) -> InPlace {
    let mut places: FxHashMap<u64, Vec<f64>> = FxHashMap::default();
    for key in there.iter().filter(|key| key.is_fact || !facts_alone) {
        let places = places.entry(key.key).or_default();
        if places.len() < PLACES_MAX {
            places.push(key.place);
        }
    }
    let (mut all, mut found, mut by_chance) = (0.0, 0.0, 0.0);
    for key in here.iter().filter(|key| key.is_fact || !facts_alone) {
        all += 1.0;
        let Some(places) = places.get(&key.key) else { continue };
        let is_near = |turn: f64| {
            let stands = |place: &f64| ((place + turn).fract() - key.place).abs() <= near;
            f64::from(u8::from(places.iter().any(stands)))
        };
        found += is_near(0.0);
        by_chance += TURNS.iter().map(|turn| is_near(*turn)).sum::<f64>() / TURNS.len() as f64;
    }
    InPlace { all, found, by_chance }
}

/// How many distinct facts the text with fewer has; and of those of one text, in their order, the places in
/// the other.
fn first_mentions(one: &[CrossingKey], other: &[CrossingKey]) -> (usize, Vec<f64>) {
    let mut in_other: FxHashMap<u64, f64> = FxHashMap::default();
    for key in other.iter().filter(|key| key.is_fact) {
        in_other.entry(key.key).or_insert(key.place);
    }
    let mut seen: FxHashSet<u64> = FxHashSet::default();
    let mut places = Vec::new();
    for key in one.iter().filter(|key| key.is_fact) {
        if seen.insert(key.key) {
            places.extend(in_other.get(&key.key));
        }
    }
    (seen.len().min(in_other.len()), places)
}

/// Pairs in rising order less those in falling order, to all and three more: of few the order says little.
fn rising(places: &[f64]) -> f64 {
    let (mut sum, mut all) = (0.0, 3.0);
    for (at, place) in places.iter().enumerate() {
        // neighbours tell the order, and a long text has many
        for later in places[at + 1..].iter().take(PLACES_MAX) {
            all += 1.0;
            sum += if later > place {
                1.0
            } else if later < place {
                -1.0
            } else {
                0.0
            };
        }
    }
    sum / all
}

/// A page's own date and time stand among so many words at its head or its end.
const STAMP_WORDS: usize = 12;

/// How many words of a row are a date and a time and what stands between them: at least every other one a
/// figure, up to the last of them.
fn stamp_words(text: &Text, words: impl Iterator<Item = usize>) -> usize {
    let (mut figures, mut stamp) = (0, 0);
    for (before, at) in words.take(STAMP_WORDS).enumerate() {
        if text.tokens[at].flags.has(TokenFlags::NUMBER) {
            figures += 1;
            if 2 * figures > before && figures > 1 {
                stamp = before + 1;
            }
        }
    }
    stamp
}

/// Keys of the story: when a page was printed says nothing of what it tells.
fn keys(text: &Text) -> Vec<CrossingKey> {
    let words = text.tokens.len() as f64;
    let mut keys = Vec::new();
    let mut at = stamp_words(text, 0..text.tokens.len());
    let end = text.tokens.len() - stamp_words(text, (at..text.tokens.len()).rev());
    while at < end && keys.len() < KEYS_MAX {
        let place = (at as f64 + 0.5) / words;
        let (first, flags) = (at, text.tokens[at].flags);
        at += 1;
        if flags.has(TokenFlags::BOILERPLATE) {
            continue;
        }
        if flags.has(TokenFlags::NUMBER) {
            let digits;
            (digits, at) = figure(text, first);
            let key = xxhash_rust::xxh3::xxh3_64(digits.as_bytes());
            keys.push(CrossingKey { key, place, is_fact: digits.len() >= 2 });
            continue;
        }
        let surface = text.surface(first);
        if surface.chars().nth(LETTERS_MIN - 1).is_none() {
            continue;
        }
        if let Some(key) = skeleton(surface) {
            let opens = |gap: &str| gap.contains(['"', '“', '„', '«', '‘', ':', '\n']);
            let is_name = flags.has(TokenFlags::CAPITAL)
                && !flags.has(TokenFlags::SENTENCE_START)
                && !opens(text.gap_before(first));
            keys.push(CrossingKey { key, place, is_fact: is_name });
        }
    }
    keys
}

/// A figure as all languages have it, and the token behind it: "1,200,000", "1.200.000" and "1 200 000" are
/// one, as are "2,5" and "2.5".
fn figure(text: &Text, first: usize) -> (String, usize) {
    let digits = |at: usize| {
        let surface = text.surface(at);
        let is_digits = surface.bytes().all(|byte| byte.is_ascii_digit());
        (is_digits && text.tokens[at].flags.has(TokenFlags::NUMBER)).then_some(surface)
    };
    let Some(head) = digits(first) else { return (text.surface(first).to_lowercase(), first + 1) };
    let (mut figure, mut at) = (head.to_owned(), first + 1);
    while at < text.tokens.len() && figure.len() < 24 {
        let Some(group) = digits(at) else { break };
        match text.gap_before(at) {
            "," | "." | "\u{a0}" | "\u{202f}" | "'" if group.len() == 3 => figure.push_str(group),
            "," | "." if !figure.contains('.') => {
                figure.push('.');
                figure.push_str(group);
            }
            _ => break,
        }
        at += 1;
    }
    (figure, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;

    const ENGLISH: &str = "Mayor Petra Hansen told the council of Nordhavn on 14 March that the Orrin bridge would stay closed for 23 \
        weeks. Repairs cost 1,250,000 crowns, said Ivan Kovalenko of Lowmark Engineering. In Hestbrook, 340 families wait for the \
        ferry Aurora, which Captain Olga Smirnova has steered since 1998. The minister Karel Dvorak promised 2.5 million in Dunmere.";
    const GERMAN: &str = "Bürgermeisterin Petra Hansen sagte dem Rat von Nordhavn am 14. März, dass die Orrin-Brücke noch 23 Wochen \
        gesperrt bleibt. Die Reparatur koste 1.250.000 Kronen, sagte Iwan Kowalenko von Lowmark Engineering. In Hestbrook warten 340 \
        Familien auf die Fähre Aurora, die Kapitänin Olga Smirnowa seit 1998 steuert. Minister Karel Dvorak versprach 2,5 Millionen \
        in Dunmere.";
    const OTHER: &str = "In Dunmere wartete Karel Dvorak am Abend auf Nachricht aus Hestbrook. Dort hatte ein Sturm 12 Boote \
        versenkt, berichtete Olga Smirnowa. Die Fähre Aurora lag still, und in Nordhavn sagte Petra Hansen einen Besuch ab. \
        Niemand wusste, wie es weitergeht, und alle schwiegen bis zum Morgen, als der Regen endlich nachließ.";

    fn of(one: &str, other: &str) -> Carried {
        carried(&Text::new(one, Some("en")), &Text::new(other, Some("de"))).unwrap()
    }

    #[test]
    fn a_translation_has_its_names_and_figures_at_their_places() {
        let (translated, retold) = (of(ENGLISH, GERMAN), of(ENGLISH, OTHER));
        assert!(translated.all_least > 0.3 && translated.order > 0.7, "{translated:?}");
        assert!(retold.all_least < 0.1 && retold.order < 0.5, "{retold:?}");
        assert!(translated.facts_shared >= 14, "{translated:?}");
        assert!(translated.surprise > 3.0 && retold.surprise < 1.5, "{translated:?} {retold:?}");
    }

    #[test]
    fn texts_are_apart_by_their_languages_or_their_frequent_words() {
        let article = |raw: &str, language: &str| {
            let language = Some(language.to_owned());
            Prepared::new(&Article { language, ..Article::new("a", raw.repeat(2)) })
        };
        let german = article(GERMAN, "de");
        assert!(are_apart(&article(ENGLISH, "en"), &german));
        assert!(!are_apart(&german, &article(OTHER, "de")));
        let untold = |raw: &str| {
            let mut untold = article(raw, "en");
            untold.text.language = Text::new("", None).language;
            untold
        };
        assert!(are_apart(&untold(ENGLISH), &german) && !are_apart(&untold(GERMAN), &german));
        // a tag may be wrong
        assert!(!are_apart(&article(GERMAN, "en"), &german) && are_apart(&article(ENGLISH, "fr"), &german));
    }

    #[test]
    fn when_a_page_was_printed_is_no_key() {
        let stamped = |stamp: &str, raw: &str| keys(&Text::new(format!("{stamp}\n\n{raw}"), None)).len();
        let story = "The mayor of Nordhavn closed the bridge on Monday.";
        let alone = stamped("", story);
        for stamp in [
            "March 9, 2031 18:30",
            "09.03.2031, 18:30 Uhr",
            "Published 9 March 2031 at 18:30",
            "2031年3月9日 18:30",
        ] {
            assert!(stamped(stamp, story) <= alone + 1, "{stamp}");
            let at_end = keys(&Text::new(format!("{story}\n\n{stamp}"), None)).len();
            assert!(at_end <= alone + 2, "{stamp}");
        }
        assert!(stamped("The council asked 23 people in 1998", story) > alone + 2);
    }

    #[test]
    fn it_is_the_same_either_way() {
        let (one, other) = (Text::new(ENGLISH, Some("en")), Text::new(GERMAN, Some("de")));
        let (there, back) = (carried(&one, &other).unwrap(), carried(&other, &one).unwrap());
        assert_eq!((there.all_least, there.all_count), (back.all_least, back.all_count));
        assert_eq!((there.facts_most, there.facts_shared), (back.facts_most, back.facts_shared));
    }

    #[test]
    fn a_script_without_latin_spelling_has_no_keys() {
        let chinese = Text::new("市长周二表示，大桥将关闭三周。", Some("zh"));
        assert!(carried(&Text::new(ENGLISH, Some("en")), &chinese).is_none());
    }

    #[test]
    fn figures_are_written_in_many_ways() {
        let figures = |raw: &str| {
            let text = Text::new(raw, Some("en"));
            figure(&text, 0).0
        };
        assert_eq!(figures("1,250,000 crowns"), "1250000");
        assert_eq!(figures("1.250.000 Kronen"), "1250000");
        assert_eq!(figures("1\u{a0}250\u{a0}000 крон"), "1250000");
        assert_eq!(figures("2,5 Millionen"), "2.5");
        assert_eq!(figures("1998, 2004"), "1998");
    }
}
