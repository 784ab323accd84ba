//! Where a text has what crosses into other languages: names and words by their consonants, and figures.
//!
//! When a page was printed, the numbers that count its lines and the hours of a programme are left out: any two
//! pages may have the same.

use rustc_hash::FxHashSet;

use crate::analysis::skeleton::skeleton;
use crate::normalise::{Text, TokenFlags};

/// So many keys of a text are looked at.
const KEYS_MAX: usize = 20_000;

/// Letters of a name or of a word that may be kin.
const LETTERS_MIN: usize = 3;

/// A key where it stands.
pub(super) struct CrossingKey {
    pub key: u64,
    /// 0 to 1.
    pub place: f64,
    /// A name or a figure of at least two digits; others are words that may be kin, or small numbers.
    pub is_fact: bool,
    pub is_figure: bool,
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
pub(super) fn keys(text: &Text) -> Vec<CrossingKey> {
    let words = text.tokens.len() as f64;
    let mut keys = Vec::new();
    let mut at = stamp_words(text, 0..text.tokens.len());
    let end = text.tokens.len() - stamp_words(text, (at..text.tokens.len()).rev());
    let ordinals = ordinals(text);
    while at < end && keys.len() < KEYS_MAX {
        let place = (at as f64 + 0.5) / words;
        let (first, flags) = (at, text.tokens[at].flags);
        at += 1;
        if flags.has(TokenFlags::BOILERPLATE) || ordinals.contains(&first) {
            continue;
        }
        if flags.has(TokenFlags::NUMBER) {
            if let Some(behind) = behind_time(text, first) {
                at = behind;
                continue;
            }
            let digits;
            (digits, at) = figure(text, first);
            let key = xxhash_rust::xxh3::xxh3_64(digits.as_bytes());
            keys.push(CrossingKey { key, place, is_fact: digits.len() >= 2, is_figure: true });
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
            keys.push(CrossingKey { key, place, is_fact: is_name, is_figure: false });
        }
    }
    keys
}

/// A line's own number stands among so many of its first words: "12.", "Article 12", "§ 12".
const ORDINAL_WORDS: usize = 2;

/// So many in a row count up.
const ORDINALS_MIN: usize = 3;

/// Numbers that count the lines or sentences that they open: any list has the same.
fn ordinals(text: &Text) -> FxHashSet<usize> {
    let number = |at: usize| {
        let is_number = text.tokens[at].flags.has(TokenFlags::NUMBER);
        let surface = text.surface(at);
        surface.parse::<u32>().ok().filter(|_| is_number && surface.len() <= 3).map(|number| (at, number))
    };
    let opens = |at: &usize| {
        let is_line = *at == 0 || text.gap_before(*at).contains('\n');
        is_line || text.tokens[*at].flags.has(TokenFlags::SENTENCE_START)
    };
    let starts = (0..text.tokens.len()).filter(opens);
    let mut numbered: Vec<(usize, u32)> = starts
        .filter_map(|start| (start..text.tokens.len().min(start + ORDINAL_WORDS)).find_map(number))
        .collect();
    // a number alone on its line is seen from the next one too
    numbered.dedup();
    let rows = numbered.chunk_by(|one, next| next.1 == one.1 + 1);
    rows.filter(|row| row.len() >= ORDINALS_MIN).flatten().map(|&(at, _)| at).collect()
}

/// The token behind a time of day, "20:15" or, as a line begins, "20.15": all programmes have the same.
fn behind_time(text: &Text, first: usize) -> Option<usize> {
    let part = |at: usize, most: u32| {
        let token = text.tokens.get(at)?;
        let surface = text.surface(at);
        let is_part = token.flags.has(TokenFlags::NUMBER) && surface.len() <= 2;
        surface.parse::<u32>().ok().filter(|&value| is_part && value <= most)
    };
    part(first, 24)?;
    part(first + 1, 59).filter(|_| text.surface(first + 1).len() == 2)?;
    let opens_line = || first == 0 || text.gap_before(first).contains('\n');
    match text.gap_before(first + 1) {
        ":" => Some(first + 2),
        "." if opens_line() => Some(first + 2),
        _ => None,
    }
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
            "," | "." | "\u{a0}" | "\u{202f}" | "\u{66c}" | "'" if group.len() == 3 => figure.push_str(group),
            "," | "." | "\u{66b}" if !figure.contains('.') => {
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

    #[test]
    fn numbers_that_count_lines_and_hours_of_programmes_are_no_keys() {
        let keys = |raw: &str| keys(&Text::new(raw, Some("en"))).len();
        assert_eq!(keys("12. we go\n13. we do\n14. we be"), 0);
        assert_eq!(keys("12\nwe\n13\ndo\n14\nbe"), 0);
        assert_eq!(keys("No. 12 we go\nNo. 13 we do\nNo. 14 we be"), 0);
        let apart = ["12.", "15.", "19."].map(|number| format!("{number} we go up to it as we do.\n"));
        assert_eq!(keys(&apart.concat()), 3);
        assert_eq!(keys("20.15 we go\n21:45 we do\nat 22:30"), 0);
        assert_eq!(keys("we go up to it as we do 2.15 up to it as we do so we go on"), 1);
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
