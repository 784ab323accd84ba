//! A text's words as tokens: where each stands, its hashes, what its letters say.
//!
//! Words are those of [`words::for_each_word`]. Stretches of ASCII between plain separators are cut byte by
//! byte; only what touches a character beyond ASCII goes the long way.

use crate::normalise::language::{FunctionWords, Language};
use crate::normalise::text::{Token, TokenFlags};
use crate::normalise::words::{self, TextAlphabets};
use crate::stretch::stretch;

/// Of tokens that are not printed as they are read (in full-width letters, in look-alikes, with what is
/// invisible) by their places how they are read; in order.
pub(super) type Plain = Vec<(u32, String)>;

/// Cuts a text into tokens.
pub(super) fn tokenise(raw: &str, language: Language) -> (Vec<Token>, Plain) {
    let mut tokeniser = Tokeniser {
        raw,
        alphabets: TextAlphabets::of(raw),
        function_words: language.function_words(),
        tokens: Vec::with_capacity(raw.len() / 5),
        plain: Vec::new(),
    };
    tokeniser.run();
    (tokeniser.tokens, tokeniser.plain)
}

/// Counts the code points of tokens anew, in another text of the same bytes.
pub(super) fn place(tokens: &mut [Token], printed: &str) {
    let (mut counted, mut point) = (0, 0);
    for token in tokens {
        // words of one character share their bytes
        let start = token.byte_start as usize;
        point = if start < counted {
            point - code_points(stretch(printed, start..counted))
        } else {
            point + code_points(stretch(printed, counted..start))
        };
        counted = start;
        token.start = point;
        token.end = point + code_points(stretch(printed, start..token.byte_end as usize));
    }
}

struct Tokeniser<'a> {
    raw: &'a str,
    alphabets: TextAlphabets<'a>,
    function_words: FunctionWords,
    tokens: Vec<Token>,
    plain: Plain,
}

impl Tokeniser<'_> {
    fn run(&mut self) {
        let bytes = self.raw.as_bytes();
        // a code point's place is its byte's less the bytes that continue one before it
        let (mut at, mut continuing) = (0, 0);
        let is_foreign = self.alphabets.disguises_in_latin();
        while at < bytes.len() {
            let byte = bytes[at];
            if is_word_byte(byte) {
                let start = at;
                let mut is_plain = !is_foreign;
                while at < bytes.len() && is_word_byte(bytes[at]) {
                    is_plain &= bytes[at] != b'_';
                    at += 1;
                }
                let is_special = |next: &u8| !next.is_ascii() || words::is_unseen_byte(*next);
                let goes_on = bytes.get(at).is_some_and(is_special) && !self.plain_separator_at(at);
                if goes_on || !is_plain {
                    (at, continuing) = self.take_slowly(start, continuing);
                } else {
                    self.take_ascii(start, at, continuing);
                }
            } else if byte.is_ascii() {
                at += 1;
            } else if self.plain_separator_at(at) {
                let length = stretch(self.raw, at..).chars().next().map_or(1, char::len_utf8);
                continuing += length - 1;
                at += length;
            } else {
                (at, continuing) = self.take_slowly(at, continuing);
            }
        }
    }

    fn plain_separator_at(&self, at: usize) -> bool {
        stretch(self.raw, at..).chars().next().is_some_and(words::is_plain_separator)
    }

    fn take_ascii(&mut self, start: usize, end: usize, continuing: usize) {
        let bytes = self.raw.as_bytes();
        let hash = words::hash_ascii_word(bytes, start, end);
        let flags = flags_of(char::from(bytes[start]), hash.word, &self.function_words);
        self.tokens.push(Token {
            word: hash.word,
            stem: hash.stem,
            byte_start: start as u32,
            byte_end: end as u32,
            start: (start - continuing) as u32,
            end: (end - continuing) as u32,
            flags,
        });
    }

    /// Takes the words from `start` up to the next ASCII character that separates: no word or normalisation
    /// reaches over it.
    fn take_slowly(&mut self, start: usize, continuing: usize) -> (usize, usize) {
        let bytes = self.raw.as_bytes();
        let separates = |byte: &u8| byte.is_ascii() && !is_word_byte(*byte) && !words::is_unseen_byte(*byte);
        let end = bytes[start..].iter().position(separates).map_or(bytes.len(), |at| start + at);
        let run = stretch(self.raw, start..end);
        // carried on from word to word, of which several may be one character: a stretch may be a whole text
        let (mut counted, mut point) = (0, (start - continuing) as u32);
        words::for_each_in(run, &self.alphabets, |found| {
            let (range, hash) = (found.bytes, words::hash_word(found.folded));
            let first = stretch(run, range.start..).chars().next().unwrap_or(' ');
            point += code_points(stretch(run, counted..range.start));
            counted = range.start;
            let mut flags = flags_of(first, hash.word, &self.function_words);
            if found.is_disguised {
                flags.set(TokenFlags::DISGUISED);
            }
            if stretch(run, range.clone()) != found.plain {
                self.plain.push((self.tokens.len() as u32, found.plain.to_owned()));
            }
            self.tokens.push(Token {
                word: hash.word,
                stem: hash.stem,
                byte_start: (start + range.start) as u32,
                byte_end: (start + range.end) as u32,
                start: point,
                end: point + code_points(stretch(run, range.clone())),
                flags,
            });
        });
        let points = code_points(run) as usize;
        (end, continuing + run.len() - points)
    }
}

