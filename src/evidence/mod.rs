//! What two articles have in common, measured and not yet judged.

pub(crate) mod across;
pub mod background;
mod blocks;
mod chain;
pub(crate) mod content;
mod coverage;
pub(crate) mod credits;
mod crossing_keys;
pub mod direction;
mod edits;
pub(crate) mod facts;
pub mod family;
pub(crate) mod lineage;
pub mod measured;
pub(crate) mod mending;
mod notice;
mod order;
pub(crate) mod portrait;
mod questions;
mod quotations;
pub(crate) mod quoting;
pub(crate) mod rarity;
mod recasing;
pub(crate) mod runs;
pub(crate) mod section;
pub(crate) mod sentence_match;
mod shared_facts;
pub mod signals;
pub(crate) mod slots;
pub(crate) mod version;
pub(crate) mod wall;

use crate::article::{Article, Provenance};
use crate::normalise::words::word_hashes;
use crate::normalise::{Text, TokenFlags};
use crate::shingle::{SHINGLE_WORDS, ShingleSet, sorted_by_hash};
use crate::stretch::stretch;
use across::FrequentWords;
use content::ContentIndex;
use credits::Credits;
use facts::Facts;
use runs::RunIndex;
use version::Version;

/// An article made ready to be compared with many others.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// As [`Article::id`].
    pub id: String,
    pub(crate) source: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) date: Option<String>,
    /// As [`Article::printed_within`].
    pub(crate) printed: Option<(i64, i64)>,
    /// What the format it came in says of its origin.
    pub(crate) provenance: Option<Box<Provenance>>,
    pub(crate) text: Text,
    pub(crate) facts: Facts,
    pub(crate) credits: Credits,
    pub(crate) version: Version,
    pub(crate) shingles: ShingleSet,
    /// Neighbouring content words by their stems; distinct, sorted.
    pub(crate) stem_bigrams: Vec<u64>,
    pub(crate) content: ContentIndex,
    pub(crate) runs: RunIndex,
    pub(crate) frequent: FrequentWords,
}

impl Prepared {
    /// Cuts the text into words and sentences, finds its facts and credits, and hashes what is compared.
    pub fn new(article: &Article) -> Prepared {
        let text = Text::new(article.text.as_str(), article.language.as_deref());
        Self::of_text(article, text)
    }

    fn of_text(article: &Article, text: Text) -> Prepared {
        let facts = Facts::of(&text);
        let credits = Credits::of(&text, article.source.as_deref());
        let (title, source) = (article.title.as_deref(), article.source.as_deref());
        let version = Version::of(title, &article.text, text.tokens.len(), source);
        let words: Vec<u64> = text.tokens.iter().map(|token| token.word).collect();
        // the Jaccard index is that of the text as it was read
        let shingles = match text.has_view() {
            true => ShingleSet::of_text(&article.text),
            false => ShingleSet::of_words(&words, SHINGLE_WORDS),
        };
        Prepared {
            id: article.id.clone(),
            source: article.source.clone(),
            title: article.title.clone(),
            date: article.date.clone(),
            printed: article.printed_within(),
            provenance: article.provenance.clone(),
            facts,
            credits,
            version,
            shingles,
            content: ContentIndex::of(&text),
            runs: RunIndex::of(&words),
            frequent: FrequentWords::default(),
            stem_bigrams: stem_bigrams(&text),
            text,
        }
    }

    /// The article without what only a search asks for.
    fn article(&self) -> Article {
        Article {
            id: self.id.clone(),
            text: self.text.raw().to_owned(),
            title: self.title.clone(),
            date: self.date.clone(),
            source: self.source.clone(),
            ..Article::default()
        }
    }

    /// The article as it is beside the words that are marked, which become boilerplate.
    fn without(&self, is_boilerplate: &[bool]) -> Prepared {
        let mut text = self.text.clone();
        for (token, is_boilerplate) in text.tokens.iter_mut().zip(is_boilerplate) {
            if *is_boilerplate {
                token.flags.set(TokenFlags::BOILERPLATE);
            }
        }
        let story = text.tokens.iter().zip(is_boilerplate).filter(|(_, is_boilerplate)| !**is_boilerplate);
        let words: Vec<u64> = story.map(|(token, _)| token.word).collect();
        Prepared {
            id: self.id.clone(),
            source: self.source.clone(),
            title: self.title.clone(),
            date: self.date.clone(),
            printed: self.printed,
            provenance: self.provenance.clone(),
            facts: Facts::of(&text),
            credits: self.credits.clone(),
            version: self.version,
            shingles: ShingleSet::of_words(&words, SHINGLE_WORDS),
            content: ContentIndex::of(&text),
            runs: self.runs.clone(),
            frequent: FrequentWords::default(),
            stem_bigrams: stem_bigrams(&text),
            text,
        }
    }

    /// The article as it would be had it ended with the sentence that reaches so many words; `None` where
    /// that is not shorter by a fifth.
    pub fn shortened(&self, words: usize) -> Option<Prepared> {
        let text = &self.text;
        let last = text.sentences.iter().find(|sentence| sentence.end >= words)?;
        if last.end as f64 > 0.8 * text.tokens.len() as f64 {
            return None;
        }
        let end = text.tokens[last.end.checked_sub(1)?].byte_end as usize;
        let article = Article {
            id: self.id.clone(),
            text: stretch(text.raw(), ..end).to_owned(),
            source: self.source.clone(),
            language: Some(text.language.code().to_owned()),
            ..Article::default()
        };
        Some(Prepared { printed: self.printed, ..Prepared::new(&article) })
    }

    /// Whether both texts are the same after normalisation: the same words in the same order.
    pub fn has_same_words(&self, other: &Prepared) -> bool {
        if self.text.has_view() || other.text.has_view() {
            let words = |prepared: &Prepared| {
                let mut words = Vec::new();
                word_hashes(prepared.text.raw(), |hash| words.push(hash.word));
                words
            };
            return words(self) == words(other);
        }
        let words = |prepared: &Prepared| prepared.text.tokens.len();
        words(self) == words(other)
            && self.text.tokens.iter().zip(&other.text.tokens).all(|(one, other)| one.word == other.word)
    }

    /// Whether both articles are of one outlet; `None` where that is not known.
    pub fn is_of_outlet_of(&self, other: &Prepared) -> Option<bool> {
        Some(credits::outlet(self.source.as_deref()?) == credits::outlet(other.source.as_deref()?))
    }

    /// Whether the article's own source is one of the agencies that it credits.
    pub fn is_agency_itself(&self) -> bool {
        let Some(source) = &self.source else { return false };
        let source = source.to_lowercase();
        let initials: String = source.split_whitespace().filter_map(|word| word.chars().next()).collect();
        self.credits.agencies.iter().any(|agency| {
            source.contains(agency.as_str()) || agency.contains(source.as_str()) || *agency == initials
        })
    }
}

/// Neighbouring content words of the story by their stems; distinct, sorted.
fn stem_bigrams(text: &Text) -> Vec<u64> {
    let is_content =
        |flags: TokenFlags| !flags.has(TokenFlags::FUNCTION_WORD) && !flags.has(TokenFlags::BOILERPLATE);
    let content = text.tokens.iter().filter(|token| is_content(token.flags));
    let stems: Vec<u64> = content.map(|token| token.stem).collect();
    let bigrams = stems.windows(2).map(|pair| crate::analysis::grams::fold(pair[0], pair[1]));
    let mut bigrams = sorted_by_hash(bigrams.collect(), |&bigram| bigram);
    bigrams.dedup();
    bigrams
}
