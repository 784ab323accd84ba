//! One text as slots see it: which of its words are names, days and figures.

use std::cell::OnceCell;
use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use whatlang::Lang;

use super::nouns::Nouns;
use crate::evidence::Prepared;
use crate::languages;
use crate::normalise::words::hash_word;
use crate::normalise::{Language, Text, Token, TokenFlags, TokenRange};

/// Of a stretch so many letters are shown.
const EXAMPLE_MAX_CHARS: usize = 40;

static DAYS: LazyLock<Vec<(Lang, FxHashSet<u64>)>> = LazyLock::new(|| {
    let days = |table: &languages::LanguageTable| {
        let months = table.months.iter().map(|(month, _)| *month);
        months.chain(table.weekdays.iter().copied()).map(|day| hash_word(day).word).collect()
    };
    languages::all().iter().map(|table| (table.lang, days(table))).collect()
});

static DAYS_OF_ALL: LazyLock<FxHashSet<u64>> =
    LazyLock::new(|| DAYS.iter().flat_map(|(_, days)| days.iter().copied()).collect());

/// Days and months of a language; of all where it is not known, or has no file.
fn days_of(language: Language) -> &'static FxHashSet<u64> {
    let own = language.table().and_then(|table| DAYS.iter().find(|(lang, _)| *lang == table.lang));
    own.map_or(&DAYS_OF_ALL, |(_, days)| days)
}

/// One text's words as slots see them.
pub(super) struct SlotText<'a> {
    pub text: &'a Text,
    /// Made once it is asked for.
    words: OnceCell<FxHashSet<u64>>,
    /// Words of names, by their hashes.
    pub names: FxHashSet<u64>,
    shows_names: bool,
    /// Where nouns have capitals as well.
    nouns: Option<&'static Nouns>,
    /// Days and months of its language.
    days: &'static FxHashSet<u64>,
    /// Whether the text is a story beside what its page prints: the page's links and notices are no slots
    /// then.
    is_story: bool,
}

impl<'a> SlotText<'a> {
    pub fn new(prepared: &'a Prepared) -> Self {
        let text = &prepared.text;
        let shows_names = prepared.facts.has_names || !text.language.has_capitalised_names();
        let is_story = 2 * text.story_words() >= text.tokens.len();
        let (words, names, days) = (OnceCell::new(), FxHashSet::default(), days_of(text.language));
        let nouns = Nouns::of(text);
        let mut side = SlotText { text, words, names, shows_names, nouns, days, is_story };
        let is_name = |&at: &usize| side.is_name(at);
        side.names = (0..text.tokens.len()).filter(is_name).map(|at| text.tokens[at].word).collect();
        side
    }

    /// Whether a word is a name, as far as capitals tell: one that begins a sentence is where another
    /// follows.
    pub fn is_name(&self, at: usize) -> bool {
        let flags = |at: usize| self.text.tokens.get(at).map_or(TokenFlags::default(), |token| token.flags);
        let is_capital = |at: usize| {
            flags(at).has(TokenFlags::CAPITAL)
                && !flags(at).has(TokenFlags::FUNCTION_WORD)
                && !flags(at).has(TokenFlags::NUMBER)
        };
        let follows = |at: usize| is_capital(at) && !flags(at).has(TokenFlags::SENTENCE_START);
        self.shows_names
            && self.counts(at)
            && is_capital(at)
            && !self.is_day(at)
            && (!flags(at).has(TokenFlags::SENTENCE_START) || follows(at + 1))
            && self.nouns.is_none_or(|nouns| !nouns.has(self.text, at))
    }

    /// Whether a word stands anywhere in the text.
    pub fn holds(&self, word: u64) -> bool {
        let words = || self.text.tokens.iter().map(|token| token.word).collect();
        self.words.get_or_init(words).contains(&word)
    }

    fn counts(&self, at: usize) -> bool {
        let is_boilerplate = |token: &Token| token.flags.has(TokenFlags::BOILERPLATE);
        !(self.is_story && self.text.tokens.get(at).is_some_and(is_boilerplate))
    }

    /// Whether a word is a day or a month.
    pub fn is_day(&self, at: usize) -> bool {
        self.counts(at) && self.text.tokens.get(at).is_some_and(|token| self.days.contains(&token.word))
    }

    fn is_number(&self, at: usize) -> bool {
        let is_number = |token: &Token| token.flags.has(TokenFlags::NUMBER);
        self.counts(at) && self.text.tokens.get(at).is_some_and(is_number)
    }

    /// The figures of a stretch, "1,284" in one, in the digits of ASCII.
    pub fn figures(&self, slot: &TokenRange) -> Vec<String> {
        let mut figures: Vec<String> = Vec::new();
        for at in slot.clone().filter(|&at| self.is_number(at)) {
            let goes_on = at > slot.start
                && self.is_number(at - 1)
                && matches!(self.text.mark_before(at), "," | "." | "\u{66b}" | "\u{66c}");
            match figures.last_mut().filter(|_| goes_on) {
                Some(figure) => {
                    figure.push_str(self.text.mark_before(at));
                    figure.push_str(self.text.surface(at));
                }
                None => figures.push(self.text.surface(at).to_owned()),
            }
        }
        figures
    }

    /// A stretch as it stands in the text, cut where it is long.
    pub fn shown(&self, slot: &TokenRange) -> String {
        let mut words = String::new();
        for at in slot.clone() {
            if at > slot.start {
                let gap = self.text.gap_before(at);
                words.push_str(if gap.chars().any(char::is_whitespace) { " " } else { gap });
            }
            words.push_str(self.text.surface(at));
        }
        match words.char_indices().nth(EXAMPLE_MAX_CHARS) {
            Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
            None => words,
        }
    }
}
