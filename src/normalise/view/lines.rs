//! Line breaks that a width made, told from those that end a paragraph.
//!
//! In a text that was wrapped, sentences run over the breaks: most lines end without a stop, and the next
//! begins with a small letter or with a word that had no room. In one with a paragraph a line they do not,
//! nor in a list of headlines, whose entries begin with capitals and are of any length.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::{Edits, Fill, invisible};
use crate::stretch::stretch;

/// No text is wrapped at a smaller width than this, less what a ragged edge leaves free.
const WIDTH_MIN: usize = 20;
/// Nor at a greater one: what is longer is a paragraph.
const WIDTH_MAX: usize = 200;

/// So many lines that a sentence runs on from, of all that another line follows, tell a wrapped text …
const RUNNING_SHARE: f64 = 0.35;
/// … or so many that the next word had no room on, of at least so many lines.
const FULL_SHARE: f64 = 0.8;
const FULL_MIN_BREAKS: usize = 4;
/// … of lines as long as this, longer than headlines, which end in no stop, any number.
const LONG_LINE: usize = 80;

/// A line shorter than this share of the width ends its paragraph where its sentence ends too.
const SHORT_SHARE: f64 = 0.75;

/// What divides a word at a line's end: hyphens, those of blackletter, and what scanners make of them.
const HYPHENS: [char; 8] = ['-', '\u{ad}', '\u{2010}', '\u{2011}', '¬', '⸗', '⸚', '='];

/// A line's words, without what is set before each in a mail that is answered.
struct ViewLine<'a> {
    bytes: Range<usize>,
    text: &'a str,
    /// Characters, as wide as they are taken to be.
    width: usize,
}

/// A break between two lines that hold words.
struct Break {
    /// From the end of the one's last word to the start of the other's first.
    bytes: Range<usize>,
    before: usize,
    after: usize,
    runs_on: bool,
    is_full: bool,
}

/// The text with its paragraphs in one line each, if a width broke them.
pub(super) fn unwrapped(text: &str) -> Option<String> {
    let lines = lines(text);
    let width = lines.iter().map(|line| line.width).max()?;
    if !(WIDTH_MIN..=WIDTH_MAX).contains(&width) {
        return None;
    }
    let breaks = breaks(text, &lines, width);
    let share = |of: fn(&Break) -> bool| {
        breaks.iter().filter(|line| of(line)).count() as f64 / breaks.len().max(1) as f64
    };
    let is_wrapped = share(|line| line.runs_on) >= RUNNING_SHARE
        || breaks.len() >= FULL_MIN_BREAKS && share(|line| line.is_full) >= FULL_SHARE;
    let is_long = breaks.iter().all(|line| {
        let before = &lines[line.before];
        line.is_full && (line.runs_on || before.width >= LONG_LINE && !ends_sentence(before.text))
    });
    if breaks.is_empty() || !(is_wrapped || is_long) {
        return None;
    }
    let words = Words::of(text);
    // where empty lines part the paragraphs, no other break does
    let is_parted = lines.len() > breaks.len() + 1;
    let mut edits = Edits::of(text);
    for line in &breaks {
        let (before, after) = (&lines[line.before], &lines[line.after]);
        if !line.runs_on && ends_paragraph(before, after, line, width, is_parted) {
            continue;
        }
        match words.divided(before.text, after.text) {
            Some(hyphen) => {
                let part = line.bytes.start - hyphen..line.bytes.end;
                edits.replace(part.clone(), &invisible(part.len()), Fill::Nothing);
            }
            None => edits.replace(line.bytes.clone(), "", Fill::After),
        }
    }
    edits.done()
}

/// The lines that hold words, in order, and none beyond the widths that are looked at.
fn lines(text: &str) -> Vec<ViewLine<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive('\n') {
        let content = piece.trim_end().trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        let begin = start + (piece.trim_end().len() - content.len());
        if !content.is_empty() {
            let width = content.chars().take(WIDTH_MAX + 1).count();
            lines.push(ViewLine { bytes: begin..begin + content.len(), text: content, width });
        }
        start += piece.len();
    }
    lines
}

fn breaks(text: &str, lines: &[ViewLine<'_>], width: usize) -> Vec<Break> {
    let between = |at: usize| {
        let (before, after) = (lines.get(at)?, lines.get(at + 1)?);
        let bytes = before.bytes.end..after.bytes.start;
        let feeds = stretch(text, bytes.clone()).bytes().filter(|byte| *byte == b'\n').count();
        if feeds != 1 {
            return None;
        }
        let first = after.text.split_whitespace().next().unwrap_or_default();
        let starts_small = first.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase);
        let runs_on = starts_small && !ends_sentence(before.text);
        let is_full = before.width + 1 + first.chars().count() > width;
        Some(Break { bytes, before: at, after: at + 1, runs_on, is_full })
    };
    (0..lines.len()).filter_map(between).collect()
}

fn ends_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(['"', '”', '’', '\'', ')', '»', '“', ' ', ']', '」', '』']);
    line.ends_with(['.', '!', '?', '…', '。', '！', '？'])
}

