//! A text's manner in figures: what a retelling smooths and a page as published keeps.

use crate::normalise::{Text, TokenFlags};

/// Figures of one text's manner.
#[derive(Clone, Debug)]
pub struct Style {
    pub words: f64,
    pub quoted: f64,
    pub numbers: f64,
    pub sentence_words: f64,
    pub word_letters: f64,
    pub variety: f64,
    pub furniture: f64,
    pub contractions: f64,
    pub first_person: f64,
    pub capitals: f64,
    pub brackets: f64,
}

impl Style {
    pub fn of(text: &Text) -> Style {
        let words = text.tokens.len().max(1) as f64;
        let share = |flag: TokenFlags| {
            text.tokens.iter().filter(|token| token.flags.has(flag)).count() as f64 / words
        };
        let letters: u32 = text.tokens.iter().map(|token| token.end - token.start).sum();
        let mut distinct: Vec<u64> = text.tokens.iter().take(300).map(|token| token.word).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let surface_is = |index: usize, wanted: &[&str]| {
            let surface = text.surface(index);
            surface.len() <= 4 && wanted.iter().any(|word| surface.eq_ignore_ascii_case(word))
        };
        let after_apostrophe = |index: usize| matches!(text.gap_before(index), "'" | "’");
        let contractions = (1..text.tokens.len())
            .filter(|&index| after_apostrophe(index) && surface_is(index, &["t", "re", "ve", "ll", "m", "d"]))
            .count() as f64;
        let first_person = (0..text.tokens.len())
            .filter(|&index| surface_is(index, &["i", "we", "my", "our", "me", "us"]))
            .count() as f64;
        let capitals = text
            .tokens
            .iter()
            .filter(|token| {
                token.flags.has(TokenFlags::CAPITAL) && !token.flags.has(TokenFlags::SENTENCE_START)
            })
            .count() as f64;
        let brackets = text.raw().bytes().filter(|byte| b"()[]".contains(byte)).count() as f64;
        Style {
            words,
            quoted: share(TokenFlags::QUOTED),
            numbers: 100.0 * share(TokenFlags::NUMBER),
            sentence_words: words / text.sentences.len().max(1) as f64,
            word_letters: (f64::from(letters) / words).max(1.0),
            variety: distinct.len() as f64 / text.tokens.len().clamp(1, 300) as f64,
            furniture: share(TokenFlags::FURNITURE),
            contractions: 100.0 * contractions / words,
            first_person: 100.0 * first_person / words,
            capitals: 100.0 * capitals / words,
            brackets: 100.0 * brackets / words,
        }
    }
}
