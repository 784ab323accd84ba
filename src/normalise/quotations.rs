//! Stretches that a text prints as somebody's speech.

use std::ops::Range;

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::normalise::text::{Token, TokenFlags, gap_before};
use crate::stretch::{items, stretch};

/// A quotation has at least this many words; shorter ones are scare quotes and titles.
const QUOTATION_MIN_WORDS: usize = 3;

/// A mark that opens closes again within this many words, or it was a stray one.
const QUOTATION_MAX_WORDS: usize = 400;

/// Where more of the text than this would be quoted, the marks set off the text as a whole (a statement, a
/// page that was wrapped in marks) and not what somebody says in it.
const QUOTED_MAX_SHARE: f64 = 0.8;
const QUOTED_MAX_FROM_WORDS: usize = 50;

/// Finds quotations by their marks: “ ” „ “ ” ” « » ‹ › 「 」 and straight ones, singles where they stand like
/// quotation marks.
///
/// A quotation that is not closed before its paragraph ends runs to that end, as newspapers print speech that
/// goes on in the next paragraph.
pub(super) fn find(raw: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, QuoteMark)> = None;
    for at in 0..=tokens.len() {
        let gap = gap_before(raw, tokens, at);
        if gap == " " {
            continue;
        }
        let gap_start = tokens.get(at).map_or(raw.len(), |token| token.byte_start as usize) - gap.len();
        for (offset, character) in gap.char_indices() {
            if character == '\n' {
                if let Some((start, mark)) = open {
                    if mark != QuoteMark::Single {
                        push(&mut found, start..at);
                    }
                    open = None;
                }
                continue;
            }
            let Some(mark) = QuoteMark::of(character) else { continue };
            let before = stretch(raw, ..gap_start + offset).chars().next_back();
            let behind = stretch(raw, gap_start + offset + character.len_utf8()..);
            // French sets its marks off by a blank, a thin one or a wide one
            let set_off = if mark == QuoteMark::Guillemet && is_set_off(before, behind) {
                behind.trim_start_matches(BLANKS)
            } else {
                behind
            };
            // behind one that ends a quotation the text goes on after a blank as well
            let behind = if character == '»' && open.is_some() { behind } else { set_off };
            let after = behind.chars().next();
            match open {
                Some((start, opened)) if opened == mark && closes(character, before, after) => {
                    push(&mut found, start..at);
                    open = None;
                }
                None if opens(character, before, after) => open = Some((at, mark)),
                _ => {}
            }
        }
        if open.is_some_and(|(start, _)| at - start > QUOTATION_MAX_WORDS) {
            open = None;
        }
    }
    let words: usize = found.iter().map(Range::len).sum();
    if tokens.len() >= QUOTED_MAX_FROM_WORDS && words as f64 > QUOTED_MAX_SHARE * tokens.len() as f64 {
        return Vec::new();
    }
    found
}

/// Blanks between a mark and what it opens.
const BLANKS: [char; 4] = [' ', '\u{a0}', '\u{202f}', '\u{2009}'];

/// Whether a guillemet stands between a blank, or nothing, and a blank that a word follows.
fn is_set_off(before: Option<char>, behind: &str) -> bool {
    before.is_none_or(char::is_whitespace) && behind.starts_with(BLANKS)
}

/// Dashes that begin and interrupt speech.
const DASHES: [char; 3] = ['—', '–', '―'];

/// A line that begins with a dash is speech if it has at least this many words; a shorter one is a signature
/// or an entry.
const DIALOGUE_MIN_WORDS: usize = 5;

/// Speech printed as dialogue: a line that begins with a dash, up to the next dash, which begins who said it,
/// and from the one after that on ("—Nos vamos —dijo ella—. Mañana volvemos.").
pub(super) fn dialogue(raw: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let token_at = |byte: usize| tokens.partition_point(|token| (token.byte_start as usize) < byte);
    let mut found = Vec::new();
    let mut line_start = 0;
    for line in raw.split_inclusive('\n') {
        let start = line_start;
        line_start += line.len();
        let words = token_at(start)..token_at(line_start);
        if !line.trim_start().starts_with(DASHES) || words.len() < DIALOGUE_MIN_WORDS {
            continue;
        }
        let mut speech = None;
        for (at, _) in line.match_indices(DASHES) {
            match speech.take() {
                Some(begun) => push(&mut found, begun..token_at(start + at)),
                None => speech = Some(token_at(start + at)),
            }
        }
        if let Some(begun) = speech {
            push(&mut found, begun..words.end);
        }
    }
    let quoted: usize = found.iter().map(Range::len).sum();
    if quoted as f64 > QUOTED_MAX_SHARE * tokens.len() as f64 { Vec::new() } else { found }
}

