//! Slots: places where two texts of the same wording hold different names, dates or figures.
//!
//! A form that was filled twice (a match report, a market close, an obituary, a notice) agrees with itself in
//! all but its slots, and there names contradict each other: no word of the one stands anywhere in the other.
//! A copy keeps its names.

mod nouns;
mod text;

use rustc_hash::FxHashSet;
use similar::DiffOp;

use crate::evidence::runs::{RUN_MIN_WORDS, Run};
use crate::evidence::{Prepared, edits};
use crate::normalise::TokenRange;
use text::SlotText;

/// Longer texts are no forms.
const WORDS_MAX: usize = 2500;
/// A slot has no more words than this on either side …
const SLOT_MAX_WORDS: usize = 12;
/// … and so many words that agree beside it, in the two nearest stretches before and behind; an end of both
/// texts counts as [`END_WORDS`].
const BESIDE_MIN_WORDS: usize = 3;
const BESIDE_STRETCHES: usize = 2;
const END_WORDS: usize = 2;
/// Shorter stretches that agree are chance, but in texts of a line, and of a headline.
const FRAME_MIN_WORDS: usize = 3;
const LINE_MAX_WORDS: usize = 20;
const HEADLINE_MAX_WORDS: usize = 12;
/// So many slots are told.
const EXAMPLES_MAX: usize = 4;
/// A name that begins like another one, or that differs from it in no more than this share of the letters, is
/// a spelling of it, or what a scanner made of it.
const SPELLING_SHARE: f64 = 0.45;

/// What two texts hold in the same places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slots {
    /// Distinct words of names that contradict each other, days and months, and figures.
    pub names: usize,
    pub dates: usize,
    pub figures: usize,
    /// Distinct words of names that both texts hold.
    pub shared_names: usize,
    /// Share of the slots, whatever they hold, that contradict each other so.
    pub share: f64,
    /// Distinct words of names of the text that has more of them.
    pub most_names: usize,
    /// Words in stretches that agree, to the words of the shorter text.
    pub frame: f64,
    /// Words of the shorter text.
    pub words: usize,
    /// The first slots as they stand in the texts, in the order of the pair.
    pub examples: Vec<[String; 2]>,
    /// The same of slots that hold figures.
    pub figure_examples: Vec<[String; 2]>,
}

impl Slots {
    /// All that contradicts.
    pub fn all(&self) -> usize {
        self.names + self.dates + self.figures
    }

    /// Compares two texts; nothing is said of very long ones. Swapping them swaps the examples. `runs` are
    /// those of each in the other. Where less than `frame_min` of the shorter one stands in runs of one order,
    /// its words and the names are all that is told.
    pub fn of(first: &Prepared, second: &Prepared, runs: [&[Run]; 2], frame_min: f64) -> Slots {
        let [words, others] = [first, second].map(|prepared| prepared.text.tokens.len());
        if words.max(others) > WORDS_MAX || words.min(others) == 0 {
            return Slots::default();
        }
        // the words could be laid in several ways: there is one order
        let is_in_order = first.text.raw() <= second.text.raw();
        let (one, other) = if is_in_order { (first, second) } else { (second, first) };
        let chain = edits::heaviest_chain(runs[usize::from(!is_in_order)]);
        if frame(&chain, words.min(others)).is_some_and(|frame| frame < frame_min) {
            let names = [first, second].map(|prepared| SlotText::new(prepared).names.len());
            let most_names = names.into_iter().max().unwrap_or(0);
            return Slots { most_names, words: words.min(others), ..Slots::default() };
        }
        let slots = Comparison::new(one, other).slots(&chain);
        if is_in_order { slots } else { slots.swapped() }
    }

    /// The same, seen from the other text.
    pub fn swapped(&self) -> Slots {
        let mut slots = self.clone();
        slots.examples.iter_mut().chain(&mut slots.figure_examples).for_each(|pair| pair.swap(0, 1));
        slots
    }
}

/// The share of the shorter text, of so many words, that agrees in runs; `None` where shorter stretches
/// than runs count.
fn frame(chain: &[Run], shortest: usize) -> Option<f64> {
    let agreeing: usize = chain.iter().map(|run| run.words).sum();
    (frame_min_words(shortest) >= RUN_MIN_WORDS).then(|| agreeing as f64 / shortest.max(1) as f64)
}

/// Shorter stretches than this are no part of the frame, where the shorter text has so many words.
fn frame_min_words(shortest: usize) -> usize {
    match () {
        () if shortest <= HEADLINE_MAX_WORDS => FRAME_MIN_WORDS - 2,
        () if shortest <= LINE_MAX_WORDS => FRAME_MIN_WORDS - 1,
        () => FRAME_MIN_WORDS,
    }
}

/// Two texts, and what was found so far.
struct Comparison<'a> {
    sides: [SlotText<'a>; 2],
    slots: Slots,
    names: FxHashSet<[u64; 2]>,
    dates: FxHashSet<[u64; 2]>,
    figures: FxHashSet<[String; 2]>,
}

