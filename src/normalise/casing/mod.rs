//! Letters whose case tells no names: texts in capitals throughout or for the most part, in small letters
//! alone, with a capital for every word.
//!
//! There a word is told for a name by a list: the first six letters of words that English print has in small
//! letters. What is not on it, or what the text's own usual part prints as a name, is one. (Truecasing: Lita
//! et al. 2003.) In languages without a list names are missing then.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::normalise::language::Language;
use crate::normalise::text::{Text, Token, TokenFlags, TokenRange};
use crate::normalise::words::hash_word;
use crate::stretch::items;

/// The first six letters of English words in small letters, by their first three letters: what may follow
/// these, `.` for nothing.
const ENGLISH: &str = include_str!("english.txt");

/// A text of which fewer words than this share have a capital inside a sentence is written without capitals …
const CAPITALS_MIN_SHARE: f64 = 0.004;
/// … and one in which more have one is written in capitals.
const CAPITALS_MAX_SHARE: f64 = 0.6;
/// Shorter texts are taken as they are, but those with no capital at all from so many words on.
const CAPITALS_MIN_WORDS: usize = 50;
const SMALL_MIN_WORDS: usize = 8;

/// A sentence with so few words beside figures is neither.
const SENTENCE_MIN_WORDS: usize = 3;
/// This share of a sentence's words in capitals is all of them: the rest is a figure's unit, or a slip.
const SHOUTED_SHARE: f64 = 0.8;
/// A paragraph of so many words without one capital lacks them.
const PARAGRAPH_MIN_WORDS: usize = 20;
/// Stretches of odd case that are less of a text are headlines, or somebody's manner of speech.
const ODD_MIN_SHARE: f64 = 0.2;

/// How names can be told in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By their capitals.
    Printed,
    /// By a list of the language's other words, in all of the text or for the most part.
    Listed,
    /// Not at all.
    Untold,
}

static SMALL_STEMS: LazyLock<FxHashSet<u64>> = LazyLock::new(|| {
    let mut word = String::new();
    let mut stems = FxHashSet::default();
    for line in ENGLISH.lines() {
        let Some((head, tails)) = line.split_once(' ') else { continue };
        for tail in tails.split(' ') {
            word.clear();
            word.push_str(head);
            word.push_str(tail.trim_end_matches('.'));
            stems.insert(hash_word(&word).stem);
        }
    }
    stems
});

/// What a text prints as a name inside a sentence, and what in small letters.
#[derive(Clone, Debug, Default)]
pub struct Printed {
    names: FxHashSet<u64>,
    small: FxHashSet<u64>,
}

impl Printed {
    /// Of what has letters in their usual case.
    pub fn of(text: &Text) -> Printed {
        let mut printed = Printed::default();
        for token in text.tokens.iter().filter(|token| !token.flags.has(TokenFlags::ODD_CASE)) {
            match token.flags {
                flags if flags.has(TokenFlags::NUMBER) => {}
                flags if !flags.has(TokenFlags::CAPITAL) => drop(printed.small.insert(token.word)),
                flags if flags.has(TokenFlags::SENTENCE_START) => {}
                _ => drop(printed.names.insert(token.word)),
            }
        }
        printed
    }
}

impl Text {
    /// Tells names anew where letters have an odd case, by what another text prints of them.
    pub fn retell_names(&mut self, by: &Printed) {
        for at in 0..self.tokens.len() {
            if self.tokens[at].flags.has(TokenFlags::ODD_CASE) {
                retell(self, at, by);
            }
        }
    }
}

/// Whether nearly all words are written in small letters, so that none tells where a sentence begins.
pub(super) fn is_small(tokens: &[Token]) -> bool {
    let capitals = tokens.iter().filter(|token| token.flags.has(TokenFlags::CAPITAL)).count();
    tokens.len() >= SMALL_MIN_WORDS && (capitals as f64) < CAPITALS_MIN_SHARE * tokens.len() as f64
}

