//! What two articles have in common, measured and not yet judged.

pub mod background;
pub mod credits;
pub mod direction;
pub mod facts;
pub mod order;
pub mod runs;
pub mod sentence_match;
pub mod signals;

use crate::article::Article;
use crate::normalise::{Text, TokenFlags};
use crate::shingle::{SHINGLE_WORDS, ShingleSet};
use credits::Credits;
use facts::Facts;

/// An article made ready to be compared with many others.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub id: String,
    pub source: Option<String>,
    pub unix_seconds: Option<i64>,
    pub text: Text,
    pub facts: Facts,
    pub credits: Credits,
    pub shingles: ShingleSet,
    pub stems: HashSet64,
    pub stem_bigrams: HashSet64,
}

impl Prepared {
    pub fn new(article: &Article) -> Prepared {
        let text = Text::new(article.text.as_str(), article.language.as_deref());
        let facts = Facts::of(&text);
        let credits = Credits::of(&text, article.source.as_deref());
        let words: Vec<u64> = text.tokens.iter().map(|token| token.word).collect();
        let shingles = ShingleSet::of_words(&words, SHINGLE_WORDS);
        let content: Vec<u64> = text
            .tokens
            .iter()
            .filter(|token| {
                !token.flags.has(TokenFlags::FUNCTION_WORD) && !token.flags.has(TokenFlags::FURNITURE)
            })
            .map(|token| token.stem)
            .collect();
        let stem_bigrams =
            HashSet64::new(content.windows(2).map(|pair| background::fold(pair[0], pair[1])).collect());
        Prepared {
            id: article.id.clone(),
            source: article.source.clone(),
            unix_seconds: article.unix_seconds(),
            facts,
            credits,
            shingles,
            stems: HashSet64::new(content),
            stem_bigrams,
            text,
        }
    }
}

impl Prepared {
    /// Whether both texts are the same after normalisation: the same words in the same order.
    pub fn has_same_words(&self, other: &Prepared) -> bool {
        let words = |prepared: &Prepared| prepared.text.tokens.len();
        words(self) == words(other)
            && self.text.tokens.iter().zip(&other.text.tokens).all(|(one, other)| one.word == other.word)
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

/// Distinct hashes, sorted.
#[derive(Clone, Debug, Default)]
pub struct HashSet64(Vec<u64>);

impl HashSet64 {
    pub fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        HashSet64(hashes)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }
    pub fn holds(&self, x: u64) -> bool {
        self.0.binary_search(&x).is_ok()
    }
    /// Size of the intersection and of the union.
    pub fn overlap(&self, other: &HashSet64) -> (usize, usize) {
        let (mut one, mut two, mut shared) = (0, 0, 0);
        while one < self.0.len() && two < other.0.len() {
            match self.0[one].cmp(&other.0[two]) {
                std::cmp::Ordering::Less => one += 1,
                std::cmp::Ordering::Greater => two += 1,
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    one += 1;
                    two += 1;
                }
            }
        }
        (shared, self.0.len() + other.0.len() - shared)
    }

    /// Share of each in the other.
    pub fn containments(&self, other: &HashSet64) -> (f64, f64) {
        let (shared, _) = self.overlap(other);
        (shared as f64 / self.0.len().max(1) as f64, shared as f64 / other.0.len().max(1) as f64)
    }
}
