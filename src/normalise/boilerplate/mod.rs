//! What a page prints beside its story: credit lines, datelines, notices, link lists.
//!
//! This file knows boilerplate by its words and its shape. Boilerplate that reads as prose is known only by
//! how many documents print it; the evidence room adds that from the corpus.

mod author;
mod code;
mod company;
mod contact;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

use crate::normalise::text::{Text, TokenFlags};
use crate::stretch::{items, items_mut, stretch};

/// Lines that begin so are no part of the story (lower case).
const LINE_STARTS: &[&str] = &[
    "advertisement",
    "already a subscriber",
    "also read",
    "click here",
    "continue reading",
    "copyright ",
    "download our app",
    "follow us on",
    "get the latest",
    "image credit",
    "join the conversation",
    "listen to this article",
    "more from ",
    "more on this",
    "more:",
    "most read",
    "most viewed",
    "originally published",
    "our standards:",
    "photo:",
    "photos:",
    "read also",
    "read full article",
    "read more",
    "read next",
    "recommended",
    "related articles",
    "related stories",
    "related:",
    "see also",
    "share this",
    "sign up for",
    "sign up to",
    "subscribe to",
    "this audio is created",
    "this article was originally",
    "this story was originally",
    "watch:",
    "watch live",
    "©",
    "™",
];

/// A short line that holds one of these is a notice or a credit (lower case).
const LINE_CONTAINS: &[&str] = &[
    "-wire",
    "all rights reserved",
    "app store",
    "associated press contributed",
    "associated press writer",
    "can be reached at",
    "contributed reporting",
    "contributed to this article",
    "contributed to this report",
    "contributed to this story",
    "may not be published, broadcast",
    "newsletter",
    "privacy policy",
    "redistributed without permission",
    "reporting by ",
    "terms of service",
    "terms of use",
    "to your inbox",
    "writing by ",
];

/// A line that holds a notice is boilerplate as a whole up to this many words; a longer one is prose.
const NOTICE_MAX_WORDS: usize = 60;

/// This many lines without a full stop in a row are a list of headlines or links, …
const LIST_MIN_LINES: usize = 4;
/// … but where they hold more than this share of the text, or more than half of it in so many places: that text
/// has its lines so, as captions, tickers and interviews do.
const LISTED_MAX_SHARE: f64 = 0.8;
const SCATTERED_MAX_SHARE: f64 = 0.5;
const SCATTERED_LISTS: usize = 3;

/// A dateline stands within this many words of the start of the text or of a line.
const DATELINE_MAX_WORDS: usize = 12;

pub(super) fn mark(text: &mut Text) {
    let lines = lines(text);
    let mut boilerplate: Vec<Range<usize>> = Vec::new();
    for line in &lines {
        if is_notice(line.content, line.tokens.len()) || code::is_code(line.content) {
            boilerplate.push(line.tokens.clone());
        } else if let Some(words) = dateline(text, line) {
            boilerplate.push(words);
        }
    }
    boilerplate.extend(lists(text, &lines));
    boilerplate.extend(author::notes(text, &lines));
    boilerplate.extend(company::notes(&lines));
    boilerplate.extend(contact::block(text));
    boilerplate.extend(inline(text));
    for range in boilerplate {
        for token in items_mut(&mut text.tokens, range) {
            token.flags.set(TokenFlags::BOILERPLATE);
        }
    }
}

