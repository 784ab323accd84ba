//! Cues to which of two articles came first. Each is a difference that changes its sign when the articles are
//! swapped; a positive one speaks for the first article as the source.

use crate::align::Alignment;
use crate::article::printed_first;
use crate::evidence::Prepared;
use crate::evidence::quoting::Quoting;
use crate::normalise::{Text, TokenFlags};
use crate::row::PartKind;

macro_rules! cues {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The cues of one ordered pair; 0 says nothing.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct DirectionCues { $($(#[$doc])* pub $name: f64,)* }

        impl DirectionCues {
            /// Names in the order of [`DirectionCues::values`].
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// A cue by its name; `None` where there is none of that name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name { $(stringify!($name) => Some(self.$name),)* _ => None }
            }

            /// All cues, in the order of [`DirectionCues::NAMES`].
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
    /// Share of words in quotations, first less second, where most of the text is retold.
    quotes_retold,
    /// The first is dated before the second: 1, after: -1.
    dates,
    /// The second credits the first's agency or outlet.
    credits,
    /// The second names the first's outlet more often than the converse.
    named,
    /// The second says that it is a later version (corrected, updated, reprinted) than the first: 1, the
    /// converse: -1.
    versions,
    /// The second names the first's outlet and quotes at length what the first says in its own name: 1, the
    /// converse: -1.
    block_quotes,
}

/// From so many words on a quotation of the other article's own words is one "at length".
const BLOCK_QUOTE_WORDS: usize = 12;

/// Of two texts of this many words half of what they differ in counts: in short ones a name more or less is
/// chance.
const HALF_COUNTS_WORDS: f64 = 400.0;

/// Added to the number of facts, so that shares of few facts stay near one another.
const FACTS_ADDED: f64 = 6.0;

/// Where less than the first share of the facts of the text with fewer is shared, both report on their own
/// and what they differ in tells nothing; from the second share on it counts in full.
const SHARED_FACTS: [f64; 2] = [0.4, 0.7];

/// Measures the cues of an ordered pair; `quoting` is the first's of the second.
pub fn cues(first: &Prepared, second: &Prepared, quoting: Quoting, alignment: &Alignment) -> DirectionCues {
    let mut cues = DirectionCues::default();
    let verbatim = |side: usize| {
        f64::from(alignment.words[side].verbatim) / f64::from(alignment.words[side].total.max(1))
    };
    let retold = 1.0 - verbatim(0).max(verbatim(1));
    if first.facts.has_names && second.facts.has_names {
        let shared = first.facts.shared_with(&second.facts) as f64;
        let (n1, n2) = (first.facts.keys.len() as f64, second.facts.keys.len() as f64);
        let words = first.text.tokens.len().min(second.text.tokens.len()) as f64;
        let [from, to] = SHARED_FACTS;
        let shared_share = ((shared / (n1.min(n2) + 1.0) - from) / (to - from)).clamp(0.0, 1.0);
        let counts = shared_share * words / (words + HALF_COUNTS_WORDS);
        cues.facts = counts * (shared / (n2 + FACTS_ADDED) - shared / (n1 + FACTS_ADDED));
        cues.facts_retold = retold * cues.facts;
        cues.quotes_retold = retold * counts * (quoted_share(&first.text) - quoted_share(&second.text));
    }
    cues.dates = f64::from(printed_first(second.printed, first.printed) as i8);
    let credited = |by: &Prepared, to: &Prepared| {
        let is_credited = to.source.as_deref().is_some_and(|outlet| by.credits.name(outlet));
        f64::from(u8::from(is_credited && by.is_of_outlet_of(to) != Some(true)))
    };
    cues.credits = credited(second, first) - credited(first, second);
    cues.versions = f64::from(second.version.rank.cmp(&first.version.rank) as i8);
    let named = |times: usize| (1.0 + times as f64).ln();
    cues.named = named(quoting.named_there) - named(quoting.named_here);
    let quotes = |side: usize, times_named: usize| {
        let is_long =
            times_named > 0 && words_quoted_by_one(first, second, alignment, side) >= BLOCK_QUOTE_WORDS;
        f64::from(u8::from(is_long))
    };
    cues.block_quotes = quotes(1, quoting.named_there) - quotes(0, quoting.named_here);
    cues
}

/// Words of verbatim parts that stand in quotation marks on one side alone.
fn words_quoted_by_one(first: &Prepared, second: &Prepared, alignment: &Alignment, side: usize) -> usize {
    let texts = [&first.text, &second.text];
    let parts = alignment.passages.iter().flat_map(|passage| &passage.parts);
    parts
        .filter(|part| part.kind != PartKind::Reworded)
        .map(|part| {
            let quoted = |side: usize| {
                let tokens = &texts[side].tokens[part.tokens[side].clone()];
                tokens.iter().filter(|token| token.flags.has(TokenFlags::QUOTED)).count()
            };
            quoted(side).saturating_sub(quoted(1 - side))
        })
        .sum()
}

fn quoted_share(text: &Text) -> f64 {
    let quoted = text.tokens.iter().filter(|token| token.flags.has(TokenFlags::QUOTED)).count();
    quoted as f64 / text.tokens.len().max(1) as f64
}
