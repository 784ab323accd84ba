//! The numbers that the verdict is drawn from.
//!
//! Each has a name that profiles and tables use, and a value that is the same whichever article comes first.
//! A signal that a pair cannot have (names in German, rarity without a background) is missing, which is not
//! zero.

use crate::align::Alignment;
use crate::evidence::across;
use crate::evidence::background::PairBackground;
use crate::evidence::blocks::{self, BlockStretches};
use crate::evidence::coverage::{self, WINDOW_WORDS, share};
use crate::evidence::order::neighbour_order;
use crate::evidence::quoting::Quoting;
use crate::evidence::rarity::Rarity;
use crate::evidence::runs::{self, Run};
use crate::evidence::section::Section;
use crate::evidence::shared_facts::{self, smoothed};
use crate::evidence::wall::{self, Wall};
use crate::evidence::{Prepared, sentence_match};
use crate::normalise::Text;
use crate::shingle::{Overlap, count_in_both};

/// So many words in runs of five, or so many facts, are something in common.
const SOMETHING_WORDS: f64 = 10.0;
const SOMETHING_FACTS: f64 = 4.0;

/// More standard deviations than these make nothing surer.
const SURPRISE_MAX: f64 = 10.0;

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The signals of one pair; `None` is missing.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Signals { $($(#[$doc])* pub $name: Option<f64>,)* }

        impl Signals {
            /// Names in the order of [`Signals::values`].
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// All signals, in the order of [`Signals::NAMES`].
            pub fn values(&self) -> Vec<Option<f64>> {
                vec![$(self.$name,)*]
            }

            /// A signal by its name; `None` where it is missing or there is none of that name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name { $(stringify!($name) => self.$name,)* _ => None }
            }

            /// Sets a signal by its name; `false` where there is none of that name.
            pub fn set(&mut self, name: &str, value: Option<f64>) -> bool {
                match name { $(stringify!($name) => self.$name = value,)* _ => return false }
                true
            }
        }
    };
}

