//! Cues to which of two articles came first. Each is a difference that changes its sign when the articles are swapped;
//! a positive one speaks for the first article as the source.

use crate::align::Alignment;
use crate::evidence::{Prepared, credits};
use crate::normalise::Text;

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The cues of one ordered pair; 0 says nothing.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct DirectionCues { $($(#[$doc])* pub $name: f64,)* }

        impl DirectionCues {
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            pub fn get(&self, name: &str) -> Option<f64> {
                match name { $(stringify!($name) => Some(self.$name),)* _ => None }
            }

            pub fn values(&self) -> Vec<f64> {
                vec![$(self.$name,)*]
            }

            /// The cues of the swapped pair.
            pub fn swapped(&self) -> DirectionCues {
                DirectionCues { $($name: -self.$name,)* }
            }
        }
    };
}

cues! {
    /// Share of the second's facts in the first, less the converse.
    facts,
    /// The same where most of the text is retold rather than copied.
    facts_retold,
    /// Facts that the other lacks, first less second, per hundred words.
    own_facts_retold,
    /// Log of the length ratio, first to second.
    length,
    length_retold,
    /// Share of words in quotations, first less second.
    quotes,
    quotes_retold,
    /// Numbers in figures, first less second, per hundred words.
    numbers_retold,
    /// Mean words a sentence, log ratio.
    sentence_words_retold,
    /// Mean letters a word, log ratio.
    word_letters_retold,
    /// Distinct words to words, log ratio.
    variety_retold,
    /// Words in furniture: clutter speaks for a page as published.
    furniture,
    /// Punctuation that only typists use, first less second.
    contractions_retold,
    /// Share of first-person words.
    first_person_retold,
    /// Share of capitalised words inside sentences.
    capitals_retold,
    /// Words in brackets, dashes, and figures of speech the retelling smooths.
    brackets_retold,
    /// The first is dated before the second: 1, after: -1.
    dates,
    /// The second credits the first's agency or outlet.
    credits,
    /// The second names the first's outlet more often than the converse.
    named,
}

/// Measures the cues of an ordered pair.
pub fn cues(first: &Prepared, second: &Prepared, alignment: &Alignment) -> DirectionCues {
    let mut cues = DirectionCues::default();
    let verbatim = |side: usize| {
        f64::from(alignment.words[side].verbatim) / f64::from(alignment.words[side].total.max(1))
    };
    let retold = 1.0 - verbatim(0).max(verbatim(1));
    let (one, two) = (first.style(), second.style());
    if first.facts.has_names && second.facts.has_names {
        let shared = first.facts.shared_with(&second.facts) as f64;
        let (n1, n2) = (first.facts.keys.len() as f64, second.facts.keys.len() as f64);
        cues.facts = shared / (n2 + 3.0) - shared / (n1 + 3.0);
        cues.facts_retold = retold * cues.facts;
        cues.own_facts_retold = retold * ((n1 - shared + 1.0).ln() - (n2 - shared + 1.0).ln());
    }
    cues.length = (one.words + 10.0).ln() - (two.words + 10.0).ln();
    cues.length_retold = retold * cues.length;
    cues.quotes = one.quoted - two.quoted;
    cues.quotes_retold = retold * cues.quotes;
    cues.numbers_retold = retold * (one.numbers - two.numbers);
    cues.sentence_words_retold = retold * (one.sentence_words.ln() - two.sentence_words.ln());
    cues.word_letters_retold = retold * (one.word_letters.ln() - two.word_letters.ln());
    cues.variety_retold = retold * (one.variety - two.variety);
    cues.furniture = one.furniture - two.furniture;
    cues.contractions_retold = retold * (one.contractions - two.contractions);
    cues.first_person_retold = retold * (one.first_person - two.first_person);
    cues.capitals_retold = retold * (one.capitals - two.capitals);
    cues.brackets_retold = retold * (one.brackets - two.brackets);
    if let (Some(one), Some(two)) = (first.unix_seconds, second.unix_seconds) {
        cues.dates = f64::from(two.cmp(&one) as i8);
    }
    let credited = |by: &Prepared, to: &Prepared| {
        let source = to.source.as_deref().unwrap_or("").to_lowercase();
        let is_agency = !source.is_empty()
            && by
                .credits
                .agencies
                .iter()
                .any(|agency| source.contains(agency.as_str()) || agency.contains(source.as_str()));
        f64::from(u8::from(is_agency && by.source != to.source))
    };
    cues.credits = credited(second, first) - credited(first, second);
    if let (Some(one), Some(two)) = (&first.source, &second.source)
        && one != two
    {
        let named = |by: &Text, outlet: &str| (1.0 + credits::times_named(by, outlet) as f64).ln();
        cues.named = named(&second.text, one) - named(&first.text, two);
    }
    cues
}
