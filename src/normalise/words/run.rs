//! The word under way, character by character: where it begins and ends, and what of it is folded.

use std::ops::Range;

use super::class::{CharacterClass, WordClass};
use super::look_alikes::{Alphabets, TextAlphabets};
use crate::fold::fold;

/// A word as it was found.
pub(in crate::normalise) struct Word<'a> {
    /// The bytes that it came from.
    pub(in crate::normalise) bytes: Range<usize>,
    pub(in crate::normalise) folded: &'a str,
    /// The word in NFKC, its case kept, in the letters that it is read in, its digits those of ASCII.
    pub(in crate::normalise) plain: &'a str,
    /// Spelt with letters of another script that look alike.
    pub(in crate::normalise) is_disguised: bool,
}

/// Takes characters of NFKC text in turn, and visits each word when it ends.
#[derive(Default)]
pub(super) struct WordRun {
    folded: String,
    /// As it was before it was folded.
    plain: String,
    bytes: Range<usize>,
    alphabets: Alphabets,
    is_ideograph: bool,
    /// An underscore after a letter: the word's, if a letter follows.
    connector: Option<char>,
}

impl WordRun {
    /// Where the word under way begins.
    pub(super) fn start(&self) -> Option<usize> {
        (!self.folded.is_empty()).then_some(self.bytes.start)
    }

    /// Takes a character that came from `bytes`.
    #[inline]
    pub(super) fn take(
        &mut self,
        c: char,
        bytes: Range<usize>,
        text: &TextAlphabets<'_>,
        visit: &mut impl FnMut(Word<'_>),
    ) {
        if is_connector(c) {
            return match self.folded.is_empty() || self.is_ideograph || self.connector.is_some() {
                true => self.end(text, visit),
                false => self.connector = Some(c),
            };
        }
        let class = CharacterClass::of(c);
        if class.stays() {
            return self.push((c, class.word()), Some(c), bytes, text, visit);
        }
        let mut is_first = true;
        fold(c, |folded| {
            let class = CharacterClass::of(folded).word();
            // a digit is read alike in all scripts
            let plain = if folded.is_ascii_digit() { folded } else { c };
            self.push((folded, class), is_first.then_some(plain), bytes.clone(), text, visit);
            is_first = false;
        });
        if is_first && !self.folded.is_empty() && self.connector.is_none() {
            // a mark that is no part of the word, yet stands on it
            self.bytes.end = bytes.end;
        }
    }

    /// Takes a folded character; `plain` is what it was folded from, once.
    #[inline]
    fn push(
        &mut self,
        (folded, class): (char, WordClass),
        plain: Option<char>,
        bytes: Range<usize>,
        text: &TextAlphabets<'_>,
        visit: &mut impl FnMut(Word<'_>),
    ) {
        match class {
            WordClass::Separator => return self.end(text, visit),
            WordClass::Continuation if self.folded.is_empty() => return,
            WordClass::Continuation if self.connector.is_some() => return self.end(text, visit),
            WordClass::Continuation => {}
            WordClass::Letter if !self.is_ideograph => {}
            WordClass::Letter | WordClass::Ideograph => self.end(text, visit),
        }
        if let Some(connector) = self.connector.take() {
            self.folded.push(connector);
            self.plain.push(connector);
        }
        if self.folded.is_empty() {
            self.bytes.start = bytes.start;
            self.is_ideograph = class == WordClass::Ideograph;
        }
        self.bytes.end = bytes.end;
        self.folded.push(folded);
        if let Some(plain) = plain {
            self.plain.push(plain);
            if class == WordClass::Letter {
                self.alphabets.insert_of(plain);
            }
        }
    }

    /// Ends the word under way, if there is one.
    pub(super) fn end(&mut self, text: &TextAlphabets<'_>, visit: &mut impl FnMut(Word<'_>)) {
        if !self.folded.is_empty() {
            let mut is_disguised = false;
            if self.alphabets.may_disguise(text)
                && let Some(undisguised) = text.undisguised(&self.plain, self.alphabets)
            {
                self.folded.clear();
                undisguised.chars().for_each(|c| fold(c, |folded| self.folded.push(folded)));
                self.plain = undisguised;
                is_disguised = !self.alphabets.are_latin();
            }
            visit(Word { bytes: self.bytes.clone(), folded: &self.folded, plain: &self.plain, is_disguised });
        }
        self.abandon();
    }

    /// Forgets the word under way.
    pub(super) fn abandon(&mut self) {
        self.folded.clear();
        self.plain.clear();
        self.alphabets = Alphabets::default();
        self.connector = None;
        self.is_ideograph = false;
    }
}

/// Connector punctuation, as NFKC leaves it: a word's only between two of its letters, one at a time.
pub(super) fn is_connector(c: char) -> bool {
    matches!(c, '_' | '\u{203f}' | '\u{2040}' | '\u{2054}')
}
