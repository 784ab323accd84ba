//! Misread words read as the other text has them.
//!
//! Where one of two texts was scanned, words of both that differ in a letter or two are most likely one word.
//! The noisier text takes the other's spelling for the comparison; places and what is shown are those of the
//! text as it is. (Fuzzy matching of noisy reprints: Smith et al. 2014; neighbours by deleted letters: Mor &
//! Fraenkel 1982.)

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::article::Article;
use crate::evidence::Prepared;
use crate::evidence::across::FrequentWords;
use crate::evidence::recasing::recased;
use crate::normalise::noise::is_strange;
use crate::normalise::{Script, Text};

/// From this share of misread words on a text is mended.
const NOISY: f64 = 0.06;

/// A word of fewer letters is as it is.
const LETTERS_MIN: usize = 3;
/// Words of so many letters may differ in two.
const TWO_LETTERS_FROM: usize = 7;
const LETTERS_MAX: usize = 24;

/// A longer text is not mended.
const WORDS_MAX: usize = 20_000;

/// Letters and figures that are taken for one another, as a reader of print takes them: all of a word's at
/// once.
const TAKEN: [(&str, &str); 4] = [("1", "l"), ("1", "i"), ("rn", "m"), ("cl", "d")];
const TAKEN_ALWAYS: [(char, char); 3] = [('0', 'o'), ('5', 's'), ('8', 'b')];

/// A pair of which one text, or each, is read otherwise than as it is printed.
#[derive(Clone, Debug, Default)]
pub struct Mended {
    /// In place of the first text and of the second.
    pub read: [Option<Prepared>; 2],
}

impl Mended {
    /// The pair with the mended texts in their places.
    pub fn pair<'a>(&'a self, first: &'a Prepared, second: &'a Prepared) -> [&'a Prepared; 2] {
        let [one, other] = &self.read;
        [one.as_ref().unwrap_or(first), other.as_ref().unwrap_or(second)]
    }
}

/// The noisier text of a pair, mended by the other, and the one of odd case with the other's names; `None`
/// where both are as usual. The same whichever comes first.
pub fn mended(first: &Prepared, second: &Prepared) -> Option<Mended> {
    mended_from(NOISY, first, second)
}

/// As [`mended`], from another share of misread words on: of texts that are known to have been scanned.
pub fn mended_from(noisy: f64, first: &Prepared, second: &Prepared) -> Option<Mended> {
    let mut mended = Mended::default();
    if let Some((side, read)) = without_noise(noisy, first, second) {
        mended.read[side] = Some(read);
    }
    let [one, other] = mended.pair(first, second);
    if let Some((side, read)) = recased(one, other) {
        mended.read[side] = Some(read);
    }
    mended.read.iter().any(Option::is_some).then_some(mended)
}

fn without_noise(least: f64, first: &Prepared, second: &Prepared) -> Option<(usize, Prepared)> {
    let noise = |prepared: &Prepared| prepared.text.noise.unwrap_or(0.0);
    let (one, other) = (noise(first), noise(second));
    let is_spaced = [first, second].iter().all(|prepared| prepared.text.language.script == Script::Spaced);
    let is_long = [first, second].iter().any(|prepared| prepared.text.tokens.len() > WORDS_MAX);
    if one.max(other) < least || !is_spaced || is_long || first.has_same_words(second) {
        return None;
    }
    let is_second = other.total_cmp(&one).then_with(|| second.id.cmp(&first.id)).is_gt();
    let [noisy, by] = if is_second { [second, first] } else { [first, second] };
    Some((usize::from(is_second), mend(noisy, by)?))
}

fn mend(noisy: &Prepared, by: &Prepared) -> Option<Prepared> {
    let text = &noisy.text;
    let words = WordIndex::of(&by.text);
    let own: FxHashSet<u64> = text.tokens.iter().map(|token| token.word).collect();
    let mut raw = String::with_capacity(text.raw().len() + 64);
    let mut copied = 0;
    for (at, token) in text.tokens.iter().enumerate() {
        if words.known.contains(&token.word) {
            continue;
        }
        let surface = text.surface(at);
        let lower = surface.to_lowercase();
        let may_be_any = is_strange(&lower) == Some(true);
        let found =
            words.alike(&lower).or_else(|| words.nearest(&lower, |word| may_be_any || !own.contains(&word)));
        let Some(found) = found else { continue };
        let start = token.byte_start as usize;
        raw.push_str(text.raw().get(copied..start)?);
        push_in_case(&mut raw, found, surface);
        copied = token.byte_end as usize;
    }
    if copied == 0 {
        return None;
    }
    raw.push_str(text.raw().get(copied..)?);
    let article = Article {
        id: noisy.id.clone(),
        text: raw,
        source: noisy.source.clone(),
        language: Some(text.language.code().to_owned()),
        ..Article::default()
    };
    let mended = Prepared::new(&article);
    let text = mended.text.in_places_of(text)?;
    Some(Prepared {
        title: noisy.title.clone(),
        date: noisy.date.clone(),
        printed: noisy.printed,
        provenance: noisy.provenance.clone(),
        frequent: FrequentWords::default(),
        text,
        ..mended
    })
}

