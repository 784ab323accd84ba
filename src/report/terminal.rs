//! What the terminal reports share: style, colours, display width, wrapping and cutting to a width.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects};
use unicode_width::UnicodeWidthChar;

use crate::row::{PartKind, Relation, Reuse};
use crate::stretch::stretch;

/// How a terminal report is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape codes may be written.
    pub color: bool,
    /// Whether lines, arrows and blocks outside ASCII may be drawn. Texts keep their characters either way.
    pub unicode: bool,
}

impl Style {
    /// Unicode without colours.
    pub const PLAIN: Style = Style { color: false, unicode: true };
    /// Unicode with colours.
    pub const COLORED: Style = Style { color: true, unicode: true };
    /// ASCII without colours.
    pub const ASCII: Style = Style { color: false, unicode: false };

    /// `words` in `ink`, where colours are on. `words` must be free of control characters.
    pub(super) fn paint(self, ink: anstyle::Style, words: &str) -> String {
        if !self.color || words.trim().is_empty() || ink.is_plain() {
            return words.to_owned();
        }
        format!("{ink}{words}{ink:#}")
    }

    pub(super) fn glyphs(self) -> &'static Glyphs {
        if self.unicode { &UNICODE } else { &ASCII }
    }
}

/// What is drawn beside the words.
pub(super) struct Glyphs {
    pub root: &'static str,
    pub branch: &'static str,
    pub last_branch: &'static str,
    pub trunk: &'static str,
    pub direct: &'static str,
    pub siblings: &'static str,
    pub unknown: &'static str,
    pub reversed: &'static str,
    pub verbatim: char,
    pub reworded: char,
    pub new: char,
    pub rule: char,
    pub divider: &'static str,
    pub passage: &'static str,
    pub dot: &'static str,
    pub ellipsis: &'static str,
    pub bullet: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    root: "●",
    branch: "├─",
    last_branch: "└─",
    trunk: "│ ",
    direct: "→",
    siblings: "↔",
    unknown: "⇢",
    reversed: "←",
    verbatim: '█',
    reworded: '▒',
    new: '·',
    rule: '─',
    divider: "│",
    passage: "▏",
    dot: " · ",
    ellipsis: "…",
    bullet: "•",
};

const ASCII: Glyphs = Glyphs {
    root: "*",
    branch: "|-",
    last_branch: "`-",
    trunk: "| ",
    direct: ">",
    siblings: "=",
    unknown: "?",
    reversed: "<",
    verbatim: '#',
    reworded: '+',
    new: '.',
    rule: '-',
    divider: "|",
    passage: "|",
    dot: " - ",
    ellipsis: "...",
    bullet: "-",
};

pub(super) const PLAIN: anstyle::Style = anstyle::Style::new();
pub(super) const BOLD: anstyle::Style = anstyle::Style::new().bold();
pub(super) const DIM: anstyle::Style = anstyle::Style::new().dimmed();

const fn color(color: AnsiColor) -> anstyle::Style {
    anstyle::Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
}

/// The colour of a relation's word.
pub(super) fn relation_ink(relation: Relation) -> anstyle::Style {
    match relation {
        Relation::Identical | Relation::Copy => color(AnsiColor::Red).bold(),
        Relation::Expanded | Relation::Condensed | Relation::Rewrite | Relation::Translation => {
            color(AnsiColor::Yellow).bold()
        }
        Relation::Partial => color(AnsiColor::Magenta).bold(),
        Relation::SharedSource => color(AnsiColor::Blue).bold(),
        Relation::Unrelated => DIM,
    }
}

/// The look of a part: each kind differs by more than its colour.
pub(super) fn part_ink(kind: PartKind) -> anstyle::Style {
    match kind {
        PartKind::Verbatim => color(AnsiColor::Red).effects(Effects::BOLD),
        PartKind::Reworded => color(AnsiColor::Yellow).effects(Effects::UNDERLINE),
        PartKind::Quote => color(AnsiColor::Cyan).effects(Effects::ITALIC),
    }
}

/// Columns that `c` takes; control characters must have been replaced before.
pub(super) fn char_columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Columns that `words` take.
pub(super) fn columns(words: &str) -> usize {
    words.chars().map(char_columns).sum()
}

/// `words` cut to at most `width` columns, with an ellipsis where something is gone.
pub(super) fn cut_to(words: &str, width: usize, glyphs: &Glyphs) -> String {
    if columns(words) <= width {
        return words.to_owned();
    }
    let room = width.saturating_sub(columns(glyphs.ellipsis));
    let mut taken = 0;
    let kept = words.chars().take_while(|&c| {
        taken += char_columns(c);
        taken <= room
    });
    let mut cut: String = kept.collect();
    cut.truncate(cut.trim_end().len());
    if columns(glyphs.ellipsis) <= width {
        cut.push_str(glyphs.ellipsis);
    }
    cut
}

