//! Two articles measured: their signals, and what those were read from.

use std::cmp::Ordering;

use crate::align::Alignment;
use crate::article::printed_first;
use crate::evidence::across;
use crate::evidence::background::PairBackground;
use crate::evidence::blocks;
use crate::evidence::coverage::{self, WINDOW_WORDS, share};
use crate::evidence::order::neighbour_order;
use crate::evidence::quoting::Quoting;
use crate::evidence::rarity::Rarity;
use crate::evidence::runs::{self, Run};
use crate::evidence::section::Section;
use crate::evidence::shared_facts::{self, smoothed};
use crate::evidence::signals::{Signals, both, largest};
use crate::evidence::wall::{self, Wall, WallKind};
use crate::evidence::{Prepared, sentence_match};
use crate::normalise::Text;
use crate::shingle::{Overlap, count_in_both};

/// So many words in runs of five, or so many facts, are something in common.
const SOMETHING_WORDS: f64 = 10.0;
const SOMETHING_FACTS: f64 = 4.0;

/// More standard deviations than these make nothing surer.
const SURPRISE_MAX: f64 = 10.0;

/// The exact figures and signals of one pair, before any judgement.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What the model judges by.
    pub signals: Signals,
    /// Exact overlap of the two texts' shingles.
    pub overlap: Overlap,
    /// Words of each text in sentences that retell one of the other's.
    pub retold_words: [usize; 2],
    /// The same of sentences of which most is retold.
    pub well_retold_words: [usize; 2],
    /// How far the first quotes the second, and the converse.
    pub quoting: Quoting,
    /// Words of the first article in common runs.
    pub runs_of_first: Vec<Run>,
    /// Words of the second article in common runs.
    pub runs_of_second: Vec<Run>,
    /// Jaccard index of the stories: without a wall that both print.
    pub story_jaccard: f64,
    /// The wall, where both print one. Signals, sentences and runs are those of what is beside it, but for
    /// identical texts.
    pub wall: Option<Box<Wall>>,
    /// The section of a column of several stories that tells the other article's, measured by itself.
    pub section: Option<Box<Section>>,
}

/// Measures a pair; without a background what is rare is missing.
pub fn measure(first: &Prepared, second: &Prepared, background: Option<PairBackground<'_>>) -> Measured {
    // where runs could be laid in several ways the choice hangs on the order, so there is one order
    let mut measured = if first.id <= second.id {
        measure_in_order(first, second)
    } else {
        measure_in_order(second, first).swapped()
    };
    if let Some(background) = background {
        measured.add_rarity(first, second, background);
    }
    measured
}

fn measure_in_order(first: &Prepared, second: &Prepared) -> Measured {
    let mut measured = measure_whole(first, second);
    measured.section = Section::of(first, second, measure_whole).map(Box::new);
    let Some(wall) = Wall::of(first, second, &measured.runs_of_first) else { return measured };
    if !first.has_same_words(second) {
        let [one, other] = &wall.beside;
        let stories = measure_whole(one, other);
        // such a stretch between two printings of one story is part of it
        let is_part = match wall.kind {
            WallKind::Worded => false,
            WallKind::Notice => stories.share_words(),
            WallKind::Questions | WallKind::Addressing => stories.share_words() || stories.share_facts(),
        };
        if is_part {
            return measured;
        }
        measured = Measured { overlap: measured.overlap, ..stories };
    }
    measured.wall = Some(Box::new(wall));
    measured
}

