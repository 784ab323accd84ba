//! A text as the later stages see it.

use std::ops::Range;

use crate::article::Span;
use crate::normalise::casing::Naming;
use crate::normalise::language::{self, Language};
use crate::normalise::{boilerplate, casing, noise, quotations, sentences, tokens, view};
use crate::stretch::{items_mut, stretch};

/// Positions in [`Text::tokens`].
pub type TokenRange = Range<usize>;

/// One word of a text. What a word is, [`crate::normalise::words`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Hash of the folded word.
    pub word: u64,
    /// Hash of its first six letters, good for any language that inflects at the end.
    pub stem: u64,
    /// Where it stands, in bytes of the text.
    pub byte_start: u32,
    /// Where it ends, in bytes of the text.
    pub byte_end: u32,
    /// Where it stands, in code points.
    pub start: u32,
    /// Where it ends, in code points.
    pub end: u32,
    /// What else is known of it.
    pub flags: TokenFlags,
}

impl Token {
    /// Where it stands, in code points.
    pub fn span(&self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// What is known of a token beyond its letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenFlags(u8);

impl TokenFlags {
    /// Begins with a capital letter; where letters have an [odd case](Self::ODD_CASE), is told for a name.
    pub const CAPITAL: TokenFlags = TokenFlags(1);
    /// Begins with a digit.
    pub const NUMBER: TokenFlags = TokenFlags(2);
    /// Stands inside a quotation.
    pub const QUOTED: TokenFlags = TokenFlags(4);
    /// Credit line, dateline, link list, notice: not part of the story.
    pub const BOILERPLATE: TokenFlags = TokenFlags(8);
    /// A function word of the text's language; never set for a language without a list.
    pub const FUNCTION_WORD: TokenFlags = TokenFlags(16);
    /// First of its sentence.
    pub const SENTENCE_START: TokenFlags = TokenFlags(32);
    /// Spelt with letters of another script that look alike.
    pub const DISGUISED: TokenFlags = TokenFlags(64);
    /// Stands where letters' case tells no names: among capitals alone, or small letters alone.
    pub const ODD_CASE: TokenFlags = TokenFlags(128);

    /// Whether any of the other's flags is set.
    pub fn has(self, flag: TokenFlags) -> bool {
        self.0 & flag.0 != 0
    }

    /// Adds the other's flags.
    pub fn set(&mut self, flag: TokenFlags) {
        self.0 |= flag.0;
    }

    /// Takes the other's flags away.
    pub fn clear(&mut self, flag: TokenFlags) {
        self.0 &= !flag.0;
    }
}

/// A text made comparable, with offsets back to the input.
#[derive(Clone, Debug)]
pub struct Text {
    raw: String,
    /// The text as its reader takes it, where that is not how it was read: as many bytes, see [`view`].
    view: Option<String>,
    plain: tokens::Plain,
    /// The words in order.
    pub tokens: Vec<Token>,
    /// In order; together they hold every token.
    pub sentences: Vec<TokenRange>,
    /// In order, without overlap; marked by quotation marks or set off as a block.
    pub quotations: Vec<TokenRange>,
    /// Index of the first sentence of each paragraph.
    pub paragraphs: Vec<usize>,
    /// Language and script, as tagged or as its letters tell.
    pub language: Language,
    /// How names can be told.
    pub naming: Naming,
    /// Share of words that a machine misread, as far as it can be told.
    pub noise: Option<f64>,
}

impl Text {
    /// Normalises a text. `language` is the article's own tag, if it has one.
    pub fn new(raw: impl Into<String>, language: Option<&str>) -> Text {
        let printed: String = raw.into();
        let view = view::of(&printed);
        let raw = view.as_deref().unwrap_or(&printed);
        let language = language::of(raw, language);
        let (mut tokens, plain) = tokens::tokenise(raw, language);
        if view.is_some() {
            tokens::place(&mut tokens, &printed);
        }
        let sentences = sentences::split(raw, &tokens);
        for sentence in &sentences {
            tokens[sentence.start].flags.set(TokenFlags::SENTENCE_START);
        }
        let paragraphs = sentences::paragraphs(raw, &tokens, &sentences);
        let mut quotations = quotations::find(raw, &tokens);
        quotations.extend(quotations::embedded_posts(raw, &tokens));
        if language.has_dialogue_dashes() {
            quotations.extend(quotations::dialogue(raw, &tokens));
        }
        mark_quoted(&mut tokens, &quotations);
        if language.is_english() {
            let ranges: Vec<TokenRange> = paragraphs
                .iter()
                .enumerate()
                .map(|(index, first)| {
                    let next = paragraphs.get(index + 1).map_or(tokens.len(), |next| sentences[*next].start);
                    sentences[*first].start..next
                })
                .collect();
            let speech = quotations::unmarked_speech(raw, &tokens, &ranges);
            mark_quoted(&mut tokens, &speech);
        }
        for token in quotations::repeated_outside(&tokens) {
            tokens[token].flags.set(TokenFlags::QUOTED);
        }
        quotations.sort_by_key(|quotation| quotation.start);
        let mut text = Text {
            raw: printed,
            view,
            plain,
            tokens,
            sentences,
            quotations,
            paragraphs,
            language,
            naming: Naming::Untold,
            noise: None,
        };
        casing::settle(&mut text);
        text.noise = noise::estimate(&text);
        boilerplate::mark(&mut text);
        text
    }

    /// This text with the letters and the places of another that has as many words: a reading of it. `None`
    /// where it has not as many.
    pub fn in_places_of(self, other: &Text) -> Option<Text> {
        if self.tokens.len() != other.tokens.len() {
            return None;
        }
        let tokens = self.tokens.iter().zip(&other.tokens);
        let tokens = tokens.map(|(read, token)| Token {
            word: read.word,
            stem: read.stem,
            flags: read.flags,
            ..*token
        });
        Some(Text {
            tokens: tokens.collect(),
            raw: other.raw.clone(),
            view: other.view.clone(),
            plain: other.plain.clone(),
            noise: other.noise,
            ..self
        })
    }

    /// The text as it was read.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The text as its reader takes it, byte for byte in the same places: line breaks that a width made are
    /// blanks, marks in odd spellings are marks.
    pub fn view(&self) -> &str {
        self.view.as_deref().unwrap_or(&self.raw)
    }

    /// Whether [`Self::view`] is not what was read.
    pub fn has_view(&self) -> bool {
        self.view.is_some()
    }

    /// The code points that a range of tokens covers; empty at 0 for an empty range.
    pub fn span(&self, range: &TokenRange) -> Span {
        match self.tokens.get(range.clone()) {
            Some([first, .., last]) => Span { start: first.start, end: last.end },
            Some([only]) => only.span(),
            _ => Span::default(),
        }
    }

    /// A token as it is read: as it stands in the view, or plainly where it is spelt in odd characters.
    pub fn surface(&self, token: usize) -> &str {
        if !self.plain.is_empty()
            && let Ok(at) = self.plain.binary_search_by_key(&(token as u32), |(token, _)| *token)
        {
            return &self.plain[at].1;
        }
        let token = &self.tokens[token];
        stretch(self.view(), token.byte_start as usize..token.byte_end as usize)
    }

    /// What stands between a token and the one before it (or the start of the text), in the view.
    pub fn gap_before(&self, token: usize) -> &str {
        gap_before(self.view(), &self.tokens, token)
    }

    /// As [`Self::gap_before`], without what fills a mark's room in the view.
    pub fn mark_before(&self, token: usize) -> &str {
        self.gap_before(token).trim_end_matches(['\u{ad}', '\u{200b}'])
    }

    /// As [`Self::gap_before`], in the text as it was read.
    pub fn printed_before(&self, token: usize) -> &str {
        gap_before(&self.raw, &self.tokens, token)
    }

    /// Share of the words that are spelt with letters of another script.
    pub fn disguised_share(&self) -> f64 {
        let disguised = self.tokens.iter().filter(|token| token.flags.has(TokenFlags::DISGUISED)).count();
        disguised as f64 / self.tokens.len().max(1) as f64
    }

    /// Words that belong to the story: all but boilerplate.
    pub fn story_words(&self) -> usize {
        self.tokens.iter().filter(|token| !token.flags.has(TokenFlags::BOILERPLATE)).count()
    }
}

fn mark_quoted(tokens: &mut [Token], quotations: &[TokenRange]) {
    for quotation in quotations {
        for token in items_mut(tokens, quotation.clone()) {
            token.flags.set(TokenFlags::QUOTED);
        }
    }
}

/// What stands before a token and after the one before it; for `token == tokens.len()`, what ends the text.
pub(super) fn gap_before<'a>(raw: &'a str, tokens: &[Token], token: usize) -> &'a str {
    let start = match token {
        0 => 0,
        _ => tokens[token - 1].byte_end as usize,
    };
    let end = tokens.get(token).map_or(raw.len(), |token| token.byte_start as usize);
    // two words of one character (a ligature that folds to several) share their bytes
    stretch(raw, start.min(end)..end)
}
