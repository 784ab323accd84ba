//! Numbers and dates, compared by value however they are written.

use crate::evidence::facts::Fact;
use crate::evidence::facts::meanings::Meanings;
use crate::normalise::words::hash_word;
use crate::normalise::{Text, TokenFlags};

pub(super) fn find(text: &Text) -> Vec<Fact> {
    let meanings = Meanings::of(text.language);
    let mut found = Vec::new();
    let mut token = 0;
    while token < text.tokens.len() {
        let flags = text.tokens[token].flags;
        let first = token;
        token += 1;
        if flags.has(TokenFlags::BOILERPLATE) {
            continue;
        }
        let is_figures = flags.has(TokenFlags::NUMBER);
        if !is_figures && meanings.get(text.tokens[first].word).number.is_none() {
            continue;
        }
        let read = if is_figures { read_figures } else { read_words };
        let value;
        (value, token) = read(text, meanings, first);
        let Some(mut value) = value else { continue };
        if let Some(times) = magnitude_word(text, meanings, token) {
            value *= times;
            token += 1;
        }
        let meaning = |at: usize| Some(meanings.get(text.tokens.get(at)?.word));
        let near_month = |at: usize| meaning(at)?.month;
        let is_joined = meaning(token).is_some_and(|meaning| meaning.is_joint);
        let behind = || near_month(token + usize::from(is_joined));
        let month = first.checked_sub(1).and_then(near_month).or_else(behind);
        let key = match month {
            Some(month) if value <= 31.0 => format!("date {month} {value}"),
            _ => format!("number {value}"),
        };
        found.push(Fact { key: hash_word(&key).word, token: first });
    }
    found
}

/// "million" and the like behind a number on the same line; letters alone stand with figures.
fn magnitude_word(text: &Text, meanings: &Meanings, token: usize) -> Option<f64> {
    let word = text.tokens.get(token).filter(|word| word.byte_end - word.byte_start > 1)?;
    meanings.get(word.word).magnitude.filter(|_| !text.gap_before(token).contains('\n'))
}

/// Reads "seven", "twenty-eight", "one hundred and fifty" from their tokens: the value and the next token. A
/// mere "one" is no number.
fn read_words(text: &Text, meanings: &Meanings, first: usize) -> (Option<f64>, usize) {
    let number = |at: usize| meanings.get(text.tokens.get(at)?.word).number;
    let below_hundred = |at: usize| -> Option<(f64, usize)> {
        let value = number(at)?;
        match number(at + 1) {
            Some(unit) if value >= 20 && unit < 10 && matches!(text.mark_before(at + 1), "-" | " ") => {
                Some((f64::from(value + unit), at + 2))
            }
            _ => Some((f64::from(value), at + 1)),
        }
    };
    let Some((mut value, mut token)) = below_hundred(first) else { return (None, first + 1) };
    if magnitude_word(text, meanings, token) == Some(100.0) {
        value *= 100.0;
        token += 1;
        let is_and = text.tokens.get(token).is_some() && text.surface(token).eq_ignore_ascii_case("and");
        if let Some((rest, next)) = below_hundred(token + usize::from(is_and)) {
            value += rest;
            token = next;
        }
    }
    let is_counted = value > 1.0 || magnitude_word(text, meanings, token).is_some();
    (is_counted.then_some(value), token)
}

/// Reads "1,200,000", "3.5", "1.2m", "8th" from their tokens: the value and the next token.
fn read_figures(text: &Text, meanings: &Meanings, first: usize) -> (Option<f64>, usize) {
    let mut digits = String::new();
    let mut token = first;
    loop {
        let surface = text.surface(token);
        let letters = surface.trim_start_matches(|character: char| character.is_ascii_digit());
        digits.push_str(surface.strip_suffix(letters).unwrap_or(surface));
        token += 1;
        if !letters.is_empty() {
            let suffix = hash_word(&letters.to_lowercase()).word;
            let times = meanings.get(suffix).magnitude.unwrap_or(1.0);
            return (digits.parse::<f64>().ok().map(|value| value * times), token);
        }
        let Some(next) = text.tokens.get(token) else { break };
        let is_digits =
            |token: usize| text.surface(token).bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        if !next.flags.has(TokenFlags::NUMBER) || !is_digits(token) || digits.len() > 15 {
            break;
        }
        // the first group has three digits at most, as "2024 300" is no number
        let begins_small = token > first + 1 || digits.len() <= 3;
        let is_group = text.surface(token).len() == 3 && begins_small && !digits.contains('.');
        let (thousands, decimals) = if meanings.has_decimal_comma() { (".", ",") } else { (",", ".") };
        match text.mark_before(token) {
            mark if mark == thousands && is_group => {}
            "\u{a0}" | "\u{202f}" if is_group => {}
            mark if (mark == decimals || mark == ".") && !digits.contains('.') => digits.push('.'),
            _ => break,
        }
    }
    (digits.parse().ok(), token)
}