fn measure_whole(first: &Prepared, second: &Prepared) -> Measured {
    let [one, other] = [first, second].map(|side| (&side.text, &side.runs));
    let (runs_of_first, runs_of_second) = (runs::cover(one, other), runs::cover(other, one));
    let mut signals = Signals::default();
    let s = &mut signals;

    let overlap = first.shingles.overlap(&second.shingles);
    s.jaccard5 = Some(overlap.jaccard());
    (s.containment5_most, s.containment5_least) =
        both(overlap.containment_of_a(), overlap.containment_of_b());

    let left_out = blocks::left_out([&first.text, &second.text], [&runs_of_first, &runs_of_second]);
    shared_facts::add_facts(first, second, &left_out, s);

    let quoting = Quoting::of(first, second);
    let runs = [&runs_of_first[..], &runs_of_second];
    coverage::add_coverage([first, second], runs, quoting, s);
    let small = |runs: &[Run], here: &Text, there: &Text, quoting: Quoting| {
        let small = runs.iter().filter(|run| {
            run.words <= 9 && runs::is_story(run, 0, here, there) && !quoting.is_speech(run, 0, here, there)
        });
        neighbour_order(&small.copied().collect::<Vec<Run>>())
    };
    s.small_runs_order = Some(
        0.5 * (small(&runs_of_first, &first.text, &second.text, quoting)
            + small(&runs_of_second, &second.text, &first.text, quoting.swapped())),
    );

    let one_match = sentence_match::best_matches(&first.text, &first.content, &second.content);
    let other_match = sentence_match::best_matches(&second.text, &second.content, &first.content);
    (s.sentences_most, s.sentences_least) = both(one_match.mean, other_match.mean);
    (s.chain_most, s.chain_least) = both(one_match.chain, other_match.chain);
    s.sentences_distinct = Some(one_match.distinct.max(other_match.distinct));
    s.sentences_order = largest(&left_out, |blocks| {
        0.5 * (one_match.order(&blocks.in_first) + other_match.order(&blocks.in_second))
    });

    let (one, other) = containments(&first.content.stems, &second.content.stems);
    (s.stems_most, s.stems_least) = both(one, other);
    let (one, other) = containments(&first.stem_bigrams, &second.stem_bigrams);
    (s.bigrams_most, s.bigrams_least) = both(one, other);

    let (words1, words2) = (first.text.story_words().max(1) as f64, second.text.story_words().max(1) as f64);
    (s.retold_most, s.retold_least) = both(
        (one_match.retold_words as f64 / words1).min(1.0),
        (other_match.retold_words as f64 / words2).min(1.0),
    );
    let chained = |chain: Option<f64>| chain.map(|chain| (chain.max(0.0) * words1.min(words2)).ln_1p());
    (s.chained_words_most, s.chained_words_least) = (chained(s.chain_most), chained(s.chain_least));
    s.length_ratio = Some((words1.ln() - words2.ln()).abs());
    s.length_least = Some(words1.min(words2).ln());
    add_circumstances(first, second, quoting, s);
    if across::are_apart(first, second) {
        add_carried(&first.text, &second.text, s);
    }

    Measured {
        signals,
        overlap,
        retold_words: [one_match.retold_words, other_match.retold_words],
        well_retold_words: [one_match.well_retold_words, other_match.well_retold_words],
        quoting,
        runs_of_first,
        runs_of_second,
        story_jaccard: overlap.jaccard(),
        wall: None,
        section: None,
    }
}

/// Who printed the two articles, whom they credit and name, when, and how clean their texts are.
fn add_circumstances(first: &Prepared, second: &Prepared, quoting: Quoting, s: &mut Signals) {
    let noise = [first, second].map(|side| side.text.noise.unwrap_or(0.0));
    s.noise_most = Some(noise[0].max(noise[1]));
    s.common_agency = Some(f64::from(u8::from(first.credits.share_agency(&second.credits))));
    let is_same_outlet = first.is_of_outlet_of(second);
    s.same_source = is_same_outlet.map(|is_same| f64::from(u8::from(is_same)));
    s.names_outlet = is_same_outlet
        .filter(|is_same| !is_same)
        .map(|_| (1.0 + (quoting.named_here + quoting.named_there) as f64).ln());
    if let (Some(one), Some(other)) = (first.printed, second.printed) {
        // an hour lies within its day
        let seconds = match printed_first(first.printed, second.printed) {
            Ordering::Equal => 0,
            _ => one.0.abs_diff(other.0),
        };
        s.days_apart = Some((1.0 + seconds as f64 / 86_400.0).ln());
    }
}

/// The count behind a signal that is its logarithm; 0 where it is missing.
fn counted(signal: Option<f64>) -> f64 {
    signal.map_or(0.0, f64::exp_m1)
}

