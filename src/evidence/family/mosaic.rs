//! What a member holds of other members that its parent has not.

use crate::evidence::portrait::{Portrait, RUN_WORDS, RunPlace};

/// What is held of another counts in stretches of at least so many words …
const STRETCH_WORDS: usize = 12;
/// … in which so many words in a row may stand in neither.
const GAP_WORDS: usize = 3;

/// A member, and the words of it that stand in the articles that it is known to come from.
#[derive(Clone, Debug)]
pub struct Mosaic<'a> {
    member: &'a Portrait,
    known: Vec<bool>,
}

/// Shares of a member's words, in stretches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Patch {
    /// That stand in another article and in none of the known ones.
    pub share: f64,
    /// That stand in a known one and not in the other article.
    pub known_share: f64,
}

impl<'a> Mosaic<'a> {
    /// A member of which its parent alone is known.
    pub fn new(member: &'a Portrait, parent: &Portrait) -> Self {
        let mut known = Vec::new();
        cover(member, parent, &mut known);
        Mosaic { member, known }
    }

    /// Share of the member's words that stand in no known article.
    pub fn open_share(&self) -> f64 {
        let open = self.known.iter().filter(|&&known| !known).count();
        open as f64 / self.known.len().max(1) as f64
    }

    /// What another article would explain.
    pub fn patch(&self, from: &Portrait) -> Patch {
        let mut held = Vec::new();
        cover(self.member, from, &mut held);
        let words = self.known.len().max(1) as f64;
        Patch {
            share: words_in_stretches(&held, &self.known) as f64 / words,
            known_share: words_in_stretches(&self.known, &held) as f64 / words,
        }
    }

    /// Counts an article to the known ones.
    pub fn add(&mut self, from: &Portrait) {
        let mut held = Vec::new();
        cover(self.member, from, &mut held);
        self.known.iter_mut().zip(held).for_each(|(known, held)| *known |= held);
    }
}

/// Which words of a member stand in runs that another article has as well.
fn cover(member: &Portrait, other: &Portrait, covered: &mut Vec<bool>) {
    covered.clear();
    covered.resize(member.words as usize, false);
    let (mut at, mut there) = (0, 0);
    while let (Some(own), Some(others)) = (member.runs.get(at), other.runs.get(there)) {
        if own.run == others.run {
            mark(covered, own);
        }
        at += usize::from(own.run <= others.run);
        there += usize::from(others.run <= own.run);
    }
}

fn mark(covered: &mut [bool], place: &RunPlace) {
    covered.iter_mut().skip(place.at as usize).take(RUN_WORDS).for_each(|word| *word = true);
}

/// Words that are covered here and not there, in stretches.
fn words_in_stretches(here: &[bool], there: &[bool]) -> usize {
    let (mut all, mut stretch, mut gap) = (0, 0, 0);
    let mut end = |stretch: &mut usize| {
        all += if *stretch >= STRETCH_WORDS { *stretch } else { 0 };
        *stretch = 0;
    };
    for (&here, &there) in here.iter().zip(there) {
        if here && !there {
            stretch += 1;
            gap = 0;
        } else {
            gap += 1;
            if there || gap > GAP_WORDS {
                end(&mut stretch);
            }
        }
    }
    end(&mut stretch);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;

    fn of(text: &str) -> Portrait {
        Portrait::new(&Article::new("a", text))
    }

    fn words(first: usize, count: usize) -> String {
        (first..first + count).map(|at| format!("word{at} ")).collect()
    }

    #[test]
    fn a_patch_is_what_the_parent_has_not() {
        let (one, other) = (of(&words(0, 60)), of(&words(100, 60)));
        let both = of(&format!("{}{}", words(0, 30), words(100, 20)));
        let mut mosaic = Mosaic::new(&both, &one);
        let patch = mosaic.patch(&other);
        assert!((patch.share - 0.4).abs() < 0.05 && (patch.known_share - 0.6).abs() < 0.05, "{patch:?}");
        mosaic.add(&other);
        assert_eq!((mosaic.open_share(), mosaic.patch(&other).share), (0.0, 0.0));
    }

    #[test]
    fn a_few_words_in_common_are_no_patch() {
        let (one, other) = (of(&words(0, 60)), of(&words(100, 60)));
        let both = of(&format!("{}{}", words(0, 50), words(100, 8)));
        assert_eq!(Mosaic::new(&both, &one).patch(&other).share, 0.0);
        assert_eq!(Mosaic::new(&of(""), &one).patch(&other), Patch::default());
    }
}