/// Finds the stretches whose letters have an odd case, and tells names there.
pub(super) fn settle(text: &mut Text) {
    text.naming = Naming::Untold;
    if !text.language.has_capitalised_names() {
        return;
    }
    let odd = odd_stretches(text);
    let words: usize = odd.iter().map(ExactSizeIterator::len).sum();
    if words == 0 || (words as f64) < ODD_MIN_SHARE * text.tokens.len() as f64 {
        text.naming = Naming::Printed;
        return;
    }
    for at in odd.into_iter().flatten() {
        text.tokens[at].flags.set(TokenFlags::ODD_CASE);
    }
    if has_list(text.language) {
        text.naming = Naming::Listed;
        let printed = Printed::of(text);
        text.retell_names(&printed);
    }
}

fn has_list(language: Language) -> bool {
    language.is_english()
}

fn odd_stretches(text: &Text) -> Vec<TokenRange> {
    let all = || std::iter::once(0..text.tokens.len()).collect();
    if is_small(&text.tokens) {
        return all();
    }
    let inside =
        |token: &&Token| token.flags.has(TokenFlags::CAPITAL) && !token.flags.has(TokenFlags::SENTENCE_START);
    let capitals = text.tokens.iter().filter(inside).count() as f64 / text.tokens.len().max(1) as f64;
    let is_usual = (CAPITALS_MIN_SHARE..=CAPITALS_MAX_SHARE).contains(&capitals);
    if !is_usual && text.tokens.len() >= CAPITALS_MIN_WORDS {
        return all();
    }
    let shouted = text.sentences.iter().filter(|sentence| is_shouted(text, sentence)).cloned();
    shouted.chain(small_paragraphs(text)).collect()
}

fn is_shouted(text: &Text, sentence: &TokenRange) -> bool {
    let tokens = items(&text.tokens, sentence.clone());
    let words = tokens.iter().filter(|token| !token.flags.has(TokenFlags::NUMBER)).count();
    let capitals = tokens.iter().filter(|token| token.flags.has(TokenFlags::CAPITAL)).count();
    if words < SENTENCE_MIN_WORDS || (capitals as f64) < SHOUTED_SHARE * words as f64 {
        return false;
    }
    let surfaces = sentence.clone().map(|at| text.surface(at));
    let (mut long, mut shouted) = (0, 0);
    for word in surfaces.filter(|word| word.chars().nth(1).is_some()) {
        long += 1;
        shouted += usize::from(!word.chars().any(char::is_lowercase));
    }
    long >= SENTENCE_MIN_WORDS && shouted as f64 >= SHOUTED_SHARE * f64::from(long as u32)
}

fn small_paragraphs(text: &Text) -> impl Iterator<Item = TokenRange> {
    let starts = text.paragraphs.iter().map(|&first| text.sentences[first].start);
    let ends = starts.clone().skip(1).chain([text.tokens.len()]);
    starts.zip(ends).map(|(start, end)| start..end).filter(|paragraph| {
        let is_capital = |token: &Token| token.flags.has(TokenFlags::CAPITAL);
        paragraph.len() >= PARAGRAPH_MIN_WORDS
            && !items(&text.tokens, paragraph.clone()).iter().any(is_capital)
    })
}

fn retell(text: &mut Text, at: usize, by: &Printed) {
    if text.tokens[at].flags.has(TokenFlags::NUMBER) {
        return;
    }
    // "the town" and "Callow Town": what is printed either way is a name beside one
    let is_name = told(text, at, by).unwrap_or_else(|| {
        let near = [at.checked_sub(1), Some(at + 1).filter(|&next| next < text.tokens.len())];
        near.into_iter().flatten().any(|near| told(text, near, by) == Some(true))
    });
    let flags = &mut text.tokens[at].flags;
    if is_name {
        flags.set(TokenFlags::CAPITAL);
    } else {
        flags.clear(TokenFlags::CAPITAL);
    }
}

/// Whether a word is a name, where that is not left open.
fn told(text: &Text, at: usize, by: &Printed) -> Option<bool> {
    let word = text.tokens[at].word;
    match (by.names.contains(&word), by.small.contains(&word)) {
        (true, true) => None,
        (true, false) => Some(true),
        (false, true) => Some(false),
        (false, false) => Some(!text.tokens[at].flags.has(TokenFlags::NUMBER) && is_listed_name(text, at)),
    }
}