/// Lines of tables, and those of lists of headlines and links.
fn lists(text: &Text, lines: &[TextLine<'_>]) -> Vec<Range<usize>> {
    let (mut rows, mut listed, mut lists) = (Vec::new(), Vec::new(), 0);
    let (mut row_items, mut listed_items) = (0, 0);
    let mut start = 0;
    for at in 0..=lines.len() {
        if lines.get(at).is_some_and(looks_like_headline) {
            continue;
        }
        if at.saturating_sub(start) >= LIST_MIN_LINES {
            let before = listed.len();
            for line in items(lines, start..at) {
                let LineItems { figures, all } = LineItems::of(line.content);
                let (list, count) = match 2 * figures >= all {
                    true => (&mut rows, &mut row_items),
                    false => (&mut listed, &mut listed_items),
                };
                list.push(line.tokens.clone());
                *count += all;
            }
            lists += usize::from(listed.len() > before);
        }
        start = at + 1;
    }
    let words = |lines: &[Range<usize>]| lines.iter().map(ExactSizeIterator::len).sum::<usize>();
    let share = words(&listed) as f64 / (text.tokens.len() - words(&rows)).max(1) as f64;
    let is_layout = share > LISTED_MAX_SHARE || share > SCATTERED_MAX_SHARE && lists >= SCATTERED_LISTS;
    // what stands around a table is its head
    if !is_layout || row_items > listed_items {
        rows.append(&mut listed);
    }
    rows
}

/// What stands between the blanks of a line; a time of day is one figure.
struct LineItems {
    figures: usize,
    all: usize,
}

impl LineItems {
    fn of(line: &str) -> Self {
        let first = |item: &str| item.chars().find(|c| c.is_alphanumeric());
        let (mut figures, mut all) = (0, 0);
        for first in line.split_whitespace().filter_map(first) {
            all += 1;
            figures += usize::from(first.is_numeric());
        }
        LineItems { figures, all }
    }
}

/// Boilerplate that a page's script printed into the middle of a line, by the words that close it.
///
/// Each pattern: the words it may start with (the latest before the end is taken, or the line's start where
/// the pattern has none), and the words that end it. Case matters.
const INLINE: &[(&[&str], &str)] = &[
    (&["Photos:", "Photos ", "Photo:"], "Hide Caption "),
    (&["JUST WATCHED"], "MUST WATCH"),
    (&["Enlarge this image"], "toggle caption "),
    (&["Enlarge this image"], "hide caption"),
];

/// A gallery's captions run on: the stretch between two ends within this many bytes belongs to it.
const GALLERY_GAP_BYTES: usize = 900;

fn inline(text: &Text) -> Vec<Range<usize>> {
    let raw = text.view();
    let mut found = Vec::new();
    for (starts, end) in INLINE {
        let mut done = 0;
        for at in memchr::memmem::find_iter(raw.as_bytes(), end.as_bytes()) {
            let line_start = stretch(raw, ..at).rfind('\n').map_or(0, |line| line + 1).max(done);
            // the caption before may have run on over these closing words
            let Some(head) = raw.get(line_start..at) else { continue };
            let start = starts.iter().filter_map(|start| head.rfind(start)).max();
            let start = match start {
                Some(start) => line_start + start,
                // the next caption of the same gallery
                None if done > 0 && at.saturating_sub(done) < GALLERY_GAP_BYTES => done,
                None => at,
            };
            // the few words after the closing ones ("3 of 24", the clip's title) still belong to it
            let rest = stretch(raw, at + end.len()..);
            let stop = rest
                .char_indices()
                .take(80)
                .find(|(_, character)| *character == '\n')
                .map_or(0, |(stop, _)| stop);
            done = at
                + end.len()
                + if rest.starts_with(|c: char| c.is_ascii_digit()) { counter_bytes(rest) } else { stop };
            found.push(tokens_between(text, start, done));
        }
    }
    found.extend(glued_links(text));
    found
}

/// Length of "3 of 24" at the start of a stretch.
fn counter_bytes(rest: &str) -> usize {
    rest.bytes()
        .position(|byte| !(byte.is_ascii_digit() || byte == b' ' || b"of".contains(&byte)))
        .unwrap_or(rest.len())
}

/// Headline lists that a page glues to a politician's name: "Pelosi Nancy PelosiOn The Money … MORE".
fn glued_links(text: &Text) -> Vec<Range<usize>> {
    let raw = text.view();
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(raw.as_bytes(), b" MORE") {
        let end = text.tokens.partition_point(|token| (token.byte_end as usize) <= at + 5);
        let first = end.saturating_sub(120);
        let glued = (first..end).rev().find(|&token| is_glued(text.surface(token)));
        if let Some(glued) = glued {
            // the name that stands glued to the first headline is printed a second time
            found.push(glued.saturating_sub(1)..end);
        }
    }
    found
}

/// Two words printed without a space: a capital inside a word after several small letters.
fn is_glued(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.windows(4).any(|w| w[..3].iter().all(u8::is_ascii_lowercase) && w[3].is_ascii_uppercase())
}

fn tokens_between(text: &Text, start_byte: usize, end_byte: usize) -> Range<usize> {
    let start = text.tokens.partition_point(|token| (token.byte_start as usize) < start_byte);
    let end = text.tokens.partition_point(|token| (token.byte_start as usize) < end_byte);
    start..end.max(start)
}

struct TextLine<'a> {
    content: &'a str,
    tokens: Range<usize>,
}