/// What a translation carries over.
fn add_carried(first: &Text, second: &Text, s: &mut Signals) {
    let Some(carried) = across::carried(first, second) else { return };
    s.carried_most = Some(carried.all_most);
    s.carried_least = Some(carried.all_least);
    s.carried_count = Some((1.0 + carried.all_count).ln());
    s.carried_surprise = Some(carried.surprise.min(SURPRISE_MAX));
    s.carried_facts_most = Some(carried.facts_most);
    s.carried_facts_shared = Some(smoothed(carried.facts_shared as f64, carried.facts_fewer as f64));
    s.carried_order = Some(carried.order);
}

impl Measured {
    /// Adds how much of either text's own wording stands in passages of the alignment.
    pub fn add_alignment(&mut self, alignment: &Alignment) {
        let [one, other] = alignment.words.map(|words| {
            let aligned = words.verbatim + words.reworded - words.quoted.min(words.verbatim);
            share(f64::from(aligned), f64::from(words.total - words.quoted.min(words.total)))
        });
        (self.signals.aligned_most, self.signals.aligned_least) = both(one, other);
    }

    /// The same, seen from the other article.
    pub(super) fn swapped(self) -> Measured {
        let (overlap, [one, other]) = (self.overlap, self.retold_words);
        let [well_one, well_other] = self.well_retold_words;
        Measured {
            overlap: Overlap { a: overlap.b, b: overlap.a, ..overlap },
            retold_words: [other, one],
            well_retold_words: [well_other, well_one],
            quoting: self.quoting.swapped(),
            runs_of_first: self.runs_of_second,
            runs_of_second: self.runs_of_first,
            wall: self.wall.map(|wall| Box::new(wall.swapped())),
            section: self.section.map(|section| Box::new(section.swapped())),
            ..self
        }
    }

    /// How many of the two pages are nothing but a wall, or notices.
    pub fn wall_pages(&self, first: &Prepared, second: &Prepared) -> usize {
        let beside = match &self.wall {
            Some(wall) => [&wall.beside[0], &wall.beside[1]],
            None => [first, second],
        };
        beside.into_iter().filter(|prepared| wall::is_nothing_else(prepared)).count()
    }

    /// The two articles without a wall that both print.
    pub fn stories<'a>(&'a self, first: &'a Prepared, second: &'a Prepared) -> [&'a Prepared; 2] {
        match &self.wall {
            Some(wall) if !first.has_same_words(second) => [&wall.beside[0], &wall.beside[1]],
            _ => [first, second],
        }
    }

    /// Whether there are more words in a row in common than chance has.
    fn share_words(&self) -> bool {
        counted(self.signals.unquoted_words5) >= SOMETHING_WORDS
    }

    /// Whether there are more facts in common than chance has.
    fn share_facts(&self) -> bool {
        counted(self.signals.facts_shared) >= SOMETHING_FACTS
    }

    /// Adds the signals of rarity to a pair that was measured without a background.
    pub fn add_rarity(&mut self, first: &Prepared, second: &Prepared, background: PairBackground<'_>) {
        let stories = self.stories(first, second);
        let runs = [&self.runs_of_first[..], &self.runs_of_second];
        let [one, other] = Rarity::of_both(stories, runs, self.quoting, background);
        let s = &mut self.signals;
        s.rare_unquoted = Some((1.0 + one.unquoted.min(other.unquoted) as f64).ln());
        s.rare_quoted = Some((1.0 + one.quoted.min(other.quoted) as f64).ln());
        (s.rare_share_most, s.rare_share_least) = both(one.unquoted_share, other.unquoted_share);
        s.rare_longest = Some((1.0 + one.longest.min(other.longest) as f64).ln());
        s.rare_window = Some(one.window.min(other.window) as f64 / WINDOW_WORDS as f64);
        if let Some(section) = &mut self.section {
            section.add_rarity(first, second, background);
        }
    }
}

/// Share of each of two sorted sets in the other.
fn containments(one: &[u64], other: &[u64]) -> (f64, f64) {
    let shared = count_in_both(one, other) as f64;
    (share(shared, one.len() as f64), share(shared, other.len() as f64))
}