/// A social-media post embedded without marks ends so: "— Name (@handle) January 18, 2018".
const HANDLE: &str = "(@";

/// A signature before the handle is at most this many bytes long.
const SIGNATURE_MAX_BYTES: usize = 80;

/// Posts that a page embeds: from the start of the line, or of the post before, to the signature.
pub(super) fn embedded_posts(raw: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut last_end = 0;
    for at in memchr::memmem::find_iter(raw.as_bytes(), HANDLE.as_bytes()) {
        let line_start = stretch(raw, ..at).rfind('\n').map_or(0, |line| line + 1).max(last_end);
        // a handle between a signature and its date signs nothing
        if line_start > at {
            continue;
        }
        let Some(dash) = stretch(raw, line_start..at).rfind(['—', '–']).map(|dash| line_start + dash)
        else {
            continue;
        };
        if at - dash > SIGNATURE_MAX_BYTES {
            continue;
        }
        let start = tokens.partition_point(|token| (token.byte_start as usize) < line_start);
        let end = tokens.partition_point(|token| (token.byte_end as usize) <= dash);
        let line_end = stretch(raw, at..).find('\n').map_or(raw.len(), |line| at + line);
        // the next post may follow on the same line, after the date
        last_end =
            stretch(raw, at..line_end).find(", 20").map_or(line_end, |year| (at + year + 6).min(line_end));
        while !raw.is_char_boundary(last_end) {
            last_end += 1;
        }
        push(&mut found, start..end);
    }
    found
}

/// Whether a word is a pronoun of somebody who speaks for himself.
fn is_first_person(word: &str) -> bool {
    const LETTERS_MAX: usize = 4;
    let mut letters = [0; LETTERS_MAX];
    let Some(lower) = letters.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    matches!(&*lower, b"i" | b"we" | b"my" | b"our" | b"me" | b"us" | b"i'm" | b"mine" | b"ours")
}

/// A paragraph is speech when this share of its words, and at least [`FIRST_PERSON_MIN`], are first-person
/// pronouns.
const FIRST_PERSON_SHARE: f64 = 0.04;
const FIRST_PERSON_MIN: usize = 2;

/// Where more of the text than this would be speech, it is an essay or a transcript, and nothing is marked.
const SPEECH_MAX_SHARE: f64 = 0.5;

/// Paragraphs without quotation marks that nevertheless print somebody's words: block quotes, statements,
/// transcripts.
pub(super) fn unmarked_speech(raw: &str, tokens: &[Token], paragraphs: &[Range<usize>]) -> Vec<Range<usize>> {
    let word = |token: &Token| stretch(raw, token.byte_start as usize..token.byte_end as usize);
    let found: Vec<Range<usize>> = paragraphs
        .iter()
        .filter(|paragraph| {
            let (mut unquoted, mut pronouns) = (0, 0);
            for token in items(tokens, (*paragraph).clone()) {
                if !token.flags.has(TokenFlags::QUOTED) {
                    unquoted += 1;
                    pronouns += usize::from(is_first_person(word(token)));
                }
            }
            pronouns >= FIRST_PERSON_MIN && pronouns as f64 >= FIRST_PERSON_SHARE * f64::from(unquoted)
        })
        .cloned()
        .collect();
    let words: usize = found.iter().map(Range::len).sum();
    if words as f64 > SPEECH_MAX_SHARE * tokens.len() as f64 { Vec::new() } else { found }
}