impl<'a> Comparison<'a> {
    fn new(first: &'a Prepared, second: &'a Prepared) -> Self {
        Comparison {
            sides: [SlotText::new(first), SlotText::new(second)],
            slots: Slots::default(),
            names: FxHashSet::default(),
            dates: FxHashSet::default(),
            figures: FxHashSet::default(),
        }
    }

    fn slots(mut self, chain: &[Run]) -> Slots {
        let words = [0, 1].map(|side| {
            let tokens = self.sides[side].text.tokens.iter();
            tokens.map(|token| token.word).collect::<Vec<u64>>()
        });
        let operations = edits::operations(&words[0], &words[1], chain);
        let shortest = words.iter().map(Vec::len).min().unwrap_or(0);
        let frame_min_words = frame_min_words(shortest);
        let stretches = |operations: &mut dyn Iterator<Item = &DiffOp>| {
            let agreeing = operations.filter_map(|operation| match operation {
                DiffOp::Equal { len, .. } => Some(*len),
                _ => None,
            });
            let agreeing: Vec<usize> = agreeing.take(BESIDE_STRETCHES).collect();
            let end = if agreeing.len() < BESIDE_STRETCHES { END_WORDS } else { 0 };
            end + agreeing.iter().sum::<usize>()
        };
        let (mut agreeing, mut slots, mut contradicting) = (0, 0, 0);
        for (at, operation) in operations.iter().enumerate() {
            match *operation {
                DiffOp::Equal { len, .. } if len >= frame_min_words => agreeing += len,
                DiffOp::Equal { .. } => {}
                DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                    let (before, behind) = operations.split_at(at);
                    let beside = stretches(&mut before.iter().rev()) + stretches(&mut behind.iter().skip(1));
                    if old_len.max(new_len) <= SLOT_MAX_WORDS && beside >= BESIDE_MIN_WORDS {
                        slots += 1;
                        contradicting += usize::from(
                            self.take([old_index..old_index + old_len, new_index..new_index + new_len]),
                        );
                    }
                }
                DiffOp::Delete { .. } | DiffOp::Insert { .. } => {}
            }
        }
        let [first, second] = &self.sides;
        Slots {
            names: self.names.len(),
            dates: self.dates.len(),
            figures: self.figures.len(),
            shared_names: first.names.intersection(&second.names).count(),
            share: f64::from(contradicting as u32) / f64::from(slots.max(1) as u32),
            most_names: first.names.len().max(second.names.len()),
            frame: frame(chain, shortest).unwrap_or(agreeing as f64 / shortest.max(1) as f64),
            words: shortest,
            ..self.slots
        }
    }

    /// Takes what contradicts in a slot; whether anything does.
    fn take(&mut self, slot: [TokenRange; 2]) -> bool {
        let is_name = self.take_names(&slot);
        let is_date = self.take_dates(&slot);
        let is_figure = self.take_figures(&slot);
        let shown = || [0, 1].map(|side| self.sides[side].shown(&slot[side]));
        let is_new = |examples: &[[String; 2]], shown: &[String; 2]| {
            examples.len() < EXAMPLES_MAX && !examples.contains(shown)
        };
        if is_name || is_date || is_figure {
            let shown = shown();
            if is_new(&self.slots.examples, &shown) {
                self.slots.examples.push(shown.clone());
            }
            if is_figure && is_new(&self.slots.figure_examples, &shown) {
                self.slots.figure_examples.push(shown);
            }
        }
        is_name || is_date || is_figure
    }

    /// Names on both sides, none of which the other text holds.
    fn take_names(&mut self, slot: &[TokenRange; 2]) -> bool {
        let names = [0, 1].map(|side| {
            let names = slot[side].clone().filter(|&at| self.sides[side].is_name(at));
            names.collect::<Vec<usize>>()
        });
        // what the other text holds is looked up where that can matter
        if names.iter().any(Vec::is_empty) {
            return false;
        }
        let own = [0, 1].map(|side| {
            let (here, there) = (&self.sides[side], &self.sides[1 - side]);
            let is_own = |&at: &usize| !there.holds(here.text.tokens[at].word);
            names[side].iter().copied().filter(is_own).collect::<Vec<usize>>()
        });
        if own.iter().any(Vec::is_empty) {
            return false;
        }
        let [first, second] = &self.sides;
        let letters = |side: usize| self.sides[side].shown(&slot[side]);
        let is_spelling = are_spellings(&letters(0), &letters(1))
            || own[0].iter().any(|&one| {
                own[1].iter().any(|&other| are_spellings(first.text.surface(one), second.text.surface(other)))
            });
        if is_spelling {
            return false;
        }
        let word = |side: &SlotText<'_>, at: usize| side.text.tokens[at].word;
        let pairs = own[0].iter().zip(&own[1]).map(|(&one, &other)| [word(first, one), word(second, other)]);
        self.names.extend(pairs);
        true
    }

    fn take_dates(&mut self, slot: &[TokenRange; 2]) -> bool {
        let days = [0, 1].map(|side| {
            let here = &self.sides[side];
            let days = slot[side].clone().filter(|&at| here.is_day(at));
            days.map(|at| here.text.tokens[at].word).collect::<Vec<u64>>()
        });
        let mut is_any = false;
        for (&one, &other) in days[0].iter().zip(&days[1]).filter(|(one, other)| one != other) {
            self.dates.insert([one, other]);
            is_any = true;
        }
        is_any
    }

    fn take_figures(&mut self, slot: &[TokenRange; 2]) -> bool {
        let [first, second] = [0, 1].map(|side| self.sides[side].figures(&slot[side]));
        let mut is_any = false;
        for (one, other) in first.into_iter().zip(second).filter(|(one, other)| !are_one_figure(one, other)) {
            self.figures.insert([one, other]);
            is_any = true;
        }
        is_any
    }
}

