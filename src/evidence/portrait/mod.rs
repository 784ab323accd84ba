//! What families need to know of an article: hashes of its words, runs and names, and what its head and its
//! end say.
//!
//! A portrait is made from the article alone and holds no text, so that two of them are compared in
//! microseconds. Which pairs of a family are worth that, and what follows from it, [`crate::family`] says.

mod credited;
mod imprint;
mod names;

pub use credited::Credited;
pub use imprint::Imprint;
pub use names::Names;

use crate::article::Article;
use crate::evidence::credits::Credits;
use crate::evidence::facts::Facts;
use crate::evidence::{Prepared, stem_bigrams};
use crate::normalise::{Text, TokenFlags};
use crate::shingle::{SHINGLE_WORDS, ShingleSet, shingle_hashes, sorted_by_hash};

/// Words of a run. Shorter than a shingle, so that house style and light edits leave many runs whole.
pub const RUN_WORDS: usize = 3;

/// A run of words, and where it first stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunPlace {
    pub run: u64,
    pub at: u32,
}

/// A number between two words that stand around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure {
    pub between: u64,
    pub value: u32,
}

/// One member of a family.
#[derive(Clone, Debug, Default)]
pub struct Portrait {
    pub id: String,
    pub words: u32,
    /// Equal for texts of the same words in the same order.
    pub wording: u64,
    pub shingles: ShingleSet,
    /// Distinct runs of [`RUN_WORDS`] words, by hash.
    pub runs: Vec<RunPlace>,
    /// Neighbouring content words by their stems; distinct, sorted.
    pub stem_bigrams: Vec<u64>,
    /// Distinct names and numbers, sorted.
    pub facts: Vec<u64>,
    /// Share of words that stand in quotations.
    pub quoted: f64,
    pub names: Names,
    /// Sorted; of several numbers between the same words the first.
    pub figures: Vec<Figure>,
    pub imprint: Imprint,
    /// From when on, and until when, it may have been printed, in seconds since 1970: a day without an hour
    /// is a whole day.
    pub printed: Option<(i64, i64)>,
}

impl Portrait {
    pub fn new(article: &Article) -> Portrait {
        Self::of_text(article, &portrayed(article))
    }

    /// The portrait of an article that was prepared, of which much is known already. `None` where only a part
    /// of it is portrayed.
    pub fn of_prepared(prepared: &Prepared) -> Option<Portrait> {
        let text = &prepared.text;
        if text.raw().len() > TEXT_BYTES_MAX {
            return None;
        }
        let article = prepared.article();
        // those of a prepared text are of what was read, these of what is seen
        let shingles = (!text.has_view()).then(|| prepared.shingles.clone());
        let stem_bigrams = prepared.stem_bigrams.clone();
        Some(Self::of_parts(&article, text, (shingles, stem_bigrams), &prepared.facts, &prepared.credits))
    }

    fn of_text(article: &Article, text: &Text) -> Portrait {
        let credits = Credits::of(text, article.source.as_deref());
        Self::of_parts(article, text, (None, stem_bigrams(text)), &Facts::of(text), &credits)
    }

    fn of_parts(
        article: &Article,
        text: &Text,
        (shingles, stem_bigrams): (Option<ShingleSet>, Vec<u64>),
        facts: &Facts,
        credits: &Credits,
    ) -> Portrait {
        let words: Vec<u64> = text.tokens.iter().map(|token| token.word).collect();
        let quoted = text.tokens.iter().filter(|token| token.flags.has(TokenFlags::QUOTED)).count();
        let wording = words.iter().fold(0, |sum: u64, word| sum.wrapping_mul(WORDING).wrapping_add(*word));
        Portrait {
            id: article.id.clone(),
            words: words.len() as u32,
            wording,
            shingles: shingles.unwrap_or_else(|| ShingleSet::of_words(&words, SHINGLE_WORDS)),
            runs: runs(&words),
            stem_bigrams,
            quoted: quoted as f64 / words.len().max(1) as f64,
            names: if facts.has_names { Names::of(text) } else { Names::default() },
            facts: facts.keys.clone(),
            figures: figures(text),
            imprint: Imprint::of(article, text, credits),
            printed: article.printed_within(),
        }
    }
}

/// Portraits one after the other: a text that the article before had as well is looked at once.
#[derive(Default)]
pub struct Sitting {
    last: Option<(Article, Text, Portrait)>,
}

impl Sitting {
    /// As [`Portrait::new`].
    pub fn portrait(&mut self, article: Article) -> Portrait {
        let is_same = |last: &Article| last.text == article.text && last.language == article.language;
        let (text, portrait) = match self.last.take().filter(|(last, ..)| is_same(last)) {
            Some((_, text, last)) => {
                let (id, printed) = (article.id.clone(), article.printed_within());
                let credits = Credits::of(&text, article.source.as_deref());
                let imprint = Imprint::of(&article, &text, &credits);
                (text, Portrait { id, imprint, printed, ..last })
            }
            None => {
                let text = portrayed(&article);
                let portrait = Portrait::of_text(&article, &text);
                (text, portrait)
            }
        };
        let (.., last) = self.last.insert((article, text, portrait));
        last.clone()
    }
}

