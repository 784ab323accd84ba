//! How to reach whoever published a text, as press releases and notices of the police end: telephone numbers,
//! addresses of mail and of pages, and what stands between them. The same block ends all that an office sends.
//!
//! Known by its numbers and addresses, so in any language, and also where the page's lines were lost.

use std::ops::Range;

use super::tokens_between;
use crate::normalise::text::Text;
use crate::stretch::{items, stretch};

/// A block lies among so many words at the end, …
const WINDOW_WORDS: usize = 70;
const WINDOW_BYTES: usize = 4096;
/// … and is at most this share of the text.
const TEXT_MAX_SHARE: f64 = 0.5;
/// Between two points of it lie so many words, …
const GAP_WORDS: usize = 12;
/// … behind its last one so many follow: who sent it, and by what service.
const REST_WORDS: usize = 15;
/// What leads to its first point: to the beginning of that sentence where it is so near, else the word before.
const LEAD_WORDS: usize = 8;
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PointKind {
    Mail,
    Page,
    Phone,
}

/// The block at the end of a text, if it has one: of two points or more, and not of pages alone, which a story
/// names as its sources.
pub(super) fn block(text: &Text) -> Option<Range<usize>> {
    let all = text.tokens.len();
    let window = all.saturating_sub(WINDOW_WORDS);
    let view = text.view();
    let from = (text.tokens.get(window)?.byte_start as usize).max(view.len().saturating_sub(WINDOW_BYTES));
    let from = (from..=view.len()).find(|&at| view.is_char_boundary(at))?;
    let mut points = points(stretch(view, from..), from);
    points.sort_by_key(|(at, _)| at.start);
    let mut block: Option<Range<usize>> = None;
    let (mut count, mut pages) = (0, 0);
    for (bytes, kind) in points.into_iter().rev() {
        let words = tokens_between(text, bytes.start, bytes.end);
        let next = block.as_ref().map_or(all, |block| block.start);
        let most = if block.is_none() { REST_WORDS } else { GAP_WORDS };
        if next.saturating_sub(words.end) > most {
            break;
        }
        count += 1;
        pages += usize::from(kind == PointKind::Page);
        block = Some(words.start.min(next)..all);
    }
    let block = block.filter(|_| count >= 2 && pages < count)?;
    let sentence = text.sentences.partition_point(|sentence| sentence.end <= block.start);
    let sentence_start = text.sentences.get(sentence).map_or(block.start, |sentence| sentence.start);
    // "Tel." ends no sentence
    let before = sentence.checked_sub(1).and_then(|before| text.sentences.get(before));
    let sentence_start = match before {
        Some(before) if sentence_start == block.start && before.len() <= LEAD_WORDS => before.start,
        _ => sentence_start,
    };
    let start = match block.start.checked_sub(sentence_start) {
        Some(lead) if lead <= LEAD_WORDS => sentence_start,
        _ => block.start.saturating_sub(1),
    };
    ((all - start) as f64 <= TEXT_MAX_SHARE * all as f64).then_some(start..all)
}

/// Where the points of a text's end lie, which begins at byte `from`.
fn points(end: &str, from: usize) -> Vec<(Range<usize>, PointKind)> {
    let mut found = Vec::new();
    let bytes = end.as_bytes();
    let around = |at: usize, is_part: fn(&u8) -> bool| {
        let before = items(bytes, ..at).iter().rev().take_while(|byte| is_part(byte)).count();
        let behind = items(bytes, at..).iter().take_while(|byte| is_part(byte)).count();
        at - before..at + behind
    };
    for at in memchr::memchr_iter(b'@', bytes) {
        let name = around(at, is_of_mail);
        let host = around(at + 1, is_of_mail);
        if name.start < at && items(bytes, host.clone()).contains(&b'.') {
            found.push((name.start..host.end, PointKind::Mail));
        }
    }
    for start in ["://", "www."] {
        let mut done = 0;
        for at in memchr::memmem::find_iter(bytes, start.as_bytes()) {
            if at >= done {
                let page = around(at, u8::is_ascii_graphic);
                done = page.end;
                found.push((page, PointKind::Page));
            }
        }
    }
    found.extend(phones(end).into_iter().map(|phone| (phone, PointKind::Phone)));
    found.iter_mut().for_each(|(at, _)| *at = at.start + from..at.end + from);
    found
}