signals! {
    /// Exact Jaccard index of the two sets of 5-word shingles, 0 to 1.
    jaccard5,
    /// Share of a text's 5-word shingles that stand in the other, 0 to 1: the larger of the two.
    containment5_most,
    /// The smaller of the two.
    containment5_least,
    /// Share of a text's distinct facts (names, numbers, dates) that the other holds, 0 to 1, less where they
    /// are few: the larger of the two. Facts are missing where capitals do not show names.
    facts_most,
    /// The smaller of the two.
    facts_least,
    /// ln(1 + facts that both hold).
    facts_shared,
    /// ln(1 + facts of the text with fewer).
    facts_count_least,
    /// ln(1 + facts that only one text holds): of the text with fewer such facts.
    facts_alone_least,
    /// The same of the text with more such facts.
    facts_alone_most,
    /// As `facts_most`, of facts that a text mentions outside quotations.
    facts_unquoted_most,
    /// The smaller of the two.
    facts_unquoted_least,
    /// Share of a story's words, outside quotations and without names, in runs of three words and more that
    /// both have, 0 to 1: the larger of the two.
    runs_unquoted_most,
    /// The smaller of the two.
    runs_unquoted_least,
    /// Share of a story's words in such runs, in and out of quotations, 0 to 1: the larger of the two.
    runs_most,
    /// The smaller of the two.
    runs_least,
    /// As `runs_unquoted_most`, of runs of five words and more.
    runs5_unquoted_most,
    /// The smaller of the two.
    runs5_unquoted_least,
    /// ln(1 + words in common runs of three words and more outside quotations, without names): of the text
    /// with fewer.
    unquoted_words,
    /// The same of runs of five words and more.
    unquoted_words5,
    /// ln(1 + words of the longest common run outside quotations): of the text where it is shorter.
    longest_unquoted,
    /// Share of the densest window of a story that lies in common runs of three words and more outside
    /// quotations, 0 to 1: the smaller of the two.
    window_unquoted,
    /// The same of runs of five words and more.
    window5_unquoted,
    /// ln(1 + words in common runs inside quotations): of the text with fewer.
    quoted_words,
    /// Share of a text's quoted words that stand in the other's quotations, 0 to 1: the larger of the two.
    quotes_shared_most,
    /// The smaller of the two.
    quotes_shared_least,
    /// Share of a story that is quoted, from 0 on: the larger of the two.
    quote_share_most,
    /// ln(1 + quotations that only one text prints): of the text with fewer of them.
    quotes_alone_least,
    /// Mean over a text's sentences of the share of their content words that the best sentence of the other
    /// holds, 0 to 1: the larger of the two.
    sentences_most,
    /// The smaller of the two.
    sentences_least,
    /// Mean lead of the best sentence over the next best away from it, 0 to 1: the larger of the two.
    sentences_distinct,
    /// How far matched sentences come in one order, -1 to 1.
    sentences_order,
    /// How much heavier the heaviest chain of matching sentences in the other text's order is than the
    /// heaviest in reverse order, for the content words, -1 to 1: the larger of the two.
    chain_most,
    /// The smaller of the two.
    chain_least,
    /// ln(1 + words of the shorter story that `chain_most` is of): a share of a long text is more than one of
    /// a short text.
    chained_words_most,
    /// The same of `chain_least`.
    chained_words_least,
    /// Share of a text's content words (by stems) that the other holds, 0 to 1: the larger of the two.
    stems_most,
    /// The smaller of the two.
    stems_least,
    /// The same of pairs of neighbouring content words.
    bigrams_most,
    /// The smaller of the two.
    bigrams_least,
    /// Share of a text's words outside quotations that lie in passages, 0 to 1: the larger of the two.
    /// Missing until passages have been looked for.
    aligned_most,
    /// The smaller of the two.
    aligned_least,
    /// Share of a story's words in sentences that retell one of the other's, 0 to 1: the larger of the two.
    retold_most,
    /// The smaller of the two.
    retold_least,
    /// Distance of the two lengths in words, as logarithms: ln(longer / shorter).
    length_ratio,
    /// ln(words of the shorter story).
    length_least,
    /// 1 where both credit one agency, else 0.
    common_agency,
    /// ln(1 + times that one names the other's outlet); missing within one outlet, and where an outlet is not
    /// known.
    names_outlet,
    /// 1 where both are of one outlet, else 0; missing where an outlet is not known.
    same_source,
    /// ln(1 + days between the dates); missing without two dates.
    days_apart,
    /// Share of misread words of the noisier text, 0 to 1.
    noise_most,
    /// How far shared facts are first mentioned in one order, -1 to 1.
    fact_order,
    /// How far common runs of up to nine words outside quotations come in one order, -1 to 1.
    small_runs_order,
    /// ln(1 + words in common that hardly any other document prints, outside quotations and without names):
    /// of the text with fewer. This and the other signals of rarity are missing without a background.
    rare_unquoted,
    /// The same inside quotations.
    rare_quoted,
    /// Share of a story's own wording that such words are, 0 to 1: the larger of the two.
    rare_share_most,
    /// The smaller of the two.
    rare_share_least,
    /// ln(1 + words of the longest stretch of them): of the text where it is shorter.
    rare_longest,
    /// Share of the densest window that they fill, 0 to 1: the smaller of the two.
    rare_window,
    /// Share of the names, figures and kindred words of a text that stand at about the same place of the
    /// other, beyond what chance finds: the larger of the two. This and what follows are missing but for two
    /// languages.
    carried_most,
    /// The smaller of the two.
    carried_least,
    /// ln(1 + how many there are beyond chance): of the text with fewer.
    carried_count,
    /// By how many standard deviations there are more than chance finds, up to ten: of the text with fewer.
    carried_surprise,
    /// As `carried_most`, of names and figures alone.
    carried_facts_most,
    /// Share of the names and figures of the text with fewer that both hold, wherever they stand, 0 to 1,
    /// less where they are few.
    carried_facts_shared,
    /// How far shared names and figures are first mentioned in one order, -1 to 1.
    carried_order,
}

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
        // a stretch that addresses the reader between two printings of one story is part of it
        if !wall.is_worded && stories.share_something() {
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
    if let (Some(one), Some(other)) = (first.unix_seconds, second.unix_seconds) {
        s.days_apart = Some((1.0 + one.abs_diff(other) as f64 / 86_400.0).ln());
    }
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

    /// Whether there is more in common than chance: a few words in a row, or some facts.
    fn share_something(&self) -> bool {
        let count = |signal: Option<f64>| signal.map_or(0.0, f64::exp_m1);
        count(self.signals.unquoted_words5) >= SOMETHING_WORDS
            || count(self.signals.facts_shared) >= SOMETHING_FACTS
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

/// The order that is told best, whatever is left out.
pub(super) fn largest(left_out: &[BlockStretches], order: impl Fn(&BlockStretches) -> f64) -> Option<f64> {
    left_out.iter().map(order).reduce(f64::max)
}

pub(super) fn both(one: f64, other: f64) -> (Option<f64>, Option<f64>) {
    (Some(one.max(other)), Some(one.min(other)))
}

/// Share of each of two sorted sets in the other.
fn containments(one: &[u64], other: &[u64]) -> (f64, f64) {
    let shared = count_in_both(one, other) as f64;
    (share(shared, one.len() as f64), share(shared, other.len() as f64))
}
