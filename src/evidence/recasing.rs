//! A text whose letters' case tells nothing, beside one that prints names as usual: what is a name there is
//! one here.

use crate::evidence::Prepared;
use crate::evidence::across::FrequentWords;
use crate::evidence::facts::Facts;
use crate::normalise::{Naming, Printed};

/// The one of two articles whose names had to be told by a list, with the names that the other one prints;
/// `None` where both print theirs, or neither does. With its place, 0 for the first.
pub(super) fn recased(first: &Prepared, second: &Prepared) -> Option<(usize, Prepared)> {
    let (side, odd, usual) = match (first.text.naming, second.text.naming) {
        (Naming::Listed, Naming::Printed) => (0, first, second),
        (Naming::Printed, Naming::Listed) => (1, second, first),
        _ => return None,
    };
    if odd.text.language != usual.text.language {
        return None;
    }
    let mut text = odd.text.clone();
    text.retell_names(&Printed::of(&usual.text));
    let frequent = FrequentWords::default();
    Some((side, Prepared { facts: Facts::of(&text), text, frequent, ..odd.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;

    const STORY: &str = "The mayor, Anna Brown, told the council on Monday that the dredger would lie in the harbour until May. Later \
        Brown said that the marsh behind Reading Partition would be drained for 12 million crowns, and that nobody had asked her why.";

    #[test]
    fn names_are_those_of_the_usual_text() {
        let prepared = |id: &str, text: &str| Prepared::new(&Article::new(id, text));
        let usual = prepared("a", STORY);
        for odd in [STORY.to_uppercase(), STORY.to_lowercase()] {
            let odd = prepared("b", &odd);
            assert_ne!(odd.facts.keys, usual.facts.keys);
            let (side, recased) = recased(&usual, &odd).unwrap();
            assert_eq!((side, &recased.facts.keys), (1, &usual.facts.keys));
            assert_eq!(super::recased(&odd, &usual).unwrap().0, 0);
        }
        assert!(recased(&usual, &usual).is_none());
    }
}
