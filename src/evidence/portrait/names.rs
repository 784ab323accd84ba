//! Who is introduced by name, and who is only spoken of.

use crate::normalise::{Text, TokenFlags};

/// Surnames of fewer letters are passed over.
const NAME_CHARS: usize = 4;

/// Capitalised words as hashes, distinct and sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Words that follow another capitalised one: "Lopez" of "Ann Lopez".
    pub introduced: Vec<u64>,
    /// Words that stand capitalised inside a sentence and are nowhere introduced: "Lopez" alone.
    pub alone: Vec<u64>,
}

impl Names {
    /// Names of a text in which capitals tell them.
    pub fn of(text: &Text) -> Names {
        let is_capital = |at: usize| text.tokens[at].flags.has(TokenFlags::CAPITAL);
        let (mut introduced, mut alone) = (Vec::new(), Vec::new());
        for (at, token) in text.tokens.iter().enumerate() {
            if !is_capital(at) || text.surface(at).chars().count() < NAME_CHARS {
                continue;
            }
            if at > 0 && is_capital(at - 1) && is_name_gap(text, at) {
                introduced.push(token.word);
            } else if !token.flags.has(TokenFlags::SENTENCE_START) {
                alone.push(token.word);
            }
        }
        for words in [&mut introduced, &mut alone] {
            words.sort_unstable();
            words.dedup();
        }
        alone.retain(|word| introduced.binary_search(word).is_err());
        Names { introduced, alone }
    }

    /// How many names this text speaks of as known that the other introduces: a sign that it was cut out of
    /// it.
    pub fn left_hanging(&self, other: &Names) -> usize {
        crate::shingle::count_in_both(&self.alone, &other.introduced)
    }
}

/// A space, or the stop of an initial and a space.
fn is_name_gap(text: &Text, at: usize) -> bool {
    match text.gap_before(at) {
        " " => true,
        ". " => text.surface(at - 1).chars().count() == 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Names {
        Names::of(&Text::new(text, Some("en")))
    }

    #[test]
    fn a_name_that_only_the_other_introduces_hangs() {
        let full = of("On Monday the mayor, Ann J. Lopez, met aides. Later Lopez left.");
        let cut = of("Later that day the mayor and Lopez left the hall.");
        assert_eq!((cut.left_hanging(&full), full.left_hanging(&cut)), (1, 0));
    }

    #[test]
    fn the_end_of_a_sentence_joins_no_name() {
        assert!(of("They saw Rome. Lopez left.").introduced.is_empty());
        assert_eq!(of("They met A. Lopez there.").introduced.len(), 1);
    }
}
