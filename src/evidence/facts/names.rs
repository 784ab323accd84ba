//! Names: capitalised words inside sentences, variants of one name folded to one key; days and months that
//! stand alone with them.

use rustc_hash::{FxBuildHasher, FxHashSet};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::evidence::facts::Fact;
use crate::evidence::facts::meanings::Meanings;
use crate::normalise::words::hash_word;
use crate::normalise::{Text, TokenFlags};

/// A sentence in which this share of the words has a capital is a headline: its capitals tell no names.
const HEADLINE_SHARE: f64 = 0.6;

/// A longer word in capitals alone is emphasis.
const ACRONYM_MAX_BYTES: usize = 5;

pub(super) fn find(text: &Text) -> Vec<Fact> {
    let meanings = Meanings::of(text.language);
    let mut found = Vec::new();
    let mut doubtful: Vec<(usize, u64)> = Vec::new();
    let mut known: FxHashSet<u64> = FxHashSet::with_capacity_and_hasher(64, FxBuildHasher);
    let (mut surface, mut folded) = (String::new(), String::new());
    for sentence in &text.sentences {
        let capitals =
            text.tokens[sentence.clone()].iter().filter(|token| token.flags.has(TokenFlags::CAPITAL)).count();
        if capitals as f64 > HEADLINE_SHARE * sentence.len() as f64 && sentence.len() > 4 {
            continue;
        }
        let mut token = sentence.start;
        while token < sentence.end {
            let flags = text.tokens[token].flags;
            if !flags.has(TokenFlags::CAPITAL) || flags.has(TokenFlags::BOILERPLATE) {
                token += 1;
                continue;
            }
            let first = token;
            surface.clear();
            token = join_initials(text, token, sentence.end, &mut surface);
            if flags.has(TokenFlags::FUNCTION_WORD) {
                continue;
            }
            let meaning = meanings.get(text.tokens[first].word);
            if token == first + 1 && (meaning.is_no_name || meaning.month.is_some()) {
                if meaning.is_weekday || is_month_alone(text, meanings, first, sentence.start) {
                    found.push(Fact { key: text.tokens[first].word, token: first });
                }
                continue;
            }
            fold_name(&surface, &mut folded);
            if folded.chars().nth(1).is_none() {
                continue;
            }
            let key = hash_word(&folded).word;
            let opens = |gap: &str| gap != " " && gap.contains(['"', '“', '„', '«', '‘', '(', ':']);
            let starts = first == sentence.start || opens(text.gap_before(first));
            let is_emphasis = !flags.has(TokenFlags::ODD_CASE) && is_emphasis(text.surface(first));
            if starts || is_emphasis {
                doubtful.push((first, key));
            } else {
                known.insert(key);
                found.push(Fact { key, token: first });
            }
        }
    }
    // a capital at the start of a sentence, or all letters in capitals: a name where the word has one inside
    // a sentence as well
    found.extend(
        doubtful.into_iter().filter(|(_, key)| known.contains(key)).map(|(token, key)| Fact { key, token }),
    );
    found
}

/// "in January"; with a number it is a date, and at the start of a sentence it may be no month at all.
fn is_month_alone(text: &Text, meanings: &Meanings, token: usize, sentence_start: usize) -> bool {
    let is_number = |at: usize| text.tokens.get(at).is_some_and(|near| near.flags.has(TokenFlags::NUMBER));
    let is_dated = is_number(token + 1) || token.checked_sub(1).is_some_and(is_number);
    token != sentence_start && !is_dated && meanings.get(text.tokens[token].word).month.is_some()
}

/// "SHOCKING" is no name, "UNHCR" is.
fn is_emphasis(surface: &str) -> bool {
    surface.len() > ACRONYM_MAX_BYTES && surface.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Puts the name's letters into `folded`, single letters with full stops joined ("C.I.A." as "cia"), and
/// returns the next token.
fn join_initials(text: &Text, first: usize, end: usize, folded: &mut String) -> usize {
    let push = |token: usize, folded: &mut String| {
        let surface = text.surface(token);
        if surface.is_ascii() {
            folded.extend(surface.chars().map(|letter| letter.to_ascii_lowercase()));
        } else {
            folded.extend(surface.chars().flat_map(char::to_lowercase));
        }
    };
    push(first, folded);
    let mut next = first + 1;
    let is_initial = |token: usize| text.tokens[token].end - text.tokens[token].start == 1;
    if !is_initial(first) {
        return next;
    }
    while next < end
        && is_initial(next)
        && text.mark_before(next) == "."
        && text.tokens[next].flags.has(TokenFlags::CAPITAL)
    {
        push(next, folded);
        next += 1;
    }
    next
}

/// One spelling for the ways a name is transliterated: Zelensky, Zelenskyy, Zelenskiy.
fn fold_name(name: &str, folded: &mut String) {
    folded.clear();
    if name.is_ascii() {
        fold_letters(name.chars(), folded);
    } else {
        fold_letters(name.nfd().filter(|letter| !is_combining_mark(*letter)), folded);
    }
}

fn fold_letters(name: impl Iterator<Item = char>, letters: &mut String) {
    let (mut last, mut count) = (None, 0);
    for letter in name {
        let letter = match letter {
            'y' | 'j' | 'ı' => 'i',
            'w' => 'v',
            'ø' => 'o',
            'ł' => 'l',
            'h' if matches!(last, Some('k' | 'g')) => continue,
            other => other,
        };
        if last != Some(letter) {
            letters.push(letter);
            last = Some(letter);
            count += 1;
        }
    }
    if count > 3 && last == Some('i') {
        letters.pop();
    }
}