/// "70s" and "1970s" are one figure, "1,284" and "1284" too, and so are those with the marks of Arabic.
fn are_one_figure(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|figure| figure.replace([',', '.', '\u{66b}', '\u{66c}'], ""));
    one.ends_with(&other) && other.len() >= 2 || other.ends_with(&one) && one.len() >= 2 || one == other
}

/// Whether two names are spellings of one: "Sen" and "Senator", "Labor" and "Labour", "Bridge" and "Biidgo".
fn are_spellings(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|name| name.to_lowercase().chars().collect::<Vec<char>>());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    let is_start = short.len() >= 2 && long.starts_with(short);
    is_start
        || (short.len() >= 3 && differing_letters(short, long) as f64 <= SPELLING_SHARE * long.len() as f64)
}

/// The fewest letters to be put in, left out or exchanged (Levenshtein 1966).
fn differing_letters(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], at + 1);
        for (place, other) in other.iter().enumerate() {
            let exchanged = before + usize::from(letter != other);
            before = row[place + 1];
            row[place + 1] = exchanged.min(before + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::article::Article;
    use crate::evidence::runs;

    proptest! {
        #[test]
        fn where_hardly_anything_agrees_that_is_told_without_laying_the_texts(
            one in "((the|a|Ann|Bo|on|of|12|in) ){0,40}",
            other in "((the|a|Ann|Bo|on|of|12|in) ){0,40}",
            frame_min in 0.0..1.0_f64,
        ) {
            let prepared = [one, other].map(|text| Prepared::new(&Article::new("a", text)));
            let [first, second] = &prepared;
            let (all, quick) = (slots_of(first, second, 0.0), slots_of(first, second, frame_min));
            prop_assert_eq!((all.words, all.most_names), (quick.words, quick.most_names));
            prop_assert!(quick == all || (all.frame < frame_min && quick.frame < frame_min));
        }
    }

    fn slots_of(first: &Prepared, second: &Prepared, frame_min: f64) -> Slots {
        let sides = [first, second].map(|prepared| (&prepared.text, &prepared.runs));
        let runs = [runs::cover(sides[0], sides[1]), runs::cover(sides[1], sides[0])];
        Slots::of(first, second, [&runs[0], &runs[1]], frame_min)
    }

    fn slots(one: &str, other: &str) -> Slots {
        let prepared = [one, other].map(|text| Prepared::new(&Article::new("a", text)));
        slots_of(&prepared[0], &prepared[1], 0.0)
    }

    #[test]
    fn names_days_and_figures_in_the_same_places_contradict_each_other() {
        let one = "The ferry to Ostrow was late by 12 minutes on Monday, the harbour office said.";
        let other = "The ferry to Lennick was late by 40 minutes on Friday, the harbour office said.";
        let found = slots(one, other);
        assert_eq!((found.names, found.dates, found.figures), (1, 1, 1));
        assert_eq!(found.examples[0], ["Ostrow", "Lennick"]);
        assert_eq!(found.swapped(), slots(other, one));
    }

    #[test]
    fn spellings_and_other_words_do_not_contradict() {
        let one = "Then Sen. Marren of the Labour Party told us that 1,284 people had come in the 1970s.";
        let other = "Then Senator Marren of the Labor Party told us that 1284 guests had come in the 70s.";
        assert_eq!(slots(one, other).all(), 0);
    }

    #[test]
    fn letters_that_differ_are_counted() {
        let differing = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|word| word.chars().collect::<Vec<char>>());
            differing_letters(&one, &other)
        };
        assert_eq!(differing("bridge", "biidgo"), 2);
        assert_eq!(differing("", "abc"), 3);
        assert_eq!(differing("abc", "abc"), 0);
        assert_eq!(differing("kitten", "sitting"), 3);
    }
}
