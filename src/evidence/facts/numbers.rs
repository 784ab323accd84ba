//! Numbers and dates, compared by value however they are written.

use crate::evidence::facts::Fact;
use crate::evidence::facts::meanings::Meanings;
use crate::normalise::words::hash_word;
use crate::normalise::{Text, TokenFlags};

/// So many words behind a number may multiply it.
const MAGNITUDES_MAX: usize = 2;

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
        // "2 lakh crore"
        for _ in 0..MAGNITUDES_MAX {
            let Some(times) = magnitude_word(text, meanings, token) else { break };
            value *= times;
            token += 1;
        }
        let meaning = |at: usize| Some(meanings.get(text.tokens.get(at)?.word));
        // "15 % mai mult" is Romanian for more
        let near_month = |at: usize| meaning(at)?.month.filter(|_| !text.gap_before(at).contains('%'));
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

/// Reads "seven", "twenty-eight", "treinta y cinco", "soixante-dix-sept", "one hundred and fifty" from their
/// tokens: the value and the next token. A mere "one" is no number.
fn read_words(text: &Text, meanings: &Meanings, first: usize) -> (Option<f64>, usize) {
    let number = |at: usize| meanings.get(text.tokens.get(at)?.word).number;
    let is_beside = |at: usize| matches!(text.mark_before(at), "-" | " ");
    let is_and =
        |at: usize| text.tokens.get(at).is_some_and(|token| meanings.get(token.word).is_and && is_beside(at));
    let joined = |at: usize| number(at).filter(|_| is_beside(at));
    // of "quatre-vingt-dix-sept" and "soixante et onze" too
    let below_twenty = |at: usize| -> Option<(u8, usize)> {
        match (joined(at)?, joined(at + 1)) {
            (10, Some(unit @ 7..=9)) if text.mark_before(at + 1) == "-" => Some((10 + unit, at + 2)),
            (value, _) => Some((value, at + 1)).filter(|_| value < 20),
        }
    };
    let below_hundred = |at: usize| -> Option<(f64, usize)> {
        let (tens, next) = match (number(at)?, joined(at + 1)) {
            (4, Some(20)) if text.mark_before(at + 1) == "-" => (80, at + 2),
            (10, Some(unit @ 7..=9)) if text.mark_before(at + 1) == "-" => (10 + unit, at + 2),
            (value, _) => (value, at + 1),
        };
        let added = below_twenty(next + usize::from(is_and(next)));
        match added {
            Some((more, end)) if tens >= 20 && tens % 10 == 0 && (more < 10 || matches!(tens, 60 | 80)) => {
                Some((f64::from(tens + more), end))
            }
            _ => Some((f64::from(tens), next)),
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

/// Reads "1,200,000", "12,00,000", "3.5", "1.2m", "8th" from their tokens: the value and the next token.
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
        let (thousands, decimals) = if meanings.has_decimal_comma() { (".", ",") } else { (",", ".") };
        // "12,34,567": lakhs and crores are set off by two digits, thousands by three
        let is_lakh = || {
            let is_comma = |at: usize| text.mark_before(at) == "," && is_digits(at);
            let groups = (token..(token + 4).min(text.tokens.len())).take_while(|&at| is_comma(at));
            let lengths: Vec<usize> = groups.map(|at| text.surface(at).len()).collect();
            let is_first = token > first + 1 || digits.len() <= 2;
            is_first
                && matches!(lengths.as_slice(), [2, rest @ .., 3] if rest.iter().all(|&length| length == 2))
        };
        let is_group = begins_small && !digits.contains('.') && (text.surface(token).len() == 3 || is_lakh());
        match text.mark_before(token) {
            mark if mark == thousands && is_group => {}
            // the last one is that of Arabic
            "\u{a0}" | "\u{202f}" | "\u{66c}" if is_group => {}
            mark if (mark == decimals || matches!(mark, "." | "\u{66b}")) && !digits.contains('.') => {
                digits.push('.');
            }
            _ => break,
        }
    }
    (digits.parse().ok(), token)
}