/// A word with a capital where the misread one has it, or in capitals alone.
fn push_in_case(raw: &mut String, word: &str, misread: &str) {
    let mut letters = word.chars();
    if misread.chars().nth(1).is_some() && !misread.chars().any(char::is_lowercase) {
        raw.extend(letters.flat_map(char::to_uppercase));
        return;
    }
    match letters.next() {
        Some(first) if misread.chars().next().is_some_and(char::is_uppercase) => {
            raw.extend(first.to_uppercase());
            raw.push_str(letters.as_str());
        }
        _ => raw.push_str(word),
    }
}

/// A text's distinct words, to be found by what is left of them without a letter or two.
struct WordIndex {
    known: FxHashSet<u64>,
    /// Small letters, hash, and how often the word stands in the text.
    words: Vec<(String, u64, usize)>,
    by_rest: FxHashMap<u64, Vec<u32>>,
}

impl WordIndex {
    fn of(text: &Text) -> WordIndex {
        let mut counts: FxHashMap<String, (u64, usize)> = FxHashMap::default();
        for (at, token) in text.tokens.iter().enumerate() {
            counts.entry(text.surface(at).to_lowercase()).or_insert((token.word, 0)).1 += 1;
        }
        let mut words: Vec<(String, u64, usize)> =
            counts.into_iter().map(|(word, (hash, count))| (word, hash, count)).collect();
        words.sort_unstable();
        let known = words.iter().map(|word| word.1).collect();
        let mut by_rest: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for (number, (word, ..)) in (0..).zip(&words) {
            for rest in rests(word) {
                by_rest.entry(rest).or_default().push(number);
            }
        }
        WordIndex { known, words, by_rest }
    }

    /// The word that is printed so where figures and letters are taken for those they look like.
    fn alike(&self, misread: &str) -> Option<&str> {
        let always = |letter: char| {
            TAKEN_ALWAYS.iter().find(|(taken, _)| *taken == letter).map_or(letter, |(_, read)| *read)
        };
        let read: String = misread.chars().map(always).collect();
        let is_word = read.chars().any(char::is_alphabetic);
        let readings = TAKEN.iter().map(|(taken, other)| read.replace(taken, other));
        let found =
            [read.clone()].into_iter().chain(readings).filter(|reading| is_word && reading != misread);
        let place =
            |reading: String| self.words.binary_search_by(|(word, ..)| word.as_str().cmp(&reading)).ok();
        found.filter_map(place).next().map(|at| self.words[at].0.as_str())
    }

    /// The word that differs least, of those that may be meant; the more frequent of equals.
    fn nearest(&self, misread: &str, may_be: impl Fn(u64) -> bool) -> Option<&str> {
        let mut best: Option<(usize, usize, u32)> = None;
        for rest in rests(misread) {
            for &number in self.by_rest.get(&rest).map_or(&[][..], Vec::as_slice) {
                let (word, hash, count) = &self.words[number as usize];
                if !may_be(*hash) {
                    continue;
                }
                let letters = word.chars().count().min(misread.chars().count());
                let most = if letters >= TWO_LETTERS_FROM { 2 } else { 1 };
                let distance = distance(word, misread);
                let order = (distance, usize::MAX - count, number);
                if distance <= most && best.is_none_or(|best| order < best) {
                    best = Some(order);
                }
            }
        }
        best.map(|(.., number)| self.words[number as usize].0.as_str())
    }
}