/// Whether a break that no sentence is known to run over ends its paragraph: a sentence ends with it, on a
/// line that is short or not full, or an entry of a list does, well short of the width.
fn ends_paragraph(
    before: &ViewLine<'_>,
    after: &ViewLine<'_>,
    line: &Break,
    width: usize,
    is_parted: bool,
) -> bool {
    let is_short = (before.width as f64) < SHORT_SHARE * width as f64;
    let begins_entry = after.text.starts_with(['-', '–', '—', '*', '•', '·']);
    let ends = !is_parted && ends_sentence(before.text);
    begins_entry || !line.is_full && is_short && (ends || before.width * 3 < width)
}

/// The words of a text, by which divided ones are known.
struct Words<'a>(FxHashSet<&'a str>);

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let is_letter = |c: char| c.is_alphanumeric() || HYPHENS.contains(&c);
        Words(text.split(|c| !is_letter(c)).filter(|word| !word.is_empty()).collect())
    }

    fn hold(&self, word: &str) -> bool {
        self.0.contains(word) || self.0.contains(word.to_lowercase().as_str())
    }

    /// How long the hyphen is that divides a word between two lines, if it does.
    ///
    /// The whole word is likelier, unless the text prints it with its hyphen elsewhere, or both of its halves
    /// as words and never the whole.
    fn divided(&self, before: &str, after: &str) -> Option<usize> {
        let hyphen = before.chars().next_back().filter(|c| HYPHENS.contains(c))?;
        let letters = |c: char| c.is_alphabetic();
        let head = before.strip_suffix(hyphen)?.rsplit(|c| !letters(c)).next()?;
        let tail = after.split(|c| !letters(c)).next()?;
        let goes_on = tail.starts_with(char::is_lowercase)
            || tail.chars().all(char::is_uppercase) && head.chars().all(char::is_uppercase);
        if head.is_empty() || tail.is_empty() || !goes_on {
            return None;
        }
        let is_soft = hyphen == '\u{ad}';
        let joined = self.hold(&format!("{head}{tail}"));
        let has_hyphen = |hyphen| self.hold(&format!("{head}{hyphen}{tail}"));
        let apart = has_hyphen('-') || has_hyphen(hyphen) || self.hold(head) && self.hold(tail);
        (is_soft || joined || !apart).then_some(hyphen.len_utf8())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "The council of Nordhavn will rebuild the old bridge after the flood of last week. Mayor Ellen Hansen said on \
        Monday that the town would pay for it out of its own reserves, which she called well filled.\n\nThe work is to begin in \
        March. \"We have waited long enough,\" she said, and left the hall.";

    fn wrapped(text: &str, width: impl Fn(usize) -> usize) -> String {
        let mut all = String::new();
        for (number, paragraph) in text.split("\n\n").enumerate() {
            let mut line = 0;
            all += if number > 0 { "\n\n" } else { "" };
            for (at, word) in paragraph.split_whitespace().enumerate() {
                let fits = line + 1 + word.chars().count() <= width(all.len());
                if at > 0 {
                    all.push(if fits { ' ' } else { '\n' });
                    line = if fits { line + 1 } else { 0 };
                }
                all += word;
                line += word.chars().count();
            }
        }
        all
    }

    fn seen(text: &str) -> String {
        let view = unwrapped(text).unwrap_or_else(|| text.to_owned());
        view.chars().filter(|c| !['\u{ad}', '\u{200b}'].contains(c)).collect()
    }

    #[test]
    fn a_wrapped_text_reads_as_it_did_before_whatever_the_width() {
        let story = STORY.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
        let story = story.collect::<Vec<_>>().join("\n\n");
        for width in 28..=190 {
            assert_eq!(seen(&wrapped(&story, |_| width)), story, "{width}");
            assert_eq!(seen(&wrapped(&story, |at| width - at * 7 % 9)), story, "about {width}");
            let quoted = format!("> {}", wrapped(&story, |_| width).replace('\n', "\n> "));
            assert_eq!(seen(&quoted).replace(['>', ' '], ""), story.replace(' ', ""), "{width}");
        }
    }

    #[test]
    fn words_are_divided_by_the_hyphens_of_blackletter_too() {
        for hyphen in HYPHENS {
            let text = format!(
                "The council of the town will re{hyphen}\nbuild the bridge over the har{hyphen}\nbour and pay for it out of its\nown reserves, said the mayor."
            );
            let expected = "The council of the town will rebuild the bridge over the harbour and pay for it out of its own \
                reserves, said the mayor.";
            assert_eq!(seen(&text), expected, "{hyphen}");
        }
    }

    #[test]
    fn paragraphs_and_headlines_of_a_line_each_stay() {
        for text in [
            "The council met on Tuesday.\nIt agreed on nothing and went home early.\nThe mayor was not there.\nNobody had asked her.",
            "Mayor loses third vote in a week\nFerry strike enters tenth day\nOld mill to become museum\nStorm warning for the coast",
            "One line\nand another",
        ] {
            assert_eq!(seen(text), text);
        }
    }

    #[test]
    fn divided_words_are_joined_where_that_is_likelier() {
        let text = "The council of the town will re-\nbuild the bridge over the har-\nbour and pay for the well-\nknown ferry as well, a known\nfact and a long-term plan of a long-\nterm mayor of the harbour.";
        assert_eq!(
            seen(text),
            "The council of the town will rebuild the bridge over the harbour and pay for the well- known ferry as well, a known \
             fact and a long-term plan of a long- term mayor of the harbour."
        );
    }
}