/// Whether a word may be a name: not on the list, or an initial.
fn is_listed_name(text: &Text, at: usize) -> bool {
    let Token { stem, flags, .. } = text.tokens[at];
    let word = text.surface(at);
    if word.chars().nth(1).is_none() {
        return text.tokens.get(at + 1).is_some() && text.gap_before(at + 1).starts_with('.');
    }
    !flags.has(TokenFlags::FUNCTION_WORD) && !SMALL_STEMS.contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "The mayor of Nordhavn, Ellen Hansen, told the council on Tuesday that the bridge over the Arrel would be closed \
        for three weeks. Hansen said that the flood had damaged two of its arches.\n\nEngineers from Sablehaven will look at the \
        foundations before the town decides, the mayor said. Travellers can take the ferry to Lennick in the meantime, and the \
        company that owns it has promised a boat every hour.";

    fn names(text: &Text) -> Vec<String> {
        let is_name = |at: &usize| {
            let flags = text.tokens[*at].flags;
            flags.has(TokenFlags::CAPITAL) && !flags.has(TokenFlags::SENTENCE_START)
        };
        let mut names: Vec<String> =
            (0..text.tokens.len()).filter(is_name).map(|at| text.surface(at).to_lowercase()).collect();
        names.sort();
        names.dedup();
        names
    }

    fn text(raw: &str) -> Text {
        Text::new(raw, Some("en"))
    }

    #[test]
    fn names_are_told_whatever_the_case() {
        let expected = names(&text(STORY));
        assert_eq!(text(STORY).naming, Naming::Printed);
        for odd in [STORY.to_uppercase(), STORY.to_lowercase()] {
            let odd = text(&odd);
            assert_eq!(odd.naming, Naming::Listed);
            assert_eq!(names(&odd), expected, "{}", odd.raw());
            assert_eq!(odd.sentences, text(STORY).sentences);
        }
    }

    #[test]
    fn most_of_a_text_in_capitals_is_told_and_a_headline_is_left() {
        let (first, second) = STORY.split_once("\n\n").unwrap();
        let most = text(&format!("{}\n\n{second}", first.to_uppercase()));
        assert_eq!((most.naming, names(&most)), (Naming::Listed, names(&text(STORY))));
        let headline = text(&format!("MAYOR CLOSES BRIDGE FOR WEEKS\n\n{STORY}"));
        assert_eq!(headline.naming, Naming::Printed);
    }

    #[test]
    fn what_the_usual_part_prints_as_a_name_is_one() {
        let raw = "The mayor, Anna Brown, spoke first at the meeting in the old hall of the town.\n\nLATER BROWN SAID THAT THE BRIDGE \
            WOULD BE CLOSED FOR THREE WEEKS, AND THE COUNCIL AGREED WITH HER.";
        let text = text(raw);
        let later = (0..text.tokens.len()).rfind(|&at| text.surface(at) == "BROWN").unwrap();
        assert!(text.tokens[later].flags.has(TokenFlags::CAPITAL));
    }

    #[test]
    fn languages_without_a_list_lack_names_then() {
        let raw = "EL ALCALDE DE VALDORNA, JUAN ORTEGA, DIJO EL MARTES QUE EL PUENTE SOBRE EL RÍO QUEDARÁ CERRADO TRES SEMANAS. \
            ORTEGA EXPLICÓ QUE LA RIADA HABÍA DAÑADO DOS DE SUS PILARES Y QUE LOS VECINOS PODRÁN TOMAR EL BARCO DE LA ISLA.";
        assert_eq!(Text::new(raw, Some("es")).naming, Naming::Untold);
        let most = format!("{raw}\n\nLos técnicos de Soterra llegan el jueves.");
        assert_eq!(Text::new(most, Some("es")).naming, Naming::Untold);
    }

    #[test]
    fn short_texts_with_capitals_are_as_they_are() {
        assert_eq!(text("Dam breaks in Orlick").naming, Naming::Printed);
        assert_eq!(text("dam breaks in orlick after days of heavy rain").naming, Naming::Listed);
    }
}