fn flags_of(first: char, word: u64, function_words: &FunctionWords) -> TokenFlags {
    let mut flags = TokenFlags::default();
    if first.is_uppercase() {
        flags.set(TokenFlags::CAPITAL);
    } else if first.is_numeric() {
        flags.set(TokenFlags::NUMBER);
    }
    if function_words.hold(word) {
        flags.set(TokenFlags::FUNCTION_WORD);
    }
    flags
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn code_points(stretch: &str) -> u32 {
    stretch.bytes().filter(|byte| byte & 0xc0 != 0x80).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::language;
    use proptest::prelude::*;

    /// The definition: every word of the whole text, places counted from its start.
    fn exact(raw: &str, language: Language) -> Vec<Token> {
        let mut tokens = Vec::new();
        words::for_each_in(raw, &TextAlphabets::of(raw), |word| {
            let (bytes, folded) = (word.bytes, word.folded);
            let mut flags = TokenFlags::default();
            if word.is_disguised {
                flags.set(TokenFlags::DISGUISED);
            }
            match raw[bytes.start..].chars().next() {
                Some(first) if first.is_uppercase() => flags.set(TokenFlags::CAPITAL),
                Some(first) if first.is_numeric() => flags.set(TokenFlags::NUMBER),
                _ => {}
            }
            if language.is_function_word(folded) {
                flags.set(TokenFlags::FUNCTION_WORD);
            }
            let hash = words::hash_word(folded);
            tokens.push(Token {
                word: hash.word,
                stem: hash.stem,
                byte_start: bytes.start as u32,
                byte_end: bytes.end as u32,
                start: raw[..bytes.start].chars().count() as u32,
                end: raw[..bytes.end].chars().count() as u32,
                flags,
            });
        });
        tokens
    }

    /// Half-width jamo are normalised together with what stands before them, if only a separator: that is no
    /// part of the word.
    fn trim(raw: &str, token: &mut Token) {
        for c in raw[token.byte_start as usize..token.byte_end as usize].chars() {
            let mut is_word = false;
            words::for_each_word(c.encode_utf8(&mut [0; 4]), |_, _| is_word = true);
            if is_word {
                break;
            }
            token.byte_start += c.len_utf8() as u32;
            token.start += 1;
        }
    }

    fn agrees(raw: &str) {
        let language = language::of(raw, Some("en"));
        let [fast, exact] = [tokenise(raw, language).0, exact(raw, language)].map(|mut tokens| {
            tokens.iter_mut().for_each(|token| trim(raw, token));
            tokens
        });
        let differ = fast.iter().zip(&exact).find(|(one, other)| one != other);
        assert!(differ.is_none(), "{raw:?}: {differ:?}");
        assert_eq!(fast.len(), exact.len(), "{raw:?}");
    }

    proptest! {
        #[test]
        fn tokens_are_those_of_the_definition(raw in "\\PC{0,120}") {
            agrees(&raw);
        }

        #[test]
        fn tokens_of_print_are_those_of_the_definition(
            raw in "([A-Za-z_0-9 .,'\"\n]|the |The |é|\u{ad}|\u{200b}|ж|Сосо|о|\u{336}|ـ|َ|É|—|’|“|…|\u{301}|\u{a0}|ﬁ|½|市|ｶﾞ|\u{200d}|İ|ς){0,60}",
        ) {
            agrees(&raw);
        }
    }
}