fn portrayed(article: &Article) -> Text {
    let raw = article.text.as_str();
    let bound = TEXT_BYTES_MAX.min(raw.len());
    let text = (0..=bound).rev().find_map(|end| raw.get(..end)).unwrap_or_default();
    Text::new(text, article.language.as_deref())
}

/// Of a longer text the beginning is portrayed: what no article is need not be known whole.
const TEXT_BYTES_MAX: usize = 1 << 18;

/// An odd multiplier, so that the order of words counts.
const WORDING: u64 = 0x9E37_79B9_7F4A_7C15;

fn runs(words: &[u64]) -> Vec<RunPlace> {
    let mut hashes = Vec::new();
    shingle_hashes(words, RUN_WORDS, &mut hashes);
    let places = hashes.into_iter().zip(0..).map(|(run, at)| RunPlace { run, at });
    // equal runs stay in the order of the text
    let mut runs = sorted_by_hash(places.collect(), |place: &RunPlace| place.run);
    runs.dedup_by_key(|place| place.run);
    runs
}

/// Larger numbers are years with a month, telephone numbers and the like.
const FIGURE_DIGITS: usize = 5;

fn figures(text: &Text) -> Vec<Figure> {
    let mut figures: Vec<Figure> = text
        .tokens
        .windows(3)
        .enumerate()
        .filter(|(_, window)| window[1].flags.has(TokenFlags::NUMBER))
        .filter_map(|(at, window)| {
            let digits = text.surface(at + 1);
            let value = digits.parse().ok().filter(|_| digits.len() <= FIGURE_DIGITS)?;
            Some(Figure { between: crate::analysis::grams::fold(window[0].word, window[2].word), value })
        })
        .collect();
    figures.sort_by_key(|figure| figure.between);
    figures.dedup_by_key(|figure| figure.between);
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Portrait {
        Portrait::new(&Article::new("a", text))
    }

    #[test]
    fn runs_are_distinct_and_know_their_first_place() {
        let portrait = of("one two three four one two three");
        assert_eq!((portrait.words, portrait.runs.len()), (7, 4));
        let mut places: Vec<u32> = portrait.runs.iter().map(|place| place.at).collect();
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2, 3]);
    }

    #[test]
    fn one_sitting_makes_the_same_portraits() {
        let text = "LOWELL (HPA) — The mill of Ann Lopez burned down on Monday, 12 people said.";
        let articles = [("a", text, "en"), ("b", text, "en"), ("c", text, "de"), ("d", "Other.", "en")];
        let mut sitting = Sitting::default();
        for (id, text, language) in articles {
            let (language, title) = (Some(language.to_owned()), Some(format!("UPDATE 2-Mill burns {id}")));
            let article = Article { language, title, ..Article::new(id, text) };
            let alone = Portrait::new(&article);
            assert_eq!(format!("{:?}", sitting.portrait(article)), format!("{alone:?}"));
        }
    }

    #[test]
    fn a_portrait_of_a_prepared_article_is_that_of_the_article() {
        let of_prepared = |article: &Article| Portrait::of_prepared(&Prepared::new(article));
        let wrapped =
            "LOWELL (HPA) \u{2014} The mill of Ann Lo-\npez burned\ndown on Monday,\n12 people said.\n"
                .repeat(9);
        let long = "Ann Lopez left. ".repeat(TEXT_BYTES_MAX / 15);
        assert!(of_prepared(&Article::new("long", long)).is_none());
        for text in ["He said: \"No.\" (Reuters)", "", &wrapped] {
            for (date, language) in
                [(None, None), (Some("2024-03-01"), Some("en")), (Some("2024-03-01T10:00:00Z"), Some("de"))]
            {
                let article = Article {
                    title: Some("UPDATE 2-Mill burns".to_owned()),
                    source: Some("The Lowell Sun".to_owned()),
                    date: date.map(str::to_owned),
                    language: language.map(str::to_owned),
                    ..Article::new("a", text)
                };
                let portrait = of_prepared(&article).unwrap();
                assert_eq!(format!("{portrait:?}"), format!("{:?}", Portrait::new(&article)));
            }
        }
    }

    #[test]
    fn wording_is_of_words_in_their_order() {
        assert_eq!(of("The mayor spoke.").wording, of("the Mayor spoke!").wording);
        assert_ne!(of("one two").wording, of("two one").wording);
    }

    #[test]
    fn figures_are_known_by_the_words_around_them() {
        let (one, other) = (of("at least 12 people died"), of("at least 15 people died"));
        assert_eq!(one.figures[0].between, other.figures[0].between);
        assert_eq!((one.figures[0].value, other.figures[0].value), (12, 15));
        assert!(of("call 5551234567 now").figures.is_empty());
    }
}