fn is_of_mail(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-".contains(byte)
}

/// "+49 7361 580-107", "(555) 123-4567", "0162 / 201 3290".
fn phones(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest = 0;
    let is_of_phone = |c: char| c.is_ascii_digit() || " -/().+\u{a0}\u{2011}\u{2013}".contains(c);
    while let Some(start) = stretch(text, rest..).find(|c: char| c.is_ascii_digit() || "+(".contains(c)) {
        let start = rest + start;
        let run = stretch(text, start..);
        let run = stretch(run, ..run.find(|c| !is_of_phone(c)).unwrap_or(run.len()));
        rest = start + run.len().max(1);
        let run = run.trim_end_matches(|c: char| !c.is_ascii_digit());
        let groups: Vec<usize> =
            run.split(|c: char| !c.is_ascii_digit()).map(str::len).filter(|digits| *digits > 0).collect();
        let is_date = matches!(groups[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4] | [4, 4]);
        let is_written_so = run.starts_with(['0', '+', '(']) || run.contains(['-', '/', '\u{2011}']);
        if PHONE_DIGITS.contains(&groups.iter().sum()) && is_written_so && !is_date {
            found.push(start..start + run.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::text::TokenFlags;

    const STORY: &str = "A lorry with timber was stopped on the road to Vellin on Monday evening. It carried four tons more than it \
        may, and its brakes were worn. The driver has to pay a fine; the timber was loaded on two other lorries.";

    fn words_of_block(end: &str) -> usize {
        let text = Text::new(format!("{STORY} {end}"), None);
        text.tokens.iter().filter(|token| token.flags.has(TokenFlags::BOILERPLATE)).count()
    }

    #[test]
    fn a_block_of_numbers_and_addresses_ends_what_an_office_sends() {
        for block in [
            "Telephone: 07361 580-107 E-mail: press@vellin.example Sent by: Vellin police, by Newsroute",
            "Rückfragen bitte an: Polizei Vellin, Tel. (0162) 201 3290, presse@vellin.example, www.vellin.example",
            "Contact: Ann Lopez, +1 555-123-4567, https://vellin.example/press",
            "Contatti: 06 1234567, stampa@vellin.example",
        ] {
            let words = Text::new(block, None).tokens.len();
            assert_eq!(words_of_block(block), words, "{block}");
        }
        let chinese =
            format!("{}联系电话:0571-88881234,邮箱:press@vellin.example", "大桥周一晚上重新开放。".repeat(8));
        let text = Text::new(chinese, None);
        assert!(text.tokens.iter().any(|token| token.flags.has(TokenFlags::BOILERPLATE)));
    }

    #[test]
    fn what_is_told_is_no_block() {
        for told in [
            "The road was closed from 18:30 to 22:00.",
            "It was the third such lorry since 2020-11-28 and 12/10/2019.",
            "The rules are at https://vellin.example/rules, said the police.",
            "Sources: https://vellin.example/rules and https://orrin.example/list",
            "Whoever saw it may call 07361 580-107.",
            "Of 1 204 455 lorries 120 340 were too heavy.",
        ] {
            assert_eq!(words_of_block(told), 0, "{told}");
        }
        // behind it the story goes on
        let more = "The river rose by a hand that night. ".repeat(6);
        assert_eq!(words_of_block(&format!("Tel. 07361 580-107, press@vellin.example. {more}")), 0);
        let alone = Text::new("Tel. 07361 580-107, press@vellin.example", None);
        assert!(alone.tokens.iter().all(|token| !token.flags.has(TokenFlags::BOILERPLATE)));
    }
}