/// Words that stand in a quotation and again outside one: a post or a statement that the page prints twice.
pub(super) fn repeated_outside(tokens: &[Token]) -> Vec<usize> {
    const GRAM: usize = 5;
    let is_quoted = |token: &Token| token.flags.has(TokenFlags::QUOTED);
    if !tokens.iter().any(is_quoted) {
        return Vec::new();
    }
    let hash = |window: &[Token]| {
        let turned = window.iter().zip([0, 13, 26, 39, 52]).map(|(token, by)| token.word.rotate_left(by));
        turned.fold(0_u64, u64::wrapping_add).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    };
    // of each place how many words up to it are quoted, without one between that is not
    let runs = tokens.iter().scan(0_usize, |run, token| {
        *run = if is_quoted(token) { *run + 1 } else { 0 };
        Some(*run)
    });
    let is_whole: Vec<bool> = runs.skip(GRAM - 1).map(|run| run >= GRAM).collect();
    let windows = || tokens.windows(GRAM).zip(&is_whole).enumerate();
    let count = is_whole.iter().filter(|is_whole| **is_whole).count();
    let hashes = FxHashSet::with_capacity_and_hasher(count, FxBuildHasher);
    let mut quoted = QuotedGrams { bits: [0; 64], hashes };
    windows()
        .filter(|(_, (_, is_whole))| **is_whole)
        .for_each(|(_, (window, _))| quoted.insert(hash(window)));
    let mut found = Vec::new();
    for (at, (window, _)) in windows().filter(|(_, (_, is_whole))| !**is_whole) {
        if quoted.contains(hash(window)) {
            found.extend(at..at + GRAM);
        }
    }
    found
}

/// Hashes, and before them a few bits of each, since hardly any hash that is asked for is among them.
struct QuotedGrams {
    bits: [u64; 64],
    hashes: FxHashSet<u64>,
}

impl QuotedGrams {
    fn place(hash: u64) -> (usize, u64) {
        ((hash >> 58) as usize, 1 << (hash >> 52 & 63))
    }

    fn insert(&mut self, hash: u64) {
        let (word, bit) = Self::place(hash);
        self.bits[word] |= bit;
        self.hashes.insert(hash);
    }

    fn contains(&self, hash: u64) -> bool {
        let (word, bit) = Self::place(hash);
        self.bits[word] & bit != 0 && self.hashes.contains(&hash)
    }
}

fn push(found: &mut Vec<Range<usize>>, range: Range<usize>) {
    if range.len() >= QUOTATION_MIN_WORDS {
        found.push(range);
    }
}

/// Marks that close one another, whatever their shape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum QuoteMark {
    Double,
    Single,
    Guillemet,
    /// Guillemets within guillemets.
    Angle,
    Corner,
}

impl QuoteMark {
    fn of(character: char) -> Option<QuoteMark> {
        match character {
            '"' | '“' | '”' | '„' | '‟' | '＂' | '〝' | '〞' | '〟' | '❝' | '❞' | '״' => {
                Some(QuoteMark::Double)
            }
            '\'' | '‘' | '’' | '‚' => Some(QuoteMark::Single),
            '«' | '»' => Some(QuoteMark::Guillemet),
            '‹' | '›' => Some(QuoteMark::Angle),
            '「' | '」' | '『' | '』' | '｢' | '｣' | '﹁' | '﹂' | '﹃' | '﹄' => {
                Some(QuoteMark::Corner)
            }
            _ => None,
        }
    }
}

fn opens(mark: char, before: Option<char>, after: Option<char>) -> bool {
    let after_blank = before.is_none_or(|before| before.is_whitespace() || "([—–-:".contains(before));
    let before_word = after.is_some_and(|after| !after.is_whitespace());
    match mark {
        '’' | '」' | '』' | '｣' | '﹂' | '﹄' | '〞' | '〟' | '❞' => false,
        '„' | '‚' | '「' | '『' | '｢' | '﹁' | '﹃' | '〝' | '❝' => before_word,
        '«' | '»' | '‹' | '›' => before_word && !before.is_some_and(char::is_alphanumeric),
        '\'' | '‘' => after_blank && after.is_some_and(|after| after.is_alphanumeric() || after == '…'),
        '“' => before_word,
        // Swedish and Finnish open with it; elsewhere it stands behind a word
        '”' => before_word && after_blank,
        _ => before_word && (after_blank || !before.is_some_and(char::is_alphanumeric)),
    }
}

fn closes(mark: char, before: Option<char>, after: Option<char>) -> bool {
    let after_word = before.is_some_and(|before| !before.is_whitespace());
    let before_word = after.is_some_and(char::is_alphanumeric);
    match mark {
        '„' | '‚' | '「' | '『' | '｢' | '﹁' | '﹃' | '〝' | '❝' => false,
        // „ ‚…‘ “
        '\'' | '’' | '‘' => after_word && !before_word,
        // one that stands as those that open do begins a quotation within
        '"' | '«' | '»' | '‹' | '›' => after_word || !before_word,
        _ => true,
    }
}