/// Hashes of what is left of a word: the whole, without any one letter, and of a long word without any two.
fn rests(word: &str) -> Vec<u64> {
    let letters: Vec<char> = word.chars().collect();
    if !(LETTERS_MIN..=LETTERS_MAX).contains(&letters.len()) {
        return Vec::new();
    }
    let rest = |first: usize, second: usize| {
        let mut hasher = FxHasher::default();
        let left = (0..letters.len()).filter(|at| *at != first && *at != second);
        left.for_each(|at| letters[at].hash(&mut hasher));
        hasher.finish()
    };
    const NONE: usize = usize::MAX;
    let mut rests = vec![rest(NONE, NONE)];
    rests.extend((0..letters.len()).map(|at| rest(at, NONE)));
    if letters.len() >= TWO_LETTERS_FROM {
        let pairs = (0..letters.len()).flat_map(|one| (one + 1..letters.len()).map(move |two| (one, two)));
        rests.extend(pairs.map(|(one, two)| rest(one, two)));
    }
    rests.sort_unstable();
    rests.dedup();
    rests
}

/// Letters that are exchanged, missing or too many (Levenshtein 1966).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut before = row[0];
        row[0] = at + 1;
        for (place, own) in other.iter().enumerate() {
            let exchanged = before + usize::from(letter != *own);
            before = row[place + 1];
            row[place + 1] = exchanged.min(before + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLEAN: &str = "The harbour master of Vellin closed both piers before dawn, and the sailors slept on the deck in the rain \
        until the ferry company sent blankets and soup. Nobody knew when the storm would pass. Later in the morning the wind \
        turned, the water fell by a hand, and the first boats left for the islands with bread, letters and the doctor.";

    fn misread() -> String {
        CLEAN
            .replace("th", "tb")
            .replace("ar", "ax")
            .replace("il", "jl")
            .replace("ee", "ec")
            .replace("Vel", "Vcl")
    }

    #[test]
    fn a_misread_text_is_mended_by_the_clean_one_and_keeps_its_places() {
        let prepared = |id: &str, text: &str| Prepared::new(&Article::new(id, text));
        let (clean, noisy) = (prepared("a", CLEAN), prepared("b", &misread()));
        let mended = mended(&clean, &noisy).unwrap();
        let text = &mended.read[1].as_ref().unwrap().text;
        assert!(mended.read[0].is_none());
        assert_eq!(text.raw(), noisy.text.raw());
        let same = text.tokens.iter().zip(&clean.text.tokens).filter(|(one, other)| one.word == other.word);
        assert!(same.count() as f64 > 0.95 * clean.text.tokens.len() as f64);
        assert!(text.tokens.iter().zip(&noisy.text.tokens).all(|(one, other)| one.span() == other.span()));
        assert!(super::mended(&noisy, &clean).unwrap().read[0].is_some());
    }

    #[test]
    fn figures_in_words_are_the_letters_they_look_like() {
        let prepared = |id: &str, text: &str| Prepared::new(&Article::new(id, text));
        let taken = CLEAN.replace('o', "0").replace("l", "1").replace("wi", "vvi").replace("m", "rn");
        let (clean, noisy) = (prepared("a", CLEAN), prepared("b", &taken));
        let mended = mended(&clean, &noisy).unwrap();
        let text = &mended.read[1].as_ref().unwrap().text;
        let same = text.tokens.iter().zip(&clean.text.tokens).filter(|(one, other)| one.word == other.word);
        assert!(same.count() as f64 > 0.95 * clean.text.tokens.len() as f64);
    }

    #[test]
    fn clean_texts_are_left_alone() {
        let prepared = |id: &str, text: &str| Prepared::new(&Article::new(id, text));
        let other = CLEAN.replace("storm", "swarm").replace("boats", "coats");
        assert!(mended(&prepared("a", CLEAN), &prepared("b", &other)).is_none());
    }

    proptest! {
        #[test]
        fn the_nearest_word_is_that_of_trying_all(
            words in prop::collection::vec("[ab]{3,9}", 1..12), misread in "[ab]{3,9}",
        ) {
            let text = Text::new(words.join(" "), Some("en"));
            let found = WordIndex::of(&text).nearest(&misread, |_| true).map(|word| distance(word, &misread));
            let allowed = |word: &&String| {
                let most = if word.len().min(misread.len()) >= TWO_LETTERS_FROM { 2 } else { 1 };
                distance(word, &misread) <= most
            };
            let exact = words.iter().filter(allowed).map(|word| distance(word, &misread)).min();
            prop_assert_eq!(found, exact);
        }
    }
}
