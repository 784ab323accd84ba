//! News in brief: a column that tells several stories, one after the other, is compared by the section that
//! tells the other article's.
//!
//! In an article of one story its names come back all over. Where the facts that two articles share stand in
//! one section of the one, and hardly a fact of that section comes back outside it, the section is an article
//! of its own, and measured as one.

use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::article::Article;
use crate::evidence::Prepared;
use crate::evidence::background::PairBackground;
use crate::evidence::facts::Fact;
use crate::evidence::measured::Measured;
use crate::normalise::TokenFlags;

/// A column has at least so many units (paragraphs, or sentences where there are few).
const UNITS_MIN: usize = 4;
/// A section has at least so many words, …
const WORDS_MIN: usize = 25;
/// … no more than this share of the column's, …
const WORDS_MAX_SHARE: f64 = 0.6;
/// … no more than this share of it in quotation marks: a statement is nobody's story, …
const QUOTED_MAX_SHARE: f64 = 0.35;
/// … so many facts that the other article has, …
const SHARED_MIN: usize = 5;
/// … which are at least this share of its own, …
const SHARED_MIN_SHARE: f64 = 0.4;
/// … and no more than this share of its facts comes back outside.
const BACK_MAX_SHARE: f64 = 0.2;
/// What stands outside tells other stories, of so many facts at least; the rest of one story has few of its own.
const OTHERS_MIN: usize = 5;
/// No more than this share of the facts that are shared stands outside alone.
const OUTSIDE_MAX_SHARE: f64 = 0.35;
/// A story is told from its beginning: of the facts that are shared at least this share is named before the
/// last third of the other article. What both print at their end is a box: who the author is, what the outlet
/// is.
const TOLD_EARLY_MIN_SHARE: f64 = 0.25;
/// A unit without a fact speaks a little against being part of the section.
const NO_FACT: f64 = -0.1;

/// The section of one of two articles that tells what the other does.
#[derive(Clone, Debug)]
pub struct Section {
    /// Of which article it is: 0 or 1.
    pub side: usize,
    /// The section as an article.
    pub part: Prepared,
    /// It and the other article.
    pub measured: Measured,
}

impl Section {
    /// The section of either article, the first one's before the second's, that is one; `measure` measures
    /// two articles.
    pub(super) fn of(
        first: &Prepared,
        second: &Prepared,
        measure: impl Fn(&Prepared, &Prepared) -> Measured,
    ) -> Option<Section> {
        let can_be_told = first.facts.has_names && second.facts.has_names;
        if !can_be_told || first.facts.shared_with(&second.facts) < SHARED_MIN {
            return None;
        }
        if let Some(part) = part_of(first, second) {
            let measured = measure(&part, second);
            return Some(Section { side: 0, part, measured });
        }
        let part = part_of(second, first)?;
        let measured = measure(first, &part);
        Some(Section { side: 1, part, measured })
    }

    /// The same, seen from the other article.
    pub(super) fn swapped(self) -> Section {
        Section { side: 1 - self.side, measured: self.measured.swapped(), ..self }
    }

    /// Adds the signals of rarity to what was measured of the section and the other of the two articles.
    pub(super) fn add_rarity(&mut self, first: &Prepared, second: &Prepared, background: PairBackground<'_>) {
        let [one, other] = if self.side == 0 { [&self.part, second] } else { [first, &self.part] };
        self.measured.add_rarity(one, other, background);
    }
}