/// The lines that hold words.
fn lines(text: &Text) -> Vec<TextLine<'_>> {
    let raw = text.view();
    let mut lines = Vec::new();
    let (mut at_token, mut at_byte) = (0, 0);
    for piece in raw.split_inclusive('\n') {
        at_byte += piece.len();
        let start = at_token;
        while text.tokens.get(at_token).is_some_and(|token| (token.byte_start as usize) < at_byte) {
            at_token += 1;
        }
        if at_token > start {
            lines.push(TextLine { content: piece.trim(), tokens: start..at_token });
        }
    }
    lines
}

/// The words of [`LINE_STARTS`], then those of [`LINE_CONTAINS`], all looked for at once.
static NOTICES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| finder(LINE_STARTS.iter().chain(LINE_CONTAINS)));

/// Finds all of these words at once, in capitals or not.
fn finder<'w>(words: impl IntoIterator<Item = &'w &'w str>) -> Option<AhoCorasick> {
    let kind = Some(AhoCorasickKind::DFA);
    AhoCorasickBuilder::new().ascii_case_insensitive(true).kind(kind).build(words).ok()
}

fn is_notice(line: &str, words: usize) -> bool {
    if words > NOTICE_MAX_WORDS {
        return false;
    }
    let Some(notices) = &*NOTICES else { return false };
    let line =
        line.trim_start_matches(|character: char| !character.is_alphanumeric() && !"©™".contains(character));
    notices.find_overlapping_iter(line).any(|found| {
        let is_start = found.pattern().as_usize() < LINE_STARTS.len();
        !is_start || (found.start() == 0 && words <= NOTICE_MAX_WORDS / 2)
    })
}

/// What sentences and their parts end with, in any script.
const ENDS: [char; 27] = [
    '.', '!', '?', '…', '"', '”', '“', '’', '»', '«', ':', ',', ';', '。', '！', '？', '，', '、', '：',
    '；', '」', '』', '؟', '،', '؛', '۔', '।',
];

/// Several words, no full stop, no quotation: how headlines and links are printed.
fn looks_like_headline(line: &TextLine<'_>) -> bool {
    let ends_open = !line.content.ends_with(ENDS);
    ends_open && (3..=25).contains(&line.tokens.len())
}

/// What dashes and other punctuation beyond ASCII begin with.
const EM_DASH_BYTE: u8 = 0xE2;

/// "WASHINGTON (AP) —", "LONDON, March 3 (Newswire) -": the words up to a dash or a bracketed credit at the
/// start of a line.
fn dateline(text: &Text, line: &TextLine<'_>) -> Option<Range<usize>> {
    let head_end = line.content.char_indices().nth(90).map_or(line.content.len(), |(at, _)| at);
    let head = stretch(line.content, ..head_end);
    // most lines have none of these
    memchr::memchr2(b'-', EM_DASH_BYTE, head.as_bytes())?;
    let dash = [" — ", " – ", " - ", " -- ", ")—", ") —"].iter().find_map(|dash| head.find(dash))?;
    let lead = stretch(head, ..dash);
    let place: String = lead.chars().take_while(|character| !"(,".contains(*character)).collect();
    let shouts = place.chars().any(char::is_alphabetic) && !place.chars().any(char::is_lowercase);
    let credited = lead.trim_end().ends_with(')') || lead.ends_with("/PRNewswire/");
    if !shouts && !credited {
        return None;
    }
    let line_start = line.content.as_ptr() as usize - text.view().as_ptr() as usize;
    let dash_byte = line_start + dash;
    let words = items(&text.tokens, line.tokens.clone())
        .iter()
        .take_while(|token| (token.byte_end as usize) <= dash_byte)
        .count();
    (words > 0 && words <= DATELINE_MAX_WORDS).then(|| line.tokens.start..line.tokens.start + words)
}
