//! Quotations that one article prints and the other does not: who retells an article has its quotations from
//! there, an independent report has heard others.

use crate::evidence::runs::Run;
use crate::normalise::{Text, TokenFlags};

/// Shorter ones are words that are held at arm's length, or titles.
const QUOTATION_MIN_WORDS: usize = 4;

/// A quotation is the other's where no more of its words are missing there: spellings differ.
const MISSING_MAX_WORDS: usize = 1;

/// Quotations of a text that do not stand in the runs of words that it has in common with the other.
pub(super) fn printed_here_alone(text: &Text, runs: &[Run]) -> usize {
    let mut is_common = vec![false; text.tokens.len()];
    for run in runs {
        is_common[run.here..run.here + run.words].fill(true);
    }
    let is_quoted = |flags: TokenFlags| flags.has(TokenFlags::QUOTED) && !flags.has(TokenFlags::BOILERPLATE);
    let (mut alone, mut words, mut missing) = (0, 0, 0);
    // one more place ends what stands at the end of the text
    for place in text.tokens.iter().zip(&is_common).map(Some).chain([None]) {
        match place.filter(|(token, _)| is_quoted(token.flags)) {
            Some((_, is_common)) => {
                words += 1;
                missing += usize::from(!is_common);
            }
            None => {
                alone += usize::from(words >= QUOTATION_MIN_WORDS && missing > MISSING_MAX_WORDS);
                (words, missing) = (0, 0);
            }
        }
    }
    alone
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::evidence::{Prepared, runs};

    fn alone(here: &str, there: &str) -> usize {
        let [here, there] = [here, there].map(|text| Prepared::new(&Article::new("a", text)));
        let runs = runs::cover((&here.text, &here.runs), (&there.text, &there.runs));
        printed_here_alone(&here.text, &runs)
    }

    #[test]
    fn a_quotation_that_both_print_is_not_alone() {
        let one = "The mayor said “we open the bridge on Monday” and left.";
        assert_eq!(alone(one, one), 0);
        assert_eq!(alone(one, "We open the bridge on Monday, the mayor said to them."), 0);
        assert_eq!(alone(one, "The mayor said “we opened it again on Monday” and left."), 1);
        assert_eq!(alone(one, "The mayor said “then we open the bridge on Monday” and left."), 0);
        assert_eq!(alone(one, "The mayor spoke of the bridge and left."), 1);
    }

    #[test]
    fn a_few_words_in_quotation_marks_are_no_quotation() {
        assert_eq!(alone("The mayor spoke of “a new bridge” and left.", "The mayor left."), 0);
    }
}