/// The section of a column that tells the other article's story.
fn part_of(column: &Prepared, other: &Prepared) -> Option<Prepared> {
    let text = &column.text;
    let paragraphs = &text.paragraphs;
    let by_paragraph = paragraphs.len() >= UNITS_MIN;
    let starts: Vec<usize> = match by_paragraph {
        true => paragraphs.iter().map(|&sentence| text.sentences[sentence].start).collect(),
        false => text.sentences.iter().map(|sentence| sentence.start).collect(),
    };
    if starts.len() < UNITS_MIN {
        return None;
    }
    let is_shared = |key: &u64| other.facts.keys.binary_search(key).is_ok();
    let mut values = vec![NO_FACT; starts.len()];
    let unit_of = |fact: &Fact| starts.partition_point(|&start| start <= fact.token).saturating_sub(1);
    // mentions are in the order of the text
    for of_unit in column.facts.mentions.chunk_by(|one, other| unit_of(one) == unit_of(other)) {
        let mut keys: Vec<u64> = of_unit.iter().map(|fact| fact.key).collect();
        // what is said again says nothing more
        keys.sort_unstable();
        keys.dedup();
        let shared = keys.iter().filter(|key| is_shared(key)).count();
        if let Some(value) = of_unit.first().and_then(|fact| values.get_mut(unit_of(fact))) {
            *value += 2.0 * shared as f64 - keys.len() as f64;
        }
    }
    let units = largest_sum(&values)?;
    let end = starts.get(units.end).copied().unwrap_or(text.tokens.len());
    let tokens = starts[units.start]..end;
    let is_long_enough = tokens.len() >= WORDS_MIN;
    let is_short_enough = tokens.len() as f64 <= WORDS_MAX_SHARE * text.tokens.len() as f64;
    let is_speech = |at: &usize| text.tokens[*at].flags.has(TokenFlags::QUOTED);
    let is_told = tokens.clone().filter(is_speech).count() as f64 <= QUOTED_MAX_SHARE * tokens.len() as f64;
    if !is_told || !is_long_enough || !is_short_enough {
        return None;
    }
    let (mut inside, mut outside) = (FxHashSet::default(), FxHashSet::default());
    for fact in &column.facts.mentions {
        let place = if tokens.contains(&fact.token) { &mut inside } else { &mut outside };
        place.insert(fact.key);
    }
    if !stands_alone([&inside, &outside], is_shared) || !is_told_early(&inside, other) {
        return None;
    }
    let (from, to) = (text.tokens[tokens.start].byte_start, text.tokens[tokens.end - 1].byte_end);
    // with the mark that ends the last sentence
    let rest = text.raw().get(to as usize..)?;
    let mark =
        rest.find(|letter: char| letter.is_whitespace() || letter.is_alphanumeric()).unwrap_or(rest.len());
    let article = Article {
        id: column.id.clone(),
        text: text.raw().get(from as usize..to as usize + mark)?.to_owned(),
        source: column.source.clone(),
        language: Some(text.language.code().to_owned()),
        ..Article::default()
    };
    Some(Prepared { printed: column.printed, ..Prepared::new(&article) })
}

/// Whether the facts of a stretch are its own: shared ones stand in it, hardly one comes back outside, and there
/// stand others.
fn stands_alone([inside, outside]: [&FxHashSet<u64>; 2], is_shared: impl Fn(&u64) -> bool) -> bool {
    let shared_inside = inside.iter().filter(|key| is_shared(key)).count();
    let shared_outside = outside.difference(inside).filter(|key| is_shared(key)).count();
    let back = inside.intersection(outside).count();
    let others = outside.difference(inside).filter(|key| !is_shared(key)).count();
    shared_inside >= SHARED_MIN
        && others >= OTHERS_MIN
        && shared_inside as f64 >= SHARED_MIN_SHARE * inside.len() as f64
        && back as f64 <= BACK_MAX_SHARE * inside.len() as f64
        && shared_outside as f64 <= OUTSIDE_MAX_SHARE * (shared_inside + shared_outside) as f64
}

/// Whether the other article tells these facts before its last third.
fn is_told_early(inside: &FxHashSet<u64>, other: &Prepared) -> bool {
    let Prepared { text, facts, .. } = other;
    let mut story = (0..text.tokens.len()).filter(|&at| !text.tokens[at].flags.has(TokenFlags::BOILERPLATE));
    let last_third = story.nth(2 * text.story_words() / 3).unwrap_or_default();
    let first_mention = |key: &u64| facts.first_tokens.get(facts.keys.binary_search(key).ok()?).copied();
    let shared: Vec<u32> = inside.iter().filter_map(first_mention).collect();
    let early = shared.iter().filter(|&&token| (token as usize) < last_third).count();
    early as f64 >= TOLD_EARLY_MIN_SHARE * shared.len() as f64
}

/// The values in a row of the largest sum, the first such; `None` where no sum is above 0.
fn largest_sum(values: &[f64]) -> Option<Range<usize>> {
    let mut best: Option<(Range<usize>, f64)> = None;
    let (mut start, mut sum) = (0, 0.0);
    for (at, value) in values.iter().enumerate() {
        if sum <= 0.0 {
            (start, sum) = (at, 0.0);
        }
        sum += value;
        if sum > best.as_ref().map_or(0.0, |(_, most)| *most) {
            best = Some((start..at + 1, sum));
        }
    }
    best.map(|(units, _)| units)
}