/// `words` filled up with spaces to `width` columns.
pub(super) fn pad_to(words: &str, width: usize) -> String {
    let mut padded = words.to_owned();
    padded.extend(std::iter::repeat_n(' ', width.saturating_sub(columns(words))));
    padded
}

/// The words of a sentence; a number and its percent sign are one.
fn words_and_percentages(sentence: &str) -> impl Iterator<Item = &str> {
    let mut rest = sentence.trim_start();
    std::iter::from_fn(move || {
        let mut end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if stretch(rest, ..end).ends_with(|c: char| c.is_ascii_digit())
            && stretch(rest, end..).starts_with(" %")
        {
            end = stretch(rest, end + 1..)
                .find(char::is_whitespace)
                .map_or(rest.len(), |after| end + 1 + after);
        }
        let word = stretch(rest, ..end);
        rest = stretch(rest, end..).trim_start();
        (!word.is_empty()).then_some(word)
    })
}

/// Breaks a sentence into lines of at most `width` columns, between words where it can.
pub(super) fn wrap_words(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words_and_percentages(sentence) {
        if !line.is_empty() && columns(&line) + 1 + columns(word) <= width {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut taken = 0;
        for c in word.chars() {
            taken += char_columns(c);
            if taken > width.max(2) {
                lines.push(std::mem::take(&mut line));
                taken = char_columns(c);
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

/// Whole columns for three shares that sum to 1, so that the columns sum to `width`.
pub(super) fn share_columns(reuse: &Reuse, width: usize) -> [usize; 3] {
    let exact = [reuse.verbatim, reuse.reworded, reuse.new].map(|share| share.clamp(0.0, 1.0) * width as f64);
    let mut whole = exact.map(|columns| columns as usize);
    // Largest remainder; on a tie the earlier share.
    while whole.iter().sum::<usize>() < width {
        let rest = |i: usize| exact[i] - whole[i] as f64;
        let most = (1..3).fold(0, |best, i| if rest(i) > rest(best) { i } else { best });
        whole[most] += 1;
    }
    whole
}

/// The shares of a text's words as a bar of `width` columns.
pub(super) fn share_bar(style: Style, reuse: &Reuse, width: usize) -> String {
    let glyphs = style.glyphs();
    let [verbatim, reworded, new] = share_columns(reuse, width);
    let mut bar = String::new();
    let inks = [color(AnsiColor::Red), color(AnsiColor::Yellow), DIM];
    let blocks = [(glyphs.verbatim, verbatim), (glyphs.reworded, reworded), (glyphs.new, new)];
    for ((block, count), ink) in blocks.into_iter().zip(inks) {
        let run: String = std::iter::repeat_n(block, count).collect();
        let _ = write!(bar, "{}", style.paint(ink, &run));
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_counted_in_columns() {
        assert_eq!(columns("日本e\u{301}"), 5);
        assert_eq!(cut_to("日本語", 5, &UNICODE), "日本…");
        assert_eq!(cut_to("日本語", 4, &UNICODE), "日…");
        assert_eq!(cut_to("fits", 4, &UNICODE), "fits");
        assert_eq!(cut_to("a longer one", 9, &ASCII), "a long...");
        assert_eq!(cut_to("abc", 0, &UNICODE), "");
        assert_eq!(pad_to("日", 4), "日  ");
    }

    #[test]
    fn sentences_wrap_between_words_and_long_words_anywhere() {
        assert_eq!(wrap_words("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap_words("abcdefgh ij", 5), ["abcde", "fgh", "ij"]);
        assert_eq!(wrap_words("only 90 % sure", 8), ["only", "90 %", "sure"]);
        assert_eq!(wrap_words("", 5), [""]);
    }

    proptest::proptest! {
        #[test]
        fn a_bar_is_as_wide_as_asked(parts in [0.0f64..1.0, 0.0..1.0, 0.001..1.0], width in 0usize..60) {
            let sum: f64 = parts.iter().sum();
            let [verbatim, reworded, new] = parts.map(|part| part / sum);
            let reuse = Reuse { verbatim, reworded, new };
            proptest::prop_assert_eq!(columns(&share_bar(Style::PLAIN, &reuse, width)), width);
        }

        #[test]
        fn nothing_is_wider_than_asked(words in "\\PC{0,60}", width in 2usize..30) {
            proptest::prop_assert!(columns(&cut_to(&words, width, &ASCII)) <= width);
            for line in wrap_words(&words, width) {
                proptest::prop_assert!(columns(&line) <= width);
            }
        }
    }
}
