//! What crosses from one language into another: names, figures, and words that both took from a third, and
//! where they stand.
//!
//! A translation tells the same things at the same places. For each key of one text it is asked whether the
//! other holds it at about the same place, and how many would be found by chance, from the same count with
//! the other text turned by an eighth, a quarter and so on. Two reports of one event share names, but
//! not their places.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::evidence::Prepared;
use crate::evidence::crossing_keys::{CrossingKey, keys};
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

/// Added to the number of keys, so that few of them make no large share.
const KEYS_ADDED: f64 = 2.0;

/// Of the keys at their places so many are names or words, beyond what chance finds: figures alone, as lists and
/// tables have them, are carried over by nobody.
const WORDS_IN_PLACE_MIN: f64 = 1.0;

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
    // tables have hardly a word
    if [first, second].iter().any(|article| article.frequent.of(&article.text).len() < FREQUENT_WORDS) {
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
/// and figures. Where they have figures in common and no words, nothing was carried over.
pub fn carried(first: &Text, second: &Text) -> Option<Carried> {
    let (one, other) = (keys(first), keys(second));
    if one.is_empty() || other.is_empty() {
        return None;
    }
    let words = first.tokens.len().min(second.tokens.len()) as f64;
    let near = NEAR + NEAR_WORDS / words.max(WORDS_MIN);
    let in_place = |is_asked: fn(&CrossingKey) -> bool| {
        [in_place(&one, &other, near, is_asked), in_place(&other, &one, near, is_asked)]
    };
    let [all, facts, in_letters] =
        [in_place(|_| true), in_place(|key| key.is_fact), in_place(|key| !key.is_figure)];
    let (distinct, places) = first_mentions(&one, &other);
    // of scripts that have no Latin spelling here figures are all there is
    let have_words = in_letters.iter().all(|letters| letters.all > 0.0);
    if have_words && in_letters.iter().any(|letters| letters.beyond_chance() < WORDS_IN_PLACE_MIN) {
        return Some(Carried { facts_fewer: distinct, ..Carried::default() });
    }
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

fn in_place(
    here: &[CrossingKey],
    there: &[CrossingKey],
    near: f64,
    is_asked: impl Fn(&CrossingKey) -> bool,
) -> InPlace {
    let mut places: FxHashMap<u64, Vec<f64>> = FxHashMap::default();
    for key in there.iter().filter(|key| is_asked(key)) {
        let places = places.entry(key.key).or_default();
        if places.len() < PLACES_MAX {
            places.push(key.place);
        }
    }
    let (mut all, mut found, mut by_chance) = (0.0, 0.0, 0.0);
    for key in here.iter().filter(|key| is_asked(key)) {
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
    fn figures_alone_are_carried_over_by_nobody() {
        let listed = |entries: [&str; 6]| {
            let lines: Vec<String> =
                (1..).zip(entries).map(|(n, entry)| format!("{n}. 2{n}:15 {entry} 19{n}4.")).collect();
            lines.join("\n")
        };
        let english = listed(["the mill", "a wet day", "old roads", "bread", "no horses", "the quiet"]);
        let german = listed(["ein Markt", "Gesang", "unter Eichen", "Nebel", "die Uhr", "wir alle"]);
        let carried = of(&english, &german);
        assert_eq!((carried.all_most, carried.facts_shared), (0.0, 0), "{carried:?}");
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
}
